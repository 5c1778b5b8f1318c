//! The labels and listings that were used.

use std::collections::BTreeMap;

use fundtrail_model::{
    Address, Category, ChainId, Confidence, Date, DateBound, Label, Listing, Marks,
};
use rusqlite::{Connection, Row, params};

use crate::error::Fault;
use crate::intern::Interner;
use crate::sql;

type AllMarks = BTreeMap<(ChainId, Address), Marks>;

pub(crate) fn replace(ids: &mut Interner<'_>, marks: &AllMarks) -> Result<(), Fault> {
    let conn = ids.conn();
    sql::run(conn, "DELETE FROM mark", [])?;
    for ((chain, address), marks) in marks {
        let (chain, address) = (sql::chain_column(*chain)?, ids.address(*address)?);
        let insert = "INSERT INTO mark (chain, address) VALUES (?1, ?2)";
        sql::run(conn, insert, [chain, address])?;
        for (ordinal, label) in (0_i64..).zip(&marks.labels) {
            write_label(ids, [chain, address, ordinal], label)?;
        }
        for (ordinal, listing) in (0_i64..).zip(&marks.listings) {
            write_listing(ids, [chain, address, ordinal], listing)?;
        }
    }
    Ok(())
}

fn write_label(
    ids: &mut Interner<'_>,
    [chain, address, ordinal]: [i64; 3],
    label: &Label,
) -> Result<(), Fault> {
    let insert =
        "INSERT INTO mark_label (chain, address, ordinal, label_chain, label_address, name,
                      category, valid_from, valid_until, confidence, source, is_invented)
                  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    let values = params![
        chain,
        address,
        ordinal,
        label.chain.map(sql::chain_column).transpose()?,
        ids.address(label.address)?,
        label.name,
        label.category.name(),
        label.valid_from.map(|day| day.to_string()),
        label.valid_until.map(|day| day.to_string()),
        label.confidence.name(),
        label.source,
        label.is_invented,
    ];
    sql::run(ids.conn(), insert, values).map(drop)
}

fn write_listing(
    ids: &mut Interner<'_>,
    [chain, address, ordinal]: [i64; 3],
    listing: &Listing,
) -> Result<(), Fault> {
    let insert = "INSERT INTO mark_listing (chain, address, ordinal, listing_address, entity,
                      authority, programme, listed, listed_is_exact, delisted, delisted_is_exact,
                      source, is_invented, list)
                  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
    let values = params![
        chain,
        address,
        ordinal,
        ids.address(listing.address)?,
        listing.entity,
        listing.authority,
        listing.programme,
        listing.listed.date().to_string(),
        is_exact(listing.listed),
        listing.delisted.map(|bound| bound.date().to_string()),
        listing.delisted.map(is_exact),
        listing.source,
        listing.is_invented,
        listing.list,
    ];
    sql::run(ids.conn(), insert, values).map(drop)
}

pub(crate) fn all(conn: &Connection) -> Result<AllMarks, Fault> {
    let select = "SELECT chain, bytes FROM mark JOIN address ON address.id = address";
    let keys = sql::all(conn, select, [], key)?;
    let mut marks: AllMarks = keys.into_iter().map(|key| (key, Marks::default())).collect();

    let select = "SELECT mark_label.chain, key.bytes, label_chain, own.bytes, name, category,
                         valid_from, valid_until, confidence, source, is_invented
                  FROM mark_label JOIN address AS key ON key.id = address
                  JOIN address AS own ON own.id = label_address
                  ORDER BY mark_label.chain, address, ordinal";
    for (key, label) in sql::all(conn, select, [], |row| Ok((key(row)?, label(row)?)))? {
        marks.entry(key).or_default().labels.push(label);
    }

    let select = "SELECT mark_listing.chain, key.bytes, own.bytes, entity, authority, programme,
                         listed, listed_is_exact, delisted, delisted_is_exact, source, is_invented,
                         list
                  FROM mark_listing JOIN address AS key ON key.id = address
                  JOIN address AS own ON own.id = listing_address
                  ORDER BY mark_listing.chain, address, ordinal";
    for (key, listing) in sql::all(conn, select, [], |row| Ok((key(row)?, listing(row)?)))? {
        marks.entry(key).or_default().listings.push(listing);
    }
    Ok(marks)
}

fn key(row: &Row<'_>) -> Result<(ChainId, Address), Fault> {
    Ok((sql::chain(row, 0)?, sql::address(row, 1)?))
}

fn label(row: &Row<'_>) -> Result<Label, Fault> {
    let chain: Option<i64> = row.get(2)?;
    let (category, confidence): (String, String) = (row.get(5)?, row.get(8)?);
    Ok(Label {
        chain: chain.map(|_| sql::chain(row, 2)).transpose()?,
        address: sql::address(row, 3)?,
        name: row.get(4)?,
        category: Category::from_name(&category)
            .ok_or_else(|| Fault::Damaged(format!("no category is called `{category}`")))?,
        valid_from: day(row, 6)?,
        valid_until: day(row, 7)?,
        confidence: Confidence::ALL
            .into_iter()
            .find(|grade| grade.name() == confidence)
            .ok_or_else(|| Fault::Damaged(format!("no confidence is called `{confidence}`")))?,
        source: row.get(9)?,
        is_invented: row.get(10)?,
    })
}

fn listing(row: &Row<'_>) -> Result<Listing, Fault> {
    Ok(Listing {
        address: sql::address(row, 2)?,
        entity: row.get(3)?,
        authority: row.get(4)?,
        programme: row.get(5)?,
        listed: bound(row, 6)?.ok_or_else(|| Fault::Damaged("a listing has no day".to_owned()))?,
        delisted: bound(row, 8)?,
        source: row.get(10)?,
        list: row.get(12)?,
        is_invented: row.get(11)?,
    })
}

const fn is_exact(bound: DateBound) -> bool {
    matches!(bound, DateBound::On(_))
}

fn bound(row: &Row<'_>, column: usize) -> Result<Option<DateBound>, Fault> {
    let Some(date) = day(row, column)? else { return Ok(None) };
    let is_exact: bool = row.get(column + 1)?;
    Ok(Some(if is_exact { DateBound::On(date) } else { DateBound::NoLaterThan(date) }))
}

fn day(row: &Row<'_>, column: usize) -> Result<Option<Date>, Fault> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| text.parse().map_err(|_| Fault::Damaged(format!("`{text}` is not a day"))))
        .transpose()
}
