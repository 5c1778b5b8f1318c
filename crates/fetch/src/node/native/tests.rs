//! Long windows of one wallet on a node without tracer, as a recording that answers for every block.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use fundtrail_model::{Address, FetchedWindow, H256, How, Proof, Transfer, Window};
use serde_json::{Value, json};

use crate::{Client, Error, Node, Session, WindowRequest};

const WALLET: Address = ethers_core::types::H160([1; 20]);
const OTHER: Address = ethers_core::types::H160([2; 20]);
/// The wrapped coin.
const COIN: Address = ethers_core::types::H160([4; 20]);
const DELEGATION: &str = "0xef01000303030303030303030303030303030303030303";
const LAST: u64 = 1_400;

/// What a block does to the wallet.
#[derive(Clone, Copy)]
enum Deed {
    /// It gets 50.
    Paid,
    /// It sends 10, and pays 100 for that.
    Sends,
    /// Somebody sends a transaction of type 4, which raises the wallet's nonce if it signed for it.
    Authorises { is_own: bool, code: &'static str },
    /// A withdrawal of 1 gwei.
    Withdraws,
    /// 7 more, and nothing says why.
    Tipped,
    /// It produces the block, in which others pay it 100 for gas.
    Produces,
    /// Another calls a contract that pays it 30, and a log of the chain says so (EIP-7708).
    PaidByCode,
    /// It calls the wrapped coin, which pays it 30, and pays 100 for that.
    Unwraps,
}

#[derive(Clone, Copy)]
struct State {
    nonce: u64,
    balance: u64,
    code: &'static str,
}

fn hex(number: u64) -> String {
    format!("{number:#x}")
}

fn block_hash(number: u64) -> H256 {
    H256::from_low_u64_be(0xb000_u64.wrapping_add(number))
}

fn transaction_hash(number: u64) -> H256 {
    H256::from_low_u64_be(0x7000_0000 + number)
}

/// The chain, as lines of a recording. `refused` are methods that the node refuses.
fn lines(start: State, deeds: &BTreeMap<u64, Deed>, refused: &[&str]) -> String {
    let mut lines = String::new();
    let mut add = |method: &str, params: Value, result: Value| {
        let line = if refused.contains(&method) {
            json!({"method": method, "params": params, "error": {"code": -32000, "message": "missing trie node"}})
        } else {
            json!({"method": method, "params": params, "result": result})
        };
        writeln!(lines, "{line}").unwrap();
    };
    add("eth_chainId", json!([]), json!("0x1"));
    let mut state = start;
    for number in 0..=LAST {
        let at = json!({
            "number": hex(number), "hash": block_hash(number), "timestamp": hex(1_000 + number),
            "parentHash": block_hash(number.wrapping_sub(1)),
        });
        add("eth_getBlockByNumber", json!([hex(number), false]), at.clone());
        let sent = |from: Address, to: Address, value: u64, kind: &str| {
            json!({
                "hash": transaction_hash(number), "from": from, "to": to, "value": hex(value), "input": "0x",
                "gas": "0x5208", "gasPrice": "0x1", "type": kind,
            })
        };
        let mut transactions = vec![];
        let mut withdrawals = json!([]);
        let mut producer = OTHER;
        match deeds.get(&number) {
            None => {}
            Some(Deed::Paid) => {
                state.balance += 50;
                transactions.push(sent(OTHER, WALLET, 50, "0x2"));
            }
            Some(Deed::Sends) => {
                state.balance -= 110;
                state.nonce += 1;
                transactions.push(sent(WALLET, OTHER, 10, "0x2"));
            }
            Some(Deed::Authorises { is_own, code }) => {
                state.code = code;
                state.nonce += u64::from(*is_own);
                transactions.push(sent(OTHER, OTHER, 0, "0x4"));
            }
            Some(Deed::Withdraws) => {
                state.balance += 1_000_000_000;
                withdrawals = json!([{"address": WALLET, "amount": "0x1"}]);
            }
            Some(Deed::Tipped) => state.balance += 7,
            Some(Deed::Produces) => {
                state.balance += 100;
                producer = WALLET;
                transactions.push(sent(OTHER, OTHER, 1, "0x2"));
            }
            Some(Deed::PaidByCode) => {
                state.balance += 30;
                let mut call = sent(OTHER, COIN, 0, "0x2");
                call["input"] = json!("0x01");
                transactions.push(call);
            }
            Some(Deed::Unwraps) => {
                state.balance -= 70;
                state.nonce += 1;
                let mut call = sent(WALLET, COIN, 0, "0x2");
                call["input"] = json!("0x01");
                transactions.push(call);
            }
        }
        let mut block = at;
        for transaction in &transactions {
            let receipt = json!({
                "transactionHash": transaction["hash"], "transactionIndex": "0x0", "status": "0x1",
                "blockHash": block_hash(number), "blockNumber": hex(number), "gasUsed": "0x64",
                "effectiveGasPrice": "0x1",
            });
            add("eth_getTransactionReceipt", json!([transaction["hash"]]), receipt);
        }
        block["transactions"] = json!(transactions);
        block["withdrawals"] = withdrawals;
        block["miner"] = json!(producer);
        add("eth_getBlockByNumber", json!([hex(number), true]), block);
        add("eth_getTransactionCount", json!([WALLET, hex(number)]), json!(hex(state.nonce)));
        add("eth_getBalance", json!([WALLET, hex(number)]), json!(hex(state.balance)));
        add("eth_getCode", json!([WALLET, hex(number)]), json!(state.code));
        add("eth_getCode", json!([OTHER, hex(number)]), json!("0x"));
    }
    lines
}

async fn read(
    start: (u64, u64),
    deeds: &[(u64, Deed)],
    window: Window,
    refused: &[&str],
) -> Result<FetchedWindow, Error> {
    let start = State { nonce: start.0, balance: start.1, code: "0x" };
    let mut lines = lines(start, &deeds.iter().copied().collect(), refused);
    let name = |signature: &str| H256::from(ethers_core::utils::keccak256(signature));
    let transfer = name("Transfer(address,address,uint256)");
    let names = [transfer, name("Deposit(address,uint256)"), name("Withdrawal(address,uint256)")];
    let party = H256::from(WALLET);
    let (mut outgoing, mut incoming) = (vec![], vec![]);
    for (number, deed) in deeds.iter().filter(|(number, _)| window.contains(*number)) {
        let log = |emitter: Address, topics: Value| {
            json!({
                "address": emitter, "topics": topics, "data": format!("0x{:064x}", 30),
                "blockNumber": hex(*number), "blockHash": block_hash(*number), "logIndex": "0x6",
                "transactionHash": transaction_hash(*number), "transactionIndex": "0x0",
            })
        };
        let chain = ethers_core::types::H160::from_slice(&[&[0xff; 19][..], &[0xfe]].concat());
        match deed {
            Deed::PaidByCode => {
                incoming.push(log(chain, json!([transfer, H256::from(COIN), party])));
            }
            Deed::Unwraps => outgoing.push(log(COIN, json!([names[2], party]))),
            _ => {}
        }
    }
    for (topics, logs) in
        [(json!([names, [party]]), outgoing), (json!([[transfer], null, [party]]), incoming)]
    {
        let range = json!({"fromBlock": hex(window.first()), "toBlock": hex(window.last()), "topics": topics});
        let line = json!({"method": "eth_getLogs", "params": [range], "result": logs});
        writeln!(lines, "{line}").unwrap();
    }
    let balance = json!({"data": format!("0x70a08231{:0>64}", "01".repeat(20)), "to": COIN});
    for (block, held) in [(window.first().saturating_sub(1), 30), (window.last(), 0)] {
        let params = json!([balance, hex(block)]);
        let line =
            json!({"method": "eth_call", "params": params, "result": format!("0x{held:064x}")});
        writeln!(lines, "{line}").unwrap();
    }
    for data in ["0x95d89b41", "0x313ce567"] {
        let params = json!([{"data": data, "to": COIN}, hex(window.last())]);
        let line = json!({"method": "eth_call", "params": params, "result": "0x"});
        writeln!(lines, "{line}").unwrap();
    }
    let code =
        json!({"method": "eth_getCode", "params": [COIN, hex(window.last())], "result": "0x60"});
    writeln!(lines, "{code}").unwrap();
    for (method, params) in [
        ("trace_block", json!(["0x0"])),
        ("debug_traceBlockByNumber", json!(["0x0", {"tracer": "callTracer"}])),
        ("trace_filter", frames_of("fromAddress", window)),
        ("ots_searchTransactionsBefore", json!([WALLET, window.last() + 1, 25])),
    ] {
        let error = json!({"code": -32601, "message": "the method does not exist"});
        writeln!(lines, "{}", json!({"method": method, "params": params, "error": error})).unwrap();
    }
    let node = Node::open(Client::replay(Session::from_lines(&lines).unwrap()), None).await?;
    let addresses = vec![WALLET];
    let (wrapped_native, balances_of, known) = (vec![COIN], vec![], vec![]);
    let request =
        WindowRequest { addresses, window, wrapped_native, balances_of, known, gate: None };
    node.window(&request).await
}

fn frames_of(side: &str, window: Window) -> Value {
    json!([{
        "fromBlock": hex(window.first()), "toBlock": hex(window.last()), (side): [WALLET],
        "after": 0, "count": 1_000,
    }])
}

fn window(first: u64, last: u64) -> Window {
    Window::new(first, last).unwrap()
}

fn told(window: &FetchedWindow) -> String {
    told_of(window.transfers.iter())
}

fn told_of<'a>(transfers: impl Iterator<Item = &'a Transfer>) -> String {
    let transfers = transfers.map(|found| {
        let sign = if found.from == Some(WALLET) { '-' } else { '+' };
        format!("{} {sign}{}", found.position, found.amount)
    });
    transfers.collect::<Vec<_>>().join(", ")
}

