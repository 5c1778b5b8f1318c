//! Which frames of a transaction moved native coin, the same from either family of tracers.
//!
//! A frame counts if it moves a value above zero from one account to another in its own right, and
//! neither it nor a frame above it failed. `DELEGATECALL` and `CALLCODE` show a value that stays where
//! it is, and `STATICCALL` has none. The top frame is the transaction itself and is not in the list.

use std::collections::BTreeMap;

use fundtrail_model::{Address, Amount, H256, U256};
use serde_json::value::RawValue;

use crate::client::Refusal;
use crate::wire::{CallFrame, FlatTrace, Hex, TracedTransaction};

/// Deeper than any chain allows (1,024).
const MAX_DEPTH: usize = 4096;
/// Each level is read again to find the one below it. So many bytes in all take some seconds; the frames of the largest
/// honest answers, ten or twenty deep, stay far below.
const MAX_READ: usize = 3 << 30;

/// What the frames of one transaction did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Frames {
    /// Whether the top frame succeeded; if not, `moves` is empty.
    pub(crate) succeeded: bool,
    /// The values that moved below the top frame, depth first; the place in this list is the number in
    /// `Step::Frame`.
    pub(crate) moves: Vec<Move>,
}

/// A value that a frame moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Move {
    pub(crate) from: Address,
    pub(crate) to: Address,
    pub(crate) amount: Amount,
}

/// Why an answer of a tracer cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The tracer failed, and said so inside the answer.
    Refused(Refusal),
    /// It is not what a tracer answers.
    Invalid(String),
}

fn invalid<T>(reason: impl Into<String>) -> Result<T, Fault> {
    Err(Fault::Invalid(reason.into()))
}

/// Frames per transaction from `trace_block` or `trace_transaction`. Rewards, which belong to no
/// transaction, are left out.
pub(crate) fn from_flat(traces: &[FlatTrace]) -> Result<BTreeMap<H256, Frames>, Fault> {
    let mut by_transaction: BTreeMap<H256, Vec<(&[u32], &FlatTrace)>> = BTreeMap::new();
    for trace in traces {
        if let (None, Some(error)) = (&trace.action, &trace.error) {
            return Err(Fault::Refused(Refusal::read(error, None)));
        }
        let Some(Hex(hash)) = trace.transaction_hash else {
            if trace.kind.as_deref() == Some("reward") {
                continue;
            }
            return invalid("a trace without a transaction hash");
        };
        let Some(address) = trace.trace_address.as_deref() else {
            return invalid(format!("a trace of {hash:#x} without a trace address"));
        };
        by_transaction.entry(hash).or_default().push((address, trace));
    }
    by_transaction
        .into_iter()
        .map(|(hash, mut traces)| {
            traces.sort_by_key(|(address, _)| *address);
            flat_transaction(hash, &traces).map(|frames| (hash, frames))
        })
        .collect()
}

/// `traces` in the order of their trace addresses, which is depth first.
fn flat_transaction(hash: H256, traces: &[(&[u32], &FlatTrace)]) -> Result<Frames, Fault> {
    let Some((([], top), rest)) = traces.split_first() else {
        return invalid(format!("the traces of {hash:#x} have no top frame"));
    };
    let mut frames = Frames { succeeded: top.error.is_none(), moves: vec![] };
    let mut failed: Option<&[u32]> = top.error.as_ref().map(|_| [].as_slice());
    let mut previous: &[u32] = &[];
    for (address, trace) in rest {
        if *address == previous {
            return invalid(format!("two traces of {hash:#x} have the same trace address"));
        }
        previous = address;
        if failed.is_some_and(|above| address.starts_with(above)) {
            continue;
        }
        failed = trace.error.as_ref().map(|_| *address);
        if failed.is_none() {
            let moved = flat_move(trace);
            frames
                .moves
                .extend(moved.map_err(|what| Fault::Invalid(format!("{what} in {hash:#x}")))?);
        }
    }
    Ok(frames)
}

