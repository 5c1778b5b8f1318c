//! Windows in which token transfers do not explain the balances, opened again.
//!
//! The blocks in which something is missing are found by halving on `balanceOf`, and only those are asked for
//! again: by contract instead of by topic alone, then by the receipts of the whole block. What is found is
//! added; what still does not add up is a transfer of an unknown counterparty in that block. Some tokens
//! change balances without a log, so the looks are few.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Address, Amount, Asset, H256, Transfer, Window, hash_hex};
use serde_json::json;

use super::facts::{Balances, hex};
use super::{Node, quantity};
use crate::Error;
use crate::client::{Call, Meaning};
use crate::decode::gaps::Gaps;
use crate::decode::reconcile::{Ends, reconcile};
use crate::decode::token;
use crate::wire::{Log, ReceiptLogs};

/// Looks at one asset of one address.
const MOST_LOOKS: usize = 64;
/// Looks in one window: worthless tokens that report what they like are many.
const MOST_LOOKS_IN_ALL: usize = 192;

/// Who is looked at, where, and what is known.
pub(super) struct Reopening<'a> {
    pub(super) addresses: &'a BTreeSet<Address>,
    pub(super) wrapped_native: &'a BTreeSet<Address>,
    pub(super) window: Window,
    /// Every asset that was compared, with its address.
    pub(super) compared: &'a BTreeSet<(Address, Asset)>,
    /// At both ends of the window.
    pub(super) balances: &'a Balances,
    /// In order.
    pub(super) transfers: &'a [Transfer],
}

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Reopened {
    /// Transfers that were left out before.
    pub(super) found: Vec<Transfer>,
    /// The hashes of their blocks, by the word of the logs.
    pub(super) block_hashes: BTreeMap<u64, H256>,
    /// What is still missing, of those that were looked at again.
    pub(super) missing: BTreeMap<(Address, Asset), Vec<Transfer>>,
    /// The balances that show it.
    pub(super) balances: Balances,
}

impl Reopening<'_> {
    /// Token balances that the transfers do not explain.
    fn gaps(&self) -> BTreeMap<(Address, Asset), Gaps> {
        let gaps = |(address, asset): &(Address, Asset)| {
            let _token = asset.contract()?;
            let at = |block| self.balances.get(&(*address, *asset, block)).copied();
            let before = match self.window.first().checked_sub(1) {
                Some(block) => at(block)?,
                None => Amount::ZERO,
            };
            let ends = Ends { before, after: at(self.window.last())? };
            let last = self.window.last();
            let (_, missing) = reconcile(*address, *asset, Some(ends), self.transfers, last);
            let gaps = Gaps::new(*address, *asset, self.window, ends, self.transfers);
            missing.map(|_| ((*address, *asset), gaps))
        };
        self.compared.iter().filter_map(gaps).collect()
    }
}

impl Node {
    /// Finds where transfers are missing, and asks again for those blocks.
    pub(super) async fn reopen(&self, window: &Reopening<'_>) -> Result<Reopened, Error> {
        let mut reopened = Reopened::default();
        let mut looks = 0_usize;
        for ((address, asset), mut gaps) in window.gaps() {
            let budget = MOST_LOOKS.min(MOST_LOOKS_IN_ALL.saturating_sub(looks));
            gaps.add_transfers(&reopened.found);
            looks = looks.saturating_add(self.halve(address, asset, &mut gaps, budget).await?);
            for gap in gaps.open().into_iter().filter(|gap| gap.blocks.block_count() == 1) {
                let block = gap.blocks.last();
                for is_whole in [false, true] {
                    let found = match is_whole {
                        false => self.logs_of_contract(window, address, asset, block).await?,
                        true => self.logs_of_block(window, block).await?,
                    };
                    self.keep(window, found, block, &mut reopened)?;
                    gaps.add_transfers(&reopened.found);
                    if gaps.open().iter().all(|open| open.blocks != gap.blocks) {
                        break;
                    }
                }
            }
            for gap in gaps.open() {
                let before = gap.blocks.first().checked_sub(1);
                let ends = before.map(|block| (block, gap.ends.before));
                for (block, amount) in ends.into_iter().chain([(gap.blocks.last(), gap.ends.after)])
                {
                    reopened.balances.insert((address, asset, block), amount);
                }
            }
            reopened.missing.insert((address, asset), gaps.missing());
        }
        Ok(reopened)
    }

