//! What stands on every page: title and banner above, software, case and page number below.

use super::face::Faces;
use super::ink::{LINE, NOTE, SOFT, TEXT};
use super::sheet::{Format, Item, MARGIN};
use super::text::{Line, Style, at_most};
use super::unit::{Area, Length, PT, count};
use crate::document::Document;
use crate::pdf::Imprint;

const TITLE: Style = Style::plain(75, 100, SOFT);
const BANNER: Style = Style::bold(80, 100, NOTE);
const FOOT: Style = Style::plain(75, 100, SOFT);
/// The upper end of the first line.
const TOP: Length = 26 * PT;
/// Between the rules and the text of the page.
const GAP: Length = 14 * PT;
/// From the rule above the lowest line to the end of the page.
const BOTTOM: Length = 44 * PT;
/// Lines of a banner that are repeated; the first page has all of it.
const BANNER_LINES: usize = 3;
/// Characters of a digest that tell one case from another.
const DIGEST_CHARS: usize = 18;

/// What every page shows.
pub(super) struct Running<'a> {
    faces: &'a Faces,
    title: &'a str,
    banner: Option<&'a str>,
    foot: String,
}

impl<'a> Running<'a> {
    pub(super) fn new(faces: &'a Faces, document: &'a Document, imprint: &Imprint) -> Self {
        let mut foot = imprint.software.clone();
        if let Some(digest) = &imprint.case_digest {
            let short: String = digest.chars().take(DIGEST_CHARS).collect();
            let rest = if short.len() < digest.len() { "…" } else { "" };
            foot.push_str(&format!(" · case {short}{rest}"));
        }
        let banner = document.mark.as_deref().or(document.banner.as_deref());
        Self { faces, title: &document.title, banner, foot }
    }

    fn head(&self, width: Length) -> (Vec<Line>, Vec<Line>) {
        let title = at_most(self.faces, self.title, &TITLE, width, 1);
        let banner =
            self.banner.map(|banner| at_most(self.faces, banner, &BANNER, width, BANNER_LINES));
        (title, banner.unwrap_or_default())
    }

    /// Where a page of a format has room for text.
    pub(super) fn room(&self, format: Format) -> Area {
        let width = format.width - 2 * MARGIN;
        let (title, banner) = self.head(width);
        let y = TOP
            + count(title.len()) * TITLE.leading
            + count(banner.len()) * BANNER.leading
            + 4 * PT
            + GAP;
        Area { x: MARGIN, y, width, height: format.height - BOTTOM - GAP / 2 - y }
    }

    /// What stands above.
    pub(super) fn above(&self, format: Format) -> Vec<Item> {
        let width = format.width - 2 * MARGIN;
        let (title, banner) = self.head(width);
        let mut items = Vec::new();
        let mut y = TOP;
        let lines = title.into_iter().map(|line| (line, TITLE));
        for (line, style) in lines.chain(banner.into_iter().map(|line| (line, BANNER))) {
            items.push(Item::Words { x: MARGIN, baseline: y + style.baseline(), line, tag: None });
            y += style.leading;
        }
        let area = Area { x: MARGIN, y: y + 3 * PT, width, height: PT / 2 };
        items.push(Item::Fill { area, ink: LINE });
        items
    }

    /// What stands below on one of so many pages.
    pub(super) fn below(&self, format: Format, page: usize, pages: usize) -> Vec<Item> {
        let width = format.width - 2 * MARGIN;
        let y = format.height - BOTTOM;
        let mut items =
            vec![Item::Fill { area: Area { x: MARGIN, y, width, height: PT / 2 }, ink: LINE }];
        let number = Style { ink: TEXT, ..FOOT };
        let baseline = y + 5 * PT + FOOT.baseline();
        let number = at_most(self.faces, &format!("Page {page} of {pages}"), &number, width, 1);
        let taken: Length = number.iter().map(|line| line.width).max().unwrap_or(0) + 20 * PT;
        for line in at_most(self.faces, &self.foot, &FOOT, (width - taken).max(PT), 1) {
            items.push(Item::Words { x: MARGIN, baseline, line, tag: None });
        }
        for line in number {
            let x = MARGIN + width - line.width;
            items.push(Item::Words { x, baseline, line, tag: None });
        }
        items
    }
}
