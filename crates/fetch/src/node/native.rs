//! Native transfers of a set of addresses.
//!
//! There are two ways. *By state*: where the node has the old states, the blocks in which a nonce or a
//! balance changed are found by halving, and only they are read. *Every block*: all blocks of the window
//! are read in full. The first is exact for wallets (`decode::looks` says why), and takes some
//! questions for each change instead of one for each block. Code hides from it what comes in and goes out again, so
//! accounts with code are looked at in the second way where the window is short enough for it.

mod by_state;
mod every_block;
mod index;
mod signs;

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{
    Address, Asset, BlockStamp, Crowd, H256, How, Proof, Transfer, Window, hash_hex,
};
use serde_json::json;

use super::facts::Balances;
use super::{Node, quantity};
use crate::Error;
use crate::client::Call;
use crate::decode::frames::Frames;
use crate::decode::legs::Legs;
use crate::decode::native::{Mined, withdrawals};
use crate::wire::{Block, Receipt, Transaction};
use by_state::ByState;
pub(super) use signs::Signs;

/// How many blocks are held in memory at once.
const BLOCKS_PER_PIECE: usize = 32;
/// So few blocks are read at once: halving them takes as many questions.
pub(super) const FEW_BLOCKS: u64 = 4;
/// So many blocks are read one by one where the state does not help.
const MOST_BLOCKS_TO_READ: u64 = 1_000;

/// What the chain tells of the native coin in a window.
#[derive(Debug)]
pub(super) struct NativeScan {
    pub(super) transfers: Vec<Transfer>,
    /// The blocks that were read.
    pub(super) stamps: BTreeMap<u64, BlockStamp>,
    /// How each address was looked at.
    pub(super) how: BTreeMap<Address, How>,
    /// Of addresses whose balances were compared on the way; then `transfers` has what was missing, and
    /// the balances that show it are here.
    pub(super) proofs: BTreeMap<Address, Proof>,
    /// Native balances that became known on the way.
    pub(super) balances: Balances,
    /// Addresses that turned out to be too crowded: what was found of them is not all, and nothing else is
    /// told of them.
    pub(super) crowds: Vec<Crowd>,
}

impl NativeScan {
    const fn new() -> Self {
        Self {
            transfers: vec![],
            stamps: BTreeMap::new(),
            how: BTreeMap::new(),
            proofs: BTreeMap::new(),
            balances: Balances::new(),
            crowds: vec![],
        }
    }
}

/// Blocks in full, and the receipts of the transactions in them that may concern the addresses.
struct Piece {
    blocks: Vec<Block>,
    receipts: BTreeMap<H256, Receipt>,
    /// Blocks with a receipt that does not say whether its transaction succeeded.
    without_status: BTreeSet<u64>,
}

impl Node {
    /// Every native transfer from or to one of the addresses, as far as the node shows them.
    ///
    /// `legs` is what logs tell of the native coin, and `signs` where it is likely to have moved. An address with more counterparties than `gate`, or that
    /// signed more transactions, is not looked at any further.
    pub(super) async fn scan_native(
        &self,
        addresses: &BTreeSet<Address>,
        (legs, signs): (&Legs, &Signs),
        window: Window,
        gate: Option<u32>,
    ) -> Result<NativeScan, Error> {
        if addresses.is_empty() {
            return Ok(NativeScan::new());
        }
        let count = window.block_count();
        if count <= FEW_BLOCKS {
            return self.scan_every_block(addresses, legs, window, gate).await;
        }
        let is_short = count <= MOST_BLOCKS_TO_READ;
        match self.scan_by_state(addresses, (legs, signs), window, is_short, gate).await? {
            ByState::Found(scan) => Ok(scan),
            ByState::NoState(none) if !is_short => Err(self.needs_state(&none, window)),
            ByState::NoState(_) | ByState::CodeMayHide => {
                self.scan_every_block(addresses, legs, window, gate).await
            }
        }
    }

    const fn native(&self) -> Asset {
        Asset::Native(self.chain)
    }

    /// Reads these blocks, and adds their stamps.
    async fn read_piece(
        &self,
        numbers: &[u64],
        addresses: &BTreeSet<Address>,
        stamps: &mut BTreeMap<u64, BlockStamp>,
    ) -> Result<Piece, Error> {
        let blocks = self.linked_blocks(numbers, stamps).await?;
        self.with_receipts(blocks, addresses).await
    }

    async fn linked_blocks(
        &self,
        numbers: &[u64],
        stamps: &mut BTreeMap<u64, BlockStamp>,
    ) -> Result<Vec<Block>, Error> {
        let blocks = self.full_blocks(numbers).await?;
        for block in &blocks {
            self.link(stamps, block.stamp())?;
        }
        Ok(blocks)
    }

    async fn with_receipts(
        &self,
        blocks: Vec<Block>,
        addresses: &BTreeSet<Address>,
    ) -> Result<Piece, Error> {
        let of_interest: Vec<(BlockStamp, &Transaction)> = blocks
            .iter()
            .flat_map(|block| block.transactions.iter().map(|found| (block.stamp(), found)))
            .filter(|(_, transaction)| concerns(transaction, addresses))
            .collect();
        let receipts = self.receipts(&of_interest).await?;
        let without_status = receipts
            .values()
            .filter(|receipt| receipt.status.is_none())
            .map(|receipt| receipt.block_number.0)
            .collect();
        Ok(Piece { blocks, receipts, without_status })
    }

