//! How often one endpoint is asked: every question pays here, repeated ones too.
//!
//! The rate is learned: a little more after many answers, half of it after a refusal for asking too often.
//! The numbers are those of ponder, which has met many providers, except that it takes back a twentieth
//! at a time: it lets questions fail more often than we do.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Rates are in questions per 1,000 seconds.
const SLOWEST: u64 = 1_000;
const FASTEST: u64 = 500_000;
/// The first refusal teaches no rate below this; each further one halves it.
const LEARNED_AT_LEAST: u64 = 20_000;
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// How often one endpoint is asked.
#[derive(Debug)]
pub(super) struct Limiter(Mutex<State>);

#[derive(Debug)]
struct State {
    /// `None` until a limit is met.
    rate: Option<u64>,
    /// What the user allows at most.
    cap: Option<u64>,
    /// When the next question may leave.
    next: Instant,
    /// The questions that were answered since then.
    answered: (Instant, u64),
    /// How many questions left in the second that began then, and in the one before.
    sent: (Instant, u64, u64),
    /// How long to pause after the next refusal.
    pause: Duration,
    paused_until: Option<Instant>,
}

impl Limiter {
    /// `rate` in questions per second; `None` to ask without a limit until one is met. Whatever is learned,
    /// it never becomes more than `cap`.
    pub(super) fn new(rate: Option<u32>, cap: Option<u32>) -> Self {
        let [rate, cap] = [rate, cap].map(|rate| Some(u64::from(rate?).saturating_mul(1000)));
        Self(Mutex::new(State::new(rate, cap, Instant::now())))
    }

    /// Waits until so many questions may leave.
    pub(super) async fn admit(&self, questions: u64) {
        loop {
            let at = self.state().reserve(questions, Instant::now());
            tokio::time::sleep_until(at.into()).await;
            let mut state = self.state();
            // Another question may have been refused in the meantime. Then each needs a new place, because
            // all that wait for the end of the pause would leave at once.
            if state.paused_until.is_none_or(|until| until <= at) {
                state.left(questions, at);
                return;
            }
        }
    }

    /// So many questions were answered.
    pub(super) fn answered(&self, questions: u64) {
        self.state().answered(questions, Instant::now());
    }

    /// The endpoint was asked too often; it wants to be left alone for so long.
    pub(super) fn refused(&self, asked_wait: Option<Duration>) {
        self.state().refused(asked_wait, Instant::now());
    }

    /// Questions per 1,000 seconds; `None` if no limit was met.
    pub(super) fn rate(&self) -> Option<u64> {
        self.state().rate
    }

    /// How long the endpoint is left alone, if it was asked too often.
    pub(super) fn is_paused(&self) -> bool {
        self.state().paused_until.is_some_and(|until| Instant::now() < until)
    }

