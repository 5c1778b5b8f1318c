use fundtrail_model::{
    Address, Asset, ChainId, Confidence, DateBound, ListingStatus, Marks, parse_address, parse_date,
};

use super::Book;
use crate::{Extended, ListKind, Sourcing};

const POOL: &str = "0x12D66f87A04A9E220743712cE6d9bB1B5616B8Fc";
const ETHEREUM: ChainId = ChainId(1);
const POLYGON: ChainId = ChainId(137);

fn address(text: &str) -> Address {
    parse_address(text).unwrap()
}

fn names(marks: &Marks) -> Vec<&str> {
    marks.labels.iter().map(|label| label.name.as_str()).collect()
}

#[test]
fn labels_come_in_the_order_of_trust() {
    let header = "chain,address,name,category,source,confidence\n";
    let mut book = Book::builtin().unwrap();
    let first = format!("{header}1,{POOL},mine,other,s,claimed\n");
    let second = format!("{header}*,{POOL},sure,other,s,certain\n");
    book.extend(first.as_bytes(), "first.csv").unwrap();
    book.extend(second.as_bytes(), "second.csv").unwrap();
    let check = |chain: ChainId, expected: &[&str]| {
        assert_eq!(names(&book.marks(chain, address(POOL))), expected);
    };
    check(ETHEREUM, &["sure", "mine", "Tornado Cash: 0.1 ETH pool"]);
    check(POLYGON, &["sure"]);
    assert_eq!(book.marks(ETHEREUM, Address::repeat_byte(7)), Marks::default());
}

#[test]
fn among_equals_the_chain_then_the_file_then_the_row_decides() {
    let header = "chain,address,name,category,source,valid_from,valid_until\n";
    let mut book = Book::empty();
    let rows = format!("*,{POOL},all,other,s,,\n");
    book.extend(format!("{header}{rows}").as_bytes(), "a.csv").unwrap();
    let rows = format!("1,{POOL},new,other,s,2022-01-01,\n1,{POOL},old,other,s,,2021-12-31\n");
    book.extend(format!("{header}{rows}").as_bytes(), "b.csv").unwrap();
    let marks = book.marks(ETHEREUM, address(POOL));
    assert_eq!(names(&marks), ["new", "old", "all"]);
    let name_on = |day: &str| marks.label_on(parse_date(day).unwrap()).unwrap().name.clone();
    assert_eq!(name_on("2021-12-31"), "old");
    assert_eq!(name_on("2022-01-01"), "new");
}

#[test]
fn a_newer_list_of_an_authority_replaces_what_older_ones_say_of_its_addresses() {
    let header = "address,entity,authority,listed_on,delisted_on,delisted_on_is,source\n";
    let thief = "0x098B716B8Aaf21512996dC57EB0615e2383E2f96";
    let mut book = Book::builtin().unwrap();
    let n_before = book.listings().count();
    let rows = format!(
        "{thief},LAZARUS GROUP,OFAC SDN,2022-04-14,2027-01-02,no-later-than,s\n\
         {thief},Lazarus Group,EU,2021-07-01,,,s\n"
    );
    let extended = book.extend(format!("{header}{rows}").as_bytes(), "ofac-2027.csv").unwrap();
    assert_eq!(extended, Extended { listings: 2, ..Extended::default() });
    assert_eq!(book.listings().count(), n_before + 1);
    let listings = book.marks(ETHEREUM, address(thief)).listings;
    let shown: Vec<_> =
        listings.iter().map(|listing| (&*listing.authority, listing.delisted)).collect();
    let gone = DateBound::NoLaterThan(parse_date("2027-01-02").unwrap());
    assert_eq!(shown, [("EU", None), ("OFAC SDN", Some(gone))]);
    let status = listings[1].status_on(parse_date("2027-01-02").unwrap());
    assert_eq!(status, ListingStatus::Delisted);
}

#[test]
fn tokens_of_the_user_replace_built_in_ones_but_not_each_other() {
    let header = "chain,contract,symbol,decimals,source\n";
    let usdc = address("0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48");
    let asset = Asset::Token(ETHEREUM, usdc);
    let mut book = Book::builtin().unwrap();
    assert_eq!(book.token(asset).unwrap().decimals, 6);
    assert_eq!(book.token(Asset::Native(ETHEREUM)), None);
    assert_eq!(book.token(Asset::Token(POLYGON, usdc)), None);
    let file = |symbol: &str| format!("{header}1,{usdc:?},{symbol},6,mine\n");
    book.extend(file("USDC.m").as_bytes(), "a.csv").unwrap();
    assert_eq!(book.token(asset).unwrap().symbol, "USDC.m");
    book.extend(file("USDC.m").as_bytes(), "b.csv").unwrap();
    let error = book.extend(file("USDC.x").as_bytes(), "c.csv").unwrap_err();
    assert_eq!(
        error.to_string(),
        "c.csv: contradicts b.csv: the token 0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48 on chain 1 is \
         USDC.m with 6 decimals there and USDC.x with 6 decimals here. Correct or leave out one of the \
         two files"
    );
    assert_eq!(book.token(asset).unwrap().symbol, "USDC.m");
    assert_eq!(book.lists().len(), 5);
}

