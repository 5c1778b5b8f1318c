//! Fetching the plan: several pieces at a time, written in the order of the plan.
//!
//! Most of the time of a fetch is waiting for a node, so pieces are asked for side by side. They are written
//! one after the other and in order, so that what a kill leaves behind is a beginning of the plan, as if they
//! had been asked for one after the other.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use fundtrail_fetch::{KnownTransfer, Node, WindowRequest};
use fundtrail_model::{
    Address, AssetClass, Cause, ChainId, FetchedWindow, Seed, Transfer, Window, checksum,
};
use fundtrail_store::PlannedWindow;

use super::Pursuit;
use super::in_order::InOrder;
use super::stays::{Got, settle_or_read};
use crate::error::Error;
use crate::nodes::Nodes;
use crate::presentation::key;
use crate::progress::Fetched;

/// Pieces that are asked for at the same time, at least: while one answer is waited for another comes.
const FEWEST_AT_ONCE: usize = 2;
/// And at most: each may bring as many transfers as a window holds.
const MOST_AT_ONCE: usize = 6;
/// Longer pieces are fetched alone: what they bring fills the memory that several short ones would.
const LONGEST_BESIDE_OTHERS: u64 = 4_096;

/// How often it is shown how many requests were sent.
const LOOK_UP: Duration = Duration::from_millis(500);

/// A piece, what was asked, and what became of it.
type Piece = (PlannedWindow, WindowRequest, Result<Got, fundtrail_fetch::Error>);

impl Pursuit<'_> {
    /// Fetches the plan, or the part of it for which the budget is enough; returns what was spent.
    pub(super) async fn fetch_planned(&mut self) -> Result<Option<String>, Error> {
        let pending = self.case.pending()?;
        let gates = Gates::of(&self.case.settings()?);
        let seeds: Vec<_> = self.case.seeds()?.into_iter().map(|(_, seed)| seed).collect();
        // Read once and added to: a case can hold many more transfers than a piece brings.
        let mut known: BTreeMap<ChainId, Vec<Transfer>> = BTreeMap::new();
        let chains: BTreeSet<ChainId> = pending.iter().map(|piece| piece.chain).collect();
        for chain in chains {
            let pieces = pending.iter().filter(|piece| piece.chain == chain).count();
            self.progress.planned(chain, &self.chains.info(chain).name, pieces);
            let stored = self.case.transfers(chain)?;
            known.insert(chain, stored.into_iter().filter(is_token_movement).collect());
            self.nodes.get(chain).await?;
        }

        let nodes = &*self.nodes;
        let mut spent = None;
        let mut open: VecDeque<PlannedWindow> = pending.iter().cloned().collect();
        let mut waiting = pending.into_iter().peekable();
        let mut line: InOrder<'_, Piece> = InOrder::new();
        // Per chain: how many are in line, and whether that is a long one.
        let mut going: BTreeMap<ChainId, (usize, bool)> = BTreeMap::new();
        loop {
            while let Some(next) = waiting.peek() {
                let node = nodes.opened(next.chain)?;
                let is_long = LONGEST_BESIDE_OTHERS < next.window.block_count();
                let (in_line, is_alone) = going.entry(next.chain).or_default();
                let room = if is_long || *is_alone { 1 } else { at_once(node) };
                if room <= *in_line {
                    break;
                }
                spent = self.budget.spent(nodes.requests_sent());
                let Some(planned) = waiting.next_if(|_| spent.is_none()) else { break };
                self.budget.begin_piece();
                (*in_line, *is_alone) = (in_line.saturating_add(1), is_long);
                let known = known.get(&planned.chain).map_or(&[][..], Vec::as_slice);
                let request = self.request(&planned, known_of(known, &seeds, &planned), &gates);
                line.add(async move {
                    let fetched = settle_or_read(node, &planned, &request).await;
                    (planned, request, fetched)
                });
            }
            let next = loop {
                tokio::select! {
                    next = line.next() => break next,
                    () = tokio::time::sleep(LOOK_UP) => self.say_requests(nodes),
                }
            };
            let Some((planned, asked, fetched)) = next else { return Ok(spent) };
            let Got { window: fetched, is_settled, then } = fetched?;
            let node = nodes.opened(planned.chain)?;
            // Pieces that were written since this one was asked for may tell of transfers that it lacks: then
            // it is asked for as if it had waited for them. The state would settle it all the same.
            let told = known.get(&planned.chain).map_or(&[][..], Vec::as_slice);
            let told = known_of(told, &seeds, &planned);
            let is_news =
                |told: &KnownTransfer| !asked.known.contains(told) && is_lacking(told, &fetched);
            if !is_settled && told.iter().any(is_news) {
                let request = WindowRequest { known: told, ..asked };
                line.add_first(async move {
                    let fetched = node.window(&request).await.map(Got::read);
                    (planned, request, fetched)
                });
                continue;
            }
            // A window that holds too much is given in parts; the case keeps the rest on the plan.
            let rest = if is_settled {
                self.case.write_settled(&fetched, then)?;
                then
            } else {
                self.case.write_window(&fetched)?;
                let rest = fetched.window.last().checked_add(1);
                rest.and_then(|first| Window::new(first, planned.window.last()))
            };
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
                    requests: node.client().requests_sent(),
                    nodes: node.client().origin().split(", ").count(),
                },
            );
            if let Some(window) = rest {
                let planned = PlannedWindow { window, settle_to: None, ..planned };
                let request = self.request(&planned, known_of(known, &seeds, &planned), &gates);
                line.add_first(async move {
                    let fetched = node.window(&request).await.map(Got::read);
                    (planned, request, fetched)
                });
            } else if let Some((in_line, _)) = going.get_mut(&planned.chain) {
                *in_line = in_line.saturating_sub(1);
            }
        }
    }

    /// Shows that a long piece is getting on.
    fn say_requests(&self, nodes: &Nodes) {
        for (chain, requests) in nodes.requests() {
            self.progress.asked(chain, requests);
        }
    }

    fn request(
        &self,
        planned: &PlannedWindow,
        known: Vec<KnownTransfer>,
        gates: &Gates,
    ) -> WindowRequest {
        WindowRequest {
            gate: gates.of_piece(planned),
            known,
            addresses: planned.addresses.clone(),
            window: planned.window,
            wrapped_native: self.chains.wrapped_native(planned.chain, self.book),
            balances_of: planned.balances_of.clone(),
        }
    }
}

