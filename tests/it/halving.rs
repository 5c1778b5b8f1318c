//! Native transfers found by halving long windows, on a real archive node.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use fundtrail_fetch::{Client, Endpoint, Error, Node, Options, WindowRequest};
use fundtrail_model::{
    Address, Amount, AssetClass, Cause, FetchedWindow, How, Proof, Transfer, Window, parse_address,
};
use fundtrail_testkit::anvil::{Anvil, AnvilOptions};
use fundtrail_testkit::chaos::{ChaosProxy, Fault, Faults, Profile, Refusal, When};
use serde_json::json;

const LAST: u64 = 3_990;
const GAS_PRICE: u64 = 2_000_000_000;
/// Pays the amount in its second argument to the address in its first.
const PAYER_CODE: &str = "60006000600060006020356000355af100";
/// Creates a contract from its input, and returns where.
const FACTORY_CODE: &str = "36600060003760003660006000f560005260206000f3";

const fn account(number: u8) -> Address {
    Address::repeat_byte(number)
}

/// An archive of 3,990 blocks. What happens in it:
///
/// | block | |
/// |---|---|
/// | 100 … 3,900 | ten changes of the holder's account, among them one that changes only the nonce and the fee |
/// | 700 | the payer, a contract, pays the payee |
/// | 1,500, 2,500 | the payer gets 5 and pays 5: the same balance before and after |
/// | 1,000, 1,010 | a deposit address gets 7, which a contract created there for one transaction takes away |
struct Archive {
    node: Anvil,
    deposit: Address,
}

impl Archive {
    const fn thief() -> Address {
        account(0xa1)
    }

    const fn holder() -> Address {
        account(0xb2)
    }

    const fn payee() -> Address {
        account(0xc3)
    }

    const fn payer() -> Address {
        account(0xd4)
    }

    const fn factory() -> Address {
        account(0xe5)
    }

    const fn exit() -> Address {
        account(0xf6)
    }

    /// The node that another test uses already, or a new one. It ends with the last test that uses it.
    fn shared() -> Arc<Self> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(archive) = shared.upgrade() {
            return archive;
        }
        let archive = Arc::new(Self::start());
        *shared = Arc::downgrade(&archive);
        archive
    }

    fn start() -> Self {
        let mut options = AnvilOptions::new(1, 1_700_000_000);
        options.genesis.fund(Self::thief(), Amount::from(10_u128.pow(20)));
        options.genesis.place(Self::payer(), bytes(PAYER_CODE), &[]);
        options.genesis.fund(Self::payer(), Amount::from(1_000));
        options.genesis.place(Self::factory(), bytes(FACTORY_CODE), &[]);
        let node = Anvil::start(&options);
        // A contract that destroys itself in favour of the exit.
        let init = format!("0x73{}ff", hex(Self::exit()));
        let call = json!([{"to": Self::factory(), "data": init}, "latest"]);
        let created = node.rpc().expect("eth_call", &call);
        let deposit = format!("0x{}", &created.as_str().unwrap()[26..]);
        let archive = Self { node, deposit: parse_address(&deposit).unwrap() };
        archive.play(&init);
        archive
    }

    fn play(&self, init: &str) {
        let (thief, holder) = (Self::thief(), Self::holder());
        let coin = 10_u128.pow(18);
        let pay = |to: Address, amount: u128| format!("0x{:0>64}{amount:064x}", hex(to));
        let mut deeds: Vec<(u64, Address, Address, u128, String)> = vec![
            (700, thief, Self::payer(), 0, pay(Self::payee(), 40)),
            (1_000, thief, self.deposit, 7, "0x".into()),
            (1_010, thief, Self::factory(), 0, init.into()),
            (1_500, thief, Self::payer(), 5, pay(Self::exit(), 0)),
            (2_500, thief, Self::payer(), 0, pay(Self::exit(), 5)),
        ];
        for (block, amount) in [(100, 3), (101, 1), (1_900, 2), (3_100, 1), (3_900, 1)] {
            deeds.push((block, thief, holder, amount * coin, "0x".into()));
        }
        for (block, amount) in [(500, coin), (501, 0), (2_000, coin / 3), (2_047, 1), (3_899, coin)]
        {
            deeds.push((block, holder, Self::exit(), amount, "0x".into()));
        }
        deeds.sort();
        let mut head = 0;
        for (block, from, to, value, data) in deeds {
            self.mine(block - 1 - head);
            let gas = if data == "0x" { 21_000 } else { 200_000 };
            let transaction = json!([{
                "from": from, "to": to, "value": format!("{value:#x}"), "data": data,
                "gas": format!("{gas:#x}"), "gasPrice": format!("{GAS_PRICE:#x}"),
            }]);
            let _ = self.node.rpc().expect("eth_sendTransaction", &transaction);
            self.mine(1);
            head = block;
        }
        self.mine(LAST - head);
    }

    fn mine(&self, count: u64) {
        if count > 0 {
            let _ = self.node.rpc().expect("anvil_mine", &json!([format!("{count:#x}")]));
        }
    }

    /// The node behind an endpoint that refuses these methods.
    fn without(&self, methods: &'static [&'static str], text: &'static str) -> ChaosProxy {
        let refusal = Refusal { code: -32_000, http: 200, text, data: None };
        let profile = Profile::bare("without").with(When::Method(methods), 0, refusal);
        ChaosProxy::start(&self.node.url(), profile, Faults::none())
    }

    fn without_tracer(&self) -> ChaosProxy {
        self.without(&["trace_", "debug_", "ots_"], "the method does not exist/is not available")
    }

    /// The node behind an endpoint that has no index of frames; the other tracers are there.
    fn without_index(&self) -> ChaosProxy {
        self.without(&["trace_filter", "ots_"], "the method does not exist/is not available")
    }

    fn without_state(&self) -> ChaosProxy {
        self.without(&["eth_getTransactionCount"], "missing trie node 12 (path )")
    }
}

