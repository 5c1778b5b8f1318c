//! Where value went that no arithmetic follows: what may help to go on.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Money, PartyRef, Place, Tag};

/// A mixer or a bridge that traced value ended in (or came out of), and what could be looked at beyond it.
///
/// A lead, not a finding: nothing beyond the ending is in the ledger or in any sum.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Lead {
    /// `X1` and so on.
    pub id: String,
    /// `mixer` or `bridge`.
    #[schemars(extend("enum" = ["mixer", "bridge"]))]
    pub kind: &'static str,
    /// What it is called, in words that claim no more than the labels do.
    pub name: String,
    /// The chain's name.
    pub chain_name: String,
    /// What the labels say, and who says so.
    pub basis: Vec<String>,
    /// The sums that went in, by asset: the same as the endings of this kind.
    pub totals: Vec<Money>,
    /// When the first of it moved; `None` where that is not known.
    pub first: Option<String>,
    /// When the last of it moved; `None` where that is not known.
    pub last: Option<String>,
    /// Which amounts, by which transactions.
    pub items: Vec<LeadItem>,
    /// What could be looked at next, a sentence each.
    pub next: Vec<&'static str>,
    /// What cannot be known from the chain, a sentence each.
    pub unknown: Vec<&'static str>,
}

/// One amount of a lead.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct LeadItem {
    /// The ending.
    pub ending: Tag,
    /// The seed.
    pub seed: Tag,
    /// How much.
    pub money: Money,
    /// The mixer's or bridge's address.
    pub at: PartyRef,
    /// Where and when.
    pub place: Place,
}
