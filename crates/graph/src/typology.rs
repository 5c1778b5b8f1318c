//! Behaviour that the literature on money laundering has a name for.
//!
//! Typologies are looked for in everything that a case holds of the addresses it looked at, not on the
//! trail alone: the small legs of a peel and the ninth receiver of a fan are what a trail cuts off.
//! Transactions are [collapsed](crate::collapse()) first, and these rules hold for all kinds:
//!
//! * Only addresses that were looked at and act for one person are actors: no contract, no labelled service,
//!   no hub. What a crowd does looks like everything.
//! * Only assets that somebody vouches for, and stolen ones, count: the contract of any other token may log
//!   transfers of people who never heard of it. Poisoning and counterfeits are about just those.
//! * Different addresses are counted, never transfers.
//! * What is tiny beside the largest payment or receipt of the same account and asset neither makes nor breaks
//!   a pattern, because anybody can send it.
//! * Every pattern names the transfers that prove it. A pattern all of whose transfers are in one of a more
//!   telling kind is left out.
//!
//! Definitions, thresholds and sources are in `docs/typologies.md` and at
//! [`Thresholds`](fundtrail_model::Thresholds).

mod counterfeit;
mod cycle;
mod dormant;
mod draft;
mod fan;
mod gather;
mod pass;
mod peel;
mod poisoning;
mod round;
mod structuring;

#[cfg(test)]
pub(crate) mod tests;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Pattern, PatternKind, Patterns, Position};

use crate::dealings::Dealings;
use crate::scene::Scene;
use draft::Draft;

/// More of a kind are counted and left out.
const MOST_OF_A_KIND: usize = 20;

/// Looks for every typology on every chain.
pub(crate) fn patterns(scene: &Scene<'_>, chains: &[Dealings<'_>]) -> Patterns {
    let mut all = Patterns::default();
    for dealings in chains {
        let (cycles, is_cut_short) = cycle::cycles(dealings);
        all.is_cut_short |= is_cut_short;
        let drafts = [
            poisoning::poisonings(dealings),
            counterfeit::counterfeits(dealings),
            peel::chains(dealings),
            gather::gathers(dealings),
            cycles,
            structuring::near_thresholds(dealings),
            structuring::splits(dealings),
            dormant::awakenings(dealings),
            fan::fans(dealings),
            pass::relays(dealings),
            round::rounds(dealings),
        ];
        let drafts = without_parts(drafts.into_iter().flatten().collect());
        all.found.extend(drafts.into_iter().filter_map(|draft| draft.finish(dealings)));
    }
    let worth = |of: &Pattern| (scene.usd_cents)(of.asset, of.amount, of.window.last());
    all.found.sort_by_cached_key(|of| {
        let parties = of.parties.len().saturating_add(of.parties_left_out);
        let is_beside =
            !of.witnesses.iter().any(|at| scene.trail.contains(&(of.chain, at.position)));
        (of.kind, is_beside, Reverse(worth(of)), Reverse(parties), of.clone())
    });
    let mut counts: BTreeMap<PatternKind, usize> = BTreeMap::new();
    all.found.retain(|of| {
        let count = counts.entry(of.kind).or_default();
        *count = count.saturating_add(1);
        *count <= MOST_OF_A_KIND
    });
    let too_many = counts.into_iter().filter(|(_, count)| MOST_OF_A_KIND < *count);
    all.left_out = too_many.map(|(kind, n)| (kind, n.saturating_sub(MOST_OF_A_KIND))).collect();
    all
}

/// Leaves out what only repeats part of a pattern of a more telling kind.
fn without_parts(mut drafts: Vec<Draft>) -> Vec<Draft> {
    drafts.sort_by_key(|draft| draft.kind);
    let mut seen: BTreeMap<Position, Vec<(PatternKind, usize)>> = BTreeMap::new();
    let mut kept: Vec<Draft> = Vec::new();
    for draft in drafts {
        let mut common: Option<BTreeSet<usize>> = None;
        for witness in &draft.witnesses {
            let holders = seen.get(&witness.position).into_iter().flatten();
            let holders: BTreeSet<usize> =
                holders.filter(|(kind, _)| *kind < draft.kind).map(|(_, idx)| *idx).collect();
            let both = match &common {
                None => holders,
                Some(before) => before.intersection(&holders).copied().collect(),
            };
            let is_over = both.is_empty();
            common = Some(both);
            if is_over {
                break;
            }
        }
        if common.is_some_and(|holders| !holders.is_empty()) {
            continue;
        }
        for witness in &draft.witnesses {
            seen.entry(witness.position).or_default().push((draft.kind, kept.len()));
        }
        kept.push(draft);
    }
    kept
}
