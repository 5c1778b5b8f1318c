use std::collections::BTreeSet;

use fundtrail_model::Address;

use super::{Score, Share};
use crate::edges::Edges;

const THIEF: Address = Address::repeat_byte(1);
const MULE: Address = Address::repeat_byte(2);
const TERMINAL: Address = Address::repeat_byte(3);
const HELD: Address = Address::repeat_byte(4);
const STRANGER: Address = Address::repeat_byte(5);
const OTHER: Address = Address::repeat_byte(6);

/// Number of the transaction, payer, receiver, amount.
type Row = (usize, Address, Address, u128);

const LISTED: [Row; 3] = [(0, THIEF, MULE, 100), (1, MULE, TERMINAL, 60), (2, MULE, HELD, 40)];

fn edges(rows: &[Row]) -> Edges {
    let mut edges = Edges::default();
    for (number, from, to, amount) in rows {
        edges.add((*number, *from, *to), (*amount).into());
    }
    edges
}

/// In millionths: coverage of flows and of termini, precision of value and of addresses, coverage of addresses.
#[track_caller]
fn check(found: &[Row], expected: [u64; 5]) {
    let terminals = BTreeSet::from([TERMINAL]);
    let score = Score::of(&edges(found), &edges(&LISTED), &terminals);
    let [flows, termini, value] = score.of_value();
    let measures = [flows, termini, value, score.address_precision, score.address_coverage];
    assert_eq!(measures, expected.map(Share), "{found:?}");
}

#[test]
fn the_list_itself_is_whole() {
    check(&LISTED, [1_000_000; 5]);
    let [first, second, third] = LISTED;
    let halves = [(0, THIEF, MULE, 50), (0, THIEF, MULE, 50), second, third];
    check(&halves, [1_000_000; 5]);
    check(&[third, first, second], [1_000_000; 5]);
}

#[test]
fn wrong_trails_score_low() {
    let [first, second, third] = LISTED;
    check(&[], [0; 5]);
    // It goes no further than the first holder.
    check(&[first], [500_000, 0, 1_000_000, 1_000_000, 500_000]);
    // The right people and amounts in other transactions.
    let later = LISTED.map(|(number, from, to, amount)| (number + 1, from, to, amount));
    check(&later, [0, 0, 0, 1_000_000, 1_000_000]);
    // Backwards.
    let back = LISTED.map(|(number, from, to, amount)| (number, to, from, amount));
    check(&back, [0, 0, 0, 1_000_000, 1_000_000]);
    // To the wrong people, and only the right ones accused for the first flow.
    let wrong = [first, (1, MULE, STRANGER, 60), (2, MULE, OTHER, 40)];
    check(&wrong, [500_000, 0, 500_000, 500_000, 500_000]);
    // Too much is not too little: it costs precision, and too little costs coverage.
    let twice = LISTED.map(|(number, from, to, amount)| (number, from, to, 2 * amount));
    check(&twice, [1_000_000, 1_000_000, 500_000, 1_000_000, 1_000_000]);
    let half = LISTED.map(|(number, from, to, amount)| (number, from, to, amount / 2));
    check(&half, [500_000, 500_000, 1_000_000, 1_000_000, 1_000_000]);
    // Beyond the terminal, as if it were another wallet.
    let beyond = [first, second, third, (3, TERMINAL, STRANGER, 50)];
    check(&beyond, [1_000_000, 1_000_000, 800_000, 800_000, 1_000_000]);
    // Nothing of an amount makes up for another one.
    let swapped = [first, (1, MULE, TERMINAL, 40), (2, MULE, HELD, 60)];
    check(&swapped, [900_000, 666_666, 900_000, 1_000_000, 1_000_000]);
}

#[test]
fn a_share_is_rounded_down_so_that_only_the_whole_is_one() {
    let whole = 10_u128.pow(30);
    assert_eq!(Share::of((whole - 1).into(), whole.into()).to_string(), "0.999999");
    assert_eq!(Share::of(whole.into(), whole.into()), Share::WHOLE);
    assert_eq!(Share::WHOLE.to_string(), "1.000000");
}
