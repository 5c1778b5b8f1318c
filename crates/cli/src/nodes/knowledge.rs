//! What was learned of endpoints, in a file of the user's cache folder.
//!
//! It saves questions and decides nothing, so a file that cannot be read or written is never an error.

use std::path::{Path, PathBuf};

use fundtrail_fetch::{Knowledge, Node};

use crate::config::environment;
use crate::ui;

/// `$XDG_CACHE_HOME/fundtrail/endpoints.json`, or the same below `$HOME/.cache`; `None` if neither is
/// set.
pub(super) fn path() -> Option<PathBuf> {
    let cache = environment("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let cache = cache.or_else(|| Some(Path::new(&environment("HOME")?).join(".cache")))?;
    Some(cache.join("fundtrail").join("endpoints.json"))
}

/// What is in the file; nothing if there is none.
pub(super) fn load(path: &Path) -> Knowledge {
    let Ok(json) = std::fs::read(path) else { return Knowledge::default() };
    Knowledge::read(&json).unwrap_or_else(|error| {
        ui::warning(&format!("{}: {error}", path.display()));
        Knowledge::default()
    })
}

/// Adds what these nodes taught to the file, which another run may have changed in the meantime.
pub(super) fn save<'a>(path: &Path, nodes: impl Iterator<Item = &'a Node>) {
    let before = load(path);
    let mut after = before.clone();
    for node in nodes {
        node.add_learned(&mut after);
    }
    if after == before {
        return;
    }
    // First beside it, then in its place: a reader never sees half of it.
    let write = || -> std::io::Result<()> {
        let json = after.write().map_err(std::io::Error::other)?;
        std::fs::create_dir_all(path.parent().unwrap_or(path))?;
        let beside = path.with_extension(format!("json.{}", std::process::id()));
        std::fs::write(&beside, json)?;
        std::fs::rename(&beside, path)
    };
    if let Err(error) = write() {
        ui::warning(&format!("cannot keep what was learned in {}: {error}", path.display()));
    }
}
