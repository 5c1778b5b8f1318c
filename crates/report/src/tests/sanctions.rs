//! Listings are judged at the transfer and as of today, and both are said.

use fundtrail_model::{
    Address, Amount, Category, ChainId, Confidence, Ending, EndingKind, FlagRule, Freeze,
    FreezeKind, H256, Label, Listing, Marks, Opinion, Oracle, Timestamp, Window,
};

use super::sample::{POLYGON, address, day, demo, label, listing, small};
use crate::schema::Finding;
use crate::{Issuer, Report};

/// What is found if the address that receives hop 3 on 2022-03-29 has these listings.
fn findings(listings: Vec<Listing>, today: &str) -> Vec<Finding> {
    let mut sample = small();
    sample.today = day(today);
    sample.marks.insert((POLYGON, address(4)), Marks { labels: Vec::new(), listings });
    sample.report().findings
}

#[test]
fn status_then_and_today() {
    let check = |listed: &str, delisted: Option<&str>, today: &str, in_force: bool, says: &str| {
        let findings = findings(vec![listing("X", listed, delisted)], today);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].statement, says);
        assert_eq!(findings[0].is_in_force, in_force);
    };
    check(
        "2022-08-08",
        Some("2025-03-21"),
        "2026-11-23",
        false,
        "not sanctioned at the time of the transfer (2022-03-29); listed 2022-08-08; delisted \
         2025-03-21; not listed today (2026-11-23)",
    );
    check(
        "2022-08-08",
        None,
        "2026-11-23",
        true,
        "not sanctioned at the time of the transfer (2022-03-29); listed 2022-08-08; listed today \
         (2026-11-23)",
    );
    check(
        "2021-01-01",
        Some("2023-01-01"),
        "2026-11-23",
        true,
        "sanctioned at the time of the transfer (2022-03-29); listed 2021-01-01; delisted \
         2023-01-01; not listed today (2026-11-23)",
    );
    check(
        "2020-01-01",
        Some("2021-01-01"),
        "2026-11-23",
        false,
        "no longer sanctioned at the time of the transfer (2022-03-29); listed 2020-01-01; delisted \
         2021-01-01; not listed today (2026-11-23)",
    );
}

#[test]
fn addresses_of_one_entity_with_one_status_share_a_line() {
    let mut sample = small();
    let mut list = |number, day| {
        let listings = vec![listing("X", day, Some("2025-03-21"))];
        sample.marks.insert((POLYGON, address(number)), Marks { labels: Vec::new(), listings });
    };
    list(3, "2022-08-08");
    list(4, "2022-11-08");
    let report = sample.report();
    // What one address got, gave and converted are different findings.
    assert_eq!(report.findings.len(), 4);
    let lines = &report.summary[3].lines;
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(
        lines.iter().any(|line| line
            == "2 addresses listed as X, OFAC SDN, programme CYBER2 (invented) received 600 MATIC; \
                ≈ 960.1235 USDC: not sanctioned at the time of the transfer (2022-03-29); listed \
                2022-08-08 / 2022-11-08; delisted 2025-03-21; not listed today (2026-11-23)"),
        "{lines:?}"
    );
}

#[test]
fn a_bound_is_never_taken_for_a_day() {
    let mut vague = listing("X", "2022-08-08", None);
    vague.listed = fundtrail_model::DateBound::NoLaterThan(day("2022-08-08"));
    let findings = findings(vec![vague], "2026-11-23");
    assert_eq!(
        findings[0].statement,
        "perhaps already sanctioned at the time of the transfer (2022-03-29); listed 2022-08-08 or \
         earlier; listed today (2026-11-23)"
    );
    assert!(findings[0].is_in_force);
    assert_eq!(findings[0].transfers[0].lead, "at most 132 days before the listing");
    assert_eq!(findings[0].transfers[0].lead_days, Some(132));
}

#[test]
fn a_transfer_without_a_time_is_not_cleared() {
    let mut sample = small();
    sample.blocks.clear();
    let ended = listing("X", "2022-08-08", Some("2025-03-21"));
    let marks = Marks { labels: Vec::new(), listings: vec![ended] };
    sample.marks.insert((POLYGON, address(4)), marks);
    let findings = sample.report().findings;
    assert!(findings[0].is_in_force);
    assert_eq!(findings[0].then, "time not known");
    assert!(findings[0].statement.starts_with("the time of the transfer is not known; "));
}

