//! Which lots an outgoing transfer takes.

use std::fmt;

/// Which lots an outgoing transfer takes. A rule is only this choice; the rest of following is the same.
///
/// Courts and standards do not agree on one rule, so the rule is part of every answer. On one account
/// that received the same, what has left of the stolen value is by [`Rule::Libr`] never more than by any
/// other rule that conserves amounts, and by [`Rule::DirtyFirst`] never less. That does not extend to
/// single receivers, nor to what happens over several accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// First in, first out: the oldest lots first (Clayton's case, Devaynes v Noble, 1816; the default
    /// rule in England).
    Fifo,
    /// Last in, first out: the newest lots first (affirmed in US v. Henshaw, 388 F.3d 738, 10th Cir.
    /// 2004).
    Lifo,
    /// Pro rata: of every seed's lots and of the clean ones the same share. Whole units are divided by
    /// largest remainders, and what rounding gave or took is carried on, so it never adds up.
    Haircut,
    /// Stolen lots first, oldest first among them, then clean ones. It needs only the stolen credits
    /// and all debits, and is the upper bound of every rule that conserves amounts.
    DirtyFirst,
    /// Lowest intermediate balance: clean lots first, then the stolen ones, oldest first. What of the
    /// stolen value is left is the lowest balance since it came (recognised in Cunningham v. Brown, 265
    /// U.S. 1, 1924).
    Libr,
    /// Reachability, not a ledger: once stolen value has reached an account's asset, all that leaves it
    /// later is tainted, in full and for every seed that reached it. Its amounts are upper bounds that
    /// do not add up.
    Poison,
}

impl Rule {
    /// Every rule, in order.
    pub const ALL: [Self; 6] =
        [Self::Fifo, Self::Lifo, Self::Haircut, Self::DirtyFirst, Self::Libr, Self::Poison];

    /// The word for it; it is also how files and the command line name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fifo => "fifo",
            Self::Lifo => "lifo",
            Self::Haircut => "haircut",
            Self::DirtyFirst => "dirty-first",
            Self::Libr => "libr",
            Self::Poison => "poison",
        }
    }

    /// The rule of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.name() == name)
    }

    /// Whether its amounts are only indicative where an opening balance or a clean credit is missing.
    #[must_use]
    pub const fn needs_whole_ledger(self) -> bool {
        match self {
            Self::Fifo | Self::Lifo | Self::Haircut | Self::Libr => true,
            Self::DirtyFirst | Self::Poison => false,
        }
    }

    /// Whether it says which credits a debit was paid from whatever is stolen, so that it can be followed
    /// backward, too.
    #[must_use]
    pub const fn pairs(self) -> bool {
        match self {
            Self::Fifo | Self::Lifo | Self::Haircut => true,
            Self::DirtyFirst | Self::Libr | Self::Poison => false,
        }
    }

    /// Whether every unit of a seed is at exactly one place. Where not, amounts are upper bounds.
    #[must_use]
    pub const fn conserves(self) -> bool {
        !matches!(self, Self::Poison)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
