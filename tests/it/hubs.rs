//! Hubs: addresses that show that they are crowded before their history is downloaded.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use fundtrail_fetch::{Client, Endpoint, Node, Options, WindowRequest};
use fundtrail_model::{
    Address, Amount, ChainId, Coverage, Crowd, CrowdSize, FetchedWindow, Transfer, Window,
};
use fundtrail_testkit::anvil::{Anvil, AnvilOptions};
use fundtrail_testkit::chaos::{ChaosProxy, Count, Faults, Profile, Refusal, Shape, When};
use serde_json::{Value, json};

use crate::live::assert_closes;
use crate::sandbox::{Outcome, Sandbox};

const CHAIN: ChainId = ChainId(1);
const VICTIM: Address = Address::repeat_byte(0xa1);
const THIEF: Address = Address::repeat_byte(0xb2);
/// Holds what it gets.
const FRIEND: Address = Address::repeat_byte(0xc3);
/// Pays a token to [`SPRAYED`] others in every block of a while.
pub(crate) const HUB: Address = Address::repeat_byte(0xd4);
/// Signs [`SIGNED`] transactions in the same while, all of them to one other.
pub(crate) const BOT: Address = Address::repeat_byte(0xe5);
const OTHER: Address = Address::repeat_byte(0xf6);
/// Reports payments of a token: of whom, to whom first, to how many.
const SPRAYER: Address = Address::repeat_byte(0x71);
const SPRAYER_CODE: &str = "60016000526000\
     5b60403581101560455780602035016000357fddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef\
     60206000a3600101600756\
     5b00";

const THEFT: u64 = 10;
/// The thief pays everybody.
const SPLIT: u64 = 12;
const BUSY: std::ops::RangeInclusive<u64> = 13..=72;
const SPRAYED: u64 = 40;
const SIGNED: u64 = 120;
const LAST: u64 = 150;
const GATE: u32 = 50;

pub(crate) struct Chain {
    pub(crate) node: Anvil,
    pub(crate) theft: String,
    /// The payment to the hub.
    payment: String,
}

impl Chain {
    /// The node that another test uses already, or a new one. It ends with the last test that uses it.
    pub(crate) fn shared() -> Arc<Self> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(chain) = shared.upgrade() {
            return chain;
        }
        let chain = Arc::new(Self::start());
        *shared = Arc::downgrade(&chain);
        chain
    }

    fn start() -> Self {
        let mut options = AnvilOptions::new(CHAIN.0, 1_700_000_000);
        for who in [VICTIM, BOT, OTHER] {
            options.genesis.fund(who, Amount::from(10_u128.pow(20)));
        }
        let code = SPRAYER_CODE.replace(' ', "");
        let byte = |place: usize| u8::from_str_radix(&code[place..place + 2], 16).unwrap();
        let code = (0..code.len()).step_by(2).map(byte).collect();
        options.genesis.place(SPRAYER, code, &[]);
        let node = Anvil::start(&options);
        let mine = |count: u64| {
            let _ = node.rpc().expect("anvil_mine", &json!([format!("{count:#x}")]));
        };
        let send = |from: Address, nonce: u64, to: Address, value: u128, data: &str, gas: u64| {
            let transaction = json!([{
                "from": from, "to": to, "value": format!("{value:#x}"), "data": data,
                "gas": format!("{gas:#x}"), "gasPrice": "0x77359400", "nonce": format!("{nonce:#x}"),
            }]);
            let hash = node.rpc().expect("eth_sendTransaction", &transaction);
            hash.as_str().unwrap().to_owned()
        };
        let coin = 10_u128.pow(18);
        mine(THEFT - 1);
        let theft = send(VICTIM, 0, THIEF, 10 * coin, "0x", 21_000);
        mine(SPLIT - THEFT);
        let payment = send(THIEF, 0, HUB, 4 * coin, "0x", 21_000);
        let _ = send(THIEF, 1, FRIEND, 3 * coin, "0x", 21_000);
        let _ = send(THIEF, 2, BOT, coin, "0x", 21_000);
        mine(1);
        let per_block = SIGNED / (BUSY.end() + 1 - BUSY.start());
        for (place, _) in (0..).zip(BUSY) {
            let first = 0x1000 + place * SPRAYED;
            let data = format!("0x{:0>64}{first:064x}{SPRAYED:064x}", format!("{HUB:x}"));
            let _ = send(OTHER, place, SPRAYER, 0, &data, 1_000_000);
            for count in 0..per_block {
                let _ = send(BOT, place * per_block + count, OTHER, 1, "0x", 21_000);
            }
            mine(1);
        }
        mine(LAST + 2 - BUSY.end());
        Self { node, theft, payment }
    }

    fn proxy(&self, profile: Profile) -> ChaosProxy {
        ChaosProxy::start(&self.node.url(), profile, Faults::none())
    }
}

