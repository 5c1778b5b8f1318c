use std::time::Duration;

use fundtrail_model::Window;
use proptest::prelude::*;
use serde_json::value::RawValue;

use super::Kind::{
    BatchTooBig, NeedsAddress, NotOffered, NotYet, Pruned, Range, Reverted, Size, TooManyAddresses,
    TooOften, Transient, Unauthorized, Unknown,
};
use super::{Hints, Kind, Meaning, Refusal};
use crate::Endpoint;

fn shown(hints: &Hints) -> String {
    let Hints { blocks, range, addresses, batch, earliest, wait } = hints;
    let part = |name: &str, value: Option<String>| value.map(|value| format!("{name} {value}"));
    [
        part("blocks", blocks.map(|n| n.to_string())),
        part("range", range.map(|(first, last)| format!("{first}-{last}"))),
        part("addresses", addresses.map(|n| n.to_string())),
        part("batch", batch.map(|n| n.to_string())),
        part("earliest", earliest.map(|n| n.to_string())),
        part("wait", wait.map(|wait| format!("{} ms", wait.as_millis()))),
    ]
    .into_iter()
    .flatten()
    .collect::<Vec<_>>()
    .join(", ")
}

#[track_caller]
fn check(rows: &[(i64, &str, Kind, &str)]) {
    for (code, message, kind, hints) in rows {
        let refusal = Refusal::new(*code, message);
        assert_eq!(
            (refusal.kind(), shown(&refusal.hints()).as_str()),
            (*kind, *hints),
            "{message}"
        );
    }
}

#[test]
fn ranges() {
    check(&[
        // Alchemy
        (
            -32600,
            "Under the Free tier plan, you can make eth_getLogs requests with up to a 10 block range. Based on your parameters, this block range should work: [0x1180fca, 0x1180fd3]. Upgrade to PAYG for expanded block range.",
            Range,
            "blocks 10, range 18354122-18354131",
        ),
        (
            -32600,
            "You can make eth_getLogs requests with up to a 500 block range. Based on your parameters, this block range should work: [0x123c9b2, 0x123cba5]",
            Range,
            "blocks 500, range 19122610-19123109",
        ),
        // Infura
        (-32602, "range 1000000 exceeds limit of 10000", Range, "blocks 10000"),
        // QuickNode
        (-32614, "eth_getLogs is limited to a 10,000 range", Range, "blocks 10000"),
        (-32614, "no", Range, ""),
        // Ankr
        (-32600, "block range is too wide", Range, ""),
        (-32600, "maximum [from, to] blocks distance: 10000", Range, "blocks 10000"),
        // publicnode
        (-32602, "exceed maximum block range: 50000", Range, "blocks 50000"),
        // LlamaRPC, merkle
        (-32603, "eth_getLogs range is too large, max is 1k blocks", Range, "blocks 1000"),
        (-32603, "eth_getLogs range is too large, max is 10k blocks", Range, "blocks 10000"),
        // Cloudflare
        (-32047, "Max range: 800", Range, "blocks 800"),
        // dRPC
        (35, "ranges over 10000 blocks are not supported on freetier", Range, "blocks 10000"),
        // Chainstack
        (0, "Block range limit exceeded. See more details at …", Range, ""),
        // BlockPI
        (
            -32602,
            "eth_getLogs is limited to 1024 block range. Please check the parameter requirements at https://docs.blockpi.io/…",
            Range,
            "blocks 1024",
        ),
        // 1rpc
        (-32602, "eth_getLogs is limited to a 1000 blocks range", Range, "blocks 1000"),
        (-32602, "eth_getLogs is limited to 0 - 10000 blocks range", Range, "blocks 10000"),
        // Tenderly
        (-32602, "range 9009594 is bigger than range limit 2000", Range, "blocks 2000"),
        // Base, OP
        (-32011, "block range too large", Range, ""),
        (-32000, "Block range is too large", Range, ""),
        // Avalanche, thirdweb, Moonbeam, Aurora, Harmony, Hyperliquid, Somnia, Swell, Tron, Morph, Arc
        (
            -32000,
            "requested too many blocks from 1 to 9999, maximum is set to 2048",
            Range,
            "blocks 2048",
        ),
        (-32602, "Maximum allowed number of requested blocks is 1000", Range, "blocks 1000"),
        (-32600, "block range is too wide (maximum 1024)", Range, "blocks 1024"),
        (-32600, "up to a 2000 block range", Range, "blocks 2000"),
        (-32600, "query must be smaller than size 1024", Range, "blocks 1024"),
        (-32600, "query exceeds max block range 50", Range, "blocks 50"),
        (-32600, "block range exceeds 1000", Range, "blocks 1000"),
        (-32600, "block range greater than 1000 max", Range, "blocks 1000"),
        (-32600, "exceed max block range: 5000", Range, "blocks 5000"),
        (
            -32600,
            "block range is larger than max block range, block range = 5120, max block range = 5000",
            Range,
            "blocks 5000",
        ),
        (-32600, "Query exceeds max block range of 10000", Range, "blocks 10000"),
        // geth, reth, anvil
        (-32602, "exceed maximum block range 1000", Range, "blocks 1000"),
        (-32602, "query exceeds max block range 100000", Range, "blocks 100000"),
        (-32602, "Block range too large; currently limited to 100 blocks", Range, "blocks 100"),
        (-32602, "block range too large, currently limited to 300", Range, "blocks 300"),
        // zkSync
        (0, "Try with this block range [0x10, 0x1f]", Range, "range 16-31"),
        // Catch-alls
        (0, "this exceeds the range", Range, ""),
        (0, "limit the query to 100 blocks", Range, ""),
    ]);
}

