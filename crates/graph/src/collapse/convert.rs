//! Conversions: an account's dealings with contracts, where they gave it other assets than they took.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Address, Amount, Asset};

use super::{Conversion, Flow, Party};

/// Takes the flows between the account and contracts out of `flows`, if they are a conversion.
pub(super) fn take_conversion(
    flows: &mut BTreeMap<Asset, Vec<Flow>>,
    account: Address,
    is_converter: &dyn Fn(Party) -> bool,
) -> Option<Conversion> {
    let me = Party::Account(account);
    let is_part = |flow: &Flow| {
        flow.from == me && is_converter(flow.to) || flow.to == me && is_converter(flow.from)
    };
    let (mut paid, mut received) = (Vec::new(), Vec::new());
    let mut contracts = BTreeSet::new();
    for (asset, flows) in flows.iter() {
        let (mut got, mut gave) = (Amount::ZERO, Amount::ZERO);
        for flow in flows.iter().filter(|flow| is_part(flow)) {
            let side = if flow.to == me { &mut got } else { &mut gave };
            contracts.extend(flow.to.address().filter(|to| flow.to != me && !to.is_zero()));
            *side = side.saturating_add(flow.amount);
        }
        if gave > got {
            paid.push((*asset, gave.saturating_sub(got)));
        } else if got > gave {
            received.push((*asset, got.saturating_sub(gave)));
        }
    }
    if paid.is_empty() || received.is_empty() {
        return None;
    }
    let mut evidence = Vec::new();
    for flows in flows.values_mut() {
        flows.retain_mut(|flow| {
            let is_part = is_part(flow);
            if is_part {
                evidence.append(&mut flow.evidence);
            }
            !is_part
        });
    }
    evidence.sort_unstable();
    evidence.dedup();
    Some(Conversion {
        account,
        paid,
        received,
        deliveries: Vec::new(),
        is_divided: false,
        contracts: contracts.into_iter().collect(),
        evidence,
    })
}
