use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Amount, Window};
use proptest::prelude::*;

use super::{AccountState, Looks};

fn state(nonce: u64, balance: u128) -> AccountState {
    AccountState { nonce, balance: Amount::from(balance) }
}

/// What happens to an account in one block.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Receives(u128),
    /// Sends nothing or something, and pays for it.
    Sends(u128),
    /// Sends exactly what it also receives: only the nonce tells.
    SendsAndReceives,
}

/// The account's state at the end of every block that changes it, `None` standing for the start.
fn states(deeds: &BTreeMap<u64, Deed>, start: AccountState) -> BTreeMap<u64, AccountState> {
    let mut now = start;
    let mut states = BTreeMap::new();
    for (block, deed) in deeds {
        let balance = now.balance.base_units().as_u128();
        now = match deed {
            Deed::Receives(amount) => state(now.nonce, balance + amount),
            Deed::Sends(amount) => state(now.nonce + 1, balance.saturating_sub(*amount)),
            Deed::SendsAndReceives => state(now.nonce + 1, balance),
        };
        states.insert(*block, now);
    }
    states
}

struct Outcome {
    changed: BTreeSet<u64>,
    looks: usize,
    rounds: usize,
}

/// Halves until there is nothing left to halve, with `at` as the node.
fn halve(
    window: Window,
    start: AccountState,
    signs: &BTreeSet<u64>,
    at: impl Fn(u64) -> AccountState,
) -> Outcome {
    let mut looks = Looks::new(window, start, at(window.last()));
    let (mut count, mut rounds) = (0, 0);
    loop {
        let next: Vec<u64> = looks.next(signs).collect();
        if next.is_empty() {
            break;
        }
        rounds += 1;
        count += next.len();
        for block in next {
            assert!(window.contains(block));
            looks.add(block, at(block));
        }
    }
    let changed = looks.changes().map(|stretch| {
        assert_eq!(stretch.blocks.block_count(), 1);
        stretch.blocks.first()
    });
    Outcome { changed: changed.collect(), looks: count, rounds }
}

fn at(states: &BTreeMap<u64, AccountState>, start: AccountState, block: u64) -> AccountState {
    states.range(..=block).next_back().map_or(start, |(_, state)| *state)
}

fn ceil_log2(number: u64) -> usize {
    usize::try_from(number.next_power_of_two().trailing_zeros()).unwrap()
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        (1..9_u128).prop_map(Deed::Receives),
        (0..9_u128).prop_map(Deed::Sends),
        Just(Deed::SendsAndReceives),
    ]
}

