//! The chains that are known without being told: `data/chains/chains.toml`, compiled in.

use fundtrail_labels::Book;
use fundtrail_model::{
    Address, Category, ChainId, ChainInfo, Date, NativeCoin, Oracle, parse_address, parse_date,
};
use serde::Deserialize;

use crate::error::Error;

/// A chain and the public endpoints that are tried where none is given.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    pub(crate) info: ChainInfo,
    pub(crate) aliases: Vec<String>,
    pub(crate) endpoints: Vec<String>,
    /// Contracts that keep lists of their own.
    pub(crate) oracles: Vec<(Oracle, Address)>,
    /// Blocks after which a block will not be taken back, where somebody has said.
    confirmations: Option<u64>,
    /// What the native coin was called, and the last day it was.
    former_coin: Option<(String, Date)>,
}

/// As many as the quickest chains make in twenty minutes.
const UNKNOWN_CHAIN_CONFIRMATIONS: u64 = 4_800;

/// Every chain that is known, by id.
#[derive(Clone, Debug)]
pub(crate) struct Chains(Vec<Chain>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    chain: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: u64,
    slug: String,
    name: String,
    #[serde(default)]
    aliases: Vec<String>,
    native: Native,
    former_coin: Option<FormerCoin>,
    confirmations: Option<Confirmations>,
    #[serde(default)]
    wrapped_native: Vec<String>,
    multicall3: Option<String>,
    block_time_ms: u64,
    explorer: Option<String>,
    #[serde(default)]
    endpoints: Vec<String>,
    #[serde(default)]
    oracles: Vec<OracleEntry>,
    #[serde(rename = "source")]
    _source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OracleEntry {
    kind: String,
    contract: String,
    #[serde(rename = "source")]
    _source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Native {
    symbol: String,
    decimals: u8,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Confirmations {
    blocks: u64,
    #[serde(rename = "source")]
    _source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FormerCoin {
    symbol: String,
    until: String,
    #[serde(rename = "source")]
    _source: String,
}

impl Chains {
    /// Reads the built-in list.
    pub(crate) fn builtin() -> Result<Self, Error> {
        Self::parse(include_str!("../../../data/chains/chains.toml"))
    }

    fn parse(text: &str) -> Result<Self, Error> {
        let broken = |what: String| {
            Error::failed(format!("the list of chains is broken: {what}"), "please report it")
        };
        let file: File = toml::from_str(text).map_err(|error| broken(error.to_string()))?;
        let address = |text: &str| -> Result<Address, Error> {
            parse_address(text).map_err(|error| broken(error.to_string()))
        };
        let mut chains = Vec::new();
        for entry in file.chain {
            let former_coin = match entry.former_coin {
                Some(former) => {
                    let until = parse_date(&former.until)
                        .ok_or_else(|| broken(format!("`{}` is no day", former.until)))?;
                    Some((former.symbol, until))
                }
                None => None,
            };
            let mut oracles = Vec::new();
            for oracle in &entry.oracles {
                let kind = Oracle::from_name(&oracle.kind)
                    .ok_or_else(|| broken(format!("`{}` is no oracle", oracle.kind)))?;
                oracles.push((kind, address(&oracle.contract)?));
            }
            chains.push(Chain {
                info: ChainInfo {
                    id: ChainId(entry.id),
                    name: entry.name,
                    slug: entry.slug,
                    native: NativeCoin {
                        symbol: entry.native.symbol,
                        decimals: entry.native.decimals,
                    },
                    wrapped_native: entry
                        .wrapped_native
                        .iter()
                        .map(|text| address(text))
                        .collect::<Result<_, _>>()?,
                    multicall3: entry.multicall3.as_deref().map(address).transpose()?,
                    block_time_ms: entry.block_time_ms,
                    explorer: entry.explorer,
                },
                aliases: entry.aliases,
                endpoints: entry.endpoints,
                oracles,
                confirmations: entry.confirmations.map(|confirmations| confirmations.blocks),
                former_coin,
            });
        }
        chains.sort_by_key(|chain| chain.info.id);
        Ok(Self(chains))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Chain> {
        self.0.iter()
    }

    /// The chain of that name, alias or number. A number that is not in the list is a chain too: only
    /// its names are unknown.
    pub(crate) fn named(&self, name: &str) -> Result<ChainId, Error> {
        let wanted = name.to_ascii_lowercase();
        if let Some(chain) =
            self.0.iter().find(|chain| chain.info.slug == wanted || chain.aliases.contains(&wanted))
        {
            return Ok(chain.info.id);
        }
        wanted.parse().map(ChainId).map_err(|_| {
            let known: Vec<_> = self.0.iter().map(|chain| chain.info.slug.as_str()).collect();
            Error::usage(
                format!("`{}` is no chain known here", fundtrail_model::sanitize_claim(name, 40)),
                format!("use a chain id, or one of: {}", known.join(", ")),
            )
        })
    }

    /// An address as it is typed, with its chain in front or without: `[CHAIN:]ADDRESS`.
    pub(crate) fn place(&self, typed: &str) -> Result<(Option<ChainId>, Address), Error> {
        let (chain, address) = match typed.split_once(':') {
            Some((chain, address)) => (Some(self.named(chain)?), address),
            None => (None, typed),
        };
        Ok((chain, parse_address(address)?))
    }

    /// Contracts of a chain that keep lists of their own.
    pub(crate) fn oracles(&self, id: ChainId) -> &[(Oracle, Address)] {
        self.get(id).map_or(&[], |chain| &chain.oracles)
    }

    /// What is known of a chain. For one that is not in the list that is only its number.
    pub(crate) fn info(&self, id: ChainId) -> ChainInfo {
        self.get(id).map_or_else(
            || ChainInfo {
                id,
                name: format!("chain {id}"),
                slug: id.to_string(),
                native: NativeCoin { symbol: "native coin".to_owned(), decimals: 18 },
                wrapped_native: Vec::new(),
                multicall3: None,
                block_time_ms: 12_000,
                explorer: None,
            },
            |chain| chain.info.clone(),
        )
    }

    /// After how many more blocks a block is taken as final where a node does not say what is: what is
    /// known of the chain, else twenty minutes of blocks. That is more than Ethereum takes, and with it
    /// the chains that settle there.
    pub(crate) fn confirmations(&self, id: ChainId) -> u64 {
        const MILLISECONDS: u64 = 20 * 60 * 1_000;
        let Some(chain) = self.get(id) else { return UNKNOWN_CHAIN_CONFIRMATIONS };
        chain
            .confirmations
            .unwrap_or_else(|| MILLISECONDS.div_ceil(chain.info.block_time_ms.max(1)))
    }

    /// The same, with the name that the native coin had on that day.
    pub(crate) fn info_on(&self, id: ChainId, day: Option<Date>) -> ChainInfo {
        let mut info = self.info(id);
        let former = self.get(id).and_then(|chain| chain.former_coin.as_ref());
        if let (Some((symbol, until)), Some(day)) = (former, day)
            && day <= *until
        {
            info.native.symbol.clone_from(symbol);
        }
        info
    }

    /// Contracts whose deposits and withdrawals count as wraps: the chain's own, and those that a list
    /// in use calls so.
    pub(crate) fn wrapped_native(&self, id: ChainId, book: &Book) -> Vec<Address> {
        let labelled = book
            .labels()
            .filter(|label| label.category == Category::WrappedNative && label.chain == Some(id))
            .map(|label| label.address);
        let mut contracts = self.info(id).wrapped_native;
        contracts.extend(labelled);
        contracts.sort_unstable();
        contracts.dedup();
        contracts
    }

    pub(crate) fn get(&self, id: ChainId) -> Option<&Chain> {
        self.0.iter().find(|chain| chain.info.id == id)
    }
}

#[cfg(test)]
mod tests {
    use fundtrail_model::ChainId;

    use super::Chains;

    #[test]
    fn chains_have_names_numbers_and_keyless_endpoints() {
        let chains = Chains::builtin().unwrap();
        let check = |name: &str, id: u64| assert_eq!(chains.named(name).unwrap(), ChainId(id));
        check("ethereum", 1);
        check("eth", 1);
        check("Polygon", 137);
        check("137", 137);
        check("31337", 31337);
        for (slug, id) in [
            ("bnb", 56),
            ("arbitrum", 42161),
            ("optimism", 10),
            ("base", 8453),
            ("avalanche", 43114),
            ("gnosis", 100),
        ] {
            check(slug, id);
        }
        for chain in chains.iter() {
            assert!(!chain.endpoints.is_empty(), "{} has no endpoint", chain.info.slug);
            for endpoint in &chain.endpoints {
                assert!(endpoint.starts_with("https://"), "{endpoint}");
                assert!(!endpoint.contains("${") && !endpoint.contains('@'), "{endpoint}");
            }
            assert!(chain.info.block_time_ms > 0);
        }
        let coin = |day: &str| {
            chains.info_on(ChainId(137), fundtrail_model::parse_date(day)).native.symbol
        };
        assert_eq!(coin("2022-03-29"), "MATIC");
        assert_eq!(coin("2024-09-04"), "POL");
        assert_eq!(
            chains.named("bitcoin").unwrap_err().to_string(),
            "`bitcoin` is no chain known here"
        );
    }
}
