//! Long stays of stolen value, settled by the state at both ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use fundtrail_fetch::{Client, Endpoint, Node, Options, SettleRequest, Settled};
use fundtrail_model::{Address, Amount, Asset, AssetClass, ChainId, How, Proof, Window};
use fundtrail_testkit::anvil::{Anvil, AnvilOptions};
use fundtrail_testkit::chaos::{ChaosProxy, Count, Faults, Profile, Refusal, Shape, When};
use fundtrail_testkit::contracts::{Contracts, selector};
use fundtrail_testkit::rpc::Rpc;
use serde_json::{Value, json};

use crate::sandbox::Sandbox;

const CHAIN: ChainId = ChainId(1);
const VICTIM: Address = Address::repeat_byte(0xa1);
const THIEF: Address = Address::repeat_byte(0xb2);
const MULE: Address = Address::repeat_byte(0xc3);
const VAULT: Address = Address::repeat_byte(0xd4);
const NOBODY: &str = "e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5";
const TOKEN: Address = Address::repeat_byte(0x71);

/// The theft.
const ARRIVAL: u64 = 5;
/// The first thing that the thief does afterwards.
const LEAVES: u64 = 45_100;
const LAST: u64 = 45_300;
/// States from here on are kept. Before, the thief's is as it was here, since his arrival.
const KEPT: u64 = 45_000;

/// A chain on which the thief holds what he stole for 45,000 blocks.
struct Chain {
    node: Anvil,
    theft: String,
}

impl Chain {
    /// The node that another test uses already, or a new one. It ends with the last test that uses it.
    fn shared() -> Arc<Self> {
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
        (options.forgets, options.kept_states) = (true, 450);
        for from in [VICTIM, THIEF, MULE] {
            options.genesis.fund(from, Amount::from(10_u128.pow(20)));
        }
        options.genesis.place(TOKEN, Contracts::own().runtime("Rebasing"), &[]);
        options.genesis.place(VAULT, vec![0x00], &[]);
        let node = Anvil::start(&options);
        let mine = |count: u64| {
            for piece in Window::new(1, count).unwrap().aligned_pieces(4_096) {
                let count = format!("{:#x}", piece.block_count());
                let _ = node.rpc().expect("anvil_mine", &json!([count]));
            }
        };
        let call = |from: Address, function: &str, to: Address, amount: u64| {
            let selector = selector(function);
            let word: String = selector.iter().map(|byte| format!("{byte:02x}")).collect();
            let data = format!("0x{word}{:0>64}{amount:064x}", format!("{to:x}"));
            let transaction = json!([{
                "from": from, "to": TOKEN, "data": data, "gas": "0x30d40", "gasPrice": "0x77359400",
            }]);
            node.rpc().expect("eth_sendTransaction", &transaction)
        };
        mine(1);
        let _ = call(VICTIM, "mint(address,uint256)", VICTIM, 5_000);
        mine(ARRIVAL - 2);
        let theft = call(VICTIM, "transfer(address,uint256)", THIEF, 1_000);
        mine(LEAVES - ARRIVAL);
        let _ = call(THIEF, "transfer(address,uint256)", MULE, 400);
        mine(LAST + 1 - LEAVES);
        Self { theft: theft.as_str().unwrap().to_owned(), node }
    }

    /// The node as one that has every state.
    fn archive(&self) -> Archive {
        Archive::start(&self.node.url(), false)
    }
}

static SHARED: Mutex<Weak<Chain>> = Mutex::new(Weak::new());

/// Stands before the node and gives the states that it has dropped. It knows what they were: before the theft
/// the thief had as much of the token as nobody, and after it nothing changed.
struct Archive {
    url: String,
}

impl Archive {
    /// One that lies says of everybody that he holds one unit of the native coin.
    fn start(upstream: &str, lies: bool) -> Self {
        let upstream = upstream.to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let upstream = upstream.clone();
                std::thread::spawn(move || converse(stream, &upstream, lies));
            }
        });
        Self { url }
    }
}

