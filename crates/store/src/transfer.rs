//! Transfers, in the order of the chain.

use fundtrail_model::{Cause, ChainId, H256, Position, Transfer, Window, hash_hex};
use rusqlite::{Connection, params};

use crate::error::Fault;
use crate::intern::{Addresses, Assets, Interner};
use crate::{code, sql, unexplained};

pub(crate) fn write(
    conn: &Connection,
    ids: &mut Interner<'_>,
    window: Window,
    transfer: &Transfer,
) -> Result<(), Fault> {
    if transfer.cause == Cause::Unexplained {
        return unexplained::write(conn, ids, window, transfer);
    }
    let place = [
        sql::chain_column(transfer.asset.chain())?,
        sql::block_column(transfer.position.block)?,
        i64::from(transfer.position.transaction),
    ];
    write_transaction(conn, place, transfer)?;
    let [chain, block, index] = place;
    let step = sql::integer("step", transfer.position.step.code())?;
    let asset = ids.asset(transfer.asset)?;
    let (payer, payee) = (ids.party(transfer.from)?, ids.party(transfer.to)?);
    let cause = code::cause_code(transfer.cause);
    let amount = transfer.amount.to_minimal_be_bytes();
    let insert = "INSERT INTO transfer (chain, block, transaction_index, step, asset, payer, payee,
                                        cause, amount)
                  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING";
    let values = params![chain, block, index, step, asset, payer, payee, cause, amount];
    if sql::run(conn, insert, values)? > 0 {
        return Ok(());
    }
    let select = "SELECT amount FROM transfer
                  WHERE chain = ?1 AND block = ?2 AND transaction_index = ?3 AND step = ?4
                  AND asset = ?5 AND payer = ?6 AND payee = ?7 AND cause = ?8";
    let key = [chain, block, index, step, asset, payer, payee, cause];
    let stored = sql::first(conn, select, key, |row| sql::amount(row, 0))?;
    match stored.filter(|stored| *stored != transfer.amount) {
        None => Ok(()),
        Some(stored) => Err(Fault::Conflict(format!(
            "the {} transfer of {} at {} is {stored} base units in the case and {} in the new data",
            transfer.cause, transfer.asset, transfer.position, transfer.amount
        ))),
    }
}

/// Keeps which transaction stands at a place of a block: one place, one transaction.
fn write_transaction(conn: &Connection, place: [i64; 3], transfer: &Transfer) -> Result<(), Fault> {
    let [chain, block, index] = place;
    let insert = "INSERT INTO chain_transaction (chain, block, transaction_index, hash)
                  VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
    let bytes = transfer.transaction.as_ref().map_or(&[][..], |hash| hash.as_bytes());
    if sql::run(conn, insert, params![chain, block, index, bytes])? > 0 {
        return Ok(());
    }
    let select = "SELECT hash FROM chain_transaction
                  WHERE chain = ?1 AND block = ?2 AND transaction_index = ?3";
    let stored = sql::first(conn, select, place, |row| sql::hash_or_none(row, 0))?;
    match stored.filter(|stored| *stored != transfer.transaction) {
        None => Ok(()),
        Some(stored) => {
            let name = |hash: Option<H256>| hash.map_or("none".to_owned(), hash_hex);
            Err(Fault::Conflict(format!(
                "the transaction of the transfer at {} is {} in the case and {} in the new data",
                transfer.position,
                name(stored),
                name(transfer.transaction)
            )))
        }
    }
}

pub(crate) fn all(conn: &Connection, chain: ChainId) -> Result<Vec<Transfer>, Fault> {
    let addresses = Addresses::read(conn)?;
    let assets = Assets::read(conn)?;
    let select = "SELECT block, transaction_index, step, asset, payer, payee, cause, amount, hash
                  FROM transfer
                  LEFT JOIN chain_transaction USING (chain, block, transaction_index)
                  WHERE chain = ?1
                  ORDER BY block, transaction_index, step";
    let mut transfers = sql::all(conn, select, [sql::chain_column(chain)?], |row| {
        Ok(Transfer {
            position: Position {
                block: sql::number(row, 0)?,
                transaction: sql::small(row, 1)?,
                step: code::step(sql::number(row, 2)?)?,
            },
            asset: assets.get(sql::small(row, 3)?)?,
            from: addresses.party(sql::small(row, 4)?)?,
            to: addresses.party(sql::small(row, 5)?)?,
            amount: sql::amount(row, 7)?,
            cause: code::cause(row.get(6)?)?,
            transaction: sql::hash_or_none(row, 8)?,
        })
    })?;
    let unexplained = unexplained::all(conn, chain, &transfers)?;
    transfers.extend(unexplained);
    // Nearly in order already: only ids of one position may stand otherwise than what they mean.
    transfers.sort();
    Ok(transfers)
}
