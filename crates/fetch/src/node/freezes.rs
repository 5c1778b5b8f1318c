//! What issuers of tokens did to addresses, from the logs of their contracts.
//!
//! USDT (`TetherToken.sol`) logs `AddedBlackList(address)`, `RemovedBlackList(address)` and
//! `DestroyedBlackFunds(address,uint256)` without an indexed address, so all of its logs of these names are read;
//! USDC (`Blacklistable.sol` of circlefin/stablecoin-evm) logs `Blacklisted(address indexed)` and
//! `UnBlacklisted(address indexed)`, so only those of the wanted addresses are. Whether an answer is believed is
//! decided in `doubts`.

mod doubts;

use std::collections::{BTreeMap, BTreeSet};

use ethers_core::utils::keccak256;
use fundtrail_model::{
    Address, Amount, Freeze, FreezeKind, H256, Oracle, Timestamp, Window, hash_hex,
};
use serde::Deserialize;
use serde_json::json;

use super::facts::hex;
use super::{Node, quantity};
use crate::Error;
use crate::client::{Call, Meaning};
use crate::decode::token::as_topic;
use crate::wire::{Bytes, Hex};
use doubts::Told;

/// Addresses in one topic list.
const ADDRESSES_PER_FILTER: usize = 100;
/// So many questions about one issuer, at most: beyond them it is said how far back was looked.
const MOST_QUESTIONS: usize = 300;

/// What was found of freezes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Freezes {
    /// Sorted.
    pub found: Vec<Freeze>,
    /// Where they could not be looked for, or endpoints do not say the same: the issuer, and up to which block.
    pub missing: BTreeMap<Oracle, u64>,
}

/// A log of an issuer, with its data in full.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    address: Hex<Address>,
    topics: Vec<Hex<H256>>,
    data: Hex<Bytes>,
    block_number: Hex<u64>,
    block_hash: Hex<H256>,
    transaction_hash: Hex<H256>,
    log_index: Hex<u64>,
    #[serde(default)]
    removed: Option<bool>,
}

/// What is asked of one issuer.
struct Question<'a> {
    oracle: Oracle,
    contract: Address,
    names: Vec<(H256, FreezeKind)>,
    /// Whom the logs are asked for by, where they are indexed by it.
    accounts: Option<&'a [H256]>,
}

impl Node {
    /// What these issuers did to the addresses in the blocks of the window. Oracles that are no issuers are left
    /// out. The newest blocks come first, so that what a bound leaves out is the oldest.
    ///
    /// # Errors
    ///
    /// If the node does not answer, contradicts itself, or only asks for patience.
    pub async fn freezes(
        &self,
        issuers: &[(Oracle, Address)],
        addresses: &[Address],
        window: Window,
    ) -> Result<Freezes, Error> {
        let wanted: BTreeSet<Address> = addresses.iter().copied().collect();
        let topics: Vec<H256> = wanted.iter().copied().map(as_topic).collect();
        let mut freezes = Freezes::default();
        let mut hashes: BTreeMap<u64, H256> = BTreeMap::new();
        for (oracle, contract) in issuers {
            let names = events(*oracle);
            let accounts: Vec<Option<&[H256]>> = match oracle {
                Oracle::Sanctions => continue,
                Oracle::Tether => vec![None],
                Oracle::Circle => topics.chunks(ADDRESSES_PER_FILTER).map(Some).collect(),
            };
            for accounts in accounts {
                let (oracle, contract, names) = (*oracle, *contract, names.clone());
                let question = Question { oracle, contract, names, accounts };
                let missing = self.search(&question, window, &wanted, &mut freezes, &mut hashes);
                if let Some(missing) = missing.await? {
                    let to = freezes.missing.entry(oracle).or_insert(missing);
                    *to = missing.max(*to);
                }
            }
        }
        let numbers: Vec<u64> = hashes.keys().copied().collect();
        let mut times: BTreeMap<u64, Timestamp> = BTreeMap::new();
        for block in self.blocks(&numbers).await? {
            if hashes.get(&block.number) != Some(&block.hash) {
                let number = block.number;
                let what = format!("logs of block {number} name another block than its header");
                return Err(self.client.inconsistent(what));
            }
            times.insert(block.number, block.timestamp);
        }
        for freeze in &mut freezes.found {
            freeze.time = times.get(&freeze.block).copied().unwrap_or(freeze.time);
        }
        freezes.found.sort_unstable();
        freezes.found.dedup();
        Ok(freezes)
    }

    /// Looks from the end of the window on; returns the last block that was not looked at.
    async fn search(
        &self,
        question: &Question<'_>,
        window: Window,
        wanted: &BTreeSet<Address>,
        freezes: &mut Freezes,
        hashes: &mut BTreeMap<u64, H256>,
    ) -> Result<Option<u64>, Error> {
        let mut rest = vec![window];
        let mut most = u64::MAX;
        for _ in 0..MOST_QUESTIONS {
            let Some(open) = rest.pop() else { return Ok(None) };
            let start = open.last().saturating_sub(most.saturating_sub(1)).max(open.first());
            let (now, before) = (Window::new(start, open.last()), start.checked_sub(1));
            let Some(now) = now else { return Ok(None) };
            rest.extend(before.and_then(|last| Window::new(open.first(), last)));
            let is_long = now.first() < now.last();
            let half = now.block_count() / 2;
            match self.logs_of_issuer(question, now).await? {
                Told::Logs(logs) => {
                    for log in &logs {
                        let found = question.read(self, now, log)?;
                        if wanted.contains(&found.address) {
                            hashes.insert(found.block, log.block_hash.0);
                            freezes.found.push(found);
                        }
                    }
                }
                Told::Refused(refusal) if refusal.meaning() == Meaning::TooMuch && is_long => {
                    most = refusal.hints().blocks_of(now).unwrap_or(half).max(1);
                    rest.push(now);
                }
                // A shorter piece shows from where on they are there.
                Told::Unsure if is_long => {
                    most = half.max(1);
                    rest.push(now);
                }
                // Old logs that are not there any more: what is before them is not, either.
                Told::Refused(_) | Told::Unsure => return Ok(Some(now.last())),
            }
        }
        Ok(rest.last().map(|open| open.last()))
    }
}

