//! The windows of a trace, from its recording: the searches for logs are in it as they were meant, however
//! endpoints wanted them cut.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::Path;

use fundtrail_model::{Address, H256, Window};
use serde_json::Value;

pub(super) fn windows(recording: &Path) -> BTreeSet<(Window, Vec<Address>)> {
    let file = std::fs::File::open(recording)
        .unwrap_or_else(|error| panic!("{}: {error}", recording.display()));
    BufReader::new(flate2::bufread::GzDecoder::new(BufReader::new(file)))
        .lines()
        .map(|line| serde_json::from_str(&line.expect("a line")).expect("a question and an answer"))
        .filter_map(|line: Value| search(&line))
        .collect()
}

fn search(line: &Value) -> Option<(Window, Vec<Address>)> {
    let filter = line.get("params")?.get(0).filter(|_| line["method"] == "eth_getLogs")?;
    let number = |name: &str| {
        let text = filter[name].as_str()?.strip_prefix("0x")?;
        u64::from_str_radix(text, 16).ok()
    };
    let window = Window::new(number("fromBlock")?, number("toBlock")?)?;
    // Payers stand at one place and payees at another; the first topics are kinds of events.
    let lists = filter["topics"].as_array()?.iter().skip(1);
    let named = lists.filter_map(Value::as_array).flatten().filter_map(Value::as_str);
    let mut addresses: Vec<Address> =
        named.filter_map(|topic| topic.parse::<H256>().ok()).map(Address::from).collect();
    addresses.sort_unstable();
    addresses.dedup();
    (!addresses.is_empty()).then_some((window, addresses))
}
