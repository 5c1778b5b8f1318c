//! Every profile, word for word.

use serde_json::{Value, json};

use super::super::profile::{Profile, Scale};
use super::super::profiles::all;
use super::super::question::{Asked, Question};

const HEAD: u64 = 20_000_000;
const OLD: u64 = 10_000_000;

fn profile(name: &str) -> Profile {
    all().into_iter().find(|profile| profile.name == name).unwrap()
}

fn ask(method: &str, params: &Value) -> Question {
    let body = json!({"id": 1, "method": method, "params": params}).to_string();
    Asked::parse(body.as_bytes()).unwrap().questions()[0].clone()
}

fn logs(from: u64, to: u64, addresses: usize) -> Question {
    let mut filter = json!({
        "fromBlock": format!("{from:#x}"), "toBlock": format!("{to:#x}"), "topics": [["0x1"]],
    });
    if addresses > 0 {
        filter["address"] = json!(vec!["0xa"; addresses]);
    }
    ask("eth_getLogs", &json!([filter]))
}

fn said(name: &str, question: &Question) -> String {
    said_by(&profile(name), question)
}

fn said_by(profile: &Profile, question: &Question) -> String {
    profile.refuses(question, HEAD).map_or_else(
        || "nothing".to_owned(),
        |spoken| format!("{} {} {}", spoken.http, spoken.code, spoken.text),
    )
}

#[test]
fn ranges_are_refused_in_the_words_of_the_endpoint() {
    let at = HEAD - 500_000;
    let check = |name: &str, longest: u64, expected: &str| {
        assert_eq!(said(name, &logs(at, at + longest, 0)), "nothing", "{name}");
        assert_eq!(said(name, &logs(at, at + longest + 1, 0)), expected, "{name}");
    };
    check(
        "alchemy-free",
        9,
        "400 -32600 Under the Free tier plan, you can make eth_getLogs requests with up to a 10 block range. Based on your parameters, this block range should work: [0x1298be0, 0x1298be9]. Upgrade to PAYG for expanded block range.",
    );
    check("infura", 10_000, "200 -32602 range 10001 exceeds limit of 10000");
    check("quicknode", 10_000, "413 -32614 eth_getLogs is limited to a 10,000 range");
    check("drpc-free", 9, "400 35 ranges over 10 blocks are not supported on freetier");
    check("llamarpc", 999, "200 -32603 eth_getLogs range is too large, max is 1k blocks");
    check(
        "blockpi",
        1_024,
        "200 -32602 eth_getLogs is limited to 1024 block range. Please check the parameter requirements at https://docs.blockpi.io/",
    );
    check("ankr", 10_000, "200 -32600 maximum [from, to] blocks distance: 10000");
    check("base", 2_000, "200 -32011 block range too large");
    check("erigon", 1_000, "200 -32000 exceed maximum block range 1000");
    check("reth", 100_000, "200 -32602 query exceeds max block range 100000");
}

#[test]
fn shapes_matter() {
    let check = |name: &str, question: &Question, expected: &str| {
        assert_eq!(said(name, question), expected, "{name}");
    };
    let at = HEAD - 100_000;
    check(
        "publicnode",
        &logs(at, at, 0),
        "200 -32701 Please specify an address in your request or, to remove restrictions, order a dedicated full node here: https://www.allnodes.com/eth/host",
    );
    check("publicnode", &logs(at, at, 51), "200 -32602 Please, specify less number of addresses");
    check("publicnode", &logs(at, at + 50_000, 50), "nothing");
    check("publicnode", &logs(at, at + 50_001, 50), "200 -32602 exceed maximum block range: 50000");
    check("publicnode", &logs(OLD, OLD, 1), "200 4444 pruned history unavailable");
    check("drpc-free", &logs(at, at + 10_000, 1), "nothing");
    check(
        "drpc-free",
        &logs(at, at + 10_001, 1),
        "400 35 ranges over 10000 blocks are not supported on freetier",
    );
    check("base", &logs(at, at + 50_000, 1), "nothing");
    check(
        "infura",
        &logs(at, at, 5_000),
        "200 -32005 This query contains 5001 filters. The current limit is 5000",
    );
    check(
        "reth",
        &logs(HEAD, HEAD + 1, 0),
        "200 -32602 block range extends beyond current head block: requested 20000001, head 20000000",
    );
    let traces = |from: u64, to: u64| {
        let filter = json!([{"fromBlock": format!("{from:#x}"), "toBlock": format!("{to:#x}")}]);
        ask("trace_filter", &filter)
    };
    check("reth", &traces(5, 105), "nothing");
    check(
        "reth",
        &traces(5, 106),
        "200 -32602 Block range too large; currently limited to 100 blocks",
    );
}

#[test]
fn methods_state_and_history_may_be_missing() {
    let check = |name: &str, method: &str, params: Value, expected: &str| {
        let said = said(name, &ask(method, &params));
        assert!(said.starts_with(expected), "{name} {method}: {said}");
    };
    let block = |number: u64| format!("{number:#x}");
    let free = "400 35 method is not available on freetier, please upgrade to paid tier";
    check("drpc-free", "trace_block", json!(["latest"]), free);
    check("drpc-free", "eth_call", json!([{}, "latest"]), "nothing");
    check(
        "without-tracers",
        "debug_traceTransaction",
        json!(["0x1", {}]),
        "200 -32601 the method debug_traceTransaction does not exist/is not available",
    );
    check("pruned-state", "eth_getBalance", json!(["0xa", block(HEAD - 128)]), "nothing");
    let gone = "200 -32000 missing trie node 7b1a";
    check("pruned-state", "eth_getBalance", json!(["0xa", block(HEAD - 129)]), gone);
    check("pruned-state", "eth_getStorageAt", json!(["0xa", "0x0", block(OLD)]), gone);
    check("pruned-state", "debug_traceBlockByNumber", json!([block(OLD)]), gone);
    check("pruned-state", "eth_getBlockByNumber", json!([block(OLD), true]), "nothing");
    let pruned = "200 4444 pruned history unavailable";
    check("pruned-history", "eth_getBlockByNumber", json!([block(OLD), true]), pruned);
    check("pruned-history", "eth_getBlockReceipts", json!([block(OLD)]), pruned);
    check("pruned-history", "eth_getBlockByNumber", json!(["finalized", true]), "nothing");
}

