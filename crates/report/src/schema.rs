//! The content of a report: the schema `fundtrail.report`, version 1.
//!
//! Everything here is text that is ready to show, plus the exact numbers. Strangers' text has already
//! been sanitised and shortened; it still has to be escaped for the medium it lands in.

mod band;
mod behaviour;
mod paths;

use serde::Serialize;

use fundtrail_model::{Amount, EndingClass};

pub use crate::input::{Fact, ListLine};
pub use crate::words::Words;
pub use band::{Band, BandAmount, BandAsset, BandPlace, BandRule, BandTotal};
pub use behaviour::{Behaviour, Link, Measure, Owner, Pattern, PatternParty};
pub use paths::{Path, PathSet, PathStep};

/// The name of the schema.
pub const SCHEMA: &str = "fundtrail.report";
/// The version of the schema. It grows when a field changes its meaning or goes away.
pub const VERSION: u32 = 1;

/// The content of a report, in the order in which it is read.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// [`VERSION`].
    pub version: u32,
    /// The heading.
    pub title: String,
    /// If the case is a reconstruction: what every page and section says.
    pub invented: Option<String>,
    /// Name and version of the program.
    pub software: String,
    /// The day on which listings were judged, `2026-11-23`.
    pub today: String,
    /// Which verdicts on listings count as findings: `then`, `now` or `ever`.
    pub flag: &'static str,
    /// A digest of the case file.
    pub case_digest: Option<String>,
    /// Where the case is not finished: what is missing. Everything below may still change.
    pub unfinished: Option<String>,
    /// Which way value was followed: `out`, where it went, or `in`, where it came from. Then what is called stolen
    /// here is what is traced back, endings are origins, and hops are in the reverse order of the chain.
    pub direction: &'static str,
    /// The words that depend on it.
    #[serde(skip)]
    pub words: &'static Words,
    /// The rule that chose the lots.
    pub rule: &'static str,
    /// The answers in short, question by question.
    pub summary: Vec<Answer>,
    /// Public facts of the case.
    pub background: Vec<Fact>,
    /// What was stolen.
    pub seeds: Vec<Seed>,
    /// Where it is now, per seed and asset.
    pub ledger: Vec<LedgerLine>,
    /// What can be frozen or requested now, and from whom.
    pub actions: Vec<Action>,
    /// Which flows touched an address with a sanctions listing.
    pub findings: Vec<Finding>,
    /// What contracts on the chain say of the addresses, where they were asked: disagreements first.
    pub opinions: Vec<Opinion>,
    /// How sure all this is.
    pub certainty: Certainty,
    /// Where and why following stopped, lot by lot.
    pub endings: Vec<Ending>,
    /// How it came to the places that carry most of their seed.
    pub paths: Vec<PathSet>,
    /// How many places have paths.
    pub path_count: usize,
    /// Every movement of stolen value, in the order of the chain.
    pub hops: Vec<Hop>,
    /// Behaviour that has a name, and what links addresses. Nothing of it is in the ledger.
    pub behaviour: Behaviour,
    /// Every address that has a part in it.
    pub parties: Vec<Party>,
    /// Every asset that has a part in it.
    pub assets: Vec<AssetLine>,
    /// The chains.
    pub chains: Vec<Chain>,
    /// How it was found out.
    pub method: Method,
    /// What the words mean.
    pub glossary: Vec<Term>,
}

/// A question and its answer in short.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    /// The question.
    pub question: &'static str,
    /// The answer, a sentence each.
    pub lines: Vec<String>,
    /// Whether the answer asks for attention.
    pub is_alert: bool,
}

/// An amount of one asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Money {
    /// The number itself.
    #[serde(skip)]
    pub amount: Amount,
    /// The chain's id.
    pub chain: u64,
    /// The token's contract; `None` for the native coin.
    pub contract: Option<String>,
    /// The asset's name as shown.
    pub asset: String,
    /// The same with the chain, where assets of several chains share the name.
    #[serde(skip)]
    pub asset_and_chain: String,
    /// The asset's decimals; `None` where they are not known.
    pub decimals: Option<u8>,
    /// The exact amount in base units.
    pub base_units: String,
    /// The exact amount in whole coins or tokens; `None` where the decimals are not known.
    pub decimal: Option<String>,
    /// US dollars at the block of the movement; `None` where there is no price.
    pub usd: Option<String>,
    /// The exact amount with thousands grouped, the asset's name, and its chain where the name alone
    /// is not enough.
    #[serde(skip)]
    pub text: String,
    /// The amount rounded for a table, with the asset's name; `≈` marks what is rounded.
    #[serde(skip)]
    pub brief: String,
}

