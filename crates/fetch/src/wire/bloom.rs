//! The filter of a header over what the logs of its block name.

use ethers_core::utils::keccak256;

use super::hex::{FromDigits, fixed};

const BYTES: usize = 256;

/// Which contracts and topics the logs of a block may name: yellow paper, 4.3.1. It never denies one that
/// is there.
///
/// Some chains do not keep it and write zeros, or something of another length: then it says nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bloom(Option<Box<[u8; BYTES]>>);

impl Bloom {
    /// Whether it denies that a log of the block names this contract or topic.
    pub(crate) fn denies(&self, item: &[u8]) -> bool {
        let Some(bits) = &self.0 else { return false };
        let is_set = |(byte, bit): (usize, u8)| bits.get(byte).is_some_and(|set| set & bit != 0);
        !places(item).all(is_set)
    }

    /// Whether these items set every bit that is set.
    pub(crate) fn is_explained_by<'a>(&self, items: impl Iterator<Item = &'a [u8]>) -> bool {
        let Some(bits) = &self.0 else { return true };
        let mut left = bits.clone();
        for (byte, bit) in items.flat_map(|item| places(item).collect::<Vec<_>>()) {
            if let Some(set) = left.get_mut(byte) {
                *set &= !bit;
            }
        }
        left.iter().all(|byte| *byte == 0)
    }

    /// Whether it was kept: then the block has logs.
    pub(crate) const fn is_kept(&self) -> bool {
        self.0.is_some()
    }

    /// Whether it was kept, and denies most of what is not there: less than one of 64 is taken for
    /// something that is.
    pub(crate) fn is_telling(&self) -> bool {
        const MOST_BITS: u32 = 2048 / 4;
        let count = |bits: &[u8; BYTES]| bits.iter().map(|byte| byte.count_ones()).sum::<u32>();
        self.0.as_deref().is_some_and(|bits| count(bits) <= MOST_BITS)
    }
}

/// The bits that stand for an item: which byte, and which bit of it.
fn places(item: &[u8]) -> impl Iterator<Item = (usize, u8)> {
    let hash = keccak256(item);
    [(0, 1), (2, 3), (4, 5)].into_iter().filter_map(move |(high, low)| {
        let pair = [*hash.get(high)?, *hash.get(low)?];
        let bit = usize::from(u16::from_be_bytes(pair)) % (8 * BYTES);
        Some((BYTES - 1 - bit / 8, 1 << (bit % 8)))
    })
}

impl FromDigits for Bloom {
    const EXPECTED: &'static str = "a filter";

    fn from_digits(digits: &str) -> Option<Self> {
        let bits = fixed::<BYTES>(digits).filter(|bits| bits.iter().any(|byte| *byte != 0));
        Some(Self(bits.map(Box::new)))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use ethers_core::abi::ethereum_types::{Bloom as Reference, BloomInput};
    use ethers_core::types::{H160, H256};
    use proptest::prelude::*;

    use super::super::Hex;
    use super::Bloom;

    fn read(text: &str) -> Bloom {
        serde_json::from_str::<Hex<Bloom>>(&format!("\"{text}\"")).unwrap().0
    }

    /// The text of a filter over these items, by another implementation.
    pub(crate) fn over(items: &[&[u8]]) -> String {
        let mut bloom = Reference::zero();
        for item in items {
            bloom.accrue(BloomInput::Raw(item));
        }
        format!("{bloom:?}")
    }

    /// The items of go-ethereum's `TestBloom`.
    #[test]
    fn it_denies_what_was_not_put_in() {
        let bloom = read(&over(&[b"testtest", b"test", b"hallo", b"other"]));
        for (item, is_denied) in [
            ("testtest", false),
            ("test", false),
            ("hallo", false),
            ("other", false),
            ("tes", true),
            ("lo", true),
        ] {
            assert_eq!(bloom.denies(item.as_bytes()), is_denied, "{item}");
        }
        assert!(bloom.is_telling());
    }

    #[test]
    fn one_that_was_not_kept_says_nothing() {
        for text in ["0x", "0x00", &format!("0x{}", "00".repeat(256)), &"0x".repeat(200)] {
            let bloom = read(text);
            assert!(!bloom.denies(b"anything") && !bloom.is_telling(), "{text}");
        }
        let full = read(&format!("0x{}", "ff".repeat(256)));
        assert!(!full.denies(b"anything") && !full.is_telling());
    }

    proptest! {
        #[test]
        fn it_never_denies_what_is_there(addresses in proptest::collection::vec(any::<[u8; 20]>(), 1..40), topic in any::<[u8; 32]>()) {
            let addresses: Vec<H160> = addresses.into_iter().map(H160).collect();
            let topic = H256(topic);
            let mut items: Vec<&[u8]> = addresses.iter().map(H160::as_bytes).collect();
            items.push(topic.as_bytes());
            let bloom = read(&over(&items));
            prop_assert!(items.iter().all(|item| !bloom.denies(item)));
        }
    }
}
