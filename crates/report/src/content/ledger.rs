//! How much was stolen, and the ledger that says where it is.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{
    self as model, Amount, Asset, EndingClass, Hop, HopId, HopKind, LotTaken, Origin, SeedId,
};
use smol_str::SmolStr;

use super::clean;
use super::names::Names;
use super::sums::Sums;
use crate::input::Input;
use crate::schema::{LedgerEnding, LedgerLine, Money, Seed};

pub(super) fn seeds(input: &Input<'_>, names: &Names<'_>) -> Vec<Seed> {
    input
        .trail
        .seeds
        .iter()
        .map(|seed| {
            let (chain, block) = (seed.asset.chain(), seed.position.block);
            let (converted, became) = first_conversions(input, names, seed);
            Seed {
                converted,
                became,
                id: seed.id.into(),
                money: names.money(seed.asset, seed.amount, Some(block)),
                from: seed.from.map(|from| names.party(chain, from, block)),
                to: names.party(chain, seed.holder, block),
                place: names.place(chain, seed.position, Some(seed.transaction)),
                specs: input
                    .seed_specs
                    .iter()
                    .filter(|(_, id)| *id == seed.id)
                    .map(|(spec, _)| clean(spec))
                    .collect(),
            }
        })
        .collect()
}

/// How much of the seed was converted while it was still the stolen asset itself, and what that made.
///
/// Only conversions of which every stolen lot of the seed is such are counted, so that the sums are
/// exact: what was converted once already, and came back, is not.
fn first_conversions(
    input: &Input<'_>,
    names: &Names<'_>,
    seed: &model::Seed,
) -> (Option<Money>, Vec<Money>) {
    let mut untouched: BTreeSet<HopId> = BTreeSet::new();
    let (mut converted, mut became) = (Sums::default(), Sums::default());
    for (hop_idx, hop) in input.trail.hops.iter().enumerate() {
        let taken = || hop.taken.iter().filter(|lot| lot.seed == seed.id);
        let is_itself = |lot: &LotTaken| {
            lot.asset == seed.asset
                && match lot.origin {
                    Origin::Seed(id) => id == seed.id,
                    Origin::Hop(id) => untouched.contains(&id),
                }
        };
        if taken().next().is_none() || !taken().all(is_itself) {
            continue;
        }
        match hop.kind {
            HopKind::Payment { .. } => {
                untouched.extend(u32::try_from(hop_idx).map(HopId));
            }
            HopKind::Conversion { .. } => {
                for lot in taken() {
                    converted.add(input, lot.asset, lot.amount, hop.position.block);
                }
                for lot in made(hop, seed.id) {
                    became.add(input, lot.asset, lot.amount, hop.position.block);
                }
            }
        }
    }
    (converted.money::<Vec<_>>(names).into_iter().next(), became.money(names))
}

fn made(hop: &Hop, seed: SeedId) -> impl Iterator<Item = &model::LotMade> {
    hop.made.iter().filter(move |lot| lot.seed == seed)
}

pub(super) fn lines(input: &Input<'_>, names: &Names<'_>) -> Vec<LedgerLine> {
    let mut at_endings: BTreeMap<(SeedId, Asset, EndingClass), (usize, Sums)> = BTreeMap::new();
    for ending in &input.trail.endings {
        let key = (ending.seed, ending.asset, ending.kind.class());
        let (count, sums) = at_endings.entry(key).or_default();
        *count = count.saturating_add(1);
        sums.add(input, ending.asset, ending.amount, ending.arrived.block);
    }
    input
        .trail
        .ledger
        .iter()
        .map(|line| {
            let money = |amount| names.money(line.asset, amount, None);
            let endings_sum = sum(line.endings.values().copied());
            let came = line.seeded.checked_add(line.converted_in);
            let went = endings_sum.and_then(|sum| sum.checked_add(line.converted_out));
            LedgerLine {
                seed: line.seed.into(),
                chain_name: names.chain(line.asset.chain()),
                asset: names.asset(line.asset),
                seeded: money(line.seeded),
                converted_in: money(line.converted_in),
                converted_out: money(line.converted_out),
                endings: line
                    .endings
                    .iter()
                    .filter(|(_, amount)| !amount.is_zero())
                    .map(|(class, amount)| {
                        let found = at_endings.get(&(line.seed, line.asset, *class));
                        let usd = found
                            .and_then(|(_, sums)| sums.money::<Vec<_>>(names).into_iter().next())
                            .filter(|money| money.amount == *amount)
                            .and_then(|money| money.usd().map(SmolStr::from));
                        LedgerEnding {
                            class: class.name(),
                            money: Money::new(names.figures(line.asset, *amount), usd),
                            count: found.map_or(0, |(count, _)| *count),
                        }
                    })
                    .collect(),
                came: money(came.unwrap_or(Amount::MAX)),
                went: money(went.unwrap_or(Amount::MAX)),
                closes: came.is_some() && came == went,
            }
        })
        .collect()
}

fn sum(amounts: impl IntoIterator<Item = Amount>) -> Option<Amount> {
    amounts.into_iter().try_fold(Amount::ZERO, |sum, amount| sum.checked_add(amount))
}
