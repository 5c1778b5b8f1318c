//! A look-alike of a counterparty put itself into somebody's history.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{
    Address, Amount, Asset, PatternKind, PatternRole, Position, Transfer, Unit, Witness,
};

use super::draft::{Draft, count};
use crate::dealings::{Dealings, Move, share};
use crate::history::Account;

/// The most counterparties of one account that may look alike before one stops comparing.
const MOST_ALIKE: usize = 16;

/// Cents of a US dollar.
const CENTS: u128 = 100;

/// What two addresses that look alike have in common: the digits at both ends.
type Ends = (u128, u128);

/// Half of an address, in digits, and all of them set.
const HALF_DIGITS: u32 = 20;
const HALF: u128 = (1 << 80) - 1;

/// A counterparty with whom value really moved.
struct Real {
    who: Address,
    since: Position,
    /// The most that moved at once, by asset; of a few assets.
    largest: Vec<(Asset, Amount)>,
}

impl Real {
    fn most(&self, asset: Asset) -> Option<Amount> {
        self.largest.iter().find(|(of, _)| *of == asset).map(|(_, most)| *most)
    }
}

/// Transfers of nothing, of next to nothing, or of a token that nobody vouches for, between an account and an address
/// that looks like one with which it had dealt before. If the account then really paid the look-alike, that is
/// the amount.
///
/// Next to nothing is dust beside the most of that asset that moved between the account and whoever is imitated; if
/// none did, beside the most that it moved with anybody else, or what is worth next to nothing.
///
/// Source: the definition of arXiv 2501.16681. Anybody can log a transfer of nothing in another's name, so
/// such a transfer proves nothing of whom it names.
pub(super) fn poisonings(dealings: &Dealings<'_>) -> Vec<Draft> {
    let most = most_moved(dealings);
    let baits = baits(dealings, &most);
    let real = real_counterparties(dealings, &baits);
    let mut found: BTreeMap<(Address, Address, Address), Vec<Transfer>> = BTreeMap::new();
    for (target, other, of) in baits {
        if let Some(imitated) = imitated(dealings, (&real, &most), (target, other), &of) {
            found.entry((target, other, imitated)).or_default().push(of);
        }
    }
    let mut fallen: BTreeMap<(Address, Address), Vec<&Move>> =
        found.keys().map(|(target, other, _)| ((*target, *other), Vec::new())).collect();
    for of in dealings.all() {
        if let Some(moves) = fallen.get_mut(&(of.from, of.to)) {
            moves.push(of);
        }
    }
    found
        .into_iter()
        .filter_map(|(who, bait)| {
            let (target, other, _) = who;
            let paid = fallen.get(&(target, other)).map_or(&[][..], Vec::as_slice);
            draft(dealings, who, &bait, paid)
        })
        .collect()
}

/// Transfers that are bait if the other side looks like anybody: the target, the other side, and the transfer. Most
/// transfers are not, and then nobody's address is compared for them.
fn baits(dealings: &Dealings<'_>, most: &MostMoved) -> Vec<(Address, Address, Transfer)> {
    let dust_ppm = dealings.thresholds().dust_ppm;
    let mut baits = Vec::new();
    for of in dealings.transfers() {
        let (Some(from), Some(to)) = (of.from, of.to) else { continue };
        let is_nothing =
            of.amount.is_zero() || !dealings.counts(of.asset) || is_cheap(dealings, &of);
        for (target, other) in [(from, to), (to, from)] {
            let is_dust = || {
                let [(_, most), _] = most.get(&(dealings.number(target), of.asset))?;
                Some(of.amount <= share(*most, dust_ppm))
            };
            if target != other
                && dealings.is_subject(target)
                && (is_nothing || is_dust().unwrap_or_default())
            {
                baits.push((target, other, of));
            }
        }
    }
    baits
}

