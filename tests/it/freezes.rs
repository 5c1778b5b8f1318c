//! What issuers of tokens did to addresses, and when.

use std::collections::BTreeMap;

use fundtrail_model::{Address, checksum};
use fundtrail_testkit::chaos::{ChaosProxy, Count, Faults, Profile, Refusal, Shape, When};
use fundtrail_testkit::contracts::{Contracts, selector};

use crate::rules::read;
use crate::sanctions::{Payment, THIEF, VICTIM, at, list, play, text, trace};
use crate::sandbox::Sandbox;

const USDT: &str = "0xdAC17F958D2ee523a2206206994597C13D831ec7";
const USDC: &str = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48";
const ISSUER: Address = Address::repeat_byte(0x07);

/// The issuer does something to an address, with an amount where it takes one.
fn done(minute: u8, token: &str, function: &str, to: Address, amount: Option<u8>) -> Payment {
    let mut data = selector(function).to_vec();
    data.extend([0; 12]);
    data.extend(to.as_bytes());
    if let Some(amount) = amount {
        data.extend([0; 31]);
        data.push(amount);
    }
    let time = format!("2024-03-29T10:{minute:02}:00Z");
    Payment { data, ..Payment::new(&time, ISSUER, at(token), "0") }
}

#[test]
fn freezes_have_their_time_and_strangers_freezes_are_left_out() {
    let [mule, clean, stranger] = [0xc3, 0xd4, 0xe5].map(Address::repeat_byte);
    let frozen = |minute, to| done(minute, USDT, "addBlackList(address)", to, None);
    let payments = [
        frozen(0, clean),
        Payment::new("2024-03-29T10:01:00Z", VICTIM, THIEF, "30"),
        Payment::new("2024-03-29T10:02:00Z", THIEF, mule, "5"),
        Payment::new("2024-03-29T10:03:00Z", THIEF, clean, "5"),
        frozen(10, mule),
        frozen(11, stranger),
        done(12, USDT, "destroyBlackFunds(address,uint256)", mule, Some(77)),
        done(13, USDC, "blacklist(address)", clean, None),
        done(14, USDC, "unBlacklist(address)", clean, None),
        done(15, USDC, "blacklist(address)", stranger, None),
        done(16, USDC, "blacklist(address)", THIEF, None),
    ];
    let (node, hashes) = play(&payments, |options| {
        options.genesis.fund(ISSUER, 10_u128.pow(18).into());
        for token in [USDT, USDC] {
            options.genesis.place(at(token), Contracts::own().runtime("Issuer"), &[]);
        }
    });
    let sandbox = Sandbox::new();
    trace(&sandbox, &node, &[&hashes[1]], &["--second-opinions"]).success();
    let report = read(&sandbox, "a.json");
    let mut told: BTreeMap<(&str, String), Vec<String>> = BTreeMap::new();
    for opinion in list(&report, "opinions") {
        let key = (text(opinion, "oracle"), text(&opinion["party"], "address").to_owned());
        let empty = Vec::new();
        let freezes = opinion["freezes"].as_array().unwrap_or(&empty).iter();
        let line = |freeze: &serde_json::Value| {
            let transaction = text(freeze, "transaction");
            let number = hashes.iter().position(|hash| hash == transaction).unwrap();
            format!("{} {} by {number}", text(freeze, "kind"), text(freeze, "time"))
        };
        told.insert(key, freezes.map(line).collect());
    }
    let at_minute = |kind: &str, minute: u8, number: usize| {
        format!("{kind} 2024-03-29 10:{minute:02}:00 UTC by {number}")
    };
    let expected = [
        // Before the trail began: frozen, and since when is not known.
        (("usdt-issuer", checksum(clean)), vec![]),
        (
            ("usdt-issuer", checksum(mule)),
            vec![at_minute("frozen", 10, 4), at_minute("destroyed", 12, 6)],
        ),
        (
            ("usdc-issuer", checksum(clean)),
            vec![at_minute("frozen", 13, 7), at_minute("released", 14, 8)],
        ),
        (("usdc-issuer", checksum(THIEF)), vec![at_minute("frozen", 16, 10)]),
    ];
    assert_eq!(told, BTreeMap::from(expected));
    sandbox.run(&["report", "case.ftcase", "--out", "b.json", "--out", "b.txt"]).success();
    assert_eq!(sandbox.read("b.json"), sandbox.read("a.json"));
    let said = sandbox.read("b.txt").split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        "since when is not known: no log of the freeze was found in blocks ",
        "Logs of what the issuer of USDT on Ethereum froze and released were read for blocks ",
        "77 base units destroyed in block",
        "the issuer of USDC has not frozen it",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }

    // A report on a wallet tells the same of it, since its own beginning, and leaves the theft's report alone.
    let [url, who] = [node.url(), checksum(clean)];
    let words = ["screen", "--chain", "ethereum", &who, "--rpc", &url, "--case", "case.ftcase"];
    let rest = ["--from", "0", "--to", "latest", "--second-opinions", "--out", "w.json"];
    sandbox.run(&[&words[..], &rest].concat()).success();
    let wallet = read(&sandbox, "w.json");
    let told = wallet["wallets"][0]["opinions"].to_string();
    for words in [
        "the issuer of USDT has frozen it at the end of block",
        ": frozen in block 5 (2024-03-29 10:00:00 UTC), transaction",
        ", released in block ",
        "Logs of what the issuer of USDC on Ethereum froze and released were read for blocks 0–",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
    assert!(!told.contains("since when is not known"), "{told}");
    sandbox.run(&["report", "case.ftcase", "--out", "d.json"]).success();
    let after = read(&sandbox, "d.json");
    let changed = report.as_object().unwrap().iter().filter(|(part, of)| after[*part] != **of);
    let changed: Vec<&str> = changed.map(|(part, _)| part.as_str()).collect();
    // The holder is part of the theft: more of it was looked at now.
    assert_eq!(changed, ["case_digest", "certainty", "summary"]);
    // The theft asked anew leaves the wallet's report alone.
    trace(&sandbox, &node, &[&hashes[1]], &["--second-opinions"]).success();
    sandbox.run(&["screen", "--case", "case.ftcase", "--out", "w2.json"]).success();
    assert_eq!(read(&sandbox, "w2.json")["wallets"], wallet["wallets"]);

    // An endpoint that gives few blocks at once tells the same.
    let refusal = Refusal::new(-32000, 200, "exceed maximum block range: 3");
    let narrow =
        Profile::bare("narrow").with(When::Blocks(Shape::Addressed, Count::Number), 3, refusal);
    let proxy = ChaosProxy::start(&node.url(), narrow, Faults::none());
    let url = proxy.url();
    let words = ["trace", "--chain", "ethereum", "--rpc", &url, "--until", "latest", "--case"];
    let rest = ["c.ftcase", "--as-of", "2026-11-23", "--second-opinions", "--out", "c.json"];
    sandbox.run(&[&words[..], &rest, &[&hashes[1]]].concat()).success();
    assert_eq!(read(&sandbox, "c.json")["opinions"], report["opinions"]);
}
