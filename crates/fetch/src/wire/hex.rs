//! Numbers and bytes as JSON-RPC writes them.

use std::fmt;
use std::marker::PhantomData;

use ethers_core::types::{Address, H256, U256};
use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// A value that JSON-RPC writes as a `0x` text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Hex<T>(pub(crate) T);

/// Bytes of any length.
pub(crate) type Bytes = Vec<u8>;

/// How many bytes a text stands for, where the bytes themselves are not needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ByteCount(pub(crate) usize);

/// A type that can be read from the digits after `0x`.
pub(crate) trait FromDigits: Sized {
    const EXPECTED: &'static str;

    fn from_digits(digits: &str) -> Option<Self>;
}

impl FromDigits for u64 {
    const EXPECTED: &'static str = "a hexadecimal number of at most 64 bits";

    fn from_digits(digits: &str) -> Option<Self> {
        is_hex(digits).then(|| Self::from_str_radix(digits, 16).ok()).flatten()
    }
}

impl FromDigits for U256 {
    const EXPECTED: &'static str = "a hexadecimal number of at most 256 bits";

    fn from_digits(digits: &str) -> Option<Self> {
        let digits = if is_hex(digits) { digits.trim_start_matches('0') } else { return None };
        if digits.len() > 64 {
            return None;
        }
        let padded = format!("{digits:0>64}");
        fixed::<32>(&padded).map(|bytes| Self::from_big_endian(&bytes))
    }
}

impl FromDigits for Address {
    const EXPECTED: &'static str = "an address of 20 bytes";

    fn from_digits(digits: &str) -> Option<Self> {
        fixed::<20>(digits).map(Self::from)
    }
}

impl FromDigits for H256 {
    const EXPECTED: &'static str = "a hash of 32 bytes";

    fn from_digits(digits: &str) -> Option<Self> {
        fixed::<32>(digits).map(Self::from)
    }
}

impl FromDigits for Bytes {
    const EXPECTED: &'static str = "hexadecimal bytes";

    fn from_digits(digits: &str) -> Option<Self> {
        const_hex::decode(digits).ok()
    }
}

impl FromDigits for ByteCount {
    const EXPECTED: &'static str = "hexadecimal bytes";

    fn from_digits(digits: &str) -> Option<Self> {
        digits.len().is_multiple_of(2).then_some(Self(digits.len() / 2))
    }
}

/// `from_str_radix` also takes a sign, and nothing at all is no number.
fn is_hex(digits: &str) -> bool {
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Exactly `N` bytes.
pub(super) fn fixed<const N: usize>(digits: &str) -> Option<[u8; N]> {
    // The decoder accepts a second `0x`; a digit count of its own rules that out.
    let mut bytes = [0_u8; N];
    let fits = digits.len() == N.checked_mul(2)?;
    (fits && const_hex::decode_to_slice(digits, &mut bytes).is_ok()).then_some(bytes)
}

impl<'de, T: FromDigits> Deserialize<'de> for Hex<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Digits<T>(PhantomData<T>);

        impl<T: FromDigits> Visitor<'_> for Digits<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(T::EXPECTED)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
                text.strip_prefix("0x")
                    .and_then(T::from_digits)
                    .ok_or_else(|| E::custom(format_args!("expected {}", T::EXPECTED)))
            }
        }

        deserializer.deserialize_str(Digits(PhantomData)).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::{ByteCount, Bytes, FromDigits, Hex};
    use ethers_core::types::{Address, U256};

    fn read<T: FromDigits>(text: &str) -> Option<T> {
        serde_json::from_str::<Hex<T>>(&format!("\"{text}\"")).ok().map(|hex| hex.0)
    }

    #[test]
    fn numbers_have_digits_and_bounds() {
        let check = |text: &str, number: Option<u64>, wide: Option<u64>| {
            assert_eq!(read::<u64>(text), number, "{text}");
            assert_eq!(read::<U256>(text), wide.map(U256::from), "{text}");
        };
        check("0x0", Some(0), Some(0));
        check("0xFf", Some(255), Some(255));
        check("0x00000000000000000000000ff", Some(255), Some(255));
        check("0xffffffffffffffff", Some(u64::MAX), Some(u64::MAX));
        check("0x", None, None);
        check("12", None, None);
        check("0x-1", None, None);
        check("0x+1", None, None);
        check("0x0x1", None, None);
        assert_eq!(read::<u64>("0x10000000000000000"), None);
        assert_eq!(read::<U256>(&format!("0x{}", "f".repeat(64))), Some(U256::MAX));
        assert_eq!(read::<U256>(&format!("0x1{}", "0".repeat(64))), None);
    }

    #[test]
    fn bytes_have_the_right_length() {
        assert_eq!(
            read::<Address>(&format!("0x{}", "11".repeat(20))),
            Some(Address::repeat_byte(17))
        );
        assert_eq!(read::<Address>(&format!("0x{}", "11".repeat(32))), None);
        assert_eq!(read::<Address>(&format!("0x0x{}", "11".repeat(19))), None);
        assert_eq!(read::<Bytes>("0x"), Some(vec![]));
        assert_eq!(read::<Bytes>("0x0a0b"), Some(vec![10, 11]));
        assert_eq!(read::<Bytes>("0xabc"), None);
        assert_eq!(read::<ByteCount>("0xabcd"), Some(ByteCount(2)));
        assert!(serde_json::from_str::<Hex<u64>>("7").is_err());
    }
}
