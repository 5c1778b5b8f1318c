//! `fundtrail lists`

mod check;
mod compare;
mod history;
mod import;
mod kept;
mod show;
mod update;

use std::path::{Path, PathBuf};

use fundtrail_labels::{Book, ListKind, Sourcing};
use fundtrail_model::Address;
use fundtrail_store::ListStore;

use crate::args::{Exported, Lists};
use crate::config::Config;
use crate::error::{Error, Exit};
use crate::ui;

pub(crate) fn run(args: &Lists) -> Result<Exit, Error> {
    match args {
        Lists::Show { lists, store } => show::run(lists, store),
        Lists::Check(args) => check::run(args),
        Lists::Import(args) => import::run(args),
        Lists::Update(args) => update::run(args),
        Lists::Diff { old, new, store } => compare::run(old, new, store),
        Lists::History { address, store } => history::run(address, store),
        Lists::Export { what, lists, store } => {
            let store = kept::open(store.store.as_deref())?;
            let book = all(store.as_ref(), &lists.labels, lists.allow_unsourced)?;
            let kind = match what {
                Exported::Listings => ListKind::Listings,
                Exported::Labels => ListKind::Labels,
                Exported::Tokens => ListKind::Tokens,
            };
            ui::data(&book.export(kind)?);
            Ok(Exit::Done)
        }
    }
}

/// The built-in lists, those that are kept, and those that were given.
pub(crate) fn book(files: &[PathBuf], allow_unsourced: bool) -> Result<Book, Error> {
    all(kept::open(None)?.as_ref(), files, allow_unsourced)
}

/// The same, with this store.
fn all(store: Option<&ListStore>, files: &[PathBuf], allow_unsourced: bool) -> Result<Book, Error> {
    let mut book = Book::builtin()?;
    if let Some(store) = store {
        book.add_kept(&editions(store)?, store.facts()?);
    }
    add_own(&mut book, files, allow_unsourced)?;
    Ok(book)
}

/// The same, where only these addresses are asked for: nothing else is read from the store.
fn of_addresses(
    store: Option<&ListStore>,
    addresses: &[Address],
    files: &[PathBuf],
    allow_unsourced: bool,
) -> Result<Book, Error> {
    let mut book = Book::builtin()?;
    if let Some(store) = store {
        book.add_kept(&editions(store)?, store.facts_of(addresses)?);
    }
    add_own(&mut book, files, allow_unsourced)?;
    Ok(book)
}

fn editions(store: &ListStore) -> Result<Vec<fundtrail_model::ListEdition>, Error> {
    Ok(store.editions()?.into_iter().map(|(_, edition)| edition).collect())
}

fn add_own(book: &mut Book, files: &[PathBuf], allow_unsourced: bool) -> Result<(), Error> {
    let config = Config::load()?;
    let sourcing = match allow_unsourced || config.allow_unsourced {
        true => Sourcing::OptionalForLabels,
        false => Sourcing::Required,
    };
    for path in config.labels.iter().chain(files) {
        let text = std::fs::read(path).map_err(|error| unreadable(path, error))?;
        book.extend_with(&text, &path.display().to_string(), sourcing)?;
    }
    Ok(())
}

fn unreadable(path: &Path, error: std::io::Error) -> Error {
    Error::File { action: "read", path: path.into(), error }
}
