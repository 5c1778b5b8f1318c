use fundtrail_model::{Address, ChainId, Transfer};
use serde_json::{Value, json};

use super::{Mined, tips, withdrawals};
use crate::decode::frames::{Frames, Move};
use crate::wire::{Block, Receipt, Transaction, Withdrawal};

fn address(n: u8) -> String {
    format!("{:?}", Address::repeat_byte(n))
}

fn with(mut base: Value, changes: Value) -> Value {
    for (field, value) in changes.as_object().unwrap() {
        base[field] = value.clone();
    }
    base
}

/// A legacy transaction of account 1 to account 2 over 1,000, as geth writes it.
fn transaction(changes: Value) -> Value {
    let base = json!({
        "blockHash": format!("0x{}", "bb".repeat(32)), "blockNumber": "0x5", "chainId": "0x1",
        "from": address(1), "gas": "0x5208", "gasPrice": "0xa", "hash": format!("0x{}", "aa".repeat(32)),
        "input": "0x", "nonce": "0x0", "to": address(2), "transactionIndex": "0x3", "type": "0x0",
        "value": "0x3e8", "v": "0x25", "r": "0x1", "s": "0x1",
    });
    with(base, changes)
}

/// Its receipt: 21,000 gas at 10.
fn receipt(changes: Value) -> Value {
    let base = json!({
        "blockHash": format!("0x{}", "bb".repeat(32)), "blockNumber": "0x5", "contractAddress": null,
        "cumulativeGasUsed": "0x5208", "effectiveGasPrice": "0xa", "from": address(1), "gasUsed": "0x5208",
        "logs": [], "logsBloom": "0x", "status": "0x1", "to": address(2),
        "transactionHash": format!("0x{}", "aa".repeat(32)), "transactionIndex": "0x3", "type": "0x0",
    });
    with(base, changes)
}

fn shown(transfers: &[Transfer]) -> String {
    let party = |party: Option<Address>| party.map_or("-".to_owned(), |party| party[0].to_string());
    let line = |t: &Transfer| {
        format!("{} {} {}>{}:{}", t.position, t.cause, party(t.from), party(t.to), t.amount)
    };
    transfers.iter().map(line).collect::<Vec<_>>().join(", ")
}

fn told(
    transaction: Value,
    receipt: Option<Value>,
    frames: Option<&Frames>,
) -> Result<String, String> {
    let transaction: Transaction = serde_json::from_value(transaction).unwrap();
    let receipt: Option<Receipt> = receipt.map(|receipt| serde_json::from_value(receipt).unwrap());
    Mined {
        chain: ChainId(1),
        block: 5,
        index: 3,
        transaction: &transaction,
        receipt: receipt.as_ref(),
        frames,
    }
    .transfers()
    .map(|transfers| shown(&transfers))
}

