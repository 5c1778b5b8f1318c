//! Addresses that are too crowded to be looked at.

use crate::{Address, ChainId, Window};

/// What showed that an address is too crowded to be looked at, before its history was fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Crowd {
    /// The chain.
    pub chain: ChainId,
    /// Whose history was not fetched.
    pub address: Address,
    /// The blocks that show it. They begin with the window that was asked for, and depend on the chain
    /// alone, not on how the answers were cut.
    pub window: Window,
    /// How crowded it is, at least.
    pub size: CrowdSize,
}

/// How crowded an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CrowdSize {
    /// It paid, or was paid by, so many different addresses.
    Counterparties(u32),
    /// It signed so many transactions.
    Signed(u64),
}

impl CrowdSize {
    /// How many.
    #[must_use]
    pub fn count(self) -> u64 {
        match self {
            Self::Counterparties(count) => u64::from(count),
            Self::Signed(count) => count,
        }
    }

    /// Whether it is more than the hub gate lets through ([`Limits`](crate::Limits)).
    #[must_use]
    pub fn exceeds(self, gate: u32) -> bool {
        self.count() > u64::from(gate)
    }
}
