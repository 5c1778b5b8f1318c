//! Blocks: their hashes tie everything to one chain of blocks.

use fundtrail_model::{BlockStamp, ChainId, H256, Timestamp};
use rusqlite::{Connection, params};

use crate::error::Fault;
use crate::sql;

pub(crate) fn write(conn: &Connection, chain: ChainId, stamps: &[BlockStamp]) -> Result<(), Fault> {
    // Where no block is stored near these, they only have to agree among themselves.
    let is_new = stamps.is_sorted_by_key(|stamp| stamp.number)
        && match (stamps.first(), stamps.last()) {
            (Some(first), Some(last)) => !is_any_near(conn, chain, first.number, last.number)?,
            _ => true,
        };
    let mut insert = conn.prepare_cached(
        "INSERT INTO block (chain, number, hash, parent, timestamp) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    let mut before = None;
    for stamp in stamps {
        let is_stored = if is_new {
            check(chain, before.as_slice(), stamp)?
        } else {
            check(chain, &near(conn, chain, stamp.number)?, stamp)?
        };
        if !is_stored {
            insert.execute(params![
                sql::chain_column(chain)?,
                sql::block_column(stamp.number)?,
                bytes(&stamp.hash),
                bytes(&stamp.parent),
                sql::integer("block time", stamp.timestamp.0)?,
            ])?;
        }
        before = Some(*stamp);
    }
    Ok(())
}

/// Refuses a block that contradicts what is known of it, of its parent or of its child. Returns whether it is
/// known.
fn check(chain: ChainId, known: &[BlockStamp], new: &BlockStamp) -> Result<bool, Fault> {
    let fork = |block, stored, new| Err(Fault::Fork { chain, block, stored, new });
    let at = |number: Option<u64>| known.iter().find(|known| Some(known.number) == number);
    if let Some(stored) = at(Some(new.number)) {
        if stored.hash != new.hash {
            return fork(new.number, stored.hash, new.hash);
        }
        if stored != new {
            return Err(Fault::Conflict(format!(
                "block {} of chain {chain} has one hash but two headers: parent {:#x} at {}, and parent {:#x} at {}",
                new.number, stored.parent, stored.timestamp, new.parent, new.timestamp
            )));
        }
        return Ok(true);
    }
    if let Some(before) = at(new.number.checked_sub(1))
        && before.hash != new.parent
    {
        return fork(before.number, before.hash, new.parent);
    }
    if let Some(after) = at(new.number.checked_add(1))
        && after.parent != new.hash
    {
        return fork(new.number, after.parent, new.hash);
    }
    Ok(false)
}

/// A block, the one before and the one after, as far as they are stored.
fn near(conn: &Connection, chain: ChainId, block: u64) -> Result<Vec<BlockStamp>, Fault> {
    let select = "SELECT number, hash, parent, timestamp FROM block
                  WHERE chain = ?1 AND number BETWEEN ?2 - 1 AND ?2 + 1";
    let place = [sql::chain_column(chain)?, sql::block_column(block)?];
    sql::all(conn, select, place, stamp)
}

fn is_any_near(conn: &Connection, chain: ChainId, first: u64, last: u64) -> Result<bool, Fault> {
    let select =
        "SELECT 1 FROM block WHERE chain = ?1 AND number BETWEEN ?2 - 1 AND ?3 + 1 LIMIT 1";
    let place = [sql::chain_column(chain)?, sql::block_column(first)?, sql::block_column(last)?];
    Ok(sql::first(conn, select, place, |_| Ok(()))?.is_some())
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
