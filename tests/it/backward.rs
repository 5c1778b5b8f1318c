//! Where money came from: a scene on a real node, and the demo's deposits back to their thefts.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Address, Amount, checksum};
use fundtrail_testkit::anvil::{Anvil, AnvilOptions};
use serde_json::{Value, json};

use crate::live::{Live, assert_closes};
use crate::rules::{COIN, in_parts, read, units};
use crate::sandbox::{Outcome, Sandbox};

const EXCHANGE: Address = Address::repeat_byte(0xa1);
const MIXER: Address = Address::repeat_byte(0xb2);
const FIRST: Address = Address::repeat_byte(0xc3);
const SECOND: Address = Address::repeat_byte(0xd4);
const WALLET: Address = Address::repeat_byte(0xe5);
const BUYER: Address = Address::repeat_byte(0xf6);
const FRIEND: Address = Address::repeat_byte(0x17);

/// Exchange → first mule, mixer → second mule, both → wallet → buyer. The wallet had one coin before the chain began.
struct Scene {
    node: Anvil,
    /// What the wallet paid the buyer.
    sale: String,
}

impl Scene {
    fn play() -> Self {
        let mut options = AnvilOptions::new(1, 1_700_000_000);
        options.genesis.fund(EXCHANGE, Amount::from(100 * COIN));
        options.genesis.fund(MIXER, Amount::from(100 * COIN));
        options.genesis.fund(WALLET, Amount::from(COIN));
        let node = Anvil::start(&options);
        let mut nonces: BTreeMap<Address, u64> = BTreeMap::new();
        let mut send = |from: Address, to: Address, value: u128| {
            let nonce = nonces.entry(from).or_default();
            let transaction = json!([{
                "from": from, "to": to, "value": format!("{value:#x}"), "gas": "0x5208",
                "gasPrice": "0x77359400", "nonce": format!("{nonce:#x}"),
            }]);
            *nonce += 1;
            let hash = node.rpc().expect("eth_sendTransaction", &transaction);
            let _ = node.rpc().expect("anvil_mine", &json!(["0x2"]));
            hash.as_str().unwrap().to_owned()
        };
        let mine = |blocks: u64| node.rpc().expect("anvil_mine", &json!([format!("{blocks:#x}")]));
        let _ = mine(700);
        let _ = send(EXCHANGE, FIRST, 10 * COIN);
        let _ = send(FIRST, FRIEND, 3 * COIN);
        let _ = mine(400);
        let _ = send(MIXER, SECOND, 5 * COIN);
        let _ = send(FIRST, WALLET, 6 * COIN);
        let _ = send(SECOND, WALLET, 4 * COIN);
        let _ = mine(20);
        let sale = send(WALLET, BUYER, 9 * COIN);
        let _ = send(MIXER, FIRST, 50 * COIN);
        let _ = mine(100);
        Self { node, sale }
    }

    fn trace(&self, sandbox: &Sandbox, case: &str, more: &[&str]) -> Outcome {
        let labels = format!(
            "chain,address,name,category,valid_from,valid_until,source\n\
             *,{},Example Exchange,exchange,,,test\n*,{},Example Mixer,mixer,,,test\n",
            checksum(EXCHANGE),
            checksum(MIXER),
        );
        sandbox.write("own.csv", labels);
        let url = self.node.url();
        let start = [
            "trace",
            "--chain",
            "ethereum",
            "--rpc",
            &url,
            "--until",
            "latest",
            "--labels",
            "own.csv",
            "--as-of",
            "2026-11-23",
            "--direction",
            "in",
            "--case",
            case,
        ];
        sandbox.run(&[&start[..], more].concat())
    }
}

