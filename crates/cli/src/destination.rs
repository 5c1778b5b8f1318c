//! Where reports go. Every place is tried before anything expensive is done.

use std::io::{BufWriter, IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use clap::ValueEnum;
use clap::builder::PossibleValue;
use fundtrail_report::TableName;

use crate::error::Error;

/// What a report is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Terminal,
    Html,
    Markdown,
    Pdf,
    Json,
    /// A workbook.
    Xlsx,
    /// The trail as a graph.
    Graphml,
    Gexf,
    Dot,
    /// Entities of FollowTheMoney.
    Ftm,
    /// One table as CSV.
    Table(TableName),
    /// A folder with every table as CSV.
    CsvSet,
}

impl Format {
    /// As one types it, and what it is.
    const fn named(self) -> (&'static str, &'static str) {
        match self {
            Self::Terminal => ("terminal", "Text for a terminal"),
            Self::Html => ("html", "One self-contained page"),
            Self::Markdown => ("markdown", "A text with tables, as GitHub and others show it"),
            Self::Pdf => ("pdf", "Pages to print, file or send"),
            Self::Json => ("json", "Everything, in a versioned schema"),
            Self::Xlsx => ("xlsx", "A workbook with a summary and a sheet for every table"),
            Self::Graphml => {
                ("graphml", "Addresses and movements as a graph, for Gephi, yEd, networkx")
            }
            Self::Gexf => ("gexf", "The same with times, for Gephi's timeline"),
            Self::Dot => ("dot", "The same for Graphviz"),
            Self::Ftm => ("ftm", "Entities of FollowTheMoney, one per line, for Aleph"),
            Self::CsvSet => ("csv-set", "A folder with a CSV file for every table"),
            Self::Table(TableName::Hops) => ("csv", TableName::Hops.about()),
            Self::Table(table) => (table.format(), table.about()),
        }
    }
}

/// Every table is a format, `NAME-csv`; that of the hops is also `csv`.
impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        static FORMATS: LazyLock<Vec<Format>> = LazyLock::new(|| {
            let tables = TableName::ALL.map(Format::Table);
            let whole = [
                Format::Terminal,
                Format::Html,
                Format::Pdf,
                Format::Markdown,
                Format::Json,
                Format::Xlsx,
                Format::Graphml,
                Format::Gexf,
                Format::Dot,
                Format::Ftm,
                Format::CsvSet,
            ];
            whole.into_iter().chain(tables).collect()
        });
        &FORMATS
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (name, about) = self.named();
        let value = PossibleValue::new(name).help(about);
        Some(match self {
            Self::Table(TableName::Hops) => value.alias(TableName::Hops.format()),
            _ => value,
        })
    }
}

impl Format {
    /// Whether it is no text.
    const fn is_binary(self) -> bool {
        matches!(self, Self::Pdf)
    }
}

/// One place and what is written there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Destination<F = Format> {
    pub(crate) path: PathBuf,
    pub(crate) format: F,
}

/// Says what is written where: the format of a file follows from its ending unless `format` is given.
pub(crate) fn destinations(
    paths: &[PathBuf],
    format: Option<Format>,
) -> Result<Vec<Destination>, Error> {
    refuse_to_print(paths, format)?;
    let mut destinations = Vec::new();
    for path in paths {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let from_ending = match path.extension().and_then(|ending| ending.to_str()) {
            Some("html" | "htm") => Some(Format::Html),
            Some("md" | "markdown") => Some(Format::Markdown),
            Some("json") => Some(Format::Json),
            Some("pdf") => Some(Format::Pdf),
            Some("csv") => Some(Format::Table(named_table(name).unwrap_or(TableName::Hops))),
            Some("xlsx") => Some(Format::Xlsx),
            Some("graphml") => Some(Format::Graphml),
            Some("gexf") => Some(Format::Gexf),
            Some("dot" | "gv") => Some(Format::Dot),
            Some("ftm") => Some(Format::Ftm),
            Some("txt") => Some(Format::Terminal),
            _ => None,
        };
        let format = from_ending.or(format).ok_or_else(|| {
            Error::usage(
                format!("the ending of {} does not say a format", path.display()),
                "end the name in .html, .pdf, .md, .json, .csv, .xlsx, .graphml, .gexf, .dot, .ftm or .txt, or give --format",
            )
        })?;
        destinations.push(Destination { path: path.clone(), format });
    }
    Ok(destinations)
}

/// What is no text is not printed on a terminal.
pub(crate) fn refuse_to_print(paths: &[PathBuf], format: Option<Format>) -> Result<(), Error> {
    let format = format.filter(|format| paths.is_empty() && format.is_binary());
    match format.filter(|_| std::io::stdout().is_terminal()) {
        Some(format) => Err(Error::usage(
            format!("a terminal cannot show {}", format.named().0),
            "name a file with --out, or send the output to one with >",
        )),
        None => Ok(()),
    }
}

