//! Block windows, and what has been looked at in them.

use std::fmt;

use crate::{Address, AssetClass, ChainId};

/// Blocks `first` to `last`, both included, never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window {
    first: u64,
    last: u64,
}

impl Window {
    /// The blocks from `first` to `last`, or `None` if `last` comes before `first`.
    #[must_use]
    pub const fn new(first: u64, last: u64) -> Option<Self> {
        if first <= last { Some(Self { first, last }) } else { None }
    }

    /// One block.
    #[must_use]
    pub const fn block(block: u64) -> Self {
        Self { first: block, last: block }
    }

    /// The first block.
    #[must_use]
    pub const fn first(self) -> u64 {
        self.first
    }

    /// The last block.
    #[must_use]
    pub const fn last(self) -> u64 {
        self.last
    }

    /// How many blocks; `u64::MAX` for the window of all of them.
    #[must_use]
    pub const fn block_count(self) -> u64 {
        (self.last - self.first).saturating_add(1)
    }

    /// Whether the block is inside.
    #[must_use]
    pub const fn contains(self, block: u64) -> bool {
        self.first <= block && block <= self.last
    }

    /// The blocks in both windows.
    #[must_use]
    pub fn intersection(self, other: Self) -> Option<Self> {
        Self::new(self.first.max(other.first), self.last.min(other.last))
    }

    /// Both windows as one, if they overlap or touch.
    #[must_use]
    pub fn join(self, other: Self) -> Option<Self> {
        let touches = |a: Self, b: Self| a.last.checked_add(1).is_none_or(|next| b.first <= next);
        (touches(self, other) && touches(other, self))
            .then(|| Self { first: self.first.min(other.first), last: self.last.max(other.last) })
    }

    /// Cuts the window at every multiple of `size` (at least 1), so that the same blocks are always cut
    /// at the same places, whoever asks for them.
    pub fn aligned_pieces(self, size: u64) -> impl Iterator<Item = Self> {
        let size = size.max(1);
        let mut next = Some(self.first);
        std::iter::from_fn(move || {
            let first = next?;
            let boundary = (first - first % size).saturating_add(size - 1);
            let last = boundary.min(self.last);
            next = last.checked_add(1).filter(|block| *block <= self.last);
            Some(Self { first, last })
        })
    }
}

/// Prints `first–last`, or the block alone where there is one.
impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            write!(f, "{}", self.first)
        } else {
            write!(f, "{}–{}", self.first, self.last)
        }
    }
}

/// What has been looked at: all movements of one class of assets of one address in one window. Where
/// there is no coverage, nothing is known; "no transfer" and "not looked" are different values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Coverage {
    /// The chain.
    pub chain: ChainId,
    /// Whose movements.
    pub address: Address,
    /// Of which assets.
    pub class: AssetClass,
    /// In which blocks.
    pub window: Window,
    /// How they were found.
    pub how: How,
    /// How well that proves that none is missing.
    pub proof: Proof,
}

/// How movements were found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum How {
    /// Logs by topic, in both directions.
    Logs,
    /// Every block read in full, and the frames of every transaction that ran code.
    BlocksAndFrames,
    /// Every block read in full; the node offers no tracer, so internal transfers are not seen.
    BlocksOnly,
    /// The blocks in which nonce or balance changed, found by halving the window and read in full. This
    /// is exact for a wallet; what code in the account moved in and out again by the same amount between
    /// two looks is not seen, and where that cannot be ruled out the proof is [`Proof::Indicative`].
    StateAndBlocks,
    /// Likewise, and besides those the blocks that the node's own index of frames names for the account,
    /// with all their frames: so code is seen too.
    IndexAndBlocks,
    /// No block was read: nonce, balance of the native coin and balances of the tokens in question are the
    /// same at both ends. For the native coin of a wallet this is as exact as [`How::StateAndBlocks`]. A
    /// token may have been moved out by an approved spender and come back, so its proof is
    /// [`Proof::Indicative`].
    StateAlone,
}

impl How {
    /// The word for it; it is also how files name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Logs => "logs",
            Self::BlocksAndFrames => "blocks and frames",
            Self::BlocksOnly => "blocks only",
            Self::StateAndBlocks => "state and blocks",
            Self::IndexAndBlocks => "index and blocks",
            Self::StateAlone => "state alone",
        }
    }

    /// Every way, in order.
    pub const ALL: [Self; 6] = [
        Self::Logs,
        Self::BlocksAndFrames,
        Self::BlocksOnly,
        Self::StateAndBlocks,
        Self::IndexAndBlocks,
        Self::StateAlone,
    ];
}

/// How well coverage proves that nothing is missing, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Proof {
    /// Balances do not agree with what was seen; the difference is recorded as an unexplained transfer at
    /// the end of the blocks in which it arose: one block where that is known, else the whole window.
    Unreconciled,
    /// Not proven: the node did not give the balances at both ends, or movements that cancel each other
    /// may hide between two looks at the state.
    Indicative,
    /// What came in less what went out and fees equals the change of balance, for every asset seen.
    Reconciled,
    /// Nothing else can have moved: between the blocks that were read, a wallet's nonce and balance did not
    /// change, and what was read explains every change (`decode::looks` in `fundtrail-fetch` says why this
    /// suffices).
    Exact,
}

impl Proof {
    /// Every grade, worst first.
    pub const ALL: [Self; 4] =
        [Self::Unreconciled, Self::Indicative, Self::Reconciled, Self::Exact];

    /// The word for it; it is also how files name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unreconciled => "unreconciled",
            Self::Indicative => "indicative",
            Self::Reconciled => "reconciled",
            Self::Exact => "exact",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Window;

    fn window(first: u64, last: u64) -> Window {
        Window::new(first, last).unwrap()
    }

    #[test]
    fn windows_join_where_they_touch() {
        assert_eq!(window(1, 4).join(window(5, 9)), Some(window(1, 9)));
        assert_eq!(window(5, 9).join(window(1, 4)), Some(window(1, 9)));
        assert_eq!(window(1, 9).join(window(3, 4)), Some(window(1, 9)));
        assert_eq!(window(1, 4).join(window(6, 9)), None);
        assert_eq!(window(0, u64::MAX).join(window(5, 5)), Some(window(0, u64::MAX)));
        assert_eq!(window(1, 4).intersection(window(4, 9)), Some(window(4, 4)));
        assert_eq!(window(1, 3).intersection(window(4, 9)), None);
        assert_eq!(Window::new(2, 1), None);
    }

    #[test]
    fn pieces_are_cut_at_the_same_blocks_whoever_asks() {
        let pieces = |w: Window, size| w.aligned_pieces(size).collect::<Vec<_>>();
        assert_eq!(pieces(window(7, 25), 10), [window(7, 9), window(10, 19), window(20, 25)]);
        assert_eq!(pieces(window(10, 19), 10), [window(10, 19)]);
        assert_eq!(pieces(window(3, 5), 0), [window(3, 3), window(4, 4), window(5, 5)]);
        assert_eq!(pieces(window(u64::MAX - 1, u64::MAX), 10), [window(u64::MAX - 1, u64::MAX)]);
    }
}
