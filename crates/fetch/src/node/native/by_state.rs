//! Only the blocks in which the state of an account changed.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{AccountKind, Address, Amount, How, Proof, Transfer, Window};

use super::{BLOCKS_PER_PIECE, NativeScan, Piece, Signs, involves};
use crate::Error;
use crate::decode::legs::Legs;
use crate::decode::looks::{AccountState, Looks, Stretch};
use crate::decode::native::tips;
use crate::decode::reconcile::{Ends, reconcile};
use crate::node::Node;
use crate::node::crowds::Crowds;
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
    /// Accounts of which an index of frames named all blocks, and every frame of those was seen.
    indexed: BTreeSet<Address>,
}

/// What the blocks that were read hold.
#[derive(Default)]
struct Seen {
    by_block: BTreeMap<u64, Vec<Transfer>>,
    /// Blocks of which all frames were seen that there are.
    whole: BTreeSet<u64>,
}

impl Node {
    /// Halves the window until the blocks of all changes are known, and reads those. `is_short` says
    /// that reading all of it would do instead.
    pub(super) async fn scan_by_state(
        &self,
        addresses: &BTreeSet<Address>,
        (legs, signs): (&Legs, &Signs),
        window: Window,
        is_short: bool,
        gate: Option<u32>,
    ) -> Result<ByState, Error> {
        let with_code = match self.with_code_at_ends(addresses, window).await? {
            Ok(with_code) => with_code,
            Err(none) => return Ok(ByState::NoState(none)),
        };
        if is_short && !with_code.is_empty() {
            return Ok(ByState::CodeMayHide);
        }
        let mut crowds = Crowds::new(self.chain, addresses, window, gate);
        let looks = match self.looks(addresses, &with_code, (window, signs), &mut crowds).await? {
            Ok(looks) => looks,
            Err(none) => return Ok(ByState::NoState(none)),
        };
        let mut accounts = Accounts {
            looks,
            with_code,
            senders: BTreeSet::new(),
            delegations: vec![],
            indexed: BTreeSet::new(),
        };
        let revealed = accounts.looks.iter().filter(|(_, looks)| looks.moved_without_signing());
        accounts.with_code.extend(revealed.map(|(address, _)| *address));
        if is_short && !accounts.with_code.is_empty() {
            return Ok(ByState::CodeMayHide);
        }
        let mut scan = NativeScan::new();
        let mut seen = Seen::default();
        let numbers: BTreeSet<u64> = accounts
            .changed_blocks()
            .chain(legs.blocks_of(crowds.open()))
            .filter(|number| window.contains(*number))
            .collect();
        let numbers: Vec<u64> = numbers.into_iter().collect();
        for numbers in numbers.chunks(BLOCKS_PER_PIECE) {
            let open = crowds.open().clone();
            let mut numbers = numbers.to_vec();
            if open.len() < addresses.len() {
                let of_legs: BTreeSet<u64> = legs.blocks_of(&open).collect();
                numbers.retain(|number| {
                    of_legs.contains(number) || accounts.changed_in(*number).next().is_some()
                });
            }
            let piece = self.read_piece(&numbers, &open, &mut scan.stamps).await?;
            self.read_changed(&open, legs, &piece, &mut accounts, &mut seen).await?;
            self.add_tips(&piece, &accounts, &mut seen).await?;
            for number in &numbers {
                crowds.add_moved(seen.by_block.get(number).map_or(&[][..], Vec::as_slice));
            }
            accounts.looks.retain(|address, _| crowds.open().contains(address));
        }
        let addresses = crowds.open().clone();
        let addresses = &addresses;
        match self.kinds(&accounts.delegations).await? {
            Ok(kinds) => accounts.with_code.extend(addresses_with_code(&kinds)),
            Err(none) => return Ok(ByState::NoState(none)),
        }
        if is_short && !accounts.with_code.is_empty() {
            return Ok(ByState::CodeMayHide);
        }
        if !is_short {
            self.read_indexed(addresses, legs, window, &mut accounts, &mut scan, &mut seen).await?;
        }
        scan.transfers.extend(seen.by_block.into_values().flatten());
        self.explain(&accounts, window, &mut scan);
        scan.crowds = crowds.into_found();
        Ok(ByState::Found(scan))
    }

