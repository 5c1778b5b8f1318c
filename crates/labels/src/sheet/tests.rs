use proptest::prelude::*;

use crate::{Book, Error, Extended};

const LABELS: &str = "chain,address,name,category,source\n";
const LISTINGS: &str = "address,entity,authority,listed_on,source\n";
const TOKENS: &str = "chain,contract,symbol,decimals,source\n";
const A: &str = "0x12D66f87A04A9E220743712cE6d9bB1B5616B8Fc";
const B: &str = "0x47CE0C6eD5B0Ce3d3A51fdb1C52DC66a7c3c2936";

fn read(text: &[u8]) -> Result<Extended, Error> {
    Book::empty().extend(text, "my.csv")
}

fn fails(text: &[u8], message: &str) {
    let mut book = Book::empty();
    let error = book.extend(text, "my.csv").unwrap_err();
    assert_eq!(error.to_string(), message, "for {:?}", String::from_utf8_lossy(text));
    assert_eq!(book.lists(), &[], "a list that fails leaves nothing behind");
    assert_eq!(book.labels().count() + book.listings().count() + book.tokens().count(), 0);
}

#[test]
fn headers_that_do_not_fit_say_what_would() {
    let check = |header: &str, message: &str| fails(header.as_bytes(), message);
    let example = "no header: the first line that is not a comment names the columns, for example \
                   chain,address,name,category,source";
    check("", &format!("my.csv: {example}"));
    check("# only a comment\n\n", &format!("my.csv: {example}"));
    let kinds = "the columns do not tell what the file holds: labels have the column `category`, \
                 listings have the column `listed_on`, tokens have the column `decimals`. Columns are \
                 separated by commas";
    check("chain;address;name;category;source", &format!("my.csv, line 1: {kinds}"));
    check("# a\n\n#b\nchain,address", &format!("my.csv, line 4: {kinds}"));
    check("category,decimals,address", &format!("my.csv, line 1: {kinds}"));
    check(
        "chain,address,label,category,source",
        "my.csv, line 1: `label` is not a column of labels: the columns are chain, address, name, \
         category, source, valid_from, valid_until, confidence, invented",
    );
    check(
        "chain,address,name,category,source,name",
        "my.csv, line 1: the column `name` is there twice",
    );
    check(
        "chain,address,category",
        "my.csv, line 1: a list of labels also needs the column name, source",
    );
    check(
        "chain,contract,symbol,decimals,\u{202e}ecruos",
        "my.csv, line 1: `\\u{202e}ecruos` is not a column of tokens: the columns are chain, contract, \
         symbol, decimals, source",
    );
}

#[test]
fn texts_that_are_not_lists_are_refused() {
    fails(b"chain,address\n1,\xff\n", "my.csv, line 2: not UTF-8 text: save the file as UTF-8");
    let long = format!("{LABELS}1,{A},{},exchange,s\n", "x".repeat(70_000));
    fails(
        long.as_bytes(),
        "my.csv, line 2: the line has more than 65536 bytes: this is not a list of one row per line",
    );
    fails(
        b"# as of: yesterday\nchain,address,name,category,source\n",
        "my.csv, line 1: `yesterday` is not a day: write it as 2022-03-29",
    );
    fails(
        "# name: good\u{202e}live\n".as_bytes(),
        "my.csv, line 1: hidden characters, written here as \\u{…}: `good\\u{202e}live`",
    );
}

#[test]
fn rows_of_labels_say_what_is_wrong() {
    let check = |row: &str, place: &str, problem: &str| {
        fails(format!("{LABELS}{row}\n").as_bytes(), &format!("my.csv, line 2{place}: {problem}"));
    };
    check(
        &format!("1,{A},x,exchange"),
        "",
        "the row has 4 fields and the header has 5: a field that holds a comma is put in double quotes",
    );
    check(
        &format!("1,{A},\"x,exchange,s\n1,{A},y,exchange,s"),
        "",
        "a double quote opens a field that does not end on the same line",
    );
    check(
        &format!("1,{A},x,bank,s"),
        ", column `category`",
        "`bank` is not known here: write one of exchange, mixer, bridge, dex, lending, payment, gambling, \
         scam, theft, sanctioned, token, freezable-token, wrapped-native, burn, other, unknown",
    );
    check(
        &format!("1,{A},x,,s"),
        ", column `category`",
        "empty: the category says what following does at the address",
    );
    check(
        "1,0x12d66f87A04A9E220743712cE6d9bB1B5616B8Fc,x,mixer,s",
        ", column `address`",
        "`0x12d66f87A04A9E220743712cE6d9bB1B5616B8Fc` fails its checksum: a digit may be wrong; if the \
         digits are right it is written 0x12D66f87A04A9E220743712cE6d9bB1B5616B8Fc",
    );
    check(
        "1,0x12D66f,x,mixer,s",
        ", column `address`",
        "`0x12D66f` is not an address: an EVM address is `0x` and 40 hexadecimal digits",
    );
    for chain in ["", "0", "eth", "+1", "-1", "1.0", "18446744073709551616"] {
        check(
            &format!("{chain},{A},x,mixer,s"),
            ", column `chain`",
            &format!(
                "`{chain}` is not a chain: write its id, for example 1 for Ethereum or 137 for \
                 Polygon, or `*` for every EVM chain"
            ),
        );
    }
    check(
        &format!("1,{A},x,mixer, "),
        ", column `source`",
        "empty: each row names who says so, for example the address of a page",
    );
    check(&format!("1,{A},,mixer,s"), ", column `name`", "empty: a label gives an address a name");
    check(
        &format!("1,{A},{},mixer,s", "x".repeat(257)),
        ", column `name`",
        "more than 256 characters",
    );
    check(
        &format!("1,{A},Bin\u{200b}ance,exchange,s"),
        ", column `name`",
        "hidden characters, written here as \\u{…}: `Bin\\u{200b}ance`",
    );
}

