//! What moves, and how much of it an address holds.

use std::fmt;

use crate::{Address, Amount, ChainId, checksum};

/// What moves: keyed by chain and contract, never by ticker, because anyone can deploy a token that
/// calls itself USDC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Asset {
    /// The coin that pays for gas on this chain.
    Native(ChainId),
    /// The token at this contract on this chain.
    Token(ChainId, Address),
}

impl Asset {
    /// The chain this asset lives on.
    #[must_use]
    pub const fn chain(&self) -> ChainId {
        match self {
            Self::Native(chain) | Self::Token(chain, _) => *chain,
        }
    }

    /// The token's contract, or `None` for a native coin.
    #[must_use]
    pub const fn contract(&self) -> Option<Address> {
        match self {
            Self::Native(_) => None,
            Self::Token(_, contract) => Some(*contract),
        }
    }

    /// Which class it is looked at with; coverage of [`AssetClass::Token`] proves the same for one token.
    #[must_use]
    pub const fn class(&self) -> AssetClass {
        match self {
            Self::Native(_) => AssetClass::Native,
            Self::Token(..) => AssetClass::Tokens,
        }
    }
}

impl fmt::Display for Asset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Native(chain) => write!(f, "native coin of chain {chain}"),
            Self::Token(chain, contract) => {
                write!(f, "token {} on chain {chain}", checksum(*contract))
            }
        }
    }
}

/// What is looked at in one go: the native coin, every token at once, or one token alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AssetClass {
    /// The chain's native coin, with fees, internal transfers and withdrawals.
    Native,
    /// Every ERC-20 token, and wraps of the native coin.
    Tokens,
    /// The token at this contract and no other.
    Token(Address),
}

impl AssetClass {
    /// The classes that together are all assets, in their order.
    pub const ALL: [Self; 2] = [Self::Native, Self::Tokens];
}

/// What a token contract says of itself. A claim, never an identity: the contract's author chose it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenClaim {
    /// The token.
    pub asset: Asset,
    /// The ticker it claims, sanitised and at most 64 characters; `None` if it gave none.
    pub symbol: Option<String>,
    /// The decimals it claims; `None` if it gave none or more than 77 (10^77 fills 256 bits).
    pub decimals: Option<u8>,
}

/// How much of an asset an address held at the end of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Balance {
    /// Who held it.
    pub address: Address,
    /// What was held.
    pub asset: Asset,
    /// The block at whose end it was held.
    pub block: u64,
    /// How much, in base units.
    pub amount: Amount,
}
