//! A long silence, then most of what was kept leaves.

use std::collections::BTreeMap;

use fundtrail_model::{
    Address, Amount, Asset, PatternKind, PatternReservation, PatternRole, Unit, Window,
};

use super::draft::Draft;
use crate::dealings::{Dealings, Move, ppm, sum};

/// Accounts that kept value, did nothing at all for long, and then paid most of it away: of an account and asset the
/// longest silence.
///
/// Source: FATF's "regular pattern then long inactivity"; tools differ in numbers. Silence is claimed only where
/// all of it was looked at; anything that the account paid breaks it, dust that it got does not. What it kept
/// is its balance before it woke; where that is not known, what it was seen to keep, with a reservation.
pub(super) fn awakenings(dealings: &Dealings<'_>) -> Vec<Draft> {
    let acts = acts(dealings);
    let mut drafts = Vec::new();
    for (who, asset, _) in dealings.payers() {
        let acts = acts.get(&who).map_or(&[][..], Vec::as_slice);
        drafts.extend(awakening(dealings, (who, asset), acts));
    }
    drafts
}

/// The blocks in which each subject did something itself, in order.
fn acts(dealings: &Dealings<'_>) -> BTreeMap<Address, Vec<u64>> {
    let mut acts: BTreeMap<Address, Vec<u64>> = BTreeMap::new();
    for of in dealings.transfers() {
        if let Some(who) = of.from
            && dealings.is_subject(who)
            && dealings.counts(of.asset)
            && !of.amount.is_zero()
        {
            acts.entry(who).or_default().push(of.position.block);
        }
    }
    acts
}

fn awakening(
    dealings: &Dealings<'_>,
    (who, asset): (Address, Asset),
    acts: &[u64],
) -> Option<Draft> {
    let thresholds = dealings.thresholds();
    let events = dealings.dealt_by(who, asset);
    let events: Vec<&Move> = dealings.of(&events).collect();
    let mut kept = Amount::ZERO;
    let mut best: Option<(u64, &Move, usize, Amount)> = None;
    for (next, pair) in (1_usize..).zip(events.windows(2)) {
        let [before, after] = pair else { continue };
        kept = if before.to == who {
            kept.saturating_add(before.amount)
        } else {
            kept.saturating_sub(before.amount)
        };
        let silence = after.time.saturating_sub(before.time);
        let is_longest = best.as_ref().is_none_or(|(longest, ..)| *longest < silence);
        let is_awakening = after.from == who && is_longest;
        if thresholds.dormant_seconds.max(1) <= silence
            && is_awakening
            && is_silent(acts, before.at.block, after.at.block)
            && Window::new(before.at.block, after.at.block)
                .is_some_and(|gap| dealings.is_looked_at(who, asset, gap))
        {
            best = Some((silence, before, next, kept));
        }
    }
    let (silence, before, next, kept) = best?;
    let woken = events.get(next)?;
    let balance = dealings.balance_before(who, asset, woken.at.block);
    let kept = balance.unwrap_or(kept);
    let burst: Vec<&Move> = events
        .get(next..)?
        .iter()
        .copied()
        .take_while(|of| of.time.saturating_sub(woken.time) <= thresholds.burst_seconds)
        .filter(|of| of.from == who)
        .collect();
    let gone = sum(burst.iter().map(|of| of.amount));
    if kept.is_zero() || ppm(gone, kept) < thresholds.burst_share_ppm {
        return None;
    }
    let dormant = ("dormant_seconds", thresholds.dormant_seconds);
    let of_kept = ("burst_share_ppm", thresholds.burst_share_ppm);
    Some(
        Draft::new(PatternKind::DormantThenActive, asset)
            .with(PatternRole::Actor, [who])
            .with(PatternRole::Receiver, burst.iter().map(|of| of.to))
            .shown_by([before].into_iter().chain(burst.iter().copied()))
            .moving([gone])
            .measured("silent for", silence, dormant, Unit::Seconds)
            .measured("of what it had kept", ppm(gone, kept), of_kept, Unit::Ppm)
            .reserved(balance.is_none().then_some(PatternReservation::PastUnknown(who))),
    )
}

/// Whether nothing was done between two blocks.
fn is_silent(acts: &[u64], before: u64, after: u64) -> bool {
    let next = acts.get(acts.partition_point(|block| *block <= before));
    next.is_none_or(|block| after <= *block)
}
