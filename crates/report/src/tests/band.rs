//! What every rule says, side by side.

use fundtrail_model::{Amount, Asset, Category, EndingKind, Marks, Reservation, Rule, Trail};

use super::sample::{
    Builder, POLYGON, Sample, address, generated, label, sample, small, stamp, tokens_of,
};
use super::tables::csv;
use crate::{TableName, html, terminal, terminal_summary};

const MATIC: Asset = Asset::Native(POLYGON);

/// Joe's account, reference/methods.md §1.4 row 4: 200 stolen beside 100 of his own; 75, 120 and 59.5 leave. The
/// stolen part of each, and what is left of it.
const JOE: [(Rule, [&str; 4]); 6] = [
    (Rule::Fifo, ["0", "95", "59.5", "45.5"]),
    (Rule::Lifo, ["75", "120", "5", "0"]),
    (Rule::Haircut, ["50", "80", "39.666666666666666667", "30.333333333333333333"]),
    (Rule::DirtyFirst, ["75", "120", "5", "0"]),
    (Rule::Libr, ["0", "95", "59.5", "45.5"]),
    (Rule::Poison, ["75", "120", "59.5", "45.5"]),
];

fn trail(rule: Rule, amounts: [&str; 4]) -> (Trail, Vec<Vec<fundtrail_model::HopId>>) {
    let mut build = Builder::new(26_498_036);
    let seed = build.seed(MATIC, tokens_of("200"), 1, 2);
    let [car, house, boat, rest] = amounts.map(tokens_of);
    let held = || EndingKind::Held { as_of: 26_600_000 };
    for ((to, whole), stolen) in
        [(3, "75"), (4, "120"), (5, "59.5")].into_iter().zip([car, house, boat])
    {
        if !stolen.is_zero() {
            let paid = build.pay(2, Some(to), MATIC, tokens_of(whole), &[(seed, 0, stolen)]);
            build.end((paid, 0), Some(to), MATIC, stolen, held());
        }
    }
    if !rest.is_zero() {
        build.end((seed, 0), Some(2), MATIC, rest, held());
    }
    let (trail, paths) = build.trail(Vec::new(), Vec::new());
    (Trail { rule, ..trail }, paths)
}

fn joe() -> Sample {
    let (main, paths) = trail(Rule::DirtyFirst, JOE[3].1);
    let mut sample = sample(main, paths);
    sample.trails = JOE.map(|(rule, amounts)| trail(rule, amounts).0).to_vec();
    sample.until.insert(POLYGON, 26_600_000);
    stamp(&mut sample, POLYGON, (26_498_039, 1_648_552_790), 2);
    sample
}

#[test]
fn an_accountant_can_follow_it_in_every_format() {
    let report = joe().report();
    let part = |text: &str, from: &str, to: &str| {
        let start = text.find(from).unwrap();
        text[start..start + text[start..].find(to).unwrap()].to_owned()
    };
    let summary = terminal_summary(&report, 100, false);
    insta::assert_snapshot!("band_summary", part(&summary, "By every rule", "This is a summary"));
    let narrow = terminal_summary(&report, 60, false);
    insta::assert_snapshot!("band_narrow", part(&narrow, "By every rule", "This is a summary"));
    let whole = terminal(&report, 100, false);
    insta::assert_snapshot!(
        "band_whole",
        part(&whole, "  By every rule", "  Balances that disagree")
    );
    insta::assert_snapshot!("band_csv", csv(&report, TableName::Band).replace("\r\n", "\n"));
    let page = html(&report).unwrap();
    insta::assert_snapshot!("band_html", part(&page, "<h3 id=\"band\">", "<h3>What has not"));
}

#[test]
fn totals_are_sums_of_their_places_and_close() {
    let report = joe().report();
    let band = report.certainty.band.as_ref().unwrap();
    let [asset] = band.assets.as_slice() else { panic!("one asset") };
    assert_eq!(asset.totals.len(), 5);
    for total in &asset.totals {
        assert!(total.closes, "{}", total.rule);
        let of_rule = asset.places.iter().flat_map(|place| &place.amounts);
        let sum = of_rule
            .filter(|amount| amount.rule == total.rule)
            .fold(Amount::ZERO, |sum, amount| sum.checked_add(amount.money.amount).unwrap());
        assert_eq!((sum, sum), (total.at_places.amount, tokens_of("200")), "{}", total.rule);
    }
    // One unit too few, and it says so.
    let mut broken = joe();
    broken.trails[0].endings[0].amount = tokens_of("94");
    let report = broken.report();
    let band = report.certainty.band.as_ref().unwrap();
    let closes: Vec<bool> = band.assets[0].totals.iter().map(|total| total.closes).collect();
    assert_eq!(closes, [false, true, true, true, true]);
    let said = terminal(&report, 4_000, false);
    assert!(said.contains("DOES NOT CLOSE") && said.contains("THE SUMS OF A RULE DO NOT CLOSE"));
}

