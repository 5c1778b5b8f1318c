//! Killed runs end with the same case as undisturbed ones.

use std::time::{Duration, Instant};

use crate::live::Live;
use crate::sandbox::Sandbox;

/// How many runs are killed while they are going.
const KILLS: u32 = 24;

#[test]
fn a_killed_trace_goes_on_where_it_stopped() {
    let live = Live::shared();
    let undisturbed = Sandbox::new();
    let start = Instant::now();
    live.trace(&undisturbed, "case.ftcase", &[]).success();
    let whole = start.elapsed();
    let expected = undisturbed.digest("case.ftcase");

    let disturbed = Sandbox::new();
    let mut kills = 0_u32;
    let mut cases = 0_u32;
    while kills < KILLS {
        cases += 1;
        assert!(
            cases <= KILLS * 4,
            "only {kills} runs were still going when they were to be killed"
        );
        let case = format!("case-{cases}.ftcase");
        let arguments = live.arguments(&case, &[]);
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        // Each case is killed a few times, at points that jump about between the first moment and two
        // thirds of a whole run, and then runs to its end.
        for attempt in 0..3 {
            let part = (kills * 7 + attempt * 5) % KILLS;
            let mut child = disturbed.start(&arguments);
            std::thread::sleep(whole * part * 2 / (KILLS * 3) + Duration::from_millis(2));
            kills += u32::from(child.try_wait().unwrap().is_none());
            child.kill().unwrap();
            child.wait().unwrap();
        }
        live.trace(&disturbed, &case, &[]).success();
        assert_eq!(disturbed.digest(&case), expected, "{case}");
    }
}