/// Answers until the client hangs up.
fn converse(stream: TcpStream, upstream: &str, lies: bool) -> Option<()> {
    let rpc = Rpc::new(upstream.trim_start_matches("http://").parse().ok()?);
    let mut reader = BufReader::new(stream);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            let line = line.trim().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(text) = line.strip_prefix("content-length:") {
                length = text.trim().parse().ok()?;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let question: Value = serde_json::from_slice(&body).ok()?;
        let answer = match question.as_array() {
            Some(all) => all.iter().map(|one| answer_one(&rpc, one, lies)).collect(),
            None => answer_one(&rpc, &question, lies),
        };
        let text = answer.to_string();
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            text.len()
        );
        reader.get_mut().write_all(format!("{head}{text}").as_bytes()).ok()?;
    }
}

fn answer_one(rpc: &Rpc, question: &Value, lies: bool) -> Value {
    let method = question["method"].as_str().unwrap_or_default();
    let mut params = question["params"].clone();
    let states = ["eth_getBalance", "eth_getTransactionCount", "eth_getCode", "eth_call"];
    let block = params[1].as_str().and_then(|text| text.strip_prefix("0x"));
    let block = block.and_then(|hex| u64::from_str_radix(hex, 16).ok());
    if let Some(block) = block.filter(|block| states.contains(&method) && *block < KEPT) {
        params[1] = json!(format!("{KEPT:#x}"));
        if method == "eth_call" && block < ARRIVAL {
            let text = params.to_string().replace(&format!("{THIEF:x}"), NOBODY);
            params = serde_json::from_str(&text).unwrap();
        }
    }
    let mut answer = json!({"jsonrpc": "2.0", "id": question["id"]});
    match rpc.call(method, &params) {
        Ok(_) if lies && method == "eth_getBalance" => answer["result"] = json!("0x1"),
        Ok(result) => answer["result"] = result,
        Err(error) => answer["error"] = json!({"code": -32_000, "message": error.to_string()}),
    }
    answer
}

fn trace(sandbox: &Sandbox, url: &str, seed: &str, more: &[&str]) -> crate::sandbox::Outcome {
    let rpc = format!("1={url}");
    let mut arguments = vec!["trace", "--rpc", &rpc, "--chain", "1", "--case", "case.ftcase"];
    arguments.extend(["--out", "report.json"]);
    arguments.extend_from_slice(more);
    arguments.push(seed);
    sandbox.run(&arguments)
}

/// Searches for logs reach over at most 500 blocks, so that a block that is read costs something.
fn narrow(url: &str) -> ChaosProxy {
    let refusal = Refusal {
        code: -32_602,
        http: 200,
        text: "eth_getLogs is limited to a {limit} blocks range",
        data: None,
    };
    let when = When::Blocks(Shape::Any, Count::Number);
    ChaosProxy::start(url, Profile::bare("narrow").with(when, 500, refusal), Faults::none())
}

fn asked(proxy: &ChaosProxy, method: &str) -> usize {
    let log = proxy.log();
    log.iter().flat_map(|entry| &entry.methods).filter(|asked| *asked == method).count()
}

