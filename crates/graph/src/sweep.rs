//! One chain, transaction by transaction.

mod arrive;
mod doubt;
mod seeds;
mod stays;

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{
    Address, Amount, Asset, EndingKind, H256, Hop, HopKind, LotMade, LotTaken, Origin, Position,
    Seed, SeedId, Transfer,
};

use crate::Question;
use crate::book::Book;
use crate::collapse::{Conversion, Fee, Party, Payment, collapse_parts};
use crate::convert::{Given, Shares};
use crate::ledger::{Lot, worth};
use crate::order::{Act, acts};
use crate::view::{View, slot};
use stays::Stays;

/// Follows the seeds of one chain, given in the order of their positions, and writes down what happens.
pub(crate) fn sweep<'q>(
    view: &View<'_>,
    question: &'q Question<'q>,
    seeds: &[&Seed],
    book: &mut Book<'q>,
) {
    let (seeds, late) =
        seeds.split_at(seeds.partition_point(|seed| seed.position.block <= view.until));
    let holders = seeds.iter().map(|seed| seed.holder).collect();
    let stays = Stays::new(view, question.rule);
    let mut sweep = Sweep { view, question, book, holders, stays, counterparties: BTreeMap::new() };
    let mut waiting = seeds;
    let mut start = 0_usize;
    for group in view.transfers.chunk_by(|a, b| slot(a.position) == slot(b.position)) {
        let Some(first) = group.first() else { continue };
        let here = slot(first.position);
        // A seed's transaction need not be stored.
        sweep.seeds_alone(&mut waiting, start, |position| slot(position) < here);
        let seeds = seeds::take_while(&mut waiting, |position| slot(position) == here);
        let end = start.saturating_add(group.len());
        if !seeds.is_empty() || sweep.stays.are_touched(view, start..end) {
            sweep.transaction(Now::new(start, first.position, first.transaction), group, seeds);
        }
        start = end;
    }
    sweep.seeds_alone(&mut waiting, start, |_| true);
    late.iter().for_each(|seed| sweep.end_late(seed));
    sweep.finish();
}

/// The transaction that is being applied.
struct Now {
    /// The index of its first transfer.
    start: usize,
    block: u64,
    hash: Option<H256>,
    /// Clean credits of this transaction to accounts that have no ledger yet: part of its opening, if
    /// stolen value arrives later in the transaction.
    early: BTreeMap<(Address, Asset), Amount>,
    /// Debits of this transaction to such accounts.
    spent: BTreeMap<(Address, Asset), Amount>,
    /// What conversions that are still to be applied give, by account.
    to_convert: BTreeMap<Address, BTreeSet<Asset>>,
    /// Contracts that hold value only within this transaction.
    in_transit: BTreeSet<Address>,
}

impl Now {
    const fn new(start: usize, position: Position, hash: Option<H256>) -> Self {
        Self {
            start,
            block: position.block,
            hash,
            early: BTreeMap::new(),
            spent: BTreeMap::new(),
            to_convert: BTreeMap::new(),
            in_transit: BTreeSet::new(),
        }
    }
}

struct Sweep<'s, 'v, 'q> {
    view: &'s View<'v>,
    question: &'q Question<'q>,
    book: &'s mut Book<'q>,
    /// Who received a seed: whoever asks wants to know what these did, contracts or not.
    holders: BTreeSet<Address>,
    stays: Stays<'s, 'v>,
    /// Counted once per address.
    counterparties: BTreeMap<Address, u32>,
}

