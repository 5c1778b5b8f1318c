//! Whether an endpoint's `[]` means that there is nothing.
//!
//! A node that has dropped old logs answers `[]` for them. Before the first empty answer of an endpoint is
//! believed, it is asked for something that the header of a block says is there.

use std::collections::BTreeSet;
use std::sync::Arc;

use fundtrail_model::{H256, Window, hash_hex};
use serde_json::json;

use super::super::{Node, numbered_header_call};
use super::filter::logs_call;
use super::search::Search;
use crate::Error;
use crate::client::{Call, Peer};
use crate::decode::token;
use crate::wire::{Header, each_log};

impl Search<'_> {
    /// Looks twice at a piece in which an endpoint found nothing.
    pub(super) async fn doubt_empty(
        &self,
        peer: &Arc<Peer>,
        piece: Window,
        end: &Header,
        ranges: BTreeSet<Window>,
    ) -> Result<(), Error> {
        // A recording says what was said; who made it had the doubts.
        if peer.http().is_none() {
            return Ok(());
        }
        if peer.shown().wants_trial(piece.first()) {
            let tried = self.node.try_logs(peer, piece, end).await;
            if matches!(tried, Err(Error::Missing { .. })) {
                peer.gives_no_logs();
            }
            tried?;
        }
        for range in ranges {
            self.ask_another(peer, range).await?;
        }
        Ok(())
    }
}

impl Node {
    /// Asks an endpoint for a token transfer that is known to be there, at the start of the piece if possible.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] if it gives no logs of a block whose header says that there are some.
    pub(in crate::node) async fn try_logs(
        &self,
        peer: &Arc<Peer>,
        piece: Window,
        end: &Header,
    ) -> Result<(), Error> {
        let has_transfers = |header: &Header| {
            let name = token::transfer_topic();
            header.bloom().is_some_and(|bloom| bloom.is_kept() && !bloom.denies(name.as_bytes()))
        };
        let call = numbered_header_call(piece.first());
        let start = if piece.block_count() > 1 {
            let answers = self.client.ask_peer(peer, std::slice::from_ref(&call)).await?;
            let answer = answers.first().ok_or_else(|| self.null_block(piece.first()))?;
            Some(self.whole_header(piece.first(), &call, answer)?)
        } else {
            None
        };
        let Some(known) = start.iter().chain([end]).find(|header| has_transfers(header)) else {
            return Ok(());
        };
        let block = known.stamp().number;
        let transfers = json!([hash_hex(token::transfer_topic())]);
        let by_topic = logs_call(Window::block(block), Some(vec![transfers]));
        let Some(names) = self.names_of(peer, &by_topic).await? else {
            // Too many for one answer, or not offered: no sign of missing history.
            return Ok(());
        };
        if names.is_empty() {
            // The filter of a header may be wrong about a name, but never about there being logs at all.
            let all = logs_call(Window::block(block), None);
            let Some(names) = self.names_of(peer, &all).await? else { return Ok(()) };
            if names.is_empty() || names.contains(&token::transfer_topic()) {
                return Err(Error::Missing {
                    host: peer.origin().to_owned(),
                    method: "eth_getLogs".to_owned(),
                    code: 0,
                    message: format!(
                        "it gives no logs of block {block}, whose header says that there are some"
                    ),
                });
            }
        }
        self.note_shown(peer, block);
        Ok(())
    }

    /// Notes that an endpoint has a log of this block, unless another one may have given it in its stead.
    pub(in crate::node) fn note_shown(&self, peer: &Arc<Peer>, block: u64) {
        let gave = self.client.gave(&["eth_getLogs"]);
        if gave.iter().all(|gave| Arc::ptr_eq(gave, peer)) {
            peer.shown().log_of(block);
        }
    }

    /// The first topics of the logs that answer a question; `None` if it is refused.
    async fn names_of(&self, peer: &Arc<Peer>, call: &Call) -> Result<Option<Vec<H256>>, Error> {
        let client = &self.client;
        let answers = client.ask_peer(peer, std::slice::from_ref(call)).await?;
        let Some(Ok(text)) = answers.first() else { return Ok(None) };
        let mut names = vec![];
        each_log(text, |log| {
            names.push(log.topics.as_slice().first().copied().unwrap_or_default());
        })
        .map_err(|error| client.invalid(call, error.to_string(), text))?;
        Ok(Some(names))
    }
}
