//! The balances of many accounts at one block in one question, where the chain has a contract for it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use fundtrail_model::{Address, Amount, U256, Window};
use serde_json::json;

use super::Place;
use crate::Error;
use crate::client::{Call, Meaning};
use crate::decode::multicall::{CONTRACT, balances, balances_call};
use crate::node::Node;
use crate::node::facts::{bytes, code_call, contract_call, hex};
use crate::node::quantity;
use crate::wire::Hex;

/// So many accounts are worth finding out whether the contract is there.
pub(in crate::node) const ACCOUNTS_WORTH_LEARNING: usize = 4;
/// Fewer accounts at one block are asked for one by one.
const FEWEST_ACCOUNTS: usize = 2;
/// Some 10,000 gas each, far below what nodes allow a call.
const MOST_ACCOUNTS: usize = 200;

/// What is known of the contract. It cannot be destroyed, so it is there in all blocks after one.
#[derive(Debug, Default)]
pub(in crate::node) struct Multicall(Mutex<Learned>);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Learned {
    #[default]
    Nothing,
    /// At the end of this block there was no contract yet.
    AbsentAt(u64),
    /// It is there from the end of this block on.
    ThereAt(u64),
    /// What stands there is something else.
    Foreign,
}

impl Multicall {
    fn learned(&self) -> Learned {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn learn(&self, learned: Learned) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = learned;
    }
}

impl Node {
    /// Whether the contract can be used in the window and at the end of the block before it; learned where
    /// it would save questions.
    pub(in crate::node) async fn has_multicall(
        &self,
        accounts: usize,
        window: Window,
    ) -> Result<bool, Error> {
        let Some(before) = window.first().checked_sub(1) else { return Ok(false) };
        match self.learned_of_multicall() {
            Learned::Foreign => return Ok(false),
            Learned::AbsentAt(block) if before <= block => return Ok(false),
            Learned::ThereAt(block) if block <= before => return Ok(true),
            _ if accounts < ACCOUNTS_WORTH_LEARNING => return Ok(false),
            _ => {}
        }
        let call = code_call(CONTRACT, before);
        let answer = self.client.ask(&call).await?;
        if let Err(refusal) = &answer {
            // That the state is not there is said where it is needed.
            return match refusal.meaning() {
                Meaning::Later => Err(self.client.refused(&call, refusal)),
                _ => Ok(false),
            };
        }
        let learned = match bytes(&answer).is_none_or(|code| code.is_empty()) {
            true => Learned::AbsentAt(before),
            false if self.tells_the_truth(window.last()).await? => Learned::ThereAt(before),
            false => Learned::Foreign,
        };
        self.multicall.learn(learned);
        Ok(matches!(learned, Learned::ThereAt(_)))
    }

    /// What is remembered of the contract: nothing where the questions have to be those that a recording
    /// holds, in whatever order windows are asked for.
    fn learned_of_multicall(&self) -> Learned {
        if self.asks_alike() { Learned::Nothing } else { self.multicall.learned() }
    }

    /// Whether the questions for a window must not depend on the windows before it.
    pub(in crate::node) fn asks_alike(&self) -> bool {
        self.client.is_recorded() || self.client.peers().iter().any(|peer| peer.http().is_none())
    }

    /// Whether the contract says of two accounts what the node says; one of them is the zero address, which
    /// holds something on most chains.
    async fn tells_the_truth(&self, block: u64) -> Result<bool, Error> {
        let accounts = [Address::zero(), CONTRACT];
        let places = accounts.map(|account| (account, block));
        let mut calls: Vec<Call> = places.iter().map(balance_call).collect();
        calls.push(aggregate_call(&accounts, block));
        let answers = self.client.ask_all(&calls).await?;
        let ([one, other, both], [said_one, said_other, said_both]) =
            (calls.as_slice(), answers.as_slice())
        else {
            return Ok(false);
        };
        let mut plain = vec![];
        for (call, answer) in [(one, said_one), (other, said_other), (both, said_both)] {
            match answer {
                Err(refusal) if refusal.meaning() == Meaning::Later => {
                    return Err(self.client.refused(call, refusal));
                }
                Err(_) => return Ok(false),
                Ok(_) if call == both => {}
                Ok(_) => {
                    let balance: Hex<U256> = self.client.read(call, answer)?;
                    plain.push(Amount::from_base_units(balance.0));
                }
            }
        }
        Ok(bytes(said_both).and_then(|words| balances(&words, 2)) == Some(plain))
    }

    /// The balances at these places that are told together. What is missing has to be asked for one by
    /// one: the only account at its block, or one whose answer was refused or is wrong.
    pub(super) async fn balances_together(
        &self,
        places: &[Place],
    ) -> Result<BTreeMap<Place, Amount>, Error> {
        let mut by_block: BTreeMap<u64, Vec<Address>> = BTreeMap::new();
        for (address, block) in places {
            by_block.entry(*block).or_default().push(*address);
        }
        let groups: Vec<(u64, &[Address])> = by_block
            .iter()
            .flat_map(|(block, accounts)| {
                accounts.chunks(MOST_ACCOUNTS).map(|accounts| (*block, accounts))
            })
            .filter(|(_, accounts)| accounts.len() >= FEWEST_ACCOUNTS)
            .collect();
        let calls: Vec<Call> =
            groups.iter().map(|(block, accounts)| aggregate_call(accounts, *block)).collect();
        let answers = self.client.ask_all(&calls).await?;
        let mut found = BTreeMap::new();
        for ((block, accounts), answer) in groups.iter().zip(&answers) {
            let told = bytes(answer).and_then(|words| balances(&words, accounts.len()));
            let told = told.unwrap_or_default();
            found.extend(accounts.iter().map(|account| (*account, *block)).zip(told));
        }
        Ok(found)
    }
}

pub(super) fn balance_call((address, block): &Place) -> Call {
    Call::new("eth_getBalance", &json!([hex(*address), quantity(*block)]))
}

fn aggregate_call(accounts: &[Address], block: u64) -> Call {
    contract_call(CONTRACT, &balances_call(accounts), block)
}
