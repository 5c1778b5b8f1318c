//! Transfers, in the order of the chain.

use fundtrail_model::{
    Cause, ChainId, FetchedTransaction, FetchedWindow, H256, Transfer, Window, hash_hex,
};
use rusqlite::Connection;

use crate::error::Fault;
use crate::intern::Interner;
use crate::{code, sql, unexplained};

mod inserts;
mod read;

use inserts::{Inserts, Row};
pub(crate) use read::{all, refresh};

/// Block and transaction index.
type Place = (u64, u32);

pub(crate) fn write(ids: &mut Interner<'_>, window: &FetchedWindow) -> Result<(), Fault> {
    let conn = ids.conn();
    // What no other write has touched needs no look at what is stored: most of a case is such windows.
    let is_new = window.transfers.is_sorted_by_key(|transfer| transfer.position)
        && !is_any_stored(conn, window.chain, window.window)?;
    let mut inserts = Inserts::prepare(conn)?;
    let mut before: Option<(Place, Option<H256>)> = None;
    for transfer in &window.transfers {
        if transfer.cause == Cause::Unexplained {
            unexplained::write(ids, window.window, transfer)?;
            continue;
        }
        let place = (transfer.position.block, transfer.position.transaction);
        let known = match before {
            Some((before, hash)) if before == place => Some(hash),
            _ if is_new => None,
            _ => {
                inserts.flush()?;
                stored_transaction(conn, window.chain, place)?
            }
        };
        check_transaction(known, transfer)?;
        before = Some((place, transfer.transaction));
        inserts.add(Row { key: key(ids, transfer)?, transfer, is_named: known.is_none() })?;
    }
    inserts.flush()
}

/// Writes the transfers of one transaction.
pub(crate) fn write_of_transaction(
    ids: &mut Interner<'_>,
    fetched: &FetchedTransaction,
) -> Result<(), Fault> {
    let conn = ids.conn();
    let place = (fetched.transaction.block, fetched.transaction.index);
    let mut is_named = stored_transaction(conn, fetched.transaction.chain, place)?.is_none();
    let mut inserts = Inserts::prepare(conn)?;
    for transfer in &fetched.transfers {
        inserts.add(Row { key: key(ids, transfer)?, transfer, is_named })?;
        is_named = false;
    }
    inserts.flush()
}

/// Refuses another transaction than the one whose transfers are stored at a place.
pub(crate) fn check_place(
    conn: &Connection,
    chain: ChainId,
    place: Place,
    hash: H256,
) -> Result<(), Fault> {
    let (block, index) = place;
    let name = |hash: Option<H256>| hash.map_or("none".to_owned(), hash_hex);
    match stored_transaction(conn, chain, place)?.filter(|known| *known != Some(hash)) {
        None => Ok(()),
        Some(known) => Err(Fault::Conflict(format!(
            "transaction {index} of block {block} is {} in the case and {} in the new data",
            name(known),
            hash_hex(hash)
        ))),
    }
}

/// The columns of the key, from the chain to the payee.
type Key = [i64; 8];

fn key(ids: &mut Interner<'_>, transfer: &Transfer) -> Result<Key, Fault> {
    let (kind, number) = code::kind_and_number(transfer.position.step, transfer.cause);
    Ok([
        sql::chain_column(transfer.asset.chain())?,
        sql::block_column(transfer.position.block)?,
        i64::from(transfer.position.transaction),
        kind,
        number,
        ids.asset(transfer.asset)?,
        ids.party(transfer.from)?,
        ids.party(transfer.to)?,
    ])
}

fn is_any_stored(conn: &Connection, chain: ChainId, window: Window) -> Result<bool, Fault> {
    let select = "SELECT 1 FROM transfer WHERE chain = ?1 AND block BETWEEN ?2 AND ?3 LIMIT 1";
    let (first, last) = sql::window_columns(window)?;
    let found = sql::first(conn, select, [sql::chain_column(chain)?, first, last], |_| Ok(()))?;
    Ok(found.is_some())
}

/// Which transaction stands at a place of a block, if that is known.
fn stored_transaction(
    conn: &Connection,
    chain: ChainId,
    (block, index): Place,
) -> Result<Option<Option<H256>>, Fault> {
    let select = "SELECT transaction_hash FROM transfer
                  WHERE chain = ?1 AND block = ?2 AND transaction_index = ?3
                  AND transaction_hash IS NOT NULL";
    let place = [sql::chain_column(chain)?, sql::block_column(block)?, i64::from(index)];
    sql::first(conn, select, place, |row| sql::hash_or_none(row, 0))
}

/// One place, one transaction.
fn check_transaction(known: Option<Option<H256>>, transfer: &Transfer) -> Result<(), Fault> {
    match known.filter(|known| *known != transfer.transaction) {
        None => Ok(()),
        Some(known) => {
            let name = |hash: Option<H256>| hash.map_or("none".to_owned(), hash_hex);
            Err(Fault::Conflict(format!(
                "the transaction of the transfer at {} is {} in the case and {} in the new data",
                transfer.position,
                name(known),
                name(transfer.transaction)
            )))
        }
    }
}

fn check_amount(conn: &Connection, key: Key, transfer: &Transfer) -> Result<(), Fault> {
    let select = "SELECT amount FROM transfer
                  WHERE chain = ?1 AND block = ?2 AND transaction_index = ?3 AND kind = ?4
                  AND number = ?5 AND asset = ?6 AND payer = ?7 AND payee = ?8";
    let stored = sql::first(conn, select, key, |row| sql::amount(row, 0))?;
    match stored.filter(|stored| *stored != transfer.amount) {
        None => Ok(()),
        Some(stored) => Err(Fault::Conflict(format!(
            "the {} transfer of {} at {} is {stored} base units in the case and {} in the new data",
            transfer.cause, transfer.asset, transfer.position, transfer.amount
        ))),
    }
}