#[test]
fn sizes() {
    check(&[
        (
            -32602,
            "Log response size exceeded. … this block range should work: [0x0, 0xd043b8]",
            Size,
            "range 0-13648824",
        ),
        (
            -32005,
            "query returned more than 10000 results. Try with this block range [0xBDE5F8, 0x102DBCC].",
            Size,
            "range 12445176-16964556",
        ),
        (-32005, "query timeout exceeded", Size, ""),
        (-32600, "query exceeds max results", Size, ""),
        (-32603, "query exceeds max results 20000", Size, ""),
        (
            -32602,
            "query exceeds max results 20000, retry with the range 23879634-23879696",
            Size,
            "range 23879634-23879696",
        ),
        (
            30,
            "Request timeout on the free tier, please upgrade your tier to the paid one",
            Size,
            "",
        ),
        (-32602, "response size should not greater than 10000000 bytes", Size, ""),
        (0, "backend response too large", Size, ""),
        (-32003, "response too large", Size, ""),
        (-32002, "request timed out", Size, ""),
        (-32000, "logs matched by query exceeds limit of 10000", Size, ""),
        (-32008, "Response is too big", Size, ""),
        (-32005, "Too many logs requested. Max logs per response is 20000.", Size, ""),
        (0, "logs over more than 5 pages", Size, ""),
        (0, "too many results, try paginating", Size, ""),
        (0, "the query exceeds limit", Size, ""),
        (0, "execution timeout", Size, ""),
        (0, "query is too complex", Size, ""),
    ]);
}

#[test]
fn addresses_and_batches() {
    check(&[
        (
            -32701,
            "Please specify an address in your request or, to remove restrictions, order a dedicated full node here: https://www.allnodes.com/eth/host",
            NeedsAddress,
            "",
        ),
        (-32701, "no", NeedsAddress, ""),
        (-32602, "Please, specify less number of addresses", TooManyAddresses, ""),
        (
            -32005,
            "This query contains 5001 filters. The current limit is 5000",
            TooManyAddresses,
            "",
        ),
        (-32602, "exceed max addresses or topics per search position", TooManyAddresses, ""),
        (-32602, "exceed max topics", TooManyAddresses, ""),
        (-32602, "too many addresses: at most 50 addresses", TooManyAddresses, "addresses 50"),
        (0, "Batch of more than 3 requests are not allowed on free tier", BatchTooBig, "batch 3"),
        (-32600, "batch too large", BatchTooBig, ""),
        (-32005, "Number of requests in batch exceeds maximum", BatchTooBig, ""),
    ]);
}

