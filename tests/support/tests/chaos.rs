//! The proxy in front of a real node: what passes, what is refused, what breaks, and what is written down.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use fundtrail_testkit::anvil::{Anvil, AnvilOptions};
use fundtrail_testkit::chaos::{self, ChaosProxy, Fault, Faults, Outcome, Profile, Reorg, Scale};
use fundtrail_testkit::rpc::{Rpc, RpcError};
use serde_json::{Value, json};

const ONE: &str = r#"{"jsonrpc":"2.0","id":7,"method":"eth_chainId","params":[]}"#;

fn node() -> Anvil {
    let node = Anvil::start(&AnvilOptions::new(1, 1_648_552_000));
    let _ = node.rpc().expect("anvil_mine", &json!(["0x14"]));
    node
}

fn caller(proxy: &ChaosProxy) -> Rpc {
    Rpc::new(proxy.url().trim_start_matches("http://").parse().unwrap())
}

/// Status line and body of the answer to these bytes, as far as they come before the connection ends or
/// the reader has had enough.
fn raw(proxy: &ChaosProxy, body: &str, enough: usize) -> (String, String) {
    let mut stream = TcpStream::connect(proxy.url().trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    let request = format!("POST / HTTP/1.1\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = vec![];
    let mut chunk = [0; 4096];
    while answer.len() < enough
        && let Ok(count @ 1..) = stream.read(&mut chunk)
    {
        answer.extend_from_slice(&chunk[..count]);
    }
    let text = String::from_utf8(answer).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    (head.to_owned(), body.to_owned())
}

fn broken(node: &Anvil, fault: Fault) -> ChaosProxy {
    ChaosProxy::start(&node.url(), Profile::bare("bare"), Faults::seeded(1).with(fault, 1000))
}

#[test]
fn what_is_not_refused_passes_and_is_written_down() {
    let node = node();
    let proxy = ChaosProxy::start(&node.url(), Profile::bare("bare"), Faults::none());
    let rpc = caller(&proxy);
    for number in ["0x0", "0x14", "finalized"] {
        let params = json!([number, true]);
        let direct = node.rpc().expect("eth_getBlockByNumber", &params);
        assert_eq!(rpc.expect("eth_getBlockByNumber", &params), direct);
    }
    assert!(matches!(
        rpc.call("eth_noSuchThing", &json!([])),
        Err(RpcError::Refused { code: -32601, .. })
    ));
    let batch = format!("[{ONE},{}]", ONE.replace('7', "8"));
    let (head, body) = raw(&proxy, &batch, usize::MAX);
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    let answers: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(answers[0], json!({"jsonrpc": "2.0", "id": 7, "result": "0x1"}));
    assert_eq!(answers[1]["id"], 8);

    assert_eq!((proxy.requests(), proxy.questions()), (5, 6));
    assert_eq!(proxy.busiest(Duration::from_secs(60)), 5);
    let log = proxy.log();
    assert!(log.is_sorted_by_key(|entry| entry.at));
    assert!(log.iter().all(|entry| entry.outcome == Outcome::Answered), "{log:?}");
    assert_eq!(log[4].methods, ["eth_chainId", "eth_chainId"]);
}

#[test]
fn refusals_come_with_their_status() {
    let node = node();
    let find = |name| chaos::all().into_iter().find(|profile| profile.name == name).unwrap();
    let logs = r#"{"jsonrpc":"2.0","id":7,"method":"eth_getLogs","params":[{"fromBlock":"0x0","toBlock":"0x14"}]}"#;

    let alchemy = ChaosProxy::start(&node.url(), find("alchemy-free"), Faults::none());
    let (head, body) = raw(&alchemy, logs, usize::MAX);
    assert!(head.starts_with("HTTP/1.1 400 "), "{head}");
    let answer: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!(7), &json!(-32600)));
    // In a batch, one refusal is no reason for a status.
    let (head, body) = raw(&alchemy, &format!("[{ONE},{logs}]"), usize::MAX);
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    let answers: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(answers[0]["result"], "0x1");
    assert!(answers[1]["error"]["message"].as_str().unwrap().contains("[0x0, 0x9]"));

    let drpc = ChaosProxy::start(&node.url(), find("drpc-free"), Faults::none());
    let (head, body) = raw(&drpc, &format!("[{ONE},{ONE},{ONE},{ONE}]"), usize::MAX);
    assert!(head.starts_with("HTTP/1.1 500 "), "{head}");
    let answer: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(answer["id"], Value::Null);

    let base = ChaosProxy::start(&node.url(), find("base"), Faults::none());
    assert!(raw(&base, ONE, usize::MAX).0.starts_with("HTTP/1.1 200 "));
    let (head, _) = raw(&base, ONE, usize::MAX);
    assert!(head.starts_with("HTTP/1.1 429 ") && head.contains("\r\nretry-after: 1"), "{head}");
    let hurried = find("base").scaled(Scale { blocks: 1, logs: 1, rate: 2 });
    let base = ChaosProxy::start(&node.url(), hurried, Faults::none());
    let statuses: Vec<bool> =
        (0..3).map(|_| raw(&base, ONE, 60).0.starts_with("HTTP/1.1 200 ")).collect();
    assert_eq!(statuses[..2], [true, true]);
}

