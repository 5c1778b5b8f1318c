//! One chain of a scene: who paid whom, net, and what is known of them.

mod amounts;
mod payments;
mod side;
mod times;

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{
    AccountKind, Address, Amount, Asset, Category, ChainId, Date, Position, Thresholds, Transfer,
    Window, Witness,
};

use crate::ChainEvidence;
use crate::history::{Account, NOBODY};
use crate::scene::Scene;
use crate::view::{Flags, View};
use side::Side;

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
    /// Those whose behaviour is looked at, in order.
    subjects: Vec<Address>,
    /// The same, raised.
    are_subjects: Flags,
}

impl<'a> Dealings<'a> {
    pub(crate) fn new(scene: &'a Scene<'a>, evidence: &ChainEvidence<'a>) -> Self {
        let view = View::new(evidence, &[], scene.marks, scene.hub_counterparties);
        let are_subjects = view.flags();
        let tickers = scene.tickers.iter().map(|of| of.asset);
        let mut dealings = Self {
            scene,
            chain: evidence.chain,
            view,
            moves: Vec::new(),
            paid: Side::default(),
            received: Side::default(),
            counted: tickers.chain(scene.stolen.iter().copied()).collect(),
            kinds: BTreeMap::new(),
            subjects: Vec::new(),
            are_subjects,
        };
        for fact in evidence.accounts {
            let known = (fact.block, fact.kind);
            let latest = dealings.kinds.entry(fact.address).or_insert(known);
            *latest = known.max(*latest);
        }
        dealings.moves = dealings.payments(&times::of(evidence.blocks));
        let moves = &dealings.moves;
        let mut paid = Side::of(&dealings.view, moves.iter().map(|of| (of.from, of.asset)));
        let mut received = Side::of(&dealings.view, moves.iter().map(|of| (of.to, of.asset)));
        for indices in paid.all_mut().chain(received.all_mut()) {
            sweep_dust(moves, indices, scene.thresholds.dust_ppm);
        }
        (dealings.paid, dealings.received) = (paid, received);
        let hubs = dealings.hubs();
        let mut covered: Vec<Address> = evidence.coverage.iter().map(|of| of.address).collect();
        covered.sort_unstable();
        covered.dedup();
        covered.retain(|who| !hubs.contains(who) && dealings.is_person(*who));
        for who in &covered {
            dealings.are_subjects.set(dealings.view.number(*who), true);
        }
        dealings.subjects = covered;
        dealings
    }

    pub(crate) const fn thresholds(&self) -> &'a Thresholds {
        &self.scene.thresholds
    }

    /// The number of an address.
    pub(crate) fn number(&self, who: Address) -> Account {
        self.view.number(who)
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
        self.paid.get(self.view.number(who), asset)
    }

    /// What an account received of an asset, dust apart, in order.
    pub(crate) fn received_by(&self, who: Address, asset: Asset) -> &[usize] {
        self.received.get(self.view.number(who), asset)
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
        side.iter().filter(|(who, ..)| self.is_subject(*who))
    }

    /// Whether an address was looked at, and acts for one person: no contract, no service, no hub.
    pub(crate) fn is_subject(&self, who: Address) -> bool {
        self.are_subjects.is_raised(self.view.number(who))
    }

    pub(crate) fn subjects(&self) -> &[Address] {
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
        let dealt = self.paid.iter().chain(self.received.iter());
        let with = |(who, _, indices): (Address, Asset, &'_ [usize])| -> Vec<(Address, Address)> {
            let other = |of: &Move| if of.from == who { of.to } else { of.from };
            self.of(indices).map(|of| (who, other(of))).collect()
        };
        let mut pairs: Vec<(Address, Address)> = dealt.flat_map(with).collect();
        pairs.sort_unstable();
        pairs.dedup();
        let most = usize::try_from(self.scene.hub_counterparties).unwrap_or(usize::MAX);
        let crowded = pairs.chunk_by(|(a, _), (b, _)| a == b).filter(|own| most < own.len());
        crowded.filter_map(|own| Some(own.first()?.0)).collect()
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
