//! Several endpoints, some of which lie, lag, stall or refuse: together they are one honest node.

use std::time::{Duration, Instant};

use fundtrail_testkit::chaos::{ChaosProxy, Fault, Faults, Outcome, Profile};

use crate::chaos::{Content, SCALE, Through, profile, unhurried};
use crate::sandbox;

/// What the dice start from.
const SEED: u64 = 20_250_701;

fn honest() -> Through {
    Through::start(&Profile::bare("bare"), &Faults::none())
}

fn flawed(fault: Fault, per_mille: u32) -> Through {
    Through::start(&Profile::bare("flawed"), &Faults::seeded(SEED).with(fault, per_mille))
}

/// A trace through all of these, in this order on the command line. The folder is that of the first.
fn trace_through(all: &[&Through], more: &[&str]) -> sandbox::Outcome {
    let (first, others) = all.split_first().unwrap();
    let mut arguments: Vec<String> = more.iter().map(|text| (*text).to_owned()).collect();
    for other in others {
        for (chain, proxy) in ["ethereum", "polygon"].iter().zip(&other.proxies) {
            arguments.extend(["--rpc".to_owned(), format!("{chain}={}", proxy.url())]);
        }
    }
    first.trace("case.ftcase", &arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

fn hosts(through: &Through) -> Vec<String> {
    through.proxies.iter().map(ChaosProxy::url).collect()
}

#[test]
fn a_flawed_endpoint_among_honest_ones_changes_nothing() {
    let check = |fault: Fault, per_mille: u32| {
        let (one, other, bad) = (honest(), honest(), flawed(fault, per_mille));
        let outcome = trace_through(&[&one, &bad, &other], &[]);
        assert!(bad.mischief().contains(fault.name()), "{} never happened", fault.name());
        let stderr = outcome.stderr.clone();
        one.assert_same(outcome);
        // Who is honest is never blamed; who lied may be, once for each chain.
        let warnings: Vec<&str> =
            stderr.lines().filter(|line| line.contains("is not to be relied on")).collect();
        let is_of_bad = |line: &&&str| hosts(&bad).iter().any(|host| line.contains(host.as_str()));
        assert_eq!(warnings.iter().filter(is_of_bad).count(), warnings.len(), "{stderr}");
        assert!(warnings.len() <= 2, "{stderr}");
    };
    check(Fault::AlteredAmounts, 200);
    check(Fault::DroppedLogs, 500);
    check(Fault::LaggingHead { blocks: 150 }, 500);
    check(Fault::NullBlocks, 300);
    check(Fault::ErrorInTraces, 500);
    check(Fault::WrongIds, 100);
}

#[test]
fn three_flawed_endpoints_are_as_good_as_one_without_flaws() {
    // No logs by topic; no frames, ten blocks and three questions at once; slowed down, and it breaks off.
    let (named, free) = (unhurried("publicnode", SCALE), unhurried("drpc-free", SCALE));
    let faults = Faults::seeded(SEED)
        .with(Fault::TooManyRequests { retry_after: None }, 10)
        .with(Fault::Reset, 60)
        .with(Fault::CutBody, 20)
        .with(Fault::ServerError { status: 503 }, 20);
    let slow = Through::start(&profile("alchemy-free", SCALE), &faults);
    let outcome = trace_through(&[&named, &free, &slow], &[]);
    named.assert_same(outcome);
    for (through, said) in
        [(&named, "specify an address"), (&free, "not available on freetier"), (&slow, "reset")]
    {
        let mischief = through.mischief();
        assert!(mischief.iter().any(|text| text.contains(said)), "{said}: {mischief:?}");
    }
}

#[test]
fn liars_alone_are_not_believed() {
    for fault in [Fault::AlteredAmounts, Fault::DroppedLogs] {
        let bad = flawed(fault, 200);
        let outcome = bad.trace("case.ftcase", &[]);
        let bare = Content::through_bare_nodes();
        if outcome.code == Some(0) {
            // Either the lie was seen through, or it is said what does not add up.
            let content = bad.content("case.ftcase");
            let is_said = content.unexplained.difference(&bare.unexplained).next().is_some();
            assert!(is_said || content.digest == bare.digest, "{} is believed", fault.name());
        } else {
            assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
            assert!(outcome.stderr.contains("hint: ask another node"), "{}", outcome.stderr);
        }
    }
}

#[test]
fn an_endpoint_that_stalls_does_not_hold_up_the_others() {
    let (one, other) = (honest(), honest());
    let stall = Fault::SlowDrip { pieces: 2, pause: Duration::from_secs(30) };
    let numbers: Vec<usize> = (6..40).collect();
    let stalling = Through::start(&Profile::bare("stalling"), &Faults::none().at(stall, &numbers));
    let start = Instant::now();
    let outcome = trace_through(&[&one, &stalling, &other], &[]);
    assert!(start.elapsed() < Duration::from_secs(25), "{:?}", start.elapsed());
    assert!(stalling.mischief().contains(stall.name()));
    one.assert_same(outcome);
}

#[test]
fn windows_are_shared_among_endpoints() {
    let all = [honest(), honest(), honest()];
    let outcome = trace_through(&all.each_ref(), &[]);
    all[0].assert_same(outcome);
    for chain in 0..2 {
        let asked: Vec<usize> =
            all.iter().map(|through| through.proxies[chain].questions()).collect();
        let sum: usize = asked.iter().sum();
        assert!(asked.iter().all(|count| sum / 10 < *count), "chain {chain}: {asked:?}");
    }
}

#[test]
fn no_endpoint_is_asked_more_often_than_the_user_allows() {
    let through = honest();
    let most = 60;
    through.trace("case.ftcase", &["--max-rps", "60"]).success();
    for proxy in &through.proxies {
        let busiest = proxy.busiest(Duration::from_secs(1));
        assert!(busiest <= most + 1, "{busiest} requests in a second");
        let log = proxy.log();
        // Questions, those of a batch counted each. The last batch may begin within the second.
        let busiest = log.iter().enumerate().map(|(place, first)| {
            let within = log[place..]
                .iter()
                .take_while(|entry| entry.at - first.at < Duration::from_secs(1));
            within.map(|entry| entry.methods.len()).sum::<usize>()
        });
        let busiest = busiest.max().unwrap();
        assert!(busiest <= most + most / 4 + 1, "{busiest} questions in a second");
        assert!(most / 2 < busiest, "{busiest} questions in a second are too few");
    }
}

#[test]
fn a_second_run_begins_with_what_the_first_one_learned() {
    // It does not say how many blocks it searches, so that takes some trials.
    let through = unhurried("base", SCALE);
    let refusals = || {
        let log = through.proxies.iter().flat_map(ChaosProxy::log);
        log.filter(|entry| matches!(entry.outcome, Outcome::Refused(_))).count()
    };
    through.trace("first.ftcase", &[]).success();
    let first = refusals();
    let kept = through.sandbox.read(".cache/fundtrail/endpoints.json");
    assert!(kept.contains("\"blocks\": 11"), "{kept}");
    through.trace("second.ftcase", &[]).success();
    let second = refusals() - first;
    assert!(second * 2 < first, "{second} of the second run, {first} of the first");
    assert_eq!(through.sandbox.digest("second.ftcase"), through.sandbox.digest("first.ftcase"));
}
