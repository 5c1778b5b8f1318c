//! What a report is made of: values that the caller has already looked up.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use fundtrail_model::{
    AccountFact, Address, Amount, Asset, ChainId, ChainInfo, Coverage, Date, FlagRule, Freeze,
    HopId, Links, Marks, Opinion, Oracle, Patterns, Position, SeedId, Thresholds, Timestamp,
    TokenClaim, Trail, Window,
};

use crate::content::MainPlaces;

/// Looks up what an amount of an asset was worth at a block, or says why there is no price.
///
/// It is a view: it reports and never moves a lot.
pub type UsdView<'a> = dyn Fn(Asset, Amount, u64) -> Result<Valued, &'static str> + 'a;

/// Everything that a report says, as values. [`crate::content()`] reads nothing else.
#[expect(missing_debug_implementations, reason = "a price view is a function")]
#[derive(Clone)]
pub struct Input<'a> {
    /// The report's heading.
    pub title: &'a str,
    /// If the case is a reconstruction: the sentence that every page and section shows.
    pub invented: Option<&'a str>,
    /// Public facts of the case, each with its source.
    pub background: &'a [Fact],
    /// The answer to report.
    pub trail: &'a Trail,
    /// The answers by every rule, the one to report among them, where they are to be compared; else none.
    pub trails: &'a [Trail],
    /// How each seed was asked for, as typed.
    pub seed_specs: &'a [(String, SeedId)],
    /// For each ending of the trail, at the same index: the hops that lead to it, first hop first.
    pub paths: &'a [Vec<HopId>],
    /// How value came to the places to tell of.
    pub places: &'a MainPlaces,
    /// The chains of the case.
    pub chains: &'a [ChainInfo],
    /// When blocks were made. A block that is missing has no time in the report.
    pub blocks: &'a BTreeMap<(ChainId, u64), Timestamp>,
    /// Labels and listings.
    pub marks: &'a BTreeMap<(ChainId, Address), Marks>,
    /// What token contracts say of themselves. Shown as claims.
    pub claims: &'a [TokenClaim],
    /// Tokens whose names are trusted.
    pub tokens: &'a [TrustedToken],
    /// What addresses are. The fact with the latest block counts.
    pub accounts: &'a [AccountFact],
    /// What contracts on the chain say of addresses, where they were asked.
    pub opinions: &'a [Opinion],
    /// What issuers of tokens did to addresses, where that was looked for.
    pub freezes: &'a [Freeze],
    /// The issuers that can be asked, on the chains of the case.
    pub issuers: &'a [Issuer],
    /// What has been looked at.
    pub coverage: &'a [Coverage],
    /// Where balances do not agree with the transfers that were seen.
    pub differences: &'a [Difference],
    /// Behaviour that has a name.
    pub patterns: &'a Patterns,
    /// Evidence that addresses belong to one owner.
    pub links: &'a Links,
    /// From where on behaviour counted.
    pub thresholds: &'a Thresholds,
    /// The last block looked at, per chain.
    pub until: &'a BTreeMap<ChainId, u64>,
    /// Where following went on although something stops there.
    pub through: &'a [ThroughLine],
    /// Settings of the run, name and value; the price source belongs here.
    pub settings: &'a [(String, String)],
    /// The lists that labels and listings came from.
    pub lists: &'a [ListLine],
    /// Hosts that were asked. Never whole addresses: those hold keys.
    pub endpoints: &'a [String],
    /// Where the case is not finished: what is missing, in words. Everything it shows may still change.
    pub unfinished: Option<&'a str>,
    /// The day on which listings are judged as of today.
    pub today: Date,
    /// Which verdicts count as findings.
    pub flag: FlagRule,
    /// Name and version of the program, for example `fundtrail 0.1.0`.
    pub software: &'a str,
    /// A digest of the case file, where there is one.
    pub case_digest: Option<String>,
    /// Where prices come from, in the order in which they are asked; nothing where none are wanted.
    pub price_sources: &'a [&'static str],
    /// The value of an amount at a block.
    pub usd: &'a UsdView<'a>,
}

