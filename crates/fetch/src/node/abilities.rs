//! What a node can do.

mod limits;

use fundtrail_model::{ChainId, H256, Window, hash_hex, sanitize_claim};
use serde::de::IgnoredAny;
use serde_json::json;

pub use limits::Depth;
use limits::Past;

use super::{Heads, Node, header_call, quantity};
use crate::Error;
use crate::client::{Call, Kind, Meaning, Reach, Shape};
use crate::decode::token::transfer_topic;

/// What a node can do, by its own word just now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Abilities {
    /// The chain.
    pub chain: ChainId,
    /// What the node calls itself, sanitised; `None` if it does not say.
    pub client_version: Option<String>,
    /// Its last block, and its last finalized one.
    pub heads: Heads,
    /// Whether it says which block is finalized.
    pub finalized: Ability,
    /// `trace_block`: internal transfers.
    pub trace_block: Ability,
    /// `debug_traceBlockByNumber` with the `callTracer`: internal transfers.
    pub debug_trace: Ability,
    /// `trace_filter`: an index of the frames of an account.
    pub trace_filter: Ability,
    /// `ots_getApiLevel`: Otterscan's index.
    pub otterscan: Ability,
    /// `eth_simulateV1`.
    pub simulate: Ability,
    /// `eth_getBlockReceipts`.
    pub block_receipts: Ability,
    /// Whether the state at the end of block 1 can be read: balances in the past.
    pub archive_state: Ability,
    /// Whether logs are given by topic alone, without naming contracts: tokens.
    pub topic_logs: Ability,
    /// How many blocks it searches by topic alone at once; the real limit may be wider than
    /// [`Abilities::WIDEST_LOGS`].
    pub topic_blocks: Option<u64>,
    /// How many blocks it searches at once for logs of named contracts, likewise.
    pub contract_blocks: Option<u64>,
    /// How many contracts a search for logs may name.
    pub contracts: Limit,
    /// How many topics it may name in one place.
    pub topics: Limit,
    /// How many questions it takes in one HTTP request.
    pub batch: Limit,
    /// How many bytes an answer may have.
    pub response: Limit,
    /// How many questions it takes in a second.
    pub rate: Limit,
    /// From which block on it has balances.
    pub state_depth: Depth,
    /// From which block on it has logs.
    pub logs_depth: Depth,
}

/// How much a node takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// So much, and no more, by its answers just now.
    Found(u64),
    /// So much, by its answers just now; it may take more.
    AtLeast(u64),
    /// So much, as was learned in use.
    Learned(u64),
    /// Nothing is known.
    Unknown,
}

impl Abilities {
    /// The longest range of blocks that is tried.
    pub const WIDEST_LOGS: u64 = 100_000;
}

/// Whether a node offers something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ability {
    /// It does.
    Offered,
    /// It does not, or does not have the data.
    Refused {
        /// What it says.
        text: String,
    },
    /// It failed for another reason, which says nothing about the ability.
    Unknown {
        /// What happened.
        text: String,
    },
}

