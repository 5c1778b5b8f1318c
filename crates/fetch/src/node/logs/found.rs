//! What a search has found so far.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Address, H256, Transfer};

use crate::node::crowds;

/// A log as the node wrote it, by block and number; kept only where answers are recorded.
pub(super) type Text = (u64, u64, String);

/// What a search has found so far.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The same one may stand there twice: it may answer both questions.
    pub(super) transfers: Vec<Transfer>,
    /// Of every block that holds one of them.
    pub(super) block_hashes: BTreeMap<u64, H256>,
    /// Where the logs of a block name two hashes.
    contradiction: Option<u64>,
    /// The block of the last log and its hash: most logs are of the same block as the one before.
    newest: Option<(u64, H256)>,
    /// So many of the first transfers were put in order already, and do not contradict each other.
    settled: usize,
    /// By question.
    pub(super) texts: [Vec<Text>; 2],
}

impl Found {
    /// Adds a transfer, and the hash that its log gives to its block.
    pub(super) fn push(&mut self, transfer: Transfer, block_hash: H256) {
        self.note_hash(transfer.position.block, block_hash);
        self.transfers.push(transfer);
    }

    /// Adds what another one holds.
    pub(super) fn add(&mut self, mut other: Self) {
        self.contradiction = self.contradiction.or(other.contradiction);
        for (block, hash) in other.block_hashes {
            self.note_hash(block, hash);
        }
        let block = |transfer: Option<&Transfer>| transfer.map(|found| found.position.block);
        let last = block(self.transfers.last());
        let is_later = last.is_none() || last < block(other.transfers.first());
        if is_later && self.settled == self.transfers.len() {
            self.settled = self.settled.saturating_add(other.settled);
        }
        if self.transfers.is_empty() {
            self.transfers = other.transfers;
        } else {
            self.transfers.append(&mut other.transfers);
        }
        for (texts, new) in self.texts.iter_mut().zip(other.texts) {
            texts.extend(new);
        }
    }

    fn note_hash(&mut self, block: u64, hash: H256) {
        if self.newest.replace((block, hash)) == Some((block, hash)) {
            return;
        }
        match self.block_hashes.entry(block) {
            Entry::Vacant(entry) => _ = entry.insert(hash),
            Entry::Occupied(entry) if *entry.get() == hash => {}
            Entry::Occupied(_) => self.contradiction = self.contradiction.or(Some(block)),
        }
    }

    /// Puts the transfers in order, each one once.
    ///
    /// # Errors
    ///
    /// If they contradict each other: within a block, logs are numbered in the order of its transactions.
    pub(super) fn settle(&mut self) -> Result<(), String> {
        let open = self.transfers.get(self.settled.saturating_sub(1)..).unwrap_or_default();
        if !open.is_sorted_by(|one, next| one < next) {
            self.settled = 0;
            self.transfers.sort();
            self.transfers.dedup();
        }
        if let Some(block) = self.contradiction {
            return Err(format!("logs of block {block} name two block hashes"));
        }
        let open = self.transfers.get(self.settled.saturating_sub(1)..).unwrap_or_default();
        for pair in open.windows(2) {
            let [one, next] = pair else { continue };
            let (position, next_position) = (one.position, next.position);
            let block = position.block;
            if block != next_position.block {
                continue;
            }
            if next_position.step == position.step {
                return Err(format!("two different logs stand at {position}"));
            }
            if next_position.step < position.step {
                return Err(format!(
                    "the logs of block {block} are not in the order of its transactions"
                ));
            }
            let is_same = position.transaction == next_position.transaction;
            if is_same != (one.transaction == next.transaction) {
                return Err(format!("logs of block {block} mix up its transactions"));
            }
        }
        self.settled = self.transfers.len();
        Ok(())
    }

    /// Keeps what these addresses have to do with.
    pub(super) fn keep_only(&mut self, addresses: &BTreeSet<Address>) {
        let is_settled = self.settled == self.transfers.len();
        crowds::keep_only(&mut self.transfers, addresses);
        self.settled = if is_settled { self.transfers.len() } else { 0 };
        self.newest = None;
        let blocks: BTreeSet<u64> =
            self.transfers.iter().map(|found| found.position.block).collect();
        self.block_hashes.retain(|block, _| blocks.contains(block));
    }

    /// Keeps what is in the blocks up to this one, and returns the rest. For what is settled.
    pub(super) fn split_after(&mut self, last: u64) -> Self {
        let count = self.transfers.partition_point(|found| found.position.block <= last);
        let transfers = self.transfers.split_off(count);
        let settled = self.settled.saturating_sub(count).min(transfers.len());
        self.settled = self.settled.min(count);
        self.newest = None;
        let block_hashes = match last.checked_add(1) {
            Some(next) => self.block_hashes.split_off(&next),
            None => BTreeMap::new(),
        };
        Self { transfers, block_hashes, settled, ..Self::default() }
    }
}

#[cfg(test)]
mod tests;
