//! The second half of the terminal report: certainty, endings, method.

use super::page::{Page, Style};
use super::{band, capped, section};
use crate::Report;
use crate::document::parts::lots;
use crate::schema::Tag;

pub(super) fn certainty(page: &mut Page, report: &Report) {
    section(page, report, "How sure this is");
    let certainty = &report.certainty;
    for statement in &certainty.statements {
        page.paragraph(2, Style::Plain, statement);
    }
    for line in &certainty.coverage {
        let text = format!(
            "{}, {}, by {}: {} addresses; windows {} exact, {} reconciled, {} indicative, {} unreconciled",
            line.chain_name,
            line.class,
            line.how,
            line.addresses,
            line.exact,
            line.reconciled,
            line.indicative,
            line.unreconciled
        );
        page.paragraph(4, Style::Plain, &text);
    }
    for chain in &report.chains {
        let Some(until) = chain.until else { continue };
        let time = chain.until_time.as_deref().unwrap_or("time not known");
        let text = format!("{} was looked at until block {until} ({time})", chain.name);
        page.paragraph(4, Style::Plain, &text);
    }
    band::whole(page, report);
    page.line(2, Style::Strong, "Balances that disagree");
    for difference in capped(page, &certainty.differences) {
        let style = if difference.is_followed_here { Style::Alert } else { Style::Plain };
        page.paragraph(4, style, &difference.statement);
        page.field(6, "address", &difference.at.address);
        page.field(6, "contract", difference.money.contract.as_deref().unwrap_or("native coin"));
    }
    page.line(2, Style::Strong, "Reservations");
    for reservation in capped(page, &certainty.reservations) {
        page.paragraph(4, Style::Plain, reservation);
    }
    page.line(2, Style::Strong, "Not looked at");
    for end in capped(page, &certainty.open_ends) {
        let at = format!(
            "{} on {}: blocks {}, hop {}",
            end.at.text(),
            end.chain_name,
            end.window,
            end.depth
        );
        page.paragraph(4, Style::Plain, &at);
        page.field(6, "address", &end.at.address);
        page.field(6, "at stake", &lots(&end.at_stake));
    }
    if certainty.open_transactions.is_empty() {
        return;
    }
    for open in capped(page, &certainty.open_transactions) {
        let at = format!(
            "who got what in a transaction in block {} on {}, hop {}",
            open.block, open.chain_name, open.depth
        );
        page.paragraph(4, Style::Plain, &at);
        page.field(6, "transaction", &open.transaction);
        page.field(6, "at stake", &lots(&open.at_stake));
    }
}

pub(super) fn endings(page: &mut Page, report: &Report) {
    section(page, report, report.words.endings_title);
    for ending in capped(page, &report.endings) {
        let at = match &ending.at {
            Some(at) => format!(" {} {}", report.words.at, at.text()),
            None => String::new(),
        };
        let text = format!(
            "{}  {}: {} of {}{at}",
            ending.id,
            ending.class,
            ending.money.brief(),
            ending.seed
        );
        page.paragraph(2, Style::Strong, &text);
        page.paragraph(6, Style::Plain, &ending.why);
        if !ending.path.is_empty() {
            page.paragraph(6, Style::Faint, &format!("path {}", path(&ending.path)));
        }
    }
}

/// The hops by number; of a long path both ends.
fn path(hops: &[Tag]) -> String {
    match (hops.get(..12), hops.get(hops.len().saturating_sub(12)..)) {
        (Some(head), Some(tail)) if hops.len() > 24 => {
            let left_out = hops.len().saturating_sub(24);
            format!("{} … {left_out} more … {}", head.join(" "), tail.join(" "))
        }
        _ => hops.join(" "),
    }
}

pub(super) fn parties(page: &mut Page, report: &Report) {
    section(page, report, "Addresses");
    for party in capped(page, &report.parties) {
        let invented = if party.is_invented { " (invented)" } else { "" };
        let text = format!("{}  {}  {}{invented}", party.address, party.alias, party.chain_name);
        page.paragraph(2, Style::Plain, &text);
        for line in party.labels.iter().chain(&party.listings) {
            page.paragraph(6, Style::Plain, line);
        }
    }
    page.line(2, Style::Strong, "Assets");
    for asset in capped(page, &report.assets) {
        let contract = asset.contract.as_deref().unwrap_or("native coin");
        let text = format!(
            "{} on {}: {contract}; name from: {}",
            asset.name, asset.chain_name, asset.source
        );
        page.paragraph(4, Style::Plain, &text);
    }
}

pub(super) fn method(page: &mut Page, report: &Report) {
    section(page, report, "Method");
    let method = &report.method;
    for statement in &method.statements {
        page.paragraph(2, Style::Plain, statement);
    }
    for setting in &method.settings {
        page.paragraph(4, Style::Plain, &format!("{} = {}", setting.name, setting.value));
    }
    page.line(2, Style::Strong, "Lists");
    for line in capped(page, &method.lists) {
        page.paragraph(4, Style::Plain, &line.told());
    }
    page.line(2, Style::Strong, "Nodes asked");
    for host in capped(page, &method.endpoints) {
        page.paragraph(4, Style::Plain, host);
    }
    page.line(2, Style::Strong, "Software");
    page.paragraph(4, Style::Plain, &report.software);
    if let Some(digest) = &report.case_digest {
        page.paragraph(4, Style::Plain, &format!("case file {digest}"));
    }
    section(page, report, "Words");
    for term in &report.glossary {
        page.paragraph(2, Style::Plain, &format!("{}: {}", term.word, term.means));
    }
}
