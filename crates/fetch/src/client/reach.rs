//! How much one endpoint takes in one question for logs, learned from what it refuses.

use fundtrail_model::Window;

use super::refusal::{Hints, Kind};

/// How much one endpoint takes in one question of one shape.
///
/// It starts without a limit. A refusal for its range or its size cuts what is asked next, to what the
/// endpoint suggests or to half; every answer lets it grow by an eighth. A range that was refused is not
/// asked for again, because a limit on ranges does not depend on what is in them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reach {
    /// How many blocks to ask for next; `None` if no limit was met.
    blocks: Option<u64>,
    /// The longest range that may still be allowed.
    ceiling: Option<u64>,
    /// The longest range that was answered.
    answered: u64,
    /// How many blocks more to ask for after an answer.
    step: u64,
    /// How many addresses to ask for at once; `None` if no limit was met.
    accounts: Option<usize>,
}

impl Reach {
    /// Begins where another run ended. What it met was its limit then, and may be wider now.
    pub(crate) fn remembered(blocks: Option<u64>, accounts: Option<usize>) -> Self {
        let blocks = blocks.map(|blocks| blocks.max(1));
        let step = step_of(blocks.unwrap_or_default());
        Self { blocks, step, accounts: accounts.map(|count| count.max(1)), ..Self::default() }
    }

    /// How many blocks to ask for next.
    pub(crate) fn blocks(&self) -> u64 {
        self.blocks.unwrap_or(u64::MAX)
    }

    /// The limit on blocks that was met.
    pub(crate) const fn known_blocks(&self) -> Option<u64> {
        self.blocks
    }

    /// How many addresses to ask for at once, if a limit was met.
    pub(crate) const fn accounts(&self) -> Option<usize> {
        self.accounts
    }

    /// Whether ranges of so many blocks may be asked for several at once: what is longer than all that was
    /// answered, or where no limit was met, than twice that, would be refused several times.
    pub(crate) const fn takes_several(&self, blocks: u64) -> bool {
        let expected = if self.blocks.is_none() { blocks / 2 } else { blocks };
        expected <= self.answered
    }

    /// The next pieces of a window, at most so many; one alone where so many blocks were not answered
    /// before, because the others would be refused with it.
    pub(crate) fn pieces(&self, window: Window, count: usize) -> Vec<Window> {
        let count = if self.takes_several(self.blocks()) { count } else { 1 };
        let mut pieces = vec![];
        let mut first = Some(window.first());
        while let Some(start) = first.filter(|_| pieces.len() < count) {
            let last = start.saturating_add(self.blocks() - 1).min(window.last());
            pieces.extend(Window::new(start, last));
            first = last.checked_add(1).filter(|next| *next <= window.last());
        }
        pieces
    }

    /// A question for these blocks was answered.
    pub(crate) fn answered(&mut self, piece: Window) {
        let asked = piece.block_count();
        self.answered = self.answered.max(asked);
        let Some(blocks) = self.blocks.filter(|blocks| *blocks == asked) else { return };
        let ceiling = self.ceiling.unwrap_or(u64::MAX);
        let wider = blocks.saturating_add(self.step);
        let is_close = ceiling.saturating_sub(blocks) <= blocks / 8;
        self.blocks = Some(match wider <= ceiling {
            true => wider,
            false if is_close => blocks,
            false => ceiling,
        });
    }

    /// A question for these blocks, more than one, was refused for its range or its size.
    pub(crate) fn refused(&mut self, piece: Window, kind: Kind, hints: &Hints) {
        let asked = piece.block_count();
        let suggested = hints.blocks_of(piece);
        let half = (asked / 2).max(1);
        let is_range = kind == Kind::Range;
        if is_range {
            let limit = hints.blocks.filter(|limit| (1..asked).contains(limit));
            let ceiling = limit.unwrap_or(asked - 1).max(1);
            self.ceiling = Some(self.ceiling.map_or(ceiling, |known| known.min(ceiling)));
        }
        let known_good = Some(self.answered).filter(|good| is_range && (1..asked).contains(good));
        let next = suggested.or(known_good).unwrap_or(half).min(asked - 1).max(1);
        self.blocks = Some(next);
        self.step = step_of(next);
    }

    /// A question for so many addresses, more than one, was refused for their number.
    pub(crate) fn refused_accounts(&mut self, asked: usize, hints: &Hints) {
        let named = hints.addresses.and_then(|count| usize::try_from(count).ok());
        let limit = named
            .filter(|count| (1..asked).contains(count))
            .unwrap_or(asked.div_ceil(2).min(asked - 1));
        self.accounts = Some(limit.max(1));
    }
}

fn step_of(blocks: u64) -> u64 {
    (blocks / 8).max(1)
}

#[cfg(test)]
mod tests {
    use fundtrail_model::Window;
    use proptest::prelude::*;

    use super::Reach;
    use crate::client::Refusal;
    use crate::client::refusal::Kind;

    /// Walks a window against a node with a limit on the range and one block in `every` logs that counts
    /// against a limit on the size. Returns the pieces that were answered and the number of refusals.
    fn walk(window: Window, range: u64, size: u64, message: &str) -> (Vec<Window>, u64) {
        let refusal = Refusal::new(0, message);
        let (mut reach, mut done, mut refusals) = (Reach::default(), vec![], 0);
        let mut rest = Some(window);
        while let Some(open) = rest {
            let piece = reach.pieces(open, 1)[0];
            let asked = piece.block_count();
            if asked > range || asked > size {
                let kind = if asked > range { Kind::Range } else { Kind::Size };
                let hints = if asked > range { refusal.hints() } else { Default::default() };
                reach.refused(piece, kind, &hints);
                refusals += 1;
                continue;
            }
            reach.answered(piece);
            done.push(piece);
            rest = piece.last().checked_add(1).and_then(|next| Window::new(next, open.last()));
        }
        (done, refusals)
    }

    #[test]
    fn limits_are_found_with_few_refusals() {
        let window = Window::new(1_000, 1_000_999).unwrap();
        let check = |range: u64, size: u64, message: &str, pieces: usize, refusals: u64| {
            let (done, refused) = walk(window, range, size, message);
            assert_eq!((done.len(), refused), (pieces, refusals), "{message}");
        };
        check(u64::MAX, u64::MAX, "", 1, 0);
        check(10_000, u64::MAX, "range limit 10000", 100, 1);
        check(10_000, u64::MAX, "block range is too wide", 103, 8);
        check(u64::MAX, 10_000, "", 138, 24);
    }

    proptest! {
        #[test]
        fn every_block_is_asked_for_once_whatever_the_limits(
            first in 0_u64..1000,
            length in 1_u64..5000,
            range in 1_u64..6000,
            size in 1_u64..6000,
            hint in prop_oneof![Just(""), Just("range limit 100"), Just("range limit 0"), Just("retry with the range 5-6")],
        ) {
            let window = Window::new(first, first + length).unwrap();
            let (done, refusals) = walk(window, range, size, hint);
            let joined = done.iter().copied().reduce(|a, b| a.join(b).unwrap()).unwrap();
            prop_assert_eq!(joined, window);
            prop_assert_eq!(done.iter().map(|piece| piece.block_count()).sum::<u64>(), length + 1);
            let answered = u64::try_from(done.len()).unwrap();
            prop_assert!(refusals <= 16 + answered, "{} refusals, {} answers", refusals, answered);
        }
    }
}
