//! The report on one wallet that did very much: how long it takes, and how much memory.

mod wallet;

use std::path::Path;
use std::process::Command;

use fundtrail_model::checksum;

use crate::measure::time;
use crate::memory::peak_of;
use crate::requests::binary;
use crate::table::{Row, Table, grouped};
use wallet::Busy;

/// Transfers, twice as many each time, so that the growth is visible.
const COUNTS: [u64; 3] = [50_000, 100_000, 200_000];
/// What has limits: as large as the cases of thefts that have some.
const LIMITED: u64 = 100_000;
/// Kept small enough for a laptop beside other programs.
const MOST_MB: u64 = 300;
/// What is written, and the most seconds that it may take.
const FORMATS: [(Option<&str>, u64); 5] = [
    (None, 5),
    (Some("w.html"), 10),
    (Some("w.json"), 5),
    (Some("w.csv"), 5),
    (Some("w.xlsx"), 15),
];

pub(crate) fn run() -> Table {
    let mut table = Table::default();
    let folder = tempfile::tempdir().expect("a folder");
    let mut taken = Vec::new();
    for count in COUNTS {
        let case = folder.path().join(format!("{count}.ftcase"));
        Busy { count }.write(&case);
        for (idx, (file, most)) in FORMATS.into_iter().enumerate() {
            let (millis, peak) = screened(folder.path(), &case, file);
            let name = file.unwrap_or("the terminal");
            let what = format!("{} transfers to {name}", grouped(count));
            let (row, megabytes) = (Row::count(&what, millis, "ms"), peak / 1_000);
            let peak = Row::count(&format!("{what}: peak"), megabytes, "MB");
            table.add(if count == LIMITED { row.at_most(most * 1_000) } else { row });
            table.add(if count == LIMITED { peak.at_most(MOST_MB) } else { peak });
            taken.push((count, idx, millis));
        }
    }
    for (idx, (file, _)) in FORMATS.into_iter().enumerate() {
        let of =
            |wanted: u64| taken.iter().find(|(count, place, _)| (*count, *place) == (wanted, idx));
        let millis = |wanted| of(wanted).map_or(0, |(.., millis)| *millis);
        let [half, whole] = [millis(COUNTS[1]), millis(COUNTS[2])];
        table.note(format!(
            "{}: twice as many transfers take {} % of the time.",
            file.unwrap_or("terminal"),
            (100 * whole).checked_div(half).unwrap_or_default()
        ));
    }
    table.note(wallet::ABOUT);
    table
}

/// One run of `fundtrail screen --offline`, the better of two: milliseconds, and the largest resident size in kB.
fn screened(folder: &Path, case: &Path, file: Option<&str>) -> (u64, u64) {
    let run = || {
        let mut command = Command::new(binary());
        command.args(["screen", "--offline", "--chain", "ethereum", "--as-of", "2026-11-23"]);
        command.arg(checksum(wallet::ME)).arg("--case").arg(case);
        command.args(file.iter().flat_map(|file| ["--out", file]));
        command.current_dir(folder).env_clear().env("HOME", folder);
        command.stderr(std::process::Stdio::null());
        let (taken, peak) = time(|| peak_of(&mut command));
        (u64::try_from(taken.as_millis()).expect("fits"), peak)
    };
    run().min(run())
}
