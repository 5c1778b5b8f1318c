//! The second half of the terminal report: certainty, endings, paths, method.

use std::collections::BTreeMap;

use super::page::{Page, Style};
use super::{band, capped, list, section};
use crate::Report;
use crate::schema::{Hop, Lot};

/// Paths told hop by hop; those that carry most.
const MAX_PATHS: usize = 8;
/// Hops of one path.
const MAX_HOPS: usize = 40;

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
            end.at.text, end.chain_name, end.window, end.depth
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
    section(page, report, "Endings");
    for ending in capped(page, &report.endings) {
        let at = match &ending.at {
            Some(at) => format!(" at {}", at.text),
            None => String::new(),
        };
        let text = format!(
            "{}  {}: {} of {}{at}",
            ending.id, ending.class, ending.money.brief, ending.seed
        );
        page.paragraph(2, Style::Strong, &text);
        page.paragraph(6, Style::Plain, &ending.why);
        if !ending.path.is_empty() {
            page.paragraph(6, Style::Faint, &format!("path {}", path(&ending.path)));
        }
    }
}

/// The hops by number; of a long path both ends.
fn path(hops: &[String]) -> String {
    match (hops.get(..12), hops.get(hops.len().saturating_sub(12)..)) {
        (Some(head), Some(tail)) if hops.len() > 24 => {
            let left_out = hops.len().saturating_sub(24);
            format!("{} … {left_out} more … {}", head.join(" "), tail.join(" "))
        }
        _ => hops.join(" "),
    }
}

pub(super) fn paths(page: &mut Page, report: &Report) {
    section(page, report, "Paths, hop by hop");
    let hops: BTreeMap<&str, &Hop> = report.hops.iter().map(|hop| (hop.id.as_str(), hop)).collect();
    let mut by_share: Vec<_> =
        report.endings.iter().filter(|ending| !ending.path.is_empty()).collect();
    by_share.sort_by_key(|ending| std::cmp::Reverse(ending.share_ppm));
    if by_share.len() > MAX_PATHS {
        let text = format!(
            "The {MAX_PATHS} that carry most, of {}; a hop that two paths share is told once.",
            by_share.len()
        );
        page.paragraph(2, Style::Notice, &text);
    }
    let mut told = std::collections::BTreeSet::new();
    for ending in by_share.into_iter().take(MAX_PATHS) {
        let text = format!("{} to {} ({})", ending.seed, ending.id, ending.class);
        page.paragraph(2, Style::Strong, &text);
        for id in ending.path.iter().take(MAX_HOPS) {
            let Some(hop) = hops.get(id.as_str()) else { continue };
            if told.insert(id) {
                tell(page, hop);
            } else {
                page.paragraph(4, Style::Faint, &format!("{id}  told above"));
            }
        }
        let left_out = ending.path.len().saturating_sub(MAX_HOPS);
        if left_out > 0 {
            page.paragraph(4, Style::Notice, &format!("and {left_out} more hops"));
        }
    }
}

fn tell(page: &mut Page, hop: &Hop) {
    let what = if hop.received.is_empty() {
        let to = match (&hop.to, hop.to_note) {
            (Some(to), _) => to.text.as_str(),
            (None, note) => note.unwrap_or_default(),
        };
        format!("{} paid {} to {to}", hop.from.text, list(&hop.paid))
    } else {
        let note = if hop.is_approximate { " (shares by convention)" } else { "" };
        format!(
            "{} converted {} into {}{note}",
            hop.from.text,
            list(&hop.paid),
            list(&hop.received)
        )
    };
    page.paragraph(4, Style::Plain, &format!("{}  {what}", hop.id));
    page.field(8, "when", &format!("{}, {}", hop.place.time_text(), hop.place.position));
    page.field(8, "transaction", hop.place.transaction_text());
    page.field(8, "stolen part", &format!("{}, by rule {}", lots(&hop.taken), hop.rule));
    if hop.kind == "conversion" {
        page.field(8, "became", &lots(&hop.made));
    }
}

fn lots(lots: &[Lot]) -> String {
    let text = |lot: &Lot| match &lot.from {
        Some(from) if *from != lot.seed => {
            format!("{} of {} from {from}", lot.money.text, lot.seed)
        }
        _ => format!("{} of {}", lot.money.text, lot.seed),
    };
    lots.iter().map(text).collect::<Vec<_>>().join("; ")
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
        let text = format!(
            "{} ({}), {} rows, as of {}, {}, from {}, sha256 {}",
            line.name, line.kind, line.rows, line.as_of, line.origin, line.source, line.sha256
        );
        page.paragraph(4, Style::Plain, &text);
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
