//! Vectors with published or worked-out results.

use fundtrail_model::Rule;

use super::Event::{Clean, Out, Stolen};
use super::{Event, Ratchet, apply, left, sum, taken};
use crate::ledger::Ledger;

/// The table of reference/methods.md §1.4: the stolen part of each debit, then what is left. Amounts are
/// multiplied so that every published fraction is a whole number.
#[test]
fn vectors_of_every_rule() {
    struct Case {
        source: &'static str,
        times: u128,
        events: &'static [Event],
        /// By rule: outs, and what is left; both times `times`.
        expected: [(Rule, &'static [u128], u128); 6],
    }
    let cases = [
        Case {
            source: "row 1, Anderson's 3 + 7",
            times: 5,
            events: &[Stolen(0, 15), Clean(35), Out(20), Out(30)],
            expected: [
                (Rule::Poison, &[20, 30], 0),
                // 6/5 and 9/5.
                (Rule::Haircut, &[6, 9], 0),
                (Rule::Fifo, &[15, 0], 0),
                (Rule::Lifo, &[0, 15], 0),
                (Rule::DirtyFirst, &[15, 0], 0),
                (Rule::Libr, &[0, 15], 0),
            ],
        },
        Case {
            source: "row 2",
            times: 5,
            events: &[Clean(35), Stolen(0, 15), Out(20), Out(30)],
            expected: [
                (Rule::Poison, &[20, 30], 0),
                (Rule::Haircut, &[6, 9], 0),
                (Rule::Fifo, &[0, 15], 0),
                (Rule::Lifo, &[15, 0], 0),
                (Rule::DirtyFirst, &[15, 0], 0),
                (Rule::Libr, &[0, 15], 0),
            ],
        },
        Case {
            source: "row 3",
            times: 51,
            events: &[Stolen(0, 5100), Out(4590), Clean(25_500), Out(25_755)],
            expected: [
                // What is left is all that the account holds: 5.
                (Rule::Poison, &[4590, 25_755], 255),
                // 505/51 and 5/51.
                (Rule::Haircut, &[4590, 505], 5),
                (Rule::Fifo, &[4590, 510], 0),
                (Rule::Lifo, &[4590, 255], 255),
                (Rule::DirtyFirst, &[4590, 510], 0),
                (Rule::Libr, &[4590, 255], 255),
            ],
        },
        Case {
            source: "row 4, Joe's account, \
                     https://capstoneforensic.com/lowest-intermediate-balance-rule/",
            times: 6,
            events: &[Clean(600), Stolen(0, 1200), Out(450), Out(720), Out(357)],
            expected: [
                (Rule::Poison, &[450, 720, 357], 273),
                // 50, 80, 119/3 and 91/3.
                (Rule::Haircut, &[300, 480, 238], 182),
                (Rule::Fifo, &[0, 570, 357], 273),
                (Rule::Lifo, &[450, 720, 30], 0),
                (Rule::DirtyFirst, &[450, 720, 30], 0),
                (Rule::Libr, &[0, 570, 357], 273),
            ],
        },
        Case {
            source: "row 5",
            times: 1,
            events: &[Clean(5), Stolen(0, 5), Clean(5), Out(6)],
            expected: [
                (Rule::Poison, &[6], 9),
                (Rule::Haircut, &[2], 3),
                (Rule::Fifo, &[1], 4),
                (Rule::Lifo, &[1], 4),
                (Rule::DirtyFirst, &[5], 0),
                (Rule::Libr, &[0], 5),
            ],
        },
    ];
    for Case { source, times, events, expected } in cases {
        for (rule, outs, rest) in expected {
            let mut ledger = Ledger::new(rule);
            let taken = taken(&mut ledger, events);
            assert_eq!(
                (taken.as_slice(), left(&ledger)),
                (outs, rest),
                "{source} x{times}: {rule}"
            );
            if rule.conserves() {
                assert_eq!(ledger.has_stolen(), rest > 0, "{source}: {rule}");
            }
        }
    }
}

/// The claim after every step, in cents.
fn check_claims(source: &str, steps: &[(i128, bool, u128)]) -> Option<usize> {
    let (mut ledger, mut ratchet) = (Ledger::new(Rule::Libr), Ratchet::default());
    let mut exhausted = None;
    for (step, (amount, is_victims, claim)) in steps.iter().enumerate() {
        let event = match u128::try_from(*amount) {
            Ok(units) if *is_victims => Stolen(0, units),
            Ok(units) => Clean(units),
            Err(_) => Out(amount.unsigned_abs()),
        };
        let traced = sum(&apply(&mut ledger, event));
        assert_eq!(traced, ratchet.apply(event), "{source}, step {step}");
        assert_eq!((left(&ledger), *claim), (*claim, left(&ledger)), "{source}, step {step}");
        if *claim == 0 && exhausted.is_none() {
            exhausted = Some(step);
        }
    }
    exhausted
}

/// `tests/test_libr.py` and `examples/` of Vinaygond/libr-state-machine-demo at 544f14c and ab568ad (MIT).
#[test]
fn claims_of_a_published_state_machine() {
    let check = |source, steps: &[(i128, bool, u128)]| check_claims(source, steps);
    check(
        "test_libr.py:20, a clean deposit does not refill",
        &[(10_000, true, 10_000), (-9_000, false, 1_000), (50_000, false, 1_000)],
    );
    check(
        "test_libr.py:32, an overdraft ends the claim",
        &[(10_000, true, 10_000), (-15_000, false, 0), (50_000, false, 0)],
    );
    let exhausted = check(
        "test_libr.py:45, nothing left ends the claim",
        &[(10_000, true, 10_000), (-10_000, false, 0), (20_000, false, 0)],
    );
    assert_eq!(exhausted, Some(1));
    check(
        "test_libr.py:57, a new deposit of the victim adds",
        &[(10_000, true, 10_000), (-8_000, false, 2_000), (5_000, true, 7_000)],
    );
    // What the source calls best and worst case is the order inside a day; chains have one order.
    check(
        "test_libr.py:69, best case",
        &[(10_000, true, 10_000), (5_000, false, 10_000), (-8_000, false, 7_000)],
    );
    check(
        "test_libr.py:69, worst case",
        &[(10_000, true, 10_000), (-8_000, false, 2_000), (5_000, false, 2_000)],
    );
}

/// `examples/synthetic_ledger.csv` of the same, with the claims of
/// `examples/expected/synthetic_ledger.ledger.json` where that gives them.
#[test]
fn the_published_synthetic_ledger() {
    let steps = [
        (25_000_000, true, 25_000_000),
        (-10_672, false, 24_989_328),
        (-70_890, false, 24_918_438),
        (-133_588, false, 24_784_850),
        (1_250_000, false, 24_784_850),
        (-420_000, false, 24_784_850),
        (-2_500_000, false, 23_114_850),
        (-2_500_000, false, 20_614_850),
        (-7_500_000, false, 13_114_850),
        (-4_500_000, false, 8_614_850),
        (-2_500_000, false, 6_114_850),
        (1_250_000, false, 6_114_850),
        (-420_000, false, 6_114_850),
        (-31_312, false, 6_114_850),
        // 2026-02-07, the step at which it is exhausted.
        (-8_500_000, false, 0),
        (1_250_000, false, 0),
        (2_000_000, false, 0),
    ];
    assert_eq!(check_claims("synthetic_ledger.csv", &steps), Some(14));
    assert_eq!(steps.iter().map(|(amount, ..)| amount).sum::<i128>(), 1_663_538);
}