impl Question<'_> {
    fn call(&self, window: Window) -> Call {
        let names: Vec<String> = self.names.iter().map(|(name, _)| hash_hex(*name)).collect();
        let mut topics = vec![json!(names)];
        if let Some(accounts) = self.accounts {
            let accounts: Vec<String> = accounts.iter().copied().map(hash_hex).collect();
            topics.push(json!(accounts));
        }
        let filter = json!({
            "address": hex(self.contract),
            "fromBlock": quantity(window.first()),
            "toBlock": quantity(window.last()),
            "topics": topics,
        });
        Call::new("eth_getLogs", &json!([filter]))
    }

    /// What a log tells, without its time.
    fn read(&self, node: &Node, window: Window, log: &Wire) -> Result<Freeze, Error> {
        let (block, idx) = (log.block_number.0, log.log_index.0);
        let wrong =
            |what: &str| node.client.inconsistent(format!("log {idx} of block {block} {what}"));
        if !window.contains(block) || log.address.0 != self.contract {
            return Err(wrong("was not asked for"));
        }
        if log.removed == Some(true) {
            return Err(wrong("was taken back by a reorganisation"));
        }
        let name = log.topics.first().map(|topic| topic.0);
        let kind = self.names.iter().find(|(known, _)| Some(*known) == name);
        let (_, kind) = kind.ok_or_else(|| wrong("has another name than was asked for"))?;
        let indexed: Vec<[u8; 32]> = log.topics.iter().skip(1).map(|topic| topic.0.0).collect();
        let (words, partial) = log.data.0.as_chunks::<32>();
        let all: Vec<[u8; 32]> = indexed.into_iter().chain(words.iter().copied()).collect();
        let count = if *kind == FreezeKind::Destroyed { 2 } else { 1 };
        let [account, ..] = all.as_slice() else { return Err(wrong("names no address")) };
        let (zeros, address) = account.split_at(12);
        if all.len() != count || !partial.is_empty() || zeros.iter().any(|byte| *byte != 0) {
            return Err(wrong("is not written as its event is"));
        }
        let account = H256(*account);
        if self.accounts.is_some_and(|accounts| accounts.binary_search(&account).is_err()) {
            return Err(wrong("is of an address that was not asked for"));
        }
        let amount = all.get(1).and_then(|word| Amount::from_be_bytes(word));
        Ok(Freeze {
            chain: node.chain,
            address: Address::from_slice(address),
            oracle: self.oracle,
            contract: self.contract,
            block,
            log: u32::try_from(idx).map_err(|_| wrong("has no number that a log can have"))?,
            kind: *kind,
            transaction: log.transaction_hash.0,
            time: Timestamp(0),
            amount: amount.unwrap_or(Amount::ZERO),
        })
    }
}

/// The names of an issuer's logs, as topics.
fn events(oracle: Oracle) -> Vec<(H256, FreezeKind)> {
    let names: &[(&str, FreezeKind)] = match oracle {
        Oracle::Sanctions => &[],
        Oracle::Tether => &[
            ("AddedBlackList(address)", FreezeKind::Frozen),
            ("RemovedBlackList(address)", FreezeKind::Released),
            ("DestroyedBlackFunds(address,uint256)", FreezeKind::Destroyed),
        ],
        Oracle::Circle => &[
            ("Blacklisted(address)", FreezeKind::Frozen),
            ("UnBlacklisted(address)", FreezeKind::Released),
        ],
    };
    names.iter().map(|(name, kind)| (H256(keccak256(name)), *kind)).collect()
}

#[cfg(test)]
mod tests {
    use fundtrail_model::{Oracle, hash_hex};

    use super::events;

    /// As explorers show them at the contracts of USDT and USDC.
    #[test]
    fn names_are_those_of_the_contracts() {
        let check = |oracle: Oracle, expected: &[&str]| {
            let names: Vec<String> =
                events(oracle).into_iter().map(|(name, _)| hash_hex(name)).collect();
            assert_eq!(names, expected);
        };
        check(Oracle::Sanctions, &[]);
        check(
            Oracle::Tether,
            &[
                "0x42e160154868087d6bfdc0ca23d96a1c1cfa32f1b72ba9ba27b69b98a0d819dc",
                "0xd7e9ec6e6ecd65492dce6bf513cd6867560d49544421d0783ddf06e76c24470c",
                "0x61e6e66b0d6339b2980aecc6ccc0039736791f0ccde9ed512e789a7fbdd698c6",
            ],
        );
        check(
            Oracle::Circle,
            &[
                "0xffa4e6181777692565cf28528fc88fd1516ea86b56da075235fa575af6a4b855",
                "0x117e3210bb9aa7d9baff172026820255c6f6c30ba8999d1c2fd88e2848137c4e",
            ],
        );
    }
}
