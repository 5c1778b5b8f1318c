//! What is asked, as far as limits and faults care.

use serde_json::Value;

/// One JSON-RPC question.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub(super) id: Value,
    pub(super) method: String,
    pub(super) params: Value,
    /// The whole question, as it goes on to the node.
    pub(super) whole: Value,
}

/// What came in one HTTP request.
#[derive(Clone, Debug)]
pub(super) enum Asked {
    One(Question),
    Batch(Vec<Question>),
}

/// The range and the shape of a search for logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LogSearch {
    pub(super) from: u64,
    pub(super) to: u64,
    /// How many contracts it names.
    pub(super) addresses: u64,
    /// How many contracts and topics it names.
    pub(super) parameters: u64,
}

impl Asked {
    /// Reads the body of a request; `None` if it is not JSON-RPC.
    pub(super) fn parse(body: &[u8]) -> Option<Self> {
        match serde_json::from_slice(body).ok()? {
            Value::Array(questions) => {
                questions.into_iter().map(Question::parse).collect::<Option<_>>().map(Self::Batch)
            }
            one => Question::parse(one).map(Self::One),
        }
    }

    pub(super) fn questions(&self) -> &[Question] {
        match self {
            Self::One(question) => std::slice::from_ref(question),
            Self::Batch(questions) => questions,
        }
    }
}

impl Question {
    fn parse(whole: Value) -> Option<Self> {
        let method = whole.get("method")?.as_str()?.to_owned();
        Some(Self { id: whole["id"].clone(), method, params: whole["params"].clone(), whole })
    }

    /// What is searched for, if this is a search for logs by a range of blocks.
    pub(super) fn log_search(&self, head: u64) -> Option<LogSearch> {
        let filter = self.params.get(0).filter(|_| self.method == "eth_getLogs")?;
        if filter.get("blockHash").is_some() {
            return None;
        }
        let edge = |name: &str| match filter.get(name) {
            Some(at) => block_number(at, head),
            None => Some(head),
        };
        let addresses = leaves(filter.get("address"));
        let parameters = addresses + leaves(filter.get("topics"));
        Some(LogSearch { from: edge("fromBlock")?, to: edge("toBlock")?, addresses, parameters })
    }

    /// First and last block of a `trace_filter`.
    pub(super) fn traced_range(&self, head: u64) -> Option<(u64, u64)> {
        let filter = self.params.get(0).filter(|_| self.method == "trace_filter")?;
        let edge = |name: &str| filter.get(name).and_then(|at| block_number(at, head));
        Some((edge("fromBlock").unwrap_or(0), edge("toBlock").unwrap_or(head)))
    }

    /// The block whose state is needed for the answer.
    pub(super) fn state_block(&self, head: u64) -> Option<u64> {
        let place = match self.method.as_str() {
            "eth_getBalance" | "eth_getCode" | "eth_getTransactionCount" | "eth_call" => 1,
            "eth_getStorageAt" | "eth_getProof" => 2,
            "trace_block" | "debug_traceBlockByNumber" | "trace_replayBlockTransactions" => 0,
            _ => return None,
        };
        block_number(self.params.get(place)?, head)
    }

    /// The block whose body, receipts or logs are needed for the answer; the first of several.
    pub(super) fn history_block(&self, head: u64) -> Option<u64> {
        match self.method.as_str() {
            "eth_getLogs" => self.log_search(head).map(|search| search.from),
            "eth_getBlockByNumber" | "eth_getBlockReceipts" => {
                block_number(self.params.get(0)?, head)
            }
            _ => None,
        }
    }
}

/// A quantity as JSON-RPC writes it.
pub(super) fn quantity(value: &Value) -> Option<u64> {
    u64::from_str_radix(value.as_str()?.strip_prefix("0x")?, 16).ok()
}

/// The number behind a block's number or tag. The finalized block is two below the head, as the nodes here
/// are started.
fn block_number(at: &Value, head: u64) -> Option<u64> {
    match at.as_str()? {
        "latest" | "pending" => Some(head),
        "safe" => Some(head.saturating_sub(1)),
        "finalized" => Some(head.saturating_sub(2)),
        "earliest" => Some(0),
        _ => quantity(at),
    }
}

/// How many texts a value holds, in lists of lists.
fn leaves(value: Option<&Value>) -> u64 {
    match value {
        Some(Value::String(_)) => 1,
        Some(Value::Array(values)) => values.iter().map(|value| leaves(Some(value))).sum(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Asked, LogSearch};

    #[test]
    fn searches_are_measured() {
        let check = |filter: serde_json::Value, expected: Option<LogSearch>| {
            let body = json!({"id": 1, "method": "eth_getLogs", "params": [filter]}).to_string();
            let asked = Asked::parse(body.as_bytes()).unwrap();
            assert_eq!(asked.questions()[0].log_search(100), expected);
        };
        let search =
            |from, to, addresses, parameters| LogSearch { from, to, addresses, parameters };
        check(
            json!({"fromBlock": "0x10", "toBlock": "latest", "topics": [["a"], null, ["b", "c"]]}),
            Some(search(16, 100, 0, 3)),
        );
        check(json!({"fromBlock": "earliest", "address": ["a", "b"]}), Some(search(0, 100, 2, 2)));
        check(json!({"address": "a", "toBlock": "finalized"}), Some(search(100, 98, 1, 1)));
        check(json!({"blockHash": "0x12"}), None);
    }
}
