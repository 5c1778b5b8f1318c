//! Storing: `Case::write_window` against a loop of prepared statements that fills the same tables.

mod bare;
mod sample;

use std::path::Path;
use std::time::Duration;

use fundtrail_store::Case;

use crate::measure::{in_turn, time};
use crate::table::{Row, Table, grouped};
use sample::Sample;

const ROUNDS: u32 = 5;
/// Thousandths of the bare loop's time.
const MOST_TIME: u64 = 1_300;
const MOST_BYTES: u64 = 90;
/// Thousandths of the time of a loop over the same rows.
const MOST_READING: u64 = 2_500;

pub(crate) fn run() -> Table {
    let mut table = Table::default();
    for count in [50_000, 500_000, 5_000_000] {
        let sample = Sample { count };
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (case, bare) = (folder.path().join("case"), folder.path().join("bare"));
        let (ours, other) =
            in_turn(ROUNDS, || store(&case, &sample), || bare::store(&bare, &sample));
        assert_same(&case, &bare, count);
        let what = format!("store {} transfers", grouped(count));
        table.add(Row::times(&what, &ours, &other).at_most(MOST_TIME));
        let bytes = std::fs::metadata(&case).expect("the case's file").len();
        let what = format!("bytes a transfer, of {}", grouped(count));
        table.add(Row::count(&what, bytes.div_ceil(count), "bytes").at_most(MOST_BYTES));
        let (read, scan) =
            in_turn(ROUNDS, || self::read(&case, count), || bare::scan(&bare, count));
        let what = format!("read {} transfers", grouped(count));
        table.add(Row::times(&what, &read, &scan).at_most(MOST_READING));
        let case = Case::open_read_only(&case).expect("a case");
        let (again, whole) = in_turn(ROUNDS, refresh_one(&case, &sample), || read_open(&case));
        let what = format!("read {} transfers again after one window", grouped(count));
        table.add(Row::times(&what, &again, &whole));
        table.note(format!(
            "{}: {} stored and {} read a second.",
            grouped(count),
            grouped(ours.per_second(count)),
            grouped(read.per_second(count))
        ));
    }
    table.note(sample::ABOUT);
    table
}

/// Our way. Making the file and the windows does not count; closing the file does.
fn store(path: &Path, sample: &Sample) -> Duration {
    let _ = std::fs::remove_file(path);
    let mut case = Case::create(path).expect("a new case");
    let mut taken = Duration::ZERO;
    for window in sample.windows() {
        taken += time(|| case.write_window(&window).expect("a window that can be written")).0;
    }
    taken + time(|| drop(case)).0
}

fn read(path: &Path, count: u64) -> Duration {
    let (taken, transfers) = time(|| {
        let case = Case::open_read_only(path).expect("a case");
        case.transfers(sample::CHAIN).expect("transfers")
    });
    assert_eq!(u64::try_from(transfers.len()), Ok(count));
    taken
}

fn read_open(case: &Case) -> Duration {
    time(|| case.transfers(sample::CHAIN).expect("transfers")).0
}

/// As after a fetch: all but one window was read before.
fn refresh_one(case: &Case, sample: &Sample) -> impl FnMut() -> Duration {
    let mut transfers = case.transfers(sample::CHAIN).expect("transfers");
    let written = sample.windows().last().expect("a window").window;
    move || {
        transfers.retain(|transfer| transfer.position.block < written.first());
        let mut again = || case.refresh_transfers(sample::CHAIN, &mut transfers, &[written]);
        time(|| again().expect("transfers")).0
    }
}

/// Both files hold the same case.
fn assert_same(case: &Path, bare: &Path, count: u64) {
    let read = |path: &Path| {
        let case = Case::open_read_only(path).expect("a case");
        let found: u64 = case.counts().expect("counts").chains.values().map(|c| c.transfers).sum();
        assert_eq!(found, count, "transfers in {}", path.display());
        case.digest().expect("a digest")
    };
    assert_eq!(read(case), read(bare), "the two files do not hold the same");
}