impl Sweep<'_, '_, '_> {
    /// Starts the seeds whose transactions are not stored.
    fn seeds_alone(
        &mut self,
        waiting: &mut &[&Seed],
        start: usize,
        is_due: impl Fn(Position) -> bool,
    ) {
        for seed in seeds::take_while(waiting, is_due) {
            let now = Now::new(start, seed.position, Some(seed.transaction));
            self.transaction(now, &[], &[*seed]);
        }
    }

    fn transaction(&mut self, mut now: Now, group: &[Transfer], seeds: &[&Seed]) {
        let parties = group.iter().flat_map(|transfer| [transfer.from, transfer.to]).flatten();
        for address in parties.chain(seeds.iter().map(|seed| seed.holder)).collect::<BTreeSet<_>>()
        {
            self.stays.expire(address, now.block, self.book);
        }
        // A seed is a credit of its own, before everything else that its holder does.
        let split = seeds::split(group, seeds);
        self.plant_alone(&mut now, &split, seeds);

        let block = now.block;
        // Whether a stop was looked at must not matter: value that comes there ends there.
        let is_known = |address| {
            self.view.run_of(address, block).is_some()
                && (self.holders.contains(&address) || self.stop(address, block).is_none())
        };
        let is_converter = |address| self.is_converter(address, block);
        let acts = acts(collapse_parts(&split.parts, &is_known, &is_converter));
        for act in &acts {
            if let Act::Convert(conversion) = act {
                let assets = conversion.paid.iter().map(|(asset, _)| *asset).collect();
                now.to_convert.insert(conversion.account, assets);
            }
        }
        for act in &acts {
            match act {
                Act::Pay(payment) => match payment.to {
                    Party::Seed { seed, holder } => self.receive(&mut now, payment, seed, holder),
                    _ => self.pay(&mut now, payment),
                },
                Act::Convert(conversion) => self.convert(&mut now, conversion, &acts),
                Act::Fee(fee) => self.fee(&mut now, *fee),
            }
        }
        for address in std::mem::take(&mut now.in_transit) {
            self.stays
                .clear(address, |rest| self.book.end(rest, EndingKind::ContractWithoutReturn));
        }
    }

    fn pay(&mut self, now: &mut Now, payment: &Payment) {
        let taken = self.debit(now, payment);
        if taken.iter().any(|lot| lot.stolen.is_some()) {
            let sum = worth(&taken, self.question.rule);
            self.hand_over(now, payment, &taken, payment.amount.saturating_sub(sum));
        } else if let Some(to) = payment.to.address() {
            self.stays.credit_clean(now, to, payment.asset, &[Lot::clean(payment.amount)]);
        }
    }

    /// Records a payment of stolen lots and passes them to the receiver; `excess` is what was paid
    /// beyond every lot.
    fn hand_over(&mut self, now: &mut Now, payment: &Payment, taken: &[Lot], excess: Amount) {
        let (Some(from), Some(position)) =
            (payment.from.address(), payment.evidence.last().copied())
        else {
            return;
        };
        let asset = payment.asset;
        let made =
            taken.iter().filter_map(|lot| lot.stolen.map(|(seed, _)| (seed, asset, lot.amount)));
        let hop = Hop {
            chain: self.view.chain,
            position,
            transaction: now.hash,
            depth: self.depth_after(taken),
            kind: HopKind::Payment {
                from,
                to: payment.to.address(),
                asset,
                amount: payment.amount,
                evidence: payment.evidence.clone(),
            },
            taken: merge_taken(taken.iter().map(|lot| (asset, lot))),
            made: merge_made(made),
        };
        let origin = Origin::Hop(self.book.hop(hop));
        let mut lots: Vec<Lot> = taken
            .iter()
            .map(|lot| Lot { stolen: lot.stolen.map(|(seed, _)| (seed, origin)), ..*lot })
            .collect();
        lots.push(Lot::clean(excess));
        self.arrive(now, payment.to, asset, lots);
    }

    fn convert(&mut self, now: &mut Now, conversion: &Conversion, acts: &[Act]) {
        now.to_convert.remove(&conversion.account);
        let mut given = Vec::with_capacity(conversion.paid.len());
        for (asset, amount) in &conversion.paid {
            let payment = Payment {
                from: Party::Account(conversion.account),
                to: Party::Unknown,
                asset: *asset,
                amount: *amount,
                evidence: conversion.evidence.clone(),
            };
            given.push(Given { amount: *amount, lots: self.debit(now, &payment) });
        }
        let has_stolen = given.iter().flat_map(|given| &given.lots).any(|lot| lot.stolen.is_some());
        let Some(position) = conversion.evidence.last().copied().filter(|_| has_stolen) else {
            for (asset, amount) in &conversion.received {
                self.stays.credit_clean(now, conversion.account, *asset, &[Lot::clean(*amount)]);
            }
            return;
        };

        let shares = if self.question.rule.conserves() {
            Shares::of(&given)
        } else {
            Shares::reached(&given)
        };
        self.doubt(conversion, position, shares.is_approximate, now.block, acts);
        let Conversion { account, paid, received, evidence, .. } = conversion.clone();
        let origin = Origin::Hop(self.book.next_hop());
        let mut credits: Vec<(Asset, Vec<Lot>)> = Vec::with_capacity(received.len());
        let mut made = Vec::new();
        for (asset, amount) in &received {
            let mut lots = Vec::new();
            let mut room: BTreeMap<SeedId, Amount> = BTreeMap::new();
            for (seed, part) in shares.divide(*amount) {
                let Some(seed) = seed else {
                    lots.push(Lot::clean(part));
                    continue;
                };
                let room = room.entry(seed).or_insert_with(|| self.book.room(seed, *asset));
                let stolen = part.min(*room);
                *room = room.saturating_sub(stolen);
                made.push((seed, *asset, stolen));
                lots.push(Lot::stolen(seed, origin, stolen));
                lots.push(Lot::clean(part.saturating_sub(stolen)));
            }
            credits.push((*asset, lots));
        }
        let all = || {
            paid.iter()
                .zip(&given)
                .flat_map(|((asset, _), given)| given.lots.iter().map(move |lot| (*asset, lot)))
        };
        let lots: Vec<Lot> = all().map(|(_, lot)| *lot).collect();
        let depth = self.depth_after(&lots);
        let hop = Hop {
            chain: self.view.chain,
            position,
            transaction: now.hash,
            depth,
            taken: merge_taken(all()),
            made: merge_made(made.into_iter()),
            kind: HopKind::Conversion {
                account,
                paid: paid.clone(),
                received,
                is_approximate: shares.is_approximate,
                evidence,
            },
        };
        self.book.hop(hop);
        for (asset, lots) in credits {
            self.settle(now, account, asset, lots);
        }
    }

    fn fee(&mut self, now: &mut Now, fee: Fee) {
        let Fee { payer, asset, amount, position } = fee;
        let payment = Payment {
            from: Party::Account(payer),
            to: Party::Unknown,
            asset,
            amount,
            evidence: vec![position],
        };
        let taken = self.debit(now, &payment);
        let stolen =
            taken.iter().filter_map(|lot| lot.stolen.map(|(seed, _)| (seed, asset, lot.amount)));
        let made = merge_made(stolen);
        if made.is_empty() {
            return;
        }
        let hop = Hop {
            chain: self.view.chain,
            position,
            transaction: now.hash,
            depth: self.depth_after(&taken),
            kind: HopKind::Payment {
                from: payer,
                to: None,
                asset,
                amount,
                evidence: payment.evidence,
            },
            taken: merge_taken(taken.iter().map(|lot| (asset, lot))),
            made: made.clone(),
        };
        let origin = Origin::Hop(self.book.hop(hop));
        for LotMade { seed, asset, amount } in made {
            self.book.end(
                crate::book::Rest { seed, origin, asset, amount, address: None },
                EndingKind::Fee,
            );
        }
    }

    /// Takes the payer's lots.
    fn debit(&mut self, now: &mut Now, payment: &Payment) -> Vec<Lot> {
        match (payment.from.address(), payment.evidence.last()) {
            (Some(address), Some(position)) => {
                self.stays.debit(now, address, payment.asset, payment.amount, *position, self.book)
            }
            _ => Vec::new(),
        }
    }

    /// The depth of a hop that takes these lots.
    fn depth_after(&self, taken: &[Lot]) -> u32 {
        let depths =
            taken.iter().filter_map(|lot| lot.stolen.map(|(_, origin)| self.book.depth(origin)));
        depths.max().unwrap_or_default().saturating_add(1)
    }

    fn finish(self) {
        self.stays.finish(self.book);
    }
}

