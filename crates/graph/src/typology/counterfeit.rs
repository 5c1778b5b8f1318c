//! A token that calls itself by another's name.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Address, Asset, Likeness, PatternKind, PatternRole, Transfer, Witness};

use super::draft::Draft;
use crate::dealings::Dealings;

/// Tokens that nobody vouches for, whose claimed ticker is or looks like that of one that somebody does, in the
/// history of an address that was looked at. Being sent one proves nothing of the receiver.
pub(super) fn counterfeits(dealings: &Dealings<'_>) -> Vec<Draft> {
    let fakes: BTreeMap<Asset, &str> = dealings
        .scene
        .claims
        .iter()
        .filter(|claim| claim.asset.chain() == dealings.chain && !dealings.counts(claim.asset))
        .filter_map(|claim| Some((claim.asset, claim.symbol.as_deref()?)))
        .filter(|(_, symbol)| imitates(dealings, symbol))
        .collect();
    let mut found: BTreeMap<Asset, Vec<Transfer>> = BTreeMap::new();
    for of in dealings.transfers().filter(|of| fakes.contains_key(&of.asset)) {
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
                .with(PatternRole::Imitated, genuine(dealings, fakes.get(&asset).copied()))
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

/// The contracts on the same chain that a fake's ticker belongs to.
fn genuine(dealings: &Dealings<'_>, symbol: Option<&str>) -> BTreeSet<Address> {
    let imitated = dealings.scene.tickers.iter().filter(|of| {
        let ticker = (of.asset.chain(), of.symbol);
        of.asset.chain() == dealings.chain
            && symbol.is_some_and(|symbol| {
                Likeness::of(dealings.chain, symbol, [ticker]) == Likeness::Imitates
            })
    });
    imitated.filter_map(|of| of.asset.contract()).collect()
}

fn imitates(dealings: &Dealings<'_>, symbol: &str) -> bool {
    let trusted = dealings.scene.tickers.iter().map(|of| (of.asset.chain(), of.symbol));
    Likeness::of(dealings.chain, symbol, trusted) == Likeness::Imitates
}
