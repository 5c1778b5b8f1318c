//! How many digits of an address tell it from every other of a report.
//!
//! People make addresses that begin and end like somebody else's, so that who reads them shortened takes one for the
//! other. Where two of a report would be shortened alike, both are shortened less, until they differ.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Address, checksum};

use crate::schema::{SHORT_DIGITS, WHOLE_DIGITS, shortened};

/// Groups of look-alikes that are told one by one.
const MAX_GROUPS: usize = 20;
/// Addresses of one group that are told.
const MAX_TOLD: usize = 8;

/// Which addresses of a report look alike, and how they are told apart.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shorts {
    /// Digits at each end, of those that need more than others.
    digits: BTreeMap<Address, u8>,
    /// Those that share the digits that others are shortened to.
    groups: Vec<Vec<Address>>,
}

impl Shorts {
    /// Compares every address that a report names.
    pub(crate) fn of(addresses: impl IntoIterator<Item = Address>) -> Self {
        let mut by_ends: Vec<([u8; 4], Address)> = Vec::new();
        by_ends.extend(addresses.into_iter().map(|address| (short_ends(address), address)));
        by_ends.sort_unstable();
        by_ends.dedup();
        let mut shorts = Self::default();
        for group in by_ends.chunk_by(|(one, _), (other, _)| one == other) {
            if group.len() > 1 {
                let group: Vec<Address> = group.iter().map(|(_, address)| *address).collect();
                let digits = enough(&group);
                shorts.digits.extend(group.iter().map(|address| (*address, digits)));
                shorts.groups.push(group);
            }
        }
        shorts
    }

    /// How many digits at each end of it are shown.
    pub(crate) fn digits(&self, address: Address) -> u8 {
        self.digits.get(&address).copied().unwrap_or(SHORT_DIGITS)
    }

    /// The address shortened for reading.
    pub(crate) fn short(&self, address: Address) -> String {
        shortened(&checksum(address), self.digits(address))
    }

    /// Who looks like whom, a sentence each.
    pub(crate) fn told(&self) -> Vec<String> {
        let told = |group: &Vec<Address>| {
            let mut shown: Vec<String> =
                group.iter().take(MAX_TOLD).map(|address| checksum(*address)).collect();
            if let more @ 1.. = group.len().saturating_sub(MAX_TOLD) {
                shown.push(format!("{more} more"));
            }
            format!(
                "LOOK-ALIKES: {} begin and end with the same {SHORT_DIGITS} digits. Whoever shortens them takes one for \
                 the other, and such addresses can be made on purpose: compare them whole.",
                shown.join(" and ")
            )
        };
        let mut lines: Vec<String> = self.groups.iter().take(MAX_GROUPS).map(told).collect();
        if let more @ 1.. = self.groups.len().saturating_sub(MAX_GROUPS) {
            lines.push(format!("{more} more groups of addresses look alike."));
        }
        lines
    }
}

/// More digits at each end than this are no shorter to read than all.
const MOST_DIGITS: u8 = 10;

/// The fewest digits at each end by which all of them differ.
fn enough(group: &[Address]) -> u8 {
    let is_enough = |digits: &u8| {
        let ends: BTreeSet<Ends> = group.iter().map(|of| Ends::of(*of, *digits)).collect();
        ends.len() == group.len()
    };
    (SHORT_DIGITS..=MOST_DIGITS).find(is_enough).unwrap_or(WHOLE_DIGITS)
}

/// [`SHORT_DIGITS`] of both ends.
const fn short_ends(address: Address) -> [u8; 4] {
    let [first, second, .., last_but_one, last] = address.0;
    [first, second, last_but_one, last]
}

/// So many hexadecimal digits of both ends, in which upper and lower case are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Ends([u8; 20]);

impl Ends {
    fn of(address: Address, digits: u8) -> Self {
        let mut kept = [0_u8; 20];
        let whole = usize::from(digits / 2);
        let bytes = address.as_bytes();
        for (idx, (kept, byte)) in kept.iter_mut().zip(bytes).enumerate() {
            // Of a byte at the edge, the digit that is nearer to the end.
            let (from_left, from_right) = (idx, bytes.len().saturating_sub(idx.saturating_add(1)));
            let is_odd = digits % 2 == 1;
            let left = match from_left {
                _ if from_left < whole => 0xff,
                _ if from_left == whole && is_odd => 0xf0,
                _ => 0,
            };
            let right = match from_right {
                _ if from_right < whole => 0xff,
                _ if from_right == whole && is_odd => 0x0f,
                _ => 0,
            };
            *kept = byte & (left | right);
        }
        Self(kept)
    }
}

#[cfg(test)]
mod tests {
    use fundtrail_model::Address;
    use proptest::prelude::*;

    use super::Shorts;

    fn address(text: &str) -> Address {
        text.parse().unwrap()
    }

    #[test]
    fn look_alikes_are_shortened_until_they_differ() {
        let check = |texts: &[&str], expected: &[&str]| {
            let addresses: Vec<Address> = texts.iter().map(|text| address(text)).collect();
            let shorts = Shorts::of(addresses.iter().copied().chain([address(texts[0])]));
            let shown: Vec<String> =
                addresses.iter().map(|of| shorts.short(*of).to_lowercase()).collect();
            assert_eq!(shown, expected);
            assert_eq!(shorts.told().len(), usize::from(expected[0].chars().count() > 11));
        };
        let real = "0x5b34bba39325ad82978abe322e508c3416ad23ca";
        check(
            &[real, "0x6b34000000000000000000000000000000ad23ca"],
            &["0x5b34…23ca", "0x6b34…23ca"],
        );
        // As upper and lower case of the checksum they differ, for who looks closely.
        check(
            &[real, "0x5b34000000000000000000000000000000dd23ca"],
            &["0x5b34b…d23ca", "0x5b340…d23ca"],
        );
        check(
            &[
                real,
                "0x5b34bba393000000000000000000000016ad23ca",
                "0x5b34bba39325ad82978abe022e508c3416ad23ca",
            ],
            &[
                "0x5b34bba39325ad82978abe322e508c3416ad23ca",
                "0x5b34bba393000000000000000000000016ad23ca",
                "0x5b34bba39325ad82978abe022e508c3416ad23ca",
            ],
        );
    }

    proptest! {
        /// However alike they are made, no two are shown as one, in any case of letters.
        #[test]
        fn no_two_are_shown_alike(
            seeds in prop::collection::btree_set((0_u8..3, 0_u8..3, any::<u8>()), 1..40),
            place in 2_usize..18,
        ) {
            let make = |(first, last, middle): &(u8, u8, u8)| {
                let mut bytes = [7_u8; 20];
                (bytes[0], bytes[19], bytes[place]) = (*first, *last, *middle);
                Address::from(bytes)
            };
            let addresses: Vec<Address> = seeds.iter().map(make).collect();
            let shorts = Shorts::of(addresses.iter().copied());
            let shown: std::collections::BTreeSet<String> =
                addresses.iter().map(|of| shorts.short(*of).to_lowercase()).collect();
            prop_assert_eq!(shown.len(), addresses.len());
        }
    }
}
