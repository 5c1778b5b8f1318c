//! A small chain as a recording: four blocks, written by hand, that a test can then damage.
//!
//! | block | what happens |
//! |---|---|
//! | 9 | nothing |
//! | 10 | 0: the thief pays the mule 1,000 wei · 1: a stranger's contract call that has nothing to do with them |
//! | 11 | 0: the mule calls a contract with 400 wei, which pays on 300 to the exit and sends it 70 tokens of the mule's · 1: the mule's failed call |
//! | 12 | nothing; a withdrawal of 2 gwei to the exit |

use std::collections::BTreeMap;

use fundtrail_model::{Address, H256, Window};
use serde_json::{Value, json};

use crate::client::tests::server::{Server, page};
use crate::{Client, Node, Session, WindowRequest};

pub(crate) const THIEF: Address = ethers_core::types::H160([1; 20]);
pub(crate) const MULE: Address = ethers_core::types::H160([2; 20]);
pub(crate) const EXIT: Address = ethers_core::types::H160([3; 20]);
pub(crate) const ROUTER: Address = ethers_core::types::H160([4; 20]);
pub(crate) const TOKEN: Address = ethers_core::types::H160([5; 20]);
const STRANGER: Address = ethers_core::types::H160([6; 20]);
const TRANSFER: &str = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef";

/// Questions and their answers.
pub(crate) struct Chain(BTreeMap<(String, String), Value>);

pub(crate) fn block_hash(number: u64) -> H256 {
    H256::from_low_u64_be(0xb000_u64.wrapping_add(number))
}

/// The hash of a transaction.
pub(crate) fn hash(block: u64, index: u64) -> H256 {
    H256::from_low_u64_be(block * 0x100 + index)
}

fn hex(number: u64) -> String {
    format!("{number:#x}")
}

fn word(address: Address) -> String {
    format!("{:?}", H256::from(address))
}

pub(crate) fn request(addresses: &[Address]) -> WindowRequest {
    WindowRequest {
        gate: None,
        addresses: addresses.to_vec(),
        window: Window::new(10, 12).unwrap(),
        wrapped_native: vec![],
        balances_of: vec![],
        known: vec![],
    }
}

impl Chain {
    /// The chain as an honest archive node with both tracers tells it.
    pub(crate) fn honest() -> Self {
        let mut chain = Self(BTreeMap::new());
        chain.answer("eth_chainId", json!([]), json!("0x1"));
        for number in 0..=12 {
            chain.add_block(number);
        }
        for (name, number) in [("latest", 12), ("finalized", 9)] {
            let header = chain.header(number);
            chain.answer("eth_getBlockByNumber", json!([name, false]), header);
        }
        for (block, index, succeeded) in [(10, 0, true), (11, 0, true), (11, 1, false)] {
            chain.add_receipt(block, index, succeeded);
        }
        chain.add_traces();
        chain.add_state();
        chain
    }

    pub(crate) fn answer(&mut self, method: &str, params: Value, result: Value) {
        self.insert(method, &params, json!({"result": result}));
    }

    /// Refuses every recorded question of this method whose parameters contain `part`.
    pub(crate) fn refuse(&mut self, method: &str, part: &str, code: i64, message: &str) {
        let mut count = 0;
        for ((name, params), answer) in &mut self.0 {
            if name == method && params.contains(part) {
                *answer = json!({"error": {"code": code, "message": message}});
                count += 1;
            }
        }
        assert!(count > 0, "nothing to refuse");
    }

    /// Changes the answer to the one recorded question of this method whose parameters contain `part`.
    pub(crate) fn change(&mut self, method: &str, part: &str, change: impl Fn(&mut Value)) {
        let mut answers: Vec<&mut Value> = self
            .0
            .iter_mut()
            .filter(|((name, params), _)| name == method && params.contains(part))
            .map(|(_, answer)| &mut answer["result"])
            .collect();
        assert_eq!(answers.len(), 1, "{method} {part}");
        change(answers[0]);
    }

    /// What the node answers to this question.
    pub(crate) fn told(&self, method: &str, params: &Value) -> Value {
        let key = (method.to_owned(), params.to_string());
        let unknown = json!({"error": {"code": -32601, "message": "the method does not exist"}});
        self.0.get(&key).cloned().unwrap_or(unknown)
    }

    /// Changes every log that a search gives.
    pub(crate) fn change_logs(&mut self, change: impl Fn(&mut Vec<Value>)) {
        for ((method, _), answer) in &mut self.0 {
            if method == "eth_getLogs" {
                change(answer["result"].as_array_mut().unwrap());
            }
        }
    }

