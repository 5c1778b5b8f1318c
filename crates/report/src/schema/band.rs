//! What every rule says, side by side.

use fundtrail_model::{EndingClass, Rule};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::{Money, PartyRef};

/// The same seeds by every rule, place by place.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Band {
    /// What to know before reading it, a sentence each.
    pub statements: Vec<String>,
    /// The rules, in the order of every line's amounts.
    pub rules: Vec<BandRule>,
    /// The places and sums of each asset.
    pub assets: Vec<BandAsset>,
}

/// One rule of a band.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct BandRule {
    /// Its name.
    #[schemars(extend("enum" = Rule::ALL.map(Rule::name)))]
    pub rule: &'static str,
    /// What an outgoing transfer takes by it.
    pub takes: &'static str,
    /// Whether its amounts add up. Only those of rules that do are in least, most and totals.
    pub adds_up: bool,
    /// Whether it needs the whole ledger, and a part of it is not known.
    pub is_indicative: bool,
    /// Where the ledgers that it needs are not known whole.
    pub gaps: Vec<String>,
    /// Whether more would have to be looked at.
    pub is_unfinished: bool,
}

impl BandRule {
    /// What weakens its amounts, in words; empty where nothing does.
    #[must_use]
    pub const fn standing(&self) -> &'static str {
        match (self.is_indicative, self.is_unfinished) {
            (true, true) => "indicative, not finished",
            (true, false) => "indicative",
            (false, true) => "not finished",
            (false, false) => "",
        }
    }
}

/// One asset of a band.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct BandAsset {
    /// The chain's name.
    pub chain_name: String,
    /// The asset's name.
    pub asset: String,
    /// Where it ended by any rule, the largest first.
    pub places: Vec<BandPlace>,
    /// By each rule that adds up: where all of it came from and went.
    pub totals: Vec<BandTotal>,
}

/// What ended at one place.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct BandPlace {
    /// The address; `None` for fees and unknown counterparties.
    pub at: Option<PartyRef>,
    /// The kinds of endings there, by any rule.
    #[schemars(extend("items" = json!({ "type": "string", "enum": EndingClass::ALL.map(EndingClass::name) })))]
    pub classes: Vec<&'static str>,
    /// The least by any rule that adds up.
    pub least: Money,
    /// The most by any rule that adds up.
    pub most: Money,
    /// By each rule.
    pub amounts: Vec<BandAmount>,
}

impl BandPlace {
    /// Whether every rule that adds up says the same.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        self.least.amount == self.most.amount
    }

    /// The address shortened for reading; the kind of ending where there is none.
    #[must_use]
    pub fn short(&self) -> String {
        self.at.as_ref().map_or_else(|| self.classes.join("/"), |at| at.short())
    }

    /// The name; the kind of ending where there is none.
    #[must_use]
    pub fn name(&self) -> String {
        self.at.as_ref().map_or_else(|| self.classes.join("/"), |at| at.text())
    }
}

/// What one rule says.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct BandAmount {
    /// The rule.
    #[schemars(extend("enum" = Rule::ALL.map(Rule::name)))]
    pub rule: &'static str,
    /// How much.
    pub money: Money,
}

/// Both sides of one asset's ledger by one rule, all seeds together: seeded and converted in are converted out,
/// counted with another seed, and at the places.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct BandTotal {
    /// The rule.
    #[schemars(extend("enum" = Rule::ALL.map(Rule::name)))]
    pub rule: &'static str,
    /// What was stolen of it.
    pub seeded: Money,
    /// What conversions made of other assets.
    pub converted_in: Money,
    /// What conversions took for other assets.
    pub converted_out: Money,
    /// What is counted with another seed.
    pub with_other_seeds: Money,
    /// The sum over the places.
    pub at_places: Money,
    /// Whether both sides are equal.
    pub closes: bool,
}
