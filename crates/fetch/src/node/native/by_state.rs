//! Only the blocks in which the state of an account changed.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{AccountKind, Address, Amount, How, Proof, Transfer, Window};

use super::{BLOCKS_PER_PIECE, NativeScan, Piece};
use crate::Error;
use crate::decode::looks::{AccountState, Looks, Stretch};
use crate::decode::reconcile::{Ends, reconcile};
use crate::node::Node;
use crate::node::facts::Balances;
use crate::node::state::{NoState, Place};
use crate::wire::{Block, Transaction};

/// What halving by state came to.
pub(super) enum ByState {
    /// All that it shows.
    Found(NativeScan),
    /// An account has or had code, and the window is short enough to be read whole.
    CodeMayHide,
    /// The node does not have the states.
    NoState(NoState),
}

/// The accounts, and what was learned of them while their blocks were read.
struct Accounts {
    looks: BTreeMap<Address, Looks>,
    /// Accounts whose code may have moved value unseen.
    with_code: BTreeSet<Address>,
    /// Wallets for sure: they sent a transaction.
    senders: BTreeSet<Address>,
    /// Where a wallet may have become a delegated one.
    delegations: Vec<Place>,
}

impl Node {
    /// Halves the window until the blocks of all changes are known, and reads those. `is_short` says
    /// that reading all of it would do instead.
    pub(super) async fn scan_by_state(
        &self,
        addresses: &BTreeSet<Address>,
        window: Window,
        is_short: bool,
    ) -> Result<ByState, Error> {
        let with_code = match self.with_code_at_ends(addresses, window).await? {
            Ok(with_code) => with_code,
            Err(none) => return Ok(ByState::NoState(none)),
        };
        if is_short && !with_code.is_empty() {
            return Ok(ByState::CodeMayHide);
        }
        let looks = match self.looks(addresses, window).await? {
            Ok(looks) => looks,
            Err(none) => return Ok(ByState::NoState(none)),
        };
        let mut accounts =
            Accounts { looks, with_code, senders: BTreeSet::new(), delegations: vec![] };
        let revealed = accounts.looks.iter().filter(|(_, looks)| looks.moved_without_signing());
        accounts.with_code.extend(revealed.map(|(address, _)| *address));
        if is_short && !accounts.with_code.is_empty() {
            return Ok(ByState::CodeMayHide);
        }
        let mut scan = NativeScan {
            transfers: vec![],
            stamps: BTreeMap::new(),
            how: How::StateAndBlocks,
            proofs: BTreeMap::new(),
            balances: Balances::new(),
        };
        let numbers = accounts.changed_blocks();
        for numbers in numbers.chunks(BLOCKS_PER_PIECE) {
            self.read_changed(addresses, numbers, &mut accounts, &mut scan).await?;
        }
        match self.kinds(&accounts.delegations).await? {
            Ok(kinds) => accounts.with_code.extend(addresses_with_code(&kinds)),
            Err(none) => return Ok(ByState::NoState(none)),
        }
        if is_short && !accounts.with_code.is_empty() {
            return Ok(ByState::CodeMayHide);
        }
        self.explain(&accounts, window, &mut scan);
        Ok(ByState::Found(scan))
    }

    /// Who has code before the window, or at its end.
    async fn with_code_at_ends(
        &self,
        addresses: &BTreeSet<Address>,
        window: Window,
    ) -> Result<Result<BTreeSet<Address>, NoState>, Error> {
        let kinds = self.kinds(&ends(addresses, window)).await?;
        Ok(kinds.map(|kinds| addresses_with_code(&kinds).collect()))
    }

    /// Looks at the accounts until every stretch that changed is one block.
    async fn looks(
        &self,
        addresses: &BTreeSet<Address>,
        window: Window,
    ) -> Result<Result<BTreeMap<Address, Looks>, NoState>, Error> {
        let states = match self.states(&ends(addresses, window)).await? {
            Ok(states) => states,
            Err(none) => return Ok(Err(none)),
        };
        let state = |address: &Address, block: Option<u64>| -> AccountState {
            block.and_then(|block| states.get(&(*address, block))).copied().unwrap_or_default()
        };
        let (before, last) = (window.first().checked_sub(1), window.last());
        let mut all: BTreeMap<Address, Looks> = addresses
            .iter()
            .map(|address| {
                let (before, after) = (state(address, before), state(address, Some(last)));
                (*address, Looks::new(window, before, after))
            })
            .collect();
        // A window begins where something is known to arrive. If it has been swept by the end, the two
        // ends look alike; a look at the first block shows it.
        let mut wanted: Vec<Place> = all
            .iter()
            .filter(|(_, looks)| looks.may_hide_a_sweep())
            .map(|(address, _)| (*address, window.first()))
            .collect();
        loop {
            wanted.extend(
                all.iter().flat_map(|(address, looks)| looks.next().map(|block| (*address, block))),
            );
            if wanted.is_empty() {
                return Ok(Ok(all));
            }
            let states = match self.states(&wanted).await? {
                Ok(states) => states,
                Err(none) => return Ok(Err(none)),
            };
            for ((address, block), state) in states {
                if let Some(looks) = all.get_mut(&address) {
                    looks.add(block, state);
                }
            }
            wanted.clear();
        }
    }