#[tokio::test]
async fn what_changed_is_found_and_graded() {
    async fn check(start: (u64, u64), deeds: &[(u64, Deed)], proof: Proof, expected: &str) {
        let found = read(start, deeds, window(1, LAST), &[]).await.unwrap();
        assert_eq!(told(&found), expected);
        let native = found.coverage[0];
        assert_eq!((native.how, native.proof), (How::StateAndBlocks, proof), "{expected}");
    }
    use Deed::{Authorises, Paid, Sends, Tipped, Withdraws};
    let sets = Authorises { is_own: true, code: DELEGATION };
    let ends = Authorises { is_own: true, code: "0x" };
    let of_another = Authorises { is_own: false, code: "0x" };
    let rejected = Authorises { is_own: true, code: "0x" };
    check((1, 500), &[], Proof::Exact, "").await;
    let sent = "300/0/value -10, 300/0/fee -100, 301/0/value +50";
    check((1, 500), &[(300, Sends), (301, Paid)], Proof::Exact, sent).await;
    let withdrawn = "1/-/withdrawal0 +1000000000";
    check((1, 500), &[(1, Withdraws)], Proof::Exact, withdrawn).await;
    // The difference stands in its block, before what came later.
    let tipped = "900/-/unexplained +7, 901/0/value -10, 901/0/fee -100";
    check((1, 500), &[(900, Tipped), (901, Sends)], Proof::Unreconciled, tipped).await;
    // No code at either end, and yet delegated in between.
    check((1, 500), &[(200, sets), (1_200, ends)], Proof::Indicative, "").await;
    check((0, 500), &[(200, sets), (1_200, ends)], Proof::Indicative, "").await;
    // Others' delegations, and one that came to nothing.
    check((1, 500), &[(200, of_another), (300, rejected)], Proof::Exact, "").await;
    // Delegated at the end, and from some block on.
    check((1, 500), &[(200, sets)], Proof::Indicative, "").await;
    // Never sent: with a balance it is a wallet; without one, anything may have been swept.
    check((0, 500), &[], Proof::Exact, "").await;
    check((0, 0), &[], Proof::Indicative, "").await;
    check((0, 0), &[(1, Paid)], Proof::Exact, "1/0/value +50").await;
    check((0, 0), &[(2, Paid)], Proof::Indicative, "2/0/value +50").await;
    let funded = [(2, Paid), (3, Paid), (4, Paid), (5, Sends)];
    let spent = "2/0/value +50, 3/0/value +50, 4/0/value +50, 5/0/value -10, 5/0/fee -100";
    check((0, 0), &funded, Proof::Exact, spent).await;
}

