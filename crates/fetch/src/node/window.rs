//! All transfers of a set of addresses in a window, and what that proves.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fundtrail_model::{
    Address, Amount, Asset, AssetClass, BlockStamp, Coverage, FetchedWindow, H256, How, Position,
    Proof, Transfer, Window,
};

use super::Node;
use super::ahead::Prospect;
use super::crowds::{keep_only, without};
use super::facts::{Balances, balance_call, listed, parties_and_assets};
use super::native::{NativeScan, Signs};
use super::numbered_header_call;
use super::reopen::{Reopened, Reopening};
use crate::Error;
use crate::client::{Call, Peer};
use crate::decode::legs::Legs;
use crate::decode::reconcile::{Ends, reconcile};
use crate::wire::Header;

/// How many headers are held in memory at once.
const HEADERS_AT_ONCE: usize = 1_000;
/// What tells balances.
const BALANCES: [&str; 2] = ["eth_getBalance", "eth_call"];

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
    /// Token transfers that are known to be there: a reading that lacks one is not believed.
    pub known: Vec<KnownTransfer>,
    /// The hub gate: an address with more counterparties in the window, or that signs more transactions in
    /// it, is not read any further than shows this; see [`FetchedWindow::crowds`]. `None` reads everything.
    pub gate: Option<u32>,
}

/// A token transfer of one of the addresses that is known from elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KnownTransfer {
    /// Where in the chain. What is not in the window is not looked for.
    pub position: Position,
    /// What moved.
    pub asset: Asset,
    /// How much, where that is known.
    pub amount: Option<Amount>,
    /// In which transaction, where that is known.
    pub transaction: Option<H256>,
    /// Who paid, where that is known.
    pub from: Option<Address>,
    /// Who received, where that is known.
    pub to: Option<Address>,
}

impl KnownTransfer {
    /// Whether it may be one of these addresses'.
    fn concerns(&self, addresses: &BTreeSet<Address>) -> bool {
        let mut parties = [self.from, self.to].into_iter().flatten().peekable();
        parties.peek().is_none() || parties.any(|party| addresses.contains(&party))
    }
}

/// What was read of a window.
pub(super) struct Reading {
    pub(super) window: FetchedWindow,
    /// Who told the balances that it was checked against; not known where there is one endpoint only.
    pub(super) checked_by: Vec<Arc<Peer>>,
}

