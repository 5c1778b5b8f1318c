//! A second endpoint for a question that the first one takes too long for.
//!
//! The first good answer wins; there is never a third endpoint, because what hurts two will hurt three.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use super::peer::Peer;
use super::pool::{Pool, is_settled};
use super::{Answer, Call};

/// An endpoint is slow when it takes this many times as long as it usually does.
const SLOW: u32 = 4;

/// What another endpoint says; nothing where it does not settle everything.
type Said = Pin<Box<dyn Future<Output = Option<Vec<Answer>>> + Send>>;

/// Who may answer in the stead of an endpoint.
pub(super) struct Stead {
    pool: Arc<Pool>,
    /// Who was asked first.
    first: Arc<Peer>,
    has_answered: AtomicBool,
}

impl Stead {
    pub(super) const fn new(pool: Arc<Pool>, first: Arc<Peer>) -> Self {
        Self { pool, first, has_answered: AtomicBool::new(false) }
    }

    /// Whether anything that was asked of the first endpoint may have been answered by another one.
    pub(super) fn has_answered(&self) -> bool {
        self.has_answered.load(Ordering::Relaxed)
    }

    /// Asks another endpoint that has nothing else to do, if there is one. It answers with nothing where
    /// it does not settle everything; where it does, the first one is set back.
    // A box, because asking an endpoint may come to asking in its stead.
    pub(super) fn ask(self: Arc<Self>, calls: Vec<Call>) -> Option<Said> {
        let other = self.pool.idle_beside(&self.first, &calls)?;
        Some(Box::pin(async move {
            let calls: Vec<&Call> = calls.iter().collect();
            let answers = other.ask_all(&calls, usize::MAX, 1, None).await.ok()?;
            if !answers.iter().all(is_settled) {
                return None;
            }
            self.pool.note(&other, &calls, &answers);
            self.first.set_back();
            self.has_answered.store(true, Ordering::Relaxed);
            Some(answers)
        }))
    }
}

/// How long an endpoint usually takes: a moving average in microseconds, 0 before the first answer.
#[derive(Debug, Default)]
pub(super) struct Typical(AtomicU64);

impl Typical {
    /// It answered within this time.
    pub(super) fn took(&self, time: Duration) {
        let new = u64::try_from(time.as_micros()).unwrap_or(u64::MAX).max(1);
        let old = self.0.load(Ordering::Relaxed);
        let mean = if old == 0 { new } else { (old / 8 * 7).saturating_add(new / 8).max(1) };
        self.0.store(mean, Ordering::Relaxed);
    }

    /// After how long it is slow, but not before `least`.
    pub(super) fn slow_after(&self, least: Duration) -> Duration {
        Duration::from_micros(self.0.load(Ordering::Relaxed)).saturating_mul(SLOW).max(least)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Typical;

    #[test]
    fn slow_is_four_times_what_is_usual() {
        let typical = Typical::default();
        let least = Duration::from_secs(3);
        assert_eq!(typical.slow_after(least), least);
        typical.took(Duration::from_millis(800));
        assert_eq!(typical.slow_after(least), Duration::from_millis(3_200));
        // One long answer does not change what is usual by much.
        typical.took(Duration::from_millis(8_000));
        assert_eq!(typical.slow_after(least), Duration::from_millis(6_800));
        for _ in 0..100 {
            typical.took(Duration::from_millis(10));
        }
        assert_eq!(typical.slow_after(least), least);
    }
}
