//! Reports on wallets: from a case that was traced, and from a node.

use fundtrail_testkit::browser::Visit;
use fundtrail_testkit::dprk_900k;
use serde_json::Value;

use crate::live::Live;
use crate::sandbox::{Outcome, Sandbox};

/// Paid the mixer, on Ethereum.
const PAYER: &str = "0xD014377C7CbcDbc1e07D5a2EEF59cF8712Fcdf19";
/// Swapped, wrapped, bridged and was sent a counterfeit, on Polygon.
const SWAPPER: &str = "0xd0DE20422cDB68b5240B7CF60dF9D95C58775ac7";
const CASE: &str = "fundtrail-demo/case.ftcase";

fn demo() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.run(&["demo", "--as-of", "2026-11-23"]).success();
    sandbox
}

fn offline(sandbox: &Sandbox, more: &[&str]) -> Outcome {
    sandbox.run(&[&["screen", "--offline", "--case", CASE], more].concat())
}

fn json(sandbox: &Sandbox, name: &str) -> Value {
    serde_json::from_str(&sandbox.read(name)).unwrap()
}

#[test]
fn wallets_of_a_traced_case_are_reported_on_without_network() {
    let sandbox = demo();
    let payer = offline(&sandbox, &["--chain", "eth", PAYER, "--out", "payer.json"]).success();
    insta::assert_snapshot!("screen_payer", payer.stdout);
    let swapper = offline(&sandbox, &[&format!("polygon:{SWAPPER}")]).success();
    insta::assert_snapshot!("screen_swapper", swapper.stdout);
    // Twelve transfers: the shape of everything, and that the digest is the case's.
    let mut report = json(&sandbox, "payer.json");
    let digest = report["case_digest"].take();
    assert_eq!(digest.as_str().map(str::len), Some(66));
    for list in report["lists"].as_array_mut().unwrap() {
        list["sha256"] = "…".into();
        list["rows"] = "…".into();
    }
    let text = serde_json::to_string_pretty(&report).unwrap();
    insta::assert_snapshot!("screen_payer_json", text);
}

#[test]
fn without_an_address_the_case_gives_the_same_bytes_again() {
    let sandbox = demo();
    let tables = ["transfers", "counterparties", "categories", "listed", "balances", "flags"];
    let files: Vec<String> = tables.iter().map(|table| format!("w.{table}.csv")).collect();
    let mut out = vec!["--out", "w.json", "--out", "w.txt"];
    files.iter().for_each(|file| out.extend(["--out", file]));
    let first = offline(&sandbox, &[&["--chain", "eth", PAYER], &out[..]].concat()).success();
    let digest = sandbox.digest(CASE);
    let names = ["w.json", "w.txt"].into_iter().chain(files.iter().map(String::as_str));
    let before: Vec<String> = names.clone().map(|name| sandbox.read(name)).collect();
    let again = sandbox.run(&[&["screen", "--case", CASE], &out[..]].concat()).success();
    assert_eq!(again.stdout, first.stdout);
    let after: Vec<String> = names.map(|name| sandbox.read(name)).collect();
    assert_eq!(after, before);
    assert_eq!(sandbox.digest(CASE), digest);
    // A table begins with its columns, and says in every row that it is a reconstruction.
    let transfers = sandbox.read("w.transfers.csv");
    assert_eq!(transfers.lines().count(), 1 + 24, "{transfers}");
    assert!(transfers.lines().skip(1).all(|row| row.contains("are invented")));
    // What a trace says of the same case does not change.
    let report = sandbox.run(&["report", CASE, "--format", "json"]).success().stdout;
    let report: Value = serde_json::from_str(&report).unwrap();
    crate::live::assert_closes(&report);
}

#[test]
fn what_counts_as_a_finding_decides_the_exit_code() {
    let sandbox = demo();
    let check = |flag: &str, code: i32| {
        let more = ["--chain", "eth", PAYER, "--fail-on", "listed", "--flag", flag];
        assert_eq!(offline(&sandbox, &more).code, Some(code), "{flag}");
    };
    // It was paid before its listing, which has ended since.
    check("then", 0);
    check("now", 0);
    check("ever", 3);
}

#[test]
fn every_unit_of_a_wallet_is_in_its_report() {
    let sandbox = demo();
    offline(&sandbox, &[&format!("polygon:{SWAPPER}"), "--out", "w.json"]).success();
    let report = json(&sandbox, "w.json");
    let wallet = &report["wallets"][0];
    let units = |of: &Value| -> i128 { of["base_units"].as_str().unwrap().parse().unwrap() };
    for balance in wallet["balances"].as_array().unwrap() {
        let asset = &balance["received"]["contract"];
        let sum = |rows: &str, side: &str| -> i128 {
            let rows = wallet[rows].as_array().unwrap().iter();
            let sums = rows.flat_map(|row| row[side].as_array().unwrap());
            sums.filter(|sum| sum["contract"] == *asset).map(units).sum()
        };
        let others = |side: &str| -> i128 {
            let rows = wallet["transfers"].as_array().unwrap().iter();
            let rest = rows.filter(|row| row["category"].is_null() && row["side"] == side);
            let rest = rest.filter(|row| row["amount"]["contract"] == *asset);
            rest.map(|row| units(&row["amount"])).sum()
        };
        let came = units(&balance["received"]) + units(&balance["unexplained_in"]);
        let went = units(&balance["sent"]) + units(&balance["fees"]);
        for rows in ["counterparties", "categories"] {
            assert_eq!(sum(rows, "received") + others("in"), came, "{rows} {asset}");
            assert_eq!(sum(rows, "sent") + others("out"), went, "{rows} {asset}");
        }
        if balance["is_vouched"] == true {
            assert_eq!(balance["closes"], true, "{balance}");
            let ends = units(&balance["closing"]) - units(&balance["opening"]);
            assert_eq!(came - went, ends, "{balance}");
        }
    }
    // Swaps are conversions with labelled pools, and the counterfeit is nobody's dealing.
    assert!(4 <= wallet["conversions"].as_array().unwrap().len(), "{}", wallet["conversions"]);
    let names = |rows: &str, field: &str| -> Vec<String> {
        let rows = wallet[rows].as_array().unwrap().iter();
        rows.filter_map(|row| row[field].as_str()).map(str::to_owned).collect()
    };
    assert!(names("flags", "kind").contains(&"counterfeit token".to_owned()));
    assert!(names("unasked", "why").contains(&"token nobody vouches for".to_owned()));
    let unlabelled =
        names("categories", "name").iter().filter(|of| of.contains("contract")).count();
    assert_eq!(unlabelled, 0, "{:?}", names("categories", "name"));
}

