//! One endpoint, and what was learned of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use super::gone::{Caution, Gone};
use super::hedge::Stead;
use super::http::Http;
use super::memory::Memory;
use super::reach::Reach;
use super::refusal::Kind;
use super::standing::{Grade, Standing};
use super::{Answer, Call, Pace, Refusal, Shown};
use crate::wire::Hex;
use crate::{Error, Session};

/// What a question for logs names. Many endpoints treat the two very differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Shape {
    /// Topics only.
    Topics,
    /// Contracts.
    Contracts,
}

/// One endpoint, or a recording of one.
pub(crate) struct Peer {
    voice: Voice,
    learned: Mutex<Learned>,
    gone: Gone,
    memory: Memory,
    standing: Standing,
    pace: Mutex<Pace>,
    shown: Mutex<Shown>,
}

enum Voice {
    Node(Http),
    Recording { session: Session, asked: AtomicU64 },
}

/// What was learned of an endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Learned {
    /// How far its answers to questions for logs reach.
    pub(crate) logs: BTreeMap<Shape, Reach>,
    /// What it does not offer: the name of a method, with `Shape` for logs.
    pub(crate) refuses: BTreeSet<(String, Option<Shape>)>,
    /// Its last block, when it was last asked.
    head: Option<u64>,
    /// The last block that was final then.
    last_final: Option<u64>,
    /// The last block of which it said that it has dropped what this method needs.
    pub(crate) dropped: BTreeMap<String, u64>,
}

/// The blocks that a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) first: u64,
    pub(super) last: u64,
}

impl Peer {
    pub(super) fn node(http: Http) -> Self {
        Self::of(Voice::Node(http))
    }

    pub(super) fn recording(session: Session) -> Self {
        Self::of(Voice::Recording { session, asked: AtomicU64::new(0) })
    }

    fn of(voice: Voice) -> Self {
        Self {
            voice,
            learned: Mutex::default(),
            gone: Gone::default(),
            memory: Memory::default(),
            standing: Standing::default(),
            pace: Mutex::default(),
            shown: Mutex::default(),
        }
    }

    /// Asks all, in the order given, with at most `batch_size` questions in one HTTP request and at most
    /// so many attempts. What takes too long is asked of another endpoint in its stead.
    pub(super) async fn ask_all(
        &self,
        calls: &[&Call],
        batch_size: usize,
        attempts: u32,
        stead: Option<Arc<Stead>>,
    ) -> Result<Vec<Answer>, Error> {
        let answers: Vec<Answer> = match &self.voice {
            Voice::Node(http) => self.ask_node(http, calls, batch_size, attempts, stead).await?,
            Voice::Recording { session, asked } => {
                asked.fetch_add(u64::try_from(calls.len()).unwrap_or(u64::MAX), Ordering::Relaxed);
                let not_recorded =
                    |call: &Call| Error::NotRecorded { method: call.method.to_owned() };
                let lookup = |call: &&Call| session.answer(call).ok_or_else(|| not_recorded(call));
                calls.iter().map(lookup).collect::<Result<_, _>>()?
            }
        };
        self.standing.answered();
        for (call, answer) in calls.iter().zip(&answers) {
            if let Err(refusal) = answer {
                self.learn(call, refusal);
            }
        }
        Ok(answers)
    }

    /// Asks for what it may have. Where it has dropped old states, single questions find out first how far
    /// back it goes.
    async fn ask_node(
        &self,
        http: &Http,
        calls: &[&Call],
        batch_size: usize,
        attempts: u32,
        stead: Option<Arc<Stead>>,
    ) -> Result<Vec<Answer>, Error> {
        // What is asked for together with logs shows that whoever gives these has the blocks.
        let may_recall = !calls.iter().any(|call| call.method == "eth_getLogs");
        let recalled = |call: &&Call| self.memory.recall(call).filter(|_| may_recall);
        let mut said: Vec<Option<Answer>> = calls.iter().map(recalled).collect();
        let mut caution = Some(Caution::default());
        loop {
            for (said, call) in said.iter_mut().zip(calls) {
                *said = said.take().or_else(|| self.gone.refusal(call).map(Err));
            }
            let open: Vec<(usize, &Call)> = (0..)
                .zip(calls.iter().copied())
                .zip(&said)
                .filter(|(_, said)| said.is_none())
                .map(|(open, _)| open)
                .collect();
            if open.is_empty() {
                return Ok(said.into_iter().flatten().collect());
            }
            let first = caution.as_ref().map(|caution| self.gone.doubtful(&open, caution));
            let first = first.filter(|first| !first.is_empty());
            let is_last = first.is_none();
            let asked = first.unwrap_or(open);
            let questions: Vec<&Call> = asked.iter().map(|(_, call)| *call).collect();
            let told = http.ask_all(&questions, batch_size, attempts, stead.clone()).await?;
            // What another one said shows nothing of this one, and is not its word.
            let is_own = stead.as_ref().is_none_or(|stead| !stead.has_answered());
            if is_own {
                self.gone.note(&questions, &told);
            }
            caution =
                caution.filter(|_| !is_last).and_then(|caution| caution.after(&questions, &told));
            for ((place, call), answer) in asked.into_iter().zip(told) {
                if is_own && self.is_lasting(call, &answer) {
                    self.memory.remember(call, &answer);
                }
                if let Some(said) = said.get_mut(place) {
                    *said = Some(answer);
                }
            }
        }
    }

