//! Daily prices in US dollars: a view for ranking and reports, never the ledger.

use std::collections::BTreeMap;
use std::fmt;

use fundtrail_model::{
    Amount, Asset, Date, MAX_PRICE, PRICE_DECIMALS, Quote, Timestamp, U256, checksum,
};

use crate::error::{Error, Problem};
use crate::sheet::{Row, Sheet};
use crate::version::{ListKind, ListVersion};

/// A sum in US cents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UsdCents(pub u128);

impl UsdCents {
    /// Reads US dollars as plain decimal text with at most two decimal places, for example `1,000.50`;
    /// `None` for anything else and for sums above 2^128 cents.
    #[must_use]
    pub fn from_decimal(text: &str) -> Option<Self> {
        let cents = Amount::from_decimal(text, 2).ok()?;
        u128::try_from(cents.base_units()).ok().map(Self)
    }
}

/// Prints dollars and cents: `73000.00`.
impl fmt::Display for UsdCents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

/// What one whole unit of an asset was worth on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    /// US dollars in units of `10^-18` dollars: read it with [`PRICE_DECIMALS`], all of which are kept.
    pub usd: Amount,
    /// Who says so.
    pub source: String,
}

/// Daily prices, from a file of the user's. The default is no prices.
#[derive(Clone, Debug, Default)]
pub struct Prices {
    prices: BTreeMap<(Asset, Date), Price>,
    list: Option<ListVersion>,
}

impl Prices {
    /// Reads a file of prices. `origin` is the name to show for it.
    ///
    /// # Errors
    ///
    /// If the file is not a well-formed list of prices, or gives two prices for an asset and a day.
    pub fn parse(text: &[u8], origin: &str) -> Result<Self, Error> {
        let sheet = Sheet::read(text, origin, &[ListKind::Prices])?;
        let mut lines = BTreeMap::new();
        let mut prices: BTreeMap<(Asset, Date), Price> = BTreeMap::new();
        for row in sheet.rows() {
            let (key, price) = read_price(row)?;
            if let Some(earlier) = prices.get(&key) {
                if let Some(what) = difference(key, earlier, &price) {
                    let other_line = lines.get(&key).copied().unwrap_or_default();
                    return Err(row.fail(Problem::Contradiction { other_line, what }));
                }
                continue;
            }
            lines.insert(key, row.line());
            prices.insert(key, price);
        }
        let list = Some(sheet.version(prices.len()));
        Ok(Self { prices, list })
    }

    /// The price of an asset on a day, if that very day has one.
    #[must_use]
    pub fn price_on(&self, asset: Asset, day: Date) -> Option<&Price> {
        self.prices.get(&(asset, day))
    }

    /// What an amount was worth on a day, rounded half to even to a cent; `None`, never 0, if that day has
    /// no price.
    ///
    /// `decimals` are the asset's. `None` also for more than 59 decimals and for sums above 2^128 cents,
    /// which only a lying token gives.
    #[must_use]
    pub fn usd_of(
        &self,
        asset: Asset,
        amount: Amount,
        decimals: u8,
        day: Date,
    ) -> Option<UsdCents> {
        self.quote_on(asset, day)?.cents(amount, decimals).map(UsdCents)
    }

    /// The same price as a quote, of the first second of the day.
    #[must_use]
    pub fn quote_on(&self, asset: Asset, day: Date) -> Option<Quote> {
        let usd = self.price_on(asset, day)?.usd;
        Some(Quote { usd, scale: PRICE_DECIMALS, at: Timestamp::start_of(day)? })
    }

    /// The file; `None` where no prices were read.
    #[must_use]
    pub const fn list(&self) -> Option<&ListVersion> {
        self.list.as_ref()
    }
}

fn read_price(row: Row<'_>) -> Result<((Asset, Date), Price), Error> {
    let chain = row.chain()?;
    let asset = match row.cell("contract") {
        "" | "native" => Asset::Native(chain),
        _ => Asset::Token(chain, row.address("contract")?),
    };
    let day = row.date("date")?;
    let usd = row.decimal("usd", PRICE_DECIMALS)?;
    if usd.is_zero() {
        return Err(row.fail_in("usd", Problem::NoPrice));
    }
    let max = U256::from(MAX_PRICE).checked_mul(U256::exp10(usize::from(PRICE_DECIMALS)));
    if max.is_none_or(|max| usd.base_units() > max) {
        return Err(row.fail_in("usd", Problem::PriceTooLarge { limit: MAX_PRICE }));
    }
    Ok(((asset, day), Price { usd, source: row.source()? }))
}

fn difference((asset, day): (Asset, Date), earlier: &Price, later: &Price) -> Option<String> {
    (earlier.usd != later.usd).then(|| {
        let contract = asset.contract().map_or_else(|| "native coin".to_owned(), checksum);
        let chain = asset.chain();
        let [there, here] = [earlier, later].map(|price| price.usd.to_decimal(PRICE_DECIMALS));
        format!(
            "{contract} on chain {chain} on {day} is worth {there} USD there and {here} USD here"
        )
    })
}

#[cfg(test)]
mod tests;
