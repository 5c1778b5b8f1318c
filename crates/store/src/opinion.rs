//! What contracts on the chain said of addresses.

use fundtrail_model::{Opinion, Oracle};
use rusqlite::{Connection, params};

use crate::error::Fault;
use crate::intern::Interner;
use crate::sql;

pub(crate) fn replace(ids: &mut Interner<'_>, opinions: &[Opinion]) -> Result<(), Fault> {
    let conn = ids.conn();
    sql::run(conn, "DELETE FROM opinion", [])?;
    for opinion in opinions {
        let insert = "INSERT INTO opinion (chain, address, oracle, contract, block, is_listed)
                      VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let values = params![
            sql::chain_column(opinion.chain)?,
            ids.address(opinion.address)?,
            opinion.oracle.name(),
            ids.address(opinion.contract)?,
            sql::block_column(opinion.block)?,
            opinion.is_listed,
        ];
        sql::run(conn, insert, values)?;
    }
    Ok(())
}

pub(crate) fn all(conn: &Connection) -> Result<Vec<Opinion>, Fault> {
    let select =
        "SELECT chain, address.bytes, oracle, contract.bytes, block, is_listed FROM opinion
                  JOIN address ON address.id = opinion.address
                  JOIN address AS contract ON contract.id = opinion.contract";
    let mut opinions = sql::all(conn, select, [], |row| {
        let oracle: String = row.get(2)?;
        Ok(Opinion {
            chain: sql::chain(row, 0)?,
            address: sql::address(row, 1)?,
            oracle: Oracle::from_name(&oracle)
                .ok_or_else(|| Fault::Damaged(format!("no oracle is called `{oracle}`")))?,
            contract: sql::address(row, 3)?,
            block: sql::number(row, 4)?,
            is_listed: row.get(5)?,
        })
    })?;
    opinions.sort_unstable();
    Ok(opinions)
}
