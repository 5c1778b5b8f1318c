//! Rows of sanctions listings.

use fundtrail_model::{Date, DateBound, Listing, checksum};

use super::{Placed, Relation, reconcile};
use crate::error::{Error, Problem};
use crate::sheet::{Row, SHORT_TEXT_CHARS, Sheet};

pub(super) fn read(sheet: &Sheet) -> Result<Vec<Listing>, Error> {
    let rows = sheet
        .rows()
        .map(|row| Ok(Placed { line: row.line(), fact: listing(row)? }))
        .collect::<Result<_, Error>>()?;
    reconcile(sheet, rows, |listing| listing.address, relation)
}

fn listing(row: Row<'_>) -> Result<Listing, Error> {
    let listed_on = row.date("listed_on")?;
    let listed = bound(row, "listed_on_is", "listed_on", Some(listed_on))?;
    let delisted = row.optional_date("delisted_on")?;
    if let Some(until) = delisted
        && until < listed_on
    {
        let problem = Problem::Backwards { from: listed_on, until };
        return Err(row.fail_in("delisted_on", problem));
    }
    Ok(Listing {
        address: row.address("address")?,
        entity: row.text("entity", "a listing names who is sanctioned")?,
        authority: row.text("authority", "a listing names who lists it, for example OFAC SDN")?,
        programme: row.optional_text("programme", SHORT_TEXT_CHARS)?,
        listed: listed.unwrap_or(DateBound::On(listed_on)),
        delisted: bound(row, "delisted_on_is", "delisted_on", delisted)?,
        source: row.source()?,
        list: None,
        is_invented: row.is_invented()?,
    })
}

/// How the day is known: `on` where the row does not say.
fn bound(
    row: Row<'_>,
    column: &str,
    day_column: &'static str,
    day: Option<Date>,
) -> Result<Option<DateBound>, Error> {
    let is_exact = row.optional_choice(column, &[("on", true), ("no-later-than", false)])?;
    match (day, is_exact) {
        (None, Some(_)) => Err(row.fail_in(column, Problem::BoundWithoutDay { day_column })),
        (None, None) => Ok(None),
        (Some(day), Some(false)) => Ok(Some(DateBound::NoLaterThan(day))),
        (Some(day), Some(true) | None) => Ok(Some(DateBound::On(day))),
    }
}

fn relation(a: &Listing, b: &Listing) -> Relation {
    let starts_in = |a: &Listing, b: &Listing| {
        b.delisted.is_none_or(|delisted| a.listed.date() < delisted.date())
    };
    if a == b {
        Relation::Same
    } else if a.authority == b.authority && starts_in(a, b) && starts_in(b, a) {
        Relation::Contradict(format!(
            "{} is listed by {} for {} there and for {} here on the same days",
            checksum(a.address),
            a.authority,
            describe(a),
            describe(b)
        ))
    } else {
        Relation::Agree
    }
}

fn describe(listing: &Listing) -> String {
    let until = listing.delisted.map_or_else(String::new, |day| format!(" until {day}"));
    format!("`{}` from {}{until}", listing.entity, listing.listed)
}
