//! A chain that is reorganised while it is traced: one of the two chains in the case, or a clear word, but
//! never a mixture.

use fundtrail_testkit::chaos::{ChaosProxy, Faults, Profile, Reorg};
use fundtrail_testkit::dprk_900k;

use crate::sandbox::{Outcome, Sandbox};

#[test]
fn two_chains_are_never_mixed() {
    // The last blocks of the first leg hold steps of the theft; what is replaced loses its transactions.
    let check = |depth: u64, after_requests: usize, may_differ: bool| {
        // Of its own, because it is changed.
        let played = dprk_900k::play();
        let url = played.ethereum.url();
        let seed = played.ethereum.seeds().remove(0);
        let sandbox = Sandbox::new();
        let trace = |url: &str, case: &str| -> Outcome {
            let rpc = format!("ethereum={url}");
            let until = if may_differ { "latest" } else { "finalized" };
            let settings = ["--as-of", "2026-11-23", "--until", until];
            let what = ["trace", &seed, "--rpc", &rpc, "--case", case];
            sandbox.run(&what.into_iter().chain(settings).collect::<Vec<_>>())
        };
        trace(&url, "before.ftcase").success();
        let faults = Faults::none().with_reorg(Reorg { after_requests, depth });
        let proxy = ChaosProxy::start(&url, Profile::bare("bare"), faults);
        let during = trace(&proxy.url(), "during.ftcase");
        assert!(after_requests < proxy.requests(), "the trace was over before the reorganisation");
        trace(&url, "after.ftcase").success();

        let [before, after] =
            ["before", "after"].map(|name| sandbox.digest(&format!("{name}.ftcase")));
        assert_eq!(before != after, may_differ, "depth {depth}");
        if during.code == Some(0) {
            let found = sandbox.digest("during.ftcase");
            let what = format!("depth {depth} after {after_requests} requests: a mixture");
            assert!([before, after].contains(&found), "{what}\n{}", during.stderr);
        } else {
            assert_eq!(during.code, Some(1), "{}", during.stderr);
            assert_eq!(during.stdout, "");
            assert!(during.stderr.contains("error: "), "{}", during.stderr);
            assert!(during.stderr.contains("\nhint: "), "{}", during.stderr);
        }
    };
    // What is final is not touched.
    check(2, 40, false);
    for after_requests in [10, 60, 120] {
        check(150, after_requests, true);
    }
}
