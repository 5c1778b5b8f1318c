//! Whether an endpoint is to be asked before others.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long an endpoint rests after it broke off or stalled once; twice as long after each further time.
const FIRST_REST: Duration = Duration::from_secs(5);
const LONGEST_REST: Duration = Duration::from_secs(160);

/// The better, the smaller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Grade {
    /// Nothing speaks against it.
    Good,
    /// It broke off or stalled a moment ago.
    Resting,
    /// What it said was not true.
    Caught,
}

/// What speaks against an endpoint.
#[derive(Debug, Default)]
pub(super) struct Standing(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    resting_until: Option<Instant>,
    /// How often in a row it had to be set back.
    setbacks: u32,
    caught: Option<String>,
    /// What it said otherwise than others, and nobody knows who is right.
    disagrees: Option<String>,
}

impl Standing {
    pub(super) fn grade(&self) -> Grade {
        self.state().grade(Instant::now())
    }

    /// It broke off or stalled.
    pub(super) fn set_back(&self) {
        self.state().set_back(Instant::now());
    }

    /// It answered.
    pub(super) fn answered(&self) {
        self.state().answered(Instant::now());
    }

    /// What it said was not true. The first reason is kept.
    pub(super) fn catch(&self, why: String) {
        self.state().caught.get_or_insert(why);
    }

    /// What it said is not what others say. The first reason is kept.
    pub(super) fn disagrees(&self, why: String) {
        self.state().disagrees.get_or_insert(why);
    }

    /// What is not believed of it.
    pub(super) fn doubt(&self) -> Option<String> {
        let state = self.state();
        state.caught.clone().or_else(|| state.disagrees.clone())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Each change is whole, so the state is usable even if a thread died while it held the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn grade(&self, now: Instant) -> Grade {
        if self.caught.is_some() {
            Grade::Caught
        } else if self.resting_until.is_some_and(|until| now < until) {
            Grade::Resting
        } else {
            Grade::Good
        }
    }

    fn set_back(&mut self, now: Instant) {
        let rest = FIRST_REST.saturating_mul(1 << self.setbacks.min(16)).min(LONGEST_REST);
        self.resting_until = Some(now + rest);
        self.setbacks = self.setbacks.saturating_add(1);
    }

    /// One answer during the rest does not end it: what failed may have been a longer question.
    fn answered(&mut self, now: Instant) {
        if self.resting_until.is_some_and(|until| until <= now) {
            self.resting_until = None;
            self.setbacks = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Grade, LONGEST_REST, State};

    #[test]
    fn rests_double_and_end_and_lies_stay() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut state = State::default();
        let check = |state: &State, seconds, grade| {
            assert_eq!(state.grade(at(seconds)), grade, "after {seconds} s");
        };
        check(&state, 0, Grade::Good);
        state.set_back(at(0));
        state.answered(at(1));
        check(&state, 4, Grade::Resting);
        check(&state, 5, Grade::Good);
        state.set_back(at(6));
        check(&state, 15, Grade::Resting);
        check(&state, 16, Grade::Good);
        state.answered(at(17));
        state.set_back(at(18));
        check(&state, 23, Grade::Good);
        for _ in 0..40 {
            state.set_back(at(100));
        }
        assert_eq!(state.grade(at(99) + LONGEST_REST), Grade::Resting);
        assert_eq!(state.grade(at(100) + LONGEST_REST), Grade::Good);
        state.caught = Some("it lied".to_owned());
        state.answered(at(1000));
        check(&state, 1000, Grade::Caught);
    }
}
