//! The report for programs: schema `fundtrail.report`.

use crate::{Error, Report};

/// The report as pretty-printed JSON in UTF-8 with a final line break.
///
/// Amounts are strings: `base_units` is exact and always there, `decimal` is exact and `null` where the
/// asset's decimals are not known.
///
/// # Errors
///
/// If the writer fails, which no content causes.
pub fn json(report: &Report) -> Result<Vec<u8>, Error> {
    let mut bytes = serde_json::to_vec_pretty(report)?;
    bytes.push(b'\n');
    Ok(bytes)
}
