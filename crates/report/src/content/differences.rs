//! Where balances do not agree with the transfers that were seen, and whether that touches stolen value.

use std::collections::BTreeSet;

use fundtrail_model::{Address, Asset, AssetClass, ChainId, Coverage, HopKind, Proof};

use super::names::Names;
use crate::input::{Difference, Input};
use crate::number::group;
use crate::schema::{DifferenceLine, Words};

/// Differences told in one statement; the list has all.
const MAX_TOLD: usize = 4;

/// Every address and asset whose ledger holds, or held, stolen lots.
fn followed(input: &Input<'_>) -> BTreeSet<(Address, Asset)> {
    let trail = input.trail;
    let mut pairs: BTreeSet<(Address, Asset)> =
        trail.seeds.iter().map(|seed| (seed.holder, seed.asset)).collect();
    for hop in &trail.hops {
        match &hop.kind {
            HopKind::Payment { from, to, asset, .. } => {
                pairs.extend([Some(*from), *to].into_iter().flatten().map(|of| (of, *asset)));
            }
            HopKind::Conversion { account, paid, received, .. } => {
                pairs.extend(paid.iter().chain(received).map(|(asset, _)| (*account, *asset)));
            }
        }
    }
    pairs.extend(trail.endings.iter().filter_map(|ending| Some((ending.address?, ending.asset))));
    pairs
}

/// Whether stolen value may be in a difference: it was followed in that very ledger, or it was at that
/// address and something of known worth came there from nobody knows where, which may be what was got for
/// it. Without a tracer that is what the coin of an unwrap looks like.
fn touches(
    input: &Input<'_>,
    followed: &BTreeSet<(Address, Asset)>,
    difference: &Difference,
) -> bool {
    let Difference { address, asset, is_outgoing, .. } = difference;
    let has_worth =
        asset.contract().is_none() || input.tokens.iter().any(|token| token.asset == *asset);
    let is_at_holder =
        || followed.iter().any(|(holder, held)| holder == address && held.chain() == asset.chain());
    followed.contains(&(*address, *asset)) || (!is_outgoing && has_worth && is_at_holder())
}

/// All of them, those that touch stolen value first.
pub(super) fn lines(input: &Input<'_>, names: &Names<'_>) -> Vec<DifferenceLine> {
    let value = Words::of(input.trail.direction).value;
    let followed = followed(input);
    let assets: BTreeSet<Asset> = followed.iter().map(|(_, asset)| *asset).collect();
    let differences: BTreeSet<&Difference> = input.differences.iter().collect();
    let mut lines: Vec<DifferenceLine> = differences
        .into_iter()
        .map(|difference| {
            let (asset, block) = (difference.asset, difference.position.block);
            let is_followed_here = touches(input, &followed, difference);
            let is_followed = assets.contains(&asset);
            let at = names.party(asset.chain(), difference.address, block);
            let chain_name = names.chain(asset.chain());
            let money = names.money(asset, difference.amount, None);
            let direction = if difference.is_outgoing { "lower" } else { "higher" };
            let stolen = match (is_followed_here, is_followed) {
                (true, _) if !followed.contains(&(difference.address, asset)) => {
                    format!("{value} was at this address, and this may be what was got for it")
                }
                (true, _) => format!("{value} was followed in this asset at this address"),
                (false, true) => {
                    format!("{value} was followed in this asset, but not at this address")
                }
                (false, false) => format!("no {value} was followed in this asset"),
            };
            let statement = format!(
                "{} on {chain_name}: the balance at the end of block {block} is {} {direction} \
                 than the transfers seen say; {stolen}",
                at.text(),
                money.exact_on_chain(),
            );
            DifferenceLine {
                at,
                chain_name,
                money,
                direction,
                block,
                is_followed_here,
                is_followed,
                statement,
            }
        })
        .collect();
    lines.sort_by_key(|line| (!line.is_followed_here, !line.is_followed));
    lines
}

/// What the differences mean for the amounts, a sentence for each kind.
pub(super) fn statements(input: &Input<'_>, lines: &[DifferenceLine]) -> Vec<String> {
    let value = Words::of(input.trail.direction).value;
    let kinds = [
        (
            (true, true),
            format!(
                "BALANCES DISAGREE WHERE {} WAS FOLLOWED, so amounts there are in doubt",
                value.to_uppercase()
            ),
        ),
        (
            (false, true),
            format!(
                "Balances disagree in assets in which {value} was followed, but at other addresses"
            ),
        ),
        (
            (false, false),
            format!(
                "Balances disagree in assets in which no {value} was followed, so no amount here rests on them"
            ),
        ),
    ];
    let mut statements = Vec::new();
    for (kind, says) in kinds {
        let of_kind =
            || lines.iter().filter(|line| (line.is_followed_here, line.is_followed) == kind);
        let mut told: Vec<String> = of_kind().take(MAX_TOLD).map(in_short).collect();
        let rest = of_kind().count().saturating_sub(told.len());
        if rest > 0 {
            told.push(format!("{} more, listed below", group(&rest.to_string())));
        }
        if !told.is_empty() {
            statements.push(format!("{says}: {}.", told.join("; ")));
        }
    }
    let known = known(input);
    let unsaid = input
        .coverage
        .iter()
        .filter(|coverage| coverage.proof == Proof::Unreconciled && !explains(&known, coverage))
        .count();
    if unsaid > 0 {
        let count = group(&unsaid.to_string());
        statements.push(format!(
            "Of the unreconciled windows, {count} do not say what disagrees, so it may be {value}."
        ));
    }
    statements
}

fn in_short(line: &DifferenceLine) -> String {
    let DifferenceLine { at, chain_name, money, direction, .. } = line;
    format!("{} {direction} at {} on {chain_name}", money.exact_on_chain(), at.text())
}

/// Whether a window leaves the ledgers of stolen value unproved. One that is not reconciled does not, if
/// what does not add up in it is known and no stolen value was followed there: a token contract may
/// report whatever it likes.
pub(super) fn is_unproved(input: &Input<'_>) -> bool {
    let followed = followed(input);
    let known = known(input);
    let is_touched = |difference: &Difference| touches(input, &followed, difference);
    input.differences.iter().any(is_touched)
        || input.coverage.iter().any(|coverage| match coverage.proof {
            Proof::Reconciled | Proof::Exact => false,
            Proof::Indicative => true,
            Proof::Unreconciled => !explains(&known, coverage),
        })
}

/// Where something disagrees: chain, address, class of assets, block.
type Place = (ChainId, Address, AssetClass, u64);

fn known(input: &Input<'_>) -> BTreeSet<Place> {
    let place = |d: &Difference| (d.asset.chain(), d.address, d.asset.class(), d.position.block);
    input.differences.iter().map(place).collect()
}

/// Whether it is known what disagrees in a window.
fn explains(known: &BTreeSet<Place>, coverage: &Coverage) -> bool {
    let place = |block: u64| (coverage.chain, coverage.address, coverage.class, block);
    let blocks = place(coverage.window.first())..=place(coverage.window.last());
    known.range(blocks).next().is_some()
}
