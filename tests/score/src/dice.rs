//! Numbers that look random and are the same in every run with the same seed (SplitMix64).

use fundtrail_model::Amount;

/// The generator.
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let a = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let b = (a ^ (a >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        b ^ (b >> 31)
    }

    /// A number below the bound, or zero.
    pub(crate) const fn below(&mut self, bound: u64) -> u64 {
        let bound = if bound == 0 { 1 } else { bound };
        self.next() % bound
    }

    /// A number from the first to the last, or the first.
    pub(crate) const fn between(&mut self, first: u64, last: u64) -> u64 {
        first + self.below(last.saturating_sub(first).saturating_add(1))
    }

    /// From one to so many hundredths of an amount, and not nothing.
    pub(crate) fn part(&mut self, whole: Amount, most_percent: u64) -> Amount {
        let percent = u128::from(1 + self.below(most_percent));
        let part = whole.share(percent.into(), 100_u128.into()).unwrap_or(whole);
        if part.is_zero() { 1_u128.into() } else { part }
    }
}
