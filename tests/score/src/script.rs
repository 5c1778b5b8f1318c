//! What is played: the list as transactions, block by block, and decoys among them.
//!
//! * `truth` puts the flows in an order in which everybody can pay, and pays what is missing from a source.
//! * `decoys` adds everybody else's business without touching a stolen unit.

mod decoys;
mod truth;

use std::collections::{BTreeMap, BTreeSet};

use ethers_core::utils::keccak256;
use fundtrail_model::{Address, Amount, H256};

use crate::list::FlowList;

/// Who signs what nobody else signs.
pub(crate) const OPERATOR: Address = Address::repeat_byte(0x0e);
/// Who was robbed, as the name of an invented address.
const VICTIM: &str = "victim";
/// Blocks before the theft where the list is played without its gaps.
const DENSE_BEFORE: u64 = 64;
/// The same at its real distances.
const SPARSE_BEFORE: u64 = 2_000;
/// Blocks with flows where the list is played without its gaps. The node keeps a state of each in memory, so that of
/// longer lists several go into one, in their order.
const DENSE_BLOCKS: usize = 150;
/// Blocks after the last flow.
const AFTER: u64 = 200;

/// How a list is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Manner {
    /// In the native coin instead of a token.
    pub is_native: bool,
    /// At the real distances between its blocks.
    pub is_sparse: bool,
    /// Decoy transfers for each flow.
    pub decoys: u64,
    /// Customers whom the terminal of most flows pays, as an exchange does, once something stolen came to it.
    /// Without any, nobody who holds a stolen unit pays anybody who is not in the list.
    pub customers: u64,
    /// How many of them it pays in a block.
    pub pace: u64,
    /// The start of the decoys' dice.
    pub seed: u64,
}

/// What a movement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Decoys get what they move.
    Mint,
    /// A source gets the stolen amount: a seed.
    Theft,
    /// A flow of the list, or what a source pays so that one can be paid.
    Flow,
    /// Somebody else's business.
    Decoy,
}

/// A movement of the one asset that is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// Who pays; the zero address for a mint.
    pub from: Address,
    /// Who receives.
    pub to: Address,
    /// In base units.
    pub amount: Amount,
    /// What it is.
    pub kind: Kind,
}

/// A transaction: movements in their order, the first payer signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sending {
    /// At least one; with the native coin exactly one, but for what the first block gives.
    pub moves: Vec<Move>,
}

impl From<Move> for Sending {
    fn from(only: Move) -> Self {
        Self { moves: vec![only] }
    }
}

/// Everything that happens on the chain, in order.
#[derive(Clone, Debug)]
pub struct Script {
    /// The block before everything.
    pub genesis: u64,
    /// The last block.
    pub last: u64,
    /// The blocks in which something happens.
    pub blocks: BTreeMap<u64, Vec<Sending>>,
    /// The terminal that pays customers, if one does: flows end there by what it does, not by what it holds.
    pub hub: Option<Address>,
    /// As in the list, under the names of the play.
    pub terminals: BTreeSet<Address>,
    /// Flows of the list, without what a source pays in addition.
    pub listed: usize,
    /// What sources pay so that the flows of the list can be paid, and how often.
    pub shortfalls: (usize, Amount),
    /// Whose part each address plays.
    names: BTreeMap<Address, Address>,
}

impl Script {
    /// Writes it. The same list and manner give the same script.
    #[must_use]
    pub fn write(list: &FlowList, manner: Manner) -> Self {
        let names = list.parties().into_iter().map(|address| (disguise(address), address));
        let truth = truth::lay(list, manner.is_native);
        let first = list.flows.first().map_or(0, |flow| flow.block);
        let (before, genesis) = match manner.is_sparse {
            true => (SPARSE_BEFORE, first.saturating_sub(SPARSE_BEFORE)),
            false => (DENSE_BEFORE, 0),
        };
        let mut blocks: BTreeMap<u64, Vec<Sending>> = BTreeMap::new();
        let at_once = truth.blocks.len().div_ceil(DENSE_BLOCKS).max(1);
        for (place, (block, sendings)) in truth.blocks.into_iter().enumerate() {
            let block = if manner.is_sparse {
                // A list that begins with the chain itself still has blocks before it.
                block - first + genesis + before
            } else {
                // A block that has flows is followed by one that has none.
                genesis + before + 2 * u64::try_from(place / at_once).unwrap_or(u64::MAX / 4)
            };
            blocks.entry(block).or_default().extend(sendings);
        }
        let theft = genesis + before - 1;
        blocks.insert(theft, truth.thefts);
        let last = blocks.last_key_value().map_or(0, |(block, _)| *block) + AFTER;
        let terminals: BTreeSet<Address> =
            list.terminals.iter().map(|address| disguise(*address)).collect();
        let mut script = Self {
            genesis,
            last,
            blocks,
            hub: hub(list).filter(|_| 0 < manner.customers).map(disguise),
            terminals,
            listed: list.flows.len(),
            shortfalls: truth.shortfalls,
            names: names.collect(),
        };
        decoys::add(&mut script, manner);
        script
    }

    /// The transactions in order, with their blocks.
    pub fn sendings(&self) -> impl Iterator<Item = (u64, &Sending)> {
        let pairs = self.blocks.iter();
        pairs.flat_map(|(block, sendings)| sendings.iter().map(move |sending| (*block, sending)))
    }

    /// Movements of a kind.
    #[must_use]
    pub fn count(&self, kind: Kind) -> usize {
        let moves = self.sendings().flat_map(|(_, sending)| &sending.moves);
        moves.filter(|found| found.kind == kind).count()
    }

    /// The address of the list that an address plays.
    #[must_use]
    pub fn name(&self, address: Address) -> Option<Address> {
        self.names.get(&address).copied()
    }
}

/// The address that plays one of the list. No label, list or habit of a tracer knows it, so that nothing but
/// the transfers is left to go by. The zero address plays itself.
fn disguise(address: Address) -> Address {
    if address.is_zero() {
        return address;
    }
    invented(&format!("{address:#x}"))
}

/// Nobody has its key.
fn invented(name: &str) -> Address {
    Address::from(H256(keccak256(format!("fundtrail score: {name}"))))
}

/// The terminal that most flows go to, if it passes nothing on.
fn hub(list: &FlowList) -> Option<Address> {
    let is_hub = |address: &Address| {
        !address.is_zero()
            && !list.sources.contains(address)
            && !list.flows.iter().any(|flow| flow.from == *address)
    };
    let arrivals = |hub: &Address| list.flows.iter().filter(|flow| flow.to == *hub).count();
    let hubs = list.terminals.iter().filter(|address| is_hub(address));
    hubs.filter(|hub| arrivals(hub) > 0).max_by_key(|hub| arrivals(hub)).copied()
}

#[cfg(test)]
mod tests;
