//! Old states of accounts: nonce, balance, code.

use std::collections::BTreeMap;

use fundtrail_model::{AccountKind, Address, Amount, U256, Window};
use serde_json::json;

use super::facts::{code_call, hex};
use super::{Node, quantity};
use crate::Error;
use crate::client::{Answer, Call, Meaning, Refusal};
use crate::decode::account::kind;
use crate::decode::looks::AccountState;
use crate::wire::{Bytes, Hex};

/// An account at the end of a block.
pub(super) type Place = (Address, u64);

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
    /// Nonces and balances.
    pub(super) async fn states(&self, places: &[Place]) -> Result<Told<AccountState>, Error> {
        let call = |method: &'static str, (address, block): &Place| {
            Call::new(method, &json!([hex(*address), quantity(*block)]))
        };
        let calls: Vec<Call> = places
            .iter()
            .flat_map(|place| {
                ["eth_getTransactionCount", "eth_getBalance"].map(|method| call(method, place))
            })
            .collect();
        let answers = self.client.ask_all(&calls).await?;
        let mut states = BTreeMap::new();
        for (place, (calls, answers)) in places.iter().zip(calls.chunks(2).zip(answers.chunks(2))) {
            let ([nonce_call, balance_call], [nonce, balance]) = (calls, answers) else { continue };
            for (call, answer) in [(nonce_call, nonce), (balance_call, balance)] {
                if let Some(none) = self.no_state(call, answer, place.1)? {
                    return Ok(Err(none));
                }
            }
            let nonce: Hex<u64> = self.client.read(nonce_call, nonce)?;
            let balance: Hex<U256> = self.client.read(balance_call, balance)?;
            let balance = Amount::from_base_units(balance.0);
            states.insert(*place, AccountState { nonce: nonce.0, balance });
        }
        Ok(Ok(states))
    }

    /// What the code at these places makes of them.
    pub(super) async fn kinds(&self, places: &[Place]) -> Result<Told<AccountKind>, Error> {
        let calls: Vec<Call> =
            places.iter().map(|(address, block)| code_call(*address, *block)).collect();
        let answers = self.client.ask_all(&calls).await?;
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
