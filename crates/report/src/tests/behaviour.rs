//! Patterns and links in every format.

use fundtrail_model::{
    Address, Amount, Asset, Cluster, Confidence, Heuristic, HopKind, Link, Measure, Pattern,
    PatternKind, PatternReservation, PatternRole, Unit, Window, Witness, checksum,
};

use super::sample::{POLYGON, Sample, address, small};
use super::tables::csv;
use crate::{TableName, html, terminal, terminal_summary};

/// Somebody made an address whose ends differ from another's in nothing but the case of letters.
#[test]
fn a_look_alike_is_shortened_less_and_pointed_out() {
    let mut sample = behaving(small());
    let real = address(3);
    let mut bytes = real.0;
    bytes[3] ^= 0xff;
    let bait = Address::from(bytes);
    for (role, who) in &mut sample.patterns.found[0].parties {
        if *role == PatternRole::Actor {
            *who = bait;
        }
    }
    let report = sample.report();
    let whole = checksum(real).to_lowercase();
    let (alike, apart) = (
        format!("{}…{}", &whole[..6], &whole[38..]),
        [real, bait].map(|who| {
            let whole = checksum(who);
            format!("{}…{}", &whole[..9], &whole[35..])
        }),
    );
    let mut graph = Vec::new();
    crate::dot(&report, &mut graph).unwrap();
    let forms = [
        terminal(&report, 400, false),
        html(&report).unwrap(),
        crate::markdown(&crate::document::document(&report)),
        String::from_utf8(graph).unwrap(),
    ];
    for form in &forms {
        assert!(!form.to_lowercase().contains(&alike), "{alike} in {form}");
    }
    assert!(forms[0].contains(&apart[0]) && forms[3].contains(&apart[0]), "{}", forms[0]);
    let pointed_out =
        format!("LOOK-ALIKES: {} and {}", checksum(bait.min(real)), checksum(bait.max(real)));
    for form in &forms[..3] {
        assert!(form.contains(&pointed_out), "{pointed_out} not in {form}");
    }
    let shorts: Vec<String> = report.parties.iter().map(|party| party.short()).collect();
    assert!(apart.iter().all(|short| shorts.contains(short)), "{apart:?}, {shorts:?}");
}

#[test]
fn a_summary_says_how_many_patterns_and_links_it_has_no_line_for() {
    let check = |patterns: usize, links: usize, says: &[&str]| {
        let mut sample = behaving(small());
        let pattern = sample.patterns.found.first().unwrap().clone();
        let link = sample.links.found.iter().find(|link| link.heuristic.is_strong()).unwrap();
        sample.links.found = vec![link.clone(); links];
        sample.patterns.found = vec![pattern; patterns];
        let text = terminal_summary(&sample.report(), 100, false);
        let said: Vec<&str> =
            text.lines().map(str::trim).filter(|line| line.starts_with("and ")).collect();
        assert_eq!(said, says, "{text}");
    };
    let more = |what: &str| format!("and {what}, in the HTML report and every other --format");
    check(5, 5, &[]);
    check(6, 1, &[&more("1 more pattern")]);
    check(18, 7, &[&more("13 more patterns"), &more("2 more strong links")]);
}

