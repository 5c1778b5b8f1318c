//! Questions to one node, or to a recording of one.

mod answer;
mod backoff;
mod gone;
mod hedge;
#[cfg(any(test, feature = "fuzz"))]
pub(crate) mod hostile;
mod http;
mod limiter;
mod memory;
mod pace;
mod peer;
mod pool;
mod reach;
mod refusal;
mod shown;
mod standing;
mod tape;
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use fundtrail_model::sanitize_claim;
use serde::Deserialize;

use crate::{Endpoint, Error, Session};
pub(crate) use answer::present;
pub(crate) use http::Http;
pub(crate) use pace::Pace;
pub(crate) use peer::{Peer, Shape};
use pool::Pool;
pub(crate) use reach::Reach;
pub(crate) use refusal::{Kind, Meaning, Refusal};
pub(crate) use shown::Shown;
use tape::Tape;
pub(crate) use text::Text;

/// How long a server may make us wait before it is asked again, whatever it asks for.
const LONGEST_ASKED_WAIT: Duration = Duration::from_secs(60);

/// How to talk to a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// How long one HTTP request may take, its whole answer included.
    pub timeout: Duration,
    /// How many bytes one HTTP answer may have, after decompression.
    pub max_body_bytes: u64,
    /// How many questions go into one HTTP request, at most; fewer where the node refuses so many.
    pub batch_size: usize,
    /// How often one HTTP request is tried in all when it fails in a way that may pass.
    /// Twice as often where the node says only that it is asked too often.
    pub attempts: u32,
    /// How many questions a second a node on the internet is asked at first; what it really allows is
    /// learned. A node of the own network is asked without a limit until it shows one.
    pub rate: u32,
    /// How many questions a second each endpoint is asked at most, whatever it allows; `None` for as many
    /// as it allows.
    pub max_rate: Option<u32>,
    /// After how long, at least, an endpoint counts as slow and another one is asked too, if there is one
    /// with nothing to do; `None` to wait for each.
    pub hedge_after: Option<Duration>,
    /// What the random part of waiting times starts from: the same seed gives the same times.
    pub seed: u64,
    /// How this program names itself.
    pub user_agent: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(60),
            max_body_bytes: 256 * 1024 * 1024,
            batch_size: 20,
            attempts: 5,
            rate: 20,
            max_rate: None,
            hedge_after: Some(Duration::from_secs(3)),
            seed: 0,
            user_agent: concat!("fundtrail/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}

/// One JSON-RPC question. The parameters are compact JSON text, object keys in alphabetical order, so
/// that the same question is the same text in every build and every recording.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Call {
    pub(crate) method: &'static str,
    pub(crate) params: String,
}

impl Call {
    pub(crate) fn new(method: &'static str, params: &serde_json::Value) -> Self {
        Self { method, params: params.to_string() }
    }
}

/// What the node says to one question: the text of its result, or a refusal.
pub(crate) type Answer = Result<Text, Refusal>;

/// Asks the nodes of one chain. Cheap to clone; all clones share connections, limits, what was learned,
/// counter and recording.
#[derive(Clone)]
pub struct Client {
    pool: Arc<Pool>,
    tape: Option<Tape>,
}

impl Client {
    /// A client of the node at `endpoint`. Nothing is sent yet. Redirects are not followed, and proxy
    /// settings of the environment are not used.
    ///
    /// # Errors
    ///
    /// [`Error::Setup`] if the options cannot be used.
    pub fn http(endpoint: Endpoint, options: Options) -> Result<Self, Error> {
        Ok(Self::of(vec![Arc::new(Peer::node(Http::new(endpoint, options)?))]))
    }

    /// A client that answers from a recording. Everything above the transport is the same code; a
    /// question that is not in the recording is [`Error::NotRecorded`].
    #[must_use]
    pub fn replay(session: Session) -> Self {
        Self::of(vec![Arc::new(Peer::recording(session))])
    }

    fn of(peers: Vec<Arc<Peer>>) -> Self {
        Self { pool: Arc::new(Pool::new(peers)), tape: None }
    }

    /// The nodes of several clients as one, in this order, with the recording of the first.
    pub(crate) fn together(clients: &[Self]) -> Self {
        let peers = clients.iter().flat_map(|client| client.peers()).cloned().collect();
        let tape = clients.first().and_then(|client| client.tape.clone());
        Self { tape, ..Self::of(peers) }
    }