impl Node {
    /// [`Node::window`], by one endpoint as far as it answers.
    pub(super) async fn read_window(&self, request: &WindowRequest) -> Result<Reading, Error> {
        let addresses: BTreeSet<Address> = request.addresses.iter().copied().collect();
        let wrapped_native: BTreeSet<Address> = request.wrapped_native.iter().copied().collect();
        // First the logs: their answer includes the last block, so a window beyond the node's head
        // fails before its blocks are read.
        let mut logs =
            self.scan_logs(&addresses, &wrapped_native, request.window, request.gate).await?;
        let window = logs.window;
        let mut crowds = std::mem::take(&mut logs.crowds);
        let mut open = without(&addresses, &crowds);
        self.refuse_holes(request, window, &open, &logs.transfers)?;
        let legs = Legs::of(&logs.transfers);
        let signs = Signs::of(&open, window, &logs.transfers);
        logs.transfers.retain(|found| found.asset.contract().is_some());
        self.ask_ahead_of_window(&Prospect {
            addresses: &open,
            window,
            compared: &self.wanted_balances(&open, &request.balances_of, &logs.transfers),
            transfers: &logs.transfers,
            full: &signs.blocks().chain(legs.blocks_of(&open)).collect(),
        })
        .await?;
        let mut native = self.scan_native(&open, (&legs, &signs), window, request.gate).await?;
        crowds.append(&mut native.crowds);
        crowds.sort();
        open = without(&open, &crowds);
        let mut transfers = std::mem::take(&mut logs.transfers);
        transfers.append(&mut native.transfers);
        if !crowds.is_empty() {
            keep_only(&mut transfers, &open);
            let told = told_of(window, &transfers);
            logs.block_hashes.retain(|block, _| told.contains(block));
        }
        transfers.sort();
        transfers.dedup();
        if let Some(end) = logs.end.take() {
            if !native.stamps.contains_key(&window.last()) {
                self.link(&mut native.stamps, end.stamp())?;
            }
            self.check_headers(&open, &wrapped_native, &transfers, &[end]).await?;
        }
        let numbers = lacking(&native.stamps, window, &transfers);
        for numbers in numbers.chunks(HEADERS_AT_ONCE) {
            let headers = self.complete_stamps(&mut native.stamps, numbers).await?;
            self.check_headers(&open, &wrapped_native, &transfers, &headers).await?;
        }
        self.check_hashes(&logs.block_hashes, &native.stamps)?;

        let wanted = self.wanted_balances(&open, &request.balances_of, &transfers);
        let ends: Vec<u64> =
            window.first().checked_sub(1).into_iter().chain([window.last()]).collect();
        let is_open = |(address, asset): &&(Address, Asset)| {
            *asset != Asset::Native(self.chain) || !native.proofs.contains_key(address)
        };
        let compared: BTreeSet<(Address, Asset)> = wanted.iter().filter(is_open).copied().collect();
        // Who gave the logs does not also say that they are all.
        let checker = self.asking_others(&["eth_getLogs"]);
        let mut balances = checker.balances(&compared, &ends).await?;
        let mut checked_by = checker.client.gave(&BALANCES);
        self.doubt_states(&mut native, &ends, &mut checked_by).await?;
        let mut reopened = checker
            .reopen(&Reopening {
                addresses: &open,
                wrapped_native: &wrapped_native,
                window,
                compared: &compared,
                balances: &balances,
                transfers: &transfers,
            })
            .await?;
        if !reopened.found.is_empty() {
            transfers.append(&mut reopened.found);
            transfers.sort();
            let numbers = lacking(&native.stamps, window, &transfers);
            self.complete_stamps(&mut native.stamps, &numbers).await?;
            self.check_hashes(&reopened.block_hashes, &native.stamps)?;
        }
        let (coverage, missing) =
            self.reconciled(&compared, window, &native, &balances, &transfers, &reopened);
        balances.append(&mut native.balances);
        balances.append(&mut reopened.balances);
        transfers.extend(missing);
        transfers.sort();

        let (mut parties, assets) = parties_and_assets(&transfers);
        parties.extend(&addresses);
        let window = FetchedWindow {
            chain: self.chain,
            window,
            addresses: addresses.into_iter().collect(),
            coverage,
            crowds,
            blocks: stamps(&native.stamps, window, &transfers),
            accounts: self.accounts(&parties, window.last()).await?,
            claims: self.claims(&assets, window.last()).await?,
            balances: listed(&balances),
            transfers,
        };
        Ok(Reading { window, checked_by })
    }

    /// Token transfers that are known already have to be in what a node gives for an address. Balances do
    /// not show that where the token came and went inside one window.
    fn refuse_holes(
        &self,
        request: &WindowRequest,
        window: Window,
        open: &BTreeSet<Address>,
        found: &[Transfer],
    ) -> Result<(), Error> {
        let found: BTreeMap<(Position, Asset), Amount> =
            found.iter().map(|found| ((found.position, found.asset), found.amount)).collect();
        let given = |known: &KnownTransfer| found.get(&(known.position, known.asset));
        let is_hole = |known: &&KnownTransfer| {
            let is_it = |amount: &Amount| known.amount.is_none_or(|known| known == *amount);
            window.contains(known.position.block)
                && known.concerns(open)
                && !given(known).is_some_and(is_it)
        };
        let Some(hole) = request.known.iter().find(is_hole) else { return Ok(()) };
        let gave = self.client.gave(&["eth_getLogs"]);
        let hosts: Vec<&str> = gave.iter().map(|peer| peer.origin()).collect();
        let host = if hosts.is_empty() { self.client.origin() } else { hosts.join(", ") };
        let KnownTransfer { position, transaction, .. } = *hole;
        let is_changed = given(hole).is_some();
        Err(Error::LeftOut { host, window, position, transaction, is_changed })
    }

