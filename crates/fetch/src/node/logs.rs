//! Token transfers of a set of addresses, from logs by topic.

mod search;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Address, H256, Transfer, Window, hash_hex};
use serde_json::{Value, json};

use super::{Node, quantity};
use crate::Error;
use crate::client::Call;
use crate::decode::token;
use crate::wire::Log;

/// How many addresses go into one topic list.
const ADDRESSES_PER_FILTER: usize = 100;

/// What the logs of a window tell.
#[derive(Debug, Default)]
pub(super) struct LogScan {
    pub(super) transfers: Vec<Transfer>,
    /// The hash of every block that holds such a transfer, by the word of the logs.
    pub(super) block_hashes: BTreeMap<u64, H256>,
}

/// One of the two questions: topic positions AND together, so each side needs its own.
#[derive(Clone, Copy, Debug)]
struct Filter<'a> {
    /// What may stand at topic 0.
    names: &'a [H256],
    /// Which topic holds the address.
    place: usize,
    /// What may stand there.
    accounts: &'a [H256],
}

impl Filter<'_> {
    fn call(&self, window: Window) -> Call {
        let list =
            |topics: &[H256]| -> Vec<String> { topics.iter().copied().map(hash_hex).collect() };
        let mut topics = vec![json!(list(self.names))];
        topics.resize(self.place, Value::Null);
        topics.push(json!(list(self.accounts)));
        let filter = json!({
            "fromBlock": quantity(window.first()),
            "toBlock": quantity(window.last()),
            "topics": topics,
        });
        Call::new("eth_getLogs", &json!([filter]))
    }

    /// Two narrower questions for the same: by addresses, and where there is only one, by topics.
    fn halves(&self) -> Option<[Self; 2]> {
        if self.accounts.len() > 1 {
            let (low, high) = self.accounts.split_at(self.accounts.len() / 2);
            return Some([low, high].map(|accounts| Self { accounts, ..*self }));
        }
        let (low, high) = self.names.split_at_checked(self.names.len() / 2)?;
        (!low.is_empty()).then(|| [low, high].map(|names| Self { names, ..*self }))
    }

    /// Why a log does not belong into the answer, if it does not.
    fn mismatch(&self, window: Window, log: &Log) -> Option<String> {
        let has = |place: usize, allowed: &[H256]| {
            log.topics.get(place).is_some_and(|topic| allowed.contains(&topic.0))
        };
        let (block, idx) = (log.block_number.0, log.log_index.0);
        if !window.contains(block) {
            Some(format!("asked for logs of blocks {window}, it gave one of block {block}"))
        } else if !has(0, self.names) || !has(self.place, self.accounts) {
            Some(format!("log {idx} of block {block} does not match the topics asked for"))
        } else if log.removed == Some(true) {
            Some(format!("log {idx} of block {block} was taken back by a reorganisation"))
        } else {
            None
        }
    }
}

impl Node {
    /// Every token transfer from or to one of the addresses, and every wrap and unwrap of theirs.
    pub(super) async fn scan_logs(
        &self,
        addresses: &BTreeSet<Address>,
        wrapped_native: &BTreeSet<Address>,
        window: Window,
    ) -> Result<LogScan, Error> {
        let accounts: Vec<H256> = addresses.iter().copied().map(token::as_topic).collect();
        let mut outgoing_names = vec![token::transfer_topic()];
        if !wrapped_native.is_empty() {
            outgoing_names.extend(token::wrap_topics());
        }
        let incoming_names = [token::transfer_topic()];
        let mut logs: BTreeMap<(u64, u64), Log> = BTreeMap::new();
        for accounts in accounts.chunks(ADDRESSES_PER_FILTER) {
            let outgoing = Filter { names: &outgoing_names, place: 1, accounts };
            let incoming = Filter { names: &incoming_names, place: 2, accounts };
            for log in self.logs([outgoing, incoming], window).await? {
                self.insert(&mut logs, log)?;
            }
        }
        let mut scan = LogScan::default();
        for log in logs.values() {
            let decoded = token::transfer(self.chain, log, wrapped_native);
            let Some(transfer) = decoded.map_err(|what| self.client.inconsistent(what))? else {
                continue;
            };
            let (block, hash) = (log.block_number.0, log.block_hash.0);
            let known = *scan.block_hashes.entry(block).or_insert(hash);
            if known != hash {
                let what = format!("logs of block {block} name two block hashes");
                return Err(self.client.inconsistent(what));
            }
            scan.transfers.push(transfer);
        }
        scan.transfers = token::without_doubled_wraps(scan.transfers);
        Ok(scan)
    }

    /// The same log may answer both questions.
    fn insert(&self, logs: &mut BTreeMap<(u64, u64), Log>, log: Log) -> Result<(), Error> {
        let (block, idx) = (log.block_number.0, log.log_index.0);
        match logs.entry((block, idx)) {
            Entry::Vacant(entry) => {
                entry.insert(log);
                Ok(())
            }
            Entry::Occupied(entry) if *entry.get() == log => Ok(()),
            Entry::Occupied(_) => {
                let what = format!("two different logs have the number {idx} in block {block}");
                Err(self.client.inconsistent(what))
            }
        }
    }
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
