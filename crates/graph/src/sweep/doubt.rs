//! What has to be said of a conversion of stolen value.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Address, Amount, Asset, Position, Reservation};

use super::{Now, Sweep};
use crate::book::Rest;
use crate::collapse::{Conversion, Party, Payment};
use crate::ledger::Lot;
use crate::order::Act;

/// What contracts gave to others than contracts, and nobody is known to have paid for.
#[derive(Clone)]
pub(super) struct Unpaid {
    /// The last transfer that shows it.
    pub(super) position: Position,
    /// Who got how much of what, sorted: of listed assets, or if there are none of those, of any.
    pub(super) receivers: Vec<(Address, Asset, Amount)>,
}

impl Sweep<'_, '_, '_> {
    /// Writes down what weakens a conversion: shares by convention, a return of no known worth, and what
    /// its contracts gave to others in `acts`, all that the transaction did.
    ///
    /// A contract of the thief can take a coin and log that it gave a token of its own in return. The
    /// token is followed, because shares of pools and new tokens are rarely in a list, too; so that
    /// this cannot wash the coin in silence, it is said.
    pub(super) fn doubt(
        &mut self,
        conversion: &Conversion,
        position: Position,
        is_approximate: bool,
        now: &Now,
        (taken, acts): (&[(Asset, Lot)], &[Act]),
    ) {
        let (chain, address) = (self.view.chain, conversion.account);
        if is_approximate {
            self.book.reserve(Reservation::ApproximateConversion { chain, address, position });
        }
        let is_listed = self.question.is_listed_token;
        if !conversion.received.iter().any(|(asset, _)| is_listed(*asset)) {
            self.book.reserve(Reservation::UnlistedReturn {
                chain,
                address,
                position,
                contracts: conversion.contracts.clone(),
                paid: conversion.paid.clone(),
                received: conversion.received.clone(),
            });
        }
        let is_worth =
            |(asset, amount): &(Asset, Amount)| self.eyes.is_worth(*asset, *amount, now.block);
        if !conversion.received.iter().any(is_worth) {
            self.ask_for_more(now, address, taken);
        }
        if let Some(delivered) = conversion.delivered(chain, position) {
            self.book.reserve(delivered);
        }
        let receivers = self.other_receivers(conversion, now.block, acts);
        if !receivers.is_empty() {
            self.book.reserve(Reservation::OtherReceivers { chain, address, position, receivers });
        }
    }

    /// Asks for the transaction of a conversion of these lots, where it was not read whole: what came back may only
    /// hide what others got.
    fn ask_for_more(&mut self, now: &Now, account: Address, taken: &[(Asset, Lot)]) {
        let Some(unread) = self.asks(now) else { return };
        for (asset, lot) in taken {
            let Some((seed, origin)) = lot.stolen else { continue };
            let (asset, amount) = (*asset, lot.amount);
            if !self.book.is_below_threshold(seed, asset, amount, now.block) {
                let address = Some(account);
                self.book.ask_for(Rest { seed, origin, asset, amount, address }, unread);
            }
        }
    }

    pub(super) fn unpaid(&self, payments: &[Payment], block: u64) -> Option<Unpaid> {
        let mut sums: BTreeMap<(bool, Address, Asset), Amount> = BTreeMap::new();
        let mut last = None;
        for Payment { from, to, asset, amount, evidence } in payments {
            let is_given = match from {
                Party::Account(from) => self.eyes.is_converter(*from, block),
                Party::Source => asset.contract().is_some(),
                Party::Burn | Party::Unknown | Party::Seed { .. } => false,
            };
            if let Party::Account(to) = to
                && is_given
                && !self.eyes.is_converter(*to, block)
            {
                let is_listed = (self.question.is_listed_token)(*asset);
                let sum = sums.entry((!is_listed, *to, *asset)).or_default();
                *sum = sum.saturating_add(*amount);
                last = last.max(evidence.last().copied());
            }
        }
        let (is_unlisted, ..) = *sums.keys().next()?;
        let of_kind = sums.into_iter().filter(|((kind, ..), _)| *kind == is_unlisted);
        let receivers = of_kind.map(|((_, to, asset), sum)| (to, asset, sum)).collect();
        Some(Unpaid { position: last?, receivers })
    }

    /// Who else got listed assets from the contracts that the conversion paid, or from contracts behind
    /// them. O(*c*·*a*) for *c* contracts that pass something on and *a* acts.
    fn other_receivers(
        &self,
        conversion: &Conversion,
        block: u64,
        acts: &[Act],
    ) -> Vec<(Address, Asset, Amount)> {
        let mut givers: BTreeSet<Address> = conversion.contracts.iter().copied().collect();
        let mut waiting = conversion.contracts.clone();
        let payments: Vec<&Payment> = acts
            .iter()
            .filter_map(|act| match act {
                Act::Pay(payment) => Some(payment),
                Act::Convert(_) | Act::Fee(_) => None,
            })
            .collect();
        let mut sums: BTreeMap<(Address, Asset), Amount> = BTreeMap::new();
        while let Some(giver) = waiting.pop() {
            for payment in payments.iter().filter(|payment| payment.from.address() == Some(giver)) {
                let Some(to) = payment.to.address().filter(|to| *to != conversion.account) else {
                    continue;
                };
                if self.eyes.is_converter(to, block) {
                    if givers.insert(to) {
                        waiting.push(to);
                    }
                } else if (self.question.is_listed_token)(payment.asset) {
                    let sum = sums.entry((to, payment.asset)).or_default();
                    *sum = sum.saturating_add(payment.amount);
                }
            }
        }
        sums.into_iter().map(|((to, asset), amount)| (to, asset, amount)).collect()
    }
}
