//! Refusals: the `error` member of a JSON-RPC answer, and what it means.

use fundtrail_model::sanitize_claim;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::Endpoint;

/// A refusal, in the node's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The code; 0 where the node gave none.
    pub(crate) code: i64,
    /// The words, sanitised and shortened.
    pub(crate) message: String,
    /// More words: some providers put the reason only here.
    pub(crate) data: Option<String>,
}

/// What a refusal means. Codes are used with opposite meanings by different nodes, so the words decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// The range or the result is too large: ask for less.
    TooMuch,
    /// Logs are given only for named contracts.
    NeedsAddress,
    /// The node does not have the data any more, or not yet.
    Missing,
    /// The node does not offer the method, or not for this price.
    NotOffered,
    /// Asked too often, or the node has a bad moment: ask again later.
    Later,
    /// A contract call failed.
    Reverted,
    /// Anything else.
    Other,
}

const MESSAGE_CHARS: usize = 300;

/// First match wins. All in lower case.
const MEANINGS: [(Meaning, &[&str]); 8] = [
    (Meaning::Missing, &["beyond current head"]),
    // Rate limits that speak of exceeding something, before the size limits that do too.
    (
        Meaning::Later,
        &[
            "rate limit",
            "rate limited",
            "request limit reached",
            "too many requests",
            "compute units per second",
            "credits limited to",
            "daily request count",
            "try again in",
            "retry in ",
            "no backend is currently healthy",
            "cannot fulfill request",
            "can't route your request",
        ],
    ),
    (
        Meaning::TooMuch,
        &[
            "block range",
            "blocks range",
            "range is too",
            "range too large",
            "range limit",
            "exceeds the range",
            "max range",
            "is limited to a ",
            "blocks distance",
            "too many blocks",
            "requested blocks is",
            "ranges over",
            "exceeds limit of",
            "exceeds max results",
            "query returned more than",
            "logs over more",
            "returned more than",
            "too many logs",
            "too many results",
            "log response size exceeded",
            "response too large",
            "response is too big",
            "response size should not",
            "is too big",
            "too large, max is",
            "exceeds limit",
            "query exceeds",
            "smaller than size",
            "limit the query to",
            "try paginating",
            "query timeout",
            "request timeout on the free tier",
            "execution timeout",
            "currently limited to",
            "too complex",
        ],
    ),
    (Meaning::NeedsAddress, &["specify an address", "specify less number of addresses"]),
    (
        Meaning::Missing,
        &[
            "pruned",
            "missing trie node",
            "historical state",
            "no state available",
            "no state found",
            "state is not available",
            "state unavailable",
            "data before txnum",
            "header not found",
            "block not found",
            "unknown block",
            "finalized block not found",
            "beyond current head",
            "cannot query unfinalized",
            "after last accepted block",
            "invalid block tag",
            "blockoutofrange",
            "resource not found",
            "is for a future block",
            "failed to get logs for block",
            "historical backend",
        ],
    ),
    (
        Meaning::NotOffered,
        &[
            "method not found",
            "does not exist",
            "not supported",
            "unsupported method",
            "is not available",
            "not allowed",
            "not enabled",
            "not whitelisted",
            "disabled",
            "unimplemented",
            "not implemented",
            "upgrade to",
            "free tier",
            "freetier",
            "paid tier",
            "unauthorized",
            "forbidden",
        ],
    ),
    (
        Meaning::Reverted,
        &[
            "revert",
            "invalid opcode",
            "out of gas",
            "vm exception",
            "vm execution error",
            "stack underflow",
            "invalid jump",
            "execution error",
            "evm error",
        ],
    ),
    (Meaning::Later, &["limit exceeded", "exceeded its", "internal timeout"]),
];

impl Refusal {
    pub(crate) fn new(code: i64, message: &str) -> Self {
        Self { code, message: sanitize_claim(message, MESSAGE_CHARS), data: None }
    }

