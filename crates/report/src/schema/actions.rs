//! What can be asked of somebody now.

use serde::Serialize;

use super::{Money, PartyRef, Place};

/// Something to ask of somebody now.
#[derive(Clone, Debug, Serialize)]
pub struct Action {
    /// `held`, `service`, `bridge` or `issuer`.
    pub kind: &'static str,
    /// Whom it concerns, in words that claim no more than the label does.
    pub whom: String,
    /// What there is to ask, and what it rests on.
    pub what: String,
    /// The sums, by asset.
    pub totals: Vec<Money>,
    /// What to quote.
    pub items: Vec<ActionItem>,
}

/// One amount that an action is about.
#[derive(Clone, Debug, Serialize)]
pub struct ActionItem {
    /// The ending.
    pub ending: String,
    /// The seed.
    pub seed: String,
    /// How much.
    pub money: Money,
    /// Where it is.
    pub at: PartyRef,
    /// How it came there.
    pub place: Place,
}
