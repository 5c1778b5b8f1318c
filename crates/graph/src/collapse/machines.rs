//! Machines: contracts that took some assets and gave others, as a transaction that was read whole shows.
//!
//! After netting, every contract only takes or only gives each asset. One that takes some and gives others
//! converts: a pair, a vault, a wrapper. Those that give to each other are one machine, because what is between
//! them came from who paid into it: a route of several pools, an aggregator's split. A contract that mints a
//! token gives it, and one whose token is burnt takes it. What only takes (a bridge, a pot) receives like
//! anybody else; what only gives pays like anybody else.
//!
//! Value is conserved at a machine: what it gave was paid for by who paid into it. One payer paid for all
//! of it. Of several payers and receivers the same amounts belong together, and the rest is divided by amount
//! if all paid the same asset; without prices nothing can be said of different ones, so their value stays where
//! it was paid. Nothing links a contract that took with another that gave, unless one passed something to the
//! other: rewards and fees that happen to be handed out in the same transaction are not what was bought.
//!
//! Whoever takes something for nothing can hand out tokens of his own making to anybody. So what is not known to be
//! of worth was bought by nobody: without a listed token or coin among what came out, the value stays where it was paid.

mod matching;

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Address, Amount, Asset, Position};

use super::{Conversion, Flow, Party, WholeSight, add_evidence};

/// What is known of the parties.
pub(super) struct Sight<'a> {
    /// Whether it is a contract that may give something back for what it gets.
    pub(super) is_converter: &'a dyn Fn(Party) -> bool,
    /// Whether the native transfers of a contract are all known.
    pub(super) has_native: &'a dyn Fn(Address) -> bool,
    /// Whether so much of an asset is known to be of worth.
    pub(super) is_worth: &'a dyn Fn(Asset, Amount) -> bool,
    /// Whether some of what a party gave of an asset was taken for a conversion of somebody else's already.
    pub(super) has_sold: &'a dyn Fn(Party, Asset) -> bool,
}

/// What machines did.
pub(super) struct Found {
    pub(super) conversions: Vec<Conversion>,
    /// As in [`Collapsed::lacking`](super::Collapsed::lacking).
    pub(super) lacking: BTreeMap<Address, Vec<Address>>,
}

/// One asset that came into a machine, or left it.
#[derive(Clone, Debug)]
struct Leg {
    asset: Asset,
    flow: Flow,
}

/// Contracts that give to each other, and what others gave them and got from them.
#[derive(Debug, Default)]
struct Machine {
    contracts: BTreeSet<Address>,
    paid: Vec<Leg>,
    given: Vec<Leg>,
    /// The transfers between its contracts.
    inside: Vec<Position>,
}

/// The account that alone gave contracts something: what they passed on in the same asset was its own, a fee or
/// what a contract of the payer's hides behind a worthless return, and no part of what it converted.
pub(super) fn only_payer(
    flows: &BTreeMap<Asset, Vec<Flow>>,
    is_converter: &dyn Fn(Party) -> bool,
) -> Option<Address> {
    let paid = flows.values().flatten().filter(|flow| is_converter(flow.to));
    let mut payers = paid.map(|flow| flow.from).filter(|from| !is_converter(*from));
    let payer = payers.next()?;
    payer.address().filter(|_| payers.all(|other| other == payer))
}

/// Whether what the only payer got itself is not what it bought: others got more of the same asset, or it got
/// nothing of known worth and others got something else than it paid.
pub(super) fn is_front(
    flows: &BTreeMap<Asset, Vec<Flow>>,
    payer: Address,
    is_converter: &dyn Fn(Party) -> bool,
    whole: &WholeSight<'_>,
) -> bool {
    let payer = Party::Account(payer);
    let sums = flows.iter().map(|(asset, flows)| {
        let sum = |is_part: &dyn Fn(&Flow) -> bool| {
            let part = flows.iter().filter(|flow| is_part(flow));
            part.fold(Amount::ZERO, |sum, flow| sum.saturating_add(flow.amount))
        };
        let own = sum(&|flow| flow.to == payer && is_converter(flow.from));
        let paid = sum(&|flow| flow.from == payer && is_converter(flow.to));
        let others = sum(&|flow| {
            matches!(flow.to, Party::Account(_))
                && flow.to != payer
                && is_converter(flow.from)
                && !is_converter(flow.to)
        });
        (*asset, own, paid, others)
    });
    let sums: Vec<_> = sums.collect();
    let is_worthless =
        sums.iter().all(|(asset, own, ..)| own.is_zero() || !(whole.is_worth)(*asset, *own));
    sums.iter().any(|(_, own, paid, others)| {
        paid.is_zero() && own < others && (is_worthless || !own.is_zero())
    })
}

