//! One chain of a scene: who paid whom, net, and what is known of them.

mod amounts;
mod payments;
mod times;

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{
    AccountKind, Address, Amount, Asset, Category, ChainId, Date, Position, Thresholds, Transfer,
    Window, Witness,
};

use crate::ChainEvidence;
use crate::history::NOBODY;
use crate::scene::Scene;
use crate::view::View;

pub(crate) use amounts::{ppm, share, sum};

/// A net payment of one address to another.
#[derive(Clone, Debug)]
pub(crate) struct Move {
    pub(crate) from: Address,
    pub(crate) to: Address,
    pub(crate) asset: Asset,
    pub(crate) amount: Amount,
    /// Where it arrived.
    pub(crate) at: Position,
    /// Seconds of Unix time.
    pub(crate) time: u64,
    pub(crate) witnesses: Vec<Witness>,
}

/// Moves of one account and asset, as indices of moves, in order.
type Side = BTreeMap<(Address, Asset), Vec<usize>>;

/// One chain of a scene.
pub(crate) struct Dealings<'a> {
    pub(crate) scene: &'a Scene<'a>,
    pub(crate) chain: ChainId,
    view: View<'a>,
    /// Of assets that count, in order.
    moves: Vec<Move>,
    paid: Side,
    received: Side,
    /// Assets that count, native coins apart.
    counted: BTreeSet<Asset>,
    /// What addresses are, by the latest fact.
    kinds: BTreeMap<Address, (u64, AccountKind)>,
    /// Those whose behaviour is looked at.
    subjects: BTreeSet<Address>,
}

impl<'a> Dealings<'a> {
    pub(crate) fn new(scene: &'a Scene<'a>, evidence: &ChainEvidence<'a>) -> Self {
        let view = View::new(evidence, &[], scene.marks, scene.hub_counterparties);
        let tickers = scene.tickers.iter().map(|of| of.asset);
        let mut dealings = Self {
            scene,
            chain: evidence.chain,
            view,
            moves: Vec::new(),
            paid: Side::new(),
            received: Side::new(),
            counted: tickers.chain(scene.stolen.iter().copied()).collect(),
            kinds: BTreeMap::new(),
            subjects: BTreeSet::new(),
        };
        for fact in evidence.accounts {
            let known = (fact.block, fact.kind);
            let latest = dealings.kinds.entry(fact.address).or_insert(known);
            *latest = known.max(*latest);
        }
        dealings.moves = dealings.payments(&times::of(evidence.blocks));
        for (idx, of) in dealings.moves.iter().enumerate() {
            dealings.paid.entry((of.from, of.asset)).or_default().push(idx);
            dealings.received.entry((of.to, of.asset)).or_default().push(idx);
        }
        for side in [&mut dealings.paid, &mut dealings.received] {
            for indices in side.values_mut() {
                sweep_dust(&dealings.moves, indices, scene.thresholds.dust_ppm);
            }
        }
        let hubs = dealings.hubs();
        let covered: BTreeSet<Address> = evidence.coverage.iter().map(|of| of.address).collect();
        let is_one = |who: &Address| !hubs.contains(who) && dealings.is_person(*who);
        dealings.subjects = covered.into_iter().filter(is_one).collect();
        dealings
    }

