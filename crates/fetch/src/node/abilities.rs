//! What a node can do.

use fundtrail_model::{ChainId, H256, hash_hex, sanitize_claim};
use serde::de::IgnoredAny;
use serde_json::json;

use super::{Heads, Node, header_call, quantity};
use crate::Error;
use crate::client::{Call, Meaning};
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
    /// `eth_getBlockReceipts`.
    pub block_receipts: Ability,
    /// Whether the state at the end of block 1 can be read: balances in the past.
    pub archive_state: Ability,
    /// Whether logs are given by topic alone, without naming contracts: tokens.
    pub topic_logs: Ability,
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
    /// Asks one small question per ability.
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
        // An address that no key has, so that the answer is small.
        let nobody_topic = hash_hex(H256::from_low_u64_be(1));
        let filter = json!({
            "fromBlock": head,
            "toBlock": head,
            "topics": [[hash_hex(transfer_topic())], [nobody_topic]],
        });
        let version = Call::new("web3_clientVersion", &json!([]));
        let version: Option<String> = self.client.get(&version).await.ok();
        let trace_block = Call::new("trace_block", &json!([head]));
        let debug_trace = Call::new("debug_traceBlockByNumber", &json!([head, tracer]));
        let block_receipts = Call::new("eth_getBlockReceipts", &json!([head]));
        let archive_state = Call::new("eth_getBalance", &json!([nobody, old]));
        let topic_logs = Call::new("eth_getLogs", &json!([filter]));
        Ok(Abilities {
            chain: self.chain,
            client_version: version.map(|version| sanitize_claim(&version, 120)),
            heads,
            finalized: self.ability(&header_call("finalized")).await?,
            trace_block: self.ability(&trace_block).await?,
            debug_trace: self.ability(&debug_trace).await?,
            block_receipts: self.ability(&block_receipts).await?,
            archive_state: self.ability(&archive_state).await?,
            topic_logs: self.ability(&topic_logs).await?,
        })
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
