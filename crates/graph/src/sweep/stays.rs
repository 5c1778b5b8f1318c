//! Who holds stolen lots, and since when everything they do is known.

use std::collections::BTreeMap;
use std::ops::Range;

use fundtrail_model::{
    Address, Amount, Asset, EndingKind, Origin, Position, Reservation, Rule, SeedId, Window,
};

use super::Now;
use crate::book::{Book, Rest};
use crate::ledger::{Ledger, Lot, worth};
use crate::view::{Flags, View};

/// What is done with lots that come to an account.
enum Stay {
    /// They are kept in ledgers while the run of covered blocks lasts.
    Followed { run: Window, holdings: BTreeMap<Asset, Holding> },
    /// Earlier lots ended here for want of data, so the ledger is not known any more and later lots end
    /// the same way.
    Open { missing: Option<Window> },
}

/// One account's ledger of one asset.
struct Holding {
    ledger: Ledger,
    opening: Opening,
}

/// What is known of the clean lot that a ledger starts with.
#[derive(Clone, Copy)]
enum Opening {
    Known,
    /// Not known; it would be at the end of this block.
    Unknown {
        block: u64,
    },
    /// Of no account: value in transit through a contract belongs to who sent it.
    Ignored,
}

/// The accounts that hold, held or lost sight of stolen lots.
pub(super) struct Stays<'s, 'v> {
    view: &'s View<'v>,
    rule: Rule,
    stays: BTreeMap<Address, Stay>,
    /// Raised for every account that was ever followed.
    touched: Flags,
}

impl<'s, 'v> Stays<'s, 'v> {
    pub(super) fn new(view: &'s View<'v>, rule: Rule) -> Self {
        Self { view, rule, stays: BTreeMap::new(), touched: view.flags() }
    }

    /// Whether a party of these transfers may hold stolen lots.
    pub(super) fn are_touched(&self, view: &View<'_>, transfers: Range<usize>) -> bool {
        self.touched.is_any_raised(view, transfers)
    }

    /// Ends the stay if its covered blocks ended before this block.
    pub(super) fn expire(&mut self, address: Address, block: u64, book: &mut Book<'_>) {
        if let Some(Stay::Followed { run, .. }) = self.stays.get(&address)
            && run.last() < block
        {
            let run = *run;
            let missing = self.missing_after(address, run);
            self.end(address, run, missing, book);
        }
    }

    /// Adds lots to the account's ledger, or ends them if the account's movements are not known.
    pub(super) fn credit(
        &mut self,
        now: &mut Now,
        address: Address,
        asset: Asset,
        lots: Vec<Lot>,
        book: &mut Book<'_>,
    ) {
        let (view, rule) = (self.view, self.rule);
        let stay = self.stays.entry(address).or_insert_with(|| {
            let run = view.run_of(address, now.block).filter(|_| now.block <= view.until);
            run.map_or_else(
                || Stay::Open { missing: view.missing_from(address, now.block) },
                |run| Stay::Followed { run, holdings: BTreeMap::new() },
            )
        });
        match stay {
            Stay::Open { missing } => {
                for rest in lots.iter().filter_map(|lot| at_rest(lot, address, asset)) {
                    book.end_open(rest, *missing);
                }
            }
            Stay::Followed { run, holdings } => {
                self.touched.raise(view, address);
                let run = *run;
                let holding = holdings.entry(asset).or_insert_with(|| {
                    if now.in_transit.contains(&address) {
                        return Holding { ledger: Ledger::new(rule), opening: Opening::Ignored };
                    }
                    let (amount, is_known) =
                        view.opening(address, asset, run, now.start, now.block);
                    let early = now.early.remove(&(address, asset)).unwrap_or_default();
                    let spent = now.spent.remove(&(address, asset)).unwrap_or_default();
                    let clean = amount.saturating_add(early).saturating_sub(spent);
                    let mut ledger = Ledger::new(rule);
                    ledger.credit(&[Lot::clean(clean)]);
                    let block = run.first().saturating_sub(1);
                    let opening =
                        if is_known { Opening::Known } else { Opening::Unknown { block } };
                    Holding { ledger, opening }
                });
                holding.ledger.credit(&lots);
            }
        }
    }

    /// Adds lots that are all clean where there is a ledger.
    pub(super) fn credit_clean(
        &mut self,
        now: &mut Now,
        address: Address,
        asset: Asset,
        lots: &[Lot],
    ) {
        let amount = worth(lots, self.rule);
        let holding = match self.stays.get_mut(&address) {
            Some(Stay::Followed { holdings, .. }) => holdings.get_mut(&asset),
            Some(Stay::Open { .. }) | None => None,
        };
        if let Some(holding) = holding {
            holding.ledger.credit(&[Lot::clean(amount)]);
        } else {
            let early = now.early.entry((address, asset)).or_default();
            *early = early.saturating_add(amount);
        }
    }

