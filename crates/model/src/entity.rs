//! Evidence that addresses belong to one owner.

use std::collections::BTreeMap;
use std::fmt;

use crate::{Address, ChainId, Confidence, Witness};

/// Why two addresses may have the same owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Heuristic {
    /// The first pays the second, which forwards nearly the same to an exchange, and pays nobody else: a deposit
    /// address of the first's account at the exchange. At least one other address forwards to the same one of
    /// the exchange, as to a hot wallet. Source: Victor, *Address Clustering Heuristics for Ethereum* (FC 2020);
    /// the score is Tutela's.
    DepositAddress,
    /// Likewise, but nobody else forwards there: it may be the exchange's deposit address of the second, which is
    /// then a stranger to the exchange, and perhaps to the first.
    LoneForwarder,
    /// The second took tokens of the first in a transaction that the second paid for: by an approval, a permit
    /// (EIP-2612, EIP-3009) or a delegation. Owners do so with their own; so do thieves with their victims'.
    TookByAuthorisation,
    /// Both wallets run the code of the same contract (EIP-7702). Wallet makers have one for all customers.
    SameDelegate,
    /// The first paid the first coins that the second, empty before, paid gas with. Services fund strangers.
    GasFunding,
}

impl Heuristic {
    /// Every heuristic, in order.
    pub const ALL: [Self; 5] = [
        Self::DepositAddress,
        Self::LoneForwarder,
        Self::TookByAuthorisation,
        Self::SameDelegate,
        Self::GasFunding,
    ];

    /// Its identifier, as reports name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::DepositAddress => "deposit-address",
            Self::LoneForwarder => "lone-forwarder",
            Self::TookByAuthorisation => "took-by-authorisation",
            Self::SameDelegate => "same-delegate",
            Self::GasFunding => "gas-funding",
        }
    }

    /// Whether it is strong enough to count addresses as one owner's. The others are shown as leads and never
    /// merge anything: a naive union by gas funding is known to make one owner of hundreds of strangers.
    #[must_use]
    pub const fn is_strong(self) -> bool {
        matches!(self, Self::DepositAddress)
    }
}

impl fmt::Display for Heuristic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One reason to think that two addresses have the same owner. It is a lead: nothing of it enters a ledger.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// Why.
    pub heuristic: Heuristic,
    /// On which chain.
    pub chain: ChainId,
    /// The first address.
    pub from: Address,
    /// The second address.
    pub to: Address,
    /// A third that it rests on: the exchange's address, or the delegate.
    pub through: Option<Address>,
    /// How sure. Never [`Confidence::Certain`].
    pub confidence: Confidence,
    /// The heuristic's own score in millionths, where it has one.
    pub score_ppm: Option<u32>,
    /// The transfers that show it, in order; none where the addresses' code does.
    pub witnesses: Vec<Witness>,
    /// Whether only part of the second's history was looked at, so that more of it could deny the link.
    pub is_partly_looked_at: bool,
}

/// Addresses that strong links join, on one chain.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cluster {
    /// The chain.
    pub chain: ChainId,
    /// The addresses, sorted, two or more.
    pub addresses: Vec<Address>,
    /// Whether it has more addresses than one owner is believed to have ([`Links::MOST_OF_ONE_OWNER`]): then
    /// something else joins them, and it says nothing of owners.
    pub is_too_large: bool,
}

/// What joins addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// The links, strong ones first.
    pub found: Vec<Link>,
    /// How many of each heuristic are left out, because more than can be read were found.
    pub left_out: Vec<(Heuristic, usize)>,
    /// Addresses joined by strong links, by chain and first address.
    pub clusters: Vec<Cluster>,
}

impl Links {
    /// A cluster of more addresses is not believed. *Own*; the largest of Tutela's has 2,100, its mean is 4.3.
    pub const MOST_OF_ONE_OWNER: usize = 50;

    /// The clusters that strong links make; weak links take no part. O(*n* log *n*), union by size.
    #[must_use]
    pub fn clusters_of(links: &[Link]) -> Vec<Cluster> {
        let mut root_of: BTreeMap<(ChainId, Address), Address> = BTreeMap::new();
        let mut members: BTreeMap<(ChainId, Address), Vec<Address>> = BTreeMap::new();
        for link in links.iter().filter(|link| link.heuristic.is_strong()) {
            let [a, b] = [link.from, link.to].map(|who| {
                let root = *root_of.entry((link.chain, who)).or_insert(who);
                members.entry((link.chain, root)).or_insert_with(|| vec![root]);
                root
            });
            if a == b {
                continue;
            }
            let size = |root| members.get(&(link.chain, root)).map_or(0, Vec::len);
            let (large, small) = if size(a) < size(b) { (b, a) } else { (a, b) };
            let moved = members.remove(&(link.chain, small)).unwrap_or_default();
            root_of.extend(moved.iter().map(|who| ((link.chain, *who), large)));
            members.entry((link.chain, large)).or_default().extend(moved);
        }
        let mut clusters: Vec<Cluster> = members
            .into_iter()
            .filter(|(_, addresses)| 1 < addresses.len())
            .map(|((chain, _), mut addresses)| {
                addresses.sort_unstable();
                let is_too_large = Self::MOST_OF_ONE_OWNER < addresses.len();
                Cluster { chain, addresses, is_too_large }
            })
            .collect();
        clusters.sort_unstable();
        clusters
    }
}

#[cfg(test)]
mod tests;
