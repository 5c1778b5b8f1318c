//! Reads what was written by libraries that others wrote, in Python.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// What is in each of the files: name (its ending says the format) and bytes. `tests/support/python/read.py` says how it is
/// told.
pub(crate) fn read(files: &[(String, Vec<u8>)]) -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    let support = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/support/python");
    let python = support.join(".venv/bin/python");
    assert!(python.exists(), "{} is missing: run tests/support/setup.sh", python.display());
    let mut command = Command::new(python);
    command.arg(support.join("read.py"));
    for (file_idx, (name, bytes)) in files.iter().enumerate() {
        let path = folder.path().join(format!("{file_idx}-{name}"));
        std::fs::write(&path, bytes).unwrap();
        command.arg(path);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What is in one of them.
pub(crate) fn read_one(name: &str, bytes: Vec<u8>) -> Value {
    read(&[(name.to_owned(), bytes)]).remove(0)
}
