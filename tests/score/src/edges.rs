//! Amounts per (transaction, payer, receiver): what a list, a pass over all transfers, and a trail are compared by.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Address, Amount};

use crate::script::{Kind, Script};

/// A flow: the transaction's number in the script, who paid, who received.
pub type Edge = (usize, Address, Address);

/// How much, by flow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edges(BTreeMap<Edge, Amount>);

impl Edges {
    /// What the list says, with what sources pay so that it can be played.
    #[must_use]
    pub fn of_list(script: &Script) -> Self {
        let mut edges = Self::default();
        for (number, (_, sending)) in script.sendings().enumerate() {
            for flow in sending.moves.iter().filter(|found| found.kind == Kind::Flow) {
                edges.add((number, flow.from, flow.to), flow.amount);
            }
        }
        edges
    }

    /// What a pass over every transfer finds that spends stolen units first (methods: dirty-first) and stops at
    /// the hub. It is the check of the replay itself: the script allows a perfect answer.
    #[must_use]
    pub fn by_full_pass(script: &Script) -> Self {
        let mut edges = Self::default();
        let mut stolen: BTreeMap<Address, Amount> = BTreeMap::new();
        for (number, (_, sending)) in script.sendings().enumerate() {
            for found in &sending.moves {
                let taken = match found.kind {
                    Kind::Theft => found.amount,
                    _ if Some(found.from) == script.hub => Amount::ZERO,
                    _ => {
                        let held = stolen.entry(found.from).or_default();
                        let taken = found.amount.min(*held);
                        *held = held.saturating_sub(taken);
                        taken
                    }
                };
                let payee = stolen.entry(found.to).or_default();
                *payee = payee.saturating_add(taken);
                if found.kind != Kind::Theft {
                    edges.add((number, found.from, found.to), taken);
                }
            }
        }
        edges
    }

    /// Adds to a flow. Nothing is no flow.
    pub fn add(&mut self, edge: Edge, amount: Amount) {
        if amount.is_zero() {
            return;
        }
        let sum = self.0.entry(edge).or_default();
        *sum = sum.saturating_add(amount);
    }

    /// How much of a flow.
    #[must_use]
    pub fn get(&self, edge: Edge) -> Amount {
        self.0.get(&edge).copied().unwrap_or_default()
    }

    /// All flows, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Edge, Amount)> + '_ {
        self.0.iter().map(|(edge, amount)| (*edge, *amount))
    }

    /// Everybody who has a part in them.
    #[must_use]
    pub fn addresses(&self) -> BTreeSet<Address> {
        self.0.keys().flat_map(|(_, from, to)| [*from, *to]).collect()
    }

    /// Those whose amount here is more than there, and by how much, largest first.
    #[must_use]
    pub fn beyond(&self, other: &Self) -> Vec<(Edge, Amount)> {
        let rest = |(edge, amount): (Edge, Amount)| (edge, amount.saturating_sub(other.get(edge)));
        let mut rests: Vec<_> = self.iter().map(rest).filter(|(_, rest)| !rest.is_zero()).collect();
        rests.sort_by_key(|(edge, rest)| (std::cmp::Reverse(*rest), *edge));
        rests
    }
}
