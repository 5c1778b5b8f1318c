//! Whether the transfers seen explain the change of a balance.

use std::cmp::Ordering;

use ethers_core::types::U512;
use fundtrail_model::{Address, Amount, Asset, Cause, Position, Proof, Step, Transfer, U256};

/// What an address held at the end of the block before a window, and at the window's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ends {
    pub(crate) before: Amount,
    pub(crate) after: Amount,
}

/// Compares, for one address and asset, what was seen with the change of balance: the proof this gives,
/// and the transfer that would make the sum right, if one is missing. Its place is the end of block
/// `last`, its counterparty is not known. A difference beyond 256 bits, which only a lying token can
/// make, is no transfer and stays unreconciled.
///
/// `ends` is `None` where the balances are not available.
pub(crate) fn reconcile(
    address: Address,
    asset: Asset,
    ends: Option<Ends>,
    transfers: &[Transfer],
    last: u64,
) -> (Proof, Option<Transfer>) {
    let Some(ends) = ends else { return (Proof::Indicative, None) };
    // Sums in 512 bits: a hostile token may claim to have moved 2^256 - 1 many times.
    let mut due = U512::from(ends.before.base_units());
    let mut held = U512::from(ends.after.base_units());
    for transfer in transfers.iter().filter(|transfer| transfer.asset == asset) {
        let amount = U512::from(transfer.amount.base_units());
        if is_credit(transfer, address) {
            due = due.saturating_add(amount);
        }
        if is_debit(transfer, address) {
            held = held.saturating_add(amount);
        }
    }
    let (from, to, difference) = match held.cmp(&due) {
        Ordering::Equal => return (Proof::Reconciled, None),
        Ordering::Greater => (None, Some(address), held.saturating_sub(due)),
        Ordering::Less => (Some(address), None, due.saturating_sub(held)),
    };
    let step = Step::Unexplained;
    let position = Position { block: last, transaction: Position::AFTER_TRANSACTIONS, step };
    let missing = U256::try_from(difference).ok().map(|difference| Transfer {
        position,
        asset,
        from,
        to,
        amount: Amount::from_base_units(difference),
        cause: Cause::Unexplained,
        transaction: None,
    });
    (Proof::Unreconciled, missing)
}

/// A contract that wraps the native coin is named as the payer of what it creates, but never held it.
pub(crate) fn is_credit(transfer: &Transfer, address: Address) -> bool {
    transfer.to == Some(address) && transfer.cause != Cause::Unwrap
}

pub(crate) fn is_debit(transfer: &Transfer, address: Address) -> bool {
    transfer.from == Some(address) && transfer.cause != Cause::Wrap
}

#[cfg(test)]
mod tests {
    use fundtrail_model::{
        Address, Amount, Asset, Cause, ChainId, Position, Proof, Step, Transfer,
    };
    use proptest::prelude::*;

    use super::{Ends, reconcile};

    const ASSET: Asset = Asset::Native(ChainId(1));

    fn account(n: u8) -> Address {
        Address::repeat_byte(n)
    }

    fn moved(cause: Cause, from: Option<u8>, to: Option<u8>, amount: Amount) -> Transfer {
        Transfer {
            position: Position { block: 5, transaction: 0, step: Step::Value },
            asset: ASSET,
            from: from.map(account),
            to: to.map(account),
            amount,
            cause,
            transaction: None,
        }
    }

    fn missing(transfer: Option<Transfer>) -> Option<(Option<Address>, Option<Address>, Amount)> {
        transfer.map(|transfer| {
            assert_eq!(transfer.cause, Cause::Unexplained);
            assert_eq!(transfer.position.to_string(), "9/-/unexplained");
            (transfer.from, transfer.to, transfer.amount)
        })
    }

    #[test]
    fn what_is_missing_is_a_transfer_of_an_unknown_counterparty() {
        let transfers = [
            moved(Cause::Native, Some(2), Some(1), Amount::from(100)),
            moved(Cause::Native, Some(1), Some(3), Amount::from(30)),
            moved(Cause::Fee, Some(1), None, Amount::from(5)),
            moved(Cause::Native, Some(1), Some(1), Amount::from(7)),
            // A wrap has the contract on one side, which never held what it creates.
            moved(Cause::Wrap, Some(4), Some(2), Amount::from(50)),
            moved(Cause::Unwrap, Some(2), Some(4), Amount::from(20)),
        ];
        let check = |who: u8, before: u128, after: u128, proof: Proof, expected| {
            let ends = Ends { before: Amount::from(before), after: Amount::from(after) };
            let outcome = reconcile(account(who), ASSET, Some(ends), &transfers, 9);
            assert_eq!((outcome.0, missing(outcome.1)), (proof, expected));
        };
        check(1, 10, 75, Proof::Reconciled, None);
        check(1, 10, 76, Proof::Unreconciled, Some((None, Some(account(1)), Amount::from(1))));
        check(1, 10, 70, Proof::Unreconciled, Some((Some(account(1)), None, Amount::from(5))));
        check(4, 0, 0, Proof::Reconciled, None);
        check(2, 70, 0, Proof::Reconciled, None);
        let unknown = reconcile(account(1), ASSET, None, &transfers, 9);
        assert_eq!(unknown, (Proof::Indicative, None));
    }

    #[test]
    fn a_difference_beyond_all_amounts_is_no_transfer() {
        let lies = [moved(Cause::Mint, None, Some(1), Amount::MAX); 3];
        let ends = Ends { before: Amount::ZERO, after: Amount::ZERO };
        let outcome = reconcile(account(1), ASSET, Some(ends), &lies, 9);
        assert_eq!(outcome, (Proof::Unreconciled, None));
        let one = reconcile(account(1), ASSET, Some(ends), &lies[..1], 9);
        assert_eq!(missing(one.1), Some((Some(account(1)), None, Amount::MAX)));
    }

    proptest! {
        #[test]
        fn with_the_missing_transfer_the_sum_is_right(
            before in any::<u128>(),
            after in any::<u128>(),
            moves in proptest::collection::vec((any::<bool>(), any::<u128>()), 0..8),
        ) {
            let mut transfers: Vec<Transfer> = moves
                .into_iter()
                .map(|(is_in, amount)| {
                    let (from, to) = if is_in { (2, 1) } else { (1, 2) };
                    moved(Cause::Token, Some(from), Some(to), Amount::from(amount))
                })
                .collect();
            let ends = Ends { before: Amount::from(before), after: Amount::from(after) };
            let (proof, missing) = reconcile(account(1), ASSET, Some(ends), &transfers, 9);
            prop_assert_eq!(proof == Proof::Reconciled, missing.is_none());
            transfers.extend(missing);
            let again = reconcile(account(1), ASSET, Some(ends), &transfers, 9);
            prop_assert_eq!(again, (Proof::Reconciled, None));
        }
    }
}
