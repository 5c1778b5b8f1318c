//! Words that are typed, and what they mean.
#![allow(rustdoc::broken_intra_doc_links, reason = "help texts show what is optional in brackets")]

use clap::ValueEnum;
use fundtrail_model::{Direction, FlagRule, Rule};

use crate::rules::Rules;

/// A direction, as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DirectionName {
    /// Where it went
    Out,
    /// Where it came from
    In,
}

impl From<DirectionName> for Direction {
    fn from(name: DirectionName) -> Self {
        match name {
            DirectionName::Out => Self::Out,
            DirectionName::In => Self::In,
        }
    }
}

/// A rule, as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RuleName {
    /// The oldest lots first; needs the whole ledger
    Fifo,
    /// The newest lots first; needs the whole ledger
    Lifo,
    /// The same share of every lot; needs the whole ledger
    Haircut,
    /// Stolen lots first, then clean ones
    DirtyFirst,
    /// Clean lots first: the lowest intermediate balance; needs the whole ledger
    Libr,
    /// All that leaves an account which stolen value reached: upper bounds
    Poison,
    /// The report by dirty-first, and what ended where by every rule, side by side
    All,
}

impl From<RuleName> for Rules {
    fn from(name: RuleName) -> Self {
        Self::One(match name {
            RuleName::Fifo => Rule::Fifo,
            RuleName::Lifo => Rule::Lifo,
            RuleName::Haircut => Rule::Haircut,
            RuleName::DirtyFirst => Rule::DirtyFirst,
            RuleName::Libr => Rule::Libr,
            RuleName::Poison => Rule::Poison,
            RuleName::All => return Self::All,
        })
    }
}

/// A source of prices, as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PriceSourceName {
    /// The file of --prices
    Csv,
    /// Chainlink feeds, and Uniswap v3 pools where no feed has one, read through the same nodes at the
    /// end of each block of the report; an archive node is needed
    Chain,
    /// 1 USD, by convention, for the tokens of the built-in list that are meant to be worth that
    Stable,
    /// No prices
    None,
}

/// A rule of flagging, as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FlagName {
    /// Flows that were, or may have been, sanctioned on the day of the transfer
    Then,
    /// Flows whose address is, or may be, sanctioned today
    Now,
    /// Flows that touched an address with any listing, past or present
    Ever,
}

impl From<FlagName> for FlagRule {
    fn from(name: FlagName) -> Self {
        match name {
            FlagName::Then => Self::Then,
            FlagName::Now => Self::Now,
            FlagName::Ever => Self::Ever,
        }
    }
}

/// A finding that can end the program with its own exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// An address with a sanctions listing that counts: by default any, past or present
    Listed,
}
