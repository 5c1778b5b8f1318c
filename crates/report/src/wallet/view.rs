//! One wallet as its report sees it: days, names, categories, sums.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fundtrail_model::{
    AccountKind, Address, Amount, Asset, Category, ChainId, Date, Label, Listing, ListingStatus,
    Movement, Standing, Statement, Transfer, Verdict, hash_hex,
};

use super::input::Input;
use super::schema::{Moment, Quantity};
use crate::content::{Coins, Used, clean, invented_mark};
use crate::input::{PriceNote, Usd, Valued};

/// What all wallets of a report share.
pub(super) struct Known<'a> {
    pub(super) input: &'a Input<'a>,
    pub(super) coins: Coins<'a>,
    pub(super) prices: Used,
    kinds: BTreeMap<(ChainId, Address), (u64, AccountKind)>,
    /// A listing holds on every chain.
    listings: BTreeMap<Address, BTreeSet<&'a Listing>>,
}

impl<'a> Known<'a> {
    pub(super) fn new(input: &'a Input<'a>, coins: Coins<'a>) -> Self {
        let mut kinds: BTreeMap<(ChainId, Address), (u64, AccountKind)> = BTreeMap::new();
        for fact in input.accounts {
            let known = (fact.block, fact.kind);
            let kept = kinds.entry((fact.chain, fact.address)).or_insert(known);
            *kept = known.max(*kept);
        }
        let mut listings: BTreeMap<Address, BTreeSet<&Listing>> = BTreeMap::new();
        for ((_, address), marks) in input.marks {
            if !marks.listings.is_empty() {
                listings.entry(*address).or_default().extend(&marks.listings);
            }
        }
        Self { input, coins, prices: Used::default(), kinds, listings }
    }

    /// Whether anybody was asked for prices.
    pub(super) const fn is_valued(&self) -> bool {
        !self.input.price_sources.is_empty()
    }
}

/// One wallet.
pub(super) struct View<'a> {
    pub(super) known: &'a Known<'a>,
    pub(super) statement: &'a Statement,
}

/// What a counterparty was at a dealing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// A listing was in force on that day.
    Listed,
    /// A listing may have been in force: one of its days is a bound, or the day of the dealing is not known.
    PerhapsListed,
    /// A label held on that day.
    Labelled(Category),
    /// Nobody labels it, and it was a side of a conversion.
    Converter,
    /// Nobody labels it, and it has code.
    Contract,
    /// Nobody labels it.
    Wallet,
}

impl Class {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Listed => "sanctions listing in force at the time",
            Self::PerhapsListed => "sanctions listing perhaps in force at the time",
            Self::Labelled(Category::Sanctioned) => "labelled sanctioned, by no list",
            Self::Labelled(Category::Unknown) => "labelled, of a kind nobody says",
            Self::Labelled(category) => category.name(),
            Self::Converter => "conversions with unlabelled contracts",
            Self::Contract => "unlabelled contract",
            Self::Wallet => "unlabelled wallet",
        }
    }

    /// What is read first; no two are the same.
    const fn rank(self) -> u8 {
        match self {
            Self::Listed => 0,
            Self::PerhapsListed => 1,
            Self::Labelled(category) => match category {
                Category::Sanctioned => 2,
                Category::Mixer => 3,
                Category::Theft => 4,
                Category::Scam => 5,
                Category::Gambling => 6,
                Category::Bridge => 7,
                Category::Exchange => 8,
                Category::Payment => 9,
                Category::Dex => 10,
                Category::Lending => 11,
                Category::WrappedNative => 12,
                Category::Token => 13,
                Category::FreezableToken => 14,
                Category::Burn => 15,
                Category::Other => 16,
                Category::Unknown => 17,
            },
            Self::Converter => 18,
            Self::Contract => 19,
            Self::Wallet => 20,
        }
    }
}

impl Ord for Class {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl PartialOrd for Class {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<'a> View<'a> {
    pub(super) const fn chain(&self) -> ChainId {
        self.statement.chain
    }

    pub(super) fn day(&self, block: u64) -> Option<Date> {
        self.known.coins.day(self.chain(), block)
    }

    pub(super) fn listings(&self, address: Address) -> impl Iterator<Item = &'a Listing> + use<'a> {
        self.known.listings.get(&address).into_iter().flatten().copied()
    }

    pub(super) fn labels(&self, address: Address) -> &'a [Label] {
        let marks = self.known.input.marks.get(&(self.chain(), address));
        marks.map_or(&[], |marks| marks.labels.as_slice())
    }

    /// The label that held in a block; where its day is not known, only one that holds always.
    pub(super) fn label(&self, address: Address, block: u64) -> Option<&'a Label> {
        let day = self.day(block);
        self.labels(address).iter().find(|label| match day {
            Some(day) => label.holds_on(day),
            None => label.valid_from.is_none() && label.valid_until.is_none(),
        })
    }

    /// The name by the label that held in a block, as the label's word.
    pub(super) fn name(&self, address: Address, block: u64) -> Option<String> {
        self.label(address, block).map(|label| {
            let mark = invented_mark(label.is_invented, &label.name);
            format!("labelled “{}”{mark}", clean(&label.name))
        })
    }

