//! Long stays: how long the next piece of a wallet is, and whether its state may settle what comes after it.
//!
//! To read every block of a stay of years takes as many questions as there are pieces. Two looks at the state
//! settle it, so this is tried once the money has stayed for some hours; after a stretch that was settled
//! all the sooner, the longer that was. What fails is tried again only after twice as many pieces, so that a
//! wallet that is busy all the time costs no more than the logarithm of its pieces.

use fundtrail_fetch::{Error, Node, SettleRequest, WindowRequest};
use fundtrail_model::{Address, AssetClass, Coverage, FetchedWindow, How, OpenEnd, Window};
use fundtrail_store::PlannedWindow;

use super::{SHORTEST_PIECE, piece_size};

/// So many blocks are read before the state is asked: money that is going to move on soon does so within them.
const SHORT_STAY: u64 = 2_048;

/// So many blocks take more questions to be read than to be settled, whatever a node searches at once.
const WORTH_SETTLING: u64 = 4_096;

/// The next piece of an open end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Next {
    pub(super) window: Window,
    /// Whose state may settle it, and up to which block.
    pub(super) settle: Option<(Address, u64)>,
}

impl From<Window> for Next {
    fn from(window: Window) -> Self {
        Self { window, settle: None }
    }
}

/// What was looked at in a row before the first block that is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Before {
    /// How many blocks were read since the last stretch that the state settled.
    read: u64,
    /// How many blocks that stretch has.
    settled: u64,
    /// Whether the first missing block is in such a stretch: it was settled for other assets, or something
    /// contradicts it. The state is not asked again; what it said is not known to hold.
    is_inside: bool,
}

impl Before {
    /// By the coverage of the chain, in any order.
    pub(super) fn of<'a>(end: &OpenEnd, coverage: impl Iterator<Item = &'a Coverage>) -> Self {
        let mut windows: Vec<(Window, bool)> = coverage
            // Both classes are looked at together.
            .filter(|found| found.address == end.address && found.class == AssetClass::Native)
            .map(|found| (found.window, found.how == How::StateAlone))
            .collect();
        windows.sort_unstable();
        let start = end.window.first();
        let is_inside =
            windows.iter().any(|(window, is_settled)| *is_settled && window.contains(start));
        let mut first = start;
        for (window, is_settled) in windows.iter().rev() {
            if first <= window.first() || window.last().saturating_add(1) < first {
                continue;
            }
            if *is_settled {
                let settled = if is_inside { 0 } else { first.saturating_sub(window.first()) };
                return Self { read: start.saturating_sub(first), settled, is_inside };
            }
            first = window.first();
        }
        Self { read: start.saturating_sub(first), settled: 0, is_inside }
    }

    /// How long the next piece is. Where nothing was read since, nothing is known to have changed.
    pub(super) fn piece_size(self) -> u64 {
        match self.read {
            0 => piece_size(self.settled),
            // The state is asked soon.
            read @ 1..SHORT_STAY => piece_size(read).min(SHORT_STAY / 2),
            read => piece_size(read),
        }
    }

    /// Whether it is time to look whether the state settles what comes.
    const fn is_due(self) -> bool {
        let Self { read, settled, is_inside } = self;
        if is_inside {
            return false;
        }
        if read == 0 {
            return settled > 0;
        }
        let short_before = settled / SHORT_STAY;
        let weight = if short_before == 0 { 1 } else { short_before };
        let is_long = SHORT_STAY <= read.saturating_mul(weight);
        is_long && (read < SHORT_STAY || has_doubled(read))
    }

    /// The next piece of an open end. `quiet_to` is the block up to which nothing is known against settling by
    /// state, asked for only where it is time.
    pub(super) fn next_piece(
        self,
        end: &OpenEnd,
        quiet_to: impl FnOnce() -> Option<u64>,
    ) -> Option<Next> {
        let start = end.window.first();
        let quiet_to = self.is_due().then(quiet_to).flatten();
        // What the state settled may have ended where something is known to happen: from there on pieces are short
        // again.
        let is_news = self.read == 0 && quiet_to.is_some_and(|to| to < start + SHORTEST_PIECE);
        let size = if is_news { SHORTEST_PIECE } else { self.piece_size() };
        let window = end.window.aligned_pieces(size).next()?;
        let is_worth =
            |to: &u64| window.last() < *to && window.first().saturating_add(WORTH_SETTLING) <= *to;
        let to = quiet_to.map(|to| to.min(end.window.last())).filter(is_worth);
        Some(Next { window, settle: to.map(|to| (end.address, to)) })
    }
}

/// Whether it became a power of two times a short stay with the last of so many blocks that were read.
const fn has_doubled(read: u64) -> bool {
    let stays = read / SHORT_STAY;
    let Some(doublings) = stays.checked_ilog2() else { return false };
    // The last piece was no longer than the next one.
    read - (SHORT_STAY << doublings) < piece_size(read)
}

/// What became of a piece.
pub(super) struct Got {
    pub(super) window: FetchedWindow,
    /// Whether the state settled it.
    pub(super) is_settled: bool,
    /// What is to be read in its place: something happened in it, after what the state settled.
    pub(super) then: Option<Window>,
}

impl Got {
    pub(super) const fn read(window: FetchedWindow) -> Self {
        Self { window, is_settled: false, then: None }
    }
}

