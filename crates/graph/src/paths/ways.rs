//! The best ways to every hop: one pass, because a hop takes only what earlier hops brought.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use fundtrail_model::{
    Amount, Asset, Ending, Hop, HopId, HopKind, LotTaken, Origin, Path, PathStep, Seed, SeedId,
    Trail,
};

/// Which of several ways is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aim {
    /// The one that can have brought more.
    Largest,
    /// The one of fewer hops; of several the one that can have brought more.
    Shortest,
}

/// How a seed's lot came to a hop that made an asset.
#[derive(Clone, Copy, Debug)]
struct Way {
    amount: Amount,
    hop_count: u32,
    /// The hop before, and the asset that it had made; `None` where the seed itself was taken.
    before: Option<(HopId, Asset)>,
}

impl Way {
    /// Larger is better. Amounts only ever shrink along a way, alike for all ways that meet in a hop, so the
    /// best way to a hop begins with a best way to the hop before it.
    const fn rank(&self, aim: Aim) -> (Reverse<u32>, Amount) {
        match aim {
            Aim::Largest => (Reverse(0), self.amount),
            Aim::Shortest => (Reverse(self.hop_count), self.amount),
        }
    }
}

/// What a hop made of a seed in an asset, and the best way for each aim.
#[derive(Clone, Copy, Debug)]
struct Made {
    seed: SeedId,
    asset: Asset,
    largest: Way,
    shortest: Way,
}

impl Made {
    const fn way(&self, aim: Aim) -> &Way {
        match aim {
            Aim::Largest => &self.largest,
            Aim::Shortest => &self.shortest,
        }
    }

    fn offer(&mut self, aim: Aim, way: Way) {
        let kept = match aim {
            Aim::Largest => &mut self.largest,
            Aim::Shortest => &mut self.shortest,
        };
        if kept.rank(aim) < way.rank(aim) {
            *kept = way;
        }
    }
}

/// The best ways to everything that hops made.
#[derive(Debug)]
pub(super) struct Ways {
    seeds: BTreeMap<SeedId, Amount>,
    hops: Vec<Vec<Made>>,
}

impl Ways {
    /// O(lots taken · assets that a conversion made).
    pub(super) fn of(trail: &Trail) -> Self {
        // Where all that an account pays is tainted, what was stolen bounds nothing.
        let most = |seed: &Seed| if trail.rule.conserves() { seed.amount } else { Amount::MAX };
        let seeds = trail.seeds.iter().map(|seed| (seed.id, most(seed))).collect();
        let mut ways = Self { seeds, hops: Vec::with_capacity(trail.hops.len()) };
        for hop in &trail.hops {
            let made = ways.made_by(hop);
            ways.hops.push(made);
        }
        ways
    }

    fn made_by(&self, hop: &Hop) -> Vec<Made> {
        let mut all: Vec<Made> = Vec::with_capacity(hop.made.len());
        let taken = taken_by(hop);
        for lot in &hop.taken {
            for (asset, of, made) in outcomes(hop, &taken, lot) {
                for aim in [Aim::Largest, Aim::Shortest] {
                    // A trail made elsewhere may name a hop that comes later.
                    let Some((before, hop_count)) = self.before(lot, aim) else { continue };
                    let brought = before.min(lot.amount);
                    let amount = if of == made { brought } else { share_up(made, brought, of) };
                    let before = match lot.origin {
                        Origin::Seed(_) => None,
                        Origin::Hop(id) => Some((id, lot.asset)),
                    };
                    let way = Way { amount, hop_count: hop_count.saturating_add(1), before };
                    let known =
                        all.iter_mut().find(|known| (known.seed, known.asset) == (lot.seed, asset));
                    match known {
                        Some(known) => known.offer(aim, way),
                        None => {
                            all.push(Made { seed: lot.seed, asset, largest: way, shortest: way });
                        }
                    }
                }
            }
        }
        all
    }

    /// How much the best way brought to where a lot was taken from, and by how many hops.
    fn before(&self, lot: &LotTaken, aim: Aim) -> Option<(Amount, u32)> {
        match lot.origin {
            Origin::Seed(seed) => self.seeds.get(&seed).map(|amount| (*amount, 0)),
            Origin::Hop(id) => {
                let way = self.way(id, lot.seed, lot.asset, aim)?;
                Some((way.amount, way.hop_count))
            }
        }
    }

    fn way(&self, hop: HopId, seed: SeedId, asset: Asset, aim: Aim) -> Option<&Way> {
        let made = self.hops.get(usize::try_from(hop.0).ok()?)?;
        let made = made.iter().find(|made| (made.seed, made.asset) == (seed, asset))?;
        Some(made.way(aim))
    }

    /// The best path to an ending.
    pub(super) fn to(&self, ending: &Ending, aim: Aim) -> Path {
        let mut steps: Vec<PathStep> = Vec::new();
        let mut next = match ending.origin {
            Origin::Seed(_) => None,
            Origin::Hop(id) => Some((id, ending.asset)),
        };
        while let Some((hop, asset)) = next {
            let Some(way) = self.way(hop, ending.seed, asset, aim) else { break };
            steps.push(PathStep { hop, asset, amount: way.amount });
            next = way.before.filter(|(before, _)| *before < hop);
        }
        steps.reverse();
        let brought = steps.last().map_or(ending.amount, |last| last.amount);
        Path { steps: steps.into(), amount: brought.min(ending.amount) }
    }
}

/// `made · part / of`, rounded up: what can have come this way, not what must have.
fn share_up(made: Amount, part: Amount, of: Amount) -> Amount {
    made.saturating_sub(made.share(of.saturating_sub(part), of).unwrap_or_default())
}

/// What a hop took, by seed and asset.
type Taken = BTreeMap<(SeedId, Asset), Amount>;

fn taken_by(hop: &Hop) -> Taken {
    let mut taken = Taken::new();
    for lot in &hop.taken {
        let sum = taken.entry((lot.seed, lot.asset)).or_default();
        *sum = sum.saturating_add(lot.amount);
    }
    taken
}

/// Each asset into which a hop may have turned a lot: of how much of the lot's seed and asset it made how much.
/// Of several assets that were converted together nobody can say which made which, so any may have made all.
fn outcomes<'h>(
    hop: &'h Hop,
    taken: &Taken,
    lot: &'h LotTaken,
) -> impl Iterator<Item = (Asset, Amount, Amount)> + use<'h> {
    let of = taken.get(&(lot.seed, lot.asset)).copied().unwrap_or_default();
    // A payment makes what it takes.
    let is_same = matches!(hop.kind, HopKind::Payment { .. });
    let made = hop.made.iter().filter(|made| made.seed == lot.seed);
    made.map(move |made| (made.asset, of, if is_same { of } else { made.amount }))
}
