//! Who paid for what a machine gave.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Address, Amount, Asset, Position};

use super::{Leg, Machine};
use crate::collapse::{Conversion, Delivery, Flow, Party, add_evidence};

/// Matches payers with receivers, and returns what could not be matched.
///
/// First what came out in the asset that was paid, because that was passed on; then all of what is left to the
/// only payer; then the same amounts, where only one payer and one receiver have them; then by amount, if all
/// paid the same asset.
pub(super) fn settle(
    machine: Machine,
    is_worth: &dyn Fn(Asset, Amount) -> bool,
    conversions: &mut Vec<Conversion>,
    flows: &mut BTreeMap<Asset, Vec<Flow>>,
) -> Vec<Leg> {
    let Machine { contracts, mut paid, mut given, inside } = machine;
    for (asset, flow) in pass_through(&mut paid, &mut given) {
        flows.entry(asset).or_default().push(flow);
    }
    if paid.is_empty() || !given.iter().any(|leg| is_worth(leg.asset, leg.flow.amount)) {
        return paid.into_iter().chain(given).collect();
    }
    let contracts: Vec<Address> = contracts.into_iter().collect();
    let convert = |account, paid: &[Leg], given: &[Leg], is_divided| {
        conversion(account, paid, given, (&contracts, &inside), is_divided)
    };
    if let [Party::Account(payer)] = payers(&paid).as_slice() {
        conversions.push(convert(*payer, &paid, &given, false));
        return Vec::new();
    }
    for (came, went) in same_amounts(&paid, &given) {
        let (Some(leg), Some(out)) = (paid.get(came), given.get(went)) else { continue };
        let Party::Account(payer) = leg.flow.from else { continue };
        let pair = (std::slice::from_ref(leg), std::slice::from_ref(out));
        conversions.push(convert(payer, pair.0, pair.1, false));
        for legs in [paid.get_mut(came), given.get_mut(went)].into_iter().flatten() {
            legs.flow.amount = Amount::ZERO;
        }
    }
    paid.retain(|leg| !leg.flow.amount.is_zero());
    given.retain(|leg| !leg.flow.amount.is_zero());

    let assets: BTreeSet<Asset> = paid.iter().map(|leg| leg.asset).collect();
    let payers = payers(&paid);
    let accounts: Vec<Address> = payers
        .iter()
        .filter_map(|payer| match payer {
            Party::Account(account) => Some(*account),
            _ => None,
        })
        .collect();
    // Where the same amounts were all that was paid, nobody paid for what is left.
    if assets.len() != 1 || given.is_empty() || accounts.len() != payers.len() {
        return paid.into_iter().chain(given).collect();
    }
    let is_divided = accounts.len() > 1;
    for (account, parts) in accounts.iter().zip(divide(&accounts, &paid, &given)) {
        let own: Vec<Leg> =
            paid.iter().filter(|leg| leg.flow.from == Party::Account(*account)).cloned().collect();
        conversions.push(convert(*account, &own, &parts, is_divided));
    }
    Vec::new()
}

/// Joins the parts of a split route: conversions of one account, of the same assets into the same ones and for the
/// same receivers, are one. In their order none would be before the other.
pub(super) fn join_routes(conversions: Vec<Conversion>) -> Vec<Conversion> {
    let mut joined: BTreeMap<_, Conversion> = BTreeMap::new();
    for next in conversions {
        let assets = |side: &[(Asset, Amount)]| side.iter().map(|(asset, _)| *asset).collect();
        let (paid, received): (Vec<Asset>, Vec<Asset>) =
            (assets(&next.paid), assets(&next.received));
        let receivers: Vec<(Party, Asset)> =
            next.deliveries.iter().map(|other| (other.to, other.asset)).collect();
        match joined.entry((next.account, paid, received, receivers)) {
            Entry::Vacant(place) => {
                place.insert(next);
            }
            Entry::Occupied(mut first) => join(first.get_mut(), next),
        }
    }
    joined.into_values().collect()
}

/// Adds a conversion to one of the same assets and receivers.
fn join(first: &mut Conversion, next: Conversion) {
    let sides = [(&mut first.paid, next.paid), (&mut first.received, next.received)];
    for (sums, more) in sides {
        for ((_, sum), (_, amount)) in sums.iter_mut().zip(more) {
            *sum = sum.saturating_add(amount);
        }
    }
    for (other, more) in first.deliveries.iter_mut().zip(next.deliveries) {
        other.amount = other.amount.saturating_add(more.amount);
        add_evidence(&mut other.evidence, &more.evidence);
    }
    first.is_divided |= next.is_divided;
    first.contracts.extend(next.contracts);
    first.contracts.sort_unstable();
    add_evidence(&mut first.evidence, &next.evidence);
}

