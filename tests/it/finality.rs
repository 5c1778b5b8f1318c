//! Only blocks that are final are looked at, unless it is asked for; the report says how that was decided.

use fundtrail_testkit::chaos::{ChaosProxy, Faults, Profile, Refusal, When};
use serde_json::Value;

use crate::live::Live;
use crate::sandbox::{Outcome, Sandbox};

/// An endpoint that does not know what is final, in the words of older nodes.
pub(crate) fn without_finality() -> Profile {
    Profile::bare("without-finality").with(
        When::Finalized,
        0,
        Refusal::new(-32000, 200, "finalized block not found"),
    )
}

/// A trace of the theft on Ethereum, as JSON in `report.json`.
fn trace(sandbox: &Sandbox, url: &str, more: &[&str]) -> Outcome {
    let seeds = Live::shared().seeds();
    let seed = seeds.iter().find(|seed| seed.starts_with("ethereum:")).unwrap();
    let rpc = format!("ethereum={url}");
    let what = ["trace", seed, "--rpc", &rpc, "--case", "case.ftcase", "--out", "report.json"];
    sandbox.run(&[&what[..], more].concat())
}

/// What the report says of the last block.
fn end(sandbox: &Sandbox) -> (u64, String) {
    let report: Value = serde_json::from_str(&sandbox.read("report.json")).unwrap();
    let settings = report["method"]["settings"].as_array().unwrap();
    let name = "last block looked at on Ethereum";
    let said = settings.iter().find(|setting| setting["name"] == name).unwrap();
    let (block, words) = said["value"].as_str().unwrap().split_once(": ").unwrap();
    (block.parse().unwrap(), words.to_owned())
}

#[test]
fn what_is_final_is_the_nodes_word_or_a_margin() {
    let live = Live::shared();
    let (ethereum, _) = live.urls();
    let sandbox = Sandbox::new();
    let outcome = trace(&sandbox, &ethereum, &[]).success();
    assert!(!outcome.stderr.contains("taken back"), "{}", outcome.stderr);
    let (by_word, words) = end(&sandbox);
    assert_eq!(words, "final by the node's word");

    // The nodes here call all but the last two blocks final; Ethereum's margin is 64.
    let proxy = ChaosProxy::start(&ethereum, without_finality(), Faults::none());
    let sandbox = Sandbox::new();
    trace(&sandbox, &proxy.url(), &[]).success();
    let why = "64 blocks before the last: the node does not say what is final";
    assert_eq!(end(&sandbox), (by_word + 2 - 64, why.to_owned()));

    // What the case says stays, whoever is asked next.
    trace(&sandbox, &ethereum, &[]).success();
    assert_eq!(end(&sandbox), (by_word + 2 - 64, why.to_owned()));
}

#[test]
fn what_is_not_final_is_looked_at_only_on_demand() {
    let live = Live::shared();
    let (ethereum, _) = live.urls();
    let check = |until: &str, warns: bool, expected: &str| {
        let sandbox = Sandbox::new();
        let outcome = trace(&sandbox, &ethereum, &["--until", until]).success();
        let warning = "what is later may still be taken back\n";
        assert_eq!(
            outcome.stderr.matches(warning).count(),
            usize::from(warns),
            "{}",
            outcome.stderr
        );
        let (block, words) = end(&sandbox);
        assert!(words.starts_with(expected), "{words}");
        block
    };
    let last = check("latest", true, "the last that there was; what is later than ");
    check(&last.to_string(), true, "as asked for; what is later than ");
    check(&(last - 2).to_string(), false, "as asked for; final");
    check("finalized", false, "final by the node's word");
}
