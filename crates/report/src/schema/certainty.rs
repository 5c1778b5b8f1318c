//! How sure a report is.

use fundtrail_model::How;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Band, Lot, Money, PartyRef};

/// How sure the report is.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Certainty {
    /// Whether the ledger closes everywhere.
    pub closes: bool,
    /// Where it does not.
    pub imbalance: Option<String>,
    /// Whether the rule's amounts are only indicative here.
    pub is_indicative: bool,
    /// Whether the rule is no ledger, so that amounts are upper bounds that overlap.
    pub is_upper_bound: bool,
    /// What to know before relying on the numbers, a sentence each.
    pub statements: Vec<String>,
    /// What every rule says, where they are compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub band: Option<Band>,
    /// What has been looked at, by chain, class and way.
    pub coverage: Vec<CoverageLine>,
    /// Where balances do not agree with what was seen.
    pub differences: Vec<DifferenceLine>,
    /// What weakens the amounts, and where.
    pub reservations: Vec<String>,
    /// What has not been looked at.
    pub open_ends: Vec<OpenEnd>,
    /// Transactions that were not read whole.
    pub open_transactions: Vec<OpenTransaction>,
}

/// How many windows were looked at in one way.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CoverageLine {
    /// The chain's name.
    pub chain_name: String,
    /// `native coin`, `tokens` or `one token`.
    #[schemars(extend("enum" = ["native coin", "tokens", "one token"]))]
    pub class: &'static str,
    /// How movements were found.
    #[schemars(extend("enum" = How::ALL.map(How::name)))]
    pub how: &'static str,
    /// How many addresses.
    pub addresses: usize,
    /// Windows in which nothing else can have moved.
    pub exact: usize,
    /// Windows whose balances agree with what was seen.
    pub reconciled: usize,
    /// Windows that could not be checked.
    pub indicative: usize,
    /// Windows whose balances do not agree with what was seen.
    pub unreconciled: usize,
}

/// A balance that the transfers seen do not explain.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DifferenceLine {
    /// Whose balance.
    pub at: PartyRef,
    /// The chain's name.
    pub chain_name: String,
    /// By how much.
    pub money: Money,
    /// Whether the balance is `lower` or `higher` than the transfers say.
    #[schemars(extend("enum" = ["lower", "higher"]))]
    pub direction: &'static str,
    /// The block at whose end it does not agree.
    pub block: u64,
    /// Whether stolen value was followed in this asset at this address: then the amounts there are in
    /// doubt.
    pub is_followed_here: bool,
    /// Whether stolen value was followed in this asset anywhere.
    pub is_followed: bool,
    /// All of it, as a sentence.
    pub statement: String,
}

/// What has not been looked at.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct OpenEnd {
    /// The chain's name.
    pub chain_name: String,
    /// The address.
    pub at: PartyRef,
    /// The blocks that are missing.
    pub window: String,
    /// Hops from the seed.
    pub depth: u32,
    /// How much of each seed waits there.
    pub at_stake: Vec<Lot>,
}

/// A transaction that would have to be read whole, because it is not known who got what for stolen value.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct OpenTransaction {
    /// The chain's name.
    pub chain_name: String,
    /// The block.
    pub block: u64,
    /// The hash.
    pub transaction: String,
    /// Hops from the seed.
    pub depth: u32,
    /// How much of each seed waits there.
    pub at_stake: Vec<Lot>,
}
