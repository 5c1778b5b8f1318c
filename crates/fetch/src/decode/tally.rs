//! How crowded addresses are, and how full a window is, counted as transfers come in the order of blocks.
//!
//! Both are decided at the ends of blocks and by what came so far, so they depend on the chain alone: not
//! on how the answers were cut, nor on how far one has read.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Address, Transfer};

/// What was counted.
#[derive(Debug)]
pub(crate) struct Tally {
    /// More counterparties make an address crowded.
    gate: Option<u32>,
    /// More transfers than this are not held.
    most: usize,
    counted: BTreeMap<Address, Counted>,
    /// Transfers between two of the addresses, while neither is crowded.
    between: BTreeMap<[Address; 2], usize>,
    /// Transfers of addresses that are not crowded.
    count: usize,
    /// The first block that holds any transfer, and the last.
    blocks: Option<(u64, u64)>,
    /// Who moved something in the last of them.
    moved: BTreeSet<Address>,
    full_at: Option<u64>,
}

#[derive(Debug, Default)]
struct Counted {
    others: BTreeSet<Address>,
    /// Transfers that concern no other address that is not crowded.
    alone: usize,
    crowd: Option<Crowded>,
}

/// When an address had more counterparties than the gate lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Crowded {
    /// At the end of this block.
    pub(crate) block: u64,
    /// So many.
    pub(crate) counterparties: u32,
}

impl Tally {
    pub(crate) fn new(
        addresses: impl IntoIterator<Item = Address>,
        gate: Option<u32>,
        most: usize,
    ) -> Self {
        let counted = addresses.into_iter().map(|address| (address, Counted::default()));
        Self {
            gate,
            most,
            counted: counted.collect(),
            between: BTreeMap::new(),
            count: 0,
            blocks: None,
            moved: BTreeSet::new(),
            full_at: None,
        }
    }

    /// Counts whole blocks: their transfers in order, each once, and after those of earlier ones.
    pub(crate) fn add<'t>(&mut self, transfers: impl IntoIterator<Item = &'t Transfer>) {
        for transfer in transfers {
            let block = transfer.position.block;
            let (first, last) = self.blocks.unwrap_or((block, block));
            if last != block {
                self.end_block();
            }
            self.blocks = Some((first, block));
            if self.full_at.is_none() {
                self.count(transfer);
            }
        }
        self.end_block();
    }

    fn count(&mut self, transfer: &Transfer) {
        let (from, to) = (transfer.from, transfer.to);
        let payer = from.filter(|from| self.is_open(*from));
        let payee = to.filter(|to| from != Some(*to) && self.is_open(*to));
        self.count = self.count.saturating_add(usize::from(payer.or(payee).is_some()));
        match (payer, payee) {
            (Some(payer), Some(payee)) => {
                let between = [payer.min(payee), payer.max(payee)];
                let count = self.between.entry(between).or_default();
                *count = count.saturating_add(1);
            }
            (Some(one), None) | (None, Some(one)) => self.add_alone(one, 1),
            (None, None) => {}
        }
        if self.gate.is_none() || transfer.amount.is_zero() {
            return;
        }
        for (party, other) in [(payer, to), (payee, from)] {
            if let (Some(party), Some(other)) = (party, other.filter(|_| from != to))
                && let Some(counted) = self.counted.get_mut(&party)
            {
                counted.others.insert(other);
                self.moved.insert(party);
            }
        }
    }

    fn is_open(&self, address: Address) -> bool {
        self.counted.get(&address).is_some_and(|counted| counted.crowd.is_none())
    }

    fn add_alone(&mut self, address: Address, count: usize) {
        if let Some(counted) = self.counted.get_mut(&address) {
            counted.alone = counted.alone.saturating_add(count);
        }
    }

    /// Decides who is crowded by now, and whether what the others moved is too much.
    fn end_block(&mut self) {
        let (Some((first, block)), None) = (self.blocks, self.full_at) else { return };
        for address in std::mem::take(&mut self.moved) {
            let Some(counted) = self.counted.get_mut(&address) else { continue };
            let counterparties = u32::try_from(counted.others.len()).unwrap_or(u32::MAX);
            if self.gate.is_none_or(|gate| counterparties <= gate) {
                continue;
            }
            counted.crowd = Some(Crowded { block, counterparties });
            counted.others = BTreeSet::new();
            self.count = self.count.saturating_sub(counted.alone);
            let of_address = |pair: &[Address; 2], _: &mut usize| pair.contains(&address);
            let shared: Vec<_> = self.between.extract_if(.., of_address).collect();
            for ([one, other], count) in shared {
                self.add_alone(if one == address { other } else { one }, count);
            }
        }
        if self.count > self.most {
            self.full_at = Some(if first == block { block } else { block.saturating_sub(1) });
        }
    }

    /// The last block whose transfers can be held, if not all can; at least the first block that holds any.
    pub(crate) const fn full_at(&self) -> Option<u64> {
        self.full_at
    }

    /// Who is crowded, as far as the window goes.
    pub(crate) fn crowded(&self) -> impl Iterator<Item = (Address, Crowded)> {
        let last = self.full_at.unwrap_or(u64::MAX);
        let crowds = self.counted.iter().filter_map(|(who, counted)| Some((*who, counted.crowd?)));
        crowds.filter(move |(_, crowd)| crowd.block <= last)
    }
}

#[cfg(test)]
mod tests;
