//! Flows judged on their days: a real theft and a mixer, played with the times of the chain, and what must never count.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Address, Amount, Date, Timestamp, checksum, parse_address, parse_date};
use fundtrail_testkit::anvil::{Anvil, AnvilOptions};
use fundtrail_testkit::contracts::{Contracts, selector};
use fundtrail_testkit::genesis::short_string;
use fundtrail_testkit::{dprk_900k, place};
use serde_json::{Value, json};

use crate::rules::{COIN, read, units};
use crate::sandbox::{Outcome, Sandbox};

const BRIDGE: &str = "0x1a2a1c938ce3ec39b6d47113c7955baa9dd454f2";
const RONIN_THIEF: &str = "0x098b716b8aaf21512996dc57eb0615e2383e2f96";
/// Its next wallets, and the days on which they were listed.
const LISTED: [(&str, &str); 3] = [
    (RONIN_THIEF, "2022-04-14"),
    ("0x3cffd56b47b7b41c56258d9c7731abadc360e073", "2022-04-22"),
    ("0x35fb6f6db4fb05e6a4ce86f2c93691425626d4b1", "2022-05-06"),
];
/// The Tornado Cash pool for 100 ETH: listed on 2022-08-08, delisted on 2025-03-21.
const POOL: &str = "0xA160cdAB225685dA1d56aa342Ad8841c3b53f291";
pub(crate) const VICTIM: Address = Address::repeat_byte(0xa1);
pub(crate) const THIEF: Address = Address::repeat_byte(0xb2);
const GAS: u128 = COIN;

pub(crate) fn at(text: &str) -> Address {
    parse_address(text).unwrap()
}

fn day(text: &str) -> Date {
    parse_date(text).unwrap()
}

/// A payment of the native coin.
#[derive(Clone, Debug)]
pub(crate) struct Payment {
    pub(crate) seconds: u64,
    pub(crate) day: Date,
    pub(crate) from: Address,
    pub(crate) to: Address,
    pub(crate) amount: Amount,
    pub(crate) data: Vec<u8>,
}

impl Payment {
    pub(crate) fn new(time: &str, from: Address, to: Address, eth: &str) -> Self {
        let (date, clock) = time.trim_end_matches('Z').split_once('T').unwrap();
        let parts: Vec<u64> = clock.split(':').map(|part| part.parse().unwrap()).collect();
        let of_day = parts[0] * 3_600 + parts[1] * 60 + parts[2];
        Self {
            seconds: Timestamp::start_of(day(date)).unwrap().0 + of_day,
            day: day(date),
            from,
            to,
            amount: Amount::from_decimal(eth, 18).unwrap(),
            data: Vec::new(),
        }
    }
}

/// A chain on which these happened at their times, a block each, and their hashes. Payers that got nothing before have
/// what they pay from the first block on; `set` adds to that block.
pub(crate) fn play(
    payments: &[Payment],
    set: impl FnOnce(&mut AnvilOptions),
) -> (Anvil, Vec<String>) {
    let mut options = AnvilOptions::new(1, payments[0].seconds - 86_400);
    let mut needs: BTreeMap<Address, Amount> = BTreeMap::new();
    for payment in payments {
        let need = needs.entry(payment.from).or_insert_with(|| GAS.into());
        *need = need.saturating_add(payment.amount);
    }
    for payment in payments.iter().filter(|payment| needs.contains_key(&payment.from)) {
        let need = needs[&payment.from];
        // Gas is a stranger's business: it is not part of what a thief got.
        let is_thief = [at(RONIN_THIEF), THIEF].contains(&payment.from);
        options.genesis.fund(payment.from, if is_thief { GAS.into() } else { need });
    }
    set(&mut options);
    let node = Anvil::start(&options);
    let _ = node.rpc().expect("anvil_mine", &json!(["0x4"]));
    let mut nonces: BTreeMap<Address, u64> = BTreeMap::new();
    let send = |payment: &Payment| {
        let nonce = nonces.entry(payment.from).or_default();
        let data: String = payment.data.iter().map(|byte| format!("{byte:02x}")).collect();
        let transaction = json!([{
            "from": payment.from, "to": payment.to, "data": format!("0x{data}"), "gas": "0x30000",
            "value": format!("{:#x}", payment.amount.base_units()), "gasPrice": "0x77359400",
            "nonce": format!("{nonce:#x}"),
        }]);
        *nonce += 1;
        let hash = node.rpc().expect("eth_sendTransaction", &transaction);
        let time = json!([payment.seconds]);
        let _ = node.rpc().expect("evm_setNextBlockTimestamp", &time);
        let _ = node.rpc().expect("evm_mine", &json!([]));
        let hash = hash.as_str().unwrap().to_owned();
        let receipt = node.rpc().expect("eth_getTransactionReceipt", &json!([hash]));
        assert_eq!(receipt["status"], "0x1", "{payment:?}");
        hash
    };
    let hashes = payments.iter().map(send).collect();
    let _ = node.rpc().expect("anvil_mine", &json!(["0x8"]));
    (node, hashes)
}

