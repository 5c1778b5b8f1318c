//! What each format says, by the small files of `samples.rs`.

mod bad;
mod hostile;

use fundtrail_model::{Category, ChainId, DateBound, ListFact, checksum, parse_date};

use super::samples::{
    BITCOIN, LAZARUS, LIFSHITS, SUEX, TRON, advanced, enhanced, etherscan, open_sanctions, plain,
    samples, sdn_comments, sdn_csv, tagpack,
};
use super::{Counts, Format, Input, Reading, Terms, read};
use crate::Error;

pub(super) fn terms() -> Terms {
    Terms { source: Some("https://example.org/given".to_owned()), ..Terms::default() }
}

pub(super) fn parse(format: Format, bytes: &[u8]) -> Result<Reading, Error> {
    read(format, Input { origin: "file", data: &mut &*bytes }, None, &terms())
}

fn listed(reading: &Reading) -> Vec<(String, &str, &str, Option<&str>, &str)> {
    let facts = reading.facts.iter();
    facts
        .filter_map(|fact| match fact {
            ListFact::Listed(it) => Some((
                checksum(it.address),
                &*it.entity,
                &*it.authority,
                it.programme.as_deref(),
                &*it.tickers,
            )),
            _ => None,
        })
        .collect()
}

fn named(reading: &Reading) -> Vec<(String, &str, Category, Option<ChainId>, &str)> {
    let facts = reading.facts.iter();
    facts
        .filter_map(|fact| match fact {
            ListFact::Named(it) => {
                Some((checksum(it.address), &*it.name, it.category, it.chain, &*it.source))
            }
            _ => None,
        })
        .collect()
}

fn foreign(reading: &Reading) -> Vec<(&str, u64)> {
    reading.counts.foreign.iter().map(|(ticker, n)| (&**ticker, *n)).collect()
}

fn checked(address: &str) -> String {
    checksum(fundtrail_model::parse_address(address).unwrap())
}

#[test]
fn each_format_is_recognised_by_its_beginning() {
    for (format, text) in samples() {
        assert_eq!(Format::detect(text.as_bytes(), "file").unwrap(), format);
        let with_mark = format!("\u{feff}{text}");
        assert_eq!(Format::detect(with_mark.as_bytes(), "file").unwrap(), format);
        assert_eq!(Format::from_name(format.name()), Some(format));
    }
    for text in ["", "hello", "%PDF-1.7", "<html><body>", "0x123"] {
        let error = Format::detect(text.as_bytes(), "file").unwrap_err().to_string();
        assert!(error.contains("say it with --kind"), "{text}: {error}");
    }
}

#[test]
fn remarks_that_overflow_in_the_middle_of_a_word_are_joined() {
    let (sdn, comments) = (sdn_csv(), sdn_comments());
    let input = Input { origin: "SDN.CSV", data: &mut sdn.as_bytes() };
    let more = Input { origin: "SDN_COMMENTS.CSV", data: &mut comments.as_bytes() };
    let reading = read(Format::SdnCsv, input, Some(more), &Terms::default()).unwrap();
    let programme = Some("CYBER2, ELECTION-EO13848");
    assert_eq!(
        listed(&reading),
        [
            (checked(LIFSHITS), "LIFSHITS, Artem Mikhaylovich", "OFAC SDN", programme, "ETH USDC"),
            (checked(SUEX), "SUEX OTC, S.R.O.", "OFAC SDN", Some("CYBER2"), "ETH"),
        ]
    );
    let joined = reading.facts.iter().any(|fact| {
        matches!(fact, ListFact::Foreign(it) if it.address == "1B64QRxfaa35MVkf7sDjuGUYAP5izQt7Qi")
    });
    assert!(joined, "{reading:?}");
    let expected = Counts {
        entries: 3,
        listed: 2,
        repeated: 1,
        foreign: [("XBT".to_owned(), 2)].into(),
        ..Counts::default()
    };
    assert_eq!(reading.counts, expected);
    assert_eq!(reading.sha256.split('+').map(str::len).collect::<Vec<_>>(), [64, 64]);
    assert!(!reading.is_whole, "three entries are an excerpt");
}

#[test]
fn comments_alone_give_the_addresses_that_are_whole_in_them() {
    let reading = parse(Format::SdnComments, sdn_comments().as_bytes()).unwrap();
    assert_eq!(listed(&reading), [(checked(SUEX), "SDN entry 33151", "OFAC SDN", None, "ETH")]);
    assert_eq!(reading.counts.beheaded, 1);
}

#[test]
fn comments_of_entries_that_an_excerpt_lacks_are_read_too() {
    let (sdn, comments) = (sdn_csv(), sdn_comments() + &format!("7,\"s - ETH {LAZARUS}.\"\n"));
    let input = Input { origin: "SDN.CSV", data: &mut sdn.as_bytes() };
    let more = Input { origin: "SDN_COMMENTS.CSV", data: &mut comments.as_bytes() };
    let reading = read(Format::SdnCsv, input, Some(more), &Terms::default()).unwrap();
    let names: Vec<_> = listed(&reading).into_iter().map(|(_, name, ..)| name).collect();
    assert_eq!(names, ["LIFSHITS, Artem Mikhaylovich", "SUEX OTC, S.R.O.", "SDN entry 7"]);
    assert_eq!((reading.counts.entries, reading.counts.beheaded), (3, 1));
}

#[test]
fn enhanced_xml() {
    let reading = parse(Format::SdnEnhanced, enhanced().as_bytes()).unwrap();
    assert_eq!(
        listed(&reading),
        [
            (checked(LAZARUS), "LAZARUS GROUP & CO", "OFAC SDN", Some("DPRK3"), "ETH"),
            (checked(SUEX), "SDN entry 1", "OFAC Non-SDN Test List", None, "ARB"),
        ]
    );
    assert_eq!(reading.published, parse_date("2022-04-14"));
    assert_eq!((reading.counts.entries, foreign(&reading)), (2, vec![("TRX", 1)]));
}

