//! Making and opening files.
//!
//! A file at rest is in rollback mode: one self-contained file, which can be copied, and read where
//! nothing can be written. It is in WAL mode only while a writer has it open, so that readers and the
//! writer do not wait for each other and a write costs no `fsync`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, MAIN_DB, OpenFlags};

use crate::error::{Error, Fault};
use crate::schema;

/// How long to wait for another program before giving up.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// Kibibytes of pages kept in memory.
const PAGE_CACHE_KIB: i64 = 32 * 1024;

/// Pages in the log before they are moved into the file: fewer moves of pages that change often.
const LOG_PAGES: i64 = 4000;

pub(super) fn create(path: &Path) -> Result<Connection, Error> {
    // Claims the name, so that two programs cannot both think that they made the file.
    fs::OpenOptions::new().write(true).create_new(true).open(path).map_err(|error| {
        let missing = || Error::NoFolder { path: path.to_owned() };
        from_io(&error, path, missing)
    })?;
    let make = || {
        let mut conn = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE, PATIENCE)?;
        schema::upgrade(&mut conn, schema::STEPS)?;
        begin_writing(&conn)?;
        Ok(conn)
    };
    make().map_err(|fault: Fault| {
        // The file is ours and useless. If it cannot be removed, the first error is the one to tell.
        let _ = fs::remove_file(path);
        fault.at(path)
    })
}

pub(super) fn read_write(path: &Path, patience: Duration) -> Result<Connection, Error> {
    check_file(path)?;
    let open = || {
        let mut conn = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE, patience)?;
        let found = check_header(&conn)?;
        if conn.is_readonly(MAIN_DB)? {
            return Ok(None);
        }
        if found < schema::newest(schema::STEPS) {
            schema::upgrade(&mut conn, schema::STEPS)?;
        }
        begin_writing(&conn)?;
        Ok(Some(conn))
    };
    open()
        .map_err(|fault: Fault| fault.at(path))?
        .ok_or_else(|| Error::ReadOnly { path: path.to_owned() })
}

pub(super) fn read_only(path: &Path) -> Result<Connection, Error> {
    check_file(path)?;
    let open = |target: &Path, flags| {
        let conn = connect(target, OpenFlags::SQLITE_OPEN_READ_ONLY | flags, PATIENCE)?;
        let found = check_header(&conn)?;
        let known = schema::newest(schema::STEPS);
        if found < known { Err(Fault::OlderSchema { found, known }) } else { Ok(conn) }
    };
    let opened = open(path, OpenFlags::empty()).or_else(|fault| {
        // A killed writer leaves the file in WAL mode, which cannot be read without files beside it.
        // Where those cannot be made, nobody can be writing either, and if no log is left over, the
        // file is complete by itself.
        match immutable_uri(path).filter(|_| fault.is_cannot_open() && !has_log(path)) {
            Some(uri) => open(&uri, OpenFlags::SQLITE_OPEN_URI),
            None => Err(fault),
        }
    });
    opened.map_err(|fault| fault.at(path))
}

pub(super) fn in_memory() -> Result<Connection, Fault> {
    let mut conn = Connection::open_in_memory()?;
    prepare(&conn, PATIENCE)?;
    schema::upgrade(&mut conn, schema::STEPS)?;
    Ok(conn)
}

/// Leaves one self-contained file behind. Where that is not possible (another program has it open, or
/// the disk is full), the log stays beside the file, and nothing is lost.
pub(super) fn end_writing(conn: &Connection) {
    conn.flush_prepared_statement_cache();
    let _ = conn
        .busy_timeout(Duration::ZERO)
        .and_then(|()| conn.pragma_update(None, "synchronous", "FULL"))
        .and_then(|()| conn.pragma_update(None, "journal_mode", "DELETE"));
}

/// In WAL mode a power failure may lose the last writes, each as a whole, but cannot damage the file.
fn begin_writing(conn: &Connection) -> Result<(), Fault> {
    let mode: String =
        conn.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    if mode == "wal" {
        conn.pragma_update(None, "synchronous", "NORMAL")?;
        conn.pragma_update_and_check(None, "wal_autocheckpoint", LOG_PAGES, |_| Ok(()))?;
    }
    Ok(())
}

fn connect(path: &Path, flags: OpenFlags, patience: Duration) -> Result<Connection, Fault> {
    let conn = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    prepare(&conn, patience)?;
    Ok(conn)
}

fn prepare(conn: &Connection, patience: Duration) -> Result<(), Fault> {
    conn.busy_timeout(patience)?;
    conn.set_prepared_statement_cache_capacity(64);
    // A case may come from a stranger: what its schema says is not run.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false)?;
    // One plan per statement: otherwise some are planned again for every value that is bound.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    conn.pragma_update(None, "cell_size_check", true)?;
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    conn.pragma_update(None, "cache_size", -PAGE_CACHE_KIB)?;
    Ok(())
}

fn check_file(path: &Path) -> Result<(), Error> {
    let not_a_case =
        |reason: &str| Error::NotACase { path: path.to_owned(), reason: reason.to_owned() };
    let found = fs::metadata(path).map_err(|error| {
        let missing = || Error::NotFound { path: path.to_owned() };
        from_io(&error, path, missing)
    })?;
    if !found.is_file() {
        return Err(not_a_case("it is not a file"));
    }
    if found.len() == 0 {
        return Err(not_a_case("it is empty"));
    }
    fs::File::open(path).map(drop).map_err(|error| {
        let missing = || Error::NotFound { path: path.to_owned() };
        from_io(&error, path, missing)
    })
}

/// The file's version, if it is a case that this program can read or upgrade.
fn check_header(conn: &Connection) -> Result<i32, Fault> {
    let (application, found) = schema::header(conn)?;
    if application != schema::APPLICATION_ID {
        return Err(Fault::NotACase("it is an SQLite file of another program".to_owned()));
    }
    let known = schema::newest(schema::STEPS);
    if found > known { Err(Fault::NewerSchema { found, known }) } else { Ok(found) }
}

fn from_io(error: &io::Error, path: &Path, missing: impl FnOnce() -> Error) -> Error {
    let path = path.to_owned();
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => missing(),
        io::ErrorKind::AlreadyExists => Error::AlreadyExists { path },
        io::ErrorKind::PermissionDenied => Error::Permission { path },
        io::ErrorKind::ReadOnlyFilesystem => Error::ReadOnly { path },
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Error::DiskFull { path },
        _ => Error::Io { path, detail: error.to_string() },
    }
}

/// Whether writes wait in a log beside the file.
fn has_log(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    fs::metadata(PathBuf::from(log)).is_ok_and(|found| found.len() > 0)
}

/// The name under which `SQLite` reads the file without locks and without files beside it.
fn immutable_uri(path: &Path) -> Option<PathBuf> {
    if !cfg!(unix) {
        return None;
    }
    let mut uri = "file:".to_owned();
    for byte in path.to_str()?.bytes() {
        let c = char::from(byte);
        if c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '.' | '_' | '~') {
            uri.push(c);
        } else {
            uri.push_str(&format!("%{byte:02x}"));
        }
    }
    uri.push_str("?immutable=1");
    Some(PathBuf::from(uri))
}

#[cfg(test)]
mod tests;
