//! How addresses, assets, amounts and places are called.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use fundtrail_model::{
    Address, Amount, Asset, ChainId, ChainInfo, Date, H256, Position, Timestamp, checksum, hash_hex,
};

use super::assets::{AssetName, asset_names};
use super::clean;
use super::parties::{Directory, label_text, short};
use crate::input::Input;
use crate::schema::{
    AssetLine, AssetText, Chain, Figures, Money, Party, PartyRef, Place, PlaceText,
};

/// What was told before, to be told again.
pub(super) type Told<K, V> = RefCell<BTreeMap<K, V>>;

/// Names everything that a report mentions.
pub(super) struct Names<'a> {
    input: &'a Input<'a>,
    chains: BTreeMap<ChainId, &'a ChainInfo>,
    assets: BTreeMap<Asset, AssetName>,
    directory: Directory<'a>,
    figures: Told<(Asset, Amount), Arc<Figures>>,
    asset_texts: Told<Asset, Arc<AssetText>>,
    places: Told<(ChainId, Position, Option<H256>), Place>,
}

impl<'a> Names<'a> {
    pub(super) fn new(input: &'a Input<'a>) -> Self {
        let chains = input.chains.iter().map(|chain| (chain.id, chain)).collect();
        let assets = asset_names(input, &chains);
        Self {
            input,
            chains,
            assets,
            directory: Directory::new(input),
            figures: RefCell::default(),
            asset_texts: RefCell::default(),
            places: RefCell::default(),
        }
    }

    pub(super) const fn directory(&self) -> &Directory<'a> {
        &self.directory
    }

    pub(super) fn chain(&self, chain: ChainId) -> String {
        match self.chains.get(&chain) {
            Some(info) => clean(&info.name),
            None => format!("chain {chain}"),
        }
    }

    /// Where sources contradict each other about an address of the report: which of them counts.
    pub(super) fn label_conflicts(&self) -> impl Iterator<Item = String> + '_ {
        self.directory.conflicts().into_iter().map(|((chain, address), counts, others)| {
            let others: Vec<String> = others.into_iter().map(label_text).collect();
            format!(
                "Sources contradict each other about {} on {}. It counts as what it is {}. It does not count as \
                 what it is {}.",
                checksum(address),
                self.chain(chain),
                label_text(counts),
                others.join("; or "),
            )
        })
    }

    pub(super) fn time(&self, chain: ChainId, block: u64) -> Option<Timestamp> {
        self.input.blocks.get(&(chain, block)).copied()
    }

    pub(super) fn day(&self, chain: ChainId, block: u64) -> Option<Date> {
        self.time(chain, block).and_then(Timestamp::date)
    }

    /// The block, with its day where it is known.
    pub(super) fn block(&self, chain: ChainId, block: u64) -> String {
        match self.time(chain, block) {
            Some(time) => format!("block {block} ({time})"),
            None => format!("block {block}"),
        }
    }

    pub(super) fn asset(&self, asset: Asset) -> String {
        self.called(asset, |name| &name.name)
    }

    fn called(&self, asset: Asset, which: fn(&AssetName) -> &String) -> String {
        match self.assets.get(&asset) {
            Some(name) => which(name).clone(),
            None => match asset.contract() {
                Some(contract) => format!("token {}", short(contract)),
                None => format!("native coin of chain {}", asset.chain()),
            },
        }
    }

    /// An amount, with its value at `block` where there is a price.
    pub(super) fn money(&self, asset: Asset, amount: Amount, block: Option<u64>) -> Money {
        let valued = block.and_then(|block| (self.input.usd)(asset, amount, block).ok());
        let usd = valued.as_ref().map(|valued| valued.usd.to_string());
        let price = valued.map(|valued| valued.price);
        Money::new(self.figures(asset, amount), usd).priced_by(price)
    }

    /// An amount as numbers and texts.
    pub(super) fn figures(&self, asset: Asset, amount: Amount) -> Arc<Figures> {
        let mut figures = self.figures.borrow_mut();
        let figures = figures.entry((asset, amount));
        Arc::clone(
            figures.or_insert_with(|| Arc::new(Figures::new(self.asset_text(asset), amount))),
        )
    }

    fn asset_text(&self, asset: Asset) -> Arc<AssetText> {
        let mut texts = self.asset_texts.borrow_mut();
        let text = texts.entry(asset).or_insert_with(|| {
            Arc::new(AssetText {
                chain: asset.chain().0,
                contract: asset.contract().map(checksum),
                asset: self.asset(asset),
                asset_and_chain: self.called(asset, |name| &name.full),
                decimals: self.assets.get(&asset).and_then(|name| name.decimals),
            })
        });
        Arc::clone(text)
    }

    pub(super) fn place(
        &self,
        chain: ChainId,
        position: Position,
        transaction: Option<H256>,
    ) -> Place {
        let mut places = self.places.borrow_mut();
        let place = places.entry((chain, position, transaction));
        place.or_insert_with(|| self.place_text(chain, position, transaction).into()).clone()
    }

    fn place_text(
        &self,
        chain: ChainId,
        position: Position,
        transaction: Option<H256>,
    ) -> PlaceText {
        let transaction = transaction.map(hash_hex);
        PlaceText {
            chain: chain.0,
            chain_name: self.chain(chain),
            position: position.to_string(),
            time: self.time(chain, position.block).map(|time| time.to_string()),
            link: transaction.as_ref().and_then(|hash| self.link(chain, "tx", hash)),
            transaction,
        }
    }

    /// The address as it was called on the day of that block.
    pub(super) fn party(&self, chain: ChainId, address: Address, block: u64) -> PartyRef {
        self.directory.party_ref(chain, address, self.day(chain, block))
    }

    /// Only `https` becomes a link: anything else in a chain's description could be a script.
    fn link(&self, chain: ChainId, kind: &str, what: &str) -> Option<String> {
        let base = self.chains.get(&chain)?.explorer.as_deref()?;
        let is_plain = base.starts_with("https://")
            && base.len() <= 200
            && base.bytes().all(|byte| byte.is_ascii_graphic());
        is_plain.then(|| format!("{}/{kind}/{what}", base.trim_end_matches('/')))
    }

    pub(super) fn parties(&self) -> Vec<Party> {
        let mut parties = self.directory.parties(self.input.today);
        for party in &mut parties {
            let chain = ChainId(party.chain);
            party.chain_name = self.chain(chain);
            party.link = self.link(chain, "address", &party.address);
        }
        parties
    }

    pub(super) fn assets(&self) -> Vec<AssetLine> {
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

    pub(super) fn chains(&self) -> Vec<Chain> {
        let until = &self.input.until;
        let mut ids: Vec<ChainId> = self.chains.keys().chain(until.keys()).copied().collect();
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter()
            .map(|id| {
                let block = until.get(&id).copied();
                let time = block.and_then(|block| self.time(id, block));
                Chain {
                    id: id.0,
                    name: self.chain(id),
                    until: block,
                    until_time: time.map(|time| time.to_string()),
                }
            })
            .collect()
    }
}
