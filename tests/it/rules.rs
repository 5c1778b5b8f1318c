//! Every rule side by side: what they say, and that what each of them lacks is fetched.

use std::collections::BTreeMap;

use fundtrail_model::{Address, Amount, checksum};
use fundtrail_testkit::anvil::{Anvil, AnvilOptions};
use serde_json::{Value, json};

use crate::sandbox::{Outcome, Sandbox};

const LEDGERS: [&str; 5] = ["fifo", "lifo", "haircut", "dirty-first", "libr"];
pub(crate) const COIN: u128 = 10_u128.pow(18);

pub(crate) fn read(sandbox: &Sandbox, name: &str) -> Value {
    serde_json::from_str(&sandbox.read(name)).unwrap()
}

pub(crate) fn units(money: &Value) -> u128 {
    money["base_units"].as_str().unwrap().parse().unwrap()
}

/// Runs the same command until its budget is enough; returns how often that was.
pub(crate) fn in_parts(run: impl Fn() -> Outcome) -> usize {
    let is_last = |outcome: Outcome| !outcome.stderr.contains("this run stopped when");
    1 + (1..60).position(|_| is_last(run())).expect("a budget that gets nowhere")
}

/// Chain, contract and address, empty for nobody.
type Place = (u64, String, String);

fn key(money: &Value, at: &Value) -> Place {
    (
        money["chain"].as_u64().unwrap(),
        money["contract"].as_str().unwrap_or("native").to_owned(),
        at["address"].as_str().unwrap_or_default().to_owned(),
    )
}

/// What ended where by one rule, by the column of the band.
fn column(report: &Value, rule: &str) -> BTreeMap<Place, u128> {
    let mut found = BTreeMap::new();
    for asset in report["certainty"]["band"]["assets"].as_array().unwrap() {
        for place in asset["places"].as_array().unwrap() {
            let amounts = place["amounts"].as_array().unwrap();
            let amount = amounts.iter().find(|amount| amount["rule"] == rule).unwrap();
            found.insert(key(&amount["money"], &place["at"]), units(&amount["money"]));
        }
    }
    found.retain(|_, units| *units > 0);
    found
}

/// The same by the endings of a report by that rule.
fn endings(report: &Value) -> BTreeMap<Place, u128> {
    let mut found = BTreeMap::new();
    for ending in report["endings"].as_array().unwrap() {
        *found.entry(key(&ending["money"], &ending["at"])).or_insert(0) += units(&ending["money"]);
    }
    found
}

#[test]
fn the_band_of_the_demo_is_what_each_rule_says_alone() {
    let sandbox = Sandbox::new();
    let demo = |more: &[&str]| {
        sandbox.run(&[&["demo", "--as-of", "2026-11-23"], more].concat()).success().stdout
    };
    let printed = demo(&["--rule", "all"]);
    let report = read(&sandbox, "fundtrail-demo/report.json");
    assert_eq!(report["rule"], "dirty-first");
    for rule in LEDGERS {
        let out = format!("{rule}.json");
        let one = ["report", "fundtrail-demo/case.ftcase", "--rule", rule, "--out", &out];
        sandbox.run(&one).success();
        let alone = read(&sandbox, &out);
        crate::live::assert_closes(&alone);
        assert_eq!(alone["rule"], rule);
        assert_eq!(column(&report, rule), endings(&alone), "{rule}");
    }
    for asset in report["certainty"]["band"]["assets"].as_array().unwrap() {
        for place in asset["places"].as_array().unwrap() {
            let of = |rule: &str| {
                let amounts = place["amounts"].as_array().unwrap();
                units(&amounts.iter().find(|amount| amount["rule"] == rule).unwrap()["money"])
            };
            let amounts = LEDGERS.map(of);
            assert_eq!(units(&place["least"]), *amounts.iter().min().unwrap());
            assert_eq!(units(&place["most"]), *amounts.iter().max().unwrap());
        }
        for total in asset["totals"].as_array().unwrap() {
            assert_eq!(total["closes"], true, "{total}");
        }
    }

    // Made again from the case alone, byte for byte.
    let names = ["report.html", "report.json", "report.csv", "report.band.csv"];
    let mut again = vec!["report", "fundtrail-demo/case.ftcase"];
    again.extend(names.iter().flat_map(|name| ["--out", name]));
    assert_eq!(sandbox.run(&again).success().stdout, printed);
    for name in names {
        assert_eq!(sandbox.read(name), sandbox.read(&format!("fundtrail-demo/{name}")), "{name}");
    }

    // Apart from the comparison it is the report of one rule.
    demo(&[]);
    let mut plain = read(&sandbox, "fundtrail-demo/report.json");
    let mut all = report;
    assert!(plain["certainty"].get("band").is_none());
    for report in [&mut plain, &mut all] {
        for part in
            ["certainty", "method", "summary", "case_digest", "parties", "assets", "glossary"]
        {
            report[part] = Value::Null;
        }
    }
    assert_eq!(plain, all);
    let refused = sandbox.run(&["report", "fundtrail-demo/case.ftcase", "--out", "x.band.csv"]);
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    assert!(refused.stderr.contains("give --rule all"), "{}", refused.stderr);
}