/// Who paid, sorted.
fn payers(paid: &[Leg]) -> Vec<Party> {
    let payers: BTreeSet<Party> = paid.iter().map(|leg| leg.flow.from).collect();
    payers.into_iter().collect()
}

/// What came out in the asset that was paid: the same amounts first, then in order, never more than was paid.
fn pass_through(paid: &mut Vec<Leg>, given: &mut Vec<Leg>) -> Vec<(Asset, Flow)> {
    paid.sort_by_key(|leg| (leg.flow.came, leg.flow.from));
    given.sort_by_key(|leg| (leg.flow.came, leg.flow.to));
    let mut passed = Vec::new();
    for is_equal in [true, false] {
        for came in paid.iter_mut() {
            for went in given.iter_mut().filter(|went| went.asset == came.asset) {
                let amount = came.flow.amount.min(went.flow.amount);
                if amount.is_zero() || is_equal && came.flow.amount != went.flow.amount {
                    continue;
                }
                let mut evidence = came.flow.evidence.clone();
                add_evidence(&mut evidence, &went.flow.evidence);
                if came.flow.from != went.flow.to {
                    let (from, to) = (came.flow.from, went.flow.to);
                    let (left, came) = (came.flow.left, went.flow.came);
                    passed.push((went.asset, Flow { from, to, amount, left, came, evidence }));
                }
                for side in [&mut came.flow, &mut went.flow] {
                    side.amount = side.amount.saturating_sub(amount);
                }
            }
        }
    }
    paid.retain(|leg| !leg.flow.amount.is_zero());
    given.retain(|leg| !leg.flow.amount.is_zero());
    passed
}

/// Pairs of what was paid and what was given, by index, that have an amount that nothing else on their side has.
fn same_amounts(paid: &[Leg], given: &[Leg]) -> Vec<(usize, usize)> {
    let unique = |legs: &[Leg]| {
        let mut by_amount: BTreeMap<Amount, Option<usize>> = BTreeMap::new();
        for (leg_idx, leg) in legs.iter().enumerate() {
            by_amount
                .entry(leg.flow.amount)
                .and_modify(|only| *only = None)
                .or_insert(Some(leg_idx));
        }
        by_amount
    };
    let given = unique(given);
    let pair = |(amount, came): (Amount, Option<usize>)| came.zip(*given.get(&amount)?);
    unique(paid).into_iter().filter_map(pair).collect()
}

/// What of the given is each account's, in proportion to what each paid, to the unit.
fn divide(accounts: &[Address], paid: &[Leg], given: &[Leg]) -> Vec<Vec<Leg>> {
    let sum_of = |account: &Address| {
        let own = paid.iter().filter(|leg| leg.flow.from == Party::Account(*account));
        own.fold(Amount::ZERO, |sum, leg| sum.saturating_add(leg.flow.amount))
    };
    let weights: Vec<Amount> = accounts.iter().map(sum_of).collect();
    let mut parts: Vec<Vec<Leg>> = vec![Vec::new(); accounts.len()];
    for leg in given {
        let shares = leg.flow.amount.apportion(&weights).unwrap_or_default();
        for (part, amount) in parts.iter_mut().zip(shares) {
            let mut own = leg.clone();
            own.flow.amount = amount;
            part.push(own);
        }
    }
    parts
}

fn conversion(
    account: Address,
    paid: &[Leg],
    given: &[Leg],
    (contracts, inside): (&[Address], &[Position]),
    is_divided: bool,
) -> Conversion {
    let mut evidence = inside.to_vec();
    let mut deliveries: BTreeMap<(Party, Asset), Delivery> = BTreeMap::new();
    for Leg { asset, flow } in given.iter().filter(|leg| leg.flow.to != Party::Account(account)) {
        let delivery = deliveries.entry((flow.to, *asset)).or_insert_with(|| Delivery {
            to: flow.to,
            asset: *asset,
            amount: Amount::ZERO,
            evidence: Vec::new(),
        });
        delivery.amount = delivery.amount.saturating_add(flow.amount);
        add_evidence(&mut delivery.evidence, &flow.evidence);
    }
    for leg in paid.iter().chain(given) {
        add_evidence(&mut evidence, &leg.flow.evidence);
    }
    let mut deliveries: Vec<Delivery> = deliveries.into_values().collect();
    deliveries.retain(|delivery| !delivery.amount.is_zero());
    Conversion {
        account,
        paid: sums(paid),
        received: sums(given),
        deliveries,
        is_divided,
        contracts: contracts.to_vec(),
        evidence,
    }
}

/// Amounts by asset.
fn sums(legs: &[Leg]) -> Vec<(Asset, Amount)> {
    let mut sums: BTreeMap<Asset, Amount> = BTreeMap::new();
    for leg in legs {
        let sum = sums.entry(leg.asset).or_default();
        *sum = sum.saturating_add(leg.flow.amount);
    }
    sums.into_iter().collect()
}
