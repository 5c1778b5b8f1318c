//! What holds in any world.

use fundtrail_model::{PatternKind, U256};
use proptest::prelude::*;

use super::stage::{Stage, actors, render};
use crate::tests::any_world;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// Thresholds so low that nearly everything is something.
    #[test]
    fn what_is_found_is_proved_and_does_not_depend_on_order(world in any_world(), low in any::<bool>()) {
        let mut stage = Stage::of(world.whole());
        if low {
            for (name, value) in
                [("peel_hops", 2), ("fan_counterparties", 2), ("gather_middles", 2), ("split_parts", 2)]
            {
                prop_assert!(stage.thresholds.set(name, value));
            }
        }
        // Both are checked by it.
        let (found, _) = stage.find();
        for pattern in &found.found {
            let most = stage.scenario.transfers.iter().filter(|of| of.asset == pattern.asset);
            let sum = most.fold(U256::zero(), |sum, of| sum.saturating_add(of.amount.base_units()));
            prop_assert!(pattern.amount.base_units() <= sum, "{}", render(&found));
        }
    }

    /// Whatever somebody writes into a file.
    #[test]
    fn no_threshold_is_too_strange(
        world in any_world(),
        values in prop::collection::vec(prop::sample::select(vec![0, 1, 2, 1_000_000, u64::MAX]), 64),
    ) {
        let mut stage = Stage::of(world.whole());
        for ((name, _), value) in stage.thresholds.entries().into_iter().zip(values) {
            prop_assert!(stage.thresholds.set(name, value));
        }
        stage.find();
    }

    /// A fan that is wide enough for a harder threshold is so for an easier one.
    #[test]
    fn harder_thresholds_find_no_more_fans(world in any_world(), harder in 3..6_u64) {
        let mut stage = Stage::of(world.whole());
        // Only those out: where they are hidden no more, they may show one of payers.
        let mut fans = |least| {
            assert!(stage.thresholds.set("fan_counterparties", least));
            actors(&stage.ask().0, PatternKind::FanOut)
        };
        let (easy, hard) = (fans(2), fans(harder));
        prop_assert!(hard.iter().all(|who| easy.contains(who)), "{hard:?} in {easy:?}");
    }
}
