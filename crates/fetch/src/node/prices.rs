//! What feeds and pools say of prices at the end of blocks.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Address, Asset, NoPrice, PricePlace, PriceReading, Timestamp};

use super::Node;
use super::facts::{bytes, contract_call};
use crate::Error;
use crate::client::{Answer, Call, Meaning};
use crate::decode::multicall::{calls_call, outcomes};
use crate::decode::price::{Question, Said, price, questions};

/// Calls that are made in one question, far below the gas that nodes allow a call.
const MOST_TOGETHER: usize = 60;
/// Fewer calls at one block are made one by one.
const FEWEST_TOGETHER: usize = 2;

/// A price that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceRequest {
    /// Of which asset.
    pub asset: Asset,
    /// At the end of which block.
    pub block: u64,
    /// When that block was made.
    pub time: Timestamp,
    /// Where it is read.
    pub place: PricePlace,
}

/// What a contract returned; an error is what [`Said`] calls it.
type Outcome = Result<Vec<u8>, NoPrice>;
/// What was asked at a block.
type Asked = (u64, Question);

impl Node {
    /// What these places say of prices, in the order of the requests. A place that gives none is an answer too.
    ///
    /// With `multicall`, the contract Multicall3 of the chain, all calls at a block are made in one question; where
    /// it does not answer as it should, they are asked one by one.
    ///
    /// # Errors
    ///
    /// If the node does not answer, or only asks for patience.
    pub async fn prices(
        &self,
        requests: &[PriceRequest],
        multicall: Option<Address>,
    ) -> Result<Vec<PriceReading>, Error> {
        let asked = |request: &PriceRequest| -> Vec<Asked> {
            let of = questions(&request.place);
            of.into_iter().map(|question| (request.block, question)).collect()
        };
        let wanted: BTreeSet<Asked> = requests.iter().flat_map(asked).collect();
        let mut told = match multicall {
            Some(contract) => self.calls_together(contract, &wanted).await?,
            None => BTreeMap::new(),
        };
        let alone: Vec<&Asked> = wanted.iter().filter(|asked| !told.contains_key(*asked)).collect();
        let calls: Vec<Call> = alone
            .iter()
            .map(|(block, (contract, data))| contract_call(*contract, data, *block))
            .collect();
        let answers = self.told(&calls).await?;
        for (asked, (call, answer)) in alone.into_iter().zip(calls.iter().zip(&answers)) {
            self.refuse_later(call, answer)?;
            told.insert(asked.clone(), outcome(answer));
        }
        let reading = |request: &PriceRequest| {
            let asked = asked(request);
            let said: Vec<Said<'_>> = asked
                .iter()
                .map(|asked| match told.get(asked) {
                    Some(Ok(bytes)) => Said::Bytes(bytes),
                    Some(Err(NoPrice::NoState)) | None => Said::NoState,
                    Some(Err(_)) => Said::Refused,
                })
                .collect();
            let (way, outcome) = price(&request.place, &said, request.time);
            let contract = request.place.contract();
            PriceReading { asset: request.asset, block: request.block, contract, way, outcome }
        };
        Ok(requests.iter().map(reading).collect())
    }

    /// What the calls at each block return, made together. What is missing has to be asked for one by one: the only
    /// call at its block, and those of a block at which the contract is not there yet or answers something else.
    async fn calls_together(
        &self,
        contract: Address,
        wanted: &BTreeSet<Asked>,
    ) -> Result<BTreeMap<Asked, Outcome>, Error> {
        let mut by_block: BTreeMap<u64, Vec<&Asked>> = BTreeMap::new();
        for asked in wanted {
            by_block.entry(asked.0).or_default().push(asked);
        }
        let groups: Vec<(u64, &[&Asked])> = by_block
            .iter()
            .flat_map(|(block, asked)| asked.chunks(MOST_TOGETHER).map(|asked| (*block, asked)))
            .filter(|(_, asked)| FEWEST_TOGETHER <= asked.len())
            .collect();
        let calls: Vec<Call> = groups
            .iter()
            .map(|(block, asked)| {
                let data = asked.iter().map(|(_, (contract, data))| (*contract, data.as_slice()));
                contract_call(contract, &calls_call(data, true), *block)
            })
            .collect();
        let answers = self.told(&calls).await?;
        let mut told = BTreeMap::new();
        for ((_, asked), (call, answer)) in groups.iter().zip(calls.iter().zip(&answers)) {
            self.refuse_later(call, answer)?;
            let missing = Err(NoPrice::NoState);
            match bytes(answer) {
                Some(answer) => {
                    let outcomes = outcomes(&answer, asked.len()).unwrap_or_default();
                    let outcomes = outcomes
                        .into_iter()
                        .map(|bytes| bytes.map(<[u8]>::to_vec).ok_or(NoPrice::Unreadable));
                    told.extend(asked.iter().map(|asked| (*asked).clone()).zip(outcomes));
                }
                None if outcome(answer) == missing => {
                    told.extend(asked.iter().map(|asked| ((*asked).clone(), missing.clone())));
                }
                None => {}
            }
        }
        Ok(told)
    }
}

/// What came of one call. A refusal that is not the contract's says that the node does not have the state, or does not
/// give it.
fn outcome(answer: &Answer) -> Outcome {
    match answer {
        Ok(_) => bytes(answer).ok_or(NoPrice::Unreadable),
        Err(refusal) if refusal.meaning() == Meaning::Reverted => Err(NoPrice::Unreadable),
        Err(_) => Err(NoPrice::NoState),
    }
}
