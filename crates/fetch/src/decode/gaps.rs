//! In which blocks the transfers of one asset of one address fail to explain its balance.
//!
//! What a balance exceeds the transfers by is the same at the end of every block, unless one is missing in
//! between. So the blocks of missing transfers are found like changes of a state: where the excess differs
//! at the ends of a stretch, a look in its middle cuts it in two. Missing transfers that cancel each other
//! inside one stretch are not seen.

use std::collections::BTreeMap;

use ethers_core::types::U512;
use fundtrail_model::{Address, Amount, Asset, Transfer, Window};

use super::reconcile::{Ends, is_credit, is_debit, reconcile};

/// The looks at one asset of one address.
#[derive(Clone, Debug)]
pub(crate) struct Gaps {
    address: Address,
    asset: Asset,
    first: u64,
    before: Amount,
    at_end_of: BTreeMap<u64, Amount>,
    /// Its transfers, in order.
    transfers: Vec<Transfer>,
}

/// A stretch of blocks with the balances at its ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gap {
    pub(crate) blocks: Window,
    pub(crate) ends: Ends,
}

impl Gaps {
    /// `transfers` may hold others too.
    pub(crate) fn new(
        address: Address,
        asset: Asset,
        window: Window,
        ends: Ends,
        transfers: &[Transfer],
    ) -> Self {
        let mut gaps = Self {
            address,
            asset,
            first: window.first(),
            before: ends.before,
            at_end_of: BTreeMap::from([(window.last(), ends.after)]),
            transfers: vec![],
        };
        gaps.add_transfers(transfers);
        gaps
    }

    /// Adds transfers that were found later; what is known already is not counted again.
    pub(crate) fn add_transfers(&mut self, transfers: &[Transfer]) {
        let is_own = |found: &&Transfer| {
            found.asset == self.asset && [found.from, found.to].contains(&Some(self.address))
        };
        let own: Vec<Transfer> = transfers.iter().filter(is_own).copied().collect();
        self.transfers.extend(own);
        self.transfers.sort();
        self.transfers.dedup();
    }

    /// Adds a look at the end of a block of the window.
    pub(crate) fn add(&mut self, block: u64, balance: Amount) {
        self.at_end_of.insert(block, balance);
    }

    /// The stretches whose transfers do not explain the change of balance, in order.
    pub(crate) fn open(&self) -> Vec<Gap> {
        let mut next = (Some(self.first), self.before);
        let mut open = vec![];
        for (last, after) in &self.at_end_of {
            let (first, before) = next;
            next = (last.checked_add(1), *after);
            let Some(blocks) = first.and_then(|first| Window::new(first, *last)) else { continue };
            let gap = Gap { blocks, ends: Ends { before, after: *after } };
            if !self.is_explained(&gap) {
                open.push(gap);
            }
        }
        open
    }

    /// Where to look next: the middle of every open stretch that has one.
    pub(crate) fn next(&self) -> Vec<u64> {
        let middle = |gap: Gap| {
            let (first, last) = (gap.blocks.first(), gap.blocks.last());
            (first < last).then(|| first + (last - first - 1) / 2)
        };
        self.open().into_iter().filter_map(middle).collect()
    }

    /// The transfers that are missing, each at the end of the stretch in which it is.
    pub(crate) fn missing(&self) -> Vec<Transfer> {
        let missing = |gap: Gap| {
            let (ends, last) = (Some(gap.ends), gap.blocks.last());
            reconcile(self.address, self.asset, ends, self.inside(gap.blocks), last).1
        };
        self.open().into_iter().filter_map(missing).collect()
    }

    fn inside(&self, blocks: Window) -> &[Transfer] {
        let start = self.transfers.partition_point(|found| found.position.block < blocks.first());
        let end = self.transfers.partition_point(|found| found.position.block <= blocks.last());
        self.transfers.get(start..end).unwrap_or_default()
    }

