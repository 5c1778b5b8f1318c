//! Filling a case without following anything.

use fundtrail_testkit::chaos::{ChaosProxy, Faults, Profile};
use fundtrail_testkit::dprk_900k;
use serde_json::Value;

use crate::live::Live;
use crate::sandbox::{Outcome, Sandbox};

/// Where the played Ethereum chain begins.
const FIRST: &str = "14190500";

struct Fetching {
    proxy: ChaosProxy,
    sandbox: Sandbox,
    live: std::sync::Arc<Live>,
}

impl Fetching {
    fn start() -> Self {
        let live = Live::shared();
        let proxy = ChaosProxy::start(&live.urls().0, Profile::bare("bare"), Faults::none());
        Self { proxy, sandbox: Sandbox::new(), live }
    }

    fn run(&self, command: &str, case: &str, more: &[&str]) -> Outcome {
        let rpc = format!("ethereum={}", self.proxy.url());
        self.sandbox
            .run(&[&[command, "--chain", "eth", "--rpc", &rpc, "--case", case], more].concat())
    }

    /// How many questions a run asks.
    fn count(&self, run: impl FnOnce() -> Outcome) -> (usize, Outcome) {
        let before = self.proxy.questions();
        let outcome = run().success();
        (self.proxy.questions() - before, outcome)
    }

    fn seed(&self) -> String {
        let seeds = self.live.seeds();
        seeds.into_iter().find(|seed| seed.starts_with("ethereum:")).unwrap()
    }
}

/// Who held what was stolen on Ethereum, at some time.
fn holders(report: &Value) -> Vec<String> {
    let hops = report["hops"].as_array().unwrap().iter();
    let mut holders: Vec<String> =
        hops.filter_map(|hop| hop["from"]["address"].as_str()).map(str::to_owned).collect();
    holders.sort();
    holders.dedup();
    holders
}

#[test]
fn what_was_fetched_is_a_head_start_for_a_trace() {
    let fetching = Fetching::start();
    let seed = fetching.seed();
    let report =
        |name: &str| -> Value { serde_json::from_str(&fetching.sandbox.read(name)).unwrap() };
    let (cold, _) =
        fetching.count(|| fetching.run("trace", "cold.ftcase", &["--out", "cold.json", &seed]));
    let holders = holders(&report("cold.json"));
    assert!(!holders.is_empty());
    let mut fetch: Vec<&str> = vec!["--from-block", FIRST];
    fetch.extend(holders.iter().map(String::as_str));

    let (whole, outcome) = fetching.count(|| fetching.run("fetch", "warm.ftcase", &fetch));
    for holder in &holders {
        assert!(outcome.stdout.contains(holder), "{}", outcome.stdout);
    }
    assert!(outcome.stdout.contains("final by the node's word"), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("blocks by logs, reconciled"), "{}", outcome.stdout);
    assert!(!outcome.stdout.contains("not looked at"), "{}", outcome.stdout);

    // A second time only the end of the chain is asked for.
    let digest = fetching.sandbox.digest("warm.ftcase");
    let (again, second) = fetching.count(|| fetching.run("fetch", "warm.ftcase", &fetch));
    assert!(again <= 5 && 5 < whole, "{again} of {whole}");
    assert_eq!(second.stdout, outcome.stdout);
    assert_eq!(fetching.sandbox.digest("warm.ftcase"), digest);

    let (warm, _) =
        fetching.count(|| fetching.run("trace", "warm.ftcase", &["--out", "warm.json", &seed]));
    assert!(warm * 2 < cold, "{warm} questions with a head start, {cold} without");
    let (cold, warm) = (report("cold.json"), report("warm.json"));
    for part in ["seeds", "ledger", "endings", "hops"] {
        assert_eq!(warm[part], cold[part], "{part}");
    }
}

#[test]
fn a_fetch_in_parts_is_the_fetch_of_all() {
    let fetching = Fetching::start();
    let expected = dprk_900k::expected();
    let holder = expected.seed.iter().find(|seed| seed.chain == 1).unwrap().holder.clone();
    let to = |until: &'static str, case: &str, more: &[&str]| {
        let what = ["--from-block", FIRST, "--until", until, &holder];
        fetching.run("fetch", case, &[&what[..], more].concat())
    };
    // What the first part looked at is not asked for again.
    let (first, _) = fetching.count(|| to("14190560", "parts.ftcase", &[]));
    let (second, _) = fetching.count(|| to("14190640", "parts.ftcase", &["--require-complete"]));
    let (whole, outcome) = fetching.count(|| to("14190640", "whole.ftcase", &[]));
    assert!(0 < first && second < whole + 5, "{first} + {second}, {whole}");
    let parts = to("14190640", "parts.ftcase", &[]).success();
    assert_eq!(parts.stdout, outcome.stdout);
}

#[test]
fn what_makes_no_sense_is_refused() {
    let sandbox = Sandbox::new();
    let address = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
    let check = |more: &[&str], why: &str| {
        let outcome = sandbox
            .run(&[&["fetch", "--case", "c.ftcase", "--rpc", "http://127.0.0.1:9"], more].concat());
        assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
        assert!(outcome.stderr.contains(why), "{}", outcome.stderr);
        assert!(!sandbox.path("c.ftcase").exists());
    };
    check(&[address, "--from-block", "1"], "do not say on which chain");
    check(&[address, "--chain", "eth"], "--from-block");
    let (eth, polygon) = (format!("eth:{address}"), format!("polygon:{address}"));
    check(&[&eth, &polygon, "--from-block", "1"], "addresses of two chains: 1 and 137");
    check(&["0x12", "--chain", "eth", "--from-block", "1"], "0x12");
    check(&[address, "--chain", "eth", "--from-block", "1", "--max-time", "1d"], "--max-time");
}