#[test]
fn every_type_of_transaction_is_read() {
    let check = |name: &str, changes: Value, receipt_changes: Value, expected: &str| {
        let outcome = told(transaction(changes), Some(receipt(receipt_changes)), None);
        assert_eq!(outcome.as_deref(), Ok(expected), "{name}");
    };
    let usual = "5/3/value native 1>2:1000, 5/3/fee fee 1>-:210000";
    check("legacy", json!({}), json!({}), usual);
    check(
        "access list",
        json!({"type": "0x1", "accessList": [], "yParity": "0x0"}),
        json!({}),
        usual,
    );
    check(
        "fee market: the receipt knows the price that was paid",
        json!({"type": "0x2", "gasPrice": "0x64", "maxFeePerGas": "0x64", "maxPriorityFeePerGas": "0x1"}),
        json!({}),
        usual,
    );
    check(
        "blobs",
        json!({"type": "0x3", "blobVersionedHashes": [], "maxFeePerBlobGas": "0x64"}),
        json!({"blobGasUsed": "0x20000", "blobGasPrice": "0x2"}),
        "5/3/value native 1>2:1000, 5/3/fee fee 1>-:472144",
    );
    check("delegation", json!({"type": "0x4", "authorizationList": [{}]}), json!({}), usual);
    check(
        "before London, without an effective price",
        json!({"type": null}),
        json!({"effectiveGasPrice": null, "type": null}),
        usual,
    );
    check(
        "OP stack: the fee for the parent chain",
        json!({}),
        json!({"l1Fee": "0x64", "l1GasUsed": "0x1", "l1FeeScalar": "0.684"}),
        "5/3/value native 1>2:1000, 5/3/fee fee 1>-:210100",
    );
    check(
        "Arbitrum: a submitted retryable, with its own fields",
        json!({"type": "0x6a", "gas": "0x0", "gasPrice": "0x0", "requestId": "0x1"}),
        json!({"gasUsed": "0x0", "effectiveGasPrice": "0x0", "gasUsedForL1": "0x0", "l1BlockNumber": "0x1"}),
        "5/3/value native 1>2:1000",
    );
    check(
        "creation",
        json!({"to": null, "input": "0x60"}),
        json!({"contractAddress": address(9)}),
        "5/3/value native 1>9:1000, 5/3/fee fee 1>-:210000",
    );
    check("failed: only the fee", json!({}), json!({"status": "0x0"}), "5/3/fee fee 1>-:210000");
    check("nothing moved", json!({"value": "0x0"}), json!({}), "5/3/fee fee 1>-:210000");
    check(
        "free",
        json!({"gasPrice": "0x0"}),
        json!({"effectiveGasPrice": "0x0"}),
        "5/3/value native 1>2:1000",
    );
    check(
        "Celo: gas paid in a token",
        json!({"feeCurrency": address(8)}),
        json!({}),
        "5/3/value native 1>2:1000",
    );
    // An OP deposit has no signature, and on some nodes no price.
    let mut deposit = transaction(json!({"type": "0x7e", "mint": "0x3e8", "isSystemTx": false}));
    for field in ["v", "r", "s", "gasPrice", "nonce", "chainId"] {
        deposit.as_object_mut().unwrap().remove(field);
    }
    let mut paid_elsewhere = receipt(json!({"depositNonce": "0x1"}));
    paid_elsewhere.as_object_mut().unwrap().remove("effectiveGasPrice");
    let outcome = told(deposit.clone(), Some(paid_elsewhere.clone()), None);
    let minted = "5/3/value credit ->1:1000";
    assert_eq!(outcome, Ok(format!("{minted}, 5/3/value native 1>2:1000")));
    // What it mints stays where it fails, and needs no receipt.
    paid_elsewhere["status"] = json!("0x0");
    assert_eq!(told(deposit.clone(), Some(paid_elsewhere), None).as_deref(), Ok(minted));
    assert_eq!(told(deposit, None, None).as_deref(), Ok(minted));
}

#[test]
fn frames_stand_between_value_and_fee() {
    let moved = |from, to, amount: u128| Move {
        from: Address::repeat_byte(from),
        to: Address::repeat_byte(to),
        amount: amount.into(),
    };
    let frames = Frames { succeeded: true, moves: vec![moved(2, 3, 400), moved(3, 4, 5)] };
    let failed = Frames::default();
    let check = |receipt: Option<Value>, frames: Option<&Frames>, expected: &str| {
        assert_eq!(told(transaction(json!({})), receipt, frames).as_deref(), Ok(expected));
    };
    let internal = "5/3/frame0 internal 2>3:400, 5/3/frame1 internal 3>4:5";
    let (value, fee) = ("5/3/value native 1>2:1000", "5/3/fee fee 1>-:210000");
    check(Some(receipt(json!({}))), Some(&frames), &format!("{value}, {internal}, {fee}"));
    check(Some(receipt(json!({"status": "0x0"}))), Some(&frames), fee);
    check(None, Some(&frames), internal);
    check(None, Some(&failed), "");
    check(None, None, "");
    // Before Byzantium only the frames say whether a transaction succeeded.
    let old = || Some(receipt(json!({"status": null, "root": "0x00"})));
    check(old(), Some(&frames), &format!("{value}, {internal}, {fee}"));
    check(old(), Some(&failed), fee);
    assert!(told(transaction(json!({})), old(), None).unwrap_err().contains("succeeded"));
}

