//! All transfers of a set of addresses in a window, and what that proves.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{
    Address, Asset, AssetClass, BlockStamp, Coverage, FetchedWindow, How, Proof, Transfer, Window,
};

use super::Node;
use super::facts::{Balances, listed, parties_and_assets};
use super::logs::LogScan;
use crate::Error;
use crate::decode::reconcile::{Ends, reconcile};

/// What to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowRequest {
    /// Whose transfers.
    pub addresses: Vec<Address>,
    /// In which blocks. For history, end at or below the finalized block.
    pub window: Window,
    /// Contracts whose `Deposit` and `Withdrawal` wrap and unwrap the native coin.
    pub wrapped_native: Vec<Address>,
    /// Assets whose balances are wanted at both ends even if they did not move.
    pub balances_of: Vec<Asset>,
}

impl Node {
    /// Reads all transfers of the addresses in the window, and compares them with the balances at both
    /// ends. What the balances say and no transfer explains becomes a transfer of an unknown
    /// counterparty.
    ///
    /// Tokens come from logs by topic, two questions for each 100 addresses. The native coin comes from
    /// every block in full, and from the frames of the blocks that ran code.
    ///
    /// # Errors
    ///
    /// [`Error::NullBlock`] if the node does not have the whole window, [`Error::Inconsistent`] if the
    /// chain changed while it was read, and whatever keeps the node from answering. A node that has no
    /// tracer, or no old state, is no error: the coverage says so.
    pub async fn window(&self, request: &WindowRequest) -> Result<FetchedWindow, Error> {
        let window = request.window;
        let addresses: BTreeSet<Address> = request.addresses.iter().copied().collect();
        let wrapped_native: BTreeSet<Address> = request.wrapped_native.iter().copied().collect();
        // First the logs: their answer includes the last block, so a window beyond the node's head
        // fails before all of its blocks are read.
        let logs = self.scan_logs(&addresses, &wrapped_native, window).await?;
        let blocks = self.scan_blocks(&addresses, window).await?;
        self.check_hashes(&logs, &blocks.stamps)?;
        let mut transfers = logs.transfers;
        transfers.extend(blocks.transfers);
        transfers.sort();
        transfers.dedup();

        let wanted = self.wanted_balances(&addresses, &request.balances_of, &transfers);
        let ends: Vec<u64> =
            window.first().checked_sub(1).into_iter().chain([window.last()]).collect();
        let balances = self.balances(&wanted, &ends).await?;
        let (coverage, missing) =
            self.reconciled(&addresses, &wanted, window, blocks.how, &balances, &transfers);
        transfers.extend(missing);
        transfers.sort();

        let (mut parties, assets) = parties_and_assets(&transfers);
        parties.extend(&addresses);
        Ok(FetchedWindow {
            chain: self.chain,
            window,
            addresses: addresses.into_iter().collect(),
            coverage,
            blocks: stamps(&blocks.stamps, window, &transfers),
            accounts: self.accounts(&parties, window.last()).await?,
            claims: self.claims(&assets, window.last()).await?,
            balances: listed(&balances),
            transfers,
        })
    }

    /// Logs and blocks must tell of the same chain.
    fn check_hashes(
        &self,
        logs: &LogScan,
        stamps: &BTreeMap<u64, BlockStamp>,
    ) -> Result<(), Error> {
        let is_other =
            |(block, hash): &(&u64, &_)| stamps.get(block).is_none_or(|stamp| stamp.hash != **hash);
        match logs.block_hashes.iter().find(is_other) {
            None => Ok(()),
            Some((block, _)) => Err(self.client.inconsistent(format!(
                "the logs and the header of block {block} name different block hashes"
            ))),
        }
    }

    /// Per address: the native coin, what it moved, and what was asked for.
    fn wanted_balances(
        &self,
        addresses: &BTreeSet<Address>,
        balances_of: &[Asset],
        transfers: &[Transfer],
    ) -> BTreeSet<(Address, Asset)> {
        let here = balances_of.iter().copied().filter(|asset| asset.chain() == self.chain);
        let always: BTreeSet<Asset> = here.chain([Asset::Native(self.chain)]).collect();
        let asked =
            addresses.iter().flat_map(|address| always.iter().map(|asset| (*address, *asset)));
        let moved = transfers.iter().flat_map(|transfer| {
            let parties = [transfer.from, transfer.to].into_iter().flatten();
            parties.map(|party| (party, transfer.asset))
        });
        asked.chain(moved.filter(|(party, _)| addresses.contains(party))).collect()
    }

    /// The coverage of every address and class, and the transfers that are missing.
    fn reconciled(
        &self,
        addresses: &BTreeSet<Address>,
        wanted: &BTreeSet<(Address, Asset)>,
        window: Window,
        how: How,
        balances: &Balances,
        transfers: &[Transfer],
    ) -> (Vec<Coverage>, Vec<Transfer>) {
        let proof = Proof::Reconciled;
        let mut proofs: BTreeMap<(Address, AssetClass), Proof> = addresses
            .iter()
            .flat_map(|address| AssetClass::ALL.map(|class| ((*address, class), proof)))
            .collect();
        let mut missing = vec![];
        for (address, asset) in wanted {
            let at = |block| balances.get(&(*address, *asset, block)).copied();
            let before = match window.first().checked_sub(1) {
                Some(block) => at(block),
                None => Some(fundtrail_model::Amount::ZERO),
            };
            let ends = before.zip(at(window.last())).map(|(before, after)| Ends { before, after });
            let (proof, transfer) = reconcile(*address, *asset, ends, transfers, window.last());
            missing.extend(transfer);
            if let Some(worst) = proofs.get_mut(&(*address, asset.class())) {
                *worst = proof.min(*worst);
            }
        }
        let coverage = proofs.into_iter().map(|((address, class), proof)| {
            let how = match class {
                AssetClass::Native => how,
                AssetClass::Tokens => How::Logs,
            };
            Coverage { chain: self.chain, address, class, window, how, proof }
        });
        (coverage.collect(), missing)
    }
}

/// The blocks that hold a transfer, and the ends of the window.
fn stamps(
    all: &BTreeMap<u64, BlockStamp>,
    window: Window,
    transfers: &[Transfer],
) -> Vec<BlockStamp> {
    let with_transfer = transfers.iter().map(|transfer| transfer.position.block);
    let numbers: BTreeSet<u64> = with_transfer.chain([window.first(), window.last()]).collect();
    numbers.iter().filter_map(|number| all.get(number)).copied().collect()
}