impl Money {
    /// The dollars, or `no price`.
    #[must_use]
    pub fn usd_text(&self) -> &str {
        self.usd.as_deref().unwrap_or("no price")
    }

    /// Whether the amount for a table is the exact one.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.brief == self.text
    }

    /// Another amount of the same asset, rounded for a table.
    #[must_use]
    pub fn sum_text(&self, sum: Amount) -> String {
        match self.decimals {
            Some(places) => {
                format!("{} {}", crate::number::brief(sum, places), self.asset_and_chain)
            }
            None => {
                let units = crate::number::group(&sum.to_string());
                format!("{units} base units of {}", self.asset_and_chain)
            }
        }
    }

    /// The same where everything around it is on one chain.
    #[must_use]
    pub fn sum_on_chain(&self, sum: Amount) -> String {
        Self { asset_and_chain: self.asset.clone(), ..self.clone() }.sum_text(sum)
    }

    /// The exact amount with thousands grouped and the asset's name, where the chain is named besides.
    #[must_use]
    pub fn exact_on_chain(&self) -> String {
        match self.decimal {
            Some(_) => format!("{} {}", self.number(), self.asset),
            None => format!("{} of {}", self.number(), self.asset),
        }
    }

    /// The amount rounded for a table, without the asset, where a heading names that.
    #[must_use]
    pub fn brief_number(&self) -> &str {
        self.brief.strip_suffix(&self.asset_and_chain).unwrap_or(&self.brief).trim_end()
    }

    /// The exact amount with thousands grouped, without the asset.
    #[must_use]
    pub fn number(&self) -> String {
        match &self.decimal {
            Some(decimal) => crate::number::group(decimal),
            None => format!("{} base units", crate::number::group(&self.base_units)),
        }
    }
}

/// An address where it is mentioned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PartyRef {
    /// Its number among the [`Report::parties`].
    pub party: String,
    /// The whole address, with its checksum.
    pub address: String,
    /// `wallet 7`, or `labelled “name”` by the label that held at the time; it says `(invented)` where
    /// it is.
    pub name: String,
    /// The name and the shortened address.
    #[serde(skip)]
    pub text: String,
}

/// An address that has a part in the trail.
#[derive(Clone, Debug, Serialize)]
pub struct Party {
    /// `P1` and so on, in the order of appearance.
    pub id: String,
    /// The chain's id.
    pub chain: u64,
    /// The chain's name.
    pub chain_name: String,
    /// The whole address, with its checksum.
    pub address: String,
    /// The address shortened for reading, `0x12ab…34cd`.
    pub short: String,
    /// A short name of this report, `wallet 7`; the same number is the same address on every chain.
    pub alias: String,
    /// What it is: `wallet`, `contract`, or `not known`.
    pub kind: String,
    /// What labels say of it, the most trusted first.
    pub labels: Vec<String>,
    /// What sanctions listings say of it, with the status of today.
    pub listings: Vec<String>,
    /// Whether it is made up for a reconstruction.
    pub is_invented: bool,
    /// Its page at a block explorer.
    pub link: Option<String>,
}

/// An asset that has a part in the trail.
#[derive(Clone, Debug, Serialize)]
pub struct AssetLine {
    /// The chain's name.
    pub chain_name: String,
    /// The token's contract; `None` for the native coin.
    pub contract: Option<String>,
    /// Its name as shown.
    pub name: String,
    /// Its decimals; `None` where they are not known.
    pub decimals: Option<u8>,
    /// Where name and decimals come from.
    pub source: String,
}

/// A chain.
#[derive(Clone, Debug, Serialize)]
pub struct Chain {
    /// Its id.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// The last block looked at.
    pub until: Option<u64>,
    /// When that block was made.
    pub until_time: Option<String>,
}

/// Where in a chain something happened, and what to quote for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The chain's id.
    pub chain: u64,
    /// The chain's name.
    pub chain_name: String,
    /// Block, transaction index and step, `26498039/4/log12`.
    pub position: String,
    /// When its block was made, in UTC.
    pub time: Option<String>,
    /// The transaction's hash; `None` where no transaction caused it.
    pub transaction: Option<String>,
    /// The transaction's page at a block explorer.
    pub link: Option<String>,
}