/// Takes the flows through machines out of `flows`, as far as payers and receivers can be matched; what was
/// passed through in the same asset is a flow from the payer to the receiver.
pub(super) fn take_conversions(flows: &mut BTreeMap<Asset, Vec<Flow>>, sight: &Sight<'_>) -> Found {
    let contract = |party: Party, asset: Asset| contract(party, asset, sight.is_converter);
    let mut found = Found { conversions: Vec::new(), lacking: BTreeMap::new() };
    let names = name_machines(flows, &contract);
    if names.is_empty() {
        return found;
    }
    let machine_of = |party, asset| contract(party, asset).and_then(|at| names.get(&at)).copied();
    let mut machines: BTreeMap<Address, Machine> = BTreeMap::new();
    for (asset, flows) in flows.iter_mut() {
        let mut others = Vec::with_capacity(flows.len());
        for flow in std::mem::take(flows) {
            let (from, to) = (machine_of(flow.from, *asset), machine_of(flow.to, *asset));
            // A seed's credit is the theft, whoever paid for it.
            // A contract that sold the asset does not keep it.
            let is_receiver = matches!(flow.to, Party::Account(_))
                && !(contract(flow.to, *asset).is_some() && (sight.has_sold)(flow.to, *asset));
            match (from, to) {
                (Some(name), Some(_)) => {
                    add_evidence(&mut machines.entry(name).or_default().inside, &flow.evidence);
                    // Inside, so that it stays where it cannot be matched.
                    others.push(flow);
                }
                (Some(name), None) if is_receiver => {
                    machines.entry(name).or_default().given.push(Leg { asset: *asset, flow });
                }
                (None, Some(name)) => {
                    machines.entry(name).or_default().paid.push(Leg { asset: *asset, flow });
                }
                _ => others.push(flow),
            }
        }
        *flows = others;
    }
    for (contract, name) in &names {
        machines.entry(*name).or_default().contracts.insert(*contract);
    }
    for machine in machines.into_values() {
        let unseen: Vec<Address> =
            machine.contracts.iter().copied().filter(|at| !(sight.has_native)(*at)).collect();
        let rest = if unseen.is_empty() {
            matching::settle(machine, sight.is_worth, &mut found.conversions, flows)
        } else {
            let paid = machine.paid.iter().filter(|_| !machine.given.is_empty());
            for at in paid.filter_map(|leg| contract(leg.flow.to, leg.asset)) {
                found.lacking.insert(at, unseen.clone());
            }
            machine.paid.into_iter().chain(machine.given).collect()
        };
        for Leg { asset, flow } in rest {
            flows.entry(asset).or_default().push(flow);
        }
    }
    found.conversions = matching::join_routes(found.conversions);
    found
}

/// The contract at one end of a flow. Tokens come out of nothing by their own contract, and go there.
fn contract(party: Party, asset: Asset, is_converter: &dyn Fn(Party) -> bool) -> Option<Address> {
    match party {
        Party::Account(address) if address.is_zero() => asset.contract(),
        Party::Account(address) => is_converter(party).then_some(address),
        Party::Source | Party::Burn => asset.contract(),
        Party::Unknown | Party::Seed { .. } => None,
    }
}

/// The contracts that take and give, each with the smallest of those that it is one machine with.
fn name_machines(
    flows: &BTreeMap<Asset, Vec<Flow>>,
    contract: &dyn Fn(Party, Asset) -> Option<Address>,
) -> BTreeMap<Address, Address> {
    let all = || flows.iter().flat_map(|(asset, flows)| flows.iter().map(move |f| (*asset, f)));
    let takes: BTreeSet<Address> = all().filter_map(|(asset, f)| contract(f.to, asset)).collect();
    let gives: BTreeSet<Address> = all().filter_map(|(asset, f)| contract(f.from, asset)).collect();
    let mut names: BTreeMap<Address, Address> =
        takes.intersection(&gives).map(|at| (*at, *at)).collect();
    for (asset, flow) in all() {
        let ends = contract(flow.from, asset).zip(contract(flow.to, asset));
        if let Some((from, to)) =
            ends.filter(|(a, b)| names.contains_key(a) && names.contains_key(b))
        {
            let (a, b) = (root(&names, from), root(&names, to));
            names.insert(a.max(b), a.min(b));
        }
    }
    names.keys().map(|at| (*at, root(&names, *at))).collect()
}

fn root(names: &BTreeMap<Address, Address>, at: Address) -> Address {
    let mut at = at;
    while let Some(next) = names.get(&at).filter(|next| **next != at) {
        at = *next;
    }
    at
}
