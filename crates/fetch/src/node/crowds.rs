//! Addresses that turn out to be too crowded while a window is read.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Address, ChainId, Crowd, CrowdSize, Transfer, Window};

use crate::decode::tally::Tally;
use crate::wire::Block;

/// The addresses that are not crowded.
pub(super) fn without(addresses: &BTreeSet<Address>, crowds: &[Crowd]) -> BTreeSet<Address> {
    let is_crowded = |address: &Address| crowds.iter().any(|crowd| crowd.address == *address);
    addresses.iter().filter(|address| !is_crowded(address)).copied().collect()
}

/// Keeps what these addresses have to do with.
pub(super) fn keep_only(transfers: &mut Vec<Transfer>, addresses: &BTreeSet<Address>) {
    transfers.retain(|found| {
        [found.from, found.to].iter().flatten().any(|party| addresses.contains(party))
    });
}

/// Who turns out to be crowded while blocks are read in their order.
pub(super) struct Crowds {
    chain: ChainId,
    window: Window,
    gate: Option<u32>,
    open: BTreeSet<Address>,
    tally: Tally,
    signed: BTreeMap<Address, u64>,
    found: Vec<Crowd>,
}

impl Crowds {
    pub(super) fn new(
        chain: ChainId,
        addresses: &BTreeSet<Address>,
        window: Window,
        gate: Option<u32>,
    ) -> Self {
        let tally = Tally::new(addresses.iter().copied(), gate, usize::MAX);
        let (open, signed) = (addresses.clone(), BTreeMap::new());
        Self { chain, window, gate, open, tally, signed, found: vec![] }
    }

    /// Who is not crowded so far.
    pub(super) const fn open(&self) -> &BTreeSet<Address> {
        &self.open
    }

    /// How far the nonce of an address rose in the whole window.
    pub(super) fn add_nonces(&mut self, address: Address, signed: u64) {
        self.close(address, CrowdSize::Signed(signed), self.window.last());
    }

    /// Counts who signed the transactions of the next block.
    pub(super) fn add_signed(&mut self, block: &Block) {
        if self.gate.is_none() {
            return;
        }
        let mut signers = BTreeSet::new();
        for transaction in &block.transactions {
            let signer = transaction.from.0;
            if self.open.contains(&signer) {
                let signed = self.signed.entry(signer).or_default();
                *signed = signed.saturating_add(1);
                signers.insert(signer);
            }
        }
        for signer in signers {
            let signed = self.signed.get(&signer).copied().unwrap_or_default();
            self.close(signer, CrowdSize::Signed(signed), block.stamp().number);
        }
    }

    /// Counts who moved something in the next block, in order.
    pub(super) fn add_moved(&mut self, transfers: &[Transfer]) {
        if self.gate.is_none() {
            return;
        }
        self.tally.add(transfers);
        let crowded: Vec<_> = self.tally.crowded().collect();
        for (address, crowded) in crowded {
            let size = CrowdSize::Counterparties(crowded.counterparties);
            self.close(address, size, crowded.block);
        }
    }

    /// Looks no further at an address if it is crowded.
    fn close(&mut self, address: Address, size: CrowdSize, block: u64) {
        let is_crowded = self.gate.is_some_and(|gate| size.exceeds(gate));
        if let Some(window) = Window::new(self.window.first(), block).filter(|_| is_crowded)
            && self.open.remove(&address)
        {
            self.found.push(Crowd { chain: self.chain, address, window, size });
        }
    }

    /// Everybody who is crowded.
    pub(super) fn into_found(self) -> Vec<Crowd> {
        self.found
    }
}
