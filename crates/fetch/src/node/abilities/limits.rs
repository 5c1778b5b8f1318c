//! How much a node takes, and how far back it goes.

use fundtrail_model::{Address, H256, hash_hex};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::facts::hex;
use super::super::{Node, numbered_header_call, quantity};
use super::Limit;
use crate::Error;
use crate::client::{Call, Kind, Meaning, Shape};
use crate::decode::token::transfer_topic;

/// How many contracts or topics are tried at first, and what is tried where a node refuses so many and does
/// not say how many it takes.
const COUNTS: [u64; 7] = [1_000, 500, 100, 50, 20, 5, 1];
/// How many questions are sent at once to find out whether a node takes so many.
const BATCH: u64 = 50;
/// How many blocks are looked at for one with logs.
const NEIGHBOURS: u64 = 4;

/// How far back a node goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Nothing seems to be missing.
    All,
    /// It has what is at or after this block.
    From(u64),
    /// It does not say.
    Unknown {
        /// What it says instead.
        text: String,
    },
}

/// What is looked for in the past.
#[derive(Clone, Copy, Debug)]
pub(super) enum Past {
    State,
    Logs,
}

impl Node {
    /// How many contracts, or how many topics in one place, a search for logs may name.
    pub(super) async fn most_named(&self, shape: Shape, head: u64) -> Result<Limit, Error> {
        let mut count = COUNTS.first().copied().unwrap_or(1);
        let first = count;
        for _ in COUNTS {
            let (block, name) = (quantity(head), hash_hex(transfer_topic()));
            let filter = match shape {
                Shape::Topics => {
                    let accounts: Vec<String> =
                        (1..=count).map(|n| hash_hex(H256::from_low_u64_be(n))).collect();
                    json!({"fromBlock": block, "toBlock": block, "topics": [[name], accounts]})
                }
                Shape::Contracts => {
                    let contracts: Vec<String> =
                        (1..=count).map(|n| hex(Address::from_low_u64_be(n))).collect();
                    let topics = json!([[name]]);
                    json!({"fromBlock": block, "toBlock": block, "address": contracts, "topics": topics})
                }
            };
            let call = Call::new("eth_getLogs", &json!([filter]));
            let refusal = match self.client.ask(&call).await {
                Ok(Ok(_)) if count == first => return Ok(Limit::AtLeast(count)),
                Ok(Ok(_)) => return Ok(Limit::Found(count)),
                Ok(Err(refusal)) => refusal,
                Err(error @ Error::NotRecorded { .. }) => return Err(error),
                Err(_) => return Ok(Limit::Unknown),
            };
            if !matches!(refusal.kind(), Kind::TooManyAddresses | Kind::Size) {
                return Ok(Limit::Unknown);
            }
            let named = refusal.hints().addresses.filter(|named| (1..count).contains(named));
            let next = || COUNTS.into_iter().find(|next| *next < count);
            match named.or_else(next) {
                Some(fewer) => count = fewer,
                None => break,
            }
        }
        Ok(Limit::Unknown)
    }

    /// How many questions it takes in one HTTP request.
    pub(super) async fn most_at_once(&self, head: u64) -> Result<Limit, Error> {
        let [peer] = self.client.peers() else { return Ok(Limit::Unknown) };
        let Some(http) = peer.http() else { return Ok(Limit::Unknown) };
        let count =
            |http: &crate::client::Http| u64::try_from(http.batch_limit()).unwrap_or(u64::MAX);
        if http.has_batch_limit() {
            return Ok(Limit::Learned(count(http)));
        }
        let asked = BATCH.min(head.saturating_add(1)).min(count(http));
        let calls: Vec<Call> =
            (0..asked).map(|back| numbered_header_call(head.saturating_sub(back))).collect();
        Ok(match self.client.ask_all(&calls).await {
            Ok(_) if http.has_batch_limit() => Limit::Found(count(http)),
            Ok(_) => Limit::AtLeast(asked),
            Err(_) => Limit::Unknown,
        })
    }

    /// From which block on it has this. Nodes drop history from the start of the chain: steps back that
    /// grow sixteenfold, then halving.
    pub(super) async fn depth(&self, past: Past, head: u64) -> Result<Depth, Error> {
        let (mut there, mut missing) = (head, None);
        let mut back = head;
        loop {
            match self.has_at(past, back).await? {
                Ok(true) => there = back,
                Ok(false) => {
                    missing = Some(back);
                    break;
                }
                Err(text) => return Ok(Depth::Unknown { text }),
            }
            if back <= 1 {
                break;
            }
            back = (back / 16).max(1);
        }
        let Some(mut missing) = missing else { return Ok(Depth::All) };
        if missing == head {
            let text = "not even of its last block".to_owned();
            return Ok(Depth::Unknown { text });
        }
        while there.saturating_sub(missing) > 1 {
            let middle = missing + (there - missing) / 2;
            match self.has_at(past, middle).await? {
                Ok(true) => there = middle,
                Ok(false) => missing = middle,
                Err(text) => return Ok(Depth::Unknown { text }),
            }
        }
        Ok(Depth::From(there))
    }

    /// Whether it has this of a block; what it says if that tells nothing.
    async fn has_at(&self, past: Past, block: u64) -> Result<Result<bool, String>, Error> {
        match past {
            Past::State => {
                let nobody = format!("0x{}", "0".repeat(40));
                let call = Call::new("eth_getBalance", &json!([nobody, quantity(block)]));
                Ok(self.has(&call).await?.map(|answer| answer.is_some()))
            }
            Past::Logs => self.has_logs(block).await,
        }
    }

    /// Whether it gives logs of a block, or of one soon after: a block whose header says that there are
    /// some, because `[]` may mean that they were dropped.
    async fn has_logs(&self, block: u64) -> Result<Result<bool, String>, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Header {
            logs_bloom: Option<String>,
        }
        let mut with_logs = None;
        for number in block..block.saturating_add(NEIGHBOURS) {
            let header = match self.has(&numbered_header_call(number)).await? {
                Ok(Some(header)) => header,
                Ok(None) if number == block => return Ok(Ok(false)),
                Ok(None) => break,
                Err(text) => return Ok(Err(text)),
            };
            let bloom = Header::deserialize(header).ok().and_then(|header| header.logs_bloom);
            if bloom.is_some_and(|bloom| bloom.bytes().skip(2).any(|digit| digit != b'0')) {
                with_logs = Some(number);
                break;
            }
        }
        let number = quantity(with_logs.unwrap_or(block));
        let filter = json!({"fromBlock": number, "toBlock": number});
        let logs = self.has(&Call::new("eth_getLogs", &json!([filter]))).await?;
        Ok(logs.map(|logs| {
            let is_empty = logs.as_ref().and_then(Value::as_array).is_none_or(Vec::is_empty);
            logs.is_some() && !(is_empty && with_logs.is_some())
        }))
    }

    /// The result of a question, nothing where the node does not have it, or what it says otherwise.
    async fn has(&self, call: &Call) -> Result<Result<Option<Value>, String>, Error> {
        let answer = match self.client.ask(call).await {
            Ok(answer) => answer,
            Err(error @ Error::NotRecorded { .. }) => return Err(error),
            Err(error) => return Ok(Err(error.to_string())),
        };
        match &answer {
            Err(refusal) if refusal.meaning() == Meaning::Missing => Ok(Ok(None)),
            Err(refusal) => Ok(Err(refusal.message.clone())),
            Ok(_) => match self.client.read::<Option<Value>>(call, &answer) {
                Ok(found) => Ok(Ok(found)),
                Err(error) => Ok(Err(error.to_string())),
            },
        }
    }
}
