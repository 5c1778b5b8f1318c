//! The demo's case through endpoints that refuse as public ones do: the same case in the end, or a clear word
//! on what could not be had.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use fundtrail_model::{Cause, ChainId, Proof, Transfer};
use fundtrail_store::Case;
use fundtrail_testkit::chaos::{self, ChaosProxy, Entry, Faults, Outcome, Profile, Scale};
use serde_json::Value;

use crate::chaos_truth::Truth;
use crate::live::{self, Live};
use crate::sandbox::{self, Sandbox};

/// The demo's chains have some 400 blocks and a few logs per question.
pub(crate) const SCALE: Scale = Scale { blocks: 200, logs: 2_500, rate: 40 };

/// A trace of the demo's case through two proxies, one per chain.
pub(crate) struct Through {
    live: Arc<Live>,
    pub(crate) sandbox: Sandbox,
    pub(crate) proxies: [ChaosProxy; 2],
}

/// What a case says of the chains.
pub(crate) struct Content {
    pub(crate) digest: String,
    /// Transfers that were seen, and not only concluded from balances.
    pub(crate) seen: BTreeSet<(ChainId, Transfer)>,
    pub(crate) unexplained: BTreeSet<(ChainId, Transfer)>,
    /// How many windows have no proof of completeness.
    pub(crate) unproven: usize,
}

impl Content {
    pub(crate) fn of(sandbox: &Sandbox, case: &str) -> Self {
        let digest = sandbox.digest(case);
        let (mut seen, mut unexplained, mut unproven) = (BTreeSet::new(), BTreeSet::new(), 0);
        let case = Case::open_read_only(&sandbox.path(case)).unwrap();
        for chain in case.chains().unwrap() {
            for transfer in case.transfers(chain).unwrap() {
                let set =
                    if transfer.cause == Cause::Unexplained { &mut unexplained } else { &mut seen };
                set.insert((chain, transfer));
            }
            let coverage = case.coverage(chain).unwrap();
            unproven += coverage.iter().filter(|found| found.proof < Proof::Reconciled).count();
        }
        Self { digest, seen, unexplained, unproven }
    }

    /// What the case says when the nodes themselves are asked.
    pub(crate) fn through_bare_nodes() -> &'static Self {
        static BARE: OnceLock<Content> = OnceLock::new();
        BARE.get_or_init(|| {
            let sandbox = Sandbox::new();
            Live::shared().trace(&sandbox, "case.ftcase", &[]).success();
            Self::of(&sandbox, "case.ftcase")
        })
    }
}

impl Through {
    pub(crate) fn start(profile: &Profile, faults: &Faults) -> Self {
        let live = Live::shared();
        let (ethereum, polygon) = live.urls();
        let proxies =
            [ethereum, polygon].map(|url| ChaosProxy::start(&url, profile.clone(), faults.clone()));
        Self { live, sandbox: Sandbox::new(), proxies }
    }

    /// The arguments of a trace through the proxies.
    pub(crate) fn arguments(&self, case: &str, more: &[&str]) -> Vec<String> {
        let (ethereum, polygon) = self.live.urls();
        let [one, other] = &self.proxies;
        let through = |argument: String| {
            argument.replace(&ethereum, &one.url()).replace(&polygon, &other.url())
        };
        self.live.arguments(case, more).into_iter().map(through).collect()
    }

