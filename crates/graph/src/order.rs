//! The order in which a collapsed transaction is applied.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use fundtrail_model::{Address, Asset, Position, SeedId};

use crate::collapse::{Collapsed, Conversion, Fee, Party, Payment};

/// One thing that a transaction did.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    Pay(Payment),
    Convert(Conversion),
    Fee(Fee),
}

impl Act {
    /// The position of its last transfer.
    fn position(&self) -> Option<Position> {
        match self {
            Self::Pay(payment) => payment.evidence.last().copied(),
            Self::Convert(conversion) => conversion.evidence.last().copied(),
            Self::Fee(fee) => Some(fee.position),
        }
    }

    /// Seeds come first, those before all that their holders paid for themselves; then the earlier; of
    /// seeds in one credit the first.
    fn rank(&self) -> (u8, Option<Position>, Option<SeedId>) {
        match self {
            Self::Pay(Payment { to: Party::Seed { seed, holder }, from, .. }) => {
                let is_own = *from == Party::Account(*holder);
                (u8::from(!is_own), self.position(), Some(*seed))
            }
            Self::Pay(_) | Self::Convert(_) | Self::Fee(_) => (2, self.position(), None),
        }
    }

    const fn is_seed(&self) -> bool {
        matches!(self, Self::Pay(Payment { to: Party::Seed { .. }, .. }))
    }
}

/// Orders what a transaction did: seeds first, then by position, but what a conversion gives comes
/// before it and what it makes is paid on after it, because nodes do not say how frames and logs
/// interleave. Fees are last.
pub(crate) fn acts(collapsed: Collapsed) -> Vec<Act> {
    let Collapsed { payments, conversions, fees, .. } = collapsed;
    let mut acts: Vec<Act> = payments.into_iter().map(Act::Pay).collect();
    if conversions.is_empty() && !acts.iter().any(Act::is_seed) {
        acts.extend(fees.into_iter().map(Act::Fee));
        return acts;
    }
    acts.extend(conversions.into_iter().map(Act::Convert));
    let mut ordered = by_need(acts);
    ordered.extend(fees.into_iter().map(Act::Fee));
    ordered
}

/// Kahn's topological sort, the earliest position first among what is ready. Where needs form a circle,
/// the earliest goes first.
fn by_need(acts: Vec<Act>) -> Vec<Act> {
    let (mut waits_for, blocks) = needs(&acts);
    let keys: Vec<_> = acts.iter().map(Act::rank).zip(0_usize..).collect();
    let mut ready: BinaryHeap<_> = keys
        .iter()
        .zip(&waits_for)
        .filter(|(_, count)| **count == 0)
        .map(|(key, _)| Reverse(*key))
        .collect();
    let mut left: BTreeSet<_> = keys.iter().copied().collect();
    let mut acts: Vec<_> = acts.into_iter().map(Some).collect();
    let mut ordered = Vec::with_capacity(acts.len());
    while let Some(key) = ready.pop().map(|Reverse(key)| key).or_else(|| left.first().copied()) {
        if !left.remove(&key) {
            continue;
        }
        ordered.extend(acts.get_mut(key.1).and_then(Option::take));
        for blocked in blocks.get(&key.1).into_iter().flatten() {
            if let Some(count) = waits_for.get_mut(*blocked) {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    ready.extend(keys.get(*blocked).copied().map(Reverse));
                }
            }
        }
    }
    ordered
}

/// How many acts each act waits for, and which acts wait for it.
fn needs(acts: &[Act]) -> (Vec<usize>, BTreeMap<usize, Vec<usize>>) {
    let mut conversions: BTreeMap<Address, Vec<(usize, &Conversion)>> = BTreeMap::new();
    for (act_idx, act) in acts.iter().enumerate() {
        if let Act::Convert(conversion) = act {
            conversions.entry(conversion.account).or_default().push((act_idx, conversion));
        }
    }
    let of = |party: Party| {
        party.address().and_then(|address| conversions.get(&address)).into_iter().flatten()
    };
    let mut waits_for = vec![0_usize; acts.len()];
    let mut blocks: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut add = |first: usize, then: usize| {
        blocks.entry(first).or_default().push(then);
        if let Some(count) = waits_for.get_mut(then) {
            *count = count.saturating_add(1);
        }
    };
    for (act_idx, act) in acts.iter().enumerate() {
        let payment = match act {
            Act::Pay(payment) => payment,
            Act::Convert(conversion) => {
                for other in &conversion.deliveries {
                    let feeds = of(other.to).filter(|(_, then)| pays(then, other.asset));
                    feeds.for_each(|(then_idx, _)| add(act_idx, *then_idx));
                }
                continue;
            }
            Act::Fee(_) => continue,
        };
        let feeds = of(payment.to).filter(|(_, conversion)| pays(conversion, payment.asset));
        let spends = of(payment.from).filter(|(_, conversion)| {
            conversion.received.iter().any(|(asset, _)| *asset == payment.asset)
        });
        let after = match payment.to {
            Party::Seed { holder, .. } => after_seed(acts, act, payment.asset, holder),
            _ => Vec::new(),
        };
        let edges = feeds
            .map(|(convert, _)| (act_idx, *convert))
            .chain(spends.map(|(convert, _)| (*convert, act_idx)))
            .chain(after.into_iter().map(|other_idx| (act_idx, other_idx)));
        for (first, then) in edges {
            add(first, then);
        }
    }
    (waits_for, blocks)
}

fn pays(conversion: &Conversion, asset: Asset) -> bool {
    conversion.paid.iter().any(|(paid, _)| *paid == asset)
}

/// What of a seed's holder comes after the seed: what else came of the asset, and what he did with it.
fn after_seed(acts: &[Act], seed: &Act, asset: Asset, holder: Address) -> Vec<usize> {
    let is_after = |other: &Act| {
        let is_holders = match other {
            Act::Pay(payment) => {
                payment.asset == asset
                    && [payment.from.address(), payment.to.address()].contains(&Some(holder))
            }
            Act::Convert(conversion) => conversion.account == holder,
            Act::Fee(_) => false,
        };
        is_holders && seed.rank() < other.rank()
    };
    acts.iter().zip(0_usize..).filter(|(other, _)| is_after(other)).map(|(_, idx)| idx).collect()
}
