use std::sync::{Arc, Mutex};

use fundtrail_model::{Address, Asset, ChainId, FetchedWindow, H256, Proof, Window};
use serde_json::{Value, json};

use crate::client::tests::server::{Server, page};
use crate::{Client, Endpoint, Node, Options, SettleRequest, WindowRequest};

const CHAIN: ChainId = ChainId(1);
const HOLDER: Address = Address::repeat_byte(1);
const TOKEN: Asset = Asset::Token(CHAIN, Address::repeat_byte(5));
const FINAL: u64 = 10_000;

fn header(number: &str) -> Value {
    let number = u64::from_str_radix(number.trim_start_matches("0x"), 16).unwrap();
    json!({
        "number": format!("{number:#x}"), "hash": H256::from_low_u64_be(0xb000 + number),
        "parentHash": H256::from_low_u64_be(0xafff + number), "timestamp": format!("{:#x}", 12 * number),
    })
}

/// A chain on which nothing happens.
fn answer(question: &Value) -> Value {
    let params = &question["params"];
    let result = match question["method"].as_str().unwrap() {
        "eth_getBlockByNumber" => header(params[0].as_str().unwrap()),
        "eth_getLogs" => json!([]),
        "eth_getCode" => json!("0x"),
        "eth_call" => json!(format!("0x{:064x}", 5)),
        "eth_chainId" | "eth_getTransactionCount" | "eth_getBalance" => json!("0x1"),
        other => panic!("{other} is not needed"),
    };
    json!({"jsonrpc": "2.0", "id": question["id"], "result": result})
}

/// A node of that chain, and what it was asked.
struct Asked {
    server: Server,
    questions: Arc<Mutex<Vec<String>>>,
    node: Node,
}

impl Asked {
    async fn start() -> Self {
        let questions = Arc::new(Mutex::new(vec![]));
        let notes = Arc::clone(&questions);
        let server = Server::start(move |_, body| {
            let answers = match body.as_array() {
                Some(batch) => batch.iter().map(answer).collect(),
                None => answer(body),
            };
            let all = body.as_array().cloned().unwrap_or_else(|| vec![body.clone()]);
            let text = |one: &Value| format!("{} {}", one["method"], one["params"]);
            notes.lock().unwrap().extend(all.iter().map(text));
            page(&answers.to_string())
        })
        .await;
        let endpoint = Endpoint::parse(&server.url).unwrap();
        let client = Client::http(endpoint, Options::default()).unwrap();
        let node = Node::open(client, None).await.unwrap();
        questions.lock().unwrap().clear();
        Self { server, questions, node }
    }

    /// What was asked since the start, in order of the text, and in how many requests.
    fn told(&self) -> (Vec<String>, usize) {
        let mut questions = self.questions.lock().unwrap().clone();
        questions.sort();
        (questions, self.server.hits() - 1)
    }
}

/// Reads a window, or settles it by its ends.
async fn read(node: &Node, is_stay: bool) -> FetchedWindow {
    let window = Window::new(101, 228).unwrap();
    if is_stay {
        let (address, assets) = (HOLDER, vec![TOKEN]);
        let request = SettleRequest { address, window, at_least: 200, grain: 128, assets };
        return node.settle(&request).await.unwrap().unwrap().window;
    }
    let request = WindowRequest {
        gate: None,
        addresses: vec![HOLDER],
        window,
        wrapped_native: vec![],
        balances_of: vec![TOKEN],
        known: vec![],
    };
    node.window(&request).await.unwrap()
}

#[tokio::test]
async fn what_is_asked_together_is_what_is_asked_one_after_the_other() {
    let check = async |is_stay: bool, requests: (usize, usize)| {
        let (plain, ahead) = (Asked::start().await, Asked::start().await);
        ahead.node.client().set_final(FINAL);
        let found = read(&plain.node, is_stay).await;
        assert_eq!(found, read(&ahead.node, is_stay).await);
        assert!(found.coverage.iter().all(|coverage| coverage.proof >= Proof::Indicative));
        let ((mut plain, one_by_one), (ahead, together)) = (plain.told(), ahead.told());
        plain.dedup();
        assert_eq!(plain, ahead);
        assert_eq!((one_by_one, together), requests);
    };
    check(false, (7, 3)).await;
    check(true, (6, 1)).await;
}
