//! JSON-RPC over HTTP: batches, bounded answers, and patience.

mod body;
mod exchange;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::redirect;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::backoff::Backoff;
use super::hedge::{Stead, Typical};
use super::limiter::Limiter;
use super::refusal::Kind;
use super::{Answer, Call, Meaning, Options, Refusal};
use crate::{Endpoint, Error};
use exchange::{Brought, Exchange, Failure, reason_of};

/// How many HTTP requests are under way at once, at most.
const IN_FLIGHT: usize = 4;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// A node over HTTP.
#[derive(Clone)]
pub(crate) struct Http(Arc<Inner>);

struct Inner {
    endpoint: Endpoint,
    options: Options,
    client: reqwest::Client,
    permits: Semaphore,
    limiter: Limiter,
    backoff: Backoff,
    next_id: AtomicU64,
    sent: AtomicU64,
    hedged: AtomicU64,
    /// The longest answer so far, in bytes after decompression.
    largest: AtomicU64,
    /// Questions per 1,000 seconds, before anything is learned.
    first_rate: Option<u64>,
    typical: Typical,
    /// How many questions go into one request until the node refuses so many.
    first_batch_limit: usize,
    /// How many questions the node takes in one request, as far as it has been learned.
    batch_limit: AtomicUsize,
    /// Whether it ever answered: then a failing connection is a bad moment, not a wrong address.
    was_reached: AtomicBool,
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
        // A node next door has no provider who counts.
        let rate = Some(options.rate).filter(|_| !endpoint.is_nearby());
        // The questions of a batch leave together: a batch is a small part of what may leave in a second.
        let quarter = options.max_rate.map(|rate| usize::try_from(rate / 4).unwrap_or(usize::MAX));
        let first_batch_limit = options.batch_size.min(quarter.unwrap_or(usize::MAX)).max(1);
        Ok(Self(Arc::new(Inner {
            endpoint,
            client,
            permits: Semaphore::new(IN_FLIGHT),
            limiter: Limiter::new(rate, options.max_rate),
            backoff: Backoff::new(options.seed),
            next_id: AtomicU64::new(1),
            sent: AtomicU64::new(0),
            hedged: AtomicU64::new(0),
            largest: AtomicU64::new(0),
            first_rate: Limiter::new(rate, options.max_rate).rate(),
            typical: Typical::default(),
            first_batch_limit,
            batch_limit: AtomicUsize::new(first_batch_limit),
            was_reached: AtomicBool::new(false),
            options,
        })))
    }

    pub(crate) fn origin(&self) -> &str {
        self.0.endpoint.origin()
    }

    pub(super) fn redact(&self, text: &str) -> String {
        self.0.endpoint.redact(text)
    }

    /// How many questions go into one HTTP request.
    pub(crate) fn batch_limit(&self) -> usize {
        self.0.batch_limit.load(Ordering::Relaxed)
    }

    /// Whether the node refused a batch for its number of questions.
    pub(crate) fn has_batch_limit(&self) -> bool {
        self.batch_limit() < self.0.first_batch_limit
    }

    /// Begins with what was learned before.
    pub(crate) fn teach(&self, batch_limit: Option<usize>, rate: Option<u64>, largest: u64) {
        self.0.largest.fetch_max(largest, Ordering::Relaxed);
        if let Some(limit) = batch_limit {
            self.0.batch_limit.fetch_min(limit.max(1), Ordering::Relaxed);
        }
        if let Some(rate) = rate {
            self.0.limiter.start_at(rate);
        }
    }

    /// Questions per 1,000 seconds, as far as a limit is known.
    pub(crate) fn rate(&self) -> Option<u64> {
        self.0.limiter.rate()
    }

    /// The same, if it is not what everybody begins with.
    pub(crate) fn learned_rate(&self) -> Option<u64> {
        self.rate().filter(|rate| Some(*rate) != self.0.first_rate)
    }

    /// How many bytes its longest answer had.
    pub(crate) fn largest_answer(&self) -> u64 {
        self.0.largest.load(Ordering::Relaxed)
    }

    pub(super) fn sent(&self) -> u64 {
        self.0.sent.load(Ordering::Relaxed)
    }

    /// How often another endpoint was asked too.
    pub(super) fn hedged(&self) -> u64 {
        self.0.hedged.load(Ordering::Relaxed)
    }

    /// Whether it has nothing to do, and may be asked.
    pub(super) fn is_idle(&self) -> bool {
        self.0.permits.available_permits() == IN_FLIGHT && !self.0.limiter.is_paused()
    }

    /// Asks all, in batches, and returns the answers in the order of the questions.
    pub(super) async fn ask_all(
        &self,
        calls: &[&Call],
        batch_size: usize,
        attempts: u32,
        stead: Option<Arc<Stead>>,
    ) -> Result<Vec<Answer>, Error> {
        let attempts = attempts.min(self.0.options.attempts);
        let batch_size = self.0.batch_limit.load(Ordering::Relaxed).min(batch_size).max(1);
        let mut tasks = JoinSet::new();
        for (batch_idx, batch) in calls.chunks(batch_size).enumerate() {
            let (node, stead) = (self.clone(), stead.clone());
            let batch: Vec<Call> = batch.iter().copied().cloned().collect();
            tasks.spawn(async move {
                (batch_idx, node.0.ask_batch(batch, attempts, stead.as_ref()).await)
            });
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
    async fn ask_batch(
        &self,
        calls: Vec<Call>,
        attempts: u32,
        stead: Option<&Arc<Stead>>,
    ) -> Result<Vec<Answer>, Error> {
        let mut answers = Vec::with_capacity(calls.len());
        let mut pending = vec![calls];
        while let Some(mut piece) = pending.pop() {
            let length = piece.len();
            match self.ask_patiently(&piece, attempts, stead).await {
                Brought::Answers(piece_answers) => answers.extend(piece_answers),
                Brought::RefusedBatch(refusal) if length > 1 => {
                    let size = smaller_batch(&refusal, length);
                    if matches!(refusal.kind(), Kind::BatchTooBig | Kind::Unknown) {
                        self.batch_limit.fetch_min(size, Ordering::Relaxed);
                    }
                    let rest = piece.split_off(size);
                    pending.extend([rest, piece]);
                }
                Brought::RefusedBatch(refusal) => answers.push(Err(refusal)),
                Brought::Failed(failure)
                    if length > 1 && is_too_large(&failure.error) && !is_for_logs(&piece) =>
                {
                    let rest = piece.split_off(length / 2);
                    pending.extend([rest, piece]);
                }
                Brought::Failed(failure) => return Err(failure.error),
            }
        }
        Ok(answers)
    }

    /// Asks, and asks again what failed in a way that may pass.
    async fn ask_patiently(
        &self,
        calls: &[Call],
        attempts: u32,
        stead: Option<&Arc<Stead>>,
    ) -> Brought {
        let mut answers: Vec<Option<Answer>> = vec![None; calls.len()];
        let mut open: Vec<usize> = (0..calls.len()).collect();
        let mut attempt = 1;
        loop {
            let asked: Vec<&Call> = open.iter().filter_map(|place| calls.get(*place)).collect();
            let Exchange { outcome, asked_wait } = self.exchange(&asked, attempt, stead).await;
            let is_last = attempt >= patience(attempts, &outcome);
            match outcome {
                Brought::Failed(Failure { error, may_pass }) => {
                    if is_last || !may_pass {
                        return Failure::for_good(error).into();
                    }
                }
                Brought::RefusedBatch(refusal)
                    if refusal.meaning() == Meaning::Later && !is_last => {}
                Brought::Answers(new) => {
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
                        return Brought::Answers(answers.into_iter().flatten().collect());
                    }
                }
                // A part of a batch that had been answered must not be lost with the refused rest.
                Brought::RefusedBatch(_) if asked.len() < calls.len() && !is_last => {}
                other @ Brought::RefusedBatch(_) => return other,
            }
            tokio::time::sleep(asked_wait.unwrap_or_else(|| self.backoff.after(attempt))).await;
            attempt += 1;
        }
    }
}

/// How often to try in all. A node that is only asked too often will answer: it gets twice the time.
fn patience(attempts: u32, outcome: &Brought) -> u32 {
    match attempts {
        0 | 1 => 1,
        attempts if outcome.is_too_often() => attempts.saturating_mul(2),
        attempts => attempts,
    }
}

/// The size of the next batch after one of `length`, which is more than one, was refused.
fn smaller_batch(refusal: &Refusal, length: usize) -> usize {
    let named = refusal.hints().batch.and_then(|size| usize::try_from(size).ok());
    named.filter(|size| (1..length).contains(size)).unwrap_or(length / 2)
}

/// Who searches for logs cuts the range, and asks for its parts together again.
fn is_for_logs(calls: &[Call]) -> bool {
    calls.first().is_some_and(|call| call.method == "eth_getLogs")
}

const fn is_too_large(error: &Error) -> bool {
    matches!(error, Error::BodyTooLarge { .. } | Error::Status { status: 413, .. })
}
