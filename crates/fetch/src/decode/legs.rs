//! Movements of the native coin that logs tell of, for where frames do not.
//!
//! * *Wrapped coin.* WETH9 and its copies pay out the native coin in the call that emits `Withdrawal(src, wad)`,
//!   to `src`, and take it in with the one that emits `Deposit(dst, wad)`, from `dst`; else they revert. So the log
//!   says that the coin moved.
//! * *EIP-7708.* Every movement of the native coin emits a `Transfer` from the address 0xffff…fffe, the
//!   transaction's own value included. Where such logs are, frames have nothing to add, and are not used: so
//!   the same transfers come out whether or not a node has a tracer.
//!
//! Either stands at the position of its log. What the transaction itself or its frames tell already is not
//! told again: each of those silences one leg with the same parties and amount.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Address, Amount, Asset, Cause, ChainId, H256, Position, Step, Transfer};

use crate::wire::Log;

/// Where EIP-7708 emits its logs.
const NATIVE_LOG_EMITTER: Address = {
    let mut bytes = [0xff_u8; 20];
    bytes[19] = 0xfe;
    ethers_core::types::H160(bytes)
};

/// The movement of the native coin that a log of EIP-7708 tells of; `None` for any other log, and where
/// nothing moved.
pub(crate) fn native_transfer(chain: ChainId, log: &Log) -> Option<Transfer> {
    let [name, from, to] = log.topics.as_slice() else { return None };
    let is_it = log.address.0 == NATIVE_LOG_EMITTER && *name == super::token::transfer_topic();
    let amount = Amount::from_be_bytes(log.data.0.word().filter(|_| is_it)?)?;
    let [from, to] = [from, to].map(|topic| Address::from(*topic));
    let transaction = u32::try_from(log.transaction_index.0).ok()?;
    let step = Step::Log(u32::try_from(log.log_index.0).ok()?);
    (!amount.is_zero()).then_some(Transfer {
        position: Position { block: log.block_number.0, transaction, step },
        asset: Asset::Native(chain),
        from: Some(from),
        to: Some(to),
        amount,
        cause: Cause::Internal,
        transaction: Some(log.transaction_hash.0),
    })
}

/// The legs of some transactions.
#[derive(Debug, Default)]
pub(crate) struct Legs(BTreeMap<H256, Told>);

#[derive(Debug, Default)]
struct Told {
    /// By EIP-7708.
    all: Vec<Transfer>,
    /// Of wraps and unwraps.
    wraps: Vec<Transfer>,
}

impl Legs {
    /// Those that these transfers tell of: what [`native_transfer`] gave, wraps and unwraps.
    pub(crate) fn of(found: &[Transfer]) -> Self {
        let mut legs = Self::default();
        for transfer in found {
            let Some(hash) = transfer.transaction else { continue };
            let told = legs.0.entry(hash).or_default();
            match (transfer.asset, transfer.cause) {
                (Asset::Native(_), _) => told.all.push(*transfer),
                (Asset::Token(chain, _), Cause::Wrap | Cause::Unwrap) => {
                    // The coin moves against the token.
                    let (from, to) = (transfer.to, transfer.from);
                    let (asset, cause) = (Asset::Native(chain), Cause::Internal);
                    told.wraps.push(Transfer { asset, from, to, cause, ..*transfer });
                }
                _ => {}
            }
        }
        legs
    }

    /// The blocks in which those of these accounts stand.
    pub(crate) fn blocks_of(&self, accounts: &BTreeSet<Address>) -> impl Iterator<Item = u64> {
        let all = self.0.values().flat_map(|told| told.all.iter().chain(&told.wraps));
        let is_own = |leg: &&Transfer| {
            [leg.from, leg.to].iter().flatten().any(|party| accounts.contains(party))
        };
        all.filter(is_own).map(|leg| leg.position.block)
    }

    /// Whether logs tell of every movement of this transaction.
    pub(crate) fn tell_all(&self, transaction: H256) -> bool {
        self.0.get(&transaction).is_some_and(|told| !told.all.is_empty())
    }

    /// What is to be added to what a transaction and its frames tell. Wraps count only where there are no
    /// frames.
    pub(crate) fn lacking(
        &self,
        transaction: H256,
        known: &[Transfer],
        has_frames: bool,
    ) -> Vec<Transfer> {
        let Some(told) = self.0.get(&transaction) else { return vec![] };
        let legs = match (told.all.is_empty(), has_frames) {
            (false, _) => &told.all,
            (true, false) => &told.wraps,
            (true, true) => return vec![],
        };
        let key = |found: &Transfer| (found.from, found.to, found.amount);
        let mut known: Vec<_> = known
            .iter()
            .filter(|found| matches!(found.cause, Cause::Native | Cause::Internal))
            .map(key)
            .collect();
        let mut lacking = vec![];
        for leg in legs {
            match known.iter().position(|known| *known == key(leg)) {
                Some(place) => drop(known.swap_remove(place)),
                None => lacking.push(*leg),
            }
        }
        lacking
    }
}

#[cfg(test)]
mod tests;
