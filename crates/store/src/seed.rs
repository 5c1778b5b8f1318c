//! Seeds, each with the specification it comes from.

use fundtrail_model::{Position, Seed, SeedId};
use rusqlite::{Connection, params};

use crate::error::Fault;
use crate::intern::{Assets, Interner};
use crate::{code, sql};

pub(crate) fn put(ids: &mut Interner<'_>, spec: &str, seeds: &[Seed]) -> Result<(), Fault> {
    let conn = ids.conn();
    sql::run(conn, "DELETE FROM seed WHERE spec = ?1", [spec])?;
    for seed in seeds {
        let select = "SELECT spec FROM seed WHERE id = ?1";
        if let Some(spec) = sql::first(conn, select, [seed.id.0], |row| Ok(row.get(0)?))? {
            return Err(Fault::SeedTaken { id: seed.id, spec });
        }
        let insert = "INSERT INTO seed (id, spec, block, transaction_index, step, transaction_hash,
                                        asset, amount, payer, holder)
                      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
        let values = params![
            seed.id.0,
            spec,
            sql::block_column(seed.position.block)?,
            seed.position.transaction,
            sql::integer("step", seed.position.step.code())?,
            seed.transaction.as_bytes(),
            ids.asset(seed.asset)?,
            seed.amount.to_minimal_be_bytes(),
            ids.party(seed.from)?,
            ids.address(seed.holder)?,
        ];
        sql::run(conn, insert, values)?;
    }
    Ok(())
}

pub(crate) fn all(conn: &Connection) -> Result<Vec<(String, Seed)>, Fault> {
    let assets = Assets::read(conn)?;
    let select =
        "SELECT seed.id, spec, block, transaction_index, step, transaction_hash, asset, amount,
                         payer.bytes, holder.bytes
                  FROM seed
                  JOIN address AS payer ON payer.id = payer
                  JOIN address AS holder ON holder.id = holder
                  ORDER BY seed.id";
    sql::all(conn, select, [], |row| {
        let seed = Seed {
            id: SeedId(sql::small(row, 0)?),
            position: Position {
                block: sql::number(row, 2)?,
                transaction: sql::small(row, 3)?,
                step: code::step(sql::number(row, 4)?)?,
            },
            transaction: sql::hash(row, 5)?,
            asset: assets.get(sql::small(row, 6)?)?,
            amount: sql::amount(row, 7)?,
            from: sql::party(row, 8)?,
            holder: sql::address(row, 9)?,
        };
        Ok((row.get(1)?, seed))
    })
}
