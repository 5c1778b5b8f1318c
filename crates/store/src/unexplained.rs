//! Unexplained transfers: what is left when balances and transfers do not add up.
//!
//! The fetcher reports them for one window at a time, from what one node told. Kept as they come, they
//! would be counted again when a later window finds the missing transfer, or overlaps the first. So
//! only the places are kept, and the amounts are worked out from all that the case holds: between two
//! neighbouring known balances, what the transfers do not explain is unexplained.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{
    Address, Amount, Asset, Balance, Cause, ChainId, Coverage, Position, Step, Transfer, Window,
};
use rusqlite::{Connection, Row, params};

use crate::error::Fault;
use crate::intern::{Assets, Interner};
use crate::{coverage, fact, sql};

/// What a window could not explain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Difference {
    address: Address,
    asset: Asset,
    window: Window,
    is_outgoing: bool,
    amount: Amount,
}

pub(crate) fn write(
    ids: &mut Interner<'_>,
    window: Window,
    transfer: &Transfer,
) -> Result<(), Fault> {
    let conn = ids.conn();
    let (address, is_outgoing) = match (transfer.from, transfer.to) {
        (Some(from), None) => (from, true),
        (None, Some(to)) => (to, false),
        _ => {
            return Err(Fault::Inconsistent(format!(
                "the unexplained transfer at {} does not have exactly one party",
                transfer.position
            )));
        }
    };
    // It arose somewhere between the start of the window and the block at whose end it stands; which
    // balances inside are known says more, whoever told them.
    let block = transfer.position.block;
    let window = Window::new(window.first(), block)
        .filter(|_| transfer.position == end_of(block) && transfer.transaction.is_none());
    let window = window.ok_or_else(|| {
        let position = transfer.position;
        Fault::Inconsistent(format!(
            "the unexplained transfer at {position} is not at a block's end"
        ))
    })?;
    let (first, last) = sql::window_columns(window)?;
    let asset = ids.asset(transfer.asset)?;
    let address = ids.address(address)?;
    let amount = transfer.amount.to_minimal_be_bytes();
    let select = "SELECT amount, is_outgoing FROM difference
                  WHERE asset = ?1 AND address = ?2 AND first = ?3 AND last = ?4";
    let stored = sql::first(conn, select, [asset, address, first, last], |row| {
        Ok((sql::amount(row, 0)?, row.get::<_, bool>(1)?))
    })?;
    // The same window with another difference: the time less was left, more had been seen.
    if stored.is_some_and(|stored| stored <= (transfer.amount, is_outgoing)) {
        return Ok(());
    }
    let upsert = "INSERT INTO difference (asset, address, first, last, is_outgoing, amount)
                  VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                  ON CONFLICT DO UPDATE
                  SET is_outgoing = excluded.is_outgoing, amount = excluded.amount";
    sql::run(conn, upsert, params![asset, address, first, last, is_outgoing, amount]).map(drop)
}

/// The unexplained transfers of a chain, given all others.
pub(crate) fn all(
    conn: &Connection,
    chain: ChainId,
    transfers: &[Transfer],
) -> Result<Vec<Transfer>, Fault> {
    let assets = Assets::read(conn)?;
    let select = "SELECT bytes, difference.asset, first, last, is_outgoing, amount FROM asset
                  JOIN difference ON difference.asset = asset.id
                  JOIN address ON address.id = difference.address WHERE asset.chain = ?1";
    let read = |row: &Row<'_>| {
        Ok(Difference {
            address: sql::address(row, 0)?,
            asset: assets.get(sql::small(row, 1)?)?,
            window: sql::window(row, 2)?,
            is_outgoing: row.get(4)?,
            amount: sql::amount(row, 5)?,
        })
    };
    let differences = sql::all(conn, select, [sql::chain_column(chain)?], read)?;
    if differences.is_empty() {
        return Ok(Vec::new());
    }
    let balances = fact::balances(conn, chain)?;
    let coverage = coverage::all(conn, chain)?;
    Ok(derive(&differences, &balances, &coverage, transfers))
}

/// An address and an asset whose transfers do not add up somewhere.
type Pair = (Address, Asset);

