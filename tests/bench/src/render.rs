//! Reports of a large case: how long each format takes to write, and how much memory.

mod theft;

use std::fs::File;
use std::path::Path;
use std::process::Command;

use crate::measure::time;
use crate::memory::peak_of;
use crate::requests::binary;
use crate::table::{Row, Table, grouped};
use theft::Theft;

const COUNT: u64 = 100_000;
/// Kept small enough for a laptop beside other programs.
const MOST_MB: u64 = 300;
/// What is written, and the most seconds that it may take.
const FORMATS: [(&str, u64); 11] = [
    ("report.json", 1),
    ("report.csv", 1),
    ("report.evidence.csv", 1),
    ("report.html", 2),
    ("report.xlsx", 5),
    ("report.pdf", 10),
    ("report.md", 1),
    ("trail.graphml", 2),
    ("trail.gexf", 2),
    ("trail.dot", 2),
    ("trail.ftm", 2),
];
/// Writes the sheet of the hops with openpyxl: the mode, the table as CSV, the workbook.
const PEER: &str = include_str!("render/peer.py");

/// Every wallet but the last of each chain is empty in the end.
pub(crate) fn passed_on() -> Table {
    run(Theft { count: COUNT, is_shed: false })
}

/// Something is left at every wallet.
pub(crate) fn shed() -> Table {
    run(Theft { count: COUNT, is_shed: true })
}

fn run(theft: Theft) -> Table {
    let mut table = Table::default();
    let folder = tempfile::tempdir().expect("a folder");
    let case = folder.path().join("theft.ftcase");
    theft.write(&case);
    let mut workbook = 0;
    for (name, most) in FORMATS {
        let run = report(folder.path(), &case, name);
        let size = std::fs::metadata(folder.path().join(name)).expect("the report").len();
        let what = format!("write {name}, {} kB", grouped(size / 1_000));
        let row = Row::count(&what, run.written, "ms");
        // With as many endings as transfers there is nearly twice as much to write.
        table.add(if theft.is_shed { row } else { row.at_most(most * 1_000) });
        let whole =
            format!("{name}: the whole command, which finds out in {} ms", grouped(run.found));
        table.add(Row::count(&whole, run.whole, "ms"));
        table.add(Row::count(&format!("{name}: peak"), run.peak / 1_000, "MB").at_most(MOST_MB));
        if name.ends_with(".xlsx") {
            workbook = run.written;
        }
    }
    table.note(format!(
        "Each format is a run of `fundtrail report`: it reads the case, follows {} transfers of stolen value, looks for \
         behaviour, puts the content of the report together, and writes it in one format. Limits of \
         time are for the writing; the middle one of three runs.",
        grouped(COUNT)
    ));
    for mode in ["write_only", "normal"] {
        let (taken, peak) = peer(folder.path(), mode);
        let what = format!("all sheets by us, the sheet of the hops by openpyxl ({mode}), ms");
        table.add(Row::counts(&what, workbook, taken));
        table.note(format!("openpyxl ({mode}): {} ms, peak {} MB.", grouped(taken), peak / 1_000));
    }
    table.note(theft.about());
    table
}

/// One run of `fundtrail report`: milliseconds, and the largest resident size in kB.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Run {
    written: u64,
    found: u64,
    whole: u64,
    peak: u64,
}

/// The middle one of three runs.
fn report(folder: &Path, case: &Path, name: &str) -> Run {
    let mut runs: Vec<Run> = (0..3)
        .map(|_| {
            let said = folder.join("said.txt");
            let mut command = Command::new(binary());
            command.arg("report").arg(case).args(["--timings", "--out", name]);
            command.current_dir(folder).env_clear().env("HOME", folder);
            command.stderr(File::create(&said).expect("a file"));
            let (whole, peak) = measured(&mut command);
            let said = std::fs::read_to_string(&said).expect("what it said");
            let after = |word: &str| {
                let (_, rest) = said.split_once(word).unwrap_or_else(|| panic!("no time: {said}"));
                let millis = rest.split_whitespace().next().and_then(|text| text.parse().ok());
                millis.unwrap_or_else(|| panic!("no time: {said}"))
            };
            Run { written: after("written in "), found: after("found out in "), whole, peak }
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
