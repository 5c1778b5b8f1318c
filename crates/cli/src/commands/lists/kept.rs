//! Where the list store is.

use std::path::{Path, PathBuf};

use fundtrail_store::ListStore;

use crate::config::{Config, data_folder};
use crate::error::Error;

const FILE_NAME: &str = "lists.sqlite";
/// Instead of a file: no store at all.
const NONE: &str = "none";

/// Opens the store for reading; `None` where there is none yet, or none is wanted.
pub(super) fn open(typed: Option<&Path>) -> Result<Option<ListStore>, Error> {
    match place(typed)? {
        Some(path) => Ok(ListStore::open_read_only(&path)?),
        None => Ok(None),
    }
}

/// Opens the store for writing, and makes it if it is missing.
pub(super) fn open_or_create(typed: Option<&Path>) -> Result<ListStore, Error> {
    let path = place(typed)?.ok_or_else(|| {
        Error::usage(
            "there is no list store to keep lists in",
            "name a file with --store, with FUNDTRAIL_LISTS or with `lists` in fundtrail.toml",
        )
    })?;
    Ok(ListStore::open(&path)?)
}

/// The store for commands that need one.
pub(super) fn needed(typed: Option<&Path>) -> Result<ListStore, Error> {
    open(typed)?.ok_or_else(|| {
        Error::usage(
            "no list is kept yet",
            "import one with `fundtrail lists import FILE`, or name another store with --store",
        )
    })
}

/// What was typed, over the environment, over `fundtrail.toml`, over the user's data folder; `None` for no
/// store.
pub(super) fn place(typed: Option<&Path>) -> Result<Option<PathBuf>, Error> {
    let named = match typed {
        Some(path) => Some(path.to_owned()),
        None => Config::load()?.lists,
    };
    Ok(match named {
        Some(path) if path == Path::new(NONE) => None,
        Some(path) => Some(path),
        None => data_folder().map(|folder| folder.join(FILE_NAME)),
    })
}
