//! A document as PDF: pages that are printed, filed and sent.

mod face;
mod flow;
mod ink;
mod picture;
mod running;
mod sheet;
mod table;
mod tags;
#[cfg(test)]
mod tests;
mod text;
mod unit;
mod write;

use fundtrail_model::{Date, parse_date};

use crate::diagram::{Diagram, diagrams};
use crate::document::Document;
use crate::{Error, Report};
use face::Faces;
use flow::Flow;
use running::Running;

/// The pictures that a document speaks of, by their index.
#[derive(Default)]
#[expect(missing_debug_implementations, reason = "geometry that nobody reads")]
pub struct Pictures {
    diagrams: Vec<Diagram>,
}

impl Pictures {
    /// The pictures of a report: the flow on each of its chains.
    #[must_use]
    pub fn of(report: &Report) -> Self {
        Self { diagrams: diagrams(report) }
    }
}

/// What the foot of every page, and the file itself, says of where it is from.
#[derive(Clone, Debug)]
pub struct Imprint {
    /// The day that the file says it was made on. It comes from the case, never from the clock: the same case gives
    /// the same bytes.
    pub created: Date,
    /// Name and version of the program.
    pub software: String,
    /// The digest of the case, where there is one. Files of one case carry the same identifier.
    pub case_digest: Option<String>,
}

impl Imprint {
    /// That of a report: its day is the one on which listings are judged.
    #[must_use]
    pub fn of(report: &Report) -> Self {
        Self {
            created: parse_date(&report.today).unwrap_or_default(),
            software: report.software.clone(),
            case_digest: report.case_digest.clone(),
        }
    }
}

/// On more pages than this, a table of contents says where a section is.
const MANY_PAGES: usize = 3;
/// With fewer sections than this there is nothing to list.
const MANY_SECTIONS: usize = 3;

/// A document as PDF (PDF/A-2a and PDF/UA-1), with its pictures drawn where it wants them.
///
/// Every page shows the title, the banner, its number, the program and the case. Headings are bookmarks. Text that
/// no font here has stands as `\u{…}`, links lead to `http`, `https` and to sections of the document, and nothing
/// else, whatever the document says.
///
/// # Errors
///
/// If the writer of the file fails, which no content causes.
pub fn pdf(document: &Document, pictures: &Pictures, imprint: &Imprint) -> Result<Vec<u8>, Error> {
    let faces = Faces::load()?;
    let running = Running::new(&faces, document, imprint);
    let laid_out = |has_contents: bool| {
        let mut flow = Flow::new(&faces, pictures, &running, document);
        flow.document(has_contents);
        flow
    };
    let mut flow = laid_out(false);
    if MANY_PAGES < flow.sheets.len() && MANY_SECTIONS <= document.sections.len() {
        drop(flow);
        flow = laid_out(true);
    }
    write::write(document, flow, imprint)
}
