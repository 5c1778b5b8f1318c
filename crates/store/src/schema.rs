//! The version of a case file, and the steps from each version to the next.

use rusqlite::{Connection, TransactionBehavior};

use crate::error::Fault;

/// What the header of every case file says at byte 68: `FTRL`.
pub(crate) const APPLICATION_ID: i32 = 0x4654_524c;

/// Step `n` turns version `n` into version `n + 1`. A released step is never edited.
pub(crate) const STEPS: &[&str] = &[
    include_str!("schema/v1.sql"),
    include_str!("schema/v2.sql"),
    include_str!("schema/v3.sql"),
    include_str!("schema/v4.sql"),
    include_str!("schema/v5.sql"),
    include_str!("schema/v6.sql"),
];

/// The version that `steps` lead to.
pub(crate) fn newest(steps: &[&str]) -> i32 {
    i32::try_from(steps.len()).unwrap_or(i32::MAX)
}

/// The application id and the schema version in the file's header.
pub(crate) fn header(conn: &Connection) -> Result<(i32, i32), Fault> {
    let pragma = |name| conn.pragma_query_value(None, name, |row| row.get(0));
    Ok((pragma("application_id")?, pragma("user_version")?))
}

/// Writes the application id and runs every step that the file has not seen, in one write.
pub(crate) fn upgrade(conn: &mut Connection, steps: &[&str]) -> Result<(), Fault> {
    let write = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Read inside the write: another process may have upgraded the file in between.
    let (_, found) = header(&write)?;
    let known = newest(steps);
    let done = usize::try_from(found).unwrap_or(usize::MAX);
    let Some(todo) = steps.get(done..) else {
        return Err(Fault::NewerSchema { found, known });
    };
    for step in todo {
        write.execute_batch(step)?;
    }
    write.pragma_update(None, "application_id", APPLICATION_ID)?;
    write.pragma_update(None, "user_version", known)?;
    Ok(write.commit()?)
}

#[cfg(test)]
mod tests;
