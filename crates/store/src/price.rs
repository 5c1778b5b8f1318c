//! What was read of prices on the chain.

use fundtrail_model::{NoPrice, PriceReading, PriceWay, Quote, Timestamp};
use rusqlite::{Connection, Row, params};

use crate::error::Fault;
use crate::intern::{Assets, Interner};
use crate::sql;

pub(crate) fn write(ids: &mut Interner<'_>, readings: &[PriceReading]) -> Result<(), Fault> {
    for reading in readings {
        let upsert = "INSERT OR REPLACE INTO price
                          (asset, block, contract, way, usd, scale, at, reason)
                      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let quote = reading.outcome.ok();
        let at = quote.map(|quote| sql::integer("price time", quote.at.0)).transpose()?;
        let values = params![
            ids.asset(reading.asset)?,
            sql::block_column(reading.block)?,
            ids.address(reading.contract)?,
            reading.way.name(),
            quote.map(|quote| quote.usd.to_minimal_be_bytes()),
            quote.map(|quote| quote.scale),
            at,
            reading.outcome.err().map(NoPrice::name),
        ];
        sql::run(ids.conn(), upsert, values)?;
    }
    Ok(())
}

pub(crate) fn all(conn: &Connection) -> Result<Vec<PriceReading>, Fault> {
    let assets = Assets::read(conn)?;
    let select = "SELECT asset, block, bytes, way, usd, scale, at, reason FROM price
                  JOIN address ON address.id = price.contract";
    let mut readings = sql::all(conn, select, [], |row| {
        let way: String = row.get(3)?;
        Ok(PriceReading {
            asset: assets.get(sql::small(row, 0)?)?,
            block: sql::number(row, 1)?,
            contract: sql::address(row, 2)?,
            way: PriceWay::from_name(&way)
                .ok_or_else(|| Fault::Damaged(format!("no price is read by `{way}`")))?,
            outcome: outcome(row)?,
        })
    })?;
    readings.sort_unstable();
    Ok(readings)
}

fn outcome(row: &Row<'_>) -> Result<Result<Quote, NoPrice>, Fault> {
    if let Some(reason) = row.get::<_, Option<String>>(7)? {
        let known = NoPrice::from_name(&reason);
        return known
            .map(Err)
            .ok_or_else(|| Fault::Damaged(format!("no price is missing for `{reason}`")));
    }
    let (usd, scale) = (sql::amount(row, 4)?, sql::small(row, 5)?);
    Ok(Ok(Quote { usd, scale, at: Timestamp(sql::number(row, 6)?) }))
}
