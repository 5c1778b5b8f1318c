//! The content says the same as the trail, to the unit.

use std::collections::BTreeMap;

use fundtrail_model::{Amount, Asset, AssetClass, EndingClass, Position, Proof, Step};
use proptest::prelude::*;

use super::sample::{POLYGON, Sample, address, demo, generated, small};
use crate::document::document;
use crate::schema::{Money, Tag};
use crate::{Addressee, Difference, letters, markdown, phrases, terminal, terminal_summary};

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
    type Sums = BTreeMap<(Tag, (u64, Option<String>), &'static str), Amount>;
    let mut by_ending = Sums::new();
    for ending in &report.endings {
        let key = (ending.seed, key(&ending.money), ending.class);
        add(by_ending.entry(key).or_default(), ending.money.amount);
    }
    let mut by_ledger = Sums::new();
    for line in &report.ledger {
        for ending in &line.endings {
            let key = (line.seed, key(&ending.money), ending.class);
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
        .map(|item| (item.ending.to_string(), item.money.base_units.to_string()))
        .collect();
    requested.sort();
    let mut expected: Vec<(String, String)> = report
        .endings
        .iter()
        .filter(|ending| {
            matches!(ending.kind, EndingClass::Held | EndingClass::Service | EndingClass::Bridge)
        })
        .map(|ending| (ending.id.to_string(), ending.money.base_units.to_string()))
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

    // What there is to ask, and what went into mixers and bridges, is what the ledger says ended there.
    type ByAsset = BTreeMap<(&'static str, (u64, Option<String>)), Amount>;
    let ledger = |classes: &[&str]| {
        let mut sums = ByAsset::new();
        for ending in report.ledger.iter().flat_map(|line| &line.endings) {
            if classes.contains(&ending.class) {
                let sum = sums.entry((ending.class, key(&ending.money))).or_default();
                add(sum, ending.money.amount);
            }
        }
        sums
    };
    let summed = |totals: Vec<(&'static str, &Money)>| {
        let mut sums = ByAsset::new();
        for (kind, total) in totals {
            add(sums.entry((kind, key(total))).or_default(), total.amount);
        }
        sums
    };
    let asked = report.actions.iter().filter(|action| action.kind != "issuer");
    let asked = asked.flat_map(|action| action.totals.iter().map(|total| (action.kind, total)));
    assert_eq!(summed(asked.collect()), ledger(&["held", "service", "bridge"]));
    let leads = report.leads.iter();
    let leads = leads.flat_map(|lead| lead.totals.iter().map(|total| (lead.kind, total)));
    assert_eq!(summed(leads.collect()), ledger(&["mixer", "bridge"]));
    for lead in &report.leads {
        assert!(!lead.next.is_empty() && !lead.unknown.is_empty() && !lead.items.is_empty());
    }
    // What an issuer is asked about is a part of what is held.
    for item in report.actions.iter().filter(|of| of.kind == "issuer").flat_map(|of| &of.items) {
        let held = report.actions.iter().filter(|of| of.kind == "held").flat_map(|of| &of.items);
        assert_eq!(held.filter(|of| of.ending == item.ending && of.money == item.money).count(), 1);
    }
    let ids = report.actions.iter().enumerate().all(|(idx, of)| *of.id == *format!("A{}", idx + 1));
    assert!(ids);
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
    assert_eq!(hop.place.link(), None);
    assert_eq!(hop.place.chain_name, "chain 137");
    assert_eq!(hop.paid[0].decimal, None);
    let text = "600,000,000,000,000,000,000 base units of native coin of chain 137";
    assert_eq!(hop.paid[0].text(), text);
    assert_eq!(hop.from.name, "address 3");
    let token = &hop.received[0].asset;
    assert!(token.ends_with("(no name claimed)"), "{token}");
    crate::html(&report).unwrap();
}

#[test]
fn dollars_are_shown_only_where_every_part_has_a_price() {
    let report = small().report();
    assert_eq!(report.seeds[0].money.usd(), Some("$1,600.00"));
    let service = report.actions.iter().find(|action| action.kind == "service").unwrap();
    assert_eq!(service.totals[0].worth(), Some("no price"));
}

#[test]
fn that_nobody_was_asked_for_prices_is_said_once() {
    let forms = |sample: &Sample| -> Vec<String> {
        let report = sample.report();
        let letters = [Addressee::Exchange, Addressee::Issuer]
            .map(|addressee| letters(&report, addressee))
            .concat();
        let texts = letters.iter().map(|letter| markdown(&letter.document));
        let mut forms = vec![
            terminal(&report, 200, false),
            terminal_summary(&report, 200, false),
            crate::html(&report).unwrap(),
            markdown(&document(&report)),
        ];
        forms.push(texts.collect());
        forms
    };
    let mut sample = small();
    let count = |sample: &Sample, words: &str| -> Vec<usize> {
        forms(sample).iter().map(|form| form.matches(words).count()).collect()
    };
    assert_eq!(count(&sample, phrases::NO_PRICES), [0; 5]);
    // Here some have a price, and what has none says so.
    let whole = count(&sample, "(no price)");
    assert!([0, 2, 3].iter().all(|idx| 0 < whole[*idx]), "{whole:?}");
    sample.price_sources.clear();
    assert_eq!(count(&sample, phrases::NO_PRICES), [1, 1, 1, 1, 0]);
    assert_eq!(count(&sample, "no price"), [0; 5]);
}

#[test]
fn every_price_names_its_source_and_what_has_none_is_said() {
    let mut sample = small();
    let dollars = |sample: &Sample| -> Vec<String> {
        let statements = sample.report().method.statements;
        let is_told = |text: &&String| text.starts_with("Price") || text.starts_with("No price");
        statements.iter().filter(is_told).cloned().collect()
    };
    sample.price_sources.clear();
    assert_eq!(dollars(&sample), Vec::<String>::new(), "nobody asked for prices");
    sample.price_sources = vec!["a file", "the chain"];
    let told = dollars(&sample);
    let feed = "Chainlink feed MATIC / USD 0xAB594600376Ec9fD91F8e885dADF0CE036862dE0";
    assert_eq!(
        told[0],
        "Prices come from, the first that has one counting: a file; then the chain."
    );
    assert!(told[1].starts_with(&format!("Prices used: {feed}: ")), "{}", told[1]);
    assert!(told[1].ends_with(" times, the oldest 1,247 seconds before its block."), "{}", told[1]);
    assert!(told[2].starts_with("No price, which is not a price of nothing: USDC on Polygon at "));
    assert_eq!(told.len(), 3);
    let report = sample.report();
    let seed = serde_json::to_value(&report.seeds[0].money).unwrap();
    assert_eq!(seed["usd"], "$1,600.00");
    assert_eq!(seed["price"]["usd_per_unit"], "1.6");
    assert_eq!(seed["price"]["source"], feed);
    assert_eq!(seed["price"]["time"], "2022-03-29 11:19:03 UTC");
    // Hostile text is shown as the text that it is.
    sample.price.source = "x<script>\u{202e}".to_owned();
    let page = crate::html(&sample.report()).unwrap();
    assert!(!page.contains("x<script>") && !page.contains('\u{202e}'));
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
fn what_code_may_hide_is_said() {
    let mut sample = demo();
    let says = |sample: &Sample| {
        let statements = sample.report().certainty.statements;
        statements.into_iter().find(|statement| statement.starts_with("Accounts that have"))
    };
    for coverage in &mut sample.coverage {
        if coverage.class == AssetClass::Native {
            coverage.how = fundtrail_model::How::StateAndBlocks;
        }
    }
    assert_eq!(
        says(&sample).as_deref(),
        Some(
            "Accounts that have, or may have had, code: 1. What came in there and went out again by \
             the same amount of the native coin, between two looks at the balance, is not seen."
        )
    );
    sample.coverage.retain(|coverage| coverage.proof == Proof::Reconciled);
    assert_eq!(says(&sample), None);
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

#[test]
fn only_differences_where_stolen_value_was_followed_put_it_in_doubt() {
    let check =
        |number: u64, asset: Asset, (block, is_outgoing): (u64, bool), doubt: bool, says: &str| {
            let mut sample = demo();
            sample.trail.rule = fundtrail_model::Rule::Fifo;
            sample.trail.reservations.clear();
            sample.coverage.retain(|coverage| coverage.proof != Proof::Indicative);
            assert!(!sample.report().certainty.is_indicative);
            let tokens = sample.coverage.iter_mut().find(|coverage| {
                coverage.class == AssetClass::Tokens && coverage.address == address(12)
            });
            tokens.unwrap().proof = Proof::Unreconciled;
            assert!(sample.report().certainty.is_indicative, "nobody says of what");
            sample.differences.push(Difference {
                address: address(number),
                asset,
                position: Position { block, transaction: u32::MAX, step: Step::Unexplained },
                is_outgoing,
                amount: Amount::from(7),
            });
            let report = sample.report();
            assert_eq!(report.certainty.is_indicative, doubt, "{says}");
            assert_eq!(report.certainty.differences.len(), 1);
            let said = report.certainty.statements.join("\n");
            assert!(said.contains(says), "{said}");
            for text in [crate::terminal(&report, 100, false), crate::html(&report).unwrap()] {
                assert!(text.contains(&fundtrail_model::checksum(asset.contract().unwrap())));
            }
        };
    let (lying, start) = (Asset::Token(POLYGON, address(990)), Asset::Token(POLYGON, address(903)));
    let end = 27_000_000;
    let (came, went) = ((end, false), (end, true));
    check(12, lying, came, false, "in which no stolen value was followed, so no amount here");
    check(12, start, went, false, "but at other addresses");
    // Something of known worth came to a holder of stolen value: it may be what was got for it.
    check(12, start, came, true, "BALANCES DISAGREE WHERE STOLEN VALUE WAS FOLLOWED");
    check(10, start, went, true, "BALANCES DISAGREE WHERE STOLEN VALUE WAS FOLLOWED");
    // It does not explain a window that it is not in.
    check(12, lying, (end + 1, false), true, "1 do not say what disagrees");
}

#[test]
fn what_a_seed_became_is_the_first_step_and_exact() {
    let report = demo().report();
    let became = |seed: usize| {
        let seed = &report.seeds[seed];
        let texts = seed.became.iter().map(|money| money.text()).collect::<Vec<_>>();
        (seed.converted.as_ref().map(|money| money.amount), texts.join("; "))
    };
    assert_eq!(became(0), (None, String::new()));
    let elixir = &report.hops[7].received[1].asset;
    let whole = report.seeds[1].money.amount;
    assert_eq!(became(1), (Some(whole), format!("43,089 MATIC; 4,074,960 {elixir}")));
    let line = &report.summary[0].lines[1];
    assert!(
        line.contains(&format!(", which became 43,089 MATIC and 4,074,960 {elixir}; ")),
        "{line}"
    );
    // Of that, something became something else again.
    let again = format!(
        "; some or all of the {elixir} was converted again: the closing ledger follows it on"
    );
    assert!(line.ends_with(&again), "{line}");
    // Through a payment, and only in part.
    let line = &small().report().summary[0].lines[0];
    assert!(line.ends_with(", of which 600 MATIC became 960.123456 USDC"), "{line}");
}

#[test]
fn a_ticker_of_several_chains_is_shown_with_the_chain() {
    let mut sample = demo();
    sample.chains[0].native.symbol = "MATIC".to_owned();
    let report = sample.report();
    let now = report.summary[1].lines.join("\n");
    assert!(now.contains("0.479 MATIC on Ethereum; ≈ 345.6789 MATIC on Polygon"), "{now}");
    assert!(!demo().report().summary[1].lines.join("").contains("MATIC on Polygon"));
    // Every asset is named, however many there are.
    assert!(!now.contains("more assets"));
}

/// By poison every seed has all of what it reached: a second seed that reached the same adds nothing to any
/// sum, and nothing is said to close.
#[test]
fn what_two_seeds_reached_is_added_up_once() {
    let mut sample = demo();
    sample.trail.rule = fundtrail_model::Rule::Poison;
    let sums = |sample: &Sample| {
        let report = sample.report();
        let actions: Vec<Vec<String>> = report
            .actions
            .iter()
            .map(|action| action.totals.iter().map(|money| money.text()).collect())
            .collect();
        let findings: Vec<String> = report
            .findings
            .iter()
            .flat_map(|finding| finding.totals.iter().map(|money| money.text()))
            .collect();
        assert!(!actions.is_empty() && !findings.is_empty());
        let now = report.summary.iter().find(|answer| answer.question == "Where is it now?");
        (actions, findings, now.unwrap().lines.clone())
    };
    let alone = sums(&sample);
    assert!(alone.2.iter().all(|line| !line.contains("accounted for")), "{:?}", alone.2);
    let second = fundtrail_model::SeedId(77);
    let endings = sample.trail.endings.clone();
    sample.paths.extend(sample.paths.clone());
    sample.trail.endings.extend(
        endings.into_iter().map(|ending| fundtrail_model::Ending { seed: second, ..ending }),
    );
    for hop in &mut sample.trail.hops {
        let lots = hop.taken.clone();
        hop.taken
            .extend(lots.into_iter().map(|lot| fundtrail_model::LotTaken { seed: second, ..lot }));
    }
    assert_eq!(sums(&sample), alone);
}