impl Node {
    /// Asks one small question per ability, and some more until it is known how much is taken at once and
    /// how far back the node goes: about a hundred in all, some hundreds where history is missing.
    ///
    /// # Errors
    ///
    /// Whatever keeps the node from telling its last block. Failures of a single ability are in the
    /// answer.
    pub async fn abilities(&self) -> Result<Abilities, Error> {
        let heads = self.heads().await?;
        let head = quantity(heads.latest.number);
        let tracer = json!({"tracer": "callTracer"});
        let old = quantity(heads.latest.number.min(1));
        let nobody = format!("0x{}", "0".repeat(40));
        let version = Call::new("web3_clientVersion", &json!([]));
        let version: Option<String> = self.client.get(&version).await.ok();
        let trace_block = Call::new("trace_block", &json!([head]));
        let debug_trace = Call::new("debug_traceBlockByNumber", &json!([head, tracer]));
        let block_receipts = Call::new("eth_getBlockReceipts", &json!([head]));
        let archive_state = Call::new("eth_getBalance", &json!([nobody, old]));
        let (topic_logs, topic_blocks) =
            self.log_blocks(Shape::Topics, heads.latest.number).await?;
        let (_, contract_blocks) = self.log_blocks(Shape::Contracts, heads.latest.number).await?;
        let head_number = heads.latest.number;
        let filter = json!({"fromBlock": head, "toBlock": head, "fromAddress": [nobody]});
        let trace_filter = Call::new("trace_filter", &json!([filter]));
        let otterscan = Call::new("ots_getApiLevel", &json!([]));
        let blocks = json!({"blockStateCalls": [{"calls": []}], "traceTransfers": true});
        let simulate = Call::new("eth_simulateV1", &json!([blocks, "latest"]));
        let http = match self.client.peers() {
            [peer] => peer.http(),
            _ => None,
        };
        let archive_state = self.ability(&archive_state).await?;
        let state_depth = match archive_state {
            Ability::Offered => Depth::All,
            _ => self.depth(Past::State, head_number).await?,
        };
        Ok(Abilities {
            chain: self.chain,
            client_version: version.map(|version| sanitize_claim(&version, 120)),
            heads,
            finalized: self.ability(&header_call("finalized")).await?,
            trace_block: self.ability(&trace_block).await?,
            debug_trace: self.ability(&debug_trace).await?,
            block_receipts: self.ability(&block_receipts).await?,
            trace_filter: self.ability(&trace_filter).await?,
            otterscan: self.ability(&otterscan).await?,
            simulate: self.ability(&simulate).await?,
            archive_state,
            topic_logs,
            topic_blocks,
            contract_blocks,
            contracts: self.most_named(Shape::Contracts, head_number).await?,
            topics: self.most_named(Shape::Topics, head_number).await?,
            batch: self.most_at_once(head_number).await?,
            state_depth,
            logs_depth: self.depth(Past::Logs, head_number).await?,
            response: match http.map(|http| http.largest_answer()) {
                Some(largest) if 0 < largest => Limit::AtLeast(largest),
                _ => Limit::Unknown,
            },
            rate: match http.and_then(|http| http.learned_rate()) {
                Some(rate) => Limit::Learned(rate / 1000),
                None => Limit::Unknown,
            },
        })
    }

    /// Whether logs are given for this shape of question, and for how many blocks at once. Remembers
    /// what it learns.
    async fn log_blocks(&self, shape: Shape, head: u64) -> Result<(Ability, Option<u64>), Error> {
        const MOST_QUESTIONS: usize = 24;
        // An address that no key has, so that the answer is small.
        let nobody = hash_hex(H256::from_low_u64_be(1));
        let topics = json!([[hash_hex(transfer_topic())], [nobody]]);
        let mut blocks = Abilities::WIDEST_LOGS.min(head.saturating_add(1));
        let mut reach = Reach::default();
        for _ in 0..MOST_QUESTIONS {
            let first = head.saturating_sub(blocks - 1);
            let mut filter = json!({
                "fromBlock": quantity(first), "toBlock": quantity(head), "topics": topics,
            });
            if shape == Shape::Contracts
                && let Some(members) = filter.as_object_mut()
            {
                members.insert("address".to_owned(), json!([format!("0x{}", "1".repeat(40))]));
            }
            let call = Call::new("eth_getLogs", &json!([filter]));
            let piece = Window::new(first, head).unwrap_or(Window::block(head));
            if let Ok(Err(refusal)) = self.client.ask(&call).await
                && matches!(refusal.kind(), Kind::Range | Kind::Size)
                && piece.block_count() > 1
            {
                reach.refused(piece, refusal.kind(), &refusal.hints());
                blocks = reach.blocks();
                continue;
            }
            let ability = self.ability(&call).await?;
            let is_offered = ability == Ability::Offered;
            if is_offered
                && reach != Reach::default()
                && let [peer] = self.client.peers()
            {
                reach.answered(piece);
                peer.set_reach(shape, reach);
            }
            return Ok((ability, is_offered.then_some(piece.block_count())));
        }
        let text = "it refuses every range of blocks".to_owned();
        Ok((Ability::Unknown { text }, None))
    }

    async fn ability(&self, call: &Call) -> Result<Ability, Error> {
        let answer = match self.client.ask(call).await {
            Ok(answer) => answer,
            Err(error @ Error::NotRecorded { .. }) => return Err(error),
            Err(error @ Error::Status { status: 401..=405, .. }) => {
                return Ok(Ability::Refused { text: error.to_string() });
            }
            Err(error) => return Ok(Ability::Unknown { text: error.to_string() }),
        };
        if let Err(refusal) = &answer {
            let text = refusal.message.clone();
            return Ok(match refusal.meaning() {
                Meaning::Later | Meaning::Other | Meaning::Reverted => Ability::Unknown { text },
                _ => Ability::Refused { text },
            });
        }
        Ok(match self.client.read::<Option<IgnoredAny>>(call, &answer) {
            Ok(Some(_)) => Ability::Offered,
            Ok(None) => Ability::Refused { text: "it answers null".to_owned() },
            Err(error) => Ability::Unknown { text: error.to_string() },
        })
    }
}