#[test]
fn lists_are_named_with_their_day_source_and_hash() {
    let header = "chain,address,name,category,source\n";
    let text = format!("# name: mine\n# as of: 2026-06-25\n# source: me\n{header}");
    let mut book = Book::empty();
    book.extend(text.as_bytes(), "dir/my.csv").unwrap();
    book.extend(header.as_bytes(), "dir/bare.csv").unwrap();
    let [mine, bare] = book.lists() else { panic!("{:?}", book.lists()) };
    assert_eq!((mine.name.as_str(), mine.origin.as_str()), ("mine", "dir/my.csv"));
    assert_eq!((mine.kind, mine.rows), (ListKind::Labels, 0));
    assert_eq!((mine.as_of, mine.source.as_deref()), (parse_date("2026-06-25"), Some("me")));
    // echo 'chain,address,name,category,source' | sha256sum
    let sha256 = "b971db67a21cbbbe63d3ad3c64ba24a5cfc9e888103738a8e99548c1713f6f68";
    assert_eq!(bare.sha256, sha256);
    assert_eq!((bare.name.as_str(), bare.as_of, &bare.source), ("dir/bare.csv", None, &None));
}

#[test]
fn labels_without_a_source_are_refused_unless_asked_for_and_come_last() {
    let with = |columns: &str, row: &str| {
        format!("chain,address,name,category,confidence{columns}\n{row}")
    };
    let bare = with("", &format!("1,{POOL},Friendly Exchange,exchange,certain\n"));
    let empty = with(",source", &format!("1,{POOL},Friendly Exchange,exchange,certain,\n"));
    for text in [&bare, &empty] {
        let mut book = Book::builtin().unwrap();
        let before = book.marks(ETHEREUM, address(POOL));
        let error = book.extend(text.as_bytes(), "poison.csv").unwrap_err();
        assert!(error.lacks_source(), "{error}");
        assert_eq!(book.marks(ETHEREUM, address(POOL)), before);

        let lenient = Sourcing::OptionalForLabels;
        book.extend_with(text.as_bytes(), "poison.csv", lenient).unwrap();
        let marks = book.marks(ETHEREUM, address(POOL));
        assert_eq!(names(&marks), ["Tornado Cash: 0.1 ETH pool", "Friendly Exchange"]);
        let last = marks.labels.last().unwrap();
        assert!(last.is_unsourced());
        assert_eq!(last.confidence, Confidence::Claimed);
        assert_eq!(marks.conflicts().len(), 1);
    }
    // Nobody calls anybody sanctioned, or a token real, without a source.
    let check = |text: &str| {
        let lenient = Sourcing::OptionalForLabels;
        let error = Book::empty().extend_with(text.as_bytes(), "a.csv", lenient).unwrap_err();
        assert!(error.lacks_source(), "{error}");
    };
    check(&format!("chain,address,name,category,valid_from\n1,{POOL},X,sanctioned,2022-01-01\n"));
    check(&format!("chain,contract,symbol,decimals\n1,{POOL},USDC,6\n"));
    check(&format!("address,entity,authority,listed_on\n{POOL},X,EU,2022-01-01\n"));
}

#[test]
fn a_label_that_says_sanctioned_is_judged_by_the_day_like_a_listing() {
    let header = "chain,address,name,category,valid_from,valid_until,source\n";
    let check = |notes: &str, days: &str, on: &str, expected: Result<ListingStatus, &str>| {
        let text = format!("{notes}{header}1,{POOL},Wanted,sanctioned,{days},a page\n");
        let mut book = Book::empty();
        match (book.extend(text.as_bytes(), "own.csv"), expected) {
            (Ok(_), Ok(status)) => {
                let marks = book.marks(ETHEREUM, address(POOL));
                let [listing] = &*marks.listings else { panic!("{marks:?}") };
                assert_eq!(listing.status_on(parse_date(on).unwrap()), status, "{days} on {on}");
                assert_eq!((&*listing.entity, &*listing.source), ("Wanted", "a page"));
                assert!(listing.list.is_some());
            }
            (Err(error), Err(words)) => assert!(error.to_string().contains(words), "{error}"),
            (found, expected) => panic!("{found:?} is not {expected:?}"),
        }
    };
    use ListingStatus::{Delisted, Listed, PerhapsListed};
    check("", "2022-01-01,2022-12-31", "2021-12-31", Ok(PerhapsListed));
    check("", "2022-01-01,2022-12-31", "2022-12-31", Ok(Listed));
    check("", "2022-01-01,2022-12-31", "2023-01-01", Ok(Delisted));
    check("# as of: 2026-06-25\n", ",", "2026-06-24", Ok(PerhapsListed));
    check("# as of: 2026-06-25\n", ",", "2026-06-25", Ok(Listed));
    check("# as of: 2026-06-25\n", ",2022-12-31", "2022-12-31", Ok(Listed));
    check("# as of: 2026-06-25\n", ",2022-12-31", "2023-01-01", Ok(Delisted));
    check("", ",", "2023-01-01", Err("a sanction is judged by the day"));
}

#[test]
fn a_listing_names_the_version_of_the_list_it_stands_in() {
    let book = Book::builtin().unwrap();
    let list = &book.lists()[0];
    let cited = book.marks(ETHEREUM, address(POOL)).listings[0].list.clone().unwrap();
    assert_eq!(cited, list.cited());
    let short = cited.split("sha-256 ").nth(1).unwrap();
    assert!(short.len() == 12 && list.sha256.starts_with(short), "{cited}");
    assert!(cited.contains(&list.name) && cited.contains("as of 2026-06-25"), "{cited}");
    assert!(book.listings().all(|listing| listing.list.is_some()));
}