    /// Takes lots by the rule; nothing where there is no ledger, which means that all was clean.
    pub(super) fn debit(
        &mut self,
        now: &mut Now,
        address: Address,
        asset: Asset,
        amount: Amount,
        position: Position,
        book: &mut Book<'_>,
    ) -> Vec<Lot> {
        let holding = match self.stays.get_mut(&address) {
            Some(Stay::Followed { holdings, .. }) => holdings.get_mut(&asset),
            Some(Stay::Open { .. }) | None => None,
        };
        let Some(holding) = holding else {
            let spent = now.spent.entry((address, asset)).or_default();
            *spent = spent.saturating_add(amount);
            return Vec::new();
        };
        let had_stolen = holding.ledger.has_stolen();
        let mut taken = Vec::new();
        holding.ledger.debit(amount, &mut taken);
        if !had_stolen {
            return taken;
        }
        let sum = worth(&taken, self.rule);
        let excess = amount.saturating_sub(sum);
        match holding.opening {
            Opening::Known if !excess.is_zero() => {
                book.reserve(Reservation::Overdrawn { address, asset, position, excess });
            }
            // An excess says no more than that the opening balance is not known.
            Opening::Unknown { block } if self.rule.needs_whole_ledger() => {
                book.reserve(Reservation::OpeningUnknown { address, asset, block });
            }
            Opening::Known | Opening::Unknown { .. } | Opening::Ignored => {}
        }
        taken
    }

    /// Forgets an account and hands its stolen lots to `take`.
    pub(super) fn clear(&mut self, address: Address, mut take: impl FnMut(Rest)) {
        if let Some(Stay::Followed { holdings, .. }) = self.stays.remove(&address) {
            rests(address, &holdings).for_each(&mut take);
        }
    }

    /// Forgets an account at the end of a block and hands its stolen lots to `take`, as far as its balance
    /// covers them. Of several the oldest are the ones that are not there any more.
    fn clear_at<'q>(
        &mut self,
        address: Address,
        block: u64,
        book: &mut Book<'q>,
        mut take: impl FnMut(Rest, &mut Book<'q>),
    ) {
        let Some(Stay::Followed { holdings, .. }) = self.stays.remove(&address) else { return };
        for (asset, holding) in &holdings {
            let asset = *asset;
            let stolen = holding.ledger.stolen();
            let whole: Vec<Lot> = stolen
                .iter()
                .map(|(seed, origin, amount)| Lot::stolen(*seed, *origin, *amount))
                .collect();
            let lots = worth(&whole, self.rule);
            let balance = self.view.balance_at(address, asset, block).filter(|known| *known < lots);
            let mut gone = balance.map_or(Amount::ZERO, |balance| lots.saturating_sub(balance));
            if let Some(balance) = balance {
                book.reserve(Reservation::BalanceBelowLots {
                    address,
                    asset,
                    block,
                    lots,
                    balance,
                });
            }
            for rest in stolen.into_iter().map(|lot| rest(lot, address, asset)) {
                let lost = rest.amount.min(gone);
                if self.rule.conserves() {
                    gone = gone.saturating_sub(lost);
                }
                book.end(Rest { amount: lost, ..rest }, EndingKind::Unexplained);
                let there = rest.amount.saturating_sub(lost);
                if !there.is_zero() {
                    take(Rest { amount: there, ..rest }, book);
                }
            }
        }
    }

    /// Ends every stay at the last block.
    pub(super) fn finish(mut self, book: &mut Book<'_>) {
        for address in self.stays.keys().copied().collect::<Vec<_>>() {
            let Some(Stay::Followed { run, .. }) = self.stays.get(&address) else { continue };
            if run.last() < self.view.until {
                let missing = self.missing_after(address, *run);
                self.end(address, *run, missing, book);
            } else {
                let as_of = self.view.until;
                self.clear_at(address, as_of, book, |rest, book| {
                    book.end(rest, EndingKind::Held { as_of });
                });
            }
        }
    }

    /// Ends a stay for want of data; an account without stolen lots is missed by nobody.
    fn end(&mut self, address: Address, run: Window, missing: Option<Window>, book: &mut Book<'_>) {
        let mut is_missed = false;
        self.clear_at(address, run.last(), book, |rest, book| {
            is_missed = true;
            book.end_open(rest, missing);
        });
        if is_missed {
            self.stays.insert(address, Stay::Open { missing });
        }
    }

    fn missing_after(&self, address: Address, run: Window) -> Option<Window> {
        run.last().checked_add(1).and_then(|next| self.view.missing_from(address, next))
    }
}

fn rests(address: Address, holdings: &BTreeMap<Asset, Holding>) -> impl Iterator<Item = Rest> {
    holdings.iter().flat_map(move |(asset, holding)| {
        let asset = *asset;
        holding.ledger.stolen().into_iter().map(move |stolen| rest(stolen, address, asset))
    })
}

fn at_rest(lot: &Lot, address: Address, asset: Asset) -> Option<Rest> {
    lot.stolen.map(|(seed, origin)| rest((seed, origin, lot.amount), address, asset))
}

const fn rest(stolen: (SeedId, Origin, Amount), address: Address, asset: Asset) -> Rest {
    let (seed, origin, amount) = stolen;
    Rest { seed, origin, asset, amount, address: Some(address) }
}
