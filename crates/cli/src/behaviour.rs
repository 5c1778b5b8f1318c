//! Typologies and links of a case, and the thresholds that it keeps for them.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_graph::{Behaviour, ChainEvidence, Scene, Ticker};
use fundtrail_model::{
    Address, Asset, ChainId, ChainInfo, Coverage, Direction, HopKind, Links, Marks, Patterns,
    Position, Thresholds, TokenClaim, Trail, Window,
};
use fundtrail_report::TrustedToken;

use crate::error::Error;
use crate::evidence::{Evidence, How, Valuation};

/// The settings of a case that are thresholds: this and the threshold's name.
const KEY: &str = "typology.";

/// All that a millionth is of.
const WHOLE: u64 = 1_000_000;

/// Reads the thresholds of `fundtrail.toml` as settings of a case.
pub(crate) fn kept(typed: &BTreeMap<String, u64>) -> Result<Vec<(String, String)>, Error> {
    let mut thresholds = Thresholds::default();
    let known: Vec<&str> = thresholds.entries().into_iter().map(|(name, _)| name).collect();
    let mut kept = Vec::new();
    for (name, value) in typed {
        if !thresholds.set(name, *value) {
            return Err(Error::usage(
                format!("fundtrail.toml, [typologies]: there is no threshold {name:?}"),
                format!("known: {}", known.join(", ")),
            ));
        }
        let most = most(name);
        if most < *value {
            return Err(Error::usage(
                format!("fundtrail.toml, [typologies]: {name} = {value} is too much"),
                format!("give at most {most}"),
            ));
        }
        kept.push((format!("{KEY}{name}"), value.to_string()));
    }
    Ok(kept)
}

/// The largest value that makes sense.
fn most(name: &str) -> u64 {
    match name {
        // An address has forty, half of them at each end.
        "lookalike_digits" => 20,
        // Of a coin, which may be worth little.
        "deposit_fee_ppm" | "gas_ppm" => u64::MAX,
        _ if name.ends_with("_ppm") => WHOLE,
        _ => u64::MAX,
    }
}

/// The thresholds that a case was looked at with.
pub(crate) fn thresholds(settings: &BTreeMap<String, String>) -> Thresholds {
    let mut thresholds = Thresholds::default();
    for (name, _) in Thresholds::default().entries() {
        let kept = settings.get(&format!("{KEY}{name}")).and_then(|text| text.parse().ok());
        if let Some(value) = kept.filter(|value| *value <= most(name)) {
            // The name is one of the thresholds' own.
            let _ = thresholds.set(name, value);
        }
    }
    thresholds
}

/// What is found in everything that a case holds.
pub(crate) struct Found {
    pub(crate) patterns: Patterns,
    pub(crate) links: Links,
    pub(crate) thresholds: Thresholds,
}

/// What names the assets and addresses of a case.
pub(crate) struct Names<'a> {
    pub(crate) marks: &'a BTreeMap<(ChainId, Address), Marks>,
    pub(crate) chains: &'a [ChainInfo],
    pub(crate) tokens: &'a [TrustedToken],
    pub(crate) claims: &'a [TokenClaim],
}

/// Looks for typologies and links.
pub(crate) fn look(
    evidence: &Evidence,
    how: &How,
    settings: &BTreeMap<String, String>,
    names: &Names<'_>,
    trail: &Trail,
) -> Found {
    let seeds = || evidence.seeds.iter().map(|(_, seed)| seed);
    let stolen: Vec<Asset> = seeds().map(|seed| seed.asset).collect();
    // Whoever paid what is traced back is nobody's victim.
    let is_theft = how.direction == Direction::Out;
    let victims: Vec<(ChainId, Address)> = seeds()
        .filter(|_| is_theft)
        .filter_map(|seed| Some((seed.asset.chain(), seed.from?)))
        .collect();
    let hops = trail.hops.iter().flat_map(|hop| {
        let (HopKind::Payment { evidence, .. } | HopKind::Conversion { evidence, .. }) = &hop.kind;
        evidence.iter().map(|position| (hop.chain, *position))
    });
    let theft = Theft { stolen: &stolen, victims: &victims, hops: &hops.collect() };
    let chains = evidence.graph_chains();
    with_scene(evidence, how, settings, names, (&chains, &theft), |behaviour, thresholds| Found {
        patterns: behaviour.patterns(),
        links: behaviour.links(),
        thresholds,
    })
}

