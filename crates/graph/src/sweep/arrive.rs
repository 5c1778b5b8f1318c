//! What becomes of value that arrives somewhere.

use std::collections::BTreeMap;

use fundtrail_model::{
    AccountKind, Address, Amount, Asset, EndingKind, Listing, ListingStatus, SeedId, Stop, Window,
};

use super::{Now, Sweep};
use crate::book::Rest;
use crate::collapse::Party;
use crate::ledger::Lot;

/// What is decided of one seed's value at its arrival.
enum Verdict {
    Follow,
    End(EndingKind),
    /// A contract that nobody has looked at in this block: whether it passed the value on within the
    /// transaction is not known.
    LookOnce,
}

impl Sweep<'_, '_, '_> {
    /// Decides where a payment's lots go: to an ending, or on into the receiver's ledger.
    ///
    /// In this order: marks (a sanction, a service, a mixer, a bridge, a burn), nobody's address, hub,
    /// contract without return, threshold, hop limit. Value that ends stays in the receiver's ledger as
    /// clean, if there is one: the coins are there, only nobody follows them any more.
    pub(super) fn arrive(&mut self, now: &mut Now, to: Party, asset: Asset, lots: Vec<Lot>) {
        let mut sums: BTreeMap<SeedId, Amount> = BTreeMap::new();
        for lot in &lots {
            if let Some((seed, _)) = lot.stolen {
                let sum = sums.entry(seed).or_default();
                *sum = sum.saturating_add(lot.amount);
            }
        }
        let place = self.place(now, to, asset);
        let depth = self.depth_of(&lots);
        let verdict = |seed: SeedId| {
            let sum = sums.get(&seed).copied().unwrap_or_default();
            match &place {
                Verdict::End(kind) => Verdict::End(kind.clone()),
                _ if self.book.is_below_threshold(seed, asset, sum, now.block) => {
                    Verdict::End(EndingKind::BelowThreshold)
                }
                _ if depth >= self.question.limits.max_hops => Verdict::End(EndingKind::HopLimit),
                Verdict::LookOnce => Verdict::LookOnce,
                Verdict::Follow => Verdict::Follow,
            }
        };
        let verdicts: BTreeMap<SeedId, Verdict> =
            sums.keys().map(|seed| (*seed, verdict(*seed))).collect();
        let address = to.address();
        let mut followed = Vec::with_capacity(lots.len());
        for lot in lots {
            let Some((seed, origin)) = lot.stolen else {
                followed.push(lot);
                continue;
            };
            let rest = Rest { seed, origin, asset, amount: lot.amount, address };
            match verdicts.get(&seed) {
                Some(Verdict::End(kind)) => self.book.end(rest, kind.clone()),
                Some(Verdict::LookOnce) => self.book.end_open(rest, Some(Window::block(now.block))),
                Some(Verdict::Follow) | None => {
                    followed.push(lot);
                    continue;
                }
            }
            followed.push(Lot::clean(lot.amount));
        }
        if let Some(address) = address {
            self.deposit(now, address, asset, followed);
        }
    }

    /// Leaves what a conversion made with its account. Only the hop limit can end it there: nothing
    /// changed hands.
    pub(super) fn settle(
        &mut self,
        now: &mut Now,
        account: Address,
        asset: Asset,
        mut lots: Vec<Lot>,
    ) {
        if self.depth_of(&lots) >= self.question.limits.max_hops {
            for lot in &mut lots {
                if let Some((seed, origin)) = lot.stolen.take() {
                    let rest =
                        Rest { seed, origin, asset, amount: lot.amount, address: Some(account) };
                    self.book.end(rest, EndingKind::HopLimit);
                }
            }
        }
        self.deposit(now, account, asset, lots);
    }

    /// Puts lots into a ledger; clean ones alone do not start one.
    pub(super) fn deposit(
        &mut self,
        now: &mut Now,
        address: Address,
        asset: Asset,
        lots: Vec<Lot>,
    ) {
        if lots.iter().any(|lot| lot.stolen.is_some()) {
            self.stays.credit(now, address, asset, lots, self.book);
            return;
        }
        self.stays.credit_clean(now, address, asset, &lots);
    }

    /// Whether a contract at this address may give something back for what it gets: not where value
    /// stops anyway, and not a seed's holder, whose ledger must show what it pays. Giving to the zero
    /// address is burning, which redeems some tokens.
    pub(super) fn is_converter(&self, address: Address, block: u64) -> bool {
        let is_contract = self.view.kind(address) == Some(AccountKind::Contract);
        (is_contract || address.is_zero())
            && !self.holders.contains(&address)
            && self.stop(address, block).is_none()
    }

    fn place(&mut self, now: &mut Now, to: Party, asset: Asset) -> Verdict {
        let address = match to {
            Party::Burn => return Verdict::End(EndingKind::Burned),
            Party::Unknown | Party::Source => return Verdict::End(EndingKind::Unexplained),
            Party::Account(address) | Party::Seed { holder: address, .. } => address,
        };
        if let Some(kind) = self.stop(address, now.block) {
            return Verdict::End(kind);
        }
        if address.is_zero() {
            return Verdict::End(EndingKind::Burned);
        }
        if self.holders.contains(&address) {
            return Verdict::Follow;
        }
        let view = self.view;
        let counterparties =
            *self.counterparties.entry(address).or_insert_with(|| view.counterparties(address));
        if counterparties > self.question.limits.hub_counterparties {
            return Verdict::End(EndingKind::Hub { counterparties });
        }
        if self.view.kind(address) != Some(AccountKind::Contract) {
            return Verdict::Follow;
        }
        if self.view.run_of(address, now.block).is_none() {
            return Verdict::LookOnce;
        }
        if now.to_convert.get(&address).is_some_and(|assets| assets.contains(&asset)) {
            now.in_transit.insert(address);
            return Verdict::Follow;
        }
        Verdict::End(EndingKind::ContractWithoutReturn)
    }

    /// The ending that the marks of an address demand of value that arrives in this block.
    pub(super) fn stop(&self, address: Address, block: u64) -> Option<EndingKind> {
        let marks = self.question.marks.get(&(self.view.chain, address))?;
        let today = self.question.today;
        let day = self.view.day(block).unwrap_or(today);
        let label = || marks.label_on(day).cloned();
        match marks.stop_on(day, today)? {
            Stop::Sanctioned => {
                let is_in_force = |listing: &&Listing| {
                    [day, today].into_iter().any(|day| {
                        matches!(
                            listing.status_on(day),
                            ListingStatus::Listed | ListingStatus::PerhapsDelisted
                        )
                    })
                };
                marks.listings.iter().find(is_in_force).cloned().map(EndingKind::Sanctioned)
            }
            Stop::Service => label().map(EndingKind::Service),
            Stop::Mixer => label().map(EndingKind::Mixer),
            Stop::Bridge => label().map(EndingKind::Bridge),
            Stop::Burned => Some(EndingKind::Burned),
        }
    }

    fn depth_of(&self, lots: &[Lot]) -> u32 {
        let depths =
            lots.iter().filter_map(|lot| lot.stolen.map(|(_, origin)| self.book.depth(origin)));
        depths.max().unwrap_or_default()
    }
}