#[test]
fn data_that_is_not_there() {
    check(&[
        (4444, "pruned history unavailable", Pruned, ""),
        (4444, "gone", Pruned, ""),
        (
            4444,
            "pruned history unavailable: requested 5, earliest available 900",
            Pruned,
            "earliest 900",
        ),
        (-32000, "failed to get logs for block #0", Pruned, ""),
        (-32000, "missing trie node 1234 (path 00)", Pruned, ""),
        (-32000, "historical state 0xab is not available", Pruned, ""),
        (-32000, "historical state is not available", Pruned, ""),
        (-32000, "required historical state unavailable (reexec=128)", Pruned, ""),
        (-32000, "state at block #5 is pruned", Pruned, ""),
        (-32000, "no state found for block number 5", Pruned, ""),
        (-32002, "No state available for block 5", Pruned, ""),
        (-32000, "Node state is pruned", Pruned, ""),
        (-32000, "Block with such an ID is pruned", Pruned, ""),
        (-32000, "block 5 has been pruned; earliest available is 12", Pruned, "earliest 12"),
        (-32000, "Version has either been pruned, or is for a future block", Pruned, ""),
        (-32000, "seek with txNum=5 but data before txNum=9 is not available", Pruned, ""),
        (-32001, "Resource not found", Pruned, ""),
        (-32000, "header not found", NotYet, ""),
        (-32000, "block not found", NotYet, ""),
        (-32000, "unknown block", NotYet, ""),
        (-32001, "block not found: 0x10", NotYet, ""),
        (-32001, "no", NotYet, ""),
        (-32602, "block range extends beyond current head block: requested 9, head 8", NotYet, ""),
        (-32000, "cannot query unfinalized data", NotYet, ""),
        (-32000, "requested block 9 after last accepted block 8", NotYet, ""),
        (-32000, "Received invalid block tag 99. Latest block number is 0", NotYet, ""),
        (-32602, "BlockOutOfRangeError: block height is 5 but requested was 9", NotYet, ""),
        (-39001, "finalized block not found", NotYet, ""),
        (-32602, "finalized is not a supported commitment level", NotYet, ""),
    ]);
}

#[test]
fn not_offered_and_not_allowed() {
    check(&[
        (-32601, "the method trace_block does not exist/is not available", NotOffered, ""),
        (-32601, "nope", NotOffered, ""),
        (-32004, "Method eth_getBlockReceipts is not supported", NotOffered, ""),
        (-32004, "nope", NotOffered, ""),
        (-32700, "Method not found", NotOffered, ""),
        (35, "method is not available on freetier, please upgrade to paid tier", NotOffered, ""),
        (35, "no", NotOffered, ""),
        (-32000, "unimplemented", NotOffered, ""),
        (-32000, "eth_getLogs is not supported", NotOffered, ""),
        (
            -32000,
            "Unauthorized: You must authenticate your request with an API key",
            Unauthorized,
            "",
        ),
        (-32002, "invalid project id", Unauthorized, ""),
    ]);
}

#[test]
fn too_often_and_bad_moments() {
    check(&[
        (429, "Your app has exceeded its compute units per second capacity", TooOften, ""),
        (-32600, "Your app has exceeded its compute units per second capacity", TooOften, ""),
        (429, "nope", TooOften, ""),
        (-32005, "limit exceeded", TooOften, ""),
        (-32005, "daily request count exceeded, request rate limited", TooOften, ""),
        (-32016, "over rate limit", TooOften, ""),
        (-32016, "nope", TooOften, ""),
        (-32007, "100/second request limit reached - reduce calls per second", TooOften, ""),
        (-32012, "credits limited to 6000/sec", TooOften, ""),
        (-32009, "nope", TooOften, ""),
        (-32090, "Too many requests", TooOften, ""),
        (1008, "nope", TooOften, ""),
        (
            -32000,
            "Too many requests, reason: call rate limit exhausted, retry in 10s",
            TooOften,
            "wait 10000 ms",
        ),
        (-32000, "try again in 4ms", TooOften, "wait 4 ms"),
        (-32000, "retry in 2m", TooOften, "wait 120000 ms"),
        (-32011, "no backend is currently healthy to serve traffic", Transient, ""),
        (-32046, "Cannot fulfill request", Transient, ""),
        (-32055, "nope", Transient, ""),
        (30, "nope", Transient, ""),
        (0, "Can't route your request to suitable provider", Transient, ""),
        (-32603, "Internal error", Transient, ""),
    ]);
    let long = Refusal::new(429, "retry in 999999s").hints();
    assert_eq!(long.patience(), Some(Duration::from_secs(60)));
}

