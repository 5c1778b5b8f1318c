//! How long to wait before the same question is asked again.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(8);

/// Waits that double, each longer by up to a half, so that questions that failed together do not come
/// back together.
#[derive(Debug)]
pub(super) struct Backoff {
    state: AtomicU64,
}

impl Backoff {
    /// The same seed gives the same waits.
    pub(super) const fn new(seed: u64) -> Self {
        Self { state: AtomicU64::new(seed) }
    }

    /// The wait after this attempt, the first of which is 1.
    pub(super) fn after(&self, attempt: u32) -> Duration {
        let doublings = attempt.saturating_sub(1).min(16);
        let wait = FIRST_WAIT.saturating_mul(1 << doublings).min(LONGEST_WAIT);
        let share = u32::try_from(self.random() % 1024).unwrap_or_default();
        wait + wait / 2 * share / 1024
    }

    /// The next number of SplitMix64 (Steele, Lea and Flood, 2014).
    fn random(&self) -> u64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut z = self.state.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Backoff;

    #[test]
    fn waits_double_up_to_a_bound_and_differ_by_seed() {
        let waits = |seed| {
            let backoff = Backoff::new(seed);
            (1..=40).map(|attempt| backoff.after(attempt)).collect::<Vec<_>>()
        };
        let bases = [250, 500, 1000, 2000, 4000, 8000, 8000].map(Duration::from_millis);
        for (wait, base) in waits(1).into_iter().zip(bases) {
            assert!(base <= wait && wait <= base * 3 / 2, "{wait:?}");
        }
        assert!(waits(1).iter().all(|wait| *wait <= Duration::from_secs(12)));
        assert_eq!(waits(7), waits(7));
        assert_ne!(waits(7), waits(8));
    }
}
