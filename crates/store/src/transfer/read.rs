//! Reading transfers, all of them or those of the blocks that were written to.

use fundtrail_model::{Asset, Cause, ChainId, H256, Position, Step, Transfer, Window};
use rusqlite::{Connection, Row};

use super::Place;
use crate::error::Fault;
use crate::intern::{Addresses, Assets};
use crate::{code, sql, unexplained};

pub(crate) fn all(conn: &Connection, chain: ChainId) -> Result<Vec<Transfer>, Fault> {
    let mut transfers = Vec::new();
    refresh(conn, chain, &mut transfers, WHOLE.as_slice())?;
    Ok(transfers)
}

/// Every block that a case can hold.
const WHOLE: Option<Window> = Window::new(0, u64::MAX >> 1);

/// Reads the blocks of these windows again.
pub(crate) fn refresh(
    conn: &Connection,
    chain: ChainId,
    transfers: &mut Vec<Transfer>,
    written: &[Window],
) -> Result<(), Fault> {
    let written = together(written);
    let is_written = |block: u64| {
        let after = written.partition_point(|window| window.last() < block);
        written.get(after).is_some_and(|window| window.contains(block))
    };
    transfers.retain(|transfer| {
        transfer.cause != Cause::Unexplained && !is_written(transfer.position.block)
    });
    let is_read_at_once = transfers.is_empty() && written.len() == 1;
    if !written.is_empty() {
        let names = Names { addresses: Addresses::read(conn)?, assets: Assets::read(conn)? };
        for window in written {
            read(conn, chain, window, &names, transfers)?;
        }
        // A few runs that are sorted: that is what this sort is good at.
        if !is_read_at_once {
            transfers.sort();
        }
    }
    let unexplained = unexplained::all(conn, chain, transfers)?;
    if !unexplained.is_empty() {
        transfers.extend(unexplained);
        transfers.sort();
    }
    Ok(())
}

/// The same blocks as windows that do not overlap, in order.
fn together(windows: &[Window]) -> Vec<Window> {
    let mut windows = windows.to_vec();
    windows.sort_unstable();
    let mut joined: Vec<Window> = Vec::new();
    for window in windows {
        match joined.last().and_then(|before| before.join(window)).zip(joined.last_mut()) {
            Some((both, before)) => *before = both,
            None => joined.push(window),
        }
    }
    joined
}

/// Adds what is stored of these blocks, in order.
fn read(
    conn: &Connection,
    chain: ChainId,
    window: Window,
    names: &Names,
    transfers: &mut Vec<Transfer>,
) -> Result<(), Fault> {
    let mut group = Group::default();
    let select = "SELECT block, transaction_index, kind, number, asset, payer, payee, amount,
                         transaction_hash
                  FROM transfer WHERE chain = ?1 AND block BETWEEN ?2 AND ?3
                  ORDER BY block, transaction_index, kind, number";
    let (first, last) = sql::window_columns(window)?;
    sql::each(conn, select, [sql::chain_column(chain)?, first, last], |row| {
        let transfer = names.transfer(row)?;
        group.next(transfers, &transfer)?;
        if !sql::is_null(row, 8)? {
            group.name(sql::hash_or_none(row, 8)?)?;
        }
        transfers.push(transfer);
        Ok(())
    })?;
    group.end(transfers)
}

/// What the numbers in a row stand for.
struct Names {
    addresses: Addresses,
    assets: Assets,
}

impl Names {
    /// Without its transaction.
    fn transfer(&self, row: &Row<'_>) -> Result<Transfer, Fault> {
        let (step, cause) = code::step_and_cause(row.get(2)?, sql::small(row, 3)?)?;
        let (block, transaction) = (sql::number(row, 0)?, sql::small(row, 1)?);
        let asset: Asset = self.assets.get(sql::small(row, 4)?)?;
        Ok(Transfer {
            position: Position { block, transaction, step },
            asset,
            from: self.addresses.party(sql::small(row, 5)?)?,
            to: self.addresses.party(sql::small(row, 6)?)?,
            amount: sql::amount(row, 7)?,
            cause,
            transaction: None,
        })
    }
}

/// The transfers of one transaction, of which one row names it.
#[derive(Default)]
struct Group {
    place: Option<Place>,
    start: usize,
    hash: Option<Option<H256>>,
}

impl Group {
    /// Ends the group before, if the transfer that comes next is of another transaction.
    fn next(&mut self, transfers: &mut Vec<Transfer>, next: &Transfer) -> Result<(), Fault> {
        let place = Some((next.position.block, next.position.transaction));
        if self.place != place {
            self.end(transfers)?;
            *self = Self { place, start: transfers.len(), hash: None };
        }
        Ok(())
    }

    fn name(&mut self, hash: Option<H256>) -> Result<(), Fault> {
        match self.hash.replace(hash) {
            None => Ok(()),
            Some(_) => Err(self.damaged("is named twice")),
        }
    }

    fn damaged(&self, what: &str) -> Fault {
        let (block, index) = self.place.unwrap_or_default();
        Fault::Damaged(format!("transaction {index} of block {block} {what}"))
    }

    fn end(&self, transfers: &mut Vec<Transfer>) -> Result<(), Fault> {
        if self.place.is_none() {
            return Ok(());
        }
        let hash = self.hash.ok_or_else(|| self.damaged("is not named"))?;
        let members = transfers.get_mut(self.start..).unwrap_or_default();
        for transfer in members.iter_mut() {
            transfer.transaction = hash;
        }
        // Rows stand by the numbers of assets and addresses, which say nothing; and by causes.
        if members.len() > 1 {
            members.sort_unstable();
            drop_told_twice(transfers, self.start);
        }
        Ok(())
    }
}

/// Drops movements of the native coin of which a log tells, where a frame tells of them too: one node may have
/// had a tracer for a part of the transaction that another node told by its logs. `start` is where the
/// transaction begins.
fn drop_told_twice(transfers: &mut Vec<Transfer>, start: usize) {
    let members = transfers.get(start..).unwrap_or_default();
    let is_native = |found: &&Transfer| {
        found.cause == Cause::Internal && matches!(found.asset, Asset::Native(_))
    };
    let movement = |found: &Transfer| (found.from, found.to, found.amount);
    let natives = || members.iter().filter(is_native);
    let by_frame = natives().filter(|found| matches!(found.position.step, Step::Frame(_)));
    let mut by_frame: Vec<_> = by_frame.map(movement).collect();
    let mut twice = Vec::new();
    for found in natives().filter(|found| matches!(found.position.step, Step::Log(_))) {
        if let Some(idx) = by_frame.iter().position(|known| *known == movement(found)) {
            by_frame.swap_remove(idx);
            twice.push(*found);
        }
    }
    if !twice.is_empty() {
        let mut idx = 0;
        transfers.retain(|found| {
            idx += 1;
            idx <= start || !twice.contains(found)
        });
    }
}
