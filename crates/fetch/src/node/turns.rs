//! Who is asked for a window, and who next where what was said does not hold.
//!
//! With several endpoints, the questions of a window go to one of them first, so that its answers are of
//! one state of mind; windows take turns, by their blocks and addresses alone, so that n endpoints give n
//! times the rate of one. What they give is checked against balances that another endpoint tells. A window
//! that contradicts itself or does not add up is read again, from another endpoint on: the first reading
//! that adds up is taken, and who said otherwise is remembered.

mod readings;

use std::sync::Arc;

use fundtrail_model::{FetchedWindow, H256, Proof};
use serde_json::json;

use super::window::Reading;
use super::{Node, TransactionOutcome, WindowRequest, quantity};
use crate::Error;
use crate::client::{Call, Peer};
use readings::Readings;

/// Endpoints that say the same of a window are believed, even if it does not add up: there are tokens
/// whose balances change without transfers.
const ALIKE: usize = 3;

/// An endpoint whose answers did not hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Doubted {
    /// `scheme://host[:port]`.
    pub host: String,
    /// What did not hold.
    pub why: String,
}

impl Node {
    /// Reads all transfers of the addresses in the window, and compares them with the balances at both
    /// ends. What the balances say and no transfer explains becomes a transfer of an unknown
    /// counterparty. Several windows can be read at the same time.
    ///
    /// Tokens come from logs by topic, two questions for each 100 addresses. The native coin comes from
    /// the blocks in which a nonce or a balance changed, which are found by halving the window; where
    /// accounts have code, or the node has no old states, from every block, if the window is short. Then
    /// it comes from the frames of those blocks.
    ///
    /// An address that turns out to be too crowded for [`WindowRequest::gate`] is read no further; it has no
    /// coverage, but says what showed it. Where there are several endpoints a second one has to say the same.
    ///
    /// With several endpoints, a window that contradicts itself, that lacks what is known, or that does
    /// not add up is read again elsewhere; see [`Node::doubted`]. If it adds up nowhere, its coverage says
    /// so.
    ///
    /// # Errors
    ///
    /// [`Error::NullBlock`] if the node does not have the whole window, [`Error::Missing`] if it has no
    /// old states and the window is longer than 1,000 blocks, [`Error::Inconsistent`] if the chain
    /// changed while it was read, [`Error::LeftOut`] if it does not hold what is known, and whatever
    /// keeps the node from answering. A node that has no tracer, or no old states in a short window, is no
    /// error: the coverage says so.
    pub async fn window(&self, request: &WindowRequest) -> Result<FetchedWindow, Error> {
        if self.client.peers().len() < 2 {
            return Ok(self.read_window(request).await?.window);
        }
        let window = request.window;
        let turn = turn_of(request);
        // No contract is named: only who gives logs by topic can read a window otherwise than others.
        let range =
            json!([{"fromBlock": quantity(window.first()), "toBlock": quantity(window.last())}]);
        let logs = Call::new("eth_getLogs", &range);
        let mut readings = Readings::default();
        while let Some(first) = self.next_first(turn, &logs, readings.tried()) {
            let at = self.asking_first(&first);
            match at.read_window(request).await {
                Ok(reading)
                    if adds_up(&reading.window)
                        && self.is_confirmed(request, &at, &first, &reading, &logs).await =>
                {
                    return Ok(readings.settled_by(at, reading));
                }
                Ok(reading) => {
                    if readings.add(at, first, reading) >= ALIKE {
                        break;
                    }
                }
                Err(error) if error.is_of_answers() => readings.add_failed(at, first, error),
                // Everybody was asked.
                Err(error) => return readings.best().ok_or(error),
            }
        }
        readings.best().ok_or_else(|| readings.into_error(self))
    }

