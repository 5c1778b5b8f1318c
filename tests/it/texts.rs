//! The report as a text, made from a case file.

use std::path::Path;
use std::process::Command;

use crate::sandbox::Sandbox;

const CASE: &str = "fundtrail-demo/case.ftcase";

fn demo() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.run(&["demo", "--as-of", "2026-11-23"]).success();
    sandbox
}

#[test]
fn markdown_says_what_the_other_formats_say_and_is_made_again_byte_for_byte() {
    let sandbox = demo();
    let printed = sandbox.run(&["report", CASE, "--format", "markdown"]).success().stdout;
    sandbox.run(&["report", CASE, "--out", "report.md", "--out", "report.json"]).success();
    let text = sandbox.read("report.md");
    assert_eq!(text, printed);
    let report: serde_json::Value = serde_json::from_str(&sandbox.read("report.json")).unwrap();
    for section in ["summary", "ledger", "actions", "sanctions", "certainty", "hops", "method"] {
        assert!(text.contains(&format!("## <a id=\"{section}\"></a>")), "{section}");
    }
    let hops = report["hops"].as_array().unwrap();
    assert!(!hops.is_empty());
    for hop in hops {
        assert!(text.contains(hop["place"]["transaction"].as_str().unwrap()), "{}", hop["id"]);
    }
    for party in report["parties"].as_array().unwrap() {
        assert!(text.contains(party["address"].as_str().unwrap()), "{}", party["id"]);
    }
    assert!(text.contains(report["case_digest"].as_str().unwrap()));
    // A reconstruction says so on top and in every section.
    let sections = text.lines().filter(|line| line.starts_with("## <a id")).count();
    let marks = text.lines().filter(|line| line.starts_with("> Reconstruction: ")).count();
    assert_eq!(marks, sections);
    assert!(text.contains("> **Reconstruction: "));
}

#[test]
fn letters_are_drafted_to_those_whom_the_report_names() {
    let sandbox = demo();
    let one = ["report", CASE, "--letter", "exchange", "--out", "letters.md", "--out", "drafts"];
    sandbox.run(&one).success();
    sandbox.run(&["report", CASE, "--out", "report.json"]).success();
    let report: serde_json::Value = serde_json::from_str(&sandbox.read("report.json")).unwrap();
    let letters = sandbox.read("letters.md");
    let mut files = 0;
    for action in report["actions"].as_array().unwrap() {
        if action["kind"] != "service" {
            continue;
        }
        for item in action["items"].as_array().unwrap() {
            assert!(letters.contains(item["place"]["transaction"].as_str().unwrap()));
            assert!(letters.contains(item["at"]["address"].as_str().unwrap()));
        }
        files += 1;
    }
    assert!(0 < files);
    assert_eq!(letters.matches("# Request to preserve records").count(), files);
    let drafts = std::fs::read_dir(sandbox.path("drafts")).unwrap();
    let drafts: Vec<_> = drafts.map(|entry| entry.unwrap().path()).collect();
    assert_eq!(drafts.len(), files);
    for draft in drafts {
        let text = std::fs::read_to_string(draft).unwrap();
        assert!(letters.contains(&text) && text.contains("DRAFT, not sent"), "{text}");
    }
    // The same case gives the same bytes, and without a place they are printed.
    let again = ["report", CASE, "--letter", "exchange", "--format", "markdown"];
    assert_eq!(sandbox.run(&again).success().stdout, letters);
    let printed = sandbox.run(&["report", CASE, "--letter", "issuer"]).success();
    let actions = report["actions"].as_array().unwrap();
    let has_issuer = actions.iter().any(|action| action["kind"] == "issuer");
    assert_eq!(printed.stdout.contains("Request to freeze balances"), has_issuer);
    assert_eq!(printed.stderr.contains("names nobody"), !has_issuer, "{}", printed.stderr);
    assert!(!printed.stdout.contains('\u{1b}'));
    let refused = sandbox.run(&["report", CASE, "--letter", "issuer", "--out", "letters.json"]);
    assert_eq!(refused.code, Some(2));
}

/// The text of each page of a PDF.
fn pages(path: &Path) -> Vec<String> {
    let output = Command::new("pdftotext")
        .args(["-raw".as_ref(), path.as_os_str(), "-".as_ref()])
        .output()
        .expect("tests/support/setup.sh installs pdftotext");
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_terminator('\u{c}').map(str::to_owned).collect()
}

#[test]
fn a_letter_is_a_pdf_of_its_own_and_every_page_says_that_it_is_a_draft() {
    let sandbox = demo();
    for folder in ["drafts", "again"] {
        let words = ["report", CASE, "--letter", "exchange", "--out", folder, "--format", "pdf"];
        sandbox.run(&words).success();
    }
    sandbox.run(&["report", CASE, "--out", "report.json"]).success();
    let report: serde_json::Value = serde_json::from_str(&sandbox.read("report.json")).unwrap();
    let actions = report["actions"].as_array().unwrap().iter();
    let asked: Vec<_> = actions.filter(|action| action["kind"] == "service").collect();
    let mut drafts: Vec<_> = std::fs::read_dir(sandbox.path("drafts")).unwrap().collect();
    drafts.sort_by_key(|entry| entry.as_ref().unwrap().file_name());
    assert_eq!(drafts.len(), asked.len());
    assert!(1 < asked.len());
    for (draft, action) in drafts.iter().zip(asked) {
        let draft = draft.as_ref().unwrap();
        let name = draft.file_name().into_string().unwrap();
        assert!(name.ends_with(".pdf"), "{name}");
        let again = std::fs::read(sandbox.path("again").join(&name)).unwrap();
        assert!(std::fs::read(draft.path()).unwrap() == again, "{name}");
        let pages = pages(&draft.path());
        for page in &pages {
            assert!(page.contains("DRAFT, not sent"), "{page}");
            assert!(page.contains("Not to be sent to anybody."), "{page}");
        }
        // A hash may stand on two lines.
        let text: String = pages.concat().split_whitespace().collect();
        for item in action["items"].as_array().unwrap() {
            assert!(text.contains(item["place"]["transaction"].as_str().unwrap()), "{text}");
        }
    }

    // What has several addressees is not one file.
    let one = ["report", CASE, "--letter", "exchange", "--out", "letters.pdf"];
    let refused = sandbox.run(&one);
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("--out drafts --format pdf"), "{}", refused.stderr);
    assert!(!sandbox.path("letters.pdf").exists());
}
