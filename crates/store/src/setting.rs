//! Settings: texts by key.

use std::collections::BTreeMap;

use rusqlite::Connection;

use crate::error::Fault;
use crate::sql;

pub(crate) fn set(conn: &Connection, key: &str, value: &str) -> Result<(), Fault> {
    let upsert = "INSERT INTO setting (key, value) VALUES (?1, ?2)
                  ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    sql::run(conn, upsert, [key, value]).map(drop)
}

/// Takes away every setting whose key starts with the prefix, and sets these.
pub(crate) fn replace(
    conn: &Connection,
    prefix: &str,
    settings: &BTreeMap<String, String>,
) -> Result<(), Fault> {
    // `substr` and not `LIKE`: a prefix may hold `_` or `%`.
    sql::run(conn, "DELETE FROM setting WHERE substr(key, 1, length(?1)) = ?1", [prefix])?;
    for (key, value) in settings {
        set(conn, &format!("{prefix}{key}"), value)?;
    }
    Ok(())
}

pub(crate) fn get(conn: &Connection, key: &str) -> Result<Option<String>, Fault> {
    sql::first(conn, "SELECT value FROM setting WHERE key = ?1", [key], |row| Ok(row.get(0)?))
}

pub(crate) fn all(conn: &Connection) -> Result<BTreeMap<String, String>, Fault> {
    let select = "SELECT key, value FROM setting";
    let rows = sql::all(conn, select, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.into_iter().collect())
}
