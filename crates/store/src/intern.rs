//! Addresses and assets as small integers, both ways.

use std::collections::HashMap;

use fundtrail_model::{Address, Asset};
use rusqlite::{Connection, params};

use crate::error::Fault;
use crate::sql;

/// The id of "none": no payer, no payee, no contract.
const NONE: i64 = 0;

/// The ids that were given so far, kept from one write to the next.
///
/// After a write that was rolled back they are to be thrown away: those given in it are gone.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    addresses: HashMap<Address, i64>,
    assets: HashMap<Asset, i64>,
    /// The state of the file, as far as others write to it; `None` before the file's own ids were read.
    version: Option<i64>,
}

impl Ids {
    /// At the start of a write: another program may have given ids since the last one.
    fn keep_up(&mut self, conn: &Connection) -> Result<(), Fault> {
        let version = conn.pragma_query_value(None, "data_version", |row| row.get(0))?;
        if self.version != Some(version) {
            *self = Self { version: Some(version), ..Self::default() };
            self.read(conn)?;
        }
        Ok(())
    }

    fn read(&mut self, conn: &Connection) -> Result<(), Fault> {
        let addresses = Addresses::read(conn)?;
        self.addresses.reserve(addresses.len());
        for (id, address) in (NONE..).zip(addresses.0) {
            if address.is_some_and(|address| self.addresses.insert(address, id).is_some()) {
                return Err(Fault::Damaged(format!(
                    "the address with the number {id} is there twice"
                )));
            }
        }
        self.assets.extend(Assets::read(conn)?.0.into_iter().zip(1..));
        Ok(())
    }
}

/// Gives ids to what is written, in one write.
pub(crate) struct Interner<'c> {
    conn: &'c Connection,
    ids: &'c mut Ids,
}

impl<'c> Interner<'c> {
    pub(crate) fn new(conn: &'c Connection, ids: &'c mut Ids) -> Result<Self, Fault> {
        ids.keep_up(conn)?;
        Ok(Self { conn, ids })
    }

    /// Where it is written to.
    pub(crate) const fn conn(&self) -> &'c Connection {
        self.conn
    }

    pub(crate) fn address(&mut self, address: Address) -> Result<i64, Fault> {
        if let Some(id) = self.ids.addresses.get(&address) {
            return Ok(*id);
        }
        // 0 is in the file and not here.
        let id = next(self.ids.addresses.len());
        let insert = "INSERT INTO address (id, bytes) VALUES (?1, ?2)";
        sql::run(self.conn, insert, params![id, address.as_bytes()])?;
        self.ids.addresses.insert(address, id);
        Ok(id)
    }

    pub(crate) fn party(&mut self, party: Option<Address>) -> Result<i64, Fault> {
        party.map_or(Ok(NONE), |address| self.address(address))
    }

    pub(crate) fn asset(&mut self, asset: Asset) -> Result<i64, Fault> {
        if let Some(id) = self.ids.assets.get(&asset) {
            return Ok(*id);
        }
        let chain = sql::chain_column(asset.chain())?;
        let contract = self.party(asset.contract())?;
        let id = next(self.ids.assets.len());
        let insert = "INSERT INTO asset (id, chain, contract) VALUES (?1, ?2, ?3)";
        sql::run(self.conn, insert, [id, chain, contract])?;
        self.ids.assets.insert(asset, id);
        Ok(id)
    }
}

/// The id after so many.
fn next(given: usize) -> i64 {
    i64::try_from(given).unwrap_or(i64::MAX).saturating_add(1)
}

/// An address that has two ids.
pub(crate) fn find_double(conn: &Connection) -> Result<Option<String>, Fault> {
    let select = "SELECT hex(bytes) FROM address GROUP BY bytes HAVING count(*) > 1 LIMIT 1";
    sql::first(conn, select, [], |row| Ok(row.get(0)?))
}

/// Every address of the case by id. Ids have no gaps, because no row is ever deleted; a file in which
/// they have is refused instead of trusted with the size of an allocation.
pub(crate) struct Addresses(Vec<Option<Address>>);

impl Addresses {
    pub(crate) fn read(conn: &Connection) -> Result<Self, Fault> {
        let mut next = 0_i64;
        sql::all(conn, "SELECT id, bytes FROM address ORDER BY id", [], |row| {
            check_next(row.get(0)?, &mut next, "address")?;
            sql::party(row, 1)
        })
        .map(Self)
    }

    pub(crate) const fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn party(&self, id: usize) -> Result<Option<Address>, Fault> {
        self.0
            .get(id)
            .copied()
            .ok_or_else(|| Fault::Damaged(format!("there is no address with the number {id}")))
    }
}

/// Every asset of the case by id.
pub(crate) struct Assets(Vec<Asset>);

impl Assets {
    pub(crate) fn read(conn: &Connection) -> Result<Self, Fault> {
        let mut next = 1_i64;
        let select = "SELECT asset.id, asset.chain, bytes FROM asset
                      JOIN address ON address.id = contract ORDER BY asset.id";
        sql::all(conn, select, [], |row| {
            check_next(row.get(0)?, &mut next, "asset")?;
            let chain = sql::chain(row, 1)?;
            let contract = sql::party(row, 2)?;
            Ok(contract.map_or(Asset::Native(chain), |contract| Asset::Token(chain, contract)))
        })
        .map(Self)
    }

    pub(crate) fn get(&self, id: usize) -> Result<Asset, Fault> {
        id.checked_sub(1)
            .and_then(|index| self.0.get(index))
            .copied()
            .ok_or_else(|| Fault::Damaged(format!("there is no asset with the number {id}")))
    }
}

fn check_next(id: i64, next: &mut i64, what: &str) -> Result<(), Fault> {
    if id != *next {
        return Err(Fault::Damaged(format!("the {what} with the number {next} is missing")));
    }
    *next = next.saturating_add(1);
    Ok(())
}
