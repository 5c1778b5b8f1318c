//! What is looked for: stretches of the units of a credit, or of a debit.

use fundtrail_model::{Amount, Asset, LotMade, LotTaken, Origin, SeedId};

/// Some units in a row, for a seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) seed: SeedId,
    /// By which hop it is looked for.
    pub(super) origin: Origin,
    /// How many units of the credit, or debit, come before it.
    pub(super) first: Amount,
    pub(super) amount: Amount,
}

impl Stretch {
    /// How many units there are to its end.
    pub(super) fn end(&self) -> Amount {
        self.first.saturating_add(self.amount)
    }

    /// The part of it from `first` to `end`, if there is any.
    pub(super) fn within(&self, first: Amount, end: Amount) -> Option<Self> {
        let (first, end) = (self.first.max(first), self.end().min(end));
        let amount = end.saturating_sub(first);
        (!amount.is_zero()).then_some(Self { first, amount, ..*self })
    }
}

/// Cuts stretches so that no unit is in two of them: it stays the first seed's. The second value is what was
/// cut, with the seed that has it: another one, or the same, which would look for it twice.
///
/// O(*n* log *n*) where none overlap, as is the rule, and O(*n*²) where they do.
pub(super) fn disjoint(mut stretches: Vec<Stretch>) -> (Vec<Stretch>, Vec<(Stretch, SeedId)>) {
    stretches.retain(|found| !found.amount.is_zero());
    stretches.sort_by_key(|found| (found.first, found.end(), found.seed, found.origin));
    let is_apart = |pair: &[Stretch]| match pair {
        [one, next] => one.end() <= next.first,
        _ => true,
    };
    if stretches.windows(2).all(is_apart) {
        return (stretches, Vec::new());
    }
    stretches.sort_by_key(|found| (found.seed, found.first, found.end(), found.origin));
    let (mut own, mut others): (Vec<Stretch>, Vec<(Stretch, SeedId)>) = (Vec::new(), Vec::new());
    for stretch in stretches {
        let mut open = vec![stretch];
        for known in &own {
            let mut left = Vec::with_capacity(open.len());
            for part in open {
                let Some(both) = part.within(known.first, known.end()) else {
                    left.push(part);
                    continue;
                };
                others.push((both, known.seed));
                left.extend(part.within(Amount::ZERO, known.first));
                left.extend(part.within(known.end(), Amount::MAX));
            }
            open = left;
        }
        own.extend(open);
    }
    own.sort_by_key(|found| found.first);
    (own, others)
}

/// Makes one of neighbours that are looked for by the same hop, in order.
pub(super) fn merged(mut stretches: Vec<Stretch>) -> Vec<Stretch> {
    stretches.sort_by_key(|found| found.first);
    stretches.dedup_by(|next, kept| {
        let is_next =
            (kept.seed, kept.origin) == (next.seed, next.origin) && kept.end() == next.first;
        if is_next {
            kept.amount = kept.amount.saturating_add(next.amount);
        }
        is_next
    });
    stretches
}

/// As a hop lists what it takes: one entry per seed and origin, in the order first met.
pub(super) fn taken(asset: Asset, stretches: &[Stretch]) -> Vec<LotTaken> {
    let mut taken: Vec<LotTaken> = Vec::with_capacity(stretches.len());
    let mut sorted: Vec<(usize, &Stretch)> = stretches.iter().enumerate().collect();
    sorted.sort_by_key(|(idx, found)| (found.seed, found.origin, *idx));
    let mut groups: Vec<&[(usize, &Stretch)]> =
        sorted.chunk_by(|(_, a), (_, b)| (a.seed, a.origin) == (b.seed, b.origin)).collect();
    groups.sort_by_key(|group| group.first().map(|(idx, _)| *idx));
    for group in groups {
        let Some((_, Stretch { seed, origin, .. })) = group.first() else { continue };
        let amount = sum(group.iter().map(|(_, found)| found.amount));
        taken.push(LotTaken { seed: *seed, asset, amount, origin: *origin });
    }
    taken
}

/// As a hop lists what it makes: one entry per seed, sorted.
pub(super) fn made(asset: Asset, stretches: &[Stretch]) -> Vec<LotMade> {
    let mut sorted: Vec<&Stretch> = stretches.iter().collect();
    sorted.sort_by_key(|found| found.seed);
    let groups = sorted.chunk_by(|a, b| a.seed == b.seed);
    let made = groups.filter_map(|group| {
        let amount = sum(group.iter().map(|found| found.amount));
        Some(LotMade { seed: group.first()?.seed, asset, amount })
    });
    made.filter(|lot| !lot.amount.is_zero()).collect()
}

pub(super) fn sum(amounts: impl Iterator<Item = Amount>) -> Amount {
    amounts.fold(Amount::ZERO, Amount::saturating_add)
}

#[cfg(test)]
mod tests {
    use fundtrail_model::{Amount, Origin, SeedId};

    use super::{Stretch, disjoint};

    /// (seed, first, amount)
    type Plain = (u16, u128, u128);

    fn stretch((seed, first, amount): Plain) -> Stretch {
        let seed = SeedId(seed);
        let (first, amount) = (Amount::from(first), Amount::from(amount));
        Stretch { seed, origin: Origin::Seed(seed), first, amount }
    }

    fn plain(found: &Stretch) -> Plain {
        let units = |amount: Amount| amount.base_units().as_u128();
        (found.seed.0, units(found.first), units(found.amount))
    }

    #[test]
    fn a_unit_is_looked_for_once_and_is_the_first_seeds() {
        let check = |given: &[Plain], own: &[Plain], others: &[(Plain, u16)]| {
            let (kept, cut) = disjoint(given.iter().map(|given| stretch(*given)).collect());
            assert_eq!(kept.iter().map(plain).collect::<Vec<_>>(), own);
            let cut: Vec<_> = cut.iter().map(|(found, owner)| (plain(found), owner.0)).collect();
            assert_eq!(cut, others);
        };
        check(&[], &[], &[]);
        check(&[(0, 5, 5), (1, 0, 5), (0, 10, 0)], &[(1, 0, 5), (0, 5, 5)], &[]);
        // Of the later seed what is left on both sides.
        check(&[(1, 0, 10), (0, 3, 4)], &[(1, 0, 3), (0, 3, 4), (1, 7, 3)], &[((1, 3, 4), 0)]);
        // The same seed twice is once.
        check(&[(0, 0, 6), (0, 4, 6)], &[(0, 0, 6), (0, 6, 4)], &[((0, 4, 2), 0)]);
        check(
            &[(2, 0, 4), (0, 0, 2), (1, 1, 2)],
            &[(0, 0, 2), (1, 2, 1), (2, 3, 1)],
            &[((1, 1, 1), 0), ((2, 0, 2), 0), ((2, 2, 1), 1)],
        );
    }
}
