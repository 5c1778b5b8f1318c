//! Against a server of a few lines, because no real one can be made to break off.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::{Download, DownloadError, download};
use crate::Endpoint;

/// Gives the same answer to everybody; keeps what was asked.
fn serve(answer: &'static str) -> (String, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(String::new()));
    let heard = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut bytes = [0; 4_096];
            let n = stream.read(&mut bytes).unwrap_or(0);
            heard.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..n]));
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    (origin, asked)
}

async fn get(
    origin: &str,
    known: Option<&str>,
    limit: u64,
) -> (Result<Download, DownloadError>, Vec<u8>) {
    let mut into = Vec::new();
    let from = Endpoint::parse(&format!("{origin}/KEY/SDN.XML")).unwrap();
    let timeout = Duration::from_secs(10);
    (download(&from, known, limit, timeout, &mut into).await, into)
}

#[tokio::test]
async fn a_file_comes_whole_or_not_at_all() {
    let check = async |answer: &'static str, known, limit, expected: Result<Download, &str>| {
        let (origin, _) = serve(answer);
        let (found, bytes) = get(&origin, known, limit).await;
        match (found, expected) {
            (Ok(found), Ok(expected)) => {
                assert_eq!(found, expected);
                if let Download::Fetched { n_bytes, .. } = found {
                    assert_eq!(n_bytes, u64::try_from(bytes.len()).unwrap());
                }
            }
            (Err(error), Err(words)) => {
                let text = error.to_string();
                assert!(text.contains(words) && !text.contains("KEY"), "{text}");
            }
            (found, expected) => panic!("{found:?} is not {expected:?}"),
        }
    };
    let fetched = |etag: Option<&str>, n_bytes| {
        Ok(Download::Fetched { etag: etag.map(str::to_owned), n_bytes })
    };
    let whole =
        "HTTP/1.1 200 OK\r\nETag: \"v1\"\r\nContent-Length: 5\r\nConnection: close\r\n\r\nabcde";
    check(whole, None, 5, fetched(Some("\"v1\""), 5)).await;
    check(whole, None, 4, Err("larger than 4 bytes")).await;
    let dated = "HTTP/1.1 200 OK\r\nLast-Modified: Mon, 23 Nov 2026 00:00:00 GMT\r\nConnection: close\r\n\r\nabcdef";
    check(dated, None, 100, fetched(Some("Mon, 23 Nov 2026 00:00:00 GMT"), 6)).await;
    check(dated, None, 5, Err("larger than 5 bytes")).await;
    let unchanged = "HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n";
    check(unchanged, Some("\"v1\""), 5, Ok(Download::Unchanged)).await;
    check(unchanged, None, 5, Err("HTTP status 304")).await;
    let short = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\nabc";
    check(short, None, 100, Err("broke off")).await;
    check("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", None, 5, Err("status 404")).await;
    let circle =
        "HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    check(circle, None, 5, Err("HTTP status 302")).await;
}

#[tokio::test]
async fn what_is_known_is_shown_to_the_server() {
    for (known, expected) in [
        (Some("\"v1\""), "if-none-match: \"v1\""),
        (Some("Mon, 23 Nov 2026 00:00:00 GMT"), "if-modified-since: Mon, 23 Nov"),
    ] {
        let (origin, asked) = serve("HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n");
        let (found, _) = get(&origin, known, 5).await;
        assert_eq!(found.unwrap(), Download::Unchanged);
        let asked = asked.lock().unwrap();
        assert!(asked.contains(expected) && asked.starts_with("GET /KEY/SDN.XML"), "{asked}");
    }
}

#[tokio::test]
async fn where_nothing_answers_it_says_so() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (found, _) = get(&format!("http://127.0.0.1:{port}"), None, 5).await;
    let error = found.unwrap_err().to_string();
    assert!(error.starts_with(&format!("cannot reach http://127.0.0.1:{port}: ")), "{error}");
}
