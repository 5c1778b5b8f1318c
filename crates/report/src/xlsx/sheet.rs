//! One table as one sheet, or as several where it has more rows than a sheet can have.

use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

use super::{Book, value};
use crate::table::{Cell, Column, Kind, Table};

/// Rows that a sheet can have.
pub(super) const MAX_ROWS: u32 = 1_048_576;
/// The row of the column names; above it stand what the sheet is and what the report is.
const HEAD_ROW: u32 = 2;
/// Rows that say how wide a column is.
const MEASURED_ROWS: u32 = 1_000;
/// Links of one sheet that can be clicked; the rest is there as text. A sheet can have 65,530.
const MAX_LINKS: u32 = 1_000;
/// The widest a column gets, in characters.
const MAX_WIDTH: usize = 70;

/// How cells look.
pub(super) struct Styles {
    pub(super) title: Format,
    pub(super) banner: Format,
    pub(super) head: Format,
    pub(super) strong: Format,
    pub(super) wrapped: Format,
    pub(super) alert: Format,
    time: Format,
    day: Format,
    dollars: Format,
    rounded: Format,
    exact: Format,
}

impl Styles {
    pub(super) fn new() -> Self {
        let plain = Format::new();
        let left = plain.clone().set_align(FormatAlign::Left);
        Self {
            title: plain.clone().set_bold().set_font_size(14),
            banner: plain.clone().set_bold().set_font_color("#9C0006").set_align(FormatAlign::Top),
            head: plain
                .clone()
                .set_bold()
                .set_background_color("#E7E6E6")
                .set_border_bottom(FormatBorder::Thin)
                .set_align(FormatAlign::Top),
            strong: plain.clone().set_bold().set_text_wrap().set_align(FormatAlign::Top),
            wrapped: plain.clone().set_text_wrap().set_align(FormatAlign::Top),
            alert: plain.clone().set_text_wrap().set_bold().set_align(FormatAlign::Top),
            time: left.clone().set_num_format("yyyy-mm-dd hh:mm:ss"),
            day: left.set_num_format("yyyy-mm-dd"),
            dollars: plain.clone().set_num_format("$#,##0.00"),
            rounded: plain.clone().set_num_format("#,##0.########").set_font_color("#7F7F7F"),
            exact: plain.set_align(FormatAlign::Right),
        }
    }
}

