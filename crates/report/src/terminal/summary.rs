//! The part of the terminal summary below the answers.

use std::collections::BTreeMap;

use super::page::{Page, Style};
use super::section;
use crate::Report;
use crate::schema::{Action, ActionItem, Deposit, LedgerLine, Money};

/// More of a kind are counted and left to the whole report.
const MAX_ITEMS: usize = 20;

/// One line per seed and asset.
pub(super) fn ledger(page: &mut Page, report: &Report) {
    section(page, report, "Closing ledger");
    let is_upper_bound = report.certainty.is_upper_bound;
    let text = match (is_upper_bound, report.certainty.closes) {
        (true, _) => "What stolen value reached: upper bounds, which overlap and do not add up.",
        (false, true) => report.words.closes,
        (false, false) => "THE LEDGER DOES NOT CLOSE: do not rely on these amounts.",
    };
    page.paragraph(2, Style::Faint, text);
    for line in shown(page, &report.ledger) {
        let is_alert = !line.closes && !is_upper_bound;
        let style = if is_alert { Style::Alert } else { Style::Plain };
        let sign = match (is_upper_bound, line.closes) {
            (true, _) => "reached",
            (false, true) => "=",
            (false, false) => "IS NOT",
        };
        page.paragraph(2, style, &ledger_text(line, sign));
    }
}

fn ledger_text(line: &LedgerLine, sign: &str) -> String {
    let amount = |money: &Money| number(&money.brief(), &money.asset_and_chain);
    let part = |sign: &str, what: &str, money: &Money| {
        (!money.amount.is_zero()).then(|| format!("{sign}{} {what}", amount(money)))
    };
    let came = [part("", "seeded", &line.seeded), part("", "converted in", &line.converted_in)];
    let endings =
        line.endings.iter().map(|ending| format!("{} {}", amount(&ending.money), ending.class));
    let went: Vec<String> =
        part("", "converted out", &line.converted_out).into_iter().chain(endings).collect();
    format!(
        "{} {} on {}: {} {} {}",
        line.seed,
        line.asset,
        line.chain_name,
        came.into_iter().flatten().collect::<Vec<_>>().join(" + "),
        sign,
        went.join(" + "),
    )
}

/// The amount without the asset, which the line has named.
fn number(brief: &str, asset: &str) -> String {
    brief.strip_suffix(asset).unwrap_or(brief).trim_end().to_owned()
}

/// Whom to ask, with what to quote. Nobody needs to be told how it came to an address without an owner
/// who answers: there, the address is enough.
pub(super) fn requests(page: &mut Page, report: &Report) {
    section(page, report, report.words.requests);
    if report.actions.is_empty() {
        page.line(2, Style::Plain, crate::phrases::NO_REQUESTS);
    }
    if let Some(shared) = report.shared_requests() {
        page.paragraph(2, Style::Notice, &shared);
    }
    for action in &report.actions {
        let title = format!("{}, {}: {}", action.id, action.kind, action.whom);
        page.paragraph(2, Style::Strong, &title);
        if action.kind == "held" {
            page.paragraph(4, Style::Faint, &action.what);
            holders(page, action);
        } else {
            quotes(page, action);
        }
    }
}

fn holders(page: &mut Page, action: &Action) {
    for (address, items) in shown(page, &by_address(action)) {
        let amounts: Vec<String> = items.iter().map(|item| text(item)).collect();
        page.paragraph(4, Style::Plain, &format!("{address}  {}", amounts.join("; ")));
    }
}

fn quotes(page: &mut Page, action: &Action) {
    for (address, items) in shown(page, &by_address(action)) {
        page.line(4, Style::Plain, address);
        for item in shown(page, items) {
            let quote = format!("{}  {}", text(item), item.place.transaction_text());
            page.paragraph(6, Style::Plain, &quote);
            if let Some(deposit) = &item.deposit {
                forwarded(page, deposit);
            }
        }
    }
}

/// The deposit address that it went through, with what to quote of it.
fn forwarded(page: &mut Page, deposit: &Deposit) {
    let at = format!("deposit address, inferred: {}", deposit.at.address);
    page.paragraph(8, Style::Plain, &at);
    for place in deposit.paid_in.iter().take(MAX_ITEMS) {
        page.paragraph(8, Style::Plain, &format!("into it  {}", place.transaction_text()));
    }
}

/// The addresses in the order in which value arrived at them.
fn by_address(action: &Action) -> Vec<(&str, Vec<&ActionItem>)> {
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let mut grouped: Vec<(&str, Vec<&ActionItem>)> = Vec::new();
    for item in &action.items {
        let place = *places.entry(&item.at.address).or_insert(grouped.len());
        match grouped.get_mut(place) {
            Some((_, items)) => items.push(item),
            None => grouped.push((&item.at.address, vec![item])),
        }
    }
    grouped
}

fn text(item: &ActionItem) -> String {
    let known = item.known_in_short();
    let known = if known.is_empty() { known } else { format!(" ({known})") };
    format!("{} of {}{known}", item.money.brief(), item.seed)
}

/// Every listed address in full; the answers above say what its listing means.
pub(super) fn sanctions(page: &mut Page, report: &Report) {
    section(page, report, "Listed addresses");
    if report.findings.is_empty() {
        page.line(2, Style::Plain, "None.");
    }
    for finding in shown(page, &report.findings) {
        let is_alert = finding.is_flagged && finding.is_in_force;
        let style = if is_alert { Style::Alert } else { Style::Plain };
        let sums: Vec<String> = finding.totals.iter().map(|money| money.brief()).collect();
        let until = finding.delisted.as_ref().map(|day| format!(" to {day}")).unwrap_or_default();
        let is_invented = finding.is_invented || finding.party.name.contains("(invented)");
        let text = format!(
            "{}{}  {} {}; listed {}{until}; {}",
            finding.party.address,
            if is_invented { " (invented)" } else { "" },
            finding.role,
            sums.join("; "),
            finding.listed,
            finding.verdict,
        );
        page.paragraph(2, style, &text);
    }
}

/// The first of many, and a line that says how many are left out.
fn shown<'a, T>(page: &mut Page, items: &'a [T]) -> impl Iterator<Item = &'a T> + use<'a, T> {
    if items.len() > MAX_ITEMS {
        let count = crate::number::group(&items.len().to_string());
        let text = format!("The first {MAX_ITEMS} of {count}; the whole report has all.");
        page.paragraph(2, Style::Notice, &text);
    }
    items.iter().take(MAX_ITEMS)
}
