//! Addresses whose history was not fetched because they are too crowded.

use fundtrail_model::{ChainId, Crowd, CrowdSize};
use rusqlite::{Connection, Row, params};

use crate::error::Fault;
use crate::intern::Interner;
use crate::sql;

const COUNTERPARTIES: i64 = 1;
const SIGNED: i64 = 2;

/// Of two that begin with the same block the larger is kept, and of those the one that took fewer blocks, so
/// that the order of the writes does not matter.
pub(crate) fn write(ids: &mut Interner<'_>, crowd: &Crowd) -> Result<(), Fault> {
    let chain = sql::chain_column(crowd.chain)?;
    let address = ids.address(crowd.address)?;
    let (first, last) = sql::window_columns(crowd.window)?;
    let kind = match crowd.size {
        CrowdSize::Counterparties(_) => COUNTERPARTIES,
        CrowdSize::Signed(_) => SIGNED,
    };
    let count = sql::block_column(crowd.size.count())?;
    let upsert = "INSERT INTO crowd (chain, address, kind, first, last, count)
                  VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                  ON CONFLICT (chain, address, kind, first) DO UPDATE
                  SET last = excluded.last, count = excluded.count
                  WHERE (excluded.count, -excluded.last) > (count, -last)";
    let values = params![chain, address, kind, first, last, count];
    sql::run(ids.conn(), upsert, values).map(drop)
}

pub(crate) fn all(conn: &Connection, chain: ChainId) -> Result<Vec<Crowd>, Fault> {
    let select = "SELECT first, last, kind, count, bytes FROM crowd
                  JOIN address ON address.id = address WHERE chain = ?1";
    let mut crowds = sql::all(conn, select, [sql::chain_column(chain)?], |row| {
        let (window, address) = (sql::window(row, 0)?, sql::address(row, 4)?);
        Ok(Crowd { chain, address, window, size: size(row)? })
    })?;
    crowds.sort_unstable();
    Ok(crowds)
}

fn size(row: &Row<'_>) -> Result<CrowdSize, Fault> {
    match row.get(2)? {
        COUNTERPARTIES => Ok(CrowdSize::Counterparties(sql::small(row, 3)?)),
        SIGNED => Ok(CrowdSize::Signed(sql::number(row, 3)?)),
        kind => Err(Fault::Damaged(format!("no crowd is of the kind {kind}"))),
    }
}
