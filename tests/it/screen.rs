//! Reports on wallets: from a case that was traced, and from a node.

use fundtrail_model::{Address, checksum};
use fundtrail_testkit::anvil::Anvil;
use fundtrail_testkit::browser::{Act, Visit};
use fundtrail_testkit::dprk_900k;
use serde_json::Value;

use crate::live::Live;
use crate::rules::read;
use crate::sanctions::{Payment, THIEF, VICTIM, at, play, trace};
use crate::sandbox::{Outcome, Sandbox};

/// Listed on 2022-04-14, by the built-in list.
const LISTED: &str = "0x098b716b8aaf21512996dc57eb0615e2383e2f96";

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
    let whole = ["w.json", "w.txt", "w.md", "w.pdf", "w.xlsx"];
    let mut out: Vec<&str> = whole.iter().flat_map(|name| ["--out", name]).collect();
    files.iter().for_each(|file| out.extend(["--out", file]));
    let first = offline(&sandbox, &[&["--chain", "eth", PAYER], &out[..]].concat()).success();
    let digest = sandbox.digest(CASE);
    let names = whole.into_iter().chain(files.iter().map(String::as_str));
    let bytes = |name: &str| std::fs::read(sandbox.path(name)).unwrap();
    let before: Vec<Vec<u8>> = names.clone().map(bytes).collect();
    let again = sandbox.run(&[&["screen", "--case", CASE], &out[..]].concat()).success();
    assert_eq!(again.stdout, first.stdout);
    let after: Vec<Vec<u8>> = names.map(bytes).collect();
    assert!(after == before);
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
    check(&["--case", CASE, "--price-source", "stable"], "--price-source changes what the case");
    let csv = ["--from", "1", "--price-source", "csv"];
    check(&[&node[..], &csv].concat(), "--price-source csv needs a file of prices");
    sandbox.write("p.csv", "chain,contract,date,usd,source\n");
    let both = ["--from", "1", "--price-source", "stable", "--prices", "p.csv"];
    check(&[&node[..], &both].concat(), "does not name the file that --prices gives");
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
    for (width, dark, script) in [(1400, false, true), (1400, true, true), (390, true, false)] {
        let mut visit = Visit::new(&sandbox.path("w.html"));
        visit.audit = script;
        (visit.width, visit.dark, visit.script) = (width, dark, script);
        visit.count = ["h1", "section", "table", "script"].map(str::to_owned).to_vec();
        let page = visit.open();
        assert_eq!(page.console_errors, [""; 0]);
        assert_eq!(page.requests, [""; 0], "the page asked for something");
        assert_eq!(page.lang, "en");
        assert_eq!(page.overflow, 0, "wider than a window of {width} pixels");
        assert_eq!((page.counts["h1"], page.counts["section"], page.counts["script"]), (1, 12, 1));
        assert_eq!(page.violations, [""; 0]);
        assert!(4 <= page.counts["table"], "{:?}", page.counts);
        for words in ["Who is it?", "24.5 ETH", "delisted 2025-03-21", "invented", "not known"] {
            assert!(page.text.contains(words), "`{words}` is missing");
        }
    }
}

#[test]
fn tables_of_its_page_are_sorted_and_searched() {
    let sandbox = demo();
    offline(&sandbox, &[&format!("polygon:{SWAPPER}"), "--out", "w.html"]).success();
    let read = |acts: &[Act], selector: &str| {
        let mut visit = Visit::new(&sandbox.path("w.html"));
        (visit.acts, visit.texts) = (acts.to_vec(), vec![selector.to_owned()]);
        let page = visit.open();
        assert_eq!(page.console_errors, [""; 0]);
        (page.texts[selector].clone(), page.hash)
    };
    let click = |selector: &str| Act::Click(selector.to_owned());
    let amount = click("#transfers-w1 th:nth-child(3) button");
    let (amounts, hash) = read(&[amount.clone(), amount], "#transfers-w1 tbody td:nth-child(3)");
    let number = |text: &String| -> f64 {
        text.split(' ').next().unwrap().replace(',', "").parse().unwrap()
    };
    assert_eq!(amounts[0], "4,074,960 ELIXIR");
    assert!(amounts.iter().map(number).is_sorted_by(|a, b| a >= b), "{amounts:?}");
    assert!(hash.contains("transfers-w1.by=-3"), "{hash}");
    let search = Act::Fill("#transfers-w1 .filter input".to_owned(), "START".to_owned());
    let (said, _) = read(std::slice::from_ref(&search), "#transfers-w1 .filter span");
    let (rows, _) = read(&[search], "#transfers-w1 tbody tr");
    assert!(!rows.is_empty() && rows.len() < amounts.len());
    assert!(rows.iter().all(|row| row.contains("START")), "{rows:?}");
    assert_eq!(said, [format!("{} of {} rows", rows.len(), amounts.len())]);
}

