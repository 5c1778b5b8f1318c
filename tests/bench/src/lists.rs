//! Lists: reading an XML file of the size of OFAC's, checking a million addresses, and starting cold.

mod sample;

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use fundtrail_labels::intake::{Format, Input, Terms, read};

use crate::measure::{Samples, time};
use crate::memory::peak_of;
use crate::requests::binary;
use crate::table::{Row, Table};

const XML_BYTES: u64 = 120_000_000;
const MOST_READING_MS: u64 = 3_000;
const MOST_MB: u64 = 100;
const N_LABELS: u64 = 100_000;
const N_ADDRESSES: u64 = 1_000_000;
const MOST_CHECKING_MS: u64 = 1_000;
const MOST_START_MS: u64 = 50;
const ROUNDS: u32 = 5;

pub(crate) fn run() -> Table {
    let mut table = Table::default();
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path();
    reading(&mut table, home);
    checking(&mut table, home);
    table
}

/// Reads both XML files in this process, beside a plain pass over the same bytes that looks for line breaks,
/// and imports one in a process of its own, for its memory.
fn reading(table: &mut Table, home: &Path) {
    for (format, name) in
        [(Format::SdnAdvanced, "SDN_ADVANCED.XML"), (Format::SdnEnhanced, "SDN_ENHANCED.XML")]
    {
        let path = home.join(name);
        let expected = sample::write_xml(&path, format, XML_BYTES);
        let mut taken = Vec::new();
        for _ in 0..ROUNDS {
            let mut file = File::open(&path).expect("the file");
            let input = Input { origin: name, data: &mut file };
            let (time, reading) = time(|| read(format, input, None, &Terms::default()));
            let reading = reading.expect("a list");
            assert_eq!(reading.counts.listed, expected, "every address is found");
            assert!(reading.is_whole);
            taken.push(time);
        }
        let taken = Samples::new(taken).median();
        let what = format!("read 120 MB of {name}");
        table.add(Row::count(&what, millis(taken), "ms").at_most(MOST_READING_MS));
        let mut import = command(home);
        import.args(["lists", "import"]).arg(&path).arg("--store").arg(home.join("xml.sqlite"));
        let what = format!("peak of `lists import {name}`");
        let peak = peak_of(&mut import) / 1_000;
        table.add(Row::count(&what, peak, "MB").at_most(MOST_MB));
    }
}

fn checking(table: &mut Table, home: &Path) {
    let labels = home.join("labels.csv");
    sample::write_labels(&labels, N_LABELS);
    let (taken, status) = time(|| {
        command(home).args(["lists", "import"]).arg(&labels).stdout(Stdio::null()).status()
    });
    assert!(status.expect("the program").success());
    table.note(format!("Importing {N_LABELS} labels took {taken:.1?}."));

    let wallets = home.join("wallets.txt");
    for (words, every, is_checksummed) in
        [("one in 1,000 known", 1_000, false), ("with checksums, one in 1,000 known", 1_000, true)]
    {
        sample::write_wallets(&wallets, N_ADDRESSES, every, is_checksummed);
        let taken = median(|| {
            let mut check = command(home);
            check.args(["lists", "check", "--from"]).arg(&wallets);
            let out = check.output().expect("the program");
            assert!(out.status.success());
            let text = String::from_utf8(out.stdout).expect("text");
            let n_found = text.lines().filter(|line| line.starts_with("0x")).count();
            assert_eq!(u64::try_from(n_found), Ok(N_ADDRESSES / every));
        });
        let what = format!("`lists check` of 1,000,000 addresses, {words}");
        table.add(Row::count(&what, millis(taken), "ms").at_most(MOST_CHECKING_MS));
    }

    let nothing = median(|| {
        assert!(
            command(home).arg("--version").stdout(Stdio::null()).status().expect("it").success()
        );
    });
    let start = median(|| {
        let mut check = command(home);
        check.args(["lists", "check", &sample::label(7)]);
        let out = check.output().expect("the program");
        assert!(String::from_utf8(out.stdout).expect("text").contains("Label 7 "));
    });
    table.add(
        Row::count(
            "`lists check` of one address, cold, beside 100,000 labels",
            millis(start),
            "ms",
        )
        .at_most(MOST_START_MS)
        .beside(format!("{nothing:.1?} for --version")),
    );
}

fn command(home: &Path) -> Command {
    let mut command = Command::new(binary());
    command.env_clear().env("HOME", home).current_dir(home);
    command
}

fn median(mut run: impl FnMut()) -> Duration {
    Samples::new((0..ROUNDS).map(|_| time(&mut run).0).collect()).median()
}

fn millis(taken: Duration) -> u64 {
    u64::try_from(taken.as_micros().div_ceil(1_000)).expect("fits")
}
