//! Token transfers of a set of addresses, from logs by topic.
//!
//! A search may hold more than fits into memory at once, so its answers become transfers as they arrive,
//! and a window that holds too many of them ends early, at a block that depends on the chain alone.

mod canary;
mod filter;
mod found;
mod header;
mod opinion;
mod queue;
mod search;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use fundtrail_model::{Address, Crowd, CrowdSize, H256, Transfer, Window};

use super::Node;
use super::crowds::without;
use crate::Error;
use crate::decode::tally::Tally;
use crate::decode::token;
use crate::wire::Header;
use filter::Filter;
use found::Found;
use search::{Known, Search};

/// How many addresses go into one topic list.
const ADDRESSES_PER_FILTER: usize = 100;

/// How many transfers a window holds, at most; more only if one block alone does.
const MOST_TRANSFERS: usize = 50_000;

/// What the logs of a window tell.
#[derive(Debug)]
pub(crate) struct LogScan {
    /// The blocks that were looked at: all, or where they hold too much, the first ones.
    pub(crate) window: Window,
    pub(crate) transfers: Vec<Transfer>,
    /// The hash of every block that holds such a transfer, by the word of the logs.
    pub(super) block_hashes: BTreeMap<u64, H256>,
    /// The header of its last block, if it was read.
    pub(super) end: Option<Header>,
    /// Addresses with too many counterparties: no transfer is told for their sake.
    pub(super) crowds: Vec<Crowd>,
}

/// What was found beyond the end of a window that was cut: the next window begins there.
#[derive(Clone, Debug, Default)]
pub(super) struct Leftovers(Arc<Mutex<Option<Leftover>>>);

#[derive(Debug)]
struct Leftover {
    addresses: BTreeSet<Address>,
    wrapped_native: BTreeSet<Address>,
    known: Known,
}

impl Leftovers {
    /// What is known of these addresses from the first block of the window on.
    fn take(
        &self,
        addresses: &BTreeSet<Address>,
        wrapped_native: &BTreeSet<Address>,
        window: Window,
    ) -> Option<Known> {
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let left = slot.take_if(|left| left.addresses == *addresses)?;
        let known = left.known.window;
        let fits = left.wrapped_native == *wrapped_native
            && known.first() == window.first()
            && known.last() <= window.last();
        fits.then_some(left.known)
    }

    fn put(&self, left: Leftover) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(left);
    }
}

impl Node {
    /// Every token transfer from or to one of the addresses, and every wrap and unwrap of theirs. No more is
    /// asked about an address as soon as it has more counterparties than `gate`.
    pub(crate) async fn scan_logs(
        &self,
        addresses: &BTreeSet<Address>,
        wrapped_native: &BTreeSet<Address>,
        window: Window,
        gate: Option<u32>,
    ) -> Result<LogScan, Error> {
        self.scan_most_logs(addresses, wrapped_native, window, (MOST_TRANSFERS, gate)).await
    }

    /// [`Node::scan_logs`], with `most` transfers at most.
    pub(super) async fn scan_most_logs(
        &self,
        addresses: &BTreeSet<Address>,
        wrapped_native: &BTreeSet<Address>,
        window: Window,
        (most, gate): (usize, Option<u32>),
    ) -> Result<LogScan, Error> {
        let accounts: Vec<H256> = addresses.iter().copied().map(token::as_topic).collect();
        let mut outgoing_names = vec![token::transfer_topic()];
        if !wrapped_native.is_empty() {
            outgoing_names.extend(token::wrap_topics());
        }
        let incoming_names = [token::transfer_topic()];
        // A recording must hold the same questions whether or not it was interrupted, and of several
        // endpoints another one may be asked for the next window.
        let may_keep_rest =
            !self.client.is_recorded() && accounts.len() <= ADDRESSES_PER_FILTER && self.is_alone();
        let (mut all, mut window) = (Found::default(), window);
        let (mut end, mut under_way, mut is_whole) = (None, None, true);
        let mut counted = None;
        for accounts in accounts.chunks(ADDRESSES_PER_FILTER) {
            let outgoing = Filter { names: &outgoing_names, place: 1, accounts };
            let incoming = Filter { names: &incoming_names, place: 2, accounts };
            let filters = [outgoing, incoming];
            let search = Search { node: self, filters, wrapped_native, window, most, gate };
            let known = Some(()).filter(|()| may_keep_rest);
            let known = known.and_then(|()| self.leftovers.take(addresses, wrapped_native, window));
            let searched = search.run(known).await?;
            all.add(searched.found);
            (window, end, under_way) = (searched.window, searched.end, searched.under_way);
            is_whole &= searched.is_whole;
            // What one search counted is all there is only if there is no other.
            counted = searched.tally.filter(|_| accounts.len() == addresses.len());
        }
        all.settle().map_err(|what| self.client.inconsistent(what))?;
        let tally = counted.unwrap_or_else(|| {
            let mut tally = Tally::new(addresses.iter().copied(), gate, most);
            tally.add(&all.transfers);
            tally
        });
        let looked_at = window;
        if let Some(last) = tally.full_at().filter(|last| *last < window.last()) {
            let rest = all.split_after(last);
            end = None;
            window = Window::new(window.first(), last).unwrap_or(window);
            let next = last.checked_add(1).and_then(|next| Window::new(next, looked_at.last()));
            if let Some(window) = next.filter(|_| may_keep_rest && is_whole) {
                let (addresses, wrapped_native) = (addresses.clone(), wrapped_native.clone());
                let known = Known { found: rest, window, under_way };
                self.leftovers.put(Leftover { addresses, wrapped_native, known });
            }
        }
        let crowds: Vec<Crowd> = tally
            .crowded()
            .filter_map(|(address, crowded)| {
                let window = Window::new(window.first(), crowded.block)?;
                let size = CrowdSize::Counterparties(crowded.counterparties);
                Some(Crowd { chain: self.chain, address, window, size })
            })
            .collect();
        if !crowds.is_empty() {
            all.keep_only(&without(addresses, &crowds));
        }
        let Found { transfers, block_hashes, .. } = all;
        let transfers = token::without_doubled_wraps(transfers);
        Ok(LogScan { window, transfers, block_hashes, end, crowds })
    }

    /// Whether there is one endpoint only.
    fn is_alone(&self) -> bool {
        matches!(self.client.peers(), [peer] if peer.http().is_some())
    }
}
