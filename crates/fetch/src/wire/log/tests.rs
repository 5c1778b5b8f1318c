use fundtrail_model::H256;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

use super::{Log, each_log, plain};

fn word(n: u8) -> String {
    format!("0x{}", format!("{n:02x}").repeat(32))
}

fn log(topics: usize, data: &str) -> Value {
    let topics: Vec<String> = (1..).take(topics).map(word).collect();
    json!({
        "address": format!("0x{}", "99".repeat(20)), "topics": topics, "data": data,
        "blockNumber": "0x10", "blockHash": word(1), "transactionHash": word(2),
        "transactionIndex": "0x0", "logIndex": "0x3", "unknown": [{"a": "]"}],
    })
}

#[test]
fn logs_have_at_most_four_topics() {
    let check = |count: usize| {
        let read = serde_json::from_value::<Log>(log(count, "0x")).ok();
        let words: Vec<H256> = (1..).take(count).map(H256::repeat_byte).collect();
        assert_eq!(read.map(|log| log.topics.as_slice().to_vec()), (count <= 4).then_some(words));
    };
    for count in 0..=5 {
        check(count);
    }
}

#[test]
fn data_is_kept_where_it_is_one_word() {
    let check = |data: &str, expected: Option<Option<[u8; 32]>>| {
        let read = serde_json::from_value::<Log>(log(0, data)).ok();
        assert_eq!(read.map(|log| log.data.0.word().copied()), expected, "{data}");
    };
    check("0x", Some(None));
    check(&word(7), Some(Some([7; 32])));
    check(&format!("{}07", word(7)), Some(None));
    check("0x0g", None);
    check("0x07f", None);
    check(&"0xzz".repeat(16), None);
    check(&format!("0x0x{}", "07".repeat(31)), None);
}

#[test]
fn a_list_is_read_log_by_log() {
    let check = |text: &str, expected: Result<usize, &str>| {
        let mut count = 0;
        let read = each_log(text, |_| count += 1).map_err(|error| error.to_string());
        assert_eq!(read.as_ref().map(|()| count).map_err(String::as_str), expected);
    };
    check("[]", Ok(0));
    check(&json!([log(3, "0x"), log(1, "0x")]).to_string(), Ok(2));
    check("null", Err("invalid type: null, expected a list of logs at line 1 column 4"));
    check("[] []", Err("trailing characters at line 1 column 4"));
    check("[{}]", Err("missing field `address` at line 1 column 3"));
}

/// A log in the order and with the members that anvil gives it.
fn plain_log(data: &str) -> String {
    let (address, one, two) = ("99".repeat(20), word(1), word(2));
    format!(
        r#"{{"address":"0x{address}","topics":["{one}","{two}"],"data":"{data}","blockHash":"{one}","blockNumber":"0x1f","blockTimestamp":"0x5e0be100","transactionHash":"{two}","transactionIndex":"0x3","logIndex":"0xa","removed":false}}"#
    )
}

/// What is read of a list, whether at one go or in full.
#[track_caller]
fn check_both(text: &str, is_plain: bool) {
    let mut at_one_go = vec![];
    let read = plain::each_log(text.as_bytes(), |log| at_one_go.push(log.clone()));
    assert_eq!(read.is_ok(), is_plain, "{text}");
    let in_full = serde_json::from_str::<Vec<Log>>(text);
    let mut logs = vec![];
    let all = each_log(text, |log| logs.push(log.clone()));
    assert_eq!(all.is_ok(), in_full.is_ok(), "{text}");
    if let Ok(in_full) = in_full {
        assert_eq!(logs, in_full, "{text}");
        assert!(in_full.starts_with(&at_one_go), "{text}");
    }
}

#[test]
fn a_plain_log_is_read_at_one_go_and_any_other_in_full() {
    let log = plain_log(&word(7));
    check_both(&format!("[{log}]"), true);
    check_both(&format!("[{log},{log},{}]", plain_log("0x")), true);
    check_both(&format!("[{}]", plain_log(&format!("{}07", word(7)))), true);
    let change = |from: &str, to: &str, is_plain: bool| {
        let changed = log.replacen(from, to, 1);
        assert_ne!(changed, log, "{from}");
        check_both(&format!("[{log},{changed}]"), is_plain);
    };
    change(r#""removed":false"#, r#""removed":true"#, true);
    change(r#","removed":false"#, "", true);
    change(r#""0x5e0be100""#, "null", true);
    change("address", "addres", false);
    for (from, to) in [
        // All of this is JSON, and some of it a log.
        (r#""removed":false"#, r#""removed":null"#),
        (r#""0x5e0be100""#, "17"),
        (r#""0x5e0be100""#, r#"{"a":"}]"}"#),
        (r#""0x5e0be100""#, r#""a\"b""#),
        ("blockTimestamp", "\\u0061ddress"),
        ("blockTimestamp", "data"),
        ("\"logIndex\":", "\"logIndex\": "),
        (r#""0x1f""#, r#""0x""#),
        (r#""0x1f""#, r#""0x10000000000000000""#),
        (r#""0x1f""#, r#""0x+1f""#),
        (r#""0x1f""#, r#""1f""#),
        (r#""0x1f""#, "31"),
        ("0x9999", "0x99zz"),
        ("0x9999", "0x0x99"),
        ("0x9999", "0x"),
        (r#""topics":["#, r#""topics":[null,"#),
        (r#""topics":["#, r#""topics":[,"#),
        // And some of it is none.
        (r#""removed":false"#, r#""removed":fals"#),
        (r#""removed":false"#, r#""removed":false,"#),
        ("}", "},"),
        ("}", ""),
        ("blockTimestamp", "block\u{1}"),
        ("0x5e0be100", "\u{1}"),
    ] {
        change(from, to, false);
    }
    let topics = |count: usize| {
        let words: Vec<String> = (1..).take(count).map(|n| format!("\"{}\"", word(n))).collect();
        let both = format!(r#""{}","{}""#, word(1), word(2));
        format!("[{}]", log.replacen(&both, &words.join(","), 1))
    };
    for count in 0..=5 {
        check_both(&topics(count), count <= 4);
    }
    for text in ["[]", "[ ]", "", "[", "[{}]", "null", "[1]", "{}"] {
        check_both(text, false);
    }
    for end in 1..log.len() {
        check_both(&format!("[{log},{}", &log[..end]), false);
    }
    check_both(&format!("[{log}] "), false);
    check_both(&format!("[{log}]]"), false);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    /// Whatever is changed in a list: both read the same.
    #[test]
    fn reading_at_one_go_is_reading_in_full(
        changes in vec((any::<Index>(), prop::sample::select(br#""{}[],:0xag\null "#.to_vec())), 1..4),
        is_inserted in any::<bool>(),
    ) {
        let mut text = format!("[{},{}]", plain_log(&word(7)), plain_log("0x0102")).into_bytes();
        for (place, byte) in changes {
            let place = place.index(text.len());
            if is_inserted { text.insert(place, byte) } else { text[place] = byte }
        }
        let text = String::from_utf8(text).unwrap();
        let is_plain = plain::each_log(text.as_bytes(), |_| {}).is_ok();
        check_both(&text, is_plain);
        prop_assert!(!is_plain || serde_json::from_str::<Vec<Log>>(&text).is_ok());
    }
}
