//! Who holds stolen lots, and since when everything they do is known.

use fundtrail_model::{
    Address, Amount, Asset, Crowd, EndingKind, Origin, Reservation, Rule, SeedId, Window,
};

use super::{Now, Paid};
use crate::book::{Book, Rest};
use crate::history::{Account, Row, index};
use crate::ledger::{Ledger, Lot, worth};
use crate::view::{Flags, View};

/// What is done with lots that come to an account.
enum Stay {
    /// It never had any, or was forgotten.
    None,
    /// They are kept in ledgers while the run of blocks lasts in which their assets are known; one per asset,
    /// by asset.
    Followed { run: Window, holdings: Vec<(Asset, Holding)> },
    /// Earlier lots ended here for want of data, so the ledger is not known any more and later lots end
    /// the same way.
    Open(Lack),
}

/// Why what an account does is not known.
#[derive(Clone, Copy)]
enum Lack {
    /// It was not looked at, in these blocks.
    Missing(Option<Window>),
    /// It is too crowded to be looked at.
    Crowd(Crowd),
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
    /// By account: the place in `stays`, counted from one.
    places: Vec<u32>,
    stays: Vec<(Account, Address, Stay)>,
    /// Raised for every account that was ever followed.
    touched: Flags,
}

impl<'s, 'v> Stays<'s, 'v> {
    pub(super) fn new(view: &'s View<'v>, rule: Rule) -> Self {
        let places = vec![0; view.account_count()];
        Self { view, rule, places, stays: Vec::new(), touched: view.flags() }
    }

    /// Whether a party of this transfer may hold stolen lots.
    pub(super) fn is_touched(&self, row: &Row) -> bool {
        self.touched.is_raised(row.from) || self.touched.is_raised(row.to)
    }

    /// Looks at the ledgers of the parties of these transfers.
    pub(super) fn look_at(&self, rows: &[&Row]) {
        let accounts = rows.iter().flat_map(|row| [row.from, row.to]);
        let touched = accounts.filter(|account| self.touched.is_raised(*account));
        let stays: Vec<&Stay> = touched.filter_map(|account| self.stay_of(account)).collect();
        let mut holdings: Vec<&Ledger> = Vec::with_capacity(stays.len());
        for stay in stays {
            if let Stay::Followed { holdings: here, .. } = stay {
                holdings.extend(here.iter().map(|(_, holding)| &holding.ledger));
            }
        }
        Ledger::look_at(&holdings);
    }

    fn stay_of(&self, account: Account) -> Option<&Stay> {
        let place = index(*self.places.get(index(account))?).checked_sub(1)?;
        self.stays.get(place).map(|(.., stay)| stay)
    }

    fn stay(&mut self, account: Account) -> Option<&mut Stay> {
        let place = index(*self.places.get(index(account))?).checked_sub(1)?;
        self.stays.get_mut(place).map(|(.., stay)| stay)
    }

    fn stay_or_none(&mut self, account: Account, address: Address) -> Option<&mut Stay> {
        let place = self.places.get_mut(index(account))?;
        if *place == 0 {
            self.stays.push((account, address, Stay::None));
            *place = u32::try_from(self.stays.len()).ok()?;
        }
        let place = index(*place).checked_sub(1)?;
        self.stays.get_mut(place).map(|(.., stay)| stay)
    }

    fn holding(&mut self, account: Account, asset: Asset) -> Option<&mut Holding> {
        match self.stay(account)? {
            Stay::Followed { holdings, .. } => {
                let found = holdings.binary_search_by_key(&asset, |(asset, _)| *asset).ok()?;
                holdings.get_mut(found).map(|(_, holding)| holding)
            }
            Stay::None | Stay::Open(_) => None,
        }
    }

    /// Ends the stay if the blocks in which its assets are known ended before this block.
    pub(super) fn expire(&mut self, account: Account, block: u64, book: &mut Book<'_>) {
        let view = self.view;
        while let Some(Stay::Followed { run, holdings }) = self.stay(account)
            && run.last() < block
        {
            let ended = *run;
            // The run of what is left may go on: of an asset that is gone nothing more need be known.
            let next = ended.last().checked_add(1);
            match next.and_then(|next| run_with(view, account, holdings, None, next)) {
                Some(next) => *run = next,
                None => self.end(account, ended, book),
            }
        }
    }

