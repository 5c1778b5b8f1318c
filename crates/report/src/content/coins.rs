//! How chains, assets, amounts and places are called.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fundtrail_model::{Asset, ChainId, ChainInfo, Date, Timestamp};

use super::assets::{AssetName, Tickers, asset_names};
use super::clean;
use super::shorts::Shorts;
use crate::schema::{AssetLine, ChainText};

/// What is said of a chain.
fn named(chain: &ChainInfo) -> ChainText {
    // Only `https` becomes a link: anything else in a chain's description could be a script.
    let is_plain = |base: &&str| {
        base.starts_with("https://")
            && base.len() <= 200
            && base.bytes().all(|byte| byte.is_ascii_graphic())
    };
    let explorer = chain.explorer.as_deref().filter(is_plain);
    ChainText {
        chain: chain.id.0,
        chain_name: clean(&chain.name),
        explorer: explorer.map(|base| base.trim_end_matches('/').to_owned()),
    }
}

/// Names what moves, and where and when it did.
pub(crate) struct Coins<'a> {
    chains: BTreeMap<ChainId, Arc<ChainText>>,
    assets: BTreeMap<Asset, AssetName>,
    shorts: Shorts,
    blocks: &'a BTreeMap<(ChainId, u64), Timestamp>,
}

impl<'a> Coins<'a> {
    /// Names the assets that are `mentioned`.
    pub(crate) fn new(
        tickers: Tickers<'a>,
        mentioned: BTreeSet<Asset>,
        shorts: &Shorts,
        blocks: &'a BTreeMap<(ChainId, u64), Timestamp>,
    ) -> Self {
        let infos = tickers.chains.iter().map(|chain| (chain.id, chain)).collect();
        let assets = asset_names(&tickers, mentioned, shorts, &infos);
        let chains =
            tickers.chains.iter().map(|chain| (chain.id, Arc::new(named(chain)))).collect();
        Self { chains, assets, shorts: shorts.clone(), blocks }
    }

    /// The chains that are described.
    pub(super) fn chains(&self) -> impl Iterator<Item = ChainId> {
        self.chains.keys().copied()
    }

    pub(crate) fn chain(&self, chain: ChainId) -> String {
        match self.chains.get(&chain) {
            Some(known) => known.chain_name.clone(),
            None => format!("chain {chain}"),
        }
    }

    /// What is said of the chain, for whatever happened on it.
    pub(crate) fn chain_text(&self, chain: ChainId) -> Arc<ChainText> {
        match self.chains.get(&chain) {
            Some(known) => Arc::clone(known),
            None => Arc::new(ChainText {
                chain: chain.0,
                chain_name: self.chain(chain),
                explorer: None,
            }),
        }
    }

    pub(crate) fn time(&self, chain: ChainId, block: u64) -> Option<Timestamp> {
        self.blocks.get(&(chain, block)).copied()
    }

    pub(crate) fn day(&self, chain: ChainId, block: u64) -> Option<Date> {
        self.time(chain, block).and_then(Timestamp::date)
    }

    /// The block, with its day where it is known.
    pub(crate) fn block(&self, chain: ChainId, block: u64) -> String {
        match self.time(chain, block) {
            Some(time) => format!("block {block} ({time})"),
            None => format!("block {block}"),
        }
    }

    pub(crate) fn asset(&self, asset: Asset) -> String {
        self.called(asset, |name| &name.name)
    }

    fn called(&self, asset: Asset, which: fn(&AssetName) -> &String) -> String {
        match self.assets.get(&asset) {
            Some(name) => which(name).clone(),
            None => match asset.contract() {
                Some(contract) => format!("token {}", self.shorts.short(contract)),
                None => format!("native coin of chain {}", asset.chain()),
            },
        }
    }

    /// What an asset is called, with its chain where that is not enough, and its decimals where they are known.
    pub(crate) fn name_and_decimals(&self, asset: Asset) -> (String, Option<u8>) {
        let decimals = self.assets.get(&asset).and_then(|name| name.decimals);
        (self.called(asset, |name| &name.full), decimals)
    }

    /// Where the chain's explorer shows something.
    pub(crate) fn link(&self, chain: ChainId, kind: &str, what: &str) -> Option<String> {
        self.chains.get(&chain)?.page(kind, what)
    }

    pub(crate) fn assets(&self) -> Vec<AssetLine> {
        self.assets
            .iter()
            .map(|(asset, name)| AssetLine {
                chain_name: self.chain(asset.chain()),
                contract: asset.contract().map(fundtrail_model::checksum),
                name: name.name.clone(),
                decimals: name.decimals,
                source: name.source.clone(),
            })
            .collect()
    }
}
