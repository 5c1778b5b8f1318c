//! What issuers of tokens did to addresses: freezes, and what came after them.

use crate::{Address, Amount, ChainId, H256, Oracle, Timestamp};

/// What an issuer did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FreezeKind {
    /// From then on the address could not move the token.
    Frozen,
    /// It could move it again.
    Released,
    /// What it held was destroyed.
    Destroyed,
}

impl FreezeKind {
    /// Every kind, in order.
    pub const ALL: [Self; 3] = [Self::Frozen, Self::Released, Self::Destroyed];

    /// The word for it; it is also how files name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Frozen => "frozen",
            Self::Released => "released",
            Self::Destroyed => "destroyed",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// One thing that an issuer did to an address, as its contract logged it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Freeze {
    /// The chain.
    pub chain: ChainId,
    /// To whom.
    pub address: Address,
    /// Which issuer.
    pub oracle: Oracle,
    /// Its token's contract, which logged it.
    pub contract: Address,
    /// The block.
    pub block: u64,
    /// The log's number in the block.
    pub log: u32,
    /// What was done.
    pub kind: FreezeKind,
    /// The transaction that did it.
    pub transaction: H256,
    /// When the block was made.
    pub time: Timestamp,
    /// How much was destroyed, in base units; nothing for the other kinds.
    pub amount: Amount,
}

#[cfg(test)]
mod tests {
    use super::FreezeKind;

    #[test]
    fn names_round_trip() {
        for kind in FreezeKind::ALL {
            assert_eq!(FreezeKind::from_name(kind.name()), Some(kind));
        }
        assert_eq!(FreezeKind::from_name("thawed"), None);
    }
}