impl Place {
    /// The time, or that it is not known.
    #[must_use]
    pub fn time_text(&self) -> &str {
        self.time.as_deref().unwrap_or("time not known")
    }

    /// The hash, or that there is none.
    #[must_use]
    pub fn transaction_text(&self) -> &str {
        self.transaction.as_deref().unwrap_or("no transaction")
    }

    /// The hash shortened for reading, or that there is none.
    #[must_use]
    pub fn transaction_short(&self) -> String {
        let hash = self.transaction_text();
        match (hash.get(..10), hash.get(60..)) {
            (Some(head), Some(tail)) => format!("{head}…{tail}"),
            _ => hash.to_owned(),
        }
    }
}

/// A stolen amount.
#[derive(Clone, Debug, Serialize)]
pub struct Seed {
    /// `S1` and so on.
    pub id: String,
    /// How much.
    pub money: Money,
    /// Whom it was taken from, where one payer is known.
    pub from: Option<PartyRef>,
    /// Who received it.
    pub to: PartyRef,
    /// Where and when.
    pub place: Place,
    /// How much of it was converted, still in its own asset, in the first conversions that took it.
    pub converted: Option<Money>,
    /// What those conversions made of it, by asset.
    pub became: Vec<Money>,
    /// How it was asked for, as typed.
    pub specs: Vec<String>,
}

/// One seed in one asset: what came in, what became something else, where the rest is.
#[derive(Clone, Debug, Serialize)]
pub struct LedgerLine {
    /// The seed.
    pub seed: String,
    /// The chain's name.
    pub chain_name: String,
    /// The asset's name.
    pub asset: String,
    /// The stolen amount.
    pub seeded: Money,
    /// What conversions made of other assets.
    pub converted_in: Money,
    /// What conversions took for other assets.
    pub converted_out: Money,
    /// Where the rest is.
    pub endings: Vec<LedgerEnding>,
    /// Seeded and converted in.
    pub came: Money,
    /// Converted out and at endings.
    pub went: Money,
    /// Whether both sides are equal.
    pub closes: bool,
}

/// What one kind of ending holds of one ledger line.
#[derive(Clone, Debug, Serialize)]
pub struct LedgerEnding {
    /// The kind of ending.
    pub class: &'static str,
    /// How much.
    pub money: Money,
    /// How many endings.
    pub count: usize,
}

/// Something to ask of somebody now.
#[derive(Clone, Debug, Serialize)]
pub struct Action {
    /// `held`, `service`, `bridge` or `issuer`.
    pub kind: &'static str,
    /// Whom it concerns, in words that claim no more than the label does.
    pub whom: String,
    /// What there is to ask, and what it rests on.
    pub what: String,
    /// The sums, by asset.
    pub totals: Vec<Money>,
    /// What to quote.
    pub items: Vec<ActionItem>,
}

/// One amount that an action is about.
#[derive(Clone, Debug, Serialize)]
pub struct ActionItem {
    /// The ending.
    pub ending: String,
    /// The seed.
    pub seed: String,
    /// How much.
    pub money: Money,
    /// Where it is.
    pub at: PartyRef,
    /// How it came there.
    pub place: Place,
}

/// An address with a sanctions listing that stolen value touched.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// The address.
    pub party: PartyRef,
    /// The chain's name.
    pub chain_name: String,
    /// Who is sanctioned by whom, and by what programme.
    pub listing: String,
    /// Where the listing is known from.
    pub source: String,
    /// The version of the list that it stands in; `None` where the case does not say.
    pub list: Option<String>,
    /// The day of the listing, or a bound for it.
    pub listed: String,
    /// The day of the delisting, or a bound for it.
    pub delisted: Option<String>,
    /// How many listings the address has.
    pub listing_count: usize,
    /// The day of the first movement; `None` where it is not known.
    pub first_day: Option<String>,
    /// The day of the last movement; `None` where it is not known.
    pub last_day: Option<String>,
    /// Whether the address received or sent the value.
    pub role: &'static str,
    /// The status at the transfer: `not yet listed`, `perhaps listed`, `listed`, `perhaps delisted`,
    /// `delisted`, or `time not known`.
    pub then: &'static str,
    /// The status today, in the same words.
    pub today: &'static str,
    /// Both in short, `listed later; not sanctioned today`.
    pub verdict: &'static str,
    /// Whether it counts by [`Report::flag`].
    pub is_flagged: bool,
    /// The words for the status at the transfer, as in the statement.
    #[serde(skip)]
    pub then_words: &'static str,
    /// The words for the status today, as in the statement.
    #[serde(skip)]
    pub today_words: &'static str,
    /// Both, with their dates, as a sentence.
    pub statement: String,
    /// Whether the listing was, or may have been, in force at the transfer or is today.
    pub is_in_force: bool,
    /// Whether the listing is made up for a reconstruction.
    pub is_invented: bool,
    /// The sums, by asset.
    pub totals: Vec<Money>,
    /// The movements.
    pub transfers: Vec<FindingTransfer>,
}

