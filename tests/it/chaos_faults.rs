//! The demo's case through endpoints that fail: bad moments are waited out, bad answers are not believed.

use std::time::Duration;

use fundtrail_testkit::chaos::{Fault, Faults, Profile};

use crate::chaos::{Content, Through};

/// What the dice start from.
const SEED: u64 = 20_250_630;

fn thrown(fault: Fault, per_mille: u32) -> Faults {
    Faults::seeded(SEED).with(fault, per_mille)
}

fn through(faults: &Faults) -> Through {
    Through::start(&Profile::bare("bare"), faults)
}

#[track_caller]
fn assert_met(through: &Through, fault: Fault) {
    assert!(through.mischief().contains(fault.name()), "{} never happened", fault.name());
}

#[test]
fn bad_moments_are_waited_out() {
    let check = |faults: Faults, met: &[Fault], more: &[&str]| {
        let through = through(&faults);
        let outcome = through.trace("case.ftcase", more);
        for fault in met {
            assert_met(&through, *fault);
        }
        through.assert_same(outcome);
    };
    // A client that is told to slow down does so for long, so this is said near the end.
    let hints = [None, Some(1)].map(|retry_after| Fault::TooManyRequests { retry_after });
    check(Faults::none().at(hints[0], &[140]).at(hints[1], &[165]), &hints[..1], &[]);
    let errors = [502, 503, 504].map(|status| Fault::ServerError { status });
    let faults = errors.iter().fold(Faults::seeded(SEED), |faults, fault| faults.with(*fault, 5));
    check(faults, &errors[..1], &[]);
    let breaks = [Fault::Reset, Fault::CutConnection, Fault::CutBody];
    let faults = breaks.iter().fold(Faults::seeded(SEED), |faults, fault| faults.with(*fault, 7));
    check(faults, &breaks[..1], &[]);
    check(thrown(Fault::Shuffled, 1000), &[Fault::Shuffled], &[]);
    let slow = Fault::SlowDrip { pieces: 3, pause: Duration::from_millis(1) };
    check(thrown(slow, 1000), &[slow], &[]);
    let slower = Fault::SlowDrip { pieces: 2, pause: Duration::from_millis(700) };
    check(Faults::none().at(slower, &[3]), &[slower], &["--timeout", "1"]);
}

#[test]
fn answers_that_cannot_be_right_are_not_stored() {
    // Whether such an answer stops the run or is asked for again is up to the client; that it leaves no trace
    // in the case is not.
    let check_by = |fault: Fault, faults: &Faults| {
        let through = through(faults);
        let outcome = through.trace("case.ftcase", &[]);
        assert_met(&through, fault);
        if outcome.code == Some(0) {
            through.assert_same(outcome);
        } else {
            through.assert_stopped_well(&outcome);
        }
    };
    let check = |fault: Fault, per_mille: u32| check_by(fault, &thrown(fault, per_mille));
    check(Fault::WrongIds, 20);
    check(Fault::NullBlocks, 100);
    check(Fault::ErrorInTraces, 300);
    check(Fault::ServerError { status: 500 }, 30);
    check(Fault::EndlessBody, 10);
    // Not from the start: a case says that it looked as far as the node was then.
    let lagging = Fault::LaggingHead { blocks: 150 };
    let later: Vec<usize> = (20..400).step_by(9).collect();
    check_by(lagging, &Faults::none().at(lagging, &later));
}

#[test]
fn logs_that_are_dropped_are_missed() {
    for per_mille in [50, 300] {
        let through = through(&thrown(Fault::DroppedLogs, per_mille));
        let outcome = through.trace("case.ftcase", &["--out", "report.json"]);
        assert_met(&through, Fault::DroppedLogs);
        // A transfer that is known from elsewhere and missing stops the run; others are missed by balances.
        if outcome.code == Some(0) {
            through.assert_less(outcome, &through.sandbox.path("report.json"));
        } else {
            Through::assert_stopped(&outcome);
        }
    }
}

#[test]
fn amounts_that_are_altered_do_not_add_up() {
    let through = through(&thrown(Fault::AlteredAmounts, 100));
    let outcome = through.trace("case.ftcase", &["--out", "report.json"]);
    assert_met(&through, Fault::AlteredAmounts);
    outcome.success();
    let (content, bare) = (through.content("case.ftcase"), Content::through_bare_nodes());
    let altered: Vec<_> = content.seen.difference(&bare.seen).collect();
    assert!(!altered.is_empty(), "no amount was altered");
    // Balances are asked for by other questions: for each wrong amount somebody's do not agree.
    let doubted: Vec<_> = content.unexplained.difference(&bare.unexplained).collect();
    for (chain, transfer) in altered {
        let is_doubted = doubted.iter().any(|(other, unexplained)| {
            let parties = [transfer.from, transfer.to];
            other == chain
                && unexplained.asset == transfer.asset
                && [unexplained.from, unexplained.to]
                    .into_iter()
                    .flatten()
                    .any(|party| parties.contains(&Some(party)))
        });
        assert!(is_doubted, "{transfer:?} is believed");
    }
}
