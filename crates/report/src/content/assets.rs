//! Names of assets: trusted ones plain, a contract's own word as a claim.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Asset, ChainId, ChainInfo, HopKind, Likeness, TokenClaim, sanitize_claim};

use super::clean;
use super::shorts::Shorts;
use crate::input::{Input, TrustedToken};

/// Longest ticker shown, in characters.
const SYMBOL_CHARS: usize = 32;
/// 10^77 is the largest power of ten below 2^256.
const MAX_DECIMALS: u8 = 77;

/// What an asset is called.
pub(super) struct AssetName {
    pub(super) name: String,
    /// The name, and the chain where assets of several chains share it.
    pub(super) full: String,
    pub(super) decimals: Option<u8>,
    pub(super) source: String,
}

/// What is known of the names of assets.
#[derive(Clone, Copy)]
pub(crate) struct Tickers<'a> {
    pub(crate) chains: &'a [ChainInfo],
    pub(crate) claims: &'a [TokenClaim],
    pub(crate) tokens: &'a [TrustedToken],
}

/// Names assets.
pub(super) fn asset_names(
    input: &Tickers<'_>,
    mentioned: BTreeSet<Asset>,
    shorts: &Shorts,
    chains: &BTreeMap<ChainId, &ChainInfo>,
) -> BTreeMap<Asset, AssetName> {
    let mut trusted: BTreeMap<Asset, &TrustedToken> = BTreeMap::new();
    for token in input.tokens {
        trusted.entry(token.asset).or_insert(token);
    }
    let mut claims: BTreeMap<Asset, &TokenClaim> = BTreeMap::new();
    for claim in input.claims {
        claims.entry(claim.asset).or_insert(claim);
    }
    let mut names: BTreeMap<Asset, AssetName> = mentioned
        .into_iter()
        .map(|asset| {
            let name = match asset.contract() {
                None => native(asset, chains.get(&asset.chain()).copied()),
                Some(_) => match (trusted.get(&asset), claims.get(&asset)) {
                    (Some(token), _) => AssetName::new(
                        sanitize_claim(&token.symbol, SYMBOL_CHARS),
                        Some(token.decimals).filter(|places| *places <= MAX_DECIMALS),
                        clean(&token.source),
                    ),
                    (None, claim) => claimed(input, shorts, asset, claim.copied()),
                },
            };
            (asset, name)
        })
        .collect();
    tell_apart(&mut names);
    name_chains(&mut names, chains);
    names
}

impl AssetName {
    fn new(name: String, decimals: Option<u8>, source: String) -> Self {
        Self { full: name.clone(), name, decimals, source }
    }
}

fn native(asset: Asset, chain: Option<&ChainInfo>) -> AssetName {
    match chain {
        Some(chain) => AssetName::new(
            sanitize_claim(&chain.native.symbol, SYMBOL_CHARS),
            Some(chain.native.decimals).filter(|places| *places <= MAX_DECIMALS),
            "the chain's description".to_owned(),
        ),
        None => {
            let name = format!("native coin of chain {}", asset.chain());
            AssetName::new(name, None, "not known".to_owned())
        }
    }
}

/// Compares a claimed ticker with every trusted one of the case.
fn likeness(input: &Tickers<'_>, chain: ChainId, claimed: &str) -> Likeness {
    let tokens = input.tokens.iter().map(|token| (token.asset.chain(), token.symbol.as_str()));
    let coins = input.chains.iter().map(|chain| (chain.id, chain.native.symbol.as_str()));
    Likeness::of(chain, claimed, tokens.chain(coins))
}

