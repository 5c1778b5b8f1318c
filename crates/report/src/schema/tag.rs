//! The short names by which parts of a report refer to each other.

use std::borrow::{Borrow, Cow};
use std::cmp::Ordering;
use std::fmt::{self, Write};
use std::hash::{Hash, Hasher};
use std::ops::Deref;

use fundtrail_model::{HopId, Origin, SeedId};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};

/// The short name of something in a report, a letter and a number from 1 on: `H12` is the twelfth hop. A large report
/// has millions of them, so they are kept in place.
#[derive(Clone, Copy, Default)]
pub struct Tag {
    length: u8,
    bytes: [u8; Self::MAX],
}

impl Tag {
    /// A letter and the longest number.
    const MAX: usize = 11;

    /// Of an action, by its index.
    pub(crate) fn action(idx: usize) -> Self {
        Self::new('A', idx)
    }

    /// Of an ending, by its index in the trail.
    pub(crate) fn ending(idx: usize) -> Self {
        Self::new('E', idx)
    }

    /// Of a hop, by its index in the trail.
    pub(crate) fn hop(idx: usize) -> Self {
        Self::new('H', idx)
    }

    /// Of an address, by its index.
    pub(crate) fn party(idx: usize) -> Self {
        Self::new('P', idx)
    }

    fn new(letter: char, idx: usize) -> Self {
        let number = u32::try_from(idx).unwrap_or(u32::MAX).saturating_add(1);
        Self::shown(format_args!("{letter}{number}"))
    }

    fn shown(what: impl fmt::Display) -> Self {
        let mut tag = Self::default();
        // Whatever is too long is cut: a letter and a number never are.
        let _ = write!(tag, "{what}");
        tag
    }

    /// The letter and the number.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let text = self.bytes.get(..usize::from(self.length)).unwrap_or_default();
        std::str::from_utf8(text).unwrap_or_default()
    }
}

impl Write for Tag {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            let slot = self.bytes.get_mut(usize::from(self.length)).ok_or(fmt::Error)?;
            *slot = byte;
            self.length = self.length.saturating_add(1);
        }
        Ok(())
    }
}

impl From<SeedId> for Tag {
    fn from(id: SeedId) -> Self {
        Self::shown(id)
    }
}

impl From<HopId> for Tag {
    fn from(id: HopId) -> Self {
        Self::shown(id)
    }
}

impl From<Origin> for Tag {
    fn from(origin: Origin) -> Self {
        match origin {
            Origin::Seed(id) => id.into(),
            Origin::Hop(id) => id.into(),
        }
    }
}

impl Deref for Tag {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl Borrow<str> for Tag {
    fn borrow(&self) -> &str {
        self
    }
}

// As of the text, which they can be looked up by.

impl PartialEq for Tag {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Tag {}

impl PartialOrd for Tag {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Tag {
    fn cmp(&self, other: &Self) -> Ordering {
        (**self).cmp(other)
    }
}

impl Hash for Tag {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

impl Serialize for Tag {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl JsonSchema for Tag {
    fn schema_name() -> Cow<'static, str> {
        String::schema_name()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        String::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use fundtrail_model::{HopId, Origin, SeedId};

    use super::Tag;

    #[test]
    fn tags_are_a_letter_and_a_number_from_one() {
        let check = |tag: Tag, expected: &str| {
            assert_eq!(&*tag, expected);
            assert_eq!(serde_json::to_string(&tag).unwrap(), format!("{expected:?}"));
            assert_eq!(format!("{tag:>12}"), format!("{expected:>12}"));
        };
        check(SeedId(0).into(), "S1");
        check(SeedId(u16::MAX).into(), "S65536");
        check(HopId(11).into(), "H12");
        check(Origin::Hop(HopId(u32::MAX)).into(), "H4294967296");
        check(Tag::ending(0), "E1");
        check(Tag::party(99_999), "P100000");
        check(Tag::action(usize::MAX), "A4294967295");
        assert!(Tag::ending(9) < Tag::ending(1), "as texts");
    }
}
