//! Endpoints with limits, alone and together: whatever they take at once, the logs found are the same.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use fundtrail_model::{Address, ChainId, H256, Transfer, Window};
use serde_json::{Value, json};

use crate::client::tests::server::{Server, page, page_with};
use crate::client::{Call, Refusal};
use crate::decode::token;
use crate::{Client, Endpoint, Error, Knowledge, Node, Options};

const HEAD: u64 = 399;
const ACCOUNTS: u64 = 6;

/// What an endpoint takes; the messages are those of real ones.
#[derive(Clone, Copy)]
struct Limits {
    range: Option<(u64, &'static str)>,
    results: Option<usize>,
    accounts: Option<usize>,
    batch: usize,
    by_topic: bool,
    has_old_state: bool,
    head: u64,
    /// After so many HTTP requests it is gone.
    lives: usize,
}

const WIDE: Limits = Limits {
    range: None,
    results: None,
    accounts: None,
    batch: 100,
    by_topic: true,
    has_old_state: true,
    head: HEAD,
    lives: usize::MAX,
};

/// An endpoint that notes what it is asked.
struct Noted {
    server: Server,
    asked: Arc<Mutex<Vec<Value>>>,
}

impl Noted {
    async fn start(limits: Limits) -> Self {
        let asked = Arc::new(Mutex::new(vec![]));
        let notes = Arc::clone(&asked);
        let server = Server::start(move |hit, body| {
            if hit >= limits.lives {
                return page_with("502 Bad Gateway", "x: y", b"<html>");
            }
            let Some(batch) = body.as_array() else {
                notes.lock().unwrap().push(body.clone());
                return page(&answer(limits, body).to_string());
            };
            if batch.len() > limits.batch {
                let message = format!(
                    "Batch of more than {} requests are not allowed on free tier",
                    limits.batch
                );
                return page(
                    &json!({"id": null, "error": {"code": 0, "message": message}}).to_string(),
                );
            }
            notes.lock().unwrap().extend(batch.iter().cloned());
            page(
                &batch
                    .iter()
                    .map(|question| answer(limits, question))
                    .collect::<Value>()
                    .to_string(),
            )
        })
        .await;
        Self { server, asked }
    }

    fn client(&self) -> Client {
        let options = Options { attempts: 2, ..Options::default() };
        Client::http(Endpoint::parse(&self.server.url).unwrap(), options).unwrap()
    }

    /// The questions of this method, as text.
    fn asked(&self, method: &str) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        asked
            .iter()
            .filter(|question| question["method"] == method)
            .map(|question| question["params"].to_string())
            .collect()
    }
}

fn account(n: u64) -> Address {
    Address::from_low_u64_be(0x1000 + n)
}

