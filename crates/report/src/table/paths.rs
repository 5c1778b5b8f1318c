//! How value came to where it ended, step by step.

use std::borrow::Cow;

use super::{Fields, Kind, Table, borrowed, joined, number, unit};
use crate::Report;
use crate::schema::{Hop, Path, PathSet, PathStep};

/// One step of a path.
struct Step<'a> {
    set: &'a PathSet,
    path: &'a Path,
    idx: usize,
    step: &'a PathStep,
    hop: &'a Hop,
}

/// The paths to the places that the report tells of: one row per step. `arrives` is the most that can have come by the
/// step this way, in whole coins or tokens, or in base units where the decimals are not known: `unit` says which. Of a
/// trail back it leads to origins.
pub(super) fn paths(report: &Report) -> Table<'_> {
    let paths = report.paths.iter().flat_map(|set| set.paths.iter().map(move |path| (set, path)));
    let steps = paths.flat_map(|(set, path)| {
        path.steps.iter().enumerate().map(move |(idx, step)| (set, path, idx, step))
    });
    let steps = steps.filter_map(move |(set, path, idx, step)| {
        Some(Step { set, path, idx, step, hop: report.hop(&step.hop)? })
    });
    let is_back = report.direction == "in";
    let named = |out: &'static str, back: &'static str| if is_back { back } else { out };
    Fields::<Step<'_>>::new()
        .code("seed", |at| borrowed(&at.set.seed))
        .party(named("to_", "origin_"), |at| at.set.at.as_ref())
        .text(named("ending_kind", "origin_kind"), |at| borrowed(at.set.class))
        .code(named("endings", "origins"), |at| joined(&at.set.endings, |id| borrowed(id)))
        .text("path", |at| joined(&at.path.is, |is| borrowed(is)))
        .number("step", |at| Some(at.idx.saturating_add(1)))
        .code("hop", |at| borrowed(&at.step.hop))
        .place(|at| Some(&at.hop.place))
        .code("from_address", |at| borrowed(&at.hop.from.address))
        .code("receiver_address", |at| borrowed(at.hop.to.as_ref().map_or("", |to| &to.address)))
        .asset(|at| Some(&at.step.arrives))
        .text("unit", |at| Cow::Borrowed(unit(&at.step.arrives)))
        .field(named("arrives", "traced"), Kind::Amount, |at| number(&at.step.arrives))
        .rows(report, steps)
}
