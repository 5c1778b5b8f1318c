//! Every unit counts once, under what its counterparty was on the day.

use std::collections::BTreeMap;

use fundtrail_model::{Category, Side, Standing, parse_date};
use proptest::prelude::*;

use super::super::{Quantity, Report};
use super::sample::{COIN, Sample, token};

#[test]
fn a_dealing_counts_under_what_its_counterparty_was_on_the_day() {
    let check = |day: Option<&'static str>, expected: &str| {
        let mut sample = Sample::default();
        let label = sample.label(2, "Exchange E", Category::Exchange);
        label.valid_until = parse_date("2021-12-31");
        let label = sample.label(2, "Fraud F", Category::Scam);
        label.valid_from = parse_date("2022-01-01");
        sample.list(2, "2024-05-01", Some("2025-01-01"));
        sample.add(5, (Side::Out, Some(2)), (COIN, 7), Standing::Payment);
        sample.days.extend(day.map(|day| (5, day)));
        let wallet = &sample.report().wallets[0];
        let names: Vec<_> = wallet.categories.iter().map(|of| of.name).collect();
        assert_eq!(names, [expected], "{day:?}");
        assert_eq!(wallet.counterparties[0].categories, [expected], "{day:?}");
        assert_eq!(wallet.transfers[0].category, Some(expected), "{day:?}");
    };
    check(Some("2021-06-01"), "exchange");
    check(Some("2022-06-01"), "scam");
    check(Some("2024-05-01"), "sanctions listing in force at the time");
    check(Some("2025-06-01"), "scam");
    // A day that is not known clears nobody.
    check(None, "sanctions listing perhaps in force at the time");
}

#[test]
fn those_without_a_label_are_told_apart_by_what_they_are() {
    let check = |other: Option<u8>, standing, expected: Option<&str>| {
        let mut sample = Sample::default();
        sample.add(5, (Side::In, other), (COIN, 7), standing);
        let wallet = &sample.report().wallets[0];
        let names: Vec<_> = wallet.categories.iter().map(|of| of.name).collect();
        assert_eq!(names, expected.into_iter().collect::<Vec<_>>(), "{other:?} {standing:?}");
    };
    check(Some(9), Standing::Payment, Some("unlabelled wallet"));
    check(Some(0x33), Standing::Payment, Some("unlabelled contract"));
    let converted = Some("conversions with unlabelled contracts");
    check(Some(0x33), Standing::Conversion(0), converted);
    check(None, Standing::Conversion(0), converted);
    for standing in [
        Standing::Fee,
        Standing::Supply,
        Standing::Unexplained,
        Standing::Nothing,
        Standing::Dust,
        Standing::Unvouched,
    ] {
        check(Some(9), standing, None);
    }
}

#[test]
fn dollars_are_summed_only_where_every_movement_has_a_price() {
    let mut sample = Sample { cents: Some(150), ..Sample::default() };
    sample.add(5, (Side::In, Some(2)), (COIN, 7), Standing::Payment);
    sample.add(6, (Side::In, Some(2)), (COIN, 7), Standing::Payment);
    sample.add(7, (Side::In, Some(2)), (token(0xdd), 1_500_000), Standing::Payment);
    let report = sample.report();
    let sums = &report.wallets[0].counterparties[0].received;
    assert_eq!(sums[0].usd.as_deref(), Some("$3.00"));
    assert_eq!((sums[1].usd.as_deref(), &*sums[1].text()), (None, "1.5 DUSD"));
}

