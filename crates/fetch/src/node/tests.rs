pub(super) mod chain;
mod doubts;
mod endpoints;

use fundtrail_model::{
    AccountKind, Address, Asset, ChainId, FetchedWindow, How, Proof, Timestamp, Transfer,
};
use serde_json::{Value, json};

use super::{Ability, Depth, Limit, Node};
use crate::{Client, Endpoint, Error, Options, Session};
use chain::{Chain, EXIT, MULE, ROUTER, THIEF, TOKEN, block_hash, hash, request, served};

const ALL: [Address; 3] = [THIEF, MULE, EXIT];

fn party(party: Option<Address>) -> &'static str {
    match party {
        None => "-",
        Some(party) if party == THIEF => "thief",
        Some(party) if party == MULE => "mule",
        Some(party) if party == EXIT => "exit",
        Some(party) if party == ROUTER => "router",
        Some(_) => "other",
    }
}

fn lines(transfers: &[Transfer]) -> Vec<String> {
    let line = |t: &Transfer| {
        let asset = if t.asset.contract().is_some() { " token" } else { "" };
        format!("{} {} {}>{} {}{asset}", t.position, t.cause, party(t.from), party(t.to), t.amount)
    };
    transfers.iter().map(line).collect()
}

/// `thief native reconciled` for each entry of the coverage.
fn grades(window: &FetchedWindow) -> Vec<String> {
    let grade = |how: How, proof: Proof| format!("{}, {}", how.name(), proof.name());
    window
        .coverage
        .iter()
        .map(|c| format!("{}: {}", party(Some(c.address)), grade(c.how, c.proof)))
        .collect()
}

async fn read(chain: &mut Chain, addresses: &[Address]) -> Result<FetchedWindow, Error> {
    chain.add_logs(addresses, 10, 12);
    chain.node().await.window(&request(addresses)).await
}

const SEEN: [&str; 8] = [
    "10/0/value native thief>mule 1000",
    "10/0/fee fee thief>- 100",
    "11/0/value native mule>router 400",
    "11/0/frame0 internal router>exit 300",
    "11/0/log4 token mule>exit 70 token",
    "11/0/fee fee mule>- 100",
    "11/1/fee fee mule>- 100",
    "12/-/withdrawal0 withdrawal ->exit 2000000000",
];

#[tokio::test]
async fn a_window_holds_all_transfers_and_reconciles() {
    let mut chain = Chain::honest();
    let window = read(&mut chain, &ALL).await.unwrap();
    assert_eq!(lines(&window.transfers), SEEN);
    let reconciled = |who: &str| {
        [format!("{who}: blocks and frames, reconciled"), format!("{who}: logs, reconciled")]
    };
    assert_eq!(grades(&window), ["thief", "mule", "exit"].map(reconciled).concat());
    assert_eq!(window.blocks.iter().map(|stamp| stamp.number).collect::<Vec<_>>(), [10, 11, 12]);
    assert_eq!(window.blocks[1].hash, block_hash(11));
    assert_eq!(window.blocks[1].parent, block_hash(10));
    let kinds: Vec<_> = window
        .accounts
        .iter()
        .map(|fact| (party(Some(fact.address)), fact.kind, fact.block))
        .collect();
    let delegate = ROUTER;
    assert_eq!(
        kinds,
        [
            ("thief", AccountKind::Wallet, 12),
            ("mule", AccountKind::DelegatedWallet { delegate }, 12),
            ("exit", AccountKind::Wallet, 12),
            ("router", AccountKind::Contract, 12),
        ]
    );
    let [claim] = window.claims.as_slice() else { panic!("{:?}", window.claims) };
    assert_eq!((claim.symbol.as_deref(), claim.decimals), (Some("USD"), Some(6)));
    // Two ends, three native balances, and the tokens of the two that moved them.
    assert_eq!(window.balances.len(), 10);
    assert!(window.balances.is_sorted());
}