/// Traces into `case.ftcase` and `a.json`.
pub(crate) fn trace(sandbox: &Sandbox, node: &Anvil, seeds: &[&str], more: &[&str]) -> Outcome {
    let url = node.url();
    let start = ["trace", "--chain", "ethereum", "--rpc", &url, "--until", "latest"];
    let rest = ["--case", "case.ftcase", "--as-of", "2026-11-23", "--out", "a.json"];
    sandbox.run(&[&start[..], &rest, seeds, more].concat())
}

pub(crate) fn list<'a>(of: &'a Value, name: &str) -> &'a [Value] {
    of[name].as_array().unwrap_or_else(|| panic!("no list {name} in {of}"))
}

pub(crate) fn text<'a>(of: &'a Value, name: &str) -> &'a str {
    of[name].as_str().unwrap_or_else(|| panic!("no text {name} in {of}"))
}

/// By transaction, address and role: the verdict and the days before the listing.
fn judged(report: &Value) -> BTreeMap<(String, String, String), (String, i64)> {
    let findings = list(report, "findings").iter();
    let each = findings.flat_map(|finding| {
        list(finding, "transfers").iter().map(move |transfer| {
            let hash = text(&transfer["place"], "transaction").to_owned();
            let address = text(&finding["party"], "address").to_owned();
            let lead = transfer["lead_days"].as_i64().unwrap();
            assert!(text(finding, "list").contains("as of 2026-06-25, sha-256 "), "{finding}");
            let key = (hash, address, text(finding, "role").to_owned());
            (key, (text(finding, "verdict").to_owned(), lead))
        })
    });
    each.collect()
}

