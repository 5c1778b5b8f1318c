//! What the received assets of a conversion carry.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Amount, SeedId, U256};

use crate::ledger::Lot;

/// What was given of one asset: the whole amount, and the lots taken for it.
pub(crate) struct Given {
    pub(crate) amount: Amount,
    pub(crate) lots: Vec<Lot>,
}

impl Given {
    fn stolen(&self) -> Amount {
        self.lots
            .iter()
            .filter(|lot| lot.stolen.is_some())
            .fold(Amount::ZERO, |sum, lot| sum.saturating_add(lot.amount))
    }

    fn by_seed(&self) -> BTreeMap<SeedId, Amount> {
        let mut sums = BTreeMap::new();
        for lot in &self.lots {
            if let Some((seed, _)) = lot.stolen {
                let sum: &mut Amount = sums.entry(seed).or_default();
                *sum = sum.saturating_add(lot.amount);
            }
        }
        sums
    }
}

/// How a received amount is divided: pieces with the seed they belong to (`None` for clean) and a
/// weight, in order.
pub(crate) struct Shares {
    pieces: Vec<(Option<SeedId>, Amount)>,
    /// Whether several assets with different stolen shares were given, so that the shares rest on a
    /// convention.
    pub(crate) is_approximate: bool,
    /// Whether every seed has the whole of what is received, instead of a share.
    is_whole: bool,
}

impl Shares {
    /// For a rule that does not conserve: every seed that reached what was given reached all that came
    /// back.
    pub(crate) fn reached(given: &[Given]) -> Self {
        let seeds: BTreeSet<SeedId> =
            given.iter().flat_map(|given| given.by_seed().into_keys()).collect();
        let pieces = seeds.into_iter().map(|seed| (Some(seed), Amount::ZERO)).collect();
        Self { pieces, is_approximate: false, is_whole: true }
    }

    /// The shares that every received asset carries.
    ///
    /// With one asset given, or several with the same shares, the received carry exactly these. With
    /// different shares no exact answer exists without prices. Then the received carry the largest
    /// stolen share of any given asset, divided over the seeds in proportion to the sums of their
    /// shares: an average would let a clean pinch of a second asset wash the first.
    pub(crate) fn of(given: &[Given]) -> Self {
        let Some(most) = most_stolen(given) else {
            return Self { pieces: Vec::new(), is_approximate: false, is_whole: false };
        };
        if given.iter().all(|other| has_same_shares(most, other)) {
            let mut pieces: Vec<_> = most
                .lots
                .iter()
                .map(|lot| (lot.stolen.map(|(seed, _)| seed), lot.amount))
                .collect();
            let taken =
                pieces.iter().fold(Amount::ZERO, |sum, (_, part)| sum.saturating_add(*part));
            pieces.push((None, most.amount.saturating_sub(taken)));
            return Self { pieces, is_approximate: false, is_whole: false };
        }
        let stolen = most.stolen();
        let mut weights: BTreeMap<SeedId, Amount> = BTreeMap::new();
        let one = Amount::from(u128::from(u64::MAX));
        for asset in given {
            for (seed, part) in asset.by_seed() {
                let share = one.share(part, asset.amount).unwrap_or_default();
                let weight = weights.entry(seed).or_default();
                *weight = weight.saturating_add(share);
            }
        }
        let parts = stolen.apportion(&weights.values().copied().collect::<Vec<_>>());
        let mut pieces: Vec<_> =
            weights.keys().map(|seed| Some(*seed)).zip(parts.unwrap_or_default()).collect();
        pieces.push((None, most.amount.saturating_sub(stolen)));
        Self { pieces, is_approximate: true, is_whole: false }
    }

    /// Divides a received amount, to the unit: largest remainders, so that no stolen unit vanishes by
    /// rounding and none is made up.
    pub(crate) fn divide(&self, received: Amount) -> Vec<(Option<SeedId>, Amount)> {
        if self.is_whole {
            return self.pieces.iter().map(|(seed, _)| (*seed, received)).collect();
        }
        let weights: Vec<_> = self.pieces.iter().map(|(_, weight)| *weight).collect();
        let parts = received.apportion(&weights).unwrap_or_default();
        self.pieces.iter().map(|(seed, _)| *seed).zip(parts).collect()
    }
}

/// Whether every seed has the same share of both, but for the rounding of each to whole units, which
/// an earlier conversion into both brings with it.
fn has_same_shares(a: &Given, b: &Given) -> bool {
    let (of_a, of_b) = (a.by_seed(), b.by_seed());
    let one = U256::one();
    let rounding = a.amount.base_units().full_mul(one) + b.amount.base_units().full_mul(one);
    of_a.keys().chain(of_b.keys()).all(|seed| {
        let part = |parts: &BTreeMap<SeedId, Amount>| parts.get(seed).copied().unwrap_or_default();
        let in_a = part(&of_a).base_units().full_mul(b.amount.base_units());
        let in_b = part(&of_b).base_units().full_mul(a.amount.base_units());
        in_a == in_b || in_a.max(in_b) - in_a.min(in_b) < rounding
    })
}

