//! Rows of tokens.

use fundtrail_model::Asset;

use super::{Placed, Relation, reconcile};
use crate::error::Error;
use crate::sheet::{Row, Sheet};

/// A token whose ticker and decimals are known from a list, not only from its own contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownToken {
    /// The token.
    pub asset: Asset,
    /// Its ticker.
    pub symbol: String,
    /// Its decimals.
    pub decimals: u8,
    /// Who says so.
    pub source: String,
}

impl KnownToken {
    /// How this one and another of the same asset differ, or `None` if they do not.
    pub(crate) fn difference(&self, other: &Self) -> Option<String> {
        let is_same = self.symbol == other.symbol && self.decimals == other.decimals;
        (!is_same).then(|| {
            format!(
                "the {} is {} with {} decimals there and {} with {} decimals here",
                self.asset, self.symbol, self.decimals, other.symbol, other.decimals
            )
        })
    }
}

pub(super) fn read(sheet: &Sheet) -> Result<Vec<KnownToken>, Error> {
    let rows = sheet
        .rows()
        .map(|row| Ok(Placed { line: row.line(), fact: token(row)? }))
        .collect::<Result<_, Error>>()?;
    reconcile(
        sheet,
        rows,
        |token: &KnownToken| token.asset.contract().unwrap_or_default(),
        relation,
    )
}

fn token(row: Row<'_>) -> Result<KnownToken, Error> {
    Ok(KnownToken {
        asset: Asset::Token(row.chain()?, row.address("contract")?),
        symbol: row.text("symbol", "a token has a ticker")?,
        decimals: row.decimals("decimals")?,
        source: row.source()?,
    })
}

fn relation(a: &KnownToken, b: &KnownToken) -> Relation {
    if a.asset != b.asset {
        return Relation::Agree;
    }
    a.difference(b).map_or(Relation::Same, Relation::Contradict)
}