/// Without coverage, or with an opening that is not known, rules that need the whole ledger are indicative.
#[test]
fn rules_that_lack_something_are_marked() {
    let marked = |sample: &Sample| {
        let report = sample.report();
        let band = report.certainty.band.unwrap();
        let named = |is: fn(&crate::schema::BandRule) -> bool| -> Vec<&str> {
            band.rules.iter().filter(|rule| is(rule)).map(|rule| rule.rule).collect()
        };
        (named(|rule| rule.is_indicative), named(|rule| rule.is_unfinished))
    };
    let mut sample = joe();
    let needy = vec!["fifo", "lifo", "haircut", "libr"];
    assert_eq!(marked(&sample), (needy, vec![]));
    sample.coverage.push(fundtrail_model::Coverage {
        chain: POLYGON,
        address: address(2),
        class: MATIC.class(),
        window: fundtrail_model::Window::new(26_498_036, 26_600_000).unwrap(),
        how: fundtrail_model::How::StateAndBlocks,
        proof: fundtrail_model::Proof::Exact,
    });
    assert_eq!(marked(&sample), (vec![], vec![]));
    sample.trails[4].reservations.push(Reservation::OpeningUnknown {
        address: address(2),
        asset: MATIC,
        block: 26_498_035,
    });
    sample.trails[1].endings[0].kind = EndingKind::NotCovered;
    assert_eq!(marked(&sample), (vec!["libr"], vec!["lifo"]));
    let said = terminal_summary(&sample.report(), 4_000, false);
    assert!(
        said.contains("INDICATIVE ONLY: libr.") && said.contains("NOT FINISHED by lifo:"),
        "{said}"
    );
}

/// Who made an address that looks like another one's is told apart from it.
#[test]
fn addresses_that_look_alike_are_shown_whole() {
    let mut sample = joe();
    let real = address(4);
    let mut bytes = real.0;
    bytes[9] ^= 0xff;
    let bait = fundtrail_model::Address::from(bytes);
    for ending in sample.trails.iter_mut().flat_map(|trail| &mut trail.endings) {
        if ending.address == Some(address(3)) {
            ending.address = Some(bait);
        }
    }
    let said = terminal_summary(&sample.report(), 160, false);
    for who in [real, bait] {
        let whole = fundtrail_model::checksum(who);
        let row = said.lines().find(|line| line.trim_start().starts_with(&whole));
        assert!(row.is_some(), "{whole}: {said}");
    }
}

#[test]
fn comparisons_of_large_trails_stay_small_enough_to_send() {
    let mut sample = generated(5_000, 3);
    sample.trails = Rule::ALL.map(|rule| Trail { rule, ..sample.trail.clone() }).to_vec();
    let report = sample.report();
    let page = html(&report).unwrap();
    assert!(page.len() < 8_000_000, "{}", page.len());
    assert!(page.contains("The 400 places that got most, of "));
    assert!(terminal(&report, 80, false).len() < 250_000);
    assert!(terminal_summary(&report, 100, false).lines().count() <= 200);
    assert!(csv(&report, TableName::Band).lines().count() > 3_000);
}

/// Tables that a spreadsheet opens hold no formula, whoever chose the words.
#[test]
fn tables_hold_no_formulas() {
    for text in ["=HYPERLINK(\"http://x\")", "+1", "-1", "@SUM(A1)", "\t=1", "\u{202e}=1"] {
        let mut sample = joe();
        sample.invented = Some(text.to_owned());
        let marks = Marks { labels: vec![label(text, Category::Exchange)], listings: Vec::new() };
        sample.marks.insert((POLYGON, address(3)), marks);
        sample.chains[1].name = text.to_owned();
        sample.chains[1].native.symbol = text.to_owned();
        let report = sample.report();
        for name in [TableName::Band, TableName::Paths] {
            let table = csv(&report, name);
            let mut reader = ::csv::Reader::from_reader(table.as_bytes());
            let cells: Vec<String> = reader
                .records()
                .flat_map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>())
                .collect();
            // What is hidden is shown as such, and is no formula any more.
            let is_marked = cells.iter().any(|cell| cell.starts_with('\''));
            assert_eq!(is_marked, text.starts_with(['=', '+', '-', '@']), "{text}: {cells:?}");
            for cell in cells {
                assert!(!cell.trim_start().starts_with(['=', '+', '-', '@']), "{cell:?}");
                assert!(!cell.contains('\u{202e}'), "{cell:?}");
            }
        }
    }
}

#[test]
fn one_rule_is_not_compared() {
    let report = small().report();
    assert!(!TableName::Band.is_in(&report));
    assert_eq!(csv(&report, TableName::Band).lines().count(), 1);
    assert!(!terminal(&report, 100, false).contains("By every rule"));
    assert!(!super::json_text(&report).contains("\"band\""));
}