fn number(value: &Value) -> u64 {
    u64::from_str_radix(value.as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
}

fn header(number: u64) -> Value {
    json!({
        "number": format!("{number:#x}"), "hash": H256::from_low_u64_be(0xb000 + number),
        "parentHash": H256::from_low_u64_be(0xafff + number), "timestamp": format!("{:#x}", 12 * number),
    })
}

/// Few transfers in most blocks, and many in one.
fn logs_of(block: u64) -> Vec<Value> {
    let count = if block == 200 { 40 } else { block % 3 };
    (0..count)
        .map(|idx| {
            let party = |n: u64| json!(H256::from(account(n % ACCOUNTS)));
            json!({
                "address": Address::repeat_byte(5), "blockNumber": format!("{block:#x}"),
                "blockHash": H256::from_low_u64_be(0xb000 + block), "logIndex": format!("{idx:#x}"),
                "topics": [json!(token::transfer_topic()), party(block + idx), party(block + 2 * idx + 1)],
                "data": format!("0x{:064x}", 1000 * block + idx), "transactionIndex": "0x0",
                "transactionHash": H256::from_low_u64_be(block),
            })
        })
        .collect()
}

fn answer(limits: Limits, question: &Value) -> Value {
    let result = match question["method"].as_str().unwrap() {
        "eth_chainId" => Ok(json!("0x1")),
        "eth_getBlockByNumber" => Ok(match question["params"][0].as_str().unwrap() {
            "latest" | "finalized" => header(limits.head),
            text if number(&json!(text)) <= limits.head => header(number(&json!(text))),
            _ => Value::Null,
        }),
        "eth_getLogs" => logs(limits, &question["params"][0]),
        "eth_getBalance" if limits.has_old_state => Ok(json!("0x7")),
        "eth_getBalance" => Err((-32000, "missing trie node 12 (path )".to_owned())),
        other => Err((-32601, format!("the method {other} does not exist"))),
    };
    match result {
        Ok(result) => json!({"jsonrpc": "2.0", "id": question["id"], "result": result}),
        Err((code, message)) => {
            json!({"jsonrpc": "2.0", "id": question["id"], "error": {"code": code, "message": message}})
        }
    }
}

fn logs(limits: Limits, filter: &Value) -> Result<Value, (i64, String)> {
    let (first, last) = (number(&filter["fromBlock"]), number(&filter["toBlock"]));
    if !limits.by_topic {
        return Err((-32701, "Please specify an address in your request or, to remove restrictions, order a dedicated full node here".to_owned()));
    }
    if let Some((range, message)) = limits.range.filter(|(range, _)| last - first + 1 > *range) {
        let message = message.replace("RANGE", &range.to_string());
        return Err((-32602, message));
    }
    let topics = filter["topics"].as_array().unwrap();
    let accounts = topics.last().unwrap().as_array().unwrap();
    if limits.accounts.is_some_and(|most| accounts.len() > most) {
        return Err((-32602, "Please, specify less number of addresses".to_owned()));
    }
    let matches = |log: &Value| {
        (0..).zip(topics).all(|(place, allowed): (usize, &Value)| {
            allowed.as_array().is_none_or(|allowed| allowed.contains(&log["topics"][place]))
        })
    };
    // What lies beyond its head is silently missing.
    let found: Vec<Value> =
        (first..=last.min(limits.head)).flat_map(logs_of).filter(matches).collect();
    match limits.results {
        Some(most) if found.len() > most => {
            Err((-32005, format!("query returned more than {most} results")))
        }
        _ => Ok(json!(found)),
    }
}

async fn scan(node: &Node) -> Result<Vec<Transfer>, Error> {
    let addresses: BTreeSet<Address> = (0..ACCOUNTS).map(account).collect();
    let window = Window::new(3, HEAD).unwrap();
    Ok(node.scan_logs(&addresses, &BTreeSet::new(), window, None).await?.transfers)
}

/// What a node without limits finds, and its recording.
async fn expected() -> (Vec<Transfer>, Vec<u8>) {
    recorded(&[WIDE]).await
}

async fn recorded(limits: &[Limits]) -> (Vec<Transfer>, Vec<u8>) {
    let mut endpoints = vec![];
    for limits in limits {
        endpoints.push(Noted::start(*limits).await);
    }
    let clients = endpoints.iter().map(|endpoint| endpoint.client().recorded()).collect();
    let node = Node::open_all(clients, Some(ChainId(1))).await.unwrap();
    let found = scan(&node).await.unwrap();
    (found, node.client().session().unwrap().write().unwrap())
}

#[tokio::test]
async fn logs_do_not_depend_on_how_the_question_is_cut() {
    let expected = expected().await;
    assert!(expected.0.len() > 400);
    for (range, results, accounts, batch) in [
        (Some((50, "range 397 exceeds limit of RANGE")), None, None, 100),
        (Some((1, "exceed maximum block range: RANGE")), None, None, 100),
        (Some((64, "block range is too wide")), Some(30), None, 3),
        // The block with many transfers needs several questions by address.
        (None, Some(14), None, 100),
        (None, None, Some(2), 1),
        (Some((10, "up to a RANGE block range")), Some(14), Some(1), 2),
        // Suggestions that do not help.
        (Some((50, "query exceeds max results, retry with the range 3-399")), None, None, 100),
    ] {
        let limits = Limits { range, results, accounts, batch, ..WIDE };
        assert!(
            recorded(&[limits]).await == expected,
            "{range:?} {results:?} {accounts:?} {batch}"
        );
    }
}

#[tokio::test]
async fn what_cannot_be_cut_any_further_is_an_error() {
    let endpoint = Noted::start(Limits { results: Some(2), ..WIDE }).await;
    let node = Node::open(endpoint.client(), None).await.unwrap();
    let error = scan(&node).await.unwrap_err();
    assert!(error.to_string().contains("query returned more than 2 results"), "{error}");
    assert_eq!(error.hint().unwrap(), "ask for a smaller window, or use a node with wider limits");
}

#[tokio::test]
async fn several_endpoints_find_what_one_cannot() {
    let expected = expected().await;
    let narrow = Limits { range: Some((40, "range limit RANGE")), ..WIDE };
    for (name, limits) in [
        ("one gives logs of contracts only", [Limits { by_topic: false, ..WIDE }, WIDE]),
        ("one lags behind", [Limits { head: 150, ..WIDE }, WIDE]),
        ("one dies in the middle", [Limits { lives: 4, ..narrow }, WIDE]),
        ("one dies at once, the other is narrow", [Limits { lives: 2, ..WIDE }, narrow]),
    ] {
        assert!(recorded(&limits).await == expected, "{name}");
    }
}

#[tokio::test]
async fn what_an_endpoint_refuses_for_good_it_is_not_asked_again() {
    let [named, behind, wide] = [
        Noted::start(Limits { by_topic: false, ..WIDE }).await,
        Noted::start(Limits { head: 150, has_old_state: false, ..WIDE }).await,
        Noted::start(WIDE).await,
    ];
    let clients = vec![named.client(), behind.client(), wide.client()];
    let node = Node::open_all(clients, None).await.unwrap();
    assert_eq!(node.heads().await.unwrap().latest.number, HEAD);
    for _ in 0..3 {
        scan(&node).await.unwrap();
    }
    assert_eq!(named.asked("eth_getLogs").len(), 2);
    assert_eq!(behind.asked("eth_getLogs"), Vec::<String>::new());
    assert!(!behind.asked("eth_getBlockByNumber").iter().any(|params| params.contains("0x18f")));

    let balance =
        |block: u64| Call::new("eth_getBalance", &json!([account(1), format!("{block:#x}")]));
    let ask = async |block: u64| node.client().ask(&balance(block)).await.unwrap().unwrap();
    node.client().peers()[0].set_back();
    node.client().peers()[2].set_back();
    assert_eq!(&*ask(100).await, "\"0x7\"");
    assert_eq!(&*ask(90).await, "\"0x7\"");
    assert_eq!(behind.asked("eth_getBalance").len(), 1);
}

#[tokio::test]
async fn an_absence_is_one_only_if_everybody_says_so() {
    let [without, gone] = [
        Noted::start(Limits { has_old_state: false, ..WIDE }).await,
        Noted::start(Limits { lives: 2, ..WIDE }).await,
    ];
    let node = Node::open_all(vec![without.client(), gone.client()], None).await.unwrap();
    let call = Call::new("eth_getBalance", &json!([account(1), "0x5"]));
    let error = node.client().ask(&call).await.unwrap_err();
    assert!(matches!(error, Error::Status { status: 502, .. }), "{error}");
    // With the one alone it is an answer.
    let alone = Node::open(without.client(), None).await.unwrap();
    let refusal = alone.client().ask(&call).await.unwrap().unwrap_err();
    assert_eq!(refusal, Refusal::new(-32000, "missing trie node 12 (path )"));
}

#[tokio::test]
async fn endpoints_of_another_chain_are_refused_and_silent_ones_left_out() {
    let wide = Noted::start(WIDE).await;
    let dead = format!("http://127.0.0.1:{}", Server::unused_port());
    let dead = || Client::http(Endpoint::parse(&dead).unwrap(), Options::default()).unwrap();
    let node = Node::open_all(vec![dead(), wide.client()], None).await.unwrap();
    assert!(matches!(node.left_out(), [Error::Unreachable { .. }]));
    assert_eq!(node.client().origin(), wide.server.origin());
    assert!(matches!(Node::open_all(vec![dead()], None).await, Err(Error::Unreachable { .. })));
    let error = Node::open_all(vec![wide.client()], Some(ChainId(137))).await.unwrap_err();
    assert!(matches!(error, Error::WrongChain { expected: ChainId(137), .. }));
    assert!(matches!(Node::open_all(vec![], None).await, Err(Error::Setup { .. })));
}

#[tokio::test]
async fn what_was_learned_is_known_to_the_next_run() {
    let limits =
        Limits { range: Some((50, "range limit RANGE")), accounts: Some(2), batch: 3, ..WIDE };
    let endpoint = Noted::start(limits).await;
    let mut knowledge = Knowledge::default();
    let mut refused = BTreeMap::new();
    for run in 0..2 {
        let node = Node::open(endpoint.client(), None).await.unwrap();
        node.teach(&Knowledge::read(&knowledge.write().unwrap()).unwrap());
        let before = endpoint.asked("eth_getLogs").len();
        scan(&node).await.unwrap();
        refused.insert(run, endpoint.asked("eth_getLogs").len() - before);
        node.add_learned(&mut knowledge);
    }
    let text = String::from_utf8(knowledge.write().unwrap()).unwrap();
    let text =
        text.replace(endpoint.server.origin(), "ORIGIN").split_whitespace().collect::<String>();
    assert_eq!(
        text,
        r#"{"version":1,"endpoints":{"ORIGIN":{"1":{"batch":3,"logs":{"topics":{"blocks":50,"accounts":2}}}}}}"#
    );
    assert!(refused[&1] < refused[&0], "{refused:?}");
}