/// The hub gate of a plan, and for whom it does not hold.
struct Gates {
    gate: Option<u32>,
    open: BTreeSet<String>,
}

impl Gates {
    /// As the case keeps them with the plan.
    fn of(settings: &BTreeMap<String, String>) -> Self {
        let is_open =
            |name: &str| name.strip_prefix(key::GATE).is_some_and(|rest| !rest.is_empty());
        let open = settings.iter().filter(|(name, _)| is_open(name));
        Self {
            gate: settings.get(key::GATE).and_then(|gate| gate.parse().ok()),
            open: open.map(|(_, address)| address.clone()).collect(),
        }
    }

    /// The gate for a piece: none where it holds for nobody in it.
    fn of_piece(&self, planned: &PlannedWindow) -> Option<u32> {
        let is_open = |address: &Address| {
            self.open.contains(&format!("{}:{}", planned.chain, checksum(*address)))
        };
        self.gate.filter(|_| self.open.is_empty() || !planned.addresses.iter().all(is_open))
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

/// Whether what was read of these blocks does not hold a transfer that is known to be there.
fn is_lacking(known: &KnownTransfer, fetched: &FetchedWindow) -> bool {
    let is_it = |found: &Transfer| {
        (found.position, found.asset) == (known.position, known.asset)
            && known.amount.is_none_or(|amount| amount == found.amount)
    };
    fetched.window.contains(known.position.block) && !fetched.transfers.iter().any(is_it)
}

/// Whether a node's logs have to tell of it.
pub(super) const fn is_token_movement(transfer: &Transfer) -> bool {
    matches!(transfer.cause, Cause::Token | Cause::Mint | Cause::Burn)
}

/// Token transfers that the case knows already from the other side, or from the theft itself: they have to
/// be in what a node gives for an address.
fn known_of(known: &[Transfer], seeds: &[Seed], planned: &PlannedWindow) -> Vec<KnownTransfer> {
    let addresses: BTreeSet<_> = planned.addresses.iter().copied().collect();
    let is_ours = |party: Option<Address>| party.is_some_and(|party| addresses.contains(&party));
    let known =
        known.iter().filter(|known| is_ours(known.from) || is_ours(known.to)).map(|known| {
            let Transfer { position, asset, amount, transaction, from, to, .. } = *known;
            KnownTransfer { position, asset, amount: Some(amount), transaction, from, to }
        });
    let stolen = seeds
        .iter()
        .filter(|seed| seed.asset.chain() == planned.chain && is_ours(Some(seed.holder)))
        .filter(|seed| seed.asset.class() == AssetClass::Tokens)
        .map(|seed| {
            let (position, asset) = (seed.position, seed.asset);
            // What was gained may be less than what moved.
            let transaction = Some(seed.transaction);
            let (from, to) = (seed.from, Some(seed.holder));
            KnownTransfer { position, asset, amount: None, transaction, from, to }
        });
    known.chain(stolen).filter(|known| planned.window.contains(known.position.block)).collect()
}
