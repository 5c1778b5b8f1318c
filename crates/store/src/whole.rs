//! Transactions that were read whole, those that are not to be had, and those that are still to be read.

use fundtrail_model::{
    AbsentTransaction, BlockStamp, Cause, ChainId, FetchedTransaction, H256, TokenClaim,
    WholeTransaction, checksum, hash_hex,
};
use rusqlite::{Connection, Row, params};

use crate::error::Fault;
use crate::intern::Interner;
use crate::{block, fact, sql, transfer};

const ABSENT: i64 = 0;
const READ: i64 = 1;
const READ_WITH_FRAMES: i64 = 2;

/// A transaction that is to be read whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlannedTransaction {
    /// The chain.
    pub chain: ChainId,
    /// Its block.
    pub block: u64,
    /// Its index in the block.
    pub index: u32,
    /// Its hash.
    pub hash: H256,
}

pub(crate) fn write(ids: &mut Interner<'_>, fetched: &FetchedTransaction) -> Result<(), Fault> {
    let WholeTransaction { chain, block, index, hash, has_frames } = fetched.transaction;
    check(fetched)?;
    let place = PlannedTransaction { chain, block, index, hash };
    begin(ids.conn(), place, &fetched.blocks)?;
    transfer::write_of_transaction(ids, fetched)?;
    for account in &fetched.accounts {
        fact::write_account(ids, account)?;
    }
    for claim in &fetched.claims {
        fact::write_claim(ids, claim)?;
    }
    end(ids.conn(), place, if has_frames { READ_WITH_FRAMES } else { READ })
}

pub(crate) fn write_absent(
    conn: &Connection,
    absent: &AbsentTransaction,
    stamp: &BlockStamp,
) -> Result<(), Fault> {
    let AbsentTransaction { chain, block, index, hash } = *absent;
    let place = PlannedTransaction { chain, block, index, hash };
    if stamp.number != block {
        return Err(other_block(place, stamp.number));
    }
    begin(conn, place, std::slice::from_ref(stamp))?;
    end(conn, place, ABSENT)
}

/// Its block first, because a fork is the reason behind every other contradiction.
fn begin(conn: &Connection, place: PlannedTransaction, blocks: &[BlockStamp]) -> Result<(), Fault> {
    let chain = sql::chain_column(place.chain)?;
    sql::run(conn, "INSERT INTO chain (id) VALUES (?1) ON CONFLICT DO NOTHING", [chain])?;
    block::write(conn, place.chain, blocks)?;
    transfer::check_place(conn, place.chain, (place.block, place.index), place.hash)
}

/// Of two readings the one that knew more is kept, so that the order of the writes does not matter.
fn end(conn: &Connection, place: PlannedTransaction, reading: i64) -> Result<(), Fault> {
    let PlannedTransaction { chain, block, index, hash } = place;
    let key = [sql::chain_column(chain)?, sql::block_column(block)?, i64::from(index)];
    let select = "SELECT hash FROM whole_transaction
                  WHERE chain = ?1 AND block = ?2 AND transaction_index = ?3";
    let stored = sql::first(conn, select, key, |row| sql::hash(row, 0))?;
    if let Some(stored) = stored.filter(|stored| *stored != hash) {
        return Err(Fault::Conflict(format!(
            "transaction {index} of block {block} is {} in the case and {} in the new data",
            hash_hex(stored),
            hash_hex(hash)
        )));
    }
    let [chain, block, index] = key;
    let upsert = "INSERT INTO whole_transaction (chain, block, transaction_index, hash, reading)
                  VALUES (?1, ?2, ?3, ?4, ?5)
                  ON CONFLICT (chain, block, transaction_index) DO UPDATE
                  SET reading = max(reading, excluded.reading)";
    sql::run(conn, upsert, params![chain, block, index, hash.as_bytes(), reading])?;
    let settle = "DELETE FROM planned_transaction
                  WHERE chain = ?1 AND block = ?2 AND transaction_index = ?3";
    sql::run(conn, settle, key).map(drop)
}

