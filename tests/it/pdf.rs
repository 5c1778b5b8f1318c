//! The report as PDF, from the command line.

use std::process::Command;

use crate::sandbox::Sandbox;

#[test]
fn a_case_becomes_pages_and_always_the_same() {
    let sandbox = Sandbox::new();
    sandbox.run(&["demo", "--as-of", "2026-11-23"]).success();
    let case = "fundtrail-demo/case.ftcase";
    sandbox.run(&["report", case, "--out", "a.pdf", "--out", "b.pdf"]).success();
    let first = std::fs::read(sandbox.path("a.pdf")).unwrap();
    assert!(first == std::fs::read(sandbox.path("b.pdf")).unwrap());
    let printed = sandbox.start_listening(&["report", case, "--format", "pdf"]);
    let printed = printed.wait_with_output().unwrap().stdout;
    assert!(first == printed, "what is printed is not what is written");

    let output = Command::new("pdftotext")
        .args(["-raw".as_ref(), sandbox.path("a.pdf").as_os_str(), "-".as_ref()])
        .output()
        .expect("tests/support/setup.sh installs pdftotext");
    let text = String::from_utf8(output.stdout).unwrap();
    let digest = sandbox.digest(case);
    let digest = digest.split_whitespace().last().unwrap();
    let foot = format!("fundtrail {} · case {}…", env!("CARGO_PKG_VERSION"), &digest[..18]);
    for page in text.split_terminator('\u{c}') {
        for words in ["Reconstruction: what is marked (invented) is made up.", "Page ", &foot] {
            assert!(page.contains(words), "`{words}` is missing on a page:\n{page}");
        }
    }
    for words in ["Contents", "How much was stolen?", "60 ETH", "406,618", "delisted 2025-03-21"] {
        assert!(text.contains(words), "`{words}` is missing");
    }
}
