//! One chain behind one client.

mod abilities;
mod ahead;
mod crowds;
mod facts;
mod frames;
mod freezes;
mod logs;
mod native;
mod opinions;
mod prices;
mod reopen;
mod settle;
mod state;
mod transaction;
mod turns;
mod whole;
mod window;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use fundtrail_model::{BlockStamp, ChainId, Timestamp};
use serde_json::json;
use tokio::sync::OnceCell;
use tokio::task::JoinSet;

pub use abilities::{Abilities, Ability, Depth, Limit};
pub use freezes::Freezes;
pub use prices::PriceRequest;
pub use settle::{SettleRequest, Settled};
pub use transaction::TransactionOutcome;
pub use turns::Doubted;
pub use whole::{ReadTransaction, TransactionRequest};
pub use window::{KnownTransfer, WindowRequest};

use crate::client::{Answer, Call, Meaning, Reach};
use crate::wire::{Header, Hex};
use crate::{Client, Error};

/// One chain behind one client. What the node can do is learned when it is first needed. Cheap to clone;
/// all clones share what was learned, and may be asked at the same time.
#[derive(Clone, Debug)]
pub struct Node {
    client: Client,
    chain: ChainId,
    left_out: Arc<[Error]>,
    offers_flat_traces: Arc<OnceCell<bool>>,
    offers_call_tracer: Arc<OnceCell<bool>>,
    multicall: Arc<state::Multicall>,
    leftovers: logs::Leftovers,
    trace_reach: Arc<Mutex<Reach>>,
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
        Self::open_all(vec![client], expected).await
    }

    /// Several endpoints of one chain as one node. Each is asked which chain it is, and, if there are
    /// several, for its last block: one that lags behind is not asked for blocks that it does not have.
    /// An endpoint that does not answer is left out, see [`Node::left_out`].
    ///
    /// # Errors
    ///
    /// [`Error::WrongChain`] if one of them is not of the `expected` chain, or not of the chain of the
    /// others; if none answers, what the first one failed with.
    pub async fn open_all(clients: Vec<Client>, expected: Option<ChainId>) -> Result<Self, Error> {
        let call = Call::new("eth_chainId", &json!([]));
        let (mut chain, mut open, mut left_out) = (expected, vec![], vec![]);
        let asked = clients.into_iter().map(|client| {
            let call = call.clone();
            async move {
                let found: Result<Hex<u64>, Error> = client.get(&call).await;
                (client, found)
            }
        });
        for (client, found) in at_once(asked).await? {
            match found {
                Ok(found) => {
                    let (found, expected) = (ChainId(found.0), chain);
                    if let Some(expected) = expected.filter(|expected| *expected != found) {
                        return Err(Error::WrongChain { expected, found, host: client.origin() });
                    }
                    chain = Some(found);
                    open.push(client);
                }
                Err(error) => left_out.push(error),
            }
        }
        let Some(chain) = chain.filter(|_| !open.is_empty()) else {
            let nobody = Error::Setup { reason: "no node was given".to_owned() };
            return Err(left_out.into_iter().next().unwrap_or(nobody));
        };
        let node = Self {
            client: Client::together(&open),
            chain,
            left_out: left_out.into(),
            offers_flat_traces: Arc::default(),
            offers_call_tracer: Arc::default(),
            multicall: Arc::default(),
            leftovers: logs::Leftovers::default(),
            trace_reach: Arc::default(),
        };
        if open.len() > 1 {
            node.compare_heads().await?;
        }
        Ok(node)
    }

    /// Why endpoints are not used that were given.
    #[must_use]
    pub fn left_out(&self) -> &[Error] {
        &self.left_out
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
        let calls = ["latest", "finalized"].map(header_call);
        let answers = match self.client.recalled(&calls) {
            Some(answers) => answers,
            None => self.newest_heads(&calls).await?,
        };
        let ([latest, finalized], [latest_answer, finalized_answer]) = (&calls, answers.as_slice())
        else {
            return Err(self.client.inconsistent("not two answers to two questions".to_owned()));
        };
        let latest = self.header(latest, latest_answer)?;
        let latest =
            latest.ok_or_else(|| self.client.inconsistent("no latest block".to_owned()))?;
        let finalized = match finalized_answer {
            Err(refusal) if refusal.meaning() != Meaning::Later => None,
            _ => self.header(finalized, finalized_answer)?,
        };
        Ok(Heads { latest, finalized })
    }

    /// The heads by the endpoint that is furthest.
    async fn newest_heads(&self, calls: &[Call; 2]) -> Result<Vec<Answer>, Error> {
        if self.client.peers().len() < 2 {
            return self.client.ask_all(calls).await;
        }
        let answers = self.compare_heads().await?;
        for (call, answer) in calls.iter().zip(&answers) {
            self.client.remember(call, || answer.clone());
        }
        Ok(answers)
    }

    /// Asks every endpoint for its last block and its last finalized one, and returns the answers of the
    /// one that is furthest.
    async fn compare_heads(&self) -> Result<Vec<Answer>, Error> {
        let calls = ["latest", "finalized"].map(header_call);
        let (mut newest, mut failed) = (None, None);
        let asked = self.client.peers().iter().map(|peer| {
            let (client, peer, calls) = (self.client.clone(), Arc::clone(peer), calls.clone());
            async move {
                let answers = client.ask_peer(&peer, &calls).await;
                (peer, answers)
            }
        });
        for (peer, answers) in at_once(asked).await? {
            let head = match answers {
                Ok(answers) => {
                    let latest = calls.first().zip(answers.first());
                    let latest = latest.map(|(call, answer)| self.header(call, answer)).transpose();
                    latest.map(|latest| (latest.flatten(), answers))
                }
                Err(error) => Err(error),
            };
            match head {
                Ok((Some(latest), answers)) => {
                    peer.set_head(latest.number);
                    if newest.as_ref().is_none_or(|(number, _)| *number < latest.number) {
                        newest = Some((latest.number, answers));
                    }
                }
                Ok((None, _)) => {}
                Err(error) => {
                    peer.set_back();
                    failed = failed.or(Some(error));
                }
            }
        }
        let nobody = || self.client.inconsistent("no latest block".to_owned());
        newest.map(|(_, answers)| answers).ok_or_else(|| failed.unwrap_or_else(nobody))
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

    /// The blocks with these numbers, in their order.
    async fn blocks(&self, numbers: &[u64]) -> Result<Vec<BlockStamp>, Error> {
        let calls: Vec<Call> = numbers.iter().map(|number| numbered_header_call(*number)).collect();
        let answers = self.client.ask_all(&calls).await?;
        let all = numbers.iter().zip(calls.iter().zip(&answers));
        all.map(|(number, (call, answer))| self.numbered_header(*number, call, answer)).collect()
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

/// What comes of each, in their order; all are under way at once, so that an endpoint that does not answer holds
/// nobody up.
async fn at_once<T: Send + 'static>(
    futures: impl IntoIterator<Item = impl Future<Output = T> + Send + 'static>,
) -> Result<Vec<T>, Error> {
    let mut tasks = JoinSet::new();
    for (place, future) in futures.into_iter().enumerate() {
        tasks.spawn(async move { (place, future.await) });
    }
    let mut outcomes = BTreeMap::new();
    while let Some(joined) = tasks.join_next().await {
        let (place, outcome) =
            joined.map_err(|error| Error::Setup { reason: error.to_string() })?;
        outcomes.insert(place, outcome);
    }
    Ok(outcomes.into_values().collect())
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
