//! What each transfer counts as.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{
    Address, Amount, Asset, Category, Cause, Movement, Position, Side, Standing, StatedConversion,
    Transfer,
};

use super::{Eye, sides};
use crate::collapse;

/// What is less than the largest movement of the same asset by this factor is next to nothing.
const DUST_FACTOR: u128 = 1_000_000;

/// Every transfer with what it counts as, and the conversions that some are part of.
pub(super) fn movements(
    eye: &Eye<'_>,
    ours: &[Transfer],
) -> (Vec<Movement>, Vec<StatedConversion>) {
    let me = eye.me();
    let (mut movements, mut conversions) = (Vec::with_capacity(ours.len()), Vec::new());
    let place = |of: &Transfer| (of.position.block, of.position.transaction);
    for group in ours.chunk_by(|a, b| place(a) == place(b)) {
        let is_signed = group.iter().any(|of| of.cause == Cause::Fee && of.from == Some(me));
        let legs = match conversion(eye, group) {
            Some((conversion, legs)) => {
                conversions.push(conversion);
                legs
            }
            None => BTreeSet::new(),
        };
        for of in group {
            let (side, counterparty) = sides(me, of);
            let standing = if legs.contains(&of.position) {
                Standing::Conversion(conversions.len().saturating_sub(1))
            } else {
                alone(eye, of, counterparty)
            };
            movements.push(Movement { transfer: *of, side, counterparty, standing, is_signed });
        }
    }
    tell_dust(eye, &mut movements);
    (movements, conversions)
}

/// What a transfer counts as that is no part of a conversion.
fn alone(eye: &Eye<'_>, of: &Transfer, counterparty: Option<Address>) -> Standing {
    match of.cause {
        Cause::Fee => Standing::Fee,
        Cause::Unexplained => Standing::Unexplained,
        _ if of.amount.is_zero() || of.from == of.to => Standing::Nothing,
        _ if !(eye.question.is_vouched)(of.asset) => Standing::Unvouched,
        _ if counterparty.is_none_or(|other| other.is_zero()) => Standing::Supply,
        _ => Standing::Payment,
    }
}

/// The conversion of the address in one transaction, and its legs.
///
/// What tokens log that nobody vouches for makes no conversion by itself: something else was given for it, or got.
fn conversion(eye: &Eye<'_>, group: &[Transfer]) -> Option<(StatedConversion, BTreeSet<Position>)> {
    let is_part = |of: &&Transfer| {
        !matches!(of.cause, Cause::Fee | Cause::Unexplained | Cause::Withdrawal | Cause::Credit)
            && !of.amount.is_zero()
            && of.from != of.to
    };
    let parts: Vec<Transfer> = group.iter().filter(is_part).copied().collect();
    let me = eye.me();
    let has = |side: Side| parts.iter().any(|of| sides(me, of).0 == side);
    let last = parts.last()?;
    if !has(Side::In) || !has(Side::Out) {
        return None;
    }
    let is_converter = |address| is_converter(eye, address, last.position.block);
    let collapsed = collapse(&parts, &|who| who == me, &is_converter);
    let found = collapsed.conversions.into_iter().find(|of| of.account == me)?;
    let is_vouched = |(asset, _): &(Asset, Amount)| (eye.question.is_vouched)(*asset);
    let (gave, got) = (found.paid.iter().any(is_vouched), found.received.iter().any(is_vouched));
    let position = found.evidence.last().copied()?;
    (gave || got).then(|| {
        let legs: BTreeSet<Position> = found.evidence.into_iter().collect();
        let others = parts.iter().filter(|of| legs.contains(&of.position));
        let contracts: BTreeSet<Address> = others.filter_map(|of| sides(me, of).1).collect();
        let contracts = contracts.into_iter().filter(|address| !address.is_zero()).collect();
        let (paid, received) = (found.paid, found.received);
        (StatedConversion { position, paid, received, contracts, is_vouched: got }, legs)
    })
}

/// Whether a contract may have converted: nobody who was ever listed, or whom a label makes a place where value stops
/// or calls a fraud's or a thief's.
fn is_converter(eye: &Eye<'_>, address: Address, block: u64) -> bool {
    if !address.is_zero() && !eye.contracts.contains(&address) {
        return false;
    }
    let marks = eye.question.marks.get(&(eye.evidence.chain, address));
    let label = marks.and_then(|marks| marks.label_on(eye.day(block)));
    let is_known_for = |category: Category| {
        matches!(category, Category::Scam | Category::Theft)
            || category.stop().is_some_and(|_| category != Category::Burn)
    };
    marks.is_none_or(|marks| marks.listings.is_empty())
        && label.is_none_or(|label| !is_known_for(label.category))
}

/// Tells next to nothing from strangers apart: what came, in a transaction that the address did not sign, from
/// somebody with whom it had no other dealing.
fn tell_dust(eye: &Eye<'_>, movements: &mut [Movement]) {
    let mut largest: BTreeMap<Asset, Amount> = BTreeMap::new();
    for of in movements.iter().filter(|of| of.standing.is_dealing()) {
        let most = largest.entry(of.transfer.asset).or_default();
        *most = of.transfer.amount.max(*most);
    }
    let is_tiny = |of: &Movement| {
        let Movement { transfer: Transfer { asset, amount, position, .. }, .. } = *of;
        let most = largest.get(&asset).copied().unwrap_or_default();
        let is_cheap = (eye.question.usd_cents)(asset, amount, position.block)
            .is_some_and(|cents| cents < eye.question.dust_cents);
        let least = most.share(Amount::from(1), Amount::from(DUST_FACTOR));
        is_cheap || least.is_some_and(|least| amount < least)
    };
    let may_be_dust = |of: &Movement| {
        of.standing == Standing::Payment && of.side == Side::In && !of.is_signed && is_tiny(of)
    };
    let dealt_with: BTreeSet<Address> = movements
        .iter()
        .filter(|of| of.standing.is_dealing() && !may_be_dust(of))
        .filter_map(|of| of.counterparty)
        .collect();
    for of in movements.iter_mut() {
        let is_stranger = of.counterparty.is_none_or(|other| !dealt_with.contains(&other));
        if is_stranger && may_be_dust(of) {
            of.standing = Standing::Dust;
        }
    }
}
