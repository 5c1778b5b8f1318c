//! Payments just under a reporting threshold, or one receipt split into equal parts.

use std::ops::Range;

use fundtrail_model::{
    Address, Amount, Asset, Category, PatternKind, PatternRole, Thresholds, Unit,
};

use super::draft::{Draft, count};
use super::fan::seconds_of;
use crate::dealings::{Dealings, Move, ppm, share, sum};

/// Cents of a US dollar.
const CENTS: u64 = 100;
/// More groups of equal payments of one account and asset are not looked for.
const MOST_GROUPS: usize = 32;

/// Several payments of one account just under a reporting threshold. Nothing is said of assets without a price.
///
/// Source: FATF's indicator "structuring in small amounts, or in amounts under record-keeping or reporting
/// thresholds"; the thresholds are those of the United States.
pub(super) fn near_thresholds(dealings: &Dealings<'_>) -> Vec<Draft> {
    let thresholds = dealings.thresholds();
    let limits = [
        ("reporting_usd", thresholds.reporting_usd),
        ("reporting_low_usd", thresholds.reporting_low_usd),
    ];
    let mut drafts = Vec::new();
    for (who, asset, paid) in dealings.payers() {
        for limit in limits {
            let moves: Vec<&Move> =
                dealings.of(paid).filter(|of| is_just_under(dealings, of, limit.1)).collect();
            let Some(run) = longest(&moves, thresholds.structuring_seconds) else { continue };
            if count(run.len()) < thresholds.structuring_payments.max(2) {
                continue;
            }
            drafts.push(
                structured(dealings, (who, asset), run)
                    .counted(
                        "payments just under the threshold",
                        run.len(),
                        ("structuring_payments", thresholds.structuring_payments),
                    )
                    .measured("reporting threshold in US dollars", limit.1, limit, Unit::Count),
            );
        }
    }
    drafts
}

fn is_just_under(dealings: &Dealings<'_>, of: &Move, usd: u64) -> bool {
    let Some(cents) = (dealings.scene.usd_cents)(of.asset, of.amount, of.at.block) else {
        return false;
    };
    let limit = Amount::from(u128::from(usd.saturating_mul(CENTS)));
    let cents = Amount::from(cents);
    cents < limit && dealings.thresholds().reporting_near_ppm <= ppm(cents, limit)
}

/// One receipt that leaves again in many nearly equal parts.
///
/// Source: the split of 1.65 million DAI into 36 parts in the data of MFTracer (TxPhish). Deposits into a
/// labelled mixer are no parts: there everybody's are equal.
pub(super) fn splits(dealings: &Dealings<'_>) -> Vec<Draft> {
    let thresholds = dealings.thresholds();
    let mut drafts = Vec::new();
    for (who, asset, paid) in dealings.payers() {
        let mut moves: Vec<&Move> =
            dealings.of(paid).filter(|of| !is_mixer(dealings, of.to)).collect();
        moves.sort_by_key(|of| (of.amount, of.at));
        for mut alike in groups(&moves, thresholds) {
            alike.sort_by_key(|of| of.at);
            drafts.extend(split(dealings, (who, asset), &alike));
        }
    }
    drafts
}

/// Nearly equal amounts together, the largest groups first: of a part of the sorted moves the most that are alike, then
/// the same of what is smaller and of what is larger. O(*n*) for each group.
fn groups<'b>(sorted: &[&'b Move], thresholds: &Thresholds) -> Vec<Vec<&'b Move>> {
    let mut groups = Vec::new();
    let mut waiting = vec![sorted];
    while let Some(part) = waiting.pop()
        && groups.len() < MOST_GROUPS
    {
        let alike = most_alike(part, thresholds.split_ppm);
        if count(alike.len()) < thresholds.split_parts.max(2) {
            continue;
        }
        groups.extend(part.get(alike.clone()).map(<[_]>::to_vec));
        waiting.extend([part.get(..alike.start), part.get(alike.end..)].into_iter().flatten());
    }
    groups
}

/// The most of the sorted moves that differ by at most a share of the smallest of them; of equals the smallest.
fn most_alike(sorted: &[&Move], split_ppm: u64) -> Range<usize> {
    let mut best = 0..0;
    let mut end = 0_usize;
    for (start, smallest) in sorted.iter().enumerate() {
        let most = smallest.amount.saturating_add(share(smallest.amount, split_ppm));
        while sorted.get(end).is_some_and(|of| of.amount <= most) {
            end = end.saturating_add(1);
        }
        if best.len() < end.saturating_sub(start) {
            best = start..end;
        }
    }
    best
}

fn split(
    dealings: &Dealings<'_>,
    (who, asset): (Address, Asset),
    alike: &[&Move],
) -> Option<Draft> {
    let thresholds = dealings.thresholds();
    let run = longest(alike, thresholds.structuring_seconds)?;
    if count(run.len()) < thresholds.split_parts.max(2) {
        return None;
    }
    let first = run.first()?;
    let parts = sum(run.iter().map(|of| of.amount));
    // The receipt that the parts make up, if there is one: the last before them that is large enough.
    let is_whole = |came: &&Move| {
        came.at < first.at
            && first.time.saturating_sub(came.time) <= thresholds.structuring_seconds
            && parts <= came.amount
            && thresholds.pass_share_ppm <= ppm(parts, came.amount)
    };
    let came = dealings.of(dealings.received_by(who, asset)).rfind(is_whole)?;
    Some(
        structured(dealings, (who, asset), run)
            .shown_by([came])
            .counted("nearly equal parts", run.len(), ("split_parts", thresholds.split_parts))
            .measured(
                "of what had come in one payment",
                ppm(parts, came.amount),
                ("pass_share_ppm", thresholds.pass_share_ppm),
                Unit::Ppm,
            ),
    )
}

fn structured(dealings: &Dealings<'_>, (who, asset): (Address, Asset), run: &[&Move]) -> Draft {
    let within = ("structuring_seconds", dealings.thresholds().structuring_seconds);
    Draft::new(PatternKind::Structuring, asset)
        .with(PatternRole::Actor, [who])
        .with(PatternRole::Receiver, run.iter().map(|of| of.to))
        .shown_by(run.iter().copied())
        .moving(run.iter().map(|of| of.amount))
        .measured("within", seconds_of(run), within, Unit::Seconds)
}

fn is_mixer(dealings: &Dealings<'_>, who: Address) -> bool {
    let marks = dealings.scene.marks.get(&(dealings.chain, who));
    marks.is_some_and(|of| of.labels.iter().any(|label| label.category == Category::Mixer))
}

/// The most moves within so many seconds; of equals the first.
fn longest<'b, 'm>(moves: &'b [&'m Move], seconds: u64) -> Option<&'b [&'m Move]> {
    let mut start = 0_usize;
    let mut best = 0..0;
    for (end, last) in moves.iter().enumerate() {
        while let Some(first) = moves.get(start)
            && seconds < last.time.saturating_sub(first.time)
        {
            start = start.saturating_add(1);
        }
        let end = end.saturating_add(1);
        if best.len() < end.saturating_sub(start) {
            best = start..end;
        }
    }
    moves.get(best).filter(|run| !run.is_empty())
}