static SHARED: Mutex<Weak<Archive>> = Mutex::new(Weak::new());

fn bytes(hex: &str) -> Vec<u8> {
    let digit = |idx: usize| u8::from_str_radix(&hex[idx..idx + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(digit).collect()
}

fn hex(address: Address) -> String {
    format!("{address:x}")
}

struct Read {
    window: FetchedWindow,
    requests: u64,
}

async fn try_read(url: &str, address: Address, first: u64, last: u64) -> Result<Read, Error> {
    let client = Client::http(Endpoint::parse(url)?, Options::default())?;
    let node = Node::open(client.clone(), None).await?;
    let request = WindowRequest {
        gate: None,
        addresses: vec![address],
        window: Window::new(first, last).unwrap(),
        wrapped_native: vec![],
        balances_of: vec![],
        known: vec![],
    };
    let window = node.window(&request).await?;
    Ok(Read { window, requests: client.requests_sent() })
}

async fn read(url: &str, address: Address, first: u64, last: u64) -> Read {
    try_read(url, address, first, last).await.unwrap()
}

/// Every block read in full, a thousand at a time.
async fn read_every_block(
    archive: &Archive,
    address: Address,
    first: u64,
    last: u64,
) -> Vec<Transfer> {
    let proxy = archive.without_state();
    let mut transfers = vec![];
    for piece in Window::new(first, last).unwrap().aligned_pieces(1_000) {
        let found = read(&proxy.url(), address, piece.first(), piece.last()).await.window;
        assert_eq!(grade(&found), (How::BlocksAndFrames, Proof::Reconciled));
        transfers.extend(found.transfers);
    }
    transfers
}

fn grade(window: &FetchedWindow) -> (How, Proof) {
    let native = window.coverage.iter().find(|found| found.class == AssetClass::Native).unwrap();
    (native.how, native.proof)
}

fn causes(transfers: &[Transfer]) -> Vec<(u64, Cause, u128)> {
    let line =
        |found: &Transfer| (found.position.block, found.cause, found.amount.base_units().as_u128());
    transfers.iter().map(line).collect()
}

#[tokio::test]
async fn every_change_of_a_wallet_is_found_without_a_tracer_in_few_questions() {
    let archive = Archive::shared();
    let proxy = archive.without_tracer();
    let found = read(&proxy.url(), Archive::holder(), 1, LAST).await;
    let expected = read_every_block(&archive, Archive::holder(), 1, LAST).await;
    assert_eq!(found.window.transfers, expected);
    assert_eq!(grade(&found.window), (How::StateAndBlocks, Proof::Exact));
    let blocks: std::collections::BTreeSet<u64> =
        expected.iter().map(|found| found.position.block).collect();
    assert_eq!(blocks.len(), 10);
    // Two questions a look, log2(B/K) + 2 looks a change, then a block and a receipt. Before that: which
    // chain, the logs in both directions and the window's ends, the state and the code at both ends.
    let changes = 10;
    let halvings = u64::from((LAST / changes).next_power_of_two().trailing_zeros());
    let formula = 2 * changes * (halvings + 2) + 2 * changes + 12;
    assert!(found.requests * 100 <= formula * 115, "{} of {formula}", found.requests);
}

#[tokio::test]
async fn what_a_contract_pays_comes_from_frames_or_is_said_to_be_unexplained_in_its_block() {
    let archive = Archive::shared();
    let payee = Archive::payee();
    let plain = archive.without_index();
    let traced = read(&plain.url(), payee, 600, LAST).await.window;
    assert_eq!(causes(&traced.transfers), [(700, Cause::Internal, 40)]);
    let untraced = read(&archive.without_tracer().url(), payee, 600, LAST).await.window;
    assert_eq!(causes(&untraced.transfers), [(700, Cause::Unexplained, 40)]);
    assert_eq!(grade(&untraced), (How::StateAndBlocks, Proof::Unreconciled));
    let known = |block| untraced.balances.iter().any(|balance| balance.block == block);
    assert!([599, 699, 700, LAST].into_iter().all(known), "{:?}", untraced.balances);
    // Nonce and balance were zero up to block 699, and it never sent: anything may have been swept.
    assert_eq!(grade(&traced), (How::StateAndBlocks, Proof::Indicative));
    let from_arrival = read(&plain.url(), payee, 700, LAST).await.window;
    assert_eq!(from_arrival.transfers, traced.transfers);
    assert_eq!(grade(&from_arrival), (How::StateAndBlocks, Proof::Exact));
}

#[tokio::test]
async fn contracts_are_read_whole_in_short_windows_and_not_trusted_in_long_ones() {
    let archive = Archive::shared();
    let url = archive.node.url();
    let short = read(&url, Archive::payer(), 1_400, 2_300).await.window;
    assert_eq!(causes(&short.transfers), [(1_500, Cause::Native, 5)]);
    assert_eq!(grade(&short), (How::BlocksAndFrames, Proof::Reconciled));
    // It gets 5 and pays 5 between two equal looks.
    let plain = archive.without_index();
    let long = read(&plain.url(), Archive::payer(), 1_400, LAST).await.window;
    assert_eq!(causes(&long.transfers), []);
    assert_eq!(grade(&long), (How::StateAndBlocks, Proof::Indicative));
}

#[tokio::test]
async fn an_index_of_frames_shows_what_two_equal_looks_hide() {
    let archive = Archive::shared();
    let text = "the method does not exist/is not available";
    let by_filter = archive.without(&["ots_"], text);
    let by_search = archive.without(&["trace_filter"], text);
    let check = async |account: Address, first: u64, expected: &[(u64, Cause, u128)]| {
        let seen = read(&by_filter.url(), account, first, LAST).await.window;
        assert_eq!(causes(&seen.transfers), expected);
        assert_eq!(grade(&seen), (How::IndexAndBlocks, Proof::Reconciled));
        let searched = read(&by_search.url(), account, first, LAST).await.window;
        assert_eq!(searched, seen);
        assert_eq!(seen.transfers, read_every_block(&archive, account, first, LAST).await);
    };
    let paid = [(1_500, Cause::Native, 5), (2_500, Cause::Internal, 5)];
    check(Archive::payer(), 1_400, &paid).await;
    let swept = [(1_000, Cause::Native, 7), (1_010, Cause::Internal, 7)];
    check(archive.deposit, 900, &swept).await;
    // A wallet proves itself, so that no index is asked.
    let before = (by_filter.log().len(), by_filter.questions());
    let holder = read(&by_filter.url(), Archive::holder(), 1, LAST).await.window;
    assert_eq!(grade(&holder).0, How::StateAndBlocks);
    let log = by_filter.log();
    let asked = log.iter().skip(before.0).flat_map(|entry| &entry.methods);
    assert!(asked.clone().count() > 0 && !asked.into_iter().any(|method| method == "trace_filter"));
}

#[tokio::test]
async fn an_index_that_leaves_out_what_is_known_is_not_believed() {
    let archive = Archive::shared();
    let (profile, faults) = (Profile::bare("empty"), Faults::none().with(Fault::EmptyIndex, 1_000));
    let proxy = ChaosProxy::start(&archive.node.url(), profile, faults);
    let found = read(&proxy.url(), Archive::payer(), 650, LAST).await.window;
    let paid = (700, Cause::Internal, 40);
    assert!(causes(&found.transfers).contains(&paid), "{:?}", found.transfers);
    assert_eq!(grade(&found), (How::StateAndBlocks, Proof::Indicative));
}

#[tokio::test]
async fn a_deposit_that_was_swept_is_seen_from_its_arrival_on() {
    let archive = Archive::shared();
    let plain = archive.without_index();
    let url = plain.url();
    let swept = [(1_000, Cause::Native, 7), (1_010, Cause::Internal, 7)];
    let long = read(&url, archive.deposit, 1_000, LAST).await.window;
    assert_eq!(causes(&long.transfers), swept);
    assert_eq!(grade(&long), (How::StateAndBlocks, Proof::Indicative));
    let short = read(&url, archive.deposit, 1_000, 1_500).await.window;
    assert_eq!(causes(&short.transfers), swept);
    assert_eq!(grade(&short), (How::BlocksAndFrames, Proof::Reconciled));
    // From before the arrival on nothing shows, and nothing is claimed.
    let blind = read(&url, archive.deposit, 900, LAST).await.window;
    assert_eq!(grade(&blind), (How::StateAndBlocks, Proof::Indicative));
}

#[tokio::test]
async fn a_long_window_needs_old_states() {
    let archive = Archive::shared();
    let proxy = archive.without_state();
    let error = try_read(&proxy.url(), Archive::holder(), 11, LAST).await.map(|_| ()).unwrap_err();
    assert!(matches!(error, Error::Missing { .. }), "{error:?}");
    let text = error.to_string();
    for part in ["eth_getTransactionCount", "block 10", "3980 blocks 11–3990", "missing trie node"]
    {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
    assert!(error.hint().is_some_and(|hint| hint.contains("archive node")));
}
