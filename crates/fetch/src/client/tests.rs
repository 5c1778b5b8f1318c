pub(crate) mod server;

use std::io::Write as _;
use std::time::{Duration, Instant};

use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};

use super::{Answer, Call, Client, Options, Refusal};
use crate::{Endpoint, Error, Session};
use server::{Server, ids, page, page_with, result};

fn options() -> Options {
    Options { attempts: 1, timeout: Duration::from_secs(5), ..Options::default() }
}

fn client(server: &Server, options: Options) -> Client {
    Client::http(Endpoint::parse(&server.url).unwrap(), options).unwrap()
}

fn call(number: u64) -> Call {
    Call::new("eth_test", &json!([number]))
}

fn calls(count: u64) -> Vec<Call> {
    (0..count).map(call).collect()
}

fn texts(answers: Result<Vec<Answer>, Error>) -> Vec<String> {
    let text = |answer: Answer| match answer {
        Ok(text) => text.to_string(),
        Err(refusal) => format!("!{}", refusal.message),
    };
    answers.unwrap().into_iter().map(text).collect()
}

/// Answers every question with its own parameter, in reverse.
fn echo(body: &Value) -> Vec<u8> {
    let one = |question: &Value| result(&question["id"], &question["params"][0]);
    match body.as_array() {
        Some(batch) => {
            page(&Value::from(batch.iter().rev().map(one).collect::<Vec<_>>()).to_string())
        }
        None => page(&one(body).to_string()),
    }
}

#[tokio::test]
async fn batches_come_back_in_the_order_of_the_questions() {
    let server = Server::start(|_, body| echo(body)).await;
    let client = client(&server, Options { batch_size: 3, ..options() });
    let expected: Vec<String> = (0..10).map(|n| n.to_string()).collect();
    assert_eq!(texts(client.ask_all(&calls(10)).await), expected);
    assert_eq!((server.hits(), client.requests_sent()), (4, 10));
    // The same question twice is asked once.
    assert_eq!(texts(client.ask_all(&[call(5), call(5)]).await), ["5", "5"]);
    assert_eq!(client.requests_sent(), 11);
    assert_eq!(texts(client.ask_all(&[]).await), Vec::<String>::new());
}

#[tokio::test]
async fn a_node_that_takes_smaller_batches_or_none_is_asked_so() {
    for limit in [1, 3] {
        let server = Server::start(move |_, body| match body.as_array() {
            Some(batch) if batch.len() > limit => page(&json!({"jsonrpc": "2.0", "id": null,
                "error": {"code": -32600, "message": "Batch of more than 3 requests are not allowed on free tier"}}).to_string()),
            _ => echo(body),
        })
        .await;
        let client = client(&server, options());
        let expected: Vec<String> = (0..8).map(|n| n.to_string()).collect();
        assert_eq!(texts(client.ask_all(&calls(8)).await), expected);
        let before = server.hits();
        assert_eq!(texts(client.ask_all(&calls(8)).await), expected);
        // What was learned is not tried again.
        assert_eq!(server.hits() - before, 8_usize.div_ceil(limit));
    }
}

#[tokio::test]
async fn a_batch_whose_answer_is_too_large_is_asked_in_halves() {
    let server = Server::start(|_, body| {
        let size = body.as_array().map_or(1, Vec::len);
        let padding = " ".repeat(size * 1000);
        let answer = String::from_utf8(echo(body)).unwrap();
        page(&(padding + answer.split_once("\r\n\r\n").unwrap().1))
    })
    .await;
    let client = client(&server, Options { max_body_bytes: 2500, ..options() });
    assert_eq!(texts(client.ask_all(&calls(5)).await), ["0", "1", "2", "3", "4"]);
}

