//! What is said of listed addresses: then and now, and whether it counts.

use fundtrail_model::{Category, FlagRule, Side, Standing};

use super::sample::{COIN, Sample, token};

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
