//! What an endpoint has dropped, by what it said in this run: it is not asked for it again and again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::peer::span_of;
use super::refusal::Kind;
use super::{Answer, Call, Refusal};

/// After so many requests that were refused because it has dropped old blocks, an endpoint is not asked for
/// them any more in the same run. Not after one: behind one address there can be several machines.
const REFUSALS_BELIEVED: u32 = 5;

/// What is answered from the state of a block: who has dropped that has dropped it for all of these.
const FROM_STATE: [&str; 6] = [
    "debug_traceBlockByNumber",
    "eth_call",
    "eth_getBalance",
    "eth_getCode",
    "eth_getTransactionCount",
    "trace_block",
];

/// What one endpoint said that it has dropped, by method.
#[derive(Debug, Default)]
pub(super) struct Gone {
    by_method: Mutex<BTreeMap<&'static str, Said>>,
}

#[derive(Clone, Debug)]
struct Said {
    /// The last block of which it said so.
    last: u64,
    /// How many requests it refused for it.
    requests: u32,
    /// In which words.
    words: Option<Refusal>,
    /// The first block of which it gave an answer: who has an older state has the later ones somewhere.
    oldest: u64,
}

impl Default for Said {
    fn default() -> Self {
        Self { last: 0, requests: 0, words: None, oldest: u64::MAX }
    }
}

impl Gone {
    /// What it said so often of what this is about that it need not be asked.
    pub(super) fn refusal(&self, call: &Call) -> Option<Refusal> {
        let by_method = self.lock();
        let words = by_method.get(call.method)?.words.clone()?;
        let said = said_of_the_like(&by_method, call.method);
        let last = said.last.min(said.oldest.saturating_sub(1));
        let is_gone = || span_of(call).is_some_and(|span| span.last <= last);
        (REFUSALS_BELIEVED <= said.requests && is_gone()).then_some(words)
    }

