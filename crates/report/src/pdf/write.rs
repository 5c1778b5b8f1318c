//! Writes the pages as a file: PDF/A-2a, which archives take, and PDF/UA-1, which screen readers read. The writer
//! checks what of both can be checked by a machine.

use krilla::action::{Action, LinkAction};
use krilla::annotation::{Annotation, LinkAnnotation, Target as Goal};
use krilla::configure::{Accessibility, Archival, ConfigurationBuilder};
use krilla::destination::{NamedDestination, XyzDestination};
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::surface::Surface;
use krilla::tagging::{Artifact, ArtifactType, ContentTag, SpanTag};
use krilla::text::KrillaGlyph;
use krilla::{Document as File, SerializeSettings};

use super::face::{Face, Faces};
use super::flow::Flow;
use super::picture::{draw, draw_key};
use super::running::Running;
use super::sheet::{Format, Item, Mark, Sheet};
use super::tags::{TagId, Tree};
use super::text::{Line, Link, Run, Target, at_most};
use super::unit::{Area, Length, PT, points};
use super::{Imprint, Pictures};
use crate::Error;
use crate::document::Document;

/// Above what a link leads to.
const ABOVE: Length = 8 * PT;

/// Characters of a title in a bookmark, or in what the file says of itself.
const MAX_BRIEF: usize = 300;

/// The file.
pub(super) fn write(
    document: &Document,
    flow: Flow<'_>,
    imprint: &Imprint,
) -> Result<Vec<u8>, Error> {
    let Flow { faces, pictures, running, sheets, mut tree, marks, .. } = flow;
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_A)
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|error| Error::Pdf { reason: format!("{error:?}") })?;
    let mut file =
        File::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    let total = sheets.len();
    for (idx, sheet) in sheets.into_iter().enumerate() {
        let pen = Pen { faces, pictures, marks: &marks, tree: &mut tree, links: Vec::new() };
        pen.page(&mut file, running, sheet, (idx.saturating_add(1), total))?;
    }
    for (anchor, mark) in
        document.sections.iter().map(|section| &section.anchor).zip(sections(&marks))
    {
        // An anchor that is there twice leads to the first.
        let place = NamedDestination::new(anchor.clone(), destination(mark));
        let _ = file.register_named_destination(place);
    }
    file.set_outline(outline(document, &marks));
    file.set_metadata(metadata(document, imprint));
    file.set_tag_tree(tree.finish());
    file.finish().map_err(|error| Error::Pdf { reason: reason(&error) })
}

/// The headings of sections, in their order.
fn sections(marks: &[Mark]) -> impl Iterator<Item = &Mark> {
    marks.iter().filter(|mark| mark.section.is_some())
}

fn destination(mark: &Mark) -> XyzDestination {
    XyzDestination::new(mark.sheet, Point::from_xy(0.0, points((mark.y - ABOVE).max(0))))
}

/// Sections, and the headings within them.
fn outline(document: &Document, marks: &[Mark]) -> Outline {
    let mut outline = Outline::new();
    let mut open: Option<OutlineNode> = None;
    for mark in marks {
        let node = OutlineNode::new(brief(&mark.title), destination(mark)).with_open(false);
        match &mut open {
            Some(section) if mark.section.is_none() => section.push_child(node),
            _ => {
                if let Some(section) = open.replace(node) {
                    outline.push_child(section);
                }
            }
        }
    }
    if let Some(section) = open {
        outline.push_child(section);
    }
    if marks.is_empty() {
        // The standard wants one.
        let first = XyzDestination::new(0, Point::from_xy(0.0, 0.0));
        outline.push_child(OutlineNode::new(brief(&document.title), first));
    }
    outline
}

