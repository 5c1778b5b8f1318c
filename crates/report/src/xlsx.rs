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

use crate::schema::Answer;
use crate::table::{Table, table};
use crate::{Error, Report, TableName};
use sheet::{MAX_ROWS, Styles};

/// What a workbook is made of.
pub(crate) struct Book<'a> {
    pub(crate) title: &'a str,
    /// If it is a reconstruction: what every sheet says.
    pub(crate) invented: Option<&'a str>,
    pub(crate) unfinished: Option<&'a str>,
    pub(crate) software: &'a str,
    /// The day on which listings were judged.
    pub(crate) today: &'a str,
    pub(crate) case_digest: Option<&'a str>,
    /// Questions and answers, each lot of them under what it is about, where that has to be said.
    pub(crate) answers: Vec<(Option<String>, &'a [Answer])>,
    /// One more fact: its name, and what it is.
    pub(crate) fact: (&'a str, &'a str),
    /// The name of each table, what a row is, and the table.
    pub(crate) tables: Vec<(&'static str, &'static str, Table<'a>)>,
}

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
    workbook(of_trail(report), scratch, MAX_ROWS, to)
}

/// Any workbook, likewise.
///
/// # Errors
///
/// If `scratch` or `to` cannot be written to.
pub(crate) fn write(
    book: Book<'_>,
    scratch: &Path,
    to: &mut (dyn Write + Send),
) -> Result<(), Error> {
    workbook(book, scratch, MAX_ROWS, to)
}

fn of_trail(report: &Report) -> Book<'_> {
    let names = TableName::ALL.into_iter().filter(|name| name.is_in(report));
    Book {
        title: &report.title,
        invented: report.invented.as_deref(),
        unfinished: report.unfinished.as_deref(),
        software: &report.software,
        today: &report.today,
        case_digest: report.case_digest.as_deref(),
        answers: vec![(None, &report.summary)],
        fact: ("Rule", report.rule),
        tables: names.map(|name| (name.name(), name.about(), table(report, name))).collect(),
    }
}

fn workbook(
    mut book: Book<'_>,
    scratch: &Path,
    max_rows: u32,
    to: &mut (dyn Write + Send),
) -> Result<(), Error> {
    let mut workbook = Workbook::new();
    workbook.set_tempdir(scratch)?;
    workbook.set_properties(&properties(&book));
    let styles = Styles::new();
    summary::write(&mut workbook, &book, &styles)?;
    for table in std::mem::take(&mut book.tables) {
        sheet::write(&mut workbook, &book, table, max_rows, &styles)?;
    }
    workbook.save_to_writer(to)?;
    Ok(())
}

fn properties(book: &Book<'_>) -> DocProperties {
    let mut properties = DocProperties::new()
        .set_title(value::cut(book.title))
        .set_author(value::cut(book.software))
        .set_comment(value::cut(book.invented.unwrap_or_default()));
    // A fixed moment even where the day is none: never the clock.
    let made =
        ExcelDateTime::parse_from_str(book.today).or_else(|_| ExcelDateTime::from_ymd(2000, 1, 1));
    if let Ok(made) = made {
        properties = properties.set_creation_datetime(&made);
    }
    properties
}

/// Part of a workbook as tests make it: few rows to a sheet.
#[cfg(test)]
pub(crate) fn with_few_rows(report: &Report, scratch: &Path, max_rows: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    workbook(of_trail(report), scratch, max_rows, &mut bytes).unwrap();
    bytes
}
