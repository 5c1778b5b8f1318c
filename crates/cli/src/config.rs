//! What holds where nothing is typed: environment over `fundtrail.toml`.
//!
//! Node addresses often hold keys; both places keep them out of the shell's history.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use fundtrail_model::{FlagRule, sanitize_claim};
use serde::Deserialize;

use crate::error::Error;

/// The file that is read from the current folder.
const FILE_NAME: &str = "fundtrail.toml";

/// What holds where nothing is typed.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Nodes, `[CHAIN=]URL`.
    #[serde(default)]
    pub(crate) rpc: Vec<String>,
    /// Own labels, listings or tokens.
    #[serde(default)]
    pub(crate) labels: Vec<PathBuf>,
    /// The file of the list store, or `none`.
    pub(crate) lists: Option<PathBuf>,
    /// Which verdicts on listings count as findings.
    pub(crate) flag: Option<String>,
    /// Whether labels may lack a source.
    #[serde(default)]
    pub(crate) allow_unsourced: bool,
    /// From where on behaviour counts as a typology.
    #[serde(default)]
    pub(crate) typologies: BTreeMap<String, u64>,
}

impl Config {
    /// Reads `fundtrail.toml` in the current folder, if there is one. `FUNDTRAIL_RPC` (nodes with white
    /// space between them), `FUNDTRAIL_LISTS`, `FUNDTRAIL_FLAG` and `FUNDTRAIL_ALLOW_UNSOURCED` (`true` or `false`) replace what
    /// the file says.
    pub(crate) fn load() -> Result<Self, Error> {
        let path = Path::new(FILE_NAME);
        let mut config = match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&text)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Self::default(),
            Err(error) => return Err(Error::File { action: "read", path: path.into(), error }),
        };
        if let Some(nodes) = environment("FUNDTRAIL_RPC") {
            config.rpc = nodes.split_whitespace().map(str::to_owned).collect();
        }
        config.lists = environment("FUNDTRAIL_LISTS").map(PathBuf::from).or(config.lists);
        config.flag = environment("FUNDTRAIL_FLAG").or(config.flag);
        if let Some(answer) = environment("FUNDTRAIL_ALLOW_UNSOURCED") {
            config.allow_unsourced = answer.parse().map_err(|_| {
                Error::usage(
                    "FUNDTRAIL_ALLOW_UNSOURCED is neither true nor false",
                    "labels without a source are refused where it is not set",
                )
            })?;
        }
        Ok(config)
    }

    /// Which verdicts count as findings, if it says so.
    pub(crate) fn flag(&self) -> Result<Option<FlagRule>, Error> {
        let Some(name) = &self.flag else { return Ok(None) };
        FlagRule::from_name(name).map(Some).ok_or_else(|| {
            Error::usage(
                format!(
                    "flag (fundtrail.toml, FUNDTRAIL_FLAG): `{}` is not known",
                    sanitize_claim(name, 40)
                ),
                "write then, now or ever",
            )
        })
    }

    fn parse(text: &str) -> Result<Self, Error> {
        toml::from_str(text).map_err(|error| {
            // Only the message: the excerpt that toml's Display shows may hold a node's key.
            let line = error.span().map_or(0, |span| {
                text.get(..span.start).map_or(0, |before| before.lines().count().max(1))
            });
            Error::usage(
                format!("{FILE_NAME}, line {line}: {}", error.message()),
                "known keys: rpc (list of [CHAIN=]URL), labels (list of files), lists (the list store's file), flag (then, now or ever), \
                 allow_unsourced (true or false), and a table [typologies] of thresholds, which are whole numbers",
            )
        })
    }
}

/// Where the user's data are kept by the customs of the system; `None` if nothing says where.
pub(crate) fn data_folder() -> Option<PathBuf> {
    let absolute =
        |name: &str| environment(name).map(PathBuf::from).filter(|folder| folder.is_absolute());
    let folder = if cfg!(windows) {
        absolute("APPDATA")
    } else if cfg!(target_os = "macos") {
        absolute("HOME").map(|home| home.join("Library/Application Support"))
    } else {
        absolute("XDG_DATA_HOME").or_else(|| absolute("HOME").map(|home| home.join(".local/share")))
    };
    folder.map(|folder| folder.join("fundtrail"))
}

/// A variable of the environment; `None` if it is unset, empty or not Unicode.
#[expect(clippy::disallowed_methods, reason = "this is the module that reads the environment")]
pub(crate) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::Config;

    #[test]
    fn mistakes_are_told_without_their_line() {
        assert_eq!(Config::parse("rpc = ['https://n/KEY']").unwrap().rpc, ["https://n/KEY"]);
        let error = Config::parse("\nrcp = ['https://n/KEY']").unwrap_err().to_string();
        assert!(error.starts_with("fundtrail.toml, line 1: unknown field `rcp`"), "{error}");
        assert!(!error.contains("KEY"));
        let error = Config::parse("rpc = ['https://n/KEY'").unwrap_err().to_string();
        assert!(!error.contains("KEY"), "{error}");
    }
}
