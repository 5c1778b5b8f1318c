//! Endpoints that answer `[]` for what is there, or tell of what is not.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ethers_core::utils::keccak256;
use fundtrail_model::{Address, H256, Oracle, Transfer, Window};
use serde_json::{Value, json};

use crate::client::tests::server::{Server, page};
use crate::decode::token;
use crate::wire::tests::over;
use crate::{Client, Endpoint, Error, Node, Options};

const HEAD: u64 = 299;
const TOKEN: Address = Address::repeat_byte(5);
const PAYER: Address = Address::repeat_byte(1);
const PAYEE: Address = Address::repeat_byte(2);
const STRANGER: Address = Address::repeat_byte(3);
const ISSUER: Address = Address::repeat_byte(4);
/// Blocks in which the issuer freezes the payee, too.
const FREEZES: [u64; 2] = [125, 225];

/// What is wrong with an endpoint.
#[derive(Clone, Copy, Default)]
struct Flaws {
    /// It has no logs of the blocks before this one, and does not say so.
    logs_from: u64,
    /// It leaves out the logs of this account in answers for more than one block.
    hides: Option<Address>,
    /// The receiver of its transfers is another one.
    alters: bool,
    /// Its receipts say what its logs say.
    alters_receipts: bool,
    /// Its headers have no filter.
    has_no_blooms: bool,
    /// It takes a second for logs.
    stalls: bool,
}

/// An endpoint, and the methods that it was asked for.
struct Flawed {
    server: Server,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Flawed {
    async fn start(flaws: Flaws) -> Self {
        let asked = Arc::new(Mutex::new(vec![]));
        let notes = Arc::clone(&asked);
        let delay = move |body: &Value| match flaws.stalls {
            true if body.to_string().contains("eth_getLogs") => Duration::from_secs(1),
            _ => Duration::ZERO,
        };
        let server = Server::start_late(delay, move |_, body| {
            let answer = |question: &Value| {
                let method = question["method"].as_str().unwrap();
                notes.lock().unwrap().push(method.to_owned());
                json!({"jsonrpc": "2.0", "id": question["id"], "result": result(flaws, method, &question["params"])})
            };
            let answers = match body.as_array() {
                Some(batch) => batch.iter().map(answer).collect(),
                None => answer(body),
            };
            page(&answers.to_string())
        })
        .await;
        Self { server, asked }
    }

    fn client(&self) -> Client {
        Client::http(Endpoint::parse(&self.server.url).unwrap(), Options::default()).unwrap()
    }

    fn count(&self, method: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|asked| *asked == method).count()
    }
}

