//! The report for programs: schema `fundtrail.report`.

use std::io;

use crate::{Error, Report};

/// Writes the report as pretty-printed JSON in UTF-8 with a final line break.
///
/// Amounts are strings: `base_units` is exact and always there, `decimal` is exact and `null` where the
/// asset's decimals are not known.
///
/// # Errors
///
/// If `to` cannot be written to.
pub fn json(report: &Report, to: &mut dyn io::Write) -> Result<(), Error> {
    written(report, to)
}

/// Writes the JSON Schema (draft 2020-12) of what [`json`] writes: every field with what it means, closed sets of
/// values as enumerations. A report may have more fields than the schema names: they may be added within a version.
///
/// # Errors
///
/// If `to` cannot be written to.
pub fn json_schema(to: &mut dyn io::Write) -> Result<(), Error> {
    let mut schema = schemars::schema_for!(Report);
    schema.insert("$id".to_owned(), crate::schema::ID.into());
    schema.insert("title".to_owned(), crate::schema::SCHEMA.into());
    written(&schema, to)
}

fn written(value: &impl serde::Serialize, to: &mut dyn io::Write) -> Result<(), Error> {
    let mut to = io::BufWriter::with_capacity(1 << 16, to);
    serde_json::to_writer_pretty(&mut to, value)?;
    io::Write::write_all(&mut to, b"\n").map_err(serde_json::Error::io)?;
    io::Write::flush(&mut to).map_err(serde_json::Error::io)?;
    Ok(())
}
