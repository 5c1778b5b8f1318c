//! Who paid an address the first coins for its gas.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Address, Amount, Asset, Cause, Confidence, Heuristic, Link};

use super::coins;
use crate::dealings::Dealings;

/// Links of addresses with whoever first paid them coins, where these were few, the address was empty before, paid gas
/// afterwards, and the payer was looked at and is no service, as far as labels, code and the number of addresses it pays say. Funding
/// alone is no signal: something else moved between the two as well.
///
/// Weak: "funding is not identity". A union by first funders is known to join hundreds of strangers.
pub(super) fn fundings(dealings: &Dealings<'_>) -> Vec<Link> {
    let thresholds = dealings.thresholds();
    let Some(most) = coins(dealings, thresholds.gas_ppm) else { return Vec::new() };
    let coin = Asset::Native(dealings.chain);
    let mut receivers: BTreeMap<Address, BTreeSet<Address>> = BTreeMap::new();
    for of in dealings.all().iter().filter(|of| of.asset == coin) {
        receivers.entry(of.from).or_default().insert(of.to);
    }
    let mut between: BTreeMap<(Address, Address), usize> = BTreeMap::new();
    for of in dealings.all() {
        let n = between.entry((of.from.min(of.to), of.from.max(of.to))).or_default();
        *n = n.saturating_add(1);
    }
    let is_few = |funder: &Address| {
        let n = receivers.get(funder).map_or(0, BTreeSet::len);
        u64::try_from(n).is_ok_and(|n| n <= thresholds.gas_receivers)
    };
    let mut last_fee: BTreeMap<Address, fundtrail_model::Position> = BTreeMap::new();
    for of in dealings.transfers().filter(|of| of.cause == Cause::Fee) {
        if let Some(payer) = of.from {
            last_fee.insert(payer, of.position);
        }
    }
    let mut found = Vec::new();
    for (who, asset, received) in dealings.receivers().filter(|(_, asset, _)| *asset == coin) {
        let Some(first) = dealings.of(received).next() else { continue };
        let was_empty = dealings.balance_before(who, asset, first.at.block) == Some(Amount::ZERO);
        let is_gas = first.amount <= most
            && was_empty
            && last_fee.get(&who).is_some_and(|fee| first.at < *fee);
        // Whom a stranger pays besides is not known: he may be a service.
        let is_person = dealings.is_subject(first.from) && is_few(&first.from);
        let pair = (first.from.min(who), first.from.max(who));
        let have_dealt = between.get(&pair).is_some_and(|n| 1 < *n);
        if is_gas && is_person && have_dealt {
            found.push(Link {
                heuristic: Heuristic::GasFunding,
                chain: dealings.chain,
                from: first.from,
                to: who,
                through: None,
                confidence: Confidence::Claimed,
                score_ppm: None,
                witnesses: first.witnesses.clone(),
                is_partly_looked_at: false,
            });
        }
    }
    found
}
