//! Tables that may be long: the first rows are on the page, the others are data for its script to search, sort and
//! page through.

use std::fmt::Write as _;

use super::cell::Row;
use super::data::Data;
use super::markup::{escape, row};

/// Rows that the page shows at a time.
pub(super) const PAGE_ROWS: usize = 100;
/// Rows of one table that a page has in all. With 5,000 addresses a page then stays below 6 MB; what is beyond is
/// in CSV and JSON.
pub(super) const MAX_ROWS: usize = 6_000;

/// A column's heading.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column<'a> {
    title: &'a str,
    is_number: bool,
}

/// A column of text.
pub(super) const fn text(title: &str) -> Column<'_> {
    Column { title, is_number: false }
}

/// A column of numbers.
pub(super) const fn number(title: &str) -> Column<'_> {
    Column { title, is_number: true }
}

/// A table.
#[derive(Debug)]
pub(super) struct Grid<'a> {
    /// Its name in the page's data.
    pub(super) name: String,
    /// What a screen reader calls it; unlike every other on the page.
    pub(super) label: String,
    /// Its style classes.
    pub(super) class: &'static str,
    /// The headings.
    pub(super) columns: Vec<Column<'a>>,
    /// The rows that the page has.
    pub(super) rows: Vec<Row<'a>>,
    /// How many there are in all.
    pub(super) total: usize,
    /// Which of them the page has, where it does not have all.
    pub(super) chosen: &'static str,
    /// The formats that have all.
    pub(super) elsewhere: &'static str,
}

impl Grid<'_> {
    /// Its markup; rows beyond the first go to `data`.
    pub(super) fn write(&self, data: &mut Data) -> String {
        let is_paged = self.rows.len() > PAGE_ROWS;
        let mut out = String::new();
        let grouped = |count: usize| crate::number::group(&count.to_string());
        if self.rows.len() < self.total {
            let _ = write!(
                out,
                "<p class=\"soft left-out\">The {} of {} rows {}. {} has all.</p>",
                grouped(self.rows.len()),
                grouped(self.total),
                self.chosen,
                self.elsewhere
            );
        }
        let _ = write!(
            out,
            "<div class=\"wrap\" tabindex=\"0\" role=\"region\" aria-label=\"{}\"><table class=\"big {}\" \
             data-name=\"{}\"",
            escape(&self.label),
            self.class,
            escape(&self.name),
        );
        if is_paged {
            let _ = write!(out, " data-rows=\"{}\"", self.rows.len());
            data.add(&self.name, &self.rows);
        }
        out.push_str("><thead><tr>");
        for column in &self.columns {
            let class = if column.is_number { " class=\"num\"" } else { "" };
            let _ = write!(out, "<th scope=\"col\"{class}>{}", escape(column.title));
        }
        out.push_str("</thead><tbody>");
        let numbers: Vec<bool> = self.columns.iter().map(|column| column.is_number).collect();
        for found in self.rows.iter().take(PAGE_ROWS) {
            row(&mut out, found, &numbers);
        }
        out.push_str("\n</table></div>");
        if is_paged {
            let _ = write!(
                out,
                "<noscript><p class=\"soft\">The first {PAGE_ROWS} of {} rows: to page through them this page \
                 needs its script. {} has all.</p></noscript>",
                grouped(self.rows.len()),
                self.elsewhere
            );
        }
        out
    }
}

/// The rows with the largest shares, in their order.
pub(super) fn largest<T>(rows: &[T], share: impl Fn(&T) -> u32) -> Vec<&T> {
    let mut kept: Vec<(usize, &T)> = rows.iter().enumerate().collect();
    if kept.len() > MAX_ROWS {
        kept.sort_by_key(|(idx, row)| (std::cmp::Reverse(share(row)), *idx));
        kept.truncate(MAX_ROWS);
        kept.sort_unstable_by_key(|(idx, _)| *idx);
    }
    kept.into_iter().map(|(_, row)| row).collect()
}

#[cfg(test)]
mod tests {
    use super::{MAX_ROWS, largest};

    #[test]
    fn the_largest_are_kept_in_their_order() {
        let few = [3_u32, 1, 2];
        assert_eq!(largest(&few, |share| *share), [&3, &1, &2]);
        let many: Vec<u32> = (0..10_000).map(|number| number * 7 % 10_000).collect();
        let kept = largest(&many, |share| *share);
        assert_eq!(kept.len(), MAX_ROWS);
        let expected: Vec<&u32> = many.iter().filter(|share| **share >= 4_000).collect();
        assert_eq!(kept, expected);
    }
}