#[tokio::test]
async fn one_address_sees_its_own_side_only() {
    let mut chain = Chain::honest();
    let window = read(&mut chain, &[EXIT]).await.unwrap();
    assert_eq!(lines(&window.transfers), [SEEN[3], SEEN[4], SEEN[7]]);
    assert_eq!(grades(&window), ["exit: blocks and frames, reconciled", "exit: logs, reconciled"]);
}

#[tokio::test]
async fn the_other_tracer_gives_the_same_and_none_is_said() {
    let mut chain = Chain::honest();
    let by_flat = read(&mut chain, &ALL).await.unwrap();
    for method in ["trace_block", "trace_transaction"] {
        chain.refuse(method, "", -32601, "the method does not exist/is not available");
    }
    assert_eq!(read(&mut chain, &ALL).await.unwrap(), by_flat);
    chain.refuse("debug_traceBlockByNumber", "", 35, "method is not available on freetier");
    let window = read(&mut chain, &ALL).await.unwrap();
    let exit_gap = "12/-/unexplained unexplained ->exit 300";
    assert_eq!(lines(&window.transfers), [&SEEN[..3], &SEEN[4..], &[exit_gap]].concat());
    assert_eq!(window.coverage[0].how, How::BlocksOnly);
    assert_eq!(grades(&window)[4], "exit: blocks only, unreconciled");
}

#[tokio::test]
async fn frames_that_were_pruned_are_said_to_be_missing() {
    let mut chain = Chain::honest();
    chain.refuse(
        "trace_block",
        "0xb",
        -32000,
        "required historical state unavailable (reexec=128)",
    );
    chain.refuse("debug_traceBlockByNumber", "0xb", -32000, "missing trie node 12 (path )");
    let window = read(&mut chain, &[MULE]).await.unwrap();
    assert_eq!(grades(&window), ["mule: blocks only, reconciled", "mule: logs, reconciled"]);
}

#[tokio::test]
async fn what_no_transfer_explains_is_a_transfer_of_an_unknown() {
    let mut chain = Chain::honest();
    chain.change("eth_getBalance", &format!("{EXIT:?}\",\"0xc"), |balance| *balance = json!("0x1"));
    let held = format!("{EXIT:x}\",\"to\":\"{TOKEN:?}\"}},\"0xc");
    chain.change("eth_call", &held, |balance| *balance = json!(format!("0x{:064x}", 99)));
    let window = read(&mut chain, &[EXIT]).await.unwrap();
    assert_eq!(
        lines(&window.transfers)[3..],
        [
            "12/-/unexplained unexplained exit>- 2000000299",
            "12/-/unexplained unexplained ->exit 28 token",
        ]
    );
    assert_eq!(
        grades(&window),
        ["exit: blocks and frames, unreconciled", "exit: logs, unreconciled"]
    );
}

#[tokio::test]
async fn without_old_state_the_window_is_indicative() {
    let mut chain = Chain::honest();
    for method in ["eth_getBalance", "eth_call"] {
        chain.refuse(method, "0x9", -32000, "missing trie node 12 (path )");
    }
    let window = read(&mut chain, &[EXIT]).await.unwrap();
    assert_eq!(grades(&window), ["exit: blocks and frames, indicative", "exit: logs, indicative"]);
    assert_eq!(window.balances.iter().map(|balance| balance.block).collect::<Vec<_>>(), [12, 12]);
}

#[tokio::test]
async fn a_token_that_did_not_exist_yet_was_held_by_nobody() {
    let mut chain = Chain::honest();
    let before = format!("{MULE:x}\",\"to\":\"{TOKEN:?}\"}},\"0x9");
    chain.change("eth_call", &before, |balance| *balance = json!("0x"));
    for (code, grade) in [("0x", "unreconciled"), ("0x60", "indicative")] {
        chain.answer("eth_getCode", json!([TOKEN, "0x9"]), json!(code));
        let window = read(&mut chain, &[MULE]).await.unwrap();
        assert_eq!(grades(&window)[1], format!("mule: logs, {grade}"));
    }
}

