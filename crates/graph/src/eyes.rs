//! What is to be seen of accounts: where value stops, what may be gone through, what is looked through.

use std::collections::BTreeMap;

use fundtrail_model::{
    Address, Amount, Asset, ChainId, CrowdSize, EndingKind, Listing, ListingStatus, Marks, Seed,
    Stop, Transfer,
};

use crate::Question;
use crate::collapse::{Collapsed, Party, Sight, WholeSight, collapse_parts};
use crate::history::Account;
use crate::view::{Flags, Reading, View};

/// One chain with the eyes of one question, the same whichever way value is followed.
pub(crate) struct Eyes<'v, 'q> {
    pub(crate) view: &'v View<'v>,
    pub(crate) question: &'q Question<'q>,
    /// Who received a seed: whoever asks wants to know what these did, contracts or not.
    holders: Flags,
    /// Who may be gone through.
    through: Flags,
    /// Counted once per account.
    counterparties: BTreeMap<Account, u32>,
}

impl<'v, 'q> Eyes<'v, 'q> {
    pub(crate) fn new(view: &'v View<'v>, question: &'q Question<'q>, seeds: &[&Seed]) -> Self {
        let mut holders = view.flags();
        seeds.iter().for_each(|seed| holders.set(view.number(seed.holder), true));
        let through = through(view, question);
        Self { view, question, holders, through, counterparties: BTreeMap::new() }
    }

    pub(crate) fn is_holder(&self, account: Account) -> bool {
        self.holders.is_raised(account)
    }

    /// The net effect of one transaction, given with its receivers.
    pub(crate) fn collapse(
        &self,
        parts: &[(Transfer, Party)],
        block: u64,
        reading: Reading,
    ) -> Collapsed {
        // Whether a stop was looked at must not matter: value that comes there ends there.
        let goes_on = |address, account| {
            self.is_open(address, account, block) || self.stop(address, account, block).is_none()
        };
        let is_told = reading == Reading::Whole { has_frames: true };
        let is_known = |address| {
            let account = self.view.number(address);
            (is_told || self.view.run_of(account, block).is_some()) && goes_on(address, account)
        };
        let has_tokens = |address| goes_on(address, self.view.number(address));
        let has_native =
            |address| is_told || self.view.is_native_known(self.view.number(address), block);
        let is_worth = |asset, amount| self.is_worth(asset, amount, block);
        let whole = matches!(reading, Reading::Whole { .. });
        let sight = Sight {
            is_known: &is_known,
            is_converter: &|address| self.is_converter(address, block),
            whole: whole.then_some(WholeSight {
                has_tokens: &has_tokens,
                has_native: &has_native,
                is_worth: &is_worth,
            }),
        };
        collapse_parts(parts, &sight)
    }

    /// Whether so much of an asset is known to be of worth.
    pub(crate) fn is_worth(&self, asset: Asset, amount: Amount, block: u64) -> bool {
        let Question { seeds, is_listed_token, is_negligible, .. } = self.question;
        let is_negligible = |seed| is_negligible(seed, asset, amount, block);
        is_listed_token(asset) && !seeds.iter().all(is_negligible)
    }

    /// Whether a contract at this address may give something back for what it gets: not where value
    /// stops anyway, and not a seed's holder, whose ledger must show what it pays. Giving to the zero
    /// address is burning, which redeems some tokens.
    pub(crate) fn is_converter(&self, address: Address, block: u64) -> bool {
        let account = self.view.number(address);
        (self.view.is_contract(account) || address.is_zero())
            && !self.holders.is_raised(account)
            && (self.goes_through(address, account, block)
                || self.stop(address, account, block).is_none())
    }

    /// Whether value is followed there whatever stops: at a seed's holder, and where the question goes through.
    pub(crate) fn is_open(&self, address: Address, account: Account, block: u64) -> bool {
        self.holders.is_raised(account) || self.goes_through(address, account, block)
    }

    pub(crate) fn goes_through(&self, address: Address, account: Account, block: u64) -> bool {
        let Question { through, marks, today, .. } = self.question;
        let at = (self.view.chain, address);
        let day = self.view.day(block).unwrap_or(*today);
        self.through.is_raised(account) && through.opens(at, marks.get(&at), day, *today)
    }

    /// The ending that too many counterparties demand in this block.
    pub(crate) fn hub(
        &mut self,
        address: Address,
        account: Account,
        block: u64,
    ) -> Option<EndingKind> {
        let (view, gate) = (self.view, self.question.limits.hub_counterparties);
        if gate < view.movement_count(account) {
            let counterparties =
                *self.counterparties.entry(account).or_insert_with(|| view.counterparties(account));
            let size = CrowdSize::Counterparties(counterparties);
            if size.exceeds(gate) {
                return Some(EndingKind::Hub { size, blocks: None });
            }
        }
        let crowd = view.crowd_before(address, block)?;
        Some(EndingKind::Hub { size: crowd.size, blocks: Some(crowd.window) })
    }

    /// The ending that the marks of an address demand of value that moves in this block.
    pub(crate) fn stop(
        &self,
        address: Address,
        account: Account,
        block: u64,
    ) -> Option<EndingKind> {
        if !self.view.is_marked(account) {
            return None;
        }
        let marks = self.question.marks.get(&(self.view.chain, address))?;
        let today = self.question.today;
        let day = self.view.day(block).unwrap_or(today);
        let label = || marks.label_on(day).cloned().map(Box::new);
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
                let listing = marks.listings.iter().find(is_in_force).cloned();
                listing.map(|listing| EndingKind::Sanctioned(Box::new(listing)))
            }
            Stop::Service => label().map(EndingKind::Service),
            Stop::Mixer => label().map(EndingKind::Mixer),
            Stop::Bridge => label().map(EndingKind::Bridge),
            Stop::Burned => Some(EndingKind::Burned),
        }
    }
}

/// The accounts that the question may go through.
fn through(view: &View<'_>, question: &Question<'_>) -> Flags {
    let mut flags = view.flags();
    let Question { through, marks, .. } = question;
    for (_, address) in &through.addresses {
        flags.set(view.number(*address), true);
    }
    let named: &BTreeMap<(ChainId, Address), Marks> = marks;
    for ((chain, address), marks) in named.iter().filter(|_| !through.names.is_empty()) {
        if *chain == view.chain && through.may_open(*chain, *address, Some(marks)) {
            flags.set(view.number(*address), true);
        }
    }
    flags
}
