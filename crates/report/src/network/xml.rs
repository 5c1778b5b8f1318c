//! Text in XML 1.0.

use std::borrow::Cow;
use std::fmt::Write as _;

/// A text as content or as the value of an attribute in quotes. Characters that XML 1.0 cannot have, not even as a
/// reference, become `\u{…}`; line breaks and tabs become references, because a reader would make them spaces.
pub(super) fn escape(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len().saturating_add(16));
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' | '\r' => {
                // Writing to a string cannot fail.
                let _ = write!(escaped, "&#{};", u32::from(c));
            }
            c if is_plain(c) => escaped.push(c),
            c => escaped.extend(c.escape_unicode()),
        }
    }
    Cow::Owned(escaped)
}

/// What stands for itself.
const fn is_plain(c: char) -> bool {
    !matches!(c, '&' | '<' | '>' | '"' | '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn what_xml_cannot_have_is_spelled_out() {
        let check = |text: &str, expected: &str| assert_eq!(escape(text), expected);
        check("plain Ω “text”", "plain Ω “text”");
        check("<a href=\"x\">&amp;</a>", "&lt;a href=&quot;x&quot;&gt;&amp;amp;&lt;/a&gt;");
        check("]]>", "]]&gt;");
        check("a\u{0}b\u{1b}[31m\u{8}", "a\\u{0}b\\u{1b}[31m\\u{8}");
        check("\u{fffe}\u{ffff}\u{85}", "\\u{fffe}\\u{ffff}\\u{85}");
        check("a\tb\r\nc", "a&#9;b&#13;&#10;c");
    }
}
