//! Fetching the planned transactions, in the order of the plan.

use std::collections::BTreeMap;

use fundtrail_fetch::{KnownTransfer, ReadTransaction, TransactionRequest};
use fundtrail_model::{AbsentTransaction, OpenTransaction, Transfer};
use fundtrail_store::PlannedTransaction;

use super::Pursuit;
use super::pieces::is_token_movement;
use crate::error::Error;

/// Transactions that are asked for together.
const AT_ONCE: usize = 16;

impl Pursuit<'_> {
    /// Reads the planned transactions whole, as far as the budget is enough; returns what was spent.
    pub(super) async fn fetch_transactions(&mut self) -> Result<Option<String>, Error> {
        let pending = self.case.pending_transactions()?;
        for of_chain in pending.chunk_by(|a, b| a.chain == b.chain) {
            let Some(PlannedTransaction { chain, .. }) = of_chain.first().copied() else {
                continue;
            };
            let mut known: BTreeMap<_, Vec<KnownTransfer>> = BTreeMap::new();
            for transfer in self.case.transfers(chain)?.iter().filter(|of| is_token_movement(of)) {
                let Transfer { position, asset, amount, transaction, from, to, .. } = *transfer;
                let amount = Some(amount);
                known
                    .entry((position.block, position.transaction))
                    .or_default()
                    .push(KnownTransfer { position, asset, amount, transaction, from, to });
            }
            self.nodes.get(chain).await?;
            let wrapped = self.chains.wrapped_native(chain, self.book);
            for together in of_chain.chunks(AT_ONCE) {
                if let Some(spent) = self.budget.spent(self.nodes.requests_sent()) {
                    return Ok(Some(spent));
                }
                self.budget.begin_piece();
                let request = |planned: &PlannedTransaction| {
                    let PlannedTransaction { hash, block, index, .. } = *planned;
                    let known = known.get(&(block, index)).cloned().unwrap_or_default();
                    TransactionRequest { hash, block, index, known }
                };
                let requests: Vec<_> = together.iter().map(request).collect();
                let node = self.nodes.opened(chain)?;
                let read = node.whole_transactions(&requests, &wrapped).await?;
                for (planned, read) in together.iter().zip(read) {
                    let PlannedTransaction { chain, block, index, hash } = *planned;
                    match read {
                        ReadTransaction::Whole(fetched) => self.case.write_transaction(&fetched)?,
                        ReadTransaction::Absent(stamp) => {
                            let absent = AbsentTransaction { chain, block, index, hash };
                            self.case.write_absent(&absent, &stamp)?;
                        }
                    }
                }
            }
        }
        Ok(None)
    }
}

/// What the trail lacks, most at stake first in each chain.
pub(super) fn planned(lacking: &[OpenTransaction]) -> Vec<PlannedTransaction> {
    let mut planned: Vec<PlannedTransaction> = lacking
        .iter()
        .map(|OpenTransaction { chain, block, index, hash, .. }| PlannedTransaction {
            chain: *chain,
            block: *block,
            index: *index,
            hash: *hash,
        })
        .collect();
    planned.sort_by_key(|planned| planned.chain);
    planned
}
