//! The net payments of every transaction.

use std::collections::BTreeMap;

use fundtrail_model::{Address, Cause, Position, Transfer, Witness};

use super::{Dealings, Move};
use crate::collapse::{Party, Payment, Sight, WholeSight, collapse_parts, receiver};
use crate::history::Row;
use crate::view::Reading;

impl Dealings<'_> {
    /// The net payments, in order. Blocks whose times are not known are left out: nothing can be said of how fast
    /// anything was. What an account converted it neither paid nor received.
    pub(super) fn payments(&self, times: &BTreeMap<u64, u64>) -> Vec<Move> {
        let mut moves = Vec::new();
        for group in self.view.rows.chunk_by(Row::is_with) {
            let Some(first) = group.first() else { continue };
            let Some(time) = times.get(&first.block()) else { continue };
            let transfers = self.view.transfers(group);
            if !transfers.iter().any(|of| has_effect(of) && self.counts(of.asset)) {
                continue;
            }
            let transaction = self.view.hash(first);
            for payment in self.net(first.position(), transfers) {
                let (Party::Account(from), Party::Account(to)) = (payment.from, payment.to) else {
                    continue;
                };
                let Some(at) = payment.evidence.last().copied() else { continue };
                if from.is_zero() || to.is_zero() || from == to || !self.counts(payment.asset) {
                    continue;
                }
                let witness = |position: &Position| Witness { position: *position, transaction };
                let witnesses = payment.evidence.iter().map(witness).collect();
                let (asset, amount) = (payment.asset, payment.amount);
                moves.push(Move { from, to, asset, amount, at, time: *time, witnesses });
            }
        }
        moves.sort_by_key(|of| (of.at, of.asset, of.from, of.to));
        moves
    }

    /// Collapses one transaction with the same eyes as following does: who stops is not looked through.
    fn net(&self, position: Position, transfers: Vec<Transfer>) -> Vec<Payment> {
        let parts: Vec<(Transfer, Party)> = transfers
            .into_iter()
            .filter(has_effect)
            .map(|of| {
                let to = receiver(&of);
                (of, to)
            })
            .collect();
        if let [(of, to)] = parts.as_slice() {
            let from = of.from.map_or(Party::Source, Party::Account);
            let evidence = vec![of.position];
            return vec![Payment { from, to: *to, asset: of.asset, amount: of.amount, evidence }];
        }
        let block = position.block;
        let reading = match parts.first() {
            Some((of, _)) if of.transaction.is_some() => self.view.reading(position),
            _ => Reading::Absent,
        };
        let is_told = reading == Reading::Whole { has_frames: true };
        let is_covered = |who| self.view.run_of(self.view.number(who), block).is_some();
        let goes_on = |who: Address| !self.is_service(who);
        let has_native = |who| is_told || self.view.is_native_known(self.view.number(who), block);
        let is_worth = |asset, _| self.counts(asset);
        let sight = Sight {
            is_known: &|who| (is_told || is_covered(who)) && goes_on(who),
            is_converter: &|who| (self.is_contract(who) || who.is_zero()) && goes_on(who),
            whole: matches!(reading, Reading::Whole { .. }).then_some(WholeSight {
                has_tokens: &goes_on,
                has_native: &has_native,
                is_worth: &is_worth,
            }),
        };
        collapse_parts(&parts, &sight).payments
    }
}

/// Whether a transfer changes what anybody has, and is no fee.
fn has_effect(of: &Transfer) -> bool {
    of.cause != Cause::Fee && !of.amount.is_zero() && (of.from.is_none() || of.from != of.to)
}