fn flat_move(trace: &FlatTrace) -> Result<Option<Move>, String> {
    let Some(action) = &trace.action else { return Err("a trace without an action".to_owned()) };
    let kind = trace.kind.as_deref().unwrap_or_default();
    let created = || trace.result.as_ref().and_then(|result| result.address);
    let (name, from, to, value) = match kind {
        "call" => {
            let name = action.call_type.as_deref().unwrap_or("call");
            (name, action.from, action.to, action.value)
        }
        "create" => (kind, action.from, created(), action.value),
        "suicide" | "selfdestruct" => {
            ("selfdestruct", action.address, action.refund_address, action.balance)
        }
        _ => (kind, action.from, action.to, action.value),
    };
    value_move(name, from, to, value)
}

/// The frames of every transaction from `debug_traceBlockByNumber` with the `callTracer`. `hashes` are
/// the block's transactions in order, for nodes that do not repeat them.
pub(crate) fn from_traced_block(
    traced: &[TracedTransaction],
    hashes: &[H256],
) -> Result<BTreeMap<H256, Frames>, Fault> {
    let mut frames = BTreeMap::new();
    for (place, traced_transaction) in traced.iter().enumerate() {
        let named = traced_transaction.tx_hash.map(|hash| hash.0);
        // Places say nothing where the node leaves transactions out.
        let by_place = || hashes.get(place).copied().filter(|_| traced.len() == hashes.len());
        let Some(hash) = named.or_else(by_place) else {
            return invalid(format!(
                "{} traces for {} transactions, and no hashes to tell them apart",
                traced.len(),
                hashes.len()
            ));
        };
        if let Some(error) = &traced_transaction.error {
            return Err(Fault::Refused(Refusal::read(error, None)));
        }
        let Some(result) = &traced_transaction.result else {
            return invalid(format!("neither a result nor an error for {hash:#x}"));
        };
        if frames.insert(hash, from_calls(result)?).is_some() {
            return invalid(format!("two traces of {hash:#x}"));
        }
    }
    Ok(frames)
}

/// The frames of one transaction from the `callTracer`.
pub(crate) fn from_calls(top: &RawValue) -> Result<Frames, Fault> {
    from_calls_within(top, MAX_READ)
}

fn from_calls_within(top: &RawValue, most: usize) -> Result<Frames, Fault> {
    let mut frames = Frames::default();
    let mut read: usize = 0;
    // A stack of its own instead of recursion: the depth is a stranger's choice.
    let mut pending: Vec<(usize, &RawValue)> = vec![(0, top)];
    while let Some((depth, raw)) = pending.pop() {
        if depth > MAX_DEPTH {
            return invalid(format!("frames more than {MAX_DEPTH} deep"));
        }
        read = read.saturating_add(raw.get().len());
        if most < read {
            return invalid(format!(
                "frames so large and so deep in each other that more than {most} bytes would have to be read"
            ));
        }
        let frame: CallFrame<'_> =
            serde_json::from_str(raw.get()).map_err(|error| Fault::Invalid(error.to_string()))?;
        if frame.error.as_deref().is_some_and(|error| !error.is_empty()) {
            continue;
        }
        if depth == 0 {
            frames.succeeded = true;
        } else {
            let kind = frame.kind.to_ascii_lowercase();
            let moved = value_move(&kind, frame.from, frame.to, frame.value);
            frames.moves.extend(moved.map_err(Fault::Invalid)?);
        }
        let below = frame.calls.unwrap_or_default().into_iter().rev();
        pending.extend(below.map(|call| (depth.saturating_add(1), call)));
    }
    Ok(frames)
}

/// The move of one frame that succeeded, if it moves anything. `kind` in lower case.
fn value_move(
    kind: &str,
    from: Option<Hex<Address>>,
    to: Option<Hex<Address>>,
    value: Option<Hex<U256>>,
) -> Result<Option<Move>, String> {
    let value = value.unwrap_or_default().0;
    if value.is_zero() {
        return Ok(None);
    }
    match kind {
        "delegatecall" | "staticcall" | "callcode" | "extdelegatecall" | "extstaticcall" => {
            Ok(None)
        }
        "call" | "extcall" | "create" | "create2" | "eofcreate" | "selfdestruct" | "suicide" => {
            let (Some(Hex(from)), Some(Hex(to))) = (from, to) else {
                return Err(format!(
                    "a {kind} frame that moves a value without saying between whom"
                ));
            };
            Ok(Some(Move { from, to, amount: Amount::from_base_units(value) }))
        }
        // A guess either way would be a wrong number.
        _ => Err("a frame of an unknown type that moves a value".to_owned()),
    }
}

#[cfg(test)]
mod tests;
