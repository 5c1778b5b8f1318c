//! A table for spreadsheets and programs.

use std::borrow::Cow;
use std::io;

use crate::table::{Kind, Table, table};
use crate::{Error, Report, TableName};

/// One of the report's tables: a row each after a header row, RFC 4180, in UTF-8, every cell quoted.
///
/// A cell that a spreadsheet would take for a formula starts with an apostrophe, except a plain number in a column
/// of numbers. `reconstruction`, the last column, says in every row where the case is one. A table that the report does
/// not have ([`TableName::is_in`]) is its header alone.
///
/// # Errors
///
/// If `to` cannot be written to.
pub fn csv(report: &Report, name: TableName, to: &mut dyn io::Write) -> Result<(), Error> {
    write(table(report, name), to)
}

/// Writes a table.
pub(crate) fn write(table: Table<'_>, to: &mut dyn io::Write) -> Result<(), Error> {
    let mut writer = csv::WriterBuilder::new()
        .quote_style(csv::QuoteStyle::Always)
        .terminator(csv::Terminator::CRLF)
        .from_writer(to);
    writer.write_record(table.columns.iter().map(|column| column.name.as_str()))?;
    for row in table.rows {
        for (cell, column) in row.iter().zip(&table.columns) {
            writer.write_field(harmless(cell, column.kind).as_bytes())?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    writer.flush()?;
    Ok(())
}

/// Spreadsheets run a cell that starts with one of these, behind spaces too. The full-width forms count
/// in some locales.
fn harmless(cell: &str, kind: Kind) -> Cow<'_, str> {
    let is_formula = cell.trim_start().starts_with([
        '=', '+', '-', '@', '\t', '\r', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
    ]) || cell.starts_with(['\t', '\r', '\n']);
    if is_formula && !(kind == Kind::Integer && is_integer(cell)) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

fn is_integer(cell: &str) -> bool {
    let digits = cell.strip_prefix('-').unwrap_or(cell);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::{Kind, harmless};

    #[test]
    fn formulas_become_text() {
        let check = |cell: &str, kind: Kind, expected: &str| {
            assert_eq!(harmless(cell, kind), expected, "{kind:?}");
        };
        check("=HYPERLINK(\"http://x\")", Kind::Text, "'=HYPERLINK(\"http://x\")");
        check("+1", Kind::Text, "'+1");
        check("-1", Kind::Text, "'-1");
        check("-12", Kind::Integer, "-12");
        check("-1+cmd", Kind::Integer, "'-1+cmd");
        check("-", Kind::Integer, "'-");
        check("@SUM(A1)", Kind::Code, "'@SUM(A1)");
        check("\t=1", Kind::Text, "'\t=1");
        check("  =1", Kind::Text, "'  =1");
        check("\u{ff1d}1", Kind::Text, "'\u{ff1d}1");
        check("0x12", Kind::Code, "0x12");
        check("", Kind::Text, "");
    }
}
