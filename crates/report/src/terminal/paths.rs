//! Paths, hop by hop.

use std::collections::BTreeSet;

use super::page::{Page, Style};
use super::{list, section};
use crate::Report;
use crate::document::parts::lots;
use crate::schema::{Hop, PathSet, Words};

/// Places of the whole report; those that carry most.
const MAX_PLACES: usize = 8;
/// Hops of one path.
const MAX_HOPS: usize = 40;

/// The places that carry most of their seed.
pub(super) fn main(page: &mut Page, report: &Report) {
    paths(page, report, MAX_PLACES);
}

/// Every place that the report tells of.
pub(super) fn all(page: &mut Page, report: &Report) {
    paths(page, report, usize::MAX);
}

fn paths(page: &mut Page, report: &Report, most: usize) {
    section(page, report, report.words.paths);
    if report.paths.is_empty() {
        page.line(2, Style::Plain, "None.");
        return;
    }
    page.paragraph(2, Style::Faint, report.words.paths_say);
    let told = report.paths.len().min(most);
    if told < report.path_count {
        let text = format!(
            "The {told} places that carry most, of {}; a hop that two paths share is told once. For any other: \
             fundtrail report CASE --path ENDING.",
            crate::number::group(&report.path_count.to_string())
        );
        page.paragraph(2, Style::Notice, &text);
    }
    let mut known = BTreeSet::new();
    for set in report.paths.iter().take(most) {
        page.paragraph(2, Style::Strong, &set.title(report.words));
        // Whole: shortened, addresses that are made to look alike are the same.
        if let Some(at) = &set.at {
            page.field(4, "address", &at.address);
        }
        for path in &set.paths {
            page.paragraph(4, Style::Strong, &path.title(report.words));
            steps(page, report, (set, path), &mut known);
        }
    }
}

fn steps<'a>(
    page: &mut Page,
    report: &Report,
    (set, path): (&PathSet, &'a crate::schema::Path),
    known: &mut BTreeSet<&'a str>,
) {
    for step in path.steps.iter().take(MAX_HOPS) {
        let Some(hop) = report.hop(&step.hop) else { continue };
        if known.insert(&step.hop) {
            tell(page, report.words, hop);
        } else {
            page.paragraph(6, Style::Faint, &format!("{}  told above", step.hop));
        }
        page.field(10, "this way", &format!("at most {}", step.arrives.text()));
    }
    let left_out = path.steps.len().saturating_sub(MAX_HOPS);
    if left_out > 0 {
        let text = format!("and {left_out} more hops to {}", set.place());
        page.paragraph(6, Style::Notice, &text);
    }
}

fn tell(page: &mut Page, words: &Words, hop: &Hop) {
    let what = if hop.received.is_empty() {
        let to = match (&hop.to, hop.to_note) {
            (Some(to), _) => to.text(),
            (None, note) => note.unwrap_or_default().to_owned(),
        };
        format!("{} paid {} to {to}", hop.from.text(), list(&hop.paid))
    } else {
        let note = if hop.is_approximate { " (shares by convention)" } else { "" };
        format!(
            "{} converted {} into {}{note}",
            hop.from.text(),
            list(&hop.paid),
            list(&hop.received)
        )
    };
    page.paragraph(6, Style::Plain, &format!("{}  {what}", hop.id));
    page.field(10, "when", &format!("{}, {}", hop.place.time_text(), hop.place.position));
    page.field(10, "transaction", hop.place.transaction_text());
    page.field(10, words.part, &format!("{}, by rule {}", lots(&hop.taken), hop.rule));
    if hop.kind == "conversion" {
        page.field(10, words.became, &lots(&hop.made));
    }
}
