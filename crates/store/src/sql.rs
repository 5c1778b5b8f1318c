//! Running statements, and values as columns.

use fundtrail_model::{Address, Amount, ChainId, H256, Window};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Params, Row};

use crate::error::Fault;

/// Runs a statement; returns how many rows it changed.
pub(crate) fn run(conn: &Connection, sql: &str, params: impl Params) -> Result<usize, Fault> {
    Ok(conn.prepare_cached(sql)?.execute(params)?)
}

/// Reads every row.
pub(crate) fn all<T>(
    conn: &Connection,
    sql: &str,
    params: impl Params,
    mut read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    let mut values = Vec::new();
    each(conn, sql, params, |row| {
        values.push(read(row)?);
        Ok(())
    })?;
    // What is read of a large case stays long.
    values.shrink_to_fit();
    Ok(values)
}

/// Does something with every row.
pub(crate) fn each(
    conn: &Connection,
    sql: &str,
    params: impl Params,
    mut with: impl FnMut(&Row<'_>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    while let Some(row) = rows.next()? {
        with(row)?;
    }
    Ok(())
}

/// Reads the first row, if there is one.
pub(crate) fn first<T>(
    conn: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnOnce(&Row<'_>) -> Result<T, Fault>,
) -> Result<Option<T>, Fault> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    rows.next()?.map(read).transpose()
}

/// A number as a column, refused where it would not fit.
pub(crate) fn integer(what: &'static str, value: u64) -> Result<i64, Fault> {
    i64::try_from(value).map_err(|_| Fault::OutOfRange { what, value })
}

/// A chain as a column.
pub(crate) fn chain_column(chain: ChainId) -> Result<i64, Fault> {
    integer("chain id", chain.0)
}

/// A block number as a column.
pub(crate) fn block_column(block: u64) -> Result<i64, Fault> {
    integer("block number", block)
}

/// A window as two columns.
pub(crate) fn window_columns(window: Window) -> Result<(i64, i64), Fault> {
    Ok((block_column(window.first())?, block_column(window.last())?))
}

/// An amount as a column: its bytes without leading zeros, within `bytes`.
pub(crate) fn amount_column(amount: Amount, bytes: &mut [u8; 32]) -> &[u8] {
    amount.base_units().to_big_endian(bytes);
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.get(zeros..).unwrap_or_default()
}

/// A column as a number.
pub(crate) fn number(row: &Row<'_>, column: usize) -> Result<u64, Fault> {
    let value: i64 = row.get(column)?;
    u64::try_from(value).map_err(|_| Fault::Damaged(format!("a number is negative: {value}")))
}

/// A column as a number of 32 bits or fewer.
pub(crate) fn small<T: TryFrom<u64>>(row: &Row<'_>, column: usize) -> Result<T, Fault> {
    let value = number(row, column)?;
    T::try_from(value).map_err(|_| Fault::Damaged(format!("a number is too large: {value}")))
}

/// A column as a chain.
pub(crate) fn chain(row: &Row<'_>, column: usize) -> Result<ChainId, Fault> {
    number(row, column).map(ChainId)
}

/// Two columns as a window.
pub(crate) fn window(row: &Row<'_>, column: usize) -> Result<Window, Fault> {
    let (first, last) = (number(row, column)?, number(row, column + 1)?);
    Window::new(first, last)
        .ok_or_else(|| Fault::Damaged(format!("a window ends before it begins: {first} {last}")))
}

/// A column as an amount.
pub(crate) fn amount(row: &Row<'_>, column: usize) -> Result<Amount, Fault> {
    let bytes = blob(row, column)?;
    Amount::from_be_bytes(bytes)
        .ok_or_else(|| Fault::Damaged(format!("an amount has {} bytes", bytes.len())))
}

/// A column as an address, or `None` for no bytes.
pub(crate) fn party(row: &Row<'_>, column: usize) -> Result<Option<Address>, Fault> {
    let bytes = blob(row, column)?;
    if bytes.is_empty() {
        return Ok(None);
    }
    let bytes = <[u8; 20]>::try_from(bytes)
        .map_err(|_| Fault::Damaged(format!("an address has {} bytes", bytes.len())))?;
    Ok(Some(Address::from(bytes)))
}

/// A column as an address.
pub(crate) fn address(row: &Row<'_>, column: usize) -> Result<Address, Fault> {
    party(row, column)?.ok_or_else(|| Fault::Damaged("an address is missing".to_owned()))
}

/// A column as a hash, or `None` for no bytes.
pub(crate) fn hash_or_none(row: &Row<'_>, column: usize) -> Result<Option<H256>, Fault> {
    let bytes = blob(row, column)?;
    if bytes.is_empty() {
        return Ok(None);
    }
    let bytes = <[u8; 32]>::try_from(bytes)
        .map_err(|_| Fault::Damaged(format!("a hash has {} bytes", bytes.len())))?;
    Ok(Some(H256::from(bytes)))
}

/// A column as a hash.
pub(crate) fn hash(row: &Row<'_>, column: usize) -> Result<H256, Fault> {
    hash_or_none(row, column)?.ok_or_else(|| Fault::Damaged("a hash is missing".to_owned()))
}

/// Whether a column has no value.
pub(crate) fn is_null(row: &Row<'_>, column: usize) -> Result<bool, Fault> {
    Ok(row.get_ref(column)? == ValueRef::Null)
}

fn blob<'r>(row: &'r Row<'_>, column: usize) -> Result<&'r [u8], Fault> {
    let value = row.get_ref(column)?;
    let found = value.data_type();
    value
        .as_blob()
        .map_err(|_| Fault::Damaged(format!("a value of the type {found} is not a blob")))
}
