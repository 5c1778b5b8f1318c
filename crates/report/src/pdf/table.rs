//! Tables, which go on over pages with their headings.

mod widths;

use super::flow::Flow;
use super::ink::{LINE, PANEL, SOFT, TEXT};
use super::sheet::{Item, PORTRAIT};
use super::tags::{Kind, TagId};
use super::text::{Line, Style, at_most, letters, lines, wants};
use super::unit::{Area, Length, PT, count};
use crate::document::{Grid, Text};
use widths::{Want, widths};

const CAPTION: Style = Style::bold(90, 126, TEXT);
const LEFT_OUT: Style = Style::plain(85, 118, SOFT);
/// Left and right of a cell's text.
const SIDE: Length = 3 * PT;
/// Above and below it.
const ABOVE: Length = 5 * PT / 2;
/// Tables of many columns are set smaller: size and leading in tenths of a point.
const SIZES: [(Length, Length); 3] = [(85, 112), (75, 100), (65, 88)];
/// A row that is lower than this is not broken between pages.
const UNBROKEN: Length = 200 * PT;

/// Lines of a column's heading.
const HEAD_LINES: usize = 5;
/// A longer word is broken rather than given room.
const LONGEST: Length = 90 * PT;

/// A column's place.
struct Place {
    x: Length,
    width: Length,
    is_number: bool,
}

struct Table {
    places: Vec<Place>,
    style: Style,
    heads: Vec<Vec<Line>>,
}

