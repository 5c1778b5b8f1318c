//! The report for spreadsheets: one row per hop.

use crate::schema::{Hop, Lot, Money};
use crate::{Error, Report};

const COLUMNS: [&str; 27] = [
    "hop",
    "kind",
    "depth",
    "chain_id",
    "chain",
    "block",
    "position",
    "time",
    "transaction",
    "from_address",
    "from_name",
    "to_address",
    "to_name",
    "asset_contract",
    "asset_name",
    "amount_base_units",
    "amount",
    "received",
    "stolen_base_units",
    "stolen",
    "usd",
    "lots_taken",
    "lots_made",
    "rule",
    "approximate",
    "evidence",
    "reconstruction",
];

/// One row per hop after a header row, RFC 4180, every cell quoted.
///
/// `asset_…` and `amount_…` are what was given; where a conversion gave several assets, the cells hold
/// one value for each, separated by ` + `. `received` is `amount asset` in the same manner. Lots are
/// `seed:base units of contract or native from origin`, separated by ` + `. A cell that a spreadsheet
/// would take for a formula starts with an apostrophe.
///
/// # Errors
///
/// If the writer fails, which no content causes.
pub fn csv(report: &Report) -> Result<Vec<u8>, Error> {
    let mut writer = csv::WriterBuilder::new()
        .quote_style(csv::QuoteStyle::Always)
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    let failed = |error: csv::Error| Error::Csv { reason: error.to_string() };
    writer.write_record(COLUMNS).map_err(failed)?;
    for hop in &report.hops {
        let cells = row(report, hop);
        writer.write_record(cells.iter().map(|cell| harmless(cell))).map_err(failed)?;
    }
    writer.into_inner().map_err(|error| Error::Csv { reason: error.to_string() })
}

fn row(report: &Report, hop: &Hop) -> [String; 27] {
    let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
    let (to_address, to_name) = match (&hop.to, hop.to_note) {
        (Some(to), _) => (to.address.clone(), to.name.clone()),
        (None, note) => (String::new(), note.unwrap_or_default().to_owned()),
    };
    [
        hop.id.clone(),
        hop.kind.to_owned(),
        hop.depth.to_string(),
        hop.place.chain.to_string(),
        hop.place.chain_name.clone(),
        hop.block.to_string(),
        hop.place.position.clone(),
        or_empty(&hop.place.time),
        or_empty(&hop.place.transaction),
        hop.from.address.clone(),
        hop.from.name.clone(),
        to_address,
        to_name,
        joined(&hop.paid, |money| contract(money).to_owned()),
        joined(&hop.paid, |money| money.asset.clone()),
        joined(&hop.paid, |money| money.base_units.clone()),
        joined(&hop.paid, decimal),
        joined(&hop.received, |money| format!("{} {}", decimal(money), money.asset)),
        joined(&hop.stolen, |money| money.base_units.clone()),
        joined(&hop.stolen, decimal),
        joined(&hop.stolen, |money| money.usd.clone().unwrap_or_default()),
        joined(&hop.taken, lot),
        joined(&hop.made, lot),
        hop.rule.to_owned(),
        if hop.is_approximate { "yes" } else { "no" }.to_owned(),
        hop.evidence.join(" + "),
        or_empty(&report.invented),
    ]
}

fn joined<T>(values: &[T], text: impl Fn(&T) -> String) -> String {
    values.iter().map(text).collect::<Vec<_>>().join(" + ")
}

fn contract(money: &Money) -> &str {
    money.contract.as_deref().unwrap_or("native")
}

/// The exact amount, or its base units where the decimals are not known.
fn decimal(money: &Money) -> String {
    match &money.decimal {
        Some(decimal) => decimal.clone(),
        None => format!("{} base units", money.base_units),
    }
}

fn lot(lot: &Lot) -> String {
    let from = lot.from.as_ref().map(|from| format!(" from {from}")).unwrap_or_default();
    format!("{}:{} of {}{from}", lot.seed, lot.money.base_units, contract(&lot.money))
}

/// Spreadsheets run a cell that starts with one of these, behind spaces too. The full-width forms count
/// in some locales.
fn harmless(cell: &str) -> String {
    let is_formula = cell.trim_start().starts_with([
        '=', '+', '-', '@', '\t', '\r', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
    ]) || cell.starts_with(['\t', '\r', '\n']);
    if is_formula { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn formulas_become_text() {
        let check = |cell: &str, expected: &str| assert_eq!(harmless(cell), expected);
        check("=HYPERLINK(\"http://x\")", "'=HYPERLINK(\"http://x\")");
        check("+1", "'+1");
        check("-1", "'-1");
        check("@SUM(A1)", "'@SUM(A1)");
        check("\t=1", "'\t=1");
        check("  =1", "'  =1");
        check("\u{ff1d}1", "'\u{ff1d}1");
        check("0x12", "0x12");
        check("", "");
    }
}
