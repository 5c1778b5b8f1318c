//! Native transfers of a set of addresses, from blocks read in full.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Address, BlockStamp, H256, How, Transfer, Window, hash_hex};
use serde_json::json;

use super::{Node, quantity};
use crate::Error;
use crate::client::Call;
use crate::decode::native::{Mined, withdrawals};
use crate::wire::{Block, Receipt, Transaction};

/// How many blocks are held in memory at once.
const BLOCKS_PER_PIECE: u64 = 32;

/// What the blocks of a window tell.
#[derive(Debug)]
pub(super) struct NativeScan {
    pub(super) transfers: Vec<Transfer>,
    /// Every block of the window.
    pub(super) stamps: BTreeMap<u64, BlockStamp>,
    pub(super) how: How,
}

impl Node {
    /// Every native transfer from or to one of the addresses.
    pub(super) async fn scan_blocks(
        &self,
        addresses: &BTreeSet<Address>,
        window: Window,
    ) -> Result<NativeScan, Error> {
        let (transfers, stamps) = (vec![], BTreeMap::new());
        let mut scan = NativeScan { transfers, stamps, how: How::BlocksAndFrames };
        for piece in window.aligned_pieces(BLOCKS_PER_PIECE) {
            let blocks = self.full_blocks(piece).await?;
            for block in &blocks {
                self.link(&mut scan.stamps, block.stamp())?;
            }
            self.scan_piece(addresses, &blocks, &mut scan).await?;
        }
        Ok(scan)
    }

    async fn full_blocks(&self, window: Window) -> Result<Vec<Block>, Error> {
        let numbers = window.first()..=window.last();
        let calls: Vec<Call> = numbers
            .clone()
            .map(|number| Call::new("eth_getBlockByNumber", &json!([quantity(number), true])))
            .collect();
        let answers = self.client.ask_all(&calls).await?;
        numbers
            .zip(calls.iter().zip(&answers))
            .map(|(number, (call, answer))| {
                let block: Option<Block> = self.client.read(call, answer)?;
                let block = block.ok_or_else(|| self.null_block(number))?;
                self.check_number(number, block.stamp())?;
                Ok(block)
            })
            .collect()
    }

    /// Adds a block after its parent.
    fn link(&self, stamps: &mut BTreeMap<u64, BlockStamp>, stamp: BlockStamp) -> Result<(), Error> {
        let number = stamp.number;
        let before = number.checked_sub(1).and_then(|before| stamps.get(&before));
        if before.is_some_and(|before| before.hash != stamp.parent) {
            let what = format!("block {number} does not follow the block before it as it was read");
            return Err(self.client.inconsistent(what));
        }
        stamps.insert(number, stamp);
        Ok(())
    }

    async fn scan_piece(
        &self,
        addresses: &BTreeSet<Address>,
        blocks: &[Block],
        scan: &mut NativeScan,
    ) -> Result<(), Error> {
        let of_interest: Vec<(BlockStamp, &Transaction)> = blocks
            .iter()
            .flat_map(|block| block.transactions.iter().map(|found| (block.stamp(), found)))
            .filter(|(_, transaction)| concerns(transaction, addresses))
            .collect();
        let receipts = self.receipts(&of_interest).await?;
        let without_status: BTreeSet<u64> = receipts
            .values()
            .filter(|receipt| receipt.status.is_none())
            .map(|receipt| receipt.block_number.0)
            .collect();
        let traced: Vec<&Block> = blocks
            .iter()
            .filter(|block| {
                without_status.contains(&block.stamp().number)
                    || block.transactions.iter().any(Transaction::may_run_code)
            })
            .collect();
        let found = if traced.is_empty() { None } else { self.frames_of_blocks(&traced).await? };
        let is_complete =
            traced.is_empty() || found.as_ref().is_some_and(|found| found.is_complete);
        if !is_complete {
            scan.how = How::BlocksOnly;
        }
        let frames = found.map(|found| found.by_transaction).unwrap_or_default();
        let chain = self.chain;
        for block in blocks {
            let number = block.stamp().number;
            let credits = block.withdrawals.as_deref().unwrap_or_default();
            let mut transfers = withdrawals(chain, number, credits);
            for (index, transaction) in (0_u32..).zip(&block.transactions) {
                let hash = transaction.hash.0;
                let receipt = receipts.get(&hash);
                let frames = frames.get(&hash);
                let mined = Mined { chain, block: number, index, transaction, receipt, frames };
                let found = mined.transfers().map_err(|what| self.client.inconsistent(what))?;
                transfers.extend(found);
            }
            scan.transfers.extend(transfers.into_iter().filter(|found| involves(found, addresses)));
        }
        Ok(())
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
