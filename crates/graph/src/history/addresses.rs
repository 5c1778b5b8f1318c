//! Numbers for addresses.

use std::hash::{BuildHasher, RandomState};

use fundtrail_model::Address;

/// No number.
const EMPTY: u32 = u32::MAX;

/// Addresses by number, in the order in which they were first met, and numbers by address.
///
/// A table of numbers with open addressing. Its hash has a key of its own, because anybody can make
/// addresses that a known one throws together; nothing depends on the key but speed.
#[derive(Clone, Default)]
pub(super) struct Addresses {
    addresses: Vec<Address>,
    /// A power of two of slots, at most half of them taken.
    slots: Vec<u32>,
    key: Key,
}

/// What makes the hash one's own.
#[derive(Clone)]
struct Key([u64; 3]);

impl Default for Key {
    fn default() -> Self {
        let random = RandomState::new();
        Self([0_u8, 1, 2].map(|part| random.hash_one(part)))
    }
}

impl Key {
    /// Two folded products, as in wyhash (public domain): good enough for a table, and without the key
    /// nobody can make addresses that meet.
    fn hash(&self, address: Address) -> u64 {
        let Self([a, b, c]) = *self;
        let word = |from: usize| {
            let bytes = address.0.get(from..from.saturating_add(8));
            bytes.and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_le_bytes)
        };
        // The last word begins inside the one before it, so that all twenty bytes count.
        fold(fold(word(0) ^ a, word(8) ^ b) ^ word(12), c)
    }
}

/// The halves of a product, together.
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a).wrapping_mul(u128::from(b));
    let [low, high] = [product & u128::from(u64::MAX), product >> 64];
    let [low, high] = [low, high].map(|half| u64::try_from(half).unwrap_or_default());
    low ^ high
}

impl Addresses {
    pub(super) const fn len(&self) -> usize {
        self.addresses.len()
    }

    pub(super) fn get(&self, number: u32) -> Option<Address> {
        self.addresses.get(super::index(number)).copied()
    }

    pub(super) fn number(&self, address: Address) -> Option<u32> {
        self.slots.get(self.find(address)?).copied().filter(|number| *number != EMPTY)
    }

    /// What the number of an address is if it has one and nobody is in its way: one look into the table.
    pub(super) fn guess(&self, address: Address) -> u32 {
        self.slot_of(address)
            .and_then(|slot_idx| self.slots.get(slot_idx))
            .copied()
            .unwrap_or(EMPTY)
    }

    pub(super) fn number_or_add(&mut self, address: Address, guess: u32) -> u32 {
        if self.get(guess) == Some(address) {
            return guess;
        }
        if self.slots.len() <= self.addresses.len().saturating_mul(2) {
            self.grow();
        }
        let next = super::count(self.addresses.len());
        let Some(slot) = self.find(address).and_then(|found| self.slots.get_mut(found)) else {
            return EMPTY;
        };
        if *slot == EMPTY {
            *slot = next;
            self.addresses.push(address);
        }
        *slot
    }

    /// Where the search for an address begins.
    fn slot_of(&self, address: Address) -> Option<usize> {
        let mask = u64::try_from(self.slots.len().checked_sub(1)?).ok()?;
        usize::try_from(self.key.hash(address) & mask).ok()
    }

    /// The slot of an address, or the free one that it would get.
    fn find(&self, address: Address) -> Option<usize> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut slot_idx = self.slot_of(address)?;
        loop {
            let number = *self.slots.get(slot_idx)?;
            if number == EMPTY || self.get(number) == Some(address) {
                return Some(slot_idx);
            }
            slot_idx = slot_idx.wrapping_add(1) & mask;
        }
    }

    fn grow(&mut self) {
        let size = self.slots.len().saturating_mul(2).max(16);
        self.slots = Vec::new();
        self.slots.resize(size, EMPTY);
        for (number, address) in (0_u32..).zip(&self.addresses) {
            if let Some(found) = self.find(*address)
                && let Some(slot) = self.slots.get_mut(found)
            {
                *slot = number;
            }
        }
    }
}
