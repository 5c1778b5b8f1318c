//! Where following stopped, and every movement on the way.

use std::sync::Arc;

use fundtrail_model::{EndingClass, Rule};
use schemars::JsonSchema;
use serde::Serialize;
use smallvec::SmallVec;
use smol_str::SmolStr;

use super::{Lot, Money, PartyRef, Place, Tag};
use crate::number::group;

/// Where and why following stopped, for one lot.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Ending {
    /// `E1` and so on.
    pub id: Tag,
    /// The seed.
    pub seed: Tag,
    /// The kind of ending.
    #[schemars(extend("enum" = EndingClass::ALL.map(EndingClass::name)))]
    pub class: &'static str,
    /// The kind itself.
    #[serde(skip)]
    pub kind: EndingClass,
    /// How much.
    pub money: Money,
    /// Where it is; `None` for a fee or an unknown counterparty.
    pub at: Option<PartyRef>,
    /// Why following stopped, as a sentence.
    pub why: Arc<str>,
    /// Whether more looking could change it.
    pub is_incomplete: bool,
    /// Whether it is the same coins as an ending of another seed, so that sums leave it out.
    #[serde(skip)]
    pub is_repeated: bool,
    /// Where in the chain it arrived, and by which transaction.
    pub place: Place,
    /// The seed or the hop that brought it.
    pub origin: Tag,
    /// The hops that lead to it, first hop first.
    pub path: Box<[Tag]>,
    /// The share of the seed's value in millionths, where one asset that became several counts in
    /// equal parts. For order and drawing only.
    #[serde(skip)]
    pub share_ppm: u32,
}

/// A list that mostly has one item.
pub type Few<T> = SmallVec<[T; 1]>;

/// One movement of stolen value.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Hop {
    /// `H1` and so on.
    pub id: Tag,
    /// `payment` or `conversion`.
    #[schemars(extend("enum" = ["payment", "conversion"]))]
    pub kind: &'static str,
    /// Where and when.
    pub place: Place,
    /// The block.
    pub block: u64,
    /// Hops from the seed.
    pub depth: u32,
    /// Who paid or converted.
    pub from: PartyRef,
    /// Who received; for a conversion the same account, `None` for nobody or somebody not known.
    pub to: Option<PartyRef>,
    /// Why there is no receiver.
    pub to_note: Option<&'static str>,
    /// What was given, clean lots included.
    pub paid: Few<Money>,
    /// What a conversion got for it, clean lots included.
    pub received: Few<Money>,
    /// Whether a conversion's shares rest on a convention.
    pub is_approximate: bool,
    /// The stolen part of what was given, by asset.
    pub stolen: Few<Money>,
    /// The stolen lots it took.
    pub taken: Few<Lot>,
    /// The stolen lots it made.
    pub made: Few<Lot>,
    /// The rule that chose the lots.
    #[schemars(extend("enum" = Rule::ALL.map(Rule::name)))]
    pub rule: &'static str,
    /// Positions of the transfers that show it.
    pub evidence: Few<SmolStr>,
    /// What the listings of its two ends say of it, then and now; empty where neither has one.
    pub verdicts: Box<[String]>,
    /// As in [`Ending::share_ppm`].
    #[serde(skip)]
    pub share_ppm: u32,
}

/// Transfers that one line names.
const MOST_NAMED: usize = 8;

impl Hop {
    /// Which transfers of the transaction this is the net of, where they are several: then no single one of them need be
    /// between payer and receiver, nor of this amount.
    #[must_use]
    pub fn netted_from(&self) -> Option<String> {
        if self.evidence.len() < 2 {
            return None;
        }
        let step = |position: &SmolStr| match position.rsplit_once('/') {
            Some((_, step)) => step.to_owned(),
            None => position.to_string(),
        };
        let named: Vec<String> = self.evidence.iter().take(MOST_NAMED).map(step).collect();
        let more = match self.evidence.len().saturating_sub(MOST_NAMED) {
            0 => String::new(),
            more => format!(" and {} more", group(&more.to_string())),
        };
        Some(format!("the net of {}{more}", named.join(", ")))
    }
}
