//! The plan: windows that are still to be fetched. Transactions are planned in `whole`.

use fundtrail_model::{Address, Asset, ChainId, FetchedWindow, Window};
use rusqlite::{Connection, params};

use crate::error::Fault;
use crate::intern::{Assets, Interner};
use crate::sql;

/// A window that is to be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedWindow {
    /// The chain.
    pub chain: ChainId,
    /// Whose transfers.
    pub addresses: Vec<Address>,
    /// In which blocks.
    pub window: Window,
    /// Assets whose balances are wanted at the ends even if none of them moved.
    pub balances_of: Vec<Asset>,
    /// Up to which block, beyond the window, the state at both ends may show that nothing happened: then
    /// the window need not be read. Windows like this have one address.
    pub settle_to: Option<u64>,
}

pub(crate) fn replace(ids: &mut Interner<'_>, windows: &[PlannedWindow]) -> Result<(), Fault> {
    let conn = ids.conn();
    sql::run(conn, "DELETE FROM planned_window", [])?;
    for (id, planned) in (1_i64..).zip(windows) {
        let (first, last) = sql::window_columns(planned.window)?;
        let settle_to = planned.settle_to.map(sql::block_column).transpose()?;
        let insert = "INSERT INTO planned_window (id, chain, first, last, settle_to)
                      VALUES (?1, ?2, ?3, ?4, ?5)";
        let chain = sql::chain_column(planned.chain)?;
        sql::run(conn, insert, params![id, chain, first, last, settle_to])?;
        for (ordinal, address) in (0_i64..).zip(&planned.addresses) {
            let insert = "INSERT INTO planned_address (planned_window, ordinal, address)
                          VALUES (?1, ?2, ?3)";
            sql::run(conn, insert, [id, ordinal, ids.address(*address)?])?;
        }
        for (ordinal, asset) in (0_i64..).zip(&planned.balances_of) {
            let insert = "INSERT INTO planned_asset (planned_window, ordinal, asset)
                          VALUES (?1, ?2, ?3)";
            sql::run(conn, insert, [id, ordinal, ids.asset(*asset)?])?;
        }
    }
    Ok(())
}

pub(crate) fn pending(conn: &Connection) -> Result<Vec<PlannedWindow>, Fault> {
    let assets = Assets::read(conn)?;
    let select = "SELECT id, chain, first, last, settle_to FROM planned_window ORDER BY id";
    let windows = sql::all(conn, select, [], |row| {
        let settle_to = if sql::is_null(row, 4)? { None } else { Some(sql::number(row, 4)?) };
        Ok((row.get::<_, i64>(0)?, sql::chain(row, 1)?, sql::window(row, 2)?, settle_to))
    })?;
    let with_lists = |(id, chain, window, settle_to)| {
        let select = "SELECT asset FROM planned_asset WHERE planned_window = ?1 ORDER BY ordinal";
        let balances_of = sql::all(conn, select, [id], |row| assets.get(sql::small(row, 0)?))?;
        let addresses = addresses_of(conn, id)?;
        Ok(PlannedWindow { chain, addresses, window, balances_of, settle_to })
    };
    windows.into_iter().map(with_lists).collect()
}