    pub(crate) fn client(&self) -> Client {
        let line = |((method, params), answer): (&(String, String), &Value)| {
            let mut line = answer.clone();
            line["method"] = json!(method);
            line["params"] = serde_json::from_str(params).unwrap();
            line.to_string() + "\n"
        };
        Client::replay(Session::from_lines(&self.0.iter().map(line).collect::<String>()).unwrap())
    }

    pub(crate) async fn node(&self) -> Node {
        Node::open(self.client(), None).await.unwrap()
    }

    /// Answers the two questions for token transfers of these addresses in blocks `first` to `last`.
    pub(crate) fn add_logs(&mut self, addresses: &[Address], first: u64, last: u64) {
        let accounts: Vec<String> = addresses.iter().copied().map(word).collect();
        let log = json!({
            "address": TOKEN, "topics": [TRANSFER, word(MULE), word(EXIT)], "data": format!("0x{:064x}", 70),
            "blockNumber": "0xb", "blockHash": block_hash(11), "transactionHash": hash(11, 0),
            "transactionIndex": "0x0", "logIndex": "0x4", "removed": false,
        });
        let holds = first <= 11 && 11 <= last;
        for (topics, party) in
            [(json!([[TRANSFER], accounts]), MULE), (json!([[TRANSFER], null, accounts]), EXIT)]
        {
            let found = if holds && addresses.contains(&party) { json!([log]) } else { json!([]) };
            let filter = json!({"fromBlock": hex(first), "toBlock": hex(last), "topics": topics});
            self.answer("eth_getLogs", json!([filter]), found);
        }
    }

    fn insert(&mut self, method: &str, params: &Value, answer: Value) {
        self.0.insert((method.to_owned(), params.to_string()), answer);
    }

    fn header(&self, number: u64) -> Value {
        json!({
            "number": hex(number), "hash": block_hash(number), "timestamp": hex(1000 + 12 * number),
            "parentHash": block_hash(number.wrapping_sub(1)),
        })
    }

    fn add_block(&mut self, number: u64) {
        let header = self.header(number);
        self.answer("eth_getBlockByNumber", json!([hex(number), false]), header.clone());
        let transaction = |index: u64, from: Address, to: Address, value: u64, input: &str| {
            json!({
                "hash": hash(number, index), "from": from, "to": to, "value": hex(value), "input": input,
                "gas": if input == "0x" { "0x5208" } else { "0x186a0" }, "gasPrice": "0x1", "type": "0x0",
                "blockHash": block_hash(number), "blockNumber": hex(number), "transactionIndex": hex(index),
            })
        };
        let transactions = match number {
            10 => vec![
                transaction(0, THIEF, MULE, 1000, "0x"),
                transaction(1, STRANGER, ROUTER, 5, "0x01"),
            ],
            11 => vec![
                transaction(0, MULE, ROUTER, 400, "0x01"),
                transaction(1, MULE, ROUTER, 50, "0x02"),
            ],
            _ => vec![],
        };
        for transaction in &transactions {
            let params = json!([transaction["hash"]]);
            self.answer("eth_getTransactionByHash", params, transaction.clone());
        }
        let mut block = header;
        block["transactions"] = json!(transactions);
        if number == 12 {
            block["withdrawals"] = json!([{"index": "0x0", "validatorIndex": "0x0", "address": EXIT, "amount": "0x2"}]);
        }
        self.answer("eth_getBlockByNumber", json!([hex(number), true]), block);
    }

    fn add_receipt(&mut self, block: u64, index: u64, succeeded: bool) {
        let logs = match (block, index) {
            (11, 0) => json!([{
                "address": TOKEN, "topics": [TRANSFER, word(MULE), word(EXIT)], "data": format!("0x{:064x}", 70),
                "blockNumber": "0xb", "blockHash": block_hash(11), "transactionHash": hash(11, 0),
                "transactionIndex": "0x0", "logIndex": "0x4", "removed": false,
            }]),
            _ => json!([]),
        };
        let receipt = json!({
            "transactionHash": hash(block, index), "transactionIndex": hex(index), "logs": logs,
            "blockHash": block_hash(block), "blockNumber": hex(block), "gasUsed": "0x64",
            "status": if succeeded { "0x1" } else { "0x0" }, "effectiveGasPrice": "0x1",
        });
        self.answer("eth_getTransactionReceipt", json!([hash(block, index)]), receipt);
    }

