//! Blocks: their hashes tie everything to one chain of blocks.

use fundtrail_model::{BlockStamp, ChainId, H256, Timestamp};
use rusqlite::{Connection, params};

use crate::error::Fault;
use crate::sql;

pub(crate) fn write(conn: &Connection, chain: ChainId, stamps: &[BlockStamp]) -> Result<(), Fault> {
    for stamp in stamps {
        write_one(conn, chain, stamp)?;
    }
    Ok(())
}

fn write_one(conn: &Connection, chain: ChainId, new: &BlockStamp) -> Result<(), Fault> {
    let fork = |block, stored, new| Fault::Fork { chain, block, stored, new };
    if let Some(stored) = get(conn, chain, new.number)? {
        if stored.hash != new.hash {
            return Err(fork(new.number, stored.hash, new.hash));
        }
        if stored != *new {
            return Err(Fault::Conflict(format!(
                "block {} of chain {chain} has one hash but two headers: parent {:#x} at {}, and parent {:#x} at {}",
                new.number, stored.parent, stored.timestamp, new.parent, new.timestamp
            )));
        }
        return Ok(());
    }
    if let Some(number) = new.number.checked_sub(1)
        && let Some(before) = get(conn, chain, number)?
        && before.hash != new.parent
    {
        return Err(fork(number, before.hash, new.parent));
    }
    if let Some(number) = new.number.checked_add(1).filter(|number| i64::try_from(*number).is_ok())
        && let Some(after) = get(conn, chain, number)?
        && after.parent != new.hash
    {
        return Err(fork(new.number, after.parent, new.hash));
    }
    let insert = "INSERT INTO block (chain, number, hash, parent, timestamp)
                  VALUES (?1, ?2, ?3, ?4, ?5)";
    let values = params![
        sql::chain_column(chain)?,
        sql::block_column(new.number)?,
        bytes(&new.hash),
        bytes(&new.parent),
        sql::integer("block time", new.timestamp.0)?,
    ];
    sql::run(conn, insert, values).map(drop)
}

fn get(conn: &Connection, chain: ChainId, number: u64) -> Result<Option<BlockStamp>, Fault> {
    let select = "SELECT number, hash, parent, timestamp FROM block
                  WHERE chain = ?1 AND number = ?2";
    let place = [sql::chain_column(chain)?, sql::block_column(number)?];
    sql::first(conn, select, place, stamp)
}

pub(crate) fn all(conn: &Connection, chain: ChainId) -> Result<Vec<BlockStamp>, Fault> {
    let select = "SELECT number, hash, parent, timestamp FROM block
                  WHERE chain = ?1 ORDER BY number";
    sql::all(conn, select, [sql::chain_column(chain)?], stamp)
}

fn stamp(row: &rusqlite::Row<'_>) -> Result<BlockStamp, Fault> {
    Ok(BlockStamp {
        number: sql::number(row, 0)?,
        hash: sql::hash(row, 1)?,
        parent: sql::hash(row, 2)?,
        timestamp: Timestamp(sql::number(row, 3)?),
    })
}

fn bytes(hash: &H256) -> &[u8] {
    hash.as_bytes()
}
