//! JSON-RPC over HTTP: batches, bounded answers, and patience.

use std::error::Error as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{StatusCode, redirect};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::answer::{self, Misfit, Outcome, Reply};
use super::{Answer, Call, Meaning, Options, Refusal, excerpt};
use crate::{Endpoint, Error};

/// How many HTTP requests are under way at once, at most.
const IN_FLIGHT: usize = 4;
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(8);
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
/// Of an answer that is no success, only the beginning is of interest.
const MAX_FAILURE_BYTES: u64 = 1024 * 1024;

/// A node over HTTP.
#[derive(Clone)]
pub(super) struct Http(Arc<Inner>);

struct Inner {
    endpoint: Endpoint,
    options: Options,
    client: reqwest::Client,
    permits: Semaphore,
    next_id: AtomicU64,
    sent: AtomicU64,
    /// How many questions the node takes in one request, as far as it has been learned.
    batch_limit: AtomicUsize,
    /// Whether it ever answered: then a failing connection is a bad moment, not a wrong address.
    was_reached: AtomicBool,
}

/// What one HTTP request brought.
enum Exchange {
    Answers(Vec<Answer>),
    /// The batch as a whole was refused.
    RefusedBatch(Refusal),
    Failed(Failure),
}

struct Failure {
    error: Error,
    /// How long to wait before another try; `None` if trying again is useless.
    retry: Option<Duration>,
}

impl Failure {
    const fn for_good(error: Error) -> Self {
        Self { error, retry: None }
    }
}

impl Http {
    pub(super) fn new(endpoint: Endpoint, options: Options) -> Result<Self, Error> {
        let client = reqwest::Client::builder()
            .user_agent(&options.user_agent)
            .timeout(options.timeout)
            .connect_timeout(CONNECT_TIMEOUT.min(options.timeout))
            // A redirect would carry the question to a host that nobody named.
            .redirect(redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(|error| Error::Setup { reason: reason_of(&error.without_url()) })?;
        Ok(Self(Arc::new(Inner {
            endpoint,
            batch_limit: AtomicUsize::new(options.batch_size.max(1)),
            options,
            client,
            permits: Semaphore::new(IN_FLIGHT),
            next_id: AtomicU64::new(1),
            sent: AtomicU64::new(0),
            was_reached: AtomicBool::new(false),
        })))
    }

    pub(super) fn origin(&self) -> &str {
        self.0.endpoint.origin()
    }

    pub(super) fn redact(&self, text: &str) -> String {
        self.0.endpoint.redact(text)
    }

    pub(super) fn sent(&self) -> u64 {
        self.0.sent.load(Ordering::Relaxed)
    }

    /// Asks all, in batches, and returns the answers in the order of the questions.
    pub(super) async fn ask_all(
        &self,
        calls: &[&Call],
        batch_size: usize,
    ) -> Result<Vec<Answer>, Error> {
        let batch_size = self.0.batch_limit.load(Ordering::Relaxed).min(batch_size).max(1);
        let mut tasks = JoinSet::new();
        for (batch_idx, batch) in calls.chunks(batch_size).enumerate() {
            let (node, batch) = (self.clone(), batch.iter().copied().cloned().collect());
            tasks.spawn(async move { (batch_idx, node.0.ask_batch(batch).await) });
        }
        let mut batches = Vec::with_capacity(tasks.len());
        while let Some(joined) = tasks.join_next().await {
            // A task ends early only when the runtime shuts down or it panicked: say so either way.
            let stopped =
                |error: tokio::task::JoinError| Error::Setup { reason: error.to_string() };
            let (batch_idx, answers) = joined.map_err(stopped)?;
            batches.push((batch_idx, answers?));
        }
        batches.sort_by_key(|(batch_idx, _)| *batch_idx);
        Ok(batches.into_iter().flat_map(|(_, answers)| answers).collect())
    }
}

impl Inner {
    /// Asks one batch, in smaller ones where the node or the limit on its answer demands it.
    async fn ask_batch(&self, calls: Vec<Call>) -> Result<Vec<Answer>, Error> {
        let mut answers = Vec::with_capacity(calls.len());
        let mut pending = vec![calls];
        while let Some(mut piece) = pending.pop() {
            match self.ask_patiently(&piece).await {
                Exchange::Answers(piece_answers) => answers.extend(piece_answers),
                Exchange::RefusedBatch(_) if piece.len() > 1 => {
                    self.batch_limit.fetch_min(piece.len() / 2, Ordering::Relaxed);
                    let rest = piece.split_off(piece.len() / 2);
                    pending.extend([rest, piece]);
                }
                Exchange::RefusedBatch(refusal) => answers.push(Err(refusal)),
                Exchange::Failed(failure) if piece.len() > 1 && is_too_large(&failure.error) => {
                    let rest = piece.split_off(piece.len() / 2);
                    pending.extend([rest, piece]);
                }
                Exchange::Failed(failure) => return Err(failure.error),
            }
        }
        Ok(answers)
    }

