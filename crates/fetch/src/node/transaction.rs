//! Everything that one transaction moved.

use std::collections::BTreeSet;

use fundtrail_model::{
    AccountFact, Address, BlockStamp, ChainId, H256, TokenClaim, Transfer, hash_hex,
};
use serde_json::json;

use super::Node;
use super::facts::parties_and_assets;
use super::native::receipt_call;
use crate::Error;
use crate::client::{Answer, Call};
use crate::decode::legs::{Legs, native_transfer};
use crate::decode::native::Mined;
use crate::decode::token;
use crate::wire::{Receipt, ReceiptLogs, Transaction};

/// Everything that one transaction moved, successful or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionOutcome {
    /// The chain.
    pub chain: ChainId,
    /// Which transaction.
    pub hash: H256,
    /// Who sent it.
    pub sender: Address,
    /// Whom it called; `None` where it created a contract.
    pub recipient: Option<Address>,
    /// Whether it succeeded; if not, only the fee moved.
    pub succeeded: bool,
    /// Its block.
    pub block: BlockStamp,
    /// Every transfer in it, sorted.
    pub transfers: Vec<Transfer>,
    /// Whether internal transfers are known; `false` if the node offers no tracer, or does not have the
    /// frames any more, and no log tells of them all.
    pub has_frames: bool,
    /// What its parties are, at the end of its block, sorted.
    pub accounts: Vec<AccountFact>,
    /// What the tokens that moved say of themselves, sorted.
    pub claims: Vec<TokenClaim>,
}

/// A transaction in its block, with the receipt that fits it.
pub(super) struct Placed {
    pub(super) transaction: Transaction,
    pub(super) block: BlockStamp,
    pub(super) index: u32,
    receipt: Receipt,
    logs: ReceiptLogs,
}

/// What moved in a transaction.
pub(super) struct Moved {
    /// Sorted.
    pub(super) transfers: Vec<Transfer>,
    /// Whether it succeeded; `None` if neither the receipt nor a tracer says so. Then nothing is told of it.
    pub(super) succeeded: Option<bool>,
    /// Whether the internal native transfers are known.
    pub(super) has_frames: bool,
}

impl Node {
    /// [`Node::transaction`], by one endpoint as far as it answers.
    pub(super) async fn read_transaction(
        &self,
        hash: H256,
        wrapped_native: &[Address],
    ) -> Result<TransactionOutcome, Error> {
        let (chain, host) = (self.chain, self.client.origin());
        let transaction: Option<Transaction> = self.client.get(&transaction_call(hash)).await?;
        let transaction = transaction.ok_or_else(|| Error::UnknownTransaction {
            hash,
            chain,
            host: host.clone(),
        })?;
        let number = transaction.block_number.filter(|_| transaction.block_hash.is_some());
        let number = number.ok_or(Error::PendingTransaction { hash, chain, host })?;
        let block = self.block(number.0).await?;
        let call = receipt_call(hash);
        let receipt = self.receipt_with_logs(&call, &self.client.ask(&call).await?)?;
        let receipt = receipt.ok_or_else(|| self.no_receipt(hash, block))?;
        let placed = [self.placed(hash, transaction, block, receipt)?];
        let moved = self.moved(&placed, &wrapped_native.iter().copied().collect()).await?.pop();
        let (Some(Moved { transfers, succeeded: Some(succeeded), has_frames }), [placed]) =
            (moved, &placed)
        else {
            let what =
                format!("neither receipt nor frames say whether {} succeeded", hash_hex(hash));
            return Err(self.client.inconsistent(what));
        };
        let (sender, recipient) = (placed.transaction.from.0, placed.transaction.to.map(|to| to.0));
        let (mut parties, assets) = parties_and_assets(&transfers);
        parties.insert(sender);
        parties.extend(recipient);
        Ok(TransactionOutcome {
            chain,
            hash,
            sender,
            recipient,
            succeeded,
            block,
            transfers,
            has_frames,
            accounts: self.accounts(&parties, block.number).await?,
            claims: self.claims(&assets, block.number).await?,
        })
    }

    /// A receipt with its logs; `None` where there is none.
    pub(super) fn receipt_with_logs(
        &self,
        call: &Call,
        answer: &Answer,
    ) -> Result<Option<(Receipt, ReceiptLogs)>, Error> {
        let receipt: Option<Receipt> = self.client.read(call, answer)?;
        let logs: Option<ReceiptLogs> = self.client.read(call, answer)?;
        Ok(receipt.zip(logs))
    }

