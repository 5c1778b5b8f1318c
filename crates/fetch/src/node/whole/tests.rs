use fundtrail_model::{Amount, Asset, ChainId, FetchedTransaction, H256, Position, Step};
use serde_json::{Value, json};

use super::{ReadTransaction, TransactionRequest};
use crate::client::tests::server::Server;
use crate::node::tests::chain::{
    Chain, EXIT, MULE, ROUTER, THIEF, TOKEN, block_hash, hash, request, served,
};
use crate::wire::tests::over;
use crate::{Client, Endpoint, Error, KnownTransfer, Node, Options};

fn wanted(block: u64, index: u32) -> TransactionRequest {
    TransactionRequest { hash: hash(block, index.into()), block, index, known: vec![] }
}

/// The token transfer of the mule's call.
fn known() -> KnownTransfer {
    KnownTransfer {
        position: Position { block: 11, transaction: 0, step: Step::Log(4) },
        asset: Asset::Token(ChainId(1), TOKEN),
        amount: Some(Amount::from(70)),
        transaction: Some(hash(11, 0)),
        from: Some(MULE),
        to: Some(EXIT),
    }
}

async fn read(node: &Node, wanted: &TransactionRequest) -> Result<ReadTransaction, Error> {
    let read = node.whole_transactions(std::slice::from_ref(wanted), &[]).await;
    read.map(|mut outcomes| {
        assert_eq!(outcomes.len(), 1);
        outcomes.remove(0)
    })
}

async fn whole(node: &Node, wanted: &TransactionRequest) -> FetchedTransaction {
    match read(node, wanted).await.unwrap() {
        ReadTransaction::Whole(fetched) => fetched,
        ReadTransaction::Absent(block) => panic!("absent from {block:?}"),
    }
}

fn without_flat_traces(chain: &mut Chain) {
    for method in ["trace_block", "trace_transaction"] {
        chain.refuse(method, "", -32601, "the method does not exist");
    }
}

fn without_tracers(chain: &mut Chain) {
    without_flat_traces(chain);
    for method in ["debug_traceBlockByNumber", "debug_traceTransaction"] {
        chain.refuse(method, "", -32601, "the method does not exist");
    }
}

#[tokio::test]
async fn it_is_told_as_windows_tell_it() {
    let mut chain = Chain::honest();
    let everybody = [THIEF, MULE, EXIT];
    chain.add_logs(&everybody, 10, 12);
    let node = chain.node().await;
    let window = node.window(&request(&everybody)).await.unwrap();
    let fetched = whole(&node, &TransactionRequest { known: vec![known()], ..wanted(11, 0) }).await;
    let of_it = |found: &&fundtrail_model::Transfer| found.transaction == Some(hash(11, 0));
    let of_window: Vec<_> = window.transfers.iter().filter(of_it).copied().collect();
    assert_eq!(fetched.transfers, of_window);
    assert_eq!(fetched.transfers.len(), 4);
    assert_eq!(fetched.blocks.iter().map(|block| block.hash).collect::<Vec<_>>(), [block_hash(11)]);
    let parties: Vec<_> = fetched.accounts.iter().map(|fact| (fact.address, fact.block)).collect();
    assert_eq!(parties, [(MULE, 11), (EXIT, 11), (ROUTER, 11)]);
    assert_eq!(fetched.claims.len(), 1);
    assert_eq!(fetched.claims[0].symbol.as_deref(), Some("USD"));
    assert!(fetched.transaction.has_frames);

    let mut chain = Chain::honest();
    without_flat_traces(&mut chain);
    assert_eq!(whole(&chain.node().await, &wanted(11, 0)).await, fetched);
}

#[tokio::test]
async fn without_a_tracer_frames_are_lacking_unless_there_are_none() {
    let mut chain = Chain::honest();
    without_tracers(&mut chain);
    let node = chain.node().await;
    let fetched = whole(&node, &wanted(11, 0)).await;
    assert!(!fetched.transaction.has_frames);
    let steps: Vec<_> = fetched.transfers.iter().map(|found| found.position.step).collect();
    assert_eq!(steps, [Step::Value, Step::Log(4), Step::Fee]);
    // What cannot run code moves nothing else.
    assert!(whole(&node, &wanted(10, 0)).await.transaction.has_frames);
}

#[tokio::test]
async fn frames_that_deny_the_receipt_are_not_used() {
    let mut chain = Chain::honest();
    chain.change("trace_transaction", &format!("{:#x}", hash(11, 0)), |traces| {
        traces[0]["error"] = json!("Reverted");
    });
    assert!(!whole(&chain.node().await, &wanted(11, 0)).await.transaction.has_frames);
}

