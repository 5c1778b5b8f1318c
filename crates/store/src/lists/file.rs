//! Making and opening the file of a list store.

use std::path::Path;
use std::time::Duration;
use std::{fs, io};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::error::{Error, Fault};
use crate::schema;

/// What the header of every list store says at byte 68: `FTRS`.
const APPLICATION_ID: i32 = 0x4654_5253;

/// Step `n` turns version `n` into version `n + 1`. A released step is never edited.
const STEPS: &[&str] = &[include_str!("v1.sql")];

const PATIENCE: Duration = Duration::from_secs(5);

pub(super) fn open(path: &Path) -> Result<Connection, Error> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)
            .map_err(|error| problem(path, format!("its folder cannot be made: {error}")))?;
    }
    let open = || {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let mut conn = connect(path, flags)?;
        let (application, found) = schema::header(&conn)?;
        let is_new = application == 0 && found == 0 && is_empty(&conn)?;
        if !is_new {
            check(application, found)?;
        }
        upgrade(&mut conn)?;
        Ok(conn)
    };
    open().map_err(|fault| at(fault, path))
}

pub(super) fn open_read_only(path: &Path) -> Result<Option<Connection>, Error> {
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(problem(path, error.to_string())),
        Ok(_) => {}
    }
    let open = || {
        let conn = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let (application, found) = schema::header(&conn)?;
        check(application, found)?;
        let known = schema::newest(STEPS);
        if found < known { Err(Fault::OlderSchema { found, known }) } else { Ok(conn) }
    };
    open().map(Some).map_err(|fault| at(fault, path))
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, Fault> {
    let conn = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    conn.busy_timeout(PATIENCE)?;
    // A store may come from a stranger: what its schema says is not run.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false)?;
    conn.pragma_update(None, "cell_size_check", true)?;
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(conn)
}

fn check(application: i32, found: i32) -> Result<(), Fault> {
    if application != APPLICATION_ID {
        return Err(Fault::NotACase("it is an SQLite file of another kind".to_owned()));
    }
    let known = schema::newest(STEPS);
    if found > known { Err(Fault::NewerSchema { found, known }) } else { Ok(()) }
}

fn is_empty(conn: &Connection) -> Result<bool, Fault> {
    let tables = "SELECT 1 FROM sqlite_schema LIMIT 1";
    Ok(crate::sql::first(conn, tables, [], |_| Ok(()))?.is_none())
}

fn upgrade(conn: &mut Connection) -> Result<(), Fault> {
    let (_, found) = schema::header(conn)?;
    if found == schema::newest(STEPS) {
        return Ok(());
    }
    let write = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Read inside the write: another process may have upgraded the file in between.
    let (_, found) = schema::header(&write)?;
    let done = usize::try_from(found).unwrap_or(usize::MAX);
    for step in STEPS.get(done..).unwrap_or_default() {
        write.execute_batch(step)?;
    }
    write.pragma_update(None, "application_id", APPLICATION_ID)?;
    write.pragma_update(None, "user_version", schema::newest(STEPS))?;
    Ok(write.commit()?)
}

/// The fault for the caller, who knows the file and not the tables.
pub(super) fn at(fault: Fault, path: &Path) -> Error {
    match fault.at(path) {
        Error::NotACase { reason, .. } => problem(path, format!("is not a list store: {reason}")),
        Error::Corrupt { detail, .. } => problem(path, format!("is damaged: {detail}")),
        Error::OlderSchema { found, known, .. } => problem(
            path,
            format!(
                "has version {found} and is read in version {known}: import a list to upgrade it"
            ),
        ),
        other => other,
    }
}

fn problem(path: &Path, problem: String) -> Error {
    Error::ListStore { path: path.to_owned(), problem }
}
