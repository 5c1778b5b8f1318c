//! The fonts, and which characters they can show. `fonts/README.md` says where they are from.
//!
//! Characters become glyphs one by one: what the fonts cover (Latin, Greek, Cyrillic) reads from left to right and
//! needs no more, and what strangers wrote can change neither direction nor the look of its neighbours.

use krilla::text::{Font, GlyphId};
use skrifa::raw::TableProvider as _;
use skrifa::{FontRef, MetadataProvider as _};

use super::unit::Length;
use crate::Error;

const REGULAR: &[u8] = include_bytes!("../../fonts/SourceSans3-Regular.otf");
const BOLD: &[u8] = include_bytes!("../../fonts/SourceSans3-Bold.otf");
const MONO: &[u8] = include_bytes!("../../fonts/SourceCodePro-Regular.otf");

/// Which font.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Face {
    #[default]
    Regular,
    Bold,
    /// For addresses, hashes and what else is copied.
    Mono,
}

/// A glyph and its width, in thousandths of the size of the text.
#[derive(Clone, Copy)]
pub(super) struct Glyph {
    pub(super) id: GlyphId,
    pub(super) advance: u16,
}

/// The fonts, read.
pub(super) struct Faces {
    regular: Loaded,
    bold: Loaded,
    mono: Loaded,
}

struct Loaded {
    font: Font,
    /// By character; what is beyond the end has none.
    glyphs: Vec<Option<Glyph>>,
}

/// What a font has is looked up in a table that ends here: beyond are no letters that these fonts have.
const LAST: u32 = 0x2fff;

impl Faces {
    pub(super) fn load() -> Result<Self, Error> {
        Ok(Self { regular: load(REGULAR)?, bold: load(BOLD)?, mono: load(MONO)? })
    }

    const fn loaded(&self, face: Face) -> &Loaded {
        match face {
            Face::Regular => &self.regular,
            Face::Bold => &self.bold,
            Face::Mono => &self.mono,
        }
    }

    pub(super) fn font(&self, face: Face) -> Font {
        self.loaded(face).font.clone()
    }

    /// The glyph of a character; `None` where it has to be shown by its number.
    pub(super) fn glyph(&self, face: Face, c: char) -> Option<Glyph> {
        let idx = usize::try_from(u32::from(c)).ok()?;
        self.loaded(face).glyphs.get(idx).copied().flatten()
    }

    /// The width of a text, at a size.
    pub(super) fn width(&self, face: Face, size: Length, text: &str) -> Length {
        text.chars().filter_map(|c| self.glyph(face, c)).map(|glyph| advance(glyph, size)).sum()
    }
}

/// How wide a glyph is at a size.
pub(super) fn advance(glyph: Glyph, size: Length) -> Length {
    Length::from(glyph.advance) * size / 1_000
}

fn load(bytes: &'static [u8]) -> Result<Loaded, Error> {
    let broken = |reason: &str| Error::Pdf { reason: format!("a font cannot be read: {reason}") };
    let font = Font::new(bytes.into(), 0).ok_or_else(|| broken("no font"))?;
    let parsed = FontRef::new(bytes).map_err(|error| broken(&error.to_string()))?;
    let head = parsed.head().map_err(|error| broken(&error.to_string()))?;
    if head.units_per_em() != 1_000 {
        return Err(broken("its unit is not a thousandth"));
    }
    let widths = parsed.hmtx().map_err(|error| broken(&error.to_string()))?;
    let mut glyphs = Vec::new();
    for (code, id) in parsed.charmap().mappings() {
        let Some(c) = char::from_u32(code).filter(|c| code <= LAST && is_shown(*c)) else {
            continue;
        };
        // What has no width is drawn over its neighbour.
        let Some(advance) = widths.advance(id).filter(|advance| *advance > 0) else { continue };
        let idx = usize::try_from(u32::from(c)).unwrap_or(usize::MAX);
        if glyphs.len() <= idx {
            glyphs.resize(idx.saturating_add(1), None);
        }
        if let Some(slot) = glyphs.get_mut(idx) {
            *slot = Some(Glyph { id: GlyphId::new(id.to_u32()), advance });
        }
    }
    Ok(Loaded { font, glyphs })
}

/// Not what is invisible, changes its neighbours or has no meaning of its own.
fn is_shown(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{ad}' | '\u{300}'..='\u{36f}' | '\u{590}'..='\u{8ff}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
}

#[cfg(test)]
mod tests {
    use super::{Face, Faces};

    #[test]
    fn the_signs_that_reports_use_are_there_and_others_are_not() {
        let faces = Faces::load().unwrap();
        for face in [Face::Regular, Face::Bold, Face::Mono] {
            for c in "aZ09éßœŁğşΑωЖяєı’“”„–—…•§≈→←↔−×€£¥\u{a0}".chars()
            {
                assert!(faces.glyph(face, c).is_some(), "{c} in {face:?}");
            }
            for c in "\u{0}\n\u{7f}\u{ad}\u{301}\u{5d0}\u{627}\u{200b}\u{200d}\u{202e}\u{2066}\u{feff}\u{e000}\u{fb01}💰中\u{10ffff}"
                .chars()
            {
                assert!(faces.glyph(face, c).is_none(), "{c:?} in {face:?}");
            }
        }
        assert_eq!(faces.width(Face::Mono, 10_000, "0x12"), 24_000);
    }
}