    pub(crate) fn trace(&self, case: &str, more: &[&str]) -> sandbox::Outcome {
        let arguments = self.arguments(case, more);
        self.sandbox.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Goes on with a case through the nodes themselves.
    pub(crate) fn trace_bare(&self, case: &str) -> sandbox::Outcome {
        self.live.trace(&self.sandbox, case, &[])
    }

    pub(crate) fn content(&self, case: &str) -> Content {
        Content::of(&self.sandbox, case)
    }

    /// What the proxies refused, and the faults that they made.
    pub(crate) fn mischief(&self) -> BTreeSet<String> {
        let mut mischief = BTreeSet::new();
        for entry in self.proxies.iter().flat_map(ChaosProxy::log) {
            match entry.outcome {
                Outcome::Refused(text) => _ = mischief.insert(text),
                Outcome::Broken(faults) => mischief.extend(faults.into_iter().map(str::to_owned)),
                Outcome::Open | Outcome::Answered => {}
            }
        }
        mischief
    }

    /// The run ended, and the case is what the nodes themselves give.
    #[track_caller]
    pub(crate) fn assert_same(&self, outcome: sandbox::Outcome) {
        outcome.success();
        assert_eq!(self.sandbox.digest("case.ftcase"), Content::through_bare_nodes().digest);
    }

    /// The run stopped: it says why in one line and what to do in another, and it reported nothing.
    #[track_caller]
    pub(crate) fn assert_stopped(outcome: &sandbox::Outcome) {
        assert_eq!(outcome.code, Some(1), "{}\n{}", outcome.stdout, outcome.stderr);
        assert_eq!(outcome.stdout, "");
        let lines: Vec<&str> = outcome.stderr.lines().collect();
        let [.., error, hint] = lines.as_slice() else { panic!("{}", outcome.stderr) };
        let is_placed = error.starts_with("error: ") && error.contains("http://127.0.0.1:");
        assert!(is_placed, "{}", outcome.stderr);
        assert!(hint.starts_with("hint: "), "{}", outcome.stderr);
    }

    /// The run stopped, and going on through the nodes themselves gives what they give: nothing wrong was
    /// stored.
    #[track_caller]
    pub(crate) fn assert_stopped_well(&self, outcome: &sandbox::Outcome) {
        Self::assert_stopped(outcome);
        self.trace_bare("case.ftcase").success();
        let found = self.sandbox.digest("case.ftcase");
        assert_eq!(found, Content::through_bare_nodes().digest, "after: {}", outcome.stderr);
    }

    /// The run ended and knows less. Everything it says is true, and it says that it is not all.
    #[track_caller]
    pub(crate) fn assert_less(&self, outcome: sandbox::Outcome, report: &Path) {
        outcome.success();
        let report: Value =
            serde_json::from_str(&std::fs::read_to_string(report).unwrap()).unwrap();
        live::assert_closes(&report);
        let content = self.content("case.ftcase");
        let bare = Content::through_bare_nodes();
        // Who knows less may also look elsewhere, so what is new here is looked up on the chain.
        let truth = Truth::of(self.live.urls());
        for (chain, transfer) in content.seen.difference(&bare.seen) {
            assert!(truth.holds(*chain, transfer), "{transfer:?} never happened");
        }
        let is_weaker = bare.unproven < content.unproven
            || content.unexplained.difference(&bare.unexplained).next().is_some();
        // A log of a token whose balances never changed is missed by nobody.
        let is_moot = |(chain, unseen): &(ChainId, Transfer)| {
            bare.unexplained.iter().any(|(other, doubt)| {
                let (block, asset) = (unseen.position.block, unseen.asset);
                other == chain && (doubt.position.block, doubt.asset) == (block, asset)
            })
        };
        let unseen: Vec<_> =
            bare.seen.difference(&content.seen).filter(|it| !is_moot(it)).collect();
        assert!(is_weaker || unseen.is_empty(), "it does not say that it knows less: {unseen:?}");
    }
}

pub(crate) fn profile(name: &str, scale: Scale) -> Profile {
    let found = chaos::all().into_iter().find(|profile| profile.name == name);
    found.unwrap_or_else(|| panic!("no profile {name}")).scaled(scale)
}

pub(crate) fn unhurried(name: &str, scale: Scale) -> Through {
    Through::start(&profile(name, scale).unhurried(), &Faults::none())
}

#[test]
fn limits_on_range_and_size_change_nothing() {
    let check = |name: &str, said: &str| {
        let through = unhurried(name, SCALE);
        let outcome = through.trace("case.ftcase", &[]);
        through.assert_same(outcome);
        let refused = through.mischief();
        assert!(refused.iter().any(|text| text.contains(said)), "{name}: {refused:?}");
    };
    check("alchemy-free", "up to a 10 block range");
    check("infura", "exceeds limit of 50");
    check("quicknode", "eth_getLogs is limited to a 50 range");
    check("llamarpc", "max is 10 blocks");
    check("blockpi", "eth_getLogs is limited to 10 block range");
    check("ankr", "blocks distance: 50");
    check("base", "block range too large");
    check("arbitrum", "logs matched by query exceeds limit of 4");
    check("erigon", "exceed maximum block range 10");
    check("reth", "query exceeds max results 8, retry with the range");
    // The proposed range is the one that was refused: taking it would never end.
    check("reth-useless-hints", "query exceeds max results 8, retry with the range");
    check("nethermind", "Too many logs requested. Max logs per response is 8.");
}

#[test]
fn less_is_known_and_said_where_the_node_does_not_tell_all() {
    let check = |name: &str, scale: Scale| {
        let through = unhurried(name, scale);
        let outcome = through.trace("case.ftcase", &["--out", "report.json"]);
        through.assert_less(outcome, &through.sandbox.path("report.json"));
    };
    check("drpc-free", SCALE);
    check("without-tracers", SCALE);
    check("pruned-state", SCALE);
}

#[test]
fn what_cannot_be_traced_stops_with_a_reason() {
    let check = |name: &str, scale: Scale, error: &str, hint: &str| {
        let through = unhurried(name, scale);
        let outcome = through.trace("case.ftcase", &[]);
        assert!(outcome.stderr.contains(error), "{name}: {}", outcome.stderr);
        assert!(outcome.stderr.contains(hint), "{name}: {}", outcome.stderr);
        through.assert_stopped_well(&outcome);
    };
    // One that wants contracts named can still serve blocks and state, next to another one.
    check("publicnode", SCALE, "Please specify an address in your request", "by topic");
    let last_blocks = Scale { blocks: 5_000, ..SCALE };
    check("pruned-history", last_blocks, "knows no transaction 0x", "dropped old history");
    // A block's header says that it has logs, so a node that finds none there is not believed.
    check("pruned-silently", last_blocks, "it gives no logs of block", "use an archive node");
}

#[test]
fn what_one_endpoint_does_not_give_another_one_does() {
    // One gives no logs by topic, the other no frames: together they give everything.
    let through = unhurried("publicnode", SCALE);
    let other = unhurried("drpc-free", SCALE);
    let [ethereum, polygon] = [("ethereum", 0), ("polygon", 1)]
        .map(|(name, chain)| format!("{name}={}", other.proxies[chain].url()));
    let outcome = through.trace("case.ftcase", &["--rpc", &ethereum, "--rpc", &polygon]);
    through.assert_same(outcome);
    let refused = through.mischief();
    assert!(refused.iter().any(|text| text.contains("specify an address")), "{refused:?}");
    let was_asked_for_logs = |proxy: &ChaosProxy| {
        proxy.log().iter().any(|entry| entry.methods.iter().any(|method| method == "eth_getLogs"))
    };
    assert!(other.proxies.iter().all(was_asked_for_logs));
}

#[test]
fn limits_on_the_rate_slow_a_trace_down_and_change_nothing() {
    let check = |name: &str, rate: usize, said: &str| {
        let profile = profile(name, Scale { rate, ..SCALE });
        let through = Through::start(&profile, &Faults::none());
        let outcome = through.trace("case.ftcase", &[]);
        through.assert_same(outcome);
        let refused = through.mischief();
        assert!(refused.iter().any(|text| text.contains(said)), "{name}: {refused:?}");
        for proxy in &through.proxies {
            let is_refusal = |entry: &&Entry| matches!(entry.outcome, Outcome::Refused(_));
            let refusals = proxy.log().iter().filter(is_refusal).count();
            assert!(refusals * 5 < proxy.requests(), "{name}: {refusals} of {}", proxy.requests());
        }
    };
    check("alchemy-free", 16, "compute units per second");
}