#[test]
fn every_outflow_of_the_ronin_theft_is_judged_on_its_day_and_strangers_are_left_alone() {
    let rows = include_str!("sanctions/ronin.csv").lines().filter(|line| !line.starts_with('#'));
    let payments: Vec<Payment> = rows
        .skip(1)
        .map(|row| {
            let [time, from, to, eth] = *row.split(',').collect::<Vec<_>>() else {
                panic!("{row}")
            };
            Payment::new(time, at(from), at(to), eth)
        })
        .collect();
    let (node, hashes) = play(&payments, |_| {});
    let sandbox = Sandbox::new();
    let through = ["--through", "LAZARUS GROUP"];
    trace(&sandbox, &node, &[&hashes[0]], &through).success();
    let report = read(&sandbox, "a.json");
    crate::live::assert_closes(&report);

    let listed: BTreeMap<Address, Date> =
        LISTED.iter().map(|(address, listed)| (at(address), day(listed))).collect();
    let found = judged(&report);
    let mut expected = BTreeMap::new();
    let mut of_the_theft = BTreeSet::from([at(BRIDGE)]);
    for (payment, hash) in payments.iter().zip(&hashes) {
        if !of_the_theft.contains(&payment.from) {
            continue;
        }
        of_the_theft.insert(payment.to);
        for (who, role) in [(payment.from, "sent"), (payment.to, "received")] {
            let Some(listed) = listed.get(&who) else { continue };
            let lead = listed.duration_since(payment.day).as_hours() / 24;
            let then = if 0 < lead { "listed later" } else { "sanctioned at the transfer" };
            let verdict = format!("{then}; sanctioned today");
            expected.insert((hash.clone(), checksum(who), role.to_owned()), (verdict, lead));
        }
    }
    assert_eq!(found, expected);
    let to_depositor = |verdict: &str, days: i64| (verdict.to_owned(), days);
    let sent =
        |row: usize| &found[&(hashes[row].clone(), checksum(at(RONIN_THIEF)), "sent".into())];
    assert_eq!(*sent(9), to_depositor("listed later; sanctioned today", 10));
    assert_eq!(*sent(11), to_depositor("sanctioned at the transfer; sanctioned today", 0));

    // Seven strangers sent dust. It is nobody's stolen money, and they are nobody's accomplices.
    let strangers: BTreeSet<String> = payments
        .iter()
        .filter(|payment| !of_the_theft.contains(&payment.from))
        .map(|payment| checksum(payment.from))
        .collect();
    assert_eq!(strangers.len(), 7);
    for part in ["hops", "findings", "seeds", "endings", "behaviour", "actions", "paths"] {
        let said = report[part].to_string();
        let named: Vec<_> = strangers.iter().filter(|who| said.contains(who.as_str())).collect();
        assert!(named.is_empty(), "{part}: {named:?}");
    }

    // If all that came to the wallet is what was stolen, dust does not count.
    let sandbox = Sandbox::new();
    let outcome = trace(&sandbox, &node, &[RONIN_THIEF, "--from-block", "1"], &through).success();
    assert!(outcome.stderr.contains("(receipts: 5, senders: 5)"), "{}", outcome.stderr);
    let report = read(&sandbox, "a.json");
    assert_eq!(list(&report, "seeds").len(), 2, "{}", report["seeds"]);
    assert_eq!(judged(&report).iter().filter(|((_, _, role), _)| role == "sent").count(), 10);
}

