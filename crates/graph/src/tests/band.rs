//! What every rule says of the same seeds.

use std::collections::BTreeMap;

use fundtrail_model::{Amount, Asset, Band, EndingClass, Rule};
use proptest::prelude::*;

use super::scenario::{name, parse};
use super::worlds::any_world;

/// One line per place: least and most, then each rule in order.
fn render(band: &Band) -> String {
    let line = |line: &fundtrail_model::BandLine| {
        let amounts: Vec<String> =
            line.amounts.iter().map(|(rule, amount)| format!("{rule} {amount}")).collect();
        let place = line.address.map_or_else(|| "-".into(), name);
        format!("{place}: {}..{} ({})", line.least(), line.most(), amounts.join(", "))
    };
    band.lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn bands_are_over_all_rules() {
    let check = |scenario: &str, unfinished: &[Rule], expected: &[&str]| {
        let band = Band::of(&parse(scenario).follow_all());
        assert_eq!(band.rules, Rule::ALL);
        assert_eq!((render(&band), band.unfinished.as_slice()), (expected.join("\n"), unfinished));
    };
    // Joe's account, reference/methods.md §1.4 row 4, times six.
    check(
        "10 C -> A 600 usdc
         11 seed V -> A 1200 usdc
         12 A -> B 450 usdc
         13 A -> D 720 usdc
         14 A -> E 357 usdc",
        &[],
        &[
            "D: 480..720 (fifo 570, lifo 720, haircut 480, dirty-first 720, libr 570, poison 720)",
            "B: 0..450 (fifo 0, lifo 450, haircut 300, dirty-first 450, libr 0, poison 450)",
            "E: 30..357 (fifo 357, lifo 30, haircut 238, dirty-first 30, libr 357, poison 357)",
            "A: 0..273 (fifo 273, lifo 0, haircut 182, dirty-first 0, libr 273, poison 273)",
        ],
    );
    // Nothing but stolen value: every rule says the same.
    check(
        "10 seed V -> A 9 native
         11 A -> B 5 native, fee A 1",
        &[],
        &[
            "B: 5..5 (fifo 5, lifo 5, haircut 5, dirty-first 5, libr 5, poison 5)",
            "A: 3..3 (fifo 3, lifo 3, haircut 3, dirty-first 3, libr 3, poison 3)",
            "-: 1..1 (fifo 1, lifo 1, haircut 1, dirty-first 1, libr 1, poison 1)",
        ],
    );
    // Two seeds are added up, but where amounts overlap; what is another seed's is not counted.
    check(
        "10 seed V -> A 4 usdc
         11 seed W -> A 6 usdc
         12 seed A -> B 10 usdc",
        &[],
        &["B: 10..10 (fifo 10, lifo 10, haircut 10, dirty-first 10, libr 10, poison 10)"],
    );
    // By some rules nothing has come to where nobody looked.
    check(
        "cover A 1..100
         10 C -> A 5 usdc
         11 seed V -> A 5 usdc
         12 A -> B 5 usdc",
        &[Rule::Lifo, Rule::Haircut, Rule::DirtyFirst, Rule::Poison],
        &[
            "A: 0..5 (fifo 5, lifo 0, haircut 2, dirty-first 0, libr 5, poison 5)",
            "B: 0..5 (fifo 0, lifo 5, haircut 3, dirty-first 5, libr 0, poison 5)",
        ],
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// The places of a band are the endings of its trails, to the unit; and what is nowhere else, by rules
    /// that conserve, is no more than what poison reaches.
    #[test]
    fn a_band_is_its_trails(world in any_world()) {
        let trails = world.whole().follow_all();
        let band = Band::of(&trails);
        for trail in trails.iter().filter(|trail| trail.rule.conserves()) {
            let mut sums: BTreeMap<Asset, Amount> = BTreeMap::new();
            let mut add = |asset, amount: Amount| {
                let sum = sums.entry(asset).or_default();
                *sum = sum.checked_add(amount).unwrap();
            };
            for line in &trail.ledger {
                let endings = line.endings.iter().filter(|(of, _)| **of != EndingClass::OtherSeed);
                endings.for_each(|(_, amount)| add(line.asset, *amount));
            }
            sums.retain(|_, amount| !amount.is_zero());
            for line in &band.lines {
                let amount = line.by(trail.rule).unwrap();
                prop_assert!(line.least() <= amount && amount <= line.most());
                let left = sums.get(&line.asset).copied().unwrap_or_default();
                sums.insert(line.asset, left.checked_sub(amount).unwrap());
            }
            prop_assert!(sums.values().all(|left| left.is_zero()), "{}", trail.rule);
        }
        let single = trails.iter().map(|trail| trail.rule).collect::<Vec<_>>();
        prop_assert_eq!(single, Rule::ALL);
    }
}

/// By poison each seed has all of it; what is summed over seeds counts it once.
#[test]
fn what_two_seeds_reached_is_counted_once() {
    let check = |scenario: &str, rule: Rule, expected: &[(&str, u128)]| {
        let trail = parse(scenario).follow(rule);
        let repeated = trail.repeated_endings();
        let mut sums: BTreeMap<String, u128> = BTreeMap::new();
        for (_, ending) in trail.endings.iter().enumerate().filter(|(n, _)| !repeated.contains(n)) {
            let place = ending.address.map_or_else(|| "-".into(), name);
            *sums.entry(place).or_default() += ending.amount.base_units().as_u128();
        }
        let expected = expected.iter().map(|(place, units)| ((*place).to_owned(), *units));
        assert_eq!(sums, expected.collect(), "{rule}");
    };
    let scenario = "label X exchange
         10 seed V -> A 50 native
         11 seed W -> A 60 native
         12 A -> X 70 native, fee A 1
         13 A -> B 20 native
         14 A -> X 5 native";
    check(scenario, Rule::Poison, &[("A", 14), ("B", 20), ("X", 75), ("-", 1)]);
    check(scenario, Rule::Fifo, &[("A", 14), ("B", 20), ("X", 75), ("-", 1)]);
}
