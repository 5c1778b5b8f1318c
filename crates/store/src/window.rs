//! Writing what was fetched, and what it is about.

use fundtrail_model::{Address, ChainId, FetchedWindow, Window, checksum};
use rusqlite::Connection;

use crate::error::Fault;
use crate::intern::{Addresses, Interner};
use crate::{block, coverage, crowd, fact, plan, sql, transfer};

/// Writes a window; `then` is planned in its place, if the state settled it.
pub(crate) fn write(
    ids: &mut Interner<'_>,
    window: &FetchedWindow,
    then: Option<Window>,
) -> Result<(), Fault> {
    let conn = ids.conn();
    check(window)?;
    let chain = sql::chain_column(window.chain)?;
    sql::run(conn, "INSERT INTO chain (id) VALUES (?1) ON CONFLICT DO NOTHING", [chain])?;
    // First, because a fork is the reason behind every other contradiction.
    block::write(conn, window.chain, &window.blocks)?;
    transfer::write(ids, window)?;
    for entry in &window.coverage {
        coverage::write(ids, entry)?;
    }
    for entry in &window.crowds {
        crowd::write(ids, entry)?;
    }
    for balance in &window.balances {
        fact::write_balance(ids, balance)?;
    }
    for account in &window.accounts {
        fact::write_account(ids, account)?;
    }
    for claim in &window.claims {
        fact::write_claim(ids, claim)?;
    }
    plan::settle(conn, window, then)
}

/// Refuses a window that speaks of another chain, or of blocks outside it.
fn check(window: &FetchedWindow) -> Result<(), Fault> {
    let (chain, blocks) = (window.chain, window.window);
    let refuse = |what: String| Err(Fault::Inconsistent(what));
    for transfer in &window.transfers {
        if transfer.asset.chain() != chain || !blocks.contains(transfer.position.block) {
            return refuse(format!(
                "the transfer of {} at {} is not in blocks {blocks} of chain {chain}",
                transfer.asset, transfer.position
            ));
        }
    }
    for entry in &window.coverage {
        if entry.chain != chain || entry.window.intersection(blocks) != Some(entry.window) {
            return refuse(format!(
                "coverage of {} in blocks {} of chain {} is not in blocks {blocks} of chain {chain}",
                checksum(entry.address),
                entry.window,
                entry.chain
            ));
        }
    }
    for entry in &window.crowds {
        if entry.chain != chain || entry.window.intersection(blocks) != Some(entry.window) {
            return refuse(format!(
                "the crowd of {} in blocks {} of chain {} is not in blocks {blocks} of chain {chain}",
                checksum(entry.address),
                entry.window,
                entry.chain
            ));
        }
    }
    for balance in &window.balances {
        if balance.asset.chain() != chain {
            return refuse(format!("the balance in {} is not on chain {chain}", balance.asset));
        }
    }
    for account in &window.accounts {
        if account.chain != chain {
            return refuse(format!(
                "the account {} of chain {} is not on chain {chain}",
                checksum(account.address),
                account.chain
            ));
        }
    }
    for claim in &window.claims {
        if claim.asset.chain() != chain || claim.asset.contract().is_none() {
            return refuse(format!(
                "the claim of {} is not of a token of chain {chain}",
                claim.asset
            ));
        }
    }
    Ok(())
}

pub(crate) fn chains(conn: &Connection) -> Result<Vec<ChainId>, Fault> {
    let select = "SELECT id FROM chain UNION
                  SELECT chain FROM asset WHERE id IN (SELECT asset FROM seed) ORDER BY 1";
    sql::all(conn, select, [], |row| sql::chain(row, 0))
}

pub(crate) fn addresses(conn: &Connection, chain: ChainId) -> Result<Vec<Address>, Fault> {
    let addresses = Addresses::read(conn)?;
    let mut is_used = vec![false; addresses.len()];
    let selects = [
        "SELECT payer, payee FROM transfer WHERE chain = ?1",
        "SELECT DISTINCT address, 0 FROM coverage WHERE chain = ?1",
        "SELECT DISTINCT address, 0 FROM crowd WHERE chain = ?1",
        "SELECT address, 0 FROM difference JOIN asset ON asset.id = asset WHERE chain = ?1",
        "SELECT payer, holder FROM seed JOIN asset ON asset.id = asset WHERE chain = ?1",
    ];
    for select in selects {
        let mut mark = |id: usize| is_used.get_mut(id).map(|is_used| *is_used = true);
        sql::each(conn, select, [sql::chain_column(chain)?], |row| {
            mark(sql::small(row, 0)?);
            mark(sql::small(row, 1)?);
            Ok(())
        })?;
    }
    let used = (0..).zip(is_used).filter(|(_, is_used)| *is_used).map(|(id, _)| id);
    let mut found = Vec::new();
    for id in used {
        found.extend(addresses.party(id)?);
    }
    found.sort_unstable();
    Ok(found)
}
