//! Lengths on a page: thousandths of a point in whole numbers, so that the same document gives the same pages on
//! any machine. Floats are made only where the writer of the file wants them.

/// Thousandths of a point. To the right and downwards.
pub(super) type Length = i64;

/// A point, 1/72 of an inch.
pub(super) const PT: Length = 1_000;

/// A length in points.
#[expect(
    clippy::as_conversions,
    clippy::float_arithmetic,
    reason = "a place on a page; no amount passes here"
)]
pub(super) fn points(length: Length) -> f32 {
    length as f32 / 1_000.0
}

/// How many there are, as a length can count.
pub(super) fn count(number: usize) -> Length {
    Length::try_from(number).unwrap_or(Length::MAX)
}

/// An area of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) x: Length,
    pub(super) y: Length,
    pub(super) width: Length,
    pub(super) height: Length,
}

impl Area {
    pub(super) const fn right(&self) -> Length {
        self.x + self.width
    }

    pub(super) const fn bottom(&self) -> Length {
        self.y + self.height
    }

    /// Whether both have a point in common.
    pub(super) const fn meets(&self, other: &Self) -> bool {
        self.x <= other.right()
            && other.x <= self.right()
            && self.y <= other.bottom()
            && other.y <= self.bottom()
    }
}