#[test]
fn faults_break_the_exchange() {
    let node = node();
    let check = |fault: Fault, status: &str, is_good: &dyn Fn(&str) -> bool| {
        let proxy = broken(&node, fault);
        let (head, body) = raw(&proxy, ONE, 5_000_000);
        assert!(head.starts_with(status), "{fault:?}: {head}");
        assert!(is_good(&body), "{fault:?}: {}", body.chars().take(200).collect::<String>());
        let outcomes: Vec<Outcome> = proxy.log().into_iter().map(|entry| entry.outcome).collect();
        assert_eq!(outcomes, [Outcome::Broken(vec![fault.name()])]);
    };
    let is_whole = |body: &str| serde_json::from_str::<Value>(body).is_ok();
    check(Fault::TooManyRequests { retry_after: Some(3) }, "HTTP/1.1 429 ", &|body| {
        body == "Too Many Requests"
    });
    check(Fault::ServerError { status: 502 }, "HTTP/1.1 502 ", &|body| body.contains("<html>"));
    check(Fault::Reset, "", &str::is_empty);
    check(Fault::CutConnection, "HTTP/1.1 200 ", &|body| !body.is_empty() && !is_whole(body));
    check(Fault::CutBody, "HTTP/1.1 200 ", &|body| !body.is_empty() && !is_whole(body));
    check(Fault::EndlessBody, "HTTP/1.1 200 ", &|body| 4_000_000 < body.len());
    let pause = Duration::from_millis(5);
    check(Fault::SlowDrip { pieces: 4, pause }, "HTTP/1.1 200 ", &is_whole);
    check(Fault::WrongIds, "HTTP/1.1 200 ", &|body| is_whole(body) && !body.contains("\"id\":7"));
}

#[test]
fn faults_of_content_keep_the_form() {
    let node = node();
    let block = |number: &str| json!([number, false]);
    let lagging = broken(&node, Fault::LaggingHead { blocks: 5 });
    let rpc = caller(&lagging);
    assert_eq!(rpc.expect("eth_blockNumber", &json!([])), "0xf");
    assert_eq!(rpc.expect("eth_getBlockByNumber", &block("latest"))["number"], "0xf");
    assert_eq!(rpc.expect("eth_getBlockByNumber", &block("0x10")), Value::Null);
    assert_ne!(rpc.expect("eth_getBlockByNumber", &block("0xf")), Value::Null);
    let nobody = format!("0x{}", "0".repeat(40));
    match rpc.call("eth_getBalance", &json!([nobody, "0x10"])) {
        Err(RpcError::Refused { message, .. }) => assert_eq!(message, "header not found"),
        answer => panic!("{answer:?}"),
    }

    let traces = broken(&node, Fault::ErrorInTraces);
    let answer = caller(&traces).expect("trace_block", &json!(["0x1"]));
    assert_eq!(answer.as_array().unwrap().last().unwrap()["error"]["message"], "execution timeout");

    let null = broken(&node, Fault::NullBlocks);
    let rpc = caller(&null);
    let answers = (0..40).map(|_| rpc.expect("eth_getBlockByNumber", &block("0x1")));
    let nulls = answers.filter(Value::is_null).count();
    assert!((10..30).contains(&nulls), "{nulls}");
}

#[test]
fn a_chain_can_be_reorganised_in_the_middle() {
    let node = node();
    let hash =
        |rpc: &Rpc| rpc.expect("eth_getBlockByNumber", &json!(["0x12", false]))["hash"].clone();
    let before = hash(node.rpc());
    let reorg = Reorg { after_requests: 1, depth: 4 };
    let faults = Faults::none().with_reorg(reorg);
    let proxy = ChaosProxy::start(&node.url(), Profile::bare("bare"), faults);
    let rpc = caller(&proxy);
    assert_eq!(hash(&rpc), before);
    let after = hash(&rpc);
    assert_ne!(after, before);
    assert_eq!(hash(&rpc), after);
    assert_eq!(rpc.expect("eth_blockNumber", &json!([])), "0x14");
}
