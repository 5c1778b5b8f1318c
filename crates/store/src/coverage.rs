//! Coverage: block by block the best that is known of an address and a class of assets.

use fundtrail_model::{Address, AssetClass, ChainId, Coverage, Window};
use rusqlite::{Connection, Row, params};

use crate::error::Fault;
use crate::intern::Interner;
use crate::{code, sql};

mod overlay;

use overlay::{Grade, Span, overlay};

/// The token of the classes that have none: the id of no address.
const NO_TOKEN: i64 = 0;

pub(crate) fn write(ids: &mut Interner<'_>, coverage: &Coverage) -> Result<(), Fault> {
    let conn = ids.conn();
    let chain = sql::chain_column(coverage.chain)?;
    let address = ids.address(coverage.address)?;
    let class = code::class_code(coverage.class);
    let token = match coverage.class {
        AssetClass::Token(contract) => ids.address(contract)?,
        AssetClass::Native | AssetClass::Tokens => NO_TOKEN,
    };
    let (first, last) = sql::window_columns(coverage.window)?;
    // Those that overlap or touch the new one.
    let select = "SELECT first, last, how, proof FROM coverage
                  WHERE chain = ?1 AND address = ?2 AND class = ?3 AND token = ?6 AND first <= ?5 AND last >= ?4
                  ORDER BY first";
    let (before, after) = (first.saturating_sub(1), last.saturating_add(1));
    let near = params![chain, address, class, before, after, token];
    let before = sql::all(conn, select, near, span)?;
    let new = Span { window: coverage.window, grade: Grade::of(coverage.how, coverage.proof) };
    let after = overlay(&before, new);
    for span in before.iter().filter(|span| !after.contains(span)) {
        let delete = "DELETE FROM coverage
                      WHERE chain = ?1 AND address = ?2 AND class = ?3 AND token = ?4 AND first = ?5";
        let first = sql::window_columns(span.window)?.0;
        sql::run(conn, delete, [chain, address, class, token, first])?;
    }
    for span in after.iter().filter(|span| !before.contains(span)) {
        let insert = "INSERT INTO coverage (chain, address, class, token, first, last, how, proof)
                      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let (first, last) = sql::window_columns(span.window)?;
        let (how, proof) = (code::how_code(span.grade.how()), code::proof_code(span.grade.proof()));
        sql::run(conn, insert, [chain, address, class, token, first, last, how, proof])?;
    }
    Ok(())
}

pub(crate) fn all(conn: &Connection, chain: ChainId) -> Result<Vec<Coverage>, Fault> {
    let select = "SELECT first, last, how, proof, class, holder.bytes, contract.bytes FROM coverage
                  JOIN address AS holder ON holder.id = coverage.address
                  JOIN address AS contract ON contract.id = token WHERE chain = ?1";
    let mut rows = sql::all(conn, select, [sql::chain_column(chain)?], |row| {
        let Span { window, grade } = span(row)?;
        Ok(Coverage {
            chain,
            address: sql::address(row, 5)?,
            class: code::class(row.get(4)?, sql::party(row, 6)?)?,
            window,
            how: grade.how(),
            proof: grade.proof(),
        })
    })?;
    rows.sort_unstable();
    Ok(rows)
}

/// Whether every block of the window is covered, and none of them merely without adding up.
pub(crate) fn is_settled(
    coverage: &[Coverage],
    address: Address,
    class: AssetClass,
    window: Window,
) -> bool {
    let place = |row: &Coverage| (row.address, row.class);
    let start = coverage.partition_point(|row| {
        (place(row), row.window.last()) < ((address, class), window.first())
    });
    let mut next = Some(window.first());
    for row in coverage.iter().skip(start).take_while(|row| place(row) == (address, class)) {
        let Some(block) = next.filter(|block| *block <= window.last()) else { break };
        if !row.window.contains(block) || row.proof == fundtrail_model::Proof::Unreconciled {
            return false;
        }
        next = row.window.last().checked_add(1);
    }
    next.is_none_or(|block| block > window.last())
}

fn span(row: &Row<'_>) -> Result<Span, Fault> {
    let grade = Grade::of(code::how(row.get(2)?)?, code::proof(row.get(3)?)?);
    Ok(Span { window: sql::window(row, 0)?, grade })
}