/// What a contract on the chain that keeps a list of its own says of an address.
#[derive(Clone, Debug, Serialize)]
pub struct Opinion {
    /// The address.
    pub party: PartyRef,
    /// The chain's name.
    pub chain_name: String,
    /// The kind of contract: `sanctions-oracle`, `usdt-issuer` or `usdc-issuer`.
    pub oracle: &'static str,
    /// The contract that was asked.
    pub contract: String,
    /// At the end of which block.
    pub block: u64,
    /// Whether the address is on its list.
    pub is_listed: bool,
    /// Whether that is not what the lists used say of that day.
    pub is_disagreement: bool,
    /// What it says and what the lists say, as a sentence.
    pub statement: String,
}

/// One movement that touched a listed address.
#[derive(Clone, Debug, Serialize)]
pub struct FindingTransfer {
    /// The seed credit, hop, or ending.
    pub id: String,
    /// Where and when.
    pub place: Place,
    /// The stolen part, by asset.
    pub stolen: Vec<Money>,
    /// Days from the transfer to the listing; negative where the listing came first. `None` where the
    /// time of the transfer is not known.
    pub lead_days: Option<i64>,
    /// The same in words.
    pub lead: String,
}

/// How sure the report is.
#[derive(Clone, Debug, Serialize)]
pub struct Certainty {
    /// Whether the ledger closes everywhere.
    pub closes: bool,
    /// Where it does not.
    pub imbalance: Option<String>,
    /// Whether the rule's amounts are only indicative here.
    pub is_indicative: bool,
    /// Whether the rule is no ledger, so that amounts are upper bounds that overlap.
    pub is_upper_bound: bool,
    /// What to know before relying on the numbers, a sentence each.
    pub statements: Vec<String>,
    /// What every rule says, where they are compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub band: Option<Band>,
    /// What has been looked at, by chain, class and way.
    pub coverage: Vec<CoverageLine>,
    /// Where balances do not agree with what was seen.
    pub differences: Vec<DifferenceLine>,
    /// What weakens the amounts, and where.
    pub reservations: Vec<String>,
    /// What has not been looked at.
    pub open_ends: Vec<OpenEnd>,
    /// Transactions that were not read whole.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub open_transactions: Vec<OpenTransaction>,
}

/// How many windows were looked at in one way.
#[derive(Clone, Debug, Serialize)]
pub struct CoverageLine {
    /// The chain's name.
    pub chain_name: String,
    /// `native coin`, `tokens` or `one token`.
    pub class: &'static str,
    /// How movements were found.
    pub how: &'static str,
    /// How many addresses.
    pub addresses: usize,
    /// Windows in which nothing else can have moved.
    pub exact: usize,
    /// Windows whose balances agree with what was seen.
    pub reconciled: usize,
    /// Windows that could not be checked.
    pub indicative: usize,
    /// Windows whose balances do not agree with what was seen.
    pub unreconciled: usize,
}

/// A balance that the transfers seen do not explain.
#[derive(Clone, Debug, Serialize)]
pub struct DifferenceLine {
    /// Whose balance.
    pub at: PartyRef,
    /// The chain's name.
    pub chain_name: String,
    /// By how much.
    pub money: Money,
    /// Whether the balance is `lower` or `higher` than the transfers say.
    pub direction: &'static str,
    /// The block at whose end it does not agree.
    pub block: u64,
    /// Whether stolen value was followed in this asset at this address: then the amounts there are in
    /// doubt.
    pub is_followed_here: bool,
    /// Whether stolen value was followed in this asset anywhere.
    pub is_followed: bool,
    /// All of it, as a sentence.
    pub statement: String,
}

