//! The ledger of one account and asset.

mod haircut;
mod ordered;
mod poison;

use std::collections::VecDeque;

use fundtrail_model::{Amount, Origin, Rule, SeedId};

use haircut::Haircut;
use ordered::{Order, Ordered};
use poison::Poison;

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

/// What arrived with these lots. By a rule that does not conserve, each of them is the same coins.
pub(crate) fn worth(lots: &[Lot], rule: Rule) -> Amount {
    let amounts = lots.iter().map(|lot| lot.amount);
    if rule.conserves() {
        amounts.fold(Amount::ZERO, Amount::saturating_add)
    } else {
        amounts.max().unwrap_or_default()
    }
}

/// What an account holds of an asset, kept as its rule needs it.
#[derive(Clone, Debug)]
pub(crate) enum Ledger {
    Ordered(Ordered),
    Haircut(Haircut),
    Poison(Poison),
}

impl Ledger {
    /// An empty one.
    pub(crate) fn new(rule: Rule) -> Self {
        match rule {
            Rule::Fifo => Self::Ordered(Ordered::new(Order::Oldest)),
            Rule::Lifo => Self::Ordered(Ordered::new(Order::Newest)),
            Rule::DirtyFirst => Self::Ordered(Ordered::new(Order::Stolen)),
            Rule::Libr => Self::Ordered(Ordered::new(Order::Clean)),
            Rule::Haircut => Self::Haircut(Haircut::default()),
            Rule::Poison => Self::Poison(Poison::default()),
        }
    }

    /// Reads what the next credits and debits of these will, one layer of all after the other.
    pub(crate) fn look_at(ledgers: &[&Self]) {
        let look = |layer: fn(&Self) -> u64| {
            let seen = ledgers.iter().map(|ledger| layer(ledger));
            std::hint::black_box(seen.fold(0, u64::wrapping_add));
        };
        look(|ledger| match ledger {
            Self::Ordered(ledger) => ledger.look(),
            Self::Haircut(ledger) => ledger.look_at_parts(),
            Self::Poison(_) => 0,
        });
        look(|ledger| match ledger {
            Self::Haircut(ledger) => ledger.look(),
            Self::Ordered(_) | Self::Poison(_) => 0,
        });
    }

    /// Adds what arrived at once, in order, as the newest lots.
    pub(crate) fn credit(&mut self, lots: &[Lot]) {
        let lots = || lots.iter().filter(|lot| !lot.amount.is_zero());
        match self {
            Self::Ordered(ledger) => lots().for_each(|lot| ledger.credit(*lot)),
            Self::Haircut(ledger) => lots().for_each(|lot| ledger.credit(*lot)),
            Self::Poison(ledger) => ledger.credit(lots()),
        }
    }

    /// Whether any lot is stolen.
    pub(crate) fn has_stolen(&self) -> bool {
        match self {
            Self::Ordered(ledger) => ledger.has_stolen(),
            Self::Haircut(ledger) => ledger.has_stolen(),
            Self::Poison(ledger) => ledger.has_stolen(),
        }
    }

    /// The stolen lots, in the order in which they would be missed.
    pub(crate) fn stolen(&self) -> Vec<(SeedId, Origin, Amount)> {
        match self {
            Self::Ordered(ledger) => ledger.stolen().collect(),
            Self::Haircut(ledger) => ledger.stolen().collect(),
            Self::Poison(ledger) => ledger.stolen().collect(),
        }
    }

    /// Takes lots worth `amount` and appends them in the order in which they are taken, neighbours of the
    /// same provenance as one; less if there is less.
    pub(crate) fn debit(&mut self, amount: Amount, taken: &mut Vec<Lot>) {
        match self {
            Self::Ordered(ledger) => ledger.debit(amount, taken),
            Self::Haircut(ledger) => ledger.debit(amount, taken),
            Self::Poison(ledger) => ledger.debit(amount, taken),
        }
    }
}

/// Adds to the end. Most ledgers never have more than one lot of a kind, so the first is given no room to grow.
fn push_back<T>(queue: &mut VecDeque<T>, next: T) {
    if queue.capacity() == 0 {
        queue.reserve_exact(1);
    }
    queue.push_back(next);
}

/// Appends a lot, as one with the last if that has the same provenance.
fn append(taken: &mut Vec<Lot>, part: Lot) {
    match taken.last_mut() {
        Some(last) if last.stolen == part.stolen => {
            last.amount = last.amount.saturating_add(part.amount);
        }
        _ => taken.push(part),
    }
}

#[cfg(test)]
mod tests;