    fn add_traces(&mut self) {
        let flat = |block: u64,
                    index: u64,
                    place: Value,
                    from: Address,
                    to: Address,
                    value: u64| {
            json!({
                "type": "call", "traceAddress": place, "transactionHash": hash(block, index),
                "action": {"callType": "call", "from": from, "to": to, "value": hex(value)},
                "blockHash": block_hash(block), "blockNumber": block, "result": {"output": "0x"},
            })
        };
        let mut failed = flat(11, 1, json!([]), MULE, ROUTER, 50);
        failed["error"] = json!("Reverted");
        let paid =
            [flat(11, 0, json!([]), MULE, ROUTER, 400), flat(11, 0, json!([0]), ROUTER, EXIT, 300)];
        self.answer("trace_block", json!(["0x0"]), json!([]));
        let first = [
            flat(10, 0, json!([]), THIEF, MULE, 1000),
            flat(10, 1, json!([]), STRANGER, ROUTER, 5),
        ];
        self.answer("trace_block", json!(["0xa"]), json!(first));
        self.answer("trace_block", json!(["0xb"]), json!([paid[0], paid[1], failed]));
        self.answer("trace_transaction", json!([hash(11, 0)]), json!(paid));
        self.answer("trace_transaction", json!([hash(11, 1)]), json!([failed]));
        let call = |from: Address, to: Address, value: u64, below: Value| json!({"type": "CALL", "from": from, "to": to, "value": hex(value), "calls": below});
        let pays = call(MULE, ROUTER, 400, json!([call(ROUTER, EXIT, 300, json!([]))]));
        let mut failed = call(MULE, ROUTER, 50, json!([call(ROUTER, EXIT, 50, json!([]))]));
        failed["error"] = json!("execution reverted");
        let settings = json!({"tracer": "callTracer"});
        let plain = |from, to, value| call(from, to, value, json!([]));
        for (block, traced) in [
            (10, vec![plain(THIEF, MULE, 1000), plain(STRANGER, ROUTER, 5)]),
            (11, vec![pays.clone(), failed]),
        ] {
            let traced = (0..)
                .zip(traced)
                .map(|(index, frame)| json!({"txHash": hash(block, index), "result": frame}));
            let traced: Value = traced.collect();
            self.answer("debug_traceBlockByNumber", json!([hex(block), settings]), traced);
        }
        self.insert(
            "debug_traceBlockByNumber",
            &json!(["0x0", settings]),
            json!({"error": {"code": -32000, "message": "genesis is not traceable"}}),
        );
        self.answer("debug_traceTransaction", json!([hash(11, 0), settings]), pays);
    }

    /// Code, claims and balances. The fees are 100 wei each: the mule pays two, the thief one.
    fn add_state(&mut self) {
        for (address, code) in [
            (THIEF, "0x"),
            (MULE, "0xef01000404040404040404040404040404040404040404"),
            (EXIT, "0x"),
            (ROUTER, "0x60"),
            (TOKEN, "0x60"),
        ] {
            for block in [10, 11, 12] {
                self.answer("eth_getCode", json!([address, hex(block)]), json!(code));
            }
        }
        let symbol = format!("0x{:064x}{:064x}{:0<64}", 32, 3, "555344");
        for block in [11, 12] {
            for (data, result) in
                [("0x95d89b41", &symbol), ("0x313ce567", &format!("0x{:064x}", 6))]
            {
                let question = json!({"data": data, "to": TOKEN});
                self.answer("eth_call", json!([question, hex(block)]), json!(result));
            }
        }
        for (address, before, after, token_before, token_after) in
            [(THIEF, 5000, 3900, 0, 0), (MULE, 200, 600, 70, 0), (EXIT, 0, 2_000_000_300, 1, 71)]
        {
            for (block, native, tokens) in [(9, before, token_before), (12, after, token_after)] {
                self.answer("eth_getBalance", json!([address, hex(block)]), json!(hex(native)));
                let data = format!("0x70a08231{}", &word(address)[2..]);
                let question = json!({"data": data, "to": TOKEN});
                let params = json!([question, hex(block)]);
                self.answer("eth_call", params, json!(format!("0x{tokens:064x}")));
                // Of the blocks between it has no token balances.
                let gone =
                    json!({"error": {"code": -32000, "message": "missing trie node 12 (path )"}});
                self.insert("eth_call", &json!([question, hex(10)]), gone);
            }
        }
    }
}

/// A node over HTTP that says what the recording says.
pub(crate) async fn served(chain: Chain) -> Server {
    Server::start(move |_, body| {
        let one = |question: &Value| {
            let method = question["method"].as_str().unwrap();
            let mut answer = chain.told(method, &question["params"]);
            answer["id"] = question["id"].clone();
            answer
        };
        let said = match body.as_array() {
            Some(batch) => batch.iter().map(one).collect(),
            None => one(body),
        };
        page(&said.to_string())
    })
    .await
}