/// The thief pays somebody and a listed address, which pays a third.
fn small_theft() -> (Anvil, Vec<String>, [Address; 2]) {
    let [mule, third] = [0xc3, 0xd4].map(Address::repeat_byte);
    let payments = [
        Payment::new("2022-05-01T10:00:00Z", VICTIM, THIEF, "30"),
        Payment::new("2022-05-01T10:01:00Z", THIEF, mule, "5"),
        Payment::new("2022-05-01T10:02:00Z", THIEF, at(LISTED), "7"),
        Payment::new("2022-05-01T10:03:00Z", at(LISTED), third, "2"),
    ];
    let (node, hashes) = play(&payments, |_| {});
    (node, hashes, [mule, third])
}

#[test]
fn what_a_fetch_brings_is_looked_up_or_cleared_of_nothing() {
    let (node, _, [mule, third]) = small_theft();
    let sandbox = Sandbox::new();
    let url = node.url();
    let fetch = |who: Address, more: &[&str]| {
        let what = ["fetch", "--chain", "eth", "--rpc", &url, "--case", "c.ftcase", "--until"];
        let who = checksum(who);
        sandbox.run(&[&what[..], &["latest", "--from-block", "0", &who], more].concat()).success()
    };
    let screen = |who: Address, code: i32| {
        let what = ["screen", "--offline", "--case", "c.ftcase", "--chain", "eth", "--out"];
        let (who, rest) = (checksum(who), ["w.json", "--as-of", "2026-11-23", "--fail-on"]);
        let outcome = sandbox.run(&[&what[..], &rest, &["listed", &who]].concat());
        assert_eq!(outcome.code, Some(code), "{who}: {}\n{}", outcome.stdout, outcome.stderr);
        (outcome.stdout.split_whitespace().collect::<Vec<_>>().join(" "), json(&sandbox, "w.json"))
    };
    fetch(THIEF, &[]);
    let (said, report) = screen(THIEF, 3);
    assert!(said.contains("7 ETH paid to"), "{said}");
    assert_eq!(report["wallets"][0]["is_named"], true);
    fetch(mule, &[]);
    assert!(screen(mule, 0).0.contains("No: neither the address nor anybody"));

    // Other lists do not take the place of those: who comes then was looked up in none.
    sandbox.write("own.csv", "chain,address,name,category,source\n");
    let stranger = Address::repeat_byte(0xe5);
    let other = fetch(stranger, &["--labels", "own.csv"]);
    assert!(other.stderr.contains("has no names yet"), "{}", other.stderr);
    let (said, report) = screen(stranger, 4);
    assert!(said.contains("Not known: its addresses were not looked up"), "{said}");
    assert!(!said.contains("No: neither"), "{said}");
    let wallet = &report["wallets"][0];
    assert_eq!((&wallet["is_named"], &wallet["is_complete"]), (&false.into(), &false.into()));
    // What is known still counts.
    let (said, _) = screen(THIEF, 3);
    assert!(said.contains("7 ETH paid to") && said.contains("Not known: "), "{said}");
    // With the lists of the case, all of it is.
    fetch(stranger, &[]);
    assert!(screen(stranger, 0).0.contains("No: neither the address nor anybody"));
    fetch(third, &[]);
    assert!(screen(third, 3).0.contains("2 ETH received from"));
}

#[test]
fn no_balance_is_told_across_blocks_that_were_not_looked_at() {
    let (node, ..) = small_theft();
    let sandbox = Sandbox::new();
    let (url, thief) = (node.url(), checksum(THIEF));
    let what = ["screen", "--chain", "eth", &thief, "--case", "c.ftcase", "--out", "w.json"];
    let out = ["--out", "w.balances.csv", "--as-of", "2026-11-23"];
    let whole = [&what[..], &out, &["--rpc", &url, "--from", "1", "--to", "latest"]].concat();
    sandbox.run(&whole).success();
    let balance = |report: &Value| report["wallets"][0]["balances"][0].clone();
    let before = balance(&json(&sandbox, "w.json"));
    assert_eq!((&before["is_seen"], &before["closes"]), (&true.into(), &true.into()), "{before}");
    let after = before["closing"]["base_units"].as_str().unwrap().to_owned();
    assert_ne!(after, "0");

    let outcome = sandbox.run(&[&what[..], &out, &["--offline", "--to", "99999999"]].concat());
    let outcome = outcome.success();
    let longer = balance(&json(&sandbox, "w.json"));
    assert_eq!(longer["is_seen"], false, "{longer}");
    assert_eq!((&longer["closing"], &longer["closes"]), (&Value::Null, &Value::Null), "{longer}");
    assert_eq!(longer["opening"], before["opening"]);
    let said = outcome.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        "ETH, in the blocks looked at: before",
        "after not known; not all blocks were looked at: whether it adds up is not known; the last balance that the \
         node gave is",
        "With whom it dealt in the other blocks is not known",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let csv = sandbox.read("w.balances.csv");
    assert!(csv.lines().next().unwrap().contains("\"all_blocks_looked_at\""), "{csv}");
    assert!(!csv.contains(&after), "{csv}");
}

