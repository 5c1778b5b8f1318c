//! Rows of transfers on their way into the file.

use fundtrail_model::{H256, Transfer};
use rusqlite::{CachedStatement, Connection};

use super::{Key, check_amount};
use crate::error::Fault;
use crate::sql;

/// Rows of one statement. To begin and to end one costs about as much as a row; more rows gain little.
const AT_ONCE: usize = 16;

/// A row that is to be written.
pub(super) struct Row<'w> {
    pub(super) key: Key,
    pub(super) transfer: &'w Transfer,
    /// Whether this row is the one that names the transaction.
    pub(super) is_named: bool,
}

/// Collects rows and writes them some at a time. What is not [flushed](Inserts::flush) is not written.
pub(super) struct Inserts<'c, 'w> {
    conn: &'c Connection,
    one: CachedStatement<'c>,
    many: CachedStatement<'c>,
    rows: Vec<Row<'w>>,
}

impl<'c, 'w> Inserts<'c, 'w> {
    pub(super) fn prepare(conn: &'c Connection) -> Result<Self, Fault> {
        let statement = |rows: usize| {
            let values = vec!["(?,?,?,?,?,?,?,?,?,?)"; rows].join(",");
            format!(
                "INSERT INTO transfer (chain, block, transaction_index, kind, number, asset, payer, payee,
                                       amount, transaction_hash)
                 VALUES {values} ON CONFLICT DO NOTHING"
            )
        };
        let (one, many) = (statement(1), statement(AT_ONCE));
        let (one, many) = (conn.prepare_cached(&one)?, conn.prepare_cached(&many)?);
        Ok(Self { conn, one, many, rows: Vec::with_capacity(AT_ONCE) })
    }

    pub(super) fn add(&mut self, row: Row<'w>) -> Result<(), Fault> {
        self.rows.push(row);
        if self.rows.len() < AT_ONCE {
            return Ok(());
        }
        insert(self.conn, &mut self.many, &self.rows)?;
        self.rows.clear();
        Ok(())
    }

    pub(super) fn flush(&mut self) -> Result<(), Fault> {
        for row in self.rows.drain(..) {
            insert(self.conn, &mut self.one, std::slice::from_ref(&row))?;
        }
        Ok(())
    }
}

/// Writes as many rows as the statement has room for. Those that are there already must say the same.
fn insert(
    conn: &Connection,
    statement: &mut CachedStatement<'_>,
    rows: &[Row<'_>],
) -> Result<(), Fault> {
    let mut columns = 1..;
    let mut column = || columns.next().unwrap_or(usize::MAX);
    for Row { key, transfer, is_named } in rows {
        for number in key {
            statement.raw_bind_parameter(column(), number)?;
        }
        let mut amount = [0; 32];
        let amount = sql::amount_column(transfer.amount, &mut amount);
        statement.raw_bind_parameter(column(), amount)?;
        let hash = transfer.transaction.as_ref().map_or(&[][..], H256::as_bytes);
        statement.raw_bind_parameter(column(), is_named.then_some(hash))?;
    }
    if statement.raw_execute()? < rows.len() {
        for Row { key, transfer, .. } in rows {
            check_amount(conn, *key, transfer)?;
        }
    }
    Ok(())
}
