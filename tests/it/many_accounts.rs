//! Many accounts in one window: their balances are told together where the chain has a contract for it.

use fundtrail_fetch::{Client, Endpoint, Node, Options, WindowRequest};
use fundtrail_model::{Address, Amount, FetchedWindow, Window, parse_address};
use fundtrail_testkit::anvil::{Anvil, AnvilOptions};
use fundtrail_testkit::chaos::{ChaosProxy, Entry, Faults, Profile, Refusal, When};
use fundtrail_testkit::contracts::Contracts;
use serde_json::json;

const MULTICALL: &str = "0xca11bde05977b3631167028862be2a173976ca11";
/// The contract is there from the end of the block before this one on.
const SINCE: u64 = 20;
const LAST: u64 = 600;
const THIEF: Address = Address::repeat_byte(0xa1);

fn holders() -> Vec<Address> {
    (1..=12).map(Address::repeat_byte).collect()
}

/// A chain on which the thief pays each holder, and each pays him back some; `code` stands at the contract's
/// address since [`SINCE`].
fn play(code: &str) -> Anvil {
    let mut options = AnvilOptions::new(1, 1_700_000_000);
    options.genesis.fund(THIEF, Amount::from(10_u128.pow(20)));
    options.genesis.fund(Address::zero(), Amount::from(7));
    let node = Anvil::start(&options);
    let mine = |count: u64| {
        if count > 0 {
            let _ = node.rpc().expect("anvil_mine", &json!([format!("{count:#x}")]));
        }
    };
    mine(SINCE - 1);
    let _ = node.rpc().expect("anvil_setCode", &json!([MULTICALL, code]));
    mine(1);
    let mut head = SINCE;
    for (place, holder) in (1_u64..).zip(holders()) {
        for (block, from, to, value) in [
            (place * 40, THIEF, holder, 10_u64.pow(18)),
            (place * 40 + place, holder, THIEF, place),
        ] {
            mine(block - 1 - head);
            let transaction = json!([{
                "from": from, "to": to, "value": format!("{value:#x}"), "gas": "0x5208", "gasPrice": "0x77359400",
            }]);
            let _ = node.rpc().expect("eth_sendTransaction", &transaction);
            mine(1);
            head = block;
        }
    }
    mine(LAST - head);
    node
}

async fn read(node: &Node, first: u64) -> FetchedWindow {
    let window = Window::new(first, LAST).unwrap();
    let request = WindowRequest {
        gate: None,
        addresses: holders(),
        window,
        wrapped_native: vec![],
        balances_of: vec![],
        known: vec![],
    };
    node.window(&request).await.unwrap()
}

async fn open(url: &str) -> Node {
    let client = Client::http(Endpoint::parse(url).unwrap(), Options::default()).unwrap();
    Node::open(client, None).await.unwrap()
}

fn count(log: &[Entry], method: &str) -> usize {
    log.iter().flat_map(|entry| &entry.methods).filter(|asked| *asked == method).count()
}

fn bare(node: &Anvil) -> ChaosProxy {
    ChaosProxy::start(&node.url(), Profile::bare("bare"), Faults::none())
}

fn compiled() -> String {
    let code = Contracts::own().runtime("Multicall");
    format!("0x{}", code.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

#[tokio::test]
async fn balances_are_told_together_and_the_transfers_are_the_same() {
    assert!(parse_address(MULTICALL).is_ok());
    let anvil = play(&compiled());
    let text = "the method does not exist/is not available";
    let refusal = Refusal { code: -32_601, http: 200, text, data: None };
    let refusing = Profile::bare("no calls").with(When::Method(&["eth_call"]), 0, refusal);
    let (with, without) = (bare(&anvil), ChaosProxy::start(&anvil.url(), refusing, Faults::none()));
    let found = read(&open(&with.url()).await, SINCE).await;
    assert_eq!(found.transfers.len(), 3 * holders().len());
    assert_eq!(read(&open(&without.url()).await, SINCE).await, found);
    let (few, many) =
        (count(&with.log(), "eth_getBalance"), count(&without.log(), "eth_getBalance"));
    let calls = count(&with.log(), "eth_call");
    assert!(with.questions() < without.questions(), "{} {}", with.questions(), without.questions());
    // Every holder changes in blocks of his own: only the first looks of the halving are shared.
    assert!(4 * (few + calls) < 3 * many, "{few} and {calls} calls against {many} balances");
}

#[tokio::test]
async fn the_contract_is_used_only_where_it_stands_and_tells_the_truth() {
    let anvil = play(&compiled());
    let proxy = bare(&anvil);
    let node = open(&proxy.url()).await;
    let early = read(&node, SINCE - 1).await;
    assert_eq!(count(&proxy.log(), "eth_call"), 0, "it was not there in block {}", SINCE - 2);
    let late = read(&node, SINCE).await;
    assert!(count(&proxy.log(), "eth_call") > 0);
    assert_eq!(late.transfers, early.transfers);
    // Nothing at all; 32 zeros; a revert.
    for code in ["0x00", "0x60206000f3", "0x60006000fd"] {
        let anvil = play(code);
        let proxy = bare(&anvil);
        let node = open(&proxy.url()).await;
        for first in [SINCE, SINCE + 1] {
            assert_eq!(read(&node, first).await.transfers, early.transfers, "{code}");
        }
        assert_eq!(count(&proxy.log(), "eth_call"), 1, "{code} was asked once and never again");
    }
}