    /// Puts a transaction, its block and its receipt together.
    ///
    /// # Errors
    ///
    /// [`Error::Inconsistent`] if they do not fit each other, or the receipt lacks logs: its filter speaks of
    /// more, or they are not numbered one after the other.
    pub(super) fn placed(
        &self,
        hash: H256,
        transaction: Transaction,
        block: BlockStamp,
        (receipt, logs): (Receipt, ReceiptLogs),
    ) -> Result<Placed, Error> {
        let refuse = |what: String| Err(self.client.inconsistent(what));
        let name = || hash_hex(hash);
        let is_there = transaction.block_hash.is_some_and(|found| found.0 == block.hash)
            && transaction.block_number.is_some_and(|found| found.0 == block.number);
        if transaction.hash.0 != hash || !is_there {
            return refuse(format!("{} is not where block {} says", name(), block.number));
        }
        let fits = receipt.transaction_hash.0 == hash
            && receipt.block_hash.0 == block.hash
            && receipt.block_number.0 == block.number;
        if !fits {
            return Err(self.no_receipt(hash, block));
        }
        let index = receipt.transaction_index.0;
        let is_same = transaction.transaction_index.is_none_or(|place| place.0 == index);
        let Some(index) = u32::try_from(index).ok().filter(|_| is_same) else {
            return refuse(format!("{} has two places in its block", name()));
        };
        let is_foreign = |log: &crate::wire::Log| {
            log.transaction_hash.0 != hash
                || log.block_hash.0 != block.hash
                || log.block_number.0 != block.number
                || log.transaction_index.0 != u64::from(index)
                || log.removed == Some(true)
        };
        if logs.logs.iter().any(is_foreign) {
            return refuse(format!("the receipt of {} holds another's log", name()));
        }
        if !logs.is_unbroken() {
            return refuse(format!("the receipt of {} lacks a log between two others", name()));
        }
        if !logs.explain_filter() {
            return refuse(format!(
                "the receipt of {} lacks logs that its filter tells of",
                name()
            ));
        }
        Ok(Placed { transaction, block, index, receipt, logs })
    }

    fn no_receipt(&self, hash: H256, block: BlockStamp) -> Error {
        let (hash, block) = (hash_hex(hash), block.number);
        self.client.inconsistent(format!("no receipt that fits {hash} of block {block}"))
    }

    /// What moved in each of them: value, frames, logs, fee. The same transfers, at the same positions, as
    /// windows tell of them.
    pub(super) async fn moved(
        &self,
        placed: &[Placed],
        wrapped_native: &BTreeSet<Address>,
    ) -> Result<Vec<Moved>, Error> {
        let logged: Vec<Vec<Transfer>> = placed
            .iter()
            .map(|placed| self.logged_transfers(placed, wrapped_native))
            .collect::<Result<_, _>>()?;
        let legs = Legs::of(&logged.concat());
        // Where logs tell of every movement, frames have nothing to add.
        let is_traced = |placed: &&Placed| {
            let hash = placed.transaction.hash.0;
            placed.receipt.status.is_none()
                || (placed.transaction.may_run_code() && !legs.tell_all(hash))
        };
        let traced: Vec<(&Transaction, BlockStamp)> = placed
            .iter()
            .filter(is_traced)
            .map(|placed| (&placed.transaction, placed.block))
            .collect();
        let mut frames = self.frames_of_transactions(&traced).await?;
        placed
            .iter()
            .zip(logged)
            .map(|(placed, mut logged)| {
                let Placed { transaction, block, index, receipt, .. } = placed;
                let hash = transaction.hash.0;
                // Frames that deny what the receipt says are of no use.
                let agrees =
                    |found: bool| receipt.status.is_none_or(|status| (status.0 != 0) == found);
                let frames = frames.remove(&hash).filter(|frames| agrees(frames.succeeded));
                let mined = Mined {
                    chain: self.chain,
                    block: block.number,
                    index: *index,
                    transaction,
                    receipt: Some(receipt),
                    frames: frames.as_ref().filter(|_| !legs.tell_all(hash)),
                };
                let status = receipt.status.map(|status| status.0 != 0);
                let succeeded = status.or(frames.as_ref().map(|frames| frames.succeeded));
                if succeeded.is_none() {
                    return Ok(Moved { transfers: vec![], succeeded, has_frames: false });
                }
                logged.retain(|found| found.asset.contract().is_some());
                let mut transfers =
                    mined.transfers().map_err(|what| self.client.inconsistent(what))?;
                transfers.extend(legs.lacking(hash, &transfers, frames.is_some()));
                transfers.extend(logged);
                transfers.sort();
                transfers.dedup();
                let has_frames =
                    frames.is_some() || legs.tell_all(hash) || !transaction.may_run_code();
                Ok(Moved { transfers, succeeded, has_frames })
            })
            .collect()
    }

    /// What its logs tell, of the native coin too.
    fn logged_transfers(
        &self,
        placed: &Placed,
        wrapped_native: &BTreeSet<Address>,
    ) -> Result<Vec<Transfer>, Error> {
        let mut transfers = vec![];
        for log in &placed.logs.logs {
            let decoded = token::transfer(self.chain, log, wrapped_native);
            transfers.extend(decoded.map_err(|what| self.client.inconsistent(what))?);
            transfers.extend(native_transfer(self.chain, log));
        }
        Ok(token::without_doubled_wraps(transfers))
    }
}

pub(super) fn transaction_call(hash: H256) -> Call {
    Call::new("eth_getTransactionByHash", &json!([hash_hex(hash)]))
}