fn claimed(
    input: &Tickers<'_>,
    shorts: &Shorts,
    asset: Asset,
    claim: Option<&TokenClaim>,
) -> AssetName {
    let contract = asset.contract().map(|contract| shorts.short(contract)).unwrap_or_default();
    let symbol = claim.and_then(|claim| claim.symbol.as_deref());
    let decimals = claim.and_then(|claim| claim.decimals).filter(|places| *places <= MAX_DECIMALS);
    let name = match symbol {
        Some(symbol) if !symbol.trim().is_empty() => {
            let warning = match likeness(input, asset.chain(), symbol) {
                Likeness::Imitates => ", not the token of that name",
                Likeness::ElsewhereOnly => ", not known to be the token of that name",
                Likeness::Unusual => ", in letters that may imitate others",
                Likeness::None => "",
            };
            let symbol = sanitize_claim(symbol, SYMBOL_CHARS);
            format!("\"{symbol}\" (claimed, {contract}{warning})")
        }
        _ => format!("token {contract} (no name claimed)"),
    };
    let source = match decimals {
        Some(_) => "claimed by the token's own contract, not verified",
        None => "claimed by the token's own contract, not verified; decimals not known",
    };
    AssetName::new(name, decimals, source.to_owned())
}

/// A ticker that assets of several chains share is shown with the chain.
fn name_chains(names: &mut BTreeMap<Asset, AssetName>, chains: &BTreeMap<ChainId, &ChainInfo>) {
    let mut found: BTreeMap<String, BTreeSet<ChainId>> = BTreeMap::new();
    for (asset, name) in names.iter() {
        found.entry(name.name.clone()).or_default().insert(asset.chain());
    }
    for (asset, name) in names.iter_mut() {
        let is_shared = found.get(&name.name).is_some_and(|chains| chains.len() > 1);
        name.full = match (is_shared, chains.get(&asset.chain())) {
            (false, _) => name.name.clone(),
            (true, Some(chain)) => format!("{} on {}", name.name, clean(&chain.name)),
            (true, None) => format!("{} on chain {}", name.name, asset.chain()),
        };
    }
}

/// Two trusted tokens of one chain may share a ticker: then each shows its contract.
fn tell_apart(names: &mut BTreeMap<Asset, AssetName>) {
    let mut count: BTreeMap<(ChainId, String), usize> = BTreeMap::new();
    for (asset, name) in names.iter() {
        *count.entry((asset.chain(), name.name.clone())).or_default() += 1;
    }
    for (asset, name) in names.iter_mut() {
        let is_shared =
            count.get(&(asset.chain(), name.name.clone())).is_some_and(|count| *count > 1);
        if let (true, Some(contract)) = (is_shared, asset.contract()) {
            name.name = format!("{} ({})", name.name, fundtrail_model::checksum(contract));
        }
    }
}

/// Every asset that a report speaks of.
pub(super) fn mentioned(input: &Input<'_>) -> BTreeSet<Asset> {
    let trail = input.trail;
    let mut assets: BTreeSet<Asset> = trail.seeds.iter().map(|seed| seed.asset).collect();
    for hop in &trail.hops {
        match &hop.kind {
            HopKind::Payment { asset, .. } => {
                assets.insert(*asset);
            }
            HopKind::Conversion { paid, received, .. } => {
                assets.extend(paid.iter().chain(received).map(|(asset, _)| *asset));
            }
        }
        assets.extend(hop.taken.iter().map(|lot| lot.asset));
        assets.extend(hop.made.iter().map(|lot| lot.asset));
    }
    assets.extend(trail.endings.iter().map(|ending| ending.asset));
    assets.extend(trail.ledger.iter().map(|line| line.asset));
    assets.extend(input.trails.iter().flat_map(|trail| &trail.ledger).map(|line| line.asset));
    assets.extend(input.patterns.found.iter().map(|pattern| pattern.asset));
    assets.extend(input.differences.iter().map(|difference| difference.asset));
    let open = trail.open_ends.iter().map(|end| &end.at_stake);
    let open = open.chain(trail.open_transactions.iter().map(|open| &open.at_stake));
    assets.extend(open.flatten().map(|lot| lot.asset));
    assets
}