/// Stolen value comes to the pool before, during and after its listing.
#[test]
fn a_mixer_gets_three_verdicts_on_three_days() {
    let pool = at(POOL);
    let days = ["2022-03-30", "2022-09-01", "2025-04-01"];
    let mut payments = vec![Payment::new("2022-03-29T10:00:00Z", VICTIM, THIEF, "400")];
    let noon = |day: &str| Payment::new(&format!("{day}T12:00:00Z"), THIEF, pool, "100");
    payments.extend(days.map(noon));
    let (node, hashes) = play(&payments, |options| options.genesis.place(pool, vec![0], &[]));
    let sandbox = Sandbox::new();
    let run = |more: &[&str]| {
        trace(&sandbox, &node, &[&hashes[0]], &[&["--fail-on", "listed"], more].concat())
    };
    assert_eq!(run(&[]).code, Some(3));
    let report = read(&sandbox, "a.json");
    crate::live::assert_closes(&report);
    let now = "not sanctioned today";
    let verdicts: Vec<(String, i64)> = hashes[1..]
        .iter()
        .map(|hash| judged(&report)[&(hash.clone(), checksum(pool), "received".to_owned())].clone())
        .collect();
    assert_eq!(
        verdicts,
        [
            (format!("listed later; {now}"), 131),
            (format!("sanctioned at the transfer; {now}"), -24),
            (format!("delisted before; {now}"), -967),
        ]
    );
    // Today it is a mixer like others, but what came while it was listed came to a sanctioned address.
    let classes: Vec<(&str, &str)> = list(&report, "endings")
        .iter()
        .filter(|ending| ending["at"]["address"] == checksum(pool).as_str())
        .map(|ending| (text(&ending["place"], "transaction"), text(ending, "class")))
        .collect();
    for (hash, class) in hashes[1..].iter().zip(["mixer", "sanctioned", "mixer"]) {
        assert!(classes.contains(&(hash, class)), "{class}: {classes:?}");
    }
    for finding in list(&report, "findings") {
        let statement = text(finding, "statement");
        for part in ["listed 2022-08-08", "delisted 2025-03-21", "not listed today (2026-11-23)"] {
            assert!(statement.contains(part), "{statement}");
        }
        assert!(text(finding, "listing").starts_with("TORNADO CASH, OFAC SDN"), "{finding}");
    }
    // Each hop says it, too, in the table.
    let rows = sandbox.run(&["report", "case.ftcase", "--format", "csv"]).success().stdout;
    let said = "receiver TORNADO CASH, OFAC SDN";
    assert_eq!(rows.matches(said).count(), 3, "{rows}");
    assert!(rows.contains("listed later; not sanctioned today, 131 days before the listing"));

    // What counts is a setting: typed, from the environment, from the file, and kept in the case.
    let flagged = || -> (usize, String) {
        let report = read(&sandbox, "a.json");
        let counted = list(&report, "findings").iter().filter(|of| of["is_flagged"] == true);
        assert_eq!(list(&report, "findings").len(), 3);
        (counted.count(), text(&report, "flag").to_owned())
    };
    assert_eq!(flagged(), (3, "ever".to_owned()));
    let outcome = run(&["--flag", "then"]);
    assert_eq!((outcome.code, flagged()), (Some(3), (1, "then".to_owned())));
    assert!(outcome.stdout.contains("Not a finding by the setting flag = then"));
    let outcome = run(&["--flag", "now"]);
    assert_eq!((outcome.code, flagged()), (Some(0), (0, "now".to_owned())));
    assert!(outcome.stdout.contains("No finding by the setting flag = now"), "{}", outcome.stdout);
    assert_eq!((run(&[]).code, flagged().1), (Some(0), "now".to_owned()));
    let shown = sandbox.run(&["case", "show", "case.ftcase"]).success().stdout;
    assert!(shown.contains("flag = now"), "{shown}");
    sandbox.run(&["report", "case.ftcase", "--out", "b.json"]).success();
    assert_eq!(sandbox.read("b.json"), sandbox.read("a.json"));
    // A report judges by another one where it is told to, and the case keeps its own.
    for (flag, expected) in [("then", 1), ("ever", 3), ("now", 0)] {
        let words = ["report", "case.ftcase", "--flag", flag, "--out", "b.json"];
        sandbox.run(&words).success();
        let report = read(&sandbox, "b.json");
        let counted = list(&report, "findings").iter().filter(|of| of["is_flagged"] == true);
        assert_eq!((counted.count(), text(&report, "flag")), (expected, flag));
    }
    assert_eq!(sandbox.read("b.json"), sandbox.read("a.json"));
    sandbox.write("fundtrail.toml", "flag = 'then'\n");
    assert_eq!((run(&[]).code, flagged().1), (Some(3), "then".to_owned()));
    sandbox.write("fundtrail.toml", "flag = 'always'\n");
    let refused = run(&[]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("write then, now or ever"), "{}", refused.stderr);
    std::fs::remove_file(sandbox.path("fundtrail.toml")).unwrap();

    // Lists that say other things of the pool: the user's label counts, and the report names both.
    let header = "chain,address,name,category,source\n";
    sandbox
        .write("own.csv", format!("{header}1,{POOL},Friendly Exchange,exchange,our own books\n"));
    run(&["--labels", "own.csv", "--flag", "ever"]);
    let report = read(&sandbox, "a.json");
    let said = report["certainty"]["reservations"].to_string();
    let both = ["Sources contradict each other about", "(exchange) by our own books", "(mixer) by"];
    assert!(both.iter().all(|part| said.contains(part)), "{said}");
    let services = list(&report, "endings").iter().filter(|of| of["class"] == "service");
    assert_eq!(services.count(), 2);

    // A label of nobody is refused; where it is wanted it comes last.
    sandbox.write("poison.csv", format!("chain,address,name,category\n1,{POOL},Bank,exchange\n"));
    let refused = run(&["--labels", "poison.csv"]);
    assert_eq!(refused.code, Some(1), "{}", refused.stderr);
    assert!(refused.stderr.contains("give --allow-unsourced"), "{}", refused.stderr);
    run(&["--labels", "poison.csv", "--allow-unsourced"]);
    let report = read(&sandbox, "a.json");
    let said = report["certainty"]["reservations"].to_string();
    assert!(said.contains("“Bank” (exchange) by nobody: no source is given; claimed"), "{said}");
    assert!(list(&report, "endings").iter().all(|ending| ending["class"] != "service"));
}

/// A call of a function of three words.
fn call(function: &str, words: [&[u8]; 3]) -> Vec<u8> {
    let mut data = selector(function).to_vec();
    for word in words {
        data.extend(std::iter::repeat_n(0, 32 - word.len()));
        data.extend(word);
    }
    data
}

