//! Where in a chain something happened.

use std::borrow::Cow;
use std::ops::Deref;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};
use smol_str::SmolStr;

/// Where in a chain something happened, and what to quote for it. Kept once for all that happened there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place(Arc<PlaceText>);

/// What is told of a place in a chain.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct PlaceText {
    /// The chain.
    pub on: Arc<ChainText>,
    /// Block, transaction index and step, `26498039/4/log12`.
    pub position: SmolStr,
    /// When its block was made, in UTC.
    pub time: Option<SmolStr>,
    /// The transaction's hash; `None` where no transaction caused it.
    pub transaction: Option<SmolStr>,
}

/// What is told of a chain wherever something of it is mentioned.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ChainText {
    /// The chain's id.
    pub chain: u64,
    /// The chain's name.
    pub chain_name: String,
    /// Where its block explorer is, `https://…` without a slash at the end.
    pub(crate) explorer: Option<String>,
}

impl ChainText {
    /// A page of the chain's block explorer, where it has one: of a `tx`, of an `address`.
    pub(crate) fn page(&self, kind: &str, what: &str) -> Option<String> {
        self.explorer.as_ref().map(|base| format!("{base}/{kind}/{what}"))
    }
}

/// Where in a chain something happened, and what to quote for it.
#[derive(Serialize, JsonSchema)]
struct Wire<'a> {
    /// The chain's id.
    chain: u64,
    /// The chain's name.
    chain_name: &'a str,
    /// Block, transaction index and step, `26498039/4/log12`.
    position: &'a str,
    /// When its block was made, in UTC.
    time: Option<&'a str>,
    /// The transaction's hash; `None` where no transaction caused it.
    transaction: Option<&'a str>,
    /// The transaction's page at a block explorer.
    link: Option<String>,
}

impl Deref for PlaceText {
    type Target = ChainText;

    fn deref(&self) -> &ChainText {
        &self.on
    }
}

impl Deref for Place {
    type Target = PlaceText;

    fn deref(&self) -> &PlaceText {
        &self.0
    }
}

impl From<PlaceText> for Place {
    fn from(text: PlaceText) -> Self {
        Self(Arc::new(text))
    }
}

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let wire = Wire {
            chain: self.chain,
            chain_name: &self.chain_name,
            position: &self.position,
            time: self.time.as_deref(),
            transaction: self.transaction.as_deref(),
            link: self.link(),
        };
        wire.serialize(serializer)
    }
}

impl Place {
    /// The time, or that it is not known.
    #[must_use]
    pub fn time_text(&self) -> &str {
        self.time.as_deref().unwrap_or("time not known")
    }

    /// The hash, or that there is none.
    #[must_use]
    pub fn transaction_text(&self) -> &str {
        self.transaction.as_deref().unwrap_or("no transaction")
    }

    /// The transaction's page at a block explorer.
    #[must_use]
    pub fn link(&self) -> Option<String> {
        self.page("tx", self.transaction.as_deref()?)
    }

    /// The hash shortened for reading, or that there is none.
    #[must_use]
    pub fn transaction_short(&self) -> String {
        let hash = self.transaction_text();
        match (hash.get(..10), hash.get(60..)) {
            (Some(head), Some(tail)) => format!("{head}…{tail}"),
            _ => hash.to_owned(),
        }
    }
}

impl JsonSchema for Place {
    fn schema_name() -> Cow<'static, str> {
        "Place".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Wire::<'static>::json_schema(generator)
    }
}
