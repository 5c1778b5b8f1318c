//! How many blocks to ask for at once, by how much the last ones held.

use fundtrail_model::Window;

/// How large an answer should be. Twenty thousand logs, the widest limit of a public endpoint, are 12 MB;
/// ten thousand, the usual one, are 6 MB.
const TARGET_BYTES: u64 = 4 * 1024 * 1024;
/// How many times longer the next range may be than the last.
const MOST_GROWTH: u64 = 8;
/// How long the first range may be: as long as the first window of a wallet that is traced.
const FIRST_BLOCKS: u64 = 128;
/// How long it is where much more will be asked for: until it has been answered, nothing else is.
const FIRST_OF_MANY: u64 = FIRST_BLOCKS / 4;

/// How many pieces of a window are asked for at once, at most. Fewer are under way, because some have been
/// answered before the first of them.
const MOST_TOGETHER: usize = 6;

/// How many blocks to ask one endpoint for, by how much its last answers held, and how many times at once.
///
/// Each range is as long as the last answer says that a good one is, and after an empty one eight times
/// as long as the last: so a quiet window soon is one question. What an endpoint takes of dense blocks says nothing about quiet
/// ones: the limit on ranges as such is another ([`super::Reach`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pace {
    /// How many blocks to ask for next.
    blocks: u64,
    /// The largest answer.
    most: u64,
    /// How often the endpoint found an answer too large since the largest one came.
    refusals: u32,
    /// How many pieces to ask for at once: twice as many after each good answer, one after a bad one.
    together: usize,
}

impl Default for Pace {
    fn default() -> Self {
        Self { blocks: FIRST_BLOCKS, most: 0, refusals: 0, together: 1 }
    }
}

impl Pace {
    /// How many blocks to ask for next.
    pub(crate) const fn blocks(&self) -> u64 {
        self.blocks
    }

    /// Before the first question, for a window of which so much is open.
    pub(crate) fn begin(&mut self, open: Window) {
        if *self == Self::default() && open.block_count() > FIRST_BLOCKS {
            self.blocks = FIRST_OF_MANY;
        }
    }

    /// How many pieces to ask for at once.
    pub(crate) const fn together(&self) -> usize {
        self.together
    }

    /// Nothing was learned but that it was too much.
    pub(crate) const fn falter(&mut self) {
        self.together = 1;
    }

    /// The answer for these blocks had so many bytes.
    pub(crate) fn answered(&mut self, piece: Window, bytes: u64) {
        self.together = (2 * self.together).min(MOST_TOGETHER);
        if self.most < bytes {
            self.most = bytes;
            self.refusals = self.refusals.min(1);
        }
        let asked = piece.block_count();
        let good = u128::from(asked) * u128::from(self.target()) / u128::from(bytes.max(1));
        let good = u64::try_from(good).unwrap_or(u64::MAX);
        let longest = asked.max(self.blocks).saturating_mul(MOST_GROWTH);
        // A short piece says little of how long a good one would be.
        let shortest =
            if asked < self.blocks / 2 && bytes <= self.target() { self.blocks } else { 1 };
        self.blocks = good.clamp(shortest, longest);
    }

    /// The endpoint has too much for an answer in these blocks, more than one; it may say how many it
    /// would take.
    pub(crate) fn refused(&mut self, piece: Window, suggested: Option<u64>) {
        self.refusals = self.refusals.saturating_add(1);
        self.shorten(piece, suggested.unwrap_or(piece.block_count() / 2));
    }

    /// These blocks, more than one, hold more than we take: at least four times what we want.
    pub(crate) fn overflowed(&mut self, piece: Window) {
        self.shorten(piece, piece.block_count() / (2 * MOST_GROWTH));
    }

    fn shorten(&mut self, piece: Window, blocks: u64) {
        let shorter = piece.block_count().saturating_sub(1);
        self.blocks = blocks.clamp(1, shorter.max(1));
    }

    /// How large the next answer should be. An endpoint with a limit is felt out from below, until it
    /// refuses again.
    const fn target(&self) -> u64 {
        let known = match self.refusals {
            0 => TARGET_BYTES,
            1 => self.most.saturating_add(self.most / 8).saturating_add(1024),
            _ => self.most,
        };
        if known < TARGET_BYTES { known } else { TARGET_BYTES }
    }
}

#[cfg(test)]
mod tests {
    use fundtrail_model::Window;
    use proptest::prelude::*;

    use super::{Pace, TARGET_BYTES};

    /// Where an answer is too large for us.
    const OURS: u64 = 4 * TARGET_BYTES;

    /// Walks a window of blocks that hold so many `bytes` each, at an endpoint that gives at most `cap` of them at
    /// once. Returns how often it answered and how often not.
    fn walk(pace: &mut Pace, window: Window, cap: u64, bytes: impl Fn(u64) -> u64) -> (u64, u64) {
        let (mut answers, mut failures) = (0, 0);
        let mut rest = Some(window);
        pace.begin(window);
        while let Some(open) = rest {
            let last = open.first().saturating_add(pace.blocks() - 1).min(open.last());
            let piece = Window::new(open.first(), last).unwrap();
            let size: u64 = (piece.first()..=piece.last()).map(&bytes).sum();
            if piece.block_count() > 1 && size > cap {
                pace.refused(piece, None);
                failures += 1;
                continue;
            }
            if piece.block_count() > 1 && size > OURS {
                pace.overflowed(piece);
                failures += 1;
                continue;
            }
            pace.answered(piece, size);
            answers += 1;
            rest = last.checked_add(1).and_then(|next| Window::new(next, open.last()));
        }
        (answers, failures)
    }

    #[test]
    fn pieces_fit_what_they_hold() {
        let window = Window::new(1, 16_384).unwrap();
        let check = |cap: u64, bytes: u64, expected: (u64, u64)| {
            let mut pace = Pace::default();
            assert_eq!(walk(&mut pace, window, cap, |_| bytes), expected, "{cap} {bytes}");
        };
        check(u64::MAX, 0, (4, 0));
        check(u64::MAX, 200, (4, 0));
        // 328 MB: 79 answers are the least, after a short one.
        check(u64::MAX, 20_000, (80, 0));
        check(u64::MAX, 3_000_000, (16_383, 1));
        // 21 MB at an endpoint that gives 6 MB at once, and at one that gives 30 kB.
        check(6_000_000, 1_280, (8, 0));
        check(30_000, 1_280, (781, 2));
    }

    #[test]
    fn a_quiet_wallet_after_a_busy_one_is_soon_one_question_again() {
        let mut pace = Pace::default();
        let window = |place: u64| Window::new(place * 16_384, place * 16_384 + 16_383).unwrap();
        walk(&mut pace, window(0), u64::MAX, |_| 20_000);
        assert_eq!(walk(&mut pace, window(1), u64::MAX, |_| 10), (4, 0));
        assert_eq!(walk(&mut pace, window(2), u64::MAX, |_| 10), (1, 0));
    }

    proptest! {
        #[test]
        fn whatever_blocks_hold_refusals_are_few(
            cap in 1_000_u64..20_000_000,
            sizes in proptest::collection::vec(0_u64..100_000, 1..400),
        ) {
            let window = Window::new(0, u64::try_from(sizes.len()).unwrap() - 1).unwrap();
            let size = |block: u64| sizes[usize::try_from(block).unwrap()];
            let (answers, failures) = walk(&mut Pace::default(), window, cap, size);
            prop_assert!(failures <= 10 + answers, "{failures} failures, {answers} answers");
        }
    }
}
