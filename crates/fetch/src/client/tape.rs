//! Where answers are recorded.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Answer, Call};
use crate::Session;

/// A recording that is being made, and what one attempt adds to it. The attempt sees what was recorded
/// before it; what it heard itself is not recorded before it is kept.
#[derive(Clone, Default)]
pub(super) struct Tape {
    kept: Arc<Mutex<Session>>,
    attempt: Option<Arc<Mutex<Session>>>,
}

impl Tape {
    /// For one more attempt.
    pub(super) fn attempt(&self) -> Self {
        Self { kept: Arc::clone(&self.kept), attempt: Some(Arc::default()) }
    }

    pub(super) fn answer(&self, call: &Call) -> Option<Answer> {
        let attempted = self.attempt.as_deref().and_then(|attempt| lock(attempt).answer(call));
        attempted.or_else(|| lock(&self.kept).answer(call))
    }

    /// Remembers an answer, and returns the one to use: the first that came to this question.
    pub(super) fn remember(&self, call: &Call, answer: Answer) -> Answer {
        match self.answer(call) {
            Some(known) => known,
            None => lock(self.attempt.as_deref().unwrap_or(&self.kept)).remember(call, answer),
        }
    }

    /// Records what the attempt heard.
    pub(super) fn keep(&self) {
        if let Some(attempt) = self.attempt.as_deref() {
            let heard = std::mem::take(&mut *lock(attempt));
            lock(&self.kept).extend(heard);
        }
    }

    /// What is recorded.
    pub(super) fn session(&self) -> Session {
        lock(&self.kept).clone()
    }
}

fn lock(session: &Mutex<Session>) -> MutexGuard<'_, Session> {
    // A session is only ever extended, so it is whole even if a thread died while it held the lock.
    session.lock().unwrap_or_else(PoisonError::into_inner)
}