#[test]
fn what_cannot_be_told_is_an_error() {
    let check = |changes: Value, receipt_changes: Value, reason: &str| {
        let error = told(transaction(changes), Some(receipt(receipt_changes)), None).unwrap_err();
        assert!(error.contains(reason), "{error}");
    };
    check(json!({"to": null}), json!({}), "does not say where");
    check(json!({"gasPrice": null}), json!({"effectiveGasPrice": null}), "no gas price");
    check(json!({}), json!({"blobGasUsed": "0x1"}), "no blob gas price");
    let huge = format!("0x{}", "f".repeat(64));
    check(json!({}), json!({"effectiveGasPrice": huge}), "exceeds 256 bits");
}

#[test]
fn only_plain_payments_run_no_code() {
    let check = |changes: Value, expected: bool| {
        let transaction: Transaction = serde_json::from_value(transaction(changes)).unwrap();
        assert_eq!(transaction.may_run_code(), expected);
    };
    check(json!({}), false);
    check(json!({"gas": "0x5209"}), true);
    check(json!({"input": "0x00"}), true);
    check(json!({"to": null}), true);
    check(json!({"gas": "0x0"}), true);
}

#[test]
fn withdrawals_are_gwei_and_keep_their_place() {
    let withdrawal = |to: u8, amount: &str| json!({"index": "0x1", "validatorIndex": "0x2", "address": address(to), "amount": amount});
    let list = [withdrawal(1, "0x0"), withdrawal(2, "0x3"), withdrawal(3, "0xffffffffffffffff")];
    let list: Vec<Withdrawal> = serde_json::from_value(json!(list)).unwrap();
    assert_eq!(
        shown(&withdrawals(ChainId(1), 5, &list)),
        "5/-/withdrawal1 withdrawal ->2:3000000000, \
         5/-/withdrawal2 withdrawal ->3:18446744073709551615000000000"
    );
    assert_eq!(withdrawals(ChainId(100), 5, &list), []);
}

#[test]
fn tips_are_what_exceeds_the_base_fee() {
    let check = |block: Value, receipts: &[Value], expected: &str| {
        let base = json!({
            "number": "0x5", "hash": format!("0x{}", "bb".repeat(32)), "timestamp": "0x6",
            "parentHash": format!("0x{}", "cc".repeat(32)), "miner": address(7), "baseFeePerGas": "0x4",
            "transactions": [transaction(json!({})), transaction(json!({"hash": format!("0x{}", "dd".repeat(32))}))],
        });
        let block: Block = serde_json::from_value(with(base, block)).unwrap();
        let receipts: Vec<Receipt> = receipts
            .iter()
            .map(|receipt| serde_json::from_value(receipt.clone()).unwrap())
            .collect();
        let receipts = receipts.into_iter().map(|receipt| (receipt.transaction_hash.0, receipt));
        assert_eq!(shown(&tips(ChainId(1), &block, &receipts.collect())), expected);
    };
    let second = |price: &str| {
        receipt(
            json!({"transactionHash": format!("0x{}", "dd".repeat(32)), "effectiveGasPrice": price}),
        )
    };
    let first = "5/0/fee credit ->7:126000";
    check(
        json!({}),
        &[receipt(json!({})), second("0x5")],
        &format!("{first}, 5/1/fee credit ->7:21000"),
    );
    check(json!({}), &[receipt(json!({})), second("0x4")], first);
    check(json!({}), &[receipt(json!({})), second("0x3")], first);
    check(json!({}), &[receipt(json!({})), second(&format!("0x{}", "f".repeat(64)))], first);
    check(json!({}), &[receipt(json!({}))], first);
    check(json!({"baseFeePerGas": null}), &[receipt(json!({}))], "5/0/fee credit ->7:210000");
    check(json!({"miner": null}), &[receipt(json!({}))], "");
}

#[test]
fn a_block_of_unknown_transaction_types_is_read() {
    let bare = json!({"hash": format!("0x{}", "aa".repeat(32)), "from": address(0), "to": null,
        "value": "0x0", "gas": "0x0", "data": "0x", "type": "0xff", "oddity": {"a": [1.5]}});
    let block: Block = serde_json::from_value(json!({
        "number": "0x5", "hash": format!("0x{}", "bb".repeat(32)), "timestamp": "0x6",
        "parentHash": format!("0x{}", "cc".repeat(32)), "transactions": [bare], "uncles": [],
    }))
    .unwrap();
    assert_eq!((block.stamp().number, block.transactions.len()), (5, 1));
    assert!(block.withdrawals.is_none());
}