proptest! {
    #[test]
    fn halving_finds_every_changed_block_of_a_wallet_and_no_other(
        first in 0_u64..5_000,
        count in 1_u64..5_000,
        deeds in prop::collection::btree_map(0_u64..5_000, deed(), 0..30),
        nonce in 0_u64..3,
    ) {
        let window = Window::new(first, first + count - 1).unwrap();
        let start = state(nonce, 20);
        let deeds: BTreeMap<u64, Deed> =
            deeds.into_iter().map(|(block, deed)| (first + block % count, deed)).collect();
        let states = states(&deeds, start);
        let found = halve(window, start, &BTreeSet::new(), |block| at(&states, start, block));
        let brute: BTreeSet<u64> = deeds.keys().copied().collect();
        prop_assert_eq!(&found.changed, &brute);
        prop_assert!(found.rounds <= ceil_log2(count), "{} rounds", found.rounds);
        // log2(B/K) + 2 looks per change, as a sum without floats: the tree above the K changes is full
        // at most, and below it each change has a path of its own.
        let changes = brute.len();
        let bound = changes * (ceil_log2(count) + 1).saturating_sub(ceil_log2(u64::try_from(changes.max(1)).unwrap()))
            + 2 * changes;
        prop_assert!(found.looks <= bound, "{} looks for {changes} changes", found.looks);
    }

    #[test]
    fn signs_change_how_many_looks_are_taken_and_not_what_is_found(
        count in 1_u64..5_000,
        deeds in prop::collection::btree_map(0_u64..5_000, deed(), 0..30),
        signs in prop::collection::btree_set(0_u64..6_000, 0..40),
        nonce in 0_u64..3,
    ) {
        let window = Window::new(500, 500 + count - 1).unwrap();
        let start = state(nonce, 20);
        let deeds: BTreeMap<u64, Deed> =
            deeds.into_iter().map(|(block, deed)| (500 + block % count, deed)).collect();
        let states = states(&deeds, start);
        let brute: BTreeSet<u64> = deeds.keys().copied().collect();
        let found = halve(window, start, &signs, |block| at(&states, start, block));
        prop_assert_eq!(&found.changed, &brute);
        let bound = brute.len() * (ceil_log2(count) + 2) + 2 * signs.len();
        prop_assert!(found.looks <= bound, "{} looks", found.looks);
        // Where they are right, no more than two looks for each change.
        let found = halve(window, start, &brute, |block| at(&states, start, block));
        prop_assert_eq!(&found.changed, &brute);
        prop_assert!(found.looks <= 2 * brute.len(), "{} looks", found.looks);
        prop_assert!(found.rounds <= 1 + ceil_log2(u64::try_from(brute.len() + 1).unwrap()));
    }

    #[test]
    fn stretches_tile_the_window(looks in prop::collection::btree_set(10_u64..40, 0..12)) {
        let window = Window::new(10, 40).unwrap();
        let mut all = Looks::new(window, state(0, 0), state(0, 5));
        for block in looks {
            all.add(block, state(0, u128::from(block)));
        }
        let mut next = 10;
        for stretch in all.stretches() {
            prop_assert_eq!(stretch.blocks.first(), next);
            next = stretch.blocks.last() + 1;
        }
        prop_assert_eq!(next, 41);
    }
}

#[test]
fn code_is_told_by_what_only_code_can_do() {
    let check = |states: &[(u64, u128)], moved_without_signing: bool, may_hide_a_sweep: bool| {
        let (first, last) = (states[0], states[states.len() - 1]);
        let window = Window::new(1, 9).unwrap();
        let mut looks = Looks::new(window, state(first.0, first.1), state(last.0, last.1));
        for (block, (nonce, balance)) in (1..).zip(&states[1..states.len() - 1]) {
            looks.add(block, state(*nonce, *balance));
        }
        assert_eq!(looks.moved_without_signing(), moved_without_signing, "{states:?}");
        assert_eq!(looks.may_hide_a_sweep(), may_hide_a_sweep, "{states:?}");
    };
    check(&[(3, 10), (4, 2)], false, false);
    check(&[(3, 0), (3, 0)], false, false);
    check(&[(0, 5), (0, 5)], false, false);
    check(&[(0, 0), (0, 5)], false, false);
    check(&[(0, 0), (0, 0)], false, true);
    check(&[(0, 0), (0, 0), (1, 5)], false, true);
    check(&[(0, 0), (0, 5), (0, 0)], true, false);
    check(&[(3, 10), (3, 9)], true, false);
    check(&[(1, 10), (0, 10)], true, false);
}

#[test]
fn the_ends_of_all_blocks_do_not_wrap() {
    for window in [Window::new(0, 1).unwrap(), Window::new(u64::MAX - 1, u64::MAX).unwrap()] {
        let found =
            halve(window, state(0, 0), &BTreeSet::new(), |block| state(0, u128::from(block) + 1));
        assert_eq!(found.changed.len(), 2);
    }
    let whole = Window::new(0, u64::MAX).unwrap();
    let found = halve(whole, state(0, 0), &BTreeSet::new(), |_| state(0, 7));
    assert_eq!((found.changed, found.rounds <= 64), (BTreeSet::from([0]), true));
}
