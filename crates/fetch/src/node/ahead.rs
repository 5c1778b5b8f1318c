//! Asking together for what is needed in several places.
//!
//! Code, states, balances and headers at the ends of a window are asked for where they are needed, one after the
//! other, and each time a request would be waited for. What is sure to be asked for is asked for together before:
//! then it is remembered where it is needed.

use std::collections::BTreeSet;

use fundtrail_model::{Address, Asset, Transfer, Window};

use super::Node;
use super::facts::{balance_call, claim_calls, code_call, parties_and_assets};
use super::native::FEW_BLOCKS;
use super::numbered_header_call;
use super::state::{ACCOUNTS_WORTH_LEARNING, nonce_call};
use crate::Error;
use crate::client::Call;

/// More than this fills requests anyway.
const MOST_TOGETHER: usize = 100;

/// What the logs of a window tell of the questions that come after them.
pub(super) struct Prospect<'a> {
    pub(super) addresses: &'a BTreeSet<Address>,
    pub(super) window: Window,
    /// Tokens and coins whose balances are compared at both ends.
    pub(super) compared: &'a BTreeSet<(Address, Asset)>,
    /// Token transfers of the addresses.
    pub(super) transfers: &'a [Transfer],
    /// Blocks that may be read in full.
    pub(super) full: &'a BTreeSet<u64>,
}

impl Node {
    /// Asks for all of this in as few requests as possible, where it is remembered: not where a recording has to
    /// hold the same whatever was asked together.
    pub(super) async fn ask_ahead(&self, calls: &[Call], last: u64) -> Result<(), Error> {
        let is_worth = (2..=MOST_TOGETHER).contains(&calls.len()) && !self.asks_alike();
        if is_worth && self.client.peers().iter().all(|peer| peer.remembers(last)) {
            self.client.ask_all(calls).await?;
        }
        Ok(())
    }

    /// Asks ahead for what a window needs beside its logs and the blocks in which the coin moved.
    pub(super) async fn ask_ahead_of_window(&self, prospect: &Prospect<'_>) -> Result<(), Error> {
        let Prospect { addresses, window, compared, transfers, full } = *prospect;
        let last = window.last();
        let ends: Vec<u64> = window.first().checked_sub(1).into_iter().chain([last]).collect();
        let mut calls = vec![];
        if FEW_BLOCKS < window.block_count() {
            let places = ends.iter().flat_map(|end| addresses.iter().map(move |who| (*who, *end)));
            calls
                .extend(places.flat_map(|place| [code_call(place.0, place.1), nonce_call(&place)]));
        }
        // The balances of many may be told by one contract, and where there are several endpoints another one
        // tells those of tokens.
        let (few, alone) =
            (addresses.len() < ACCOUNTS_WORTH_LEARNING, self.client.peers().len() < 2);
        let of_use = compared.iter().filter(|(_, asset)| match asset {
            Asset::Native(_) => few,
            Asset::Token(..) => alone,
        });
        calls.extend(of_use.flat_map(|(address, asset)| {
            ends.iter().map(move |end| balance_call(&(*address, *asset, *end)))
        }));
        let (parties, assets) = parties_and_assets(transfers);
        let others = parties.difference(addresses);
        calls.extend(others.map(|party| code_call(*party, last)));
        calls.extend(assets.iter().flat_map(|asset| claim_calls(*asset, last)));
        let told = transfers.iter().map(|found| found.position.block).chain([window.first()]);
        let told: BTreeSet<u64> = told.filter(|number| *number < last).collect();
        if FEW_BLOCKS < window.block_count() {
            calls.extend(told.difference(full).map(|number| numbered_header_call(*number)));
        }
        self.ask_ahead(&calls, last).await
    }
}

#[cfg(test)]
mod tests;
