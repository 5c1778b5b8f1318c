//! What is said of listed addresses: then and now, and whether it counts.

use fundtrail_model::{Category, FlagRule, Opinion, Oracle, Side, Standing, Window};

use super::sample::{CHAIN, COIN, Sample, token, who};
use crate::markdown;
use crate::wallet::document;

#[test]
fn dealings_with_listed_addresses_are_judged_then_and_now() {
    let check = |day: &'static str,
                 delisted: Option<&str>,
                 (side, standing): (Side, Standing),
                 (verdict, lead): (&str, &str),
                 flagged: [bool; 3]| {
        for (flag, is_flagged) in FlagRule::ALL.into_iter().zip(flagged) {
            let mut sample = Sample { flag, ..Sample::default() };
            sample.list(2, "2022-08-08", delisted);
            sample.days.insert(5, day);
            sample.add(5, (side, Some(2)), (COIN, 7), standing);
            let wallet = &sample.report().wallets[0];
            let [line] = &wallet.listed[..] else { panic!("{:?}", wallet.listed) };
            assert_eq!((line.verdict, &*line.transfers[0].lead), (verdict, lead));
            assert_eq!(line.is_flagged, is_flagged, "{day} by {flag}");
            assert_eq!(wallet.is_flagged, is_flagged, "{day} by {flag}");
            assert_eq!(line.counts, standing == Standing::Payment);
            let alerts = wallet.flags.iter().any(|flag| flag.is_alert);
            assert_eq!(alerts, is_flagged && line.is_in_force, "{day} by {flag}");
        }
    };
    let gone = Some("2025-03-21");
    let (paid, got) = ((Side::Out, Standing::Payment), (Side::In, Standing::Payment));
    let later = ("listed later; not sanctioned today", "131 days before the listing");
    check("2022-03-30", gone, paid, later, [false, false, true]);
    check("2022-03-30", gone, got, later, [false, false, true]);
    let then = ("sanctioned at the transfer; not sanctioned today", "24 days after the listing");
    check("2022-09-01", gone, paid, then, [true, false, true]);
    let both = ("sanctioned at the transfer; sanctioned today", "24 days after the listing");
    check("2022-09-01", None, paid, both, [true, true, true]);
    // What anybody can send, and what an unknown token logs, is shown and counts for nothing.
    for unasked in [Standing::Dust, Standing::Unvouched] {
        check("2022-09-01", None, (Side::In, unasked), both, [false; 3]);
        check("2022-09-01", None, (Side::Out, unasked), both, [false; 3]);
    }
}

#[test]
fn a_wallet_that_is_listed_itself_is_a_finding() {
    let check = |day: &'static str, flagged: [bool; 3]| {
        for (flag, is_flagged) in FlagRule::ALL.into_iter().zip(flagged) {
            let mut sample = Sample { flag, ..Sample::default() };
            sample.list(super::sample::ME, "2022-08-08", Some("2025-03-21"));
            sample.days.insert(5, day);
            sample.add(5, (Side::In, Some(2)), (COIN, 7), Standing::Payment);
            let wallet = &sample.report().wallets[0];
            assert_eq!(wallet.is_flagged, is_flagged, "{day} by {flag}");
            assert_eq!(wallet.flags[0].kind, "listed itself");
        }
    };
    check("2022-03-30", [false, false, true]);
    check("2022-09-01", [true, false, true]);
}

#[test]
fn who_only_sent_what_anybody_can_send_is_no_exposure() {
    let mut sample = Sample::default();
    sample.label(2, "Mixer M", Category::Mixer);
    sample.label(3, "Fraud F", Category::Scam);
    sample.add(5, (Side::In, Some(2)), (COIN, 7), Standing::Dust);
    sample.add(6, (Side::In, Some(3)), (token(0xee), 7), Standing::Unvouched);
    sample.add(7, (Side::Out, Some(3)), (token(0xee), 7), Standing::Unvouched);
    let wallet = &sample.report().wallets[0];
    assert!(wallet.flags.is_empty(), "{:?}", wallet.flags);
    assert!(wallet.counterparties.is_empty() && wallet.categories.is_empty());
    let unasked: Vec<_> = wallet.unasked.iter().map(|of| (of.why, of.transfers)).collect();
    assert_eq!(unasked, [("dust", 1), ("token nobody vouches for", 2)]);
    // As soon as the wallet pays one of them, it is.
    sample.add(8, (Side::Out, Some(2)), (COIN, 9), Standing::Payment);
    let wallet = &sample.report().wallets[0];
    let flags: Vec<_> = wallet.flags.iter().map(|of| (of.kind, of.is_alert)).collect();
    assert_eq!(flags, [("mixer", true)]);
}