#[test]
fn advanced_xml() {
    let reading = parse(Format::SdnAdvanced, advanced().as_bytes()).unwrap();
    let semenov = "0xdcbEfFBECcE100cCE9E4b153C4e15cB885643193".to_owned();
    let expected = (semenov, "SEMENOV, Roman", "OFAC SDN", Some("CYBER2, DPRK3"), "ETH");
    assert_eq!(listed(&reading), [expected]);
    assert_eq!(reading.published, parse_date("2023-08-23"));
    assert_eq!((reading.counts.entries, foreign(&reading)), (2, vec![("XBT", 1)]));
    // The entry's date is not the address's.
    assert!(matches!(&reading.facts[..], [ListFact::Listed(it), _] if it.listed.is_none()));
}

#[test]
fn tagpacks() {
    let reading = parse(Format::TagPack, tagpack().as_bytes()).unwrap();
    let ethereum = Some(ChainId(1));
    let (one, two) = ("https://example.org/tags", "https://example.org/other");
    assert_eq!(
        named(&reading),
        [
            (checked(LIFSHITS), "TEST exchange", Category::Exchange, ethereum, one),
            (checked(SUEX), "TEST phishing", Category::Scam, ethereum, two),
        ]
    );
    assert_eq!(reading.title.as_deref(), Some("TEST pack"));
    assert_eq!(foreign(&reading), [("BTC", 1)]);
}

#[test]
fn open_sanctions_joins_wallets_with_their_owners() {
    let reading = parse(Format::OpenSanctions, open_sanctions().as_bytes()).unwrap();
    let listing = |fact: &ListFact| match fact {
        ListFact::Listed(it) => Some((it.entity.clone(), it.authority.clone(), it.listed)),
        _ => None,
    };
    let day = parse_date("2021-09-22").map(DateBound::NoLaterThan);
    let found: Vec<_> = reading.facts.iter().filter_map(listing).collect();
    assert_eq!(
        found,
        [
            ("SUEX OTC, S.R.O.".to_owned(), "OFAC SDN".to_owned(), day),
            ("LAZARUS GROUP".to_owned(), "OpenSanctions, jp_mof_sanctions".to_owned(), None),
        ]
    );
    assert_eq!(named(&reading)[0].1, "TEST thief");
    assert_eq!(named(&reading)[0].2, Category::Theft);
    assert_eq!(foreign(&reading), [("XBT", 1)]);
    assert_eq!(reading.published, parse_date("2023-05-01"));
    assert_eq!(reading.title.as_deref(), Some("OpenSanctions, several data sets"));
    let one: String = open_sanctions()
        .lines()
        .filter(|line| line.contains("us_ofac_sdn"))
        .collect::<Vec<_>>()
        .join("\n");
    let reading = parse(Format::OpenSanctions, one.as_bytes()).unwrap();
    assert_eq!(reading.title.as_deref(), Some("OpenSanctions, us_ofac_sdn"));
}

#[test]
fn labels_as_json() {
    let check = |text: &str, expected: &[(&str, &str, Category, u64)]| {
        let reading = parse(Format::Etherscan, text.as_bytes()).unwrap();
        let given = "https://example.org/given";
        let expected: Vec<_> = expected
            .iter()
            .map(|(address, name, category, chain)| {
                (checked(address), *name, *category, Some(ChainId(*chain)), given)
            })
            .collect();
        assert_eq!(named(&reading), expected, "{text}");
    };
    check(
        &etherscan(),
        &[
            (LIFSHITS, "TEST: Hot Wallet", Category::Exchange, 1),
            (SUEX, "Fake_Phishing123", Category::Scam, 1),
            (LAZARUS, "heist", Category::Theft, 137),
        ],
    );
    check(
        &format!(
            "[{{\"address\":\"{SUEX}\",\"nameTag\":\"TEST\",\"labels\":\"bridge\",\"chainId\":10}}]"
        ),
        &[(SUEX, "TEST", Category::Bridge, 10)],
    );
}

#[test]
fn plain_addresses_of_several_chains() {
    let reading = parse(Format::Addresses, plain().as_bytes()).unwrap();
    let given = "https://example.org/given";
    assert_eq!(
        named(&reading),
        [
            (checked(LIFSHITS), given, Category::Other, None, given),
            (LAZARUS.to_owned(), "TEST name", Category::Other, None, given),
        ]
    );
    assert_eq!((reading.counts.entries, reading.counts.repeated), (4, 1));
    assert_eq!(foreign(&reading), [("?", 1)]);
}

#[test]
fn a_list_is_whole_only_with_all_its_parts_and_entries() {
    let row = |number: u64| {
        format!("{number},\"TEST {number}\",-0- ,\"X\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \n")
    };
    let check = |n_entries: u64, comments: Option<&str>, expected: bool| {
        let sdn: String = (1..=n_entries).map(row).collect();
        let mut more = comments.unwrap_or_default().as_bytes();
        let comments = comments.map(|_| Input { origin: "comments", data: &mut more });
        let input = Input { origin: "sdn", data: &mut sdn.as_bytes() };
        let reading = read(Format::SdnCsv, input, comments, &Terms::default()).unwrap();
        assert_eq!(reading.is_whole, expected, "{n_entries}");
    };
    check(4_999, Some("1,\"x\"\n"), false);
    check(5_000, Some("1,\"x\"\n"), true);
    check(5_000, None, false);
}
