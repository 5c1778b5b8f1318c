//! What has been looked at, and what has not.

use super::hops::lot;
use super::{Cell, Fields, Kind, Table, borrowed, joined};
use crate::Report;
use crate::schema::{CoverageLine, DifferenceLine, Lot, OpenEnd, OpenTransaction};

/// One row per chain, class and way of looking. The last four numbers count windows.
pub(super) fn coverage(report: &Report) -> Table<'_> {
    Fields::<&CoverageLine>::new()
        .text("chain", |line| borrowed(&line.chain_name))
        .text("class", |line| borrowed(line.class))
        .text("how", |line| borrowed(line.how))
        .number("addresses", |line| Some(line.addresses))
        .number("exact", |line| Some(line.exact))
        .number("reconciled", |line| Some(line.reconciled))
        .number("indicative", |line| Some(line.indicative))
        .number("unreconciled", |line| Some(line.unreconciled))
        .rows(report, &report.certainty.coverage)
}

/// One row per balance that the transfers seen do not explain; `lower` or `higher` than they say.
pub(super) fn differences(report: &Report) -> Table<'_> {
    Fields::<&DifferenceLine>::new()
        .text("chain", |line| borrowed(&line.chain_name))
        .party("at_", |line| Some(&line.at))
        .text("balance_is", |line| borrowed(line.direction))
        .money(|line| Some(&line.money))
        .number("block", |line| Some(line.block))
        .flag("followed_here", |line| line.is_followed_here)
        .flag("followed_anywhere", |line| line.is_followed)
        .text("statement", |line| borrowed(&line.statement))
        .rows(report, &report.certainty.differences)
}

/// What was not looked at.
enum Open<'a> {
    Window(&'a OpenEnd),
    Transaction(&'a OpenTransaction),
}

/// One row per window of an address that was not looked at, and per transaction that was not read whole.
pub(super) fn open_ends(report: &Report) -> Table<'_> {
    let windows = report.certainty.open_ends.iter().map(Open::Window);
    let transactions = report.certainty.open_transactions.iter().map(Open::Transaction);
    Fields::<Open<'_>>::new()
        .text("row", |open| {
            borrowed(match open {
                Open::Window(_) => "window",
                Open::Transaction(_) => "transaction",
            })
        })
        .text("chain", |open| {
            borrowed(match open {
                Open::Window(end) => &end.chain_name,
                Open::Transaction(open) => &open.chain_name,
            })
        })
        .party("at_", |open| match open {
            Open::Window(end) => Some(&end.at),
            Open::Transaction(_) => None,
        })
        .text("blocks", |open| match open {
            Open::Window(end) => borrowed(&end.window),
            Open::Transaction(open) => Cell::Owned(open.block.to_string()),
        })
        .code("transaction", |open| {
            borrowed(match open {
                Open::Window(_) => "",
                Open::Transaction(open) => &open.transaction,
            })
        })
        .field("depth", Kind::Integer, |open| {
            Cell::Owned(match open {
                Open::Window(end) => end.depth.to_string(),
                Open::Transaction(open) => open.depth.to_string(),
            })
        })
        .code("at_stake", |open| joined(open.at_stake(), lot))
        .rows(report, windows.chain(transactions))
}

impl<'a> Open<'a> {
    fn at_stake(&self) -> &'a [Lot] {
        match self {
            Self::Window(end) => &end.at_stake,
            Self::Transaction(open) => &open.at_stake,
        }
    }
}