const VICTIM: Address = Address::repeat_byte(0xa1);
/// Has ten of his own when ten are stolen.
const THIEF: Address = Address::repeat_byte(0xb2);
/// Gets the first ten that leave: the stolen ones by `dirty-first` and `lifo`.
pub(crate) const FIRST: Address = Address::repeat_byte(0xc3);
/// Gets nearly all of the rest: the stolen ones by `fifo` and `libr`.
const SECOND: Address = Address::repeat_byte(0xd4);
/// Where each of them passes it on to.
pub(crate) const FRIEND: Address = Address::repeat_byte(0xe5);
const OTHER: Address = Address::repeat_byte(0xf6);

/// A node with the theft, and the theft's transaction.
pub(crate) fn mixed() -> (Anvil, String) {
    let mut options = AnvilOptions::new(1, 1_700_000_000);
    options.genesis.fund(VICTIM, Amount::from(100 * COIN));
    options.genesis.fund(THIEF, Amount::from(10 * COIN));
    let node = Anvil::start(&options);
    let send = |from: Address, nonce: u64, to: Address, value: u128| {
        let transaction = json!([{
            "from": from, "to": to, "value": format!("{value:#x}"), "gas": "0x5208",
            "gasPrice": "0x77359400", "nonce": format!("{nonce:#x}"),
        }]);
        let hash = node.rpc().expect("eth_sendTransaction", &transaction);
        let _ = node.rpc().expect("anvil_mine", &json!(["0x2"]));
        hash.as_str().unwrap().to_owned()
    };
    let _ = node.rpc().expect("anvil_mine", &json!(["0x8"]));
    let theft = send(VICTIM, 0, THIEF, 10 * COIN);
    let _ = send(THIEF, 0, FIRST, 10 * COIN);
    let _ = send(FIRST, 0, FRIEND, 9 * COIN);
    let _ = send(THIEF, 1, SECOND, 9 * COIN);
    let _ = send(SECOND, 0, OTHER, 8 * COIN);
    let _ = node.rpc().expect("anvil_mine", &json!(["0x100"]));
    (node, theft)
}

#[test]
fn what_any_rule_lacks_is_fetched() {
    let (node, theft) = mixed();
    let sandbox = Sandbox::new();
    let url = node.url();
    let trace = |case: &str, more: &[&str]| {
        let start = ["trace", "--chain", "ethereum", "--rpc", &url, "--until", "latest"];
        let rest = ["--case", case, "--as-of", "2026-11-23", &theft];
        sandbox.run(&[&start[..], &rest, more].concat())
    };
    let native = |who: Address| (1, "native".to_owned(), checksum(who));
    trace("all.ftcase", &["--rule", "all", "--require-complete", "--out", "all.json"]).success();
    let report = read(&sandbox, "all.json");
    for rule in report["certainty"]["band"]["rules"].as_array().unwrap() {
        assert_eq!(rule["is_unfinished"], false, "{rule}");
    }
    // Nobody looked at the second wallet for dirty-first.
    let of = |rule: &str, who| column(&report, rule).get(&native(who)).copied().unwrap_or(0);
    assert_eq!((of("dirty-first", FRIEND), of("dirty-first", OTHER)), (9 * COIN, 0));
    assert_eq!(of("fifo", FRIEND), 0);
    assert_eq!(of("libr", OTHER), 8 * COIN);
    assert!(of("fifo", OTHER) > 7 * COIN && of("haircut", OTHER) > 3 * COIN);
    for rule in LEDGERS {
        let (case, out) = (format!("{rule}.ftcase"), format!("{rule}.json"));
        trace(&case, &["--rule", rule, "--out", &out]).success();
        assert_eq!(column(&report, rule), endings(&read(&sandbox, &out)), "{rule}");
    }

    // What was fetched for the others changes nothing in the report itself.
    let alone = read(&sandbox, "dirty-first.json");
    for part in ["endings", "hops", "ledger", "paths"] {
        assert_eq!(report[part], alone[part], "{part}");
    }

    // Stopped and gone on with, it is the same case.
    let budget = ["--rule", "all", "--max-requests", "12"];
    let runs = in_parts(|| trace("parts.ftcase", &budget).success());
    assert!(2 < runs, "{runs}");
    assert_eq!(sandbox.digest("parts.ftcase"), sandbox.digest("all.ftcase"));

    // A case that was filled for one rule does not know what became of it by the others, and says so.
    let alone = ["report", "dirty-first.ftcase", "--rule", "all", "--out", "some.json"];
    let said = sandbox.run(&alone).success().stdout;
    assert!(said.contains("NOT FINISHED by fifo, haircut, libr"), "{said}");
    // The same case goes on where the other rules begin to lack something, and ends as the first.
    let digest = |case: &str| sandbox.digest(case);
    trace("dirty-first.ftcase", &["--rule", "all", "--out", "on.json"]).success();
    assert_eq!(read(&sandbox, "on.json")["certainty"], report["certainty"]);
    assert_eq!(digest("dirty-first.ftcase"), digest("all.ftcase"));
    // What the case says is what a later run does.
    trace("all.ftcase", &["--out", "later.json"]).success();
    assert_eq!(read(&sandbox, "later.json"), report);
}
