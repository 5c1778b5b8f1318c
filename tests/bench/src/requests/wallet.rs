//! Ten changes of a wallet in 4,000 blocks of an archive, found exactly by a node without a tracer.

use fundtrail_fetch::{Client, Endpoint, Node, Options, WindowRequest};
use fundtrail_model::{Address, Amount, Cause, FetchedWindow, Window};
use fundtrail_testkit::anvil::{Anvil, AnvilOptions};
use fundtrail_testkit::chaos::{ChaosProxy, Faults, all};
use serde_json::json;

use super::formula::{Allowed, Found, terms};
use crate::table::Row;

const LAST: u64 = 3_990;
const FRIEND: Address = Address::repeat_byte(0xa1);
const HOLDER: Address = Address::repeat_byte(0xb2);
/// In which block, whether the holder pays, and how much; what he pays is for the block's number of gas more.
const CHANGES: [(u64, bool, u64); 10] = [
    (100, false, 3_000_000_000_000_000),
    (101, false, 1),
    (500, true, 1_000),
    (501, true, 0),
    (1_900, false, 77),
    (2_000, true, 5),
    (2_047, true, 1),
    (3_100, false, 9),
    (3_899, true, 13),
    (3_900, false, 2),
];

pub(super) fn row() -> Row {
    let node = play();
    let profile = all().into_iter().find(|profile| profile.name == "without-tracers");
    let profile = profile.expect("a node without a tracer");
    let proxy = ChaosProxy::start(&node.url(), profile, Faults::none());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let window = runtime.expect("a runtime").block_on(read(&proxy.url()));
    check(&window);
    let found = Found {
        windows: [(window.window, vec![HOLDER])].into(),
        transfers: window.transfers,
        coverage: window.coverage,
        balances: window.balances,
        seeds: 0,
    };
    let needed = terms(&found, Allowed { range: u64::MAX, logs: u64::MAX, batch: u64::MAX });
    let asked = u64::try_from(proxy.questions()).expect("fits");
    eprintln!("a wallet: {asked} of\n  {needed:?}");
    let needed = needed.iter().map(|(_, count)| count).sum();
    let what = format!("ten changes of a wallet in {LAST} blocks, no tracer: questions");
    Row::counts(&what, asked, needed)
}

fn play() -> Anvil {
    let mut options = AnvilOptions::new(1, 1_700_000_000);
    options.genesis.fund(FRIEND, Amount::from(10_u128.pow(20)));
    let node = Anvil::start(&options);
    let mine = |count: u64| {
        if count > 0 {
            let _ = node.rpc().expect("anvil_mine", &json!([format!("{count:#x}")]));
        }
    };
    let mut head = 0;
    for (block, is_paying, amount) in CHANGES {
        mine(block - 1 - head);
        let (from, to) = if is_paying { (HOLDER, FRIEND) } else { (FRIEND, HOLDER) };
        let _ = node.rpc().expect(
            "eth_sendTransaction",
            &json!([{
                "from": from, "to": to, "value": format!("{amount:#x}"), "gas": "0x5208",
                "gasPrice": format!("{:#x}", 2_000_000_000_u64),
            }]),
        );
        mine(1);
        head = block;
    }
    mine(LAST - head);
    node
}

async fn read(url: &str) -> FetchedWindow {
    let endpoint = Endpoint::parse(url).expect("an endpoint");
    let client = Client::http(endpoint, Options::default()).expect("a client");
    let node = Node::open(client, None).await.expect("a node");
    let request = WindowRequest {
        gate: None,
        addresses: vec![HOLDER],
        window: Window::new(1, LAST).expect("a window"),
        wrapped_native: vec![],
        balances_of: vec![],
        known: vec![],
    };
    node.window(&request).await.expect("a window that can be read")
}

/// Found is what was played, no more and no less.
fn check(window: &FetchedWindow) {
    let found: Vec<(u64, bool, u64)> = window
        .transfers
        .iter()
        .filter(|transfer| transfer.cause != Cause::Fee)
        .map(|transfer| {
            let units = transfer.amount.base_units();
            (transfer.position.block, transfer.from == Some(HOLDER), units.as_u64())
        })
        .collect();
    let moved: Vec<_> = CHANGES.into_iter().filter(|(.., amount)| *amount > 0).collect();
    assert_eq!(found, moved);
    let paid = CHANGES.iter().filter(|(_, is_paying, _)| *is_paying).count();
    let fees = window.transfers.iter().filter(|transfer| transfer.cause == Cause::Fee).count();
    assert_eq!(fees, paid);
}
