//! Pages before they are written: what stands where.

use super::ink::Ink;
use super::picture::Part;
use super::tags::TagId;
use super::text::{Line, Style};
use super::unit::{Area, Length, PT};

/// A page.
pub(super) struct Sheet {
    pub(super) width: Length,
    pub(super) height: Length,
    /// In the order of reading.
    pub(super) items: Vec<Item>,
}

/// What stands on a page.
pub(super) enum Item {
    /// A line of text, from the left end of its baseline. It belongs to a part of the structure, or, like the
    /// heading of a table on its second page, to none.
    Words { x: Length, baseline: Length, line: Line, tag: Option<TagId> },
    /// An area of one colour.
    Fill { area: Area, ink: Ink },
    /// The number of the page on which a section begins, up to a right end.
    PageOf { section: usize, right: Length, baseline: Length, style: Style, tag: TagId },
    /// A part of a picture.
    Figure { part: Part, tag: TagId },
}

/// Where a heading stands.
pub(super) struct Mark {
    pub(super) sheet: usize,
    pub(super) y: Length,
    pub(super) title: String,
    /// The section of which it is the heading; none for one within it.
    pub(super) section: Option<usize>,
}

/// The sides of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Format {
    pub(super) width: Length,
    pub(super) height: Length,
}

/// A4.
pub(super) const PORTRAIT: Format = Format { width: 595_276, height: 841_890 };
/// A4, lying.
pub(super) const LANDSCAPE: Format = Format { width: 841_890, height: 595_276 };
/// A3, lying.
pub(super) const LARGE: Format = Format { width: 1_190_551, height: 841_890 };
/// Left and right of everything.
pub(super) const MARGIN: Length = 51 * PT;
