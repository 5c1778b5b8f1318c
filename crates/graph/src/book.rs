//! What is written down while sweeping, and the trail that is made of it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{
    Address, Amount, Asset, ChainId, Ending, EndingClass, EndingKind, H256, Hop, HopId, LedgerLine,
    LotMade, OpenEnd, OpenTransaction, Origin, Position, Reservation, Seed, SeedId, Trail, Window,
};

use crate::Question;
use crate::convert::is_less_than_ppm;

/// One lot at rest: whose, of what, where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rest {
    pub(crate) seed: SeedId,
    pub(crate) origin: Origin,
    pub(crate) asset: Asset,
    pub(crate) amount: Amount,
    pub(crate) address: Option<Address>,
}

/// The last is the seed that is counted instead, where there is one.
type EndingKey = (SeedId, Asset, Position, Option<Address>, Origin, EndingClass, Option<SeedId>);

const fn key(ending: &Ending) -> EndingKey {
    let Ending { seed, asset, arrived, address, origin, .. } = *ending;
    let other = match ending.kind {
        EndingKind::OtherSeed { seed } => Some(seed),
        _ => None,
    };
    (seed, asset, arrived, address, origin, ending.kind.class(), other)
}

/// What an open end holds: amounts by seed and asset, and the smallest depth.
type Stake = (BTreeMap<(SeedId, Asset), Amount>, u32);

/// A transaction that was not read whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Unread {
    pub(crate) chain: ChainId,
    pub(crate) block: u64,
    pub(crate) index: u32,
    pub(crate) hash: H256,
}

/// The notes of a sweep.
pub(crate) struct Book<'q> {
    question: &'q Question<'q>,
    seeds: BTreeMap<SeedId, &'q Seed>,
    hops: Vec<Hop>,
    /// Of each hop, side by side: this is asked for every lot that moves.
    depths: Vec<u32>,
    /// As they come; [`Book::close`] makes one ending of the lots of one origin that end at one place for
    /// one reason.
    endings: Vec<Ending>,
    open_ends: BTreeMap<(ChainId, Address, Window), Stake>,
    open_transactions: BTreeMap<Unread, Stake>,
    /// What conversions made, and what they took.
    converted: BTreeMap<(SeedId, Asset), (Amount, Amount)>,
    reservations: BTreeSet<Reservation>,
}

impl<'q> Book<'q> {
    pub(crate) fn new(question: &'q Question<'q>) -> Self {
        Self {
            question,
            seeds: question.seeds.iter().map(|seed| (seed.id, seed)).collect(),
            hops: Vec::new(),
            depths: Vec::new(),
            endings: Vec::new(),
            open_ends: BTreeMap::new(),
            open_transactions: BTreeMap::new(),
            converted: BTreeMap::new(),
            reservations: BTreeSet::new(),
        }
    }

    /// Adds a hop and numbers it.
    pub(crate) fn hop(&mut self, hop: Hop) -> HopId {
        let id = self.next_hop();
        if matches!(hop.kind, fundtrail_model::HopKind::Conversion { .. }) {
            for taken in &hop.taken {
                let (_, out) = self.converted.entry((taken.seed, taken.asset)).or_default();
                *out = out.saturating_add(taken.amount);
            }
            for made in &hop.made {
                let (into, _) = self.converted.entry((made.seed, made.asset)).or_default();
                *into = into.saturating_add(made.amount);
            }
        }
        self.depths.push(hop.depth);
        self.hops.push(hop);
        id
    }

    /// The number that the next hop will have.
    pub(crate) fn next_hop(&self) -> HopId {
        HopId(u32::try_from(self.hops.len()).unwrap_or(u32::MAX))
    }

    /// How many hops a lot of this origin is from its seed.
    pub(crate) fn depth(&self, origin: Origin) -> u32 {
        match origin {
            Origin::Seed(_) => 0,
            Origin::Hop(HopId(hop)) => {
                let depth = usize::try_from(hop).ok().and_then(|hop| self.depths.get(hop));
                depth.copied().unwrap_or_default()
            }
        }
    }

    /// Where a lot of this origin arrived.
    fn arrived(&self, origin: Origin) -> Option<Position> {
        match origin {
            Origin::Seed(seed) => self.seeds.get(&seed).map(|seed| seed.position),
            Origin::Hop(HopId(hop)) => {
                usize::try_from(hop).ok().and_then(|hop| self.hops.get(hop)).map(|hop| hop.position)
            }
        }
    }

