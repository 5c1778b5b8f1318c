//! Published lists of flows, played among decoys and traced blind: how much of them is found.

use std::path::Path;

use fundtrail_score::list::FlowList;
use fundtrail_score::run::{Outcome, run};
use fundtrail_score::score::Share;
use fundtrail_score::script::Manner;

const DENSE: Manner =
    Manner { is_native: false, is_sparse: false, decoys: 10, customers: 0, pace: 25, seed: 1 };
/// What the three measures of value have to reach, in millionths.
const ENOUGH: Share = Share(995_000);

fn score(manner: Manner, more: &[&str]) -> Outcome {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/score/data/invented");
    let list = FlowList::read(&folder).unwrap();
    let more: Vec<String> = more.iter().map(|text| (*text).to_owned()).collect();
    let outcome = run(&list, manner, Path::new(env!("CARGO_BIN_EXE_fundtrail")), &more).unwrap();
    assert_eq!(outcome.full_pass.of_value(), [Share::WHOLE; 3], "the replay is at fault");
    outcome
}

#[track_caller]
fn assert_found(outcome: &Outcome) {
    let is_found = outcome.score.of_value().iter().all(|share| ENOUGH <= *share);
    assert!(is_found, "{outcome}");
    assert_eq!(outcome.score.address_precision, Share::WHOLE, "{outcome}");
}

#[test]
fn flows_of_a_token_are_found_among_decoys() {
    let outcome = score(DENSE, &[]);
    assert_eq!(outcome.score.of_value(), [Share::WHOLE; 3], "{outcome}");
    assert_found(&outcome);
    assert_found(&score(Manner { seed: 2, ..DENSE }, &["--max-counterparties", "10000"]));
}

#[test]
fn flows_of_the_native_coin_are_found_but_for_the_gas() {
    assert_found(&score(Manner { is_native: true, ..DENSE }, &[]));
}

#[test]
fn long_gaps_are_not_searched_block_by_block() {
    let outcome = score(Manner { is_sparse: true, ..DENSE }, &[]);
    assert_found(&outcome);
    // All in all 40,000 blocks: only stays of 16,384 and more are settled without searching them.
    let [searches, ..] = outcome.effort().unwrap();
    assert!(searches < Share(500_000), "{outcome}");
}

#[test]
fn a_terminal_that_pays_a_crowd_is_an_end() {
    assert_found(&score(Manner { customers: 1_500, ..DENSE }, &[]));
}

#[test]
fn a_trail_that_is_wrong_scores_low() {
    // It goes no further than the first holders.
    let short = score(DENSE, &["--max-hops", "1"]).score;
    let [flows, termini, value] = short.of_value();
    assert!(flows < Share(700_000) && termini < Share(10_000), "{short}");
    assert_eq!(value, Share::WHOLE, "{short}");
    // Everything that leaves whom something stolen came to counts as stolen: it finds all, and accuses strangers.
    let poison = score(DENSE, &["--rule", "poison"]).score;
    assert!(poison.value_precision < Share(900_000), "{poison}");
    assert!(poison.address_precision < Share(700_000), "{poison}");
    // Clean lots go first, as the victims of a thief with own money have it: another question, another answer.
    let libr = score(DENSE, &["--rule", "libr"]).score;
    assert!(libr.flow_coverage < Share(900_000), "{libr}");
}