/// The given asset with the largest stolen share, the first of equals.
fn most_stolen(given: &[Given]) -> Option<&Given> {
    given.iter().reduce(|most, other| {
        let is_more = product(other.stolen(), most.amount) > product(most.stolen(), other.amount);
        if is_more { other } else { most }
    })
}

/// The exact product, in 512 bits.
fn product(a: Amount, b: Amount) -> impl Ord {
    a.base_units().full_mul(b.base_units())
}

/// Whether `amount` is less than `ppm` millionths of `whole`, exactly.
pub(crate) fn is_less_than_ppm(amount: Amount, whole: Amount, ppm: u32) -> bool {
    product(amount, Amount::from(1_000_000)) < product(whole, Amount::from(u128::from(ppm)))
}

#[cfg(test)]
mod tests {
    use fundtrail_model::{Amount, Origin, SeedId};

    use super::{Given, Shares, is_less_than_ppm};
    use crate::ledger::Lot;

    /// `lots`: (seed, amount), seed 0 for clean.
    fn given(amount: u128, lots: &[(u16, u128)]) -> Given {
        let lots = lots.iter().map(|(seed, amount)| match seed {
            0 => Lot::clean(Amount::from(*amount)),
            seed => Lot::stolen(SeedId(*seed), Origin::Seed(SeedId(*seed)), Amount::from(*amount)),
        });
        Given { amount: Amount::from(amount), lots: lots.collect() }
    }

    #[test]
    fn received_carry_the_shares_of_what_was_given() {
        let check = |given: &[Given], received: u128, expected: &[(u16, u128)], approximate| {
            let shares = Shares::of(given);
            let parts: Vec<(u16, u128)> = shares
                .divide(Amount::from(received))
                .into_iter()
                .map(|(seed, part)| (seed.map_or(0, |seed| seed.0), part.base_units().as_u128()))
                .collect();
            assert_eq!((parts.as_slice(), shares.is_approximate), (expected, approximate));
            assert_eq!(parts.iter().map(|(_, part)| part).sum::<u128>(), received);
        };
        // All, a part, thirds that do not divide, an overdrawn ledger.
        check(&[given(10, &[(1, 10)])], 7, &[(1, 7), (0, 0)], false);
        check(&[given(10, &[(1, 4), (0, 6)])], 5, &[(1, 2), (0, 3), (0, 0)], false);
        check(&[given(3, &[(1, 1), (2, 1), (0, 1)])], 10, &[(1, 4), (2, 3), (0, 3), (0, 0)], false);
        check(&[given(10, &[(1, 5)])], 4, &[(1, 2), (0, 2)], false);
        // Two assets with the same share are exact.
        check(&[given(10, &[(1, 5)]), given(4, &[(1, 2)])], 6, &[(1, 3), (0, 3)], false);
        // A clean pinch beside a stolen asset does not wash it.
        check(&[given(100, &[(1, 100)]), given(2, &[])], 50, &[(1, 50), (0, 0)], true);
        // What differs only by the rounding of an earlier conversion is the same.
        check(&[given(51, &[(1, 25)]), given(3, &[(1, 2)])], 6, &[(1, 4), (0, 2)], false);
        check(&[given(5100, &[(1, 2550)]), given(300, &[(1, 151)])], 6, &[(1, 3), (0, 3)], false);
        check(&[given(5100, &[(1, 2550)]), given(300, &[(1, 152)])], 6, &[(1, 3), (0, 3)], true);
        // Two seeds, each all of its asset, share the received.
        check(&[given(9, &[(1, 9)]), given(4, &[(2, 4)])], 8, &[(1, 4), (2, 4), (0, 0)], true);
    }

    #[test]
    fn thresholds_are_exact() {
        let check = |amount, whole, ppm, expected| {
            let outcome = is_less_than_ppm(Amount::from(amount), Amount::from(whole), ppm);
            assert_eq!(outcome, expected, "{amount} of {whole} at {ppm} ppm");
        };
        check(1, 1_000_000, 1, false);
        check(0, 1_000_000, 1, true);
        check(1, 1_000_001, 1, true);
        check(1, 1_999_999, 1, true);
        check(0, 1, 0, false);
        assert!(is_less_than_ppm(Amount::from(1), Amount::MAX, 1));
        assert!(!is_less_than_ppm(Amount::MAX, Amount::MAX, 1_000_000));
    }
}
