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
use crate::client::Call;
use crate::decode::legs::{Legs, native_transfer};
use crate::decode::native::Mined;
use crate::decode::token;
use crate::wire::{ReceiptLogs, Transaction};

/// Everything that one transaction moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchedTransaction {
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
    /// Whether internal transfers were looked for; `false` if the node offers no tracer, or does not
    /// have the frames any more.
    pub has_frames: bool,
    /// What its parties are, at the end of its block, sorted.
    pub accounts: Vec<AccountFact>,
    /// What the tokens that moved say of themselves, sorted.
    pub claims: Vec<TokenClaim>,
}

impl Node {
    /// [`Node::transaction`], by one endpoint as far as it answers.
    pub(super) async fn read_transaction(
        &self,
        hash: H256,
        wrapped_native: &[Address],
    ) -> Result<FetchedTransaction, Error> {
        let (chain, host) = (self.chain, self.client.origin());
        let call = Call::new("eth_getTransactionByHash", &json!([hash_hex(hash)]));
        let transaction: Option<Transaction> = self.client.get(&call).await?;
        let transaction = transaction.ok_or_else(|| Error::UnknownTransaction {
            hash,
            chain,
            host: host.clone(),
        })?;
        let place = transaction.block_number.zip(transaction.block_hash);
        let (number, block_hash) = place.ok_or(Error::PendingTransaction { hash, chain, host })?;
        let block = self.block(number.0).await?;
        if transaction.hash.0 != hash || block.hash != block_hash.0 {
            let what = format!("{} is not where block {} says", hash_hex(hash), block.number);
            return Err(self.client.inconsistent(what));
        }
        let receipts = self.receipts(&[(block, &transaction)]).await?;
        let receipt = receipts.get(&hash);
        let index = receipt.map_or(0, |receipt| receipt.transaction_index.0);
        let same_index = transaction.transaction_index.is_none_or(|place| place.0 == index);
        let index = u32::try_from(index).ok().filter(|_| same_index).ok_or_else(|| {
            self.client.inconsistent(format!("{} has two places in its block", hash_hex(hash)))
        })?;
        let has_status = receipt.is_some_and(|receipt| receipt.status.is_some());
        let is_traced = transaction.may_run_code() || !has_status;
        let frames = if is_traced { self.frames_of_transaction(hash, block).await? } else { None };
        let mut logged = self.logged_transfers(hash, block, wrapped_native).await?;
        let legs = Legs::of(&logged);
        logged.retain(|found| found.asset.contract().is_some());
        let mined = Mined {
            chain,
            block: block.number,
            index,
            transaction: &transaction,
            receipt,
            frames: frames.as_ref().filter(|_| !legs.tell_all(hash)),
        };
        let mut transfers = mined.transfers().map_err(|what| self.client.inconsistent(what))?;
        transfers.extend(legs.lacking(hash, &transfers, frames.is_some()));
        transfers.extend(logged);
        transfers.sort();
        transfers.dedup();
        let (mut parties, assets) = parties_and_assets(&transfers);
        parties.insert(transaction.from.0);
        parties.extend(transaction.to.map(|to| to.0));
        Ok(FetchedTransaction {
            chain,
            hash,
            sender: transaction.from.0,
            recipient: transaction.to.map(|to| to.0),
            succeeded: mined.succeeded().unwrap_or_default(),
            block,
            transfers,
            has_frames: !is_traced || frames.is_some(),
            accounts: self.accounts(&parties, block.number).await?,
            claims: self.claims(&assets, block.number).await?,
        })
    }

    /// What its logs tell, of the native coin too.
    async fn logged_transfers(
        &self,
        hash: H256,
        block: BlockStamp,
        wrapped_native: &[Address],
    ) -> Result<Vec<Transfer>, Error> {
        let wrapped_native: BTreeSet<Address> = wrapped_native.iter().copied().collect();
        let receipt: ReceiptLogs = self.client.get(&receipt_call(hash)).await?;
        let mut transfers = vec![];
        for log in &receipt.logs {
            if log.transaction_hash.0 != hash || log.block_hash.0 != block.hash {
                let what = format!("the receipt of {} holds another's log", hash_hex(hash));
                return Err(self.client.inconsistent(what));
            }
            let decoded = token::transfer(self.chain, log, &wrapped_native);
            transfers.extend(decoded.map_err(|what| self.client.inconsistent(what))?);
            transfers.extend(native_transfer(self.chain, log));
        }
        Ok(token::without_doubled_wraps(transfers))
    }
}