fn number(value: &Value) -> u64 {
    u64::from_str_radix(value.as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
}

/// In each tenth block the payer pays, in each other one strangers pay each other.
fn log_of(block: u64, flaws: Flaws) -> Value {
    let (from, to) = if block.is_multiple_of(10) { (PAYER, PAYEE) } else { (STRANGER, STRANGER) };
    let to = if flaws.alters && from == PAYER { Address::repeat_byte(9) } else { to };
    json!({
        "address": TOKEN, "blockNumber": format!("{block:#x}"), "logIndex": "0x0",
        "blockHash": H256::from_low_u64_be(0xb000 + block), "transactionIndex": "0x0",
        "topics": [token::transfer_topic(), H256::from(from), H256::from(to)],
        "data": format!("0x{block:064x}"), "transactionHash": H256::from_low_u64_be(block),
    })
}

/// The issuer freezes the payee, or, if it is altered, another one.
fn freeze_of(block: u64, flaws: Flaws) -> Value {
    let who = if flaws.alters { Address::repeat_byte(9) } else { PAYEE };
    let transaction = H256::from_low_u64_be(0x1000 + block);
    let frozen = H256(keccak256("Blacklisted(address)"));
    json!({
        "address": ISSUER, "topics": [frozen, H256::from(who)], "data": "0x", "logIndex": "0x1",
        "blockHash": H256::from_low_u64_be(0xb000 + block), "blockNumber": format!("{block:#x}"),
        "transactionIndex": "0x1", "transactionHash": transaction,
    })
}

fn logs_of(block: u64, flaws: Flaws) -> impl Iterator<Item = Value> {
    let freeze = FREEZES.contains(&block).then(|| freeze_of(block, flaws));
    [log_of(block, flaws)].into_iter().chain(freeze)
}

fn header(block: u64, flaws: Flaws) -> Value {
    let logs: Vec<Value> = logs_of(block, Flaws::default()).collect();
    let topics = logs.iter().flat_map(|log| log["topics"].as_array().unwrap().clone());
    let topics: Vec<H256> = topics.map(|topic| serde_json::from_value(topic).unwrap()).collect();
    let mut items: Vec<&[u8]> = topics.iter().map(H256::as_bytes).collect();
    items.extend([TOKEN.as_bytes(), ISSUER.as_bytes()].iter().take(logs.len()));
    let bloom = if flaws.has_no_blooms { "0x".to_owned() } else { over(&items) };
    json!({
        "number": format!("{block:#x}"), "hash": H256::from_low_u64_be(0xb000 + block),
        "parentHash": H256::from_low_u64_be(0xafff + block), "timestamp": format!("{:#x}", 12 * block),
        "logsBloom": bloom, "transactions": [],
    })
}

fn result(flaws: Flaws, method: &str, params: &Value) -> Value {
    match method {
        "eth_chainId" => json!("0x1"),
        "eth_getBlockByNumber" => match params[0].as_str().unwrap() {
            "latest" | "finalized" => header(HEAD, flaws),
            text => header(number(&json!(text)), flaws),
        },
        "eth_getLogs" => {
            let filter = &params[0];
            let (first, last) = (number(&filter["fromBlock"]), number(&filter["toBlock"]));
            let topics = filter["topics"].as_array().cloned().unwrap_or_default();
            let matches = |log: &Value| {
                let fits = (0..).zip(&topics).all(|(place, allowed): (usize, &Value)| {
                    allowed.as_array().is_none_or(|allowed| allowed.contains(&log["topics"][place]))
                });
                let hidden = flaws.hides.filter(|_| first < last);
                let is_of = filter.get("address").is_none_or(|of| log["address"] == *of);
                fits && is_of
                    && hidden.is_none_or(|hidden| {
                        !log["topics"].as_array().unwrap().contains(&json!(H256::from(hidden)))
                    })
            };
            let logs = (first.max(flaws.logs_from)..=last).flat_map(|block| logs_of(block, flaws));
            logs.filter(matches).collect()
        }
        "eth_getTransactionReceipt" => {
            let block = number(&params[0]);
            let flaws = Flaws { alters: flaws.alters && flaws.alters_receipts, ..flaws };
            let log = match block.checked_sub(0x1000) {
                Some(block) => freeze_of(block, flaws),
                None => log_of(block, flaws),
            };
            json!({"logs": [log]})
        }
        other => panic!("nobody asks for {other}"),
    }
}

/// What is found of these accounts in these blocks, headers included.
async fn scan(
    node: &Node,
    accounts: &[Address],
    first: u64,
    last: u64,
) -> Result<Vec<Transfer>, Error> {
    let addresses: BTreeSet<Address> = accounts.iter().copied().collect();
    let window = Window::new(first, last).unwrap();
    let scan = node.scan_logs(&addresses, &BTreeSet::new(), window, None).await?;
    let mut headers: Vec<_> = scan.end.into_iter().collect();
    for transfer in &scan.transfers {
        let number = transfer.position.block;
        let call = super::super::numbered_header_call(number);
        let answer = node.client().ask(&call).await?;
        headers.push(node.whole_header(number, &call, &answer)?);
    }
    node.check_headers(&addresses, &BTreeSet::new(), &scan.transfers, &headers).await?;
    Ok(scan.transfers)
}

async fn alone(flaws: Flaws) -> (Node, Flawed) {
    let endpoint = Flawed::start(flaws).await;
    (Node::open(endpoint.client(), None).await.unwrap(), endpoint)
}

#[tokio::test]
async fn who_has_dropped_its_logs_is_not_believed() {
    let (node, endpoint) = alone(Flaws { logs_from: 200, ..Flaws::default() }).await;
    // What it has, it gives.
    assert_eq!(scan(&node, &[PAYER], 201, 299).await.unwrap().len(), 9);
    let error = scan(&node, &[PAYER], 1, 150).await.unwrap_err();
    let expected = format!(
        "{} does not have the data for eth_getLogs: it gives no logs of block 1, whose header says that there are some (code 0)",
        endpoint.server.origin()
    );
    assert_eq!(error.to_string(), expected);
}

#[tokio::test]
async fn an_empty_answer_is_tried_once() {
    let nobody = Address::repeat_byte(0x77);
    let (node, endpoint) = alone(Flaws::default()).await;
    for (first, logs, headers) in [(101, 3, 2), (201, 5, 3), (51, 8, 5)] {
        assert_eq!(scan(&node, &[nobody], first, first + 49).await.unwrap(), []);
        let asked = (endpoint.count("eth_getLogs"), endpoint.count("eth_getBlockByNumber"));
        // Two questions and a header each; and for the first, and for older blocks, one more of both.
        assert_eq!(asked, (logs, headers), "{first}");
    }
    // Where headers say nothing, nothing can be tried, and that is not tried for ever.
    let (node, endpoint) = alone(Flaws { has_no_blooms: true, ..Flaws::default() }).await;
    for first in [200, 150, 100, 50, 1] {
        assert_eq!(scan(&node, &[nobody], first, first + 49).await.unwrap(), []);
    }
    assert_eq!((endpoint.count("eth_getLogs"), endpoint.count("eth_getBlockByNumber")), (10, 8));
}

#[tokio::test]
async fn another_endpoint_has_what_one_has_dropped() {
    let [dropped, whole] = [
        Flawed::start(Flaws { logs_from: 200, ..Flaws::default() }).await,
        Flawed::start(Flaws::default()).await,
    ];
    let node = Node::open_all(vec![dropped.client(), whole.client()], None).await.unwrap();
    assert_eq!(scan(&node, &[PAYER], 1, 150).await.unwrap().len(), 15);
}

#[tokio::test]
async fn headers_and_logs_must_say_the_same() {
    let check = async |flaws: Flaws, last: u64, expected: Result<usize, &str>| {
        let (node, _endpoint) = alone(flaws).await;
        let found = scan(&node, &[PAYER, PAYEE], 5, last).await.map(|found| found.len());
        match (found, expected) {
            (Ok(found), Ok(expected)) => assert_eq!(found, expected),
            (Err(Error::Inconsistent { what, .. }), Err(expected)) => assert_eq!(what, expected),
            (found, expected) => panic!("{found:?}, not {expected:?}"),
        }
    };
    check(Flaws::default(), 20, Ok(2)).await;
    let altered = Flaws { alters: true, ..Flaws::default() };
    let denied = "the header of the block and the receipt deny the log at 10/0/log0";
    check(altered, 15, Err(denied)).await;
    // Some chains have logs that their filters do not know.
    check(Flaws { alters_receipts: true, ..altered }, 15, Ok(1)).await;
    check(Flaws { has_no_blooms: true, ..altered }, 15, Ok(1)).await;
    let hiding = Flaws { hides: Some(PAYER), ..Flaws::default() };
    check(hiding, 20, Err("the log at 20/0/log0 was left out of a longer answer")).await;
    // The header of the last block says nothing of the blocks before it.
    check(hiding, 19, Ok(0)).await;
}

#[tokio::test]
async fn a_sample_of_what_is_empty_is_asked_for_elsewhere() {
    let [hiding, honest] = [
        Flawed::start(Flaws { hides: Some(PAYER), ..Flaws::default() }).await,
        Flawed::start(Flaws::default()).await,
    ];
    let node = Node::open_all(vec![hiding.client(), honest.client()], None).await.unwrap();
    let mut caught = 0;
    // The windows end where the header does not give it away.
    for first in 5..205 {
        let before = honest.count("eth_getLogs");
        match scan(&node, &[PAYER], first, first / 10 * 10 + 19).await {
            Ok(found) if honest.count("eth_getLogs") == before => assert_eq!(found, []),
            Ok(found) => assert!(!found.is_empty(), "asked, and not heard"),
            Err(Error::Inconsistent { host, what }) => {
                assert_eq!(host, hiding.server.origin());
                assert!(what.starts_with("it left out the log at "), "{what}");
                caught += 1;
                break;
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(caught, 1);
    let doubted = node.doubted();
    assert_eq!(doubted.len(), 1);
    assert_eq!(doubted[0].host, hiding.server.origin());
}

#[tokio::test]
async fn who_tells_of_what_no_receipt_holds_is_not_believed_against_others() {
    let [honest, altering] = [
        Flawed::start(Flaws::default()).await,
        Flawed::start(Flaws { alters: true, has_no_blooms: true, ..Flaws::default() }).await,
    ];
    let node = Node::open_all(vec![honest.client(), altering.client()], None).await.unwrap();
    // The altering one makes up payments to this one.
    let framed = Address::repeat_byte(9);
    for first in 5..205 {
        assert_eq!(scan(&node, &[framed], first, first / 10 * 10 + 19).await.unwrap(), []);
    }
    let doubted = node.doubted();
    assert_eq!(doubted.len(), 1, "{doubted:?}");
    assert_eq!(doubted[0].host, altering.server.origin());
    assert!(doubted[0].why.starts_with("it gave a log at "), "{doubted:?}");
}

#[tokio::test]
async fn what_issuers_did_is_believed_like_transfers() {
    let check =
        async |flaws: &[Flaws], expected: &[u64], missing: Option<u64>, caught: &[usize]| {
            let mut endpoints = vec![];
            for flaws in flaws {
                endpoints.push(Flawed::start(*flaws).await);
            }
            let clients = endpoints.iter().map(Flawed::client).collect();
            let node = Node::open_all(clients, None).await.unwrap();
            let (issuers, window) = ([(Oracle::Circle, ISSUER)], Window::new(1, 299).unwrap());
            let told =
                node.freezes(&issuers, &[PAYEE, Address::repeat_byte(9)], window).await.unwrap();
            let framed = told.found.iter().filter(|freeze| freeze.address != PAYEE).count();
            assert_eq!(framed, 0, "{told:?}");
            let blocks: Vec<u64> = told.found.iter().map(|freeze| freeze.block).collect();
            let missing: BTreeMap<Oracle, u64> =
                missing.map(|last| (Oracle::Circle, last)).into_iter().collect();
            assert_eq!((blocks.as_slice(), told.missing), (expected, missing));
            let origin = |place: &usize| endpoints[*place].server.origin();
            let caught: Vec<&str> = caught.iter().map(origin).collect();
            let doubted: Vec<String> = node.doubted().into_iter().map(|of| of.host).collect();
            assert_eq!(doubted, caught);
        };
    let honest = Flaws::default();
    let dropped = Flaws { logs_from: 200, ..honest };
    let hiding = Flaws { hides: Some(PAYEE), ..honest };
    let altering = Flaws { alters: true, ..honest };
    let sure = Flaws { alters_receipts: true, ..altering };
    check(&[honest], &FREEZES, None, &[]).await;
    check(&[Flaws { has_no_blooms: true, ..honest }], &FREEZES, None, &[]).await;
    // Old logs are gone, and the answer is not even empty.
    check(&[dropped], &[225], Some(199), &[]).await;
    check(&[Flaws { logs_from: 250, ..honest }], &[], Some(249), &[]).await;
    check(&[dropped, honest], &FREEZES, None, &[]).await;
    for lying in [hiding, altering] {
        check(&[lying, honest], &FREEZES, None, &[0]).await;
        check(&[honest, lying], &FREEZES, None, &[1]).await;
    }
    // Where nobody can tell who is right, nothing is said of the blocks up to there.
    check(&[honest, sure], &[], Some(225), &[0, 1]).await;
}

#[tokio::test]
async fn a_window_that_holds_too_much_ends_early_and_goes_on() {
    let (node, endpoint) = alone(Flaws::default()).await;
    let (mut first, mut found, mut ends) = (1, vec![], vec![]);
    while let Some(window) = Window::new(first, 150) {
        let addresses = BTreeSet::from([STRANGER]);
        let scan =
            node.scan_most_logs(&addresses, &BTreeSet::new(), window, (50, None)).await.unwrap();
        found.extend(scan.transfers);
        ends.push(scan.window.last());
        first = scan.window.last() + 1;
    }
    // Nine of ten blocks hold one.
    assert_eq!(ends, [55, 111, 150]);
    assert_eq!(found.len(), 135);
    // A first piece of 128 blocks and the rest: what was found beyond an end is kept.
    assert_eq!(endpoint.count("eth_getLogs"), 4);
}

#[tokio::test]
async fn logs_that_another_one_gave_do_not_show_that_an_endpoint_has_them() {
    let gone = Flawed::start(Flaws { logs_from: 200, stalls: true, ..Flaws::default() }).await;
    let whole = Flawed::start(Flaws::default()).await;
    let clients = [&gone, &whole].map(|flawed| {
        let hedge_after = Some(Duration::from_millis(100));
        let options = Options { hedge_after, ..Options::default() };
        Client::http(Endpoint::parse(&flawed.server.url).unwrap(), options).unwrap()
    });
    let node = Node::open_all(clients.to_vec(), None).await.unwrap();
    let (who, window) = (BTreeSet::from([PAYER]), Window::new(10, 30).unwrap());
    let found = node.scan_logs(&who, &BTreeSet::new(), window, None).await.unwrap();
    assert_eq!((found.transfers.len(), node.client().requests_hedged()), (3, 1));
    let first = node.client().peers().first().unwrap();
    assert_eq!(first.origin(), gone.server.origin());
    assert!(first.shown().wants_trial(10), "it has shown nothing so far");
}