    /// Asks, and asks again what failed in a way that may pass.
    async fn ask_patiently(&self, calls: &[Call]) -> Exchange {
        let mut answers: Vec<Option<Answer>> = vec![None; calls.len()];
        let mut open: Vec<usize> = (0..calls.len()).collect();
        let mut attempt = 1;
        loop {
            let asked: Vec<&Call> = open.iter().filter_map(|place| calls.get(*place)).collect();
            let is_last = attempt >= self.options.attempts;
            let mut wait = wait_before_next(attempt);
            match self.exchange(&asked, attempt).await {
                Exchange::Failed(Failure { error, retry: Some(retry) }) => {
                    if is_last {
                        return Exchange::Failed(Failure::for_good(error));
                    }
                    wait = retry;
                }
                Exchange::RefusedBatch(refusal)
                    if refusal.meaning() == Meaning::Later && !is_last => {}
                Exchange::Answers(new) => {
                    let mut again = Vec::new();
                    for (place, answer) in open.into_iter().zip(new) {
                        let is_later =
                            matches!(&answer, Err(refusal) if refusal.meaning() == Meaning::Later);
                        if is_later && !is_last {
                            again.push(place);
                        } else if let Some(slot) = answers.get_mut(place) {
                            *slot = Some(answer);
                        }
                    }
                    open = again;
                    if open.is_empty() {
                        return Exchange::Answers(answers.into_iter().flatten().collect());
                    }
                }
                // A part of a batch that had been answered must not be lost with the refused rest.
                Exchange::RefusedBatch(_) if asked.len() < calls.len() && !is_last => {}
                other => return other,
            }
            tokio::time::sleep(wait).await;
            attempt += 1;
        }
    }

    /// One HTTP request and its answer.
    async fn exchange(&self, calls: &[&Call], attempt: u32) -> Exchange {
        let Ok(_permit) = self.permits.acquire().await else {
            let reason = "the client was shut down".to_owned();
            return Exchange::Failed(Failure::for_good(Error::Setup { reason }));
        };
        let method = calls.first().map_or("nothing", |call| call.method);
        let count = u64::try_from(calls.len()).unwrap_or(u64::MAX);
        let first_id = self.next_id.fetch_add(count, Ordering::Relaxed);
        let ids: Vec<u64> = (first_id..).take(calls.len()).collect();
        self.sent.fetch_add(count, Ordering::Relaxed);
        let at = Place { node: self, method, attempt };
        let response = self
            .client
            .post(self.endpoint.url().clone())
            .header(CONTENT_TYPE, "application/json")
            .body(question(calls, &ids))
            .send()
            .await;
        let response = match response {
            Ok(response) => response,
            Err(error) => return Exchange::Failed(at.failure(error)),
        };
        self.was_reached.store(true, Ordering::Relaxed);
        let status = response.status();
        let asked_wait = retry_after(&response);
        let body = match at.body(response).await {
            Ok(body) => body,
            Err(failure) => return Exchange::Failed(failure),
        };
        at.understood(status, asked_wait, &body, &ids)
    }
}

/// Where an exchange happens, for its errors.
struct Place<'a> {
    node: &'a Inner,
    method: &'static str,
    attempt: u32,
}

