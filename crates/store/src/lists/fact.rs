//! What lists say.

use std::collections::BTreeMap;

use fundtrail_model::{
    Address, Asset, Category, ChainId, Confidence, Date, DateBound, ForeignAddress, KeptFact,
    Label, ListFact, ListedAddress, ListedToken,
};
use rusqlite::{Connection, Row, params};

use super::edition::day;
use crate::error::Fault;
use crate::sql::{address, all as rows, chain_column, each, integer, is_null, number, small};

const COLUMNS: &str = "fact.id, kind, address, chain, name, authority, programme, ticker, category, \
    confidence, decimals, first_day, first_is_exact, last_day, last_is_exact, source, is_invented";
const N_COLUMNS: usize = 17;

/// A fact as columns after `id` and `list`.
#[derive(Default)]
struct Columns<'f> {
    kind: &'static str,
    address: &'f [u8],
    chain: Option<ChainId>,
    name: &'f str,
    authority: Option<&'f str>,
    programme: Option<&'f str>,
    ticker: Option<&'f str>,
    category: Option<&'static str>,
    confidence: Option<&'static str>,
    decimals: Option<u8>,
    first: Option<DateBound>,
    last: Option<DateBound>,
    source: &'f str,
    is_invented: bool,
}

impl<'f> Columns<'f> {
    fn of(fact: &'f ListFact) -> Self {
        match fact {
            ListFact::Listed(it) => Self {
                kind: "listed",
                address: it.address.as_bytes(),
                name: &it.entity,
                authority: Some(&it.authority),
                programme: it.programme.as_deref(),
                ticker: Some(&it.tickers),
                first: it.listed,
                last: it.delisted,
                source: &it.source,
                is_invented: it.is_invented,
                ..Self::default()
            },
            ListFact::Named(it) => Self {
                kind: "named",
                address: it.address.as_bytes(),
                chain: it.chain,
                name: &it.name,
                category: Some(it.category.name()),
                confidence: Some(it.confidence.name()),
                first: it.valid_from.map(DateBound::On),
                last: it.valid_until.map(DateBound::On),
                source: &it.source,
                is_invented: it.is_invented,
                ..Self::default()
            },
            ListFact::Token(it) => Self {
                kind: "token",
                address: match &it.asset {
                    Asset::Token(_, contract) => contract.as_bytes(),
                    Asset::Native(_) => &[],
                },
                chain: Some(it.asset.chain()),
                name: &it.symbol,
                decimals: Some(it.decimals),
                source: &it.source,
                ..Self::default()
            },
            ListFact::Foreign(it) => Self {
                kind: "foreign",
                address: it.address.as_bytes(),
                name: &it.name,
                authority: it.authority.as_deref(),
                ticker: Some(&it.ticker),
                source: &it.source,
                ..Self::default()
            },
        }
    }
}