/// What came from where, by kind and address.
fn origins(report: &Value) -> BTreeMap<(String, String), u128> {
    let mut origins = BTreeMap::new();
    for ending in report["endings"].as_array().unwrap() {
        let class = ending["class"].as_str().unwrap().to_owned();
        let at = ending["at"]["address"].as_str().unwrap_or_default().to_owned();
        *origins.entry((class, at)).or_insert(0) += units(&ending["money"]);
    }
    origins
}

fn expected(of: &[(&str, Address, u128)]) -> BTreeMap<(String, String), u128> {
    of.iter().map(|(class, at, units)| (((*class).to_owned(), checksum(*at)), *units)).collect()
}

/// What a file of keys and values says, without its keys.
fn values(of: &Value) -> String {
    match of {
        Value::Array(values) => values.iter().map(values_of).collect(),
        Value::Object(fields) => fields.values().map(values_of).collect(),
        value => value.to_string(),
    }
}

/// The same, on a line of its own.
fn values_of(of: &Value) -> String {
    format!("{}\n", values(of))
}

/// What is to be read of a file: its words, without the tags of a page.
fn words(text: &str) -> String {
    let page = text.rsplit("<main").next().unwrap_or(text);
    let told: Vec<&str> =
        page.split('<').map(|part| part.rsplit('>').next().unwrap_or(part)).collect();
    let told = told.join(" ").to_lowercase();
    let words = told.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    format!(" {} ", words.collect::<Vec<_>>().join(" "))
}

#[test]
fn what_a_wallet_paid_out_came_from_whom_its_payers_had_it() {
    let scene = Scene::play();
    let sandbox = Sandbox::new();
    let names = ["a.json", "a.txt", "a.html", "a.csv", "a.paths.csv", "a.patterns.csv"];
    let mut more = vec!["--require-complete", scene.sale.as_str()];
    more.extend(names.iter().flat_map(|name| ["--out", name]));
    let printed = scene.trace(&sandbox, "a.ftcase", &more).success().stdout;
    let report = read(&sandbox, "a.json");
    assert_closes(&report);
    assert_eq!((&report["direction"], &report["rule"]), (&json!("in"), &json!("fifo")));
    // The oldest first: its own coin, then the exchange's, then of the mixer's what is left to nine.
    let wanted =
        [("created", WALLET, COIN), ("service", EXCHANGE, 6 * COIN), ("mixer", MIXER, 2 * COIN)];
    assert_eq!(origins(&report), expected(&wanted));
    for says in
        ["Where did it come from?", "Example Exchange", "Example Mixer", "The paying addresses"]
    {
        assert!(sandbox.read("a.txt").contains(says), "{says}");
    }
    assert!(printed.contains("Every unit is accounted for"), "{printed}");
    // Nobody stole anything here, and nothing is held, frozen or went anywhere.
    let mut told = report.clone();
    told["glossary"] = serde_json::Value::Null;
    sandbox.write("values.txt", values(&told));
    for name in names[1..].iter().chain(&["values.txt"]) {
        let said = words(&sandbox.read(name));
        // The words at the end explain what could be said, too.
        let said = said
            .rsplit_once(" position place in a chain s order ")
            .map_or(&*said, |(said, _)| said);
        let said = said.rsplit_once(" asset what moves ").map_or(said, |(said, _)| said);
        for wrong in [
            "burned",
            "stolen",
            "theft",
            "thief",
            "frozen",
            "ending",
            "endings",
            "held",
            "arrived",
            "is it now",
        ] {
            let found = said.find(&format!(" {wrong} "));
            let around = found.map(|at| &said[at.saturating_sub(120)..(at + 120).min(said.len())]);
            assert_eq!(around, None, "{name} says {wrong}");
        }
    }
    // The case remembers the direction, and gives the same again.
    sandbox.run(&["report", "a.ftcase", "--out", "b.json"]).success();
    assert_eq!(read(&sandbox, "b.json"), report);

    // Stopped and gone on with, it is the same case.
    let runs = in_parts(|| {
        scene.trace(&sandbox, "parts.ftcase", &["--max-requests", "12", &scene.sale]).success()
    });
    assert!(2 < runs, "{runs}");
    assert_eq!(sandbox.digest("parts.ftcase"), sandbox.digest("a.ftcase"));
}

