//! Addresses, assets and chains.

use std::borrow::Cow;
use std::ops::Deref;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};

/// An address where it is mentioned. What is told of it is kept once for all mentions that say the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartyRef(Arc<PartyText>);

/// What is told of an address where it is mentioned.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PartyText {
    /// Its number among the [`Report::parties`](super::Report::parties).
    pub party: String,
    /// The whole address, with its checksum.
    pub address: String,
    /// `wallet 7`, or `labelled “name”` by the label that held at the time; it says `(invented)` where
    /// it is.
    pub name: String,
    /// The name and the shortened address.
    #[serde(skip)]
    pub text: String,
}

impl Deref for PartyRef {
    type Target = PartyText;

    fn deref(&self) -> &PartyText {
        &self.0
    }
}

impl From<PartyText> for PartyRef {
    fn from(text: PartyText) -> Self {
        Self(Arc::new(text))
    }
}

impl Serialize for PartyRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// An address that has a part in the trail.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Party {
    /// `P1` and so on, in the order of appearance.
    pub id: String,
    /// The chain's id.
    pub chain: u64,
    /// The chain's name.
    pub chain_name: String,
    /// The whole address, with its checksum.
    pub address: String,
    /// The address shortened for reading, `0x12ab…34cd`.
    pub short: String,
    /// A short name of this report, `wallet 7`; the same number is the same address on every chain.
    pub alias: String,
    /// What it is: `wallet`, `contract`, or `not known`.
    pub kind: String,
    /// What labels say of it, the most trusted first.
    pub labels: Vec<String>,
    /// What sanctions listings say of it, with the status of today.
    pub listings: Vec<String>,
    /// The status today of the listing that weighs most, in the words of a finding's `today`; `None` where it has no
    /// listing.
    #[schemars(extend("enum" = ["not yet listed", "perhaps listed", "listed", "perhaps delisted", "delisted", null]))]
    pub listed_today: Option<&'static str>,
    /// Whether it is made up for a reconstruction.
    pub is_invented: bool,
    /// Its page at a block explorer.
    pub link: Option<String>,
}

/// An asset that has a part in the trail.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AssetLine {
    /// The chain's name.
    pub chain_name: String,
    /// The token's contract; `None` for the native coin.
    pub contract: Option<String>,
    /// Its name as shown.
    pub name: String,
    /// Its decimals; `None` where they are not known.
    pub decimals: Option<u8>,
    /// Where name and decimals come from.
    pub source: String,
}

/// A chain.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Chain {
    /// Its id.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// The last block looked at.
    pub until: Option<u64>,
    /// When that block was made.
    pub until_time: Option<String>,
}

impl JsonSchema for PartyRef {
    fn schema_name() -> Cow<'static, str> {
        "PartyRef".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        PartyText::json_schema(generator)
    }
}
