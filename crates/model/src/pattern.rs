//! Behaviour that the literature on money laundering has a name for.

use std::fmt;

use crate::{Address, Amount, Asset, ChainId, H256, Position, Window};

/// A typology: what a pattern is an instance of. In the order in which they are worth reading: those that
/// few honest people show come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PatternKind {
    /// A look-alike of a counterparty put itself into somebody's history.
    AddressPoisoning,
    /// A token that calls itself by another's name.
    CounterfeitToken,
    /// Address after address keeps little back and sends most on.
    PeelChain,
    /// One pays many, who pay one.
    ScatterGather,
    /// What was paid comes back to the payer.
    Cycle,
    /// Payments just under a reporting threshold, or one receipt split into equal parts.
    Structuring,
    /// A long silence, then most of what was kept leaves.
    DormantThenActive,
    /// One pays many.
    FanOut,
    /// Many pay one.
    FanIn,
    /// What comes leaves at once.
    PassThrough,
    /// Payments of whole thousands.
    RoundAmounts,
}

impl PatternKind {
    /// Every kind, in order.
    pub const ALL: [Self; 11] = [
        Self::AddressPoisoning,
        Self::CounterfeitToken,
        Self::PeelChain,
        Self::ScatterGather,
        Self::Cycle,
        Self::Structuring,
        Self::DormantThenActive,
        Self::FanOut,
        Self::FanIn,
        Self::PassThrough,
        Self::RoundAmounts,
    ];

    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AddressPoisoning => "address poisoning",
            Self::CounterfeitToken => "counterfeit token",
            Self::PeelChain => "peel chain",
            Self::ScatterGather => "scatter-gather",
            Self::Cycle => "cycle",
            Self::Structuring => "structuring",
            Self::DormantThenActive => "dormant then active",
            Self::FanOut => "fan-out",
            Self::FanIn => "fan-in",
            Self::PassThrough => "rapid pass-through",
            Self::RoundAmounts => "round amounts",
        }
    }
}

impl fmt::Display for PatternKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What an address does in a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PatternRole {
    /// Whose behaviour it is; of a chain or a cycle, each link in order.
    Actor,
    /// Pays the actor.
    Payer,
    /// Is paid by the actor.
    Receiver,
    /// Between the scatter and the gather.
    Middle,
    /// Where the middles pay to.
    Gatherer,
    /// Whose history was poisoned.
    Target,
    /// A contract that calls itself by another's name.
    Token,
    /// Whom a look-alike resembles, or whose name a counterfeit takes.
    Imitated,
    /// Held or moved the counterfeit.
    Holder,
}

impl PatternRole {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Actor => "actor",
            Self::Payer => "payer",
            Self::Receiver => "receiver",
            Self::Middle => "middle",
            Self::Gatherer => "gatherer",
            Self::Target => "target",
            Self::Token => "token",
            Self::Imitated => "imitated",
            Self::Holder => "holder",
        }
    }
}

/// A transfer that shows something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Witness {
    /// Where it is.
    pub position: Position,
    /// Its transaction, if one caused it.
    pub transaction: Option<H256>,
}

/// What a measured number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// Things.
    Count,
    /// Seconds.
    Seconds,
    /// Millionths.
    Ppm,
}

/// A number that was found, and what it was held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Measure {
    /// What was measured, in words.
    pub what: &'static str,
    /// What was found.
    pub found: u64,
    /// The threshold's name ([`Thresholds`](crate::Thresholds)) and its value; `None` where the number only tells
    /// how much there was.
    pub threshold: Option<(&'static str, u64)>,
    /// What both count.
    pub unit: Unit,
}

/// Why a pattern is less certain than it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PatternReservation {
    /// Only part of this address's history in those blocks was looked at: more transfers could unmake it.
    PartlyLookedAt(Address),
    /// The history of this address before was not looked at, so it may not be new.
    PastUnknown(Address),
}

/// An instance of a typology. It describes behaviour; it does not say why somebody behaved so.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pattern {
    /// Of which.
    pub kind: PatternKind,
    /// On which chain.
    pub chain: ChainId,
    /// Who, in which role: in order of role; of a chain, of hop. At most [`Pattern::MOST_PARTIES`].
    pub parties: Vec<(PatternRole, Address)>,
    /// How many more parties there are.
    pub parties_left_out: usize,
    /// Of which asset.
    pub asset: Asset,
    /// What moved in it, in base units, each unit counted once: what entered a chain or a cycle, what all paid in
    /// a fan. Of a counterfeit, the most that one transfer claims to move.
    pub amount: Amount,
    /// From the first to the last block of it.
    pub window: Window,
    /// The transfers that prove it, in order. At most [`Pattern::MOST_WITNESSES`].
    pub witnesses: Vec<Witness>,
    /// How many more there are.
    pub witnesses_left_out: usize,
    /// The numbers that decided, and what else there is to count.
    pub measures: Vec<Measure>,
    /// What speaks for caution.
    pub reservations: Vec<PatternReservation>,
}

impl Pattern {
    /// The most parties that are named.
    pub const MOST_PARTIES: usize = 60;
    /// The most transfers that are named.
    pub const MOST_WITNESSES: usize = 100;

    /// Whose behaviour it is; nobody's where a token is the pattern.
    pub fn actors(&self) -> impl Iterator<Item = Address> {
        self.parties.iter().filter(|(role, _)| *role == PatternRole::Actor).map(|(_, who)| *who)
    }
}

/// All that was found, and how much more there is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patterns {
    /// By kind, those with a part in the trail first, and the largest first.
    pub found: Vec<Pattern>,
    /// How many of a kind are left out, because more than can be read were found.
    pub left_out: Vec<(PatternKind, usize)>,
    /// Whether the search for cycles stopped before it had tried everything.
    pub is_cut_short: bool,
}
