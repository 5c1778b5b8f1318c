//! What was read of transactions comes back, whatever was written before, and goes with its blocks.

use fundtrail_model::{
    AbsentTransaction, AccountFact, AccountKind, Cause, FetchedTransaction, FetchedWindow, H256,
    Step, Transfer, WholeTransaction,
};

use super::PlannedTransaction;
use crate::tests::world::{CHAINS, address, amount_of, block, full_window};
use crate::{Case, Error};

/// The transaction of the full window, read whole: with a transfer that the window does not hold.
fn read(has_frames: bool) -> FetchedTransaction {
    let known = full_window().transfers[0];
    let (chain, position) = (CHAINS[0], known.position);
    let other = Transfer {
        position: fundtrail_model::Position { step: Step::Log(9), ..position },
        from: Some(address(3)),
        to: Some(address(4)),
        amount: amount_of("other"),
        ..known
    };
    FetchedTransaction {
        transaction: WholeTransaction {
            chain,
            block: position.block,
            index: position.transaction,
            hash: known.transaction.unwrap(),
            has_frames,
        },
        transfers: vec![known, other],
        blocks: vec![block(chain, position.block)],
        accounts: vec![AccountFact {
            chain,
            address: address(3),
            kind: AccountKind::Contract,
            block: position.block,
        }],
        claims: full_window().claims,
    }
}

fn place(fetched: &FetchedTransaction) -> PlannedTransaction {
    let WholeTransaction { chain, block, index, hash, .. } = fetched.transaction;
    PlannedTransaction { chain, block, index, hash }
}

fn absent(fetched: &FetchedTransaction) -> AbsentTransaction {
    let WholeTransaction { chain, block, index, hash, .. } = fetched.transaction;
    AbsentTransaction { chain, block, index, hash }
}

/// A way to tell a case something.
type Write = fn(&mut Case) -> Result<(), Error>;

const WRITES: [Write; 4] = [
    |case| case.write_window(&full_window()),
    |case| case.write_transaction(&read(true)),
    |case| case.write_transaction(&read(false)),
    |case| case.write_absent(&absent(&read(true)), &block(CHAINS[0], 11)),
];

#[test]
fn the_order_of_the_writes_does_not_matter() {
    let mut digests = std::collections::BTreeSet::new();
    for order in 0..24_usize {
        // Every permutation, by its number.
        let mut left: Vec<Write> = WRITES.to_vec();
        let mut case = Case::in_memory().unwrap();
        for radix in [6, 2, 1, 1] {
            let next = left.remove(order / radix % left.len());
            next(&mut case).unwrap();
            next(&mut case).unwrap();
        }
        assert_eq!(case.transfers(CHAINS[0]).unwrap(), read(true).transfers);
        assert_eq!(case.whole_transactions(CHAINS[0]).unwrap(), [read(true).transaction]);
        assert_eq!(case.absent_transactions(CHAINS[0]).unwrap(), []);
        assert_eq!(case.counts().unwrap().chains[&CHAINS[0]].whole_transactions, 1);
        case.check().unwrap();
        digests.insert(case.digest().unwrap());
    }
    assert_eq!(digests.len(), 1);
}

#[test]
fn each_reading_is_in_the_digest() {
    let mut digests = std::collections::BTreeSet::new();
    for write in WRITES {
        let mut case = Case::in_memory().unwrap();
        write(&mut case).unwrap();
        assert!(digests.insert(case.digest().unwrap()));
    }
}

#[test]
fn what_is_not_to_be_had_is_kept_apart() {
    let mut case = Case::in_memory().unwrap();
    let fetched = read(true);
    case.write_absent(&absent(&fetched), &block(CHAINS[0], 11)).unwrap();
    assert_eq!(case.absent_transactions(CHAINS[0]).unwrap(), [absent(&fetched)]);
    assert_eq!(case.whole_transactions(CHAINS[0]).unwrap(), []);
    assert_eq!(case.chains().unwrap(), [CHAINS[0]]);
    assert_eq!(case.counts().unwrap().chains[&CHAINS[0]].whole_transactions, 0);

    // Another run asks again, and what was read stays.
    case.write_transaction(&fetched).unwrap();
    let other = AbsentTransaction { index: 4, hash: H256::repeat_byte(4), ..absent(&fetched) };
    case.write_absent(&other, &block(CHAINS[0], 11)).unwrap();
    case.forget_absent().unwrap();
    assert_eq!(case.absent_transactions(CHAINS[0]).unwrap(), []);
    assert_eq!(case.whole_transactions(CHAINS[0]).unwrap(), [fetched.transaction]);
}