/// Those with whom value really moved and whom anybody's bait may imitate.
fn real_counterparties(
    dealings: &Dealings<'_>,
    baits: &[(Address, Address, Transfer)],
) -> BTreeMap<(Address, Ends), Vec<Real>> {
    let digits = dealings.thresholds().lookalike_digits;
    let wanted: BTreeSet<(Address, Ends)> =
        baits.iter().map(|(target, other, _)| (*target, ends(*other, digits))).collect();
    let mut real: BTreeMap<(Address, Ends), Vec<Real>> = BTreeMap::new();
    for of in dealings.all() {
        for (who, other) in [(of.from, of.to), (of.to, of.from)] {
            let key = (who, ends(other, digits));
            if !wanted.contains(&key) {
                continue;
            }
            let alike = real.entry(key).or_default();
            let known = alike.iter_mut().find(|known| known.who == other);
            if let Some(known) = known {
                match known.largest.iter_mut().find(|(asset, _)| *asset == of.asset) {
                    Some((_, most)) => *most = of.amount.max(*most),
                    None => known.largest.push((of.asset, of.amount)),
                }
            } else if alike.len() < MOST_ALIKE {
                let largest = vec![(of.asset, of.amount)];
                alike.push(Real { who: other, since: of.at, largest });
            }
        }
    }
    real
}

/// By account and asset: the most that moved at once, with whom, and the most with anybody else.
type MostMoved = BTreeMap<(Account, Asset), [(Address, Amount); 2]>;

fn most_moved(dealings: &Dealings<'_>) -> MostMoved {
    let mut most = MostMoved::new();
    for of in dealings.all() {
        for (who, other) in [(of.from, of.to), (of.to, of.from)] {
            if !dealings.is_subject(who) {
                continue;
            }
            let now = (other, of.amount);
            let [first, second] = most.entry((dealings.number(who), of.asset)).or_insert([now; 2]);
            if first.0 == other {
                first.1 = first.1.max(of.amount);
            } else if first.1 < of.amount {
                (*first, *second) = (now, *first);
            } else if second.0 == first.0 || second.1 < of.amount {
                *second = now;
            }
        }
    }
    most
}

/// Whom a transfer's other side imitates, if it does.
fn imitated(
    dealings: &Dealings<'_>,
    (real, most): (&BTreeMap<(Address, Ends), Vec<Real>>, &MostMoved),
    (target, other): (Address, Address),
    of: &Transfer,
) -> Option<Address> {
    let thresholds = dealings.thresholds();
    let alike = real.get(&(target, ends(other, thresholds.lookalike_digits)))?;
    let is_tiny = |beside: &Real| {
        let is_dust = |most: Amount| of.amount <= share(most, thresholds.dust_ppm);
        let with_others = || {
            let most = most.get(&(dealings.number(target), of.asset))?;
            most.iter().find(|(who, _)| *who != other).map(|(_, amount)| *amount)
        };
        of.amount.is_zero()
            || !dealings.counts(of.asset)
            || match beside.most(of.asset) {
                Some(most) => is_dust(most),
                None => with_others().is_some_and(is_dust) || is_cheap(dealings, of),
            }
    };
    let before = |known: &&Real| known.since < of.position;
    let dealt = alike.iter().find(|known| known.who == other && before(known));
    // Somebody with whom value really moved before is no look-alike; bait of earlier days is no such value.
    let is_stranger = |beside: &Real| {
        dealt.is_none_or(|dealt| {
            dealt.largest.iter().all(|(asset, amount)| {
                let most = beside.most(*asset);
                most.is_some_and(|most| *amount <= share(most, thresholds.dust_ppm))
            })
        })
    };
    alike
        .iter()
        .filter(|known| known.who != other && before(known))
        .find(|known| is_tiny(known) && is_stranger(known))
        .map(|known| known.who)
}

/// Whether it is known to be worth next to nothing.
fn is_cheap(dealings: &Dealings<'_>, of: &Transfer) -> bool {
    let limit = u128::from(dealings.thresholds().bait_usd).saturating_mul(CENTS);
    let cents = (dealings.scene.usd_cents)(of.asset, of.amount, of.position.block);
    cents.is_some_and(|cents| cents < limit)
}

