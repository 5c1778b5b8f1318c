//! Fetching the plan: several pieces at a time, written in the order of the plan.
//!
//! Most of the time of a fetch is waiting for a node, so pieces are asked for side by side. They are written
//! one after the other and in order, so that what a kill leaves behind is a beginning of the plan, as if they
//! had been asked for one after the other.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Instant;

use fundtrail_fetch::{KnownTransfer, Node, WindowRequest};
use fundtrail_model::{Address, AssetClass, Cause, ChainId, FetchedWindow, Seed, Transfer, Window};
use fundtrail_store::PlannedWindow;

use super::Pursuit;
use super::in_order::InOrder;
use crate::error::Error;
use crate::progress::Fetched;

/// Pieces that are asked for at the same time, at least: while one answer is waited for another comes.
const FEWEST_AT_ONCE: usize = 2;
/// And at most: each may bring as many transfers as a window holds.
const MOST_AT_ONCE: usize = 6;
/// Longer pieces are fetched alone: what they bring fills the memory that several short ones would.
const LONGEST_BESIDE_OTHERS: u64 = 4_096;

/// A piece, and what became of it.
type Piece = (PlannedWindow, Result<FetchedWindow, fundtrail_fetch::Error>);

impl Pursuit<'_> {
    /// Fetches the plan, or the part of it for which the budget is enough; returns what was spent.
    pub(super) async fn fetch_planned(&mut self) -> Result<Option<String>, Error> {
        let pending = self.case.pending()?;
        let seeds: Vec<_> = self.case.seeds()?.into_iter().map(|(_, seed)| seed).collect();
        // Read once and added to: a case can hold many more transfers than a piece brings.
        let mut known: BTreeMap<ChainId, Vec<Transfer>> = BTreeMap::new();
        for pieces in pending.chunk_by(|a, b| a.chain == b.chain) {
            let Some(chain) = pieces.first().map(|piece| piece.chain) else { continue };
            self.progress.planned(chain, &self.chains.info(chain).name, pieces.len());
            let stored = self.case.transfers(chain)?;
            known.insert(chain, stored.into_iter().filter(is_token_movement).collect());
            self.nodes.get(chain).await?;
        }

        let nodes = &*self.nodes;
        let mut spent = None;
        let mut open: VecDeque<PlannedWindow> = pending.iter().cloned().collect();
        let mut waiting = pending.into_iter().peekable();
        let mut line: InOrder<'_, Piece> = InOrder::new();
        let mut is_alone = false;
        let mut last_written = Instant::now();
        loop {
            while let Some(next) = waiting.peek() {
                let node = nodes.opened(next.chain)?;
                let is_long = LONGEST_BESIDE_OTHERS < next.window.block_count();
                let room = if is_long || is_alone { 1 } else { at_once(node) };
                if room <= line.len() {
                    break;
                }
                spent = self.budget.spent(nodes.requests_sent());
                let Some(planned) = waiting.next_if(|_| spent.is_none()) else { break };
                self.budget.begin_piece();
                is_alone = is_long;
                let known = known.get(&planned.chain).map_or(&[][..], Vec::as_slice);
                let request = self.request(&planned, known_of(known, &seeds, &planned));
                line.add(async move {
                    let fetched = node.window(&request).await;
                    (planned, fetched)
                });
            }
            let Some((planned, fetched)) = line.next().await else { return Ok(spent) };
            let fetched = fetched?;
            self.case.write_window(&fetched)?;
            let node = nodes.opened(planned.chain)?;
            // A window that holds too much is given in parts; the case keeps the rest on the plan.
            let rest = fetched.window.last().checked_add(1);
            let rest = rest.and_then(|first| Window::new(first, planned.window.last()));
            match (open.front_mut(), rest) {
                (Some(first), Some(rest)) => first.window = rest,
                _ => _ = open.pop_front(),
            }
            let known = known.entry(planned.chain).or_default();
            let of_use = spans(open.iter().filter(|open| open.chain == planned.chain));
            let may_be_asked = |found: &&Transfer| {
                [found.from, found.to].iter().flatten().any(|party| {
                    of_use.get(party).is_some_and(|span| span.contains(found.position.block))
                })
            };
            known.extend(
                fetched
                    .transfers
                    .iter()
                    .filter(|found| is_token_movement(found))
                    .filter(may_be_asked),
            );
            self.progress.fetched(
                planned.chain,
                Fetched {
                    is_whole: rest.is_none(),
                    transfers: fetched.transfers.len(),
                    time: last_written.elapsed(),
                    requests: node.client().requests_sent(),
                    nodes: node.client().origin().split(", ").count(),
                },
            );
            last_written = Instant::now();
            if let Some(window) = rest {
                let planned = PlannedWindow { window, ..planned };
                let request = self.request(&planned, known_of(known, &seeds, &planned));
                line.add_first(async move {
                    let fetched = node.window(&request).await;
                    (planned, fetched)
                });
            }
        }
    }

    fn request(&self, planned: &PlannedWindow, known: Vec<KnownTransfer>) -> WindowRequest {
        WindowRequest {
            known,
            addresses: planned.addresses.clone(),
            window: planned.window,
            wrapped_native: self.chains.wrapped_native(planned.chain, self.book),
            balances_of: planned.balances_of.clone(),
        }
    }
}

