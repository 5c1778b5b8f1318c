//! Chains.

use std::fmt;

use crate::Address;

/// An EVM chain id (EIP-155), for example 1 for Ethereum and 137 for Polygon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChainId(pub u64);

impl fmt::Display for ChainId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What is known of a chain before any node has been asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainInfo {
    /// The chain's id; a node that reports another id is refused.
    pub id: ChainId,
    /// The name people use, for example `Polygon`.
    pub name: String,
    /// The name on the command line, for example `polygon`.
    pub slug: String,
    /// The coin that pays for gas.
    pub native: NativeCoin,
    /// Contracts whose `Deposit` and `Withdrawal` events wrap and unwrap the native coin.
    pub wrapped_native: Vec<Address>,
    /// Multicall3, where it is deployed.
    pub multicall3: Option<Address>,
    /// Usual time between two blocks, in milliseconds.
    pub block_time_ms: u64,
    /// Base address of a block explorer, without a trailing slash.
    pub explorer: Option<String>,
}

/// The coin that pays for a chain's gas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NativeCoin {
    /// Ticker, for example `ETH`.
    pub symbol: String,
    /// Number of decimals of the base unit; 18 on every chain known so far.
    pub decimals: u8,
}
