//! How value came to where it ended.

use std::sync::Arc;

use crate::{Address, Amount, Asset, EndingClass, HopId, SeedId};

/// A chain of lots from a seed on: each hop took a lot that the one before it had brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path {
    /// The hops in the order of the chain; none where the value never moved.
    pub steps: Arc<[PathStep]>,
    /// The most of what ended there that can have come this way, in base units of the ending's asset.
    pub amount: Amount,
}

/// One hop of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathStep {
    /// The hop.
    pub hop: HopId,
    /// What arrived by it: for a conversion, what it made.
    pub asset: Asset,
    /// The most of it that can have come this way: of the lots before it no more than the hop took, and of a
    /// conversion that lot's share.
    pub amount: Amount,
}

/// How one seed's value of one asset came to one place, and ended there for one kind of reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// The seed.
    pub seed: SeedId,
    /// The asset; it also names the chain.
    pub asset: Asset,
    /// The place; `None` for fees and unknown counterparties.
    pub address: Option<Address>,
    /// Why following stopped.
    pub class: EndingClass,
    /// The endings, by index, in the order of their arrival.
    pub endings: Vec<usize>,
    /// How much ended there, all endings together.
    pub amount: Amount,
    /// The path that can have brought most of an ending.
    pub largest: Path,
    /// The path of the fewest hops; of several, one that can have brought most.
    pub shortest: Path,
    /// The path by which value first arrived there; of several, the shortest.
    pub earliest: Path,
}