/// EIP-7708: every movement of the coin has a log.
#[tokio::test]
async fn logs_that_tell_of_every_movement_stand_in_for_frames() {
    let mut chain = Chain::honest();
    without_tracers(&mut chain);
    chain.change("eth_getTransactionReceipt", &format!("{:#x}", hash(11, 0)), |receipt| {
        let moved = |from, to, wei: u64, place: &str| {
            let mut log = receipt["logs"][0].clone();
            log["address"] = json!("0xfffffffffffffffffffffffffffffffffffffffe");
            log["topics"][1] = json!(H256::from(from));
            log["topics"][2] = json!(H256::from(to));
            (log["data"], log["logIndex"]) = (json!(format!("0x{wei:064x}")), json!(place));
            log
        };
        let more = [moved(MULE, ROUTER, 400, "0x5"), moved(ROUTER, EXIT, 300, "0x6")];
        receipt["logs"].as_array_mut().unwrap().extend(more);
    });
    let fetched = whole(&chain.node().await, &wanted(11, 0)).await;
    assert!(fetched.transaction.has_frames);
    let steps: Vec<_> = fetched.transfers.iter().map(|found| found.position.step).collect();
    assert_eq!(steps, [Step::Value, Step::Log(4), Step::Log(6), Step::Fee]);
}

#[tokio::test]
async fn several_come_in_the_order_of_the_questions() {
    let mut chain = Chain::honest();
    let gone = hash(10, 1);
    chain.answer("eth_getTransactionReceipt", json!([gone]), Value::Null);
    let node = chain.node().await;
    let all = [wanted(11, 0), wanted(10, 1), wanted(10, 0)];
    let together = node.whole_transactions(&all, &[]).await.unwrap();
    assert!(matches!(together[1], ReadTransaction::Absent(block) if block.number == 10));
    for (wanted, found) in all.iter().zip(together) {
        assert_eq!(read(&node, wanted).await.unwrap(), found);
    }
    assert_eq!(node.whole_transactions(&[], &[]).await.unwrap(), []);
}

#[tokio::test]
async fn what_nobody_has_is_absent() {
    async fn check(damage: fn(&mut Chain)) {
        let mut chain = Chain::honest();
        damage(&mut chain);
        let found = read(&chain.node().await, &wanted(11, 0)).await.unwrap();
        assert!(matches!(found, ReadTransaction::Absent(block) if block.hash == block_hash(11)));
    }
    check(|chain| chain.answer("eth_getTransactionReceipt", json!([hash(11, 0)]), Value::Null))
        .await;
    check(|chain| chain.answer("eth_getTransactionByHash", json!([hash(11, 0)]), Value::Null))
        .await;
    check(|chain| {
        chain.refuse("eth_getTransactionReceipt", "", 4444, "pruned history unavailable");
    })
    .await;
    check(|chain| {
        chain.refuse("eth_getTransactionByHash", "", -32601, "the method does not exist");
    })
    .await;
    // Before Byzantium receipts did not say whether a transaction succeeded.
    check(|chain| {
        without_tracers(chain);
        chain.change("eth_getTransactionReceipt", &format!("{:#x}", hash(11, 0)), |receipt| {
            receipt["status"] = Value::Null;
        });
    })
    .await;
}

