//! What the trace starts from.

use std::fmt;

use crate::{Address, Amount, Asset, H256, Position};

/// A seed's number in its case, from 0 in the order of the seeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeedId(pub u16);

/// Prints `S1` for the first seed: people count from one.
impl fmt::Display for SeedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "S{}", u32::from(self.0).saturating_add(1))
    }
}

/// The stolen amount that the trace starts from: one credit of one asset to one holder. A theft of two
/// assets is two seeds, each with its own lots. Backward it is the received amount that is traced back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seed {
    /// Its number.
    pub id: SeedId,
    /// Where the credit stands in the chain's order.
    pub position: Position,
    /// The transaction of the credit.
    pub transaction: H256,
    /// What was taken; it also names the chain.
    pub asset: Asset,
    /// How much.
    pub amount: Amount,
    /// Whom it was taken from, where one payer is known.
    pub from: Option<Address>,
    /// Who received it.
    pub holder: Address,
}