#[test]
fn screening_in_the_case_of_a_theft_leaves_its_report_alone() {
    let (node, hashes, [mule, _]) = small_theft();
    let sandbox = Sandbox::new();
    let (url, who) = (node.url(), checksum(mule));
    let header = "chain,address,name,category,source\n";
    sandbox.write("ours.csv", format!("{header}1,{who},Till,exchange,us\n"));
    sandbox.write("other.csv", format!("{header}1,{who},Mixer,mixer,us\n"));
    sandbox.write("p.csv", "chain,contract,date,usd,source\n1,native,2022-05-01,2000,test\n");
    let how = ["--labels", "ours.csv", "--as-of", "2022-06-01", "--flag", "then"];
    trace(&sandbox, &node, &[&hashes[0]], &how).success();
    // All but the digest of the case, which holds more then.
    let told = |name: &str| {
        let mut parts = read(&sandbox, name).as_object().unwrap().clone();
        assert!(parts.remove("case_digest").is_some());
        parts
    };
    let check = |theft: &serde_json::Map<String, Value>| {
        sandbox.run(&["report", "case.ftcase", "--out", "b.json"]).success();
        let after = told("b.json");
        let changed: Vec<_> = theft.iter().filter(|(part, of)| after[*part] != **of).collect();
        assert!(changed.is_empty(), "{changed:?}");
    };
    let theft = told("a.json");
    assert!(theft["endings"].to_string().contains("Till"));
    let digest = sandbox.digest("case.ftcase");
    let screen = |more: &[&str]| {
        let what = ["screen", "--chain", "eth", &who, "--case", "case.ftcase", "--out", "w.json"];
        sandbox.run(&[&what[..], more].concat())
    };
    let online = ["--rpc", &url, "--from", "0", "--to", "latest"];
    for labels in
        [&[][..], &["--labels", "other.csv"], &["--labels", "ours.csv", "--labels", "other.csv"]]
    {
        let refused = screen(&[&online[..], labels].concat());
        assert_eq!(refused.code, Some(2), "{}", refused.stderr);
        assert!(refused.stderr.contains("come from other lists"), "{}", refused.stderr);
        assert_eq!(sandbox.digest("case.ftcase"), digest);
    }
    let own =
        ["--labels", "ours.csv", "--as-of", "2026-11-23", "--flag", "ever", "--prices", "p.csv"];
    screen(&[&online[..], &own].concat()).success();
    let wallet = json(&sandbox, "w.json");
    assert_eq!((&wallet["today"], &wallet["flag"]), (&"2026-11-23".into(), &"ever".into()));
    let amount = &wallet["wallets"][0]["transfers"][0]["amount"];
    assert_eq!(
        (&amount["usd"], &amount["price"]["source"]),
        (&"$10,000.00".into(), &"test".into())
    );
    check(&theft);
    // Offline, too: nothing that is typed for the wallet is the theft's.
    screen(&["--offline", "--as-of", "2025-01-01", "--flag", "now"]).success();
    assert_eq!(json(&sandbox, "w.json")["today"], "2025-01-01");
    check(&theft);
}

#[test]
fn it_is_a_text_to_file_as_markdown_and_as_pages() {
    let sandbox = demo();
    let out = ["--chain", "eth", PAYER, "--out", "w.md", "--out", "w.pdf"];
    offline(&sandbox, &out).success();
    let digest = sandbox.digest(CASE);
    let digest = digest.split_whitespace().last().unwrap();
    let text = sandbox.read("w.md").replace(digest, "…");
    let text: Vec<&str> = text.lines().filter(|line| !line.contains("SHA-256")).collect();
    insta::assert_snapshot!("screen_payer_markdown", text.join("\n"));

    let output = std::process::Command::new("pdftotext")
        .args(["-raw".as_ref(), sandbox.path("w.pdf").as_os_str(), "-".as_ref()])
        .output()
        .expect("tests/support/setup.sh installs pdftotext");
    let text = String::from_utf8(output.stdout).unwrap();
    let foot = format!("fundtrail {} · case {}…", env!("CARGO_PKG_VERSION"), &digest[..18]);
    for page in text.split_terminator('\u{c}') {
        for words in ["Reconstruction: what is marked (invented) is made up.", "Page ", &foot] {
            assert!(page.contains(words), "`{words}` is missing on a page:\n{page}");
        }
    }
    for words in ["Who is it?", "24.5 ETH", "delisted 2025-03-21", "What is not known"] {
        assert!(text.contains(words), "`{words}` is missing");
    }
}
