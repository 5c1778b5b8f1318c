use std::collections::BTreeSet;

use fundtrail_model::{
    Asset, Category, ChainId, Date, DateBound, Listing, ListingStatus, Stop, checksum,
    parse_address, parse_date,
};

use super::{BUILT_IN_LISTS, Book};

const ETHEREUM: ChainId = ChainId(1);

fn day(text: &str) -> Date {
    parse_date(text).unwrap()
}

fn n_listings(is_counted: impl Fn(&Listing) -> bool) -> usize {
    Book::builtin().unwrap().listings().filter(|listing| is_counted(listing)).count()
}

fn n_listed_on(text: &str) -> usize {
    n_listings(|listing| listing.status_on(day(text)) == ListingStatus::Listed)
}

#[test]
fn the_sanctions_list_agrees_with_the_published_counts() {
    assert_eq!(n_listings(|_| true), 189);
    assert_eq!(n_listings(|listing| listing.authority == "OFAC SDN"), 189);
    assert_eq!(n_listed_on("2026-06-25"), 97);
    assert_eq!(n_listed_on("2020-09-09"), 0);
    let delisted = |listing: &Listing| listing.delisted == Some(DateBound::On(day("2025-03-21")));
    assert_eq!(n_listings(delisted), 90);
    assert_eq!(n_listings(|listing| delisted(listing) && listing.entity == "TORNADO CASH"), 90);
    let listed_on = |listing: &Listing, text| listing.listed == DateBound::On(day(text));
    assert_eq!(n_listings(|it| delisted(it) && listed_on(it, "2022-08-08")), 37);
    assert_eq!(n_listings(|it| delisted(it) && listed_on(it, "2022-11-08")), 53);
    assert_eq!(n_listings(|it| it.delisted.is_some()), 92);
    assert_eq!(n_listings(|it| it.entity == "LAZARUS GROUP" && it.delisted.is_none()), 8);
    assert_eq!(n_listings(|it| it.entity == "SIM, Hyon Sop" && it.delisted.is_none()), 6);
    assert_eq!(n_listings(|it| it.entity == "SEMENOV, Roman" && it.delisted.is_none()), 8);
    assert_eq!(n_listings(|it| matches!(it.listed, DateBound::NoLaterThan(_))), 31);
}

#[test]
fn sanctions_are_judged_by_the_day() {
    let check = |address: &str, on: &str, expected: ListingStatus| {
        let book = Book::builtin().unwrap();
        let marks = book.marks(ETHEREUM, parse_address(address).unwrap());
        let [listing] = &*marks.listings else { panic!("{address}: {:?}", marks.listings) };
        assert_eq!(listing.status_on(day(on)), expected, "{address} on {on}");
    };
    use ListingStatus::{Delisted, Listed, NotYetListed, PerhapsDelisted, PerhapsListed};
    let pool = "0xA160cdAB225685dA1d56aa342Ad8841c3b53f291";
    check(pool, "2022-03-30", NotYetListed);
    check(pool, "2022-09-01", Listed);
    check(pool, "2025-04-01", Delisted);
    let ronin_thief = "0x098B716B8Aaf21512996dC57EB0615e2383E2f96";
    check(ronin_thief, "2022-04-13", NotYetListed);
    check(ronin_thief, "2022-04-14", Listed);
    let old_proxy = "0x905b63fff465b9ffbf41dea908ceb12478ec7601";
    check(old_proxy, "2022-08-07", NotYetListed);
    check(old_proxy, "2022-11-08", PerhapsDelisted);
    check(old_proxy, "2022-11-09", Delisted);
    let semenov = "0x43fa21d92141BA9db43052492E0DeEE5aa5f0A93";
    check(semenov, "2025-04-01", Listed);
    let chatex = "0x6aCDFBA02D390b97Ac2b2d42A63E85293BCc160e";
    check(chatex, "2024-02-20", PerhapsDelisted);
    check(chatex, "2024-02-21", Delisted);
    let sim_hyon_sop = "0x747AFB5c7A7fc34B547cD0FDEbf9b91759C5a52b";
    check(sim_hyon_sop, "2026-03-27", PerhapsListed);
    check(sim_hyon_sop, "2026-03-28", Listed);
}

#[test]
fn a_theft_of_march_2022_stops_at_the_mixer_and_not_at_a_sanction() {
    let book = Book::builtin().unwrap();
    let check = |chain: u64, pool: &str, arrived: &str, today: &str, expected| {
        let marks = book.marks(ChainId(chain), parse_address(pool).unwrap());
        assert_eq!(marks.stop_on(day(arrived), day(today)), Some(expected));
    };
    let eth_pool = "0xA160cdAB225685dA1d56aa342Ad8841c3b53f291";
    let matic_pool = "0xdf231d99Ff8b6c6CBF4E9B9a945CBAcEF9339178";
    check(1, eth_pool, "2022-03-30", "2026-11-23", Stop::Mixer);
    check(137, matic_pool, "2022-03-30", "2026-11-23", Stop::Mixer);
    check(1, eth_pool, "2022-03-30", "2023-01-01", Stop::Sanctioned);
    check(1, eth_pool, "2022-09-01", "2026-11-23", Stop::Sanctioned);
    check(
        1,
        "0x0000000000000000000000000000000000000000",
        "2022-03-30",
        "2022-03-30",
        Stop::Burned,
    );
    check(
        56,
        "0x000000000000000000000000000000000000dEaD",
        "2022-03-30",
        "2022-03-30",
        Stop::Burned,
    );
    check(
        1,
        "0x28C6c06298d514Db089934071355E5743bf21d60",
        "2022-03-30",
        "2022-03-30",
        Stop::Service,
    );
    check(
        137,
        "0x5a58505a96D1dbf8dF91cB21B54419FC36e93fdE",
        "2022-03-30",
        "2022-03-30",
        Stop::Bridge,
    );
}

