//! What can be frozen or requested now.

use super::{Fields, Table, borrowed};
use crate::Report;
use crate::schema::{Action, ActionItem};

/// One row per amount that an action is about, with what to quote for it.
pub(super) fn actions(report: &Report) -> Table<'_> {
    let items = report
        .actions
        .iter()
        .enumerate()
        .flat_map(|(idx, action)| action.items.iter().map(move |item| (idx, action, item)));
    Fields::<(usize, &Action, &ActionItem)>::new()
        .number("action", |(idx, ..)| Some(idx.saturating_add(1)))
        .text("kind", |(_, action, _)| borrowed(action.kind))
        .text("whom", |(_, action, _)| borrowed(&action.whom))
        .text("what", |(_, action, _)| borrowed(&action.what))
        .code("ending", |(.., item)| borrowed(&item.ending))
        .code("seed", |(.., item)| borrowed(&item.seed))
        .party("at_", |(.., item)| Some(&item.at))
        .money(|(.., item)| Some(&item.money))
        .number("chain_id", |(.., item)| Some(item.place.chain))
        .place(|(.., item)| Some(&item.place))
        .rows(report, items)
}