    /// Adds lots to the account's ledger, or ends them if the account's movements are not known.
    pub(super) fn credit(
        &mut self,
        now: &mut Now,
        (address, account): (Address, Account),
        asset: Asset,
        lots: &[Lot],
        book: &mut Book<'_>,
    ) {
        let (view, rule) = (self.view, self.rule);
        let Some(stay) = self.stay_or_none(account, address) else { return };
        if matches!(stay, Stay::None) {
            let run = view.run_for(account, [asset], now.block).filter(|_| now.block <= view.until);
            *stay = run.map_or_else(
                || Stay::Open(lack(view, (address, account), &[asset], now.block)),
                |run| Stay::Followed { run, holdings: Vec::new() },
            );
        } else if let Stay::Followed { run, holdings } = stay
            && holdings.binary_search_by_key(&asset, |(asset, _)| *asset).is_err()
        {
            match run_with(view, account, holdings, Some(asset), now.block) {
                Some(both) => *run = both,
                // The others are known to have stayed, but not what became of this one.
                None => {
                    let before = now.block.saturating_sub(1).max(run.first());
                    let ended = Window::new(run.first(), before).unwrap_or(*run);
                    let mut assets = stolen_assets(holdings);
                    assets.push(asset);
                    let lack = lack(view, (address, account), &assets, now.block);
                    self.end_for(account, ended, lack, book);
                    if let Some(stay) = self.stay(account) {
                        *stay = Stay::Open(lack);
                    }
                }
            }
        }
        let Some(stay) = self.stay(account) else { return };
        match stay {
            Stay::None => {}
            Stay::Open(lack) => {
                for rest in lots.iter().filter_map(|lot| at_rest(lot, address, asset)) {
                    lack.end(rest, book);
                }
            }
            Stay::Followed { run, holdings } => {
                let place = match holdings.binary_search_by_key(&asset, |(asset, _)| *asset) {
                    Ok(found) => found,
                    Err(place) => {
                        let own = view.run_for(account, [asset], now.block).unwrap_or(*run);
                        let holding = open(view, rule, now, account, asset, own);
                        // Most accounts hold one stolen asset.
                        holdings.reserve_exact(1);
                        holdings.insert(place, (asset, holding));
                        place
                    }
                };
                if let Some((_, holding)) = holdings.get_mut(place) {
                    holding.ledger.credit(lots);
                }
                self.touched.set(account, true);
            }
        }
    }

    /// Adds lots that are all clean where there is a ledger.
    pub(super) fn credit_clean(
        &mut self,
        now: &mut Now,
        account: Account,
        asset: Asset,
        lots: &[Lot],
    ) {
        let amount = worth(lots, self.rule);
        if let Some(holding) = self.holding(account, asset) {
            holding.ledger.credit(&[Lot::clean(amount)]);
        } else if !now.is_single {
            let early = now.early.entry((account, asset)).or_default();
            *early = early.saturating_add(amount);
        }
    }

    /// Takes lots by the rule, into `taken`, which is empty; nothing where there is no ledger, which means that all
    /// was clean.
    pub(super) fn debit(
        &mut self,
        now: &mut Now,
        payment: &Paid<'_>,
        book: &mut Book<'_>,
        taken: &mut Vec<Lot>,
    ) {
        let Paid { from: (from, account), asset, amount, .. } = *payment;
        let (Some(address), Some(position)) = (from.address(), payment.evidence.last().copied())
        else {
            return;
        };
        let rule = self.rule;
        let Some(holding) = self.holding(account, asset) else {
            if !now.is_single {
                let spent = now.spent.entry((account, asset)).or_default();
                *spent = spent.saturating_add(amount);
            }
            return;
        };
        let had_stolen = holding.ledger.has_stolen();
        holding.ledger.debit(amount, taken);
        if !had_stolen {
            return;
        }
        let sum = worth(taken, rule);
        let excess = amount.saturating_sub(sum);
        match holding.opening {
            Opening::Known if !excess.is_zero() => {
                book.reserve(Reservation::Overdrawn { address, asset, position, excess });
            }
            // An excess says no more than that the opening balance is not known.
            Opening::Unknown { block } if rule.needs_whole_ledger() => {
                book.reserve(Reservation::OpeningUnknown { address, asset, block });
            }
            Opening::Known | Opening::Unknown { .. } | Opening::Ignored => {}
        }
    }

    /// Forgets an account and hands its stolen lots to `take`.
    pub(super) fn clear(&mut self, account: Account, mut take: impl FnMut(Rest)) {
        if let Some((address, holdings)) = self.forget(account) {
            for (asset, holding) in holdings {
                let stolen = holding.ledger.stolen().into_iter();
                stolen.for_each(|lot| take(rest(lot, address, asset)));
            }
        }
    }

    fn forget(&mut self, account: Account) -> Option<(Address, Vec<(Asset, Holding)>)> {
        let place = index(*self.places.get(index(account))?).checked_sub(1)?;
        let (_, address, stay) = self.stays.get_mut(place)?;
        match std::mem::replace(stay, Stay::None) {
            Stay::Followed { holdings, .. } => Some((*address, holdings)),
            Stay::None | Stay::Open(_) => None,
        }
    }

