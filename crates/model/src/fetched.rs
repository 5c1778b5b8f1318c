//! What the fetcher hands to the store.

use crate::{
    AccountFact, Address, Balance, ChainId, Coverage, Crowd, H256, Timestamp, TokenClaim, Transfer,
    Window,
};

/// All transfers of a set of addresses in a window, and the coverage this proves. It is stored as a
/// whole or not at all, and storing it twice changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchedWindow {
    /// The chain.
    pub chain: ChainId,
    /// The blocks that were looked at.
    pub window: Window,
    /// Whose transfers.
    pub addresses: Vec<Address>,
    /// The transfers, sorted, without duplicates.
    pub transfers: Vec<Transfer>,
    /// One entry per address and asset class, sorted; none of those that are crowded.
    pub coverage: Vec<Coverage>,
    /// Addresses of which no more was read than shows that they are crowded, sorted. No transfer is told for
    /// their sake, and nothing of them is covered.
    pub crowds: Vec<Crowd>,
    /// The blocks that hold a transfer, and the window's ends, sorted.
    pub blocks: Vec<BlockStamp>,
    /// What the addresses and their counterparties are, at the window's end, sorted.
    pub accounts: Vec<AccountFact>,
    /// What the tokens that moved say of themselves, sorted by contract.
    pub claims: Vec<TokenClaim>,
    /// Balances of the addresses at the end of the block before the window, and at the window's end,
    /// of every asset that moved; sorted. An asset that is absent was not available.
    pub balances: Vec<Balance>,
}

/// A block's identity and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockStamp {
    /// The number.
    pub number: u64,
    /// The hash.
    pub hash: H256,
    /// The hash of the block before.
    pub parent: H256,
    /// When it was made, by its producer's word.
    pub timestamp: Timestamp,
}
