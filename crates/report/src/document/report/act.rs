//! What can be frozen or requested now, and from whom.

use super::super::parts::{
    exact, exact_list, grid, heading, paragraph, party, section, transaction, when,
};
use super::super::{Block, Column, Section, Text};
use crate::Report;
use crate::phrases;
use crate::schema::{Action, ActionItem};

/// An action each, with what to quote.
pub(super) fn requests(report: &Report) -> Section {
    let mut requests = section("actions", format!("{}, and from whom", report.words.requests));
    if report.actions.is_empty() {
        requests.blocks.push(paragraph(phrases::NO_REQUESTS));
    }
    requests.blocks.extend(report.actions.iter().flat_map(|action| request(report, action)));
    requests
}

fn request(report: &Report, action: &Action) -> [Block; 4] {
    [
        heading(format!("{}: {}", action.kind, action.whom)),
        paragraph(Text::default().strong(exact_list(&action.totals))),
        paragraph(action.what.as_str()),
        quotes(report, &action.items),
    ]
}

/// What to quote.
fn quotes(report: &Report, items: &[ActionItem]) -> Block {
    let columns = vec![
        Column::words(report.words.ending_title, 2),
        Column::words("Amount", 3),
        Column::words("Address", 4),
        Column::words(report.words.arrived_title, 3),
        Column::words("Transaction", 4),
    ];
    let row = |item: &ActionItem| {
        vec![
            format!("{} of {}", item.ending, item.seed).into(),
            exact(&item.money).into(),
            party(&item.at),
            when(&item.place),
            transaction(&item.place),
        ]
    };
    grid("", columns, items, row)
}