    /// Begins with a rate that was learned before, in questions per 1,000 seconds.
    pub(super) fn start_at(&self, rate: u64) {
        let mut state = self.state();
        state.rate = Some(state.within(rate));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Each change is whole, so the state is usable even if a thread died while it held the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn new(rate: Option<u64>, cap: Option<u64>, now: Instant) -> Self {
        let mut state = Self {
            rate: None,
            cap: cap.map(|cap| cap.clamp(SLOWEST, FASTEST)),
            next: now,
            answered: (now, 0),
            sent: (now, 0, 0),
            pause: FIRST_PAUSE,
            paused_until: None,
        };
        state.rate = rate.map(|rate| state.within(rate));
        state
    }

    fn within(&self, rate: u64) -> u64 {
        rate.clamp(SLOWEST, self.cap.unwrap_or(FASTEST))
    }

    /// When so many questions may leave.
    fn reserve(&mut self, questions: u64, now: Instant) -> Instant {
        let earliest = self.paused_until.map_or(now, |until| until.max(now));
        let at = self.next.max(earliest);
        let rate = self.rate.or(self.cap);
        self.next = at + rate.map_or(Duration::ZERO, |rate| time_for(questions, rate));
        at
    }

    /// So many questions left then.
    fn left(&mut self, questions: u64, at: Instant) {
        let (second, count, _) = self.sent;
        self.sent = match at.saturating_duration_since(second).as_secs() {
            0 => (second, count.saturating_add(questions), self.sent.2),
            1 => (second + Duration::from_secs(1), questions, count),
            _ => (at, questions, 0),
        };
    }

    fn answered(&mut self, questions: u64, now: Instant) {
        self.pause = FIRST_PAUSE;
        let (since, count) = self.answered;
        let count = count.saturating_add(questions);
        self.answered.1 = count;
        let Some(rate) = self.rate else { return };
        // After five seconds' worth of answers, if the limit was what held us back.
        if count.saturating_mul(1000) < rate.saturating_mul(5) {
            return;
        }
        let is_used = now.saturating_duration_since(since) <= time_for(count, rate) * 10 / 9;
        if is_used {
            self.rate = Some(self.within(rate + rate / 20));
        }
        self.answered = (now, 0);
    }

    fn refused(&mut self, asked_wait: Option<Duration>, now: Instant) {
        // What was under way when the first refusal came is refused for the same reason.
        let is_new = self.paused_until.is_none_or(|until| until <= now);
        if is_new {
            // The second under way may have just begun: what it counted says what is allowed at least, not
            // at most, and one stray refusal must not bring a fast node down to a crawl.
            let (_, count, before) = self.sent;
            let seen = count.max(before).saturating_mul(1000);
            let rate = self.rate.unwrap_or_else(|| seen.max(2 * LEARNED_AT_LEAST));
            self.rate = Some(self.within(rate / 2));
            self.answered = (now, 0);
        }
        let pause = if is_new { self.pause } else { Duration::ZERO };
        let until = now + asked_wait.unwrap_or_default().max(pause);
        self.paused_until = self.paused_until.max(Some(until));
        self.next = self.next.max(until);
        if is_new {
            self.pause = (self.pause * 3 / 2).min(LONGEST_PAUSE);
        }
    }
}

/// How long so many questions take at this rate.
const fn time_for(questions: u64, rate: u64) -> Duration {
    let micros = questions.saturating_mul(1_000_000_000);
    match micros.checked_div(rate) {
        Some(micros) => Duration::from_micros(micros),
        None => Duration::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use proptest::prelude::*;

    use super::{FASTEST, Limiter, SLOWEST, State};

    const fn ms(count: u64) -> Duration {
        Duration::from_millis(count)
    }

    #[test]
    fn questions_leave_at_the_rate() {
        let start = Instant::now();
        let mut state = State::new(Some(20_000), None, start);
        let leave = [1, 1, 10, 1].map(|questions| state.reserve(questions, start) - start);
        assert_eq!(leave, [ms(0), ms(50), ms(100), ms(600)]);
        // A quiet time is not saved up for a burst.
        let later = start + ms(60_000);
        assert_eq!([state.reserve(1, later), state.reserve(1, later)], [later, later + ms(50)]);
    }

    #[test]
    fn without_a_limit_nothing_waits_until_one_is_met() {
        let start = Instant::now();
        let mut state = State::new(None, None, start);
        for _ in 0..100 {
            assert_eq!(state.reserve(1, start), start);
            state.left(1, start);
        }
        state.refused(None, start);
        assert_eq!(state.rate, Some(50_000));
        // Those that were under way are refused too, and do not count again.
        state.refused(None, start);
        assert_eq!((state.rate, state.reserve(1, start)), (Some(50_000), start + ms(100)));
        state.refused(None, start + ms(200));
        assert_eq!(state.reserve(1, start + ms(200)), start + ms(350));
        state.answered(1, start + ms(400));
        state.refused(Some(ms(10_000)), start + ms(400));
        assert_eq!(state.reserve(1, start + ms(400)), start + ms(10_400));
    }

    #[test]
    fn the_rate_grows_only_while_it_is_used() {
        let start = Instant::now();
        let mut state = State::new(Some(20_000), None, start);
        state.answered(100, start + ms(5_000));
        assert_eq!(state.rate, Some(21_000));
        state.answered(105, start + ms(60_000));
        assert_eq!(state.rate, Some(21_000));
    }

    #[test]
    fn what_the_user_allows_is_never_exceeded() {
        let start = Instant::now();
        for rate in [None, Some(20_000)] {
            let mut state = State::new(rate, Some(10_000), start);
            let leave = [1, 4, 1].map(|questions| state.reserve(questions, start) - start);
            assert_eq!(leave, [ms(0), ms(100), ms(500)]);
            for second in 1..20 {
                state.answered(50, start + ms(1000 * second));
            }
            assert_eq!(state.rate, rate.map(|_| 10_000));
            state.refused(None, start + ms(20_000));
            assert_eq!(state.rate, Some(10_000).filter(|_| rate.is_none()).or(Some(5_000)));
        }
    }

    #[tokio::test]
    async fn after_a_pause_nobody_leaves_together() {
        let limiter = Arc::new(Limiter::new(Some(100), None));
        let start = Instant::now();
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let limiter = Arc::clone(&limiter);
            tasks.spawn(async move {
                limiter.admit(1).await;
                Instant::now()
            });
        }
        tokio::task::yield_now().await;
        limiter.refused(Some(ms(150)));
        let mut left = tasks.join_all().await;
        left.sort_unstable();
        let late: Vec<_> = left.iter().filter(|at| **at - start > ms(140)).collect();
        assert!(late.len() >= 6, "{}", late.len());
        // 50 a second from then on: at most one or two within 10 ms.
        for three in late.windows(3) {
            assert!(*three[2] - *three[0] >= ms(25), "{:?}", *three[2] - *three[0]);
        }
    }

    proptest! {
        #[test]
        fn no_second_holds_more_than_the_rate_allows(
            rate in 1_u64..500,
            steps in proptest::collection::vec((1_u64..20, 0_u64..300), 1..100),
        ) {
            let start = Instant::now();
            let mut state = State::new(Some(rate * 1000), None, start);
            let (mut now, mut left) = (start, vec![]);
            for (questions, pause) in steps {
                now += ms(pause);
                left.push((state.reserve(questions, now), questions));
            }
            for (place, (at, first)) in left.iter().enumerate() {
                let within = left[place..].iter().take_while(|(other, _)| *other - *at < ms(1000));
                let sum: u64 = within.map(|(_, questions)| questions).sum();
                // The last batch of the second is let out when its first question may leave.
                prop_assert!(sum <= rate + first + 20, "{sum} questions in a second at {rate}");
            }
        }

        #[test]
        fn the_rate_stays_in_its_bounds(events in proptest::collection::vec((any::<bool>(), 0_u64..2000, 0_u64..5000), 0..200)) {
            let mut now = Instant::now();
            let mut state = State::new(Some(20_000), None, now);
            for (is_answer, questions, pause) in events {
                now += ms(pause);
                let at = state.reserve(questions, now);
                state.left(questions, at);
                if is_answer { state.answered(questions, now) } else { state.refused(None, now) }
                prop_assert!(state.rate.is_some_and(|rate| (SLOWEST..=FASTEST).contains(&rate)));
            }
        }
    }
}
