//! Drafts of letters: all of them in one file, or one file each in a folder.

use std::path::{Path, PathBuf};

use fundtrail_report::document::{Document, plain};
use fundtrail_report::{Addressee, Letter, Report, letters, markdown};

use crate::args::LetterTo;
use crate::destination::{Destination, Format};
use crate::error::Error;
use crate::ui;

/// Columns of a letter in a file of plain text.
const WIDTH: usize = 100;

/// Where letters go.
pub(super) enum Place {
    File(Destination),
    Folder(PathBuf, Format),
}

/// Says what is written where. A name without an ending is a folder, of Markdown unless `format` says otherwise.
pub(super) fn places(paths: &[PathBuf], format: Option<Format>) -> Result<Vec<Place>, Error> {
    let format = written(format)?;
    let place = |path: &PathBuf| match path.extension().and_then(|ending| ending.to_str()) {
        Some("md" | "markdown") => Ok(Place::File(file(path.clone(), Format::Markdown))),
        Some("txt") => Ok(Place::File(file(path.clone(), Format::Terminal))),
        None => Ok(Place::Folder(path.clone(), format.unwrap_or(Format::Markdown))),
        Some(_) => Err(Error::usage(
            format!("letters cannot be written as {}", path.display()),
            "end the name in .md or .txt, or give the name of a folder",
        )),
    };
    paths.iter().map(place).collect()
}

const fn file(path: PathBuf, format: Format) -> Destination {
    Destination { path, format }
}

/// The formats that letters have.
fn written(format: Option<Format>) -> Result<Option<Format>, Error> {
    match format {
        None | Some(Format::Markdown | Format::Terminal) => Ok(format),
        Some(_) => Err(Error::usage(
            "letters have no such format",
            "give --format markdown or --format terminal",
        )),
    }
}

impl Place {
    /// Makes sure that letters can be written there.
    pub(super) fn try_out(&self) -> Result<(), Error> {
        match self {
            Self::File(file) => file.try_out(),
            Self::Folder(path, _) => {
                std::fs::create_dir_all(path).map_err(|error| cannot_write(path, error))
            }
        }
    }
}

fn cannot_write(path: &Path, error: std::io::Error) -> Error {
    Error::File { action: "write", path: path.into(), error }
}

/// Writes the letters to every place, or prints them where there is none.
pub(super) fn deliver(
    report: &Report,
    to: LetterTo,
    places: &[Place],
    format: Option<Format>,
) -> Result<(), Error> {
    let addressee = match to {
        LetterTo::Exchange => Addressee::Exchange,
        LetterTo::Issuer => Addressee::Issuer,
    };
    let letters = letters(report, addressee);
    if letters.is_empty() {
        ui::warning("the report names nobody to write such a letter to");
    }
    if places.is_empty() {
        let text = all(&letters, format.unwrap_or(Format::Terminal), ui::width());
        ui::bytes(text.as_bytes());
    }
    for place in places {
        match place {
            Place::File(file) => {
                let text = all(&letters, file.format, WIDTH);
                write(file, &text)?;
            }
            Place::Folder(path, format) => {
                for letter in &letters {
                    let ending = if *format == Format::Markdown { "md" } else { "txt" };
                    let path = path.join(format!("{}.{ending}", letter.name));
                    write(&file(path, *format), &one(&letter.document, *format, WIDTH))?;
                }
            }
        }
    }
    Ok(())
}

fn write(file: &Destination, text: &str) -> Result<(), Error> {
    file.write(|to| {
        to.write_all(text.as_bytes()).map_err(|error| cannot_write(&file.path, error))
    })?;
    ui::talk(&format!("wrote {}", file.path.display()));
    Ok(())
}

fn one(letter: &Document, format: Format, width: usize) -> String {
    match format {
        Format::Markdown => markdown(letter),
        _ => plain(letter, width),
    }
}

/// One after the other.
fn all(letters: &[Letter], format: Format, width: usize) -> String {
    let texts = letters.iter().map(|letter| one(&letter.document, format, width));
    texts.collect::<Vec<_>>().join("\n\n")
}
