//! The content of a report: the schema `fundtrail.report`, version 1.
//!
//! Everything here is text that is ready to show, plus the exact numbers. Strangers' text has already
//! been sanitised and shortened; it still has to be escaped for the medium it lands in.

mod actions;
mod band;
mod behaviour;
mod certainty;
mod findings;
mod leads;
mod ledger;
mod method;
mod money;
mod movements;
mod party;
mod paths;
mod place;
mod quote;
mod tag;

use fundtrail_model::Rule;
use schemars::JsonSchema;
use serde::Serialize;

pub use crate::input::{Fact, ListLine};
pub use crate::words::Words;
pub use actions::{Action, ActionItem, BalanceCheck, Deposit, FreezeCheck, Known, Topic};
pub use band::{Band, BandAmount, BandAsset, BandPlace, BandRule, BandTotal};
pub use behaviour::{Behaviour, Link, Measure, Owner, Pattern, PatternParty};
pub use certainty::{Certainty, CoverageLine, DifferenceLine, OpenEnd, OpenTransaction};
pub use findings::{Finding, FindingTransfer, Freeze, Opinion};
pub use leads::{Lead, LeadItem};
pub use ledger::{LedgerEnding, LedgerLine, Lot, Seed};
pub use method::{Method, Setting, Term};
pub use money::{AssetText, Figures, Money};
pub use movements::{Ending, Few, Hop};
pub use party::{AssetLine, Chain, Party, PartyRef, PartyText};
pub(crate) use party::{INVENTED, SHORT_DIGITS, WHOLE_DIGITS, shortened};
pub use paths::{Path, PathSet, PathStep};
pub use place::{ChainText, Place, PlaceText};
pub(crate) use quote::Quote;
pub use tag::Tag;

/// The name of the schema.
pub const SCHEMA: &str = "fundtrail.report";
/// The identifier of its JSON Schema.
pub const ID: &str = "urn:fundtrail:schema:fundtrail.report.v1";
/// The version of the schema. It grows when a field changes its meaning or goes away.
pub const VERSION: u32 = 1;

/// The content of a report, in the order in which it is read.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Report {
    /// [`SCHEMA`].
    #[schemars(extend("enum" = [SCHEMA]))]
    pub schema: &'static str,
    /// [`VERSION`].
    #[schemars(extend("enum" = [VERSION]))]
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
    #[schemars(extend("enum" = ["then", "now", "ever"]))]
    pub flag: &'static str,
    /// A digest of the case file.
    pub case_digest: Option<String>,
    /// Where the case is not finished: what is missing. Everything below may still change.
    pub unfinished: Option<String>,
    /// Which way value was followed: `out`, where it went, or `in`, where it came from. Then what is called stolen
    /// here is what is traced back, endings are origins, and hops are in the reverse order of the chain.
    #[schemars(extend("enum" = ["out", "in"]))]
    pub direction: &'static str,
    /// The words that depend on it.
    #[serde(skip)]
    pub words: &'static Words,
    /// The rule that chose the lots.
    #[schemars(extend("enum" = Rule::ALL.map(Rule::name)))]
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
    /// What the order of the actions rests on.
    pub action_order: &'static str,
    /// Mixers and bridges, beyond which nothing is followed: what could be looked at there. Nothing of it is counted
    /// as traced.
    pub leads: Vec<Lead>,
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
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Answer {
    /// The question.
    pub question: &'static str,
    /// The answer, a sentence each.
    pub lines: Vec<String>,
    /// Whether the answer asks for attention.
    pub is_alert: bool,
    /// How many of its lines do, the first of them; the others only inform.
    pub alerts: usize,
}

impl Report {
    /// The hop of that id, `H12`: hops are numbered in their order.
    #[must_use]
    pub fn hop(&self, id: &str) -> Option<&Hop> {
        let number: usize = id.strip_prefix('H')?.parse().ok()?;
        self.hops.get(number.checked_sub(1)?)
    }

    /// The seed of that id, `S1`.
    #[must_use]
    pub fn seed(&self, id: &str) -> Option<&Seed> {
        self.seeds.iter().find(|seed| seed.id.as_str() == id)
    }
}