/// What an amount was worth, and by which price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Valued {
    /// The value.
    pub usd: Usd,
    /// The price.
    pub price: Arc<PriceNote>,
}

/// A price, and who says so.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct PriceNote {
    /// US dollars for one whole unit, exact.
    pub usd_per_unit: String,
    /// The kind of source: `csv`, `feed`, `pool-mean`, `pool-spot` or `stable`.
    pub kind: &'static str,
    /// Who says so.
    pub source: String,
    /// Of when it is: a day, or a time.
    pub time: String,
    /// How much older than the block of the movement it is, in seconds; `None` for the price of a day.
    pub age_seconds: Option<u64>,
}

/// An issuer of a token that can be asked whom it has frozen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Issuer {
    /// The chain.
    pub chain: ChainId,
    /// Which.
    pub oracle: Oracle,
    /// Its token's contract.
    pub contract: Address,
    /// The blocks whose logs of freezes were read; `None` where none were.
    pub searched: Option<Window>,
}

/// A balance that the transfers seen do not explain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// Whose balance.
    pub address: Address,
    /// Of which asset; it also names the chain.
    pub asset: Asset,
    /// The end of the window that does not add up.
    pub position: Position,
    /// Whether more is gone than the transfers say; otherwise more is there.
    pub is_outgoing: bool,
    /// By how much, in base units.
    pub amount: Amount,
}

/// Where following went on although something stops there, because whoever asked wanted it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThroughLine {
    /// The address or name, as it was asked for.
    pub what: String,
    /// The addresses that it names and that stolen value came to, each with the block of the first arrival.
    pub reached: BTreeMap<(ChainId, Address), u64>,
}

/// A public fact of the case.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Fact {
    /// The fact, one sentence.
    pub text: String,
    /// Where it is known from.
    pub source: String,
}

/// A token whose name and decimals somebody other than its contract vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedToken {
    /// The token.
    pub asset: Asset,
    /// Its ticker.
    pub symbol: String,
    /// Number of decimals of the base unit.
    pub decimals: u8,
    /// Who vouches for it.
    pub source: String,
}

/// A list that labels or listings came from, as text for the reader.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct ListLine {
    /// Its name.
    pub name: String,
    /// What it holds, for example `listings`.
    pub kind: String,
    /// How many rows it has.
    pub rows: String,
    /// The day it describes.
    pub as_of: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// How it came here, for example `built in` or `downloaded`.
    pub origin: String,
    /// Who publishes it.
    pub source: String,
}

impl ListLine {
    /// All of it in a line; what it does not say of itself is left out.
    pub(crate) fn told(&self) -> String {
        let rows = if self.rows == "1" { "row" } else { "rows" };
        let day = Some(&self.as_of).filter(|day| !day.is_empty());
        let source = Some(&self.source).filter(|source| !source.is_empty());
        format!(
            "{} ({}), {} {rows}{}, {}{}, SHA-256 {}",
            self.name,
            self.kind,
            self.rows,
            day.map(|day| format!(", as of {day}")).unwrap_or_default(),
            self.origin,
            source.map(|source| format!(", from {source}")).unwrap_or_default(),
            self.sha256
        )
    }
}

/// An amount of US dollars in whole cents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Usd {
    /// Cents.
    pub cents: u128,
}

impl Usd {
    /// The sum; the largest amount if it would not fit.
    #[must_use]
    pub const fn saturating_add(self, other: Self) -> Self {
        Self { cents: self.cents.saturating_add(other.cents) }
    }
}

/// Prints `$1,234.50`.
impl fmt::Display for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dollars = crate::number::group(&(self.cents / 100).to_string());
        write!(f, "${dollars}.{:02}", self.cents % 100)
    }
}
