//! Runs that stop when their budget is spent: they report what is known by then, say that it is not all, and are
//! gone on with.

use std::time::Duration;

use fundtrail_testkit::chaos::{Fault, Faults, Profile};
use serde_json::Value;

use crate::chaos::{Content, Through};
use crate::live::{Live, assert_closes};
use crate::sandbox::Sandbox;
use fundtrail_testkit::record::ExpectedEnding;

/// What a run that stopped early says last.
const STOPPED: &str = "warning: this run stopped when its budget of ";

#[test]
fn a_trace_in_parts_ends_with_the_same_case() {
    let live = Live::shared();
    let sandbox = Sandbox::new();
    let budget = ["--max-requests", "150", "--out", "report.json"];
    let mut runs = 0;
    loop {
        let outcome = live.trace(&sandbox, "case.ftcase", &budget).success();
        runs += 1;
        assert!(runs < 40, "a budget that gets nowhere");
        let report: Value = serde_json::from_str(&sandbox.read("report.json")).unwrap();
        assert_closes(&report);
        let is_budget = |ending: &Value| ending["class"] == "budget";
        let has_budget = report["endings"].as_array().unwrap().iter().any(is_budget);
        if !outcome.stderr.contains(STOPPED) {
            assert!(!has_budget && report["unfinished"].is_null(), "{report}");
            break;
        }
        assert!(has_budget, "{}", outcome.stdout);
        assert!(outcome.stdout.contains("stopped when its budget of 150 requests was spent"));
        let again = "to go on:\n  fundtrail trace --as-of 2026-11-23 --case case.ftcase ";
        assert!(outcome.stderr.contains(again), "{}", outcome.stderr);
        // Made again from the file, the report says the same.
        sandbox.run(&["report", "case.ftcase", "--out", "again.json"]).success();
        assert_eq!(sandbox.read("again.json"), sandbox.read("report.json"));
    }
    assert!(2 < runs, "one run was enough: the budget is no test");
    assert_eq!(sandbox.digest("case.ftcase"), Content::through_bare_nodes().digest);
}

#[test]
fn stopping_early_is_not_complete() {
    let live = Live::shared();
    let sandbox = Sandbox::new();
    let budget = ["--max-requests", "150", "--require-complete"];
    let outcome = live.trace(&sandbox, "case.ftcase", &budget);
    assert_eq!(outcome.code, Some(4), "{}", outcome.stderr);
    assert!(outcome.stderr.contains(STOPPED), "{}", outcome.stderr);
}

#[test]
fn time_is_a_budget() {
    // One answer takes longer than the whole budget.
    let slow = Fault::SlowDrip { pieces: 3, pause: Duration::from_millis(500) };
    let through = Through::start(&Profile::bare("bare"), &Faults::none().at(slow, &[100]));
    let outcome = through.trace("case.ftcase", &["--max-time", "1s"]).success();
    assert!(outcome.stderr.contains(&format!("{STOPPED}1s was spent")), "{}", outcome.stderr);
    through.assert_same(through.trace("case.ftcase", &[]));
}

#[test]
fn a_budget_that_ends_before_the_seeds_are_known_says_so() {
    let live = Live::shared();
    let sandbox = Sandbox::new();
    let (ethereum, _) = live.urls();
    let expected = fundtrail_testkit::dprk_900k::expected();
    let (number, theft) = (1..).zip(&expected.seed).find(|(_, seed)| seed.chain == 1).unwrap();
    let is_held = |ending: &&ExpectedEnding| ending.seed == number && ending.kind == "held";
    let receiver = &expected.ending.iter().find(is_held).unwrap().address;
    let rpc = format!("ethereum={ethereum}");
    let trace = |more: &[&str]| {
        let what = ["trace", "--chain", "1", "--rpc", &rpc, "--case", "case.ftcase"];
        // Two addresses: the first piece of a run is always fetched.
        let from = ["--from-block", "14190500", &theft.holder, receiver];
        sandbox.run(&[&what[..], &from, more].concat())
    };
    let outcome = trace(&["--max-requests", "1"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(1), ""), "{}", outcome.stderr);
    let why = "error: its budget of 1 request was spent before it was known what 1:0x";
    assert!(outcome.stderr.contains(why), "{}", outcome.stderr);
    trace(&[]).success();
}

#[test]
fn budgets_that_make_no_sense_are_refused() {
    let sandbox = Sandbox::new();
    let unknown = format!("0x{}", "0".repeat(64));
    for (flag, value) in [("--max-time", "soon"), ("--max-time", "0s"), ("--max-requests", "0")] {
        let outcome = sandbox.run(&["trace", "--chain", "1", flag, value, &unknown]);
        assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
        assert!(outcome.stderr.contains(flag), "{}", outcome.stderr);
    }
}
