//! Conversions: lots of one asset become lots of others, with the account or with whom it named.

use std::collections::BTreeMap;

use fundtrail_model::{Amount, Asset, Hop, HopKind, Origin, SeedId};

use super::{Now, Paid, Sweep, merge_made, merge_taken};
use crate::collapse::{Conversion, Delivery, Party};
use crate::convert::{Given, Shares};
use crate::history::NOBODY;
use crate::ledger::Lot;
use crate::order::Act;

impl Sweep<'_, '_, '_> {
    /// Converts the lots of what an account gave. What contracts gave others for it is a conversion and a payment
    /// of the account's, whose ledger that payment does not touch: these very coins went on.
    pub(super) fn convert(&mut self, now: &mut Now, conversion: &Conversion, acts: &[Act]) {
        now.to_convert.remove(&conversion.account);
        let number = self.view.number(conversion.account);
        let mut given = Vec::with_capacity(conversion.paid.len());
        for (asset, amount) in &conversion.paid {
            let payment = Paid {
                from: (Party::Account(conversion.account), number),
                to: (Party::Unknown, NOBODY),
                asset: *asset,
                amount: *amount,
                evidence: &conversion.evidence,
            };
            given.push(Given { amount: *amount, lots: self.debit(now, &payment) });
        }
        let has_stolen = given.iter().flat_map(|given| &given.lots).any(|lot| lot.stolen.is_some());
        let Some(position) = conversion.evidence.last().copied().filter(|_| has_stolen) else {
            for (to, asset, amount) in conversion.pieces() {
                let to = to.map_or(number, |delivery| self.number(delivery.to));
                self.stays.credit_clean(now, to, asset, &[Lot::clean(amount)]);
            }
            return;
        };

        let shares = if self.question.rule.conserves() {
            Shares::of(&given)
        } else {
            Shares::reached(&given)
        };
        let lots_given: Vec<(Asset, Lot)> = conversion
            .paid
            .iter()
            .zip(&given)
            .flat_map(|((asset, _), given)| given.lots.iter().map(move |lot| (*asset, *lot)))
            .collect();
        self.doubt(conversion, position, shares.is_approximate, now, (&lots_given, acts));
        let Conversion { account, paid, received, evidence, .. } = conversion.clone();
        let origin = Origin::Hop(self.book.next_hop());
        let pieces = conversion.pieces();
        let mut credits: Vec<(Option<&Delivery>, Asset, Vec<Lot>)> =
            Vec::with_capacity(pieces.len());
        let mut made = Vec::new();
        let mut room: BTreeMap<(SeedId, Asset), Amount> = BTreeMap::new();
        for (delivery, asset, amount) in pieces {
            let mut lots = Vec::new();
            for (seed, part) in shares.divide(amount) {
                let Some(seed) = seed else {
                    lots.push(Lot::clean(part));
                    continue;
                };
                let room = room.entry((seed, asset)).or_insert_with(|| self.book.room(seed, asset));
                let stolen = part.min(*room);
                *room = room.saturating_sub(stolen);
                made.push((seed, asset, stolen));
                lots.push(Lot::stolen(seed, origin, stolen));
                lots.push(Lot::clean(part.saturating_sub(stolen)));
            }
            credits.push((delivery, asset, lots));
        }
        let lots: Vec<Lot> = lots_given.iter().map(|(_, lot)| *lot).collect();
        let depth = self.depth_after(&lots);
        let hop = Hop {
            chain: self.view.chain,
            position,
            transaction: now.hash,
            depth,
            taken: merge_taken(lots_given.iter().map(|(asset, lot)| (*asset, lot))),
            made: merge_made(made.into_iter(), &mut self.room.made),
            kind: HopKind::Conversion {
                account,
                paid,
                received,
                is_approximate: shares.is_approximate || conversion.is_divided,
                evidence,
            },
        };
        self.book.hop(hop);
        for (delivery, asset, mut lots) in credits {
            match delivery {
                None => self.settle(now, (account, number), asset, lots),
                Some(delivery) if lots.iter().all(|lot| lot.stolen.is_none()) => {
                    let to = self.number(delivery.to);
                    self.stays.credit_clean(now, to, asset, &[Lot::clean(delivery.amount)]);
                }
                Some(delivery) => {
                    let Delivery { to, amount, ref evidence, .. } = *delivery;
                    let from = (Party::Account(account), number);
                    let paid = Paid { from, to: (to, self.number(to)), asset, amount, evidence };
                    self.hand_over(now, &paid, &mut lots, Amount::ZERO);
                }
            }
        }
    }
}