/// Has the state settle a piece where that is planned, and reads it where it does not.
pub(super) async fn settle_or_read(
    node: &Node,
    planned: &PlannedWindow,
    request: &WindowRequest,
) -> Result<Got, Error> {
    if let (Some(to), [address]) = (planned.settle_to, planned.addresses.as_slice())
        && let Some(window) = Window::new(planned.window.first(), to)
    {
        let settle = SettleRequest {
            address: *address,
            window,
            at_least: planned.window.last(),
            grain: SHORTEST_PIECE,
            assets: planned.balances_of.clone(),
        };
        if let Some(settled) = node.settle(&settle).await? {
            let next = settled.window.window.last().checked_add(1);
            let left = next.and_then(|next| Window::new(next, to));
            let then = left.and_then(|left| left.aligned_pieces(SHORTEST_PIECE).next());
            return Ok(Got { window: settled.window, is_settled: true, then });
        }
    }
    node.window(request).await.map(Got::read)
}

#[cfg(test)]
mod tests {
    use fundtrail_model::{Address, AssetClass, ChainId, Coverage, How, OpenEnd, Proof, Window};

    use super::super::LONGEST_PIECE;
    use super::{Before, Next};

    const K: u64 = 1_024;

    fn end(first: u64, last: u64) -> OpenEnd {
        OpenEnd {
            chain: ChainId(1),
            address: Address::zero(),
            window: Window::new(first, last).unwrap(),
            at_stake: vec![],
            depth: 0,
            residual: 0,
        }
    }

    fn coverage(parts: &[(u64, u64, How)]) -> Vec<Coverage> {
        let of = |(first, last, how): &(u64, u64, How)| Coverage {
            chain: ChainId(1),
            address: Address::zero(),
            class: AssetClass::Native,
            window: Window::new(*first, *last).unwrap(),
            how: *how,
            proof: Proof::Reconciled,
        };
        parts.iter().map(of).collect()
    }

    #[test]
    fn what_was_read_counts_from_the_last_stretch_that_was_settled() {
        let check = |parts: &[(u64, u64, How)], first: u64, read: u64, settled: u64| {
            let before = Before::of(&end(first, first + 9), coverage(parts).iter());
            assert_eq!((before.read, before.settled), (read, settled), "{parts:?}");
            let is_inside = |(from, to, how): &(u64, u64, How)| {
                *how == How::StateAlone && *from <= first && first <= *to
            };
            assert_eq!(before.is_inside, parts.iter().any(is_inside), "{parts:?}");
        };
        let (blocks, alone) = (How::StateAndBlocks, How::StateAlone);
        check(&[], 100, 0, 0);
        check(&[(10, 99, blocks)], 100, 90, 0);
        check(&[(10, 98, blocks)], 100, 0, 0);
        check(&[(10, 49, How::BlocksOnly), (50, 99, blocks)], 100, 90, 0);
        check(&[(10, 49, alone), (50, 99, blocks)], 100, 50, 40);
        check(&[(1, 9, blocks), (10, 99, alone)], 100, 0, 90);
        // Only the other class is missing.
        check(&[(10, 200, blocks)], 100, 90, 0);
        check(&[(1, 9, blocks), (10, 200, alone)], 100, 0, 0);
        check(&[(10, 49, alone), (50, 99, blocks), (100, 200, alone)], 100, 50, 0);
    }

    /// The blocks after which the state was looked at, if that never settled anything.
    #[test]
    fn what_fails_is_tried_again_after_twice_as_long() {
        let check = |settled: u64, pieces: usize, expected: &[u64]| {
            let (mut read, mut tried) = (0, vec![]);
            for _ in 0..pieces {
                let before = Before { read: read.max(1), settled, is_inside: false };
                if before.is_due() {
                    tried.push(read / K);
                }
                read += before.piece_size();
            }
            assert_eq!(tried, expected);
        };
        check(0, 80, &[2, 6, 14, 30, 46, 78, 142, 270, 526, 1_038]);
        check(15 * K, 12, &[0, 0, 1, 2, 6, 14, 30, 46, 78]);
        check(64 * K, 12, &[0, 0, 0, 1, 2, 6, 14, 30, 46, 78]);
        check(LONGEST_PIECE * 200, 3, &[0, 0]);
    }

    #[test]
    fn what_the_state_is_to_settle_is_longer_than_a_piece() {
        let check = |read: u64, last: u64, quiet_to: u64, settle: Option<u64>| {
            let before = Before { read, settled: 0, is_inside: false };
            let next = before.next_piece(&end(16 * K, last), || Some(quiet_to)).unwrap();
            let window = Window::new(16 * K, last.min(16 * K + before.piece_size() - 1)).unwrap();
            let settle = settle.map(|to| (Address::zero(), to));
            assert_eq!(next, Next { window, settle });
        };
        let long = 1_000 * K;
        check(16 * K, long, u64::MAX, Some(long));
        check(16 * K, long, 500 * K, Some(500 * K));
        check(16 * K, long, 32 * K - 1, None);
        check(16 * K, 32 * K - 1, u64::MAX, None);
        check(16 * K, 32 * K, u64::MAX, Some(32 * K));
        check(8 * K, long, u64::MAX, Some(long));
        check(50 * K, long, u64::MAX, None);
        check(K, long, u64::MAX, None);
        // A stretch that is not worth it.
        check(2 * K, 16 * K + 4_095, u64::MAX, None);
        check(2 * K, 16 * K + 4_096, u64::MAX, Some(16 * K + 4_096));
        // What was settled ended where something is known to happen.
        let news = Before { read: 0, settled: 200 * K, is_inside: false };
        let at_once = news.next_piece(&end(16 * K, long), || Some(16 * K - 1)).unwrap();
        assert_eq!(at_once, Window::new(16 * K, 16 * K + 127).unwrap().into());
        let inside = Before { read: 16 * K, settled: 0, is_inside: true };
        assert_eq!(inside.next_piece(&end(16 * K, long), || Some(long)).unwrap().settle, None);
    }
}
