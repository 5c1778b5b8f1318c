//! Versions of lists.

use std::collections::BTreeMap;

use fundtrail_model::{Date, DayKnown, EditionCounts, ListEdition, Timestamp, parse_date};
use rusqlite::{Connection, Row, params};

use crate::error::Fault;
use crate::sql::{all as rows, first, integer, number, run};

const COLUMNS: &str = "id, list, format, day, day_known, retrieved, source, sha256, etag, is_whole, \
    bytes, entries, listed, named, tokens, foreigners, repeated";
/// Days are texts like `2022-08-08`, which sort as days.
const ORDER: &str = "ORDER BY list, day, retrieved, id";

/// The number of the edition with the same bytes and day in the same list.
pub(super) fn find(conn: &Connection, edition: &ListEdition) -> Result<Option<u64>, Fault> {
    let sql = "SELECT id FROM edition WHERE list = ? AND day = ? AND sha256 = ?";
    let key = params![edition.list, edition.day.to_string(), edition.sha256];
    first(conn, sql, key, |row| number(row, 0))
}

pub(super) fn insert(conn: &Connection, edition: &ListEdition) -> Result<i64, Fault> {
    let counts = edition.counts;
    run(
        conn,
        "INSERT INTO edition (list, format, day, day_known, retrieved, source, sha256, etag, is_whole, \
         bytes, entries, listed, named, tokens, foreigners, repeated) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        params![
            edition.list,
            edition.format,
            edition.day.to_string(),
            edition.day_known.name(),
            integer("time", edition.retrieved.0)?,
            edition.source,
            edition.sha256,
            edition.etag,
            edition.is_whole,
            integer("count", counts.bytes)?,
            integer("count", counts.entries)?,
            integer("count", counts.listed)?,
            integer("count", counts.named)?,
            integer("count", counts.tokens)?,
            integer("count", counts.foreign)?,
            integer("count", counts.repeated)?,
        ],
    )?;
    Ok(conn.last_insert_rowid())
}

pub(super) fn all(conn: &Connection) -> Result<Vec<(u64, ListEdition)>, Fault> {
    rows(conn, &format!("SELECT {COLUMNS} FROM edition {ORDER}"), [], read)
}

/// The place of each edition in the sequence of all, by its number.
pub(super) fn places(conn: &Connection) -> Result<BTreeMap<u64, usize>, Fault> {
    let ids = rows(conn, &format!("SELECT id FROM edition {ORDER}"), [], |row| number(row, 0))?;
    Ok(ids.into_iter().zip(0..).collect())
}

fn read(row: &Row<'_>) -> Result<(u64, ListEdition), Fault> {
    let word: String = row.get(4)?;
    let day_known = DayKnown::ALL
        .into_iter()
        .find(|known| known.name() == word)
        .ok_or_else(|| Fault::Damaged(format!("`{word}` is no way to know a day")))?;
    let edition = ListEdition {
        list: row.get(1)?,
        format: row.get(2)?,
        day: day(row, 3)?.ok_or_else(|| Fault::Damaged("an edition has no day".to_owned()))?,
        day_known,
        retrieved: Timestamp(number(row, 5)?),
        source: row.get(6)?,
        sha256: row.get(7)?,
        etag: row.get(8)?,
        is_whole: row.get(9)?,
        counts: EditionCounts {
            bytes: number(row, 10)?,
            entries: number(row, 11)?,
            listed: number(row, 12)?,
            named: number(row, 13)?,
            tokens: number(row, 14)?,
            foreign: number(row, 15)?,
            repeated: number(row, 16)?,
        },
    };
    Ok((number(row, 0)?, edition))
}

/// A column as a day, or `None` for no value.
pub(super) fn day(row: &Row<'_>, column: usize) -> Result<Option<Date>, Fault> {
    let text: Option<String> = row.get(column)?;
    let damaged = |text: &str| Fault::Damaged(format!("`{text}` is no day"));
    text.map(|text| parse_date(&text).ok_or_else(|| damaged(&text))).transpose()
}
