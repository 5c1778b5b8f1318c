//! One of the two questions for logs.

use fundtrail_model::{H256, Window, hash_hex};
use serde_json::{Value, json};

use crate::client::Call;
use crate::node::quantity;
use crate::wire::Log;

/// One of the two questions: topic positions AND together, so each side needs its own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Filter<'a> {
    /// What may stand at topic 0.
    pub(super) names: &'a [H256],
    /// Which topic holds the address.
    pub(super) place: usize,
    /// What may stand there, in order.
    pub(super) accounts: &'a [H256],
}

impl Filter<'_> {
    pub(super) fn call(&self, window: Window) -> Call {
        let list =
            |topics: &[H256]| -> Vec<String> { topics.iter().copied().map(hash_hex).collect() };
        let mut topics = vec![json!(list(self.names))];
        topics.resize(self.place, Value::Null);
        topics.push(json!(list(self.accounts)));
        logs_call(window, Some(topics))
    }

    /// Two narrower questions for the same: by addresses, and where there is only one, by topics.
    pub(super) fn halves(&self) -> Option<[Self; 2]> {
        if self.accounts.len() > 1 {
            let (low, high) = self.accounts.split_at(self.accounts.len() / 2);
            return Some([low, high].map(|accounts| Self { accounts, ..*self }));
        }
        let (low, high) = self.names.split_at_checked(self.names.len() / 2)?;
        (!low.is_empty()).then(|| [low, high].map(|names| Self { names, ..*self }))
    }

    /// Why a log does not belong into the answer, if it does not.
    pub(super) fn mismatch(&self, window: Window, log: &Log) -> Option<String> {
        let topic = |place: usize| log.topics.as_slice().get(place);
        let is_named = topic(0).is_some_and(|name| self.names.contains(name));
        let is_ours =
            topic(self.place).is_some_and(|account| self.accounts.binary_search(account).is_ok());
        let (block, idx) = (log.block_number.0, log.log_index.0);
        if !window.contains(block) {
            Some(format!("asked for logs of blocks {window}, it gave one of block {block}"))
        } else if !is_named || !is_ours {
            Some(format!("log {idx} of block {block} does not match the topics asked for"))
        } else if log.removed == Some(true) {
            Some(format!("log {idx} of block {block} was taken back by a reorganisation"))
        } else {
            None
        }
    }
}

/// A question for logs; without topics for all of them.
pub(super) fn logs_call(window: Window, topics: Option<Vec<Value>>) -> Call {
    let (first, last) = (quantity(window.first()), quantity(window.last()));
    let mut filter = json!({"fromBlock": first, "toBlock": last});
    if let (Some(topics), Some(members)) = (topics, filter.as_object_mut()) {
        members.insert("topics".to_owned(), Value::Array(topics));
    }
    Call::new("eth_getLogs", &json!([filter]))
}

#[cfg(test)]
mod tests {
    use fundtrail_model::{H256, Window};
    use serde_json::json;

    use super::Filter;
    use crate::wire::Log;

    fn word(n: u8) -> String {
        format!("0x{}", format!("{n:02x}").repeat(32))
    }

    fn log(block: u64, topics: &[u8], removed: bool) -> Log {
        let topics: Vec<String> = topics.iter().copied().map(word).collect();
        serde_json::from_value(json!({
            "address": format!("0x{}", "99".repeat(20)), "topics": topics, "data": "0x",
            "blockNumber": format!("{block:#x}"), "blockHash": word(1), "transactionHash": word(2),
            "transactionIndex": "0x0", "logIndex": "0x3", "removed": removed,
        }))
        .unwrap()
    }

    #[test]
    fn a_filter_is_written_with_its_gaps_and_checked_on_the_way_back() {
        let (names, accounts) = ([H256::repeat_byte(7)], [H256::repeat_byte(8)]);
        let window = Window::new(16, 31).unwrap();
        let filter = Filter { names: &names, place: 2, accounts: &accounts };
        let (seven, eight) = (word(7), word(8));
        assert_eq!(
            filter.call(window).params,
            format!(
                r#"[{{"fromBlock":"0x10","toBlock":"0x1f","topics":[["{seven}"],null,["{eight}"]]}}]"#
            )
        );
        let check = |log: &Log, expected: Option<&str>| {
            assert_eq!(filter.mismatch(window, log).as_deref(), expected);
        };
        check(&log(16, &[7, 9, 8], false), None);
        check(
            &log(16, &[7, 8], false),
            Some("log 3 of block 16 does not match the topics asked for"),
        );
        check(
            &log(16, &[9, 9, 8], false),
            Some("log 3 of block 16 does not match the topics asked for"),
        );
        check(
            &log(32, &[7, 9, 8], false),
            Some("asked for logs of blocks 16–31, it gave one of block 32"),
        );
        check(
            &log(31, &[7, 9, 8], true),
            Some("log 3 of block 31 was taken back by a reorganisation"),
        );
    }
}
