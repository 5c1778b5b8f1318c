//! The report as a workbook: a summary, then a sheet for every table.
//!
//! Text is never a formula, whatever it begins with. Times are real dates, in UTC. A spreadsheet computes with doubles,
//! which hold some 15 digits: exact amounts are text, and beside each stands a number rounded to that, headed `≈`, to
//! sort, filter and draw with. Only whole numbers and dollars of up to 15 digits are numbers themselves.

mod sheet;
mod summary;
mod value;

use std::io::Write;
use std::path::Path;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook};

use crate::table::table;
use crate::{Error, Report, TableName};
use sheet::{MAX_ROWS, Styles};

/// The report as XLSX. Rows go through files without a name in the folder `scratch`, so that a large report is not in
/// memory as a whole. The day on which listings were judged stands for the time of making, so that the same report
/// gives the same bytes.
///
/// A table with more rows than a sheet can have goes on in another sheet, and says so in its last row; a text longer
/// than a cell can hold is cut, and says so.
///
/// # Errors
///
/// If `scratch` or `to` cannot be written to.
pub fn xlsx(report: &Report, scratch: &Path, to: &mut (dyn Write + Send)) -> Result<(), Error> {
    workbook(report, scratch, MAX_ROWS, to)
}

fn workbook(
    report: &Report,
    scratch: &Path,
    max_rows: u32,
    to: &mut (dyn Write + Send),
) -> Result<(), Error> {
    let mut workbook = Workbook::new();
    workbook.set_tempdir(scratch)?;
    workbook.set_properties(&properties(report));
    let styles = Styles::new();
    let names = TableName::ALL.into_iter().filter(|name| name.is_in(report)).collect::<Vec<_>>();
    summary::write(&mut workbook, report, &names, &styles)?;
    for name in names {
        sheet::write(&mut workbook, report, name, table(report, name), max_rows, &styles)?;
    }
    workbook.save_to_writer(to)?;
    Ok(())
}

fn properties(report: &Report) -> DocProperties {
    let mut properties = DocProperties::new()
        .set_title(value::cut(&report.title))
        .set_author(value::cut(&report.software))
        .set_comment(value::cut(report.invented.as_deref().unwrap_or_default()));
    // A fixed moment even where the day is none: never the clock.
    let made = ExcelDateTime::parse_from_str(&report.today)
        .or_else(|_| ExcelDateTime::from_ymd(2000, 1, 1));
    if let Ok(made) = made {
        properties = properties.set_creation_datetime(&made);
    }
    properties
}

/// Part of a workbook as tests make it: few rows to a sheet.
#[cfg(test)]
pub(crate) fn with_few_rows(report: &Report, scratch: &Path, max_rows: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    workbook(report, scratch, max_rows, &mut bytes).unwrap();
    bytes
}
