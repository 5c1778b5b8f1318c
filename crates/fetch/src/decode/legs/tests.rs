use fundtrail_model::{Address, Amount, Asset, Cause, ChainId, H256, Position, Step, Transfer};
use proptest::prelude::*;
use serde_json::json;

use super::{Legs, native_transfer};
use crate::wire::Log;

const CHAIN: ChainId = ChainId(1);
const HASH: H256 = H256::repeat_byte(0xaa);

fn account(number: u8) -> Address {
    Address::repeat_byte(number)
}

fn moved(step: Step, cause: Cause, from: u8, to: u8, amount: u128) -> Transfer {
    let is_token = matches!(cause, Cause::Wrap | Cause::Unwrap | Cause::Token);
    Transfer {
        position: Position { block: 5, transaction: 3, step },
        asset: if is_token { Asset::Token(CHAIN, account(9)) } else { Asset::Native(CHAIN) },
        from: Some(account(from)),
        to: Some(account(to)),
        amount: Amount::from(amount),
        cause,
        transaction: Some(HASH),
    }
}

fn shown(transfers: &[Transfer]) -> String {
    let party = |party: Option<Address>| party.map_or(0, |party| party[0]);
    let line = |t: &Transfer| {
        format!("{} {} {}>{}:{}", t.position, t.cause, party(t.from), party(t.to), t.amount)
    };
    transfers.iter().map(line).collect::<Vec<_>>().join(", ")
}

#[test]
fn only_logs_of_the_chain_itself_are_native_transfers() {
    let check = |emitter: &str, topics: &[&str], data: &str, expected: Option<&str>| {
        let topics: Vec<String> = topics.iter().map(|topic| format!("0x{topic:0>64}")).collect();
        let log: Log = serde_json::from_value(json!({
            "address": emitter, "topics": topics, "data": data, "blockNumber": "0x5",
            "blockHash": H256::repeat_byte(1), "transactionHash": HASH, "transactionIndex": "0x3",
            "logIndex": "0x7",
        }))
        .unwrap();
        let found = native_transfer(CHAIN, &log).map(|found| shown(&[found]));
        assert_eq!(found.as_deref(), expected);
    };
    let chain = format!("0x{}fe", "f".repeat(38));
    let name = "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef";
    let (one, two) = ("01".repeat(20), "02".repeat(20));
    let amount = format!("0x{:064x}", 70);
    let whole = [name, &one, &two];
    check(&chain, &whole, &amount, Some("5/3/log7 internal 1>2:70"));
    check(&format!("0x{}", "f".repeat(40)), &whole, &amount, None);
    check(&chain, &["dd", &one, &two], &amount, None);
    check(&chain, &whole[..2], &amount, None);
    check(&chain, &whole, &format!("0x{:064x}", 0), None);
    check(&chain, &whole, "0x46", None);
}

#[test]
fn what_is_told_already_is_not_told_again() {
    let check = |logged: &[Transfer], known: &[Transfer], has_frames: bool, expected: &str| {
        assert_eq!(shown(&Legs::of(logged).lacking(HASH, known, has_frames)), expected);
    };
    let unwrap = moved(Step::Log(4), Cause::Unwrap, 1, 9, 70);
    let wrap = moved(Step::Log(5), Cause::Wrap, 9, 1, 30);
    check(&[unwrap, wrap], &[], false, "5/3/log4 internal 9>1:70, 5/3/log5 internal 1>9:30");
    check(&[unwrap, wrap], &[], true, "");
    // The transaction itself is the deposit.
    let value = moved(Step::Value, Cause::Native, 1, 9, 30);
    check(&[unwrap, wrap], &[value], false, "5/3/log4 internal 9>1:70");
    check(&[wrap, wrap], &[value], false, "5/3/log5 internal 1>9:30");
    check(
        &[wrap],
        &[moved(Step::Value, Cause::Native, 1, 9, 31)],
        false,
        "5/3/log5 internal 1>9:30",
    );
    // A fee has no payee, and a token is no coin.
    let token = moved(Step::Log(1), Cause::Token, 9, 1, 70);
    check(&[token], &[], false, "");
    // EIP-7708 tells of all, with or without frames.
    let all = [
        moved(Step::Log(2), Cause::Internal, 1, 9, 30),
        moved(Step::Log(3), Cause::Internal, 9, 1, 70),
    ];
    let logged = [&all[..], &[unwrap, wrap]].concat();
    for has_frames in [false, true] {
        check(&logged, &[value], has_frames, "5/3/log3 internal 9>1:70");
    }
    assert!(Legs::of(&logged).tell_all(HASH) && !Legs::of(&[unwrap]).tell_all(HASH));
}

proptest! {
    #[test]
    fn with_what_is_lacking_every_leg_is_told_exactly_once(
        legs in proptest::collection::vec((1_u8..3, 1_u8..3, 1_u128..3), 0..6),
        known in proptest::collection::vec((1_u8..3, 1_u8..3, 1_u128..3), 0..6),
    ) {
        let all = |cause, steps: fn(u32) -> Step, moves: &[(u8, u8, u128)]| -> Vec<Transfer> {
            (0..).zip(moves).map(|(n, (from, to, amount))| moved(steps(n), cause, *from, *to, *amount)).collect()
        };
        let logged = all(Cause::Internal, Step::Log, &legs);
        let known = all(Cause::Native, Step::Frame, &known);
        let lacking = Legs::of(&logged).lacking(HASH, &known, false);
        let count = |transfers: &[Transfer], key: (u8, u8, u128)| {
            let is_it = |t: &&Transfer| {
                (t.from, t.to, t.amount) == (Some(account(key.0)), Some(account(key.1)), Amount::from(key.2))
            };
            transfers.iter().filter(is_it).count()
        };
        for key in (1..3).flat_map(|a| (1..3).flat_map(move |b| (1..3).map(move |c| (a, b, c)))) {
            let whole = count(&known, key) + count(&lacking, key);
            prop_assert_eq!(whole, count(&known, key).max(count(&logged, key)));
        }
    }
}