/// What has not been looked at.
#[derive(Clone, Debug, Serialize)]
pub struct OpenEnd {
    /// The chain's name.
    pub chain_name: String,
    /// The address.
    pub at: PartyRef,
    /// The blocks that are missing.
    pub window: String,
    /// Hops from the seed.
    pub depth: u32,
    /// How much of each seed waits there.
    pub at_stake: Vec<Lot>,
}

/// A transaction that would have to be read whole, because it is not known who got what for stolen value.
#[derive(Clone, Debug, Serialize)]
pub struct OpenTransaction {
    /// The chain's name.
    pub chain_name: String,
    /// The block.
    pub block: u64,
    /// The hash.
    pub transaction: String,
    /// Hops from the seed.
    pub depth: u32,
    /// How much of each seed waits there.
    pub at_stake: Vec<Lot>,
}

/// An amount of one seed.
#[derive(Clone, Debug, Serialize)]
pub struct Lot {
    /// The seed.
    pub seed: String,
    /// How the lot had got there: a seed or a hop. `None` for lots that are only being made.
    pub from: Option<String>,
    /// How much.
    pub money: Money,
}

/// Where and why following stopped, for one lot.
#[derive(Clone, Debug, Serialize)]
pub struct Ending {
    /// `E1` and so on.
    pub id: String,
    /// The seed.
    pub seed: String,
    /// The kind of ending.
    pub class: &'static str,
    /// The kind itself.
    #[serde(skip)]
    pub kind: EndingClass,
    /// How much.
    pub money: Money,
    /// Where it is; `None` for a fee or an unknown counterparty.
    pub at: Option<PartyRef>,
    /// Why following stopped, as a sentence.
    pub why: String,
    /// Whether more looking could change it.
    pub is_incomplete: bool,
    /// Whether it is the same coins as an ending of another seed, so that sums leave it out.
    #[serde(skip)]
    pub is_repeated: bool,
    /// Where in the chain it arrived, and by which transaction.
    pub place: Place,
    /// The seed or the hop that brought it.
    pub origin: String,
    /// The hops that lead to it, first hop first.
    pub path: Vec<String>,
    /// The share of the seed's value in millionths, where one asset that became several counts in
    /// equal parts. For order and drawing only.
    #[serde(skip)]
    pub share_ppm: u32,
}

/// One movement of stolen value.
#[derive(Clone, Debug, Serialize)]
pub struct Hop {
    /// `H1` and so on.
    pub id: String,
    /// `payment` or `conversion`.
    pub kind: &'static str,
    /// Where and when.
    pub place: Place,
    /// The block.
    pub block: u64,
    /// Hops from the seed.
    pub depth: u32,
    /// Who paid or converted.
    pub from: PartyRef,
    /// Who received; for a conversion the same account, `None` for nobody or somebody not known.
    pub to: Option<PartyRef>,
    /// Why there is no receiver.
    pub to_note: Option<&'static str>,
    /// What was given, clean lots included.
    pub paid: Vec<Money>,
    /// What a conversion got for it, clean lots included.
    pub received: Vec<Money>,
    /// Whether a conversion's shares rest on a convention.
    pub is_approximate: bool,
    /// The stolen part of what was given, by asset.
    pub stolen: Vec<Money>,
    /// The stolen lots it took.
    pub taken: Vec<Lot>,
    /// The stolen lots it made.
    pub made: Vec<Lot>,
    /// The rule that chose the lots.
    pub rule: &'static str,
    /// Positions of the transfers that show it.
    pub evidence: Vec<String>,
    /// What the listings of its two ends say of it, then and now; empty where neither has one.
    pub verdicts: Vec<String>,
    /// As in [`Ending::share_ppm`].
    #[serde(skip)]
    pub share_ppm: u32,
}

/// How it was found out.
#[derive(Clone, Debug, Serialize)]
pub struct Method {
    /// The method, a sentence each.
    pub statements: Vec<String>,
    /// Settings, name and value.
    pub settings: Vec<Setting>,
    /// The lists that labels and listings came from.
    pub lists: Vec<ListLine>,
    /// Hosts that were asked.
    pub endpoints: Vec<String>,
}

/// A setting of the run.
#[derive(Clone, Debug, Serialize)]
pub struct Setting {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A word and what it means here.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Term {
    /// The word.
    pub word: &'static str,
    /// What it means.
    pub means: &'static str,
}
