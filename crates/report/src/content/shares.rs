//! Which share of its seed's value each movement carries. It orders lists and draws widths; no amount
//! in the report rests on it.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Amount, Asset, Hop, HopId, HopKind, Origin, SeedId, Trail};

/// Shares are counted in units of 10^-18, so that thousands of splits lose nothing that shows.
const WHOLE: u128 = 1_000_000_000_000_000_000;
const PER_MILLIONTH: u128 = WHOLE / 1_000_000;

/// The shares of a trail's hops and lots.
///
/// Without prices nobody can say how the value of one asset splits over several others, so where a
/// conversion makes several assets they count in equal parts.
pub(super) struct Shares {
    /// What origins brought of an asset of a seed, in order.
    brought: Vec<Brought>,
    hops: Vec<u32>,
}

/// An amount, and the share of its seed that it carries.
struct Brought {
    by: (Origin, SeedId, Asset),
    amount: Amount,
    share: u128,
}

impl Shares {
    /// One pass over the hops, O(lots · log lots).
    pub(super) fn of(trail: &Trail) -> Self {
        let mut shares = Self {
            brought: Vec::with_capacity(trail.seeds.len().saturating_add(trail.hops.len())),
            hops: Vec::with_capacity(trail.hops.len()),
        };
        for seed in &trail.seeds {
            let by = (Origin::Seed(seed.id), seed.id, seed.asset);
            shares.brought.push(Brought { by, amount: seed.amount, share: WHOLE });
        }
        // Hops follow in their order, which is the order of their ids.
        shares.brought.sort_unstable_by_key(|brought| brought.by);
        for (hop_idx, hop) in trail.hops.iter().enumerate() {
            let id = u32::try_from(hop_idx).map_or(HopId(u32::MAX), HopId);
            let carried = shares.add_hop(id, hop);
            shares.hops.push(millionths(carried));
        }
        shares
    }

    fn add_hop(&mut self, id: HopId, hop: &Hop) -> Amount {
        let mut by_asset: BTreeMap<(SeedId, Asset), Amount> = BTreeMap::new();
        let mut by_seed: BTreeMap<SeedId, Amount> = BTreeMap::new();
        let mut whole = Amount::ZERO;
        for lot in &hop.taken {
            let share = self.share(lot.origin, lot.seed, lot.asset, lot.amount);
            whole = whole.saturating_add(share);
            let of_asset = by_asset.entry((lot.seed, lot.asset)).or_default();
            *of_asset = of_asset.saturating_add(share);
            let of_seed = by_seed.entry(lot.seed).or_default();
            *of_seed = of_seed.saturating_add(share);
        }
        let mut made: BTreeMap<(SeedId, Asset), Amount> = BTreeMap::new();
        for lot in &hop.made {
            let amount = made.entry((lot.seed, lot.asset)).or_default();
            *amount = amount.saturating_add(lot.amount);
        }
        let is_conversion = matches!(hop.kind, HopKind::Conversion { .. });
        for ((seed, asset), amount) in &made {
            let share = if is_conversion {
                let assets: BTreeSet<_> = made.keys().filter(|(other, _)| other == seed).collect();
                let parts = u128::try_from(assets.len()).unwrap_or(1);
                by_seed
                    .get(seed)
                    .and_then(|share| share.share(Amount::from(1), Amount::from(parts)))
            } else {
                by_asset.get(&(*seed, *asset)).copied()
            };
            self.brought.push(Brought {
                by: (Origin::Hop(id), *seed, *asset),
                amount: *amount,
                share: share.map_or(0, units),
            });
        }
        whole
    }

    fn share(&self, origin: Origin, seed: SeedId, asset: Asset, amount: Amount) -> Amount {
        self.brought
            .binary_search_by_key(&(origin, seed, asset), |brought| brought.by)
            .ok()
            .and_then(|idx| self.brought.get(idx))
            .and_then(|of| Amount::from(of.share).share(amount, of.amount))
            .unwrap_or_default()
    }

    /// Of a lot, in millionths of its seed's value.
    pub(super) fn of_lot(&self, origin: Origin, seed: SeedId, asset: Asset, amount: Amount) -> u32 {
        millionths(self.share(origin, seed, asset, amount))
    }

    /// Of a hop, in millionths, summed over its seeds and at most the whole.
    pub(super) fn of_hop(&self, hop_idx: usize) -> u32 {
        self.hops.get(hop_idx).copied().unwrap_or(0)
    }
}

/// More than any share is by a rule that conserves amounts stays as much.
fn units(share: Amount) -> u128 {
    u128::try_from(share.base_units()).unwrap_or(u128::MAX)
}

fn millionths(share: Amount) -> u32 {
    share
        .share(Amount::from(1), Amount::from(PER_MILLIONTH))
        .and_then(|ppm| u32::try_from(ppm.base_units()).ok())
        .map_or(1_000_000, |ppm| ppm.min(1_000_000))
}

#[cfg(test)]
mod tests {
    use super::millionths;
    use fundtrail_model::Amount;

    #[test]
    fn shares_are_millionths_and_at_most_the_whole() {
        assert_eq!(millionths(Amount::ZERO), 0);
        assert_eq!(millionths(Amount::from(super::WHOLE)), 1_000_000);
        assert_eq!(millionths(Amount::from(super::WHOLE / 4)), 250_000);
        assert_eq!(millionths(Amount::MAX), 1_000_000);
    }
}
