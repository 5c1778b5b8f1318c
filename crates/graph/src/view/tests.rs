use std::collections::BTreeMap;

use fundtrail_model::{
    Address, Amount, Asset, AssetClass, Balance, Cause, ChainId, Coverage, H256, How, Position,
    Proof, Seed, SeedId, Step, Transfer, Window,
};

use super::{View, intersect, join};
use crate::{ChainEvidence, History};

const CHAIN: ChainId = ChainId(1);
const COIN: Asset = Asset::Native(CHAIN);

fn windows(pairs: &[(u64, u64)]) -> Vec<Window> {
    pairs.iter().map(|(first, last)| Window::new(*first, *last).unwrap()).collect()
}

#[test]
fn runs_are_joined_and_then_intersected() {
    let check = |native: &[(u64, u64)], tokens: &[(u64, u64)], both: &[(u64, u64)]| {
        let join = |pairs| {
            let mut windows = windows(pairs);
            windows.sort();
            join(windows.into_iter())
        };
        let runs = intersect(&join(native), &join(tokens));
        assert_eq!(runs, windows(both));
        assert_eq!(intersect(&join(tokens), &join(native)), runs);
    };
    check(&[(1, 9)], &[(5, 20)], &[(5, 9)]);
    check(&[(6, 9), (1, 5)], &[(1, 3), (4, 9)], &[(1, 9)]);
    check(&[(1, 20)], &[(2, 3), (5, 6), (19, 30)], &[(2, 3), (5, 6), (19, 20)]);
    check(&[(1, 2), (4, 6)], &[(2, 4), (6, 6)], &[(2, 2), (4, 4), (6, 6)]);
    check(&[(1, 9)], &[], &[]);
    check(&[(0, u64::MAX)], &[(3, 4)], &[(3, 4)]);
}

fn history(transfers: &[Transfer]) -> History {
    let mut history = History::new(CHAIN);
    history.add(transfers);
    history
}

fn transfer(block: u64, from: u64, to: u64, units: u128) -> Transfer {
    Transfer {
        position: Position { block, transaction: 0, step: Step::Value },
        asset: COIN,
        from: Some(Address::from_low_u64_be(from)),
        to: Some(Address::from_low_u64_be(to)),
        amount: Amount::from(units),
        cause: Cause::Native,
        transaction: None,
    }
}

fn coverage(first: u64, last: u64) -> [Coverage; 2] {
    AssetClass::ALL.map(|class| Coverage {
        chain: CHAIN,
        address: Address::from_low_u64_be(1),
        class,
        window: Window::new(first, last).unwrap(),
        how: How::Logs,
        proof: Proof::Reconciled,
    })
}

#[test]
fn missing_blocks_end_at_the_next_covered_one() {
    let coverage = [coverage(5, 9), coverage(20, 29)].concat();
    let history = history(&[]);
    let evidence = ChainEvidence {
        earliest: 0,
        chain: CHAIN,
        until: 50,
        history: &history,
        coverage: &coverage,
        crowds: &[],
        balances: &[],
        accounts: &[],
        blocks: &[],
        whole: &[],
        absent: &[],
    };
    // Only a seed names the account.
    let seed = Seed {
        id: SeedId(0),
        position: Position { block: 5, transaction: 0, step: Step::Value },
        transaction: H256::zero(),
        asset: COIN,
        amount: Amount::from(1),
        from: None,
        holder: Address::from_low_u64_be(1),
    };
    let view = View::new(&evidence, &[&seed], &BTreeMap::new(), 1_000);
    let me = view.number(seed.holder);
    assert_eq!(view.run_of(me, 4), None);
    assert_eq!(view.run_of(me, 9), Window::new(5, 9));
    assert_eq!(view.missing_from(me, [COIN], 2), Window::new(2, 4));
    assert_eq!(view.missing_from(me, [COIN], 10), Window::new(10, 19));
    assert_eq!(view.missing_from(me, [COIN], 30), Window::new(30, 50));
    assert_eq!(view.missing_from(me, [COIN], 51), None);
    assert_eq!(view.missing_from(view.number(Address::zero()), [], 7), Window::new(7, 50));
}

/// What the account held before the transfer at block 10 of these movements: 6 in, 7 out 2, 8 in 1.
#[test]
fn openings_start_from_the_latest_balance_in_the_run() {
    let check = |balances: &[(u64, u128)], expected: (u128, bool)| {
        let me = Address::from_low_u64_be(1);
        let balances: Vec<Balance> = balances
            .iter()
            .map(|(block, units)| Balance {
                address: me,
                asset: COIN,
                block: *block,
                amount: Amount::from(*units),
            })
            .collect();
        let transfers = [
            transfer(6, 2, 1, 5),
            transfer(7, 1, 2, 2),
            transfer(8, 2, 1, 1),
            transfer(10, 2, 1, 9),
        ];
        let coverage = coverage(5, 20);
        let history = history(&transfers);
        let evidence = ChainEvidence {
            earliest: 0,
            chain: CHAIN,
            until: 50,
            history: &history,
            coverage: &coverage,
            crowds: &[],
            balances: &balances,
            accounts: &[],
            blocks: &[],
            whole: &[],
            absent: &[],
        };
        let run = Window::new(5, 20).unwrap();
        let (amount, is_known) = {
            let view = View::new(&evidence, &[], &BTreeMap::new(), 1_000);
            view.opening(view.number(me), COIN, run, 3, 10)
        };
        assert_eq!((amount.base_units().as_u128(), is_known), expected);
    };
    check(&[(4, 100)], (104, true));
    check(&[(4, 0), (7, 3)], (4, true));
    check(&[(9, 4)], (4, true));
    // Before the run and at the arrival's own block they say nothing.
    check(&[(3, 100)], (4, false));
    check(&[(10, 13)], (4, false));
    check(&[], (4, false));
    // A balance that what went contradicts.
    check(&[(6, 1)], (1, false));
}

#[test]
fn counterparties_are_counted_once() {
    let mut transfers = vec![transfer(1, 2, 1, 5), transfer(2, 1, 2, 2), transfer(3, 3, 1, 1)];
    transfers.push(transfer(4, 1, 1, 1));
    transfers.push(Transfer { to: None, cause: Cause::Fee, ..transfer(5, 1, 1, 1) });
    transfers.push(transfer(60, 1, 4, 1));
    let history = history(&transfers);
    let evidence = ChainEvidence {
        earliest: 0,
        chain: CHAIN,
        until: 50,
        history: &history,
        coverage: &[],
        crowds: &[],
        balances: &[],
        accounts: &[],
        blocks: &[],
        whole: &[],
        absent: &[],
    };
    let view = View::new(&evidence, &[], &BTreeMap::new(), 1_000);
    let count = |n| view.counterparties(view.number(Address::from_low_u64_be(n)));
    assert_eq!((count(1), count(2), count(3), count(4), count(9)), (2, 1, 1, 0, 0));
    let movements = |n| view.movement_count(view.number(Address::from_low_u64_be(n)));
    assert_eq!([1, 2, 3, 4, 9].map(movements), [6, 2, 1, 1, 0]);
}
