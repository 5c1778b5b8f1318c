//! What a wallet report is made of: values that the caller has already looked up.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{
    AccountFact, Address, ChainId, ChainInfo, Crowd, Date, FlagRule, Freeze, Marks, Opinion,
    Patterns, Statement, Timestamp, TokenClaim,
};

use crate::input::{Issuer, ListLine, TrustedToken, UsdView};

/// Everything that a wallet report says, as values. [`content()`](super::content()) reads nothing else.
#[expect(missing_debug_implementations, reason = "a price view is a function")]
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// The report's heading.
    pub title: &'a str,
    /// If the case is a reconstruction: the sentence that every page and section shows.
    pub invented: Option<&'a str>,
    /// The wallets, in the order in which they are told.
    pub subjects: &'a [Subject<'a>],
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
    /// What issuers did to addresses, where their logs were read.
    pub freezes: &'a [Freeze],
    /// The chains on which there are such contracts to ask.
    pub has_oracles: &'a BTreeSet<ChainId>,
    /// Addresses that were found to be crowded.
    pub crowds: &'a [Crowd],
    /// With more counterparties an address is a hub.
    pub hub_counterparties: u32,
    /// Settings of the run, name and value.
    pub settings: &'a [(String, String)],
    /// The lists that labels and listings came from.
    pub lists: &'a [ListLine],
    /// Hosts that were asked. Never whole addresses: those hold keys.
    pub endpoints: &'a [String],
    /// Where the case is not finished: what is missing, in words.
    pub unfinished: Option<&'a str>,
    /// The day on which listings are judged as of today.
    pub today: Date,
    /// Which verdicts count as findings.
    pub flag: FlagRule,
    /// Name and version of the program.
    pub software: &'a str,
    /// A digest of the case file, where there is one.
    pub case_digest: Option<&'a str>,
    /// Where prices come from, in the order in which they are asked; empty where there is nothing to ask.
    pub price_sources: &'a [&'a str],
    /// The value of an amount at a block.
    pub usd: &'a UsdView<'a>,
}

/// One wallet.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// What it did.
    pub statement: &'a Statement,
    /// Behaviour that has a name and that it has a part in.
    pub patterns: &'a Patterns,
    /// Whether its behaviour could be looked at: not so of contracts, services and hubs, which act for many.
    pub is_person: bool,
    /// Whether it and all whom it dealt with were looked up in the lists: of others nothing is known.
    pub is_named: bool,
    /// The issuers that can be asked, and which of their logs were read for it.
    pub issuers: &'a [Issuer],
}