#[tokio::test]
async fn faults_are_told_apart() {
    let check = async |answer: Vec<u8>, expected: &str| {
        let server = Server::start(move |_, _| answer.clone()).await;
        let limited = Options { max_body_bytes: 100_000, ..options() };
        let error = client(&server, limited).ask(&call(0)).await.unwrap_err();
        let shown = error.to_string().replace(server.url.trim_end_matches('/'), "HOST");
        let shown = shown.replace(server.origin(), "HOST");
        assert_eq!(shown, expected);
        assert!(error.hint().is_some());
    };
    check(
        page_with("200 OK", "content-type: text/html", b"<!DOCTYPE html>\n<title>Wallet</title>"),
        "HOST did not answer eth_test with JSON but with what looks like a web page: `<!DOCTYPE html> <title>Wallet</title>`",
    )
    .await;
    check(page("OK"), "HOST did not answer eth_test with JSON: `OK`").await;
    check(
        page(r#"{"jsonrpc":"2.0","id":1,"resu"#),
        "the answer of HOST to eth_test broke off: EOF while parsing a string at line 1 column 29",
    )
    .await;
    check(
        page(r#"{"jsonrpc":"2.0","id":1,,}"#),
        "HOST gave an answer to eth_test that cannot be read: key must be a string at line 1 column 25: `{\"jsonrpc\":\"2.0\",\"id\":1,,}`",
    )
    .await;
    check(
        page(r#"{"jsonrpc":"2.0","id":999,"result":1}"#),
        "HOST mixed up its answers to eth_test: an answer has the id 999, never asked",
    )
    .await;
    check(page(&" ".repeat(200_000)), "the answer of HOST to eth_test is larger than 100000 bytes")
        .await;
    check(
        page_with("404 Not Found", "x: y", b"Cannot POST /v3/SECRET\x07"),
        "HOST answered eth_test with HTTP status 404: `Cannot POST …\\u{7}`",
    )
    .await;
    check(
        page_with("301 Moved", "location: https://elsewhere/", b""),
        "HOST answered eth_test with HTTP status 301",
    )
    .await;
    // A length that the body does not have.
    let short = b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{\"id\"".to_vec();
    let server = Server::start(move |_, _| short.clone()).await;
    let error = client(&server, options()).ask(&call(0)).await.unwrap_err();
    assert!(matches!(error, Error::BrokenOff { attempts: 1, .. }), "{error}");
}

#[tokio::test]
async fn a_compressed_answer_is_limited_by_what_it_becomes() {
    let packed = |text: &[u8]| {
        let mut gz = GzEncoder::new(vec![], Compression::best());
        gz.write_all(text).unwrap();
        page_with("200 OK", "content-encoding: gzip", &gz.finish().unwrap())
    };
    let answer = packed(br#"{"id":1,"result":"ok"}"#);
    let bomb = packed(&vec![b' '; 50_000_000]);
    assert!(bomb.len() < 100_000);
    let server =
        Server::start(move |hit, _| if hit == 0 { answer.clone() } else { bomb.clone() }).await;
    let client = client(&server, Options { max_body_bytes: 1_000_000, ..options() });
    assert_eq!(texts(client.ask_all(&[call(0)]).await), ["\"ok\""]);
    let error = client.ask(&call(0)).await.unwrap_err();
    assert!(matches!(error, Error::BodyTooLarge { limit: 1_000_000, .. }), "{error}");
}

#[tokio::test]
async fn what_may_pass_is_tried_again() {
    let check = async |first: Vec<u8>, at_least: Duration| {
        let server =
            Server::start(move |hit, body| if hit == 0 { first.clone() } else { echo(body) }).await;
        let started = Instant::now();
        let patient = client(&server, Options { attempts: 2, ..options() });
        assert_eq!(texts(patient.ask_all(&calls(2)).await), ["0", "1"]);
        assert!(started.elapsed() >= at_least, "{:?}", started.elapsed());
        assert_eq!(server.hits(), 2);
    };
    let backoff = Duration::from_millis(250);
    let limited = page_with("429 Too Many Requests", "retry-after: 1", b"slow down");
    check(limited, Duration::from_secs(1)).await;
    check(
        page_with("429 Too Many Requests", "retry-after: Wed, 21 Oct 2026 07:28:00 GMT", b""),
        backoff,
    )
    .await;
    check(page_with("503 Service Unavailable", "retry-after: 0", b"{}"), Duration::ZERO).await;
    check(page_with("502 Bad Gateway", "x: y", b"<html>"), backoff).await;
    check(vec![], backoff).await;
    check(page("[{\"id\":1"), backoff).await;
}

#[tokio::test]
async fn patience_ends_and_says_so() {
    let server =
        Server::start(|_, _| page_with("503 Service Unavailable", "retry-after: 0", b"busy")).await;
    let error =
        client(&server, Options { attempts: 3, ..options() }).ask(&call(0)).await.unwrap_err();
    assert_eq!(server.hits(), 3);
    let expected = format!(
        "{} answered eth_test with HTTP status 503: `busy` (after 3 attempts)",
        server.origin()
    );
    assert_eq!(error.to_string(), expected);
}

#[tokio::test]
async fn only_the_questions_that_were_put_off_are_asked_again() {
    let server = Server::start(|hit, body| {
        let Some(batch) = body.as_array().filter(|_| hit == 0) else { return echo(body) };
        let busy = json!({"code": 429, "message": "Too many requests"});
        page(&json!([{"id": batch[0]["id"], "result": "first"}, {"id": batch[1]["id"], "error": busy}]).to_string())
    })
    .await;
    let client = client(&server, Options { attempts: 2, ..options() });
    assert_eq!(texts(client.ask_all(&calls(2)).await), ["\"first\"", "1"]);
    assert_eq!(client.requests_sent(), 3);
}

#[tokio::test]
async fn a_refusal_is_an_answer_whatever_the_status() {
    let server = Server::start(|_, body| {
        let error = json!({"code": -32600, "message": "no\nway, key SECRET"});
        let refusal = json!({"id": ids(body)[0], "error": error}).to_string();
        page_with("400 Bad Request", "x: y", refusal.as_bytes())
    })
    .await;
    let client = client(&server, options());
    let refusal = client.ask(&call(0)).await.unwrap().unwrap_err();
    assert_eq!(refusal, Refusal::new(-32600, "no\nway, key …"));
    let error = client.get::<u64>(&call(0)).await.unwrap_err().to_string();
    assert_eq!(
        error,
        format!("{} refused eth_test: no\\u{{a}}way, key … (code -32600)", server.origin())
    );
}

#[tokio::test]
async fn slow_and_absent_nodes_are_told_apart() {
    let server = Server::start_slow(Duration::from_secs(30), |_, body| echo(body)).await;
    let hasty = Options { timeout: Duration::from_millis(200), ..options() };
    let error = client(&server, hasty).ask(&call(0)).await.unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error}");
    let unused = Server::unused_port();
    let endpoint = Endpoint::parse(&format!("http://127.0.0.1:{unused}/SECRET")).unwrap();
    let patient = Options { attempts: 4, ..options() };
    let error = Client::http(endpoint, patient).unwrap().ask(&call(0)).await.unwrap_err();
    let expected =
        format!("cannot reach http://127.0.0.1:{unused}: Connection refused (os error 111)");
    assert_eq!(error.to_string(), expected, "a node that was never reached is not tried again");
}

#[tokio::test]
async fn no_error_shows_a_key() {
    let faults: [&[u8]; 6] = [
        b"HTTP/1.1 200 OK\r\ncontent-length: 58\r\n\r\n{\"id\":1,\"result\":\"nothing at /v3/SECRET for user:passwd \"} ",
        b"",
        b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nSECRET",
        b"HTTP/1.1 403 SECRET\r\ncontent-length: 32\r\n\r\n/v3/SECRET?key=SECRET user:passwd",
        b"HTTP/1.1 200 OK\r\ncontent-length: 14\r\n\r\n{\"id\":\"SECRET\"",
        b"SECRET\r\n\r\n",
    ];
    for fault in faults {
        let server = Server::start(move |_, _| fault.to_vec()).await;
        let url =
            server.origin().replace("http://", "http://user:passwd@") + "/v3/SECRET?key=SECRET";
        let client = Client::http(Endpoint::parse(&url).unwrap(), options()).unwrap();
        let error = client.get::<u64>(&call(0)).await.unwrap_err();
        let shown = format!("{error} {error:?} {:?} {client:?}", error.hint());
        for secret in ["SECRET", "passwd", "user:"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}

#[tokio::test]
async fn a_recording_holds_refusals_without_keys() {
    let server = Server::start(|_, body| {
        let error = json!({"code": 1, "message": "no SECRET", "data": {"path": "/v3/SECRET"}});
        page(&json!({"id": ids(body)[0], "error": error}).to_string())
    })
    .await;
    let client = client(&server, options()).recorded();
    let refusal = client.ask(&call(0)).await.unwrap().unwrap_err();
    let data = Some(r#"{"path":"…"}"#.to_owned());
    assert_eq!(refusal, Refusal { data, ..Refusal::new(1, "no …") });
    assert_eq!(client.session().unwrap().answer(&call(0)), Some(Err(refusal)));
}

#[tokio::test]
async fn a_recording_answers_like_the_node_did() {
    let server = Server::start(|hit, body| match body["params"][0].as_u64() {
        Some(7) => page(
            &json!({"id": ids(body)[0], "error": {"code": 3, "message": "reverted"}}).to_string(),
        ),
        _ => page(&json!({"id": ids(body)[0], "result": hit}).to_string()),
    })
    .await;
    let live = client(&server, Options { batch_size: 1, ..options() }).recorded();
    assert_eq!(texts(live.ask_all(&[call(1)]).await), ["0"]);
    assert_eq!(texts(live.ask_all(&[call(7)]).await), ["!reverted"]);
    // The node would say 2 now; the recording of this run says 0.
    assert_eq!(texts(live.ask_all(&[call(1)]).await), ["0"]);
    assert_eq!(live.requests_sent(), 2);
    let session = live.session().unwrap();
    let replay = Client::replay(Session::read(&session.write().unwrap()).unwrap());
    assert_eq!(replay.origin(), "recording");
    assert_eq!(texts(replay.ask_all(&[call(7), call(1)]).await), ["!reverted", "0"]);
    let error = replay.ask(&call(2)).await.unwrap_err();
    assert_eq!(error, Error::NotRecorded { method: "eth_test".into() });
    assert!(Client::replay(session).session().is_none());
}

/// Asks a slow endpoint that has another one beside it.
async fn hedged(slow: &Server, other: &Server) -> (Client, Duration, Vec<String>) {
    let options = Options { hedge_after: Some(Duration::from_millis(100)), ..options() };
    let both = [client(slow, options.clone()), client(other, options)];
    let client = Client::together(&both);
    let start = Instant::now();
    let answers = texts(client.ask_all(&calls(3)).await);
    (client, start.elapsed(), answers)
}

#[tokio::test]
async fn what_takes_too_long_is_asked_of_another_one_too() {
    let fast = Server::start(|_, body| echo(body)).await;
    let slow = Server::start_slow(Duration::from_secs(3), |_, body| echo(body)).await;
    let (client, time, answers) = hedged(&slow, &fast).await;
    assert_eq!(answers, ["0", "1", "2"]);
    assert!(time < Duration::from_secs(2), "{time:?}");
    assert_eq!((client.requests_hedged(), fast.hits()), (1, 1));
    // Then the slow one is not asked first.
    let start = Instant::now();
    assert_eq!(texts(client.ask_all(&calls(1)).await), ["0"]);
    assert!(start.elapsed() < Duration::from_millis(90), "{:?}", start.elapsed());
    assert_eq!((client.requests_hedged(), fast.hits()), (1, 2));
}

#[tokio::test]
async fn what_another_one_said_in_its_stead_is_not_remembered_as_its_word() {
    let says = |text: &'static str| {
        move |_: usize, body: &Value| page(&result(&body["id"], &json!(text)).to_string())
    };
    let fast = Server::start(says("0x2")).await;
    let slow = Server::start_slow(Duration::from_secs(1), says("0x1")).await;
    let options = Options { hedge_after: Some(Duration::from_millis(100)), ..options() };
    let both = [client(&slow, options.clone()), client(&fast, options)];
    let client = Client::together(&both);
    client.set_final(100);
    let call = Call::new("eth_getBalance", &json!(["0x1", "0x10"]));
    assert_eq!(texts(client.ask_all(std::slice::from_ref(&call)).await), ["\"0x2\""]);
    for (peer, own) in client.peers().iter().zip(["\"0x1\"", "\"0x2\""]) {
        assert_eq!(texts(peer.ask_all(&[&call], 1, 1, None).await), [own], "{}", peer.origin());
    }
    // Its own word is, and nobody is asked again.
    let hits = slow.hits();
    assert_eq!(texts(both[0].ask_all(&[call]).await), ["\"0x1\""]);
    assert_eq!((slow.hits(), fast.hits()), (hits, 1));
}

#[tokio::test]
async fn a_slow_endpoint_is_waited_for_where_the_other_one_is_no_help() {
    let refusing = Server::start(|_, body| {
        let refusal = json!({"code": -32601, "message": "the method does not exist"});
        let one = |id| json!({"jsonrpc": "2.0", "id": id, "error": refusal});
        page(&Value::from(ids(body).into_iter().map(one).collect::<Vec<_>>()).to_string())
    })
    .await;
    let slow = Server::start_slow(Duration::from_millis(500), |_, body| echo(body)).await;
    let (client, time, answers) = hedged(&slow, &refusing).await;
    assert_eq!(answers, ["0", "1", "2"]);
    assert!(Duration::from_millis(450) < time, "{time:?}");
    // What it refused it is not asked again, however long the other one takes.
    assert_eq!(texts(client.ask_all(&calls(3)).await), ["0", "1", "2"]);
    assert_eq!((client.requests_hedged(), refusing.hits()), (1, 1));
}

#[tokio::test]
async fn nobody_is_asked_more_often_than_the_user_allows() {
    let server = Server::start(|_, body| echo(body)).await;
    let client = client(&server, Options { max_rate: Some(40), ..options() });
    let start = Instant::now();
    client.ask_all(&calls(40)).await.unwrap();
    // In batches of ten, the last of which leaves after three quarters of a second.
    assert_eq!(server.hits(), 4);
    assert!(Duration::from_millis(700) < start.elapsed(), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_wait_until_a_date_is_kept() {
    let server = Server::start(|hit, body| match hit {
        0 => page_with(
            "429 Too Many Requests",
            "date: Sun, 06 Nov 1994 08:49:37 GMT\r\nretry-after: Sun, 06 Nov 1994 08:49:38 GMT",
            b"slow down",
        ),
        _ => echo(body),
    })
    .await;
    let client = client(&server, Options { attempts: 2, ..options() });
    let start = Instant::now();
    assert_eq!(texts(client.ask_all(&calls(1)).await), ["0"]);
    assert!(Duration::from_secs(1) <= start.elapsed(), "{:?}", start.elapsed());
}
