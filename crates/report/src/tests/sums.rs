//! The content says the same as the trail, to the unit.

use std::collections::BTreeMap;

use fundtrail_model::{Amount, EndingClass};
use proptest::prelude::*;

use super::sample::{Sample, demo, generated, small};
use crate::schema::Money;

fn key(money: &Money) -> (u64, Option<String>) {
    (money.chain, money.contract.clone())
}

fn check(sample: &Sample) {
    sample.trail.check().unwrap();
    let report = sample.report();
    assert!(report.certainty.closes);
    assert!(report.ledger.iter().all(|line| line.closes && line.came.amount == line.went.amount));
    assert_eq!(report.endings.len(), sample.trail.endings.len());
    assert_eq!(report.hops.len(), sample.trail.hops.len());

    let add = |sum: &mut Amount, amount: Amount| *sum = sum.checked_add(amount).unwrap();
    type Sums = BTreeMap<(String, (u64, Option<String>), &'static str), Amount>;
    let mut by_ending = Sums::new();
    for ending in &report.endings {
        let key = (ending.seed.clone(), key(&ending.money), ending.class);
        add(by_ending.entry(key).or_default(), ending.money.amount);
    }
    let mut by_ledger = Sums::new();
    for line in &report.ledger {
        for ending in &line.endings {
            let key = (line.seed.clone(), key(&ending.money), ending.class);
            add(by_ledger.entry(key).or_default(), ending.money.amount);
        }
    }
    assert_eq!(by_ending, by_ledger);

    // Every held, service and bridge ending is in exactly one request, with the amount it has.
    let mut requested: Vec<(String, String)> = report
        .actions
        .iter()
        .filter(|action| action.kind != "issuer")
        .flat_map(|action| &action.items)
        .map(|item| (item.ending.clone(), item.money.base_units.clone()))
        .collect();
    requested.sort();
    let mut expected: Vec<(String, String)> = report
        .endings
        .iter()
        .filter(|ending| {
            matches!(ending.kind, EndingClass::Held | EndingClass::Service | EndingClass::Bridge)
        })
        .map(|ending| (ending.id.clone(), ending.money.base_units.clone()))
        .collect();
    expected.sort();
    assert_eq!(requested, expected);
    for action in &report.actions {
        for total in &action.totals {
            let items = action.items.iter().filter(|item| key(&item.money) == key(total));
            let sum =
                items.fold(Amount::ZERO, |sum, item| sum.checked_add(item.money.amount).unwrap());
            assert_eq!(sum, total.amount);
        }
    }
}

#[test]
fn content_agrees_with_the_trail() {
    check(&small());
    check(&demo());
    check(&generated(200, 3));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn generated_content_agrees_with_the_trail(count in 1_usize..120, fan in 1_u128..9) {
        check(&generated(count, fan));
    }
}

#[test]
fn a_ledger_that_does_not_close_is_said_first() {
    let mut sample = small();
    sample.trail.ledger[0].seeded = Amount::from(1);
    let report = sample.report();
    assert!(!report.certainty.closes);
    assert!(!report.ledger[0].closes);
    assert!(report.certainty.statements[0].starts_with("THE LEDGER DOES NOT CLOSE"));
    assert!(report.summary[1].is_alert);
    let text = crate::terminal(&report, 100, false);
    assert!(text.contains("closes: NO"));
}

#[test]
fn what_is_missing_is_said_to_be_missing() {
    let mut sample = small();
    sample.blocks.clear();
    sample.chains.clear();
    sample.tokens.clear();
    sample.paths.clear();
    sample.accounts.clear();
    let report = sample.report();
    let hop = &report.hops[1];
    assert_eq!(hop.place.time, None);
    assert_eq!(hop.place.link, None);
    assert_eq!(hop.place.chain_name, "chain 137");
    assert_eq!(hop.paid[0].decimal, None);
    let text = "600,000,000,000,000,000,000 base units of native coin of chain 137";
    assert_eq!(hop.paid[0].text, text);
    assert_eq!(hop.from.name, "address 3");
    let token = &hop.received[0].asset;
    assert!(token.ends_with("(no name claimed)"), "{token}");
    crate::html(&report).unwrap();
}

#[test]
fn dollars_are_shown_only_where_every_part_has_a_price() {
    let report = small().report();
    assert_eq!(report.seeds[0].money.usd.as_deref(), Some("$1,600.00"));
    let service = report.actions.iter().find(|action| action.kind == "service").unwrap();
    assert_eq!(service.totals[0].usd_text(), "no price");
}

#[test]
fn what_waits_unlooked_is_said_with_its_amount() {
    let check = |sample: &Sample, says: &str| {
        let statements = sample.report().certainty.statements;
        assert!(statements.iter().any(|statement| statement == says), "{statements:?}");
    };
    check(&demo(), "Not looked at, or not all of it: 1 address, where 29,372.5 MATIC wait.");
    check(&small(), "No ending waits for more looking.");
}

#[test]
fn a_rule_that_needs_the_whole_ledger_is_indicative_without_it() {
    let check = |sample: &Sample, is_indicative: bool| {
        let report = sample.report();
        assert_eq!(report.certainty.is_indicative, is_indicative);
        assert_eq!(report.summary[4].is_alert, is_indicative);
    };
    let mut sample = demo();
    check(&sample, false);
    sample.trail.rule = fundtrail_model::Rule::Fifo;
    check(&sample, true);
    sample.trail.reservations.clear();
    check(&sample, true);
    sample.coverage.retain(|coverage| coverage.proof == fundtrail_model::Proof::Reconciled);
    check(&sample, false);
    sample.coverage.clear();
    check(&sample, true);
}
