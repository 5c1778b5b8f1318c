//! One HTTP request and what came of it.

use std::error::Error as _;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, RETRY_AFTER};

use super::super::answer::{self, Misfit, Outcome, Reply};
use super::super::hedge::Stead;
use super::super::peer::span_of;
use super::super::refusal::{Kind, Refusal};
use super::super::{Answer, Call, LONGEST_ASKED_WAIT, Meaning, Text, excerpt};
use super::Inner;
use super::body::Body;
use crate::Error;

/// How large an answer to a search for logs over several blocks may be: every limit of a public endpoint on
/// the number of logs is below this.
const MAX_LOG_BYTES: u64 = 16 * 1024 * 1024;
/// Of an answer that is no success, only the beginning is of interest.
const MAX_FAILURE_BYTES: u64 = 1024 * 1024;

/// What one HTTP request brought.
pub(super) struct Exchange {
    pub(super) outcome: Brought,
    /// How long the server wants to be left alone.
    pub(super) asked_wait: Option<Duration>,
}

pub(super) enum Brought {
    Answers(Vec<Answer>),
    /// The batch as a whole was refused.
    RefusedBatch(Refusal),
    Failed(Failure),
}

pub(super) struct Failure {
    pub(super) error: Error,
    /// Whether another try may help.
    pub(super) may_pass: bool,
}

impl Failure {
    pub(super) const fn for_good(error: Error) -> Self {
        Self { error, may_pass: false }
    }
}

impl From<Failure> for Brought {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl Brought {
    fn refusals(&self) -> impl Iterator<Item = &Refusal> {
        let (answers, batch) = match self {
            Self::Answers(answers) => (answers.as_slice(), None),
            Self::RefusedBatch(refusal) => (&[][..], Some(refusal)),
            Self::Failed(_) => (&[][..], None),
        };
        answers.iter().filter_map(|answer| answer.as_ref().err()).chain(batch)
    }

    /// Whether the server says that it was asked too often.
    pub(super) fn is_too_often(&self) -> bool {
        match self {
            Self::Failed(Failure { error: Error::Status { status: 429, .. }, .. }) => true,
            _ => self.refusals().any(|refusal| refusal.kind() == Kind::TooOften),
        }
    }

    /// The longest wait that a refusal asks for.
    fn asked_wait(&self) -> Option<Duration> {
        let later = self.refusals().filter(|refusal| refusal.meaning() == Meaning::Later);
        later.filter_map(|refusal| refusal.hints().patience()).max()
    }

    /// Whether it says more than an HTTP status would.
    fn is_telling(&self) -> bool {
        match self {
            Self::Answers(answers) if answers.iter().any(Result::is_ok) => true,
            _ => self.refusals().any(|refusal| refusal.kind() != Kind::Unknown),
        }
    }
}

impl Inner {
    /// One HTTP request and its answer; or the answer of another endpoint, where this one is slow.
    pub(super) async fn exchange(
        &self,
        calls: &[&Call],
        attempt: u32,
        stead: Option<&Arc<Stead>>,
    ) -> Exchange {
        let Ok(_permit) = self.permits.acquire().await else {
            let reason = "the client was shut down".to_owned();
            let failure = Failure::for_good(Error::Setup { reason });
            return Exchange { outcome: failure.into(), asked_wait: None };
        };
        let count = u64::try_from(calls.len()).unwrap_or(u64::MAX);
        self.limiter.admit(count).await;
        let request = pin!(self.request(calls, count, attempt));
        match stead.zip(self.options.hedge_after) {
            Some((stead, least)) => {
                self.unless_slow(request, least, calls, Arc::clone(stead)).await
            }
            None => request.await,
        }
    }

