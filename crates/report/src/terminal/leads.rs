//! Mixers and bridges that value ended in: leads, apart from the sums.

use super::page::{Page, Style};
use super::{capped, list, section};
use crate::Report;
use crate::phrases;
use crate::schema::Lead;

/// A line for each; nothing where there are none.
pub(super) fn summary(page: &mut Page, report: &Report) {
    if !report.leads.is_empty() {
        beginning(page, report);
        for lead in capped(page, &report.leads) {
            page.paragraph(2, Style::Plain, &title(lead));
        }
    }
}

/// Each with what it rests on, what could be looked at next, and what cannot be known.
pub(super) fn whole(page: &mut Page, report: &Report) {
    if report.leads.is_empty() {
        return;
    }
    beginning(page, report);
    for lead in capped(page, &report.leads) {
        page.paragraph(2, Style::Strong, &title(lead));
        page.field(4, "rests on", &lead.basis.join("; "));
        for (what, when) in [("first", &lead.first), ("last", &lead.last)] {
            if let Some(when) = when {
                page.field(4, what, when);
            }
        }
        for next in &lead.next {
            page.field(4, "look next", next);
        }
        for gap in &lead.unknown {
            page.field(4, "not known", gap);
        }
        let ids: Vec<&str> = lead.items.iter().map(|item| item.ending.as_str()).collect();
        let shown = ids.get(..MAX_IDS).unwrap_or(&ids);
        let more = match ids.len().saturating_sub(shown.len()) {
            0 => String::new(),
            count => format!(" and {} more", crate::number::group(&count.to_string())),
        };
        page.field(4, report.words.endings, &format!("{}{more}", shown.join(" ")));
    }
}

/// Endings of a lead that are named.
const MAX_IDS: usize = 40;

fn beginning(page: &mut Page, report: &Report) {
    section(page, report, phrases::LEADS_TITLE);
    page.paragraph(2, Style::Notice, phrases::LEADS);
}

fn title(lead: &Lead) -> String {
    let Lead { id, kind, name, chain_name, totals, .. } = lead;
    format!("{id}, {kind}: {name} on {chain_name}: {}", list(totals))
}