    /// Reads the `error` member in any shape that nodes use, hiding what may be a key.
    pub(crate) fn read(error: &RawValue, endpoint: Option<&Endpoint>) -> Self {
        #[derive(Deserialize)]
        struct Wire<'a> {
            #[serde(default)]
            code: Option<serde_json::Number>,
            #[serde(default)]
            message: Option<String>,
            #[serde(borrow, default)]
            data: Option<&'a RawValue>,
        }
        let clean = |text: &str| {
            let text = endpoint.map_or_else(|| text.to_owned(), |endpoint| endpoint.redact(text));
            sanitize_claim(&text, MESSAGE_CHARS)
        };
        if let Ok(text) = serde_json::from_str::<String>(error.get()) {
            return Self { code: 0, message: clean(&text), data: None };
        }
        let Ok(wire) = serde_json::from_str::<Wire<'_>>(error.get()) else {
            return Self { code: 0, message: clean(error.get()), data: None };
        };
        Self {
            code: wire.code.and_then(|code| code.as_i64()).unwrap_or(0),
            message: clean(wire.message.as_deref().unwrap_or("no reason given")),
            data: wire.data.map(|data| {
                let text = serde_json::from_str::<String>(data.get());
                clean(text.as_deref().unwrap_or_else(|_| data.get()))
            }),
        }
    }

    /// What it means.
    pub(crate) fn meaning(&self) -> Meaning {
        let message = self.message.to_lowercase();
        // Some providers say only `invalid params` and put the reason into the data.
        let data = self.data.as_deref().unwrap_or_default().to_lowercase();
        let says = |text: &str| message.contains(text) || data.contains(text);
        let by_words = MEANINGS
            .iter()
            .find(|(_, texts)| texts.iter().any(|text| says(text)))
            .map(|(meaning, _)| *meaning);
        by_words.unwrap_or(match self.code {
            -32601 | -32004 => Meaning::NotOffered,
            4444 => Meaning::Missing,
            429 | -32016 => Meaning::Later,
            3 => Meaning::Reverted,
            _ => Meaning::Other,
        })
    }

    /// What to do next.
    pub(crate) fn hint(&self) -> Option<String> {
        let hint = match self.meaning() {
            Meaning::TooMuch => "ask for a smaller window, or use a node with wider limits",
            Meaning::NeedsAddress => {
                "this node gives logs only of named contracts; tracing needs a node that gives them by topic"
            }
            Meaning::Missing => "use an archive node",
            Meaning::NotOffered => "use a node that offers this method",
            Meaning::Later => {
                "the node limits how often it may be asked: wait, or use another node"
            }
            Meaning::Reverted => return None,
            Meaning::Other => "try another node",
        };
        Some(hint.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    use super::{Meaning, Refusal};
    use crate::Endpoint;

    #[test]
    fn words_decide_before_codes() {
        use Meaning::{Later, Missing, NeedsAddress, NotOffered, Other, Reverted, TooMuch};
        let check = |code: i64, message: &str, meaning: Meaning| {
            assert_eq!(Refusal::new(code, message).meaning(), meaning, "{message}");
        };
        for message in [
            "Under the Free tier plan, you can make eth_getLogs requests with up to a 10 block range. Based on your parameters, this block range should work: [0x1180fca, 0x1180fd3]. Upgrade to PAYG for expanded block range.",
            "Log response size exceeded. … this block range should work: [0x0, 0xd043b8]",
            "range 1000000 exceeds limit of 10000",
            "query returned more than 10000 results. Try with this block range [0xBDE5F8, 0x102DBCC].",
            "query timeout exceeded",
            "eth_getLogs is limited to a 10,000 range",
            "block range is too wide",
            "maximum [from, to] blocks distance: 10000",
            "query exceeds max results",
            "exceed maximum block range: 50000",
            "eth_getLogs range is too large, max is 1k blocks",
            "Max range: 800",
            "ranges over 10000 blocks are not supported on freetier",
            "Request timeout on the free tier, please upgrade your tier to the paid one",
            "Block range limit exceeded. See more details at …",
            "eth_getLogs is limited to 1024 block range. Please check the parameter requirements at https://docs.blockpi.io/…",
            "eth_getLogs is limited to 0 - 10000 blocks range",
            "response size should not greater than 10000000 bytes",
            "range 9009594 is bigger than range limit 2000",
            "block range too large",
            "backend response too large",
            "logs matched by query exceeds limit of 10000",
            "requested too many blocks from 1 to 9999, maximum is set to 2048",
            "Maximum allowed number of requested blocks is 1000",
            "query must be smaller than size 1024",
            "query exceeds max block range 50",
            "query exceeds max results 20000, retry with the range 23879634-23879696",
            "Response is too big",
            "Too many logs requested. Max logs per response is 20000.",
            "block range too large, currently limited to 300",
        ] {
            check(-32005, message, TooMuch);
        }
        for message in [
            "Your app has exceeded its compute units per second capacity",
            "daily request count exceeded, request rate limited",
            "over rate limit",
            "100/second request limit reached - reduce calls per second",
            "credits limited to 6000/sec",
            "Too many requests, reason: call rate limit exhausted, retry in 10s",
            "try again in 4ms",
            "no backend is currently healthy to serve traffic",
            "limit exceeded",
        ] {
            check(-32602, message, Later);
        }
        for message in [
            "missing trie node 1234 (path 00)",
            "historical state 0xab is not available",
            "required historical state unavailable (reexec=128)",
            "state at block #5 is pruned",
            "no state found for block number 5",
            "pruned history unavailable",
            "No state available for block 5",
            "header not found",
            "block range extends beyond current head block: requested 9, head 8",
            "BlockOutOfRangeError: block height is 5 but requested was 9",
            "Received invalid block tag 99. Latest block number is 0",
            "Resource not found",
            "seek with txNum=5 but data before txNum=9 is not available",
        ] {
            check(-32000, message, Missing);
        }
        for message in [
            "the method trace_block does not exist/is not available",
            "Method eth_getBlockReceipts is not supported",
            "method is not available on freetier, please upgrade to paid tier",
            "Method not found",
        ] {
            check(-32700, message, NotOffered);
        }
        check(
            -32701,
            "Please specify an address in your request or, to remove restrictions, order a dedicated full node here: https://www.allnodes.com/eth/host",
            NeedsAddress,
        );
        check(3, "execution reverted: no", Reverted);
        check(-32601, "nope", NotOffered);
        check(4444, "gone", Missing);
        check(-32000, "something else", Other);
    }

    #[test]
    fn refusals_are_read_in_any_shape() {
        let endpoint = Endpoint::parse("https://host/v3/SECRET").unwrap();
        let check = |json: &str, code: i64, message: &str, data: Option<&str>| {
            let raw = RawValue::from_string(json.to_owned()).unwrap();
            let refusal = Refusal { code, message: message.into(), data: data.map(str::to_owned) };
            assert_eq!(Refusal::read(&raw, Some(&endpoint)), refusal);
        };
        check(r#"{"code":-32000,"message":"no\u0007"}"#, -32000, "no\\u{7}", None);
        check(r#""unauthorized""#, 0, "unauthorized", None);
        check(r#"{"message":"project SECRET"}"#, 0, "project …", None);
        check(r#"{"code":1.5,"data":{"a":1}}"#, 0, "no reason given", Some(r#"{"a":1}"#));
        check(r#"{"code":"x"}"#, 0, r#"{"code":"x"}"#, None);
        let tenderly = RawValue::from_string(
            r#"{"code":-32602,"message":"invalid params","data":{"payload":"range 9009594 is bigger than range limit 2000"}}"#
                .to_owned(),
        )
        .unwrap();
        assert_eq!(Refusal::read(&tenderly, None).meaning(), Meaning::TooMuch);
    }
}