#[test]
fn senders_and_converters_count_and_a_listing_holds_on_every_chain() {
    let mut sample = small();
    let marks = Marks { labels: Vec::new(), listings: vec![listing("X", "2021-01-01", None)] };
    sample.marks.insert((ChainId(1), address(3)), marks);
    let findings = sample.report().findings;
    let mut roles: Vec<_> = findings.iter().map(|f| (f.role, f.transfers[0].id.as_str())).collect();
    roles.sort_unstable();
    assert_eq!(roles, [("converted", "H2"), ("received", "H1"), ("sent", "H3")]);
}

#[test]
fn several_listings_of_one_address_point_to_each_other() {
    let listings =
        vec![listing("X", "2020-01-01", Some("2021-01-01")), listing("X", "2023-01-01", None)];
    let findings = findings(listings, "2026-11-23");
    assert_eq!(findings.len(), 2);
    assert!(findings.iter().all(|finding| {
        finding.statement.ends_with("This is one of 2 listings of the address: read them together")
    }));
}

/// The report if the address that receives hop 3 on 2022-03-29 was listed in August 2022 and delisted in
/// March 2025, seen from a day.
fn judged(flag: FlagRule, today: &str) -> Report {
    let mut sample = small();
    sample.flag = flag;
    sample.today = day(today);
    let listings = vec![listing("X", "2022-08-08", Some("2025-03-21"))];
    sample.marks.insert((POLYGON, address(4)), Marks { labels: Vec::new(), listings });
    sample.report()
}

#[test]
fn the_rule_says_what_is_a_finding_and_nothing_is_hidden_by_it() {
    let check = |flag: FlagRule, today: &str, is_flagged: bool, is_alert: bool, verdict: &str| {
        let report = judged(flag, today);
        let [finding] = &*report.findings else { panic!("{:?}", report.findings) };
        assert_eq!((finding.is_flagged, finding.verdict), (is_flagged, verdict), "{flag} {today}");
        assert_eq!(report.flag, flag.name());
        assert_eq!(
            finding.list.as_deref(),
            Some("OFAC SDN, as of 2026-06-25, sha-256 0123456789ab")
        );
        let answer = &report.summary[3];
        assert_eq!(answer.is_alert, is_alert, "{flag} {today}");
        assert!(answer.lines.iter().any(|line| line.contains(&finding.statement)), "{answer:?}");
        let says_why =
            answer.lines[0].starts_with(&format!("No finding by the setting flag = {flag}"));
        assert_eq!(says_why, !is_flagged, "{answer:?}");
        for text in [crate::terminal(&report, 100, false), crate::html(&report).unwrap()] {
            assert!(text.contains(verdict), "{text}");
        }
    };
    let (ended, today) = ("listed later; not sanctioned today", "2026-11-23");
    check(FlagRule::Ever, today, true, false, ended);
    check(FlagRule::Then, today, false, false, ended);
    check(FlagRule::Now, today, false, false, ended);
    let (lasting, in_2023) = ("listed later; sanctioned today", "2023-01-01");
    check(FlagRule::Ever, in_2023, true, true, lasting);
    check(FlagRule::Now, in_2023, true, true, lasting);
    check(FlagRule::Then, in_2023, false, false, lasting);
}

#[test]
fn each_hop_says_what_the_listings_of_its_ends_make_of_it() {
    let report = judged(FlagRule::Then, "2026-11-23");
    let verdicts: Vec<_> = report.hops.iter().map(|hop| hop.verdicts.join("|")).collect();
    let said = "receiver X, OFAC SDN, programme CYBER2 (invented): listed later; not sanctioned today, 132 days \
                before the listing";
    assert_eq!(verdicts.iter().filter(|text| *text == said).count(), 1, "{verdicts:?}");
    assert_eq!(verdicts.iter().filter(|text| !text.is_empty()).count(), 1, "{verdicts:?}");
    let rows = super::tables::csv(&report, crate::TableName::Hops);
    assert_eq!(rows.matches(said).count(), 1, "{rows}");
}

