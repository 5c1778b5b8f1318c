//! One pays many, who pay one.

use std::collections::BTreeMap;

use fundtrail_model::{Address, Asset, PatternKind, PatternRole, Unit};

use super::draft::{Draft, count};
use super::fan::widest;
use crate::dealings::{Dealings, Move, ppm};

/// How many payments of a middle are compared with one receipt: more would let a busy one cost its square.
const MOST_TRIED: usize = 64;

/// What one middle got, and passed on.
type Pass<'b> = (&'b Move, &'b Move);

/// Scatter-gathers: one address pays many, each of whom passes most of it on to the same address.
///
/// Source: AMLSim's pattern 7.
pub(super) fn gathers(dealings: &Dealings<'_>) -> Vec<Draft> {
    let mut passes: BTreeMap<(Address, Address, Asset), Vec<Pass<'_>>> = BTreeMap::new();
    for (middle, asset, received) in dealings.receivers() {
        let paid = dealings.paid_by(middle, asset);
        for came in dealings.of(received).filter(|came| dealings.is_subject(came.from)) {
            if let Some(went) = passed_on(dealings, came, paid) {
                passes.entry((came.from, went.to, asset)).or_default().push((came, went));
            }
        }
    }
    let least = least(dealings);
    let passes = passes
        .into_iter()
        .filter(|((source, gatherer, _), found)| source != gatherer && least <= count(found.len()));
    passes.filter_map(|(key, found)| gather(dealings, key, found)).collect()
}

/// How many there must be in the middle.
fn least(dealings: &Dealings<'_>) -> u64 {
    dealings.thresholds().gather_middles.max(2)
}

/// The first payment that passes a receipt on.
fn passed_on<'b>(dealings: &'b Dealings<'_>, came: &Move, paid: &[usize]) -> Option<&'b Move> {
    let thresholds = dealings.thresholds();
    let is_before = |idx: &usize| dealings.get(*idx).is_some_and(|of| of.at <= came.at);
    let start = paid.partition_point(is_before);
    let later = paid.get(start..)?.iter().take(MOST_TRIED).filter_map(|idx| dealings.get(*idx));
    later.take_while(|of| of.time.saturating_sub(came.time) <= thresholds.gather_seconds).find(
        |of| {
            let share = ppm(of.amount, came.amount);
            of.amount <= came.amount && thresholds.pass_share_ppm <= share
        },
    )
}

fn gather(
    dealings: &Dealings<'_>,
    (source, gatherer, asset): (Address, Address, Asset),
    mut passes: Vec<Pass<'_>>,
) -> Option<Draft> {
    let thresholds = dealings.thresholds();
    passes.sort_by_key(|(came, _)| came.at);
    let scattered: Vec<&Move> = passes.iter().map(|(came, _)| *came).collect();
    let (_, window) = widest(&scattered, thresholds.gather_seconds, |of| of.to)?;
    let (first, last) = (window.first()?, window.last()?);
    let end = first.time.saturating_add(thresholds.gather_seconds);
    // Each middle once: what it was paid first.
    let mut middles: BTreeMap<Address, Pass<'_>> = BTreeMap::new();
    for (came, went) in passes {
        if first.at <= came.at && came.at <= last.at && went.time <= end {
            middles.entry(came.to).or_insert((came, went));
        }
    }
    if count(middles.len()) < least(dealings) {
        return None;
    }
    let mut found: Vec<Pass<'_>> = middles.into_values().collect();
    found.sort_by_key(|(came, _)| came.at);
    let gathered = found.iter().map(|(_, went)| went.time).max()?;
    let seconds = gathered.saturating_sub(first.time);
    let middles = ("gather_middles", thresholds.gather_middles);
    let within = ("gather_seconds", thresholds.gather_seconds);
    Some(
        Draft::new(PatternKind::ScatterGather, asset)
            .with(PatternRole::Actor, [source])
            .with(PatternRole::Middle, found.iter().map(|(came, _)| came.to))
            .with(PatternRole::Gatherer, [gatherer])
            .shown_by(found.iter().flat_map(|(came, went)| [*came, *went]))
            .moving(found.iter().map(|(came, _)| came.amount))
            .counted("addresses in the middle", found.len(), middles)
            .measured("within", seconds, within, Unit::Seconds),
    )
}
