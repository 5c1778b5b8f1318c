//! The least that fills the same tables: prepared statements in a loop, one SQL transaction per window.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use fundtrail_model::{Address, Asset, FetchedWindow};
use fundtrail_store::Case;
use rusqlite::{Connection, Statement, params};

use super::sample::Sample;
use crate::measure::time;

/// A transfer as the columns of its row, and the hash of its transaction.
type Columns = ([i64; 8], Vec<u8>, Vec<u8>);

/// What is inserted for one window.
#[derive(Default)]
struct Rows {
    addresses: Vec<(i64, Address)>,
    assets: Vec<[i64; 3]>,
    transfers: Vec<Columns>,
    /// Who was looked at, for each entry of the coverage.
    covered: Vec<i64>,
}

/// The numbers given to addresses and assets so far.
#[derive(Default)]
struct Numbers {
    addresses: BTreeMap<Address, i64>,
    assets: BTreeMap<Asset, i64>,
}

pub(super) fn store(path: &Path, sample: &Sample) -> Duration {
    let _ = std::fs::remove_file(path);
    // The schema is the case's own.
    drop(Case::create(path).expect("a new case"));
    let mut conn = Connection::open(path).expect("the case's file");
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = OFF;
         PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = 4000;",
    )
    .expect("settings");
    let mut numbers = Numbers::default();
    let mut taken = Duration::ZERO;
    for window in sample.windows() {
        let rows = numbers.rows(&window);
        taken += time(|| write(&mut conn, &window, &rows).expect("rows that can be written")).0;
    }
    taken + time(|| conn.execute_batch("PRAGMA journal_mode = DELETE").expect("one file")).0
}

impl Numbers {
    fn rows(&mut self, window: &FetchedWindow) -> Rows {
        let mut rows = Rows::default();
        for coverage in &window.coverage {
            let number = self.address(coverage.address, &mut rows);
            rows.covered.push(number);
        }
        for transfer in &window.transfers {
            let parties = [transfer.from, transfer.to]
                .map(|party| self.address(party.expect("every transfer has both"), &mut rows));
            let asset = self.asset(transfer.asset, &mut rows);
            let signed = |number: u64| i64::try_from(number).expect("a number that fits");
            rows.transfers.push((
                [
                    signed(transfer.asset.chain().0),
                    signed(transfer.position.block),
                    i64::from(transfer.position.transaction),
                    // A log, and a token's transfer.
                    2 * 16 + 3,
                    signed(transfer.position.step.code() & 0xffff_ffff),
                    asset,
                    parties[0],
                    parties[1],
                ],
                transfer.amount.to_minimal_be_bytes(),
                transfer.transaction.expect("every transfer has one").as_bytes().to_vec(),
            ));
        }
        rows
    }

    fn address(&mut self, address: Address, rows: &mut Rows) -> i64 {
        let next = i64::try_from(self.addresses.len()).expect("a number that fits") + 1;
        *self.addresses.entry(address).or_insert_with(|| {
            rows.addresses.push((next, address));
            next
        })
    }

    fn asset(&mut self, asset: Asset, rows: &mut Rows) -> i64 {
        let contract = self.address(asset.contract().expect("tokens only"), rows);
        let next = i64::try_from(self.assets.len()).expect("a number that fits") + 1;
        *self.assets.entry(asset).or_insert_with(|| {
            rows.assets.push([next, 1, contract]);
            next
        })
    }
}

fn write(conn: &mut Connection, window: &FetchedWindow, rows: &Rows) -> rusqlite::Result<()> {
    let write = conn.transaction()?;
    write.execute("INSERT OR IGNORE INTO chain VALUES (1)", [])?;
    let prepare = |sql: &str| write.prepare(sql);
    let mut address = prepare("INSERT INTO address VALUES (?1, ?2)")?;
    for (number, bytes) in &rows.addresses {
        address.execute(params![number, bytes.as_bytes()])?;
    }
    let mut asset = prepare("INSERT INTO asset VALUES (?1, ?2, ?3)")?;
    for columns in &rows.assets {
        asset.execute(*columns)?;
    }
    let mut block = prepare("INSERT INTO block VALUES (1, ?1, ?2, ?3, ?4)")?;
    for stamp in &window.blocks {
        let signed = |number: u64| i64::try_from(number).expect("a number that fits");
        block.execute(params![
            signed(stamp.number),
            stamp.hash.as_bytes(),
            stamp.parent.as_bytes(),
            signed(stamp.timestamp.0)
        ])?;
    }
    write_transfers(
        prepare("INSERT INTO transfer VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")?,
        rows,
    )?;
    let mut coverage = prepare(
        "INSERT INTO coverage (chain, address, class, token, first, last, how, proof)
         VALUES (1, ?1, 2, 0, ?2, ?3, 1, 3)",
    )?;
    for (entry, number) in window.coverage.iter().zip(&rows.covered) {
        let [first, last] = [entry.window.first(), entry.window.last()]
            .map(|number| i64::try_from(number).expect("a number that fits"));
        coverage.execute(params![number, first, last])?;
    }
    drop((address, asset, block, coverage));
    write.commit()
}

fn write_transfers(mut transfer: Statement<'_>, rows: &Rows) -> rusqlite::Result<()> {
    for ([chain, block, index, kind, number, asset, payer, payee], amount, hash) in &rows.transfers
    {
        transfer.execute(params![
            chain, block, index, kind, number, asset, payer, payee, amount, hash
        ])?;
    }
    Ok(())
}

/// The least that reads the same rows: every column of every row, added up.
pub(super) fn scan(path: &Path, count: u64) -> Duration {
    let (taken, found) = time(|| {
        let conn = Connection::open(path).expect("the case's file");
        let mut select = conn.prepare("SELECT * FROM transfer").expect("a statement");
        let mut rows = select.query([]).expect("rows");
        let (mut found, mut sum) = (0_u64, 0_i64);
        while let Some(row) = rows.next().expect("a row") {
            for column in 0..8 {
                sum = sum.wrapping_add(row.get::<_, i64>(column).expect("a number"));
            }
            for column in 8..10 {
                let bytes = row.get_ref(column).expect("a column").as_blob().expect("bytes");
                sum = sum.wrapping_add(i64::from(bytes[0]));
            }
            found += 1;
        }
        assert_ne!(sum, 0);
        found
    });
    assert_eq!(found, count);
    taken
}
