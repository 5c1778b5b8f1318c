//! Addresses and hashes as text, and strangers' text made harmless.

use ethers_core::types::{Address, H256};

/// An address with the upper and lower case that checks it (EIP-55).
#[must_use]
pub fn checksum(address: Address) -> String {
    ethers_core::utils::to_checksum(&address, None)
}

/// A hash as `0x` and 64 lower-case digits.
#[must_use]
pub fn hash_hex(hash: H256) -> String {
    format!("{hash:#x}")
}

/// Why a text is not an address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not `0x` and 40 hexadecimal digits.
    #[error("`{text}` is not an address: an EVM address is `0x` and 40 hexadecimal digits")]
    Malformed {
        /// What was given, sanitised and shortened.
        text: String,
    },
    /// Upper and lower case that contradict the digits: a digit is probably mistyped.
    #[error(
        "`{text}` fails its checksum: a digit may be wrong; if the digits are right it is written {expected}"
    )]
    Checksum {
        /// What was given.
        text: String,
        /// How these digits are written.
        expected: String,
    },
}

/// Reads an address. All-lower-case and all-upper-case digits carry no checksum (EIP-55) and are
/// accepted; mixed case must be right.
///
/// # Errors
///
/// If the text has another shape, or its checksum is wrong.
pub fn parse_address(text: &str) -> Result<Address, AddressError> {
    let malformed = || AddressError::Malformed { text: sanitize_claim(text, 80) };
    let digits =
        text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).ok_or_else(malformed)?;
    if digits.len() != 40 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(malformed());
    }
    let address: Address = digits.parse().map_err(|_| malformed())?;
    let has = |test: fn(&u8) -> bool| digits.bytes().any(|byte| test(&byte));
    let is_mixed = has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
    if is_mixed && !has_right_case(digits) {
        let expected = checksum(address);
        return Err(AddressError::Checksum { text: text.to_owned(), expected });
    }
    Ok(address)
}

/// Whether the case of 40 hexadecimal digits is that of EIP-55: a letter is upper case where the same digit of
/// the hash of the digits in lower case is 8 or more. Without writing the right ones out, which takes three
/// times as long: lists of a million addresses are checked.
fn has_right_case(digits: &str) -> bool {
    let hash = ethers_core::utils::keccak256(digits.to_ascii_lowercase());
    let nibbles = hash.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
    digits.bytes().zip(nibbles).all(|(digit, nibble)| {
        digit.is_ascii_digit() || digit.is_ascii_uppercase() == (8 <= nibble)
    })
}

/// Keccak-256 of addresses, one after the other: the same only for the same in the same order.
#[must_use]
pub fn fingerprint(addresses: &[Address]) -> H256 {
    let bytes: Vec<u8> = addresses.iter().flat_map(Address::as_bytes).copied().collect();
    H256(ethers_core::utils::keccak256(bytes))
}

/// Reads `0x` and 64 hexadecimal digits.
#[must_use]
pub fn parse_hash(text: &str) -> Option<H256> {
    let digits = text.strip_prefix("0x")?;
    (digits.len() == 64).then(|| digits.parse().ok()).flatten()
}

/// Strangers' text made harmless: control characters, line breaks, bidirectional overrides and
/// zero-width characters become `\u{…}`, and what is longer than `max_chars` is cut with `…`.
///
/// What is left may still mean something to HTML, CSV or a spreadsheet: those escape for themselves.
#[must_use]
pub fn sanitize_claim(text: &str, max_chars: usize) -> String {
    let mut clean = String::new();
    for (char_idx, c) in text.chars().enumerate() {
        if char_idx >= max_chars {
            clean.push('…');
            break;
        }
        if is_hidden(c) {
            clean.extend(c.escape_unicode());
        } else {
            clean.push(c);
        }
    }
    clean
}

/// Characters that do not show, or change how their neighbours show.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::{checksum, parse_address, parse_hash, sanitize_claim};

    #[test]
    fn addresses_are_checked() {
        let check = |text: &str, expected: Result<&str, &str>| {
            let outcome = parse_address(text).map(checksum).map_err(|error| error.to_string());
            assert_eq!(outcome.as_deref().map_err(|error| error.as_str()), expected);
        };
        let good = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
        check(good, Ok(good));
        check(&good.to_lowercase(), Ok(good));
        check("0x5AAEB6053F3E94C9B9A09F33669435E7EF1BEAED", Ok(good));
        check(
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1Beaed",
            Err(
                "`0x5aAeb6053F3E94C9b9A09f33669435E7Ef1Beaed` fails its checksum: a digit may be wrong; if the digits are right it is written 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            ),
        );
        check(
            "0x5aAeb6",
            Err("`0x5aAeb6` is not an address: an EVM address is `0x` and 40 hexadecimal digits"),
        );
        check(
            "vitalik.eth\u{202e}",
            Err(
                "`vitalik.eth\\u{202e}` is not an address: an EVM address is `0x` and 40 hexadecimal digits",
            ),
        );
    }

    #[test]
    fn the_case_of_every_letter_is_checked() {
        for n in 0..200_u64 {
            let address = super::Address::from_low_u64_be(n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let right = super::checksum(address);
            assert_eq!(super::parse_address(&right), Ok(address));
            for (at, c) in right.char_indices().skip(2).filter(|(_, c)| c.is_ascii_alphabetic()) {
                let swapped = if c.is_ascii_lowercase() {
                    c.to_ascii_uppercase()
                } else {
                    c.to_ascii_lowercase()
                };
                let mut wrong = right.clone();
                wrong.replace_range(at..=at, &swapped.to_string());
                let digits = &wrong[2..];
                let is_mixed =
                    digits.to_ascii_lowercase() != digits && digits.to_ascii_uppercase() != digits;
                assert_eq!(super::parse_address(&wrong).is_err(), is_mixed, "{wrong}");
            }
        }
    }

    #[test]
    fn hashes_need_all_their_digits() {
        assert!(parse_hash(&format!("0x{}", "ab".repeat(32))).is_some());
        assert!(parse_hash(&format!("0x{}", "ab".repeat(31))).is_none());
        assert!(parse_hash(&"ab".repeat(33)).is_none());
        assert!(parse_hash(&format!("0x{}", "zz".repeat(32))).is_none());
    }

    #[test]
    fn strangers_text_shows_what_it_hides() {
        assert_eq!(sanitize_claim("USDC", 64), "USDC");
        assert_eq!(sanitize_claim("US\u{200b}DC\u{202e}", 64), "US\\u{200b}DC\\u{202e}");
        assert_eq!(sanitize_claim("\x1b[31mred\n", 64), "\\u{1b}[31mred\\u{a}");
        assert_eq!(sanitize_claim("abcdef", 3), "abc…");
    }
}