    /// Looks until every open stretch is one block, or so many looks were taken. Returns how many.
    async fn halve(
        &self,
        address: Address,
        asset: Asset,
        gaps: &mut Gaps,
        budget: usize,
    ) -> Result<usize, Error> {
        let wanted = BTreeSet::from([(address, asset)]);
        let mut looks = 0;
        loop {
            let mut next = gaps.next();
            next.truncate(budget.saturating_sub(looks));
            if next.is_empty() {
                return Ok(looks);
            }
            looks = looks.saturating_add(next.len());
            let balances = self.balances(&wanted, &next).await?;
            for ((_, _, block), amount) in &balances {
                gaps.add(*block, *amount);
            }
            // A state that is not told now will not be told in the next round.
            if balances.len() < next.len() {
                return Ok(looks);
            }
        }
    }

    /// The logs of the asset's contract in one block that name the address.
    async fn logs_of_contract(
        &self,
        window: &Reopening<'_>,
        address: Address,
        asset: Asset,
        block: u64,
    ) -> Result<Vec<(Transfer, H256)>, Error> {
        let Some(contract) = asset.contract() else { return Ok(vec![]) };
        let account = hash_hex(token::as_topic(address));
        let mut names = vec![hash_hex(token::transfer_topic())];
        if window.wrapped_native.contains(&contract) {
            names.extend(token::wrap_topics().map(hash_hex));
        }
        let calls: Vec<Call> = [json!([names, [account]]), json!([names, null, [account]])]
            .into_iter()
            .map(|topics| {
                let number = quantity(block);
                let filter = json!({
                    "address": [hex(contract)], "fromBlock": number, "toBlock": number, "topics": topics,
                });
                Call::new("eth_getLogs", &json!([filter]))
            })
            .collect();
        let answers = self.client.ask_all(&calls).await?;
        let mut logs: Vec<Log> = vec![];
        for (call, answer) in calls.iter().zip(&answers) {
            match answer {
                Err(refusal) if refusal.meaning() == Meaning::Later => {
                    return Err(self.client.refused(call, refusal));
                }
                Err(_) => {}
                Ok(_) => logs.extend(self.client.read::<Vec<Log>>(call, answer)?),
            }
        }
        self.decoded(window, &logs)
    }

    /// What the receipts of one block tell, where the node gives them together.
    async fn logs_of_block(
        &self,
        window: &Reopening<'_>,
        block: u64,
    ) -> Result<Vec<(Transfer, H256)>, Error> {
        let call = Call::new("eth_getBlockReceipts", &json!([quantity(block)]));
        let answer = self.client.ask(&call).await?;
        match &answer {
            Err(refusal) if refusal.meaning() == Meaning::Later => {
                Err(self.client.refused(&call, refusal))
            }
            Err(_) => Ok(vec![]),
            Ok(_) => {
                let receipts: Option<Vec<ReceiptLogs>> = self.client.read(&call, &answer)?;
                let logs = receipts.unwrap_or_default().into_iter().flat_map(|found| found.logs);
                self.decoded(window, &logs.collect::<Vec<Log>>())
            }
        }
    }

    fn decoded(
        &self,
        window: &Reopening<'_>,
        logs: &[Log],
    ) -> Result<Vec<(Transfer, H256)>, Error> {
        let mut found = vec![];
        let mut hashes = BTreeMap::new();
        for log in logs.iter().filter(|log| log.removed != Some(true)) {
            let decoded = token::transfer(self.chain, log, window.wrapped_native);
            let decoded = decoded.map_err(|what| self.client.inconsistent(what))?;
            found.extend(decoded);
            hashes.insert(log.block_number.0, log.block_hash.0);
        }
        found.sort();
        found.dedup();
        let is_ours = |found: &Transfer| {
            [found.from, found.to].iter().flatten().any(|party| window.addresses.contains(party))
        };
        let found = token::without_doubled_wraps(found).into_iter().filter(is_ours);
        Ok(found.filter_map(|found| Some((found, *hashes.get(&found.position.block)?))).collect())
    }

    /// Adds what was not known.
    fn keep(
        &self,
        window: &Reopening<'_>,
        found: Vec<(Transfer, H256)>,
        block: u64,
        reopened: &mut Reopened,
    ) -> Result<(), Error> {
        for (transfer, hash) in found {
            if transfer.position.block != block {
                let other = transfer.position.block;
                let what = format!("asked for logs of block {block}, it gave one of block {other}");
                return Err(self.client.inconsistent(what));
            }
            // Another word on a log that was told already: which is true is not for this node to say.
            let key = |found: &Transfer| (found.position, found.asset);
            let start = window.transfers.partition_point(|known| key(known) < key(&transfer));
            let told =
                window.transfers.get(start).is_some_and(|known| key(known) == key(&transfer));
            if told || reopened.found.iter().any(|known| key(known) == key(&transfer)) {
                continue;
            }
            reopened.found.push(transfer);
            if *reopened.block_hashes.entry(block).or_insert(hash) != hash {
                let what = format!("logs of block {block} name two block hashes");
                return Err(self.client.inconsistent(what));
            }
        }
        Ok(())
    }
}
