//! Drafts of letters: all of them in one file, or one file each in a folder.

use std::path::{Path, PathBuf};

use fundtrail_report::document::{Document, plain};
use fundtrail_report::{Addressee, Imprint, Letter, Pictures, Report, letters, markdown, pdf};

use crate::args::LetterTo;
use crate::destination::{Destination, Format, refuse_to_print};
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
    refuse_to_print(paths, format)?;
    let place = |path: &PathBuf| match path.extension().and_then(|ending| ending.to_str()) {
        Some("md" | "markdown") => Ok(Place::File(file(path.clone(), Format::Markdown))),
        Some("txt") => Ok(Place::File(file(path.clone(), Format::Terminal))),
        Some("pdf") => Ok(Place::File(file(path.clone(), Format::Pdf))),
        None => Ok(Place::Folder(path.clone(), format.unwrap_or(Format::Markdown))),
        Some(_) => Err(Error::usage(
            format!("letters cannot be written as {}", path.display()),
            "end the name in .pdf, .md or .txt, or give the name of a folder",
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
        None | Some(Format::Markdown | Format::Terminal | Format::Pdf) => Ok(format),
        Some(_) => Err(Error::usage(
            "letters have no such format",
            "give --format pdf, --format markdown or --format terminal",
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
        LetterTo::Bridge => Addressee::Bridge,
    };
    let letters = letters(report, addressee);
    if letters.is_empty() {
        ui::warning("the report names nobody to write such a letter to");
    }
    if places.is_empty() {
        let format = format.unwrap_or(Format::Terminal);
        if let Some(bytes) = all(report, &letters, format, ui::width())? {
            ui::bytes(&bytes);
        }
    }
    for place in places {
        match place {
            Place::File(file) => {
                if let Some(bytes) = all(report, &letters, file.format, WIDTH)? {
                    write(file, &bytes)?;
                }
            }
            Place::Folder(path, format) => {
                let ending = match format {
                    Format::Markdown => "md",
                    Format::Pdf => "pdf",
                    _ => "txt",
                };
                for letter in &letters {
                    let path = path.join(format!("{}.{ending}", letter.name));
                    let bytes = one(report, &letter.document, *format, WIDTH)?;
                    write(&file(path, *format), &bytes)?;
                }
            }
        }
    }
    Ok(())
}

fn write(file: &Destination, bytes: &[u8]) -> Result<(), Error> {
    file.write(|to| to.write_all(bytes).map_err(|error| cannot_write(&file.path, error)))?;
    ui::talk(&format!("wrote {}", file.path.display()));
    Ok(())
}

fn one(report: &Report, letter: &Document, format: Format, width: usize) -> Result<Vec<u8>, Error> {
    Ok(match format {
        Format::Markdown => markdown(letter).into_bytes(),
        Format::Pdf => pdf(letter, &Pictures::default(), &Imprint::of(report))?,
        _ => plain(letter, width).into_bytes(),
    })
}

/// One after the other. A PDF is one letter: several have several addressees, and none of them is to get the others.
/// Nothing if that is no file at all.
fn all(
    report: &Report,
    letters: &[Letter],
    format: Format,
    width: usize,
) -> Result<Option<Vec<u8>>, Error> {
    if format == Format::Pdf {
        return match letters {
            [] => Ok(None),
            [letter] => one(report, &letter.document, format, width).map(Some),
            several => Err(Error::usage(
                format!("a PDF is one letter, and the report names {} addressees", several.len()),
                "give a folder, for one file each: --out drafts --format pdf",
            )),
        };
    }
    let texts = letters.iter().map(|letter| one(report, &letter.document, format, width));
    let texts = texts.collect::<Result<Vec<_>, _>>()?;
    Ok(Some(texts.join(&b"\n\n"[..])))
}