#[test]
fn too_many_logs_are_refused_after_they_were_found() {
    let scale = Scale { blocks: 1, logs: 5_000, rate: 1 };
    let found: Vec<Value> =
        (0..41).map(|n| json!({"blockNumber": format!("{:#x}", 100 + n * 2)})).collect();
    let check = |name: &str, expected: &str, data: Option<Value>| {
        let profile = profile(name).scaled(scale);
        let spoken = profile.refuses_answer(&logs(100, 200, 0), &json!(found), HEAD).unwrap();
        assert_eq!(format!("{} {} {}", spoken.http, spoken.code, spoken.text), expected);
        assert_eq!(spoken.data, data);
        let limit = if name == "ankr" { 40 } else { 2 };
        assert_eq!(profile.refuses_answer(&logs(100, 200, 0), &json!(found[..limit]), HEAD), None);
    };
    check(
        "infura",
        "200 -32005 query returned more than 2 results. Try with this block range [0x64, 0x67].",
        Some(json!({"from": "0x64", "to": "0x67", "limit": 2})),
    );
    check("llamarpc", "200 -32603 query exceeds max results 4", None);
    check("ankr", "200 -32600 query exceeds max results", None);
    check("arbitrum", "200 -32000 logs matched by query exceeds limit of 2", None);
    check("erigon", "200 -32000 query returns too many logs, narrow your filter: 4", None);
    check("reth", "200 -32602 query exceeds max results 4, retry with the range 100-107", None);
    check(
        "reth-useless-hints",
        "200 -32602 query exceeds max results 4, retry with the range 100-200",
        None,
    );
    check("nethermind", "200 -32005 Too many logs requested. Max logs per response is 4.", None);
}

#[test]
fn batches_and_rates_are_refused_as_a_whole() {
    let batch = |name: &str, size| {
        profile(name).refuses_batch(size).map(|said| format!("{} {}", said.code, said.text))
    };
    assert_eq!(batch("drpc-free", 3), None);
    let three = "31 Batch of more than 3 requests are not allowed on free tier";
    assert_eq!(batch("drpc-free", 4).as_deref(), Some(three));
    assert_eq!(batch("erigon", 100), None);
    let hundred = "-32600 batch limit 100 exceeded (can increase by --rpc.batch.limit). Requested batch of size: 101";
    assert_eq!(batch("erigon", 101).as_deref(), Some(hundred));
    let rate = |name: &str| profile(name).refuses_rate().map(|said| (said.http, said.code));
    assert_eq!(rate("alchemy-free"), Some((429, 429)));
    assert_eq!(rate("infura"), Some((429, -32005)));
    assert_eq!(rate("base"), Some((429, -32016)));
    assert_eq!(rate("reth"), None);
}

#[test]
fn answers_may_be_less_than_what_was_found() {
    let change = |name: &str, question: &Question, mut result: Value| {
        profile(name).change(question, &mut result, HEAD);
        result
    };
    let both = json!([{"fromAddress": ["0xA"], "toAddress": ["0xb"]}]);
    let trace = |from: &str, to: &str| json!({"action": {"from": from, "to": to}});
    let found = json!([trace("0xa", "0xb"), trace("0xa", "0xc"), trace("0xd", "0xb")]);
    let asked = ask("trace_filter", &both);
    assert_eq!(change("nethermind", &asked, found.clone()), json!([trace("0xa", "0xb")]));
    assert_eq!(change("erigon", &asked, found.clone()), found);

    let log = |block: u64| json!({"blockNumber": format!("{block:#x}")});
    let found = json!([log(OLD), log(HEAD)]);
    assert_eq!(change("pruned-silently", &logs(OLD, HEAD, 0), found), json!([log(HEAD)]));

    let receipt = ask("eth_getTransactionReceipt", &json!(["0x1"]));
    assert_eq!(change("pruned-history", &receipt, log(OLD)), Value::Null);
    assert_eq!(change("pruned-history", &receipt, log(HEAD)), log(HEAD));
}

#[test]
fn smaller_chains_have_smaller_numbers() {
    let scale = Scale { blocks: 200, logs: 1_000, rate: 10 };
    let quicknode = profile("quicknode").scaled(scale);
    assert_eq!(
        said_by(&quicknode, &logs(1, 52, 0)),
        "413 -32614 eth_getLogs is limited to a 50 range"
    );
    assert_eq!(said_by(&quicknode, &logs(1, 51, 0)), "nothing");
    assert_eq!(quicknode.rate.unwrap().per_second, 150);
    assert_eq!(quicknode.unhurried().rate, None);
    let llama = profile("llamarpc").scaled(scale);
    assert_eq!(
        said_by(&llama, &logs(1, 11, 0)),
        "200 -32603 eth_getLogs range is too large, max is 10 blocks"
    );
}