    /// The same nodes, in turn from this one on, and what they answer is recorded only when it is kept.
    pub(crate) fn asking_first(&self, first: &Arc<Peer>) -> Self {
        let tape = self.tape.as_ref().map(Tape::attempt);
        Self { pool: Arc::new(self.pool.asking_first(first)), tape }
    }

    /// The same nodes, those last that answered one of these methods to this client.
    pub(crate) fn asking_others(&self, methods: &[&str]) -> Self {
        Self { pool: Arc::new(self.pool.asking_others(methods)), tape: self.tape.clone() }
    }

    /// Who answered one of these methods to this client; not known where there is only one.
    pub(crate) fn gave(&self, methods: &[&str]) -> Vec<Arc<Peer>> {
        self.pool.gave(methods)
    }

    /// Blocks up to this one are not replaced any more, as far as is known. What is said of them is not asked
    /// for again; before this is called, everything is.
    pub fn set_final(&self, block: u64) {
        self.peers().iter().for_each(|peer| peer.set_final(block));
    }

    /// Forgets what was heard so far, and asks again: for when it does not fit together, or the chain has
    /// changed. What is recorded stays.
    pub fn forget(&self) {
        self.peers().iter().for_each(|peer| peer.forget());
    }

    /// Records what was heard since [`Client::asking_first`].
    pub(crate) fn keep(&self) {
        if let Some(tape) = &self.tape {
            tape.keep();
        }
    }

    /// The endpoints behind it.
    pub(crate) fn peers(&self) -> &[Arc<Peer>] {
        self.pool.peers()
    }

    /// Remembers every question and its answer from now on. A question that was answered before is
    /// answered from memory, so that the recorded run sees exactly what its replay will see.
    #[must_use]
    pub fn recorded(self) -> Self {
        Self { tape: Some(Tape::default()), ..self }
    }

    /// What was recorded so far; `None` if [`Client::recorded`] was not called.
    #[must_use]
    pub fn session(&self) -> Option<Session> {
        self.tape.as_ref().map(Tape::session)
    }

    /// How many JSON-RPC questions have left, those in batches and repeated ones counted each. For a
    /// recording: how many it was asked.
    #[must_use]
    pub fn requests_sent(&self) -> u64 {
        self.peers().iter().map(|peer| peer.sent()).sum()
    }

    /// How many HTTP requests took so long that another endpoint was asked too.
    #[must_use]
    pub fn requests_hedged(&self) -> u64 {
        self.peers().iter().map(|peer| peer.hedged()).sum()
    }

    /// `scheme://host[:port]`, several of them with commas between, or `recording`.
    #[must_use]
    pub fn origin(&self) -> String {
        let origins: Vec<&str> = self.peers().iter().map(|peer| peer.origin()).collect();
        origins.join(", ")
    }

    /// Asks all of them, as many at a time as the node takes, and returns the answers in the order of
    /// the questions. A refusal is an answer; an error means that there is no answer for all of them.
    pub(crate) async fn ask_all(&self, calls: &[Call]) -> Result<Vec<Answer>, Error> {
        self.ask_at_most(calls, usize::MAX).await
    }

    /// [`Client::ask_all`], with at most `batch_size` questions in one HTTP request.
    pub(crate) async fn ask_at_most(
        &self,
        calls: &[Call],
        batch_size: usize,
    ) -> Result<Vec<Answer>, Error> {
        let distinct: BTreeSet<&Call> = calls.iter().collect();
        let mut known: BTreeMap<&Call, Answer> = BTreeMap::new();
        if let Some(tape) = &self.tape {
            let remembered = |call: &&Call| tape.answer(call);
            known.extend(distinct.iter().filter_map(|call| Some((*call, remembered(call)?))));
        }
        let is_open = |call: &&&Call| !known.contains_key(**call);
        let open: Vec<&Call> = distinct.iter().filter(is_open).copied().collect();
        let answers = self.pool.ask_all(&open, batch_size).await?;
        for (call, answer) in open.into_iter().zip(answers) {
            let answer = match &self.tape {
                Some(tape) => tape.remember(call, answer),
                None => answer,
            };
            known.insert(call, answer);
        }
        let find = |call| known.get(call).cloned().ok_or_else(|| not_recorded(call));
        calls.iter().map(find).collect()
    }