static SHARED: Mutex<Weak<Chain>> = Mutex::new(Weak::new());

/// So many blocks at once for a search, and no more.
fn short_ranges() -> Profile {
    let text = "block range is too wide (maximum {limit})";
    let refusal = Refusal { code: -32_600, http: 200, text, data: None };
    Profile::bare("short").with(When::Blocks(Shape::Any, Count::Number), 4, refusal)
}

async fn read(urls: &[String], addresses: &[Address], gate: Option<u32>) -> FetchedWindow {
    let open = |url: &String| Client::http(Endpoint::parse(url).unwrap(), Options::default());
    let clients = urls.iter().map(|url| open(url).unwrap()).collect();
    let node = Node::open_all(clients, None).await.unwrap();
    let request = WindowRequest {
        addresses: addresses.to_vec(),
        window: Window::new(SPLIT, LAST).unwrap(),
        wrapped_native: vec![],
        balances_of: vec![],
        known: vec![],
        gate,
    };
    node.window(&request).await.unwrap()
}

/// What is told of one address.
fn of(window: &FetchedWindow, who: Address) -> (Vec<Transfer>, Vec<Coverage>) {
    let is_own = |found: &&Transfer| [found.from, found.to].contains(&Some(who));
    let coverage = window.coverage.iter().filter(|found| found.address == who);
    (window.transfers.iter().filter(is_own).copied().collect(), coverage.copied().collect())
}

const fn crowd(address: Address, last: u64, size: CrowdSize) -> Crowd {
    Crowd { chain: CHAIN, address, window: Window::new(SPLIT, last).unwrap(), size }
}

#[tokio::test]
async fn who_is_crowded_is_not_read_and_the_others_are() {
    let chain = Chain::shared();
    let all = [HUB, FRIEND, BOT];
    let [gated, open, short] =
        [Profile::bare("bare"), Profile::bare("bare"), short_ranges()].map(|p| chain.proxy(p));
    let found = read(&[gated.url()], &all, Some(GATE)).await;
    let whole = read(&[open.url()], &all, None).await;
    // At the end of the second block of the while; the nonce is known at the end of the window alone.
    let crowds = [
        crowd(HUB, SPLIT + 2, CrowdSize::Counterparties(80)),
        crowd(BOT, LAST, CrowdSize::Signed(SIGNED)),
    ];
    assert_eq!(found.crowds, crowds);
    assert_eq!(whole.crowds, []);
    assert_eq!(found.addresses, whole.addresses);
    for who in [HUB, BOT] {
        assert_eq!(of(&found, who), (vec![], vec![]), "{who:?}");
        assert!(!of(&whole, who).0.is_empty() && of(&whole, who).1.len() == 2, "{who:?}");
    }
    assert_eq!(of(&found, FRIEND), of(&whole, FRIEND));
    assert_eq!(found.transfers, of(&whole, FRIEND).0);
    assert!(
        10 * gated.questions() < open.questions(),
        "{} {}",
        gated.questions(),
        open.questions()
    );

    // However the answers are cut, it is known in the same block; then nothing more is asked about the hub.
    assert_eq!(read(&[short.url()], &all, Some(GATE)).await, found);
    let alone = read(&[short.url()], &[HUB], Some(GATE)).await;
    assert_eq!((alone.crowds, alone.transfers), (crowds[..1].to_vec(), vec![]));
    assert_eq!(alone.window, found.window);
    let searches = || {
        let log = short.log();
        log.iter()
            .flat_map(|entry| &entry.methods)
            .filter(|method| *method == "eth_getLogs")
            .count()
    };
    let before = searches();
    let _ = read(&[short.url()], &[HUB], Some(GATE)).await;
    let few = searches() - before;
    let blocks = usize::try_from(LAST - SPLIT).unwrap();
    assert!(few < blocks / 4, "{few} searches, and {} would be all", 2 * blocks / 4);
}