    pub(super) fn account_kind(&self, address: Address) -> Option<AccountKind> {
        self.known.kinds.get(&(self.chain(), address)).map(|(_, kind)| *kind)
    }

    pub(super) fn kind(&self, address: Address) -> &'static str {
        match self.account_kind(address) {
            Some(kind) if kind.is_wallet() => "wallet",
            Some(_) => "contract",
            None => "not known",
        }
    }

    pub(super) fn verdict(&self, listing: &Listing, block: u64) -> Verdict {
        Verdict::of(listing, self.day(block), self.known.input.today)
    }

    /// What the other side of a dealing was at the time.
    pub(super) fn class(&self, of: &Movement) -> Class {
        let block = of.transfer.position.block;
        let is_leg = matches!(of.standing, Standing::Conversion(_));
        let Some(other) = of.counterparty else { return Class::Converter };
        let then = self.listings(other).map(|listing| self.verdict(listing, block).then);
        let (mut is_listed, mut is_perhaps) = (false, false);
        for status in then {
            is_listed |= status == Some(ListingStatus::Listed);
            is_perhaps |= matches!(
                status,
                None | Some(ListingStatus::PerhapsListed | ListingStatus::PerhapsDelisted)
            );
        }
        match (is_listed, is_perhaps, self.label(other, block)) {
            (true, ..) => Class::Listed,
            (_, true, _) => Class::PerhapsListed,
            (.., Some(label)) => Class::Labelled(label.category),
            _ if is_leg => Class::Converter,
            _ if self.kind(other) == "contract" => Class::Contract,
            _ => Class::Wallet,
        }
    }

    pub(super) fn moment(&self, of: &Transfer) -> Moment {
        let time = self.known.coins.time(self.chain(), of.position.block);
        Moment {
            position: of.position.to_string(),
            time: time.map(|time| time.to_string()),
            transaction: of.transaction.map(hash_hex),
        }
    }

    /// What an amount was worth at a block, by which price.
    pub(super) fn value(&self, asset: Asset, amount: Amount, block: u64) -> Option<Valued> {
        let valued = (self.known.input.usd)(asset, amount, block);
        self.known.prices.note((asset, block), &valued);
        valued.ok()
    }

    pub(super) fn usd(&self, of: &Transfer) -> Option<Usd> {
        self.value(of.asset, of.amount, of.position.block).map(|of| of.usd)
    }

    /// A sum, or an amount of which no price is told.
    pub(super) fn quantity(&self, asset: Asset, amount: Amount, usd: Option<Usd>) -> Quantity {
        let (name, decimals) = self.known.coins.name_and_decimals(asset);
        Quantity {
            asset: name,
            contract: asset.contract().map(fundtrail_model::checksum),
            base_units: amount.to_string(),
            decimal: decimals.map(|places| amount.to_decimal(places)),
            usd: usd.map(|usd| usd.to_string()),
            price: None,
        }
    }

    /// What moved, with the price behind its dollars.
    pub(super) fn amount(&self, of: &Transfer) -> Quantity {
        self.priced(of.asset, of.amount, of.position.block)
    }

    /// An amount at a block, with the price behind its dollars.
    pub(super) fn priced(&self, asset: Asset, amount: Amount, block: u64) -> Quantity {
        let valued = self.value(asset, amount, block);
        let usd = valued.as_ref().map(|of| of.usd);
        let price = valued.map(|of| of.price).map(|price| match clean(&price.source) {
            source if source == price.source => price,
            source => Arc::new(PriceNote { source, ..PriceNote::clone(&price) }),
        });
        Quantity { price, ..self.quantity(asset, amount, usd) }
    }
}

/// Sums by asset, and their dollars as long as every movement has a price.
#[derive(Default)]
pub(super) struct Tally {
    by_asset: BTreeMap<Asset, (Amount, Option<Usd>)>,
    /// The dollars of those that have a price: only to rank by.
    pub(super) priced: Usd,
}

impl Tally {
    pub(super) fn add(&mut self, view: &View<'_>, of: &Transfer) {
        let usd = view.usd(of);
        let nothing = (Amount::ZERO, Some(Usd::default()));
        let (sum, dollars) = self.by_asset.entry(of.asset).or_insert(nothing);
        *sum = sum.saturating_add(of.amount);
        *dollars = dollars.zip(usd).map(|(dollars, usd)| dollars.saturating_add(usd));
        self.priced = self.priced.saturating_add(usd.unwrap_or_default());
    }

    pub(super) fn amounts(&self) -> impl Iterator<Item = (Asset, Amount)> {
        self.by_asset.iter().map(|(asset, (amount, _))| (*asset, *amount))
    }

    pub(super) fn quantities(&self, view: &View<'_>) -> Vec<Quantity> {
        let sums = self.by_asset.iter();
        sums.map(|(asset, (amount, usd))| view.quantity(*asset, *amount, *usd)).collect()
    }
}