fn derive(
    differences: &[Difference],
    balances: &[Balance],
    coverage: &[Coverage],
    transfers: &[Transfer],
) -> Vec<Transfer> {
    let mut pairs: BTreeMap<Pair, Vec<Difference>> = BTreeMap::new();
    for difference in differences {
        pairs.entry((difference.address, difference.asset)).or_default().push(*difference);
    }
    let mut known: BTreeMap<Pair, BTreeMap<u64, Amount>> = BTreeMap::new();
    for balance in balances {
        let pair = (balance.address, balance.asset);
        if pairs.contains_key(&pair) {
            known.entry(pair).or_default().insert(balance.block, balance.amount);
        }
    }
    let no_balances = BTreeMap::new();
    let mut stretches: BTreeMap<Pair, Vec<Stretch>> = BTreeMap::new();
    let mut unexplained: BTreeSet<Transfer> = BTreeSet::new();
    for (pair, differences) in &pairs {
        let known = known.get(pair).unwrap_or(&no_balances);
        let (checkable, as_written): (Vec<_>, Vec<_>) =
            differences.iter().partition(|difference| has_both_ends(known, difference.window));
        stretches.insert(*pair, stretches_in(&checkable, known));
        let is_open = |difference: &&Difference| {
            let (address, class) = (difference.address, difference.asset.class());
            !coverage::is_settled(coverage, address, class, difference.window)
        };
        unexplained.extend(as_written.into_iter().filter(is_open).filter_map(Difference::shown));
    }
    add_up(&mut stretches, transfers);
    for (pair, stretches) in &stretches {
        let found = stretches.iter().filter_map(|stretch| stretch.difference(*pair)?.shown());
        unexplained.extend(found);
        // Amounts that no honest token has do not add up in 256 bits: what was written is shown.
        if stretches.iter().any(|stretch| stretch.credit.is_none() || stretch.debit.is_none()) {
            let written = pairs.get(pair).into_iter().flatten();
            unexplained.extend(written.filter_map(Difference::shown));
        }
    }
    unexplained.into_iter().collect()
}

/// The block at whose end a window begins. Before the first block of all there is none.
const fn block_before(window: Window) -> u64 {
    window.first().saturating_sub(1)
}

fn has_both_ends(known: &BTreeMap<u64, Amount>, window: Window) -> bool {
    let (before, last) = (block_before(window), window.last());
    before < last && known.contains_key(&before) && known.contains_key(&last)
}

/// Between each two neighbouring known balances inside one of the windows, each once and in order.
fn stretches_in(differences: &[&Difference], known: &BTreeMap<u64, Amount>) -> Vec<Stretch> {
    let mut ends = BTreeSet::new();
    for difference in differences {
        let inside = || known.range(block_before(difference.window)..=difference.window.last());
        ends.extend(inside().zip(inside().skip(1)));
    }
    let stretch = |((before, credit), (last, debit)): ((&u64, &Amount), (&u64, &Amount))| Stretch {
        before: *before,
        last: *last,
        credit: Some(*credit),
        debit: Some(*debit),
    };
    ends.into_iter().map(stretch).collect()
}

fn add_up(stretches: &mut BTreeMap<Pair, Vec<Stretch>>, transfers: &[Transfer]) {
    for transfer in transfers {
        if let Some(stretch) = find(stretches, transfer.to, transfer) {
            stretch.credit = stretch.credit.and_then(|sum| sum.checked_add(transfer.amount));
        }
        if let Some(stretch) = find(stretches, transfer.from, transfer) {
            stretch.debit = stretch.debit.and_then(|sum| sum.checked_add(transfer.amount));
        }
    }
}

fn find<'s>(
    stretches: &'s mut BTreeMap<Pair, Vec<Stretch>>,
    party: Option<Address>,
    transfer: &Transfer,
) -> Option<&'s mut Stretch> {
    let block = transfer.position.block;
    let stretches = stretches.get_mut(&(party?, transfer.asset))?;
    let index = stretches.partition_point(|stretch| stretch.last < block);
    stretches.get_mut(index).filter(|stretch| stretch.before < block)
}

/// The blocks after `before` up to `last`, between two known balances.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    before: u64,
    last: u64,
    /// The balance before, and what came in; `None` once it does not fit into 256 bits.
    credit: Option<Amount>,
    /// The balance after, and what went out.
    debit: Option<Amount>,
}

impl Stretch {
    fn difference(&self, (address, asset): Pair) -> Option<Difference> {
        let (credit, debit) = (self.credit?, self.debit?);
        let is_outgoing = credit > debit;
        let amount =
            if is_outgoing { credit.checked_sub(debit)? } else { debit.checked_sub(credit)? };
        let window = Window::block(self.last);
        Some(Difference { address, asset, window, is_outgoing, amount })
    }
}

impl Difference {
    fn shown(&self) -> Option<Transfer> {
        let party = Some(self.address);
        (!self.amount.is_zero()).then(|| Transfer {
            position: end_of(self.window.last()),
            asset: self.asset,
            from: party.filter(|_| self.is_outgoing),
            to: party.filter(|_| !self.is_outgoing),
            amount: self.amount,
            cause: Cause::Unexplained,
            transaction: None,
        })
    }
}

const fn end_of(block: u64) -> Position {
    Position { block, transaction: Position::AFTER_TRANSACTIONS, step: Step::Unexplained }
}

#[cfg(test)]
mod tests;