#[tokio::test]
async fn without_old_states_who_signs_too_much_is_known_from_the_blocks() {
    let chain = Chain::shared();
    let text = "missing trie node 12 (path )";
    let refusal = Refusal { code: -32_000, http: 200, text, data: None };
    let stateless = || {
        let old = When::Method(&["eth_getTransactionCount"]);
        chain.proxy(Profile::bare("stateless").with(old, 0, refusal))
    };
    let [gated, open] = [stateless(), stateless()];
    let found = read(&[gated.url()], &[FRIEND, BOT], Some(GATE)).await;
    let whole = read(&[open.url()], &[FRIEND, BOT], None).await;
    // Two in each block of the while: 52 are more than 50.
    assert_eq!(found.crowds, [crowd(BOT, BUSY.start() + 25, CrowdSize::Signed(52))]);
    assert_eq!(of(&found, FRIEND), of(&whole, FRIEND));
    assert_eq!(of(&found, BOT), (vec![], vec![]));
    let receipts = |proxy: &ChaosProxy| {
        let log = proxy.log();
        let asked = log.iter().flat_map(|entry| &entry.methods);
        asked.filter(|method| *method == "eth_getTransactionReceipt").count()
    };
    let all = usize::try_from(SIGNED).unwrap();
    assert!(receipts(&open) >= all && 2 * receipts(&gated) < all, "{}", receipts(&gated));
}

#[tokio::test]
async fn a_second_endpoint_has_to_say_the_same() {
    let chain = Chain::shared();
    let proxies = [chain.proxy(Profile::bare("bare")), chain.proxy(Profile::bare("bare"))];
    let urls: Vec<String> = proxies.iter().map(ChaosProxy::url).collect();
    let found = read(&urls, &[HUB], Some(GATE)).await;
    assert_eq!(found.crowds, [crowd(HUB, SPLIT + 2, CrowdSize::Counterparties(80))]);
    for proxy in &proxies {
        let log = proxy.log();
        let mut asked = log.iter().flat_map(|entry| &entry.methods);
        assert!(asked.any(|method| method == "eth_getLogs"), "one was believed");
    }
}

fn trace(sandbox: &Sandbox, url: &str, case: &str, more: &[&str]) -> Outcome {
    let rpc = format!("ethereum={url}");
    let what = ["trace", "--as-of", "2026-11-23", "--chain", "1", "--rpc", &rpc, "--case", case];
    sandbox.run(&[&what[..], &["--out", "report.json"], more].concat())
}

fn report(sandbox: &Sandbox) -> Value {
    let report: Value = serde_json::from_str(&sandbox.read("report.json")).unwrap();
    assert_closes(&report);
    report
}

/// Class and reason of what ended at this address.
fn ending(report: &Value, who: Address) -> (String, String) {
    let who = format!("{who:?}");
    let endings = report["endings"].as_array().unwrap();
    let is_there = |ending: &&Value| {
        ending["at"]["address"].as_str().is_some_and(|at| at.eq_ignore_ascii_case(&who))
    };
    let ending = endings.iter().find(is_there).unwrap_or_else(|| panic!("{report:#}"));
    let text = |field: &str| ending[field].as_str().unwrap().to_owned();
    (text("class"), text("why"))
}

