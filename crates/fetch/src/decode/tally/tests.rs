use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Address, Amount, Asset, Cause, ChainId, Position, Step, Transfer};
use proptest::prelude::*;

use super::{Crowded, Tally};

fn address(number: u8) -> Address {
    Address::repeat_byte(number)
}

/// A transfer in the block, the `place`-th there.
fn transfer(block: u64, place: u32, [from, to]: [u8; 2], units: u64) -> Transfer {
    Transfer {
        position: Position { block, transaction: place, step: Step::Log(place) },
        asset: Asset::Token(ChainId(1), Address::repeat_byte(0xee)),
        from: Some(address(from)),
        to: Some(address(to)),
        amount: Amount::from(u128::from(units)),
        cause: Cause::Token,
        transaction: None,
    }
}

type Outcome = (Option<u64>, Vec<(Address, Crowded)>);

fn outcome(tally: &Tally) -> Outcome {
    (tally.full_at(), tally.crowded().collect())
}

/// What is counted of addresses 1 and 2.
fn count(transfers: &[Transfer], gate: Option<u32>, most: usize) -> Outcome {
    let mut tally = Tally::new([1, 2].map(address), gate, most);
    tally.add(transfers);
    outcome(&tally)
}

fn in_order(moves: &[(u64, [u8; 2], u64)]) -> Vec<Transfer> {
    let places = (0_u32..).zip(moves);
    places.map(|(place, (block, who, units))| transfer(*block, place, *who, *units)).collect()
}

#[test]
fn a_full_window_ends_at_the_end_of_a_block() {
    let check = |counts: &[u32], most: usize, expected: Option<u64>| {
        let blocks = (10_u64..).zip(counts);
        let transfers: Vec<Transfer> = blocks
            .flat_map(|(block, count)| (0..*count).map(move |i| transfer(block, i, [1, 9], 7)))
            .collect();
        assert_eq!(count(&transfers, None, most), (expected, vec![]), "{counts:?}");
    };
    check(&[], 3, None);
    check(&[1, 2], 3, None);
    check(&[1, 2, 1], 3, Some(11));
    check(&[1, 0, 0, 3], 3, Some(12));
    // One block alone may be too much; then it is a window of its own.
    check(&[5, 1], 3, Some(10));
    check(&[0, 5], 3, Some(11));
    check(&[1, 5], 3, Some(10));
}

#[test]
fn more_counterparties_than_the_gate_lets_through_make_a_crowd() {
    let check = |moves: &[(u64, [u8; 2], u64)], expected: &[(u8, u64, u32)]| {
        let (full_at, crowds) = count(&in_order(moves), Some(2), 100);
        assert_eq!(full_at, None);
        let crowd = |(who, block, counterparties): &(u8, u64, u32)| {
            (address(*who), Crowded { block: *block, counterparties: *counterparties })
        };
        assert_eq!(crowds, expected.iter().map(crowd).collect::<Vec<_>>(), "{moves:?}");
    };
    check(&[(5, [1, 7], 1), (6, [8, 1], 1), (7, [1, 7], 1)], &[]);
    // The whole of the block counts, and nothing after it.
    check(
        &[(5, [1, 7], 1), (6, [8, 1], 1), (7, [1, 9], 1), (7, [1, 10], 1), (8, [1, 11], 1)],
        &[(1, 7, 4)],
    );
    // Neither what it pays itself, nor payments of nothing, which anybody can have a token report.
    check(&[(5, [1, 7], 1), (5, [1, 8], 1), (5, [1, 1], 1), (6, [1, 9], 0)], &[]);
    // Each is the other's counterparty.
    check(
        &[(5, [1, 2], 1), (5, [1, 7], 1), (6, [1, 8], 1), (6, [2, 8], 1), (9, [2, 9], 1)],
        &[(1, 6, 3), (2, 9, 3)],
    );
}

#[test]
fn what_a_crowd_moves_fills_no_window() {
    let crowd = [(5, [1, 7], 1), (5, [1, 8], 1), (6, [1, 9], 1), (7, [1, 3], 1), (7, [1, 2], 1)];
    let after = Crowded { block: 6, counterparties: 3 };
    // Before it is known for one, it does; in the block in which it becomes known, it does not.
    assert_eq!(count(&in_order(&crowd), Some(2), 1), (Some(5), vec![]));
    assert_eq!(count(&in_order(&crowd), Some(2), 2), (None, vec![(address(1), after)]));
    // What it moves with somebody who is no crowd is his.
    let more = [&crowd[..], &[(8, [2, 1], 1), (9, [2, 1], 1), (9, [2, 1], 1)]].concat();
    assert_eq!(count(&in_order(&more), Some(2), 2).0, Some(8));
}

/// The same, worked out from the start for every block.
fn expected(transfers: &[Transfer], gate: u32, most: usize) -> Outcome {
    let ours: Vec<Address> = [1, 2].map(address).to_vec();
    let blocks: BTreeSet<u64> = transfers.iter().map(|found| found.position.block).collect();
    let mut crowds: BTreeMap<Address, Crowded> = BTreeMap::new();
    for block in &blocks {
        let seen: Vec<_> = transfers.iter().filter(|t| t.position.block <= *block).collect();
        let before = crowds.clone();
        for me in &ours {
            let others: BTreeSet<Address> = seen
                .iter()
                .filter(|t| !t.amount.is_zero() && t.from != t.to)
                .flat_map(|t| match (t.from, t.to) {
                    (Some(from), Some(to)) if from == *me => Some(to),
                    (Some(from), Some(to)) if to == *me => Some(from),
                    _ => None,
                })
                .collect();
            let counterparties = u32::try_from(others.len()).unwrap();
            if counterparties > gate {
                crowds.entry(*me).or_insert(Crowded { block: *block, counterparties });
            }
        }
        let is_held = |t: &&&Transfer| {
            [t.from, t.to].iter().flatten().any(|p| ours.contains(p) && !crowds.contains_key(p))
        };
        if seen.iter().filter(is_held).count() > most {
            let is_first = blocks.first() == Some(block);
            let crowds = if is_first { crowds } else { before };
            let last = if is_first { *block } else { block - 1 };
            return (Some(last), crowds.into_iter().collect());
        }
    }
    (None, crowds.into_iter().collect())
}

proptest! {
    #[test]
    fn what_is_counted_depends_on_the_chain_alone(
        mut moves in proptest::collection::vec((0_u64..30, [1_u8..8, 1_u8..8], 0_u64..3), 0..60),
        gate in 0_u32..6,
        most in 0_usize..20,
        piece in 1_u64..12,
    ) {
        moves.sort();
        moves.retain(|(_, who, _)| who.iter().any(|who| *who < 3));
        let transfers = in_order(&moves);
        prop_assert_eq!(count(&transfers, Some(gate), most), expected(&transfers, gate, most));
        // Piece by piece; without those that turned out to be crowded from the next piece on.
        let mut tally = Tally::new([1, 2].map(address), Some(gate), most);
        for start in (0..30).step_by(usize::try_from(piece).unwrap()) {
            let crowded: BTreeSet<Address> = tally.crowded().map(|(who, _)| who).collect();
            let is_asked = |party: &Address| {
                [1, 2].map(address).contains(party) && !crowded.contains(party)
            };
            let part: Vec<Transfer> = transfers
                .iter()
                .filter(|found| (start..start + piece).contains(&found.position.block))
                .filter(|found| [found.from, found.to].iter().flatten().any(is_asked))
                .copied()
                .collect();
            tally.add(&part);
        }
        prop_assert_eq!(outcome(&tally), count(&transfers, Some(gate), most));
    }
}
