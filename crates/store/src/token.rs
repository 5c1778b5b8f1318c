//! The entries of token lists that were used.

use fundtrail_model::{Address, ChainId};
use rusqlite::{Connection, params};

use crate::error::Fault;
use crate::intern::Interner;
use crate::sql;

/// What a token list says of a token.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KnownTokenRow {
    /// The chain.
    pub chain: ChainId,
    /// The token.
    pub contract: Address,
    /// Its ticker.
    pub symbol: String,
    /// Its decimals.
    pub decimals: u8,
    /// Which list says so.
    pub source: String,
}

pub(crate) fn replace(ids: &mut Interner<'_>, tokens: &[KnownTokenRow]) -> Result<(), Fault> {
    let conn = ids.conn();
    sql::run(conn, "DELETE FROM known_token", [])?;
    for token in tokens {
        let insert = "INSERT INTO known_token (chain, contract, symbol, decimals, source)
                      VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";
        let chain = sql::chain_column(token.chain)?;
        let contract = ids.address(token.contract)?;
        let values = params![chain, contract, token.symbol, token.decimals, token.source];
        sql::run(conn, insert, values)?;
    }
    Ok(())
}

pub(crate) fn all(conn: &Connection) -> Result<Vec<KnownTokenRow>, Fault> {
    let select = "SELECT chain, bytes, symbol, decimals, source FROM known_token
                  JOIN address ON address.id = contract";
    let mut tokens = sql::all(conn, select, [], |row| {
        Ok(KnownTokenRow {
            chain: sql::chain(row, 0)?,
            contract: sql::address(row, 1)?,
            symbol: row.get(2)?,
            decimals: sql::small(row, 3)?,
            source: row.get(4)?,
        })
    })?;
    tokens.sort_unstable();
    Ok(tokens)
}