/// Stolen lots as a hop lists them: one entry per seed, asset and origin, in the order first taken.
fn merge_taken<'a>(lots: impl Iterator<Item = (Asset, &'a Lot)>) -> Vec<LotTaken> {
    let mut places = BTreeMap::new();
    let mut merged: Vec<LotTaken> = Vec::new();
    for (asset, lot) in lots {
        let Some((seed, origin)) = lot.stolen else { continue };
        let place = *places.entry((seed, asset, origin)).or_insert(merged.len());
        match merged.get_mut(place) {
            Some(taken) => taken.amount = taken.amount.saturating_add(lot.amount),
            None => merged.push(LotTaken { seed, asset, amount: lot.amount, origin }),
        }
    }
    merged
}

/// Lots made, one entry per seed and asset, sorted, without empty ones.
fn merge_made(lots: impl Iterator<Item = (SeedId, Asset, Amount)>) -> Vec<LotMade> {
    let mut sums: BTreeMap<(SeedId, Asset), Amount> = BTreeMap::new();
    for (seed, asset, amount) in lots {
        let sum = sums.entry((seed, asset)).or_default();
        *sum = sum.saturating_add(amount);
    }
    sums.into_iter()
        .filter(|(_, amount)| !amount.is_zero())
        .map(|((seed, asset), amount)| LotMade { seed, asset, amount })
        .collect()
}