/// How many pieces are asked of a node at the same time. What is recorded or replayed is asked for one by
/// one: a recording does not depend on what was learned meanwhile, and a replay never waits.
fn at_once(node: &Node) -> usize {
    let origin = node.client().origin();
    if origin == "recording" || node.client().session().is_some() {
        return 1;
    }
    origin.split(", ").count().clamp(FEWEST_AT_ONCE, MOST_AT_ONCE)
}

/// The blocks that are still to be looked at, by address, from the first of them to the last.
fn spans<'a>(open: impl Iterator<Item = &'a PlannedWindow>) -> BTreeMap<Address, Window> {
    let mut spans: BTreeMap<Address, Window> = BTreeMap::new();
    for PlannedWindow { addresses, window, .. } in open {
        for address in addresses {
            let span = spans.entry(*address).or_insert(*window);
            let (first, last) = (span.first().min(window.first()), span.last().max(window.last()));
            *span = Window::new(first, last).unwrap_or(*span);
        }
    }
    spans
}

/// Whether a node's logs have to tell of it.
const fn is_token_movement(transfer: &Transfer) -> bool {
    matches!(transfer.cause, Cause::Token | Cause::Mint | Cause::Burn)
}

/// Token transfers that the case knows already from the other side, or from the theft itself: they have to
/// be in what a node gives for an address.
fn known_of(known: &[Transfer], seeds: &[Seed], planned: &PlannedWindow) -> Vec<KnownTransfer> {
    let addresses: BTreeSet<_> = planned.addresses.iter().copied().collect();
    let is_ours = |party: Option<Address>| party.is_some_and(|party| addresses.contains(&party));
    let known =
        known.iter().filter(|known| is_ours(known.from) || is_ours(known.to)).map(|known| {
            let Transfer { position, asset, amount, transaction, .. } = *known;
            KnownTransfer { position, asset, amount: Some(amount), transaction }
        });
    let stolen = seeds
        .iter()
        .filter(|seed| seed.asset.chain() == planned.chain && is_ours(Some(seed.holder)))
        .filter(|seed| seed.asset.class() == AssetClass::Tokens)
        .map(|seed| {
            let (position, asset) = (seed.position, seed.asset);
            // What was gained may be less than what moved.
            KnownTransfer { position, asset, amount: None, transaction: Some(seed.transaction) }
        });
    known.chain(stolen).filter(|known| planned.window.contains(known.position.block)).collect()
}
