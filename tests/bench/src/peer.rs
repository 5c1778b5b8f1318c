//! Another fetcher written in Rust, `cryo` 0.3.2 of PyPI, on the same node for the same logs.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use fundtrail_model::{H256, checksum};
use fundtrail_testkit::chaos::{ChaosProxy, Faults, Profile};
use fundtrail_testkit::place;

use crate::dense::{Dense, TRANSFER};
use crate::measure::{in_turn, time};
use crate::requests::binary;
use crate::table::{Row, Table};

const ROUNDS: u32 = 3;
const PACKAGE: &str = "cryo==0.3.2";
/// Writes the logs of the payer to Parquet files; the end is not included.
const FREEZE: &str = "
import sys, cryo
url, folder, first, end, topic0, topic1, size = sys.argv[1:]
cryo.freeze('logs', rpc=url, output_dir=folder, start_block=int(first), end_block=int(end),
            topic0=[topic0], topic1=[topic1], inner_request_size=int(size), chunk_size=int(size),
            network_name='anvil', overwrite=True, no_report=True, verbose=False)
";

pub(crate) fn run() -> Table {
    let python = python();
    let dense = Dense::half_a_million();
    let mut table = Table::default();
    // Its own choice is one block at a time; as many as make 4 MB is kinder than that.
    for size in [1, 52] {
        let theirs = || -> Duration {
            let folder = tempfile::tempdir().expect("a folder");
            time(|| freeze(&python, &dense, &dense.node.url(), size, folder.path())).0
        };
        let ours = || -> Duration {
            let folder = tempfile::tempdir().expect("a folder");
            time(|| fetch(&dense, &dense.node.url(), folder.path())).0
        };
        let (ours, theirs) = in_turn(ROUNDS, ours, theirs);
        let what = format!("half a million transfers to disk; cryo by {size} blocks");
        table.add(Row::times(&what, &ours, &theirs));
        let sent = |ask: &dyn Fn(&str, &Path)| {
            let proxy =
                ChaosProxy::start(&dense.node.url(), Profile::bare("counted"), Faults::none());
            let folder = tempfile::tempdir().expect("a folder");
            ask(&proxy.url(), folder.path());
            u64::try_from(proxy.log().iter().map(|entry| entry.methods.len()).sum::<usize>())
                .expect("fits")
        };
        let ours = sent(&|url, folder| fetch(&dense, url, folder));
        let theirs = sent(&|url, folder| freeze(&python, &dense, url, size, folder));
        table.add(Row::counts(&format!("questions; cryo by {size} blocks"), ours, theirs));
    }
    table.note(
        "cryo writes what was paid, as logs in Parquet files. Ours is `fundtrail fetch`: paid and received, \
         native coin, headers, balances that prove it, what the parties are, in one SQLite file.",
    );
    table
}

/// A Python with the package; installed once.
fn python() -> PathBuf {
    let folder = place::root().join("target/bench-peer");
    let python = folder.join("bin/python");
    if !folder.join("installed").is_file() {
        must(Command::new("python3").args(["-m", "venv"]).arg(&folder));
        must(Command::new(&python).args(["-m", "pip", "install", "--quiet", PACKAGE]));
        std::fs::write(folder.join("installed"), PACKAGE).expect("the folder can be written");
    }
    python
}

fn freeze(python: &Path, dense: &Dense, url: &str, size: u64, folder: &Path) {
    let end = dense.window.last() + 1;
    let topics = [format!("0x{TRANSFER}"), format!("{:#x}", H256::from(dense.payer))];
    must(
        Command::new(python)
            .args(["-c", FREEZE, url])
            .arg(folder)
            .args([dense.window.first(), end].map(|block| block.to_string()))
            .args(topics)
            .arg(size.to_string())
            .env("HOME", folder),
    );
    let written = std::fs::read_dir(folder).expect("a folder").flatten();
    let files = written.filter(|file| file.path().extension().is_some_and(|end| end == "parquet"));
    assert!(files.count() > 0, "cryo wrote nothing");
}

fn fetch(dense: &Dense, url: &str, folder: &Path) {
    must(
        Command::new(binary())
            .args(["fetch", &checksum(dense.payer), "--chain", "ethereum", "--from-block", "1"])
            .args(["--until", &dense.window.last().to_string()])
            .args(["--rpc", &format!("ethereum={url}"), "--case"])
            .arg(folder.join("case.ftcase"))
            .env("HOME", folder),
    );
}

fn must(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output().expect("it can be started");
    assert!(output.status.success(), "{command:?}\n{}", String::from_utf8_lossy(&output.stderr));
}