#[test]
fn optional_columns_of_labels_are_checked_too() {
    let header = "chain,address,name,category,source,valid_from,valid_until,confidence,invented";
    let check = |cells: &str, place: &str, problem: &str| {
        let text = format!("{header}\n1,{A},x,mixer,s,{cells}\n");
        fails(text.as_bytes(), &format!("my.csv, line 2{place}: {problem}"));
    };
    check(
        "2022-02-30,,,",
        ", column `valid_from`",
        "`2022-02-30` is not a day: write it as 2022-03-29",
    );
    check(
        "2022-03-02,2022-03-01,,",
        ", column `valid_until`",
        "ends on 2022-03-01, before it starts on 2022-03-02",
    );
    check(
        ",,sure,",
        ", column `confidence`",
        "`sure` is not known here: write one of claimed, probable, certain",
    );
    check(",,,maybe", ", column `invented`", "`maybe` is not known here: write one of yes, no");
}

#[test]
fn rows_of_listings_and_tokens_say_what_is_wrong() {
    let header =
        "address,entity,authority,listed_on,listed_on_is,delisted_on,delisted_on_is,source";
    let check = |cells: &str, place: &str, problem: &str| {
        let text = format!("{header}\n{A},X,OFAC SDN,{cells},s\n");
        fails(text.as_bytes(), &format!("my.csv, line 2{place}: {problem}"));
    };
    check("8/8/2022,,,", ", column `listed_on`", "`8/8/2022` is not a day: write it as 2022-03-29");
    check(
        "2022-08-08,about,,",
        ", column `listed_on_is`",
        "`about` is not known here: write one of on, no-later-than",
    );
    check(
        "2022-08-08,,,on",
        ", column `delisted_on_is`",
        "says how a day is known, but `delisted_on` is empty",
    );
    check(
        "2022-08-08,,2022-08-07,",
        ", column `delisted_on`",
        "ends on 2022-08-07, before it starts on 2022-08-08",
    );
    fails(
        format!("{LISTINGS}{A},,OFAC SDN,2022-08-08,s\n").as_bytes(),
        "my.csv, line 2, column `entity`: empty: a listing names who is sanctioned",
    );
    for decimals in ["", "78", "-1", "1e1", "256"] {
        fails(
            format!("{TOKENS}1,{A},USDC,{decimals},s\n").as_bytes(),
            &format!(
                "my.csv, line 2, column `decimals`: `{decimals}` is not a number of decimals: write a \
                 whole number from 0 to 77"
            ),
        );
    }
    fails(
        format!("{TOKENS}*,{A},USDC,6,s\n").as_bytes(),
        "my.csv, line 2, column `chain`: `*` is not a chain: write its id, for example 1 for Ethereum \
         or 137 for Polygon",
    );
}

#[test]
fn rows_that_cannot_both_be_true_are_refused() {
    let upper = A.to_uppercase().replace("0X", "0x");
    fails(
        format!("{LABELS}1,{A},Kraken,exchange,s\n# note\n\n*,{upper},Lazarus,theft,s\n")
            .as_bytes(),
        &format!(
            "my.csv, line 5: contradicts line 2: {A} is `Kraken` (exchange) there and `Lazarus` (theft) \
             here on the same days. Correct or remove one of the two"
        ),
    );
    fails(
        format!("{LISTINGS}{A},X,OFAC SDN,2022-08-08,s\r\n{A},X,OFAC SDN,2022-08-09,s\r\n")
            .as_bytes(),
        &format!(
            "my.csv, line 3: contradicts line 2: {A} is listed by OFAC SDN for `X` from 2022-08-08 there \
             and for `X` from 2022-08-09 here on the same days. Correct or remove one of the two"
        ),
    );
    fails(
        format!("{TOKENS}1,{A},USDC,6,s\n1,{A},USDC,18,s\n").as_bytes(),
        &format!(
            "my.csv, line 3: contradicts line 2: the token {A} on chain 1 is USDC with 6 decimals there \
             and USDC with 18 decimals here. Correct or remove one of the two"
        ),
    );
    let many: String = (0..65).map(|n| format!("1,{A},x,other,source {n}\n")).collect();
    fails(
        format!("{LABELS}{many}").as_bytes(),
        &format!("my.csv, line 66: more than 64 rows for {A}"),
    );
}

