//! What counts as stolen: seeds typed twice, of several kinds, on a case that has seeds already.

use fundtrail_testkit::dprk_900k;

use crate::live::Live;
use crate::sandbox::{Outcome, Sandbox};

/// A trace on the played Ethereum chain, into `case.ftcase`.
fn trace(sandbox: &Sandbox, live: &Live, more: &[&str]) -> Outcome {
    let (ethereum, _) = live.urls();
    let mut arguments =
        vec!["trace", "--chain", "ethereum", "--rpc", &ethereum, "--case", "case.ftcase"];
    arguments.extend_from_slice(more);
    sandbox.run(&arguments)
}

/// The theft on Ethereum: its transaction and who received it.
fn theft() -> (String, String) {
    let seed = dprk_900k::expected().seed.into_iter().find(|seed| seed.chain == 1).unwrap();
    (seed.transaction, seed.holder)
}

#[track_caller]
fn assert_refused(outcome: &Outcome, why: &str) {
    assert_eq!(outcome.code, Some(2), "{}{}", outcome.stdout, outcome.stderr);
    assert!(outcome.stderr.contains(why), "{}", outcome.stderr);
}

#[test]
fn one_theft_is_counted_once() {
    let live = Live::shared();
    let sandbox = Sandbox::new();
    let (hash, holder) = theft();
    let value = format!("{hash}:value");
    assert_refused(&trace(&sandbox, &live, &[&hash, &value]), "the same credit is a seed");
    // Typed twice the same way it is one seed, and so it is in a later run.
    for _ in 0..2 {
        trace(&sandbox, &live, &[&hash, &hash]).success();
    }
    let shown = sandbox.run(&["case", "show", "case.ftcase"]).success().stdout;
    assert!(shown.contains("  S1  ") && !shown.contains("  S2  "), "{shown}");
    assert_refused(&trace(&sandbox, &live, &[&value]), "the same credit is a seed");
    let from = ["--from-block", "14190500", holder.as_str()];
    assert_refused(&trace(&sandbox, &live, &from), "the same credit is a seed");
}

#[test]
fn an_address_keeps_its_start_and_amount() {
    let live = Live::shared();
    let sandbox = Sandbox::new();
    let (hash, holder) = theft();
    let from = ["--from-block", "14190500", holder.as_str()];
    trace(&sandbox, &live, &from).success();
    let other = ["--from-block", "14190500", "--asset", "native", "--amount", "5", &holder];
    assert_refused(&trace(&sandbox, &live, &other), "this case follows");

    let sandbox = Sandbox::new();
    let useless = ["--asset", "native", "--amount", "5", hash.as_str()];
    assert_refused(&trace(&sandbox, &live, &useless), "are for seeds that are addresses");
    let comma = ["--from-block", "14190500", "--asset", "native", "--amount", "0,5", &holder];
    assert_refused(&trace(&sandbox, &live, &comma), "`0,5` is not a plain decimal number");
    let too_much = ["--from-block", "14190500", "--asset", "native", "--amount", "1000", &holder];
    let outcome = trace(&sandbox, &live, &too_much).success();
    assert!(outcome.stderr.contains("received less than --amount"), "{}", outcome.stderr);
}

#[test]
fn a_run_that_fails_leaves_no_settings() {
    let live = Live::shared();
    let sandbox = Sandbox::new();
    let (hash, _) = theft();
    let dead = ["trace", "--chain", "1", "--rpc", "http://127.0.0.1:9", "--case", "case.ftcase"];
    let failed = [&dead[..], &["--rule", "fifo", "--max-hops", "1", &hash]].concat();
    assert_eq!(sandbox.run(&failed).code, Some(1));
    assert_refused(&trace(&sandbox, &live, &["--until", "14190503", &hash]), "a seed on Ethereum");
    let outcome = trace(&sandbox, &live, &[&hash]).success();
    let shown = sandbox.run(&["case", "show", "case.ftcase"]).success().stdout;
    assert!(!shown.contains("max_hops") && !shown.contains("rule"), "{shown}");
    assert!(outcome.stdout.contains("60 ETH"));
    // And an earlier end cannot cut off a theft that the case holds.
    assert_refused(&trace(&sandbox, &live, &["--until", "14190503", &hash]), "a seed on Ethereum");
}

#[test]
fn lists_that_are_no_longer_used_are_no_longer_named() {
    let live = Live::shared();
    let sandbox = Sandbox::new();
    let (hash, _) = theft();
    sandbox.write(
        "own.csv",
        "chain,address,name,category,source\n\
         1,0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed,Till 4,exchange,our own books\n",
    );
    trace(&sandbox, &live, &["--labels", "own.csv", "--out", "with.json", &hash]).success();
    assert!(sandbox.read("with.json").contains("own.csv"));
    trace(&sandbox, &live, &["--out", "without.json", &hash]).success();
    assert!(!sandbox.read("without.json").contains("own.csv"));
}

#[test]
fn the_case_says_whose_seeds_it_holds() {
    let live = Live::shared();
    let sandbox = Sandbox::new();
    live.trace(&sandbox, "case.ftcase", &[]).success();
    let (hash, _) = theft();
    let value = format!("{hash}:value");
    let lists = ["labels.csv", "listings.csv", "tokens.csv"]
        .map(|list| dprk_900k::folder().join(list).display().to_string());
    let mut arguments = vec![value.as_str()];
    arguments.extend(lists.iter().flat_map(|list| ["--labels", list]));
    let outcome = trace(&sandbox, &live, &arguments).success();
    assert!(outcome.stderr.contains("the case also holds 137:0x"), "{}", outcome.stderr);
}