    /// Forgets an account at the end of a block and hands its stolen lots to `take`, as far as its balance
    /// covers them. Of several the oldest are the ones that are not there any more.
    fn clear_at<'q>(
        &mut self,
        account: Account,
        block: u64,
        book: &mut Book<'q>,
        mut take: impl FnMut(Rest, &mut Book<'q>),
    ) {
        let Some((address, holdings)) = self.forget(account) else { return };
        for (asset, holding) in holdings {
            let stolen = holding.ledger.stolen();
            let whole: Vec<Lot> = stolen
                .iter()
                .map(|(seed, origin, amount)| Lot::stolen(*seed, *origin, *amount))
                .collect();
            let lots = worth(&whole, self.rule);
            let balance = self.view.balance_at(account, asset, block).filter(|known| *known < lots);
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
        for place in 0..self.stays.len() {
            let Some((account, _, Stay::Followed { run, .. })) = self.stays.get(place) else {
                continue;
            };
            let (account, run) = (*account, *run);
            let as_of = self.view.until;
            if run.last() < as_of {
                self.expire(account, as_of, book);
            }
            if matches!(self.stay(account), Some(Stay::Followed { .. })) {
                self.clear_at(account, as_of, book, |rest, book| {
                    book.end(rest, EndingKind::Held { as_of });
                });
            }
        }
    }

    /// Ends a stay for want of data; an account without stolen lots is missed by nobody.
    fn end(&mut self, account: Account, run: Window, book: &mut Book<'_>) {
        let view = self.view;
        let lack = match (self.address(account), self.stay(account), run.last().checked_add(1)) {
            (Some(address), Some(Stay::Followed { holdings, .. }), Some(next)) => {
                lack(view, (address, account), &stolen_assets(holdings), next)
            }
            _ => Lack::Missing(None),
        };
        self.end_for(account, run, lack, book);
    }

    fn end_for(&mut self, account: Account, run: Window, lack: Lack, book: &mut Book<'_>) {
        let mut is_missed = false;
        self.clear_at(account, run.last(), book, |rest, book| {
            is_missed = true;
            lack.end(rest, book);
        });
        if is_missed && let Some(stay) = self.stay(account) {
            *stay = Stay::Open(lack);
        }
    }

    fn address(&self, account: Account) -> Option<Address> {
        let place = index(*self.places.get(index(account))?).checked_sub(1)?;
        self.stays.get(place).map(|(_, address, _)| *address)
    }
}

impl Lack {
    fn end(self, rest: Rest, book: &mut Book<'_>) {
        let Crowd { chain, address, window: blocks, size } = match self {
            Self::Missing(missing) => return book.end_open(rest, missing),
            Self::Crowd(crowd) => crowd,
        };
        if matches!(rest.origin, Origin::Seed(_)) {
            book.reserve(Reservation::CrowdedHolder { chain, address, blocks, size });
        }
        book.end(rest, EndingKind::Hub { size, blocks: Some(blocks) });
    }
}

/// The run for what an account holds, and for another asset if one comes. Ledgers without stolen lots are
/// forgotten where nothing is known of their assets: what comes later begins a new one.
fn run_with(
    view: &View<'_>,
    account: Account,
    holdings: &mut Vec<(Asset, Holding)>,
    coming: Option<Asset>,
    block: u64,
) -> Option<Window> {
    let run = |holdings: &[(Asset, Holding)]| {
        let assets = holdings.iter().map(|(asset, _)| *asset).chain(coming);
        view.run_for(account, assets, block)
    };
    run(holdings).or_else(|| {
        holdings.retain(|(_, holding)| holding.ledger.has_stolen());
        run(holdings)
    })
}

fn stolen_assets(holdings: &[(Asset, Holding)]) -> Vec<Asset> {
    let stolen = holdings.iter().filter(|(_, holding)| holding.ledger.has_stolen());
    stolen.map(|(asset, _)| *asset).collect()
}

/// Why what the account does with these assets from this block on is not known.
fn lack(
    view: &View<'_>,
    (address, account): (Address, Account),
    assets: &[Asset],
    first: u64,
) -> Lack {
    match view.crowd_at(address, first).filter(|_| first <= view.until) {
        Some(crowd) => Lack::Crowd(*crowd),
        None => Lack::Missing(view.missing_from(account, assets.iter().copied(), first)),
    }
}

/// Opens the ledger of an account at its first stolen arrival, with what it has as a clean lot.
fn open(
    view: &View<'_>,
    rule: Rule,
    now: &mut Now,
    account: Account,
    asset: Asset,
    run: Window,
) -> Holding {
    let mut ledger = Ledger::new(rule);
    if now.in_transit.contains(&account) {
        return Holding { ledger, opening: Opening::Ignored };
    }
    let (amount, is_known) = view.opening(account, asset, run, now.start, now.block);
    let early = now.early.remove(&(account, asset)).unwrap_or_default();
    let spent = now.spent.remove(&(account, asset)).unwrap_or_default();
    let clean = amount.saturating_add(early).saturating_sub(spent);
    ledger.credit(&[Lot::clean(clean)]);
    let block = run.first().saturating_sub(1);
    let opening = if is_known { Opening::Known } else { Opening::Unknown { block } };
    Holding { ledger, opening }
}

fn at_rest(lot: &Lot, address: Address, asset: Asset) -> Option<Rest> {
    lot.stolen.map(|(seed, origin)| rest((seed, origin, lot.amount), address, asset))
}

const fn rest(stolen: (SeedId, Origin, Amount), address: Address, asset: Asset) -> Rest {
    let (seed, origin, amount) = stolen;
    Rest { seed, origin, asset, amount, address: Some(address) }
}
