//! Asking a node as plainly as possible: the yardstick for what fetching costs beyond it.

use std::sync::Arc;

use fundtrail_model::Window;
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::dense::Dense;

#[derive(Deserialize)]
struct Answer<'a> {
    id: u64,
    #[serde(borrow)]
    result: &'a RawValue,
}

pub(crate) fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime")
}

/// The answer to the first of the two questions for these blocks, as the node writes it.
pub(crate) fn logs(dense: &Dense, window: Window) -> String {
    let question = dense.question(window);
    let body = runtime().block_on(post(&reqwest::Client::new(), dense.node.url(), question));
    let answers: Vec<Answer<'_>> = serde_json::from_slice(&body).expect("answers");
    let answer = answers.iter().find(|answer| answer.id == 1).expect("an answer");
    answer.result.get().to_owned()
}

/// Downloads these pieces, so many at once, and throws them away. Returns how many bytes there were.
pub(crate) async fn discard(dense: &Dense, pieces: &[Window], at_once: usize) -> usize {
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let permits = Arc::new(Semaphore::new(at_once));
    let mut tasks = JoinSet::new();
    for piece in pieces {
        let (client, permits) = (client.clone(), Arc::clone(&permits));
        let (url, question) = (dense.node.url(), dense.question(*piece));
        tasks.spawn(async move {
            let _permit = permits.acquire().await.expect("open");
            let mut response = send(&client, url, question).await;
            let mut bytes = 0;
            while let Some(chunk) = response.chunk().await.expect("a chunk") {
                bytes += chunk.len();
            }
            bytes
        });
    }
    tasks.join_all().await.into_iter().sum()
}

async fn send(client: &reqwest::Client, url: String, question: String) -> reqwest::Response {
    let request = client.post(url).header("content-type", "application/json").body(question);
    request.send().await.expect("an answer")
}

async fn post(client: &reqwest::Client, url: String, question: String) -> Vec<u8> {
    send(client, url, question).await.bytes().await.expect("a body").to_vec()
}
