//! What different endpoints say of one window, and which of it is taken.

use std::collections::BTreeSet;
use std::sync::Arc;

use fundtrail_model::{
    Address, AssetClass, Cause, Coverage, FetchedWindow, Proof, Transfer, Window,
};

use super::Reading;
use crate::client::Peer;
use crate::{Error, Node};

/// What tells of tokens, and of the native coin.
const TOKENS: [&str; 1] = ["eth_getLogs"];
const NATIVE: [&str; 4] = [
    "eth_getBlockByNumber",
    "eth_getTransactionReceipt",
    "trace_block",
    "debug_traceBlockByNumber",
];

/// What was read that does not hold, in the order in which it was read.
#[derive(Default)]
pub(super) struct Readings {
    doubtful: Vec<(Node, Reading)>,
    failed: Vec<(Node, Arc<Peer>, Error)>,
    tried: Vec<Arc<Peer>>,
}

impl Readings {
    /// Whom it is no use to ask first again.
    pub(super) fn tried(&self) -> &[Arc<Peer>] {
        &self.tried
    }

    /// A reading that does not add up. Returns how many said the same.
    pub(super) fn add(&mut self, at: Node, first: Arc<Peer>, reading: Reading) -> usize {
        self.set_aside(&at, first);
        let alike = |(_, other): &&(Node, Reading)| other.window == reading.window;
        let count = self.doubtful.iter().filter(alike).count();
        self.doubtful.push((at, reading));
        count.saturating_add(1)
    }

    /// A reading that contradicts itself or lacks what is known.
    pub(super) fn add_failed(&mut self, at: Node, first: Arc<Peer>, error: Error) {
        self.set_aside(&at, Arc::clone(&first));
        self.failed.push((at, first, error));
    }

    /// It is no use to ask this one first again, and what it said is not to be relied on.
    fn set_aside(&mut self, at: &Node, first: Arc<Peer>) {
        first.forget();
        self.tried.push(first);
        self.tried.extend(at.client.gave(&TOKENS));
    }

    /// This reading adds up: who said otherwise is caught.
    pub(super) fn settled_by(&self, at: Node, reading: Reading) -> FetchedWindow {
        let Reading { window: truth, .. } = reading;
        let blocks = truth.window;
        for (other, doubtful) in &self.doubtful {
            let mut is_other = false;
            for (class, methods) in
                [(AssetClass::Tokens, &TOKENS[..]), (AssetClass::Native, &NATIVE[..])]
            {
                if seen(&truth, class) == seen(&doubtful.window, class) {
                    continue;
                }
                is_other = true;
                for peer in other.client.gave(methods) {
                    // Who gave the same to the reading that holds did not say anything else.
                    if !at.client.gave(methods).iter().any(|good| Arc::ptr_eq(good, &peer)) {
                        peer.catch(format!("what it gave for blocks {blocks} does not add up"));
                    }
                }
            }
            if !is_other {
                for peer in &doubtful.checked_by {
                    peer.catch(format!("the balances it told for blocks {blocks} are not true"));
                }
            }
        }
        self.catch_failed(blocks);
        self.keep(&at);
        truth
    }

    /// What is taken where nothing adds up, by what was read alone: what most said; of that, what leaves
    /// the fewest accounts in doubt, and then what has the most transfers. Where another reading says
    /// otherwise, it is in doubt as well.
    pub(super) fn best(&self) -> Option<FetchedWindow> {
        let said = |window: &FetchedWindow| {
            self.doubtful.iter().filter(|(_, other)| other.window == *window).count()
        };
        let (at, best) = self.doubtful.iter().max_by(|(_, a), (_, b)| {
            let (a, b) = (&a.window, &b.window);
            let rank = |window: &FetchedWindow| {
                let in_doubt = window.coverage.iter().filter(|found| is_in_doubt(found)).count();
                let seen = window.transfers.iter().filter(is_seen).count();
                (said(window), std::cmp::Reverse(in_doubt), seen)
            };
            rank(a).cmp(&rank(b)).then_with(|| b.transfers.cmp(&a.transfers))
        })?;
        let mut window = best.window.clone();
        for (other, reading) in &self.doubtful {
            let mut is_other = false;
            for coverage in &mut window.coverage {
                let Coverage { address, class, .. } = *coverage;
                if of(&best.window, address, class) != of(&reading.window, address, class) {
                    coverage.proof = Proof::Unreconciled;
                    is_other = true;
                }
            }
            for peer in other.client.gave(&TOKENS).iter().filter(|_| is_other) {
                let blocks = window.window;
                peer.disagrees(format!(
                    "what it gave for blocks {blocks} is not what others gave, and neither adds up"
                ));
            }
        }
        self.catch_failed(window.window);
        self.keep(at);
        Some(window)
    }

    /// Why there is no reading at all.
    pub(super) fn into_error(self, node: &Node) -> Error {
        let nobody = || node.client.inconsistent("there is no endpoint to ask".to_owned());
        self.failed.into_iter().next().map_or_else(nobody, |(_, _, error)| error)
    }

    /// Another reading holds better, so it is not the chain that changed.
    fn catch_failed(&self, blocks: Window) {
        for (at, first, error) in &self.failed {
            let why = match error {
                Error::LeftOut { position, is_changed: false, .. } => {
                    format!("it left out the transfer {position}, which is known to be there")
                }
                Error::LeftOut { position, .. } => {
                    format!("it gave another amount for the transfer {position} than is known")
                }
                Error::Inconsistent { what, .. } => {
                    format!("what it said of blocks {blocks} contradicts itself: {what}")
                }
                _ => format!("what it said of blocks {blocks} cannot be read"),
            };
            let gave = at.client.gave(&TOKENS);
            let is_log = matches!(error, Error::LeftOut { .. });
            match gave.as_slice() {
                [peer] if is_log => peer.catch(why),
                _ => first.catch(why),
            }
        }
    }

    /// Records what this reading heard, and of the others what it was not told.
    fn keep(&self, at: &Node) {
        at.client.keep();
        let others = self.doubtful.iter().map(|(node, _)| node);
        for node in others.chain(self.failed.iter().map(|(node, ..)| node)) {
            node.client.keep();
        }
    }
}

const fn is_in_doubt(coverage: &Coverage) -> bool {
    matches!(coverage.proof, Proof::Unreconciled)
}

/// Whether it was seen, and not only concluded from balances.
fn is_seen(transfer: &&Transfer) -> bool {
    transfer.cause != Cause::Unexplained
}

fn seen(window: &FetchedWindow, class: AssetClass) -> BTreeSet<Transfer> {
    window.transfers.iter().filter(is_seen).filter(|t| t.asset.class() == class).copied().collect()
}

fn of(window: &FetchedWindow, address: Address, class: AssetClass) -> BTreeSet<Transfer> {
    let is_own = |found: &Transfer| [found.from, found.to].contains(&Some(address));
    seen(window, class).into_iter().filter(is_own).collect()
}