/// The table that `NAME.TABLE.csv` names.
fn named_table(file_name: &str) -> Option<TableName> {
    let (_, table) = file_name.strip_suffix(".csv")?.rsplit_once('.')?;
    TableName::from_name(table)
}

impl Destination {
    /// Makes sure that the report can be written there, without touching what is there now.
    pub(crate) fn try_out(&self) -> Result<(), Error> {
        if self.format == Format::CsvSet { self.try_out_folder() } else { self.try_out_file() }
    }

    fn try_out_folder(&self) -> Result<(), Error> {
        if self.path.is_dir() {
            return self.inside(TableName::Hops).try_out_file();
        }
        if self.path.exists() {
            return Err(Error::usage(
                format!("cannot write a folder {}: it is a file", self.path.display()),
                "give the name of a folder with --out",
            ));
        }
        std::fs::create_dir(&self.path).map_err(|error| self.cannot_write(error))?;
        std::fs::remove_dir(&self.path).map_err(|error| self.cannot_write(error))
    }

    /// A table's file in the folder that this is.
    pub(crate) fn inside(&self, table: TableName) -> Self {
        let path = self.path.join(format!("{}.csv", table.name()));
        Self { path, format: Format::Table(table) }
    }

    /// Makes the folder that this is, if it is not there.
    pub(crate) fn make_folder(&self) -> Result<(), Error> {
        std::fs::create_dir_all(&self.path).map_err(|error| self.cannot_write(error))
    }
}

impl<F> Destination<F> {
    /// The folder that it is written to.
    pub(crate) fn folder(&self) -> PathBuf {
        let parent = self.path.parent().filter(|parent| !parent.as_os_str().is_empty());
        parent.map_or_else(|| PathBuf::from("."), Path::to_path_buf)
    }

    /// Makes sure that a file can be written there, without touching what is there now.
    pub(crate) fn try_out_file(&self) -> Result<(), Error> {
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

    /// Writes the whole file or nothing of it: `fill` gets the file to write to.
    pub(crate) fn write(
        &self,
        fill: impl FnOnce(&mut (dyn Write + Send)) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let temporary = temporary_sibling(&self.path);
        let filled = std::fs::File::create(&temporary)
            .map_err(|error| self.cannot_write(error))
            .and_then(|file| {
                let mut file = BufWriter::with_capacity(1 << 20, file);
                fill(&mut file)?;
                let file =
                    file.into_inner().map_err(|error| self.cannot_write(error.into_error()))?;
                let kept = file.sync_all().and_then(|()| std::fs::rename(&temporary, &self.path));
                kept.map_err(|error| self.cannot_write(error))
            });
        if filled.is_err() {
            // What is left of a failed write is of no use; the first error is the one to tell.
            let _ = std::fs::remove_file(&temporary);
        }
        filled
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

    use fundtrail_report::TableName;

    use super::{Destination, Format, destinations};
    use crate::error::Error;

    #[test]
    fn endings_say_the_format() {
        let check = |path: &str, format: Option<Format>, expected: Option<Format>| {
            let outcome = destinations(&[PathBuf::from(path)], format).ok();
            assert_eq!(outcome.map(|found| found[0].format), expected, "{path}");
        };
        check("report.html", None, Some(Format::Html));
        check("report.md", None, Some(Format::Markdown));
        check("report.pdf", None, Some(Format::Pdf));
        let hops = Format::Table(TableName::Hops);
        check("report.json", Some(hops), Some(Format::Json));
        check("report", Some(hops), Some(hops));
        check("report.csv", None, Some(hops));
        check("band.csv", None, Some(hops));
        check("report.2022.csv", None, Some(hops));
        for table in TableName::ALL {
            check(&format!("a.{}.csv", table.name()), None, Some(Format::Table(table)));
            assert_eq!(TableName::from_name(table.name()), Some(table));
        }
        check("folder", Some(Format::CsvSet), Some(Format::CsvSet));
        check("folder/", Some(Format::CsvSet), Some(Format::CsvSet));
        check("report.xlsx", None, Some(Format::Xlsx));
        check("report.graphml", None, Some(Format::Graphml));
        check("report.gexf", None, Some(Format::Gexf));
        check("report.gv", None, Some(Format::Dot));
        check("report.ftm", None, Some(Format::Ftm));
        check("report.doc", None, None);
    }

    #[test]
    fn a_failed_write_leaves_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        let destination = Destination { path: path.clone(), format: Format::Json };
        destination.try_out().unwrap();
        assert!(!path.exists());
        let full = destination.write(|file| {
            file.write_all(b"{}").unwrap();
            Ok(())
        });
        full.unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"{}");
        let fails = destination.write(|file| {
            file.write_all(b"half").unwrap();
            Err(Error::failed("no", "stop"))
        });
        fails.unwrap_err();
        assert_eq!(std::fs::read(&path).unwrap(), b"{}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);

        let nowhere =
            Destination { path: folder.path().join("no/such/r.json"), format: Format::Json };
        let message = nowhere.try_out().unwrap_err().to_string();
        assert!(message.starts_with("cannot write "), "{message}");
    }
}