#[test]
fn a_trace_ends_at_a_hub_without_downloading_it() {
    let chain = Chain::shared();
    let sandbox = Sandbox::new();
    let proxy = chain.proxy(Profile::bare("bare"));
    let gate = ["--max-counterparties", "50", chain.theft.as_str()];
    trace(&sandbox, &proxy.url(), "case.ftcase", &gate).success();
    let (few, first) = (proxy.questions(), report(&sandbox));
    let hub = "hub: at least 80 counterparties in blocks 12–14, more than the limit of 50; history not downloaded";
    assert_eq!(ending(&first, HUB), ("hub".to_owned(), hub.to_owned()));
    let (class, why) = ending(&first, BOT);
    assert_eq!(class, "hub");
    assert!(why.starts_with("hub: signed 120 transactions in blocks 12–"), "{why}");
    assert_eq!(ending(&first, FRIEND).0, "held");
    let digest = sandbox.digest("case.ftcase");

    // Stopped and gone on with, it is the same case; and once it is done nothing is asked again.
    let budget = ["--max-requests", "25"];
    for runs in 1.. {
        let outcome =
            trace(&sandbox, &proxy.url(), "parts.ftcase", &[&budget[..], &gate].concat()).success();
        if !outcome.stderr.contains("this run stopped when") {
            assert!(2 < runs, "one run was enough");
            break;
        }
        assert!(runs < 40, "a budget that gets nowhere");
    }
    assert_eq!(sandbox.digest("parts.ftcase"), digest);
    // So it is where the run is killed.
    for allowed in [few / 5, few / 2, few / 5] {
        let before = proxy.questions();
        let rpc = format!("ethereum={}", proxy.url());
        let what = ["trace", "--as-of", "2026-11-23", "--chain", "1", "--rpc", &rpc];
        let mut child = sandbox.start(
            &[&what[..], &["--case", "killed.ftcase", "--out", "killed.json"], &gate].concat(),
        );
        while proxy.questions() < before + allowed && child.try_wait().unwrap().is_none() {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    trace(&sandbox, &proxy.url(), "killed.ftcase", &gate).success();
    assert_eq!(sandbox.digest("killed.ftcase"), digest);
    let before = proxy.questions();
    trace(&sandbox, &proxy.url(), "case.ftcase", &gate).success();
    assert!(proxy.questions() - before < few / 2, "{}", proxy.questions() - before);
    assert_eq!((report(&sandbox), sandbox.digest("case.ftcase")), (first, digest));

    // A higher gate has them looked at, in the same case as in a new one.
    let before = proxy.questions();
    let open = ["--max-counterparties", "5000", chain.theft.as_str()];
    trace(&sandbox, &proxy.url(), "case.ftcase", &open).success();
    let many = proxy.questions() - before;
    assert!(2 * few < many, "{few} and {many}");
    let whole = report(&sandbox);
    for who in [HUB, FRIEND] {
        assert_eq!(ending(&whole, who).0, "held");
    }
    trace(&sandbox, &proxy.url(), "new.ftcase", &open).success();
    assert_eq!(report(&sandbox)["endings"], whole["endings"]);
}

#[test]
fn a_crowded_holder_of_a_seed_is_said_to_be_one() {
    let chain = Chain::shared();
    let sandbox = Sandbox::new();
    let url = chain.node.url();
    let gate = ["--max-counterparties", "50", chain.payment.as_str(), "--require-complete"];
    let outcome = trace(&sandbox, &url, "case.ftcase", &gate);
    assert_eq!(outcome.code, Some(4), "{}{}", outcome.stdout, outcome.stderr);
    let gated = report(&sandbox);
    assert_eq!(ending(&gated, HUB).0, "hub");
    let reservations = gated["certainty"]["reservations"].to_string();
    assert!(reservations.contains("THE SEED IS NOT FOLLOWED FROM THERE"), "{reservations}");
    assert!(reservations.contains("a higher --max-counterparties"), "{reservations}");
    let open = ["--max-counterparties", "5000", chain.payment.as_str()];
    trace(&sandbox, &url, "case.ftcase", &open).success();
    assert_eq!(ending(&report(&sandbox), HUB).0, "held");
}
