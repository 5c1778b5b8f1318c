//! The report on one wallet, ready to file: with whom it dealt, in and out, which of them are listed, what asks for
//! attention, and what is not known.
//!
//! [`content()`] turns a [`Statement`](fundtrail_model::Statement) of each wallet, and everything known about the
//! addresses and assets in it, into a [`Report`] of plain values; each format only lays that out. All are pure; the
//! same input gives the same bytes.
//!
//! Exposure is direct, one hop: who paid the wallet, and whom it paid. Every dealing counts under what its
//! counterparty was on the day of the dealing, so that the sums over counterparties, with fees and what has no
//! counterparty, are what came in and what went out, to the unit.

mod attention;
mod content;
mod document;
mod input;
mod listed;
mod parties;
mod schema;
mod subject;
mod summary;
mod tables;
mod terminal;
mod unknown;
mod view;

use fundtrail_model::parse_date;

use crate::{Error, Imprint, Pictures};

pub use content::content;
pub use document::document;
pub use input::{Input, Subject};
pub use schema::{
    Answer, Balance, Category, Conversion, Counterparty, Flag, Listed, ListedTransfer, Look,
    Moment, Quantity, Report, SCHEMA, Seen, Setting, Term, Transfer, Unasked, VERSION, Wallet,
};
pub use tables::{TableName, csv, xlsx};
pub use terminal::terminal;

/// The report as PDF, of its [`document()`]: PDF/A-2a and PDF/UA-1, as [`crate::pdf()`] makes it. Its day is the one on which
/// listings are judged, so that the same report gives the same bytes.
///
/// # Errors
///
/// If the writer of the file fails, which no content causes.
pub fn pdf(report: &Report) -> Result<Vec<u8>, Error> {
    let imprint = Imprint {
        created: parse_date(&report.today).unwrap_or_default(),
        software: report.software.clone(),
        case_digest: report.case_digest.clone(),
    };
    crate::pdf(&document(report), &Pictures::default(), &imprint)
}

/// The report as pretty-printed JSON in UTF-8 with a final line break.
///
/// Amounts are strings: `base_units` is exact and always there, `decimal` is exact and `null` where the asset's
/// decimals are not known.
///
/// # Errors
///
/// If the writer fails, which no content causes.
pub fn json(report: &Report) -> Result<Vec<u8>, Error> {
    let mut bytes = serde_json::to_vec_pretty(report)?;
    bytes.push(b'\n');
    Ok(bytes)
}

#[cfg(test)]
mod tests;
