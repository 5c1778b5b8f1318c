//! What becomes of value that arrives somewhere.

use fundtrail_model::{Address, Amount, Asset, EndingKind, Reservation, SeedId, Window};

use super::doubt::Unpaid;
use super::{Now, Sweep};
use crate::book::{Rest, Unread};
use crate::collapse::Party;
use crate::history::Account;
use crate::ledger::Lot;
use crate::view::Reading;

/// What is decided of value at its arrival.
enum Verdict {
    Follow,
    End(EndingKind),
    /// Whether a contract passed the value on within the transaction is not known: nobody has looked at these in
    /// this block.
    LookOnce(Vec<Address>),
    /// The transaction was not read whole: whom else a contract gave something for it is not known.
    ReadWhole(Unread),
}

impl Sweep<'_, '_, '_> {
    /// Decides where a payment's lots go: to an ending, or on into the receiver's ledger.
    ///
    /// In this order: marks (a sanction, a service, a mixer, a bridge, a burn), nobody's address, hub,
    /// contract without return, threshold, hop limit. Value that ends stays in the receiver's ledger as
    /// clean, if there is one: the coins are there, only nobody follows them any more.
    pub(super) fn arrive(
        &mut self,
        now: &mut Now,
        to: (Party, Account),
        asset: Asset,
        lots: &mut [Lot],
    ) {
        let place = self.place(now, to, asset);
        let depth = self.depth_of(lots);
        let mut sums = std::mem::take(&mut self.room.sums);
        sum_up(lots, &mut sums);
        // Only those that are too little to follow are kept; most often nothing is.
        let (book, has_ended) = (&self.book, matches!(place, Verdict::End(_)));
        sums.retain(|(seed, sum)| {
            !has_ended && book.is_below_threshold(*seed, asset, *sum, now.block)
        });
        let (to, account) = to;
        let address = to.address();
        for lot in lots.iter_mut() {
            let Some((seed, origin)) = lot.stolen else { continue };
            let rest = Rest { seed, origin, asset, amount: lot.amount, address };
            let is_small = || sums.binary_search_by_key(&seed, |(seed, _)| *seed).is_ok();
            match &place {
                Verdict::End(kind) => self.book.end(rest, kind.clone()),
                _ if is_small() => self.book.end(rest, EndingKind::BelowThreshold),
                _ if depth >= self.question.limits.max_hops => {
                    self.book.end(rest, EndingKind::HopLimit);
                }
                Verdict::LookOnce(contracts) => {
                    self.book.end_open_at(rest, contracts, Some(Window::block(now.block)));
                }
                Verdict::ReadWhole(unread) => self.book.end_unread(rest, *unread),
                Verdict::Follow => continue,
            }
            lot.stolen = None;
        }
        self.room.sums = sums;
        if let Some(address) = address {
            self.deposit(now, (address, account), asset, lots);
        }
    }

    /// Leaves what a conversion made with its account. Only the hop limit can end it there: nothing
    /// changed hands.
    pub(super) fn settle(
        &mut self,
        now: &mut Now,
        (address, account): (Address, Account),
        asset: Asset,
        mut lots: Vec<Lot>,
    ) {
        if self.depth_of(&lots) >= self.question.limits.max_hops {
            for lot in &mut lots {
                if let Some((seed, origin)) = lot.stolen.take() {
                    let rest =
                        Rest { seed, origin, asset, amount: lot.amount, address: Some(address) };
                    self.book.end(rest, EndingKind::HopLimit);
                }
            }
        }
        self.deposit(now, (address, account), asset, &lots);
    }

    /// Puts lots into a ledger; clean ones alone do not start one.
    pub(super) fn deposit(
        &mut self,
        now: &mut Now,
        at: (Address, Account),
        asset: Asset,
        lots: &[Lot],
    ) {
        if lots.iter().any(|lot| lot.stolen.is_some()) {
            self.stays.credit(now, at, asset, lots, self.book);
        } else {
            self.stays.credit_clean(now, at.1, asset, lots);
        }
    }

    fn place(&mut self, now: &mut Now, to: (Party, Account), asset: Asset) -> Verdict {
        let (to, account) = to;
        let address = match to {
            Party::Burn => {
                let zero = (Address::zero(), account);
                return self.unreturned(now, zero, asset, EndingKind::Burned);
            }
            Party::Unknown | Party::Source => return Verdict::End(EndingKind::Unexplained),
            Party::Account(address) | Party::Seed { holder: address, .. } => address,
        };
        let goes_through = self.eyes.goes_through(address, account, now.block);
        if let Some(kind) = self.eyes.stop(address, account, now.block).filter(|_| !goes_through) {
            return Verdict::End(kind);
        }
        if address.is_zero() {
            return self.unreturned(now, (address, account), asset, EndingKind::Burned);
        }
        if goes_through || self.eyes.is_holder(account) {
            return Verdict::Follow;
        }
        if let Some(hub) = self.eyes.hub(address, account, now.block) {
            return Verdict::End(hub);
        }
        if !self.view.is_contract(account) {
            return Verdict::Follow;
        }
        let is_told = now.reading == Reading::Whole { has_frames: true };
        if !is_told && self.view.run_of(account, now.block).is_none() {
            return Verdict::LookOnce(vec![address]);
        }
        // Where the transaction is not to be had, what the contract did for itself has to do.
        if !matches!(now.reading, Reading::Whole { .. })
            && self.asks(now).is_none()
            && now.to_convert.get(&address).is_some_and(|assets| assets.contains(&asset))
        {
            now.in_transit.insert(account);
            return Verdict::Follow;
        }
        self.unreturned(now, (address, account), asset, EndingKind::ContractWithoutReturn)
    }

    /// The transaction, if it is to be asked for.
    pub(super) fn asks(&self, now: &Now) -> Option<Unread> {
        let is_open = self.question.reads_whole && now.reading == Reading::Unread;
        now.unread(self.view.chain).filter(|_| is_open)
    }

    /// What is given to a contract, or burnt, may have been paid for with something that came to somebody
    /// else: the transaction has to be read whole before it ends.
    fn unreturned(
        &mut self,
        now: &Now,
        (address, account): (Address, Account),
        asset: Asset,
        kind: EndingKind,
    ) -> Verdict {
        // What is burnt is taken by the token's own contract.
        let taker = if address.is_zero() { asset.contract() } else { Some(address) };
        let unseen = taker.and_then(|taker| now.lacking.get(&taker)).into_iter().flatten().copied();
        let is_open = |at: &Address| self.view.run_of(self.view.number(*at), now.block).is_none();
        let unseen: Vec<Address> = unseen.filter(is_open).collect();
        if !unseen.is_empty() {
            return Verdict::LookOnce(unseen);
        }
        let (chain, block, index) = (self.view.chain, now.block, now.index);
        let taker = taker.map_or(account, |taker| self.view.number(taker));
        match (now.reading, self.asks(now)) {
            (Reading::Unread, Some(unread)) => return Verdict::ReadWhole(unread),
            (Reading::Unread, None) => {}
            (Reading::Whole { has_frames }, _)
                if has_frames || self.view.is_native_known(taker, block) => {}
            (reading, _) => {
                let is_read = matches!(reading, Reading::Whole { .. });
                self.book.reserve(Reservation::UnseenFrames { chain, block, index, is_read });
            }
        }
        if let Some(Unpaid { position, receivers }) = now.unpaid.clone() {
            self.book.reserve(Reservation::OtherReceivers { chain, address, position, receivers });
        }
        Verdict::End(kind)
    }

    fn depth_of(&self, lots: &[Lot]) -> u32 {
        let depths =
            lots.iter().filter_map(|lot| lot.stolen.map(|(_, origin)| self.book.depth(origin)));
        depths.max().unwrap_or_default()
    }
}

/// What of each seed is among the lots, by seed.
fn sum_up(lots: &[Lot], sums: &mut Vec<(SeedId, Amount)>) {
    sums.clear();
    sums.extend(lots.iter().filter_map(|lot| lot.stolen.map(|(seed, _)| (seed, lot.amount))));
    sums.sort_by_key(|(seed, _)| *seed);
    sums.dedup_by(|next, kept| {
        let is_same = next.0 == kept.0;
        if is_same {
            kept.1 = kept.1.saturating_add(next.1);
        }
        is_same
    });
}