    async fn full_blocks(&self, numbers: &[u64]) -> Result<Vec<Block>, Error> {
        let calls: Vec<Call> = numbers
            .iter()
            .map(|number| Call::new("eth_getBlockByNumber", &json!([quantity(*number), true])))
            .collect();
        let answers = self.client.ask_all(&calls).await?;
        numbers
            .iter()
            .zip(calls.iter().zip(&answers))
            .map(|(number, (call, answer))| {
                let block: Option<Block> = self.client.read(call, answer)?;
                let block = block.ok_or_else(|| self.null_block(*number))?;
                self.check_number(*number, block.stamp())?;
                Ok(block)
            })
            .collect()
    }

    /// Adds a block; it must be the child of the block before it, if that is known.
    pub(super) fn link(
        &self,
        stamps: &mut BTreeMap<u64, BlockStamp>,
        stamp: BlockStamp,
    ) -> Result<(), Error> {
        let number = stamp.number;
        let before = number.checked_sub(1).and_then(|before| stamps.get(&before));
        let after = number.checked_add(1).and_then(|after| stamps.get(&after));
        let wrong = match (before, after) {
            (Some(before), _) if before.hash != stamp.parent => Some(number),
            (_, Some(after)) if after.parent != stamp.hash => Some(after.number),
            _ => None,
        };
        if let Some(number) = wrong {
            let what = format!("block {number} does not follow the block before it as it was read");
            return Err(self.client.inconsistent(what));
        }
        stamps.insert(number, stamp);
        Ok(())
    }

    /// The transfers of one block that involve one of the addresses. `frames` is `None` while it is not
    /// known whether they are needed: then no log stands in for them.
    fn transfers_of(
        &self,
        block: &Block,
        receipts: &BTreeMap<H256, Receipt>,
        frames: Option<&BTreeMap<H256, Frames>>,
        legs: &Legs,
        addresses: &BTreeSet<Address>,
    ) -> Result<Vec<Transfer>, Error> {
        let (chain, number) = (self.chain, block.stamp().number);
        let credits = block.withdrawals.as_deref().unwrap_or_default();
        let mut transfers = withdrawals(chain, number, credits);
        for (index, transaction) in (0_u32..).zip(&block.transactions) {
            let hash = transaction.hash.0;
            let receipt = receipts.get(&hash);
            let traced = frames.and_then(|frames| frames.get(&hash));
            let traced_in_vain = frames.is_some() && traced.is_none();
            let frames = traced.filter(|_| !legs.tell_all(hash));
            let mined = Mined { chain, block: number, index, transaction, receipt, frames };
            let found = mined.transfers().map_err(|what| self.client.inconsistent(what))?;
            transfers.extend(legs.lacking(hash, &found, !traced_in_vain));
            transfers.extend(found);
        }
        transfers.retain(|found| involves(found, addresses));
        transfers.sort();
        Ok(transfers)
    }

    /// The receipts of these transactions.
    pub(super) async fn receipts(
        &self,
        transactions: &[(BlockStamp, &Transaction)],
    ) -> Result<BTreeMap<H256, Receipt>, Error> {
        let calls: Vec<Call> =
            transactions.iter().map(|(_, transaction)| receipt_call(transaction.hash.0)).collect();
        let answers = self.client.ask_all(&calls).await?;
        let mut receipts = BTreeMap::new();
        for (((block, transaction), call), answer) in transactions.iter().zip(&calls).zip(&answers)
        {
            let hash = transaction.hash.0;
            let receipt: Option<Receipt> = self.client.read(call, answer)?;
            let fits = |receipt: &Receipt| {
                receipt.transaction_hash.0 == hash
                    && receipt.block_hash.0 == block.hash
                    && receipt.block_number.0 == block.number
            };
            let receipt = receipt.filter(fits).ok_or_else(|| {
                let (hash, block) = (hash_hex(hash), block.number);
                self.client.inconsistent(format!("no receipt that fits {hash} of block {block}"))
            })?;
            receipts.insert(hash, receipt);
        }
        Ok(receipts)
    }
}

pub(super) fn receipt_call(hash: H256) -> Call {
    Call::new("eth_getTransactionReceipt", &json!([hash_hex(hash)]))
}

/// Whether the receipt is needed: the sender pays a fee, and a value that reached an address, or a new
/// contract that may be one of them, counts only if the transaction succeeded.
fn concerns(transaction: &Transaction, addresses: &BTreeSet<Address>) -> bool {
    let reaches = || match transaction.to {
        Some(to) => addresses.contains(&to.0),
        None => true,
    };
    addresses.contains(&transaction.from.0) || (!transaction.value.0.is_zero() && reaches())
}

fn involves(transfer: &Transfer, addresses: &BTreeSet<Address>) -> bool {
    [transfer.from, transfer.to].iter().flatten().any(|party| addresses.contains(party))
}

#[cfg(test)]
mod tests;