    /// Ends a lot.
    pub(crate) fn end(&mut self, rest: Rest, kind: EndingKind) {
        let Some(arrived) = self.arrived(rest.origin).filter(|_| !rest.amount.is_zero()) else {
            return;
        };
        let Rest { seed, origin, asset, amount, address } = rest;
        let ending = Ending { seed, asset, amount, address, origin, arrived, kind };
        // Lots that end together come one after the other, of two seeds in turn.
        let mut latest = self.endings.iter_mut().rev().take(2);
        match latest.find(|other| key(other) == key(&ending)) {
            Some(same) => same.amount = same.amount.saturating_add(amount),
            None => self.endings.push(ending),
        }
    }

    /// Ends a lot for want of data in `missing`, if there is any block left to look at.
    pub(crate) fn end_open(&mut self, rest: Rest, missing: Option<Window>) {
        self.end_open_at(rest, rest.address.as_slice(), missing);
    }

    /// Ends a lot for want of what these addresses did in `missing`.
    pub(crate) fn end_open_at(
        &mut self,
        rest: Rest,
        addresses: &[Address],
        missing: Option<Window>,
    ) {
        self.end_incomplete(rest);
        let depth = self.depth(rest.origin);
        for (address, window) in addresses.iter().filter_map(|address| Some((*address, missing?))) {
            let key = (rest.asset.chain(), address, window);
            add_stake(self.open_ends.entry(key).or_insert((BTreeMap::new(), depth)), rest, depth);
        }
    }

    /// Ends a lot for want of a transaction as a whole.
    pub(crate) fn end_unread(&mut self, rest: Rest, unread: Unread) {
        self.end_incomplete(rest);
        self.ask_for(rest, unread);
    }

    /// Asks for a transaction as a whole, which may show more of what became of a lot.
    pub(crate) fn ask_for(&mut self, rest: Rest, unread: Unread) {
        let depth = self.depth(rest.origin);
        let stake = self.open_transactions.entry(unread).or_insert((BTreeMap::new(), depth));
        add_stake(stake, rest, depth);
    }

    fn end_incomplete(&mut self, rest: Rest) {
        let is_spent = self.question.is_spent;
        self.end(rest, if is_spent { EndingKind::Budget } else { EndingKind::NotCovered });
    }

    pub(crate) fn reserve(&mut self, reservation: Reservation) {
        self.reservations.insert(reservation);
    }

    /// How much of a seed there is in an asset: the stolen amount for the seed's own asset, what
    /// conversions have made so far for any other. Only what comes earlier in the chain's order counts,
    /// so data that is added later never changes an earlier decision, and money that is converted to
    /// and fro does not count twice.
    fn whole(&self, seed: SeedId, asset: Asset) -> Amount {
        match self.seeds.get(&seed) {
            Some(seed) if seed.asset == asset => seed.amount,
            _ => self.converted.get(&(seed, asset)).map(|(made, _)| *made).unwrap_or_default(),
        }
    }

    /// Whether an arriving amount is too little of its seed to follow.
    pub(crate) fn is_below_threshold(
        &self,
        seed: SeedId,
        asset: Asset,
        amount: Amount,
        block: u64,
    ) -> bool {
        let ppm = self.question.limits.min_share_ppm;
        ppm > 0 && is_less_than_ppm(amount, self.whole(seed, asset), ppm)
            || self
                .seeds
                .get(&seed)
                .is_some_and(|seed| (self.question.is_negligible)(seed, asset, amount, block))
    }

    /// How much a conversion may still make of an asset before the ledger's sums would not fit into 256
    /// bits. Only a token that lies about its amounts gets there.
    pub(crate) fn room(&self, seed: SeedId, asset: Asset) -> Amount {
        let seeded = self
            .seeds
            .get(&seed)
            .filter(|seed| seed.asset == asset)
            .map_or(Amount::ZERO, |seed| seed.amount);
        let made = self.converted.get(&(seed, asset)).map(|(made, _)| *made).unwrap_or_default();
        Amount::MAX.saturating_sub(seeded.saturating_add(made))
    }

    /// The trail.
    pub(crate) fn close(mut self) -> Trail {
        // Endings of one key are of one kind.
        self.endings.sort_unstable_by_key(key);
        self.endings.dedup_by(|next, kept| {
            let is_same = key(next) == key(kept);
            if is_same {
                kept.amount = kept.amount.saturating_add(next.amount);
            }
            is_same
        });
        // A trail is kept beside all that is said of it.
        self.endings.shrink_to_fit();
        self.hops.shrink_to_fit();
        let ledger = self.ledger();
        let open_ends = self.open_ends();
        let open_transactions = self.open_transactions();
        let mut seeds = self.question.seeds.to_vec();
        seeds.sort_by_key(|seed| seed.id);
        Trail {
            direction: self.question.direction,
            rule: self.question.rule,
            limits: self.question.limits,
            seeds,
            hops: self.hops,
            endings: self.endings,
            open_ends,
            open_transactions,
            ledger,
            reservations: self.reservations.into_iter().collect(),
        }
    }

