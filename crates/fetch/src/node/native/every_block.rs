//! Every block of a window, read in full.

use std::collections::BTreeSet;

use fundtrail_model::{Address, How, Window};

use super::{BLOCKS_PER_PIECE, NativeScan};
use crate::Error;
use crate::decode::legs::Legs;
use crate::node::Node;
use crate::node::crowds::Crowds;
use crate::wire::{Block, Transaction};

impl Node {
    /// Every native transfer from or to one of the addresses, from all blocks and from the frames of the
    /// blocks that ran code.
    pub(super) async fn scan_every_block(
        &self,
        addresses: &BTreeSet<Address>,
        legs: &Legs,
        window: Window,
        gate: Option<u32>,
    ) -> Result<NativeScan, Error> {
        let mut scan = NativeScan::new();
        let mut crowds = Crowds::new(self.chain, addresses, window, gate);
        let mut how = How::BlocksAndFrames;
        let size = u64::try_from(BLOCKS_PER_PIECE).unwrap_or(1);
        for piece in window.aligned_pieces(size) {
            let numbers: Vec<u64> = (piece.first()..=piece.last()).collect();
            let blocks = self.linked_blocks(&numbers, &mut scan.stamps).await?;
            // Before the receipts of all that it signed are asked for.
            blocks.iter().for_each(|block| crowds.add_signed(block));
            if crowds.open().is_empty() {
                break;
            }
            let addresses = crowds.open().clone();
            let piece = self.with_receipts(blocks, &addresses).await?;
            let traced: Vec<&Block> = piece
                .blocks
                .iter()
                .filter(|block| {
                    piece.without_status.contains(&block.stamp().number)
                        || block.transactions.iter().any(Transaction::may_run_code)
                })
                .collect();
            let found =
                if traced.is_empty() { None } else { self.frames_of_blocks(&traced).await? };
            let is_complete =
                traced.is_empty() || found.as_ref().is_some_and(|found| found.is_complete);
            if !is_complete {
                how = How::BlocksOnly;
            }
            let frames = found.map(|found| found.by_transaction).unwrap_or_default();
            for block in &piece.blocks {
                let found =
                    self.transfers_of(block, &piece.receipts, Some(&frames), legs, &addresses)?;
                crowds.add_moved(&found);
                scan.transfers.extend(found);
            }
        }
        scan.how = crowds.open().iter().map(|address| (*address, how)).collect();
        scan.crowds = crowds.into_found();
        Ok(scan)
    }
}
