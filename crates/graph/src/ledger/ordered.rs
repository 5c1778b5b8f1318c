//! Rules that take whole lots in an order.

use std::collections::VecDeque;

use fundtrail_model::{Amount, Origin, SeedId};

use super::{Lot, append, push_back};

/// Which lot is taken next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Oldest,
    Newest,
    Stolen,
    Clean,
}

/// Lots by age. Stolen and clean ones are kept apart, so that every rule finds its next lot at an end;
/// the age says how they lie between each other.
#[derive(Clone, Debug)]
pub(crate) struct Ordered {
    order: Order,
    /// The age of the newest lot.
    age: u64,
    stolen: VecDeque<(u64, Lot)>,
    clean: VecDeque<(u64, Amount)>,
}

impl Ordered {
    pub(super) const fn new(order: Order) -> Self {
        Self { order, age: 0, stolen: VecDeque::new(), clean: VecDeque::new() }
    }

    /// Adds a lot as the newest. Neighbours of the same provenance are one lot, so that an account with a
    /// million clean credits costs no more than one with a single one.
    pub(super) fn credit(&mut self, lot: Lot) {
        self.age = self.age.saturating_add(1);
        let newest = |age: Option<u64>| age.unwrap_or_default();
        let newest_stolen = newest(self.stolen.back().map(|(age, _)| *age));
        let newest_clean = newest(self.clean.back().map(|(age, _)| *age));
        // Between all of one kind and all of the other no age matters.
        let is_by_age = matches!(self.order, Order::Oldest | Order::Newest);
        if lot.stolen.is_some() {
            match self.stolen.back_mut() {
                Some((_, last))
                    if last.stolen == lot.stolen
                        && (!is_by_age || newest_clean < newest_stolen) =>
                {
                    last.amount = last.amount.saturating_add(lot.amount);
                }
                _ => push_back(&mut self.stolen, (self.age, lot)),
            }
        } else {
            match self.clean.back_mut() {
                // Only clean lots of a token that lies about its amounts can saturate: the stolen amounts
                // of one seed and asset are bounded where they are made.
                Some((_, last)) if !is_by_age || newest_stolen < newest_clean => {
                    *last = last.saturating_add(lot.amount);
                }
                _ => push_back(&mut self.clean, (self.age, lot.amount)),
            }
        }
    }

    pub(super) fn has_stolen(&self) -> bool {
        !self.stolen.is_empty()
    }

    pub(super) fn stolen(&self) -> impl Iterator<Item = (SeedId, Origin, Amount)> {
        self.stolen
            .iter()
            .filter_map(|(_, lot)| lot.stolen.map(|(seed, origin)| (seed, origin, lot.amount)))
    }

    pub(super) fn look(&self) -> u64 {
        let stolen = [self.stolen.front(), self.stolen.back()];
        let clean = [self.clean.front(), self.clean.back()];
        let stolen = stolen.into_iter().flatten().map(|(age, _)| *age);
        let clean = clean.into_iter().flatten().map(|(age, _)| *age);
        stolen.chain(clean).fold(0, u64::wrapping_add)
    }

    pub(super) fn debit(&mut self, amount: Amount, taken: &mut Vec<Lot>) {
        let mut left = amount;
        while !left.is_zero() {
            let part = match self.next() {
                Some(Kind::Stolen) => self.take_stolen(left),
                Some(Kind::Clean) => self.take_clean(left),
                None => return,
            };
            left = left.saturating_sub(part.amount);
            append(taken, part);
        }
    }

    /// The kind of the lot that is taken next. This choice is all that a rule of whole lots is.
    fn next(&self) -> Option<Kind> {
        let [stolen, clean] = match self.order {
            Order::Newest => {
                [self.stolen.back().map(|(age, _)| *age), self.clean.back().map(|(age, _)| *age)]
            }
            _ => {
                [self.stolen.front().map(|(age, _)| *age), self.clean.front().map(|(age, _)| *age)]
            }
        };
        let (Some(stolen), Some(clean)) = (stolen, clean) else {
            return stolen.map(|_| Kind::Stolen).or(clean.map(|_| Kind::Clean));
        };
        let is_stolen = match self.order {
            Order::Oldest => stolen < clean,
            Order::Newest => clean < stolen,
            Order::Stolen => true,
            Order::Clean => false,
        };
        Some(if is_stolen { Kind::Stolen } else { Kind::Clean })
    }

    fn take_stolen(&mut self, most: Amount) -> Lot {
        let is_newest = self.order == Order::Newest;
        let lot = if is_newest { self.stolen.back_mut() } else { self.stolen.front_mut() };
        let Some((_, lot)) = lot else { return Lot::clean(Amount::ZERO) };
        let part = Lot { amount: lot.amount.min(most), ..*lot };
        lot.amount = lot.amount.saturating_sub(part.amount);
        if lot.amount.is_zero() {
            if is_newest {
                self.stolen.pop_back()
            } else {
                self.stolen.pop_front()
            };
        }
        part
    }

    fn take_clean(&mut self, most: Amount) -> Lot {
        let is_newest = self.order == Order::Newest;
        let lot = if is_newest { self.clean.back_mut() } else { self.clean.front_mut() };
        let Some((_, amount)) = lot else { return Lot::clean(Amount::ZERO) };
        let part = most.min(*amount);
        *amount = amount.saturating_sub(part);
        if amount.is_zero() {
            if is_newest {
                self.clean.pop_back()
            } else {
                self.clean.pop_front()
            };
        }
        Lot::clean(part)
    }

    /// How many lots there are, stolen and clean.
    #[cfg(test)]
    pub(super) fn lot_counts(&self) -> (usize, usize) {
        (self.stolen.len(), self.clean.len())
    }
}

enum Kind {
    Stolen,
    Clean,
}
