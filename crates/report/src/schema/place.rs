//! Where in a chain something happened.

use std::borrow::Cow;
use std::ops::Deref;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};

/// Where in a chain something happened, and what to quote for it. Kept once for all that happened there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place(Arc<PlaceText>);

/// What is told of a place in a chain.
#[derive(Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PlaceText {
    /// The chain's id.
    pub chain: u64,
    /// The chain's name.
    pub chain_name: String,
    /// Block, transaction index and step, `26498039/4/log12`.
    pub position: String,
    /// When its block was made, in UTC.
    pub time: Option<String>,
    /// The transaction's hash; `None` where no transaction caused it.
    pub transaction: Option<String>,
    /// The transaction's page at a block explorer.
    pub link: Option<String>,
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
        self.0.serialize(serializer)
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
        PlaceText::json_schema(generator)
    }
}