impl Place<'_> {
    fn host(&self) -> String {
        self.node.endpoint.origin().to_owned()
    }

    fn method(&self) -> String {
        self.method.to_owned()
    }

    fn clean(&self, text: &str) -> String {
        excerpt(&self.node.endpoint.redact(text))
    }

    fn failure(&self, error: reqwest::Error) -> Failure {
        let error = error.without_url();
        let (host, method, attempts) = (self.host(), self.method(), self.attempt);
        let is_connect = error.is_connect();
        let may_pass = !is_connect || self.node.was_reached.load(Ordering::Relaxed);
        let reason = self.clean(&reason_of(&error));
        let error = if error.is_timeout() && !is_connect {
            let seconds = self.node.options.timeout.as_secs();
            Error::Timeout { host, method, seconds, attempts }
        } else if is_connect {
            Error::Unreachable { host, reason, attempts }
        } else {
            Error::BrokenOff { host, method, reason, attempts }
        };
        Failure { error, retry: may_pass.then(|| wait_before_next(self.attempt)) }
    }

    /// Reads the whole body, but never more than the limit: the count is of decompressed bytes, so that
    /// a small compressed answer cannot fill the memory.
    async fn body(&self, mut response: reqwest::Response) -> Result<Vec<u8>, Failure> {
        let is_success = response.status().is_success();
        let max = self.node.options.max_body_bytes;
        let limit = if is_success { max } else { max.min(MAX_FAILURE_BYTES) };
        let mut body: Vec<u8> = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.failure(error))? {
            let length = body.len().saturating_add(chunk.len());
            if u64::try_from(length).is_ok_and(|length| length <= limit) {
                body.extend_from_slice(&chunk);
            } else if is_success {
                let (host, method) = (self.host(), self.method());
                return Err(Failure::for_good(Error::BodyTooLarge { host, method, limit }));
            } else {
                break;
            }
        }
        Ok(body)
    }

    fn understood(
        &self,
        status: StatusCode,
        asked_wait: Option<Duration>,
        body: &[u8],
        ids: &[u64],
    ) -> Exchange {
        let text = String::from_utf8_lossy(body);
        let reply = answer::read(&text, ids);
        let may_pass = matches!(status.as_u16(), 429 | 502 | 503 | 504);
        // Many nodes put a JSON-RPC refusal into a 400 or a 500, and that says more than the status.
        match reply {
            Ok(reply) if !may_pass => self.answers(reply),
            Err(misfit) if status.is_success() => Exchange::Failed(self.misfit(misfit, &text)),
            _ => {
                let retry = asked_wait.unwrap_or_else(|| wait_before_next(self.attempt));
                let error = Error::Status {
                    host: self.host(),
                    method: self.method(),
                    status: status.as_u16(),
                    text: self.clean(&text),
                    attempts: self.attempt,
                };
                Exchange::Failed(Failure { error, retry: may_pass.then_some(retry) })
            }
        }
    }

    fn answers(&self, reply: Reply<'_>) -> Exchange {
        let refusal = |error| Refusal::read(error, Some(&self.node.endpoint));
        match reply {
            Reply::RefusedBatch(error) => Exchange::RefusedBatch(refusal(error)),
            Reply::Outcomes(outcomes) => {
                let answer = |outcome| match outcome {
                    Outcome::Result(raw) => Ok(Arc::from(raw.get())),
                    Outcome::Error(error) => Err(refusal(error)),
                };
                Exchange::Answers(outcomes.into_iter().map(answer).collect())
            }
        }
    }

    fn misfit(&self, misfit: Misfit, text: &str) -> Failure {
        let (host, method) = (self.host(), self.method());
        let text = self.clean(text);
        match misfit {
            Misfit::NotJson { is_web_page } => {
                Failure::for_good(Error::NotJson { host, method, is_web_page, text })
            }
            Misfit::CutOff(reason) => Failure {
                error: Error::BrokenOff { host, method, reason, attempts: self.attempt },
                retry: Some(wait_before_next(self.attempt)),
            },
            Misfit::Malformed(reason) => {
                Failure::for_good(Error::InvalidAnswer { host, method, reason, text })
            }
            Misfit::WrongIds(reason) => Failure::for_good(Error::WrongIds { host, method, reason }),
        }
    }
}

/// The body of a request. One question is sent as an object, because some servers know no batches.
fn question(calls: &[&Call], ids: &[u64]) -> String {
    let questions: Vec<String> = calls
        .iter()
        .zip(ids)
        .map(|(call, id)| {
            format!(
                r#"{{"jsonrpc":"2.0","id":{id},"method":"{}","params":{}}}"#,
                call.method, call.params
            )
        })
        .collect();
    match questions.as_slice() {
        [one] => one.clone(),
        many => format!("[{}]", many.join(",")),
    }
}

const fn is_too_large(error: &Error) -> bool {
    matches!(error, Error::BodyTooLarge { .. } | Error::Status { status: 413, .. })
}

fn wait_before_next(attempt: u32) -> Duration {
    let doublings = attempt.saturating_sub(1).min(16);
    FIRST_WAIT.saturating_mul(1 << doublings).min(LONGEST_WAIT)
}

/// The wait that the server asks for in seconds. The form with a date would need a clock, and is
/// answered with the usual wait.
fn retry_after(response: &reqwest::Response) -> Option<Duration> {
    let text = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    let seconds = text.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_RETRY_AFTER))
}

/// The innermost reason, which is the one that says something: `Connection refused`, an unknown name, a
/// certificate.
fn reason_of(error: &reqwest::Error) -> String {
    let mut reason = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        reason = inner.to_string();
        source = inner.source();
    }
    reason
}