#[test]
fn each_chain_has_its_wrapped_coin_and_its_mixers() {
    let book = Book::builtin().unwrap();
    let has = |chain: u64, category: Category| {
        let of_chain = |label: &&fundtrail_model::Label| label.chain == Some(ChainId(chain));
        book.labels().filter(of_chain).any(|label| label.category == category)
    };
    for chain in [1, 10, 56, 100, 137, 42_161, 43_114] {
        assert!(has(chain, Category::Mixer), "chain {chain}");
    }
    for chain in [1, 10, 56, 100, 137, 8_453, 42_161, 43_114, 59_144, 534_352, 11_155_111] {
        assert!(has(chain, Category::WrappedNative), "chain {chain}");
    }
    let n_of = |category| book.labels().filter(|label| label.category == category).count();
    assert!(n_of(Category::Exchange) > 300);
    assert!(n_of(Category::Bridge) > 100);
}

#[test]
fn well_known_tokens_have_their_published_decimals() {
    let book = Book::builtin().unwrap();
    let check = |chain: u64, contract: &str, symbol: &str, decimals: u8| {
        let asset = Asset::Token(ChainId(chain), parse_address(contract).unwrap());
        let token = book.token(asset).unwrap();
        assert_eq!((token.symbol.as_str(), token.decimals), (symbol, decimals));
    };
    check(1, "0xdAC17F958D2ee523a2206206994597C13D831ec7", "USDT", 6);
    check(56, "0x55d398326f99059fF775485246999027B3197955", "USDT", 18);
    check(137, "0x2791Bca1f2de4661ED88A30C99A7a9449Aa84174", "USDC.e", 6);
    check(8_453, "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", "USDC", 6);
    check(1, "0x2260FAC5E5542a773Aa44fBCfeDf7C193bc2C599", "WBTC", 8);
    check(1, "0x056Fd409E1d7A124BD7017459dFEa2F387b6d5Cd", "GUSD", 2);
}

#[test]
fn built_in_lists_describe_themselves() {
    let book = Book::builtin().unwrap();
    let names: Vec<_> = book.lists().iter().map(|list| (&*list.name, &*list.origin)).collect();
    let expected = ["OFAC SDN, EVM addresses", "core labels", "well-known tokens"]
        .map(|name| (name, "built in"));
    assert_eq!(names, expected);
    for list in book.lists() {
        assert!(list.as_of.is_some() && list.source.is_some() && list.rows > 100, "{list:?}");
    }
    assert!(book.labels().all(|label| !label.is_invented && !label.source.is_empty()));
    assert!(book.listings().all(|listing| !listing.is_invented && !listing.source.is_empty()));
    assert!(book.tokens().all(|token| !token.source.is_empty()));
}

/// Reading accepts lower case, the built-in lists do not use it: a mistyped digit must not pass.
#[test]
fn built_in_addresses_are_written_with_their_checksum() {
    for list in BUILT_IN_LISTS {
        let rows = list.lines().filter(|line| !line.starts_with('#')).skip(1);
        for row in rows {
            let text = row.split(',').find(|cell| cell.starts_with("0x")).unwrap();
            assert_eq!(text, checksum(parse_address(text).unwrap()));
        }
    }
}

#[test]
fn built_in_lists_have_no_repeated_rows() {
    for list in BUILT_IN_LISTS {
        let rows: Vec<_> = list.lines().collect();
        assert_eq!(rows.iter().collect::<BTreeSet<_>>().len(), rows.len());
    }
    let n_rows: usize = Book::builtin().unwrap().lists().iter().map(|list| list.rows).sum();
    let is_row = |line: &&str| !line.starts_with('#');
    let n_lines: usize =
        BUILT_IN_LISTS.iter().map(|list| list.lines().filter(is_row).count() - 1).sum();
    assert_eq!(n_rows, n_lines);
}

#[test]
fn the_order_of_columns_does_not_matter() {
    let [mut forwards, mut backwards] = [Book::empty(), Book::empty()];
    for list in BUILT_IN_LISTS {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .comment(Some(b'#'))
            .from_reader(list.as_bytes());
        let mut writer = csv::Writer::from_writer(Vec::new());
        for record in reader.records() {
            let record = record.unwrap();
            writer.write_record(record.iter().collect::<Vec<_>>().into_iter().rev()).unwrap();
        }
        forwards.extend(list.as_bytes(), "list").unwrap();
        backwards.extend(&writer.into_inner().unwrap(), "list").unwrap();
    }
    assert!(forwards.labels().eq(backwards.labels()));
    // The files differ, and so do their hashes.
    let facts = |book: &Book| -> Vec<Listing> {
        book.listings().map(|listing| Listing { list: None, ..listing.clone() }).collect()
    };
    assert_eq!(facts(&forwards), facts(&backwards));
    assert!(forwards.tokens().eq(backwards.tokens()));
}
