//! One pays many, or many pay one.

use std::collections::BTreeMap;

use fundtrail_model::{Address, Asset, PatternKind, PatternRole, Unit};

use super::draft::{Draft, count};
use crate::dealings::{Dealings, Move, ppm, sum};

/// Fan-outs and fan-ins: at most one each of an account and asset, the widest and of equals the first.
///
/// Source: AMLSim's patterns 1 and 2; the numbers are those of open tools. The share of value is what tells a
/// fan from the everyday payments of a busy account.
pub(super) fn fans(dealings: &Dealings<'_>) -> Vec<Draft> {
    let of = |side: Side| {
        move |(who, asset, indices): (Address, Asset, &[usize])| {
            let moves: Vec<&Move> = dealings.of(indices).collect();
            fan(dealings, side, (who, asset), &moves)
        }
    };
    let out = dealings.payers().filter_map(of(Side::Out));
    let into = dealings.receivers().filter_map(of(Side::In));
    out.chain(into).collect()
}

#[derive(Clone, Copy)]
enum Side {
    Out,
    In,
}

impl Side {
    const fn other(self, of: &Move) -> Address {
        match self {
            Self::Out => of.to,
            Self::In => of.from,
        }
    }
}

fn fan(
    dealings: &Dealings<'_>,
    side: Side,
    (who, asset): (Address, Asset),
    moves: &[&Move],
) -> Option<Draft> {
    let thresholds = dealings.thresholds();
    let (width, window) = widest(moves, thresholds.fan_seconds, |of| side.other(of))?;
    if count(width) < thresholds.fan_counterparties.max(2) {
        return None;
    }
    let whole = sum(moves.iter().map(|of| of.amount));
    let part = sum(window.iter().map(|of| of.amount));
    if ppm(part, whole) < thresholds.fan_share_ppm {
        return None;
    }
    let (kind, role, what) = match side {
        Side::Out => (PatternKind::FanOut, PatternRole::Receiver, "different receivers"),
        Side::In => (PatternKind::FanIn, PatternRole::Payer, "different payers"),
    };
    let share = ("fan_share_ppm", thresholds.fan_share_ppm);
    let seconds = seconds_of(window);
    Some(
        Draft::new(kind, asset)
            .with(PatternRole::Actor, [who])
            .with(role, window.iter().map(|of| side.other(of)))
            .shown_by(window.iter().copied())
            .moving([part])
            .counted(what, width, ("fan_counterparties", thresholds.fan_counterparties))
            .measured("within", seconds, ("fan_seconds", thresholds.fan_seconds), Unit::Seconds)
            .measured("of all that it moved of this asset", ppm(part, whole), share, Unit::Ppm),
    )
}

/// How long a run of moves took.
pub(super) const fn seconds_of(moves: &[&Move]) -> u64 {
    match (moves.first(), moves.last()) {
        (Some(first), Some(last)) => last.time.saturating_sub(first.time),
        _ => 0,
    }
}

/// The run of moves within so many seconds that has the most different others, and how many; of equals the
/// first. One pass with two pointers.
pub(super) fn widest<'b, 'm>(
    moves: &'b [&'m Move],
    seconds: u64,
    other: impl Fn(&Move) -> Address,
) -> Option<(usize, &'b [&'m Move])> {
    let mut inside: BTreeMap<Address, usize> = BTreeMap::new();
    let mut start = 0_usize;
    let mut best = (0_usize, 0_usize, 0_usize);
    for (end, last) in moves.iter().enumerate() {
        let n = inside.entry(other(last)).or_default();
        *n = n.saturating_add(1);
        while let Some(first) = moves.get(start)
            && seconds < last.time.saturating_sub(first.time)
        {
            if let Some(n) = inside.get_mut(&other(first)) {
                *n = n.saturating_sub(1);
                if *n == 0 {
                    inside.remove(&other(first));
                }
            }
            start = start.saturating_add(1);
        }
        if best.0 < inside.len() {
            best = (inside.len(), start, end);
        }
    }
    let (width, start, end) = best;
    // The rest of the same window belongs to it, though it adds no other.
    let first = moves.get(start)?;
    let is_in = |of: &&Move| of.time.saturating_sub(first.time) <= seconds;
    let more = moves.get(end.saturating_add(1)..)?.iter().take_while(|of| is_in(of)).count();
    let end = end.saturating_add(more);
    moves.get(start..=end).map(|window| (width, window))
}
