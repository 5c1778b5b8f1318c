//! Properties of following back: that it adds up, respects time, needs nothing but what is known, and says the same
//! as following forward does.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{
    Address, Amount, Cause, Direction, EndingClass, H256, Hop, HopKind, Origin, Position, Rule,
    Seed, SeedId, Trail, Transfer, Window,
};
use proptest::prelude::*;

use super::render::render;
use super::scenario::Scenario;
use super::worlds::{UNTIL, World, any_paying_world, any_world, any_world_without_round_trips};

fn any_pairing_rule() -> impl Strategy<Value = Rule> {
    let rules = Rule::ALL.into_iter().filter(|rule| rule.pairs());
    prop::sample::select(rules.collect::<Vec<_>>())
}

fn back(scenario: &Scenario, rule: Rule) -> Trail {
    Scenario { direction: Direction::In, ..scenario.clone() }.follow(rule)
}

/// A credit as a seed.
fn seed_of(credit: &Transfer) -> Seed {
    Seed {
        id: SeedId(0),
        position: credit.position,
        transaction: credit.transaction.unwrap(),
        asset: credit.asset,
        amount: credit.amount,
        from: credit.from,
        holder: credit.to.unwrap(),
    }
}

/// Credits of wallets that are all that their transactions do, fees apart. A contract that holds a seed is looked at
/// with other eyes than one on the way.
fn plain_credits(world: &World) -> Vec<Transfer> {
    let moves = |transfer: &&Transfer| {
        transfer.cause != Cause::Fee && !transfer.amount.is_zero() && transfer.from != transfer.to
    };
    let mut by_transaction: BTreeMap<H256, Vec<Transfer>> = BTreeMap::new();
    for transfer in world.transfers.iter().filter(moves) {
        by_transaction.entry(transfer.transaction.unwrap()).or_default().push(*transfer);
    }
    let wallets: BTreeSet<Address> = World::everybody().take(6).collect();
    let alone = by_transaction.into_values().filter(|of| of.len() == 1).flatten();
    alone.filter(|credit| credit.to.is_some_and(|to| wallets.contains(&to))).collect()
}

/// What the payment that this credit is carries by a trail.
fn carried(trail: &Trail, credit: &Transfer) -> u128 {
    let is_it = |hop: &&Hop| match &hop.kind {
        HopKind::Payment { asset, to, .. } => {
            hop.position == credit.position && *asset == credit.asset && *to == credit.to
        }
        HopKind::Conversion { .. } => false,
    };
    let hops = trail.hops.iter().filter(is_it);
    hops.flat_map(|hop| &hop.taken).map(|lot| lot.amount.base_units().as_u128()).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// What backward attributes to a credit on the way is what forward, from that credit, says arrives.
    #[test]
    fn both_directions_pair_alike(world in any_paying_world(), rule in any_pairing_rule()) {
        let credits = plain_credits(&world);
        let mut scenario = world.whole();
        let mut compared = 0_usize;
        for target in credits.iter().rev().take(6) {
            scenario.seeds = vec![seed_of(target)];
            let from_target = back(&scenario, rule);
            for source in credits.iter().filter(|source| source.position < target.position).take(12) {
                scenario.seeds = vec![seed_of(source)];
                let forward = carried(&scenario.follow(rule), target);
                let backward = carried(&from_target, source);
                // Pro rata forward rounds each debit, and backward each credit.
                let rounding = if rule == Rule::Haircut { 1_000 } else { 0 };
                prop_assert!(
                    forward.abs_diff(backward) <= rounding,
                    "{rule}: {forward} forward, {backward} backward, from {} to {}",
                    source.position,
                    target.position
                );
                compared += usize::from(0 < forward);
            }
        }
        prop_assume!(0 < compared);
    }

    /// Every unit that is looked for has an origin, no origin is later than what it brought, and nothing is asked
    /// for where everything was looked at.
    #[test]
    fn every_unit_has_an_origin_before_it(world in any_world(), rule in any_pairing_rule()) {
        let trail = back(&world.whole(), rule);
        // The victim is the only one who was not looked at.
        let victim = super::scenario::address("victim");
        prop_assert!(trail.open_ends.iter().all(|open| open.address == victim));
        prop_assert!(trail.open_transactions.is_empty());
        let slot = |position: Position| (position.block, position.transaction);
        prop_assert!(trail.hops.is_sorted_by(|a, b| slot(b.position) <= slot(a.position)));
        for (hop_idx, hop) in trail.hops.iter().enumerate() {
            prop_assert!(!hop.taken.is_empty());
            for taken in &hop.taken {
                let by = match taken.origin {
                    Origin::Seed(seed) => trail.seeds[usize::from(seed.0)].position,
                    Origin::Hop(id) => {
                        let by_idx = usize::try_from(id.0).unwrap();
                        prop_assert!(by_idx < hop_idx && trail.hops[by_idx].depth < hop.depth);
                        trail.hops[by_idx].position
                    }
                };
                prop_assert!(slot(hop.position) <= slot(by));
            }
        }
        let is_forward = |class| matches!(
            class,
            EndingClass::Held | EndingClass::Fee | EndingClass::Burned | EndingClass::ContractWithoutReturn
        );
        prop_assert!(trail.endings.iter().all(|ending| !is_forward(ending.kind.class())));
    }

    /// No credit pays for more than it is.
    #[test]
    fn no_payment_carries_more_than_it_paid(world in any_world(), rule in any_pairing_rule()) {
        for hop in back(&world.whole(), rule).hops {
            let (whole, is_made) = match &hop.kind {
                HopKind::Payment { asset, amount, .. } => (vec![(*asset, *amount)], false),
                HopKind::Conversion { received, .. } => (received.clone(), true),
            };
            for (asset, amount) in whole {
                let lots = hop.taken.iter().filter(|lot| lot.asset == asset);
                let sum = lots.fold(Amount::ZERO, |sum, lot| sum.saturating_add(lot.amount));
                prop_assert!(sum <= amount, "{is_made} {sum} of {amount}");
            }
        }
    }

    #[test]
    fn the_order_of_what_is_told_does_not_matter(world in any_world(), rule in any_pairing_rule()) {
        let whole = world.whole();
        prop_assert_eq!(back(&whole, rule), back(&whole.shuffled(), rule));
    }

    /// Fetching what is asked for, the nearest blocks first, arrives at what looking at everything shows.
    #[test]
    fn rounds_of_fetching_converge(
        world in any_world_without_round_trips(),
        rule in any_pairing_rule(),
        size in 1..=UNTIL,
    ) {
        let (mut windows, mut read) = (BTreeSet::new(), BTreeSet::new());
        let (trail, _) = pursue(&world, rule, size, &mut windows, &mut read);
        let all = Window::new(1, UNTIL).unwrap();
        windows.extend(World::everybody().chain([super::scenario::address("victim")]).map(|who| (who, all)));
        let (whole, _) = pursue(&world, rule, UNTIL, &mut windows, &mut read);
        prop_assert_eq!(render(&trail), render(&whole));
    }
}

/// Fetches at most `size` blocks of each open end in a round, the last ones.
fn pursue(
    world: &World,
    rule: Rule,
    size: u64,
    windows: &mut BTreeSet<(Address, Window)>,
    whole: &mut BTreeSet<H256>,
) -> (Trail, usize) {
    let last_blocks = |missing: Window| {
        let first = missing.first().max((missing.last() + 1).saturating_sub(size));
        Window::new(first, missing.last()).unwrap()
    };
    world.pursue(|shown| back(shown, rule), last_blocks, windows, whole)
}
