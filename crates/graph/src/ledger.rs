//! The ledger of one account and asset: lots in the order of their arrival.

use std::collections::VecDeque;

use fundtrail_model::{Amount, Origin, Rule, SeedId};

/// An amount with one provenance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lot {
    /// Whose it is and how it got here; `None` for clean.
    pub(crate) stolen: Option<(SeedId, Origin)>,
    pub(crate) amount: Amount,
}

impl Lot {
    pub(crate) const fn clean(amount: Amount) -> Self {
        Self { stolen: None, amount }
    }

    pub(crate) const fn stolen(seed: SeedId, origin: Origin, amount: Amount) -> Self {
        Self { stolen: Some((seed, origin)), amount }
    }
}

/// Lots, the oldest first. Neighbours of the same provenance are one lot, so that an account with a
/// million clean credits costs no more than one with a single one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    lots: VecDeque<Lot>,
    stolen_count: usize,
}

impl Ledger {
    /// Adds a lot as the newest.
    pub(crate) fn credit(&mut self, lot: Lot) {
        if lot.amount.is_zero() {
            return;
        }
        if let Some(last) = self.lots.back_mut()
            && last.stolen == lot.stolen
        {
            // Only clean lots of a token that lies about its amounts can saturate: the stolen amounts
            // of one seed and asset are bounded where they are made.
            last.amount = last.amount.saturating_add(lot.amount);
            return;
        }
        self.stolen_count = self.stolen_count.saturating_add(usize::from(lot.stolen.is_some()));
        self.lots.push_back(lot);
    }

    /// Whether any lot is stolen.
    pub(crate) const fn has_stolen(&self) -> bool {
        self.stolen_count > 0
    }

    /// The stolen lots, oldest first.
    pub(crate) fn stolen(&self) -> impl Iterator<Item = (SeedId, Origin, Amount)> {
        self.lots
            .iter()
            .filter_map(|lot| lot.stolen.map(|(seed, origin)| (seed, origin, lot.amount)))
    }

    /// Takes lots worth `amount` by the rule, in the order in which they are taken; less if there is
    /// less.
    pub(crate) fn debit(&mut self, amount: Amount, rule: Rule) -> Vec<Lot> {
        let mut taken: Vec<Lot> = Vec::new();
        let mut left = amount;
        while !left.is_zero()
            && let Some(lot_idx) = self.next_lot(rule)
            && let Some(lot) = self.lots.get_mut(lot_idx)
        {
            let part = Lot { amount: lot.amount.min(left), ..*lot };
            left = left.saturating_sub(part.amount);
            lot.amount = lot.amount.saturating_sub(part.amount);
            if lot.amount.is_zero() {
                self.remove(lot_idx);
            }
            match taken.last_mut() {
                Some(last) if last.stolen == part.stolen => {
                    last.amount = last.amount.saturating_add(part.amount);
                }
                _ => taken.push(part),
            }
        }
        taken
    }

    /// The lot that the rule takes next. This choice is all that a rule of whole lots is.
    fn next_lot(&self, rule: Rule) -> Option<usize> {
        match rule {
            Rule::Fifo => (!self.lots.is_empty()).then_some(0),
            // Clean neighbours are one lot, so the first stolen lot is at 0 or 1.
            Rule::DirtyFirst => self
                .lots
                .iter()
                .position(|lot| lot.stolen.is_some())
                .or_else(|| (!self.lots.is_empty()).then_some(0)),
        }
    }

    /// Removes an emptied lot and joins the neighbours it kept apart.
    fn remove(&mut self, lot_idx: usize) {
        let Some(gone) = self.lots.remove(lot_idx) else { return };
        self.stolen_count = self.stolen_count.saturating_sub(usize::from(gone.stolen.is_some()));
        let Some(before_idx) = lot_idx.checked_sub(1) else { return };
        let (Some(before), Some(after)) =
            (self.lots.get(before_idx).copied(), self.lots.get(lot_idx).copied())
        else {
            return;
        };
        if before.stolen != after.stolen {
            return;
        }
        self.stolen_count = self.stolen_count.saturating_sub(usize::from(after.stolen.is_some()));
        self.lots.remove(lot_idx);
        if let Some(joined) = self.lots.get_mut(before_idx) {
            joined.amount = joined.amount.saturating_add(after.amount);
        }
    }
}

#[cfg(test)]
mod tests;
