//! The demo's case on a real node, over HTTP.

use std::sync::{Arc, Mutex, Weak};

use fundtrail_testkit::dprk_900k;
use serde_json::Value;

use crate::sandbox::{Outcome, Sandbox};

/// The played scenario: two nodes, shared by the tests that run at the same time.
pub(crate) struct Live {
    played: dprk_900k::Played,
}

static SHARED: Mutex<Weak<Live>> = Mutex::new(Weak::new());

impl Live {
    /// The nodes that another test uses already, or new ones. They end with the last test that uses them.
    pub(crate) fn shared() -> Arc<Self> {
        let mut shared = SHARED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(live) = shared.upgrade() {
            return live;
        }
        let live = Arc::new(Self { played: dprk_900k::play() });
        *shared = Arc::downgrade(&live);
        live
    }

    pub(crate) fn urls(&self) -> (String, String) {
        (self.played.ethereum.url(), self.played.polygon.url())
    }

    pub(crate) fn seeds(&self) -> Vec<String> {
        self.played.seeds()
    }

    /// The first block of each chain whose state before it there is: they begin in the middle.
    pub(crate) fn first_blocks(&self) -> Vec<String> {
        let nodes = [("ethereum", &self.played.ethereum), ("polygon", &self.played.polygon)];
        nodes
            .iter()
            .map(|(name, node)| {
                let earliest = node
                    .anvil
                    .rpc()
                    .expect("eth_getBlockByNumber", &serde_json::json!(["earliest", false]));
                let number =
                    earliest["number"].as_str().unwrap().trim_start_matches("0x").to_owned();
                format!("{name}={}", u64::from_str_radix(&number, 16).unwrap() + 1)
            })
            .collect()
    }
}

impl Live {
    /// A trace of the played case.
    pub(crate) fn arguments(&self, case: &str, more: &[&str]) -> Vec<String> {
        let (ethereum, polygon) = self.urls();
        let mut arguments: Vec<String> = ["trace", "--as-of", "2026-11-23", "--case", case]
            .into_iter()
            .map(str::to_owned)
            .collect();
        for list in ["labels.csv", "listings.csv", "tokens.csv"] {
            arguments.push("--labels".to_owned());
            arguments.push(dprk_900k::folder().join(list).display().to_string());
        }
        arguments.extend([
            "--rpc".to_owned(),
            format!("ethereum={ethereum}"),
            "--rpc".to_owned(),
            format!("polygon={polygon}"),
        ]);
        arguments.extend(more.iter().map(|argument| (*argument).to_owned()));
        arguments.extend(self.seeds());
        arguments
    }

