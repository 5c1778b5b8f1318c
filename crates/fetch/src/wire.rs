//! What a node's answers look like: own small structs, limited to what is used.
//!
//! Fields that are not listed are ignored, so that every chain's transaction and receipt types are read;
//! a listed one that is missing is an error. The types of `ethers-core` are not used here: they refuse
//! transactions without `v`, and are several times slower to read.

mod block;
mod bloom;
mod hex;
mod index;
mod log;
mod trace;

pub(crate) use block::{Block, Header, Receipt, Transaction, Withdrawal};
pub(crate) use bloom::Bloom;
pub(crate) use hex::{ByteCount, Bytes, Hex};
pub(crate) use index::{IndexedFrame, IndexedPage};
pub(crate) use log::{Log, ReceiptLogs, each_log};
pub(crate) use trace::{CallFrame, FlatTrace, TracedTransaction};

#[cfg(test)]
pub(crate) mod tests {
    pub(crate) use super::bloom::tests::over;
}
