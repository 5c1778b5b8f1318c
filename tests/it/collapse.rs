//! Real transactions in which others than the payer get what is bought: traced, and compared with what the chain
//! itself says that everybody has.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Address, hash_hex, parse_address};
use fundtrail_testkit::chaos::{ChaosProxy, Faults, Profile, Refusal, When};
use fundtrail_testkit::contracts::market::{Deal, End, Market};
use serde_json::Value;

use crate::sandbox::Sandbox;

/// What stolen value is where, by the report: by theft, without what went to gas.
fn told(report: &str) -> Told {
    let report: Value = serde_json::from_str(report).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let address = |value: &Value| parse_address(value.as_str().unwrap()).unwrap();
    let mut seeds: BTreeMap<String, String> = BTreeMap::new();
    for seed in report["seeds"].as_array().unwrap() {
        seeds.insert(text(&seed["id"]), text(&seed["place"]["transaction"]));
    }
    let mut sums: BTreeMap<(String, Address, Option<Address>, String), u128> = BTreeMap::new();
    for ending in report["endings"].as_array().unwrap() {
        let Some(at) = ending["at"].as_object() else { continue };
        let money = &ending["money"];
        let token = (!money["contract"].is_null()).then(|| address(&money["contract"]));
        let seed = seeds[ending["seed"].as_str().unwrap()].clone();
        let key = (seed, address(&at["address"]), token, text(&ending["class"]));
        *sums.entry(key).or_default() += text(&money["base_units"]).parse::<u128>().unwrap();
    }
    let mut told = Told::new();
    for ((seed, at, token, class), amount) in sums {
        let end = End { at, token, amount: amount.into() };
        told.entry(seed).or_default().insert((end, class));
    }
    told
}

/// What the report tells of each theft.
type Told = BTreeMap<String, BTreeSet<(End, String)>>;

/// Traces all thefts at once.
fn trace(url: &str, deals: &[Deal], knows_tokens: bool) -> (Sandbox, Told) {
    let sandbox = Sandbox::new();
    let mut tokens = String::from("chain,contract,symbol,decimals,source\n");
    for (idx, token) in Market::tokens().iter().enumerate() {
        tokens.push_str(&format!("1,{token:#x},T{idx},6,made for this test\n"));
    }
    sandbox.write("tokens.csv", tokens);
    let rpc = format!("1={url}");
    let thefts: Vec<String> = deals.iter().map(|deal| hash_hex(deal.theft)).collect();
    let mut arguments = vec!["trace", "--rpc", &rpc, "--chain", "1", "--case", "case.ftcase"];
    arguments.extend(["--out", "report.json"]);
    if knows_tokens {
        arguments.extend(["--labels", "tokens.csv"]);
    }
    arguments.extend(thefts.iter().map(String::as_str));
    sandbox.run(&arguments).success();
    let told = told(&sandbox.read("report.json"));
    (sandbox, told)
}

/// Checks what is told of a theft against who has stolen value by the chain's own books.
#[track_caller]
fn check(deal: &Deal, told: &Told) {
    let told = &told[&hash_hex(deal.theft)];
    let ends: BTreeSet<End> = told.iter().map(|(end, _)| end.clone()).collect();
    let expected: BTreeSet<End> = deal.ends.iter().cloned().collect();
    assert_eq!(ends, expected, "{}: {told:#?}", deal.name);
    assert!(told.iter().all(|(_, class)| !["not covered", "budget"].contains(&class.as_str())));
}

/// Where the value of a theft ended, if it is at one place.
fn only(deal: &Deal, told: &Told) -> (Address, String) {
    let ends: Vec<_> = told[&hash_hex(deal.theft)].iter().collect();
    let [(end, class)] = ends.as_slice() else { panic!("{}: {ends:#?}", deal.name) };
    (end.at, class.clone())
}

#[test]
fn whoever_gets_what_is_bought_is_found() {
    let market = Market::start();
    let (sandbox, told) = trace(&market.url(), &market.deals, true);
    market.deals.iter().for_each(|deal| check(deal, &told));
    let report = sandbox.read("report.json");
    assert!(report.contains("Nobody else paid for it"), "{report}");
    assert!(report.contains("divided in proportion to what each paid"), "{report}");

    // Without a tracer, native coins that contracts pay are not seen, and that is said. Tokens are.
    let refusal = Refusal {
        code: -32_601,
        http: 200,
        text: "the method does not exist/is not available",
        data: None,
    };
    let profile =
        Profile::bare("without").with(When::Method(&["trace_", "debug_", "ots_"]), 0, refusal);
    let without = ChaosProxy::start(&market.url(), profile, Faults::none());
    let (sandbox, told) = trace(&without.url(), &market.deals, true);
    for deal in &market.deals {
        if !deal.name.contains("native") {
            check(deal, &told);
            continue;
        }
        // Whoever is found is right, and the rest is where it was seen last.
        for (end, class) in &told[&hash_hex(deal.theft)] {
            let is_left = class == "contract without return";
            assert!(is_left || deal.ends.contains(end), "{}: {end:?} {class}", deal.name);
        }
    }
    let report = sandbox.read("report.json");
    assert!(report.contains("no endpoint tells its internal transfers"), "{report}");

    // Shares and notes that no list knows may be of the thief's own making: nobody is said to have bought them.
    let (sandbox, told) = trace(&market.url(), &market.deals, false);
    let notes = market.deals.iter().find(|deal| deal.name.contains("notes")).unwrap();
    let (at, class) = only(notes, &told);
    assert_eq!((at, class.as_str()), (Market::tokens()[4], "contract without return"));
    let report = sandbox.read("report.json");
    assert!(report.contains("contracts gave to others, which is not followed"), "{report}");
}