    /// Whether another endpoint, if there is one, finds the same addresses crowded: what is crowded is not
    /// compared with any balance.
    async fn is_confirmed(
        &self,
        request: &WindowRequest,
        at: &Self,
        first: &Arc<Peer>,
        reading: &Reading,
        logs: &Call,
    ) -> bool {
        let crowds = &reading.window.crowds;
        if crowds.is_empty() {
            return true;
        }
        let mut tried = at.client.gave(&["eth_getLogs"]);
        tried.push(Arc::clone(first));
        let Some(second) = self.next_first(turn_of(request), logs, &tried) else { return true };
        let request = WindowRequest {
            addresses: crowds.iter().map(|crowd| crowd.address).collect(),
            window: reading.window.window,
            balances_of: vec![],
            ..request.clone()
        };
        let other = self.asking_first(&second).read_window(&request).await;
        other.is_ok_and(|other| other.window.crowds == *crowds)
    }

    /// Reads one transaction: value, frames, logs, fee. `wrapped_native` are the contracts whose
    /// `Deposit` and `Withdrawal` wrap and unwrap the native coin.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownTransaction`], [`Error::PendingTransaction`], and whatever keeps the node from
    /// answering. A transaction that failed is no error.
    pub async fn transaction(
        &self,
        hash: H256,
        wrapped_native: &[fundtrail_model::Address],
    ) -> Result<TransactionOutcome, Error> {
        self.until_it_holds(0, async |at| at.read_transaction(hash, wrapped_native).await).await
    }

    /// Reads by one endpoint after the other, in turn from this one on, until what is read neither contradicts
    /// itself nor lacks what is known.
    pub(super) async fn until_it_holds<T>(
        &self,
        turn: usize,
        read: impl AsyncFn(&Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let peers = self.client.peers();
        let start = turn.checked_rem(peers.len()).unwrap_or_default();
        let mut failed = None;
        for first in peers.iter().cycle().skip(start).take(peers.len()) {
            let at = self.asking_first(first);
            match read(&at).await {
                Err(error) if error.is_of_answers() => {
                    first.forget();
                    failed = failed.or(Some(error));
                }
                outcome => {
                    at.client.keep();
                    return outcome;
                }
            }
        }
        Err(failed.unwrap_or_else(|| self.client.inconsistent("nobody was asked".to_owned())))
    }

    /// Endpoints whose answers did not hold so far, in their order.
    #[must_use]
    pub fn doubted(&self) -> Vec<Doubted> {
        let doubted =
            |peer: &Arc<Peer>| Some(Doubted { host: peer.origin().to_owned(), why: peer.doubt()? });
        self.client.peers().iter().filter_map(doubted).collect()
    }

    /// The same node, with this endpoint as the first that is asked.
    pub(super) fn asking_first(&self, first: &Arc<Peer>) -> Self {
        Self { client: self.client.asking_first(first), ..self.clone() }
    }

    /// The same node, with those endpoints as the last that gave answers to these methods.
    pub(super) fn asking_others(&self, methods: &[&str]) -> Self {
        Self { client: self.client.asking_others(methods), ..self.clone() }
    }

    /// Who is to be asked first: in turn, who is likely to answer and was not tried.
    fn next_first(&self, turn: usize, logs: &Call, tried: &[Arc<Peer>]) -> Option<Arc<Peer>> {
        let peers = self.client.peers();
        let start = peers.get(turn.checked_rem(peers.len())?)?;
        let is_open = |peer: &Arc<Peer>| {
            tried.is_empty()
                || (peer.may_answer(logs) && !tried.iter().any(|tried| Arc::ptr_eq(tried, peer)))
        };
        self.client.asking_first(start).peers_for(logs).into_iter().find(is_open)
    }
}

/// Whether the balances say what the transfers say, as far as they are known.
fn adds_up(window: &FetchedWindow) -> bool {
    window.coverage.iter().all(|coverage| coverage.proof != Proof::Unreconciled)
}

/// A number that depends on nothing but what is asked for (FNV-1a).
fn turn_of(request: &WindowRequest) -> usize {
    let window = [request.window.first(), request.window.last()].map(u64::to_be_bytes);
    let address = request.addresses.iter().min().map(|address| address.0).unwrap_or_default();
    let bytes = window.iter().flatten().chain(&address);
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    // The upper half is the better mixed one.
    usize::try_from(hash >> 32).unwrap_or_default()
}

#[cfg(test)]
mod tests;
