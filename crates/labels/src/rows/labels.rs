//! Rows of labels.

use fundtrail_model::{Category, Confidence, Date, Label, checksum};

use super::{Placed, Relation, reconcile};
use crate::error::{Error, Problem};
use crate::sheet::{Row, Sheet};

pub(super) fn read(sheet: &Sheet) -> Result<Vec<Label>, Error> {
    let rows = sheet
        .rows()
        .map(|row| Ok(Placed { line: row.line(), fact: label(row, sheet.as_of())? }))
        .collect::<Result<_, Error>>()?;
    reconcile(sheet, rows, |label| label.address, relation)
}

fn label(row: Row<'_>, as_of: Option<Date>) -> Result<Label, Error> {
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
    let is_sanction = category == Some(Category::Sanctioned);
    if is_sanction && valid_from.or(valid_until).or(as_of).is_none() {
        let why = "a sanction is judged by the day: say since when it is known, or on which day the list was \
                   made, in a line `# as of: 2026-06-25`; with all its dates it is a listing, which has the \
                   columns entity, authority and listed_on";
        return Err(row.fail_in("valid_from", Problem::Missing { why }));
    }
    // Calling somebody sanctioned takes more than a claim of nobody's.
    let source = if is_sanction { row.source()? } else { row.label_source()? };
    let confidence = row.optional_choice("confidence", &confidences)?;
    let is_unsourced = source == Label::UNSOURCED;
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
        confidence: confidence.filter(|_| !is_unsourced).unwrap_or(Confidence::Claimed),
        source,
        is_invented: row.is_invented()?,
    })
}

fn relation(a: &Label, b: &Label) -> Relation {
    if a == b {
        Relation::Same
    } else if a.overlaps(b) && (a.name != b.name || a.category != b.category) {
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