#[test]
fn each_rule_that_pairs_says_from_whom_and_others_are_refused() {
    let scene = Scene::play();
    let sandbox = Sandbox::new();
    let by = |rule: &str| {
        let case = format!("{rule}.ftcase");
        scene.trace(&sandbox, &case, &["--rule", rule, "--out", "a.json", &scene.sale])
    };
    by("lifo").success();
    let report = read(&sandbox, "a.json");
    assert_closes(&report);
    let wanted = [("service", EXCHANGE, 5 * COIN), ("mixer", MIXER, 4 * COIN)];
    assert_eq!(origins(&report), expected(&wanted));
    by("haircut").success();
    let report = read(&sandbox, "a.json");
    assert_closes(&report);
    let shares = origins(&report);
    assert_eq!(shares.values().sum::<u128>(), 9 * COIN);
    // Of eleven coins one was the wallet's own, six were the exchange's, four the mixer's.
    for (class, at, eleventh) in
        [("created", WALLET, 1), ("service", EXCHANGE, 6), ("mixer", MIXER, 4)]
    {
        let amount = shares[&(class.to_owned(), checksum(at))];
        assert!(amount.abs_diff(9 * COIN * eleventh / 11) < 10, "{class} {amount}");
    }
    for rule in ["dirty-first", "libr", "poison", "all"] {
        let refused = by(rule);
        assert_eq!(refused.code, Some(2), "{}", refused.stderr);
        assert!(refused.stderr.contains("--rule fifo, lifo or haircut"), "{}", refused.stderr);
        assert!(!sandbox.path(&format!("{rule}.ftcase")).exists(), "{rule}");
    }
    let refused =
        scene.trace(&sandbox, "x.ftcase", &["--direction", "out", "--back-to", "9", &scene.sale]);
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    let refused = scene.trace(&sandbox, "x.ftcase", &["--back-to", "soon", &scene.sale]);
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    let refused = sandbox.run(&["report", "lifo.ftcase", "--rule", "dirty-first"]);
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    // A case whose rule cannot be turned around says so, too.
    let url = scene.node.url();
    let forward = [
        "trace",
        "--chain",
        "ethereum",
        "--rpc",
        &url,
        "--until",
        "latest",
        "--rule",
        "libr",
        "--case",
        "forward.ftcase",
        &scene.sale,
    ];
    sandbox.run(&forward).success();
    let refused = scene.trace(&sandbox, "forward.ftcase", &[&scene.sale]);
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
}

#[test]
fn an_address_is_traced_back_from_what_it_received() {
    let scene = Scene::play();
    let sandbox = Sandbox::new();
    let wallet = checksum(WALLET);
    let more = ["--from-block", "1", "--out", "a.json", "--require-complete", &wallet];
    scene.trace(&sandbox, "a.ftcase", &more).success();
    let report = read(&sandbox, "a.json");
    assert_closes(&report);
    assert_eq!(report["seeds"].as_array().unwrap().len(), 2);
    let wanted = [("service", EXCHANGE, 6 * COIN), ("mixer", MIXER, 4 * COIN)];
    assert_eq!(origins(&report), expected(&wanted));
    // What the payers did later is not looked at: of the first mule no more than is needed.
    let hops = report["hops"].to_string();
    assert!(!hops.contains(&checksum(FRIEND)), "{hops}");
}