    /// Reads these blocks: the frames only where the transactions themselves do not explain the change.
    async fn read_changed(
        &self,
        addresses: &BTreeSet<Address>,
        numbers: &[u64],
        accounts: &mut Accounts,
        scan: &mut NativeScan,
    ) -> Result<(), Error> {
        let piece = self.read_piece(numbers, addresses, &mut scan.stamps).await?;
        let Piece { blocks, receipts, without_status } = &piece;
        let no_frames = BTreeMap::new();
        let mut traced: Vec<&Block> = vec![];
        let mut plain: BTreeMap<u64, Vec<Transfer>> = BTreeMap::new();
        for block in blocks {
            let number = block.stamp().number;
            accounts.learn(block);
            if without_status.contains(&number) {
                traced.push(block);
                continue;
            }
            let transfers = self.transfers_of(block, receipts, &no_frames, addresses)?;
            let may_run_code = block.transactions.iter().any(Transaction::may_run_code);
            let is_explained = accounts.changed_in(number).all(|(address, stretch)| {
                let is_plain = !accounts.with_code.contains(&address);
                is_plain && self.missing(address, &stretch, &transfers).is_none()
            });
            if may_run_code && !is_explained {
                traced.push(block);
            }
            plain.insert(number, transfers);
        }
        let found = if traced.is_empty() { None } else { self.frames_of_blocks(&traced).await? };
        let frames = found.map(|found| found.by_transaction).unwrap_or_default();
        for block in traced {
            let transfers = self.transfers_of(block, receipts, &frames, addresses)?;
            plain.insert(block.stamp().number, transfers);
        }
        scan.transfers.extend(plain.into_values().flatten());
        Ok(())
    }

    /// What no transfer explains of a stretch, at its end.
    fn missing(
        &self,
        address: Address,
        stretch: &Stretch,
        transfers: &[Transfer],
    ) -> Option<Transfer> {
        let Stretch { blocks, before, after } = stretch;
        let ends = Ends { before: before.balance, after: after.balance };
        reconcile(address, self.native(), Some(ends), transfers, blocks.last()).1
    }

    /// Compares stretch by stretch what was seen with the balances, and adds what is missing.
    fn explain(&self, accounts: &Accounts, window: Window, scan: &mut NativeScan) {
        scan.transfers.sort();
        let native = self.native();
        let mut all_missing = vec![];
        for (address, looks) in &accounts.looks {
            let is_own = |found: &&Transfer| [found.from, found.to].contains(&Some(*address));
            let own: Vec<Transfer> = scan.transfers.iter().filter(is_own).copied().collect();
            let mut known = |block: Option<u64>, amount: Amount| {
                scan.balances.extend(block.map(|block| ((*address, native, block), amount)));
            };
            known(window.first().checked_sub(1), looks.before().balance);
            known(Some(window.last()), looks.after().balance);
            let mut proof = accounts.proof(*address, looks);
            for stretch in looks.stretches() {
                let blocks = stretch.blocks;
                let start = own.partition_point(|found| found.position.block < blocks.first());
                let end = own.partition_point(|found| found.position.block <= blocks.last());
                let seen = own.get(start..end).unwrap_or_default();
                if let Some(missing) = self.missing(*address, &stretch, seen) {
                    known(blocks.first().checked_sub(1), stretch.before.balance);
                    known(Some(blocks.last()), stretch.after.balance);
                    all_missing.push(missing);
                    proof = Proof::Unreconciled;
                }
            }
            scan.proofs.insert(*address, proof);
        }
        scan.transfers.extend(all_missing);
    }
}

impl Accounts {
    fn changed_blocks(&self) -> Vec<u64> {
        let changes = self.looks.values().flat_map(Looks::changes);
        let blocks: BTreeSet<u64> = changes.map(|stretch| stretch.blocks.last()).collect();
        blocks.into_iter().collect()
    }

    fn changed_in(&self, block: u64) -> impl Iterator<Item = (Address, Stretch)> {
        self.looks.iter().filter_map(move |(address, looks)| {
            looks.change_in(block).map(|stretch| (*address, stretch))
        })
    }

    /// Notes who signed in this block.
    fn learn(&mut self, block: &Block) {
        let senders = block.transactions.iter().map(|transaction| transaction.from.0);
        self.senders.extend(senders.filter(|sender| self.looks.contains_key(sender)));
        if !block.transactions.iter().any(Transaction::may_delegate) {
            return;
        }
        let number = block.stamp().number;
        let signed = self
            .changed_in(number)
            .filter(|(address, stretch)| {
                stretch.before.nonce != stretch.after.nonce && !self.with_code.contains(address)
            })
            .map(|(address, _)| (address, number));
        let signed: Vec<Place> = signed.collect();
        self.delegations.extend(signed);
    }

    /// How well equal states prove that nothing moved.
    fn proof(&self, address: Address, looks: &Looks) -> Proof {
        let is_wallet = self.senders.contains(&address) || looks.before().nonce > 0;
        if self.with_code.contains(&address) || (!is_wallet && looks.may_hide_a_sweep()) {
            Proof::Indicative
        } else {
            Proof::Reconciled
        }
    }
}

/// The accounts before the window and at its end.
fn ends(addresses: &BTreeSet<Address>, window: Window) -> Vec<Place> {
    let blocks = window.first().checked_sub(1).into_iter().chain([window.last()]);
    let at = |block| addresses.iter().map(move |address| (*address, block));
    blocks.flat_map(at).collect()
}

fn addresses_with_code(kinds: &BTreeMap<Place, AccountKind>) -> impl Iterator<Item = Address> {
    kinds.iter().filter(|(_, kind)| **kind != AccountKind::Wallet).map(|((address, _), _)| *address)
}