fn metadata(document: &Document, imprint: &Imprint) -> Metadata {
    let day = imprint.created;
    let year = u16::try_from(day.year()).unwrap_or(0);
    let month = u8::try_from(day.month()).unwrap_or(1);
    let date = u8::try_from(day.day()).unwrap_or(1);
    let created = DateTime::new(year)
        .month(month)
        .day(date)
        .hour(0)
        .minute(0)
        .second(0)
        .utc_offset_hour(0)
        .utc_offset_minute(0);
    // The standard wants a title.
    let title = match document.title.trim() {
        "" => &imprint.software,
        _ => &document.title,
    };
    let mut metadata = Metadata::new()
        .title(brief(title))
        .creator(imprint.software.clone())
        .producer(imprint.software.clone())
        .language("en".to_owned())
        .creation_date(created);
    if let Some(banner) = &document.banner {
        metadata = metadata.description(brief(banner));
    }
    if let Some(digest) = &imprint.case_digest {
        metadata = metadata.document_id(digest.clone());
    }
    metadata
}

/// As much of a text as stands outside of pages.
pub(super) fn brief(text: &str) -> String {
    text.chars().take(MAX_BRIEF).collect()
}

fn reason(error: &krilla::error::KrillaError) -> String {
    match error {
        krilla::error::KrillaError::Validation(found) => {
            let found = found.iter().take(3).map(|(error, _)| format!("{error:?}"));
            found.collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    }
}

/// The glyphs of a text, and the text that they show: what no font has stands as `\u{…}`.
pub(super) fn glyphs(faces: &Faces, face: Face, text: &str) -> (String, Vec<KrillaGlyph>) {
    let mut shown = String::with_capacity(text.len());
    let mut glyphs = Vec::with_capacity(text.len());
    let mut push = |c: char| {
        let Some(glyph) = faces.glyph(face, c) else { return false };
        let start = shown.len();
        shown.push(c);
        let advance = points(Length::from(glyph.advance));
        let range = start..shown.len();
        glyphs.push(KrillaGlyph::new(glyph.id, advance, 0.0, 0.0, 0.0, range, None));
        true
    };
    for c in text.chars() {
        if !push(c) {
            for c in c.escape_unicode() {
                push(c);
            }
        }
    }
    (shown, glyphs)
}

/// Writes one page.
struct Pen<'a> {
    faces: &'a Faces,
    pictures: &'a Pictures,
    marks: &'a [Mark],
    tree: &'a mut Tree,
    /// Where links are on the page.
    links: Vec<(Area, Link)>,
}

