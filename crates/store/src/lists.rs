//! Keeps every version of every list in one file.

mod edition;
mod fact;
mod file;

use std::path::{Path, PathBuf};

use fundtrail_model::{Address, KeptFact, ListEdition, ListFact};
use rusqlite::{Connection, TransactionBehavior};

use crate::error::{Error, Fault};

/// Every imported version of every list, in one file of its own.
///
/// A version is in it entirely or not at all, and never leaves it: what a list says no more is told from what
/// its older versions said. Methods that read see one state of the file, whatever another program writes.
#[derive(Debug)]
pub struct ListStore {
    conn: Connection,
    path: PathBuf,
}

/// What came of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Imported {
    /// The version is in the store now, under this number.
    New(u64),
    /// The same bytes of the same day were there already, under this number.
    Known(u64),
}

impl ListStore {
    /// Opens the file for reading and writing; makes it and its folder if they are missing.
    ///
    /// # Errors
    ///
    /// If it is not a list store, a newer program wrote it, or it cannot be written to.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let conn = file::open(path)?;
        Ok(Self { conn, path: path.to_owned() })
    }

    /// Opens the file for reading; `None` if there is none.
    ///
    /// # Errors
    ///
    /// If it is not a list store, or was written by a newer program.
    pub fn open_read_only(path: &Path) -> Result<Option<Self>, Error> {
        let conn = file::open_read_only(path)?;
        Ok(conn.map(|conn| Self { conn, path: path.to_owned() }))
    }

    /// Where the store is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds a version of a list, all of it or, on an error, nothing.
    ///
    /// # Errors
    ///
    /// If the file cannot be written to, or a number is too large.
    pub fn import(&mut self, edition: &ListEdition, facts: &[ListFact]) -> Result<Imported, Error> {
        let run = |conn: &mut Connection| {
            let write = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
            if let Some(id) = edition::find(&write, edition)? {
                return Ok(Imported::Known(id));
            }
            let id = edition::insert(&write, edition)?;
            fact::insert(&write, &edition.list, id, facts)?;
            write.commit()?;
            Ok(Imported::New(u64::try_from(id).unwrap_or_default()))
        };
        run(&mut self.conn).map_err(|fault: Fault| file::at(fault, &self.path))
    }

    /// Every version with its number, by list, then by day, then in the order of their import.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn editions(&self) -> Result<Vec<(u64, ListEdition)>, Error> {
        self.read(edition::all)
    }

    /// Everything that any version says, by address. The editions of a fact are places in
    /// [`ListStore::editions`].
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn facts(&self) -> Result<Vec<KeptFact>, Error> {
        self.read(|conn| fact::all(conn, &edition::places(conn)?))
    }

    /// What any version says of these addresses, in the order in which they are given.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn facts_of(&self, addresses: &[Address]) -> Result<Vec<KeptFact>, Error> {
        self.read(|conn| {
            let places = edition::places(conn)?;
            let mut facts = Vec::new();
            for address in addresses {
                facts.extend(fact::of(conn, address.as_bytes(), &places)?);
            }
            Ok(facts)
        })
    }

    /// The addresses of EVM chains of which any version says anything, sorted. An address of another kind of
    /// chain whose text has 20 bytes may be among them, as these bytes.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn addresses(&self) -> Result<Vec<Address>, Error> {
        self.read(fact::addresses)
    }

    /// What any version says of an address of another kind of chain, written exactly so.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn facts_of_foreign(&self, address: &str) -> Result<Vec<KeptFact>, Error> {
        self.read(|conn| fact::of(conn, address.as_bytes(), &edition::places(conn)?))
    }

    /// What one version says, by address; `None` if there is no version of that number.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn facts_in(&self, number: u64) -> Result<Option<Vec<ListFact>>, Error> {
        self.read(|conn| fact::in_edition(conn, number))
    }

    fn read<T>(&self, read: impl FnOnce(&Connection) -> Result<T, Fault>) -> Result<T, Error> {
        let run = || {
            let state = self.conn.unchecked_transaction()?;
            let value = read(&state)?;
            state.commit()?;
            Ok(value)
        };
        run().map_err(|fault: Fault| file::at(fault, &self.path))
    }
}

#[cfg(test)]
mod tests;
