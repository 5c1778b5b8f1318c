use fundtrail_model::{
    Address, Category, ChainId, Confidence, Date, DateBound, DayKnown, EditionCounts, KeptFact,
    Label, ListEdition, ListFact, ListedAddress, ListingStatus, Timestamp, parse_address,
    parse_date,
};
use proptest::prelude::*;

use super::Book;
use crate::intake::OFAC;

fn day(text: &str) -> Date {
    parse_date(text).unwrap()
}

fn edition(list: &str, text: &str, is_whole: bool) -> ListEdition {
    ListEdition {
        list: list.to_owned(),
        format: "sdn-enhanced".to_owned(),
        day: day(text),
        day_known: DayKnown::Said,
        retrieved: Timestamp(0),
        source: format!("https://example.org/{text}"),
        sha256: text.to_owned(),
        etag: None,
        is_whole,
        counts: EditionCounts { listed: 1, ..EditionCounts::default() },
    }
}

fn kept(address: Address, listed: Option<DateBound>, editions: &[usize]) -> KeptFact {
    let fact = ListFact::Listed(ListedAddress {
        address,
        entity: "TEST".to_owned(),
        authority: OFAC.to_owned(),
        programme: Some("DPRK3".to_owned()),
        tickers: "ETH".to_owned(),
        listed,
        delisted: None,
        source: "test".to_owned(),
        is_invented: true,
    });
    KeptFact { fact, editions: editions.to_vec() }
}

fn of(book: &Book, address: &str) -> Vec<(DateBound, Option<DateBound>)> {
    let listings = book.listings_of(parse_address(address).unwrap());
    listings.iter().map(|listing| (listing.listed, listing.delisted)).collect()
}

fn on(text: &str) -> DateBound {
    DateBound::On(day(text))
}

fn by(text: &str) -> DateBound {
    DateBound::NoLaterThan(day(text))
}

const STRANGER: &str = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
/// A Tornado Cash pool: listed on 2022-08-08, delisted on 2025-03-21.
const POOL: &str = "0xA160cdAB225685dA1d56aa342Ad8841c3b53f291";
/// Still on the built-in list, which is as of 2026-06-25.
const SEMENOV: &str = "0xdcbEfFBECcE100cCE9E4b153C4e15cB885643193";

type Days = &'static [(&'static str, &'static str)];

/// Versions as `list day`, with `!` before a whole one, and in which of them the address stands.
#[track_caller]
fn check(address: &str, editions: &[&str], places: &[usize], expected: Days) {
    let editions: Vec<ListEdition> = editions
        .iter()
        .map(|text| {
            let (list, day) = text.trim_start_matches('!').split_once(' ').unwrap();
            edition(list, day, text.starts_with('!'))
        })
        .collect();
    let mut book = Book::builtin().unwrap();
    let facts = match places {
        [] => vec![],
        _ => vec![kept(parse_address(address).unwrap(), None, places)],
    };
    book.add_kept(&editions, facts);
    let bound = |text: &str| match text.strip_prefix('<') {
        Some(text) => by(text),
        None => on(text),
    };
    let expected: Vec<_> = expected
        .iter()
        .map(|(from, until)| (bound(from), (!until.is_empty()).then(|| bound(until))))
        .collect();
    assert_eq!(of(&book, address), expected);
}

#[test]
fn an_address_that_disappears_was_delisted_and_does_not_vanish() {
    let one = ["A 2025-02-27"];
    let three = ["A 2025-02-27", "A 2025-12-24", "A 2026-03-01"];
    check(STRANGER, &one, &[0], &[("<2025-02-27", "")]);
    check(STRANGER, &three, &[0, 1, 2], &[("<2025-02-27", "")]);
    check(STRANGER, &three, &[0], &[("<2025-02-27", "<2025-12-24")]);
    check(STRANGER, &three, &[0, 1], &[("<2025-02-27", "<2026-03-01")]);
    check(STRANGER, &three, &[2], &[("<2026-03-01", "")]);
    check(STRANGER, &three, &[0, 2], &[("<2025-02-27", "<2025-12-24"), ("<2026-03-01", "")]);
}

#[test]
fn copies_of_one_list_are_put_together_with_the_built_in_one() {
    // The exact days of the built-in list stay, whatever older or coarser copies say.
    check(POOL, &["A 2025-02-27"], &[0], &[("2022-08-08", "2025-03-21")]);
    check(POOL, &["A 2025-02-27", "A 2025-12-24"], &[0], &[("2022-08-08", "2025-03-21")]);
    // Listed anew, which the built-in list does not know.
    let anew: Days = &[("2022-08-08", "2025-03-21"), ("<2025-12-24", "")];
    check(POOL, &["A 2025-12-24"], &[0], anew);
    // A copy that lacks an address is refuted by a later one that has it.
    check(SEMENOV, &["A 2025-02-27", "A 2025-12-24"], &[0], &[("2023-08-23", "")]);
    let later = &["A 2025-02-27", "A 2026-09-01"];
    check(SEMENOV, later, &[0], &[("2023-08-23", "<2026-09-01")]);
    // One list lacks it, another still has it, and had it when the first lost it; or has it anew.
    let two = &["A 2026-07-01", "A 2026-08-01", "B 2026-07-15", "B 2026-09-01"];
    check(SEMENOV, two, &[0, 2, 3], &[("2023-08-23", "")]);
    let anew: Days = &[("2023-08-23", "<2026-08-01"), ("<2026-09-01", "")];
    check(SEMENOV, two, &[0, 3], anew);
}