/// Takes a window that was fetched off the plan. Of one of which only the first blocks were fetched the
/// rest stays, in its place. Of one that the state settled, `then` is to be fetched in its place, if anything is.
pub(crate) fn settle(
    conn: &Connection,
    fetched: &FetchedWindow,
    then: Option<Window>,
) -> Result<(), Fault> {
    let (first, last) = sql::window_columns(fetched.window)?;
    let select = "SELECT id, last <= ?3 AND settle_to IS NOT NULL FROM planned_window
                  WHERE chain = ?1 AND first = ?2 AND max(last, ifnull(settle_to, 0)) >= ?3";
    let place = [sql::chain_column(fetched.chain)?, first, last];
    let planned: Vec<(i64, bool)> =
        sql::all(conn, select, place, |row| Ok((row.get(0)?, row.get(1)?)))?;
    for (id, is_settled) in planned {
        if as_set(addresses_of(conn, id)?) != as_set(fetched.addresses.clone()) {
            continue;
        }
        let rest = match then.filter(|_| is_settled) {
            Some(then) => Some(sql::window_columns(then)?),
            None => None,
        };
        if let Some((first, last)) = rest {
            let next =
                "UPDATE planned_window SET first = ?2, last = ?3, settle_to = NULL WHERE id = ?1";
            sql::run(conn, next, [id, first, last])?;
            continue;
        }
        sql::run(conn, "DELETE FROM planned_window WHERE id = ?1 AND last <= ?2", [id, last])?;
        let cut = "UPDATE planned_window SET first = ?2 + 1, settle_to = NULL WHERE id = ?1";
        sql::run(conn, cut, [id, last])?;
    }
    Ok(())
}

fn addresses_of(conn: &Connection, id: i64) -> Result<Vec<Address>, Fault> {
    let select = "SELECT bytes FROM planned_address JOIN address ON address.id = address
                  WHERE planned_window = ?1 ORDER BY ordinal";
    sql::all(conn, select, [id], |row| sql::address(row, 0))
}

fn as_set(mut addresses: Vec<Address>) -> Vec<Address> {
    addresses.sort_unstable();
    addresses.dedup();
    addresses
}

#[cfg(test)]
mod tests {
    use fundtrail_model::Window;

    use super::PlannedWindow;
    use crate::Case;
    use crate::tests::world::full_window;

    #[test]
    fn the_rest_of_a_window_stays_in_its_place() {
        let fetched = full_window();
        let planned = |first, last| PlannedWindow {
            chain: fetched.chain,
            addresses: fetched.addresses.clone(),
            window: Window::new(first, last).unwrap(),
            balances_of: vec![],
            settle_to: None,
        };
        let mut case = Case::in_memory().unwrap();
        let (first, last) = (fetched.window.first(), fetched.window.last());
        case.plan(&[planned(first, last + 5), planned(0, last), planned(first, last)], &[])
            .unwrap();
        case.write_window(&fetched).unwrap();
        // Of one that begins elsewhere nothing is known to be done.
        assert_eq!(case.pending().unwrap(), [planned(last + 1, last + 5), planned(0, last)]);
    }

    #[test]
    fn what_the_state_settled_is_followed_by_what_comes_then() {
        let fetched = full_window();
        let (first, last) = (fetched.window.first(), fetched.window.last());
        let window = |first, last| Window::new(first, last).unwrap();
        let planned = |window, settle_to| PlannedWindow {
            chain: fetched.chain,
            addresses: fetched.addresses.clone(),
            window,
            balances_of: vec![],
            settle_to,
        };
        let check = |settle_to, piece, then, expected: &[PlannedWindow]| {
            let mut case = Case::in_memory().unwrap();
            case.plan(&[planned(piece, settle_to)], &[]).unwrap();
            assert_eq!(case.pending().unwrap(), [planned(piece, settle_to)]);
            case.write_settled(&fetched, then).unwrap();
            assert_eq!(case.pending().unwrap(), expected);
        };
        let piece = window(first, last - 1);
        check(Some(last), piece, None, &[]);
        check(Some(last + 9), piece, None, &[]);
        let then = window(last + 1, last + 3);
        check(Some(last + 9), piece, Some(then), &[planned(then, None)]);
        // It was settled no further than it had to be.
        check(Some(last + 9), window(first, last), Some(then), &[planned(then, None)]);
        // Not planned to be settled so far.
        check(None, piece, Some(then), &[planned(piece, None)]);
        check(
            Some(last + 9),
            window(first, last + 4),
            None,
            &[planned(window(last + 1, last + 4), None)],
        );
    }
}
