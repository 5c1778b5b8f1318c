//! Frames, as the two families of tracers report them.

use fundtrail_model::{Address, H256, U256};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::Hex;

/// One frame of `trace_block` or `trace_transaction`: a flat list with tree addresses.
///
/// Erigon streams its answer, and reports a failure in mid-stream as an element that has only `error`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FlatTrace {
    #[serde(rename = "type", default)]
    pub(crate) kind: Option<String>,
    #[serde(default)]
    pub(crate) action: Option<FlatAction>,
    #[serde(default)]
    pub(crate) result: Option<FlatResult>,
    /// A text for a frame that failed, an object for a failed request.
    #[serde(default)]
    pub(crate) error: Option<Box<RawValue>>,
    #[serde(default)]
    pub(crate) trace_address: Option<Vec<u32>>,
    #[serde(default)]
    pub(crate) transaction_hash: Option<Hex<H256>>,
    #[serde(default)]
    pub(crate) block_hash: Option<Hex<H256>>,
}

/// What a frame set out to do; which fields there are depends on its type.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FlatAction {
    #[serde(default)]
    pub(crate) call_type: Option<String>,
    #[serde(default)]
    pub(crate) from: Option<Hex<Address>>,
    #[serde(default)]
    pub(crate) to: Option<Hex<Address>>,
    #[serde(default)]
    pub(crate) value: Option<Hex<U256>>,
    /// Of a self-destruct: who.
    #[serde(default)]
    pub(crate) address: Option<Hex<Address>>,
    /// Of a self-destruct: who gets the rest.
    #[serde(default)]
    pub(crate) refund_address: Option<Hex<Address>>,
    /// Of a self-destruct: the rest.
    #[serde(default)]
    pub(crate) balance: Option<Hex<U256>>,
}

/// What a frame did.
#[derive(Debug, Deserialize)]
pub(crate) struct FlatResult {
    /// Of a creation: the new contract.
    #[serde(default)]
    pub(crate) address: Option<Hex<Address>>,
}

/// One transaction of `debug_traceBlockByNumber`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TracedTransaction {
    #[serde(default)]
    pub(crate) tx_hash: Option<Hex<H256>>,
    #[serde(default)]
    pub(crate) result: Option<Box<RawValue>>,
    #[serde(default)]
    pub(crate) error: Option<Box<RawValue>>,
}

/// One frame of geth's `callTracer`. Its children stay text: a chain allows 1,024 levels, more than the
/// JSON reader's recursion limit, and a thief could hide a payment down there.
#[derive(Debug, Deserialize)]
pub(crate) struct CallFrame<'a> {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) from: Option<Hex<Address>>,
    #[serde(default)]
    pub(crate) to: Option<Hex<Address>>,
    #[serde(default)]
    pub(crate) value: Option<Hex<U256>>,
    #[serde(default)]
    pub(crate) error: Option<String>,
    #[serde(borrow, default)]
    pub(crate) calls: Option<Vec<&'a RawValue>>,
}
