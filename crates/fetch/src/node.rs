//! One chain behind one client.

mod abilities;
mod facts;
mod frames;
mod logs;
mod native;
mod transaction;
mod window;

use fundtrail_model::{BlockStamp, ChainId, Timestamp};
use serde_json::json;
use tokio::sync::OnceCell;

pub use abilities::{Abilities, Ability};
pub use transaction::FetchedTransaction;
pub use window::WindowRequest;

use crate::client::{Answer, Call, Meaning};
use crate::wire::{Header, Hex};
use crate::{Client, Error};

/// One chain behind one client. What the node can do is learned when it is first needed.
#[derive(Debug)]
pub struct Node {
    client: Client,
    chain: ChainId,
    offers_flat_traces: OnceCell<bool>,
    offers_call_tracer: OnceCell<bool>,
}

/// The ends of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heads {
    /// The last block.
    pub latest: BlockStamp,
    /// The last block that will not be taken back; `None` if the node does not say.
    pub finalized: Option<BlockStamp>,
}

impl Node {
    /// Asks which chain this is (`eth_chainId`).
    ///
    /// # Errors
    ///
    /// [`Error::WrongChain`] if it is not the `expected` one, and whatever keeps the node from
    /// answering.
    pub async fn open(client: Client, expected: Option<ChainId>) -> Result<Self, Error> {
        let found: Hex<u64> = client.get(&Call::new("eth_chainId", &json!([]))).await?;
        let found = ChainId(found.0);
        if let Some(expected) = expected.filter(|expected| *expected != found) {
            return Err(Error::WrongChain { expected, found, host: client.origin() });
        }
        Ok(Self {
            client,
            chain: found,
            offers_flat_traces: OnceCell::new(),
            offers_call_tracer: OnceCell::new(),
        })
    }

    /// The chain.
    #[must_use]
    pub const fn chain(&self) -> ChainId {
        self.chain
    }

    /// The client that it asks through.
    #[must_use]
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// The last block and the last finalized one.
    ///
    /// # Errors
    ///
    /// Whatever keeps the node from telling its last block.
    pub async fn heads(&self) -> Result<Heads, Error> {
        let [latest, finalized] = ["latest", "finalized"].map(header_call);
        let answers = self.client.ask_all(&[latest.clone(), finalized.clone()]).await?;
        let [latest_answer, finalized_answer] = answers.as_slice() else {
            return Err(self.client.inconsistent("not two answers to two questions".to_owned()));
        };
        let latest = self.header(&latest, latest_answer)?;
        let latest =
            latest.ok_or_else(|| self.client.inconsistent("no latest block".to_owned()))?;
        let finalized = match finalized_answer {
            Err(refusal) if refusal.meaning() != Meaning::Later => None,
            _ => self.header(&finalized, finalized_answer)?,
        };
        Ok(Heads { latest, finalized })
    }

    /// The block with this number.
    ///
    /// # Errors
    ///
    /// [`Error::NullBlock`] if the node has none.
    pub async fn block(&self, number: u64) -> Result<BlockStamp, Error> {
        let call = numbered_header_call(number);
        let answer = self.client.ask(&call).await?;
        self.numbered_header(number, &call, &answer)
    }

    /// The first block whose time is at or after `at`. About 25 questions: a binary search over the
    /// whole chain.
    ///
    /// # Errors
    ///
    /// [`Error::AfterHead`] if no block is that late yet; [`Error::NullBlock`] or [`Error::Missing`] if
    /// the node has dropped the blocks that could be the first.
    pub async fn first_block_at(&self, at: Timestamp) -> Result<BlockStamp, Error> {
        let latest = self.heads().await?.latest;
        if latest.timestamp < at {
            let (head, head_time) = (latest.number, latest.timestamp);
            return Err(Error::AfterHead { chain: self.chain, at, head, head_time });
        }
        // `found` is always late enough; everything before `low` is too early, or no longer there: nodes
        // that drop old history drop it from the start of the chain.
        let (mut low, mut found) = (0, latest);
        let mut dropped = None;
        while low < found.number {
            let middle = low + (found.number - low) / 2;
            match self.block(middle).await {
                Ok(block) if block.timestamp < at => low = middle + 1,
                Ok(block) => found = block,
                Err(error @ (Error::NullBlock { .. } | Error::Missing { .. })) => {
                    low = middle + 1;
                    dropped = Some((middle, error));
                }
                Err(error) => return Err(error),
            }
        }
        match dropped {
            Some((block, error)) if block + 1 == found.number => Err(error),
            _ => Ok(found),
        }
    }

    fn header(&self, call: &Call, answer: &Answer) -> Result<Option<BlockStamp>, Error> {
        let header: Option<Header> = self.client.read(call, answer)?;
        Ok(header.map(|header| header.stamp()))
    }

    /// The answer to [`numbered_header_call`].
    fn numbered_header(
        &self,
        number: u64,
        call: &Call,
        answer: &Answer,
    ) -> Result<BlockStamp, Error> {
        let stamp = self.header(call, answer)?.ok_or_else(|| self.null_block(number))?;
        self.check_number(number, stamp)
    }

    fn check_number(&self, number: u64, stamp: BlockStamp) -> Result<BlockStamp, Error> {
        if stamp.number == number {
            return Ok(stamp);
        }
        let what = format!("asked for block {number}, it gave block {}", stamp.number);
        Err(self.client.inconsistent(what))
    }

    fn null_block(&self, block: u64) -> Error {
        Error::NullBlock { block, chain: self.chain, host: self.client.origin() }
    }
}

fn header_call(block: &str) -> Call {
    Call::new("eth_getBlockByNumber", &json!([block, false]))
}

fn numbered_header_call(number: u64) -> Call {
    header_call(&quantity(number))
}

/// A number as JSON-RPC writes it.
fn quantity(number: u64) -> String {
    format!("{number:#x}")
}

#[cfg(test)]
mod tests;
