//! What can be frozen or requested now, and from whom.

use super::super::parts::{exact_list, heading, paragraph, quotes, section};
use super::super::{Block, Section, Text};
use crate::Report;
use crate::phrases;
use crate::schema::Action;

/// An action each, with what to quote.
pub(super) fn requests(report: &Report) -> Section {
    let mut requests = section("actions", format!("{}, and from whom", report.words.requests));
    if report.actions.is_empty() {
        requests.blocks.push(paragraph(phrases::NO_REQUESTS));
    }
    requests.blocks.extend(report.shared_requests().map(|shared| Block::Alert(shared.into())));
    requests.blocks.extend(report.actions.iter().flat_map(|action| request(report, action)));
    requests
}

fn request(report: &Report, action: &Action) -> Vec<Block> {
    let mut blocks = vec![
        heading(format!("{}, {}: {}", action.id, action.kind, action.whom)),
        paragraph(Text::default().strong(exact_list(&action.totals))),
        paragraph(action.what.as_str()),
    ];
    blocks.extend(action.shared().map(|shared| paragraph(Text::default().strong(shared))));
    blocks.push(quotes(report.words, &action.items, |item| action.known(item)));
    blocks
}
