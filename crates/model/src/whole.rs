//! Transactions that were read whole, whoever takes part in them.

use crate::{AccountFact, BlockStamp, ChainId, H256, TokenClaim, Transfer};

/// A transaction all of whose transfers were read, whoever takes part in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WholeTransaction {
    /// The chain.
    pub chain: ChainId,
    /// Its block.
    pub block: u64,
    /// Its index in the block.
    pub index: u32,
    /// Its hash.
    pub hash: H256,
    /// Whether its internal native transfers are known too: a tracer told them, or it can be proved that
    /// there are none. Otherwise only those are known that logs tell of.
    pub has_frames: bool,
}

/// A transaction that was asked for, and whose receipt no endpoint has (any more): it is not asked for
/// again, and what happened in it is known from the accounts that were looked at alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AbsentTransaction {
    /// The chain.
    pub chain: ChainId,
    /// Its block.
    pub block: u64,
    /// Its index in the block.
    pub index: u32,
    /// Its hash.
    pub hash: H256,
}

/// What was read of one transaction. It is stored as a whole or not at all, and storing it twice changes
/// nothing. It proves nothing about what else its parties did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchedTransaction {
    /// Which one.
    pub transaction: WholeTransaction,
    /// Every transfer in it, its value and its fee included, sorted, without duplicates.
    pub transfers: Vec<Transfer>,
    /// Its block.
    pub blocks: Vec<BlockStamp>,
    /// What its parties are, at the end of its block, sorted.
    pub accounts: Vec<AccountFact>,
    /// What the tokens that moved say of themselves, sorted by contract.
    pub claims: Vec<TokenClaim>,
}
