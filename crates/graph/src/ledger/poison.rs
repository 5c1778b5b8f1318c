//! Reachability: who was reached passes on all that leaves him.

use fundtrail_model::{Amount, Origin, SeedId};

use super::Lot;

/// The seeds that reached an account's asset, and what it holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Poison {
    balance: Amount,
    /// In the order in which they came, each with the hop that brought it first.
    seeds: Vec<(SeedId, Origin)>,
}

impl Poison {
    /// Adds what arrived at once; each of the lots is the same coins.
    pub(super) fn credit<'l>(&mut self, lots: impl Iterator<Item = &'l Lot>) {
        let mut arrived = Amount::ZERO;
        for lot in lots {
            arrived = arrived.max(lot.amount);
            if let Some((seed, origin)) = lot.stolen
                && self.seeds.iter().all(|(known, _)| *known != seed)
            {
                self.seeds.push((seed, origin));
            }
        }
        self.balance = self.balance.saturating_add(arrived);
    }

    pub(super) const fn has_stolen(&self) -> bool {
        !self.seeds.is_empty()
    }

    /// All that is there, for every seed.
    pub(super) fn stolen(&self) -> impl Iterator<Item = (SeedId, Origin, Amount)> {
        self.seeds.iter().map(|(seed, origin)| (*seed, *origin, self.balance))
    }

    /// Takes the whole amount once for every seed.
    pub(super) fn debit(&mut self, amount: Amount, taken: &mut Vec<Lot>) {
        let there = amount.min(self.balance);
        self.balance = self.balance.saturating_sub(amount);
        if self.seeds.is_empty() {
            taken.extend((!there.is_zero()).then(|| Lot::clean(there)));
        } else if !amount.is_zero() {
            taken.extend(
                self.seeds.iter().map(|(seed, origin)| Lot::stolen(*seed, *origin, amount)),
            );
        }
    }
}
