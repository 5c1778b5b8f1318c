//! Every movement of stolen value.

use std::borrow::Cow;

use super::{Cell, Fields, Kind, Table, borrowed, contract, decimal, joined, stolen_or_traced};
use crate::Report;
use crate::schema::{Hop, Lot};

/// One row per hop. Of a trail back `stolen` is `traced`.
///
/// `asset_…` and `amount_…` are what was given; where a conversion gave several assets, the cells hold one value for
/// each, separated by ` + `. `received` is `amount asset` in the same manner. Lots are `seed:base units of contract or
/// native from origin`, separated by ` + `. `verdicts` says what sanctions listings of the two ends make of the hop, on
/// its day and today.
pub(super) fn hops(report: &Report) -> Table<'_> {
    let stolen = |column| stolen_or_traced(report, column);
    Fields::<&Hop>::new()
        .code("hop", |hop| borrowed(&hop.id))
        .text("kind", |hop| borrowed(hop.kind))
        .number("depth", |hop| Some(hop.depth))
        .number("chain_id", |hop| Some(hop.place.chain))
        .text("chain", |hop| borrowed(&hop.place.chain_name))
        .number("block", |hop| Some(hop.block))
        .when(|hop| Some(&hop.place))
        .party("from_", |hop| Some(&hop.from))
        .code("to_address", |hop| borrowed(hop.to.as_ref().map_or("", |to| &to.address)))
        .text("to_name", |hop| match (&hop.to, hop.to_note) {
            (Some(to), _) => borrowed(&to.name),
            (None, note) => borrowed(note.unwrap_or_default()),
        })
        .code("asset_contract", |hop| joined(&hop.paid, |money| borrowed(contract(money))))
        .text("asset_name", |hop| joined(&hop.paid, |money| borrowed(&money.asset)))
        .field("amount_base_units", Kind::Units, |hop| {
            joined(&hop.paid, |money| borrowed(&money.base_units))
        })
        .field("amount", Kind::Amount, |hop| joined(&hop.paid, decimal))
        .text("received", |hop| {
            joined(&hop.received, |money| Cow::Owned(format!("{} {}", decimal(money), money.asset)))
        })
        .field(stolen("stolen_base_units"), Kind::Units, |hop| {
            joined(&hop.stolen, |money| borrowed(&money.base_units))
        })
        .field(stolen("stolen"), Kind::Amount, |hop| joined(&hop.stolen, decimal))
        .field("usd", Kind::Usd, |hop| {
            joined(&hop.stolen, |money| borrowed(money.usd().unwrap_or_default()))
        })
        .code("lots_taken", |hop| joined(&hop.taken, lot))
        .code("lots_made", |hop| joined(&hop.made, lot))
        .text("rule", |hop| borrowed(hop.rule))
        .flag("approximate", |hop| hop.is_approximate)
        .code("evidence", |hop| joined(&hop.evidence, |position| borrowed(position)))
        .text("verdicts", |hop| joined(&hop.verdicts, |verdict| borrowed(verdict)))
        .prices(|hop| &hop.stolen)
        .rows(report, &report.hops)
}

pub(super) fn lot(lot: &Lot) -> Cell<'_> {
    let from = lot.from.as_ref().map(|from| format!(" from {from}")).unwrap_or_default();
    let units = &lot.money.base_units;
    Cow::Owned(format!("{}:{units} of {}{from}", lot.seed, contract(&lot.money)))
}
