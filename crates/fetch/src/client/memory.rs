//! What one endpoint said in this run, so that it is not asked the same twice.
//!
//! The end of one window is the beginning of the next, and wallets of one trail meet in the same blocks. Only what
//! cannot change is remembered: results about blocks that it names by number, up to its last one. What one
//! endpoint said answers for no other.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Answer, Call, Text};

/// So much is remembered of the latest, and as much of what came before.
const BYTES_KEPT: usize = 6 * 1024 * 1024;
/// A larger result is not remembered: it would push out thousands of small ones.
const LARGEST: usize = 512 * 1024;
/// What an entry takes beside its texts.
const OVERHEAD: usize = 160;

/// What was said last.
#[derive(Debug, Default)]
pub(super) struct Memory(Mutex<Generations>);

#[derive(Debug, Default)]
struct Generations {
    young: BTreeMap<Call, Text>,
    young_bytes: usize,
    old: BTreeMap<Call, Text>,
}

impl Memory {
    /// What was said to this, if that is remembered.
    pub(super) fn recall(&self, call: &Call) -> Option<Answer> {
        let mut generations = self.lock();
        if let Some(known) = generations.young.get(call) {
            return Some(Ok(known.clone()));
        }
        let known = generations.old.remove(call)?;
        generations.add(call.clone(), known.clone());
        Some(Ok(known))
    }

    /// Remembers what was said. A `null` may have been too early.
    pub(super) fn remember(&self, call: &Call, answer: &Answer) {
        let Ok(text) = answer else { return };
        if text.len() <= LARGEST && &**text != "null" {
            // A part of a large answer would keep all of it.
            self.lock().add(call.clone(), Text::from(&**text));
        }
    }

    /// Forgets everything: something that was said was not true, or is not any more.
    pub(super) fn forget(&self) {
        *self.lock() = Generations::default();
    }

    fn lock(&self) -> MutexGuard<'_, Generations> {
        // Every entry is whole, so it is usable even if a thread died while it held the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Generations {
    fn add(&mut self, call: Call, text: Text) {
        let bytes = call.params.len().saturating_add(text.len()).saturating_add(OVERHEAD);
        if BYTES_KEPT < self.young_bytes.saturating_add(bytes) {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
        if self.young.insert(call, text).is_none() {
            self.young_bytes = self.young_bytes.saturating_add(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{BYTES_KEPT, LARGEST, Memory};
    use crate::client::{Answer, Call, Refusal, Text};

    fn call(number: usize) -> Call {
        Call::new("eth_getBalance", &json!([number]))
    }

    fn said(text: &str) -> Answer {
        Ok(Text::from(text))
    }

    #[test]
    fn results_are_remembered_until_they_are_forgotten() {
        let check = |answer: Answer, is_kept: bool| {
            let memory = Memory::default();
            memory.remember(&call(1), &answer);
            assert_eq!(memory.recall(&call(1)), is_kept.then_some(answer));
            assert_eq!(memory.recall(&call(2)), None);
            memory.forget();
            assert_eq!(memory.recall(&call(1)), None);
        };
        check(said("\"0x1\""), true);
        check(said(&"1".repeat(LARGEST)), true);
        check(said(&"1".repeat(LARGEST + 1)), false);
        check(said("null"), false);
        check(Err(Refusal::new(1, "no")), false);
    }

    #[test]
    fn what_was_not_asked_for_long_goes_first() {
        let memory = Memory::default();
        let large = "1".repeat(LARGEST);
        let many = 3 * BYTES_KEPT / LARGEST;
        for number in 0..many {
            memory.remember(&call(number), &said(&large));
            assert!(memory.recall(&call(0)).is_some(), "it was asked for all the time");
        }
        let kept = (0..many).filter(|number| memory.recall(&call(*number)).is_some()).count();
        assert!(kept * LARGEST <= 2 * BYTES_KEPT, "{kept}");
        assert!(memory.recall(&call(many - 1)).is_some());
        assert!(memory.recall(&call(1)).is_none());
    }
}
