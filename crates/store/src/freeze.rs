//! What issuers of tokens did to addresses.

use fundtrail_model::{Freeze, FreezeKind, Oracle, Timestamp};
use rusqlite::{Connection, params};

use crate::error::Fault;
use crate::intern::Interner;
use crate::sql;

pub(crate) fn replace(ids: &mut Interner<'_>, freezes: &[Freeze]) -> Result<(), Fault> {
    let conn = ids.conn();
    sql::run(conn, "DELETE FROM freeze", [])?;
    for freeze in freezes {
        let insert = "INSERT INTO freeze (chain, block, log, address, oracle, contract, kind,
                                          transaction_hash, timestamp, amount)
                      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
        let values = params![
            sql::chain_column(freeze.chain)?,
            sql::block_column(freeze.block)?,
            freeze.log,
            ids.address(freeze.address)?,
            freeze.oracle.name(),
            ids.address(freeze.contract)?,
            freeze.kind.name(),
            freeze.transaction.as_bytes(),
            sql::integer("block time", freeze.time.0)?,
            freeze.amount.to_minimal_be_bytes(),
        ];
        sql::run(conn, insert, values)?;
    }
    Ok(())
}

pub(crate) fn all(conn: &Connection) -> Result<Vec<Freeze>, Fault> {
    let select = "SELECT chain, address.bytes, oracle, contract.bytes, block, log, kind,
                         transaction_hash, timestamp, amount FROM freeze
                  JOIN address ON address.id = freeze.address
                  JOIN address AS contract ON contract.id = freeze.contract";
    let mut freezes = sql::all(conn, select, [], |row| {
        let (oracle, kind): (String, String) = (row.get(2)?, row.get(6)?);
        Ok(Freeze {
            chain: sql::chain(row, 0)?,
            address: sql::address(row, 1)?,
            oracle: Oracle::from_name(&oracle)
                .ok_or_else(|| Fault::Damaged(format!("no oracle is called `{oracle}`")))?,
            contract: sql::address(row, 3)?,
            block: sql::number(row, 4)?,
            log: sql::small(row, 5)?,
            kind: FreezeKind::from_name(&kind)
                .ok_or_else(|| Fault::Damaged(format!("no freeze is called `{kind}`")))?,
            transaction: sql::hash(row, 7)?,
            time: Timestamp(sql::number(row, 8)?),
            amount: sql::amount(row, 9)?,
        })
    })?;
    freezes.sort_unstable();
    Ok(freezes)
}