    /// Waits for this request, and once it is slow, for the answer of another endpoint as well.
    async fn unless_slow(
        &self,
        mut request: Pin<&mut impl Future<Output = Exchange>>,
        least: Duration,
        calls: &[&Call],
        stead: Arc<Stead>,
    ) -> Exchange {
        let slow_after = self.typical.slow_after(least);
        if let Ok(exchange) = tokio::time::timeout(slow_after, &mut request).await {
            return exchange;
        }
        let Some(mut other) = stead.ask(calls.iter().copied().cloned().collect()) else {
            return request.await;
        };
        self.hedged.fetch_add(1, Ordering::Relaxed);
        let instead = |answers| Exchange { outcome: Brought::Answers(answers), asked_wait: None };
        tokio::select! {
            Some(answers) = &mut other => instead(answers),
            exchange = &mut request => match exchange.outcome {
                Brought::Failed(_) => other.await.map_or(exchange, instead),
                _ => exchange,
            },
        }
    }

    /// One HTTP request and its answer.
    async fn request(&self, calls: &[&Call], count: u64, attempt: u32) -> Exchange {
        let method = calls.first().map_or("nothing", |call| call.method);
        let first_id = self.next_id.fetch_add(count, Ordering::Relaxed);
        let ids: Vec<u64> = (first_id..).take(calls.len()).collect();
        self.sent.fetch_add(count, Ordering::Relaxed);
        let at = Place { node: self, method, attempt, max_bytes: self.max_bytes(calls) };
        let start = Instant::now();
        let response = self
            .client
            .post(self.endpoint.url().clone())
            .header(CONTENT_TYPE, "application/json")
            .body(question(calls, &ids))
            .send()
            .await;
        let (header_wait, outcome) = match response {
            Ok(response) => {
                self.was_reached.store(true, Ordering::Relaxed);
                (retry_after(response.headers()), at.outcome(response, &ids).await)
            }
            Err(error) => (None, at.failure(error).into()),
        };
        let asked_wait = header_wait.max(outcome.asked_wait());
        if outcome.is_too_often() {
            self.limiter.refused(asked_wait);
        } else if matches!(outcome, Brought::Answers(_)) {
            self.limiter.answered(count);
            self.typical.took(start.elapsed());
        }
        Exchange { outcome, asked_wait }
    }
}

impl Inner {
    /// How many bytes the answer may have. A search for logs over several blocks can be cut, and several of
    /// its answers are in memory at once.
    fn max_bytes(&self, calls: &[&Call]) -> u64 {
        let max = self.options.max_body_bytes;
        let can_be_cut = calls.first().is_some_and(|call| {
            call.method == "eth_getLogs" && span_of(call).is_none_or(|span| span.first < span.last)
        });
        if can_be_cut { max.min(MAX_LOG_BYTES) } else { max }
    }
}

/// Where an exchange happens, for its errors.
struct Place<'a> {
    node: &'a Inner,
    method: &'static str,
    attempt: u32,
    /// How many bytes a success may have.
    max_bytes: u64,
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
        Failure { error, may_pass }
    }

    async fn outcome(&self, response: reqwest::Response, ids: &[u64]) -> Brought {
        let status = response.status();
        match self.body(response).await {
            Ok(body) => {
                let length = u64::try_from(body.len()).unwrap_or(u64::MAX);
                self.node.largest.fetch_max(length, Ordering::Relaxed);
                self.understood(status, body, ids)
            }
            Err(failure) => failure.into(),
        }
    }

    /// Reads the whole body, but never more than the limit: the count is of decompressed bytes, so that
    /// a small compressed answer cannot fill the memory.
    async fn body(&self, mut response: reqwest::Response) -> Result<Body, Failure> {
        let is_success = response.status().is_success();
        let max = self.max_bytes;
        let limit = if is_success { max } else { max.min(MAX_FAILURE_BYTES) };
        // What the server says of the length is only a guess at how much room it takes.
        let expected = response.content_length().unwrap_or_default().min(limit).min(MAX_LOG_BYTES);
        let mut body = Body::with_capacity(usize::try_from(expected).unwrap_or_default());
        while let Some(chunk) = response.chunk().await.map_err(|error| self.failure(error))? {
            let length = body.len().saturating_add(chunk.len());
            if u64::try_from(length).is_ok_and(|length| length <= limit) {
                body.add(&chunk);
            } else if is_success {
                let (host, method) = (self.host(), self.method());
                return Err(Failure::for_good(Error::BodyTooLarge { host, method, limit }));
            } else {
                break;
            }
        }
        Ok(body)
    }

    /// Many nodes put a JSON-RPC refusal into a 400, a 429 or a 500, and its words say more than the
    /// status; the status decides where they say nothing.
    fn understood(&self, status: StatusCode, body: Body, ids: &[u64]) -> Brought {
        let text = Arc::new(body.into_text());
        let decides = matches!(status.as_u16(), 401..=403 | 408 | 413 | 429 | 502..=504);
        match answer::read(&text, ids) {
            Ok(reply) => {
                let outcome = self.brought(&text, reply);
                if !decides || outcome.is_telling() {
                    return outcome;
                }
            }
            Err(misfit) if status.is_success() => return self.misfit(misfit, &text).into(),
            Err(_) => {}
        }
        let error = Error::Status {
            host: self.host(),
            method: self.method(),
            status: status.as_u16(),
            text: self.clean(&text),
            attempts: self.attempt,
        };
        let may_pass = matches!(status.as_u16(), 408 | 429 | 502..=504);
        Failure { error, may_pass }.into()
    }

    fn brought(&self, body: &Arc<String>, reply: Reply<'_>) -> Brought {
        let refusal = |error| Refusal::read(error, Some(&self.node.endpoint));
        match reply {
            Reply::RefusedBatch(error) => Brought::RefusedBatch(refusal(error)),
            Reply::Outcomes(outcomes) => {
                let answer = |outcome| match outcome {
                    Outcome::Error(error) => Err(refusal(error)),
                    Outcome::Result(text) => match answer::hidden_error(text).map(refusal) {
                        // A plain text may be a result; only what is known as an error is one.
                        Some(hidden) if hidden.kind() != Kind::Unknown => Err(hidden),
                        _ => Ok(Text::part(body, text)),
                    },
                };
                Brought::Answers(outcomes.into_iter().map(answer).collect())
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
                may_pass: true,
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

/// The wait that the server asks for: in seconds, or as a date, which is compared with the date of the same
/// answer, because the server's clock may be another than ours.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name)?.to_str().ok().map(str::trim);
    let asked = text(RETRY_AFTER)?;
    let date = |text| httpdate::parse_http_date(text).ok();
    let wait = match asked.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        // A date that has passed asks for no wait.
        Err(_) => date(asked)?.duration_since(date(text(DATE)?)?).unwrap_or_default(),
    };
    Some(wait.min(LONGEST_ASKED_WAIT))
}

/// The innermost reason, which is the one that says something: `Connection refused`, an unknown name, a
/// certificate.
pub(super) fn reason_of(error: &reqwest::Error) -> String {
    let mut reason = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        reason = inner.to_string();
        source = inner.source();
    }
    reason
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use reqwest::header::{DATE, HeaderMap, HeaderValue, RETRY_AFTER};

    use super::retry_after;

    #[test]
    fn servers_ask_for_waits_in_seconds_or_until_a_date() {
        let check = |asked: &'static str, date: Option<&'static str>, seconds: Option<u64>| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, HeaderValue::from_static(asked));
            headers.extend(date.map(|date| (DATE, HeaderValue::from_static(date))));
            assert_eq!(retry_after(&headers), seconds.map(Duration::from_secs), "{asked}");
        };
        let now = Some("Sun, 06 Nov 1994 08:49:37 GMT");
        check("7", None, Some(7));
        check(" 7 ", now, Some(7));
        check("86400", None, Some(60));
        check("99999999999999999999999", None, None);
        check("-7", None, None);
        check("soon", now, None);
        check("Sun, 06 Nov 1994 08:49:40 GMT", now, Some(3));
        check("Sunday, 06-Nov-94 08:50:07 GMT", now, Some(30));
        check("Mon, 07 Nov 1994 08:49:37 GMT", now, Some(60));
        check("Sun, 06 Nov 1994 08:49:30 GMT", now, Some(0));
        // Without the server's own time it says nothing.
        check("Sun, 06 Nov 1994 08:49:40 GMT", None, None);
        check("Sun, 06 Nov 1994 08:49:40 GMT", Some("now"), None);
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }
}
