//! Seeds and their transactions.

use std::collections::BTreeMap;

use fundtrail_model::{
    Address, Amount, Cause, EndingKind, Origin, Position, Seed, SeedId, Transfer, Window,
};

use super::{Now, Paid, Sweep};
use crate::book::Rest;
use crate::collapse::{Party, receiver};
use crate::ledger::Lot;

/// Takes the seeds at the front whose positions are due.
pub(super) fn take_while<'s, 'a>(
    waiting: &mut &'s [&'a Seed],
    is_due: impl Fn(Position) -> bool,
) -> &'s [&'a Seed] {
    let due = waiting.iter().take_while(|seed| is_due(seed.position)).count();
    let (front, back) = waiting.split_at(due);
    *waiting = back;
    front
}

/// A transaction in which seeds arrive.
pub(crate) struct Split {
    /// Its transfers with their receivers; what of them is a seed's goes to that seed.
    pub(crate) parts: Vec<(Transfer, Party)>,
    /// What of seeds no stored transfer brought.
    pub(crate) unstored: Vec<(SeedId, Amount)>,
    /// What of seeds (the first) is of a credit that is an earlier seed's (the second).
    pub(crate) doubled: Vec<(SeedId, SeedId, Amount)>,
}

/// Takes the seeds' amounts out of the transfers that brought them.
///
/// The transfer at the seed's own position gives first, then the holder's other credits of the same
/// asset, in order. One credit gives no more than its own amount: what several seeds claim of it is the
/// first one's.
pub(crate) fn split(group: &[Transfer], seeds: &[&Seed]) -> Split {
    if seeds.is_empty() {
        let parts = group.iter().map(|transfer| (*transfer, receiver(transfer))).collect();
        return Split { parts, unstored: Vec::new(), doubled: Vec::new() };
    }
    let mut rest = group.to_vec();
    let mut owners: BTreeMap<usize, Vec<(SeedId, Amount)>> = BTreeMap::new();
    let mut split = Split { parts: Vec::new(), unstored: Vec::new(), doubled: Vec::new() };
    for seed in seeds {
        let mut left = seed.amount;
        for is_own in [true, false] {
            for ((transfer_idx, transfer), whole) in rest.iter_mut().enumerate().zip(group) {
                let is_credit = transfer.to == Some(seed.holder)
                    && transfer.from != transfer.to
                    && transfer.asset == seed.asset
                    && transfer.cause != Cause::Fee;
                if !is_credit || is_own != (transfer.position == seed.position) {
                    continue;
                }
                let claim = left.min(whole.amount);
                left = left.saturating_sub(claim);
                let amount = claim.min(transfer.amount);
                transfer.amount = transfer.amount.saturating_sub(amount);
                let owners = owners.entry(transfer_idx).or_default();
                let mut doubled = claim.saturating_sub(amount);
                for (owner, owned) in owners.iter() {
                    let part = doubled.min(*owned);
                    doubled = doubled.saturating_sub(part);
                    split.doubled.push((seed.id, *owner, part));
                }
                owners.push((seed.id, amount));
                let party = Party::Seed { seed: seed.id, holder: seed.holder };
                split.parts.push((Transfer { amount, ..*whole }, party));
            }
        }
        split.unstored.push((seed.id, left));
    }
    split.parts.extend(rest.into_iter().map(|transfer| (transfer, receiver(&transfer))));
    split
}

impl Sweep<'_, '_, '_> {
    /// Starts what no stored transfer shows the payer of, and ends what is another seed's.
    pub(super) fn plant_alone(&mut self, now: &mut Now, split: &Split, seeds: &[&Seed]) {
        for (id, amount) in &split.unstored {
            if let Some(seed) = seeds.iter().find(|seed| seed.id == *id) {
                self.plant(now, seed, *amount);
            }
        }
        for (id, owner, amount) in &split.doubled {
            if let Some(seed) = seeds.iter().find(|seed| seed.id == *id) {
                let kind = EndingKind::OtherSeed { seed: *owner };
                self.book.end(rest(seed, *amount), kind);
            }
        }
    }

    /// Hands a seed's credit to its holder: lots of other seeds that it carries stay theirs, and only
    /// the rest becomes the seed's.
    pub(super) fn receive(
        &mut self,
        now: &mut Now,
        payment: &Paid<'_>,
        id: SeedId,
        holder: Address,
    ) {
        let Some(seed) = self.question.seeds.iter().find(|seed| seed.id == id) else { return };
        let mut carried = self.debit(now, payment);
        carried.retain(|lot| lot.stolen.is_some());
        let mut fresh = payment.amount;
        for lot in &carried {
            let doubled = lot.amount.min(fresh);
            fresh = fresh.saturating_sub(doubled);
            if let Some((owner, _)) = lot.stolen {
                self.book.end(rest(seed, doubled), EndingKind::OtherSeed { seed: owner });
            }
        }
        self.plant(now, seed, fresh);
        let (_, account) = payment.to;
        if payment.from.0 == Party::Account(holder) {
            // By way of somebody else he paid himself: his lots are where they were.
            self.deposit(now, (holder, account), payment.asset, &carried);
        } else if !carried.is_empty() {
            let payment = Paid { to: (Party::Account(holder), account), ..*payment };
            self.hand_over(now, &payment, &mut carried, Amount::ZERO);
        }
    }

    /// Makes lots of a seed at its holder.
    fn plant(&mut self, now: &mut Now, seed: &Seed, amount: Amount) {
        let lot = if self.question.limits.max_hops == 0 {
            self.book.end(rest(seed, amount), EndingKind::HopLimit);
            Lot::clean(amount)
        } else {
            Lot::stolen(seed.id, Origin::Seed(seed.id), amount)
        };
        if !amount.is_zero() {
            let holder = (seed.holder, self.view.number(seed.holder));
            self.deposit(now, holder, seed.asset, &[lot]);
        }
    }

    /// Ends a seed that is after the last block to look at, where it arrived, and nothing else.
    pub(super) fn end_late(&mut self, seed: &Seed) {
        let block = seed.position.block;
        let is_looked_at = self.view.run_of(self.view.number(seed.holder), block).is_some();
        self.book.end_open(rest(seed, seed.amount), (!is_looked_at).then(|| Window::block(block)));
    }
}

const fn rest(seed: &Seed, amount: Amount) -> Rest {
    Rest {
        seed: seed.id,
        origin: Origin::Seed(seed.id),
        asset: seed.asset,
        amount,
        address: Some(seed.holder),
    }
}
