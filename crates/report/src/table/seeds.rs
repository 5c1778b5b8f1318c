//! What was stolen.

use std::borrow::Cow;

use super::{Cell, Fields, Table, borrowed, decimal, joined};
use crate::Report;
use crate::schema::{Money, Seed};

/// One row per seed. `converted` and `became` are amounts with their asset, separated by ` + `.
pub(super) fn seeds(report: &Report) -> Table<'_> {
    Fields::<&Seed>::new()
        .code("seed", |seed| borrowed(&seed.id))
        .number("chain_id", |seed| Some(seed.place.chain))
        .place(|seed| Some(&seed.place))
        .party("from_", |seed| seed.from.as_ref())
        .party("to_", |seed| Some(&seed.to))
        .money(|seed| Some(&seed.money))
        .text("converted", |seed| seed.converted.as_ref().map_or_else(Cell::default, named))
        .text("became", |seed| joined(&seed.became, named))
        .code("asked_for", |seed| joined(&seed.specs, |spec| borrowed(spec)))
        .price(|seed| &seed.money)
        .rows(report, &report.seeds)
}

fn named(money: &Money) -> Cell<'_> {
    Cow::Owned(format!("{} {}", decimal(money), money.asset))
}
