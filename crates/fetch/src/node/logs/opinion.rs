//! A second opinion on pieces in which nothing was found.

use std::sync::Arc;

use ethers_core::utils::keccak256;
use fundtrail_model::{Transfer, Window};

use super::super::native::receipt_call;
use super::super::numbered_header_call;
use super::found::Found;
use super::search::Search;
use crate::Error;
use crate::client::{Answer, Call, Peer};
use crate::decode::token;
use crate::wire::ReceiptLogs;

/// One of so many empty pieces is asked for at another endpoint.
const ONE_OF: u8 = 16;

impl Search<'_> {
    /// Has another endpoint search one of sixteen pieces that are empty, if there is another one.
    pub(super) async fn ask_another(&self, peer: &Arc<Peer>, piece: Window) -> Result<(), Error> {
        if !self.is_sampled(piece) {
            return Ok(());
        }
        let calls: Vec<Call> = self.filters.iter().map(|filter| filter.call(piece)).collect();
        let Some(call) = calls.first() else { return Ok(()) };
        let mut others = self.node.client.peers_for(call).into_iter().filter(|other| {
            !Arc::ptr_eq(other, peer) && other.http().is_some() && other.may_answer(call)
        });
        let Some(other) = others.find(|other| other.doubt().is_none()) else {
            return Ok(());
        };
        let Some(found) = self.found_by(&other, piece, &calls).await else { return Ok(()) };
        let Some(transfer) = found.transfers.first() else { return Ok(()) };
        let (host, position) = (other.origin(), transfer.position);
        if self.is_in_receipt(peer, transfer).await {
            let what =
                format!("it left out the log at {position}, which {host} has and its receipt too");
            peer.catch(what.clone());
            return Err(Error::Inconsistent { host: peer.origin().to_owned(), what });
        }
        if !self.is_in_receipt(&other, transfer).await {
            other.catch(format!("it gave a log at {position} that no receipt holds"));
        } else {
            // Both are consistent with themselves.
            let why = format!("{} and {host} do not agree on the log at {position}", peer.origin());
            peer.disagrees(why.clone());
            other.disagrees(why);
        }
        Ok(())
    }

    /// By what is asked for alone, so that every run doubts the same.
    fn is_sampled(&self, piece: Window) -> bool {
        let mut text = vec![];
        for filter in &self.filters {
            text.extend(filter.accounts.iter().flat_map(|account| account.as_bytes()));
        }
        text.extend(piece.first().to_be_bytes());
        text.extend(piece.last().to_be_bytes());
        keccak256(text).first().is_some_and(|byte| byte % ONE_OF == 0)
    }

    /// What an endpoint finds in a piece; `None` if it does not say, or does not have its end.
    async fn found_by(&self, peer: &Arc<Peer>, piece: Window, calls: &[Call]) -> Option<Found> {
        let header = numbered_header_call(piece.last());
        let mut all = calls.to_vec();
        all.push(header.clone());
        let answers: Vec<Answer> = self.node.client.ask_peer(peer, &all).await.ok()?;
        self.node.whole_header(piece.last(), &header, answers.last()?).ok()?;
        let mut found = Found::default();
        for (place, (filter, (call, answer))) in
            self.filters.iter().zip(calls.iter().zip(&answers)).enumerate()
        {
            self.read(place, filter, piece, call, answer, &mut found).ok()?;
        }
        Some(found)
    }

    /// Whether an endpoint's own receipt of the transaction holds the log.
    async fn is_in_receipt(&self, peer: &Arc<Peer>, transfer: &Transfer) -> bool {
        let Some(hash) = transfer.transaction else { return false };
        let call = receipt_call(hash);
        let Ok(answers) = self.node.client.ask_peer(peer, &[call]).await else { return false };
        let Some(Ok(text)) = answers.first() else { return false };
        let Ok(receipt) = serde_json::from_str::<ReceiptLogs>(text) else { return false };
        receipt.logs.iter().any(|log| {
            let decoded = token::transfer(self.node.chain, log, self.wrapped_native);
            decoded.is_ok_and(|decoded| decoded == Some(*transfer))
        })
    }
}
