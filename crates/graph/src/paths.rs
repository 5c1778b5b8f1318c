//! How value came to where it ended.

mod ways;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use fundtrail_model::{
    Address, Amount, Asset, Ending, EndingClass, HopId, Path, Paths, SeedId, Trail,
};

use ways::{Aim, Ways};

/// How value came along: worked out once for a trail, in O(lots of the trail).
///
/// Among the lots of one hop nobody can tell which of those before it they were, so a path is a possibility: its
/// amount is the most that can have come along it. Every path respects time, because lots do: a hop takes only
/// what earlier hops brought.
///
/// Source: the widest path (Pollack, 1960) over lots instead of edges, and the foremost and shortest journeys of
/// Bui-Xuan, Ferreira and Jarry (2003).
#[derive(Debug)]
pub struct Journeys<'t> {
    trail: &'t Trail,
    ways: Ways,
}

impl<'t> Journeys<'t> {
    /// Those of a trail.
    #[must_use]
    pub fn of(trail: &'t Trail) -> Self {
        Self { trail, ways: Ways::of(trail) }
    }

    /// For each ending, by the same index, the hops of the path that can have brought most of it, in order.
    /// O(hops of the paths).
    #[must_use]
    pub fn to_endings(&self) -> Vec<Vec<HopId>> {
        let hops = |path: Path| path.steps.iter().map(|step| step.hop).collect();
        let largest = |ending| hops(self.ways.to(ending, Aim::Largest));
        self.trail.endings.iter().map(largest).collect()
    }

    /// The largest, the shortest and the earliest path to every place where value ended, by seed, asset and kind
    /// of ending. What is counted with another seed did not come here and is left out.
    ///
    /// One by one, in the order of seed, asset, address and kind: all of them together can be many times as large as
    /// the trail.
    pub fn to_places(&self) -> impl Iterator<Item = Paths> + '_ {
        type Key = (SeedId, Asset, Option<Address>, EndingClass);
        let mut found: BTreeMap<Key, Vec<(usize, &Ending)>> = BTreeMap::new();
        for (ending_idx, ending) in self.trail.endings.iter().enumerate() {
            let class = ending.kind.class();
            if class != EndingClass::OtherSeed {
                let key = (ending.seed, ending.asset, ending.address, class);
                found.entry(key).or_default().push((ending_idx, ending));
            }
        }
        found.into_iter().map(move |((seed, asset, address, class), mut endings)| {
            // Stable, and a lot that is there from the start comes before what the same block brought.
            endings.sort_by_key(|(_, ending)| (ending.arrived, ending.origin));
            let first = endings.first().map(|(_, first)| first.arrived);
            let is_first = |(_, ending): &&(usize, &Ending)| Some(ending.arrived) == first;
            let earliest: Vec<(usize, &Ending)> =
                endings.iter().filter(is_first).copied().collect();
            let largest = best_of(&endings, &self.ways, Aim::Largest);
            let other = |endings: &[_]| match best_of(endings, &self.ways, Aim::Shortest) {
                // Kept once: most places have one way.
                path if path == largest => largest.clone(),
                path => path,
            };
            let (shortest, earliest) = (other(&endings), other(&earliest));
            Paths {
                seed,
                asset,
                address,
                class,
                amount: endings
                    .iter()
                    .fold(Amount::ZERO, |sum, (_, ending)| sum.saturating_add(ending.amount)),
                largest,
                shortest,
                earliest,
                endings: endings.iter().map(|(ending_idx, _)| *ending_idx).collect(),
            }
        })
    }
}

/// The best path to any of these endings, the first of equals.
fn best_of(endings: &[(usize, &Ending)], ways: &Ways, aim: Aim) -> Path {
    let rank = |path: &Path| match aim {
        Aim::Largest => (Reverse(0), path.amount),
        Aim::Shortest => (Reverse(path.steps.len()), path.amount),
    };
    endings
        .iter()
        .map(|(_, ending)| ways.to(ending, aim))
        .reduce(|best, next| if rank(&best) < rank(&next) { next } else { best })
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
