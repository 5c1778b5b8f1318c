//! Runs that are killed, under faults too, end with the same case as undisturbed ones.

use std::time::Duration;

use fundtrail_testkit::chaos::{ChaosProxy, Fault, Faults, Profile};

use crate::chaos::{Content, Through};

/// How many runs are killed while they are going.
const KILLS: usize = 100;
/// How often one case is killed before it may run to its end.
const KILLS_PER_CASE: usize = 10;

#[test]
fn a_hundred_killed_runs_go_on_where_they_stopped() {
    // No limit on the rate: that would be remembered from run to run, and nothing else be tested than patience.
    let faults = Faults::seeded(20_220_329)
        .with(Fault::ServerError { status: 503 }, 4)
        .with(Fault::Reset, 4)
        .with(Fault::CutBody, 4)
        .with(Fault::Shuffled, 300);
    let through = Through::start(&Profile::bare("bare"), &faults);
    let requests = || through.proxies.iter().map(ChaosProxy::requests).sum::<usize>();
    through.trace("whole.ftcase", &[]).success();
    // After so many requests at most, so that all the kills of a case fall into its first run.
    let longest = requests() / (KILLS_PER_CASE + 1);

    let mut kills = 0;
    for number in 0..KILLS / KILLS_PER_CASE {
        let case = format!("case-{number}.ftcase");
        let arguments = through.arguments(&case, &[]);
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        for _ in 0..KILLS_PER_CASE {
            let before = requests();
            let mut child = through.sandbox.start(&arguments);
            // By the proxies' count and not by the clock; 23 jumps about between the first and the last.
            let allowed = 1 + kills * 23 % longest;
            while requests() < before + allowed && child.try_wait().unwrap().is_none() {
                std::thread::sleep(Duration::from_millis(1));
            }
            assert!(child.try_wait().unwrap().is_none(), "it ended before it could be killed");
            child.kill().unwrap();
            child.wait().unwrap();
            kills += 1;
        }
        through.trace(&case, &[]).success();
        assert_eq!(through.sandbox.digest(&case), Content::through_bare_nodes().digest, "{case}");
    }
    assert_eq!(kills, KILLS);
    for fault in ["server error", "reset", "cut body", "shuffled"] {
        assert!(through.mischief().contains(fault), "{fault} never happened");
    }
}
