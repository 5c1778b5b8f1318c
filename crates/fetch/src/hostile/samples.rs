//! Texts as real nodes write them, with addresses and hashes of one digit.

use ethers_core::abi::{Token, encode};
use ethers_core::utils::keccak256;
use fundtrail_model::{Address, hash_hex};
use serde_json::{Value, json};

use crate::decode::token::transfer_topic;

fn hash(digit: char) -> String {
    format!("0x{}", digit.to_string().repeat(64))
}

fn address(digit: char) -> String {
    format!("0x{}", digit.to_string().repeat(40))
}

fn topic(digit: char) -> String {
    format!("0x{}{}", "0".repeat(24), digit.to_string().repeat(40))
}

fn bytes(text: impl ToString) -> Vec<u8> {
    text.to_string().into_bytes()
}

pub(super) fn logs() -> Vec<Vec<u8>> {
    let log = |name: String, parties: &[char], data: &str| {
        let topics = [name].into_iter().chain(parties.iter().copied().map(topic));
        let topics: Vec<String> = topics.map(|topic| format!("\"{topic}\"")).collect();
        format!(
            r#"{{"address":"{}","topics":[{}],"data":"{data}","blockHash":"{}","blockNumber":"0x1f","blockTimestamp":"0x5e0be100","transactionHash":"{}","transactionIndex":"0x3","logIndex":"0xa","removed":false}}"#,
            address('9'),
            topics.join(","),
            hash('1'),
            hash('2'),
        )
    };
    let event = |signature: &str| hash_hex(keccak256(signature).into());
    let word = format!("0x{:064x}", 1_000);
    let transfer = log(hash_hex(transfer_topic()), &['a', 'b'], &word);
    let deposit = log(event("Deposit(address,uint256)"), &['a'], &word);
    let other = log(hash('7'), &[], "0x0102");
    let spaced = format!("[ {} ]", transfer.replace(':', " : "));
    let filter = "ff".repeat(256);
    let receipt = format!(r#"{{"logs":[{transfer}],"logsBloom":"0x{filter}"}}"#);
    vec![bytes(format!("[{transfer},{deposit},{other}]")), bytes(spaced), bytes(receipt)]
}

/// A transaction of each type, the block, and what it did.
pub(super) fn block() -> Vec<Vec<u8>> {
    let transaction = |number: char, kind: &str| {
        json!({
            "hash": hash(number), "from": address('a'), "to": address('b'), "value": "0x64",
            "gas": "0x10000", "gasPrice": "0x5", "input": "0x01", "type": kind, "blockHash": hash('1'),
            "blockNumber": "0x1f", "transactionIndex": "0x0", "mint": "0x7", "feeCurrency": null,
        })
    };
    let receipt = |number: char, status: &str| {
        json!({
            "transactionHash": hash(number), "transactionIndex": "0x0", "blockHash": hash('1'),
            "blockNumber": "0x1f", "status": status, "gasUsed": "0x5208", "effectiveGasPrice": "0x5",
            "contractAddress": null, "l1Fee": "0x1", "blobGasUsed": "0x20000", "blobGasPrice": "0x1",
        })
    };
    let block = json!({
        "number": "0x1f", "hash": hash('1'), "parentHash": hash('0'), "timestamp": "0x5e0be100",
        "logsBloom": format!("0x{}", "01".repeat(256)), "miner": address('c'), "baseFeePerGas": "0x3",
        "transactions": [transaction('2', "0x2"), transaction('3', "0x7e"), transaction('4', "0x3")],
        "withdrawals": [{"index": "0x1", "address": address('d'), "amount": "0x9"}],
    });
    let receipts = json!([receipt('2', "0x1"), receipt('3', "0x0"), receipt('4', "0x1")]);
    let frames = Value::Array(flat('2'));
    let page = json!({"txs": [{"blockNumber": "0x1f"}], "firstPage": true, "lastPage": false});
    let index = json!([{"blockNumber": 31}, {"blockNumber": "0x20"}]);
    vec![bytes(format!("{block}\n{receipts}\n{frames}")), bytes(page), bytes(index)]
}

fn flat(transaction: char) -> Vec<Value> {
    let trace = |kind: &str, place: &[u32], action: Value, error: Option<&str>| {
        json!({
            "type": kind, "action": action, "traceAddress": place, "subtraces": 0, "error": error,
            "result": {"address": address('e'), "gasUsed": "0x1"},
            "transactionHash": hash(transaction), "blockHash": hash('1'),
        })
    };
    let call = |kind: &str| json!({"callType": kind, "from": address('a'), "to": address('b'), "value": "0x5"});
    let end = json!({"address": address('a'), "refundAddress": address('b'), "balance": "0x9"});
    vec![
        trace("call", &[], call("call"), None),
        trace("call", &[0], call("delegatecall"), None),
        trace("call", &[1], call("call"), Some("Reverted")),
        trace("create", &[2], call("call"), None),
        trace("suicide", &[2, 0], end, None),
    ]
}

pub(super) fn frames() -> Vec<Vec<u8>> {
    let frame = |kind: &str, calls: &Value, error: Option<&str>| {
        json!({
            "type": kind, "from": address('a'), "to": address('b'), "value": "0x5", "gas": "0x1",
            "gasUsed": "0x1", "input": "0x", "calls": calls, "error": error,
        })
    };
    let failed = frame("CALL", &json!([]), Some("execution reverted"));
    let created = frame("CREATE2", &json!([failed]), None);
    let ended = frame("SELFDESTRUCT", &Value::Null, None);
    let top = frame("CALL", &json!([created, ended]), None);
    let block = json!([{"txHash": hash('2'), "result": top}, {"result": top}]);
    let timeout = json!({"error": {"code": -32000, "message": "timeout"}});
    let cut = json!([flat('2').first(), timeout]);
    vec![bytes(&top), bytes(block), bytes(Value::Array(flat('2'))), bytes(cut)]
}

pub(super) fn answer() -> Vec<Vec<u8>> {
    [
        r#"{"jsonrpc":"2.0","id":7,"result":"0x1"}"#,
        r#"[{"jsonrpc":"2.0","id":7,"result":~},{"jsonrpc":"2.0","id":8,"result":null}]"#,
        r#"[{"jsonrpc":"2.0","id":8,"result":[{}]},{"jsonrpc":"2.0","id":7,"result":~}]"#,
        r#"{"jsonrpc":"2.0","id":7,"result":[{"action":{}},{"error":{"code":-32000,"message":"timeout"}}]}"#,
        r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32005,"message":"block range limit 2000, retry in 30s","data":{"rate":{"backoff_seconds":30}}}}"#,
        r#"[{"id":7,"error":"batch of more than 3"},{"id":8,"error":{"message":"retry with the range 100-149, key SECRETKEY"}}]"#,
    ]
    .map(bytes)
    .to_vec()
}