    pub(crate) const fn thresholds(&self) -> &'a Thresholds {
        &self.scene.thresholds
    }

    pub(crate) fn get(&self, idx: usize) -> Option<&Move> {
        self.moves.get(idx)
    }

    pub(crate) fn all(&self) -> &[Move] {
        &self.moves
    }

    /// The moves behind indices.
    pub(crate) fn of<'b>(
        &'b self,
        indices: &'b [usize],
    ) -> impl DoubleEndedIterator<Item = &'b Move> {
        indices.iter().filter_map(|idx| self.moves.get(*idx))
    }

    /// What an account paid of an asset, dust apart, in order.
    pub(crate) fn paid_by(&self, who: Address, asset: Asset) -> &[usize] {
        self.paid.get(&(who, asset)).map_or(&[], Vec::as_slice)
    }

    /// What an account received of an asset, dust apart, in order.
    pub(crate) fn received_by(&self, who: Address, asset: Asset) -> &[usize] {
        self.received.get(&(who, asset)).map_or(&[], Vec::as_slice)
    }

    /// What an account paid and received of an asset, dust apart, in order.
    pub(crate) fn dealt_by(&self, who: Address, asset: Asset) -> Vec<usize> {
        let mut dealt = [self.received_by(who, asset), self.paid_by(who, asset)].concat();
        dealt.sort_unstable();
        dealt.dedup();
        dealt
    }

    /// Every subject with an asset that it paid, and the payments.
    pub(crate) fn payers(&self) -> impl Iterator<Item = (Address, Asset, &[usize])> {
        self.subjects_of(&self.paid)
    }

    /// Every subject with an asset that it received, and the receipts.
    pub(crate) fn receivers(&self) -> impl Iterator<Item = (Address, Asset, &[usize])> {
        self.subjects_of(&self.received)
    }

    fn subjects_of<'b>(
        &'b self,
        side: &'b Side,
    ) -> impl Iterator<Item = (Address, Asset, &'b [usize])> {
        side.iter()
            .filter(|((who, _), _)| self.subjects.contains(who))
            .map(|((who, asset), indices)| (*who, *asset, indices.as_slice()))
    }

    /// Whether an address was looked at, and acts for one person: no contract, no service, no hub.
    pub(crate) fn is_subject(&self, who: Address) -> bool {
        self.subjects.contains(&who)
    }

    pub(crate) const fn subjects(&self) -> &BTreeSet<Address> {
        &self.subjects
    }

    /// Whether all moves of an asset are known of an account over some blocks.
    pub(crate) fn is_looked_at(&self, who: Address, asset: Asset, window: Window) -> bool {
        let account = self.view.number(who);
        account != NOBODY
            && self
                .view
                .run_for(account, [asset], window.first())
                .is_some_and(|run| window.last() <= run.last())
    }

    /// What an account held of an asset before a block, if that is known.
    pub(crate) fn balance_before(&self, who: Address, asset: Asset, block: u64) -> Option<Amount> {
        let account = self.view.number(who);
        let run = self.view.run_for(account, [asset], block)?;
        let before = self.view.rows.partition_point(|row| row.block() < block);
        let (amount, is_known) = self.view.opening(account, asset, run, before, block);
        is_known.then_some(amount)
    }

    /// The day on which labels are judged for a block.
    pub(crate) fn day(&self, block: u64) -> Date {
        self.view.day(block).unwrap_or(self.scene.today)
    }

    /// What an address is known to be.
    pub(crate) fn kind(&self, who: Address) -> Option<AccountKind> {
        self.kinds.get(&who).map(|(_, kind)| *kind)
    }

    pub(crate) fn is_contract(&self, who: Address) -> bool {
        self.view.is_contract(self.view.number(who))
    }

    /// Whether a label ever made it a service, a mixer, a bridge or nobody's.
    pub(crate) fn is_service(&self, who: Address) -> bool {
        self.is_labelled(who, |category| category.stop().is_some())
    }

    /// Whether any label that it ever had is of such a category.
    pub(crate) fn is_labelled(&self, who: Address, is_it: impl Fn(Category) -> bool) -> bool {
        let marks = self.scene.marks.get(&(self.chain, who));
        marks.is_some_and(|marks| marks.labels.iter().any(|label| is_it(label.category)))
    }

    /// Whether value was stolen from it.
    pub(crate) fn is_victim(&self, who: Address) -> bool {
        self.scene.victims.contains(&(self.chain, who))
    }

    /// Whether what moved is of worth as far as anybody vouches for.
    pub(crate) fn counts(&self, asset: Asset) -> bool {
        asset.contract().is_none() || self.counted.contains(&asset)
    }

    /// The transfers up to the last block that is looked at, in order.
    pub(crate) fn transfers(&self) -> impl Iterator<Item = Transfer> + '_ {
        self.view.rows.iter().map(|row| self.view.transfer(row))
    }

    /// Whether an address was too crowded to be looked at.
    pub(crate) fn is_crowded(&self, who: Address) -> bool {
        self.view.crowd_before(who, u64::MAX).is_some()
    }

    /// Those with more counterparties than one person has. Dust makes nobody a hub: that would blind the search.
    fn hubs(&self) -> BTreeSet<Address> {
        let mut others: BTreeMap<Address, BTreeSet<Address>> = BTreeMap::new();
        let dealt = self.paid.iter().chain(&self.received);
        for ((who, _), indices) in dealt {
            let with = others.entry(*who).or_default();
            with.extend(self.of(indices).map(|of| if of.from == *who { of.to } else { of.from }));
        }
        let most = usize::try_from(self.scene.hub_counterparties).unwrap_or(usize::MAX);
        others.into_iter().filter(|(_, with)| most < with.len()).map(|(who, _)| who).collect()
    }

    /// Whether one person, as far as is known, is behind a covered address.
    fn is_person(&self, who: Address) -> bool {
        let account = self.view.number(who);
        // Of what has a name, only these are somebody's own.
        let is_own = |of| matches!(of, Category::Scam | Category::Theft | Category::Other);
        account != NOBODY
            && !who.is_zero()
            && !self.is_crowded(who)
            && !self.view.is_contract(account)
            && !self.is_labelled(who, |category| !is_own(category))
    }
}

/// Leaves out what is too little beside the largest.
fn sweep_dust(moves: &[Move], indices: &mut Vec<usize>, dust_ppm: u64) {
    let amount = |idx: &usize| moves.get(*idx).map_or(Amount::ZERO, |of| of.amount);
    let largest = indices.iter().map(amount).max().unwrap_or_default();
    let least = share(largest, dust_ppm);
    indices.retain(|idx| least <= amount(idx));
}
