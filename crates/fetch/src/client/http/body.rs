//! The body of an HTTP answer, as it comes in.

/// A body, piece by piece. What comes is checked to be text while it is still near the processor; of a large body
/// little is, once all of it is there.
#[derive(Debug, Default)]
pub(super) struct Body {
    text: String,
    /// What came from the first piece on that is no text by itself: it may only be cut within a character.
    rest: Vec<u8>,
}

impl Body {
    /// With room for so many bytes.
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self { text: String::with_capacity(bytes), rest: Vec::new() }
    }

    pub(super) fn add(&mut self, piece: &[u8]) {
        match str::from_utf8(piece) {
            Ok(text) if self.rest.is_empty() => self.text.push_str(text),
            _ => self.rest.extend_from_slice(piece),
        }
    }

    /// How many bytes came.
    pub(super) const fn len(&self) -> usize {
        self.text.len().saturating_add(self.rest.len())
    }

    /// The text; what is none is shown as such.
    pub(super) fn into_text(self) -> String {
        let Self { mut text, rest } = self;
        match String::from_utf8(rest) {
            Ok(rest) => text.push_str(&rest),
            Err(error) => text.push_str(&String::from_utf8_lossy(error.as_bytes())),
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::Body;

    #[test]
    fn a_body_is_the_same_text_however_it_is_cut() {
        let check = |bytes: &[u8]| {
            let whole = String::from_utf8_lossy(bytes);
            for first in 0..=bytes.len() {
                for second in first..=bytes.len() {
                    let mut body = Body::with_capacity(4);
                    for piece in [&bytes[..first], &bytes[first..second], &bytes[second..]] {
                        body.add(piece);
                    }
                    assert_eq!(body.len(), bytes.len());
                    assert_eq!(body.into_text(), whole, "{first} {second}");
                }
            }
        };
        check(b"");
        check(br#"{"id":1,"result":"0x"}"#);
        check("{\"error\":\"zu viele Blöcke: 10€, 🦀\"}".as_bytes());
        check(b"cut off \xe2\x82");
        check(b"not \xff text \xc3\xa4 at all \xf0\x9f");
    }
}
