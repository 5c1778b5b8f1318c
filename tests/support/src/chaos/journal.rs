//! What came in, when, and what became of it.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// One HTTP request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When its first byte came, since the proxy started.
    pub at: Duration,
    /// The methods it asked for, in its order; none if it was cut off before it was read.
    pub methods: Vec<String>,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is still being dealt with, or its client went away.
    Open,
    /// It was answered as the node answers.
    Answered,
    /// Refused in whole or in part, with the first refusal's text.
    Refused(String),
    /// Broken by these faults.
    Broken(Vec<&'static str>),
}

#[derive(Debug)]
pub(super) struct Journal {
    start: Instant,
    entries: Mutex<Vec<Entry>>,
    /// When questions were let through to the limit on the rate, newest last.
    recent: Mutex<VecDeque<Instant>>,
}

impl Journal {
    pub(super) fn start() -> Self {
        Self { start: Instant::now(), entries: Mutex::default(), recent: Mutex::default() }
    }

    /// A request came in. Returns its number, from 0.
    pub(super) fn open(&self) -> usize {
        let at = self.start.elapsed();
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.push(Entry { at, methods: vec![], outcome: Outcome::Open });
        entries.len() - 1
    }

    pub(super) fn asked(&self, number: usize, methods: Vec<String>) {
        self.change(number, |entry| entry.methods = methods);
    }

    pub(super) fn close(&self, number: usize, outcome: Outcome) {
        self.change(number, |entry| entry.outcome = outcome);
    }

    pub(super) fn len(&self) -> usize {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    pub(super) fn entries(&self) -> Vec<Entry> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether `count` more questions would be more than `per_second` within the last second. Counts them
    /// if not.
    pub(super) fn is_too_fast(&self, count: usize, per_second: usize) -> bool {
        let now = Instant::now();
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        while recent.front().is_some_and(|at| now.duration_since(*at) >= Duration::from_secs(1)) {
            recent.pop_front();
        }
        // A batch larger than the limit passes alone, or it could never be sent.
        if !recent.is_empty() && recent.len() + count > per_second {
            return true;
        }
        recent.extend(std::iter::repeat_n(now, count));
        false
    }

    fn change(&self, number: usize, change: impl FnOnce(&mut Entry)) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = entries.get_mut(number) {
            change(entry);
        }
    }
}

/// The most entries within any span of this length.
pub(super) fn busiest(entries: &[Entry], span: Duration) -> usize {
    let mut first = 0;
    let mut most = 0;
    for (last, entry) in entries.iter().enumerate() {
        while entries.get(first).is_some_and(|early| entry.at.saturating_sub(early.at) >= span) {
            first += 1;
        }
        most = most.max(last + 1 - first);
    }
    most
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Entry, Outcome, busiest};

    #[test]
    fn the_busiest_span_may_begin_anywhere() {
        let entry = |ms| Entry {
            at: Duration::from_millis(ms),
            methods: vec![],
            outcome: Outcome::Answered,
        };
        let entries: Vec<Entry> = [0, 400, 900, 950, 1000, 1399, 3000].map(entry).to_vec();
        let check = |ms, most| assert_eq!(busiest(&entries, Duration::from_millis(ms)), most);
        check(1000, 5);
        check(100, 2);
        check(101, 3);
        check(10_000, 7);
        assert_eq!(busiest(&[], Duration::from_secs(1)), 0);
    }
}
