//! Properties over random ledgers of several seeds.

use std::collections::BTreeMap;

use fundtrail_model::{Rule, SeedId, U256};
use proptest::prelude::*;

use super::{Event, RULES, Ratchet, apply, left, sum, units};
use crate::ledger::Ledger;

fn any_events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        (1..50_u128).prop_map(Event::Clean),
        (0..3_u16, 1..50_u128).prop_map(|(seed, units)| Event::Stolen(seed, units)),
        (1..80_u128).prop_map(Event::Out),
        (1..20_u128).prop_map(Event::Out),
    ];
    prop::collection::vec(event, 1..60)
}

fn per_seed(parts: impl IntoIterator<Item = (SeedId, u128)>) -> BTreeMap<SeedId, u128> {
    let mut sums = BTreeMap::new();
    for (seed, units) in parts {
        *sums.entry(seed).or_default() += units;
    }
    sums
}

/// The exact shares of one haircut ledger, by seed and for clean, in 2^-128 units.
#[derive(Default)]
struct Exact {
    shares: BTreeMap<Option<u16>, U256>,
}

impl Exact {
    fn apply(&mut self, event: Event) {
        let total = self.total();
        let mut add = |seed, units: u128| {
            *self.shares.entry(seed).or_default() += U256::from(units) << 128;
        };
        match event {
            Event::Clean(units) => add(None, units),
            Event::Stolen(seed, units) => add(Some(seed), units),
            Event::Out(units) => {
                let stays = total.saturating_sub(units);
                self.shares.values_mut().for_each(|share| {
                    *share = *share * U256::from(stays) / U256::from(total.max(1));
                });
            }
        }
    }

    /// Rounded, as what the shares lack is far less than half a unit.
    fn total(&self) -> u128 {
        let sum = self.shares.values().fold(U256::zero(), |sum, share| sum + *share);
        ((sum + (U256::one() << 127)) >> 128).as_u128()
    }

