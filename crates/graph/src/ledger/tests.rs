use fundtrail_model::{Amount, Origin, Rule, SeedId};
use proptest::prelude::*;

use super::{Ledger, Lot};

const SEED: SeedId = SeedId(0);

#[derive(Clone, Copy, Debug)]
enum Event {
    Clean(u128),
    Stolen(u128),
    Out(u128),
}

fn apply(ledger: &mut Ledger, event: Event, rule: Rule) -> u128 {
    match event {
        Event::Clean(units) => ledger.credit(Lot::clean(Amount::from(units))),
        Event::Stolen(units) => {
            ledger.credit(Lot::stolen(SEED, Origin::Seed(SEED), Amount::from(units)));
        }
        Event::Out(units) => {
            let taken = ledger.debit(Amount::from(units), rule);
            let stolen = taken.iter().filter(|lot| lot.stolen.is_some());
            return stolen.map(|lot| lot.amount.base_units().as_u128()).sum();
        }
    }
    0
}

fn left(ledger: &Ledger) -> u128 {
    ledger.stolen().map(|(_, _, amount)| amount.base_units().as_u128()).sum()
}

/// The vectors of reference/methods.md §1.4: the stolen part of each debit, then what is left. Halves
/// are doubled.
#[test]
fn published_vectors() {
    use Event::{Clean, Out, Stolen};
    let check = |events: &[Event], rule, outs: &[u128], rest: u128| {
        let mut ledger = Ledger::default();
        let mut stolen = Vec::new();
        for event in events {
            let out = apply(&mut ledger, *event, rule);
            if matches!(event, Out(_)) {
                stolen.push(out);
            }
        }
        assert_eq!((stolen.as_slice(), left(&ledger)), (outs, rest), "{rule} {events:?}");
        assert_eq!(ledger.has_stolen(), rest > 0);
    };
    let anderson = [Stolen(3), Clean(7), Out(4), Out(6)];
    check(&anderson, Rule::Fifo, &[3, 0], 0);
    check(&anderson, Rule::DirtyFirst, &[3, 0], 0);
    let clean_first = [Clean(7), Stolen(3), Out(4), Out(6)];
    check(&clean_first, Rule::Fifo, &[0, 3], 0);
    check(&clean_first, Rule::DirtyFirst, &[3, 0], 0);
    let refilled = [Stolen(100), Out(90), Clean(500), Out(505)];
    check(&refilled, Rule::Fifo, &[90, 10], 0);
    check(&refilled, Rule::DirtyFirst, &[90, 10], 0);
    let joe = [Clean(200), Stolen(400), Out(150), Out(240), Out(119)];
    check(&joe, Rule::Fifo, &[0, 190, 119], 91);
    check(&joe, Rule::DirtyFirst, &[150, 240, 10], 0);
    let between = [Clean(5), Stolen(5), Clean(5), Out(6)];
    check(&between, Rule::Fifo, &[1], 4);
    check(&between, Rule::DirtyFirst, &[5], 0);
}

fn any_events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        (1..50_u128).prop_map(Event::Clean),
        (1..50_u128).prop_map(Event::Stolen),
        (1..80_u128).prop_map(Event::Out),
        (1..80_u128).prop_map(Event::Out),
    ];
    prop::collection::vec(event, 1..60)
}

proptest! {
    /// Dirty-first is the upper bound of what has left, at every moment, and no rule makes or loses a
    /// stolen unit.
    #[test]
    fn fifo_never_runs_ahead_of_dirty_first(events in any_events()) {
        let (mut fifo, mut dirty) = (Ledger::default(), Ledger::default());
        let (mut fifo_out, mut dirty_out, mut came) = (0, 0, 0);
        for event in events {
            fifo_out += apply(&mut fifo, event, Rule::Fifo);
            dirty_out += apply(&mut dirty, event, Rule::DirtyFirst);
            if let Event::Stolen(units) = event {
                came += units;
            }
            prop_assert!(fifo_out <= dirty_out);
            prop_assert_eq!(fifo_out + left(&fifo), came);
            prop_assert_eq!(dirty_out + left(&dirty), came);
            prop_assert_eq!(fifo.has_stolen(), left(&fifo) > 0);
            prop_assert_eq!(dirty.has_stolen(), left(&dirty) > 0);
        }
    }

    /// Clean neighbours stay one lot, so a ledger never holds more than twice its stolen lots and one.
    #[test]
    fn ledgers_stay_short(events in any_events(), rule in prop::sample::select(Rule::ALL.to_vec())) {
        let mut ledger = Ledger::default();
        for event in events {
            apply(&mut ledger, event, rule);
            prop_assert!(ledger.lots.len() <= 2 * ledger.stolen_count + 1);
            prop_assert!(ledger.lots.iter().all(|lot| !lot.amount.is_zero()));
        }
    }
}