#[tokio::test]
async fn assets_that_did_not_move_are_compared_where_asked() {
    let mut chain = Chain::honest();
    chain.add_logs(&[THIEF], 10, 12);
    let chain_id = ChainId(1);
    let elsewhere = Asset::Token(ChainId(2), TOKEN);
    let balances_of = vec![Asset::Token(chain_id, TOKEN), elsewhere];
    let wanted = super::WindowRequest { balances_of, ..request(&[THIEF]) };
    let window = chain.node().await.window(&wanted).await.unwrap();
    let assets: Vec<Asset> = window.balances.iter().map(|balance| balance.asset).collect();
    let (native, token) = (Asset::Native(chain_id), Asset::Token(chain_id, TOKEN));
    assert_eq!(assets, [native, native, token, token]);
}

#[tokio::test]
async fn a_node_that_finds_it_too_much_is_asked_for_less() {
    let mut chain = Chain::honest();
    chain.add_logs(&ALL, 10, 11);
    chain.add_logs(&ALL, 12, 12);
    let whole = read(&mut chain, &ALL).await.unwrap();
    chain.refuse(
        "eth_getLogs",
        "\"fromBlock\":\"0xa\",\"toBlock\":\"0xc\"",
        -32602,
        "range 3 exceeds limit of 2",
    );
    let node = chain.node().await;
    assert_eq!(node.window(&request(&ALL)).await.unwrap(), whole);
    chain.refuse("eth_getLogs", "\"toBlock\":\"0xb\"", -32602, "range 2 exceeds limit of 0");
    for last in [10, 11, 12] {
        chain.add_logs(&[EXIT], 10, last);
    }
    chain.refuse("eth_getLogs", "\"fromBlock\":\"0xa\"", -32602, "range 1 exceeds limit of 0");
    let error = chain.node().await.window(&request(&[EXIT])).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "recording refused eth_getLogs: range 1 exceeds limit of 0 (code -32602)"
    );
    assert_eq!(error.hint().unwrap(), "ask for a smaller window, or use a node with wider limits");
}