#[test]
fn sources_that_contradict_each_other_are_both_named() {
    let mut sample = small();
    let of = |name: &str, category, source: &str| Label {
        source: source.to_owned(),
        confidence: Confidence::Probable,
        ..label(name, category)
    };
    let labels = vec![
        of("Exchange A", Category::Exchange, "page one"),
        of("exchange-a", Category::Exchange, "page two"),
        of("Mixer M", Category::Mixer, "page three"),
    ];
    sample.marks.insert((POLYGON, address(4)), Marks { labels, listings: Vec::new() });
    let reservations = sample.report().certainty.reservations;
    let found: Vec<_> =
        reservations.iter().filter(|text| text.starts_with("Sources contradict")).collect();
    let [said] = *found else { panic!("{reservations:?}") };
    for part in [
        "“Exchange A” (exchange) by page one; probable",
        "“Mixer M” (mixer) by page three; probable",
    ] {
        assert!(said.contains(part), "{said}");
    }
    assert!(!said.contains("page two"), "{said}");
}

#[test]
fn contracts_on_the_chain_that_do_not_say_what_the_lists_say_are_a_finding() {
    let check = |listings: Vec<Listing>, oracle, is_listed, expected: Option<(bool, &str)>| {
        let mut sample = small();
        sample.opinions = vec![Opinion {
            chain: POLYGON,
            address: address(4),
            oracle,
            contract: address(99),
            block: 26_498_039,
            is_listed,
        }];
        sample.marks.insert((POLYGON, address(4)), Marks { labels: Vec::new(), listings });
        let report = sample.report();
        let told: Vec<_> = report.opinions.iter().map(|it| it.is_disagreement).collect();
        assert_eq!(told, expected.iter().map(|(differs, _)| *differs).collect::<Vec<_>>());
        let Some((differs, words)) = expected else { return };
        assert!(report.opinions[0].statement.contains(words), "{}", report.opinions[0].statement);
        let answer = &report.summary[3];
        let is_answered = answer.lines.iter().any(|line| line.starts_with("SECOND OPINION on "));
        assert_eq!((is_answered, answer.is_alert), (differs, differs), "{answer:?}");
        for text in [crate::terminal(&report, 100, false), crate::html(&report).unwrap()] {
            let plain = text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(plain.contains(words), "{plain}");
        }
    };
    let sooner = || vec![listing("X", "2021-01-01", Some("2022-02-01"))];
    let later = || vec![listing("X", "2022-08-08", Some("2025-03-21"))];
    check(later(), Oracle::Sanctions, false, None);
    check(later(), Oracle::Sanctions, true, Some((true, "no list used has a listing in force")));
    check(sooner(), Oracle::Sanctions, true, Some((true, "says that it is sanctioned")));
    check(Vec::new(), Oracle::Tether, true, Some((true, "the issuer of USDT has frozen it")));
    check(Vec::new(), Oracle::Circle, false, None);
}

#[test]
fn an_oracle_that_does_not_know_a_listing_is_a_finding_and_an_issuer_that_did_not_freeze_is_none() {
    let opinions = |oracle, is_listed| {
        let mut sample = small();
        let (contract, block) = (address(99), 26_498_039);
        let (chain, address) = (POLYGON, address(4));
        sample.opinions = vec![Opinion { chain, address, oracle, contract, block, is_listed }];
        let listings = vec![listing("X", "2021-01-01", None)];
        sample.marks.insert((chain, address), Marks { labels: Vec::new(), listings });
        let told = sample.report().opinions;
        told.iter().map(|it| (it.is_disagreement, it.statement.clone())).collect::<Vec<_>>()
    };
    let [(true, said)] = &*opinions(Oracle::Sanctions, false) else { panic!("no finding") };
    assert!(said.contains("BUT the lists used have it as X, OFAC SDN"), "{said}");
    assert!(matches!(&*opinions(Oracle::Sanctions, true), [(false, _)]));
    assert!(matches!(&*opinions(Oracle::Circle, true), [(false, _)]));
    assert_eq!(opinions(Oracle::Circle, false), []);
}

