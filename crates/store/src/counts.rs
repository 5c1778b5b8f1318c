//! How much a case holds.

use std::collections::BTreeMap;

use fundtrail_model::ChainId;
use rusqlite::Connection;

use crate::error::Fault;
use crate::{sql, transfer, whole, window};

/// How much a case holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Per chain.
    pub chains: BTreeMap<ChainId, ChainCounts>,
    /// Seeds.
    pub seeds: u64,
    /// Planned windows and transactions that have not been written yet.
    pub pending: u64,
}

/// How much a case holds of one chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChainCounts {
    /// Transfers, unexplained ones included.
    pub transfers: u64,
    /// Addresses in transfers, coverage and seeds.
    pub addresses: u64,
    /// Blocks whose hash is known.
    pub blocks: u64,
    /// Coverage entries.
    pub coverage: u64,
    /// Transactions that were read whole.
    pub whole_transactions: u64,
}

impl Counts {
    pub(crate) fn read(conn: &Connection) -> Result<Self, Fault> {
        let planned = "SELECT (SELECT count(*) FROM planned_window)
                       + (SELECT count(*) FROM planned_transaction)";
        let mut counts = Self {
            seeds: count(conn, "SELECT count(*) FROM seed", None)?,
            pending: count(conn, planned, None)?,
            ..Self::default()
        };
        for chain in window::chains(conn)? {
            let count = |select| count(conn, select, Some(chain));
            let differences = "SELECT count(*) FROM difference JOIN asset ON asset.id = asset
                               WHERE chain = ?1";
            // How many unexplained transfers there are is known only once they are worked out.
            let transfers = if count(differences)? == 0 {
                count("SELECT count(*) FROM transfer WHERE chain = ?1")?
            } else {
                length(transfer::all(conn, chain)?.len())
            };
            let found = ChainCounts {
                transfers,
                addresses: length(window::addresses(conn, chain)?.len()),
                blocks: count("SELECT count(*) FROM block WHERE chain = ?1")?,
                coverage: count("SELECT count(*) FROM coverage WHERE chain = ?1")?,
                whole_transactions: length(whole::all(conn, chain)?.len()),
            };
            counts.chains.insert(chain, found);
        }
        Ok(counts)
    }
}

fn count(conn: &Connection, select: &str, chain: Option<ChainId>) -> Result<u64, Fault> {
    let chain = chain.map(sql::chain_column).transpose()?;
    let found =
        sql::first(conn, select, rusqlite::params_from_iter(chain), |row| sql::number(row, 0))?;
    Ok(found.unwrap_or(0))
}

fn length(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
