//! Keeps a case in one file.
//!
//! This is the only crate that contains SQL. A [`Case`] is one `SQLite` file over one or several chains:
//! what was fetched, what it covers, what is still to be fetched, the seeds, the settings, and the
//! labels that were used, so that a report can be made again from the file alone.
//!
//! A [`ListStore`] is another file, the user's own: every imported version of every sanctions list and label
//! set, whichever case they are used in.
//!
//! Everything fetched is a set that only grows ([`Case::rewind`] apart, for blocks that the chain itself took
//! back), and each thing in it that is told of twice is resolved
//! by a rule that does not ask which came first. So a case has the same content, and the same
//! [digest](Case::digest), whatever the order in which its windows were fetched and however often the
//! fetching was stopped.

mod block;
mod case;
mod code;
mod counts;
mod coverage;
mod crowd;
mod digest;
mod error;
mod fact;
mod freeze;
mod intern;
mod lists;
mod mark;
mod opinion;
mod plan;
mod price;
mod rewind;
mod schema;
mod seed;
mod setting;
mod sql;
mod token;
mod transfer;
mod unexplained;
mod whole;
mod window;

pub use case::Case;
pub use counts::{ChainCounts, Counts};
pub use error::Error;
pub use lists::{Imported, ListStore};
pub use plan::PlannedWindow;
pub use rewind::Rewound;
pub use token::KnownTokenRow;
pub use whole::PlannedTransaction;

#[cfg(test)]
mod tests;
