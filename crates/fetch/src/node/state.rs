//! Old states of accounts: nonce, balance, code.

mod multicall;

use std::collections::BTreeMap;

use fundtrail_model::{AccountKind, Address, Amount, U256, Window};
use serde_json::json;

use super::facts::{code_call, hex};
use super::{Node, quantity};
use crate::Error;
use crate::client::{Answer, Call, Kind, Meaning, Refusal};
use crate::decode::account::kind;
use crate::decode::looks::AccountState;
use crate::wire::{Bytes, Hex};
use multicall::balance_call;
pub(super) use multicall::{ACCOUNTS_WORTH_LEARNING, Multicall};

/// An account at the end of a block.
pub(super) type Place = (Address, u64);

/// How often a state of a block that a node does not have yet is asked for again.
const TIMES_AGAIN: usize = 3;

/// What the node says of the state of places, or why it does not.
pub(super) type Told<T> = Result<BTreeMap<Place, T>, NoState>;

/// A state that the node does not give.
#[derive(Debug)]
pub(super) struct NoState {
    block: u64,
    call: Call,
    refusal: Refusal,
}

impl Node {
    /// Nonces and balances. `together` says that the chain has the contract that tells many balances at
    /// once in all these blocks.
    pub(super) async fn states(
        &self,
        places: &[Place],
        together: bool,
    ) -> Result<Told<AccountState>, Error> {
        let mut balances =
            if together { self.balances_together(places).await? } else { BTreeMap::new() };
        let questions: Vec<(Place, Call)> = places
            .iter()
            .flat_map(|place| {
                let balance = (!balances.contains_key(place)).then(|| balance_call(place));
                [Some(nonce_call(place)), balance].into_iter().flatten().map(|call| (*place, call))
            })
            .collect();
        let calls: Vec<Call> = questions.iter().map(|(_, call)| call.clone()).collect();
        let answers = self.told(&calls).await?;
        let mut nonces = BTreeMap::new();
        for ((place, call), answer) in questions.iter().zip(&answers) {
            if let Some(none) = self.no_state(call, answer, place.1)? {
                return Ok(Err(none));
            }
            if call.method == "eth_getBalance" {
                let balance: Hex<U256> = self.client.read(call, answer)?;
                balances.insert(*place, Amount::from_base_units(balance.0));
            } else {
                let nonce: Hex<u64> = self.client.read(call, answer)?;
                nonces.insert(*place, nonce.0);
            }
        }
        let state = |(place, nonce): (Place, u64)| {
            let balance = balances.get(&place).copied()?;
            Some((place, AccountState { nonce, balance }))
        };
        Ok(Ok(nonces.into_iter().filter_map(state).collect()))
    }

    /// What the code at these places makes of them.
    pub(super) async fn kinds(&self, places: &[Place]) -> Result<Told<AccountKind>, Error> {
        let calls: Vec<Call> =
            places.iter().map(|(address, block)| code_call(*address, *block)).collect();
        let answers = self.told(&calls).await?;
        let mut kinds = BTreeMap::new();
        for (place, (call, answer)) in places.iter().zip(calls.iter().zip(&answers)) {
            if let Some(none) = self.no_state(call, answer, place.1)? {
                return Ok(Err(none));
            }
            let code: Hex<Bytes> = self.client.read(call, answer)?;
            kinds.insert(*place, kind(&code.0));
        }
        Ok(Ok(kinds))
    }

    /// Asks for states of blocks that were found to be there. Behind one address there can be several
    /// machines, some of them late: who says that it does not have a block yet is asked again.
    pub(super) async fn told(&self, calls: &[Call]) -> Result<Vec<Answer>, Error> {
        let mut answers = self.client.ask_all(calls).await?;
        let is_late =
            |answer: &Answer| answer.as_ref().is_err_and(|said| said.kind() == Kind::NotYet);
        for _ in 0..TIMES_AGAIN {
            let late: Vec<usize> = (0..answers.len())
                .filter(|place| answers.get(*place).is_some_and(is_late))
                .collect();
            let open: Vec<Call> =
                late.iter().filter_map(|place| calls.get(*place)).cloned().collect();
            // One question shows whether asking again helps: a node that has dropped the state may say
            // the same.
            let Some(first) = open.first() else { break };
            if is_late(&self.client.ask(first).await?) {
                continue;
            }
            for (place, answer) in late.into_iter().zip(self.client.ask_all(&open).await?) {
                if let Some(slot) = answers.get_mut(place) {
                    *slot = answer;
                }
            }
        }
        Ok(answers)
    }

    fn no_state(&self, call: &Call, answer: &Answer, block: u64) -> Result<Option<NoState>, Error> {
        match answer {
            Ok(_) => Ok(None),
            Err(refusal) if refusal.meaning() == Meaning::Later => {
                Err(self.client.refused(call, refusal))
            }
            Err(refusal) => {
                let (call, refusal) = (call.clone(), refusal.clone());
                Ok(Some(NoState { block, call, refusal }))
            }
        }
    }

    /// The error for a window that is too long to be read without the state.
    pub(super) fn needs_state(&self, none: &NoState, window: Window) -> Error {
        let NoState { block, call, refusal } = none;
        let count = window.block_count();
        Error::Missing {
            host: self.client.origin(),
            method: format!(
                "{} at the end of block {block}, without which all {count} blocks {window} would have to be read",
                call.method
            ),
            code: refusal.code,
            message: refusal.message.clone(),
        }
    }
}

pub(super) fn nonce_call((address, block): &Place) -> Call {
    Call::new("eth_getTransactionCount", &json!([hex(*address), quantity(*block)]))
}