/// What a table's sheet is called: `Open ends`.
pub(super) fn title(name: &str) -> String {
    let words = name.replace('-', " ");
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// Whether a sheet has the column: a reconstruction is said above the rows.
fn is_shown(column: &Column) -> bool {
    column.name != "reconstruction"
}

/// Writes a table to as many sheets as it takes.
pub(super) fn write(
    workbook: &mut Workbook,
    book: &Book<'_>,
    (name, about, table): (&str, &str, Table<'_>),
    max_rows: u32,
    styles: &Styles,
) -> Result<(), XlsxError> {
    let Table { columns, rows } = table;
    let columns: Vec<Column> = columns.into_iter().filter(is_shown).collect();
    let mut rows = rows.peekable();
    let mut part: u32 = 1;
    loop {
        let called = match part {
            1 => title(name),
            part => format!("{} ({part})", title(name)),
        };
        let sheet = workbook.add_worksheet_with_constant_memory()?;
        let mut sheet = Sheet { sheet, columns: &columns, styles, widths: Vec::new(), links: 0 };
        sheet.begin(book, &called, about)?;
        let mut row_idx = HEAD_ROW.saturating_add(1);
        // The last row says where it goes on.
        let last = max_rows.saturating_sub(1);
        while row_idx < last {
            let Some(row) = rows.next() else { break };
            sheet.row(row_idx, &row)?;
            row_idx = row_idx.saturating_add(1);
        }
        let goes_on = rows.peek().is_some();
        sheet.end(row_idx)?;
        if !goes_on {
            return Ok(());
        }
        part = part.saturating_add(1);
        let next = format!("goes on in the sheet {} ({part})", title(name));
        sheet.sheet.write_string_with_format(row_idx, 0, next, &styles.banner)?;
    }
}

/// A sheet that is being written, from the top down.
struct Sheet<'a> {
    sheet: &'a mut Worksheet,
    columns: &'a [Column],
    styles: &'a Styles,
    /// The longest text of each column of the sheet.
    widths: Vec<usize>,
    links: u32,
}

impl Sheet<'_> {
    fn begin(&mut self, book: &Book<'_>, called: &str, about: &str) -> Result<(), XlsxError> {
        self.sheet.set_name(called)?;
        page(self.sheet, book)?;
        self.sheet.set_repeat_rows(0, HEAD_ROW)?;
        self.sheet.set_freeze_panes(HEAD_ROW.saturating_add(1), 1)?;
        let heading = format!("{called}: {about}");
        self.sheet.write_string_with_format(0, 0, heading, &self.styles.title)?;
        self.sheet.write_string_with_format(1, 0, standing(book), &self.styles.banner)?;
        let mut at: u16 = 0;
        for column in self.columns {
            let names = match column.kind {
                Kind::Time => [Some(format!("{} (UTC)", column.name)), None],
                Kind::Amount => [Some(column.name.clone()), Some(format!("≈ {}", column.name))],
                _ => [Some(column.name.clone()), None],
            };
            for name in names.into_iter().flatten() {
                // Room for the button of the filter.
                self.widths.push(name.chars().count().saturating_add(3));
                self.sheet.write_string_with_format(HEAD_ROW, at, name, &self.styles.head)?;
                at = at.saturating_add(1);
            }
        }
        Ok(())
    }

    fn row(&mut self, row: u32, cells: &[Cell<'_>]) -> Result<(), XlsxError> {
        let columns = self.columns;
        let mut at: u16 = 0;
        for (cell, column) in cells.iter().zip(columns) {
            if row <= MEASURED_ROWS {
                self.measure(at, cell, column.kind);
            }
            if !cell.is_empty() {
                self.cell(row, at, cell, column.kind)?;
            }
            at = at.saturating_add(if column.kind == Kind::Amount { 2 } else { 1 });
        }
        Ok(())
    }

    fn cell(&mut self, row: u32, at: u16, cell: &str, kind: Kind) -> Result<(), XlsxError> {
        let Self { sheet, styles, .. } = self;
        match kind {
            Kind::Integer => {
                if let Some(number) = value::exact(cell) {
                    sheet.write_number(row, at, number)?;
                    return Ok(());
                }
            }
            Kind::Usd => {
                if let Some(number) = value::dollars(cell) {
                    sheet.write_number_with_format(row, at, number, &styles.dollars)?;
                    return Ok(());
                }
            }
            Kind::Time => {
                if let Some(moment) = value::moment(cell) {
                    sheet.write_datetime_with_format(row, at, &moment, &styles.time)?;
                    return Ok(());
                }
            }
            Kind::Day => {
                if let Some(day) = value::day(cell) {
                    sheet.write_datetime_with_format(row, at, &day, &styles.day)?;
                    return Ok(());
                }
            }
            Kind::Amount => {
                sheet.write_string_with_format(row, at, value::cut(cell), &styles.exact)?;
                if let Some(number) = value::rounded(cell) {
                    let beside = at.saturating_add(1);
                    sheet.write_number_with_format(row, beside, number, &styles.rounded)?;
                }
                return Ok(());
            }
            Kind::Units => {
                sheet.write_string_with_format(row, at, value::cut(cell), &styles.exact)?;
                return Ok(());
            }
            Kind::Link if self.links < MAX_LINKS && cell.starts_with("https://") => {
                self.links = self.links.saturating_add(1);
                sheet.write_url(row, at, cell)?;
                return Ok(());
            }
            Kind::Text | Kind::Code | Kind::Flag | Kind::Link => {}
        }
        sheet.write_string(row, at, value::cut(cell))?;
        Ok(())
    }

    fn measure(&mut self, at: u16, cell: &str, kind: Kind) {
        let length = cell.chars().count().saturating_add(1).min(MAX_WIDTH);
        let beside = if kind == Kind::Amount { at.saturating_add(1) } else { at };
        for at in at..=beside {
            // What is rounded shows fewer digits than what is exact.
            if let Some(width) = self.widths.get_mut(usize::from(at)) {
                *width = (*width).max(if at == beside && kind == Kind::Amount {
                    length.min(20)
                } else {
                    length
                });
            }
        }
    }

    fn end(&mut self, past: u32) -> Result<(), XlsxError> {
        let last_column = u16::try_from(self.widths.len().saturating_sub(1)).unwrap_or(u16::MAX);
        let last_row = past.saturating_sub(1).max(HEAD_ROW);
        self.sheet.autofilter(HEAD_ROW, 0, last_row, last_column)?;
        for (at, width) in (0..=last_column).zip(&self.widths) {
            self.sheet.set_column_width(at, u32::try_from(*width).unwrap_or(10))?;
        }
        Ok(())
    }
}

/// What the whole report is: a reconstruction, or of which case and by what.
fn standing(book: &Book<'_>) -> String {
    let unfinished = book.unfinished.map(|_| "NOT FINISHED; ").unwrap_or_default();
    match book.invented {
        Some(banner) => format!("{unfinished}RECONSTRUCTION: {banner}"),
        None => format!(
            "{unfinished}{}; case {}; listings judged as of {}",
            book.software,
            book.case_digest.unwrap_or("without a digest"),
            book.today
        ),
    }
}

/// How a sheet is printed.
pub(super) fn page(sheet: &mut Worksheet, book: &Book<'_>) -> Result<(), XlsxError> {
    let mark = match book.invented {
        Some(_) => "RECONSTRUCTION with invented wallets and amounts: see the first sheet",
        None => "",
    };
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    sheet.set_header(format!("&L{mark}&R&A"));
    sheet.set_footer("&L&F&RPage &P of &N");
    Ok(())
}
