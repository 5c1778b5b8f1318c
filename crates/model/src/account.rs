//! What an address is.

use crate::{Address, ChainId};

/// What the code at an address says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccountKind {
    /// No code: an externally owned account, or nothing yet.
    Wallet,
    /// An EIP-7702 delegation (`0xef0100` and an address): still a wallet, its key still signs.
    DelegatedWallet {
        /// The contract whose code the wallet borrows.
        delegate: Address,
    },
    /// Code of its own.
    Contract,
}

impl AccountKind {
    /// Whether a key controls it.
    #[must_use]
    pub const fn is_wallet(self) -> bool {
        matches!(self, Self::Wallet | Self::DelegatedWallet { .. })
    }
}

/// What an address was at the end of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountFact {
    /// The chain.
    pub chain: ChainId,
    /// The address.
    pub address: Address,
    /// What it was.
    pub kind: AccountKind,
    /// The block at whose end it was that.
    pub block: u64,
}
