//! Fetching what open ends ask for, again and again, arrives at what looking at everything shows.

use std::collections::BTreeSet;

use fundtrail_model::{Address, H256, Reservation, Rule, Trail, Window};
use proptest::prelude::*;

use super::render::render;
use super::worlds::{UNTIL, World, any_world};

/// Fetches at most `size` blocks of each open end in a round, and the seeds' holders never before. Begins with
/// `windows` and ends with what was read.
fn pursue(
    world: &World,
    rule: Rule,
    size: u64,
    windows: &mut BTreeSet<(Address, Window)>,
    whole: &mut BTreeSet<H256>,
) -> (Trail, usize) {
    let first_blocks = |missing: Window| {
        let last = missing.last().min(missing.first() + size - 1);
        Window::new(missing.first(), last).unwrap()
    };
    world.pursue(|shown| shown.follow(rule), first_blocks, windows, whole)
}

/// What a reached account does after it was empty is nobody's to look at, so reachability depends on how
/// much was looked at together.
fn any_ledger_rule() -> impl Strategy<Value = Rule> {
    let rules = Rule::ALL.into_iter().filter(|rule| rule.conserves());
    prop::sample::select(rules.collect::<Vec<_>>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn rounds_of_fetching_converge(
        mut world in any_world(),
        rule in any_ledger_rule(),
        size in 1..=UNTIL,
    ) {
        // What a seed's holder paid a contract that gave something back is settled only by a look at that
        // contract, which nothing asks for.
        world.forget_round_trips();
        let (mut windows, mut read) = (BTreeSet::new(), BTreeSet::new());
        let (mut trail, rounds) = pursue(&world, rule, size, &mut windows, &mut read);
        // Every round covers at least one more block of one address, or one more transaction.
        let blocks = usize::try_from(UNTIL).unwrap() * World::everybody().count();
        prop_assert!(rounds <= blocks + world.transfers.len());
        // Transactions that were read whole show more than those that were not: the same ones have to be.
        let all = Window::new(1, UNTIL).unwrap();
        windows.extend(World::everybody().map(|who| (who, all)));
        let (mut whole, _) = pursue(&world, rule, UNTIL, &mut windows, &mut read);
        // A contract that gave something back is not looked at, so whom else it paid may not be seen.
        for trail in [&mut trail, &mut whole] {
            trail.reservations.retain(|r| !matches!(r, Reservation::OtherReceivers { .. }));
        }
        prop_assert_eq!(render(&trail), render(&whole));
        prop_assert_eq!(trail, whole);
    }
}
