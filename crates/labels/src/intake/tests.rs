//! Small files of each format. Addresses, names and dates in them are facts of the OFAC list as of
//! `data/lists/ofac-evm.csv`, unless a name begins with `TEST`.

mod bad;
mod hostile;

use fundtrail_model::{Category, ChainId, DateBound, ListFact, checksum, parse_date};

use super::{Counts, Format, Input, Reading, Terms, read};
use crate::Error;

pub(super) const LAZARUS: &str = "0x098B716B8Aaf21512996dC57EB0615e2383E2f96";
pub(super) const SUEX: &str = "0x2f389ce8bd8ff92de3402ffce4691d17fc4f6535";
pub(super) const LIFSHITS: &str = "0x901bb9583b24d97e995513c6778dc6888ab6870e";
pub(super) const BITCOIN: &str = "12udabs2TkX7NXCSj6KpqXfakjE52ZPLhz";
pub(super) const TRON: &str = "TE3mCcPULjPUE7ykX7RArDPAhyahoy3d2j";

pub(super) fn sdn_csv() -> String {
    format!(
        "29702,\"LIFSHITS, Artem Mikhaylovich\",\"individual\",\"CYBER2] [ELECTION-EO13848\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\"DOB 26 Dec 1992; Digital Currency Address - XBT {BITCOIN}; Digital Currency Address - ETH {LIFSHITS}; alt. Digital Currency Address - USDC {LIFSHITS}.\"\r\n\
         33151,\"SUEX OTC, S.R.O.\",-0- ,\"CYBER2\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\"Website suex.io; alt. Digital Currency Address - XBT 1B64QRxf\"\r\n\
         99999,\"TEST \"\"quoted\"\" SHIP\",\"vessel\",\"DPRK3\",-0- ,\"A8LU7\",\"Tanker\",-0- ,-0- ,\"Gabon\",-0- ,-0- \r\n\u{1a}\r\n"
    )
}

/// The remarks of 33151 are cut in the middle of an address.
pub(super) fn sdn_comments() -> String {
    format!(
        "33151,\"aa35MVkf7sDjuGUYAP5izQt7Qi; Digital Currency Address - ETH {SUEX}; Linked To: TEST.\"\r\n\u{1a}\r\n"
    )
}

pub(super) const ENHANCED_HEAD: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<sanctionsData xmlns="https://www.treasury.gov/ofac/DownloadFile/ENHANCED">
 <publicationInfo><dataAsOf>2022-04-14T09:00:00-04:00</dataAsOf></publicationInfo>
 <referenceValues><referenceValue refId="1"><type>x</type><value>0xnot</value></referenceValue></referenceValues>
 <entities>"#;

pub(super) fn enhanced() -> String {
    format!(
        r#"{ENHANCED_HEAD}<entity id="27307"><generalInfo><identityId>9</identityId></generalInfo>
   <sanctionsLists><sanctionsList refId="1" datePublished="2019-09-13">SDN List</sanctionsList></sanctionsLists>
   <sanctionsPrograms><sanctionsProgram>DPRK3</sanctionsProgram></sanctionsPrograms>
   <names><name id="1"><isPrimary>false</isPrimary><translations><translation id="1"><isPrimary>true</isPrimary><formattedFullName>APT38</formattedFullName></translation></translations></name>
    <name id="2"><isPrimary>true</isPrimary><translations><translation id="3"><isPrimary>true</isPrimary><formattedFullName>LAZARUS GROUP &amp; CO</formattedFullName></translation></translations></name></names>
   <features><feature id="1"><type featureTypeId="345">Digital Currency Address - ETH</type><value>{LAZARUS}</value></feature>
    <feature id="2"><type featureTypeId="992">Digital Currency Address - TRX</type><value>{TRON}</value></feature>
    <feature id="3"><type featureTypeId="14">Website</type><value>0x098B716B8Aaf21512996dC57EB0615e2383E2f97</value></feature></features></entity>
  <entity id="1"><sanctionsLists><sanctionsList>Non-SDN Test List</sanctionsList></sanctionsLists><names/>
   <features><feature id="4"><type>Digital Currency Address - ARB</type><value>{SUEX}</value></feature></features></entity>
 </entities></sanctionsData>"#
    )
}

