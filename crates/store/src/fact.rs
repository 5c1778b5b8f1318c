//! What is known of addresses and tokens at a block: balances, accounts, claims.

use fundtrail_model::{AccountFact, AccountKind, Asset, Balance, ChainId, TokenClaim, checksum};
use rusqlite::{Connection, Row, params};

use crate::error::Fault;
use crate::intern::{Assets, Interner};
use crate::sql;

pub(crate) fn write_balance(ids: &mut Interner<'_>, balance: &Balance) -> Result<(), Fault> {
    let conn = ids.conn();
    let asset = ids.asset(balance.asset)?;
    let address = ids.address(balance.address)?;
    let block = sql::block_column(balance.block)?;
    let insert = "INSERT INTO balance (asset, address, block, amount) VALUES (?1, ?2, ?3, ?4)
                  ON CONFLICT DO NOTHING";
    let amount = balance.amount.to_minimal_be_bytes();
    if sql::run(conn, insert, params![asset, address, block, amount])? > 0 {
        return Ok(());
    }
    let select = "SELECT amount FROM balance WHERE asset = ?1 AND address = ?2 AND block = ?3";
    let stored = sql::first(conn, select, [asset, address, block], |row| sql::amount(row, 0))?;
    match stored.filter(|stored| *stored != balance.amount) {
        None => Ok(()),
        Some(stored) => Err(Fault::Conflict(format!(
            "the balance of {} in {} at block {} is {stored} in the case and {} in the new data",
            checksum(balance.address),
            balance.asset,
            balance.block,
            balance.amount
        ))),
    }
}

pub(crate) fn balances(conn: &Connection, chain: ChainId) -> Result<Vec<Balance>, Fault> {
    let assets = Assets::read(conn)?;
    let select = "SELECT bytes, balance.asset, block, amount FROM asset
                  JOIN balance ON balance.asset = asset.id
                  JOIN address ON address.id = balance.address WHERE asset.chain = ?1";
    let mut balances = sql::all(conn, select, [sql::chain_column(chain)?], |row| {
        Ok(Balance {
            address: sql::address(row, 0)?,
            asset: assets.get(sql::small(row, 1)?)?,
            block: sql::number(row, 2)?,
            amount: sql::amount(row, 3)?,
        })
    })?;
    balances.sort_unstable();
    Ok(balances)
}

pub(crate) const WALLET: i64 = 1;
const DELEGATED_WALLET: i64 = 2;
const CONTRACT: i64 = 3;

/// Keeps what the address was at the highest block. For one block every node says the same; if one
/// does not, the greater kind is kept, so that the order of the writes does not matter.
pub(crate) fn write_account(ids: &mut Interner<'_>, fact: &AccountFact) -> Result<(), Fault> {
    let conn = ids.conn();
    let chain = sql::chain_column(fact.chain)?;
    let address = ids.address(fact.address)?;
    let block = sql::block_column(fact.block)?;
    let select = "SELECT account.chain, address.bytes, kind, delegate.bytes, block FROM account
                  JOIN address ON address.id = account.address
                  JOIN address AS delegate ON delegate.id = delegate
                  WHERE account.chain = ?1 AND account.address = ?2";
    let stored = sql::first(conn, select, [chain, address], account)?;
    if stored.is_some_and(|stored| (stored.block, stored.kind) >= (fact.block, fact.kind)) {
        return Ok(());
    }
    let (kind, delegate) = match fact.kind {
        AccountKind::Wallet => (WALLET, None),
        AccountKind::DelegatedWallet { delegate } => (DELEGATED_WALLET, Some(delegate)),
        AccountKind::Contract => (CONTRACT, None),
    };
    let upsert = "INSERT INTO account (chain, address, kind, delegate, block)
                  VALUES (?1, ?2, ?3, ?4, ?5)
                  ON CONFLICT (chain, address) DO UPDATE
                  SET kind = excluded.kind, delegate = excluded.delegate, block = excluded.block";
    sql::run(conn, upsert, [chain, address, kind, ids.party(delegate)?, block]).map(drop)
}

pub(crate) fn accounts(conn: &Connection, chain: ChainId) -> Result<Vec<AccountFact>, Fault> {
    let select = "SELECT account.chain, address.bytes, kind, delegate.bytes, block FROM account
                  JOIN address ON address.id = account.address
                  JOIN address AS delegate ON delegate.id = delegate
                  WHERE account.chain = ?1";
    let mut facts = sql::all(conn, select, [sql::chain_column(chain)?], account)?;
    facts.sort_unstable();
    Ok(facts)
}

fn account(row: &Row<'_>) -> Result<AccountFact, Fault> {
    let kind = match (row.get(2)?, sql::party(row, 3)?) {
        (WALLET, None) => AccountKind::Wallet,
        (DELEGATED_WALLET, Some(delegate)) => AccountKind::DelegatedWallet { delegate },
        (CONTRACT, None) => AccountKind::Contract,
        (kind, _) => return Err(Fault::Damaged(format!("no account is of the kind {kind}"))),
    };
    Ok(AccountFact {
        chain: sql::chain(row, 0)?,
        address: sql::address(row, 1)?,
        kind,
        block: sql::number(row, 4)?,
    })
}

/// Field by field what is known comes before what is not, and of two answers the lesser is kept: an
/// arbitrary choice, but the same whatever the order of the writes.
pub(crate) fn write_claim(ids: &mut Interner<'_>, claim: &TokenClaim) -> Result<(), Fault> {
    let conn = ids.conn();
    let upsert = "INSERT INTO claim (asset, symbol, decimals) VALUES (?1, ?2, ?3)
                  ON CONFLICT (asset) DO UPDATE
                  SET symbol = ifnull(min(symbol, excluded.symbol),
                                      ifnull(symbol, excluded.symbol)),
                      decimals = ifnull(min(decimals, excluded.decimals),
                                        ifnull(decimals, excluded.decimals))";
    let asset = ids.asset(claim.asset)?;
    sql::run(conn, upsert, params![asset, claim.symbol, claim.decimals]).map(drop)
}

pub(crate) fn claims(conn: &Connection, chain: ChainId) -> Result<Vec<TokenClaim>, Fault> {
    let select = "SELECT asset.chain, bytes, symbol, decimals FROM claim
                  JOIN asset ON asset.id = asset JOIN address ON address.id = contract
                  WHERE asset.chain = ?1 ORDER BY bytes";
    sql::all(conn, select, [sql::chain_column(chain)?], |row| {
        let decimals: Option<i64> = row.get(3)?;
        let decimals = decimals
            .map(|decimals| {
                u8::try_from(decimals)
                    .map_err(|_| Fault::Damaged(format!("a token has {decimals} decimals")))
            })
            .transpose()?;
        Ok(TokenClaim {
            asset: Asset::Token(sql::chain(row, 0)?, sql::address(row, 1)?),
            symbol: row.get(2)?,
            decimals,
        })
    })
}
