//! Token transfers that a node leaves out, and tokens whose logs do not explain their balances.

use std::collections::BTreeSet;

use fundtrail_fetch::{Client, Endpoint, Node, Options, WindowRequest};
use fundtrail_model::{
    Address, Amount, Asset, AssetClass, Cause, ChainId, FetchedWindow, Proof, Transfer, Window,
};
use fundtrail_testkit::anvil::{Anvil, AnvilOptions};
use fundtrail_testkit::chaos::{ChaosProxy, Fault, Faults, Profile, Refusal, When};
use fundtrail_testkit::contracts::Contracts;
use serde_json::json;

const LAST: u64 = 900;
const THIEF: Address = Address::repeat_byte(0xa1);
const MULE: Address = Address::repeat_byte(0xb2);
const TAXED: Address = Address::repeat_byte(0x71);
const REBASING: Address = Address::repeat_byte(0x72);

/// What the thief does: at which block, to which contract, with what data.
fn play(deeds: &[(u64, Address, Address, Vec<u8>)]) -> Anvil {
    let contracts = Contracts::own();
    let mut options = AnvilOptions::new(1, 1_700_000_000);
    for from in [THIEF, MULE] {
        options.genesis.fund(from, Amount::from(10_u128.pow(20)));
    }
    options.genesis.place(TAXED, contracts.runtime("Taxed"), &[]);
    options.genesis.place(REBASING, contracts.runtime("Rebasing"), &[]);
    let node = Anvil::start(&options);
    let mine = |count: u64| {
        if count > 0 {
            let _ = node.rpc().expect("anvil_mine", &json!([format!("{count:#x}")]));
        }
    };
    let mut head = 0;
    for (block, from, to, data) in deeds {
        mine(block - 1 - head);
        let data: String = data.iter().map(|byte| format!("{byte:02x}")).collect();
        let transaction = json!([{
            "from": from, "to": to, "data": format!("0x{data}"), "gas": "0x30d40", "gasPrice": "0x77359400",
        }]);
        let _ = node.rpc().expect("eth_sendTransaction", &transaction);
        mine(1);
        head = *block;
    }
    mine(LAST - head);
    node
}

fn word(number: u64) -> Vec<u8> {
    let mut word = vec![0; 24];
    word.extend(number.to_be_bytes());
    word
}

/// A call of one of the tokens with an address and an amount, or with an amount alone.
fn call(function: &str, to: Option<Address>, amount: u64) -> Vec<u8> {
    let selector = &fundtrail_testkit::contracts::selector(function)[..];
    let to = to.map(|to| [&[0_u8; 12][..], to.as_bytes()].concat()).unwrap_or_default();
    [selector, &to, &word(amount)].concat()
}

/// Ten mints and payments of the rebasing token, which does not grow yet.
fn plain_story() -> Vec<(u64, Address, Address, Vec<u8>)> {
    let mint = call("mint(address,uint256)", Some(THIEF), 1_000_000);
    let mut deeds = vec![(10, THIEF, REBASING, mint)];
    for place in 1..=9_u64 {
        let pay = call("transfer(address,uint256)", Some(MULE), place * 100);
        deeds.push((place * 90, THIEF, REBASING, pay));
    }
    deeds
}

async fn read(url: &str, address: Address) -> FetchedWindow {
    let client = Client::http(Endpoint::parse(url).unwrap(), Options::default()).unwrap();
    let node = Node::open(client, None).await.unwrap();
    let request = WindowRequest {
        gate: None,
        addresses: vec![address],
        window: Window::new(5, LAST).unwrap(),
        wrapped_native: vec![],
        // As for a token that is known to have been stolen.
        balances_of: vec![Asset::Token(ChainId(1), REBASING)],
        known: vec![],
    };
    node.window(&request).await.unwrap()
}

fn tokens(window: &FetchedWindow) -> Vec<Transfer> {
    window.transfers.iter().filter(|found| found.asset.contract().is_some()).copied().collect()
}

fn proof(window: &FetchedWindow) -> Proof {
    window.coverage.iter().find(|found| found.class == AssetClass::Tokens).unwrap().proof
}

