use fundtrail_model::H256;
use serde_json::{Value, json};

use super::{Log, each_log};

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
