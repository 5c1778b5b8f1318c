//! What is true at a block: code, claims, balances.

use std::collections::{BTreeMap, BTreeSet};

use ethers_core::abi::{Token as AbiToken, encode};
use ethers_core::utils::id;
use fundtrail_model::{AccountFact, Address, Amount, Asset, Balance, TokenClaim, Transfer};
use serde_json::json;

use super::{Node, quantity};
use crate::Error;
use crate::client::{Answer, Call, Meaning};
use crate::decode::account::{balance, decimals, kind, symbol};
use crate::wire::{Bytes, Hex};

/// What a token says of itself.
const CLAIMS: [&str; 2] = ["symbol()", "decimals()"];

/// Balances by address, asset and block; absent where the node does not give them.
pub(super) type Balances = BTreeMap<(Address, Asset, u64), Amount>;

impl Node {
    /// What these addresses are at the end of `block`; where the node has no state of it any more, what
    /// they are at the end of its last block. An address of which it says neither is left out.
    pub(super) async fn accounts(
        &self,
        addresses: &BTreeSet<Address>,
        block: u64,
    ) -> Result<Vec<AccountFact>, Error> {
        let call = |address: &Address, block| code_call(*address, block);
        let answers = self.at_block_or_latest(addresses, block, call).await?;
        let mut facts = vec![];
        for (address, (call, answer, block)) in addresses.iter().zip(&answers) {
            if answer.is_err() {
                continue;
            }
            let code: Hex<Bytes> = self.client.read(call, answer)?;
            let kind = kind(&code.0);
            facts.push(AccountFact { chain: self.chain, address: *address, kind, block: *block });
        }
        facts.sort();
        Ok(facts)
    }

    /// What these tokens say of themselves at the end of `block`, or else of the last block.
    pub(super) async fn claims(
        &self,
        assets: &BTreeSet<Asset>,
        block: u64,
    ) -> Result<Vec<TokenClaim>, Error> {
        let asked: Vec<(Asset, Address, &str)> = assets
            .iter()
            .filter_map(|asset| Some((*asset, asset.contract()?)))
            .flat_map(|(asset, contract)| CLAIMS.map(|function| (asset, contract, function)))
            .collect();
        let call =
            |asked: &(Asset, Address, &str), block| contract_call(asked.1, &id(asked.2), block);
        let answers = self.at_block_or_latest(&asked, block, call).await?;
        let mut claims: BTreeMap<Asset, TokenClaim> = BTreeMap::new();
        for ((asset, _, function), (_, answer, _)) in asked.iter().zip(&answers) {
            let claim = TokenClaim { asset: *asset, symbol: None, decimals: None };
            let claim = claims.entry(*asset).or_insert(claim);
            // A contract may answer anything; what cannot be read is no claim.
            let Some(answer) = bytes(answer) else { continue };
            match *function {
                "symbol()" => claim.symbol = symbol(&answer),
                _ => claim.decimals = decimals(&answer),
            }
        }
        Ok(claims.into_values().collect())
    }

    /// The balances of these addresses and assets at the ends of these blocks, as far as the node gives
    /// them.
    pub(super) async fn balances(
        &self,
        wanted: &BTreeSet<(Address, Asset)>,
        blocks: &[u64],
    ) -> Result<Balances, Error> {
        let keys: Vec<(Address, Asset, u64)> = wanted
            .iter()
            .flat_map(|(address, asset)| blocks.iter().map(|block| (*address, *asset, *block)))
            .collect();
        let calls: Vec<Call> = keys.iter().map(balance_call).collect();
        let answers = self.told(&calls).await?;
        let mut balances = Balances::new();
        let mut empty = vec![];
        for ((key, call), answer) in keys.iter().zip(&calls).zip(&answers) {
            self.refuse_later(call, answer)?;
            match key.1 {
                Asset::Native(_) if answer.is_ok() => {
                    let amount: Hex<ethers_core::types::U256> = self.client.read(call, answer)?;
                    balances.insert(*key, Amount::from_base_units(amount.0));
                }
                Asset::Native(_) => {}
                Asset::Token(_, contract) => match bytes(answer) {
                    Some(answer) if answer.is_empty() => empty.push((*key, contract)),
                    answer => {
                        let amount = answer.as_deref().and_then(balance);
                        balances.extend(amount.map(|amount| (*key, amount)));
                    }
                },
            }
        }
        // No contract, no balance: before a token exists everybody holds none of it. A contract that
        // answers nothing is another matter.
        let calls: Vec<Call> =
            empty.iter().map(|(key, contract)| code_call(*contract, key.2)).collect();
        let answers = self.told(&calls).await?;
        for (((key, _), call), answer) in empty.iter().zip(&calls).zip(&answers) {
            self.refuse_later(call, answer)?;
            if bytes(answer).is_some_and(|code| code.is_empty()) {
                balances.insert(*key, Amount::ZERO);
            }
        }
        Ok(balances)
    }