#[test]
fn every_verdict_on_dealings_with_one_counterparty_is_told() {
    let mut sample = Sample::default();
    sample.list(2, "2022-08-08", Some("2025-03-21"));
    for (block, day) in [(5, "2022-08-07"), (6, "2022-08-09"), (7, "2022-08-11"), (8, "2025-03-22")]
    {
        sample.days.insert(block, day);
        sample.add(block, (Side::Out, Some(2)), (COIN, 7), Standing::Payment);
    }
    let wallet = &sample.report().wallets[0];
    let told: Vec<&str> = wallet.counterparties[0]
        .verdicts
        .iter()
        .map(|text| text.rsplit_once(": ").unwrap().1)
        .collect();
    assert_eq!(
        told,
        [
            "listed later; not sanctioned today, 1 day before the listing",
            "sanctioned at the transfer; not sanctioned today, 2 transfers, 1 day after the listing to 3 days after \
             the listing",
            "delisted before; not sanctioned today, 957 days after the listing",
        ]
    );
}

#[test]
fn whom_nobody_looked_up_is_cleared_of_nothing() {
    let mut sample = Sample::default();
    sample.days.insert(5, "2022-09-01");
    sample.add(5, (Side::Out, Some(2)), (COIN, 7), Standing::Payment);
    let no = "No: neither the address nor anybody";
    let check = |sample: &Sample, is_named: bool| {
        let report = sample.report();
        let wallet = &report.wallets[0];
        assert_eq!(wallet.is_named, is_named);
        let answer = &wallet.summary[1];
        assert_eq!(answer.lines[0].starts_with(no), is_named, "{:?}", answer.lines);
        assert_eq!(answer.lines[0].starts_with("Not known: "), !is_named, "{:?}", answer.lines);
        assert_eq!(answer.is_alert, !is_named);
        let flags: Vec<_> = wallet.flags.iter().map(|of| (of.kind, of.is_alert)).collect();
        assert_eq!(flags.contains(&("not looked up", true)), !is_named, "{flags:?}");
        let lacks = wallet.not_known[0].starts_with("Who is listed or labelled");
        assert_eq!(lacks, !is_named, "{:?}", wallet.not_known);
        let text = markdown(&document(&report));
        assert_eq!(text.contains("Nobody it dealt with"), is_named, "{text}");
        if !is_named {
            assert!(!wallet.is_complete);
            assert!(!text.contains("no list used labels it"), "{text}");
        }
    };
    check(&sample, true);
    sample.is_named = false;
    check(&sample, false);
    // What is known of others still counts.
    sample.list(3, "2022-08-08", None);
    sample.add(6, (Side::Out, Some(3)), (COIN, 7), Standing::Payment);
    check(&sample, false);
    assert!(sample.report().wallets[0].is_flagged);
}

#[test]
fn nobody_listed_was_found_is_said_of_the_blocks_that_were_looked_at() {
    let mut sample = Sample::default();
    sample.add(5, (Side::Out, Some(2)), (COIN, 7), Standing::Payment);
    let line = |sample: &Sample| sample.report().wallets[0].summary[1].lines.join(" ");
    assert!(line(&sample).starts_with("No: "), "{}", line(&sample));
    sample.gap = Window::new(50, 60);
    let said = line(&sample);
    assert!(said.starts_with("None was found: "), "{said}");
    assert!(said.contains("in the other blocks is not known"), "{said}");
}

#[test]
fn about_whom_no_contract_was_asked_is_said() {
    let mut sample = Sample::default();
    sample.add(5, (Side::Out, Some(2)), (COIN, 7), Standing::Payment);
    sample.add(6, (Side::Out, Some(3)), (COIN, 7), Standing::Payment);
    let mut check = |asked: Option<u8>, says: &str| {
        let opinion = |n| Opinion {
            chain: CHAIN,
            address: who(n),
            oracle: Oracle::Sanctions,
            contract: who(99),
            block: 100,
            is_listed: false,
        };
        sample.opinions.extend(asked.map(opinion));
        let not_known = sample.report().wallets[0].not_known.join("\n");
        assert_eq!(not_known.contains("What contracts on the chain"), !says.is_empty());
        assert!(not_known.contains(says), "{not_known}");
    };
    check(None, "say of it and of whom it dealt with: they were not asked (--second-opinions).");
    check(Some(super::sample::ME), "say of 2 of the 2 that it dealt with");
    check(Some(2), "say of 1 of the 2 that it dealt with: they were not asked about these.");
    check(Some(3), "");
}