/// A listed payer is an origin, and what it sent is told once.
#[test]
fn a_sanctioned_payer_is_named_once_with_what_it_sent() {
    let scene = Scene::play();
    let sandbox = Sandbox::new();
    let listing = format!(
        "address,entity,authority,programme,listed_on,listed_on_is,delisted_on,delisted_on_is,source,invented\n\
         {},Example Entity,Example List,TEST,2020-01-14,on,,,test,yes\n",
        checksum(FIRST),
    );
    sandbox.write("listed.csv", listing);
    let more = ["--labels", "listed.csv", "--fail-on", "listed", "--out", "a.json", &scene.sale];
    let outcome = scene.trace(&sandbox, "a.ftcase", &more);
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
    let report = read(&sandbox, "a.json");
    assert_closes(&report);
    let wanted =
        [("created", WALLET, COIN), ("sanctioned", FIRST, 6 * COIN), ("mixer", MIXER, 2 * COIN)];
    assert_eq!(origins(&report), expected(&wanted));
    let [finding] = report["findings"].as_array().unwrap().as_slice() else {
        panic!("{}", report["findings"]);
    };
    assert_eq!((&finding["role"], &finding["then"]), (&json!("sent"), &json!("listed")));
    let totals = finding["totals"].as_array().unwrap();
    assert_eq!((totals.len(), units(&totals[0])), (1, 6 * COIN));
}

/// What the demo's wallets paid into exchanges leads back to the thefts, with the amounts that tracing forward says
/// came there; through swaps and the removal of liquidity, too.
#[test]
fn deposits_of_the_demo_lead_back_to_the_thefts() {
    let live = Live::shared();
    let sandbox = Sandbox::new();
    live.trace(&sandbox, "out.ftcase", &["--rule", "fifo", "--out", "out.json"]).success();
    let forward = read(&sandbox, "out.json");
    let transaction = |of: &Value| of["place"]["transaction"].as_str().unwrap().to_owned();
    let thefts: BTreeSet<String> =
        forward["seeds"].as_array().unwrap().iter().map(transaction).collect();
    let mut deposits: BTreeMap<(u64, String), u128> = BTreeMap::new();
    for ending in forward["endings"].as_array().unwrap() {
        if ending["class"] == "service" {
            let chain = ending["place"]["chain"].as_u64().unwrap();
            *deposits.entry((chain, transaction(ending))).or_insert(0) += units(&ending["money"]);
        }
    }
    let first_blocks = live.first_blocks();
    let (mut plain, mut swapped) = (0, 0);
    for ((chain, deposit), arrived) in deposits {
        let mut more = vec!["--direction", "in", "--out", "in.json"];
        more.extend(first_blocks.iter().flat_map(|first| ["--back-to", first]));
        let case = format!("{deposit}.ftcase");
        let mut arguments = live.arguments(&case, &more);
        arguments.truncate(arguments.len() - live.seeds().len());
        arguments.push(format!("{chain}:{deposit}"));
        sandbox.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>()).success();
        let report = read(&sandbox, "in.json");
        assert_closes(&report);
        let hops = report["hops"].as_array().unwrap();
        let of_thefts = hops.iter().filter(|hop| thefts.contains(&transaction(hop)));
        let lots = of_thefts.flat_map(|hop| hop["taken"].as_array().unwrap());
        let found: u128 = lots.map(|lot| units(&lot["money"])).sum();
        if hops.iter().all(|hop| hop["kind"] == "payment") {
            assert_eq!(found, arrived, "{deposit}");
            plain += 1;
        } else {
            assert!(0 < found, "{deposit}");
            // What did not come by way of the swap of the stolen tokens would end in the coin itself.
            let seed = &report["seeds"][0]["money"];
            let is_coin = |ending: &&Value| ending["money"]["contract"] == seed["contract"];
            let endings = report["endings"].as_array().unwrap().iter().filter(is_coin);
            let others: u128 = endings.map(|ending| units(&ending["money"])).sum();
            let swapped_part = units(seed) - others;
            assert!(swapped_part.abs_diff(arrived) < 10, "{deposit}: {swapped_part}, {arrived}");
            swapped += 1;
        }
    }
    assert!(3 <= plain && 3 <= swapped, "{plain} {swapped}");
}
