//! What can be asked of somebody now.

use std::sync::Arc;

use fundtrail_model::Confidence;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Money, PartyRef, Place, Tag};

mod known;

pub use known::{Known, Topic};

/// Something to ask of somebody now.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Action {
    /// `A1` and so on: the most value first, as [`Report::action_order`](super::Report::action_order) says.
    pub id: Tag,
    /// `held`, `service`, `bridge` or `issuer`. What an issuer is asked about is held somewhere, and is in that
    /// action as well.
    #[schemars(extend("enum" = ["held", "service", "bridge", "issuer"]))]
    pub kind: &'static str,
    /// Whom it concerns, in words that claim no more than the label does.
    pub whom: String,
    /// What there is to ask, and what it rests on.
    pub what: String,
    /// All of it in US dollars, each amount at the block of its arrival; `None` unless every one has a price.
    pub usd: Option<String>,
    /// The sums, by asset.
    pub totals: Vec<Money>,
    /// What to quote.
    pub items: Vec<ActionItem>,
}

/// One amount that an action is about.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ActionItem {
    /// The ending.
    pub ending: Tag,
    /// The seed.
    pub seed: Tag,
    /// How much.
    pub money: Money,
    /// Where it is.
    pub at: PartyRef,
    /// How it came there.
    pub place: Place,
    /// The block in which it came there.
    pub block: u64,
    /// Other actions that are about the same amount: their sums are not to be added to this one's.
    pub also_in: Box<[Tag]>,
    /// Whether the same coins are another amount of the report as well, so that the sums leave this one out; only by a rule
    /// that does not conserve amounts.
    pub is_repeated: bool,
    /// For what is held: whether the balance is confirmed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub balance: Option<Arc<BalanceCheck>>,
    /// If behaviour says that a deposit address at an exchange has a part in it: which.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deposit: Option<Box<Deposit>>,
    /// If the token's contract was asked whether the address is frozen, or logged that it was: the newest of both.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub freeze: Option<Box<FreezeCheck>>,
}

/// How well it is proved that an amount is still where it is held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BalanceCheck {
    /// Whether everything that the address did with the asset since the arrival was looked at, and agrees with
    /// its balances.
    pub is_confirmed: bool,
    /// At the end of which block.
    pub block: u64,
    /// When that block was made.
    pub time: Option<String>,
    /// What is confirmed, or why it is not, as a sentence.
    pub statement: String,
}

/// An address that is probably an exchange's, for one customer's deposits. Inferred from behaviour: no list says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Deposit {
    /// The deposit address.
    pub at: PartyRef,
    /// The address of the exchange to which it forwards.
    pub exchange: PartyRef,
    /// What that address is, and who says so.
    pub label: String,
    /// How sure the inference is: `probable` or `claimed`.
    #[schemars(extend("enum" = Confidence::ALL.map(Confidence::name)))]
    pub confidence: &'static str,
    /// The links of the behaviour that say so.
    pub links: Vec<String>,
    /// The transactions by which the value came to the deposit address.
    pub paid_in: Vec<Place>,
    /// The transaction by which it was forwarded to the exchange; `None` while it is still at the deposit address.
    pub forwarded: Option<Place>,
    /// All of it, as a sentence.
    pub statement: String,
}

/// What the contract of a token says of an address that holds it, by the newest that is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FreezeCheck {
    /// Whether its issuer has frozen the address.
    pub is_frozen: bool,
    /// At the end of which block.
    pub block: u64,
    /// All of it, as a sentence.
    pub statement: String,
}