    /// Asks for the state at `block`, and where it is refused, for the state of the last block.
    async fn at_block_or_latest<'a, K: 'a>(
        &self,
        keys: impl IntoIterator<Item = &'a K>,
        block: u64,
        call: impl Fn(&K, u64) -> Call,
    ) -> Result<Vec<(Call, Answer, u64)>, Error> {
        let keys: Vec<&K> = keys.into_iter().collect();
        let calls: Vec<Call> = keys.iter().map(|key| call(key, block)).collect();
        let answers = self.told(&calls).await?;
        let mut outcomes: Vec<(Call, Answer, u64)> = vec![];
        for (call, answer) in calls.into_iter().zip(answers) {
            self.refuse_later(&call, &answer)?;
            outcomes.push((call, answer, block));
        }
        let is_missing = |answer: &Answer| matches!(answer, Err(refusal) if !matches!(refusal.meaning(), Meaning::Reverted));
        if !outcomes.iter().any(|(_, answer, _)| is_missing(answer)) {
            return Ok(outcomes);
        }
        let latest = self.heads().await?.latest.number;
        let again: Vec<usize> = (0..)
            .zip(&outcomes)
            .filter(|(_, (_, answer, _))| is_missing(answer))
            .map(|(place, _)| place)
            .collect();
        let calls: Vec<Call> = again
            .iter()
            .filter_map(|place| keys.get(*place))
            .map(|key| call(key, latest))
            .collect();
        let answers = self.client.ask_all(&calls).await?;
        for (place, (call, answer)) in again.into_iter().zip(calls.into_iter().zip(answers)) {
            self.refuse_later(&call, &answer)?;
            if let Some(outcome) = outcomes.get_mut(place) {
                *outcome = (call, answer, latest);
            }
        }
        Ok(outcomes)
    }

    /// A refusal says that something is not to be had, unless it says only `not now`: taking that for
    /// an absence would make the result depend on the weather.
    pub(super) fn refuse_later(&self, call: &Call, answer: &Answer) -> Result<(), Error> {
        match answer {
            Err(refusal) if refusal.meaning() == Meaning::Later => {
                Err(self.client.refused(call, refusal))
            }
            _ => Ok(()),
        }
    }
}

/// Everybody who paid or received, and the assets that moved.
pub(super) fn parties_and_assets(transfers: &[Transfer]) -> (BTreeSet<Address>, BTreeSet<Asset>) {
    let parties = transfers.iter().flat_map(|transfer| [transfer.from, transfer.to]).flatten();
    (parties.collect(), transfers.iter().map(|transfer| transfer.asset).collect())
}

pub(super) fn listed(balances: &Balances) -> Vec<Balance> {
    let balance = |((address, asset, block), amount): (&(Address, Asset, u64), &Amount)| Balance {
        address: *address,
        asset: *asset,
        block: *block,
        amount: *amount,
    };
    balances.iter().map(balance).collect()
}

pub(super) fn bytes(answer: &Answer) -> Option<Bytes> {
    let text = answer.as_deref().ok()?;
    serde_json::from_str::<Hex<Bytes>>(text).ok().map(|hex| hex.0)
}

pub(super) fn balance_call((address, asset, block): &(Address, Asset, u64)) -> Call {
    match asset {
        Asset::Native(_) => Call::new("eth_getBalance", &json!([hex(*address), quantity(*block)])),
        Asset::Token(_, contract) => {
            let arguments = encode(&[AbiToken::Address(*address)]);
            let data = [&id("balanceOf(address)")[..], &arguments].concat();
            contract_call(*contract, &data, *block)
        }
    }
}

/// What asks a token for what it says of itself.
pub(super) fn claim_calls(asset: Asset, block: u64) -> impl Iterator<Item = Call> {
    let of = move |contract| CLAIMS.map(|function| contract_call(contract, &id(function), block));
    asset.contract().into_iter().flat_map(of)
}

pub(super) fn contract_call(contract: Address, data: &[u8], block: u64) -> Call {
    let question = json!({"data": const_hex::encode_prefixed(data), "to": hex(contract)});
    Call::new("eth_call", &json!([question, quantity(block)]))
}

pub(super) fn code_call(address: Address, block: u64) -> Call {
    Call::new("eth_getCode", &json!([hex(address), quantity(block)]))
}

/// An address in lower case.
pub(super) fn hex(address: Address) -> String {
    const_hex::encode_prefixed(address.as_bytes())
}