fn draft(
    dealings: &Dealings<'_>,
    (target, other, imitated): (Address, Address, Address),
    bait: &[Transfer],
    paid: &[&Move],
) -> Option<Draft> {
    let first = bait.first()?;
    let is_bait =
        |position: &Position| bait.binary_search_by_key(position, |of| of.position).is_ok();
    // What the account paid the look-alike afterwards: the asset of the first such payment.
    let fell = paid.iter().copied().filter(|of| first.position < of.at && !is_bait(&of.at));
    let asset = fell.clone().next().map_or(first.asset, |of| of.asset);
    let fell: Vec<&Move> = fell.filter(|of| of.asset == asset).collect();
    let digits = dealings.thresholds().lookalike_digits;
    let mut draft = Draft::new(PatternKind::AddressPoisoning, asset)
        .with(PatternRole::Actor, [other])
        .with(PatternRole::Target, [target])
        .with(PatternRole::Imitated, [imitated])
        .shown_by(fell.iter().copied())
        .moving(fell.iter().map(|of| of.amount))
        .measured(
            "same digits at both ends",
            same_digits(other, imitated),
            ("lookalike_digits", digits),
            Unit::Count,
        )
        .told("payments to it afterwards", count(fell.len()), Unit::Count);
    let witness = |of: &Transfer| Witness { position: of.position, transaction: of.transaction };
    draft.witnesses.extend(bait.iter().map(witness));
    Some(draft)
}

/// The hexadecimal digits of an address.
fn digits_of(address: Address) -> impl DoubleEndedIterator<Item = u8> {
    address.0.into_iter().flat_map(|byte| [byte >> 4, byte & 0xf])
}

fn ends(address: Address, digits: u64) -> Ends {
    let digits = u32::try_from(digits).unwrap_or(HALF_DIGITS).clamp(1, HALF_DIGITS);
    let number = |bytes: &[u8]| bytes.iter().fold(0_u128, |n, byte| n << 8 | u128::from(*byte));
    let (front, back) = address.0.split_at(10);
    let others = 4_u32.saturating_mul(HALF_DIGITS.saturating_sub(digits));
    // What the ends do not have in common is pushed out, and the rest back to its place.
    let back = number(back) << others & HALF;
    (number(front) >> others, back >> others)
}

/// How many digits two addresses share at both ends.
fn same_digits(a: Address, b: Address) -> u64 {
    let same = |(a, b): &(u8, u8)| a == b;
    let front = digits_of(a).zip(digits_of(b)).take_while(same).count();
    let back = digits_of(a).rev().zip(digits_of(b).rev()).take_while(same).count();
    count(front.min(back))
}

#[cfg(test)]
mod tests {
    use fundtrail_model::parse_address;

    use super::{ends, same_digits};

    #[test]
    fn addresses_look_alike_by_as_many_digits_as_are_asked_for() {
        let a = parse_address("0xab12340000000000000000000000000000cdef56").unwrap();
        let check = |text: &str, same: u64| {
            let b = parse_address(text).unwrap();
            assert_eq!(same_digits(a, b), same, "{text}");
            for digits in 0..=25_u64 {
                let are_alike = ends(a, digits) == ends(b, digits);
                assert_eq!(are_alike, digits.clamp(1, 20) <= same, "{text} by {digits}");
            }
        };
        check("0xab12340000000000000000000000000000cdef56", 40);
        check("0xab12350000000000000000000000000000cdef56", 5);
        check("0xab12340000000000000000000000000000cdee56", 2);
        check("0xab12340000000000000100000000000000cdef56", 19);
        check("0xab12340000000000000010000000000000cdef56", 19);
        check("0xbb12340000000000000000000000000000cdef56", 0);
        check("0xab12340000000000000000000000000000cdef57", 0);
    }
}
