use std::path::Path;

use fundtrail_model::{
    Address, Asset, Category, ChainId, Confidence, DateBound, DayKnown, EditionCounts,
    ForeignAddress, KeptFact, Label, ListEdition, ListFact, ListedAddress, ListedToken, Timestamp,
    parse_date,
};
use proptest::prelude::*;

use super::{Imported, ListStore};
use crate::Error;

fn edition(list: &str, day: &str, sha256: &str) -> ListEdition {
    ListEdition {
        list: list.to_owned(),
        format: "own".to_owned(),
        day: parse_date(day).unwrap(),
        day_known: DayKnown::Given,
        retrieved: Timestamp(1_700_000_000),
        source: "https://example.org/list".to_owned(),
        sha256: sha256.to_owned(),
        etag: Some("\"tag\"".to_owned()),
        is_whole: true,
        counts: EditionCounts { entries: 7, ..EditionCounts::default() },
    }
}

fn listed(byte: u8) -> ListFact {
    let day = parse_date("2022-08-08").map(DateBound::On);
    ListFact::Listed(ListedAddress {
        address: Address::repeat_byte(byte),
        entity: "TEST".to_owned(),
        authority: "OFAC SDN".to_owned(),
        programme: None,
        tickers: "ETH USDC".to_owned(),
        listed: day,
        delisted: None,
        source: "test".to_owned(),
        is_invented: true,
    })
}

fn every_kind() -> Vec<ListFact> {
    let source = || "test".to_owned();
    let day = parse_date("2020-01-01");
    vec![
        listed(1),
        ListFact::Named(Label {
            chain: Some(ChainId(137)),
            address: Address::repeat_byte(2),
            name: "TEST".to_owned(),
            category: Category::Exchange,
            valid_from: day,
            valid_until: None,
            confidence: Confidence::Probable,
            source: source(),
            is_invented: false,
        }),
        ListFact::Token(ListedToken {
            asset: Asset::Token(ChainId(1), Address::repeat_byte(3)),
            symbol: "TEST".to_owned(),
            decimals: 77,
            source: source(),
        }),
        ListFact::Foreign(ForeignAddress {
            ticker: "XBT".to_owned(),
            address: "12udabs2TkX7NXCSj6KpqXfakjE52ZPLhz".to_owned(),
            name: "TEST".to_owned(),
            authority: Some("OFAC SDN".to_owned()),
            source: source(),
        }),
    ]
}

fn facts(kept: &[KeptFact]) -> Vec<&ListFact> {
    kept.iter().map(|kept| &kept.fact).collect()
}

#[test]
fn every_kind_of_fact_comes_back_as_it_went_in() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/lists.sqlite");
    let said = every_kind();
    let mut store = ListStore::open(&path).unwrap();
    let of = edition("A", "2022-09-01", "aa");
    let Imported::New(number) = store.import(&of, &said).unwrap() else { panic!("not new") };
    drop(store);

    let store = ListStore::open_read_only(&path).unwrap().unwrap();
    assert_eq!(store.editions().unwrap(), [(number, of)]);
    let kept = store.facts().unwrap();
    assert_eq!(kept.len(), said.len());
    assert!(said.iter().all(|fact| facts(&kept).contains(&fact)), "{kept:?}");
    assert!(kept.iter().all(|kept| kept.editions == [0]));
    let found = store.facts_of(&[Address::repeat_byte(2), Address::repeat_byte(9)]).unwrap();
    assert_eq!(facts(&found), [&said[1]]);
    let found = store.facts_of_foreign("12udabs2TkX7NXCSj6KpqXfakjE52ZPLhz").unwrap();
    assert_eq!(facts(&found), [&said[3]]);
    assert_eq!(store.facts_in(number).unwrap().unwrap().len(), 4);
    assert_eq!(store.addresses().unwrap(), [1, 2, 3].map(Address::repeat_byte));
    assert_eq!(store.facts_in(number + 1).unwrap(), None);
}

#[test]
fn versions_are_kept_in_the_order_of_their_days_whenever_they_are_imported() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = ListStore::open(&folder.path().join("lists")).unwrap();
    let mut import = |list, day, sha256, said: &[ListFact]| {
        store.import(&edition(list, day, sha256), said).unwrap()
    };
    assert_eq!(import("A", "2025-12-24", "b", &[listed(1)]), Imported::New(1));
    assert_eq!(import("B", "2020-01-01", "c", &[listed(1)]), Imported::New(2));
    assert_eq!(import("A", "2025-02-27", "a", &[listed(1), listed(2)]), Imported::New(3));
    // The same once more changes nothing; the same bytes of another day are another version.
    assert_eq!(import("A", "2025-02-27", "a", &[listed(9)]), Imported::Known(3));
    assert_eq!(import("A", "2026-02-27", "a", &[listed(1), listed(2)]), Imported::New(4));

    let days: Vec<_> = store.editions().unwrap().into_iter().map(|(number, _)| number).collect();
    assert_eq!(days, [3, 1, 4, 2]);
    let kept = store.facts().unwrap();
    let editions: Vec<_> = kept.iter().map(|kept| kept.editions.clone()).collect();
    // The facts of A about 1, of B about 1, of A about 2: places among A, A, A, B.
    assert_eq!(editions, [vec![0, 1, 2], vec![3], vec![0, 2]]);
}

#[test]
fn files_of_other_kinds_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let check = |path: &Path, expected: &str| {
        for error in [ListStore::open(path).err(), ListStore::open_read_only(path).err()] {
            let error = error.unwrap();
            assert!(error.to_string().contains(expected), "{error}");
            assert!(error.hint().is_some_and(|hint| hint.contains("--store")));
        }
    };
    let text = folder.path().join("text");
    std::fs::write(&text, "not a database at all, and long enough to have a header").unwrap();
    check(&text, "is not a list store: it is not an SQLite file");
    let case = folder.path().join("case");
    drop(crate::Case::create(&case).unwrap());
    check(&case, "is not a list store: it is an SQLite file of another kind");
    let absent = folder.path().join("absent");
    assert!(ListStore::open_read_only(&absent).unwrap().is_none());
    // A list store is no case either.
    drop(ListStore::open(&absent).unwrap());
    assert!(matches!(crate::Case::open(&absent), Err(Error::NotACase { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    /// What any version says is told of exactly that version, in whichever order they came.
    #[test]
    fn each_version_says_what_it_said(
        said in prop::collection::vec((0..12_u8, prop::collection::btree_set(0..6_u8, 0..6)), 1..8)
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut store = ListStore::open(&folder.path().join("lists")).unwrap();
        let mut numbers = Vec::new();
        for (idx, (month, addresses)) in said.iter().enumerate() {
            let of = edition("A", &format!("2024-{:02}-01", month + 1), &idx.to_string());
            let facts: Vec<_> = addresses.iter().map(|byte| listed(*byte)).collect();
            let Imported::New(number) = store.import(&of, &facts).unwrap() else { panic!() };
            numbers.push((number, facts));
        }
        let editions = store.editions().unwrap();
        prop_assert!(editions.is_sorted_by_key(|(_, edition)| edition.day));
        let kept = store.facts().unwrap();
        for (number, facts) in numbers {
            prop_assert_eq!(store.facts_in(number).unwrap().unwrap(), facts.clone());
            let place = editions.iter().position(|(at, _)| *at == number).unwrap();
            let of_it: Vec<_> = kept
                .iter()
                .filter(|kept| kept.editions.contains(&place))
                .map(|kept| kept.fact.clone())
                .collect();
            prop_assert_eq!(of_it, facts);
        }
    }
}
