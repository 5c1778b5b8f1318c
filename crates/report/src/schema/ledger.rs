//! What was stolen, and the ledger that says where it is.

use fundtrail_model::EndingClass;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Money, PartyRef, Place, Tag};

/// A stolen amount.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Seed {
    /// `S1` and so on.
    pub id: Tag,
    /// How much.
    pub money: Money,
    /// Whom it was taken from, where one payer is known.
    pub from: Option<PartyRef>,
    /// Who received it.
    pub to: PartyRef,
    /// Where and when.
    pub place: Place,
    /// How much of it was converted, still in its own asset, in the first conversions that took it.
    pub converted: Option<Money>,
    /// What those conversions made of it, by asset.
    pub became: Vec<Money>,
    /// How it was asked for, as typed.
    pub specs: Vec<String>,
}

/// One seed in one asset: what came in, what became something else, where the rest is.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct LedgerLine {
    /// The seed.
    pub seed: Tag,
    /// The chain's name.
    pub chain_name: String,
    /// The asset's name.
    pub asset: String,
    /// The stolen amount.
    pub seeded: Money,
    /// What conversions made of other assets.
    pub converted_in: Money,
    /// What conversions took for other assets.
    pub converted_out: Money,
    /// Where the rest is.
    pub endings: Vec<LedgerEnding>,
    /// Seeded and converted in.
    pub came: Money,
    /// Converted out and at endings.
    pub went: Money,
    /// Whether both sides are equal.
    pub closes: bool,
}

/// What one kind of ending holds of one ledger line.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct LedgerEnding {
    /// The kind of ending.
    #[schemars(extend("enum" = EndingClass::ALL.map(EndingClass::name)))]
    pub class: &'static str,
    /// How much.
    pub money: Money,
    /// How many endings.
    pub count: usize,
}

/// An amount of one seed.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Lot {
    /// The seed.
    pub seed: Tag,
    /// How the lot had got there: a seed or a hop. `None` for lots that are only being made.
    pub from: Option<Tag>,
    /// How much.
    pub money: Money,
}

impl Lot {
    /// ` from H3`; nothing where it is the seed itself, or is only being made.
    #[must_use]
    pub(crate) fn source(&self) -> String {
        let hop = self.from.filter(|from| *from != self.seed);
        hop.map(|from| format!(" from {from}")).unwrap_or_default()
    }
}