impl Flow<'_> {
    pub(super) fn grid(&mut self, grid: &Grid, tag: TagId) {
        self.space(3 * PT);
        let table_tag = self.tree.part(tag, Kind::Table);
        let table = self.table(grid);
        let head_height = height(&table.heads, &table.style);
        if !grid.caption.is_empty() {
            self.need(2 * CAPTION.leading + head_height + 2 * table.style.leading);
            let caption = self.tree.part(table_tag, Kind::Caption);
            self.text(&Text::from(grid.caption.as_str()), &CAPTION, 0, caption);
            self.space(2 * PT);
        }
        self.need(head_height + 2 * table.style.leading);
        let head = self.tree.part(table_tag, Kind::Head);
        let head = self.tree.part(head, Kind::Row);
        self.head(&table, Some(head));
        let rows = self.tree.part(table_tag, Kind::Rows);
        for row in &grid.rows {
            self.row(&table, row, rows);
        }
        self.space(4 * PT);
        if let Some(left_out) = &grid.left_out {
            let paragraph = self.tree.part(tag, Kind::Paragraph);
            self.text(&Text::from(left_out.as_str()), &LEFT_OUT, 0, paragraph);
        }
        self.space(6 * PT);
    }

    /// Sizes the columns, and the text where not all words have room.
    fn table(&self, grid: &Grid) -> Table {
        let total = self.room.width;
        let (size, leading) = SIZES.first().copied().unwrap_or_default();
        let base = Style::plain(size, leading, TEXT);
        let wants = self.wants(grid, &base);
        let pads = count(wants.len()) * 2 * SIDE;
        let mut chosen = (base, wants.clone());
        for (tenths, leading) in SIZES {
            let style = Style::plain(tenths, leading, TEXT);
            let smaller: Vec<Want> =
                wants.iter().map(|want| want.scaled(style.size, base.size)).collect();
            let least: Length = smaller.iter().map(|want| want.least).sum();
            chosen = (style, smaller);
            if least + pads <= total {
                break;
            }
        }
        let (style, wants) = chosen;
        let mut x = self.room.x;
        let mut places = Vec::new();
        for (width, column) in widths(&wants, total - pads).into_iter().zip(&grid.columns) {
            let is_number = column.is_number;
            places.push(Place { x: x + SIDE, width, is_number });
            x += width + 2 * SIDE;
        }
        let bold = Style { is_bold: true, ..style };
        let heads = grid.columns.iter().zip(&places).map(|(column, place)| {
            at_most(self.faces, &column.title, &bold, place.width, HEAD_LINES)
        });
        let heads = heads.collect();
        Table { places, style, heads }
    }

    fn wants(&self, grid: &Grid, style: &Style) -> Vec<Want> {
        let bold = Style { is_bold: true, ..*style };
        let of = |text: &Text, style: &Style| {
            let (most, least) = wants(&letters(self.faces, text, style));
            (most, least.min(LONGEST))
        };
        let mut found: Vec<Want> = grid
            .columns
            .iter()
            .map(|column| {
                let (most, least) = of(&Text::from(column.title.as_str()), &bold);
                Want { most, least, weight: column.weight }
            })
            .collect();
        for row in &grid.rows {
            for (want, text) in found.iter_mut().zip(row) {
                let (most, least) = of(text, style);
                want.most = want.most.max(most);
                want.least = want.least.max(least);
            }
        }
        found
    }

    /// The headings; on a page where the table goes on they are no part of its structure.
    fn head(&mut self, table: &Table, row: Option<TagId>) {
        let height = height(&table.heads, &table.style);
        let area = Area { x: self.room.x, y: self.y, width: self.room.width, height };
        self.put(Item::Fill { area, ink: PANEL });
        for (cell, place) in table.heads.iter().zip(&table.places) {
            let tag = row.map(|row| self.tree.part(row, Kind::Title));
            // At the lower end, next to the rows.
            let lines = count(cell.len()) * table.style.leading;
            let y = self.y + height - ABOVE - lines;
            self.cell(cell.clone(), place, &table.style, (y, tag));
        }
        let area = Area { y: self.y + height - PT / 2, height: PT * 3 / 4, ..area };
        self.put(Item::Fill { area, ink: TEXT });
        self.y += height;
    }

    fn cell(
        &mut self,
        lines: Vec<Line>,
        place: &Place,
        style: &Style,
        (mut y, tag): (Length, Option<TagId>),
    ) {
        // An empty cell is one too.
        let lines = if lines.is_empty() { vec![Line::default()] } else { lines };
        for line in lines {
            let spare = if place.is_number { (place.width - line.width).max(0) } else { 0 };
            let baseline = y + style.baseline();
            self.put(Item::Words { x: place.x + spare, baseline, line, tag });
            y += style.leading;
        }
    }

    fn row(&mut self, table: &Table, row: &[Text], rows: TagId) {
        let row_tag = self.tree.part(rows, Kind::Row);
        let mut cells = Vec::new();
        for (place, text) in table.places.iter().zip(row) {
            let tag = self.tree.part(row_tag, Kind::Cell);
            let links = self.links(text, tag);
            cells.push((lines(self.faces, text, &table.style, &links, place.width), tag));
        }
        let style = &table.style;
        let line_count = |cells: &[(Vec<Line>, TagId)]| {
            cells.iter().map(|(lines, _)| lines.len()).max().unwrap_or(0).max(1)
        };
        let frame = 2 * ABOVE;
        let mut is_first = true;
        while is_first || cells.iter().any(|(lines, _)| !lines.is_empty()) {
            let wanted = count(line_count(&cells)) * style.leading + frame;
            let is_low = wanted <= UNBROKEN;
            let least = if is_low { wanted } else { 2 * style.leading + frame };
            if self.left() < least && self.room.y < self.y {
                self.turn(PORTRAIT);
                self.head(table, None);
            }
            let fit = usize::try_from((self.left() - frame) / style.leading).unwrap_or(0).max(1);
            let shown = line_count(&cells).min(fit);
            let y = self.y + ABOVE;
            for ((cell, tag), place) in cells.iter_mut().zip(&table.places) {
                let rest = cell.split_off(shown.min(cell.len()));
                let now = std::mem::replace(cell, rest);
                if is_first || !now.is_empty() {
                    self.cell(now, place, style, (y, Some(*tag)));
                }
            }
            self.y += count(shown) * style.leading + frame;
            let area =
                Area { x: self.room.x, y: self.y - PT / 4, width: self.room.width, height: PT / 2 };
            self.put(Item::Fill { area, ink: LINE });
            is_first = false;
        }
    }
}

/// How high a row is.
fn height(cells: &[Vec<Line>], style: &Style) -> Length {
    count(cells.iter().map(Vec::len).max().unwrap_or(0).max(1)) * style.leading + 2 * ABOVE
}
