//! Where the kit's tools and the cases stand.

use std::path::{Path, PathBuf};

/// The root of the repository.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("the kit stands two folders below the root")
        .to_path_buf()
}

/// The folder of the kit's Node.js tools.
#[must_use]
pub fn node_tools() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("node")
}

/// The folder of a case below `data/cases`.
#[must_use]
pub fn case(name: &str) -> PathBuf {
    root().join("data/cases").join(name)
}

/// A file's text.
///
/// # Panics
///
/// If it cannot be read, with its path.
#[must_use]
pub fn read(path: &Path) -> String {
    std::fs::read_to_string(path)
        .unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()))
}
