//! Rows of labels.

use fundtrail_model::{Category, Confidence, Label, checksum};

use super::{Placed, Relation, reconcile};
use crate::error::{Error, Problem};
use crate::sheet::{Row, Sheet};

pub(super) fn read(sheet: &Sheet) -> Result<Vec<Label>, Error> {
    let rows = sheet
        .rows()
        .map(|row| Ok(Placed { line: row.line(), fact: label(row)? }))
        .collect::<Result<_, Error>>()?;
    reconcile(sheet, rows, |label| label.address, relation)
}

fn label(row: Row<'_>) -> Result<Label, Error> {
    let categories = Category::ALL.map(|category| (category.name(), category));
    let confidences = Confidence::ALL.map(|confidence| (confidence.name(), confidence));
    let category = row.optional_choice("category", &categories)?;
    let valid_from = row.optional_date("valid_from")?;
    let valid_until = row.optional_date("valid_until")?;
    if let (Some(from), Some(until)) = (valid_from, valid_until)
        && until < from
    {
        return Err(row.fail_in("valid_until", Problem::Backwards { from, until }));
    }
    Ok(Label {
        chain: row.chain_or_every()?,
        address: row.address("address")?,
        name: row.text("name", "a label gives an address a name")?,
        category: category.ok_or_else(|| {
            let why = "the category says what following does at the address";
            row.fail_in("category", Problem::Missing { why })
        })?,
        valid_from,
        valid_until,
        confidence: row.optional_choice("confidence", &confidences)?.unwrap_or(Confidence::Claimed),
        source: row.source()?,
        is_invented: row.is_invented()?,
    })
}

fn relation(a: &Label, b: &Label) -> Relation {
    let share_chain = a.chain.is_none() || b.chain.is_none() || a.chain == b.chain;
    let starts_in = |a: &Label, b: &Label| match (a.valid_from, b.valid_until) {
        (Some(from), Some(until)) => from <= until,
        _ => true,
    };
    if a == b {
        Relation::Same
    } else if share_chain
        && starts_in(a, b)
        && starts_in(b, a)
        && (a.name != b.name || a.category != b.category)
    {
        Relation::Contradict(format!(
            "{} is `{}` ({}) there and `{}` ({}) here on the same days",
            checksum(a.address),
            a.name,
            a.category,
            b.name,
            b.category
        ))
    } else {
        Relation::Agree
    }
}