    fn is_explained(&self, gap: &Gap) -> bool {
        let mut due = U512::from(gap.ends.before.base_units());
        let mut held = U512::from(gap.ends.after.base_units());
        for transfer in self.inside(gap.blocks) {
            let amount = U512::from(transfer.amount.base_units());
            if is_credit(transfer, self.address) {
                due = due.saturating_add(amount);
            }
            if is_debit(transfer, self.address) {
                held = held.saturating_add(amount);
            }
        }
        due == held
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use fundtrail_model::{
        Address, Amount, Asset, Cause, ChainId, Position, Step, Transfer, Window,
    };
    use proptest::prelude::*;

    use super::Gaps;
    use crate::decode::reconcile::Ends;

    const WHO: Address = Address::repeat_byte(1);
    const LAST: u64 = 200;

    fn asset() -> Asset {
        Asset::Token(ChainId(1), Address::repeat_byte(9))
    }

    fn moved(block: u64, place: u32, is_in: bool, amount: u64) -> Transfer {
        let other = Address::repeat_byte(2);
        let (from, to) = if is_in { (other, WHO) } else { (WHO, other) };
        Transfer {
            position: Position { block, transaction: place, step: Step::Log(place) },
            asset: asset(),
            from: Some(from),
            to: Some(to),
            amount: Amount::from(u128::from(amount)),
            cause: Cause::Token,
            transaction: None,
        }
    }

    proptest! {
        #[test]
        fn what_was_left_out_is_found_in_its_block(
            moves in proptest::collection::vec((1..=LAST, any::<bool>(), 1_u64..1_000, any::<bool>()), 0..20),
        ) {
            let start = 1_000_000_u64;
            let mut moves: Vec<(Transfer, bool)> = (0_u32..)
                .zip(moves)
                .map(|(place, (block, is_in, amount, seen))| (moved(block, place, is_in, amount), seen))
                .collect();
            moves.sort();
            // Net per block, so that what cancels inside one block is not expected.
            let balance_at = |block: u64| {
                moves.iter().filter(|(t, _)| t.position.block <= block).fold(start, |held, (t, _)| {
                    let amount = u64::try_from(t.amount.base_units().as_u128()).unwrap();
                    if t.to == Some(WHO) { held + amount } else { held - amount }
                })
            };
            let amount = |held: u64| Amount::from(u128::from(held));
            let ends = Ends { before: amount(start), after: amount(balance_at(LAST)) };
            let seen: Vec<Transfer> = moves.iter().filter(|(_, seen)| *seen).map(|(t, _)| *t).collect();
            let mut gaps = Gaps::new(WHO, asset(), Window::new(1, LAST).unwrap(), ends, &seen);
            let mut rounds = 0;
            while !gaps.next().is_empty() {
                for block in gaps.next() {
                    gaps.add(block, amount(balance_at(block)));
                }
                rounds += 1;
                prop_assert!(rounds <= 8);
            }
            prop_assert!(gaps.open().iter().all(|gap| gap.blocks.block_count() == 1));
            // What is said to be missing is the net of what was left out in that block.
            let mut left_out: BTreeMap<u64, i64> = BTreeMap::new();
            for (t, _) in moves.iter().filter(|(_, seen)| !seen) {
                let amount = i64::try_from(t.amount.base_units().as_u128()).unwrap();
                *left_out.entry(t.position.block).or_default() +=
                    if t.to == Some(WHO) { amount } else { -amount };
            }
            for missing in gaps.missing() {
                let amount = i64::try_from(missing.amount.base_units().as_u128()).unwrap();
                let net = if missing.to == Some(WHO) { amount } else { -amount };
                prop_assert_eq!(left_out.get(&missing.position.block), Some(&net));
            }
            // And with what was left out, nothing is.
            let all: Vec<Transfer> = moves.iter().map(|(t, _)| *t).collect();
            gaps.add_transfers(&all);
            prop_assert!(gaps.open().is_empty() && gaps.missing().is_empty());
        }
    }
}