#[test]
fn a_long_stay_takes_as_many_questions_as_the_logarithm_of_its_blocks() {
    let chain = Chain::shared();
    let archive = chain.archive();
    let proxy = narrow(&archive.url);
    let sandbox = Sandbox::new();
    let outcome = trace(&sandbox, &proxy.url(), &chain.theft, &["--require-complete"]);
    // That the token did not go and come back is not proven.
    assert_eq!(outcome.code, Some(4), "{}", outcome.stderr);
    for (who, held) in [(THIEF, "0.0006"), (MULE, "0.0004")] {
        let line = format!("{} {held}", fundtrail_model::checksum(who));
        assert!(outcome.stdout.contains(&line), "{}", outcome.stdout);
    }
    let shown = sandbox.run(&["case", "show", "case.ftcase"]).success().stdout;
    let settled: Vec<&str> = shown.lines().filter(|line| line.contains("state alone")).collect();
    let of = |class: &str, proof: &str| {
        format!("{class}: blocks 3072–{} by state alone, {proof}", LEAVES / 128 * 128 - 1)
    };
    assert_eq!(settled.len(), 2, "{shown}");
    assert!(settled[0].ends_with(&of("native", "exact")), "{shown}");
    let token = format!("token {}", fundtrail_model::checksum(TOKEN));
    assert!(settled[1].ends_with(&of(&token, "indicative")), "{shown}");
    // 3,072 blocks are read before it, and the short pieces after it, for two wallets.
    let logs = asked(&proxy, "eth_getLogs");
    assert!(logs < 2 * (3_072 / 500 + 1) + 40, "{logs} searches for logs");
    let report = sandbox.read("report.json");
    let said = "settled by balances, not by reading every block: 1 address.";
    assert!(report.contains(said), "{report}");

    // Stopped again and again, it ends with the same case.
    let again = Sandbox::new();
    let outcome = (0..200)
        .map(|_| trace(&again, &archive.url, &chain.theft, &["--max-requests", "40"]))
        .find(|outcome| !outcome.stderr.contains("this run stopped when"));
    outcome.unwrap().success();
    assert_eq!(again.digest("case.ftcase"), sandbox.digest("case.ftcase"));
}

async fn settle(url: &[&str], address: Address, window: (u64, u64)) -> (Option<Settled>, u64) {
    let client =
        |url: &&str| Client::http(Endpoint::parse(url).unwrap(), Options::default()).unwrap();
    let clients: Vec<Client> = url.iter().map(client).collect();
    let node = Node::open_all(clients, None).await.unwrap();
    let request = SettleRequest {
        address,
        window: Window::new(window.0, window.1).unwrap(),
        at_least: window.0 + 99,
        grain: 1,
        assets: vec![Asset::Token(CHAIN, TOKEN)],
    };
    let before = node.client().requests_sent();
    let settled = node.settle(&request).await.unwrap();
    (settled, node.client().requests_sent() - before)
}

#[tokio::test]
async fn the_first_change_ends_what_is_settled() {
    let chain = Chain::shared();
    let archive = chain.archive();
    let check = async |address, window: (u64, u64), expected: Option<(u64, bool)>, most: u64| {
        let (settled, requests) = settle(&[&archive.url], address, window).await;
        let found = settled.as_ref().map(|found| (found.window.window.last(), found.is_whole));
        assert_eq!(found, expected, "{window:?}");
        assert!(requests <= most, "{requests} requests in {window:?}");
        for coverage in settled.iter().flat_map(|settled| &settled.window.coverage) {
            let proof = match coverage.class {
                AssetClass::Native => Proof::Exact,
                class => {
                    assert_eq!(class, AssetClass::Token(TOKEN));
                    Proof::Indicative
                }
            };
            assert_eq!((coverage.how, coverage.proof), (How::StateAlone, proof));
        }
    };
    // Nothing happened: two looks of three questions, the code, and the two blocks.
    check(THIEF, (6, LEAVES - 1), Some((LEAVES - 1, true)), 10).await;
    check(THIEF, (6, LAST), Some((LEAVES - 1, false)), 10 + 3 * 17 + 1).await;
    // The theft itself, too soon, and just late enough.
    check(THIEF, (1, LAST), None, 12).await;
    check(THIEF, (LEAVES - 98, LAST), None, 12 + 3 * 9).await;
    check(THIEF, (LEAVES - 100, LAST), Some((LEAVES - 1, false)), 12 + 3 * 9).await;
    // A token arrives, and nothing is signed.
    check(MULE, (KEPT, LAST), Some((LEAVES - 1, false)), 10 + 9 + 2).await;
    // Code may do what it likes between two looks.
    check(VAULT, (KEPT, LAST), None, 2).await;
}

