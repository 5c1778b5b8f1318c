//! Conversions, back: what was received becomes what was given for it.

use std::collections::BTreeMap;

use fundtrail_model::{Amount, Asset, HopKind, LotMade, Reservation};

use super::Back;
use super::events::{ActId, Transaction};
use super::origins::share;
use super::stretches::{Stretch, made, taken};
use crate::collapse::{Conversion, Party, Payment};

impl Back<'_, '_, '_> {
    /// Goes back from what a conversion gave to what was paid for it.
    ///
    /// A stretch of what was received is the same stretch of each asset that was given; of one asset that went
    /// to several the shares follow each other, in order.
    pub(super) fn conversion(
        &mut self,
        at: ActId,
        transaction: &Transaction,
        conversion: &Conversion,
        mut due: BTreeMap<usize, Vec<Stretch>>,
    ) {
        let account = conversion.account;
        let mut looked_for: BTreeMap<Asset, Vec<Stretch>> = BTreeMap::new();
        // By asset: how many units of it the pieces before had.
        let mut before: BTreeMap<Asset, Amount> = BTreeMap::new();
        for (output, (delivery, asset, amount)) in conversion.pieces().into_iter().enumerate() {
            let offset = before.entry(asset).or_default();
            let first = *offset;
            *offset = offset.saturating_add(amount);
            let Some(stretches) = due.remove(&output) else { continue };
            let receiver = delivery.map_or(Some(account), |delivery| delivery.to.address());
            let mut stretches = self.own(stretches, asset, receiver);
            if let Some(delivery) = delivery {
                let payment = Payment {
                    from: Party::Account(account),
                    to: delivery.to,
                    asset,
                    amount,
                    evidence: delivery.evidence.clone(),
                };
                let hop = self.hop(transaction, account, &payment, &stretches);
                let Some((_, delivered)) = hop else { continue };
                let place = self.place(account, transaction);
                stretches = self.stop(&place, (account, asset), &delivered, transaction);
            } else if self.is_too_far(&stretches) {
                self.end(&stretches, asset, account, &fundtrail_model::EndingKind::HopLimit);
                continue;
            }
            let moved = stretches
                .into_iter()
                .map(|found| Stretch { first: first.saturating_add(found.first), ..found });
            looked_for.entry(asset).or_default().extend(moved);
        }
        looked_for.retain(|_, stretches| !stretches.is_empty());
        if let Some(position) = conversion.evidence.last().copied()
            && !looked_for.is_empty()
        {
            self.doubt_back(conversion, position);
            self.convert(at, transaction, conversion, &looked_for);
        }
    }

    fn convert(
        &mut self,
        at: ActId,
        transaction: &Transaction,
        conversion: &Conversion,
        looked_for: &BTreeMap<Asset, Vec<Stretch>>,
    ) {
        let Conversion { account, paid, received, evidence, .. } = conversion.clone();
        let Some(position) = evidence.last().copied() else { return };
        let origin = fundtrail_model::Origin::Hop(self.book.next_hop());
        let mut given: Vec<(Asset, Vec<Stretch>)> = Vec::new();
        for (asset, whole) in &paid {
            let mut stretches = Vec::new();
            for (of, found) in looked_for {
                let all = received.iter().find(|(received, _)| received == of);
                let Some((_, all)) = all else { continue };
                stretches.extend(found.iter().map(|found| {
                    let first = share(*whole, found.first.min(*all), *all);
                    let amount = share(*whole, found.end().min(*all), *all).saturating_sub(first);
                    Stretch { first, amount, origin, ..*found }
                }));
            }
            given.push((*asset, self.in_room(*asset, stretches)));
        }
        let mut lots_taken = Vec::new();
        for (asset, found) in looked_for {
            lots_taken.extend(taken(*asset, found));
        }
        let mut lots_made: Vec<LotMade> = Vec::new();
        let mut demands = Vec::new();
        for (asset, stretches) in given {
            let (own, mut others) = super::disjoint(stretches);
            // What several assets were bought with is looked for once.
            others.retain(|(found, owner)| found.seed != *owner);
            let both: Vec<Stretch> =
                own.iter().chain(others.iter().map(|(found, _)| found)).copied().collect();
            lots_made.extend(made(asset, &both));
            demands.push((asset, own, others));
        }
        lots_made.sort_by_key(|lot| (lot.seed, lot.asset));
        let kind = HopKind::Conversion {
            account,
            paid,
            received,
            is_approximate: conversion.is_divided || has_shares(conversion),
            evidence,
        };
        self.write(transaction, position, kind, lots_taken, lots_made);
        for (asset, own, others) in demands {
            for (found, owner) in others {
                let kind = fundtrail_model::EndingKind::OtherSeed { seed: owner };
                self.end(&[found], asset, account, &kind);
            }
            self.debit(at, transaction, (account, asset), super::merged(own));
        }
    }

    /// As much of what is looked for as the sums of the ledger have room for.
    fn in_room(&self, asset: Asset, mut stretches: Vec<Stretch>) -> Vec<Stretch> {
        let mut room: BTreeMap<_, Amount> = BTreeMap::new();
        for found in &mut stretches {
            let room = room.entry(found.seed).or_insert_with(|| self.book.room(found.seed, asset));
            found.amount = found.amount.min(*room);
            *room = room.saturating_sub(found.amount);
        }
        stretches
    }

    /// Writes down what weakens a conversion, back: what was given may be worthless, and the value the contracts'.
    fn doubt_back(&mut self, conversion: &Conversion, position: fundtrail_model::Position) {
        let (chain, address) = (self.view.chain, conversion.account);
        if has_shares(conversion) {
            self.book.reserve(Reservation::ApproximateConversion { chain, address, position });
        }
        let is_listed = self.question.is_listed_token;
        if !conversion.paid.iter().any(|(asset, _)| is_listed(*asset)) {
            self.book.reserve(Reservation::UnlistedPayment {
                chain,
                address,
                position,
                contracts: conversion.contracts.clone(),
                paid: conversion.paid.clone(),
                received: conversion.received.clone(),
            });
        }
        if let Some(delivered) = conversion.delivered(chain, position) {
            self.book.reserve(delivered);
        }
    }
}

/// Whether several shared what was received of one asset.
fn has_shares(conversion: &Conversion) -> bool {
    let pieces = conversion.pieces();
    let count = |of: &Asset| pieces.iter().filter(|(_, asset, _)| asset == of).count();
    conversion.received.iter().any(|(asset, _)| 1 < count(asset))
}
