//! What an index of transactions by address answers, as far as it names blocks.

use serde::Deserialize;

use super::Hex;

/// One frame of `trace_filter`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IndexedFrame {
    block_number: AnyNumber,
}

/// Frames come with plain numbers, as Parity wrote them; some nodes write `0x` texts.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum AnyNumber {
    Plain(u64),
    Hex(Hex<u64>),
}

impl IndexedFrame {
    pub(crate) const fn block(&self) -> u64 {
        match self.block_number {
            AnyNumber::Plain(number) | AnyNumber::Hex(Hex(number)) => number,
        }
    }
}

/// One page of `ots_searchTransactionsBefore`, the newest transaction first.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IndexedPage {
    pub(crate) txs: Vec<IndexedTransaction>,
    /// Whether there is nothing older.
    pub(crate) last_page: bool,
}

/// A transaction of such a page.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IndexedTransaction {
    pub(crate) block_number: Hex<u64>,
}