#[test]
fn what_an_issuer_has_frozen_is_named_among_the_requests() {
    let base = demo();
    let is_held = |ending: &&Ending| {
        matches!(ending.kind, EndingKind::Held { .. })
            && ending.address.is_some()
            && ending.asset.contract().is_some()
    };
    let held = base.trail.endings.iter().find(is_held).unwrap();
    let at = (held.asset.chain(), held.address.unwrap(), held.asset.contract().unwrap());
    let freeze = |block, kind| freeze_of(at, block, kind);
    let check_with = |freezes: &[Freeze], state: Option<(u64, bool)>, is_frozen: bool| {
        let mut sample = demo();
        sample.freezes = freezes.to_vec();
        let Freeze { chain, address, oracle, contract, .. } = freeze(0, FreezeKind::Frozen);
        let said =
            |(block, is_listed)| Opinion { chain, address, oracle, contract, block, is_listed };
        sample.opinions = state.map(said).into_iter().collect();
        let actions = sample.report().actions;
        let items = actions.iter().flat_map(|action| &action.items);
        let told = items.filter_map(|item| item.freeze.as_ref()).filter(|told| told.is_frozen);
        let told: Vec<&str> = told.map(|told| told.statement.as_str()).collect();
        assert_eq!(!told.is_empty(), is_frozen, "{told:?}");
        let words = "frozen in block 7 (2022-03-29 11:39:50 UTC), transaction 0xabab";
        assert!(told.iter().all(|told| told.contains(words)), "{told:?}");
        let counted = actions.iter().any(|action| action.what.contains("have frozen 1 of 2"));
        assert_eq!(counted, is_frozen);
    };
    let check = |freezes: &[Freeze], is_frozen| check_with(freezes, None, is_frozen);
    let frozen = freeze(7, FreezeKind::Frozen);
    // What the contract said later counts, whatever logs were read.
    check_with(&[frozen], Some((9, false)), false);
    check_with(&[frozen], Some((9, true)), true);
    check_with(&[frozen], Some((6, false)), true);
    check(&[], false);
    check(&[frozen], true);
    check(&[frozen, freeze(8, FreezeKind::Destroyed)], true);
    check(&[frozen, freeze(8, FreezeKind::Released)], false);
    check(&[Freeze { address: Address::repeat_byte(0x77), ..frozen }], false);
    check(&[Freeze { contract: Address::repeat_byte(0x77), ..frozen }], false);
}

/// What Circle did to an address, by its contract.
fn freeze_of(
    (chain, address, contract): (ChainId, Address, Address),
    block: u64,
    kind: FreezeKind,
) -> Freeze {
    Freeze {
        chain,
        address,
        oracle: Oracle::Circle,
        contract,
        block,
        log: 3,
        kind,
        transaction: H256::repeat_byte(0xab),
        time: Timestamp(1_648_553_990),
        amount: Amount::ZERO,
    }
}

#[test]
fn what_logs_of_freezes_lack_is_said_with_their_blocks() {
    let check = |freezes: &[(u64, FreezeKind)],
                 is_listed: bool,
                 searched: Option<Window>,
                 says: &str| {
        let mut sample = demo();
        let (chain, address, contract) = (POLYGON, address(4), address(99));
        let oracle = Oracle::Circle;
        sample.opinions = vec![Opinion { chain, address, oracle, contract, block: 90, is_listed }];
        sample.issuers = vec![Issuer { chain, oracle, contract, searched }];
        let at = (chain, address, contract);
        sample.freezes = freezes.iter().map(|(block, kind)| freeze_of(at, *block, *kind)).collect();
        let report = sample.report();
        let told = report.opinions.first().map_or("", |told| &*told.statement);
        let has_lack = told.contains("since when is not known");
        assert_eq!(has_lack, !says.is_empty(), "{told}");
        assert!(told.contains(says), "{told}");
        let method = report.method.statements.join(" ");
        let read = "Logs of what the issuer of USDC on Polygon froze and released were";
        let read = match searched {
            Some(window) => format!("{read} read for blocks {window}"),
            None => format!("{read} not read"),
        };
        assert!(method.contains(&read), "{method}");
    };
    let (frozen, released) = ((7, FreezeKind::Frozen), (8, FreezeKind::Released));
    let part = Window::new(5, 90);
    check(&[], true, part, "no log of the freeze was found in blocks 5–90");
    check(&[], true, None, "no logs of its issuer were read");
    check(&[frozen], true, part, "");
    check(&[frozen], false, part, "no log of the release was found in blocks 5–90");
    check(&[frozen, released], false, part, "");
    check(&[frozen, released], true, part, "no log of the freeze was found in blocks 5–90");
}