    fn ledger(&self) -> Vec<LedgerLine> {
        let mut lines: BTreeMap<(SeedId, Asset), LedgerLine> = BTreeMap::new();
        let empty = |seed, asset| LedgerLine {
            seed,
            asset,
            seeded: Amount::ZERO,
            converted_in: Amount::ZERO,
            converted_out: Amount::ZERO,
            endings: BTreeMap::new(),
        };
        for (id, seed) in &self.seeds {
            let line = lines.entry((*id, seed.asset)).or_insert_with(|| empty(*id, seed.asset));
            line.seeded = seed.amount;
        }
        for ((seed, asset), (made, taken)) in &self.converted {
            let line = lines.entry((*seed, *asset)).or_insert_with(|| empty(*seed, *asset));
            (line.converted_in, line.converted_out) = (*made, *taken);
        }
        for Ending { seed, asset, amount, kind, .. } in &self.endings {
            let line = lines.entry((*seed, *asset)).or_insert_with(|| empty(*seed, *asset));
            let sum = line.endings.entry(kind.class()).or_default();
            *sum = sum.saturating_add(*amount);
        }
        lines.into_values().collect()
    }

    /// Open ends, the largest residual first.
    fn open_ends(&self) -> Vec<OpenEnd> {
        let open_end = |(chain, address, window): &(ChainId, Address, Window), waits: Waits| {
            let Waits { at_stake, depth, residual } = waits;
            OpenEnd { chain: *chain, address: *address, window: *window, at_stake, depth, residual }
        };
        self.ranked(&self.open_ends, open_end)
    }

    fn open_transactions(&self) -> Vec<OpenTransaction> {
        let open = |unread: &Unread, Waits { at_stake, depth, .. }| {
            let Unread { chain, block, index, hash } = *unread;
            OpenTransaction { chain, block, index, hash, at_stake, depth }
        };
        self.ranked(&self.open_transactions, open)
    }

    /// What is missing, the largest residual first. Amounts of different assets do not compare; shares of what
    /// there is of a seed in each asset do.
    fn ranked<K, T>(&self, stakes: &BTreeMap<K, Stake>, open: impl Fn(&K, Waits) -> T) -> Vec<T> {
        let billion = Amount::from(1_000_000_000);
        let mut ranked: Vec<(Reverse<u64>, T)> = stakes
            .iter()
            .map(|(key, (stake, depth))| {
                let mut residual = 0_u64;
                let mut at_stake = Vec::new();
                for ((seed, asset), amount) in stake {
                    let share = billion.share(*amount, self.whole(*seed, *asset));
                    let share = share.and_then(|share| u64::try_from(share.base_units()).ok());
                    let share = share.unwrap_or_default();
                    residual = residual.saturating_add(after_hops(share, *depth));
                    at_stake.push(LotMade { seed: *seed, asset: *asset, amount: *amount });
                }
                (Reverse(residual), open(key, Waits { at_stake, depth: *depth, residual }))
            })
            .collect();
        // Stable: equal residuals keep the order of what is missing.
        ranked.sort_by_key(|(residual, _)| *residual);
        ranked.into_iter().map(|(_, open)| open).collect()
    }
}

/// What waits for something that is missing.
struct Waits {
    at_stake: Vec<LotMade>,
    depth: u32,
    residual: u64,
}

/// What is left of a residual after so many hops: (1 − α)·β = 0.595 of it after each.
fn after_hops(mut residual: u64, hops: u32) -> u64 {
    const THOUSANDTHS_KEPT: u64 = 595;
    for _ in 0..hops {
        if residual == 0 {
            break;
        }
        residual = residual.saturating_mul(THOUSANDTHS_KEPT) / 1_000;
    }
    residual
}

fn add_stake((stake, least): &mut Stake, rest: Rest, depth: u32) {
    *least = depth.min(*least);
    let amount = stake.entry((rest.seed, rest.asset)).or_default();
    *amount = amount.saturating_add(rest.amount);
}

#[cfg(test)]
mod tests {
    use super::after_hops;

    #[test]
    fn each_hop_takes_its_part() {
        let check = |residual, hops, expected| assert_eq!(after_hops(residual, hops), expected);
        check(1_000_000_000, 0, 1_000_000_000);
        check(1_000_000_000, 1, 595_000_000);
        check(1_000_000_000, 2, 354_025_000);
        // A whole seed falls below TTR's epsilon after so many hops.
        check(1_000_000_000, 13, 1_171_440);
        check(1_000_000_000, 14, 697_006);
        check(1_000_000_000, u32::MAX, 0);
        check(0, 3, 0);
    }
}