#[test]
fn counterfeits_dust_and_payments_of_nothing_are_shown_and_never_counted() {
    let [fake, faker] = [0x71, 0x72].map(Address::repeat_byte);
    let real = at("0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48");
    let stranger = Address::repeat_byte(0x66);
    let friend = at("0xabcd000000000000000000000000000000001234");
    let lookalike = at("0xabcdffffffffffffffffffffffffffffffff1234");
    let spoof = |time: &str, token: Address, from: Address, to: Address, amount: u64| {
        let amount = amount.to_be_bytes();
        let words = [from.as_bytes(), to.as_bytes(), &amount[..]];
        let data = call("spoof(address,address,uint256)", words);
        Payment { data, ..Payment::new(time, stranger, token, "0") }
    };
    let payments = [
        Payment::new("2022-03-29T10:00:00Z", VICTIM, THIEF, "10"),
        Payment::new("2022-03-29T10:01:00Z", THIEF, friend, "1"),
        spoof("2022-03-29T10:02:00Z", fake, stranger, THIEF, 5_000_000_000_000),
        spoof("2022-03-29T10:03:00Z", faker, stranger, THIEF, 7_000_000_000_000),
        spoof("2022-03-29T10:04:00Z", fake, THIEF, lookalike, 0),
        Payment::new("2022-03-29T10:05:00Z", lookalike, THIEF, "0.000000000000000001"),
        Payment::new("2022-03-29T10:06:00Z", THIEF, friend, "4"),
    ];
    let contracts = place::read(&dprk_900k::folder().join("contracts/compiled.json"));
    let code = Contracts::parse(&contracts).runtime("Counterfeit");
    let (node, _) = play(&payments, |options| {
        // The second one has a Cyrillic letter.
        for (token, symbol) in [(fake, "USDC"), (faker, "USD\u{421}")] {
            let storage = [(0, short_string("USD Coin")), (1, short_string(symbol)), (2, 6.into())];
            options.genesis.place(token, code.clone(), &storage);
        }
    });
    let sandbox = Sandbox::new();
    sandbox.write(
        "prices.csv",
        format!(
            "chain,contract,date,usd,source\n1,native,2022-03-29,2000,test\n1,{},2022-03-29,1,test\n",
            checksum(real)
        ),
    );
    let thief = checksum(THIEF);
    let seed = [thief.as_str(), "--from-block", "1"];
    let outcome = trace(&sandbox, &node, &seed, &["--prices", "prices.csv"]).success();
    let fakes = outcome.stderr.matches("it only calls itself like another token").count();
    assert_eq!(fakes, 2, "{}", outcome.stderr);
    assert!(outcome.stderr.contains("(receipts: 1, senders: 1)"), "{}", outcome.stderr);

    let report = read(&sandbox, "a.json");
    crate::live::assert_closes(&report);
    let settings = report["method"]["settings"].to_string();
    for part in ["counterfeit tokens: 2: ", "a millionth of what had come before: 1, from"] {
        assert!(settings.contains(part), "{settings}");
    }
    let [stolen] = list(&report, "seeds") else { panic!("{}", report["seeds"]) };
    assert_eq!((units(&stolen["money"]), text(&stolen["money"], "usd")), (10 * COIN, "$20,000.00"));
    let receivers: BTreeSet<&str> =
        list(&report, "hops").iter().filter_map(|hop| hop["to"]["address"].as_str()).collect();
    assert_eq!(receivers, BTreeSet::from([checksum(friend).as_str()]));
    for part in ["hops", "ledger", "endings", "actions", "summary"] {
        let said = report[part].to_string();
        for who in [fake, faker, stranger, lookalike] {
            assert!(!said.contains(&checksum(who)), "{part} names {who:#x}");
        }
    }

    // They are shown, as what they are; nobody gave them a price.
    let patterns = list(&report["behaviour"], "patterns");
    let of_kind = |kind: &str| patterns.iter().filter(|of| of["kind"] == kind).collect::<Vec<_>>();
    let party = |pattern: &Value, role: &str| -> String {
        let found = list(pattern, "parties").iter().find(|party| party["role"] == role);
        found.map_or_else(String::new, |party| text(&party["party"], "address").to_owned())
    };
    let counterfeits: BTreeSet<(String, String)> = of_kind("counterfeit token")
        .into_iter()
        .map(|pattern| {
            assert_eq!(pattern["money"]["usd"], Value::Null, "{pattern}");
            (party(pattern, "token"), party(pattern, "imitated"))
        })
        .collect();
    let expected = [fake, faker].map(|token| (checksum(token), checksum(real)));
    assert_eq!(counterfeits, BTreeSet::from(expected));
    let [bait] = *of_kind("address poisoning") else { panic!("{patterns:?}") };
    assert_eq!(
        [party(bait, "actor"), party(bait, "target"), party(bait, "imitated")],
        [lookalike, THIEF, friend].map(checksum)
    );
    sandbox.run(&["report", "case.ftcase", "--out", "a.txt"]).success();
    let said = sandbox.read("a.txt");
    assert!(said.contains("not the token of that name"), "{said}");
}

