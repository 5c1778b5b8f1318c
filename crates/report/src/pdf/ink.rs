//! Colours. Nothing is said by a colour alone: each has a shape, a weight or a word beside it.

use krilla::color::rgb;
use krilla::paint::Fill;

/// Red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ink(pub(super) u8, pub(super) u8, pub(super) u8);

pub(super) const TEXT: Ink = Ink(0x1b, 0x23, 0x2d);
pub(super) const SOFT: Ink = Ink(0x50, 0x5b, 0x68);
pub(super) const LINE: Ink = Ink(0xc9, 0xcf, 0xd6);
pub(super) const PANEL: Ink = Ink(0xf1, 0xf3, 0xf5);
pub(super) const LINK: Ink = Ink(0x1b, 0x4f, 0x8f);
pub(super) const ALERT: Ink = Ink(0x98, 0x19, 0x1c);
pub(super) const ALERT_PANEL: Ink = Ink(0xfb, 0xee, 0xee);
pub(super) const NOTE: Ink = Ink(0x6a, 0x4a, 0x00);
pub(super) const WHITE: Ink = Ink(0xff, 0xff, 0xff);

impl Ink {
    pub(super) fn colour(self) -> rgb::Color {
        rgb::Color::new(self.0, self.1, self.2)
    }

    pub(super) fn fill(self) -> Option<Fill> {
        Some(Fill { paint: self.colour().into(), ..Fill::default() })
    }
}