    /// Of accounts that may have moved something between two equal states: the blocks that an index of
    /// frames names, with all their frames.
    async fn read_indexed(
        &self,
        addresses: &BTreeSet<Address>,
        legs: &Legs,
        window: Window,
        accounts: &mut Accounts,
        scan: &mut NativeScan,
        seen: &mut Seen,
    ) -> Result<(), Error> {
        let doubtful = accounts.doubtful();
        if doubtful.is_empty() {
            return Ok(());
        }
        let Some(named) = self.indexed_blocks(&doubtful, window).await? else { return Ok(()) };
        // An index that lacks what is known already lacks other things too.
        if !seen.blocks_with(&doubtful).is_subset(&named) {
            return Ok(());
        }
        let numbers: Vec<u64> =
            named.iter().filter(|number| !seen.whole.contains(number)).copied().collect();
        for numbers in numbers.chunks(BLOCKS_PER_PIECE) {
            let piece = self.read_piece(numbers, addresses, &mut scan.stamps).await?;
            let blocks: Vec<&Block> = piece.blocks.iter().collect();
            self.read_frames(&blocks, &piece, addresses, legs, seen).await?;
        }
        if named.is_subset(&seen.whole) {
            accounts.indexed = doubtful;
        }
        Ok(())
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

    /// Looks at the accounts until every stretch that changed is one block; not at those that signed too much
    /// between the two ends.
    async fn looks(
        &self,
        addresses: &BTreeSet<Address>,
        with_code: &BTreeSet<Address>,
        (window, signs): (Window, &Signs),
        crowds: &mut Crowds,
    ) -> Result<Result<BTreeMap<Address, Looks>, NoState>, Error> {
        let together = self.has_multicall(addresses.len(), window).await?;
        let states = match self.states(&ends(addresses, window), together).await? {
            Ok(states) => states,
            Err(none) => return Ok(Err(none)),
        };
        let state = |address: &Address, block: Option<u64>| -> AccountState {
            block.and_then(|block| states.get(&(*address, block))).copied().unwrap_or_default()
        };
        let (before, last) = (window.first().checked_sub(1), window.last());
        // The nonce of a contract counts others that it made.
        for address in addresses.difference(with_code) {
            let (before, after) = (state(address, before).nonce, state(address, Some(last)).nonce);
            crowds.add_nonces(*address, after.saturating_sub(before));
        }
        let mut all: BTreeMap<Address, Looks> = crowds
            .open()
            .iter()
            .map(|address| {
                let (before, after) = (state(address, before), state(address, Some(last)));
                (*address, Looks::new(window, before, after))
            })
            .collect();
        let signs: BTreeMap<Address, BTreeSet<u64>> =
            all.keys().map(|address| (*address, signs.of_account(*address, window))).collect();
        // A window begins where something is known to arrive. If it has been swept by the end, the two
        // ends look alike; a look at the first block shows it.
        let mut wanted: Vec<Place> = all
            .iter()
            .filter(|(_, looks)| looks.may_hide_a_sweep())
            .map(|(address, _)| (*address, window.first()))
            .collect();
        loop {
            wanted.extend(
                all.iter()
                    .zip(signs.values())
                    .flat_map(|((who, looks), signs)| looks.next(signs).map(|block| (*who, block))),
            );
            if wanted.is_empty() {
                return Ok(Ok(all));
            }
            let states = match self.states(&wanted, together).await? {
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

    /// Reads the frames of these blocks, and notes what they hold.
    async fn read_frames(
        &self,
        blocks: &[&Block],
        piece: &Piece,
        addresses: &BTreeSet<Address>,
        legs: &Legs,
        seen: &mut Seen,
    ) -> Result<(), Error> {
        let runs_code = |block: &&&Block| {
            piece.without_status.contains(&block.stamp().number)
                || block.transactions.iter().any(Transaction::may_run_code)
        };
        let traced: Vec<&Block> = blocks.iter().filter(runs_code).copied().collect();
        let found = if traced.is_empty() { None } else { self.frames_of_blocks(&traced).await? };
        let is_whole = traced.is_empty() || found.as_ref().is_some_and(|found| found.is_complete);
        let frames = found.map(|found| found.by_transaction).unwrap_or_default();
        for block in blocks {
            let number = block.stamp().number;
            let transfers =
                self.transfers_of(block, &piece.receipts, Some(&frames), legs, addresses)?;
            seen.by_block.insert(number, transfers);
            if is_whole || !traced.iter().any(|traced| traced.stamp().number == number) {
                seen.whole.insert(number);
            }
        }
        Ok(())
    }

    /// Notes what these blocks hold: their frames are read only where the transactions themselves, and
    /// logs that tell of all, do not explain the change.
    async fn read_changed(
        &self,
        addresses: &BTreeSet<Address>,
        legs: &Legs,
        piece: &Piece,
        accounts: &mut Accounts,
        seen: &mut Seen,
    ) -> Result<(), Error> {
        let no_frames = BTreeMap::new();
        let mut traced: Vec<&Block> = vec![];
        for block in &piece.blocks {
            let number = block.stamp().number;
            accounts.learn(block);
            if piece.without_status.contains(&number) {
                traced.push(block);
                continue;
            }
            let transfers = self.transfers_of(block, &piece.receipts, None, legs, addresses)?;
            let untraced =
                self.transfers_of(block, &piece.receipts, Some(&no_frames), legs, addresses)?;
            let may_run_code = block.transactions.iter().any(Transaction::may_run_code);
            let is_explained = accounts.changed_in(number).all(|(address, stretch)| {
                let is_plain = !accounts.with_code.contains(&address);
                is_plain && self.missing(address, &stretch, &transfers).is_none()
            });
            // Where logs stand in for frames, frames say it better.
            if may_run_code && (!is_explained || untraced.len() > transfers.len()) {
                traced.push(block);
                continue;
            }
            seen.by_block.insert(number, transfers);
            if !may_run_code {
                seen.whole.insert(number);
            }
        }
        self.read_frames(&traced, piece, addresses, legs, seen).await
    }

    /// Adds what the senders of a block paid to its producer, if he is one of the accounts and that is
    /// what his balance lacks. Chains treat tips differently, so that nothing else shows that he got them.
    async fn add_tips(
        &self,
        piece: &Piece,
        accounts: &Accounts,
        seen: &mut Seen,
    ) -> Result<(), Error> {
        for block in &piece.blocks {
            let number = block.stamp().number;
            let producer = |(address, _): &(Address, Stretch)| block.is_by(*address);
            let Some((address, stretch)) = accounts.changed_in(number).find(producer) else {
                continue;
            };
            let transfers = seen.by_block.entry(number).or_default();
            let missing = self.missing(address, &stretch, transfers);
            if missing.is_none_or(|missing| missing.to != Some(address)) {
                continue;
            }
            let all: Vec<_> =
                block.transactions.iter().map(|found| (block.stamp(), found)).collect();
            let receipts = self.receipts(&all).await?;
            let mut paid = tips(self.chain, block, &receipts);
            paid.extend(transfers.iter().copied());
            paid.sort();
            if self.missing(address, &stretch, &paid).is_none() {
                *transfers = paid;
            }
        }
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
            scan.how.insert(*address, accounts.how(*address));
        }
        scan.transfers.extend(all_missing);
    }
}

impl Seen {
    /// Blocks in which a transaction moved something of these accounts.
    fn blocks_with(&self, accounts: &BTreeSet<Address>) -> BTreeSet<u64> {
        let moved = self.by_block.values().flatten().filter(|found| found.transaction.is_some());
        moved.filter(|found| involves(found, accounts)).map(|found| found.position.block).collect()
    }
}

impl Accounts {
    fn changed_blocks(&self) -> impl Iterator<Item = u64> {
        self.looks.values().flat_map(Looks::changes).map(|stretch| stretch.blocks.last())
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

    /// Whether something may have moved between two equal states.
    fn is_doubtful(&self, address: Address, looks: &Looks) -> bool {
        let is_wallet = self.senders.contains(&address) || looks.before().nonce > 0;
        self.with_code.contains(&address) || (!is_wallet && looks.may_hide_a_sweep())
    }

    fn doubtful(&self) -> BTreeSet<Address> {
        let is_doubtful =
            |(address, looks): &(&Address, &Looks)| self.is_doubtful(**address, looks);
        self.looks.iter().filter(is_doubtful).map(|(address, _)| *address).collect()
    }

    /// How well what was read proves that nothing else moved.
    fn proof(&self, address: Address, looks: &Looks) -> Proof {
        match (self.is_doubtful(address, looks), self.indexed.contains(&address)) {
            (false, _) => Proof::Exact,
            (true, true) => Proof::Reconciled,
            (true, false) => Proof::Indicative,
        }
    }

    fn how(&self, address: Address) -> How {
        if self.indexed.contains(&address) { How::IndexAndBlocks } else { How::StateAndBlocks }
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