/// A sample with a pattern of its own trail and one beside it, a strong link and a weak one.
pub(crate) fn behaving(mut sample: Sample) -> Sample {
    let matic = Asset::Native(POLYGON);
    let hop = sample.trail.hops.first().unwrap();
    let HopKind::Payment { evidence, .. } = &hop.kind else { panic!("the first hop pays") };
    let witness = Witness { position: *evidence.first().unwrap(), transaction: hop.transaction };
    let block = witness.position.block;
    let pattern = |kind, parties: &[(PatternRole, Address)], measures: Vec<Measure>| Pattern {
        kind,
        chain: POLYGON,
        parties: parties.to_vec(),
        parties_left_out: 0,
        asset: matic,
        amount: Amount::ZERO,
        window: Window::block(block),
        witnesses: vec![witness],
        witnesses_left_out: 0,
        measures,
        reservations: Vec::new(),
    };
    let elsewhere = Witness {
        position: fundtrail_model::Position { block: block + 9, ..witness.position },
        transaction: None,
    };
    let token = Asset::Token(POLYGON, address(900));
    sample.patterns.found = vec![
        Pattern {
            asset: token,
            amount: Amount::from(7),
            witnesses: vec![elsewhere],
            window: Window::block(block + 9),
            ..pattern(
                PatternKind::AddressPoisoning,
                &[
                    (PatternRole::Actor, address(70)),
                    (PatternRole::Target, address(2)),
                    (PatternRole::Imitated, address(3)),
                ],
                vec![Measure {
                    what: "same digits at both ends",
                    found: 5,
                    threshold: Some(("lookalike_digits", 4)),
                    unit: Unit::Count,
                }],
            )
        },
        Pattern {
            amount: Amount::from(700_000_000_000_000_000_000),
            parties_left_out: 3,
            witnesses_left_out: 12,
            window: Window::new(block, block + 30).unwrap(),
            reservations: vec![
                PatternReservation::PartlyLookedAt(address(2)),
                PatternReservation::PastUnknown(address(71)),
            ],
            ..pattern(
                PatternKind::FanOut,
                &[
                    (PatternRole::Actor, address(2)),
                    (PatternRole::Receiver, address(3)),
                    (PatternRole::Receiver, address(4)),
                ],
                vec![
                    Measure {
                        what: "within",
                        found: 3_725,
                        threshold: Some(("fan_seconds", 86_400)),
                        unit: Unit::Seconds,
                    },
                    Measure { what: "of all", found: 932_199, threshold: None, unit: Unit::Ppm },
                ],
            )
        },
    ];
    sample.patterns.left_out = vec![(PatternKind::AddressPoisoning, 1_234)];
    sample.patterns.is_cut_short = true;
    let link = |heuristic, from, to, through: Option<u64>| Link {
        heuristic,
        chain: POLYGON,
        from: address(from),
        to: address(to),
        through: through.map(address),
        confidence: Confidence::Probable,
        score_ppm: through.map(|_| 984_375),
        witnesses: vec![witness],
        is_partly_looked_at: through.is_some(),
    };
    sample.links.found = vec![
        link(Heuristic::DepositAddress, 2, 3, Some(4)),
        link(Heuristic::GasFunding, 72, 3, None),
    ];
    sample.links.left_out = vec![(Heuristic::GasFunding, 8)];
    sample.links.clusters = vec![
        Cluster { chain: POLYGON, addresses: vec![address(2), address(3)], is_too_large: false },
        Cluster {
            chain: POLYGON,
            addresses: (100..170).map(address).collect(),
            is_too_large: true,
        },
    ];
    assert!(sample.thresholds.set("peel_hops", 4));
    sample
}

/// The lines from one heading to the next.
fn part(text: &str, from: &str, to: &str) -> String {
    let start = text.find(from).unwrap_or_else(|| panic!("no {from:?} in {text}"));
    let rest = &text[start..];
    rest[..rest.find(to).unwrap_or(rest.len())].to_owned()
}

#[test]
fn patterns_and_links_in_every_format() {
    let report = behaving(small()).report();
    let text = terminal(&report, 100, false);
    insta::assert_snapshot!("behaviour_terminal", part(&text, "Behaviour that has", "Addresses"));
    let text = terminal_summary(&report, 100, false);
    insta::assert_snapshot!("behaviour_summary", part(&text, "Behaviour that has", "This is a"));
    let rows = csv(&report, TableName::Patterns);
    insta::assert_snapshot!("behaviour_csv", rows.replace("\r\n", "\n"));
    let page =
        part(&html(&report).unwrap(), "<section id=\"behaviour\"", "<section id=\"parties\"");
    insta::assert_snapshot!("behaviour_html", page);
    let json = super::json_text(&report);
    insta::assert_snapshot!("behaviour_json", part(&json, "  \"behaviour\"", "\n  \"parties\""));
}

#[test]
fn what_has_a_part_in_the_trail_comes_first() {
    let report = behaving(small()).report();
    let kinds: Vec<_> = report.behaviour.patterns.iter().map(|of| (of.kind, &*of.hops)).collect();
    let first: &[String] = &["H1".to_owned()];
    assert_eq!(kinds, [("fan-out", first), ("address poisoning", &[])]);
}

#[test]
fn every_address_named_has_its_line_and_no_number_changes() {
    let (plain, behaving) = (small().report(), behaving(small()).report());
    let names = |report: &crate::Report| {
        report.parties.iter().map(|of| (of.id, of.alias.clone())).collect::<Vec<_>>()
    };
    assert!(names(&behaving).starts_with(&names(&plain)));
    assert_eq!(csv(&plain, TableName::Hops), csv(&behaving, TableName::Hops));
    let known: Vec<_> = behaving.parties.iter().map(|of| (&of.id, &of.address)).collect();
    let of_patterns = behaving.behaviour.patterns.iter().flat_map(|of| &of.parties);
    let of_links = behaving.behaviour.links.iter().flat_map(|of| [&of.from, &of.to]);
    for party in of_patterns.map(|of| &of.party).chain(of_links) {
        assert!(known.contains(&(&party.party, &party.address)), "{party:?}");
    }
}

#[test]
fn nothing_found_is_said_and_needs_no_summary() {
    let report = small().report();
    assert!(!terminal_summary(&report, 100, false).contains("Behaviour"));
    assert!(html(&report).unwrap().contains("None of the typologies was found."));
    assert_eq!(csv(&report, TableName::Patterns).lines().count(), 1);
}
