//! How much of a list a trail found, and how much of a trail is in the list.
//!
//! The paper that published the lists names the measures; its definitions were not to be had, so these are ours:
//! `docs/scoring.md`.

use std::collections::BTreeSet;
use std::fmt;

use fundtrail_model::{Address, Amount};

use crate::edges::Edges;

/// A share in millionths, rounded down, so that only what is whole is `1.000000`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share(pub u64);

impl Share {
    /// Everything.
    pub const WHOLE: Self = Self(1_000_000);

    fn of(part: Amount, whole: Amount) -> Self {
        let millionths = part.share(1_000_000_u128.into(), whole).unwrap_or_default();
        Self(u64::try_from(millionths.base_units()).unwrap_or(u64::MAX))
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:06}", self.0 / 1_000_000, self.0 % 1_000_000)
    }
}

/// How a trail compares with a list. What divides by nothing is zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Score {
    /// Of the value that the list's flows move, what was found: `Σ min(found, listed) / Σ listed`.
    pub flow_coverage: Share,
    /// The same over flows to a terminal.
    pub terminus_coverage: Share,
    /// Of the value that was found to move, what the list has: `Σ min(found, listed) / Σ found`.
    pub value_precision: Share,
    /// Of the addresses that were found, those that the list has.
    pub address_precision: Share,
    /// Of the addresses that the list has, those that were found.
    pub address_coverage: Share,
    /// Addresses that were found.
    pub addresses: usize,
}

impl Score {
    /// Compares.
    #[must_use]
    pub fn of(found: &Edges, listed: &Edges, terminals: &BTreeSet<Address>) -> Self {
        let is_terminal = |to: &Address| terminals.contains(to);
        let both = |wanted: &dyn Fn(&Address) -> bool| {
            let chosen = listed.iter().filter(|((_, _, to), _)| wanted(to));
            sum(chosen.map(|(edge, amount)| amount.min(found.get(edge))))
        };
        let all = |edges: &Edges| sum(edges.iter().map(|(_, amount)| amount));
        let to_terminals = listed.iter().filter(|((_, _, to), _)| is_terminal(to));
        let (here, there) = (found.addresses(), listed.addresses());
        let count = |length: usize| Amount::from_base_units(length.into());
        let common = count(here.intersection(&there).count());
        Self {
            flow_coverage: Share::of(both(&|_| true), all(listed)),
            terminus_coverage: Share::of(
                both(&is_terminal),
                sum(to_terminals.map(|(_, amount)| amount)),
            ),
            value_precision: Share::of(both(&|_| true), all(found)),
            address_precision: Share::of(common, count(here.len())),
            address_coverage: Share::of(common, count(there.len())),
            addresses: here.len(),
        }
    }

    /// The three measures of value.
    #[must_use]
    pub const fn of_value(&self) -> [Share; 3] {
        [self.flow_coverage, self.terminus_coverage, self.value_precision]
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  flow coverage      {}", self.flow_coverage)?;
        writeln!(f, "  terminus coverage  {}", self.terminus_coverage)?;
        writeln!(f, "  value precision    {}", self.value_precision)?;
        writeln!(f, "  address precision  {}", self.address_precision)?;
        writeln!(f, "  address coverage   {}", self.address_coverage)?;
        write!(f, "  addresses          {}", self.addresses)
    }
}

fn sum(amounts: impl Iterator<Item = Amount>) -> Amount {
    amounts.fold(Amount::ZERO, Amount::saturating_add)
}

#[cfg(test)]
mod tests;
