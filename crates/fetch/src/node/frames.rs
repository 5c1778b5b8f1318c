//! Frames of blocks and transactions, from whichever tracer the node offers.

use std::collections::BTreeMap;

use fundtrail_model::{BlockStamp, H256, hash_hex};
use serde_json::json;
use serde_json::value::RawValue;

use super::{Node, quantity};
use crate::Error;
use crate::client::{Answer, Call, Meaning};
use crate::decode::frames::{Fault, Frames, from_calls, from_flat, from_traced_block};
use crate::wire::{Block, FlatTrace, TracedTransaction, Transaction};

/// How many blocks are traced in one HTTP request, at most: an answer may fill megabytes.
const BLOCKS_PER_REQUEST: usize = 4;

/// The two families of tracers, in order of preference: `trace_block` is answered from an index by some
/// nodes, the `callTracer` always runs the block again.
#[derive(Clone, Copy, Debug)]
enum Tracer {
    Flat,
    Calls,
}

/// Frames by transaction.
#[derive(Debug, Default)]
pub(super) struct FramesFound {
    pub(super) by_transaction: BTreeMap<H256, Frames>,
    /// Whether every transaction that may have run code was traced.
    pub(super) is_complete: bool,
}

impl Node {
    /// Whether the node offers this tracer. The question is always the same one, so that a recording
    /// holds it whatever is looked at first.
    async fn offers(&self, tracer: Tracer) -> Result<bool, Error> {
        let genesis = quantity(0);
        let (cell, call) = match tracer {
            Tracer::Flat => (&self.offers_flat_traces, flat_block_call(&genesis)),
            Tracer::Calls => (&self.offers_call_tracer, traced_block_call(&genesis)),
        };
        let probe = || async {
            match self.client.ask(&call).await {
                // Refusing genesis in particular is an offer.
                Ok(Err(refusal)) if refusal.meaning() == Meaning::Later => {
                    Err(self.client.refused(&call, &refusal))
                }
                Ok(Err(refusal)) => Ok(refusal.meaning() != Meaning::NotOffered),
                Ok(Ok(_)) => Ok(true),
                Err(Error::Status { status: 401..=405, .. }) => Ok(false),
                Err(error) => Err(error),
            }
        };
        cell.get_or_try_init(probe).await.copied()
    }

    /// The frames of these blocks; `None` if no tracer that the node offers has them.
    pub(super) async fn frames_of_blocks(
        &self,
        blocks: &[&Block],
    ) -> Result<Option<FramesFound>, Error> {
        for tracer in [Tracer::Flat, Tracer::Calls] {
            if self.offers(tracer).await?
                && let Some(frames) = self.blocks_by(tracer, blocks).await?
            {
                return Ok(Some(frames));
            }
        }
        Ok(None)
    }

    async fn blocks_by(
        &self,
        tracer: Tracer,
        blocks: &[&Block],
    ) -> Result<Option<FramesFound>, Error> {
        let call = |block: &&Block| {
            let number = quantity(block.stamp().number);
            match tracer {
                Tracer::Flat => flat_block_call(&number),
                Tracer::Calls => traced_block_call(&number),
            }
        };
        let calls: Vec<Call> = blocks.iter().map(call).collect();
        let answers = self.client.ask_at_most(&calls, BLOCKS_PER_REQUEST).await?;
        let mut found = FramesFound { is_complete: true, ..FramesFound::default() };
        for ((block, call), answer) in blocks.iter().zip(&calls).zip(&answers) {
            let stamp = block.stamp();
            let read = match tracer {
                Tracer::Flat => self.flat(call, answer, stamp),
                Tracer::Calls => self.traced_block(call, answer, &block.transactions),
            };
            let Some(frames) = available(read)? else { return Ok(None) };
            found.is_complete &= self.check_traced(stamp, &block.transactions, &frames)?;
            found.by_transaction.extend(frames);
        }
        Ok(Some(found))
    }

    /// The frames of these transactions, without those of which no tracer that the node offers has them.
    pub(super) async fn frames_of_transactions(
        &self,
        transactions: &[(&Transaction, BlockStamp)],
    ) -> Result<BTreeMap<H256, Frames>, Error> {
        let mut found = BTreeMap::new();
        for tracer in [Tracer::Flat, Tracer::Calls] {
            let is_open =
                |wanted: &&(&Transaction, BlockStamp)| !found.contains_key(&wanted.0.hash.0);
            let open: Vec<_> = transactions.iter().filter(is_open).copied().collect();
            if open.is_empty() {
                break;
            }
            if !self.offers(tracer).await? {
                continue;
            }
            let call = |wanted: &(&Transaction, BlockStamp)| traced_call(tracer, wanted.0.hash.0);
            let calls: Vec<Call> = open.iter().map(call).collect();
            let answers = self.client.ask_at_most(&calls, BLOCKS_PER_REQUEST).await?;
            for ((transaction, block), (call, answer)) in
                open.into_iter().zip(calls.iter().zip(&answers))
            {
                let hash = transaction.hash.0;
                match available(self.traced_transaction(tracer, hash, block, call, answer))? {
                    Some(Some(frames)) => drop(found.insert(hash, frames)),
                    // Of the system itself, which tracers leave out.
                    Some(None) if transaction.gas.0.is_zero() => {}
                    Some(None) => return Err(self.untraced(hash, block)),
                    None => {}
                }
            }
        }
        Ok(found)
    }