    /// Has another endpoint tell the balances by which the native coin was looked for, if one has them.
    /// Accounts of which it says otherwise are in doubt.
    async fn doubt_states(
        &self,
        native: &mut NativeScan,
        ends: &[u64],
        checked_by: &mut Vec<Arc<Peer>>,
    ) -> Result<(), Error> {
        let told: BTreeSet<(Address, Asset)> =
            native.proofs.keys().map(|address| (*address, Asset::Native(self.chain))).collect();
        let checker = self.asking_others(&["eth_getTransactionCount"]);
        let Some((call, end)) = told.first().zip(ends.first()) else { return Ok(()) };
        let first = checker.client.peers_for(&balance_call(&(call.0, call.1, *end)));
        let gave = self.client.gave(&["eth_getTransactionCount"]);
        let is_same = |peer: &Arc<Peer>| gave.iter().any(|other| Arc::ptr_eq(other, peer));
        if gave.is_empty() || first.first().is_none_or(is_same) {
            return Ok(());
        }
        let balances = checker.balances(&told, ends).await?;
        checked_by.extend(checker.client.gave(&BALANCES));
        for ((address, asset, block), amount) in &balances {
            let known = native.balances.get(&(*address, *asset, *block));
            if known.is_some_and(|known| known != amount) {
                native.proofs.insert(*address, Proof::Unreconciled);
            }
        }
        Ok(())
    }

    /// Asks for the headers of these blocks.
    async fn complete_stamps(
        &self,
        stamps: &mut BTreeMap<u64, BlockStamp>,
        numbers: &[u64],
    ) -> Result<Vec<Header>, Error> {
        let calls: Vec<Call> = numbers.iter().map(|number| numbered_header_call(*number)).collect();
        let answers = self.client.ask_all(&calls).await?;
        let mut headers = vec![];
        for (number, (call, answer)) in numbers.iter().zip(calls.iter().zip(&answers)) {
            let header = self.whole_header(*number, call, answer)?;
            self.link(stamps, header.stamp())?;
            headers.push(header);
        }
        Ok(headers)
    }

    /// Logs and blocks must tell of the same chain.
    fn check_hashes(
        &self,
        hashes: &BTreeMap<u64, H256>,
        stamps: &BTreeMap<u64, BlockStamp>,
    ) -> Result<(), Error> {
        let is_other =
            |(block, hash): &(&u64, &_)| stamps.get(block).is_none_or(|stamp| stamp.hash != **hash);
        match hashes.iter().find(is_other) {
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
        wanted: &BTreeSet<(Address, Asset)>,
        window: Window,
        native: &NativeScan,
        balances: &Balances,
        transfers: &[Transfer],
        reopened: &Reopened,
    ) -> (Vec<Coverage>, Vec<Transfer>) {
        // A node that left out some logs may have left out others, of tokens that nothing else names.
        let proof =
            if reopened.block_hashes.is_empty() { Proof::Reconciled } else { Proof::Indicative };
        let of = |class| if class == AssetClass::Tokens { proof } else { Proof::Reconciled };
        let mut proofs: BTreeMap<(Address, AssetClass), Proof> = native
            .how
            .keys()
            .flat_map(|address| AssetClass::ALL.map(|class| ((*address, class), of(class))))
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
            match reopened.missing.get(&(*address, *asset)) {
                Some(placed) if transfer.is_some() => missing.extend(placed),
                _ => missing.extend(transfer),
            }
            if let Some(worst) = proofs.get_mut(&(*address, asset.class())) {
                *worst = proof.min(*worst);
            }
        }
        let coverage = proofs.into_iter().map(|((address, class), proof)| {
            let how = match class {
                AssetClass::Native => native.how.get(&address).copied().unwrap_or(How::BlocksOnly),
                AssetClass::Tokens | AssetClass::Token(_) => How::Logs,
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

/// The blocks that hold a transfer, and the ends of the window, as far as they were not read.
fn lacking(stamps: &BTreeMap<u64, BlockStamp>, window: Window, transfers: &[Transfer]) -> Vec<u64> {
    let all = told_of(window, transfers).into_iter();
    all.filter(|number| !stamps.contains_key(number)).collect()
}

fn told_of(window: Window, transfers: &[Transfer]) -> BTreeSet<u64> {
    let with_transfer = transfers.iter().map(|transfer| transfer.position.block);
    with_transfer.chain([window.first(), window.last()]).collect()
}
