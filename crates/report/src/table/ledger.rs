//! Both sides of every line of the closing ledger.

use super::{Fields, Table, borrowed};
use crate::Report;
use crate::schema::{LedgerLine, Money};

/// One line of one side.
struct Part<'a> {
    line: &'a LedgerLine,
    side: &'static str,
    what: &'static str,
    money: &'a Money,
    endings: Option<usize>,
}

/// For each seed and asset: what came (`seeded`, `converted in`), where it went (`converted out`, and a row per kind of
/// ending), and the sum of each side, which are equal where the ledger closes.
pub(super) fn ledger(report: &Report) -> Table<'_> {
    Fields::<Part<'_>>::new()
        .code("seed", |part| borrowed(&part.line.seed))
        .text("chain", |part| borrowed(&part.line.chain_name))
        .text("side", |part| borrowed(part.side))
        .text("what", |part| borrowed(part.what))
        .number("endings", |part| part.endings)
        .money(|part| Some(part.money))
        .flag("closes", |part| part.line.closes)
        .rows(report, report.ledger.iter().flat_map(parts))
}

fn parts(line: &LedgerLine) -> impl Iterator<Item = Part<'_>> {
    let part = move |side, what, money| Part { line, side, what, money, endings: None };
    let endings = line.endings.iter().map(move |ending| Part {
        endings: Some(ending.count),
        ..part("went", ending.class, &ending.money)
    });
    [part("came", "seeded", &line.seeded), part("came", "converted in", &line.converted_in)]
        .into_iter()
        .chain([part("came", "sum", &line.came)])
        .chain([part("went", "converted out", &line.converted_out)])
        .chain(endings)
        .chain([part("went", "sum", &line.went)])
}