    fn of(&self, seed: u16) -> U256 {
        self.shares.get(&Some(seed)).copied().unwrap_or_default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    /// No rule makes or loses a stolen unit of any seed, and on one ledger what has left is by `libr` the
    /// least and by `dirty-first` the most, at every moment; `libr` is what the balance alone says.
    #[test]
    fn rules_conserve_and_stay_within_their_bounds(events in any_events()) {
        let mut ledgers = RULES.map(|rule| (rule, Ledger::new(rule), BTreeMap::new()));
        let mut ratchet = Ratchet::default();
        let (mut came, mut traced, mut balance) = (BTreeMap::new(), 0, 0_u128);
        for event in events {
            match event {
                Event::Clean(units) => balance += units,
                Event::Stolen(seed, units) => {
                    balance += units;
                    *came.entry(SeedId(seed)).or_insert(0) += units;
                }
                Event::Out(units) => balance = balance.saturating_sub(units),
            }
            // An account cannot pay what it does not have; the published claim knows overdrafts.
            ratchet.balance = ratchet.balance.max(0);
            traced += ratchet.apply(event);
            for (rule, ledger, out) in &mut ledgers {
                let parts = apply(ledger, event);
                if let Event::Out(units) = event {
                    prop_assert!(sum(&parts) <= units, "{rule}");
                }
                for (seed, units) in parts {
                    *out.entry(seed).or_insert(0) += units;
                }
                let rests = per_seed(ledger.stolen().into_iter().map(|(s, _, a)| (s, units(a))));
                for (seed, came) in &came {
                    let of = |sums: &BTreeMap<SeedId, u128>| sums.get(seed).copied().unwrap_or(0);
                    prop_assert_eq!(of(out) + of(&rests), *came, "{} {}", rule, seed);
                }
                prop_assert!(left(ledger) <= balance, "{rule}");
                prop_assert_eq!(ledger.has_stolen(), left(ledger) > 0, "{}", rule);
            }
            let outs = |of: Rule| -> u128 {
                let found = ledgers.iter().find(|(rule, ..)| *rule == of).unwrap();
                found.2.values().sum()
            };
            prop_assert_eq!(outs(Rule::Libr), traced);
            for rule in RULES {
                prop_assert!(outs(Rule::Libr) <= outs(rule) && outs(rule) <= outs(Rule::DirtyFirst));
            }
        }
    }

    /// By `poison` all that leaves after a seed came is every such seed's, and nothing before.
    #[test]
    fn poison_is_reachability(events in any_events()) {
        let mut ledger = Ledger::new(Rule::Poison);
        let (mut reached, mut balance) = (BTreeMap::new(), 0_u128);
        for event in events {
            let parts = per_seed(apply(&mut ledger, event));
            match event {
                Event::Clean(units) => balance += units,
                Event::Stolen(seed, units) => {
                    balance += units;
                    reached.insert(SeedId(seed), 0);
                }
                Event::Out(units) => {
                    balance = balance.saturating_sub(units);
                    prop_assert_eq!(&parts, &reached.keys().map(|seed| (*seed, units)).collect());
                }
            }
            let rests = per_seed(ledger.stolen().into_iter().map(|(s, _, a)| (s, units(a))));
            prop_assert_eq!(&rests, &reached.keys().map(|seed| (*seed, balance)).collect());
        }
    }

    /// What each seed has by `haircut` stays within two units of its exact share, whatever came before.
    #[test]
    fn haircut_does_not_drift(events in any_events()) {
        let (mut ledger, mut exact) = (Ledger::new(Rule::Haircut), Exact::default());
        for event in events {
            apply(&mut ledger, event);
            exact.apply(event);
            let rests = per_seed(ledger.stolen().into_iter().map(|(s, _, a)| (s, units(a))));
            for seed in 0..3 {
                let held = U256::from(rests.get(&SeedId(seed)).copied().unwrap_or(0)) << 128;
                let share = exact.of(seed);
                let off = held.max(share) - held.min(share);
                prop_assert!(off < U256::from(2) << 128, "{seed}: {held} {share}");
            }
        }
    }

    /// Clean neighbours stay one lot, so a ledger never holds more than twice its stolen lots and one.
    #[test]
    fn ledgers_stay_short(events in any_events(), rule in prop::sample::select(RULES.to_vec())) {
        let mut ledger = Ledger::new(rule);
        for event in events {
            apply(&mut ledger, event);
            if let Ledger::Ordered(ledger) = &ledger {
                let (stolen, clean) = ledger.lot_counts();
                prop_assert!(clean <= stolen + 1, "{rule}: {clean} beside {stolen}");
            }
            prop_assert!(ledger.stolen().iter().all(|(_, _, amount)| !amount.is_zero()));
        }
    }
}

/// A balance that leaves one unit at a time would be rounded the same way every time: after a hundred
/// thousand debits each part is still its exact share of what is left.
#[test]
fn haircut_does_not_drift_over_any_number_of_debits() {
    let parts = [(0_u16, 30_001_u128), (1, 17), (2, 9_999)];
    let clean = 70_003_u128;
    let mut ledger = Ledger::new(Rule::Haircut);
    apply(&mut ledger, Event::Clean(clean));
    for (seed, units) in parts {
        apply(&mut ledger, Event::Stolen(seed, units));
    }
    let total = clean + parts.iter().map(|(_, units)| units).sum::<u128>();
    for balance in (0..total).rev() {
        apply(&mut ledger, Event::Out(1));
        let rests = per_seed(ledger.stolen().into_iter().map(|(s, _, a)| (s, units(a))));
        for (seed, whole) in parts {
            let held = rests.get(&SeedId(seed)).copied().unwrap_or(0) * total;
            assert!(held.abs_diff(balance * whole) < 2 * total, "{seed} at {balance}");
        }
    }
    assert!(!ledger.has_stolen());
}
