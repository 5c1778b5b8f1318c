//! What can go wrong with a case.

use std::path::PathBuf;

use fundtrail_model::{ChainId, H256, SeedId, hash_hex};

mod fault;

pub(crate) use fault::Fault;

/// What can go wrong with a case. Each names the case's file; one in memory is called `:memory:`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No file at that path.
    #[error("there is no case at `{path}`")]
    NotFound {
        /// The case's file.
        path: PathBuf,
    },
    /// A new case would overwrite a file.
    #[error("`{path}` exists already")]
    AlreadyExists {
        /// The case's file.
        path: PathBuf,
    },
    /// The folder for a new case is missing.
    #[error("the folder for `{path}` does not exist")]
    NoFolder {
        /// The case's file.
        path: PathBuf,
    },
    /// A file of another kind.
    #[error("`{path}` is not a case: {reason}")]
    NotACase {
        /// The file.
        path: PathBuf,
        /// What it is instead.
        reason: String,
    },
    /// A newer program wrote the file.
    #[error("`{path}` has schema version {found}, this program knows versions up to {known}")]
    NewerSchema {
        /// The case's file.
        path: PathBuf,
        /// The file's version.
        found: i32,
        /// The newest version known here.
        known: i32,
    },
    /// An older program wrote the file, and it may not be written to.
    #[error(
        "`{path}` has schema version {found} and must be upgraded to {known} before it is read"
    )]
    OlderSchema {
        /// The case's file.
        path: PathBuf,
        /// The file's version.
        found: i32,
        /// The version known here.
        known: i32,
    },
    /// Another process is writing.
    #[error("`{path}` is in use by another program")]
    Locked {
        /// The case's file.
        path: PathBuf,
    },
    /// No space is left.
    #[error("no space is left on the disk that holds `{path}`")]
    DiskFull {
        /// The case's file.
        path: PathBuf,
    },
    /// What is in the file contradicts itself or its format.
    #[error("`{path}` is damaged: {detail}")]
    Corrupt {
        /// The case's file.
        path: PathBuf,
        /// What does not fit.
        detail: String,
    },
    /// A write to a case that was opened for reading, or that lies where nothing can be written.
    #[error("`{path}` cannot be written to")]
    ReadOnly {
        /// The case's file.
        path: PathBuf,
    },
    /// The operating system refuses access.
    #[error("access to `{path}` is denied")]
    Permission {
        /// The case's file.
        path: PathBuf,
    },
    /// The operating system failed to read or write.
    #[error("reading or writing `{path}` failed: {detail}")]
    Io {
        /// The case's file.
        path: PathBuf,
        /// What it said.
        detail: String,
    },
    /// A block has another hash than the one stored for its number, or a stored block names another
    /// parent: one of them is not on the chain.
    #[error(
        "block {block} of chain {chain} is {} in `{path}` and {} in the new data: one of the two is not on the chain",
        hash_hex(*stored),
        hash_hex(*new)
    )]
    Fork {
        /// The case's file.
        path: PathBuf,
        /// The chain.
        chain: ChainId,
        /// The block's number.
        block: u64,
        /// The hash that the case holds, or that a stored child names as its parent.
        stored: H256,
        /// The hash in the new data.
        new: H256,
    },
    /// The new data say something else of a thing that cannot change.
    #[error("the new data contradict `{path}`: {what}")]
    Conflict {
        /// The case's file.
        path: PathBuf,
        /// Of what, and both values.
        what: String,
    },
    /// The new data contradict themselves.
    #[error("the window was not written to `{path}`: {what}")]
    Inconsistent {
        /// The case's file.
        path: PathBuf,
        /// What does not fit.
        what: String,
    },
    /// A number that a case file cannot hold (more than 63 bits).
    #[error("{what} {value} is too large to be kept in `{path}`")]
    OutOfRange {
        /// The case's file.
        path: PathBuf,
        /// Which number.
        what: &'static str,
        /// Its value.
        value: u64,
    },
    /// A list store that cannot be used.
    #[error("the list store `{path}` {problem}")]
    ListStore {
        /// The store's file.
        path: PathBuf,
        /// Why not.
        problem: String,
    },
    /// Two seeds with one number.
    #[error("{id} in `{path}` is already a seed of `{spec}`")]
    SeedTaken {
        /// The case's file.
        path: PathBuf,
        /// The number.
        id: SeedId,
        /// The specification that the other seed comes from.
        spec: String,
    },
}

impl Error {
    /// What to do next, where there is something.
    #[must_use]
    pub const fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::NotFound { .. } => "check the path, or start a new case there",
            Self::AlreadyExists { .. } => "choose another path, or open the case that is there",
            Self::NoFolder { .. } => "make the folder first, or choose another path",
            Self::NotACase { .. } => "check the path: a case is a file that this program has made",
            Self::NewerSchema { .. } => {
                "use the version of this program that wrote the file, or a newer one"
            }
            Self::OlderSchema { .. } => {
                "open the case, or a copy of it, once for writing: that upgrades it"
            }
            Self::Locked { .. } => "wait until the other program has finished, then run this again",
            Self::DiskFull { .. } => {
                "free some space and run this again: everything written before is kept"
            }
            Self::Corrupt { .. } => {
                "restore the file from a copy, or fetch the case again into a new file"
            }
            Self::ReadOnly { .. } => "work on a copy in a folder that can be written to",
            Self::Permission { .. } => "ask for access, or work on a copy",
            Self::Io { .. } => "check the disk: everything written before is kept",
            Self::Fork { .. } => {
                "fetch blocks only up to the finalized one; if they were final, the two answers come from different chains or from a node that is wrong"
            }
            Self::ListStore { .. } => {
                "choose another file with --store, FUNDTRAIL_LISTS or `lists` in fundtrail.toml, or move this one away"
            }
            Self::Conflict { .. } => {
                "ask another node: one of the two answers is wrong; nothing of the new data was written"
            }
            Self::OutOfRange { .. } => "no real chain has such a number: ask another node",
            Self::Inconsistent { .. } | Self::SeedTaken { .. } => return None,
        })
    }
}