    /// Whether what is said to this stays true: it is about one block, which was final.
    fn is_lasting(&self, call: &Call, answer: &Answer) -> bool {
        let block = match call.method {
            "eth_getLogs" => None,
            "eth_getTransactionReceipt" => answer.as_deref().ok().and_then(block_of_receipt),
            _ => span_of(call).filter(|span| span.first == span.last).map(|span| span.last),
        };
        block.is_some() && block <= self.learned().last_final
    }

    /// Forgets what it said: something of it was not true, or is not any more.
    pub(crate) fn forget(&self) {
        self.memory.forget();
    }

    /// What a refusal says of the next questions.
    fn learn(&self, call: &Call, refusal: &Refusal) {
        match refusal.kind() {
            Kind::NotOffered | Kind::NeedsAddress => {
                self.learned().refuses.insert((call.method.to_owned(), shape_of(call)));
            }
            Kind::Pruned => {
                if let Some(span) = span_of(call) {
                    let mut learned = self.learned();
                    let dropped = learned.dropped.entry(call.method.to_owned()).or_default();
                    *dropped = span.first.max(*dropped);
                }
            }
            _ => {}
        }
    }

    /// Whether this endpoint is likely to answer, by what was learned of it.
    pub(crate) fn may_answer(&self, call: &Call) -> bool {
        let learned = self.learned();
        let refuses = || learned.refuses.contains(&(call.method.to_owned(), shape_of(call)));
        let misses = |span: Span| {
            let is_after = learned.head.is_some_and(|head| head < span.last);
            let has_dropped =
                learned.dropped.get(call.method).is_some_and(|dropped| span.first <= *dropped);
            is_after || has_dropped
        };
        !refuses() && !span_of(call).is_some_and(misses)
    }

    /// Others are asked first for a while: it broke off or stalled.
    pub(crate) fn set_back(&self) {
        self.standing.set_back();
    }

    /// Others are asked first from now on: what it said was not true.
    pub(crate) fn catch(&self, why: String) {
        self.memory.forget();
        self.standing.catch(why);
    }

    /// What it said is not what others say, and nobody knows who is right.
    pub(crate) fn disagrees(&self, why: String) {
        self.memory.forget();
        self.standing.disagrees(why);
    }

    /// What is not believed of it, if anything.
    pub(crate) fn doubt(&self) -> Option<String> {
        self.standing.doubt()
    }

    /// Whether something that it said was not true.
    pub(crate) fn is_caught(&self) -> bool {
        self.grade() == Grade::Caught
    }

    pub(super) fn grade(&self) -> Grade {
        self.standing.grade()
    }

    pub(crate) fn set_head(&self, head: u64) {
        self.learned().head = Some(head);
    }

    /// Blocks up to this one are not replaced any more, as far as is known.
    pub(crate) fn set_final(&self, block: u64) {
        self.learned().last_final = Some(block);
    }

    /// Whether it is not asked again for what it said of this block, as long as it is not too much to remember.
    pub(crate) fn remembers(&self, block: u64) -> bool {
        self.http().is_some() && Some(block) <= self.learned().last_final
    }

    pub(crate) fn reach(&self, shape: Shape) -> Reach {
        self.learned().logs.get(&shape).copied().unwrap_or_default()
    }

    pub(crate) fn set_reach(&self, shape: Shape, reach: Reach) {
        self.learned().logs.insert(shape, reach);
    }

