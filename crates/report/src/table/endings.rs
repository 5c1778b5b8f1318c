//! Where and why following stopped.

use super::{Fields, Table, borrowed, joined};
use crate::Report;
use crate::schema::Ending;

/// One row per lot. `also_counted` says that the same coins are an ending of another seed too, so that a sum over seeds
/// leaves the row out. `path` has the hops that lead to it, first hop first.
pub(super) fn endings(report: &Report) -> Table<'_> {
    Fields::<&Ending>::new()
        .code("ending", |ending| borrowed(&ending.id))
        .text("kind", |ending| borrowed(ending.class))
        .code("seed", |ending| borrowed(&ending.seed))
        .number("chain_id", |ending| Some(ending.place.chain))
        .text("chain", |ending| borrowed(&ending.place.chain_name))
        .party("at_", |ending| ending.at.as_ref())
        .money(|ending| Some(&ending.money))
        .text("why", |ending| borrowed(&ending.why))
        .flag("incomplete", |ending| ending.is_incomplete)
        .flag("also_counted", |ending| ending.is_repeated)
        .when(|ending| Some(&ending.place))
        .code("origin", |ending| borrowed(&ending.origin))
        .code("path", |ending| joined(&ending.path, |hop| borrowed(hop)))
        .price(|ending| &ending.money)
        .rows(report, &report.endings)
}
