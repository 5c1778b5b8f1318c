//! What `tests/bench` measures of the inside. No part of the API.

use std::collections::BTreeSet;

use fundtrail_model::{Address, ChainId, Window};

use crate::decode::token;
use crate::wire::each_log;
use crate::{Error, Node};

/// Reads an answer to `eth_getLogs`, and returns how many logs it holds.
///
/// # Errors
///
/// If it is no list of logs.
pub fn read_logs(text: &str) -> Result<usize, String> {
    let mut count = 0;
    each_log(text, |_| count += 1).map_err(|error| error.to_string())?;
    Ok(count)
}

/// Reads an answer to `eth_getLogs`, and returns how many transfers its logs are.
///
/// # Errors
///
/// If it is no list of logs.
pub fn read_transfers(text: &str) -> Result<usize, String> {
    let (mut transfers, nobody) = (vec![], BTreeSet::new());
    each_log(text, |log| {
        transfers.extend(token::transfer(ChainId(1), log, &nobody).ok().flatten());
    })
    .map_err(|error| error.to_string())?;
    Ok(transfers.len())
}

/// Finds the token transfers of these addresses, and returns how many there are and in which blocks.
///
/// # Errors
///
/// Those of [`Node::window`].
pub async fn scan_logs(
    node: &Node,
    addresses: &BTreeSet<Address>,
    window: Window,
) -> Result<(usize, Window), Error> {
    let scan = node.scan_logs(addresses, &BTreeSet::new(), window, None).await?;
    Ok((scan.transfers.len(), scan.window))
}
