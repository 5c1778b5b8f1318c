//! One chain, transaction by transaction.

mod arrive;
mod convert;
mod doubt;
mod seeds;
mod stays;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use fundtrail_model::{
    Address, Amount, Asset, Cause, ChainId, EndingKind, H256, Hop, HopKind, LotMade, LotTaken,
    Origin, Position, Seed, SeedId,
};

use crate::Question;
use crate::book::{Book, Unread};
use crate::collapse::{Fee, Party, Payment, receiver};
use crate::eyes::Eyes;
use crate::history::{Account, NOBODY, Row, slot};
use crate::ledger::{Lot, worth};
use crate::order::{Act, acts};
use crate::view::{Reading, View};
use doubt::Unpaid;
use stays::Stays;

pub(crate) use seeds::split;

/// Follows the seeds of one chain, given in the order of their positions, and writes down what happens.
pub(crate) fn sweep<'q>(
    view: &View<'_>,
    question: &'q Question<'q>,
    seeds: &[&Seed],
    book: &mut Book<'q>,
) {
    let (seeds, late) =
        seeds.split_at(seeds.partition_point(|seed| seed.position.block <= view.until));
    let eyes = Eyes::new(view, question, seeds);
    let stays = Stays::new(view, question.rule);
    let room = Room::default();
    let mut sweep = Sweep { view, question, book, eyes, stays, room };
    let mut waiting = seeds;
    let mut start = 0_usize;
    for near in (0..view.rows.len()).step_by(TOGETHER) {
        let end = near.saturating_add(TOGETHER).min(view.rows.len());
        sweep.bring_near(near..end);
        while let Some(found) = sweep.next(start.max(near)..end, waiting) {
            let group = group_around(view.rows, start, found);
            start = group.end;
            sweep.group(group, &mut waiting);
        }
    }
    sweep.seeds_alone(&mut waiting, view.rows.len(), |_| true);
    late.iter().for_each(|seed| sweep.end_late(seed));
    sweep.finish();
}

/// How many transfers are looked at together, ahead of being applied. In tests they end amid transactions.
const TOGETHER: usize = if cfg!(test) { 3 } else { 512 };

/// The rows that are collapsed together with this one, none of them before `start`.
fn group_around(rows: &[Row], start: usize, found: usize) -> Range<usize> {
    let (before, after) = rows.split_at_checked(found).unwrap_or((rows, &[]));
    let is_with = |row: &&Row| after.first().is_some_and(|found| found.is_with(row));
    let rest = after.iter().take_while(is_with).count();
    let before = before.get(start..).unwrap_or_default().iter().rev().take_while(is_with).count();
    found.saturating_sub(before)..found.saturating_add(rest)
}

/// The transaction that is being applied.
struct Now {
    /// The index of its first transfer.
    start: usize,
    block: u64,
    hash: Option<H256>,
    /// Whether it does no more than one thing, so that nothing arrives after it in the transaction.
    is_single: bool,
    /// Clean credits of this transaction to accounts that have no ledger yet: part of its opening, if
    /// stolen value arrives later in the transaction.
    early: BTreeMap<(Account, Asset), Amount>,
    /// Debits of this transaction to such accounts.
    spent: BTreeMap<(Account, Asset), Amount>,
    /// What conversions that are still to be applied give, by account.
    to_convert: BTreeMap<Address, BTreeSet<Asset>>,
    /// Contracts that hold value only within this transaction.
    in_transit: BTreeSet<Account>,
    /// Whether it was read whole.
    reading: Reading,
    index: u32,
    /// As in [`Collapsed::lacking`](crate::Collapsed::lacking).
    lacking: BTreeMap<Address, Vec<Address>>,
    /// Only where it was read whole.
    unpaid: Option<Unpaid>,
}

impl Now {
    fn new(view: &View<'_>, start: usize, position: Position, hash: Option<H256>) -> Self {
        Self {
            start,
            block: position.block,
            index: position.transaction,
            // What has no hash cannot be asked for.
            reading: hash.map_or(Reading::Absent, |_| view.reading(position)),
            lacking: BTreeMap::new(),
            unpaid: None,
            hash,
            is_single: false,
            early: BTreeMap::new(),
            spent: BTreeMap::new(),
            to_convert: BTreeMap::new(),
            in_transit: BTreeSet::new(),
        }
    }

