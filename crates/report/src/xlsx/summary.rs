//! The first sheet: questions and answers, and what the other sheets are.

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::sheet::{self, Styles};
use super::{Book, value};

/// Characters that stand in a line of the wide column, at least.
const LINE_CHARS: usize = 105;
/// The width of the column of questions, in characters.
const HEAD_WIDTH: u16 = 48;
/// Characters of a question that stand in a line there, at least: it is bold.
const HEAD_CHARS: usize = 40;
/// A row cannot be higher than 409 points.
const MAX_LINES: usize = 27;

/// What to know before computing with the sheets.
const READING: [&str; 4] = [
    "Exact amounts and base units are text, because a spreadsheet computes with 15 digits. The column headed ≈ beside an \
     exact amount is the same number rounded to that: to sort, filter and draw with, not to quote.",
    "Times are UTC. US dollars are a view at the price of the movement's block; where there is no price the cell is empty.",
    "A cell that has several amounts, separated by +, belongs to a movement of several assets.",
    "The same rows are in the CSV files of the set; everything is in the JSON report.",
];

/// Writes the sheet.
pub(super) fn write(
    workbook: &mut Workbook,
    book: &Book<'_>,
    styles: &Styles,
) -> Result<(), XlsxError> {
    let sheet = workbook.add_worksheet_with_constant_memory()?;
    sheet.set_name("Summary")?;
    sheet::page(sheet, book)?;
    sheet.set_column_width(0, HEAD_WIDTH)?;
    sheet.set_column_width(1, 120)?;
    let mut lines = Lines { sheet, row: 0 };
    lines.line(book.title, &styles.title, "", &styles.wrapped)?;
    if let Some(banner) = book.invented {
        lines.line("RECONSTRUCTION", &styles.banner, banner, &styles.alert)?;
    }
    if let Some(unfinished) = book.unfinished {
        lines.line("NOT FINISHED", &styles.banner, unfinished, &styles.alert)?;
    }
    lines.skip();
    for (of, answers) in &book.answers {
        if let Some(of) = of {
            lines.line(of, &styles.head, "", &styles.wrapped)?;
        }
        for answer in *answers {
            for (line_idx, line) in answer.lines.iter().enumerate() {
                let is_alert = line_idx < answer.alerts;
                let style = if is_alert { &styles.alert } else { &styles.wrapped };
                let question = if line_idx == 0 { answer.question } else { "" };
                lines.line(question, &styles.strong, line, style)?;
            }
        }
    }
    lines.skip();
    let facts = [
        ("Made by", book.software),
        ("Case", book.case_digest.unwrap_or("none")),
        ("Listings judged as of", book.today),
        book.fact,
    ];
    for (name, fact) in facts {
        lines.line(name, &styles.strong, fact, &styles.wrapped)?;
    }
    lines.skip();
    for (line_idx, line) in READING.into_iter().enumerate() {
        let heading = if line_idx == 0 { "How to read it" } else { "" };
        lines.line(heading, &styles.strong, line, &styles.wrapped)?;
    }
    lines.skip();
    for (name, about, _) in &book.tables {
        lines.line(&sheet::title(name), &styles.strong, about, &styles.wrapped)?;
    }
    Ok(())
}

/// Lines of two cells, from the top down.
struct Lines<'a> {
    sheet: &'a mut Worksheet,
    row: u32,
}

impl Lines<'_> {
    fn line(
        &mut self,
        head: &str,
        head_style: &Format,
        text: &str,
        style: &Format,
    ) -> Result<(), XlsxError> {
        // Not every program makes a row as high as its text.
        let text_lines = text.chars().count().div_ceil(LINE_CHARS);
        // A heading with nothing beside it runs on over the next column.
        let head_lines = match text {
            "" => 1,
            _ => head.chars().count().div_ceil(HEAD_CHARS),
        };
        let lines = text_lines.max(head_lines).clamp(1, MAX_LINES);
        if 1 < lines {
            let points = u32::try_from(lines).unwrap_or(1).saturating_mul(15);
            self.sheet.set_row_height(self.row, points)?;
        }
        self.sheet.write_string_with_format(self.row, 0, value::cut(head), head_style)?;
        if !text.is_empty() {
            self.sheet.write_string_with_format(self.row, 1, value::cut(text), style)?;
        }
        self.skip();
        Ok(())
    }

    const fn skip(&mut self) {
        self.row = self.row.saturating_add(1);
    }
}
