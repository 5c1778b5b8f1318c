//! Transfers, in the order of the chain.

use fundtrail_model::{Cause, ChainId, Position, Transfer, Window};
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
    let insert = "INSERT INTO transfer (chain, block, transaction_index, step, asset, payer, payee,
                                        cause, transaction_id, amount)
                  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT DO NOTHING";
    let key = [
        sql::chain_column(transfer.asset.chain())?,
        sql::block_column(transfer.position.block)?,
        i64::from(transfer.position.transaction),
        sql::integer("step", transfer.position.step.code())?,
        ids.asset(transfer.asset)?,
        ids.party(transfer.from)?,
        ids.party(transfer.to)?,
        code::cause_code(transfer.cause),
    ];
    let [chain, block, index, step, asset, payer, payee, cause] = key;
    let transaction = ids.transaction(transfer.transaction)?;
    let amount = transfer.amount.to_minimal_be_bytes();
    let values =
        params![chain, block, index, step, asset, payer, payee, cause, transaction, amount];
    if sql::run(conn, insert, values)? > 0 {
        return Ok(());
    }
    let select = "SELECT amount, hash FROM transfer
                  JOIN chain_transaction ON chain_transaction.id = transaction_id
                  WHERE chain = ?1 AND block = ?2 AND transaction_index = ?3 AND step = ?4
                  AND asset = ?5 AND payer = ?6 AND payee = ?7 AND cause = ?8";
    let stored = sql::first(conn, select, key, |row| {
        Ok((sql::amount(row, 0)?, sql::hash_or_none(row, 1)?))
    })?;
    match stored {
        Some((amount, _)) if amount != transfer.amount => Err(Fault::Conflict(format!(
            "the {} transfer of {} at {} is {amount} base units in the case and {} in the new data",
            transfer.cause, transfer.asset, transfer.position, transfer.amount
        ))),
        Some((_, hash)) if hash != transfer.transaction => Err(Fault::Conflict(format!(
            "the {} transfer of {} at {} is in transaction {hash:x?} in the case and in {:x?} in the new data",
            transfer.cause, transfer.asset, transfer.position, transfer.transaction
        ))),
        _ => Ok(()),
    }
}

pub(crate) fn all(conn: &Connection, chain: ChainId) -> Result<Vec<Transfer>, Fault> {
    let addresses = Addresses::read(conn)?;
    let assets = Assets::read(conn)?;
    let select = "SELECT block, transaction_index, step, asset, payer, payee, cause, amount, hash
                  FROM transfer
                  JOIN chain_transaction ON chain_transaction.id = transaction_id
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