#[test]
fn failed_calls_and_the_unknown() {
    check(&[
        (3, "execution reverted: no", Reverted, ""),
        // A contract's words are not the node's.
        (3, "block range is too wide", Reverted, ""),
        (-32000, "execution reverted: too many requests", Reverted, ""),
        (-32015, "VM execution error", Reverted, ""),
        (-32000, "invalid opcode: INVALID", Reverted, ""),
        (-32000, "out of gas", Reverted, ""),
        (-32000, "something else", Unknown, ""),
        (-32602, "invalid params", Unknown, ""),
        (-32603, "nope", Unknown, ""),
    ]);
}

#[test]
fn a_suggestion_must_start_where_we_do_and_help() {
    let check = |message: &str, expected: Option<u64>| {
        let window = Window::new(100, 199).unwrap();
        assert_eq!(Refusal::new(0, message).hints().blocks_of(window), expected, "{message}");
    };
    check("retry with the range 100-149", Some(50));
    check("retry with the range 100-199", None);
    check("retry with the range 101-149", None);
    check("retry with the range 149-100", None);
    check("retry with the range 100-149, range limit 30", Some(50));
    check("retry with the range 100-299, range limit 30", Some(30));
    check("range limit 100", None);
    check("range limit 0", None);
    check("block range should work: [0x64, 0x64]", Some(1));
}

#[test]
fn the_reason_may_be_in_the_data() {
    let read = |json: &str| Refusal::read(&RawValue::from_string(json.to_owned()).unwrap(), None);
    let tenderly = read(
        r#"{"code":-32602,"message":"invalid params","data":{"payload":"range 9009594 is bigger than range limit 2000"}}"#,
    );
    assert_eq!((tenderly.kind(), tenderly.hints().blocks), (Range, Some(2000)));
    let infura = read(
        r#"{"code":-32005,"message":"project ID request rate exceeded","data":{"rate":{"allowed_rps":1,"backoff_seconds":30,"current_rps":1.4}}}"#,
    );
    assert_eq!((infura.kind(), shown(&infura.hints()).as_str()), (TooOften, "wait 30000 ms"));
    let reth = read(
        r#"{"code":-32008,"message":"nope","data":"Response is too big: Exceeded max limit of 167772160"}"#,
    );
    assert_eq!(reth.kind(), Size);
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
}

proptest! {
    #[test]
    fn any_text_has_a_meaning(code in any::<i64>(), message in "\\PC*", data in ".*") {
        let refusal = Refusal { data: Some(data), ..Refusal::new(code, &message) };
        let hints = refusal.hints();
        prop_assert!(hints.patience().is_none_or(|wait| wait <= Duration::from_secs(60)));
        prop_assert!(refusal.hint().is_some() || refusal.meaning() == Meaning::Reverted);
    }

    #[test]
    fn numbers_of_any_size_are_survived(
        words in "(range limit|retry in|with the range|earliest available|batch of more than) (0x)?[0-9a-f,]{1,40}[-, ]{0,2}[0-9]{0,40}(k|s|ms)?",
        first in any::<u64>(),
        length in any::<u64>(),
    ) {
        let hints = Refusal::new(0, &words).hints();
        let window = Window::new(first, first.saturating_add(length)).unwrap();
        if let Some(blocks) = hints.blocks_of(window) {
            prop_assert!((1..window.block_count()).contains(&blocks));
        }
    }
}