    /// Of questions about single blocks of which it may have dropped what they need, given with their places:
    /// one for each method, where there are others. First the one about the latest block: what it has
    /// dropped there it has dropped before, too. When that was answered, the one in the middle.
    pub(super) fn doubtful<'a>(
        &self,
        open: &[(usize, &'a Call)],
        caution: &Caution,
    ) -> Vec<(usize, &'a Call)> {
        let by_method = self.lock();
        let mut doubtful: BTreeMap<&str, Vec<(u64, usize, &Call)>> = BTreeMap::new();
        for (place, call) in open {
            let said = said_of_the_like(&by_method, call.method);
            if said.requests == 0 {
                continue;
            }
            let Some(span) = span_of(call).filter(|span| span.first == span.last) else { continue };
            if span.last < said.oldest {
                doubtful.entry(call.method).or_default().push((span.last, *place, *call));
            }
        }
        let telling = |(method, mut calls): (&str, Vec<(u64, usize, &'a Call)>)| {
            calls.sort_unstable_by_key(|(block, place, _)| (*block, *place));
            let half = calls.len() / 2;
            let found =
                if caution.answered.contains(method) { calls.get(half) } else { calls.last() };
            found.filter(|_| 1 < calls.len()).map(|(_, place, call)| (*place, *call))
        };
        doubtful.into_iter().filter_map(telling).collect()
    }

    /// Takes note of what was said; all of it counts as one request.
    pub(super) fn note(&self, calls: &[&Call], answers: &[Answer]) {
        let mut by_method = self.lock();
        let mut counted = BTreeSet::new();
        for (call, answer) in calls.iter().zip(answers) {
            let Some(span) = span_of(call) else { continue };
            let said = by_method.entry(call.method).or_default();
            match answer {
                Ok(_) => said.oldest = said.oldest.min(span.first),
                Err(refusal) if refusal.kind() == Kind::Pruned => {
                    said.last = said.last.max(span.first);
                    said.words.get_or_insert_with(|| refusal.clone());
                    if counted.insert(call.method) {
                        said.requests = said.requests.saturating_add(1);
                    }
                }
                Err(_) => {}
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, Said>> {
        // Every note is whole, so it is usable even if a thread died while it held the lock.
        self.by_method.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Single questions that find out how far back an endpoint goes.
#[derive(Debug, Default)]
pub(super) struct Caution {
    /// The methods of which one was answered.
    answered: BTreeSet<&'static str>,
}

impl Caution {
    /// What to be careful about after these answers; `None` if they say nothing of what was dropped.
    pub(super) fn after(mut self, calls: &[&Call], answers: &[Answer]) -> Option<Self> {
        for (call, answer) in calls.iter().zip(answers) {
            match answer {
                Ok(_) => _ = self.answered.insert(call.method),
                Err(refusal) if refusal.kind() == Kind::Pruned => {}
                Err(_) => return None,
            }
        }
        Some(self)
    }
}

/// What was said of all that needs the same as this method.
fn said_of_the_like(by_method: &BTreeMap<&'static str, Said>, method: &str) -> Said {
    let is_alike = |other: &str| {
        other == method || [other, method].iter().all(|name| FROM_STATE.contains(name))
    };
    let mut of_all = Said::default();
    for (_, said) in by_method.iter().filter(|(other, _)| is_alike(other)) {
        of_all.last = of_all.last.max(said.last);
        of_all.requests = of_all.requests.saturating_add(said.requests);
        of_all.oldest = of_all.oldest.min(said.oldest);
    }
    of_all
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Caution, Gone, REFUSALS_BELIEVED};
    use crate::client::{Answer, Call, Refusal, Text};

    fn balance(block: u64) -> Call {
        Call::new("eth_getBalance", &json!(["0x1", format!("{block:#x}")]))
    }

    fn trace(block: u64) -> Call {
        Call::new("trace_block", &json!([format!("{block:#x}")]))
    }

    fn gone() -> Answer {
        Err(Refusal::new(-32000, "missing trie node 1"))
    }

    fn refused(calls: &[Call]) -> Gone {
        let found = Gone::default();
        calls.iter().for_each(|call| found.note(&[call], &[gone()]));
        found
    }

    #[test]
    fn what_is_said_often_is_believed() {
        let check = |calls: &[Call], asked: &Call, expected: bool| {
            assert_eq!(refused(calls).refusal(asked).is_some(), expected, "{asked:?}");
        };
        let often = usize::try_from(REFUSALS_BELIEVED).expect("fits");
        let balances = vec![balance(7); often];
        check(&balances, &balance(7), true);
        check(&balances, &balance(6), true);
        check(&balances, &balance(8), false);
        check(&balances[1..], &balance(7), false);
        // A tracer may have a store of its own: it has to say so once itself.
        check(&balances, &trace(7), false);
        check(&[&balances[..], &[trace(1)]].concat(), &trace(7), true);
        let block = Call::new("eth_getBlockByNumber", &json!(["0x7", true]));
        check(&[&balances[..], std::slice::from_ref(&block)].concat(), &block, false);
    }

    #[test]
    fn who_gave_an_older_state_is_asked() {
        let found = refused(&vec![balance(7); 9]);
        found.note(&[&balance(5)], &[Ok(Text::from("\"0x0\""))]);
        assert!(found.refusal(&balance(4)).is_some());
        assert!(found.refusal(&balance(5)).is_none() && found.refusal(&balance(7)).is_none());
    }

    #[test]
    fn single_questions_find_out_how_far_back_it_goes() {
        let check = |found: &Gone, calls: &[Call], caution: &Caution, expected: &[usize]| {
            let open: Vec<(usize, &Call)> = (0..).zip(calls).collect();
            let first: Vec<usize> =
                found.doubtful(&open, caution).into_iter().map(|(place, _)| place).collect();
            assert_eq!(first, expected, "{calls:?}");
        };
        let blank = Caution::default();
        let calls = [balance(8), balance(9), balance(3), trace(4), trace(2)];
        check(&Gone::default(), &calls, &blank, &[]);
        let found = refused(&[balance(1)]);
        check(&found, &calls, &blank, &[1, 3]);
        check(&found, &calls[1..2], &blank, &[]);
        let told = [Ok(Text::from("\"0x0\""))];
        found.note(&[&calls[1]], &told);
        let caution = blank.after(&[&calls[1]], &told).expect("more to find out");
        check(&found, &calls, &caution, &[0, 3]);
        found.note(&[&calls[0]], &told);
        check(&found, &calls, &caution, &[3]);
        let other = Err(Refusal::new(-32601, "the method trace_block does not exist"));
        assert!(caution.after(&[&calls[3]], &[other]).is_none());
    }
}