#[test]
fn a_whole_newer_list_ends_what_it_does_not_have() {
    let open: Days = &[("2023-08-23", "")];
    // An excerpt, or a list older than the built-in one, says nothing by its silence.
    check(SEMENOV, &["A 2026-09-01"], &[], open);
    check(SEMENOV, &["!A 2025-12-24"], &[], open);
    check(SEMENOV, &["!A 2026-09-01"], &[0], open);
    check(SEMENOV, &["!A 2026-09-01", "!A 2026-10-01"], &[], &[("2023-08-23", "<2026-09-01")]);
    check(STRANGER, &["B 2026-08-01", "!C 2026-09-01"], &[0], &[("<2026-08-01", "<2026-09-01")]);
}

#[test]
fn days_that_a_list_gives_come_before_those_of_its_versions() {
    let address = parse_address(STRANGER).unwrap();
    let mut book = Book::empty();
    let editions = [edition("A", "2025-02-27", false)];
    book.add_kept(&editions, vec![kept(address, Some(on("2021-09-21")), &[0])]);
    assert_eq!(of(&book, STRANGER), [(on("2021-09-21"), None)]);
    let [listing] = book.listings_of(address) else { panic!() };
    assert_eq!(listing.status_on(day("2021-09-20")), ListingStatus::NotYetListed);
    assert_eq!(listing.list.as_deref(), Some("A, as of 2025-02-27, sha-256 2025-02-27"));
    let [list] = book.lists() else { panic!() };
    assert_eq!((&*list.name, &*list.origin, list.rows), ("A", "list store", 1));
}

#[test]
fn labels_are_those_of_the_newest_version() {
    let label = |name: &str| Label {
        chain: None,
        address: parse_address(STRANGER).unwrap(),
        name: name.to_owned(),
        category: Category::Exchange,
        valid_from: None,
        valid_until: None,
        confidence: Confidence::Claimed,
        source: "test".to_owned(),
        is_invented: true,
    };
    let editions = [edition("A", "2025-01-01", false), edition("A", "2025-02-01", false)];
    let fact = |name, editions: &[usize]| KeptFact {
        fact: ListFact::Named(label(name)),
        editions: editions.to_vec(),
    };
    let mut book = Book::empty();
    book.add_kept(&editions, vec![fact("old", &[0]), fact("new", &[1]), fact("both", &[0, 1])]);
    let address = parse_address(STRANGER).unwrap();
    let names: Vec<_> = book.labels_of(address).map(|label| label.name.as_str()).collect();
    assert_eq!(names, ["new", "both"]);
    assert_eq!(book.marks(ChainId(1), address).labels.len(), 2);
}

proptest! {
    /// Whatever versions there are: an address that any of them has is never without a listing, it is listed
    /// or perhaps listed on the day of each version that has it, and its times do not overlap.
    #[test]
    fn no_listing_vanishes(
        days in prop::collection::btree_set(0..3_000_u16, 1..8),
        presence in prop::collection::vec(any::<(bool, bool)>(), 8),
        who in 0..3_usize,
    ) {
        let start = day("2019-01-01");
        let days: Vec<Date> = days
            .into_iter()
            .map(|n| start.checked_add(days_later(n)).unwrap())
            .collect();
        let editions: Vec<ListEdition> = days
            .iter()
            .zip(&presence)
            .map(|(day, (_, is_whole))| edition("A", &day.to_string(), *is_whole))
            .collect();
        let places: Vec<usize> = presence
            .iter()
            .take(days.len())
            .enumerate()
            .filter_map(|(at, (is_there, _))| is_there.then_some(at))
            .collect();
        prop_assume!(!places.is_empty());
        let address = parse_address([STRANGER, POOL, SEMENOV][who]).unwrap();
        let mut book = Book::builtin().unwrap();
        book.add_kept(&editions, vec![kept(address, None, &places)]);
        let listings = book.listings_of(address);
        for at in places {
            let on = days[at];
            let holds = |status| !matches!(status, ListingStatus::NotYetListed | ListingStatus::Delisted);
            prop_assert!(
                listings.iter().any(|listing| holds(listing.status_on(on))),
                "{} is not listed on {}: {:?}", address, on, listings
            );
        }
        for pair in listings.windows(2) {
            prop_assert!(pair[0].delisted.is_some_and(|end| end.date() < pair[1].listed.date()));
        }
    }
}

/// So many days.
fn days_later(n: u16) -> std::time::Duration {
    std::time::Duration::from_secs(u64::from(n) * 86_400)
}
