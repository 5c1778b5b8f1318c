//! Logs.

use fundtrail_model::{Address, H256};
use serde::Deserialize;

use super::{Bytes, Hex};

/// A log of a mined transaction.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Log {
    pub(crate) address: Hex<Address>,
    pub(crate) topics: Vec<Hex<H256>>,
    pub(crate) data: Hex<Bytes>,
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
pub(crate) struct ReceiptLogs {
    pub(crate) logs: Vec<Log>,
}
