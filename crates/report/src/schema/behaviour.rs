//! Behaviour that has a name, and what links addresses.

use std::collections::BTreeMap;

use fundtrail_model::{Confidence, Heuristic, PatternKind, PatternRole};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Money, PartyRef, Place};

/// Behaviour that the literature on money laundering has a name for. It is described, and proves no intent.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Behaviour {
    /// What was found: first what has a part in the trail, the most telling kinds first.
    pub patterns: Vec<Pattern>,
    /// What is left out or was not looked for, a sentence each.
    pub left_out: Vec<String>,
    /// What may link addresses. Leads: nothing of it is in the ledger.
    pub links: Vec<Link>,
    /// Addresses that strong links make one owner's, if the links are right.
    pub owners: Vec<Owner>,
    /// From where on behaviour counts, by name: things, seconds, millionths (`ppm`) or dollars (`usd`).
    pub thresholds: BTreeMap<&'static str, u64>,
    /// Those of them that are not what holds where nothing is said.
    pub set_thresholds: Vec<&'static str>,
}

/// An instance of a typology.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Pattern {
    /// `T1` and so on.
    pub id: String,
    /// The typology.
    #[schemars(extend("enum" = PatternKind::ALL.map(PatternKind::name)))]
    pub kind: &'static str,
    /// What the word means here.
    pub definition: &'static str,
    /// The chain's name.
    pub chain_name: String,
    /// Who did it, and who else took part.
    pub parties: Vec<PatternParty>,
    /// How many more parties there are.
    pub parties_left_out: usize,
    /// How much moved in it, each unit once.
    pub money: Money,
    /// From the first to the last of it.
    pub when: String,
    /// The numbers that decided, each with its threshold.
    pub measures: Vec<Measure>,
    /// What speaks for caution, a sentence each.
    pub reservations: Vec<String>,
    /// Those hops of the trail that the transfers are part of.
    pub hops: Vec<String>,
    /// The transfers that prove it.
    pub proof: Vec<Place>,
    /// How many more there are.
    pub proof_left_out: usize,
}

/// Somebody with a part in a pattern.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PatternParty {
    /// `actor`, `payer`, `receiver`, `middle`, `gatherer`, `target`, `token`, `imitated` or `holder`.
    pub role: &'static str,
    /// Who.
    pub party: PartyRef,
}

/// A number that was found, and what it was held against.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Measure {
    /// What was measured.
    pub what: &'static str,
    /// What was found: things, seconds or millionths.
    pub found: u64,
    /// The threshold's name; `None` where the number only tells how much there was.
    pub threshold: Option<&'static str>,
    /// The threshold.
    pub value: Option<u64>,
    /// Both as words.
    #[serde(skip)]
    pub text: String,
}

impl Pattern {
    /// Those in a role.
    pub fn in_role(&self, role: &str) -> impl Iterator<Item = &PartyRef> {
        self.parties.iter().filter(move |of| of.role == role).map(|of| &of.party)
    }

    /// Whether addresses look alike in it, so that shortened ones would be taken for each other.
    #[must_use]
    pub fn needs_whole_addresses(&self) -> bool {
        self.parties.iter().any(|of| of.role == PatternRole::Imitated.name())
    }

    /// Whether anything moved: baits that nobody fell for moved nothing.
    #[must_use]
    pub fn has_moved(&self) -> bool {
        !self.money.amount.is_zero()
    }

    /// The roles, each once, in order.
    #[must_use]
    pub fn roles(&self) -> Vec<&'static str> {
        let mut roles: Vec<_> = self.parties.iter().map(|of| of.role).collect();
        roles.dedup();
        roles
    }
}

/// Why two addresses may have the same owner.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Link {
    /// `L1` and so on.
    pub id: String,
    /// The heuristic.
    #[schemars(extend("enum" = Heuristic::ALL.map(Heuristic::name)))]
    pub heuristic: &'static str,
    /// What it says, and how far it can be relied on.
    pub means: &'static str,
    /// Whether addresses that it links count as one owner's.
    pub is_strong: bool,
    /// `certain`, `probable` or `claimed`.
    #[schemars(extend("enum" = Confidence::ALL.map(Confidence::name)))]
    pub confidence: &'static str,
    /// The heuristic's own score in millionths, where it has one.
    pub score_ppm: Option<u32>,
    /// The chain's name.
    pub chain_name: String,
    /// The first address.
    pub from: PartyRef,
    /// The second address.
    pub to: PartyRef,
    /// A third that it rests on.
    pub through: Option<PartyRef>,
    /// Whether only part of the second's history was looked at, so that more of it could deny the link.
    pub is_partly_looked_at: bool,
    /// The transfers that show it; none where the code of the addresses does.
    pub proof: Vec<Place>,
}

/// Addresses that strong links join.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Owner {
    /// The chain's name.
    pub chain_name: String,
    /// The addresses, or the first of very many.
    pub parties: Vec<PartyRef>,
    /// How many more there are.
    pub parties_left_out: usize,
    /// Whether they are too many to be believed to be one owner's.
    pub is_too_large: bool,
}
