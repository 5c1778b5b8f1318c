//! Paths for spreadsheets.

use std::collections::BTreeMap;

use super::{contract, number, unit, written};
use crate::schema::{Hop, PartyRef, Path, PathSet};
use crate::{Error, Report};

const COLUMNS: [&str; 19] = [
    "seed",
    "to_address",
    "to_name",
    "ending_kind",
    "endings",
    "path",
    "step",
    "hop",
    "chain",
    "position",
    "time",
    "transaction",
    "from_address",
    "receiver_address",
    "asset_contract",
    "asset_name",
    "unit",
    "arrives",
    "reconstruction",
];

/// The paths to the places that the report tells of: one row per step after a header row. RFC 4180, every cell
/// quoted. `arrives` is the most that can have come by the step this way, in whole coins or tokens, or in base
/// units where the decimals are not known: `unit` says which. Of a trail back it leads to origins.
///
/// # Errors
///
/// If the writer fails, which no content causes.
pub fn paths_csv(report: &Report) -> Result<Vec<u8>, Error> {
    let hops: BTreeMap<&str, &Hop> = report.hops.iter().map(|hop| (hop.id.as_str(), hop)).collect();
    let invented = report.invented.as_deref().unwrap_or_default();
    let paths = report.paths.iter().flat_map(|set| set.paths.iter().map(move |path| (set, path)));
    let rows = paths.flat_map(|(set, path)| rows(&hops, set, path, invented));
    let head = COLUMNS.map(|column| renamed(report, column).to_owned()).to_vec();
    written(std::iter::once(head).chain(rows))
}

/// The name of a column; what is traced back leads to origins.
fn renamed<'c>(report: &Report, column: &'c str) -> &'c str {
    match (report.direction, column) {
        ("in", "to_address") => "origin_address",
        ("in", "to_name") => "origin_name",
        ("in", "ending_kind") => "origin_kind",
        ("in", "endings") => "origins",
        ("in", "arrives") => "traced",
        _ => column,
    }
}

fn rows(
    hops: &BTreeMap<&str, &Hop>,
    set: &PathSet,
    path: &Path,
    invented: &str,
) -> Vec<Vec<String>> {
    let at = |part: fn(&PartyRef) -> &String| set.at.as_ref().map(part).cloned();
    let mut rows = Vec::new();
    for (step_idx, step) in path.steps.iter().enumerate() {
        let Some(hop) = hops.get(step.hop.as_str()) else { continue };
        let cells: [String; 19] = [
            set.seed.clone(),
            at(|at| &at.address).unwrap_or_default(),
            at(|at| &at.name).unwrap_or_default(),
            set.class.to_owned(),
            set.endings.join(" + "),
            path.is.join(" + "),
            step_idx.saturating_add(1).to_string(),
            step.hop.clone(),
            hop.place.chain_name.clone(),
            hop.place.position.clone(),
            hop.place.time.clone().unwrap_or_default(),
            hop.place.transaction.clone().unwrap_or_default(),
            hop.from.address.clone(),
            hop.to.as_ref().map(|to| to.address.clone()).unwrap_or_default(),
            contract(&step.arrives).to_owned(),
            step.arrives.asset.clone(),
            unit(&step.arrives).to_owned(),
            number(&step.arrives),
            invented.to_owned(),
        ];
        rows.push(cells.to_vec());
    }
    rows
}
