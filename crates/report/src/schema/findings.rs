//! Which flows touched an address with a sanctions listing.

use fundtrail_model::Oracle;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Money, PartyRef, Place, Tag};

/// An address with a sanctions listing that stolen value touched.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Finding {
    /// The address.
    pub party: PartyRef,
    /// The chain's name.
    pub chain_name: String,
    /// Who is sanctioned by whom, and by what programme.
    pub listing: String,
    /// Where the listing is known from.
    pub source: String,
    /// The version of the list that it stands in; `None` where the case does not say.
    pub list: Option<String>,
    /// The day of the listing, or a bound for it.
    pub listed: String,
    /// The day of the delisting, or a bound for it.
    pub delisted: Option<String>,
    /// How many listings the address has.
    pub listing_count: usize,
    /// The day of the first movement; `None` where it is not known.
    pub first_day: Option<String>,
    /// The day of the last movement; `None` where it is not known.
    pub last_day: Option<String>,
    /// Whether the address received or sent the value.
    pub role: &'static str,
    /// The status at the transfer: `not yet listed`, `perhaps listed`, `listed`, `perhaps delisted`,
    /// `delisted`, or `time not known`.
    #[schemars(extend("enum" = ["not yet listed", "perhaps listed", "listed", "perhaps delisted", "delisted", "time not known"]))]
    pub then: &'static str,
    /// The status today, in the same words.
    #[schemars(extend("enum" = ["not yet listed", "perhaps listed", "listed", "perhaps delisted", "delisted", "time not known"]))]
    pub today: &'static str,
    /// Both in short, `listed later; not sanctioned today`.
    pub verdict: &'static str,
    /// Whether it counts by the setting `flag`.
    pub is_flagged: bool,
    /// The words for the status at the transfer, as in the statement.
    #[serde(skip)]
    pub then_words: &'static str,
    /// The words for the status today, as in the statement.
    #[serde(skip)]
    pub today_words: &'static str,
    /// Both, with their dates, as a sentence.
    pub statement: String,
    /// Whether the listing was, or may have been, in force at the transfer or is today.
    pub is_in_force: bool,
    /// Whether the listing is made up for a reconstruction.
    pub is_invented: bool,
    /// The sums, by asset.
    pub totals: Vec<Money>,
    /// The movements.
    pub transfers: Vec<FindingTransfer>,
}

/// One movement that touched a listed address.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FindingTransfer {
    /// The seed credit, hop, or ending.
    pub id: Tag,
    /// Where and when.
    pub place: Place,
    /// The stolen part, by asset.
    pub stolen: Vec<Money>,
    /// Days from the transfer to the listing; negative where the listing came first. `None` where the
    /// time of the transfer is not known.
    pub lead_days: Option<i64>,
    /// The same in words.
    pub lead: String,
}

/// What a contract on the chain that keeps a list of its own says of an address.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Opinion {
    /// The address.
    pub party: PartyRef,
    /// The chain's name.
    pub chain_name: String,
    /// The kind of contract: `sanctions-oracle`, `usdt-issuer` or `usdc-issuer`.
    #[schemars(extend("enum" = Oracle::ALL.map(Oracle::name)))]
    pub oracle: &'static str,
    /// The contract that was asked.
    pub contract: String,
    /// At the end of which block.
    pub block: u64,
    /// Whether the address is on its list.
    pub is_listed: bool,
    /// Whether that is not what the lists used say of that day.
    pub is_disagreement: bool,
    /// What it says and what the lists say, as a sentence.
    pub statement: String,
    /// What this issuer did to the address since the trail began, in order.
    pub freezes: Vec<Freeze>,
}

/// One thing that an issuer did to an address.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Freeze {
    /// `frozen`, `released` or `destroyed`.
    pub kind: &'static str,
    /// The block.
    pub block: u64,
    /// When the block was made, in UTC.
    pub time: String,
    /// The transaction's hash.
    pub transaction: String,
    /// The number of the log in the block.
    pub log: u32,
    /// How much was destroyed, in base units of the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_units: Option<String>,
}
