//! Reports of a large case: how long `fundtrail report` takes for each format, and how much memory.

mod theft;

use std::path::Path;
use std::process::{Command, Stdio};

use crate::measure::time;
use crate::memory::peak_of;
use crate::requests::binary;
use crate::table::{Row, Table, grouped};
use theft::Theft;

const COUNT: u64 = 100_000;
/// Kept small enough for a laptop beside other programs.
const MOST_MB: u64 = 300;
/// What is written, and the most seconds that it may take.
const FORMATS: [(&str, u64); 9] = [
    ("report.json", 1),
    ("report.csv", 1),
    ("report.evidence.csv", 1),
    ("report.html", 2),
    ("report.xlsx", 5),
    ("trail.graphml", 2),
    ("trail.gexf", 2),
    ("trail.dot", 2),
    ("trail.ftm", 2),
];
/// Writes the sheet of the hops with openpyxl: the mode, the table as CSV, the workbook.
const PEER: &str = include_str!("render/peer.py");

pub(crate) fn run() -> Table {
    let mut table = Table::default();
    let folder = tempfile::tempdir().expect("a folder");
    let case = folder.path().join("theft.ftcase");
    Theft { count: COUNT }.write(&case);
    let (summary, _) = report(folder.path(), &case, &["--format", "json"]);
    table.note(format!(
        "Each row is a whole run of `fundtrail report`, which reads the case, follows its {} transfers of stolen value \
         and writes one file; with the same report as JSON thrown away it takes {summary} ms.",
        grouped(COUNT)
    ));
    let mut workbook = 0;
    for (name, most) in FORMATS {
        let (taken, peak) = report(folder.path(), &case, &["--out", name]);
        let size = std::fs::metadata(folder.path().join(name)).expect("the report").len();
        let what = format!("{name}, {} MB", grouped(size / 1_000_000));
        table.add(Row::count(&what, taken, "ms").at_most(most * 1_000));
        table.add(Row::count(&format!("{name}, peak"), peak / 1_000, "MB").at_most(MOST_MB));
        if name.ends_with(".xlsx") {
            workbook = taken;
        }
    }
    for mode in ["write_only", "normal"] {
        let (taken, peak) = peer(folder.path(), mode);
        let what = format!("all sheets by us, the sheet of the hops by openpyxl ({mode}), ms");
        table.add(Row::counts(&what, workbook, taken));
        table.note(format!("openpyxl ({mode}): {} ms, peak {} MB.", grouped(taken), peak / 1_000));
    }
    table.note(theft::ABOUT);
    table
}

/// Milliseconds and the largest resident size in kB of `fundtrail report`: the middle one of three runs.
fn report(folder: &Path, case: &Path, more: &[&str]) -> (u64, u64) {
    let mut runs: Vec<(u64, u64)> = (0..3)
        .map(|_| {
            let mut command = Command::new(binary());
            command.arg("report").arg(case).args(more);
            command.current_dir(folder).env_clear().env("HOME", folder).stderr(Stdio::null());
            measured(&mut command)
        })
        .collect();
    runs.sort_unstable();
    runs[1]
}

/// The same of Python, once.
fn peer(folder: &Path, mode: &str) -> (u64, u64) {
    let support = Path::new(env!("CARGO_MANIFEST_DIR")).join("../support/python/.venv/bin/python");
    assert!(support.exists(), "{} is missing: run `just setup`", support.display());
    let mut command = Command::new(support);
    command.args(["-c", PEER, mode, "report.csv", "peer.xlsx"]).current_dir(folder);
    measured(&mut command)
}

fn measured(command: &mut Command) -> (u64, u64) {
    let (taken, peak) = time(|| peak_of(command));
    (u64::try_from(taken.as_millis()).expect("fits"), peak)
}