#[tokio::test]
async fn what_frames_would_say_is_taken_from_logs_where_there_are_none() {
    let check = async |deeds: &[(u64, Deed)], proof: Proof, expected: &str| {
        let found = read((1, 500), deeds, window(1, LAST), &[]).await.unwrap();
        let native = found.transfers.iter().filter(|found| found.asset.contract().is_none());
        assert_eq!(told_of(native), expected);
        assert_eq!((found.coverage[0].how, found.coverage[0].proof), (How::StateAndBlocks, proof));
    };
    use Deed::{PaidByCode, Produces, Sends, Tipped, Unwraps};
    let unwrapped = "300/0/log6 +30, 300/0/fee -100";
    check(&[(300, Unwraps)], Proof::Exact, unwrapped).await;
    check(&[(300, PaidByCode)], Proof::Exact, "300/0/log6 +30").await;
    check(&[(300, Produces)], Proof::Exact, "300/0/fee +100").await;
    let mixed =
        "300/0/log6 +30, 301/-/unexplained +7, 302/0/value -10, 302/0/fee -100, 303/0/fee +100";
    let deeds = [(300, PaidByCode), (301, Tipped), (302, Sends), (303, Produces)];
    check(&deeds, Proof::Unreconciled, mixed).await;
}

#[tokio::test]
async fn short_windows_are_read_whole_where_the_state_does_not_help() {
    let delegated = [
        (200, Deed::Authorises { is_own: true, code: DELEGATION }),
        (400, Deed::Paid),
        (700, Deed::Authorises { is_own: true, code: "0x" }),
    ];
    let whole = read((1, 500), &delegated, window(100, 800), &[]).await.unwrap();
    assert_eq!(told(&whole), "400/0/value +50");
    assert_eq!(whole.coverage[0].how, How::BlocksAndFrames);
    let paid = [(400, Deed::Paid)];
    let by_state = read((1, 500), &paid, window(100, 1_099), &[]).await.unwrap();
    let without = read((1, 500), &paid, window(100, 1_099), &["eth_getTransactionCount"]).await;
    let without = without.unwrap();
    assert_eq!(without.transfers, by_state.transfers);
    assert_eq!(without.coverage[0].how, How::BlocksAndFrames);
    let error = read((1, 500), &paid, window(100, 1_100), &["eth_getTransactionCount"]).await;
    assert_eq!(
        error.unwrap_err().to_string(),
        "recording does not have the data for eth_getTransactionCount at the end of block 99, without \
         which all 1001 blocks 100–1100 would have to be read: missing trie node (code -32000)"
    );
}

#[tokio::test]
async fn the_first_block_of_all_has_nothing_before_it() {
    let found = read((0, 500), &[(3, Deed::Paid)], window(0, LAST), &[]).await.unwrap();
    assert_eq!(told(&found), "0/-/unexplained +500, 3/0/value +50");
}
