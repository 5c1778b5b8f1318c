//! Numbers for addresses.

use std::hash::{BuildHasher, RandomState};

use fundtrail_model::Address;

/// No number.
const EMPTY: u32 = u32::MAX;

/// How many addresses are looked up together: the table is much larger than what a processor keeps near, so it
/// waits for all of them at once. In tests a batch ends often.
pub(super) const TOGETHER: usize = if cfg!(test) { 4 } else { 128 };

/// Addresses by number, in the order in which they were first met, and numbers by address.
///
/// A table of numbers with open addressing. Its hash has a key of its own, because anybody can make
/// addresses that a known one throws together; nothing depends on the key but speed.
#[derive(Clone, Default)]
pub(super) struct Addresses {
    addresses: Vec<Address>,
    /// A power of two of slots, at most four fifths of them taken.
    slots: Vec<Slot>,
    key: Key,
}

/// Where a number is found.
#[derive(Clone, Copy)]
struct Slot {
    /// Half of the address's hash, so that most others are passed by without a look at them.
    tag: u32,
    /// [`EMPTY`] in a free slot.
    number: u32,
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
    fn hash(&self, address: &Address) -> u64 {
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
        let (place, _) = self.find(address)?;
        self.slots.get(place).map(|slot| slot.number).filter(|number| *number != EMPTY)
    }

    /// The numbers of those that have one, and else [`EMPTY`]. Each step is done for all before the next, because
    /// none waits for another.
    pub(super) fn look_up(&self, addresses: &[Option<&Address>; TOGETHER]) -> [u32; TOGETHER] {
        let hashes = addresses.map(|address| address.map_or(0, |address| self.key.hash(address)));
        let mut numbers =
            hashes.map(|hash| self.probe(hash, |_| true).map_or(EMPTY, |(_, slot)| slot.number));
        for (number, address) in numbers.iter_mut().zip(addresses) {
            if self.addresses.get(super::index(*number)) != *address {
                *number = EMPTY;
            }
        }
        numbers
    }

    pub(super) fn number_or_add(&mut self, address: Address) -> u32 {
        if self.slots.len().saturating_mul(4) <= self.addresses.len().saturating_mul(5) {
            self.grow();
        }
        let next = super::count(self.addresses.len());
        let Some((place, tag)) = self.find(address) else { return EMPTY };
        let Some(slot) = self.slots.get_mut(place) else { return EMPTY };
        if slot.number == EMPTY {
            *slot = Slot { tag, number: next };
            self.addresses.push(address);
        }
        slot.number
    }

    /// The place of an address, or the free one that it would get, and its tag.
    fn find(&self, address: Address) -> Option<(usize, u32)> {
        let hash = self.key.hash(&address);
        let (place, _) = self.probe(hash, |number| self.get(number) == Some(address))?;
        Some((place, tag(hash)))
    }

    /// The first slot, from where the hash says, that is free or has its tag and the number asked for.
    #[inline]
    fn probe(&self, hash: u64, is_it: impl Fn(u32) -> bool) -> Option<(usize, Slot)> {
        let mask = self.slots.len().checked_sub(1)?;
        let low = u32::try_from(hash & u64::from(u32::MAX)).unwrap_or_default();
        let mut place = super::index(low) & mask;
        loop {
            let slot = *self.slots.get(place)?;
            if slot.number == EMPTY || slot.tag == tag(hash) && is_it(slot.number) {
                return Some((place, slot));
            }
            place = place.wrapping_add(1) & mask;
        }
    }

    fn grow(&mut self) {
        let size = self.slots.len().saturating_mul(2).max(16);
        self.slots = Vec::new();
        self.slots.resize(size, Slot { tag: 0, number: EMPTY });
        for (number, address) in (0_u32..).zip(&self.addresses) {
            // Each is there once, so the first free slot is its own.
            let hash = self.key.hash(address);
            if let Some((place, _)) = self.probe(hash, |_| false)
                && let Some(slot) = self.slots.get_mut(place)
            {
                *slot = Slot { tag: tag(hash), number };
            }
        }
    }
}

fn tag(hash: u64) -> u32 {
    u32::try_from(hash >> 32).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use fundtrail_model::Address;

    use super::{Addresses, EMPTY, Key, TOGETHER};

    #[test]
    fn addresses_keep_their_numbers() {
        let check = |mut table: Addresses| {
            let addresses: Vec<Address> = (0..200).map(Address::from_low_u64_be).collect();
            for (number, address) in (0..).zip(&addresses) {
                assert_eq!(table.number(*address), None);
                assert_eq!(table.number_or_add(*address), number);
                assert_eq!(table.number_or_add(*address), number);
            }
            assert_eq!(table.len(), addresses.len());
            for (number, address) in (0..).zip(&addresses) {
                assert_eq!(
                    (table.number(*address), table.get(number)),
                    (Some(number), Some(*address))
                );
                // Who is not found at once is looked for alone.
                let mut asked = [None; TOGETHER];
                asked[1] = Some(address);
                let [nobody, found, ..] = table.look_up(&asked);
                assert!(nobody == EMPTY && [number, EMPTY].contains(&found));
            }
            assert_eq!(table.number(Address::from_low_u64_be(200)), None);
        };
        check(Addresses::default());
        // All of them meet in one slot, with one tag.
        check(Addresses { key: Key([0; 3]), ..Addresses::default() });
    }
}
