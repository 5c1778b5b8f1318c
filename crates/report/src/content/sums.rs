//! Sums of amounts by asset.

use std::collections::BTreeMap;

use fundtrail_model::{Amount, Asset};
use smol_str::ToSmolStr;

use super::names::Names;
use crate::input::{Input, Usd};
use crate::schema::Money;

/// Adds amounts up by asset, and their dollars as long as every one has a price.
#[derive(Default)]
pub(super) struct Sums {
    by_asset: BTreeMap<Asset, (Amount, Option<Usd>)>,
}

impl Sums {
    /// Adds an amount that moved in `block`.
    pub(super) fn add(&mut self, input: &Input<'_>, asset: Asset, amount: Amount, block: u64) {
        let usd = (input.usd)(asset, amount, block).ok().map(|valued| valued.usd);
        let (sum, dollars) =
            self.by_asset.entry(asset).or_insert((Amount::ZERO, Some(Usd::default())));
        *sum = sum.saturating_add(amount);
        *dollars = dollars.zip(usd).map(|(dollars, usd)| dollars.saturating_add(usd));
    }

    pub(super) fn money<L: FromIterator<Money>>(&self, names: &Names<'_>) -> L {
        self.by_asset
            .iter()
            .map(|(asset, (amount, usd))| {
                Money::new(names.figures(*asset, *amount), usd.map(|usd| usd.to_smolstr()))
            })
            .collect()
    }
}
