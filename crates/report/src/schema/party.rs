//! Addresses, assets and chains.

use std::borrow::Cow;
use std::ops::Deref;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};
use smol_str::SmolStr;

use super::{ChainText, Tag};

/// An address where it is mentioned. What is told of it is kept once for all mentions that say the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartyRef(Arc<PartyText>);

/// What is told of an address where it is mentioned.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PartyText {
    /// Its number among the [`Report::parties`](super::Report::parties).
    pub party: Tag,
    /// The whole address, with its checksum.
    pub address: SmolStr,
    /// `wallet 7`, or `labelled “name”` by the label that held at the time; it says `(invented)` where
    /// it is.
    pub name: SmolStr,
    /// How many digits at each end tell it from every other address of the report.
    #[serde(skip)]
    pub digits: u8,
}

/// What stands after the name of something made up.
pub(crate) const INVENTED: &str = " (invented)";

impl PartyText {
    /// The address shortened for reading, `0x12ab…34cd`; longer where another of the report looks like it.
    #[must_use]
    pub fn short(&self) -> String {
        shortened(&self.address, self.digits)
    }

    /// The name and the shortened address: `wallet 7 (invented, 0x12ab…34cd)`.
    #[must_use]
    pub fn text(&self) -> String {
        let short = self.short();
        match self.name.strip_suffix(INVENTED) {
            Some(name) => format!("{name} (invented, {short})"),
            None => format!("{} ({short})", self.name),
        }
    }
}

/// Digits at each end of an address that nothing else looks like.
pub(crate) const SHORT_DIGITS: u8 = 4;
/// As many digits at each end are all of them.
pub(crate) const WHOLE_DIGITS: u8 = 20;

/// A whole address shortened for reading, to so many digits at each end: `0x12ab…34cd`.
pub(crate) fn shortened(address: &str, digits: u8) -> String {
    let digits = usize::from(digits);
    let ends = (
        address.get(..digits.saturating_add(2)),
        address.len().checked_sub(digits).and_then(|at| address.get(at..)),
    );
    match ends {
        (Some(head), Some(tail)) if head.len().saturating_add(tail.len()) < address.len() => {
            format!("{head}…{tail}")
        }
        _ => address.to_owned(),
    }
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
#[derive(Clone, Debug)]
pub struct Party {
    /// `P1` and so on, in the order of appearance.
    pub id: Tag,
    /// The chain.
    pub on: Arc<ChainText>,
    /// The whole address, with its checksum.
    pub address: SmolStr,
    /// A short name of this report, `wallet 7`; the same number is the same address on every chain.
    pub alias: SmolStr,
    /// What it is: `wallet`, `contract`, or `not known`.
    pub kind: Cow<'static, str>,
    /// What labels say of it, the most trusted first.
    pub labels: Box<[String]>,
    /// What sanctions listings say of it, with the status of today.
    pub listings: Box<[String]>,
    /// The status today of the listing that weighs most, in the words of a finding's `today`; `None` where it has no
    /// listing.
    pub listed_today: Option<&'static str>,
    /// Whether it is made up for a reconstruction.
    pub is_invented: bool,
    /// How many digits at each end tell it from every other address of the report.
    pub digits: u8,
}

impl Deref for Party {
    type Target = ChainText;

    fn deref(&self) -> &ChainText {
        &self.on
    }
}

impl Party {
    /// The address shortened for reading, `0x12ab…34cd`; longer where another of the report looks like it.
    #[must_use]
    pub fn short(&self) -> String {
        shortened(&self.address, self.digits)
    }

    /// Its page at a block explorer.
    #[must_use]
    pub fn link(&self) -> Option<String> {
        self.on.page("address", &self.address)
    }
}

/// An address that has a part in the trail.
#[derive(Serialize, JsonSchema)]
struct Wire<'a> {
    /// `P1` and so on, in the order of appearance.
    id: Tag,
    /// The chain's id.
    chain: u64,
    /// The chain's name.
    chain_name: &'a str,
    /// The whole address, with its checksum.
    address: &'a str,
    /// The address shortened for reading, `0x12ab…34cd`.
    short: String,
    /// A short name of this report, `wallet 7`; the same number is the same address on every chain.
    alias: &'a str,
    /// What it is: `wallet`, `contract`, or `not known`.
    kind: &'a str,
    /// What labels say of it, the most trusted first.
    labels: &'a [String],
    /// What sanctions listings say of it, with the status of today.
    listings: &'a [String],
    /// The status today of the listing that weighs most, in the words of a finding's `today`; `None` where it has no
    /// listing.
    #[schemars(extend("enum" = ["not yet listed", "perhaps listed", "listed", "perhaps delisted", "delisted", null]))]
    listed_today: Option<&'static str>,
    /// Whether it is made up for a reconstruction.
    is_invented: bool,
    /// Its page at a block explorer.
    link: Option<String>,
}

impl Serialize for Party {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let wire = Wire {
            id: self.id,
            chain: self.chain,
            chain_name: &self.chain_name,
            address: &self.address,
            short: self.short(),
            alias: &self.alias,
            kind: &self.kind,
            labels: &self.labels,
            listings: &self.listings,
            listed_today: self.listed_today,
            is_invented: self.is_invented,
            link: self.link(),
        };
        wire.serialize(serializer)
    }
}

impl JsonSchema for Party {
    fn schema_name() -> Cow<'static, str> {
        "Party".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Wire::<'static>::json_schema(generator)
    }
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