    /// Asks one endpoint, past the recording, in the order given.
    pub(crate) async fn ask_peer(
        &self,
        peer: &Arc<Peer>,
        calls: &[Call],
    ) -> Result<Vec<Answer>, Error> {
        let calls: Vec<&Call> = calls.iter().collect();
        let attempts = if self.peers().len() > 1 { 2 } else { u32::MAX };
        let stead = self.pool.stead(peer);
        let answers = peer.ask_all(&calls, usize::MAX, attempts, stead).await?;
        self.pool.note(peer, &calls, &answers);
        Ok(answers)
    }

    /// The endpoints in the order in which they are to be asked this.
    pub(crate) fn peers_for(&self, call: &Call) -> Vec<Arc<Peer>> {
        self.pool.in_order(call)
    }

    /// Whether answers are recorded.
    pub(crate) const fn is_recorded(&self) -> bool {
        self.tape.is_some()
    }

    /// The answers that were recorded before; `None` if nothing is recorded, or one is missing.
    pub(crate) fn recalled(&self, calls: &[Call]) -> Option<Vec<Answer>> {
        let tape = self.tape.as_ref()?;
        calls.iter().map(|call| tape.answer(call)).collect()
    }

    /// Records an answer that was put together from others, if anything is recorded.
    pub(crate) fn remember(&self, call: &Call, answer: impl FnOnce() -> Answer) {
        if let Some(tape) = &self.tape {
            drop(tape.remember(call, answer()));
        }
    }

    pub(crate) async fn ask(&self, call: &Call) -> Result<Answer, Error> {
        let mut answers = self.ask_all(std::slice::from_ref(call)).await?;
        answers.pop().ok_or_else(|| not_recorded(call))
    }

    /// Asks, and reads the result.
    pub(crate) async fn get<T: for<'de> Deserialize<'de>>(&self, call: &Call) -> Result<T, Error> {
        let answer = self.ask(call).await?;
        self.read(call, &answer)
    }

    /// Reads the result of one question.
    pub(crate) fn read<'a, T: Deserialize<'a>>(
        &self,
        call: &Call,
        answer: &'a Answer,
    ) -> Result<T, Error> {
        let text = answer.as_deref().map_err(|refusal| self.refused(call, refusal))?;
        serde_json::from_str(text).map_err(|error| self.invalid(call, error.to_string(), text))
    }

    /// The error for a refusal.
    pub(crate) fn refused(&self, call: &Call, refusal: &Refusal) -> Error {
        let (host, method) = (self.origin(), call.method.to_owned());
        let (code, message) = (refusal.code, self.redact(&refusal.message));
        match refusal.meaning() {
            Meaning::Missing => Error::Missing { host, method, code, message },
            _ => Error::Rpc { host, method, code, message },
        }
    }

    /// The error for a result that is not what the method answers.
    pub(crate) fn invalid(&self, call: &Call, reason: String, text: &str) -> Error {
        Error::InvalidAnswer {
            host: self.origin(),
            method: call.method.to_owned(),
            reason: self.redact(&reason),
            text: excerpt(&self.redact(text)),
        }
    }

    /// A node's text without what may be a key of its address.
    fn redact(&self, text: &str) -> String {
        self.peers().iter().fold(text.to_owned(), |text, peer| peer.redact(&text))
    }

    /// Where the answers of this client came from, as far as that is known.
    fn speakers(&self) -> String {
        let spoke = self.pool.spoke();
        if spoke.is_empty() { self.origin() } else { spoke.join(", ") }
    }

    /// The error for answers that do not fit each other or the question.
    pub(crate) fn inconsistent(&self, what: String) -> Error {
        Error::Inconsistent { host: self.speakers(), what }
    }
}

/// Shows where it asks, and nothing else.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({})", self.origin())
    }
}

fn not_recorded(call: &Call) -> Error {
    Error::NotRecorded { method: call.method.to_owned() }
}

/// How a text begins, on one line.
fn excerpt(text: &str) -> String {
    const CHARS: usize = 160;
    let start: String = text.chars().take(4 * CHARS).collect();
    sanitize_claim(&start.split_whitespace().collect::<Vec<_>>().join(" "), CHARS)
}

#[cfg(test)]
pub(crate) mod tests;
