//! Addresses and assets as small integers, both ways.

use std::collections::HashMap;

use fundtrail_model::{Address, Asset};
use rusqlite::{Connection, params};

use crate::error::Fault;
use crate::sql;

/// The id of "none": no payer, no payee, no contract.
const NONE: i64 = 0;

/// Gives ids to what is written. It lives as long as one write: after a write that was rolled back the
/// ids it knows are gone.
pub(crate) struct Interner<'c> {
    conn: &'c Connection,
    addresses: HashMap<Address, i64>,
    assets: HashMap<Asset, i64>,
}

impl<'c> Interner<'c> {
    pub(crate) fn new(conn: &'c Connection) -> Self {
        Self { conn, addresses: HashMap::new(), assets: HashMap::new() }
    }

    pub(crate) fn address(&mut self, address: Address) -> Result<i64, Fault> {
        if let Some(id) = self.addresses.get(&address) {
            return Ok(*id);
        }
        let (select, bytes) = ("SELECT id FROM address WHERE bytes = ?1", address.as_bytes());
        let known = sql::first(self.conn, select, params![bytes], |row| Ok(row.get(0)?))?;
        let id = if let Some(id) = known {
            id
        } else {
            sql::run(self.conn, "INSERT INTO address (bytes) VALUES (?1)", params![bytes])?;
            self.conn.last_insert_rowid()
        };
        self.addresses.insert(address, id);
        Ok(id)
    }

    pub(crate) fn party(&mut self, party: Option<Address>) -> Result<i64, Fault> {
        party.map_or(Ok(NONE), |address| self.address(address))
    }

    pub(crate) fn asset(&mut self, asset: Asset) -> Result<i64, Fault> {
        if let Some(id) = self.assets.get(&asset) {
            return Ok(*id);
        }
        let chain = sql::chain_column(asset.chain())?;
        let contract = self.party(asset.contract())?;
        let select = "SELECT id FROM asset WHERE chain = ?1 AND contract = ?2";
        let known = sql::first(self.conn, select, [chain, contract], |row| Ok(row.get(0)?))?;
        let id = if let Some(id) = known {
            id
        } else {
            let insert = "INSERT INTO asset (chain, contract) VALUES (?1, ?2)";
            sql::run(self.conn, insert, [chain, contract])?;
            self.conn.last_insert_rowid()
        };
        self.assets.insert(asset, id);
        Ok(id)
    }
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
