use std::collections::BTreeSet;

use fundtrail_model::{Address, ChainId, H256, Transfer};
use serde_json::json;

use super::{DEPOSIT, TRANSFER, WITHDRAWAL, as_topic, transfer, without_doubled_wraps};
use crate::wire::Log;

const WRAPPED: u8 = 0xee;
const TOKEN: u8 = 0x99;

fn account(n: u8) -> H256 {
    as_topic(if n == 0 { Address::zero() } else { Address::repeat_byte(n) })
}

fn word(n: u64) -> String {
    format!("0x{n:064x}")
}

fn log(contract: u8, topics: &[H256], data: &str, log_idx: u32) -> Log {
    serde_json::from_value(json!({
        "address": Address::repeat_byte(contract), "topics": topics, "data": data,
        "blockNumber": "0x5", "blockHash": H256([1; 32]), "transactionHash": H256([2; 32]),
        "transactionIndex": "0x3", "logIndex": format!("{log_idx:#x}"), "blockTimestamp": "0x1",
    }))
    .unwrap()
}

fn decode(log: &Log) -> Option<Transfer> {
    transfer(ChainId(1), log, &BTreeSet::from([Address::repeat_byte(WRAPPED)])).unwrap()
}

fn shown(transfer: &Transfer) -> String {
    let party = |party: Option<Address>| party.map_or("-".to_owned(), |party| party[0].to_string());
    let (from, to) = (party(transfer.from), party(transfer.to));
    format!("{} {} {from}>{to}:{}", transfer.position, transfer.cause, transfer.amount)
}

#[test]
fn topics_are_the_published_ones() {
    let check = |topic: H256, hex: &str| assert_eq!(format!("{topic:x}"), hex);
    check(*TRANSFER, "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef");
    check(*DEPOSIT, "e1fffcc4923d04b559f4d29a8bfc6cda04eb5b0d3c460751c2402c5c5cc9109c");
    check(*WITHDRAWAL, "7fcf532c15f0a6db0bd6d0e038bea71d30d808c7d98cb3bf7268a95bf5081b65");
}

#[test]
fn logs_are_transfers_or_nothing() {
    let check = |contract: u8, topics: &[H256], data: &str, expected: Option<&str>| {
        let transfer = decode(&log(contract, topics, data, 12));
        assert_eq!(transfer.as_ref().map(shown).as_deref(), expected);
    };
    let seven = word(7);
    let parties = |from, to| [*TRANSFER, account(from), account(to)];
    check(TOKEN, &parties(1, 2), &seven, Some("5/3/log12 token 1>2:7"));
    check(TOKEN, &parties(0, 2), &seven, Some("5/3/log12 mint ->2:7"));
    check(TOKEN, &parties(1, 0), &seven, Some("5/3/log12 burn 1>-:7"));
    check(TOKEN, &parties(0, 0), &seven, None);
    check(TOKEN, &parties(1, 2), &word(0), None);
    // An NFT, data of other lengths, and topics that no compiler writes.
    check(TOKEN, &[*TRANSFER, account(1), account(2), account(7)], "0x", None);
    check(TOKEN, &[*TRANSFER, account(1), account(2), account(7)], &seven, None);
    check(TOKEN, &parties(1, 2), "0x", None);
    check(TOKEN, &parties(1, 2), "0x07", None);
    check(TOKEN, &parties(1, 2), &format!("{seven}00"), None);
    check(TOKEN, &[*TRANSFER, H256([1; 32]), account(2)], &seven, None);
    check(TOKEN, &[*TRANSFER], &seven, None);
    check(TOKEN, &[], &seven, None);
    // Wraps count only where the contract is known to wrap the native coin.
    check(WRAPPED, &[*DEPOSIT, account(1)], &seven, Some("5/3/log12 wrap 238>1:7"));
    check(WRAPPED, &[*WITHDRAWAL, account(1)], &seven, Some("5/3/log12 unwrap 1>238:7"));
    check(TOKEN, &[*DEPOSIT, account(1)], &seven, None);
    check(TOKEN, &[*WITHDRAWAL, account(1)], &seven, None);
    check(WRAPPED, &[*DEPOSIT, account(1), account(2)], &seven, None);
}

#[test]
fn the_logs_of_native_transfers_are_no_token() {
    let mut native = log(TOKEN, &[*TRANSFER, account(1), account(2)], &word(7), 0);
    native.address.0 = "0xfffffffffffffffffffffffffffffffffffffffe".parse().unwrap();
    assert_eq!(decode(&native), None);
}

#[test]
fn places_beyond_32_bits_are_refused() {
    let mut far = log(TOKEN, &[*TRANSFER, account(1), account(2)], &word(7), 0);
    far.log_index.0 = 1 << 32;
    assert!(transfer(ChainId(1), &far, &BTreeSet::new()).is_err());
}

#[test]
fn a_wrap_that_is_told_twice_counts_once() {
    let check = |logs: &[(H256, &[u8], u64)], expected: &[&str]| {
        let decoded = (0..).zip(logs).filter_map(|(log_idx, (name, accounts, amount))| {
            let accounts = accounts.iter().copied().map(account);
            let topics: Vec<H256> = [*name].into_iter().chain(accounts).collect();
            decode(&log(WRAPPED, &topics, &word(*amount), log_idx))
        });
        let kept = without_doubled_wraps(decoded.collect());
        assert_eq!(kept.iter().map(shown).collect::<Vec<_>>(), expected);
    };
    let (transfer, deposit, withdrawal) = (*TRANSFER, *DEPOSIT, *WITHDRAWAL);
    check(&[(transfer, &[0, 1], 7), (deposit, &[1], 7)], &["5/3/log1 wrap 238>1:7"]);
    check(&[(withdrawal, &[1], 7), (transfer, &[1, 0], 7)], &["5/3/log0 unwrap 1>238:7"]);
    check(
        &[(deposit, &[1], 7), (transfer, &[0, 1], 7), (transfer, &[0, 1], 7)],
        &["5/3/log0 wrap 238>1:7", "5/3/log2 mint ->1:7"],
    );
    check(
        &[
            (deposit, &[1], 7),
            (transfer, &[0, 1], 8),
            (transfer, &[0, 2], 7),
            (transfer, &[1, 0], 7),
        ],
        &[
            "5/3/log0 wrap 238>1:7",
            "5/3/log1 mint ->1:8",
            "5/3/log2 mint ->2:7",
            "5/3/log3 burn 1>-:7",
        ],
    );
}
