use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{
    Amount, Asset, Ending, EndingClass, HopId, HopKind, Origin, Path, Rule, Seed, Trail,
};
use proptest::prelude::*;

use super::Journeys;
use crate::tests::any_world;
use crate::tests::scenario::{name, parse};

#[test]
fn the_path_of_an_ending_is_the_one_that_brought_most() {
    let trail = parse(
        "contract pool
         10 seed V -> A 90 usdc
         11 A -> B 60 usdc
         12 A -> C 30 usdc
         13 B -> D 20 usdc
         14 C -> D 30 usdc
         15 D -> pool 50 usdc, pool -> D 5 native
         16 D -> E 5 native",
    )
    .follow(Rule::Fifo);
    let shown: Vec<String> = trail
        .endings
        .iter()
        .zip(Journeys::of(&trail).to_endings())
        .map(|(ending, path)| {
            let path: Vec<String> = path.iter().map(ToString::to_string).collect();
            format!("{}: {}", ending.address.map_or_else(String::new, name), path.join(" "))
        })
        .collect();
    // Thirty of D's fifty came through C.
    assert_eq!(shown, ["E: H2 H4 H5 H6", "B: H1"]);
}

/// `H2 30, H4 30 (at most 3)`: every hop with the most that arrived by it.
fn shown(path: &Path) -> String {
    let steps: Vec<String> =
        path.steps.iter().map(|step| format!("{} {}", step.hop, step.amount)).collect();
    format!("{} (at most {})", steps.join(", "), path.amount)
}

#[test]
fn every_place_has_its_largest_its_shortest_and_its_earliest_path() {
    let check = |scenario: &str, expected: &[(&str, [&str; 3])]| {
        let trail = parse(scenario).follow(Rule::DirtyFirst);
        let found: Vec<(String, [String; 3])> = Journeys::of(&trail)
            .to_places()
            .map(|place| {
                let at = place.address.map_or_else(|| "-".to_owned(), name);
                let place_text = format!("{} {} {}", at, place.class, place.amount);
                (place_text, [&place.largest, &place.shortest, &place.earliest].map(shown))
            })
            .collect();
        let expected: Vec<(String, [String; 3])> = expected
            .iter()
            .map(|(place, paths)| ((*place).to_owned(), paths.map(str::to_owned)))
            .collect();
        assert_eq!(found, expected);
    };
    // Three ways to one exchange: a small one at first by a relay, the bulk by three hops, and one directly.
    check(
        "label X exchange
         10 seed V -> A 100 usdc
         11 A -> B 5 usdc
         12 B -> X 5 usdc
         13 A -> C 80 usdc
         14 C -> D 80 usdc
         15 A -> X 15 usdc
         16 D -> X 80 usdc",
        &[(
            "X service 100",
            ["H3 80, H4 80, H6 80 (at most 80)", "H5 15 (at most 15)", "H1 5, H2 5 (at most 5)"],
        )],
    );
    // What was mixed on the way: of D's eighty, B brought fifty and C thirty.
    check(
        "10 seed V -> A 80 usdc
         11 A -> B 50 usdc
         12 A -> C 30 usdc
         13 B -> D 50 usdc
         14 C -> D 30 usdc
         15 D -> E 80 usdc",
        &[(
            "E held 80",
            [
                "H1 50, H3 50, H5 50 (at most 50)",
                "H1 50, H3 50, H5 50 (at most 50)",
                "H1 50, H3 50, H5 50 (at most 50)",
            ],
        )],
    );
    // A conversion passes on a share, rounded up; what never moved has no hops.
    check(
        "contract pool
         10 seed V -> A 90 usdc
         11 A -> B 50 usdc
         12 A -> B 20 usdc
         13 B -> pool 70 usdc, pool -> B 10 native
         14 B -> C 9 native",
        &[
            (
                "B held 1",
                ["H1 50, H3 8 (at most 1)", "H1 50, H3 8 (at most 1)", "H1 50, H3 8 (at most 1)"],
            ),
            (
                "C held 9",
                [
                    "H1 50, H3 8, H4 8 (at most 8)",
                    "H1 50, H3 8, H4 8 (at most 8)",
                    "H1 50, H3 8, H4 8 (at most 8)",
                ],
            ),
            ("A held 20", [" (at most 20)", " (at most 20)", " (at most 20)"]),
        ],
    );
    // Round in a circle: the short way out is before it.
    check(
        "label X mixer
         10 seed V -> A 10 usdc
         11 A -> X 4 usdc
         12 A -> B 6 usdc
         13 B -> A 6 usdc
         14 A -> X 6 usdc",
        &[("X mixer 10", ["H2 6, H3 6, H4 6 (at most 6)", "H1 4 (at most 4)", "H1 4 (at most 4)"])],
    );
}