/// What one address does, and whether it is one whose behaviour can be looked at: in what a case holds of it over some
/// blocks. What it holds of others is beside the point.
pub(crate) fn look_at(
    evidence: &Evidence,
    how: &How,
    settings: &BTreeMap<String, String>,
    names: &Names<'_>,
    (chain, who, window): (ChainId, Address, Window),
) -> (Patterns, bool) {
    let nobody = Theft { stolen: &[], victims: &[], hops: &BTreeSet::new() };
    let is_its = |of: &&Coverage| of.address == who && of.window.intersection(window).is_some();
    let coverage: Vec<Coverage> = evidence.coverage(chain).filter(is_its).copied().collect();
    let found = evidence.graph_chains().into_iter().find(|known| known.chain == chain);
    let chains: Vec<ChainEvidence<'_>> = found
        .map(|known| ChainEvidence { until: window.last(), coverage: &coverage, ..known })
        .into_iter()
        .collect();
    with_scene(evidence, how, settings, names, (&chains, &nobody), |behaviour, _| {
        let mut patterns = behaviour.patterns();
        patterns.found.retain(|of| {
            of.parties.iter().any(|(_, party)| *party == who)
                && of.window.intersection(window).is_some()
        });
        (patterns, behaviour.has_subject(chain, who))
    })
}

/// What is known of a theft beside which behaviour is looked at.
struct Theft<'a> {
    stolen: &'a [Asset],
    victims: &'a [(ChainId, Address)],
    hops: &'a BTreeSet<(ChainId, Position)>,
}

fn with_scene<T>(
    evidence: &Evidence,
    how: &How,
    settings: &BTreeMap<String, String>,
    names: &Names<'_>,
    (chains, theft): (&[ChainEvidence<'_>], &Theft<'_>),
    ask: impl FnOnce(&Behaviour<'_>, Thresholds) -> T,
) -> T {
    let thresholds = thresholds(settings);
    let times = evidence.times();
    let value = Valuation { how, times: &times };
    let coins = names.chains.iter().map(|chain| Ticker {
        asset: Asset::Native(chain.id),
        symbol: &chain.native.symbol,
        decimals: chain.native.decimals,
    });
    let tokens = names.tokens.iter().map(|token| Ticker {
        asset: token.asset,
        symbol: &token.symbol,
        decimals: token.decimals,
    });
    let tickers: Vec<Ticker<'_>> = coins.chain(tokens).collect();
    let scene = Scene {
        chains,
        marks: names.marks,
        today: how.as_of,
        thresholds,
        hub_counterparties: how.limits.hub_counterparties,
        tickers: &tickers,
        stolen: theft.stolen,
        victims: theft.victims,
        trail: theft.hops,
        claims: names.claims,
        usd_cents: &|asset, amount, block| value.cents_without_node(asset, amount, block),
    };
    ask(&Behaviour::of(&scene), thresholds)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use fundtrail_model::{Heuristic, PatternKind, Thresholds};

    use super::{kept, thresholds};

    #[test]
    fn what_is_typed_is_what_the_case_is_looked_at_with() {
        let check = |typed: &[(&str, u64)], expected: Result<&[(&str, u64)], &str>| {
            let typed = typed.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
            let found = kept(&typed).map(|kept| thresholds(&BTreeMap::from_iter(kept)));
            match expected {
                Ok(changed) => {
                    let mut expected = Thresholds::default();
                    for (name, value) in changed {
                        assert!(expected.set(name, *value));
                    }
                    assert_eq!(found.unwrap(), expected, "{typed:?}");
                }
                Err(words) => {
                    let text = found.unwrap_err().to_string();
                    assert!(text.contains(words), "{typed:?}: {text}");
                }
            }
        };
        check(&[], Ok(&[]));
        check(&[("peel_hops", 4), ("dust_ppm", 0)], Ok(&[("peel_hops", 4), ("dust_ppm", 0)]));
        check(&[("fan_share_ppm", 1_000_000)], Ok(&[("fan_share_ppm", 1_000_000)]));
        check(&[("fan_share_ppm", 1_000_001)], Err("fan_share_ppm = 1000001 is too much"));
        check(&[("gas_ppm", 5_000_000)], Ok(&[("gas_ppm", 5_000_000)]));
        check(&[("lookalike_digits", 21)], Err("too much"));
        check(&[("peel\u{1b}", 1)], Err("no threshold \"peel\\u{1b}\""));
    }

    #[test]
    fn the_document_defines_every_kind_threshold_and_heuristic() {
        let document = include_str!("../../../docs/typologies.md");
        let thresholds = Thresholds::default().entries();
        let names = thresholds.iter().map(|(name, _)| format!("`{name}`"));
        let kinds = PatternKind::ALL.iter().map(|kind| kind.name().to_owned());
        let heuristics = Heuristic::ALL.iter().map(|heuristic| format!("`{}`", heuristic.name()));
        for word in names.chain(kinds).chain(heuristics) {
            assert!(document.contains(&word), "{word} is not in docs/typologies.md");
        }
    }

    #[test]
    fn a_case_that_was_tampered_with_is_looked_at_with_the_defaults() {
        let settings = BTreeMap::from([
            ("typology.fan_share_ppm".to_owned(), "2000000".to_owned()),
            ("typology.peel_hops".to_owned(), "many".to_owned()),
            ("typology.nothing".to_owned(), "1".to_owned()),
        ]);
        assert_eq!(thresholds(&settings), Thresholds::default());
    }
}
