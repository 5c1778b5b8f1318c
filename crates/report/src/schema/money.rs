//! Amounts.

use std::borrow::Cow;
use std::ops::Deref;
use std::sync::Arc;

use fundtrail_model::Amount;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};
use smol_str::{SmolStr, ToSmolStr};

use crate::input::PriceNote;
use crate::number;

/// An amount of one asset, and what it was worth where it moved.
///
/// What is the same for every mention of the amount is kept once: a report mentions most amounts many times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Money {
    figures: Arc<Figures>,
    worth: Option<Arc<Worth>>,
}

/// What an amount was worth.
#[derive(Debug, PartialEq, Eq)]
struct Worth {
    usd: SmolStr,
    price: Option<Arc<PriceNote>>,
}

/// An amount of one asset, as numbers and as texts.
#[derive(Debug, PartialEq, Eq)]
pub struct Figures {
    /// The number itself.
    pub amount: Amount,
    /// Of what.
    pub of: Arc<AssetText>,
    /// The exact amount in base units.
    pub base_units: SmolStr,
    /// The exact amount in whole coins or tokens; `None` where the decimals are not known.
    pub decimal: Option<SmolStr>,
}

/// An asset where an amount of it is mentioned.
#[derive(Debug, PartialEq, Eq)]
pub struct AssetText {
    /// The chain's id.
    pub chain: u64,
    /// The token's contract; `None` for the native coin.
    pub contract: Option<String>,
    /// The asset's name as shown.
    pub asset: String,
    /// The same with the chain, where assets of several chains share the name.
    pub asset_and_chain: String,
    /// The asset's decimals; `None` where they are not known.
    pub decimals: Option<u8>,
    /// Whether anybody was asked for prices. Otherwise it is said once that nobody was, and not with every amount.
    pub is_valued: bool,
}

impl Deref for Money {
    type Target = Figures;

    fn deref(&self) -> &Figures {
        &self.figures
    }
}

impl Deref for Figures {
    type Target = AssetText;

    fn deref(&self) -> &AssetText {
        &self.of
    }
}

impl Figures {
    /// The texts of an amount.
    pub(crate) fn new(of: Arc<AssetText>, amount: Amount) -> Self {
        let base_units = amount.to_smolstr();
        let decimal = of.decimals.map(|places| amount.to_decimal(places).into());
        Self { amount, of, base_units, decimal }
    }

    /// The exact amount with thousands grouped, the asset's name, and its chain where the name alone is not enough.
    #[must_use]
    pub fn text(&self) -> String {
        number::exact_of(self.decimal.as_deref(), &self.base_units, &self.asset_and_chain)
    }

    /// The same without the chain, where that is named besides.
    #[must_use]
    pub fn exact_on_chain(&self) -> String {
        number::exact_of(self.decimal.as_deref(), &self.base_units, &self.asset)
    }

    /// The exact amount with thousands grouped, without the asset.
    #[must_use]
    pub fn number(&self) -> String {
        number::exact(self.decimal.as_deref(), &self.base_units)
    }

    /// The amount rounded for a table, with the asset's name; `≈` marks what is rounded.
    #[must_use]
    pub fn brief(&self) -> String {
        self.sum_text(self.amount)
    }

    /// The amount rounded for a table, without the asset, where a heading names that.
    #[must_use]
    pub fn brief_number(&self) -> String {
        match self.decimals {
            Some(places) => number::brief(self.amount, places),
            None => format!("{} of", self.number()),
        }
    }

    /// Another amount of the same asset, rounded for a table.
    #[must_use]
    pub fn sum_text(&self, sum: Amount) -> String {
        self.sum_called(sum, &self.asset_and_chain)
    }

    /// The same where everything around it is on one chain.
    #[must_use]
    pub fn sum_on_chain(&self, sum: Amount) -> String {
        self.sum_called(sum, &self.asset)
    }

    fn sum_called(&self, sum: Amount, name: &str) -> String {
        match self.decimals {
            Some(places) => format!("{} {name}", number::brief(sum, places)),
            None => number::exact_of(None, &sum.to_string(), name),
        }
    }
}

/// An amount of one asset. Amounts are text, because numbers of most programs cannot hold them exactly.
#[derive(Serialize, JsonSchema)]
struct Wire<'a> {
    /// The chain's id.
    chain: u64,
    /// The token's contract; null for the native coin.
    contract: Option<&'a str>,
    /// The asset's name as shown.
    asset: &'a str,
    /// The asset's decimals; null where they are not known.
    decimals: Option<u8>,
    /// The exact amount in base units, a whole number.
    base_units: &'a str,
    /// The exact amount in whole coins or tokens; null where the decimals are not known.
    decimal: Option<&'a str>,
    /// US dollars at the block of the movement, `$1,234.50`; null where there is no price.
    usd: Option<&'a str>,
    /// The price behind the dollars; not there for sums, which have several.
    #[serde(skip_serializing_if = "Option::is_none")]
    price: Option<&'a PriceNote>,
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let wire = Wire {
            chain: self.chain,
            contract: self.contract.as_deref(),
            asset: &self.asset,
            decimals: self.decimals,
            base_units: &self.base_units,
            decimal: self.decimal.as_deref(),
            usd: self.usd(),
            price: self.price(),
        };
        wire.serialize(serializer)
    }
}

impl Money {
    /// An amount, and what it was worth.
    pub(crate) fn new(figures: Arc<Figures>, usd: Option<SmolStr>) -> Self {
        Self { figures, worth: usd.map(|usd| Arc::new(Worth { usd, price: None })) }
    }

    /// An amount, and what it was worth by which price.
    pub(crate) fn priced(figures: Arc<Figures>, usd: SmolStr, price: Arc<PriceNote>) -> Self {
        Self { figures, worth: Some(Arc::new(Worth { usd, price: Some(price) })) }
    }

    /// US dollars at the block of the movement, `$1,234.50`; `None` where there is no price.
    #[must_use]
    pub fn usd(&self) -> Option<&str> {
        self.worth.as_ref().map(|worth| worth.usd.as_str())
    }

    /// The price behind the dollars, with its source and time; `None` for sums, which have several.
    #[must_use]
    pub fn price(&self) -> Option<&PriceNote> {
        self.worth.as_ref()?.price.as_deref()
    }

    /// The dollars, or `no price`; `None` where nobody was asked for prices.
    #[must_use]
    pub fn worth(&self) -> Option<&str> {
        self.usd().or(self.is_valued.then_some("no price"))
    }

    /// Some text of the amount, with what it was worth behind it.
    #[must_use]
    pub fn with_worth(&self, text: String) -> String {
        match self.worth() {
            Some(worth) => format!("{text} ({worth})"),
            None => text,
        }
    }

    /// Whether the amount for a table is the exact one.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.brief() == self.text()
    }
}

impl JsonSchema for Money {
    fn schema_name() -> Cow<'static, str> {
        "Money".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Wire::<'static>::json_schema(generator)
    }
}