#[test]
fn the_plan_shrinks_with_each_of_them() {
    let check = |write: fn(&mut Case, &FetchedTransaction)| {
        let fetched = read(true);
        let place = place(&fetched);
        let later = PlannedTransaction { index: 4, ..place };
        let elsewhere = PlannedTransaction { chain: CHAINS[1], ..place };
        let mut case = Case::in_memory().unwrap();
        case.plan(&[], &[later, place, elsewhere, later]).unwrap();
        assert_eq!(case.pending_transactions().unwrap(), [later, place, elsewhere]);
        assert_eq!(case.counts().unwrap().pending, 3);
        write(&mut case, &fetched);
        assert_eq!(case.pending_transactions().unwrap(), [later, elsewhere]);
        case.plan(&[], &[]).unwrap();
        assert_eq!(case.pending_transactions().unwrap(), []);
    };
    check(|case, fetched| case.write_transaction(fetched).unwrap());
    check(|case, fetched| {
        case.write_absent(&absent(fetched), &block(CHAINS[0], 11)).unwrap();
    });
}

#[test]
fn what_contradicts_is_refused_and_leaves_nothing() {
    let check = |change: fn(&mut FetchedTransaction), is_expected: fn(&Error) -> bool| {
        let mut case = Case::in_memory().unwrap();
        case.write_window(&full_window()).unwrap();
        case.write_transaction(&read(false)).unwrap();
        case.plan(&[], &[place(&read(true))]).unwrap();
        let before = (case.digest().unwrap(), case.counts().unwrap());
        let mut new = read(true);
        change(&mut new);
        let error = case.write_transaction(&new).unwrap_err();
        assert!(is_expected(&error), "{error:?}");
        assert_eq!((case.digest().unwrap(), case.counts().unwrap()), before);
    };
    let is_conflict = |error: &Error| matches!(error, Error::Conflict { .. });
    let is_inconsistent = |error: &Error| matches!(error, Error::Inconsistent { .. });
    check(|new| new.transfers[1].amount = amount_of("less"), is_conflict);
    check(
        |new| {
            let other = H256::repeat_byte(8);
            new.transaction.hash = other;
            new.transfers.iter_mut().for_each(|found| found.transaction = Some(other));
        },
        is_conflict,
    );
    check(
        |new| new.blocks[0].hash = H256::repeat_byte(0xee),
        |error| matches!(error, Error::Fork { .. }),
    );
    check(|new| new.transfers[1].position.transaction = 4, is_inconsistent);
    check(|new| new.transfers[1].position.block = 12, is_inconsistent);
    check(|new| new.transfers[1].transaction = None, is_inconsistent);
    check(|new| new.transfers[1].cause = Cause::Unexplained, is_inconsistent);
    check(|new| new.blocks = vec![block(CHAINS[0], 12)], is_inconsistent);
    check(|new| new.accounts[0].chain = CHAINS[1], is_inconsistent);
    check(|new| new.claims[0].asset = fundtrail_model::Asset::Native(CHAINS[0]), is_inconsistent);
    let mut case = Case::in_memory().unwrap();
    let error = case.write_absent(&absent(&read(true)), &block(CHAINS[0], 12)).unwrap_err();
    assert!(is_inconsistent(&error), "{error:?}");
    case.write_window(&full_window()).unwrap();
    let other = AbsentTransaction { hash: H256::repeat_byte(8), ..absent(&read(true)) };
    let error = case.write_absent(&other, &block(CHAINS[0], 11)).unwrap_err();
    assert!(is_conflict(&error), "{error:?}");
}

#[test]
fn they_go_with_the_blocks_that_are_taken_back() {
    let check = |last, with_code_later: bool, is_kept: bool| {
        let mut case = Case::in_memory().unwrap();
        case.write_transaction(&read(true)).unwrap();
        case.plan(&[], &[PlannedTransaction { index: 4, ..place(&read(true)) }]).unwrap();
        if with_code_later {
            let code = AccountFact { block: 12, ..read(true).accounts[0] };
            let later = FetchedWindow { accounts: vec![code], ..full_window() };
            case.write_window(&later).unwrap();
        }
        case.rewind(CHAINS[0], last).unwrap();
        let kept = usize::from(is_kept);
        assert_eq!(case.whole_transactions(CHAINS[0]).unwrap().len(), kept);
        let is_block_left = usize::from(11 <= last);
        assert_eq!(case.pending_transactions().unwrap().len(), is_block_left);
        case.check().unwrap();
        // It can be read again.
        case.write_transaction(&read(true)).unwrap();
        assert_eq!(case.whole_transactions(CHAINS[0]).unwrap(), [read(true).transaction]);
    };
    check(11, false, true);
    check(10, false, false);
    // A party is not known to have had its code then: it is asked for again.
    check(11, true, false);
    check(12, true, true);
}