/// What ends with another seed did not come by its own seed.
#[test]
fn what_is_counted_with_another_seed_has_no_path() {
    let trail = parse("10 seed V -> A 9 usdc\nagain 1 9\n11 A -> B 9 usdc").follow(Rule::Fifo);
    let found: Vec<_> = Journeys::of(&trail).to_places().collect();
    assert!(trail.endings.iter().any(|ending| ending.kind.class() == EndingClass::OtherSeed));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].address.map(name).as_deref(), Some("B"));
}

/// Hops and what each made, and what can have come along.
type Chain = (Vec<(HopId, Asset)>, Amount);

/// Every chain of lots from a seed, found by walking forward from it, with what can have come along: written
/// without a look at how `ways` does it.
fn walk(trail: &Trail, seed: &Seed, most: usize) -> Option<Vec<Chain>> {
    let most_stolen = if trail.rule.conserves() { seed.amount } else { Amount::MAX };
    let mut found = vec![(Vec::new(), most_stolen)];
    let mut next = 0;
    while let Some((path, amount)) = found.get(next).cloned() {
        next += 1;
        let (origin, held) =
            path.last().map_or((Origin::Seed(seed.id), seed.asset), |(hop, asset)| {
                (Origin::Hop(*hop), *asset)
            });
        for (hop_idx, hop) in (0..).zip(&trail.hops) {
            for lot in &hop.taken {
                if (lot.seed, lot.origin, lot.asset) != (seed.id, origin, held) {
                    continue;
                }
                let units = amount.min(lot.amount).base_units();
                let whole = hop
                    .taken
                    .iter()
                    .filter(|other| (other.seed, other.asset) == (seed.id, held))
                    .fold(Amount::ZERO, |sum, other| sum.saturating_add(other.amount))
                    .base_units();
                for made in hop.made.iter().filter(|made| made.seed == seed.id) {
                    let arrives = match hop.kind {
                        HopKind::Payment { .. } => units,
                        // Worlds hold small numbers.
                        HopKind::Conversion { .. } => {
                            (made.amount.base_units() * units + whole - 1) / whole
                        }
                    };
                    let mut longer = path.clone();
                    longer.push((HopId(hop_idx), made.asset));
                    found.push((longer, Amount::from_base_units(arrives)));
                }
            }
        }
        if most < found.len() {
            return None;
        }
    }
    Some(found)
}

