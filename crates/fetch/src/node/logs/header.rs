//! What headers say of logs.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Address, H256, Step, Transfer, Window};

use super::super::Node;
use super::super::native::receipt_call;
use super::filter::Filter;
use crate::Error;
use crate::client::{Answer, Call};
use crate::decode::token;
use crate::wire::{Header, Log, ReceiptLogs};

/// So many transactions are looked up, at most, whose logs a header denies.
const MOST_RECEIPTS: usize = 8;
/// So many blocks are searched again, at most, whose header speaks of more than was found.
const MOST_BLOCKS: usize = 4;

/// Where headers and logs do not say the same.
#[derive(Debug, Default)]
struct Differences {
    /// Logs that the header denies.
    denied: Vec<Transfer>,
    /// Accounts of which the header speaks, and no log, by block.
    missing: BTreeMap<u64, Vec<Address>>,
}

impl Node {
    /// The answer to [`super::super::numbered_header_call`].
    pub(in crate::node) fn whole_header(
        &self,
        number: u64,
        call: &Call,
        answer: &Answer,
    ) -> Result<Header, Error> {
        let header: Option<Header> = self.client.read(call, answer)?;
        let header = header.ok_or_else(|| self.null_block(number))?;
        self.check_number(number, header.stamp())?;
        Ok(header)
    }

    /// Compares the logs with the filters of these headers. A filter never denies what is there; where it
    /// is nearly empty, it rarely speaks of what is not.
    ///
    /// # Errors
    ///
    /// [`Error::Inconsistent`] if a log was given that the header denies and its receipt does not hold, or
    /// if one was left out that is found when its block is searched alone.
    pub(in crate::node) async fn check_headers(
        &self,
        addresses: &BTreeSet<Address>,
        wrapped_native: &BTreeSet<Address>,
        transfers: &[Transfer],
        headers: &[Header],
    ) -> Result<(), Error> {
        let differences = Differences::of(addresses, transfers, headers);
        self.confirm(&differences.denied, wrapped_native).await?;
        for (block, accounts) in differences.missing.iter().take(MOST_BLOCKS) {
            self.search_again(*block, accounts, transfers).await?;
        }
        Ok(())
    }

    /// Some chains have logs that are not in the filter of their block, such as what Polygon's bridge
    /// credits: a log that is denied must be in the receipt.
    async fn confirm(
        &self,
        denied: &[Transfer],
        wrapped_native: &BTreeSet<Address>,
    ) -> Result<(), Error> {
        let hashes: BTreeSet<H256> =
            denied.iter().filter_map(|denied| denied.transaction).take(MOST_RECEIPTS).collect();
        let calls: Vec<Call> = hashes.iter().copied().map(receipt_call).collect();
        let answers = self.client.ask_all(&calls).await?;
        for (hash, (call, answer)) in hashes.iter().zip(calls.iter().zip(&answers)) {
            let receipt: Option<ReceiptLogs> = self.client.read(call, answer)?;
            let logs = receipt.map(|receipt| receipt.logs).unwrap_or_default();
            let decode =
                |log: &Log| token::transfer(self.chain, log, wrapped_native).ok().flatten();
            let held: Vec<Transfer> = logs.iter().filter_map(decode).collect();
            let own = denied.iter().filter(|denied| denied.transaction == Some(*hash));
            if let Some(false_one) = own.into_iter().find(|denied| !held.contains(denied)) {
                let position = false_one.position;
                let what =
                    format!("the header of the block and the receipt deny the log at {position}");
                return Err(self.client.inconsistent(what));
            }
        }
        Ok(())
    }

    /// Searches one block for the token transfers of these accounts.
    async fn search_again(
        &self,
        block: u64,
        accounts: &[Address],
        transfers: &[Transfer],
    ) -> Result<(), Error> {
        let window = Window::block(block);
        let names = [token::transfer_topic()];
        let accounts: Vec<H256> = accounts.iter().copied().map(token::as_topic).collect();
        let filters = [1, 2].map(|place| Filter { names: &names, place, accounts: &accounts });
        let calls = filters.map(|filter| filter.call(window));
        let answers = self.client.ask_all(&calls).await?;
        for (filter, (call, answer)) in filters.iter().zip(calls.iter().zip(&answers)) {
            let logs: Vec<Log> = self.client.read(call, answer)?;
            for log in &logs {
                let left_out = match filter.mismatch(window, log) {
                    Some(what) => return Err(self.client.inconsistent(what)),
                    None => token::transfer(self.chain, log, &BTreeSet::new()),
                };
                let left_out = left_out.map_err(|what| self.client.inconsistent(what))?;
                if let Some(left_out) = left_out.filter(|found| !transfers.contains(found)) {
                    let position = left_out.position;
                    let what = format!("the log at {position} was left out of a longer answer");
                    return Err(self.client.inconsistent(what));
                }
            }
        }
        Ok(())
    }
}

impl Differences {
    /// `transfers` are in order.
    fn of(addresses: &BTreeSet<Address>, transfers: &[Transfer], headers: &[Header]) -> Self {
        let mut differences = Self::default();
        let name = token::transfer_topic();
        for header in headers {
            let Some(bloom) = header.bloom() else { continue };
            let block = header.stamp().number;
            let start = transfers.partition_point(|found| found.position.block < block);
            let end = transfers.partition_point(|found| found.position.block <= block);
            let found = transfers.get(start..end).unwrap_or_default();
            let logs = || found.iter().filter(|found| matches!(found.position.step, Step::Log(_)));
            let is_denied =
                |found: &&Transfer| token::names(found).iter().any(|named| bloom.denies(named));
            differences.denied.extend(logs().filter(is_denied).copied());
            if !bloom.is_telling() || bloom.denies(name.as_bytes()) {
                continue;
            }
            let is_silent = |address: &&Address| {
                let is_named = |found: &Transfer| [found.from, found.to].contains(&Some(**address));
                !bloom.denies(token::as_topic(**address).as_bytes()) && !found.iter().any(is_named)
            };
            let silent: Vec<Address> = addresses.iter().filter(is_silent).copied().collect();
            if !silent.is_empty() {
                differences.missing.insert(block, silent);
            }
        }
        differences
    }
}