/// Answers of contracts, after how many calls they answer.
pub(super) fn calls() -> Vec<Vec<u8>> {
    let outcome = |is_good: bool, word: u64| {
        Token::Tuple(vec![Token::Bool(is_good), Token::Bytes(encode(&[Token::Uint(word.into())]))])
    };
    let both = |second: bool| encode(&[Token::Array(vec![outcome(true, 5), outcome(second, 6)])]);
    let symbol = encode(&[Token::String("USDC".to_owned())]);
    let old_symbol = [b"MKR".to_vec(), vec![0; 29]].concat();
    let code = [&[0xef, 0x01, 0x00][..], &[7; 20]].concat();
    [(2, both(true)), (2, both(false)), (0, symbol), (0, old_symbol), (0, code)]
        .map(|(count, answer)| [vec![count], answer].concat())
        .to_vec()
}

/// What a good feed and a good pool say, each answer with its length in words before it.
pub(super) fn price() -> Vec<Vec<u8>> {
    let uint = |number: u64| Token::Uint(number.into());
    let round = [9, 335_012_345_678, 1, 1_699_999_900, 9].map(uint);
    let feed = [vec![Token::String("ETH / USD".to_owned())], vec![uint(8)], round.to_vec()];
    let ticks = [1_800_u64 * 200_000, 0].map(|sum| Token::Int(sum.into())).to_vec();
    let seconds = [1_u64, 2].map(uint).to_vec();
    let root = Token::Uint(ethers_core::types::U256::from(1) << 96);
    let pool = [
        vec![Token::Address(Address::repeat_byte(1))],
        vec![Token::Address(Address::repeat_byte(2))],
        vec![uint(500)],
        vec![uint(1_000)],
        [vec![root], (0..6).map(uint).collect()].concat(),
        vec![Token::Array(ticks), Token::Array(seconds)],
    ];
    let said = |answers: &[Vec<Token>]| -> Vec<u8> {
        let answer = |tokens: &Vec<Token>| {
            let answer = encode(tokens);
            [vec![u8::try_from(answer.len() / 32).unwrap_or(0)], answer].concat()
        };
        answers.iter().flat_map(answer).collect()
    };
    vec![said(&feed), said(&[&pool[..], &feed[..]].concat())]
}

pub(super) fn session() -> Vec<Vec<u8>> {
    let lines = [
        r#"{"method":"eth_chainId","params":[],"result":"0x1"}"#,
        r#"{"method":"eth_getLogs","params":[{"fromBlock":"0x1","topics":[null]}],"result":[{"data":"a \" \\ b"}]}"#,
        r#"{"method":"eth_call","params":["é"],"error":{"code":-32000,"message":"no","data":"why"}}"#,
    ];
    vec![bytes(lines.join("\n"))]
}

pub(super) fn knowledge() -> Vec<Vec<u8>> {
    let of_one = json!({
        "batch": 3, "rate": 20_000, "logs": {"topics": {"blocks": 1_000, "accounts": 50}},
        "refuses": ["eth_getLogs topics", "trace_block"], "dropped": {"eth_getBalance": 15_000_000},
        "largest": 4_194_304,
    });
    let endpoints = json!({"https://node.example": {"1": of_one, "137": {}}});
    vec![bytes(json!({"version": 1, "endpoints": endpoints}))]
}

pub(super) fn endpoint() -> Vec<Vec<u8>> {
    [
        "https://me:pass@node.example:8545/v3/SECRETKEY?key=OTHER%20ONE#part",
        "http://[::1]:8545",
        " http://127.0.0.1 ",
    ]
    .map(bytes)
    .to_vec()
}
