//! How much memory the program takes while it fetches and stores a window with half a million transfers.

use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use fundtrail_model::{ChainId, checksum};
use fundtrail_store::Case;

use crate::dense::Dense;
use crate::measure::time;
use crate::requests::binary;
use crate::table::{Row, Table};

const MOST_MB: u64 = 200;

pub(crate) fn run() -> Table {
    let mut table = Table::default();
    for (name, per_block) in [("50,000", 12), ("500,000", 125)] {
        let dense = Dense::play(4_000, per_block);
        let folder = tempfile::tempdir().expect("a folder");
        let case = folder.path().join("case.ftcase");
        let (taken, peak) = time(|| fetch(&dense, &case, folder.path()));
        let stored = Case::open_read_only(&case).and_then(|case| case.transfers(ChainId(1)));
        let stored =
            stored.expect("a case").into_iter().filter(|found| found.asset.contract().is_some());
        let stored = u64::try_from(stored.count()).expect("fits");
        assert!(stored >= dense.transfers, "{stored} of {} were stored", dense.transfers);
        let what = format!("peak of `fundtrail fetch`, {name} transfers in one window");
        table.add(Row::count(&what, peak / 1_000, "MB").at_most(MOST_MB));
        table.note(format!("{name} transfers were fetched, checked and stored in {taken:.1?}."));
    }
    table
}

/// Runs the program, and returns its largest resident size in kB.
fn fetch(dense: &Dense, case: &Path, home: &Path) -> u64 {
    let last = dense.window.last().to_string();
    let mut command = Command::new(binary());
    command
        .args(["fetch", &checksum(dense.payer), "--chain", "ethereum", "--from-block", "1"])
        .args(["--until", &last, "--rpc", &format!("ethereum={}", dense.node.url())])
        .arg("--case")
        .arg(case)
        .env_clear()
        .env("HOME", home);
    peak_of(&mut command)
}

/// Runs a command to its end, and returns its largest resident size in kB.
pub(crate) fn peak_of(command: &mut Command) -> u64 {
    let child = command.stdout(Stdio::null()).spawn();
    let mut child = child.expect("the program can be started");
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    loop {
        // The largest size so far, so nothing between two looks is missed.
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let size = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        peak = size.unwrap_or(peak);
        if let Some(status) = child.try_wait().expect("the program runs") {
            assert!(status.success(), "the program failed: {status}");
            return peak;
        }
        sleep(Duration::from_millis(5));
    }
}
