//! A text as plain text, for a terminal or an e-mail: wrapped, and without any marks of a medium.

use super::{Block, Document, Grid, Text};
use crate::terminal::page::{Page, Style};

/// The whole text as plain text of at most `width` columns (40 to 160), hashes and addresses apart, which are never
/// broken. A row of a table is a line for each of its cells.
#[must_use]
pub fn plain(document: &Document, width: usize) -> String {
    let mut page = Page::new(width, false);
    page.paragraph(0, Style::Strong, &document.title);
    if let Some(banner) = &document.banner {
        page.blank();
        page.paragraph(0, Style::Notice, banner);
    }
    page.blank();
    for (name, value) in &document.facts {
        page.field(0, name, &one_line(value));
    }
    for section in document.sections.iter().filter(|section| !section.is_picture()) {
        page.heading(&section.title);
        if let Some(mark) = &document.section_mark {
            page.paragraph(0, Style::Notice, &format!("({mark})"));
        }
        for of in &section.blocks {
            block(&mut page, of);
        }
    }
    page.finish()
}

fn block(page: &mut Page, block: &Block) {
    match block {
        Block::Heading(text) => {
            page.blank();
            page.paragraph(0, Style::Strong, text);
        }
        Block::Paragraph(text) => page.paragraph(2, Style::Plain, &one_line(text)),
        Block::Alert(text) => page.paragraph(2, Style::Alert, &format!("! {}", one_line(text))),
        Block::List(items) => {
            for text in items {
                page.paragraph(2, Style::Plain, &format!("- {}", one_line(text)));
            }
        }
        Block::Grid(grid) => table(page, grid),
        Block::Picture(_) => {}
    }
}

fn table(page: &mut Page, grid: &Grid) {
    if !grid.caption.is_empty() {
        page.blank();
        page.paragraph(2, Style::Strong, &grid.caption);
    }
    if let [_, amounts] = grid.columns.as_slice()
        && amounts.is_number
    {
        let cell = |row: &[Text], idx: usize| row.get(idx).map_or_else(String::new, one_line);
        let rows: Vec<(String, String)> =
            grid.rows.iter().map(|row| (cell(row, 0), cell(row, 1))).collect();
        page.columns(4, &rows);
    } else {
        for row in &grid.rows {
            record(page, grid, row);
        }
    }
    if let Some(left_out) = &grid.left_out {
        page.paragraph(2, Style::Notice, left_out);
    }
}

/// A row, a line for each cell that says something.
fn record(page: &mut Page, grid: &Grid, row: &[Text]) {
    for (idx, (column, cell)) in grid.columns.iter().zip(row).enumerate() {
        let text = one_line(cell);
        match idx {
            _ if text.is_empty() => {}
            0 => page.paragraph(2, Style::Strong, format!("{} {text}", column.title).trim()),
            _ => page.field(4, &column.title, &text),
        }
    }
}

/// What stands on several lines, on one.
fn one_line(text: &Text) -> String {
    text.plain().replace('\n', "; ")
}
