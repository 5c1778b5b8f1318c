//! Which lots an outgoing transfer takes.

use std::fmt;

/// Which lots an outgoing transfer takes. A rule is only this choice; the ledger is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// First in, first out: the oldest lots first (Clayton's case; the default rule in England). It
    /// needs the whole ledger, opening balance included.
    Fifo,
    /// Stolen lots first, oldest first among them, then clean ones. It needs only the stolen credits
    /// and all debits, and is the upper bound of every rule that conserves amounts.
    DirtyFirst,
}

impl Rule {
    /// Every rule, in order.
    pub const ALL: [Self; 2] = [Self::Fifo, Self::DirtyFirst];

    /// The word for it; it is also how files and the command line name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fifo => "fifo",
            Self::DirtyFirst => "dirty-first",
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
            Self::Fifo => true,
            Self::DirtyFirst => false,
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