#[tokio::test]
async fn answers_that_do_not_hold_are_refused() {
    async fn check(wanted: TransactionRequest, damage: impl Fn(&mut Value), expected: &str) {
        let mut chain = Chain::honest();
        let part = format!("{:#x}", wanted.hash);
        chain.change("eth_getTransactionReceipt", &part, damage);
        let error = read(&chain.node().await, &wanted).await.unwrap_err();
        assert!(matches!(error, Error::Inconsistent { .. }), "{error:?}");
        assert!(error.to_string().contains(expected), "{error}");
    }
    let log = |place: &'static str, value: Value| {
        move |receipt: &mut Value| receipt["logs"][0][place] = value.clone()
    };
    let other = || json!(block_hash(99));
    check(wanted(11, 0), |receipt| receipt["blockHash"] = other(), "no receipt that fits").await;
    check(wanted(11, 0), |receipt| receipt["transactionIndex"] = json!("0x1"), "two places").await;
    check(wanted(11, 0), log("blockHash", other()), "another's log").await;
    check(wanted(11, 0), log("blockNumber", json!("0xa")), "another's log").await;
    check(wanted(11, 0), log("transactionHash", other()), "another's log").await;
    check(wanted(11, 0), log("transactionIndex", json!("0x1")), "another's log").await;
    check(wanted(11, 0), log("removed", json!(true)), "another's log").await;
    check(wanted(11, 1), |_| {}, "failed, and value moved in it").await;
    let moved = TransactionRequest { index: 3, ..wanted(11, 0) };
    check(moved, |_| {}, "is transaction 0 of block 11, and was transaction 3").await;
    let moved = TransactionRequest { block: 10, ..wanted(11, 0) };
    check(moved, |_| {}, "is not where block 10 says").await;
    let gap = |receipt: &mut Value| {
        let mut after = receipt["logs"][0].clone();
        after["logIndex"] = json!("0x6");
        receipt["logs"].as_array_mut().unwrap().push(after);
    };
    check(wanted(11, 0), gap, "lacks a log between two others").await;
    let speaks_of_more = |receipt: &mut Value| {
        receipt["logsBloom"] = json!(over(&[TOKEN.as_bytes(), EXIT.as_bytes()]));
    };
    check(wanted(11, 0), speaks_of_more, "lacks logs that its filter tells of").await;
}

#[tokio::test]
async fn a_filter_that_its_logs_explain_is_no_reason_for_doubt() {
    let mut chain = Chain::honest();
    chain.change("eth_getTransactionReceipt", &format!("{:#x}", hash(11, 0)), |receipt| {
        let topics: Vec<H256> =
            serde_json::from_value(receipt["logs"][0]["topics"].clone()).unwrap();
        let mut items: Vec<&[u8]> = topics.iter().map(H256::as_bytes).collect();
        items.push(TOKEN.as_bytes());
        receipt["logsBloom"] = json!(over(&items));
    });
    assert_eq!(whole(&chain.node().await, &wanted(11, 0)).await.transfers.len(), 4);
}

#[tokio::test]
async fn a_receipt_without_what_is_known_is_not_believed() {
    let mut chain = Chain::honest();
    let part = format!("{:#x}", hash(11, 0));
    let with_known = TransactionRequest { known: vec![known()], ..wanted(11, 0) };
    let is_left_out = |error: Error, expected: bool| matches!(error, Error::LeftOut { is_changed, .. } if is_changed == expected);
    chain.change("eth_getTransactionReceipt", &part, |receipt| {
        receipt["logs"][0]["data"] = json!(format!("0x{:064x}", 71));
    });
    assert!(is_left_out(read(&chain.node().await, &with_known).await.unwrap_err(), true));
    chain.change("eth_getTransactionReceipt", &part, |receipt| receipt["logs"] = json!([]));
    assert!(is_left_out(read(&chain.node().await, &with_known).await.unwrap_err(), false));
    assert_eq!(whole(&chain.node().await, &wanted(11, 0)).await.transfers.len(), 3);
}

/// An endpoint that tells of the chain as it was damaged.
async fn endpoint(damage: fn(&mut Chain)) -> Server {
    let mut chain = Chain::honest();
    damage(&mut chain);
    served(chain).await
}

#[tokio::test]
async fn the_other_endpoint_is_asked_where_one_does_not_hold() {
    async fn check(damage: fn(&mut Chain)) {
        let expected = whole(&Chain::honest().node().await, &wanted(11, 0)).await;
        let with_known = TransactionRequest { known: vec![known()], ..wanted(11, 0) };
        let (damaged, honest) = (endpoint(damage).await, endpoint(|_| {}).await);
        for servers in [[&damaged, &honest], [&honest, &damaged]] {
            let client = |server: &&Server| {
                Client::http(Endpoint::parse(&server.url).unwrap(), Options::default()).unwrap()
            };
            let clients = servers.iter().map(client).collect();
            let node = Node::open_all(clients, Some(ChainId(1))).await.unwrap();
            assert_eq!(whole(&node, &with_known).await, expected);
        }
    }
    check(|chain| chain.answer("eth_getTransactionReceipt", json!([hash(11, 0)]), Value::Null))
        .await;
    check(|chain| {
        chain.refuse("eth_getTransactionReceipt", "", 4444, "pruned history unavailable");
    })
    .await;
    check(|chain| {
        let part = format!("{:#x}", hash(11, 0));
        chain.change("eth_getTransactionReceipt", &part, |receipt| receipt["logs"] = json!([]));
    })
    .await;
    check(without_tracers).await;
}