impl Pen<'_> {
    fn page(
        mut self,
        file: &mut File,
        running: &Running<'_>,
        sheet: Sheet,
        (number, total): (usize, usize),
    ) -> Result<(), Error> {
        let format = Format { width: sheet.width, height: sheet.height };
        let settings = PageSettings::from_wh(points(sheet.width), points(sheet.height))
            .ok_or_else(|| Error::Pdf { reason: format!("page {number} has no size") })?;
        let mut page = file.start_page_with(settings);
        let mut surface = page.surface();
        self.repeated(&mut surface, running.above(format), ArtifactType::Header);
        for item in sheet.items {
            self.item(&mut surface, item);
        }
        self.repeated(&mut surface, running.below(format, number, total), ArtifactType::Footer);
        surface.finish();
        for (area, link) in std::mem::take(&mut self.links) {
            let Some((goal, says)) = self.goal(&link.target) else { continue };
            let Some(rect) = rectangle(&area) else { continue };
            let annotation = Annotation::new_link(LinkAnnotation::new(rect, goal), Some(says));
            let content = page.add_tagged_annotation(annotation);
            self.tree.add(link.tag, content);
        }
        page.finish();
        Ok(())
    }

    /// Where a link leads, and what is said of it.
    fn goal(&self, target: &Target) -> Option<(Goal, String)> {
        match target {
            Target::Url(url) => {
                let action = Action::Link(LinkAction::new(url.clone()));
                Some((Goal::Action(action), url.clone()))
            }
            Target::Section(section) => {
                let mark = self.marks.iter().find(|mark| mark.section == Some(*section))?;
                Some((
                    Goal::Destination(destination(mark).into()),
                    format!("to “{}”", brief(&mark.title)),
                ))
            }
        }
    }

    fn repeated(&mut self, surface: &mut Surface<'_>, items: Vec<Item>, kind: ArtifactType) {
        surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(kind)));
        for item in items {
            match item {
                Item::Words { x, baseline, line, .. } => {
                    self.runs(surface, (x, baseline), &line.runs);
                }
                Item::Fill { area, ink } => fill(surface, &area, ink),
                Item::PageOf { .. } | Item::Figure { .. } => {}
            }
        }
        surface.end_tagged();
    }

    fn item(&mut self, surface: &mut Surface<'_>, item: Item) {
        match item {
            Item::Words { x, baseline, line, tag } => {
                self.words(surface, (x, baseline), &line, tag);
            }
            Item::Fill { area, ink } => {
                let artifact = Artifact::with_kind(ArtifactType::Layout);
                surface.start_tagged(ContentTag::Artifact(artifact));
                fill(surface, &area, ink);
                surface.end_tagged();
            }
            Item::PageOf { section, right, baseline, style, tag } => {
                let Some(mark) = self.marks.iter().find(|mark| mark.section == Some(section))
                else {
                    return;
                };
                let number = mark.sheet.saturating_add(1).to_string();
                let lines = at_most(self.faces, &number, &style, right, 1);
                for line in lines {
                    let x = right - line.width;
                    self.words(surface, (x, baseline), &line, Some(tag));
                }
            }
            Item::Figure { part, tag } => {
                let Some(diagram) = self.pictures.diagrams.get(part.picture) else { return };
                let content = surface.start_tagged(ContentTag::Other);
                match part.key {
                    Some(number) => draw_key(surface, self.faces, diagram, part, number),
                    None => draw(surface, self.faces, diagram, part),
                }
                surface.end_tagged();
                self.tree.add(tag, content);
            }
        }
    }

    /// A line, each of its parts as content of what it belongs to.
    fn words(
        &mut self,
        surface: &mut Surface<'_>,
        at: (Length, Length),
        line: &Line,
        tag: Option<TagId>,
    ) {
        let Some(tag) = tag else {
            let artifact = Artifact::with_kind(ArtifactType::PaginationOther);
            surface.start_tagged(ContentTag::Artifact(artifact));
            self.runs(surface, at, &line.runs);
            surface.end_tagged();
            return;
        };
        let owner = |run: &Run| run.link.as_ref().map_or(tag, |link| link.tag);
        if line.runs.is_empty() {
            let content = surface.start_tagged(ContentTag::Span(SpanTag::empty()));
            surface.end_tagged();
            self.tree.add(tag, content);
        }
        for runs in line.runs.chunk_by(|a, b| owner(a) == owner(b)) {
            let content = surface.start_tagged(ContentTag::Span(SpanTag::empty()));
            self.runs(surface, at, runs);
            surface.end_tagged();
            let (Some(first), Some(last)) = (runs.first(), runs.last()) else { continue };
            self.tree.add(owner(first), content);
            if let Some(link) = &first.link {
                let (x, width) = (at.0 + first.x, last.x + last.width - first.x);
                let area = Area { x, y: at.1 - first.size, width, height: first.size * 5 / 4 };
                self.links.push((area, link.clone()));
            }
        }
    }

    fn runs(&self, surface: &mut Surface<'_>, (x, baseline): (Length, Length), runs: &[Run]) {
        for run in runs {
            let (text, glyphs) = glyphs(self.faces, run.face, &run.text);
            surface.set_fill(run.ink.fill());
            let start = Point::from_xy(points(x + run.x), points(baseline));
            let font = self.faces.font(run.face);
            surface.draw_glyphs(start, &glyphs, font, &text, points(run.size), false);
        }
    }
}

fn rectangle(area: &Area) -> Option<Rect> {
    Rect::from_xywh(points(area.x), points(area.y), points(area.width), points(area.height))
}

fn fill(surface: &mut Surface<'_>, area: &Area, ink: super::ink::Ink) {
    let Some(rect) = rectangle(area) else { return };
    let mut path = PathBuilder::new();
    path.push_rect(rect);
    let Some(path) = path.finish() else { return };
    surface.set_stroke(None);
    surface.set_fill(ink.fill());
    surface.draw_path(&path);
}
