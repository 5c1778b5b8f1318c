//! The built-in sources of prices: `data/prices/sources.toml`, compiled in.

use std::collections::BTreeMap;

use fundtrail_labels::Book;
use fundtrail_model::{Address, Asset, ChainId, PriceFeed, PricePlace, PricePool, parse_address};
use serde::Deserialize;

use crate::error::Error;

const FILE: &str = include_str!("../../../../data/prices/sources.toml");

/// What is known of where prices can be read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources {
    places: BTreeMap<Asset, Vec<PricePlace>>,
    stables: BTreeMap<Asset, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "factory")]
    _factory: Factory,
    feed: Vec<FeedRow>,
    pool: Vec<PoolRow>,
    stable: Vec<StableRow>,
}

/// Who made the pools: what their addresses follow from.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Factory {
    #[serde(rename = "contract")]
    _contract: String,
    #[serde(rename = "code_hash")]
    _code_hash: String,
    #[serde(rename = "source")]
    _source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FeedRow {
    chain: u64,
    description: String,
    decimals: u8,
    contract: String,
    assets: Vec<String>,
    #[serde(rename = "source")]
    _source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PoolRow {
    chain: u64,
    contract: String,
    token: String,
    quote: String,
    fee: u32,
    #[serde(rename = "source")]
    _source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StableRow {
    chain: u64,
    token: String,
    source: String,
}

impl Sources {
    /// Reads the built-in list.
    pub(crate) fn builtin() -> Result<Self, Error> {
        Self::parse(FILE, &Book::builtin()?)
    }

    /// `book` knows the decimals of the tokens of pools.
    fn parse(text: &str, book: &Book) -> Result<Self, Error> {
        let file: File = toml::from_str(text).map_err(|error| broken(&error.to_string()))?;
        let mut sources = Self::default();
        let mut feeds: BTreeMap<Asset, PriceFeed> = BTreeMap::new();
        for row in file.feed {
            let chain = ChainId(row.chain);
            let FeedRow { description, decimals, .. } = row;
            let feed = PriceFeed { contract: address(&row.contract)?, description, decimals };
            for name in &row.assets {
                let asset = match name.as_str() {
                    "native" => Asset::Native(chain),
                    _ => Asset::Token(chain, address(name)?),
                };
                if feeds.insert(asset, feed.clone()).is_some() {
                    return Err(broken(&format!("{asset} has two feeds")));
                }
                sources.places.entry(asset).or_default().push(PricePlace::Feed(feed.clone()));
            }
        }
        for row in file.pool {
            let chain = ChainId(row.chain);
            let (token, quote) = (address(&row.token)?, address(&row.quote)?);
            let decimals = |token| {
                let known = book.token(Asset::Token(chain, token));
                known.map(|known| known.decimals).ok_or_else(|| broken(&row.contract))
            };
            let feed = feeds.get(&Asset::Token(chain, quote));
            let pool = PricePool {
                contract: address(&row.contract)?,
                token,
                decimals: decimals(token)?,
                quote,
                quote_decimals: decimals(quote)?,
                fee: row.fee,
                feed: feed.cloned().ok_or_else(|| broken(&row.contract))?,
            };
            let asset = Asset::Token(chain, token);
            sources.places.entry(asset).or_default().push(PricePlace::Pool(pool));
        }
        for row in file.stable {
            let asset = Asset::Token(ChainId(row.chain), address(&row.token)?);
            sources.stables.insert(asset, row.source);
        }
        Ok(sources)
    }

    /// Where on the chain the price of an asset can be read, best first.
    pub(crate) fn places(&self, asset: Asset) -> &[PricePlace] {
        self.places.get(&asset).map_or(&[], Vec::as_slice)
    }

    /// Who says that a token is meant to be worth a dollar.
    pub(crate) fn stable(&self, asset: Asset) -> Option<&str> {
        self.stables.get(&asset).map(String::as_str)
    }
}

fn address(text: &str) -> Result<Address, Error> {
    parse_address(text).map_err(|error| broken(&error.to_string()))
}

fn broken(what: &str) -> Error {
    Error::failed(format!("the list of price sources is broken: {what}"), "please report it")
}

#[cfg(test)]
mod tests {
    use fundtrail_labels::Book;
    use fundtrail_model::{Asset, ChainId, PricePlace, checksum, parse_address};

    use super::{FILE, Sources};

    #[test]
    fn every_row_is_of_known_tokens_and_has_a_source() {
        let book = Book::builtin().unwrap();
        let sources = Sources::builtin().unwrap();
        let assets = sources.places.keys().chain(sources.stables.keys());
        for asset in assets.filter(|asset| asset.contract().is_some()) {
            assert!(book.token(*asset).is_some(), "{asset}");
        }
        for chain in [1, 10, 56, 137, 42161, 43114].map(ChainId) {
            let has_feed = !sources.places(Asset::Native(chain)).is_empty();
            assert_eq!(has_feed, chain != ChainId(10), "{chain}");
        }
        // One feed is of one thing: what it says of itself begins with a ticker of each of its assets, or with what
        // that stands for.
        for (asset, places) in &sources.places {
            let [PricePlace::Feed(feed), ..] = &**places else { continue };
            let (of, in_what) = feed.description.split_once(" / ").unwrap();
            assert_eq!(in_what, "USD");
            if let Some(token) = book.token(*asset) {
                let plain = token.symbol.trim_end_matches(".e").trim_start_matches('W');
                assert!(of.trim_start_matches('W') == plain, "{} {of}", token.symbol);
            }
        }
        for part in FILE.split("\n[[").skip(1) {
            assert!(part.contains("\nsource = \"https://"), "{part}");
        }
    }

    #[test]
    fn addresses_are_written_with_their_checksum() {
        let addresses = FILE.split('"').filter(|text| text.len() == 42 && text.starts_with("0x"));
        for text in addresses {
            assert_eq!(checksum(parse_address(text).unwrap()), text);
        }
    }
}
