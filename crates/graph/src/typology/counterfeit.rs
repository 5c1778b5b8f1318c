//! A token that calls itself by another's name.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Address, Asset, Likeness, PatternKind, PatternRole, Transfer, Witness};

use super::draft::Draft;
use crate::dealings::Dealings;

/// Tokens that nobody vouches for, whose claimed ticker is or looks like that of one that somebody does, in the
/// history of an address that was looked at. Being sent one proves nothing of the receiver.
pub(super) fn counterfeits(dealings: &Dealings<'_>) -> Vec<Draft> {
    let fakes: BTreeSet<Asset> = dealings
        .scene
        .claims
        .iter()
        .filter(|claim| claim.asset.chain() == dealings.chain && !dealings.counts(claim.asset))
        .filter(|claim| claim.symbol.as_deref().is_some_and(|symbol| imitates(dealings, symbol)))
        .map(|claim| claim.asset)
        .collect();
    let mut found: BTreeMap<Asset, Vec<Transfer>> = BTreeMap::new();
    for of in dealings.transfers().filter(|of| fakes.contains(&of.asset)) {
        found.entry(of.asset).or_default().push(of);
    }
    found
        .into_iter()
        .map(|(asset, transfers)| {
            let holders: BTreeSet<Address> = transfers
                .iter()
                .flat_map(|of| [of.from, of.to])
                .flatten()
                .filter(|who| dealings.is_subject(*who))
                .collect();
            let mut draft = Draft::new(PatternKind::CounterfeitToken, asset)
                .with(PatternRole::Token, asset.contract())
                .with(PatternRole::Holder, holders);
            draft.amount = transfers.iter().map(|of| of.amount).max().unwrap_or_default();
            draft.witnesses = transfers
                .iter()
                .map(|of| Witness { position: of.position, transaction: of.transaction })
                .collect();
            draft
        })
        .collect()
}

fn imitates(dealings: &Dealings<'_>, symbol: &str) -> bool {
    let trusted = dealings.scene.tickers.iter().map(|of| (of.asset.chain(), of.symbol));
    Likeness::of(dealings.chain, symbol, trusted) == Likeness::Imitates
}