/// Answers with the word in the storage slot that has the last eight bytes of the address for its number.
const ORACLE_CODE: [u8; 22] = [
    0x60, 0x04, 0x35, 0x67, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x16, 0x54, 0x60, 0x00,
    0x52, 0x60, 0x20, 0x60, 0x00, 0xf3,
];

#[test]
fn contracts_on_the_chain_give_second_opinions_where_that_is_wanted() {
    let oracle = at("0x40C57923924B5c5c5455c48D93317139ADDaC8fb");
    let usdc = at("0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48");
    let semenov = at("0xdcbEfFBECcE100cCE9E4b153C4e15cB885643193");
    let [mule, clean] = [0xc3, 0xd4].map(Address::repeat_byte);
    let payments = [
        Payment::new("2024-03-29T10:00:00Z", VICTIM, THIEF, "30"),
        Payment::new("2024-03-29T10:01:00Z", THIEF, semenov, "5"),
        Payment::new("2024-03-29T10:02:00Z", THIEF, mule, "5"),
        Payment::new("2024-03-29T10:03:00Z", THIEF, clean, "5"),
    ];
    let slot = |address: Address| u64::from_be_bytes(address.as_bytes()[12..].try_into().unwrap());
    // The oracle knows the thief and not Semenov; the issuer has frozen the mule. USDT is not on this chain.
    let (node, hashes) = play(&payments, |options| {
        let code = || ORACLE_CODE.to_vec();
        options.genesis.place(oracle, code(), &[(slot(THIEF), 1.into())]);
        options.genesis.place(usdc, code(), &[(slot(mule), 1.into())]);
    });
    let sandbox = Sandbox::new();
    let run = |more: &[&str]| trace(&sandbox, &node, &[&hashes[0]], more);
    run(&[]).success();
    assert!(list(&read(&sandbox, "a.json"), "opinions").is_empty());

    let outcome = run(&["--second-opinions", "--fail-on", "listed", "--flag", "now"]);
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
    let report = read(&sandbox, "a.json");
    let told: BTreeMap<(String, String), (bool, bool)> = list(&report, "opinions")
        .iter()
        .map(|opinion| {
            let key = (text(opinion, "oracle").into(), text(&opinion["party"], "address").into());
            let [says, differs] =
                ["is_listed", "is_disagreement"].map(|name| opinion[name].as_bool().unwrap());
            (key, (says, differs))
        })
        .collect();
    let of = |oracle: &str, who: Address| (oracle.to_owned(), checksum(who));
    let expected = [
        (of("sanctions-oracle", THIEF), (true, true)),
        (of("sanctions-oracle", semenov), (false, true)),
        (of("usdc-issuer", mule), (true, true)),
    ];
    assert_eq!(told, BTreeMap::from(expected));
    assert_eq!(outcome.stdout.matches("SECOND OPINION on").count(), 3, "{}", outcome.stdout);
    assert!(outcome.stdout.contains("the issuer of USDC has frozen it"), "{}", outcome.stdout);
    sandbox.run(&["report", "case.ftcase", "--out", "b.json"]).success();
    assert_eq!(sandbox.read("b.json"), sandbox.read("a.json"));
}
