//! How value came to the places that carry most of their seed, hop by hop.

use std::collections::BTreeSet;

use super::super::parts::{exact_list, heading, lots, paragraph, section, transaction};
use super::super::{Block, Section, Text};
use super::{MAX_PLACES, MAX_STEPS};
use crate::Report;
use crate::number::group;
use crate::schema::{Hop, Path, Words};

/// The paths; a hop that two of them share is told once.
pub(super) fn paths(report: &Report) -> Section {
    let words = report.words;
    let mut paths = section("paths", words.paths);
    if report.paths.is_empty() {
        paths.blocks.push(paragraph("None."));
        return paths;
    }
    paths.blocks.push(paragraph(words.paths_say));
    let told = report.paths.len().min(MAX_PLACES);
    if told < report.path_count {
        paths.blocks.push(paragraph(format!(
            "The {told} places that carry most, of {}. For any other: fundtrail report CASE --path ENDING.",
            group(&report.path_count.to_string())
        )));
    }
    let mut known = BTreeSet::new();
    for set in report.paths.iter().take(MAX_PLACES) {
        paths.blocks.push(heading(set.title(words)));
        if let Some(at) = &set.at {
            paths.blocks.push(paragraph(Text::from("Address ").code(at.address.as_str())));
        }
        for path in &set.paths {
            paths.blocks.push(paragraph(Text::default().strong(path.title(words))));
            paths.blocks.extend(steps(report, path, &mut known));
            let left_out = path.steps.len().saturating_sub(MAX_STEPS);
            if 0 < left_out {
                let count = group(&left_out.to_string());
                paths.blocks.push(paragraph(format!("and {count} more hops to {}", set.place())));
            }
        }
    }
    paths
}

fn steps<'a>(report: &Report, path: &'a Path, known: &mut BTreeSet<&'a str>) -> Option<Block> {
    let mut items = Vec::new();
    for step in path.steps.iter().take(MAX_STEPS) {
        let Some(hop) = report.hop(&step.hop) else { continue };
        let told = if known.insert(&step.hop) {
            tell(report.words, hop)
        } else {
            Text::default().strong(hop.id.as_str()).then(": told above.")
        };
        items.push(told.line().then(format!("This way at most {}.", step.arrives.text())));
    }
    super::super::parts::list(items)
}

fn tell(words: &Words, hop: &Hop) -> Text {
    let what = if hop.received.is_empty() {
        let to = match (&hop.to, hop.to_note) {
            (Some(to), _) => to.text(),
            (None, note) => note.unwrap_or_default().to_owned(),
        };
        format!(": {} paid {} to {to}.", hop.from.text(), exact_list(&hop.paid))
    } else {
        let note = if hop.is_approximate { " (shares by convention)" } else { "" };
        let (paid, received) = (exact_list(&hop.paid), exact_list(&hop.received));
        format!(": {} converted {paid} into {received}{note}.", hop.from.text())
    };
    let became = match hop.received.is_empty() {
        true => String::new(),
        false => format!(" It {} {}.", words.became, lots(&hop.made)),
    };
    let part = format!("{}: {}, by rule {}.{became}", words.part_title, lots(&hop.taken), hop.rule);
    let when = format!("{}, position {}, transaction ", hop.place.time_text(), hop.place.position);
    Text::default()
        .strong(hop.id.as_str())
        .then(what)
        .line()
        .then(part)
        .line()
        .then(when)
        .join(transaction(&hop.place))
}