#[test]
fn a_wallet_is_fetched_from_a_node_and_again_from_a_recording() {
    let live = Live::shared();
    let sandbox = Sandbox::new();
    let expected = dprk_900k::expected();
    let holder = expected.seed.iter().find(|seed| seed.chain == 1).unwrap().holder.clone();
    let rpc = format!("ethereum={}", live.urls().0);
    let what = ["screen", "--chain", "eth", &holder, "--from", "14190500", "--as-of", "2026-11-23"];
    let from_node = ["--rpc", &rpc, "--case", "w.ftcase", "--record", "rec", "--out", "w.json"];
    let node = [&what[..], &from_node, &["--require-complete"]].concat();
    let outcome = sandbox.run(&node).success();
    assert!(outcome.stdout.contains("60 ETH"), "{}", outcome.stdout);
    let digest = sandbox.digest("w.ftcase");

    let replay = ["--replay", "rec", "--case", "again.ftcase", "--out", "again.json"];
    sandbox.run(&[&what[..], &replay].concat()).success();
    assert_eq!(json(&sandbox, "again.json")["wallets"], json(&sandbox, "w.json")["wallets"]);
    assert_eq!(sandbox.digest("again.ftcase"), digest);

    // In two parts it is the same, and the second begins where the case began.
    let part = ["--rpc", &rpc, "--case", "parts.ftcase"];
    sandbox.run(&[&what[..], &part, &["--to", "14190560"]].concat()).success();
    let rest =
        ["screen", "--chain", "eth", &holder, "--as-of", "2026-11-23", "--out", "parts.json"];
    sandbox.run(&[&rest[..], &part].concat()).success();
    let (parts, whole) = (json(&sandbox, "parts.json"), json(&sandbox, "w.json"));
    for part in ["first_block", "last_block", "counterparties", "categories", "transfers", "flags"]
    {
        assert_eq!(parts["wallets"][0][part], whole["wallets"][0][part], "{part}");
    }
}

#[test]
fn what_makes_no_sense_is_refused_before_anything_is_asked() {
    let sandbox = demo();
    let check = |arguments: &[&str], words: &str| {
        let outcome = sandbox.run(&[&["screen"], arguments].concat());
        assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
        assert_eq!(outcome.stdout, "");
        assert!(outcome.stderr.contains(words), "{words}: {}", outcome.stderr);
    };
    let node = ["--rpc", "http://127.0.0.1:9", "--chain", "eth", PAYER];
    check(&[], "<ADDRESS>");
    check(&node, "where to begin is not known");
    check(&[&node[..], &["--from", "soon"]].concat(), "`soon` is no block");
    check(&[&node[..], &["--from", "finalized"]].concat(), "is no beginning");
    check(&[&node[..], &["--from", "1", "--out", "w.doc"]].concat(), "does not say a format");
    check(&["--case", CASE], "no wallet of this case was reported on before");
    check(&["--case", CASE, "--as-of", "2026-01-01"], "--as-of changes what the case holds");
    check(&["--offline", "--chain", "eth", PAYER], "--case");
    let offline = ["--offline", "--case", CASE, "--chain", "eth"];
    check(&[&offline[..], &[PAYER, "--from", "2022-01-01"]].concat(), "is no block");
    check(&[&offline[..], &[PAYER, "--labels", "l.csv"]].concat(), "--labels");
    let nobody = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
    check(&[&offline[..], &[nobody]].concat(), "the case was never asked about");
    check(&[PAYER, "--from", "1"], "do not say on which chain");
}

#[test]
fn its_page_opens_without_a_request_or_an_error() {
    let sandbox = demo();
    offline(&sandbox, &["--chain", "eth", PAYER, "--out", "w.html"]).success();
    for (width, dark, script) in [(1400, false, true), (390, true, false)] {
        let mut visit = Visit::new(&sandbox.path("w.html"));
        (visit.width, visit.dark, visit.script) = (width, dark, script);
        visit.count = ["h1", "section", "table", "script"].map(str::to_owned).to_vec();
        let page = visit.open();
        assert_eq!(page.console_errors, [""; 0]);
        assert_eq!(page.requests, [""; 0], "the page asked for something");
        assert_eq!(page.lang, "en");
        assert_eq!(page.overflow, 0, "wider than a window of {width} pixels");
        assert_eq!((page.counts["h1"], page.counts["section"], page.counts["script"]), (1, 11, 0));
        assert!(4 <= page.counts["table"], "{:?}", page.counts);
        for words in ["Who is it?", "24.5 ETH", "delisted 2025-03-21", "invented", "not known"] {
            assert!(page.text.contains(words), "`{words}` is missing");
        }
    }
}
