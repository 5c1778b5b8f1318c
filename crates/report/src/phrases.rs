//! Sentences that several formats say.

/// In a reconstruction, what every section says.
pub(crate) const RECONSTRUCTION: &str = "Reconstruction: what is marked (invented) is made up.";

/// How to read the pictures.
pub(crate) const FLOW: &str = "From left to right, payment by payment; what came back runs below, dashed. Names other than “wallet” and \
     “contract” are labels’ words: the tables say whose. A line is as wide as the root of the share of its seed that it \
     carries; where one asset became several, they count in equal parts. Widths are for orientation: the tables have the \
     amounts.";

/// Where nobody was asked for prices.
pub(crate) const NO_PRICES: &str = "No prices were used: amounts are in their own assets.";

/// Where there is nobody to ask.
pub(crate) const NO_REQUESTS: &str = "Nothing that this report can name.";

/// What typologies are, and are not.
pub(crate) const BEHAVIOUR: &str = "What is described here is behaviour. It proves no intent, and no amount of the ledger rests on it. Definitions \
     and sources: docs/typologies.md.";

/// Where no typology was found.
pub(crate) const NO_PATTERNS: &str = "None of the typologies was found.";

/// Of a link that rests on part of a history.
pub(crate) const PARTLY_LOOKED_AT: &str = "only part of what the second did was looked at";

/// Of an owner with too many addresses.
pub(crate) const TOO_MANY: &str = "too many to be believed to be one owner’s";

/// The heading of the leads.
pub(crate) const LEADS_TITLE: &str = "Leads beyond mixers and bridges";
/// What a lead is.
pub(crate) const LEADS: &str = "A lead may help to go on and proves nothing. Nothing beyond them was followed, and nothing of it is in \
                                the ledger or in any sum.";
