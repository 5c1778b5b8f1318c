//! Address after address keeps little back and sends most on.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Address, Amount, Asset, PatternKind, PatternReservation, PatternRole, Unit};

use super::draft::{Draft, count};
use crate::dealings::{Dealings, Move, ppm, share, sum};

/// What one address of a chain did.
struct Peel<'b> {
    /// What it sent on.
    rest: &'b Move,
    /// What it peeled off.
    legs: Vec<&'b Move>,
    /// What it had received.
    came: Amount,
}

/// Peel chains: each address receives, pays small legs and sends the rest to an address that is used for
/// nothing else.
///
/// Source: the `SlowMist` handbook's definition with the numbers of open tools. That an address is used once is
/// judged by all that the case holds of it, dust apart, and by its balance before, where that is known.
pub(super) fn chains(dealings: &Dealings<'_>) -> Vec<Draft> {
    let mut peels: BTreeMap<(Asset, Address), Peel<'_>> = BTreeMap::new();
    for (who, asset, paid) in dealings.payers() {
        if let Some(peel) = peel(dealings, (who, asset), paid) {
            peels.insert((asset, who), peel);
        }
    }
    let next = |asset: Asset, peel: &Peel<'_>| {
        let to = peel.rest.to;
        let is_link = peels.contains_key(&(asset, to)) && is_used_once(dealings, peel.rest);
        is_link.then_some(to)
    };
    let later: BTreeSet<(Asset, Address)> = peels
        .iter()
        .filter_map(|((asset, _), peel)| next(*asset, peel).map(|to| (*asset, to)))
        .collect();
    let mut drafts = Vec::new();
    for (asset, start) in peels.keys().filter(|link| !later.contains(link)) {
        let mut links = vec![*start];
        let mut chain: Vec<&Peel<'_>> = peels.get(&(*asset, *start)).into_iter().collect();
        // Every link is paid later than the one before it, so a chain ends.
        while let Some(to) = chain.last().and_then(|last| next(*asset, last))
            && let Some(peel) = peels.get(&(*asset, to))
        {
            links.push(to);
            chain.push(peel);
        }
        drafts.extend(draft(dealings, *asset, &links, &chain));
    }
    drafts
}

fn peel<'b>(
    dealings: &'b Dealings<'_>,
    (who, asset): (Address, Asset),
    paid: &'b [usize],
) -> Option<Peel<'b>> {
    let thresholds = dealings.thresholds();
    let received = dealings.received_by(who, asset);
    let first = dealings.of(received).next()?;
    let came = sum(dealings.of(received).map(|of| of.amount));
    // Of equals the first; but with two of them there is no peel.
    let rest = dealings.of(paid).reduce(|a, b| if a.amount < b.amount { b } else { a })?;
    let legs: Vec<&Move> = dealings.of(paid).filter(|of| !std::ptr::eq(*of, rest)).collect();
    let most = share(rest.amount, thresholds.peel_ratio_ppm);
    let is_peel = !legs.is_empty()
        && rest.amount < came
        && thresholds.peel_remainder_ppm <= ppm(rest.amount, came)
        && legs.iter().all(|leg| leg.amount <= most && leg.to != rest.to)
        && dealings.of(paid).all(|of| first.at < of.at);
    is_peel.then_some(Peel { rest, legs, came })
}

/// Whether the receiver of the rest got nothing else and had nothing before, as far as is known.
fn is_used_once(dealings: &Dealings<'_>, rest: &Move) -> bool {
    let dust = share(rest.amount, dealings.thresholds().dust_ppm);
    let before = dealings.balance_before(rest.to, rest.asset, rest.at.block);
    dealings.received_by(rest.to, rest.asset).len() == 1
        && before.is_none_or(|before| before <= dust)
}

fn draft(
    dealings: &Dealings<'_>,
    asset: Asset,
    links: &[Address],
    chain: &[&Peel<'_>],
) -> Option<Draft> {
    let thresholds = dealings.thresholds();
    if count(chain.len()) < thresholds.peel_hops.max(2) {
        return None;
    }
    let last = chain.last()?;
    let largest_leg =
        chain.iter().flat_map(|peel| peel.legs.iter().map(|leg| ppm(leg.amount, peel.rest.amount)));
    let least_rest = chain.iter().map(|peel| ppm(peel.rest.amount, peel.came)).min()?;
    let (_, before_last) = chain.split_last()?;
    let unknown = before_last
        .iter()
        .find(|peel| dealings.balance_before(peel.rest.to, asset, peel.rest.at.block).is_none());
    let first = chain.first()?;
    let moved = first.legs.iter().map(|leg| leg.amount).chain([first.rest.amount]);
    let ratio = ("peel_ratio_ppm", thresholds.peel_ratio_ppm);
    let remainder = ("peel_remainder_ppm", thresholds.peel_remainder_ppm);
    Some(
        Draft::new(PatternKind::PeelChain, asset)
            .with(PatternRole::Actor, links.iter().copied())
            .with(PatternRole::Receiver, chain.iter().flat_map(|peel| &peel.legs).map(|leg| leg.to))
            .with(PatternRole::Receiver, [last.rest.to])
            .shown_by(dealings.of(dealings.received_by(*links.first()?, asset)))
            .shown_by(chain.iter().flat_map(|peel| peel.legs.iter().copied().chain([peel.rest])))
            .moving(moved)
            .counted("addresses in a row", chain.len(), ("peel_hops", thresholds.peel_hops))
            .measured("least share sent on", least_rest, remainder, Unit::Ppm)
            .measured("largest leg of what was sent on", largest_leg.max()?, ratio, Unit::Ppm)
            .reserved(unknown.map(|peel| PatternReservation::PastUnknown(peel.rest.to))),
    )
}
