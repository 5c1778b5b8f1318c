//! The report for spreadsheets: one row per hop, or per place and rule.

mod behaviour;
mod paths;

use crate::schema::{BandTotal, Hop, Lot, Money};
use crate::{Error, Report};

pub use behaviour::patterns_csv;
pub use paths::paths_csv;

const COLUMNS: [&str; 28] = [
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
    "verdicts",
    "reconstruction",
];

/// One row per hop after a header row, RFC 4180, every cell quoted. Of a trail back `stolen` is `traced`.
///
/// `asset_…` and `amount_…` are what was given; where a conversion gave several assets, the cells hold
/// one value for each, separated by ` + `. `received` is `amount asset` in the same manner. Lots are
/// `seed:base units of contract or native from origin`, separated by ` + `. A cell that a spreadsheet
/// would take for a formula starts with an apostrophe. `verdicts` says what sanctions listings of the two ends
/// make of the hop, on its day and today.
///
/// # Errors
///
/// If the writer fails, which no content causes.
pub fn csv(report: &Report) -> Result<Vec<u8>, Error> {
    let head = COLUMNS.map(|column| renamed(report, column)).to_vec();
    let rows = report.hops.iter().map(|hop| row(report, hop).to_vec());
    written(std::iter::once(head).chain(rows))
}

/// The name of a column; what is traced back is not called stolen.
fn renamed(report: &Report, column: &str) -> String {
    match (report.direction, column) {
        ("in", "stolen_base_units") => "traced_base_units".to_owned(),
        ("in", "stolen") => "traced".to_owned(),
        _ => column.to_owned(),
    }
}

/// What ended where by every rule: after a header row what weakens each rule, then per asset one row per place and
/// a row of totals for each line of the ledger. RFC 4180, every cell quoted; `None` where only one rule was followed.
///
/// `least` and `most` are over the rules that add up. Amounts are in whole coins or tokens, or in base units
/// where the decimals are not known: `unit` says which.
///
/// # Errors
///
/// If the writer fails, which no content causes.
pub fn band_csv(report: &Report) -> Result<Option<Vec<u8>>, Error> {
    let Some(band) = &report.certainty.band else { return Ok(None) };
    let mut rows = vec![
        [
            "row",
            "chain",
            "asset_contract",
            "asset_name",
            "unit",
            "address",
            "name",
            "endings",
            "least",
            "most",
        ]
        .into_iter()
        .chain(band.rules.iter().map(|rule| rule.rule))
        .map(str::to_owned)
        .chain(["reconstruction".to_owned()])
        .collect::<Vec<_>>(),
    ];
    let invented = report.invented.clone().unwrap_or_default();
    let mut standing = vec!["standing of the rule".to_owned()];
    standing.extend([(); 9].map(|()| String::new()));
    standing.extend(band.rules.iter().map(|rule| match rule.adds_up {
        true => rule.standing().to_owned(),
        false => "upper bounds, no ledger".to_owned(),
    }));
    standing.push(invented.clone());
    rows.push(standing);
    for asset in &band.assets {
        let Some(one) = asset.places.first().map(|place| &place.most) else { continue };
        let start = |row: &str| {
            let of = [row, &asset.chain_name, contract(one), &asset.asset, unit(one)];
            of.map(str::to_owned).to_vec()
        };
        for place in &asset.places {
            let mut cells = start("place");
            let name = place.at.as_ref().map_or("nobody", |at| &at.name).to_owned();
            let address = place.at.as_ref().map(|at| at.address.clone()).unwrap_or_default();
            cells.extend([address, name, place.classes.join(" + ")]);
            cells.extend([number(&place.least), number(&place.most)]);
            cells.extend(place.amounts.iter().map(|amount| number(&amount.money)));
            cells.push(invented.clone());
            rows.push(cells);
        }
        let lines: [(&str, Part); 5] = [
            ("seeded", |total| &total.seeded),
            ("converted in", |total| &total.converted_in),
            ("converted out", |total| &total.converted_out),
            ("counted with another seed", |total| &total.with_other_seeds),
            ("total of the places", |total| &total.at_places),
        ];
        for (what, of) in lines {
            let mut cells = start(what);
            cells.extend([(); 5].map(|()| String::new()));
            for rule in &band.rules {
                let total = asset.totals.iter().find(|total| total.rule == rule.rule);
                cells.push(total.map(|total| number(of(total))).unwrap_or_default());
            }
            cells.push(invented.clone());
            rows.push(cells);
        }
    }
    written(rows).map(Some)
}

/// One side of a ledger, or a part of it.
type Part = fn(&BandTotal) -> &Money;

/// What [`number`] counts in.
fn unit(money: &Money) -> &'static str {
    if money.decimals.is_some() { "whole" } else { "base units" }
}

/// In whole coins or tokens, else in base units.
fn number(money: &Money) -> String {
    money.decimal.clone().unwrap_or_else(|| money.base_units.clone())
}

fn written(rows: impl IntoIterator<Item = Vec<String>>) -> Result<Vec<u8>, Error> {
    let mut writer = csv::WriterBuilder::new()
        .quote_style(csv::QuoteStyle::Always)
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    let failed = |error: csv::Error| Error::Csv { reason: error.to_string() };
    for cells in rows {
        writer.write_record(cells.iter().map(|cell| harmless(cell))).map_err(failed)?;
    }
    writer.into_inner().map_err(|error| Error::Csv { reason: error.to_string() })
}

fn row(report: &Report, hop: &Hop) -> [String; 28] {
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
        hop.verdicts.join(" + "),
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
