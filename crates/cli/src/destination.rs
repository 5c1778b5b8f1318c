//! Where reports go. Every place is tried before anything expensive is done.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::error::Error;

/// What a report is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Text for a terminal
    Terminal,
    /// One self-contained page
    Html,
    /// Everything, in a versioned schema
    Json,
    /// A row per hop
    Csv,
    /// A row per step of the paths to where value ended
    PathsCsv,
    /// A row per pattern, link, address in them and transfer that proves them
    PatternsCsv,
    /// A row per place, with what ended there by every rule; needs --rule all
    BandCsv,
}

/// One place and what is written there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Destination {
    pub(crate) path: PathBuf,
    pub(crate) format: Format,
}

/// Says what is written where: the format of a file follows from its ending unless `format` is given.
pub(crate) fn destinations(
    paths: &[PathBuf],
    format: Option<Format>,
) -> Result<Vec<Destination>, Error> {
    let mut destinations = Vec::new();
    for path in paths {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let from_ending = match path.extension().and_then(|ending| ending.to_str()) {
            Some("html" | "htm") => Some(Format::Html),
            Some("json") => Some(Format::Json),
            Some("csv") if name.ends_with(".band.csv") => Some(Format::BandCsv),
            Some("csv") if name.ends_with(".paths.csv") => Some(Format::PathsCsv),
            Some("csv") if name.ends_with(".patterns.csv") => Some(Format::PatternsCsv),
            Some("csv") => Some(Format::Csv),
            Some("txt") => Some(Format::Terminal),
            _ => None,
        };
        let format = from_ending.or(format).ok_or_else(|| {
            Error::usage(
                format!("the ending of {} does not say a format", path.display()),
                "end the name in .html, .json, .csv or .txt, or give --format",
            )
        })?;
        destinations.push(Destination { path: path.clone(), format });
    }
    Ok(destinations)
}

impl Destination {
    /// Makes sure that the report can be written there, without touching what is there now.
    pub(crate) fn try_out(&self) -> Result<(), Error> {
        if self.path.is_dir() {
            return Err(Error::usage(
                format!("cannot write {}: it is a folder", self.path.display()),
                "give a file name with --out",
            ));
        }
        let probe = temporary_sibling(&self.path);
        std::fs::File::create(&probe).map_err(|error| self.cannot_write(error))?;
        std::fs::remove_file(&probe).map_err(|error| self.cannot_write(error))
    }

    /// Writes the whole file or nothing of it.
    pub(crate) fn write(&self, bytes: &[u8]) -> Result<(), Error> {
        let temporary = temporary_sibling(&self.path);
        let written = std::fs::File::create(&temporary)
            .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
            .and_then(|()| std::fs::rename(&temporary, &self.path));
        written.map_err(|error| {
            // What is left of a failed write is of no use; the first error is the one to tell.
            let _ = std::fs::remove_file(&temporary);
            self.cannot_write(error)
        })
    }

    fn cannot_write(&self, error: std::io::Error) -> Error {
        Error::File { action: "write", path: self.path.clone(), error }
    }
}

fn temporary_sibling(path: &Path) -> PathBuf {
    let name = path.file_name().map_or_else(|| "report".into(), std::ffi::OsStr::to_os_string);
    let mut temporary = std::ffi::OsString::from(".");
    temporary.push(name);
    temporary.push(format!(".{}.part", std::process::id()));
    path.with_file_name(temporary)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{Destination, Format, destinations};

    #[test]
    fn endings_say_the_format() {
        let check = |path: &str, format: Option<Format>, expected: Option<Format>| {
            let outcome = destinations(&[PathBuf::from(path)], format).ok();
            assert_eq!(outcome.map(|found| found[0].format), expected, "{path}");
        };
        check("report.html", None, Some(Format::Html));
        check("report.json", Some(Format::Csv), Some(Format::Json));
        check("report", Some(Format::Csv), Some(Format::Csv));
        check("report.csv", None, Some(Format::Csv));
        check("report.band.csv", None, Some(Format::BandCsv));
        check("band.csv", None, Some(Format::Csv));
        check("report.paths.csv", None, Some(Format::PathsCsv));
        check("report.patterns.csv", None, Some(Format::PatternsCsv));
        check("patterns.csv", None, Some(Format::Csv));
        check("report.doc", None, None);
    }

    #[test]
    fn a_failed_write_leaves_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        let destination = Destination { path: path.clone(), format: Format::Json };
        destination.try_out().unwrap();
        assert!(!path.exists());
        destination.write(b"{}").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"{}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);

        let nowhere =
            Destination { path: folder.path().join("no/such/r.json"), format: Format::Json };
        let message = nowhere.try_out().unwrap_err().to_string();
        assert!(message.starts_with("cannot write "), "{message}");
    }
}
