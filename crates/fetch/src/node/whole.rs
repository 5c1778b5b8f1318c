//! Transactions in which others than the accounts that are looked at may have got something.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{
    Address, Asset, BlockStamp, FetchedTransaction, H256, WholeTransaction, Window, hash_hex,
};

use super::facts::parties_and_assets;
use super::native::receipt_call;
use super::transaction::{Moved, Placed, transaction_call};
use super::{KnownTransfer, Node, numbered_header_call};
use crate::Error;
use crate::client::{Answer, Call, Meaning};
use crate::wire::Transaction;

/// Of so many parties of one transaction, at most, it is asked what they are: a payout to thousands is no
/// reason for thousands of questions.
const MOST_PARTIES: usize = 1_000;
/// So many tokens that moved in one transaction, at most, are asked for their names.
const MOST_TOKENS: usize = 100;

/// A transaction that is to be read whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionRequest {
    /// Which one.
    pub hash: H256,
    /// Its block.
    pub block: u64,
    /// Its index in the block.
    pub index: u32,
    /// Token transfers that are known to be in it: a receipt that lacks one is not believed.
    pub known: Vec<KnownTransfer>,
}

/// What became of a [`TransactionRequest`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadTransaction {
    /// Everything that it moved.
    Whole(FetchedTransaction),
    /// No endpoint has the transaction and its receipt (any more), or says whether it succeeded. Its block is
    /// this one.
    Absent(BlockStamp),
}

/// The questions for one transaction, and their answers.
struct Told<'a> {
    request: &'a TransactionRequest,
    asked: [(Call, Answer); 3],
}

impl Node {
    /// Reads these transactions whole: value, fee, every token transfer whoever takes part in it, and the
    /// frames where a tracer tells them, else what logs tell of the native coin. What comes out are the same
    /// transfers, at the same positions, as those that [`Node::window`] tells of its addresses. Three
    /// questions each for the transaction, and some for what its parties and tokens are. `wrapped_native` are
    /// the contracts whose `Deposit` and `Withdrawal` wrap and unwrap the native coin.
    ///
    /// With several endpoints, answers that contradict themselves or lack what is known are asked for
    /// elsewhere.
    ///
    /// # Errors
    ///
    /// [`Error::NullBlock`] if the node does not have a block, [`Error::Inconsistent`] if the chain changed
    /// or a transaction is not where it was, [`Error::LeftOut`] if a receipt does not hold what is known, and
    /// whatever keeps the node from answering. That there is no receipt is no error.
    pub async fn whole_transactions(
        &self,
        requests: &[TransactionRequest],
        wrapped_native: &[Address],
    ) -> Result<Vec<ReadTransaction>, Error> {
        let wrapped_native = wrapped_native.iter().copied().collect();
        let turn = turn_of(requests);
        self.until_it_holds(turn, async |at| at.read_whole(requests, &wrapped_native).await).await
    }

    /// [`Node::whole_transactions`], by one endpoint as far as it answers.
    async fn read_whole(
        &self,
        requests: &[TransactionRequest],
        wrapped_native: &BTreeSet<Address>,
    ) -> Result<Vec<ReadTransaction>, Error> {
        let calls: Vec<[Call; 3]> = requests
            .iter()
            .map(|TransactionRequest { hash, block, .. }| {
                [numbered_header_call(*block), transaction_call(*hash), receipt_call(*hash)]
            })
            .collect();
        let answers = self.client.ask_all(calls.as_flattened()).await?;
        let mut blocks = vec![];
        let mut placed = vec![];
        for ((request, calls), answers) in requests.iter().zip(calls).zip(answers.chunks(3)) {
            let [header, transaction, receipt] = answers else {
                return Err(self
                    .client
                    .inconsistent("not three answers to three questions".to_owned()));
            };
            let [header_call, transaction_call, receipt_call] = calls;
            let told = Told {
                request,
                asked: [
                    (header_call, header.clone()),
                    (transaction_call, transaction.clone()),
                    (receipt_call, receipt.clone()),
                ],
            };
            let (block, found) = self.place(told)?;
            blocks.push((block, found.is_some()));
            placed.extend(found);
        }
        let moved = self.moved(&placed, wrapped_native).await?;
        let mut read = placed.into_iter().zip(moved).zip(
            // Those that are there, in order.
            requests.iter().zip(&blocks).filter(|(_, (_, is_there))| *is_there),
        );
        let mut outcomes = vec![];
        for (block, is_there) in &blocks {
            let next = if *is_there { read.next() } else { None };
            outcomes.push(match next {
                Some(((placed, moved), (request, _))) => self.judge(request, &placed, moved)?,
                None => ReadTransaction::Absent(*block),
            });
        }
        self.add_facts(&mut outcomes).await?;
        Ok(outcomes)
    }