#[test]
fn rows_that_can_both_be_true_are_kept_and_repeated_ones_counted_once() {
    let check = |text: String, labels: usize, listings: usize, tokens: usize| {
        assert_eq!(read(text.as_bytes()), Ok(Extended { labels, listings, tokens }), "{text}");
    };
    let row = format!("1,{A},x,mixer,s\n");
    check(format!("{LABELS}{row}{row}"), 1, 0, 0);
    check(format!("{LABELS}{row}1,{A},x,mixer,another source\n"), 2, 0, 0);
    check(format!("{LABELS}{row}137,{A},y,exchange,s\n1,{B},y,exchange,s\n"), 3, 0, 0);
    check(
        format!(
            "chain,address,name,category,source,valid_from,valid_until\n\
             1,{A},x,exchange,s,,2021-12-31\n1,{A},y,scam,s,2022-01-01,\n"
        ),
        2,
        0,
        0,
    );
    let listings = "address,entity,authority,listed_on,delisted_on,source\n";
    check(
        format!(
            "{listings}{A},X,OFAC SDN,2020-01-01,2021-01-01,s\n{A},X,OFAC SDN,2021-01-01,,s\n\
             {A},X,EU,2020-01-01,,s\n"
        ),
        0,
        3,
        0,
    );
    check(format!("{TOKENS}1,{A},T,6,s\n1,{A},T,6,t\n137,{A},T,18,s\n"), 0, 0, 2);
}

#[test]
fn spreadsheets_are_read_as_they_are_saved() {
    let check = |text: String| {
        let mut book = Book::empty();
        book.extend(text.as_bytes(), "my.csv").unwrap();
        let label = book.labels().next().unwrap();
        assert_eq!(
            (label.name.as_str(), label.source.as_str()),
            ("Kraken, \"hot\"", "s"),
            "{text}"
        );
        assert_eq!(book.labels().count(), 1);
    };
    let row = format!("1,{A},\"Kraken, \"\"hot\"\"\",exchange,s");
    check(format!("{LABELS}{row}"));
    check(format!("\u{feff}{LABELS}{row}\n"));
    check(format!(
        "\u{feff}# as of: 2026-01-01\r\nchain, address ,name,category,source\r\n{row}\r\n,,,,\r\n"
    ));
    check(format!("{LABELS}\n# 1,2\n\n{row}\n#\n"));
    check(format!(
        "source,category,name,address,chain\ns,exchange,\"Kraken, \"\"hot\"\"\", {A} , 1\n"
    ));
}

#[test]
fn lines_are_counted_as_an_editor_counts_them() {
    for line_break in ["\n", "\r\n"] {
        for n_skipped in 0..4 {
            let skipped = format!("# a, b{line_break}{line_break}").repeat(n_skipped);
            let header = LABELS.trim_end();
            let row = format!("1,{A},x,mixer,s");
            let text = [
                &*skipped,
                header,
                line_break,
                &skipped,
                &row,
                line_break,
                &skipped,
                "1,0x,x,mixer,s",
            ]
            .concat();
            let error = read(text.as_bytes()).unwrap_err();
            let line = text.lines().position(|line| line.starts_with("1,0x,")).unwrap() + 1;
            assert_eq!(error.line, u64::try_from(line).ok(), "{text:?}");
        }
    }
}

proptest! {
    #[test]
    fn no_bytes_panic(text in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&text);
    }

    #[test]
    fn no_text_of_likely_pieces_panics(
        pieces in proptest::collection::vec(
            prop::sample::select(vec![
                LABELS, LISTINGS, TOKENS, "chain,contract,date,usd,source\n", "\"", ",", "\n", "\r", "#",
                "# as of: 2022-01-01", "\u{feff}", "1", "*", A, B, "mixer", "2022-08-08", "é", "\0", "yes",
                "1,0x12D66f87A04A9E220743712cE6d9bB1B5616B8Fc,x,mixer,s\n",
            ]),
            0..24,
        ),
    ) {
        let text = pieces.concat();
        if let Err(error) = read(text.as_bytes()) {
            let n_lines = u64::try_from(text.split('\n').count()).unwrap();
            prop_assert!(error.line.is_none_or(|line| (1..=n_lines).contains(&line)), "{error}");
        }
    }
}
