//! What a cell's exact text is to a spreadsheet.

use std::borrow::Cow;

use rust_xlsxwriter::ExcelDateTime;

use crate::number::cents;

/// Digits that a double holds, and a spreadsheet shows.
const MAX_DIGITS: usize = 15;
/// UTF-16 units that a cell holds.
const MAX_UNITS: usize = 32_767;
/// What is kept of a longer text, so that the note about it fits too.
const KEPT_UNITS: usize = 32_600;

/// A whole number or a decimal that a double holds to the last digit.
pub(super) fn exact(text: &str) -> Option<f64> {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if MAX_DIGITS < digits { None } else { rounded(text) }
}

/// A plain decimal as the nearest double.
pub(super) fn rounded(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_plain = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if is_plain { text.parse().ok() } else { None }
}

/// The sum of dollars, `$1,234.50 + $1.00`; `None` where one is missing or the sum has too many digits.
pub(super) fn dollars(text: &str) -> Option<f64> {
    let mut sum: u128 = 0;
    for part in text.split(" + ") {
        sum = sum.checked_add(cents(part)?)?;
    }
    exact(&format!("{}.{:02}", sum / 100, sum % 100))
}

/// A moment, `2022-03-29 13:29:09 UTC`.
pub(super) fn moment(text: &str) -> Option<ExcelDateTime> {
    ExcelDateTime::parse_from_str(text.strip_suffix(" UTC")?).ok()
}

/// A day, `2022-03-29`.
pub(super) fn day(text: &str) -> Option<ExcelDateTime> {
    let is_day = text.len() == 10 && text.bytes().filter(|byte| *byte == b'-').count() == 2;
    if is_day { ExcelDateTime::parse_from_str(text).ok() } else { None }
}

/// A text that a cell can hold; what is longer is cut and says so.
pub(super) fn cut(text: &str) -> Cow<'_, str> {
    // No character takes more units than bytes.
    if text.len() <= MAX_UNITS {
        return Cow::Borrowed(text);
    }
    let mut units: usize = 0;
    let mut kept = text.len();
    for (at, c) in text.char_indices() {
        if units <= KEPT_UNITS {
            kept = at;
        }
        units = units.saturating_add(c.len_utf16());
    }
    if units <= MAX_UNITS {
        return Cow::Borrowed(text);
    }
    let count = text.chars().count();
    let head = text.get(..kept).unwrap_or_default();
    Cow::Owned(format!("{head}… [cut: {count} characters; the whole is in JSON and CSV]"))
}

#[cfg(test)]
mod tests {
    use super::{cut, dollars, exact, rounded};

    #[test]
    fn only_what_a_double_holds_is_a_number() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(exact(text).map(|number| number.to_string()).as_deref(), expected, "{text}");
        };
        check("0", Some("0"));
        check("-154", Some("-154"));
        check("26498039", Some("26498039"));
        check("999999999999999", Some("999999999999999"));
        check("1000000000000000", None);
        check("0.100000000000001", None);
        check("9.5", Some("9.5"));
        for text in ["", "-", ".5", "1e5", "NaN", "inf", "0x10", "1 + 2", "12 base units", "1.2.3"]
        {
            check(text, None);
        }
    }

    #[test]
    fn rounded_numbers_are_near() {
        let check = |text: &str, expected: &str| {
            assert_eq!(rounded(text).unwrap().to_string(), expected, "{text}");
        };
        check("21345.67890123456", "21345.67890123456");
        check("0.3000000000000000001", "0.3");
        check("3900000000000000000000000", "3900000000000000000000000");
        check("0.000000000000000001", "0.000000000000000001");
    }

    #[test]
    fn dollars_are_summed_to_the_cent() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(dollars(text).map(|sum| format!("{sum:.2}")).as_deref(), expected, "{text}");
        };
        check("$553.08", Some("553.08"));
        check("$1,063,999.96", Some("1063999.96"));
        check("$0.10 + $0.20", Some("0.30"));
        check("$1.00 + ", None);
        check("no price", None);
        check("$99,999,999,999,999.99", None);
        check("", None);
    }

    #[test]
    fn long_texts_say_that_they_are_cut() {
        let check = |text: &str, is_cut: bool| {
            let shown = cut(text);
            assert_eq!(shown != text, is_cut);
            assert!(shown.encode_utf16().count() <= 32_767);
            let says = format!("[cut: {} characters; ", text.chars().count());
            assert_eq!(shown.contains(&says), is_cut);
        };
        check(&"a".repeat(32_767), false);
        check(&"a".repeat(32_768), true);
        check(&"Ω".repeat(32_767), false);
        check(&"Ω".repeat(40_000), true);
        check(&"🦀".repeat(16_383), false);
        check(&"🦀".repeat(16_384), true);
    }
}
