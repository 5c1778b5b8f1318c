//! The blocks of an account by the node's own index of frames.
//!
//! State does not show what came to a contract and went on by the same amount; an index of frames does.
//! Its answer only names blocks, which are then read like any other, so that the same transfers come out
//! of every source. An index that leaves something out is found out where balances disagree.

use std::collections::BTreeSet;

use fundtrail_model::{Address, Window};
use serde_json::json;

use super::super::facts::hex;
use super::super::{Node, quantity};
use crate::Error;
use crate::client::{Call, Kind, Meaning, Reach, Refusal};
use crate::wire::{IndexedFrame, IndexedPage};

/// More questions than this are not asked for one window: some nodes run every block of the range again.
const MOST_PIECES: u64 = 200;
/// Frames in one answer.
const FRAMES_PER_PAGE: usize = 1_000;
/// Pages of one piece, or of one account: who has more is no account that is followed.
const MOST_PAGES: usize = 64;
/// The most transactions that servers of `ots_searchTransactionsBefore` give at once.
const TRANSACTIONS_PER_PAGE: usize = 25;

/// What came of one question of an index.
enum Told<T> {
    /// The answer.
    Yes(T),
    /// Too much at once.
    TooMuch(Refusal),
    /// It is not offered, or not to be used.
    No,
}

impl Node {
    /// Every block of the window in which a frame pays, calls or creates one of the accounts, or the other
    /// way round; `None` if no index tells.
    pub(super) async fn indexed_blocks(
        &self,
        accounts: &BTreeSet<Address>,
        window: Window,
    ) -> Result<Option<BTreeSet<u64>>, Error> {
        match self.blocks_by_filter(accounts, window).await? {
            Some(blocks) => Ok(Some(blocks)),
            None => self.blocks_by_search(accounts, window).await,
        }
    }

    /// By `trace_filter`. Two questions: where both sides are named, some nodes want both to fit, and
    /// others either.
    async fn blocks_by_filter(
        &self,
        accounts: &BTreeSet<Address>,
        window: Window,
    ) -> Result<Option<BTreeSet<u64>>, Error> {
        let mut reach = self.trace_reach();
        let mut blocks = BTreeSet::new();
        let (mut rest, mut refusals) = (Some(window), 0);
        while let Some(open) = rest {
            let known = reach.known_blocks();
            if known.is_some_and(|blocks| open.block_count().div_ceil(blocks.max(1)) > MOST_PIECES)
            {
                return Ok(None);
            }
            let Some(piece) = reach.pieces(open, 1).first().copied() else { return Ok(None) };
            let mut refused = None;
            for side in ["fromAddress", "toAddress"] {
                match self.pages_of_filter(side, accounts, piece).await? {
                    Told::Yes(found) => blocks.extend(found),
                    Told::TooMuch(refusal) => {
                        refused = Some(refusal);
                        break;
                    }
                    Told::No => return Ok(None),
                }
            }
            match refused {
                None => {
                    reach.answered(piece);
                    rest = piece
                        .last()
                        .checked_add(1)
                        .and_then(|next| Window::new(next, window.last()));
                }
                Some(refusal) if piece.block_count() > 1 && refusals < 64 => {
                    refusals += 1;
                    reach.refused(piece, refusal.kind(), &refusal.hints());
                }
                Some(_) => return Ok(None),
            }
            self.set_trace_reach(reach);
        }
        Ok(Some(blocks))
    }

    async fn pages_of_filter(
        &self,
        side: &str,
        accounts: &BTreeSet<Address>,
        piece: Window,
    ) -> Result<Told<BTreeSet<u64>>, Error> {
        let names: Vec<String> = accounts.iter().copied().map(hex).collect();
        let mut blocks = BTreeSet::new();
        let mut page_before = None;
        for page in 0..MOST_PAGES {
            let filter = json!({
                "fromBlock": quantity(piece.first()), "toBlock": quantity(piece.last()), (side): names,
                "after": page * FRAMES_PER_PAGE, "count": FRAMES_PER_PAGE,
            });
            let call = Call::new("trace_filter", &json!([filter]));
            let answer = self.client.ask(&call).await?;
            if let Some(told) = self.not_told(&call, answer.as_ref().err())? {
                return Ok(told);
            }
            let frames: Vec<IndexedFrame> = self.client.read(&call, &answer)?;
            if let Some(frame) = frames.iter().find(|frame| !piece.contains(frame.block())) {
                let what = format!("frames of blocks {piece} with one of block {}", frame.block());
                return Err(self.client.inconsistent(what));
            }
            blocks.extend(frames.iter().map(IndexedFrame::block));
            if frames.len() < FRAMES_PER_PAGE {
                return Ok(Told::Yes(blocks));
            }
            // A node that knows nothing of pages gives the first one again and again.
            if frames.len() > FRAMES_PER_PAGE || page_before.as_ref() == Some(&answer) {
                return Ok(Told::No);
            }
            page_before = Some(answer);
        }
        Ok(Told::No)
    }

    /// By `ots_searchTransactionsBefore`, which goes back from the window's end, some transactions at a
    /// time, and never parts those of one block.
    async fn blocks_by_search(
        &self,
        accounts: &BTreeSet<Address>,
        window: Window,
    ) -> Result<Option<BTreeSet<u64>>, Error> {
        let mut blocks = BTreeSet::new();
        for account in accounts {
            // Before block 0 means before nothing: from the last block of all.
            let Some(mut before) = window.last().checked_add(1) else { return Ok(None) };
            let mut pages = 0;
            while before > window.first() {
                pages += 1;
                if pages > MOST_PAGES {
                    return Ok(None);
                }
                let params = json!([hex(*account), before, TRANSACTIONS_PER_PAGE]);
                let call = Call::new("ots_searchTransactionsBefore", &params);
                let answer = self.client.ask(&call).await?;
                if self.not_told::<()>(&call, answer.as_ref().err())?.is_some() {
                    return Ok(None);
                }
                let page: IndexedPage = self.client.read(&call, &answer)?;
                let found = || page.txs.iter().map(|transaction| transaction.block_number.0);
                if let Some(late) = found().find(|block| *block >= before) {
                    let what = format!("transactions before block {before} with one of {late}");
                    return Err(self.client.inconsistent(what));
                }
                blocks.extend(found().filter(|block| window.contains(*block)));
                match found().min() {
                    Some(oldest) if !page.last_page => before = oldest,
                    _ => break,
                }
            }
        }
        Ok(Some(blocks))
    }

    /// What follows from a refusal; `None` if there was none.
    fn not_told<T>(
        &self,
        call: &Call,
        refusal: Option<&Refusal>,
    ) -> Result<Option<Told<T>>, Error> {
        let Some(refusal) = refusal else { return Ok(None) };
        match (refusal.kind(), refusal.meaning()) {
            (Kind::Range | Kind::Size, _) => Ok(Some(Told::TooMuch(refusal.clone()))),
            (_, Meaning::Later) => Err(self.client.refused(call, refusal)),
            _ => Ok(Some(Told::No)),
        }
    }

    fn trace_reach(&self) -> Reach {
        if self.asks_alike() {
            return Reach::default();
        }
        *self.trace_reach.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn set_trace_reach(&self, reach: Reach) {
        *self.trace_reach.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = reach;
    }
}