#[tokio::test]
async fn answers_that_contradict_each_other_are_refused() {
    async fn check(method: &str, part: &str, change: impl Fn(&mut Value), expected: &str) {
        let mut chain = Chain::honest();
        chain.add_logs(&[EXIT], 10, 12);
        chain.change(method, part, change);
        let error = chain.node().await.window(&request(&[EXIT])).await.unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    let other = json!(block_hash(99));
    check(
        "eth_getLogs",
        "null",
        |logs| logs[0]["blockHash"] = other.clone(),
        "recording contradicts itself or the question: the logs and the header of block 11 name different block hashes",
    )
    .await;
    check(
        "eth_getLogs",
        "null",
        |logs| logs[0]["blockNumber"] = json!("0xd"),
        "recording contradicts itself or the question: asked for logs of blocks 10–12, it gave one of block 13",
    )
    .await;
    check(
        "eth_getBlockByNumber",
        r#""0xb",true"#,
        |block| block["parentHash"] = other.clone(),
        "recording contradicts itself or the question: block 11 does not follow the block before it as it was read",
    )
    .await;
    check(
        "eth_getBlockByNumber",
        r#""0xb",true"#,
        |block| block["number"] = json!("0xa"),
        "recording contradicts itself or the question: asked for block 11, it gave block 10",
    )
    .await;
    check(
        "trace_block",
        "0xb",
        |traces| traces[0]["blockHash"] = other.clone(),
        "recording contradicts itself or the question: the traces of block 11 are of another block",
    )
    .await;
    let untraced = format!(
        "recording contradicts itself or the question: no trace of {:?} in block 11",
        hash(11, 0)
    );
    check("trace_block", "0xb", |traces| *traces = json!([traces[2].clone()]), &untraced).await;
    // A node that lags behind answers `[]` to the first question, and has no block to go with it.
    let behind = "recording has no block 12 of chain 1";
    check("eth_getBlockByNumber", r#""0xc",false"#, |block| *block = Value::Null, behind).await;
}

#[tokio::test]
async fn receipts_must_fit_their_transaction() {
    for (field, value) in
        [("blockHash", json!(block_hash(99))), ("transactionHash", json!(hash(1, 1)))]
    {
        let mut chain = Chain::honest();
        let part = format!("{:?}", hash(10, 0));
        chain.change("eth_getTransactionReceipt", &part, |receipt| receipt[field] = value.clone());
        let error = read(&mut chain, &[THIEF]).await.unwrap_err();
        assert!(
            matches!(&error, Error::Inconsistent { what, .. } if what.contains("receipt")),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_transaction_is_told_whole() {
    let mut chain = Chain::honest();
    let by_flat = chain.node().await.transaction(hash(11, 0), &[]).await.unwrap();
    assert_eq!(lines(&by_flat.transfers), SEEN[2..6]);
    assert!(by_flat.succeeded && by_flat.has_frames);
    assert_eq!((by_flat.sender, by_flat.recipient), (MULE, Some(ROUTER)));
    assert_eq!((by_flat.block.number, by_flat.accounts.len(), by_flat.claims.len()), (11, 3, 1));
    chain.refuse("trace_block", "0x0", -32601, "no");
    assert_eq!(chain.node().await.transaction(hash(11, 0), &[]).await.unwrap(), by_flat);
    chain.refuse("debug_traceBlockByNumber", "0x0", -32601, "no");
    let untraced = chain.node().await.transaction(hash(11, 0), &[]).await.unwrap();
    assert_eq!(lines(&untraced.transfers), [SEEN[2], SEEN[4], SEEN[5]]);
    assert!(!untraced.has_frames);

    let failed = Chain::honest().node().await.transaction(hash(11, 1), &[]).await.unwrap();
    assert_eq!((failed.succeeded, lines(&failed.transfers)), (false, vec![SEEN[6].to_owned()]));
    let plain = Chain::honest().node().await.transaction(hash(10, 0), &[]).await.unwrap();
    assert!(plain.has_frames, "a plain payment has no frames to look for");
}

#[tokio::test]
async fn transactions_that_are_not_there_are_told_apart() {
    let mut chain = Chain::honest();
    let unknown = hash(99, 0);
    chain.answer("eth_getTransactionByHash", json!([unknown]), Value::Null);
    let part = format!("{:?}", hash(11, 0));
    chain.change("eth_getTransactionByHash", &part, |transaction| {
        transaction["blockHash"] = Value::Null;
        transaction["blockNumber"] = Value::Null;
    });
    let node = chain.node().await;
    let (chain_id, host) = (ChainId(1), "recording".to_owned());
    let missing = Error::UnknownTransaction { hash: unknown, chain: chain_id, host: host.clone() };
    assert_eq!(node.transaction(unknown, &[]).await, Err(missing));
    let pending = Error::PendingTransaction { hash: hash(11, 0), chain: chain_id, host };
    assert_eq!(node.transaction(hash(11, 0), &[]).await, Err(pending));
}

#[tokio::test]
async fn claims_and_code_fall_back_to_the_last_block() {
    let mut chain = Chain::honest();
    chain.refuse("eth_getCode", "0xb", -32000, "missing trie node 12 (path )");
    chain.refuse("eth_call", "0xb", -32000, "missing trie node 12 (path )");
    chain.refuse(
        "eth_call",
        "0x95d89b41\",\"to\":\"0x0505050505050505050505050505050505050505\"},\"0xc",
        3,
        "execution reverted",
    );
    let fetched = chain.node().await.transaction(hash(11, 0), &[]).await.unwrap();
    assert!(fetched.accounts.iter().all(|fact| fact.block == 12));
    assert_eq!((fetched.claims[0].symbol.as_deref(), fetched.claims[0].decimals), (None, Some(6)));
}

#[tokio::test]
async fn a_node_that_says_later_is_no_proof_of_anything() {
    let mut chain = Chain::honest();
    chain.refuse("eth_getBalance", "0xc", 429, "Too many requests");
    let error = read(&mut chain, &[EXIT]).await.unwrap_err();
    assert!(matches!(error, Error::Rpc { code: 429, .. }), "{error}");
}

#[tokio::test]
async fn blocks_are_found_by_time() {
    let node = Chain::honest().node().await;
    let check = async |at: u64, expected: Result<u64, &str>| {
        let found = node.first_block_at(Timestamp(at)).await;
        let found = found.map(|stamp| stamp.number).map_err(|error| error.to_string());
        assert_eq!(found.as_ref().map_err(String::as_str), expected.as_ref().map_err(|text| *text));
    };
    check(0, Ok(0)).await;
    check(1000, Ok(0)).await;
    check(1001, Ok(1)).await;
    check(1012, Ok(1)).await;
    check(1143, Ok(12)).await;
    check(1144, Ok(12)).await;
    let late = "chain 1 has no block at or after 1970-01-01 00:19:05 UTC: its last is 12 of 1970-01-01 00:19:04 UTC";
    check(1145, Err(late)).await;
}

#[tokio::test]
async fn heads_and_chains_are_checked() {
    let mut chain = Chain::honest();
    let heads = chain.node().await.heads().await.unwrap();
    assert_eq!((heads.latest.number, heads.finalized.map(|stamp| stamp.number)), (12, Some(9)));
    chain.refuse("eth_getBlockByNumber", "finalized", -32602, "'finalized' tag not supported");
    assert_eq!(chain.node().await.heads().await.unwrap().finalized, None);
    let error = Node::open(chain.client(), Some(ChainId(137))).await.unwrap_err();
    assert_eq!(error.to_string(), "recording is a node of chain 1, not of chain 137");
    assert_eq!(chain.node().await.block(11).await.unwrap().timestamp, Timestamp(1132));
}

#[tokio::test]
async fn abilities_are_offered_refused_or_unknown() {
    let mut chain = Chain::honest();
    chain.answer("web3_clientVersion", json!([]), json!("Geth/v1\u{7}"));
    let nobody = "0x0000000000000000000000000000000000000000";
    chain.answer("eth_getBalance", json!([nobody, "0x1"]), json!("0x0"));
    chain.answer("trace_block", json!(["0xc"]), json!([]));
    chain.answer("eth_getBlockReceipts", json!(["0xc"]), Value::Null);
    let tracer = json!({"tracer": "callTracer"});
    chain.answer("debug_traceBlockByNumber", json!(["0xc", tracer]), json!([]));
    chain.refuse("debug_traceBlockByNumber", "0xc", 35, "method is not available on freetier");
    let transfer = crate::decode::token::transfer_topic();
    let (transfer, topic) = (format!("{transfer:?}"), format!("0x{:064x}", 1));
    let topics = json!([[transfer], [topic]]);
    let filter = json!({"fromBlock": "0x0", "toBlock": "0xc", "topics": topics});
    chain.answer("eth_getLogs", json!([filter]), json!([]));
    chain.refuse("eth_getLogs", "", -32000, "the disk is on fire");
    for first in ["0x0", "0x8"] {
        let contracts = json!([format!("0x{}", "1".repeat(40))]);
        let filter =
            json!({"fromBlock": first, "toBlock": "0xc", "topics": topics, "address": contracts});
        chain.answer("eth_getLogs", json!([filter]), json!([]));
    }
    chain.refuse(
        "eth_getLogs",
        "0x1111111111111111111111111111111111111111\"],\"fromBlock\":\"0x0\"",
        -32602,
        "range limit 5",
    );
    chain.answer("ots_getApiLevel", json!([]), json!(8));
    // Only the last block has logs, and those before block 12 are gone without a word.
    chain.answer("eth_getLogs", json!([{"fromBlock": "0xc", "toBlock": "0xc"}]), json!([{}]));
    chain.answer("eth_getLogs", json!([{"fromBlock": "0x1", "toBlock": "0x1"}]), json!([]));
    for block in ["0x1", "0x6", "0x9", "0xa", "0xb", "0xc"] {
        chain.change("eth_getBlockByNumber", &format!("\"{block}\",false"), |header| {
            header["logsBloom"] = json!("0x0001");
        });
    }
    for block in [6, 9, 10, 11] {
        let block = format!("{block:#x}");
        chain.answer("eth_getLogs", json!([{"fromBlock": block, "toBlock": block}]), json!([]));
    }
    let words = |count: u64, width: usize| -> Vec<String> {
        (1..=count).map(|number| format!("0x{number:0width$x}")).collect()
    };
    let head = |topics: Value| json!({"fromBlock": "0xc", "toBlock": "0xc", "topics": topics});
    chain.answer("eth_getLogs", json!([head(json!([[transfer], words(1000, 64)]))]), json!([]));
    for count in [1000, 50] {
        let mut filter = head(json!([[transfer]]));
        filter["address"] = json!(words(count, 40));
        chain.answer("eth_getLogs", json!([filter]), json!([]));
    }
    chain.refuse(
        "eth_getLogs",
        "03e8\"],\"fromBlock",
        -32602,
        "too many addresses: specify up to 50 addresses",
    );
    let server = served(chain).await;
    let options = Options { batch_size: 50, ..Options::default() };
    let client = Client::http(Endpoint::parse(&server.url).unwrap(), options).unwrap();
    let node = Node::open(client, None).await.unwrap();
    let abilities = node.abilities().await.unwrap();
    assert_eq!(abilities.client_version.as_deref(), Some("Geth/v1\\u{7}"));
    assert_eq!(
        (abilities.trace_block, abilities.archive_state),
        (Ability::Offered, Ability::Offered)
    );
    let refused = |text: &str| Ability::Refused { text: text.to_owned() };
    assert_eq!(abilities.debug_trace, refused("method is not available on freetier"));
    assert_eq!(abilities.block_receipts, refused("it answers null"));
    assert_eq!(abilities.topic_logs, Ability::Unknown { text: "the disk is on fire".to_owned() });
    assert_eq!((abilities.topic_blocks, abilities.contract_blocks), (None, Some(5)));
    assert_eq!(abilities.finalized, Ability::Offered);
    let unknown = refused("the method does not exist");
    assert_eq!((abilities.trace_filter, abilities.simulate), (unknown.clone(), unknown));
    assert_eq!(abilities.otterscan, Ability::Offered);
    assert_eq!((abilities.state_depth, abilities.logs_depth), (Depth::All, Depth::From(12)));
    assert_eq!((abilities.topics, abilities.batch), (Limit::AtLeast(1000), Limit::AtLeast(13)));
    assert_eq!(abilities.contracts, Limit::Found(50));
    assert!(matches!(abilities.response, Limit::AtLeast(100..)), "{:?}", abilities.response);
    assert_eq!(abilities.rate, Limit::Unknown);
}

#[tokio::test]
async fn a_recorded_window_is_replayed_to_the_byte() {
    let mut chain = Chain::honest();
    chain.add_logs(&ALL, 10, 12);
    let node = Node::open(chain.client().recorded(), None).await.unwrap();
    let window = node.window(&request(&ALL)).await.unwrap();
    let session = node.client().session().unwrap();
    let bytes = session.write().unwrap();
    let replay = crate::Client::replay(Session::read(&bytes).unwrap()).recorded();
    let again = Node::open(replay, None).await.unwrap();
    assert_eq!(again.window(&request(&ALL)).await.unwrap(), window);
    // The same questions, no more and no less.
    assert_eq!(again.client().session().unwrap().write().unwrap(), bytes);
}