/// Refuses what speaks of another chain, block or transaction.
fn check(fetched: &FetchedTransaction) -> Result<(), Fault> {
    let WholeTransaction { chain, block, index, hash, .. } = fetched.transaction;
    let place = PlannedTransaction { chain, block, index, hash };
    for found in &fetched.transfers {
        let is_in_it = found.asset.chain() == chain
            && (found.position.block, found.position.transaction) == (block, index)
            && found.transaction == Some(hash)
            && found.cause != Cause::Unexplained;
        if !is_in_it {
            return Err(Fault::Inconsistent(format!(
                "the transfer of {} at {} is not in {}",
                found.asset,
                found.position,
                name(place)
            )));
        }
    }
    if let Some(other) = fetched.blocks.iter().find(|stamp| stamp.number != block) {
        return Err(other_block(place, other.number));
    }
    if let Some(account) = fetched.accounts.iter().find(|account| account.chain != chain) {
        return Err(Fault::Inconsistent(format!(
            "the account {} of chain {} is not on chain {chain}",
            checksum(account.address),
            account.chain
        )));
    }
    let is_other =
        |claim: &&TokenClaim| claim.asset.chain() != chain || claim.asset.contract().is_none();
    match fetched.claims.iter().find(is_other) {
        None => Ok(()),
        Some(claim) => Err(Fault::Inconsistent(format!(
            "the claim of {} is not of a token of chain {chain}",
            claim.asset
        ))),
    }
}

fn other_block(place: PlannedTransaction, other: u64) -> Fault {
    Fault::Inconsistent(format!("block {other} is not that of {}", name(place)))
}

fn name(place: PlannedTransaction) -> String {
    let PlannedTransaction { chain, block, index, hash } = place;
    format!("transaction {index} of block {block} of chain {chain}, {}", hash_hex(hash))
}

pub(crate) fn all(conn: &Connection, chain: ChainId) -> Result<Vec<WholeTransaction>, Fault> {
    let read = readings(conn, chain)?.into_iter().filter(|(_, reading)| *reading != ABSENT);
    let whole = read.map(|(PlannedTransaction { chain, block, index, hash }, reading)| {
        let has_frames = reading == READ_WITH_FRAMES;
        WholeTransaction { chain, block, index, hash, has_frames }
    });
    Ok(whole.collect())
}

pub(crate) fn absent(conn: &Connection, chain: ChainId) -> Result<Vec<AbsentTransaction>, Fault> {
    let absent = readings(conn, chain)?.into_iter().filter(|(_, reading)| *reading == ABSENT);
    let absent = absent.map(|(PlannedTransaction { chain, block, index, hash }, _)| {
        AbsentTransaction { chain, block, index, hash }
    });
    Ok(absent.collect())
}

pub(crate) fn forget_absent(conn: &Connection) -> Result<(), Fault> {
    sql::run(conn, "DELETE FROM whole_transaction WHERE reading = ?1", [ABSENT]).map(drop)
}

fn readings(conn: &Connection, chain: ChainId) -> Result<Vec<(PlannedTransaction, i64)>, Fault> {
    let select = "SELECT chain, block, transaction_index, hash, reading FROM whole_transaction
                  WHERE chain = ?1 ORDER BY block, transaction_index";
    sql::all(conn, select, [sql::chain_column(chain)?], |row| {
        let reading = row.get(4)?;
        if !(ABSENT..=READ_WITH_FRAMES).contains(&reading) {
            return Err(Fault::Damaged(format!("no transaction was read in the way {reading}")));
        }
        Ok((place(row)?, reading))
    })
}

fn place(row: &Row<'_>) -> Result<PlannedTransaction, Fault> {
    Ok(PlannedTransaction {
        chain: sql::chain(row, 0)?,
        block: sql::number(row, 1)?,
        index: sql::small(row, 2)?,
        hash: sql::hash(row, 3)?,
    })
}

pub(crate) fn replace_plan(
    conn: &Connection,
    transactions: &[PlannedTransaction],
) -> Result<(), Fault> {
    sql::run(conn, "DELETE FROM planned_transaction", [])?;
    for PlannedTransaction { chain, block, index, hash } in transactions {
        let insert = "INSERT INTO planned_transaction (chain, block, transaction_index, hash)
                      VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
        let (chain, block) = (sql::chain_column(*chain)?, sql::block_column(*block)?);
        sql::run(conn, insert, params![chain, block, i64::from(*index), hash.as_bytes()])?;
    }
    Ok(())
}

pub(crate) fn pending(conn: &Connection) -> Result<Vec<PlannedTransaction>, Fault> {
    let select =
        "SELECT chain, block, transaction_index, hash FROM planned_transaction ORDER BY id";
    sql::all(conn, select, [], place)
}

#[cfg(test)]
mod tests;
