//! How addresses are called, beside assets, amounts and places.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;

use fundtrail_model::{
    Address, Amount, Asset, ChainId, H256, Hop, HopId, Position, checksum, hash_hex,
};
use smol_str::ToSmolStr;

use super::assets::{Tickers, mentioned};
use super::coins::Coins;
use super::parties::{Directory, label_text};
use crate::input::Input;
use crate::schema::{AssetText, Chain, Figures, Money, Party, PartyRef, Place, PlaceText};

/// What was told before, to be told again.
type Told<K, V> = RefCell<BTreeMap<K, V>>;

/// Names everything that a report mentions.
pub(super) struct Names<'a> {
    input: &'a Input<'a>,
    coins: Coins<'a>,
    directory: Directory<'a>,
    figures: Told<(Asset, Amount), Arc<Figures>>,
    asset_texts: Told<Asset, Arc<AssetText>>,
    /// Where hops are, by their index: what ends where a hop led is at the same place.
    hops: RefCell<Vec<Option<Place>>>,
}

impl<'a> Deref for Names<'a> {
    type Target = Coins<'a>;

    fn deref(&self) -> &Coins<'a> {
        &self.coins
    }
}

impl<'a> Names<'a> {
    pub(super) fn new(input: &'a Input<'a>) -> Self {
        let Input { chains, claims, tokens, blocks, .. } = *input;
        let tickers = Tickers { chains, claims, tokens };
        let assets = mentioned(input);
        let directory = Directory::new(input, &assets);
        let coins = Coins::new(tickers, assets, directory.shorts(), blocks);
        Self {
            input,
            coins,
            directory,
            figures: RefCell::default(),
            asset_texts: RefCell::default(),
            hops: RefCell::new(vec![None; input.trail.hops.len()]),
        }
    }

    pub(super) const fn directory(&self) -> &Directory<'a> {
        &self.directory
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

    /// An amount, with its value at `block` where there is a price.
    pub(super) fn money(&self, asset: Asset, amount: Amount, block: Option<u64>) -> Money {
        let valued = block.and_then(|block| (self.input.usd)(asset, amount, block).ok());
        let figures = self.figures(asset, amount);
        match valued {
            Some(valued) => Money::priced(figures, valued.usd.to_smolstr(), valued.price),
            None => Money::new(figures, None),
        }
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
            let (asset_and_chain, decimals) = self.coins.name_and_decimals(asset);
            Arc::new(AssetText {
                chain: asset.chain().0,
                contract: asset.contract().map(checksum),
                asset: self.asset(asset),
                asset_and_chain,
                decimals,
                is_valued: !self.input.price_sources.is_empty(),
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
        Place::from(PlaceText {
            on: self.chain_text(chain),
            position: position.to_smolstr(),
            time: self.time(chain, position.block).map(|time| time.to_smolstr()),
            transaction: transaction.map(|hash| hash_hex(hash).into()),
        })
    }

    /// A hop, and where it is.
    pub(super) fn place_of_hop(&self, id: HopId) -> Option<(&'a Hop, Place)> {
        let idx = usize::try_from(id.0).ok()?;
        let hop = self.input.trail.hops.get(idx)?;
        let mut hops = self.hops.borrow_mut();
        let told = hops.get_mut(idx)?;
        let new = || self.place(hop.chain, hop.position, hop.transaction);
        Some((hop, told.get_or_insert_with(new).clone()))
    }

    /// The address as it was called on the day of that block.
    pub(super) fn party(&self, chain: ChainId, address: Address, block: u64) -> PartyRef {
        self.directory.party_ref(chain, address, self.day(chain, block))
    }

    pub(super) fn parties(&self) -> Vec<Party> {
        self.directory.parties(&self.coins, self.input.today)
    }

    pub(super) fn chains(&self) -> Vec<Chain> {
        let until = &self.input.until;
        let mut ids: Vec<ChainId> = self.coins.chains().chain(until.keys().copied()).collect();
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