    pub(crate) fn trace(&self, sandbox: &Sandbox, case: &str, more: &[&str]) -> Outcome {
        let arguments = self.arguments(case, more);
        sandbox.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn units(value: &Value) -> u128 {
    value["base_units"].as_str().unwrap().parse().unwrap()
}

/// What comes in is what is accounted for, in every line of the ledger, and the endings say the same.
pub(crate) fn assert_closes(report: &Value) {
    let ledger = report["ledger"].as_array().unwrap();
    assert!(!ledger.is_empty());
    for line in ledger {
        let at_endings: u128 =
            line["endings"].as_array().unwrap().iter().map(|ending| units(&ending["money"])).sum();
        assert_eq!(
            units(&line["seeded"]) + units(&line["converted_in"]),
            units(&line["converted_out"]) + at_endings,
            "{line}"
        );
        let listed: u128 = report["endings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|ending| ending["seed"] == line["seed"])
            .filter(|ending| {
                ["chain", "contract"].iter().all(|key| ending["money"][key] == line["seeded"][key])
            })
            .map(|ending| units(&ending["money"]))
            .sum();
        assert_eq!(listed, at_endings, "{line}");
    }
}

/// The report without what tells of the run instead of the case: who was asked.
fn without_nodes(report: &str) -> Value {
    let mut report = json(report);
    report["method"]["endpoints"] = Value::Null;
    report
}

#[test]
fn a_live_node_gives_what_the_recording_gives() {
    let live = Live::shared();
    let sandbox = Sandbox::new();
    live.trace(&sandbox, "live.ftcase", &["--record", "recorded", "--out", "live.json"]).success();
    assert_closes(&json(&sandbox.read("live.json")));

    // Byte for byte: the recording that `demo` replays is the one that a node gives today.
    for chain in [1, 137] {
        let name = format!("session-{chain}.jsonl.gz");
        let now = std::fs::read(sandbox.path("recorded").join(&name)).unwrap();
        let committed = std::fs::read(dprk_900k::folder().join(&name)).unwrap();
        assert!(now == committed, "{name} is stale: run `just record`");
    }

    // The recording, through the same command, gives the same case and the same report.
    let folder = dprk_900k::folder().display().to_string();
    let mut arguments = live.arguments("replayed.ftcase", &["--replay", &folder]);
    arguments.extend(["--out".to_owned(), "replayed.json".to_owned()]);
    let arguments: Vec<_> = without_rpc(&arguments);
    sandbox.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>()).success();
    assert_eq!(sandbox.digest("replayed.ftcase"), sandbox.digest("live.ftcase"));
    assert_eq!(
        without_nodes(&sandbox.read("replayed.json")),
        without_nodes(&sandbox.read("live.json"))
    );
}

fn without_rpc(arguments: &[String]) -> Vec<String> {
    let mut kept = Vec::new();
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        if argument == "--rpc" {
            arguments.next();
        } else {
            kept.push(argument.clone());
        }
    }
    kept
}

#[test]
fn a_second_run_asks_for_nothing_that_is_covered() {
    let live = Live::shared();
    let sandbox = Sandbox::new();
    live.trace(&sandbox, "case.ftcase", &["--out", "first.json"]).success();
    // Port 9 refuses: a single request would be an error.
    let dead: Vec<_> = live
        .arguments("case.ftcase", &["--out", "second.json"])
        .into_iter()
        .map(|argument| match argument.split_once('=') {
            Some((chain, url)) if url.starts_with("http") => format!("{chain}=http://127.0.0.1:9"),
            _ => argument,
        })
        .collect();
    sandbox.run(&dead.iter().map(String::as_str).collect::<Vec<_>>()).success();
    assert_eq!(sandbox.read("second.json"), sandbox.read("first.json"));
}

#[test]
fn the_trail_says_what_really_happened() {
    // The player keeps its own books, by "first in, first out", and shares no code with the tracer.
    let live = Live::shared();
    let sandbox = Sandbox::new();
    live.trace(&sandbox, "case.ftcase", &["--rule", "fifo", "--out", "fifo.json"]).success();
    let report = json(&sandbox.read("fifo.json"));
    let mut found = std::collections::BTreeMap::new();
    for ending in report["endings"].as_array().unwrap() {
        let class = ending["class"].as_str().unwrap();
        // The player does not keep apart who paid which fee.
        let address = ending["at"]["address"].as_str().filter(|_| class != "fee").unwrap_or("");
        let key = (
            ending["seed"].as_str().unwrap().to_owned(),
            ending["money"]["contract"].as_str().unwrap_or("native").to_owned(),
            class.to_owned(),
            address.to_owned(),
        );
        *found.entry(key).or_insert(0_u128) += units(&ending["money"]);
    }
    let mut true_endings = std::collections::BTreeMap::new();
    for ending in dprk_900k::expected().ending {
        let key = (format!("S{}", ending.seed), ending.asset, ending.kind, ending.address);
        *true_endings.entry(key).or_insert(0_u128) += ending.amount.parse::<u128>().unwrap();
    }
    assert_eq!(found, true_endings);
}

#[test]
fn one_chain_is_traced_from_a_bare_transaction_hash() {
    let live = Live::shared();
    let sandbox = Sandbox::new();
    let (ethereum, _) = live.urls();
    let seed = live.seeds().into_iter().find(|seed| seed.starts_with("ethereum:")).unwrap();
    let hash = seed.split(':').nth(1).unwrap().to_owned();
    let outcome =
        sandbox.run(&["trace", &hash, "--chain", "ethereum", "--rpc", &ethereum]).success();
    assert!(outcome.stdout.contains("60 ETH"), "{}", outcome.stdout);
    assert!(sandbox.path(&format!("ethereum-{}.ftcase", &hash[..10])).exists());
}

#[test]
fn an_address_is_a_seed_from_a_block_on_until_a_day() {
    let live = Live::shared();
    let sandbox = Sandbox::new();
    let (ethereum, _) = live.urls();
    let seed = dprk_900k::expected().seed.into_iter().find(|seed| seed.chain == 1).unwrap();
    let trace = |more: &[&str]| {
        let mut arguments = vec!["trace", "--chain", "ethereum", "--rpc", &ethereum];
        arguments.extend(["--from-block", "14190500", "--until", "2022-02-12"]);
        arguments.extend(["--case", "a.ftcase", &seed.holder]);
        arguments.extend_from_slice(more);
        sandbox.run(&arguments).success()
    };
    let capped = trace(&["--asset", "native", "--amount", "60", "--out", "a.json"]);
    assert!(capped.stdout.contains("ETH"), "{}", capped.stdout);
    let report = json(&sandbox.read("a.json"));
    assert_closes(&report);
    let seeded: u128 =
        report["seeds"].as_array().unwrap().iter().map(|seed| units(&seed["money"])).sum();
    assert_eq!(seeded, 60_000_000_000_000_000_000);
}

#[test]
fn a_node_is_told_by_what_it_can_do() {
    let live = Live::shared();
    let (_, polygon) = live.urls();
    let said = Sandbox::new().run(&["rpc", "check", &polygon]).success().stdout;
    for fact in [
        "Polygon (137)",
        "trace_block  yes",
        "topic logs   yes",
        "software     anvil/",
        // Its first block.
        "old state    from block 26497929 on",
        "old logs     from block 26497929 on",
        "amounts can be reconciled against balances from block 26497929 on only",
        "otterscan    yes",
        "trace_filter yes",
        "topics       1,000 in one place or more",
        "batch        50 questions at once or more",
    ] {
        assert!(said.contains(fact), "{fact} is missing in\n{said}");
    }
}
