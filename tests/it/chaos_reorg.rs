//! A chain that is reorganised between two runs or under one: what was replaced is read again. Never a mixture.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{ChainId, Transfer, Window};
use fundtrail_store::Case;
use fundtrail_testkit::chaos::{ChaosProxy, Faults, Profile, Reorg};
use fundtrail_testkit::dprk_900k::{self, Played};
use fundtrail_testkit::rpc::Rpc;
use serde_json::{Value, json};

use crate::finality::without_finality;
use crate::sandbox::{Outcome, Sandbox};

const ETHEREUM: ChainId = ChainId(1);
/// Less than the margin that is kept where a node does not say what is final, and enough for steps of the theft.
const DEPTH: u64 = 60;

/// A played chain of its own, because it is changed.
struct Changing {
    played: Played,
    sandbox: Sandbox,
}

impl Changing {
    fn start() -> Self {
        Self { played: dprk_900k::play(), sandbox: Sandbox::new() }
    }

    fn node(&self) -> String {
        self.played.ethereum.url()
    }

    /// The node behind an endpoint that does not say what is final, so that all but the margin may change.
    fn endpoint(&self, faults: Faults) -> ChaosProxy {
        ChaosProxy::start(&self.node(), without_finality(), faults)
    }

    fn trace(&self, url: &str, case: &str, until: &str) -> Outcome {
        let seed = self.played.ethereum.seeds().remove(0);
        let (rpc, report) = (format!("ethereum={url}"), format!("{case}.json"));
        let what = ["trace", &seed, "--rpc", &rpc, "--case", case, "--out", &report];
        self.sandbox.run(&[&what[..], &["--as-of", "2026-11-23", "--until", until]].concat())
    }

    fn reorganise(&self, depth: u64) {
        let address = self.node().trim_start_matches("http://").trim_end_matches('/').parse();
        drop(Rpc::new(address.unwrap()).expect("anvil_reorg", &json!([depth, []])));
    }

    /// What a case says of the chain, whatever the pieces in which it was read.
    fn content(&self, case: &str) -> Content {
        let report: Value =
            serde_json::from_str(&self.sandbox.read(&format!("{case}.json"))).unwrap();
        let case = Case::open_read_only(&self.sandbox.path(case)).unwrap();
        case.check().unwrap();
        let mut looked_at: BTreeMap<_, Vec<Window>> = BTreeMap::new();
        for found in case.coverage(ETHEREUM).unwrap() {
            let windows = looked_at.entry((found.address, found.class)).or_default();
            match windows.last().and_then(|last| last.join(found.window)) {
                Some(joined) => *windows.last_mut().unwrap() = joined,
                None => windows.push(found.window),
            }
        }
        Content {
            transfers: case.transfers(ETHEREUM).unwrap().into_iter().collect(),
            blocks: case.blocks(ETHEREUM).unwrap().iter().map(|b| (b.number, b.hash)).collect(),
            looked_at,
            trail: ["seeds", "ledger", "endings", "hops"].map(|part| report[part].clone()),
        }
    }
}

struct Content {
    transfers: BTreeSet<Transfer>,
    blocks: BTreeMap<u64, fundtrail_model::H256>,
    looked_at: BTreeMap<(fundtrail_model::Address, fundtrail_model::AssetClass), Vec<Window>>,
    trail: [Value; 4],
}

impl Content {
    #[track_caller]
    fn assert_same(&self, other: &Self) {
        assert_eq!(self.transfers, other.transfers);
        assert_eq!(self.looked_at, other.looked_at);
        assert_eq!(self.trail, other.trail);
        for (number, hash) in &self.blocks {
            assert!(other.blocks.get(number).is_none_or(|known| known == hash), "block {number}");
        }
    }
}

#[test]
fn what_was_replaced_between_two_runs_is_read_again() {
    let changing = Changing::start();
    let endpoint = changing.endpoint(Faults::none());
    let trace = |case: &str| changing.trace(&endpoint.url(), case, "latest").success();
    trace("case.ftcase");
    let before = changing.content("case.ftcase");
    // While nothing changes, that is seen with a few questions.
    let asked = endpoint.questions();
    let said = trace("case.ftcase").stderr;
    assert!(!said.contains("replaced blocks"), "{said}");
    assert!(endpoint.questions() - asked < 8, "{}", endpoint.questions() - asked);

    changing.reorganise(DEPTH);
    let said = trace("case.ftcase").stderr;
    let replaced =
        said.lines().filter(|line| line.starts_with("warning: Ethereum replaced blocks"));
    assert_eq!(replaced.count(), 1, "{said}");
    trace("fresh.ftcase");
    let (after, fresh) = (changing.content("case.ftcase"), changing.content("fresh.ftcase"));
    after.assert_same(&fresh);
    assert_ne!(before.transfers, after.transfers, "nothing that matters was replaced");
}

#[test]
fn what_is_replaced_under_a_run_is_read_again() {
    let check = |after_requests: usize| {
        let changing = Changing::start();
        let faults = Faults::none().with_reorg(Reorg { after_requests, depth: DEPTH });
        let endpoint = changing.endpoint(faults);
        changing.trace(&endpoint.url(), "during.ftcase", "latest").success();
        assert!(after_requests < endpoint.requests(), "the trace was over before that");
        // What was read last may be all that was not replaced yet: the next run sees to that.
        changing.trace(&endpoint.url(), "during.ftcase", "latest").success();
        changing.trace(&endpoint.url(), "fresh.ftcase", "latest").success();
        changing.content("during.ftcase").assert_same(&changing.content("fresh.ftcase"));
    };
    for after_requests in [10, 40, 90] {
        check(after_requests);
    }
}

#[test]
fn a_final_block_is_not_replaced() {
    // The node calls all but its last two blocks final: replacing more is not what a chain does.
    let changing = Changing::start();
    let trace = |case: &str| changing.trace(&changing.node(), case, "latest");
    trace("case.ftcase").success();
    let digest = changing.sandbox.digest("case.ftcase");
    changing.reorganise(DEPTH);
    let outcome = trace("case.ftcase");
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(1), ""), "{}", outcome.stderr);
    assert!(outcome.stderr.contains(" was final when it was read"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("\nhint: ask another node"), "{}", outcome.stderr);
    assert_eq!(changing.sandbox.digest("case.ftcase"), digest);
}

#[test]
fn what_is_final_is_read_as_if_nothing_happened() {
    let changing = Changing::start();
    changing.trace(&changing.node(), "before.ftcase", "finalized").success();
    let faults = Faults::none().with_reorg(Reorg { after_requests: 40, depth: 2 });
    let endpoint = ChaosProxy::start(&changing.node(), Profile::bare("bare"), faults);
    changing.trace(&endpoint.url(), "during.ftcase", "finalized").success();
    assert!(40 < endpoint.requests(), "the trace was over before that");
    let [before, during] =
        ["before.ftcase", "during.ftcase"].map(|case| changing.sandbox.digest(case));
    assert_eq!(during, before);
}
