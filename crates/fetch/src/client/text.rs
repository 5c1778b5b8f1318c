//! The text of a result.

use std::fmt;
use std::ops::{Deref, Range};
use std::sync::Arc;

/// A result larger than this stays where it came, in the body of its HTTP answer. Smaller ones are copied, so
/// that none of them keeps a large body in memory.
const MOST_COPIED: usize = 4096;

/// The text of a result: a part of an HTTP body, without a copy. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Text {
    body: Arc<String>,
    range: Range<usize>,
}

impl Text {
    /// A part of a body, which must lie in it: of any other text it is a copy.
    pub(crate) fn part(body: &Arc<String>, part: &str) -> Self {
        let start = part.as_ptr().addr().checked_sub(body.as_ptr().addr());
        let range = start.map(|start| start..start.saturating_add(part.len()));
        let found = range.filter(|range| {
            let found = body.get(range.clone()).map(str::as_ptr);
            part.len() > MOST_COPIED && found == Some(part.as_ptr())
        });
        match found {
            Some(range) => Self { body: Arc::clone(body), range },
            None => Self::from(part),
        }
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        let range = 0..text.len();
        Self { body: Arc::new(text), range }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        self.body.get(self.range.clone()).unwrap_or_default()
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Text {}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{MOST_COPIED, Text};

    #[test]
    fn a_part_reads_as_what_it_is_a_part_of() {
        let body = Arc::new("0123456789".repeat(MOST_COPIED));
        let other = body.as_str().to_owned();
        let check = |part: &str, is_shared: bool| {
            let text = Text::part(&body, part);
            assert_eq!((&*text, Arc::ptr_eq(&text.body, &body)), (part, is_shared));
        };
        check(&body, true);
        check(&body[3..MOST_COPIED + 4], true);
        check(&body[3..MOST_COPIED + 3], false);
        check(&body[body.len()..], false);
        check(&other[3..MOST_COPIED + 4], false);
    }
}