    /// The block of a transaction, and the transaction in it, if there is one to be had.
    fn place(&self, told: Told<'_>) -> Result<(BlockStamp, Option<Placed>), Error> {
        let Told { request, asked: [header, transaction, receipt] } = told;
        let block = self.numbered_header(request.block, &header.0, &header.1)?;
        if is_absence(&transaction.1) || is_absence(&receipt.1) {
            return Ok((block, None));
        }
        let found: Option<Transaction> = self.client.read(&transaction.0, &transaction.1)?;
        let receipt = self.receipt_with_logs(&receipt.0, &receipt.1)?;
        let Some((found, receipt)) = found.zip(receipt) else { return Ok((block, None)) };
        let placed = self.placed(request.hash, found, block, receipt)?;
        if placed.index != request.index {
            let (hash, number) = (hash_hex(request.hash), block.number);
            let what = format!(
                "{hash} is transaction {} of block {number}, and was transaction {}",
                placed.index, request.index
            );
            return Err(self.client.inconsistent(what));
        }
        Ok((block, Some(placed)))
    }

    /// What was read of a transaction, if it is to be believed. Facts are not in it yet.
    fn judge(
        &self,
        request: &TransactionRequest,
        placed: &Placed,
        moved: Moved,
    ) -> Result<ReadTransaction, Error> {
        let Moved { transfers, succeeded, has_frames } = moved;
        match succeeded {
            None => return Ok(ReadTransaction::Absent(placed.block)),
            Some(true) => {}
            Some(false) => {
                let what = format!("{} failed, and value moved in it", hash_hex(request.hash));
                return Err(self.client.inconsistent(what));
            }
        }
        let given = |known: &KnownTransfer| {
            let is_it = |found: &&fundtrail_model::Transfer| {
                (found.position, found.asset) == (known.position, known.asset)
            };
            transfers.iter().find(is_it)
        };
        let is_hole = |known: &&KnownTransfer| {
            given(known).is_none_or(|found| known.amount.is_some_and(|known| known != found.amount))
        };
        if let Some(hole) = request.known.iter().find(is_hole) {
            let gave = self.client.gave(&["eth_getTransactionReceipt"]);
            let hosts: Vec<&str> = gave.iter().map(|peer| peer.origin()).collect();
            let host = if hosts.is_empty() { self.client.origin() } else { hosts.join(", ") };
            return Err(Error::LeftOut {
                host,
                window: Window::block(request.block),
                position: hole.position,
                transaction: Some(request.hash),
                is_changed: given(hole).is_some(),
            });
        }
        let TransactionRequest { hash, block, index, .. } = *request;
        Ok(ReadTransaction::Whole(FetchedTransaction {
            transaction: WholeTransaction { chain: self.chain, block, index, hash, has_frames },
            transfers,
            blocks: vec![placed.block],
            accounts: vec![],
            claims: vec![],
        }))
    }

    /// Adds what the parties and the tokens are, block by block.
    async fn add_facts(&self, outcomes: &mut [ReadTransaction]) -> Result<(), Error> {
        let mut wanted: BTreeMap<u64, (BTreeSet<Address>, BTreeSet<Asset>)> = BTreeMap::new();
        for fetched in outcomes.iter().filter_map(ReadTransaction::whole) {
            let (parties, assets) = wanted.entry(fetched.transaction.block).or_default();
            let (own_parties, own_assets) = named(fetched);
            parties.extend(own_parties);
            assets.extend(own_assets);
        }
        for (block, (parties, assets)) in wanted {
            let accounts = self.accounts(&parties, block).await?;
            let claims = self.claims(&assets, block).await?;
            for outcome in outcomes.iter_mut() {
                let ReadTransaction::Whole(fetched) = outcome else { continue };
                if fetched.transaction.block != block {
                    continue;
                }
                let (own_parties, own_assets) = named(fetched);
                let accounts = accounts.iter().filter(|fact| own_parties.contains(&fact.address));
                let claims = claims.iter().filter(|claim| own_assets.contains(&claim.asset));
                (fetched.accounts, fetched.claims) =
                    (accounts.copied().collect(), claims.cloned().collect());
            }
        }
        Ok(())
    }
}

impl ReadTransaction {
    const fn whole(&self) -> Option<&FetchedTransaction> {
        match self {
            Self::Whole(fetched) => Some(fetched),
            Self::Absent(_) => None,
        }
    }
}

/// Of whom and of what facts are asked for.
fn named(fetched: &FetchedTransaction) -> (BTreeSet<Address>, BTreeSet<Asset>) {
    let (parties, assets) = parties_and_assets(&fetched.transfers);
    let tokens = assets.into_iter().filter(|asset| asset.contract().is_some());
    (parties.into_iter().take(MOST_PARTIES).collect(), tokens.take(MOST_TOKENS).collect())
}

/// Whether this says that something is not to be had; `null` says so too, but is an answer.
fn is_absence(answer: &Answer) -> bool {
    let is_gone =
        |meaning| matches!(meaning, Meaning::Missing | Meaning::NotOffered | Meaning::TooMuch);
    matches!(answer, Err(refusal) if is_gone(refusal.meaning()))
}

/// Whose turn these are depends on the first of them alone.
fn turn_of(requests: &[TransactionRequest]) -> usize {
    let low = requests.first().map_or(0, |request| request.hash.to_low_u64_be());
    usize::try_from(low % 1_024).unwrap_or_default()
}

#[cfg(test)]
mod tests;
