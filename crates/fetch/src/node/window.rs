//! All transfers of a set of addresses in a window, and what that proves.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{
    Address, Asset, AssetClass, BlockStamp, Coverage, FetchedWindow, How, Proof, Transfer, Window,
};

use super::Node;
use super::facts::{Balances, listed, parties_and_assets};
use super::logs::LogScan;
use super::native::NativeScan;
use super::numbered_header_call;
use crate::Error;
use crate::client::Call;
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
    /// the blocks in which a nonce or a balance changed, which are found by halving the window; where
    /// accounts have code, or the node has no old states, from every block, if the window is short. Then
    /// it comes from the frames of those blocks.
    ///
    /// # Errors
    ///
    /// [`Error::NullBlock`] if the node does not have the whole window, [`Error::Missing`] if it has no
    /// old states and the window is longer than 1,000 blocks, [`Error::Inconsistent`] if the chain
    /// changed while it was read, and whatever keeps the node from answering. A node that has no tracer,
    /// or no old states in a short window, is no error: the coverage says so.
    pub async fn window(&self, request: &WindowRequest) -> Result<FetchedWindow, Error> {
        let window = request.window;
        let addresses: BTreeSet<Address> = request.addresses.iter().copied().collect();
        let wrapped_native: BTreeSet<Address> = request.wrapped_native.iter().copied().collect();
        // First the logs: their answer includes the last block, so a window beyond the node's head
        // fails before its blocks are read.
        let mut logs = self.scan_logs(&addresses, &wrapped_native, window).await?;
        let mut native = self.scan_native(&addresses, window).await?;
        let mut transfers = std::mem::take(&mut logs.transfers);
        transfers.append(&mut native.transfers);
        transfers.sort();
        transfers.dedup();
        self.complete_stamps(&mut native.stamps, window, &transfers).await?;
        self.check_hashes(&logs, &native.stamps)?;

        let wanted = self.wanted_balances(&addresses, &request.balances_of, &transfers);
        let ends: Vec<u64> =
            window.first().checked_sub(1).into_iter().chain([window.last()]).collect();
        let is_open = |(address, asset): &&(Address, Asset)| {
            *asset != Asset::Native(self.chain) || !native.proofs.contains_key(address)
        };
        let open: BTreeSet<(Address, Asset)> = wanted.iter().filter(is_open).copied().collect();
        let mut balances = self.balances(&open, &ends).await?;
        let (coverage, missing) =
            self.reconciled(&addresses, &open, window, &native, &balances, &transfers);
        balances.append(&mut native.balances);
        transfers.extend(missing);
        transfers.sort();

        let (mut parties, assets) = parties_and_assets(&transfers);
        parties.extend(&addresses);
        Ok(FetchedWindow {
            chain: self.chain,
            window,
            addresses: addresses.into_iter().collect(),
            coverage,
            blocks: stamps(&native.stamps, window, &transfers),
            accounts: self.accounts(&parties, window.last()).await?,
            claims: self.claims(&assets, window.last()).await?,
            balances: listed(&balances),
            transfers,
        })
    }

    /// Asks for the headers of the blocks that hold a transfer, and of the ends of the window, as far as
    /// they were not read.
    async fn complete_stamps(
        &self,
        stamps: &mut BTreeMap<u64, BlockStamp>,
        window: Window,
        transfers: &[Transfer],
    ) -> Result<(), Error> {
        let numbers: Vec<u64> = told_of(window, transfers)
            .into_iter()
            .filter(|number| !stamps.contains_key(number))
            .collect();
        let calls: Vec<Call> = numbers.iter().map(|number| numbered_header_call(*number)).collect();
        let answers = self.client.ask_all(&calls).await?;
        for (number, (call, answer)) in numbers.iter().zip(calls.iter().zip(&answers)) {
            let stamp = self.numbered_header(*number, call, answer)?;
            self.link(stamps, stamp)?;
        }
        Ok(())
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
        native: &NativeScan,
        balances: &Balances,
        transfers: &[Transfer],
    ) -> (Vec<Coverage>, Vec<Transfer>) {
        let proof = Proof::Reconciled;
        let mut proofs: BTreeMap<(Address, AssetClass), Proof> = addresses
            .iter()
            .flat_map(|address| AssetClass::ALL.map(|class| ((*address, class), proof)))
            .chain(
                native
                    .proofs
                    .iter()
                    .map(|(address, proof)| ((*address, AssetClass::Native), *proof)),
            )
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
                AssetClass::Native => native.how,
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
    told_of(window, transfers).iter().filter_map(|number| all.get(number)).copied().collect()
}

fn told_of(window: Window, transfers: &[Transfer]) -> BTreeSet<u64> {
    let with_transfer = transfers.iter().map(|transfer| transfer.position.block);
    with_transfer.chain([window.first(), window.last()]).collect()
}
