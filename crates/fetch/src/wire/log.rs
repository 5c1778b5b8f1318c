//! Logs: what most of a node's bytes are, so they are read without a copy and without the heap.

mod plain;

use std::fmt;

use fundtrail_model::{Address, H256};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, SeqAccess, Visitor};

use super::hex::{FromDigits, fixed};
use super::{Bloom, ByteCount, Hex};

/// The EVM has `LOG0` to `LOG4`.
const MOST_TOPICS: usize = 4;

/// A log of a mined transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Log {
    pub(crate) address: Hex<Address>,
    pub(crate) topics: Topics,
    pub(crate) data: Hex<Data>,
    pub(crate) block_number: Hex<u64>,
    pub(crate) block_hash: Hex<H256>,
    pub(crate) transaction_hash: Hex<H256>,
    pub(crate) transaction_index: Hex<u64>,
    pub(crate) log_index: Hex<u64>,
    /// Whether a reorganisation took it back.
    #[serde(default)]
    pub(crate) removed: Option<bool>,
}

/// The logs of a receipt.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReceiptLogs {
    pub(crate) logs: Vec<Log>,
    #[serde(default)]
    logs_bloom: Option<Hex<Bloom>>,
}

impl ReceiptLogs {
    /// Whether the logs are numbered one after the other.
    pub(crate) fn is_unbroken(&self) -> bool {
        let next = |log: &Log| log.log_index.0.checked_add(1);
        self.logs.is_sorted_by(|log, after| next(log) == Some(after.log_index.0))
    }

    /// Whether the filter of the receipt speaks of nothing but these logs, as far as the chain keeps one.
    pub(crate) fn explain_filter(&self) -> bool {
        let Some(Hex(bloom)) = &self.logs_bloom else { return true };
        let named = self.logs.iter().flat_map(|log| {
            let topics = log.topics.as_slice().iter().map(H256::as_bytes);
            topics.chain([log.address.0.as_bytes()])
        });
        !bloom.is_telling() || bloom.is_explained_by(named)
    }
}

/// The topics of a log, at most four.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Topics {
    words: [H256; MOST_TOPICS],
    count: usize,
}

impl Topics {
    pub(crate) fn as_slice(&self) -> &[H256] {
        self.words.get(..self.count).unwrap_or_default()
    }
}

impl<'de> Deserialize<'de> for Topics {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Words;

        impl<'de> Visitor<'de> for Words {
            type Value = Topics;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "at most {MOST_TOPICS} topics")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Topics, A::Error> {
                let mut topics = Topics::default();
                for slot in &mut topics.words {
                    let Some(Hex(word)) = seq.next_element()? else { return Ok(topics) };
                    *slot = word;
                    topics.count += 1;
                }
                match seq.next_element::<IgnoredAny>()? {
                    None => Ok(topics),
                    Some(_) => Err(A::Error::invalid_length(MOST_TOPICS + 1, &self)),
                }
            }
        }

        deserializer.deserialize_seq(Words)
    }
}

/// The data of a log: in full where it is one word, of any other only the length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Data {
    length: usize,
    word: [u8; 32],
}

impl Data {
    /// What it holds if it is one word of 32 bytes.
    pub(crate) const fn word(&self) -> Option<&[u8; 32]> {
        if self.length == 32 { Some(&self.word) } else { None }
    }
}

impl FromDigits for Data {
    const EXPECTED: &'static str = ByteCount::EXPECTED;

    fn from_digits(digits: &str) -> Option<Self> {
        if let Some(word) = fixed::<32>(digits) {
            return Some(Self { length: 32, word });
        }
        let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let ByteCount(length) = ByteCount::from_digits(digits).filter(|_| is_hex)?;
        (length != 32).then_some(Self { length, word: [0; 32] })
    }
}

/// Reads an answer to `eth_getLogs` log by log: `each` is called for every one as it is read, so that
/// there is never a list of them.
///
/// # Errors
///
/// If the text is not a list of logs; what `each` was called for before stays called.
pub(crate) fn each_log(text: &str, mut each: impl FnMut(&Log)) -> Result<(), serde_json::Error> {
    let Err(count) = plain::each_log(text.as_bytes(), &mut each) else { return Ok(()) };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    From { count, each }.deserialize(&mut deserializer)?;
    deserializer.end()
}

/// Reads a list from its log number `count` on.
struct From<F> {
    count: usize,
    each: F,
}

impl<'de, F: FnMut(&Log)> DeserializeSeed<'de> for From<F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, F: FnMut(&Log)> Visitor<'de> for From<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of logs")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        for _ in 0..self.count {
            seq.next_element::<IgnoredAny>()?;
        }
        while let Some(log) = seq.next_element()? {
            (self.each)(&log);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