    /// The transaction, to be asked for.
    fn unread(&self, chain: ChainId) -> Option<Unread> {
        Some(Unread { chain, block: self.block, index: self.index, hash: self.hash? })
    }
}

/// A payment that is being applied, with the numbers of its parties.
#[derive(Clone, Copy)]
struct Paid<'p> {
    from: (Party, Account),
    to: (Party, Account),
    asset: Asset,
    amount: Amount,
    /// The transfers that show it, in order.
    evidence: &'p [Position],
}

struct Sweep<'s, 'v, 'q> {
    view: &'s View<'v>,
    question: &'q Question<'q>,
    book: &'s mut Book<'q>,
    eyes: Eyes<'s, 'q>,
    stays: Stays<'s, 'v>,
    room: Room,
}

/// Where lists are made that are needed only while a hop is.
#[derive(Default)]
struct Room {
    lots: Vec<Lot>,
    made: Vec<LotMade>,
    sums: Vec<(SeedId, Amount)>,
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
            let now = Now::new(self.view, start, seed.position, Some(seed.transaction));
            self.transaction(now, &[], &[*seed]);
        }
    }

    /// The first of these rows, all of them after the last transaction, that a seed waits for or in which somebody
    /// who may hold stolen lots takes part. Nobody else's are looked at.
    fn next(&self, rows: Range<usize>, waiting: &[&Seed]) -> Option<usize> {
        let here = self.view.rows.get(rows.clone())?;
        let is_due = |seed: &&Seed| {
            let is_before = |row: &Row| slot(row.position()) < slot(seed.position);
            here.partition_point(is_before)
        };
        let due = waiting.first().map_or(here.len(), is_due);
        let touched = here.iter().take(due).position(|row| self.stays.is_touched(row));
        let next = touched.or_else(|| (due < here.len()).then_some(due))?;
        rows.start.checked_add(next)
    }

    /// Looks at what following will look at in these rows, one thing of all of them after the other, so that all
    /// come near at once instead of each when it is its turn: there is more than a processor keeps near.
    fn bring_near(&self, rows: Range<usize>) {
        let rows = self.view.rows.get(rows).unwrap_or_default();
        let touched: Vec<&Row> = rows.iter().filter(|row| self.stays.is_touched(row)).collect();
        self.view.history.look_at(&touched);
        self.stays.look_at(&touched);
    }

    /// Applies a transaction in which somebody who may hold stolen lots, or a seed, takes part.
    fn group(&mut self, rows: Range<usize>, waiting: &mut &[&Seed]) {
        let view = self.view;
        let start = rows.start;
        let group = view.rows.get(rows).unwrap_or_default();
        let Some(first) = group.first() else { return };
        let here = slot(first.position());
        // A seed's transaction need not be stored.
        self.seeds_alone(waiting, start, |position| slot(position) < here);
        let seeds = seeds::take_while(waiting, |position| slot(position) == here);
        if seeds.is_empty() && !group.iter().any(|row| self.stays.is_touched(row)) {
            return;
        }
        let now = Now::new(view, start, first.position(), view.hash(first));
        let mut effective = group.iter().filter(|row| has_effect(row));
        let single = effective.next();
        if seeds.is_empty() && effective.next().is_none() {
            self.single(now, group, single);
        } else {
            self.transaction(now, group, seeds);
        }
    }

    /// A transaction of one transfer, beside fees and what has no effect: nothing to collapse.
    fn single(&mut self, mut now: Now, group: &[Row], single: Option<&Row>) {
        now.is_single = true;
        self.expire(group, now.block);
        if let Some(row) = single {
            let transfer = self.view.transfer(row);
            self.pay(
                &mut now,
                &Paid {
                    from: (transfer.from.map_or(Party::Source, Party::Account), row.from),
                    to: (receiver(&transfer), row.to),
                    asset: transfer.asset,
                    amount: transfer.amount,
                    evidence: &[transfer.position],
                },
            );
        }
        for row in group.iter().filter(|row| row.cause == Cause::Fee && !row.is_nothing()) {
            let transfer = self.view.transfer(row);
            if let Some(payer) = transfer.from.filter(|_| transfer.from != transfer.to) {
                let (asset, amount) = (transfer.asset, transfer.amount);
                self.fee(&mut now, Fee { payer, asset, amount, position: transfer.position });
            }
        }
    }

    fn expire(&mut self, group: &[Row], block: u64) {
        for account in group.iter().flat_map(|row| [row.from, row.to]) {
            self.stays.expire(account, block, self.book);
        }
    }

    fn transaction(&mut self, mut now: Now, group: &[Row], seeds: &[&Seed]) {
        self.expire(group, now.block);
        for seed in seeds {
            self.stays.expire(self.view.number(seed.holder), now.block, self.book);
        }
        // A seed is a credit of its own, before everything else that its holder does.
        let split = seeds::split(&self.view.transfers(group), seeds);
        self.plant_alone(&mut now, &split, seeds);

        let block = now.block;
        let mut collapsed = self.eyes.collapse(&split.parts, block, now.reading);
        now.lacking = std::mem::take(&mut collapsed.lacking);
        let is_whole = matches!(now.reading, Reading::Whole { .. });
        now.unpaid = if is_whole { self.unpaid(&collapsed.payments, block) } else { None };
        let acts = acts(collapsed);
        for act in &acts {
            if let Act::Convert(conversion) = act {
                let assets = conversion.paid.iter().map(|(asset, _)| *asset).collect();
                now.to_convert.insert(conversion.account, assets);
            }
        }
        for act in &acts {
            match act {
                Act::Pay(payment) => {
                    let paid = self.paid(payment);
                    match payment.to {
                        Party::Seed { seed, holder } => self.receive(&mut now, &paid, seed, holder),
                        _ => self.pay(&mut now, &paid),
                    }
                }
                Act::Convert(conversion) => self.convert(&mut now, conversion, &acts),
                Act::Fee(fee) => self.fee(&mut now, *fee),
            }
        }
        for account in std::mem::take(&mut now.in_transit) {
            self.stays
                .clear(account, |rest| self.book.end(rest, EndingKind::ContractWithoutReturn));
        }
    }

    fn number(&self, party: Party) -> Account {
        party.address().map_or(NOBODY, |address| self.view.number(address))
    }

    fn paid<'p>(&self, payment: &'p Payment) -> Paid<'p> {
        Paid {
            from: (payment.from, self.number(payment.from)),
            to: (payment.to, self.number(payment.to)),
            asset: payment.asset,
            amount: payment.amount,
            evidence: &payment.evidence,
        }
    }

    fn pay(&mut self, now: &mut Now, payment: &Paid<'_>) {
        let mut taken = std::mem::take(&mut self.room.lots);
        taken.clear();
        self.stays.debit(now, payment, self.book, &mut taken);
        if taken.iter().any(|lot| lot.stolen.is_some()) {
            let sum = worth(&taken, self.question.rule);
            self.hand_over(now, payment, &mut taken, payment.amount.saturating_sub(sum));
        } else {
            let (_, to) = payment.to;
            self.stays.credit_clean(now, to, payment.asset, &[Lot::clean(payment.amount)]);
        }
        self.room.lots = taken;
    }

    /// Records a payment of stolen lots and passes them to the receiver; `excess` is what was paid
    /// beyond every lot.
    fn hand_over(
        &mut self,
        now: &mut Now,
        payment: &Paid<'_>,
        lots: &mut Vec<Lot>,
        excess: Amount,
    ) {
        let (to, to_account) = payment.to;
        let (Some(from), Some(position)) =
            (payment.from.0.address(), payment.evidence.last().copied())
        else {
            return;
        };
        let asset = payment.asset;
        let made =
            lots.iter().filter_map(|lot| lot.stolen.map(|(seed, _)| (seed, asset, lot.amount)));
        let hop = Hop {
            chain: self.view.chain,
            position,
            transaction: now.hash,
            depth: self.depth_after(lots),
            kind: HopKind::Payment {
                from,
                to: to.address(),
                asset,
                amount: payment.amount,
                evidence: payment.evidence.to_vec(),
            },
            taken: merge_taken(lots.iter().map(|lot| (asset, lot))),
            made: merge_made(made, &mut self.room.made),
        };
        let origin = Origin::Hop(self.book.hop(hop));
        for lot in lots.iter_mut() {
            lot.stolen = lot.stolen.map(|(seed, _)| (seed, origin));
        }
        if !excess.is_zero() {
            lots.push(Lot::clean(excess));
        }
        self.arrive(now, (to, to_account), asset, lots);
    }

    fn fee(&mut self, now: &mut Now, fee: Fee) {
        let Fee { payer, asset, amount, position } = fee;
        let payment = Paid {
            from: (Party::Account(payer), self.view.number(payer)),
            to: (Party::Unknown, NOBODY),
            asset,
            amount,
            evidence: &[position],
        };
        let taken = self.debit(now, &payment);
        let stolen =
            taken.iter().filter_map(|lot| lot.stolen.map(|(seed, _)| (seed, asset, lot.amount)));
        let made = merge_made(stolen, &mut self.room.made);
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
                evidence: vec![position],
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
    fn debit(&mut self, now: &mut Now, payment: &Paid<'_>) -> Vec<Lot> {
        let mut taken = Vec::new();
        self.stays.debit(now, payment, self.book, &mut taken);
        taken
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

/// Whether a transfer changes what anybody has, and is no fee.
fn has_effect(row: &Row) -> bool {
    row.cause != Cause::Fee && !row.is_nothing() && (row.from != row.to || row.from == NOBODY)
}

/// So many lots are searched one after the other.
const FEW: usize = 16;

/// Stolen lots as a hop lists them: one entry per seed, asset and origin, in the order first taken.
fn merge_taken<'a>(lots: impl Iterator<Item = (Asset, &'a Lot)> + Clone) -> Vec<LotTaken> {
    let lots = lots.filter_map(|(asset, lot)| {
        let (seed, origin) = lot.stolen?;
        Some(LotTaken { seed, asset, amount: lot.amount, origin })
    });
    let key = |lot: &LotTaken| (lot.origin, lot.seed, lot.asset);
    let mut merged: Vec<LotTaken> = Vec::with_capacity(lots.clone().count());
    let mut places = BTreeMap::new();
    for lot in lots {
        let place = if merged.len() < FEW {
            merged.iter().position(|other| key(other) == key(&lot))
        } else {
            if places.is_empty() {
                places.extend(merged.iter().map(key).zip(0..));
            }
            Some(*places.entry(key(&lot)).or_insert(merged.len()))
        };
        match place.and_then(|place| merged.get_mut(place)) {
            Some(taken) => taken.amount = taken.amount.saturating_add(lot.amount),
            None => merged.push(lot),
        }
    }
    merged.shrink_to_fit();
    merged
}

/// Lots made, one entry per seed and asset, sorted, without empty ones.
fn merge_made(
    lots: impl Iterator<Item = (SeedId, Asset, Amount)>,
    room: &mut Vec<LotMade>,
) -> Vec<LotMade> {
    room.clear();
    for (seed, asset, amount) in lots.filter(|(.., amount)| !amount.is_zero()) {
        match room.last_mut() {
            Some(last) if (last.seed, last.asset) == (seed, asset) => {
                last.amount = last.amount.saturating_add(amount);
            }
            _ => room.push(LotMade { seed, asset, amount }),
        }
    }
    room.sort_by_key(|lot| (lot.seed, lot.asset));
    room.dedup_by(|next, kept| {
        let is_same = (next.seed, next.asset) == (kept.seed, kept.asset);
        if is_same {
            kept.amount = kept.amount.saturating_add(next.amount);
        }
        is_same
    });
    room.to_vec()
}
