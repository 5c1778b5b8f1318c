//! What goes wrong below [`Case`](crate::Case), where the path of the file is not known.

use std::path::{Path, PathBuf};

use fundtrail_model::{ChainId, H256, SeedId};
use rusqlite::ErrorCode;

use super::Error;

#[derive(Debug)]
pub(crate) enum Fault {
    Sql(rusqlite::Error),
    NotACase(String),
    NewerSchema { found: i32, known: i32 },
    OlderSchema { found: i32, known: i32 },
    Damaged(String),
    Fork { chain: ChainId, block: u64, stored: H256, new: H256 },
    Conflict(String),
    Inconsistent(String),
    OutOfRange { what: &'static str, value: u64 },
    SeedTaken { id: SeedId, spec: String },
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl Fault {
    /// Whether `SQLite` could not open the file, or one that goes with it.
    pub(crate) fn is_cannot_open(&self) -> bool {
        matches!(self, Self::Sql(error) if error.sqlite_error_code() == Some(ErrorCode::CannotOpen))
    }

    /// The same for the caller, who knows the file.
    pub(crate) fn at(self, path: &Path) -> Error {
        let path = path.to_owned();
        match self {
            Self::Sql(error) => from_sql(&error, path),
            Self::NotACase(reason) => Error::NotACase { path, reason },
            Self::NewerSchema { found, known } => Error::NewerSchema { path, found, known },
            Self::OlderSchema { found, known } => Error::OlderSchema { path, found, known },
            Self::Damaged(detail) => Error::Corrupt { path, detail },
            Self::Fork { chain, block, stored, new } => {
                Error::Fork { path, chain, block, stored, new }
            }
            Self::Conflict(what) => Error::Conflict { path, what },
            Self::Inconsistent(what) => Error::Inconsistent { path, what },
            Self::OutOfRange { what, value } => Error::OutOfRange { path, what, value },
            Self::SeedTaken { id, spec } => Error::SeedTaken { path, id, spec },
        }
    }
}

fn from_sql(error: &rusqlite::Error, path: PathBuf) -> Error {
    let detail = match error {
        rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
        // Its own text repeats the whole statement.
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        _ => error.to_string(),
    };
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::Locked { path },
        Some(ErrorCode::DiskFull) => Error::DiskFull { path },
        Some(ErrorCode::ReadOnly) => Error::ReadOnly { path },
        Some(ErrorCode::PermissionDenied) => Error::Permission { path },
        Some(ErrorCode::NotADatabase) => {
            Error::NotACase { path, reason: "it is not an SQLite file".to_owned() }
        }
        Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen | ErrorCode::OutOfMemory) => {
            Error::Io { path, detail }
        }
        // Everything else says that a table, a column or a value is not what the version in the
        // header promises.
        _ => Error::Corrupt { path, detail },
    }
}