    /// The answer to [`traced_call`].
    fn traced_transaction(
        &self,
        tracer: Tracer,
        hash: H256,
        block: BlockStamp,
        call: &Call,
        answer: &Answer,
    ) -> Result<Option<Frames>, Error> {
        match tracer {
            Tracer::Flat => self.flat(call, answer, block).map(|mut frames| frames.remove(&hash)),
            Tracer::Calls => {
                let top: &RawValue = self.client.read(call, answer)?;
                from_calls(top).map(Some).map_err(|fault| self.fault(call, answer, fault))
            }
        }
    }

    fn flat(
        &self,
        call: &Call,
        answer: &Answer,
        block: BlockStamp,
    ) -> Result<BTreeMap<H256, Frames>, Error> {
        let traces: Vec<FlatTrace> = self.client.read(call, answer)?;
        let is_other =
            |trace: &&FlatTrace| trace.block_hash.is_some_and(|hash| hash.0 != block.hash);
        if traces.iter().find(is_other).is_some() {
            let what = format!("the traces of block {} are of another block", block.number);
            return Err(self.client.inconsistent(what));
        }
        from_flat(&traces).map_err(|fault| self.fault(call, answer, fault))
    }

    fn traced_block(
        &self,
        call: &Call,
        answer: &Answer,
        transactions: &[Transaction],
    ) -> Result<BTreeMap<H256, Frames>, Error> {
        let traced: Vec<TracedTransaction> = self.client.read(call, answer)?;
        let hashes: Vec<H256> = transactions.iter().map(|transaction| transaction.hash.0).collect();
        from_traced_block(&traced, &hashes).map_err(|fault| self.fault(call, answer, fault))
    }

    /// Whether every transaction that may have run code was traced. Some chains hold transactions of
    /// the system itself (no gas) that their tracers leave out; any other gap is an error.
    fn check_traced(
        &self,
        block: BlockStamp,
        transactions: &[Transaction],
        frames: &BTreeMap<H256, Frames>,
    ) -> Result<bool, Error> {
        let mut untraced = transactions.iter().filter(|transaction| {
            transaction.may_run_code() && !frames.contains_key(&transaction.hash.0)
        });
        let mut is_complete = true;
        untraced.try_for_each(|transaction| {
            is_complete = false;
            if transaction.gas.0.is_zero() {
                return Ok(());
            }
            Err(self.untraced(transaction.hash.0, block))
        })?;
        Ok(is_complete)
    }

    fn untraced(&self, hash: H256, block: BlockStamp) -> Error {
        let block = block.number;
        self.client.inconsistent(format!("no trace of {} in block {block}", hash_hex(hash)))
    }

    fn fault(&self, call: &Call, answer: &Answer, fault: Fault) -> Error {
        match fault {
            Fault::Refused(refusal) => self.client.refused(call, &refusal),
            Fault::Invalid(reason) => {
                let text = answer.as_deref().unwrap_or_default();
                self.client.invalid(call, reason, text)
            }
        }
    }
}

/// `None` for frames that the node does not have or does not give; other errors stay errors.
fn available<T>(read: Result<T, Error>) -> Result<Option<T>, Error> {
    match read {
        Ok(frames) => Ok(Some(frames)),
        Err(Error::Missing { .. }) => Ok(None),
        Err(Error::Rpc { code, message, .. })
            if crate::client::Refusal::new(code, &message).meaning() == Meaning::NotOffered =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn traced_call(tracer: Tracer, hash: H256) -> Call {
    let name = hash_hex(hash);
    match tracer {
        Tracer::Flat => Call::new("trace_transaction", &json!([name])),
        Tracer::Calls => {
            Call::new("debug_traceTransaction", &json!([name, {"tracer": "callTracer"}]))
        }
    }
}

fn flat_block_call(number: &str) -> Call {
    Call::new("trace_block", &json!([number]))
}

fn traced_block_call(number: &str) -> Call {
    Call::new("debug_traceBlockByNumber", &json!([number, {"tracer": "callTracer"}]))
}