pub(super) fn advanced() -> String {
    format!(
        r#"<?xml version="1.0" encoding="utf-8"?><Sanctions xmlns="http://www.un.org/sanctions/1.0" Version="1">
 <DateOfIssue CalendarTypeID="1"><Year>2023</Year><Month>8</Month><Day>23</Day></DateOfIssue>
 <ReferenceValueSets><ListValues><List ID="1550">SDN List</List></ListValues>
  <FeatureTypeValues><FeatureType ID="345" FeatureTypeGroupID="1">Digital Currency Address - ETH</FeatureType><FeatureType ID="344">Digital Currency Address - XBT</FeatureType><FeatureType ID="8">Birthdate</FeatureType></FeatureTypeValues>
  <NamePartTypeValues><NamePartType ID="1520">Last Name</NamePartType><NamePartType ID="1521">First Name</NamePartType></NamePartTypeValues></ReferenceValueSets>
 <DistinctParties><DistinctParty FixedRef="44718"><Comment/><Profile ID="44718" PartySubTypeID="4">
  <Identity ID="5" Primary="true"><Alias AliasTypeID="1403" Primary="true"><DocumentedName ID="1"><DocumentedNamePart><NamePartValue NamePartGroupID="71">Roman</NamePartValue></DocumentedNamePart><DocumentedNamePart><NamePartValue NamePartGroupID="70">SEMENOV</NamePartValue></DocumentedNamePart></DocumentedName>
    <DocumentedName ID="2"><DocumentedNamePart><NamePartValue NamePartGroupID="70">ДРУГОЕ</NamePartValue></DocumentedNamePart></DocumentedName></Alias>
   <Alias AliasTypeID="1400" Primary="false"><DocumentedName ID="3"><DocumentedNamePart><NamePartValue NamePartGroupID="70">POMA</NamePartValue></DocumentedNamePart></DocumentedName></Alias>
   <NamePartGroups><MasterNamePartGroup><NamePartGroup ID="70" NamePartTypeID="1520"/></MasterNamePartGroup><MasterNamePartGroup><NamePartGroup ID="71" NamePartTypeID="1521"/></MasterNamePartGroup></NamePartGroups></Identity>
  <Feature ID="1" FeatureTypeID="345"><FeatureVersion ID="1"><Comment/><VersionDetail DetailTypeID="1432">0xdcbEfFBECcE100cCE9E4b153C4e15cB885643193</VersionDetail></FeatureVersion></Feature>
  <Feature ID="2" FeatureTypeID="8"><FeatureVersion ID="2"><VersionDetail>{LAZARUS}</VersionDetail></FeatureVersion></Feature>
  <Feature ID="3" FeatureTypeID="344"><FeatureVersion ID="3"><VersionDetail>{BITCOIN}</VersionDetail></FeatureVersion></Feature>
 </Profile></DistinctParty><DistinctParty FixedRef="2"><Profile ID="2"/></DistinctParty></DistinctParties>
 <SanctionsEntries><SanctionsEntry ID="1" ProfileID="44718" ListID="1550"><EntryEvent><Date><Year>2001</Year><Month>1</Month><Day>1</Day></Date></EntryEvent>
  <SanctionsMeasure SanctionsTypeID="1"><Comment>CYBER2</Comment></SanctionsMeasure><SanctionsMeasure SanctionsTypeID="1"><Comment>DPRK3</Comment></SanctionsMeasure><SanctionsMeasure><Comment/></SanctionsMeasure></SanctionsEntry></SanctionsEntries></Sanctions>"#
    )
}

pub(super) fn tagpack() -> String {
    format!(
        "title: TEST pack\ncreator: TEST\nlastmod: 2022-01-24\ncurrency: ETH\nsource: https://example.org/tags\nconfidence: forensic\ntags:\n  - address: {LIFSHITS}\n    label: TEST exchange\n    category: exchange\n  - address: '{SUEX}'\n    label: TEST phishing\n    abuse: phishing\n    source: https://example.org/other\n  - address: {BITCOIN}\n    currency: BTC\n    label: TEST miner\n    concepts:\n      - miner\n"
    )
}

pub(super) fn open_sanctions() -> String {
    let wallet = |id: &str, key: &str, more: &str| {
        format!(
            "{{\"id\":\"{id}\",\"schema\":\"CryptoWallet\",\"properties\":{{\"publicKey\":[\"{key}\"],{more}}}\n"
        )
    };
    [
        wallet("w1", SUEX, "\"currency\":[\"ETH\"],\"holder\":[\"suex\"]},\"datasets\":[\"us_ofac_sdn\"],\"first_seen\":\"2021-09-22T10:00:00\",\"last_seen\":\"2023-05-01T00:00:00\""),
        "{\"id\":\"suex\",\"schema\":\"Company\",\"caption\":\"SUEX OTC, S.R.O.\",\"properties\":{\"topics\":[\"sanction\"]}}\n".to_owned(),
        wallet("w2", LIFSHITS, "\"currency\":[\"ETH\"],\"topics\":[\"crime.theft\"],\"name\":[\"TEST thief\"]},\"datasets\":[\"test\"]"),
        wallet("w3", BITCOIN, "\"currency\":[\"XBT\"],\"topics\":[\"sanction\"]},\"datasets\":[\"us_ofac_sdn\"]"),
        wallet("w4", LAZARUS, "\"holder\":[{\"id\":\"l\",\"schema\":\"Organization\",\"caption\":\"LAZARUS GROUP\",\"properties\":{\"topics\":[\"sanction\"]}}]},\"datasets\":[\"jp_mof_sanctions\"]"),
    ]
    .concat()
}

pub(super) fn etherscan() -> String {
    format!(
        "{{\"{LIFSHITS}\": {{\"name\": \"TEST: Hot Wallet\", \"labels\": [\"exchange\"]}},\n \"{SUEX}\": \"Fake_Phishing123\",\n \"{LAZARUS}\": {{\"nameTag\": \"\", \"labels\": [\"heist\", \"other\"], \"chainId\": 137}}}}"
    )
}

pub(super) fn plain() -> String {
    format!("# TEST\n{LIFSHITS}\n\n{LAZARUS}, TEST name\n{BITCOIN}\n{LIFSHITS}\n")
}

/// The whole set, each with the format that must be recognised.
pub(super) fn samples() -> Vec<(Format, String)> {
    let own = "# name: TEST\n# as of: 2022-05-01\naddress,entity,authority,listed_on,source\n\
               0x098B716B8Aaf21512996dC57EB0615e2383E2f96,LAZARUS GROUP,OFAC SDN,2022-04-14,OFAC\n";
    vec![
        (Format::Own, own.to_owned()),
        (Format::Addresses, plain()),
        (Format::SdnCsv, sdn_csv()),
        (Format::SdnComments, sdn_comments()),
        (Format::SdnEnhanced, enhanced()),
        (Format::SdnAdvanced, advanced()),
        (Format::TagPack, tagpack()),
        (Format::OpenSanctions, open_sanctions()),
        (Format::Etherscan, etherscan()),
    ]
}

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