#[tokio::test]
async fn another_endpoint_has_to_say_the_same() {
    let chain = Chain::shared();
    let archive = chain.archive();
    let other = chain.archive();
    let window = (6, LEAVES - 1);
    let (settled, _) = settle(&[&archive.url, &other.url], THIEF, window).await;
    assert!(settled.is_some_and(|settled| settled.is_whole));
    let liar = Archive::start(&chain.node.url(), true);
    for urls in [[archive.url.as_str(), liar.url.as_str()], [&liar.url, &archive.url]] {
        assert_eq!(settle(&urls, THIEF, window).await.0, None);
    }
    // One that does not have the states is no reason.
    let refusal =
        Refusal { code: -32_000, http: 200, text: "missing trie node 12 (path )", data: None };
    let methods = When::Method(&["eth_getBalance", "eth_call", "eth_getTransactionCount"]);
    let profile = Profile::bare("without").with(methods, 0, refusal);
    let without = ChaosProxy::start(&archive.url, profile, Faults::none());
    let (settled, _) = settle(&[&archive.url, &without.url()], THIEF, window).await;
    assert!(settled.is_some_and(|settled| settled.is_whole));
    assert_eq!(settle(&[&without.url()], THIEF, window).await.0, None);
}

/// A chain on which two hold a part of what was stolen for as long, and one of them sends the other another token
/// meanwhile.
fn chain_with_news() -> (Anvil, String) {
    const OTHER: Address = Address::repeat_byte(0x72);
    let mut options = AnvilOptions::new(CHAIN.0, 1_700_000_000);
    (options.forgets, options.kept_states) = (true, 8_000);
    for from in [VICTIM, THIEF, MULE] {
        options.genesis.fund(from, Amount::from(10_u128.pow(20)));
    }
    for token in [TOKEN, OTHER] {
        options.genesis.place(token, Contracts::own().runtime("Coin"), &[]);
    }
    let node = Anvil::start(&options);
    let mine = |count: u64| {
        let _ = node.rpc().expect("anvil_mine", &json!([format!("{count:#x}")]));
    };
    let call = |from: Address, token: Address, function: &str, to: Address, amount: u64| {
        let selector: String =
            selector(function).iter().map(|byte| format!("{byte:02x}")).collect();
        let data = format!("0x{selector}{:0>64}{amount:064x}", format!("{to:x}"));
        let transaction = json!([{
            "from": from, "to": token, "data": data, "gas": "0x30d40", "gasPrice": "0x77359400",
        }]);
        let hash = node.rpc().expect("eth_sendTransaction", &transaction);
        mine(1);
        hash
    };
    for (token, to) in [(TOKEN, VICTIM), (OTHER, MULE)] {
        let _ = call(VICTIM, token, "mint(address,uint256)", to, 1_000);
    }
    let theft = call(VICTIM, TOKEN, "transfer(address,uint256)", THIEF, 1_000);
    for to in [MULE, VAULT] {
        let _ = call(THIEF, TOKEN, "transfer(address,uint256)", to, 400);
    }
    mine(3_500);
    let _ = call(MULE, OTHER, "transfer(address,uint256)", VAULT, 7);
    mine(4_500);
    (node, theft.as_str().unwrap().to_owned())
}

/// What is asked for side by side is not told of each other's transfers, and what is asked for one by one is.
#[test]
fn what_is_settled_does_not_depend_on_what_was_known_when_it_was_asked_for() {
    let (node, theft) = chain_with_news();
    let digest = |more: &[&str]| {
        let sandbox = Sandbox::new();
        trace(&sandbox, &node.url(), &theft, more).success();
        let shown = sandbox.run(&["case", "show", "case.ftcase"]).success().stdout;
        assert!(shown.contains("state alone"), "{shown}");
        (sandbox.digest("case.ftcase"), shown)
    };
    let (side_by_side, one_by_one) = (digest(&[]), digest(&["--record", "session"]));
    assert_eq!(side_by_side.0, one_by_one.0, "{}\n{}", side_by_side.1, one_by_one.1);
}