/// Adds what an edition says. What the list said before is not written again.
pub(super) fn insert(
    conn: &Connection,
    list: &str,
    edition: i64,
    facts: &[ListFact],
) -> Result<(), Fault> {
    let mut known: BTreeMap<ListFact, i64> = BTreeMap::new();
    let sql = format!("SELECT {COLUMNS} FROM fact WHERE list = ?");
    each(conn, &sql, params![list], |row| {
        known.insert(read(row)?, row.get(0)?);
        Ok(())
    })?;
    let mut write = conn.prepare_cached(
        "INSERT INTO fact (list, kind, address, chain, name, authority, programme, ticker, category, \
         confidence, decimals, first_day, first_is_exact, last_day, last_is_exact, source, is_invented) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?;
    let mut say =
        conn.prepare_cached("INSERT OR IGNORE INTO said (fact, edition) VALUES (?, ?)")?;
    for fact in facts {
        let id = match known.get(fact) {
            Some(id) => *id,
            None => {
                let columns = Columns::of(fact);
                let day = |bound: Option<DateBound>| bound.map(|bound| bound.date().to_string());
                let is_exact = |bound| matches!(bound, Some(DateBound::On(_)));
                write.execute(params![
                    list,
                    columns.kind,
                    columns.address,
                    columns.chain.map(chain_column).transpose()?,
                    columns.name,
                    columns.authority,
                    columns.programme,
                    columns.ticker,
                    columns.category,
                    columns.confidence,
                    columns.decimals,
                    day(columns.first),
                    is_exact(columns.first),
                    day(columns.last),
                    is_exact(columns.last),
                    columns.source,
                    columns.is_invented,
                ])?;
                let id = conn.last_insert_rowid();
                known.insert(fact.clone(), id);
                id
            }
        };
        say.execute(params![id, edition])?;
    }
    Ok(())
}

pub(super) fn all(
    conn: &Connection,
    places: &BTreeMap<u64, usize>,
) -> Result<Vec<KeptFact>, Fault> {
    // One row for each edition that says a fact: a list has few.
    let sql = format!(
        "SELECT {COLUMNS}, said.edition FROM fact JOIN said ON said.fact = fact.id \
         ORDER BY address, fact.id"
    );
    kept(conn, &sql, [], places)
}

pub(super) fn of(
    conn: &Connection,
    address: &[u8],
    places: &BTreeMap<u64, usize>,
) -> Result<Vec<KeptFact>, Fault> {
    let sql = format!(
        "SELECT {COLUMNS}, said.edition FROM fact JOIN said ON said.fact = fact.id \
         WHERE address = ? ORDER BY fact.id"
    );
    kept(conn, &sql, params![address], places)
}

/// Read from the index alone.
pub(super) fn addresses(conn: &Connection) -> Result<Vec<Address>, Fault> {
    let sql = "SELECT DISTINCT address FROM fact WHERE length(address) = 20 ORDER BY address";
    rows(conn, sql, [], |row| address(row, 0))
}

pub(super) fn in_edition(conn: &Connection, number: u64) -> Result<Option<Vec<ListFact>>, Fault> {
    let id = integer("edition", number)?;
    let is_there = "SELECT 1 FROM edition WHERE id = ?";
    if crate::sql::first(conn, is_there, params![id], |_| Ok(()))?.is_none() {
        return Ok(None);
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM said JOIN fact ON fact.id = said.fact WHERE said.edition = ? \
         ORDER BY address, fact.id"
    );
    rows(conn, &sql, params![id], read).map(Some)
}

fn kept(
    conn: &Connection,
    sql: &str,
    params: impl rusqlite::Params,
    places: &BTreeMap<u64, usize>,
) -> Result<Vec<KeptFact>, Fault> {
    let mut facts: Vec<(i64, KeptFact)> = Vec::new();
    each(conn, sql, params, |row| {
        let id: i64 = row.get(0)?;
        let edition = number(row, N_COLUMNS)?;
        let place = *places
            .get(&edition)
            .ok_or_else(|| Fault::Damaged(format!("edition {edition} does not exist")))?;
        match facts.last_mut() {
            Some((last, kept)) if *last == id => kept.editions.push(place),
            _ => facts.push((id, KeptFact { fact: read(row)?, editions: vec![place] })),
        }
        Ok(())
    })?;
    let mut facts: Vec<KeptFact> = facts.into_iter().map(|(_, kept)| kept).collect();
    for kept in &mut facts {
        kept.editions.sort_unstable();
        kept.editions.dedup();
    }
    Ok(facts)
}

fn read(row: &Row<'_>) -> Result<ListFact, Fault> {
    let kind = row.get_ref(1)?.as_str().map_err(|_| damaged("a kind is no text"))?;
    let optional = |column: usize| -> Result<Option<String>, Fault> { Ok(row.get(column)?) };
    let source: String = row.get(15)?;
    Ok(match kind {
        "listed" => ListFact::Listed(ListedAddress {
            address: address(row, 2)?,
            entity: row.get(4)?,
            authority: row.get(5)?,
            programme: optional(6)?,
            tickers: row.get(7)?,
            listed: bound(row, 11)?,
            delisted: bound(row, 13)?,
            source,
            is_invented: row.get(16)?,
        }),
        "named" => ListFact::Named(Label {
            chain: chain(row)?,
            address: address(row, 2)?,
            name: row.get(4)?,
            category: word(row, 8, Category::from_name)?,
            valid_from: bound(row, 11)?.map(DateBound::date),
            valid_until: bound(row, 13)?.map(DateBound::date),
            confidence: word(row, 9, |name| {
                Confidence::ALL.into_iter().find(|grade| grade.name() == name)
            })?,
            source,
            is_invented: row.get(16)?,
        }),
        "token" => ListFact::Token(ListedToken {
            asset: Asset::Token(
                chain(row)?.ok_or_else(|| damaged("a token has no chain"))?,
                address(row, 2)?,
            ),
            symbol: row.get(4)?,
            decimals: small(row, 10)?,
            source,
        }),
        "foreign" => ListFact::Foreign(ForeignAddress {
            ticker: row.get(7)?,
            address: text_of(row, 2)?,
            name: row.get(4)?,
            authority: optional(5)?,
            source,
        }),
        other => return Err(Fault::Damaged(format!("`{other}` is no kind of fact"))),
    })
}

fn damaged(what: &str) -> Fault {
    Fault::Damaged(what.to_owned())
}

fn chain(row: &Row<'_>) -> Result<Option<ChainId>, Fault> {
    if is_null(row, 3)? { Ok(None) } else { number(row, 3).map(ChainId).map(Some) }
}

fn bound(row: &Row<'_>, column: usize) -> Result<Option<DateBound>, Fault> {
    let exact: bool = row.get(column + 1)?;
    let bound: fn(Date) -> DateBound = if exact { DateBound::On } else { DateBound::NoLaterThan };
    Ok(day(row, column)?.map(bound))
}

fn word<T>(row: &Row<'_>, column: usize, find: impl FnOnce(&str) -> Option<T>) -> Result<T, Fault> {
    let text = row.get_ref(column)?.as_str().map_err(|_| damaged("a word is no text"))?;
    find(text).ok_or_else(|| Fault::Damaged(format!("`{text}` is not known")))
}

fn text_of(row: &Row<'_>, column: usize) -> Result<String, Fault> {
    let bytes = row.get_ref(column)?.as_blob().map_err(|_| damaged("an address is no blob"))?;
    String::from_utf8(bytes.to_vec()).map_err(|_| damaged("an address is no text"))
}
