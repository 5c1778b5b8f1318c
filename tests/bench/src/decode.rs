//! Reading logs: ours against the types of `ethers`, and against a reader that only borrows the texts.

use std::hint::black_box;
use std::time::Duration;

use fundtrail_fetch::bench;
use serde::Deserialize;

use crate::dense::Dense;
use crate::download;
use crate::measure::{in_turn, time};
use crate::table::{Row, Table};

const ROUNDS: u32 = 15;

/// The fields that ours reads, as they stand there.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Borrowed<'a> {
    #[serde(rename = "address")]
    _address: &'a str,
    #[serde(rename = "topics", borrow)]
    _topics: Vec<&'a str>,
    #[serde(rename = "data")]
    _data: &'a str,
    #[serde(rename = "blockNumber")]
    _block_number: &'a str,
    #[serde(rename = "blockHash")]
    _block_hash: &'a str,
    #[serde(rename = "transactionHash")]
    _transaction_hash: &'a str,
    #[serde(rename = "transactionIndex")]
    _transaction_index: &'a str,
    #[serde(rename = "logIndex")]
    _log_index: &'a str,
    #[serde(rename = "removed")]
    _removed: Option<bool>,
}

pub(crate) fn run() -> Table {
    let dense = Dense::play(400, 125);
    let logs = download::logs(&dense, dense.window);
    let count = usize::try_from(dense.transfers).expect("fits");
    let by_ours = || -> Duration {
        let (taken, read) = time(|| bench::read_logs(black_box(&logs)));
        assert_eq!(read, Ok(count));
        taken
    };
    let by_ethers = || -> Duration {
        let read = || serde_json::from_str::<Vec<ethers_core::types::Log>>(black_box(&logs));
        let (taken, read) = time(|| read().map(|logs| logs.len()).expect("logs"));
        assert_eq!(read, count);
        taken
    };
    let by_borrowing = || -> Duration {
        let read = || serde_json::from_str::<Vec<Borrowed<'_>>>(black_box(&logs));
        let (taken, read) = time(|| read().map(|logs| logs.len()).expect("logs"));
        assert_eq!(read, count);
        taken
    };
    let to_transfers = || -> Duration {
        let (taken, read) = time(|| bench::read_transfers(black_box(&logs)));
        assert_eq!(read, Ok(count));
        taken
    };
    let mut table = Table::default();
    let (ethers, ours) = in_turn(ROUNDS, by_ethers, by_ours);
    table.add(Row::times("`ethers_core::types::Log` against ours", &ethers, &ours).at_least(2_500));
    let (ours, borrowing) = in_turn(ROUNDS, by_ours, by_borrowing);
    table.add(Row::times("ours against borrowing the texts", &ours, &borrowing).at_most(1_500));
    let (ours, borrowing) = in_turn(ROUNDS, to_transfers, by_borrowing);
    table.add(Row::times("transfers against borrowing the texts", &ours, &borrowing));
    table.note(format!("{count} logs of anvil, {} bytes.", logs.len()));
    table
}