/// What of an ending can have come along a chain.
fn brought(ending: &Ending, path: &[(HopId, Asset)], amount: Amount) -> Option<Amount> {
    let (origin, asset) =
        path.last().map_or((Origin::Seed(ending.seed), ending.asset), |(hop, asset)| {
            (Origin::Hop(*hop), *asset)
        });
    ((origin, asset) == (ending.origin, ending.asset)).then(|| amount.min(ending.amount))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn paths_are_the_best_of_all_chains(world in any_world(), rule in prop::sample::select(Rule::ALL.to_vec())) {
        let trail = world.whole().follow(rule);
        let mut chains = BTreeMap::new();
        for seed in &trail.seeds {
            let walked = walk(&trail, seed, 3_000);
            prop_assume!(walked.is_some());
            chains.insert(seed.id, walked.unwrap());
        }
        let mut told = BTreeSet::new();
        for place in Journeys::of(&trail).to_places() {
            let endings: Vec<&Ending> =
                place.endings.iter().map(|ending_idx| &trail.endings[*ending_idx]).collect();
            told.extend(place.endings.iter().copied());
            let sum = endings
                .iter()
                .fold(Amount::ZERO, |sum, ending| sum.checked_add(ending.amount).unwrap());
            prop_assert_eq!(sum, place.amount);
            let first = endings.iter().map(|ending| ending.arrived).min().unwrap();
            // Of all chains to the place: what they brought, of how many hops, and when.
            let all: Vec<(Amount, usize, bool)> = endings
                .iter()
                .flat_map(|ending| {
                    let to = |(path, amount): &Chain| {
                        let amount = brought(ending, path, *amount)?;
                        Some((amount, path.len(), ending.arrived == first))
                    };
                    chains[&place.seed].iter().filter_map(to)
                })
                .collect();
            let most = all.iter().map(|(amount, ..)| *amount).max().unwrap();
            let fewest = all.iter().map(|(_, count, _)| *count).min().unwrap();
            let soonest = all.iter().filter(|(.., is_first)| *is_first).map(|(_, count, _)| *count).min().unwrap();
            prop_assert_eq!(place.largest.amount, most);
            prop_assert_eq!(place.shortest.steps.len(), fewest);
            prop_assert_eq!(place.earliest.steps.len(), soonest);
            let of_fewest = all.iter().filter(|(_, count, _)| *count == fewest);
            prop_assert_eq!(place.shortest.amount, of_fewest.map(|(amount, ..)| *amount).max().unwrap());
            let arrived = |path: &Path| path.steps.last().map_or_else(
                || trail.seeds.iter().find(|seed| seed.id == place.seed).unwrap().position,
                |last| trail.hops[usize::try_from(last.hop.0).unwrap()].position,
            );
            prop_assert_eq!(arrived(&place.earliest), first);
            for path in [&place.largest, &place.shortest, &place.earliest] {
                assert_chain(&trail, &place, path, &chains[&place.seed]);
                prop_assert!(path.amount <= place.largest.amount);
            }
        }
        // Every ending that came by its own seed is at one place.
        let own = |ending: &Ending| ending.kind.class() != EndingClass::OtherSeed;
        let expected: BTreeSet<usize> =
            trail.endings.iter().enumerate().filter(|(_, e)| own(e)).map(|(idx, _)| idx).collect();
        prop_assert_eq!(told, expected);
    }
}

/// A path is one of the chains, in the order of the chain, and no hop brings more than it took.
fn assert_chain(trail: &Trail, place: &fundtrail_model::Paths, path: &Path, chains: &[Chain]) {
    let steps: Vec<(HopId, Asset)> = path.steps.iter().map(|step| (step.hop, step.asset)).collect();
    let (_, amount) = chains.iter().find(|(chain, _)| *chain == steps).expect("no chain of lots");
    if let Some(last) = path.steps.last() {
        assert_eq!(last.amount, *amount);
    }
    assert!(path.amount <= *amount && path.amount <= place.amount);
    let hop = |id: HopId| &trail.hops[usize::try_from(id.0).unwrap()];
    let mut before = None;
    for step in &*path.steps {
        let hop = hop(step.hop);
        let at = (hop.position.block, hop.position.transaction);
        assert!(before <= Some(at));
        before = Some(at);
        let of_seed = hop.taken.iter().filter(|lot| lot.seed == place.seed);
        let taken = of_seed.fold(Amount::ZERO, |sum, lot| sum.saturating_add(lot.amount));
        let made = hop.made.iter().find(|lot| (lot.seed, lot.asset) == (place.seed, step.asset));
        assert!(step.amount <= made.unwrap().amount);
        if matches!(hop.kind, HopKind::Payment { .. }) {
            assert!(step.amount <= taken);
        }
    }
}
