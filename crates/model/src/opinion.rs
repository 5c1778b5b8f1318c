//! What contracts on the chain say of an address: second opinions beside the lists.

use crate::{Address, ChainId};

/// A kind of contract that keeps a list of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Oracle {
    /// A contract in which somebody repeats sanctions lists, for other contracts to ask.
    Sanctions,
    /// The issuer of USDT: whom it has frozen.
    Tether,
    /// The issuer of USDC: whom it has frozen.
    Circle,
}

impl Oracle {
    /// Every kind, in order.
    pub const ALL: [Self; 3] = [Self::Sanctions, Self::Tether, Self::Circle];

    /// The word for it; it is also how files name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sanctions => "sanctions-oracle",
            Self::Tether => "usdt-issuer",
            Self::Circle => "usdc-issuer",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|oracle| oracle.name() == name)
    }

    /// The function that tells whether an address is on its list, as Solidity writes it.
    #[must_use]
    pub const fn function(self) -> &'static str {
        match self {
            Self::Sanctions => "isSanctioned(address)",
            Self::Tether => "isBlackListed(address)",
            Self::Circle => "isBlacklisted(address)",
        }
    }
}

/// What one of them says of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Opinion {
    /// The chain.
    pub chain: ChainId,
    /// Of whom.
    pub address: Address,
    /// Who says so.
    pub oracle: Oracle,
    /// The contract that was asked.
    pub contract: Address,
    /// At the end of which block.
    pub block: u64,
    /// Whether the address is on its list.
    pub is_listed: bool,
}

#[cfg(test)]
mod tests {
    use super::Oracle;

    #[test]
    fn names_round_trip() {
        for oracle in Oracle::ALL {
            assert_eq!(Oracle::from_name(oracle.name()), Some(oracle));
        }
        assert_eq!(Oracle::from_name("dai"), None);
    }
}