    /// How many blocks of logs to ask for, by how much the last ones held.
    pub(crate) fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What it has shown of its logs.
    pub(crate) fn shown(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It gives no logs by topic, whatever it answers.
    pub(crate) fn gives_no_logs(&self) {
        self.learned().refuses.insert(("eth_getLogs".to_owned(), Some(Shape::Topics)));
    }

    /// A copy of what was learned.
    pub(crate) fn learned_so_far(&self) -> Learned {
        self.learned().clone()
    }

    /// Begins with what was learned before.
    pub(crate) fn teach(
        &self,
        logs: BTreeMap<Shape, Reach>,
        refuses: BTreeSet<(String, Option<Shape>)>,
        dropped: BTreeMap<String, u64>,
    ) {
        let mut learned = self.learned();
        learned.logs = logs;
        learned.refuses = refuses;
        learned.dropped = dropped;
    }

    /// The node behind it; `None` for a recording.
    pub(crate) const fn http(&self) -> Option<&Http> {
        match &self.voice {
            Voice::Node(http) => Some(http),
            Voice::Recording { .. } => None,
        }
    }

    pub(super) fn sent(&self) -> u64 {
        match &self.voice {
            Voice::Node(http) => http.sent(),
            Voice::Recording { asked, .. } => asked.load(Ordering::Relaxed),
        }
    }

    pub(super) fn hedged(&self) -> u64 {
        self.http().map_or(0, Http::hedged)
    }

    /// `scheme://host[:port]`, or `recording`.
    pub(crate) fn origin(&self) -> &str {
        self.http().map_or("recording", Http::origin)
    }

    pub(super) fn redact(&self, text: &str) -> String {
        self.http().map_or_else(|| text.to_owned(), |http| http.redact(text))
    }

    fn learned(&self) -> MutexGuard<'_, Learned> {
        // What was learned is only advice, so it is usable even if a thread died while it held the lock.
        self.learned.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The block that a receipt is of.
fn block_of_receipt(text: &str) -> Option<u64> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Receipt {
        block_number: Hex<u64>,
    }
    serde_json::from_str::<Receipt>(text).ok().map(|receipt| receipt.block_number.0)
}

fn shape_of(call: &Call) -> Option<Shape> {
    let names_contracts = || call.params.contains("\"address\"");
    (call.method == "eth_getLogs")
        .then(|| if names_contracts() { Shape::Contracts } else { Shape::Topics })
}

/// The blocks that a question is about, where it names them by number.
pub(super) fn span_of(call: &Call) -> Option<Span> {
    let params: Value = serde_json::from_str(&call.params).ok()?;
    let number = |value: &Value| {
        let digits = value.as_str()?.strip_prefix("0x")?;
        // A block's hash is no number of a block.
        u64::from_str_radix(digits, 16).ok()
    };
    let at = |place: usize| params.get(place).and_then(number);
    match call.method {
        "eth_getLogs" | "trace_filter" => {
            let filter = params.get(0)?;
            let bound = |name: &str| filter.get(name).and_then(number);
            Some(Span { first: bound("fromBlock")?, last: bound("toBlock")? })
        }
        "eth_getBlockByNumber"
        | "eth_getBlockReceipts"
        | "trace_block"
        | "debug_traceBlockByNumber" => at(0).map(|block| Span { first: block, last: block }),
        "eth_getBalance" | "eth_getCode" | "eth_getTransactionCount" | "eth_call" => {
            at(1).map(|block| Span { first: block, last: block })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Peer, Span, span_of};
    use crate::Session;
    use crate::client::{Call, Refusal};

    #[test]
    fn questions_tell_their_blocks() {
        let check = |method: &'static str, params: Value, expected: Option<(u64, u64)>| {
            let expected = expected.map(|(first, last)| Span { first, last });
            assert_eq!(span_of(&Call::new(method, &params)), expected, "{method} {params}");
        };
        check("eth_getLogs", json!([{"fromBlock": "0x1", "toBlock": "0x10"}]), Some((1, 16)));
        check("eth_getBlockByNumber", json!(["0x10", true]), Some((16, 16)));
        check("eth_getBlockByNumber", json!(["latest", false]), None);
        check("eth_getBlockReceipts", json!([format!("0x{}", "f".repeat(64))]), None);
        check("eth_call", json!([{"to": "0x1"}, "0x10"]), Some((16, 16)));
        check("eth_chainId", json!([]), None);
    }

    #[test]
    fn what_was_refused_for_good_is_not_expected_again() {
        let peer = Peer::recording(Session::default());
        let balance = |block: &str| Call::new("eth_getBalance", &json!(["0x1", block]));
        let refuse = |call: &Call, message: &str| peer.learn(call, &Refusal::new(0, message));
        refuse(&balance("0x10"), "missing trie node 1");
        for (block, may) in [("0x5", false), ("0x10", false), ("0x11", true), ("latest", true)] {
            assert_eq!(peer.may_answer(&balance(block)), may, "{block}");
        }
        peer.set_head(0x20);
        assert!(peer.may_answer(&balance("0x20")) && !peer.may_answer(&balance("0x21")));
        let logs = |filter: Value| Call::new("eth_getLogs", &json!([filter]));
        refuse(&logs(json!({"topics": []})), "Please specify an address in your request");
        assert!(!peer.may_answer(&logs(json!({"topics": []}))));
        assert!(peer.may_answer(&logs(json!({"address": ["0x1"], "topics": []}))));
        let trace = Call::new("trace_block", &json!(["0x1"]));
        refuse(&trace, "too many requests");
        assert!(peer.may_answer(&trace));
    }
}
