//! How value came to where it ended.

use fundtrail_model::EndingClass;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::{Money, PartyRef, Tag, Words};

/// How one seed's value of one asset came to one place.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PathSet {
    /// The seed.
    pub seed: Tag,
    /// The kind of ending.
    #[schemars(extend("enum" = EndingClass::ALL.map(EndingClass::name)))]
    pub class: &'static str,
    /// The place; `None` for an unknown counterparty.
    pub at: Option<PartyRef>,
    /// How much ended there, all endings together.
    pub money: Money,
    /// The endings, in the order of their arrival.
    pub endings: Vec<Tag>,
    /// The largest, the shortest and the earliest path; one that is several of these is there once.
    pub paths: Vec<Path>,
}

/// Endings that a title names.
const MAX_ENDINGS: usize = 6;

impl PathSet {
    /// Where it leads.
    #[must_use]
    pub fn place(&self) -> String {
        self.at.as_ref().map_or_else(|| "nobody known".to_owned(), |at| at.text())
    }

    /// From where to where, how much, and by which endings.
    #[must_use]
    pub fn title(&self, words: &Words) -> String {
        let mut endings: Vec<String> =
            self.endings.iter().take(MAX_ENDINGS).map(ToString::to_string).collect();
        let more = self.endings.len().saturating_sub(MAX_ENDINGS);
        if more > 0 {
            endings.push(format!("and {more} more"));
        }
        let (seed, to, place, class) = (&self.seed, words.to, self.place(), self.class);
        format!("{seed} {to} {place}, {class}: {} ({})", self.money.text(), endings.join(", "))
    }
}

impl Path {
    /// What it is, how long, and how much can have come along it.
    #[must_use]
    pub fn title(&self, words: &Words) -> String {
        let hops = match self.steps.len() {
            0 => "it never moved".to_owned(),
            1 => "1 hop".to_owned(),
            count => format!("{} hops", crate::number::group(&count.to_string())),
        };
        let is = match self.is.as_slice() {
            [others @ .., last] if !others.is_empty() => {
                format!("{} and {last}", others.join(", "))
            }
            is => is.concat(),
        };
        format!("{is}: {hops}, at most {} of one {}", self.at_most.text(), words.ending)
    }
}

/// A chain of lots from a seed on.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Path {
    /// What it is of all paths to the place: `largest`, `shortest`, `earliest`.
    #[schemars(extend("items" = json!({ "type": "string", "enum": ["largest", "shortest", "earliest"] })))]
    pub is: Vec<&'static str>,
    /// The most of one ending that can have come this way.
    pub at_most: Money,
    /// Hop by hop; none where the value never moved.
    pub steps: Vec<PathStep>,
}

/// One hop of a path.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PathStep {
    /// The hop.
    pub hop: Tag,
    /// The most that can have arrived by it this way.
    pub arrives: Money,
}