fn unexplained(window: &FetchedWindow) -> Vec<(u64, bool, u128)> {
    let line = |found: &Transfer| {
        (found.position.block, found.to.is_some(), found.amount.base_units().as_u128())
    };
    let all = tokens(window);
    all.iter().filter(|found| found.cause == Cause::Unexplained).map(line).collect()
}

#[tokio::test]
async fn logs_that_a_node_leaves_out_are_found_in_receipts() {
    let anvil = play(&plain_story());
    let honest = read(&anvil.url(), MULE).await;
    assert_eq!((tokens(&honest).len(), proof(&honest)), (9, Proof::Reconciled));
    for share in [300, 600] {
        let faults = Faults::none().with(Fault::DroppedLogs, share);
        let proxy = ChaosProxy::start(&anvil.url(), Profile::bare("leaves out"), faults);
        let found = read(&proxy.url(), MULE).await;
        assert_eq!(found.transfers, honest.transfers, "{share}");
        // Who left out these may have left out others.
        assert_eq!(proof(&found), Proof::Indicative);
    }
    // Of nine changes, all of them left out, the looks do not find every block: nothing is lost for that.
    let faults = Faults::none().with(Fault::DroppedLogs, 1_000);
    let proxy = ChaosProxy::start(&anvil.url(), Profile::bare("leaves out all"), faults);
    let found = read(&proxy.url(), MULE).await;
    let sum = |window: &FetchedWindow| {
        tokens(window).iter().fold(0, |sum, found| sum + found.amount.base_units().as_u128())
    };
    assert_eq!((sum(&found), proof(&found)), (sum(&honest), Proof::Unreconciled));
    assert!(tokens(&found).iter().filter(|found| found.cause == Cause::Token).count() >= 5);
}

#[tokio::test]
async fn what_cannot_be_found_stands_in_its_block() {
    let anvil = play(&plain_story());
    let honest = read(&anvil.url(), MULE).await;
    let text = "the method does not exist/is not available";
    let refusal = Refusal { code: -32_601, http: 200, text, data: None };
    let profile =
        || Profile::bare("no receipts").with(When::Method(&["eth_getBlockReceipts"]), 0, refusal);
    let faults = Faults::none().with(Fault::DroppedLogs, 300);
    let proxy = ChaosProxy::start(&anvil.url(), profile(), faults);
    let found = read(&proxy.url(), MULE).await;
    let seen: BTreeSet<Transfer> = tokens(&found).into_iter().collect();
    let expected: Vec<(u64, bool, u128)> = tokens(&honest)
        .iter()
        .filter(|transfer| !seen.contains(transfer))
        .map(|left| (left.position.block, true, left.amount.base_units().as_u128()))
        .collect();
    assert!(!expected.is_empty() && expected.len() < 9, "the dice leave out some of them");
    assert_eq!(unexplained(&found), expected);
    assert_eq!(proof(&found), Proof::Unreconciled);
}

#[tokio::test]
async fn tokens_that_do_not_add_up_do_so_in_the_block_in_which_it_arose() {
    let mint = call("mint(address,uint256)", Some(THIEF), 1_000_000);
    let pay = |amount| call("transfer(address,uint256)", Some(MULE), amount);
    let anvil = play(&[
        (10, THIEF, TAXED, mint.clone()),
        (11, THIEF, REBASING, mint),
        (300, THIEF, TAXED, pay(1_000)),
        (301, THIEF, REBASING, pay(1_000)),
        (500, THIEF, REBASING, call("grow(uint256)", None, 10)),
        (700, THIEF, TAXED, pay(500)),
    ]);
    let found = read(&anvil.url(), MULE).await;
    assert_eq!(unexplained(&found), [(300, false, 10), (500, true, 100), (700, false, 5)]);
    assert_eq!(proof(&found), Proof::Unreconciled);
    // The sender of the taxed token is debited what the log says.
    assert_eq!(unexplained(&read(&anvil.url(), THIEF).await), [(500, true, 99_900)]);
}
