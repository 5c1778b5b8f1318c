//! A server that says what a test wants it to.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub(crate) struct Server {
    pub(crate) url: String,
    hits: Arc<AtomicUsize>,
    accepting: tokio::task::JoinHandle<()>,
}

type Respond = dyn Fn(usize, &Value) -> Vec<u8> + Send + Sync;

impl Server {
    /// Answers each request with the bytes that `respond` makes of its number and its JSON, and closes
    /// the connection.
    pub(crate) async fn start(
        respond: impl Fn(usize, &Value) -> Vec<u8> + Send + Sync + 'static,
    ) -> Self {
        Self::start_slow(Duration::ZERO, respond).await
    }

    pub(crate) async fn start_slow(
        delay: Duration,
        respond: impl Fn(usize, &Value) -> Vec<u8> + Send + Sync + 'static,
    ) -> Self {
        Self::start_late(move |_| delay, respond).await
    }

    /// Takes its time by what it is asked.
    pub(crate) async fn start_late(
        delay: impl Fn(&Value) -> Duration + Copy + Send + Sync + 'static,
        respond: impl Fn(usize, &Value) -> Vec<u8> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v3/SECRET", listener.local_addr().unwrap());
        let hits = Arc::new(AtomicUsize::new(0));
        let (counter, respond): (_, Arc<Respond>) = (Arc::clone(&hits), Arc::new(respond));
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let hit = counter.fetch_add(1, Ordering::SeqCst);
                let respond = Arc::clone(&respond);
                tokio::spawn(async move {
                    let body = read_request(stream, delay, |body| respond(hit, body)).await;
                    drop(body);
                });
            }
        });
        Self { url, hits, accepting }
    }

    pub(crate) fn hits(&self) -> usize {
        self.hits.load(Ordering::SeqCst)
    }

    pub(crate) fn origin(&self) -> &str {
        self.url.trim_end_matches("/v3/SECRET")
    }

    /// A port at which nobody listens.
    pub(crate) fn unused_port() -> u16 {
        std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn read_request(
    mut stream: TcpStream,
    delay: impl Fn(&Value) -> Duration,
    respond: impl Fn(&Value) -> Vec<u8>,
) -> std::io::Result<()> {
    let mut request = vec![];
    let body = loop {
        if stream.read_buf(&mut request).await? == 0 {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&request);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.to_lowercase();
            let length = length.split("content-length: ").nth(1).unwrap();
            let length: usize = length.split("\r\n").next().unwrap().parse().unwrap();
            if body.len() >= length {
                break serde_json::from_str(body).unwrap();
            }
        }
    };
    tokio::time::sleep(delay(&body)).await;
    stream.write_all(&respond(&body)).await?;
    stream.shutdown().await
}

/// The ids of the questions.
pub(crate) fn ids(body: &Value) -> Vec<Value> {
    let questions = body.as_array().cloned().unwrap_or_else(|| vec![body.clone()]);
    questions.iter().map(|question| question["id"].clone()).collect()
}

pub(crate) fn result(id: &Value, result: &Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "result": result})
}

/// A success with this body.
pub(crate) fn page(body: &str) -> Vec<u8> {
    page_with("200 OK", "content-type: application/json", body.as_bytes())
}

pub(crate) fn page_with(status: &str, header: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\n{header}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}