type Sums = BTreeMap<(String, &'static str), u128>;

fn add(sums: &mut Sums, side: &'static str, of: &Quantity) {
    *sums.entry((of.asset.clone(), side)).or_default() += of.base_units.parse::<u128>().unwrap();
}

fn nonzero(sums: Sums) -> Sums {
    sums.into_iter().filter(|(_, sum)| *sum != 0).collect()
}

/// What came in and went out by the balances, by the transfers, and by the counterparties with all that has none.
fn by_balances_transfers_and_counterparties(report: &Report) -> [Sums; 3] {
    let wallet = &report.wallets[0];
    let mut sums = [Sums::new(), Sums::new(), Sums::new()];
    let [balances, transfers, counterparties] = &mut sums;
    for of in &wallet.balances {
        add(balances, "in", &of.received);
        add(balances, "in", &of.unexplained_in);
        for out in [&of.sent, &of.fees, &of.unexplained_out] {
            add(balances, "out", out);
        }
    }
    for of in &wallet.transfers {
        add(transfers, of.side, &of.amount);
        if of.category.is_none() {
            add(counterparties, of.side, &of.amount);
        }
    }
    for of in &wallet.counterparties {
        of.received.iter().for_each(|sum| add(counterparties, "in", sum));
        of.sent.iter().for_each(|sum| add(counterparties, "out", sum));
    }
    sums.map(nonzero)
}

proptest! {
    #[test]
    fn sums_over_counterparties_and_all_that_has_none_are_the_totals(
        movements in prop::collection::vec(
            (1..30_u64, any::<bool>(), 2..8_u8, 0..3_u8, 0..1_000_u128, 0..9_u8),
            0..40,
        ),
        labels in prop::collection::vec((2..8_u8, 0..15_usize), 0..6),
        listings in prop::collection::vec(2..8_u8, 0..3),
    ) {
        let mut sample = Sample::default();
        for (n, category) in labels {
            sample.label(n, "somebody", Category::ALL[category]);
        }
        listings.into_iter().for_each(|n| sample.list(n, "2022-08-08", None));
        sample.days.extend((0..30).step_by(2).map(|block| (block, "2022-08-07")));
        let mut movements = movements;
        movements.sort();
        for (block, is_in, other, asset, units, standing) in movements {
            let asset = [COIN, token(0xdd), token(0xee)][usize::from(asset)];
            let standing = match standing {
                0 if !is_in => Standing::Fee,
                1 if is_in => Standing::Unexplained,
                2 => Standing::Dust,
                3 => Standing::Unvouched,
                4 => Standing::Supply,
                5 => Standing::Conversion(0),
                _ => Standing::Payment,
            };
            let side = if is_in { Side::In } else { Side::Out };
            let other = (standing != Standing::Supply).then_some(other);
            sample.add(block, (side, other), (asset, units), standing);
        }
        let report = sample.report();
        let [balances, transfers, counterparties] =
            by_balances_transfers_and_counterparties(&report);
        prop_assert_eq!(&transfers, &balances);
        prop_assert_eq!(&counterparties, &balances);
        let wallet = &report.wallets[0];
        let mut by_category = Sums::new();
        for of in &wallet.categories {
            of.received.iter().for_each(|sum| add(&mut by_category, "in", sum));
            of.sent.iter().for_each(|sum| add(&mut by_category, "out", sum));
        }
        let mut by_party = Sums::new();
        for of in &wallet.counterparties {
            of.received.iter().for_each(|sum| add(&mut by_party, "in", sum));
            of.sent.iter().for_each(|sum| add(&mut by_party, "out", sum));
        }
        prop_assert_eq!(nonzero(by_category), nonzero(by_party));
        // Twice the same bytes.
        prop_assert_eq!(super::super::json(&sample.report()).unwrap(), super::super::json(&report).unwrap());
    }
}

#[test]
fn dollars_name_their_price() {
    let mut sample = Sample { cents: Some(123), ..Sample::default() };
    sample.add(5, (Side::Out, Some(2)), (COIN, 7), Standing::Payment);
    sample.add(6, (Side::Out, Some(2)), (token(0xdd), 7), Standing::Payment);
    let report = sample.report();
    let [priced, other] = &report.wallets[0].transfers[..] else { panic!("two transfers") };
    let price = priced.amount.price.as_deref().unwrap();
    let told = (&*price.usd_per_unit, &*price.source, &*price.time);
    // The text of a user's file is made harmless.
    assert_eq!(told, ("1", "the test's file\\u{202e}", "2022-09-01"));
    assert_eq!((&other.amount.usd, &other.amount.price), (&None, &None));
    // Sums have several prices, and name none.
    assert!(report.wallets[0].counterparties[0].sent.iter().all(|sum| sum.price.is_none()));
    let method = report.method.join("\n");
    for words in [
        "Prices come from, the first that has one counting: a file of the test.",
        "Prices used: the test's file\\u{202e}: once.",
        "No price, which is not a price of nothing: DUSD on Ethereum at 1 block: there is no price.",
    ] {
        assert!(method.contains(words), "{words}: {method}");
    }
    let mut csv = Vec::new();
    crate::wallet::csv(&report, crate::wallet::TableName::Transfers, &mut csv).unwrap();
    let csv = String::from_utf8(csv).unwrap();
    assert!(csv.contains("\"$1.23\",\"1\",\"the test's file\\u{202e}\",\"2022-09-01\""), "{csv}");
}
