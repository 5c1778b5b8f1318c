//! The content of a report, built once for every format.

use fundtrail_model::sanitize_claim;

use crate::input::{Fact, Input, ListLine};
use crate::schema::{Report, SCHEMA, VERSION, Words};

mod actions;
mod assets;
mod band;
mod behaviour;
mod certainty;
mod coins;
mod differences;
mod endings;
mod findings;
mod glossary;
mod hops;
mod leads;
mod ledger;
mod method;
mod names;
mod opinions;
mod parties;
mod paths;
mod prices;
mod shares;
mod shorts;
mod summary;
mod sums;

pub(crate) use assets::Tickers;
pub(crate) use behaviour::{definition, measure, threshold};
pub(crate) use coins::Coins;
pub(crate) use findings::{lead_text, then_words, today_words, when};
pub(crate) use glossary::of_wallets;
pub(crate) use opinions::{search, since, told};
pub(crate) use parties::{invented_mark, label_text, listing_dates, listing_text};
pub use paths::{MainPlaces, main_places};
pub(crate) use prices::Used;
pub(crate) use shorts::Shorts;

/// Longest text taken over from a list or a setting, in characters.
const TEXT_CHARS: usize = 300;
/// Longest banner or public fact: these are read whole.
const LONG_TEXT_CHARS: usize = 2_000;

/// Turns a trail and what is known about it into the content of a report.
///
/// Pure and deterministic: the same input gives the same report. It cannot fail: whatever is missing
/// from the input (a block's time, a token's decimals, a price) is said to be missing.
#[must_use]
pub fn content(input: &Input<'_>) -> Report {
    let used = prices::Used::default();
    let usd = used.noting(input.usd);
    let input = &Input { usd: &usd, ..input.clone() };
    let names = names::Names::new(input);
    let shares = shares::Shares::of(input.trail);
    let (actions, action_order) = actions::actions(input, &names, &shares);
    let mut report = Report {
        schema: SCHEMA,
        version: VERSION,
        title: clean(input.title),
        invented: input.invented.map(clean_long),
        software: clean(input.software),
        today: input.today.to_string(),
        flag: input.flag.name(),
        case_digest: input.case_digest.as_deref().map(clean),
        unfinished: input.unfinished.map(str::to_owned),
        direction: input.trail.direction.name(),
        words: Words::of(input.trail.direction),
        rule: input.trail.rule.name(),
        summary: Vec::new(),
        background: input
            .background
            .iter()
            .map(|fact| Fact { text: clean_long(&fact.text), source: clean_long(&fact.source) })
            .collect(),
        seeds: ledger::seeds(input, &names),
        ledger: ledger::lines(input, &names),
        actions,
        action_order,
        leads: leads::leads(input, &names),
        findings: findings::findings(input, &names),
        opinions: opinions::opinions(input, &names),
        certainty: certainty::certainty(input, &names),
        endings: endings::endings(input, &names, &shares),
        paths: paths::paths(input, &names),
        path_count: input.places.count,
        hops: hops::hops(input, &names, &shares),
        behaviour: behaviour::behaviour(input, &names),
        parties: names.parties(),
        assets: names.assets(),
        chains: names.chains(),
        // After all that has a price.
        method: method::method(input, &names, &used),
        glossary: glossary::glossary(input),
    };
    report.summary = summary::summary(&report);
    report
}

/// Somebody's text made harmless and not too long.
pub(crate) fn clean(text: &str) -> String {
    sanitize_claim(text, TEXT_CHARS)
}

/// A text that is worth reading whole, made harmless.
pub(crate) fn clean_long(text: &str) -> String {
    sanitize_claim(text, LONG_TEXT_CHARS)
}

/// The lists, made harmless.
pub(crate) fn clean_lists(lists: &[ListLine]) -> Vec<ListLine> {
    let harmless = |list: &ListLine| ListLine {
        name: clean(&list.name),
        kind: clean(&list.kind),
        rows: clean(&list.rows),
        as_of: clean(&list.as_of),
        sha256: clean(&list.sha256),
        origin: clean(&list.origin),
        source: clean(&list.source),
    };
    lists.iter().map(harmless).collect()
}
