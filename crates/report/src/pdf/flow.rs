//! Puts the text of a document on pages, from the first line to the last.

use std::rc::Rc;

use super::Pictures;
use super::face::Faces;
use super::ink::{ALERT, ALERT_PANEL, LINE, SOFT, TEXT};
use super::running::Running;
use super::sheet::{Format, Item, Mark, PORTRAIT, Sheet};
use super::tags::{Kind, TagId, Tree, WHOLE};
use super::text::{Line, Link, Style, Target, lines};
use super::unit::{Area, Length, PT, count};
use super::write::brief;
use crate::document::{Block, Document, Section, Span, Text};

const TITLE: Style = Style::bold(200, 250, TEXT);
const SECTION: Style = Style::bold(140, 180, TEXT);
const HEADING: Style = Style::bold(110, 150, TEXT);
pub(super) const BODY: Style = Style::plain(98, 138, TEXT);
const FACT: Style = Style::plain(90, 125, TEXT);
const FACT_NAME: Style = Style::plain(90, 125, SOFT);
const ENTRY: Style = Style::plain(98, 150, TEXT);

/// What a heading keeps with it on its page.
const KEPT: Length = 64 * PT;
/// The widest that the name of a fact is.
const NAME_WIDTH: Length = 130 * PT;
/// From the left end of a list to the text of its items.
const INDENT: Length = 13 * PT;

/// The pages so far, and how far the last one is full.
pub(super) struct Flow<'a> {
    pub(super) faces: &'a Faces,
    pub(super) pictures: &'a Pictures,
    pub(super) running: &'a Running<'a>,
    document: &'a Document,
    pub(super) sheets: Vec<Sheet>,
    pub(super) tree: Tree,
    pub(super) marks: Vec<Mark>,
    /// Where the last page has room for text.
    pub(super) room: Area,
    /// Down to where that is taken.
    pub(super) y: Length,
}

impl<'a> Flow<'a> {
    pub(super) fn new(
        faces: &'a Faces,
        pictures: &'a Pictures,
        running: &'a Running<'a>,
        document: &'a Document,
    ) -> Self {
        let mut flow = Self {
            faces,
            pictures,
            running,
            document,
            sheets: Vec::new(),
            tree: Tree::new(),
            marks: Vec::new(),
            room: Area::default(),
            y: 0,
        };
        flow.turn(PORTRAIT);
        flow
    }

    /// All of the document.
    pub(super) fn document(&mut self, has_contents: bool) {
        let document = self.document;
        self.title(document);
        if has_contents {
            self.contents(document);
        }
        for (idx, section) in document.sections.iter().enumerate() {
            self.section(idx, section);
        }
    }

    /// A new page.
    pub(super) fn turn(&mut self, format: Format) {
        self.room = self.running.room(format);
        self.y = self.room.y;
        let (width, height) = (format.width, format.height);
        self.sheets.push(Sheet { width, height, items: Vec::new() });
    }

    /// Goes on a new page where the rest of this one is too low, unless no page is higher.
    pub(super) fn need(&mut self, height: Length) {
        if self.left() < height && self.room.y < self.y {
            self.turn(PORTRAIT);
        }
    }

    /// Nothing more comes on this page.
    pub(super) const fn close(&mut self) {
        self.y = self.room.bottom() + 1;
    }

    /// Height that is left on this page.
    pub(super) const fn left(&self) -> Length {
        self.room.bottom() - self.y
    }

    /// Leaves some space, if it is not at the upper end of a page.
    pub(super) const fn space(&mut self, height: Length) {
        if self.room.y < self.y {
            self.y += height;
        }
    }

    pub(super) fn put(&mut self, item: Item) {
        if let Some(sheet) = self.sheets.last_mut() {
            sheet.items.push(item);
        }
    }

    /// A line of text whose upper end is at `y`.
    pub(super) fn put_line(
        &mut self,
        (x, y): (Length, Length),
        line: Line,
        style: &Style,
        tag: TagId,
    ) {
        self.put(Item::Words { x, baseline: y + style.baseline(), line, tag: Some(tag) });
    }

    /// The links of a text, each a part of its paragraph.
    pub(super) fn links(&mut self, text: &Text, tag: TagId) -> Vec<Option<Link>> {
        let document = self.document;
        let link = |span: &Span| {
            let Span::Link { url, .. } = span else { return None };
            let target = Rc::new(target(url, document)?);
            Some(Link { tag: self.tree.part(tag, Kind::Link), target })
        };
        text.spans.iter().map(link).collect()
    }

    /// Lines of a text from an indent on, over as many pages as it takes; never a single line of several on a page.
    pub(super) fn text(&mut self, text: &Text, style: &Style, indent: Length, tag: TagId) {
        let links = self.links(text, tag);
        let lines = lines(self.faces, text, style, &links, self.room.width - indent);
        self.lines(lines, style, indent, tag);
    }

    fn lines(&mut self, lines: Vec<Line>, style: &Style, indent: Length, tag: TagId) {
        let total = lines.len();
        for (idx, line) in lines.into_iter().enumerate() {
            let ahead = match idx {
                0 => {
                    if total == 3 {
                        3
                    } else {
                        2
                    }
                }
                // Not the last one alone.
                _ if idx.saturating_add(2) == total => 2,
                _ => 1,
            };
            let ahead = ahead.min(total.saturating_sub(idx));
            self.need(count(ahead) * style.leading);
            self.put_line((self.room.x + indent, self.y), line, style, tag);
            self.y += style.leading;
        }
    }

    fn title(&mut self, document: &Document) {
        let title = &document.title;
        let tag = self.tree.part(WHOLE, Kind::Heading(1, brief(title)));
        self.text(&Text::from(title.as_str()), &TITLE, 0, tag);
        if let Some(banner) = &document.banner {
            self.space(6 * PT);
            self.alert(&Text::from(banner.as_str()), WHOLE);
        }
        self.space(8 * PT);
        let list = self.tree.part(WHOLE, Kind::List);
        let name_width = |(name, _): &(String, Text)| {
            let lines = lines(self.faces, &Text::from(name.as_str()), &FACT_NAME, &[], NAME_WIDTH);
            lines.iter().map(|line| line.width).max().unwrap_or(0)
        };
        let indent = document.facts.iter().map(name_width).max().unwrap_or(0) + 12 * PT;
        for (name, value) in &document.facts {
            let item = self.tree.part(list, Kind::Item);
            let label = self.tree.part(item, Kind::Label);
            let names = lines(self.faces, &Text::from(name.as_str()), &FACT_NAME, &[], NAME_WIDTH);
            self.need(count(names.len()) * FACT.leading);
            let mut y = self.y;
            for line in names {
                self.put_line((self.room.x, y), line, &FACT_NAME, label);
                y += FACT.leading;
            }
            let sheet = self.sheets.len();
            let body = self.tree.part(item, Kind::Body);
            self.text(value, &FACT, indent, body);
            if self.sheets.len() == sheet {
                self.y = self.y.max(y);
            }
        }
        self.space(10 * PT);
    }

    /// The table of contents: a line for each section, with its page.
    fn contents(&mut self, document: &Document) {
        let number_width = 28 * PT;
        let contents = self.tree.part(WHOLE, Kind::Contents);
        let caption = self.tree.part(contents, Kind::Caption);
        self.need(4 * ENTRY.leading);
        self.text(&Text::from("Contents"), &HEADING, 0, caption);
        self.space(2 * PT);
        for (idx, section) in document.sections.iter().enumerate() {
            let entry = self.tree.part(contents, Kind::Entry);
            let tag = self.tree.part(entry, Kind::Link);
            let links = [Some(Link { tag, target: Rc::new(Target::Section(idx)) })];
            let style = Style { size: ENTRY.size, ..ENTRY };
            let text = Text::from(section.title.as_str());
            let found = lines(self.faces, &text, &style, &links, self.room.width - number_width);
            let last = found.last().map_or(0, |line| line.width);
            self.lines(found, &style, 0, tag);
            let y = self.y - style.leading;
            let baseline = y + style.baseline();
            let x = self.room.x + last + 6 * PT;
            let right = self.room.right();
            let area = Area {
                x,
                y: baseline - PT / 2,
                width: (right - number_width + 6 * PT - x).max(0),
                height: PT / 3,
            };
            self.put(Item::Fill { area, ink: LINE });
            self.put(Item::PageOf { section: idx, right, baseline, style, tag });
        }
        self.space(6 * PT);
    }

    fn section(&mut self, idx: usize, section: &Section) {
        let tag = self.tree.part(WHOLE, Kind::Section);
        let blocks = &section.blocks;
        self.space(20 * PT);
        self.need(SECTION.leading + KEPT);
        let area = Area { x: self.room.x, y: self.y, width: self.room.width, height: PT };
        self.put(Item::Fill { area, ink: TEXT });
        self.y += 6 * PT;
        self.heading(&section.title, &SECTION, (2, Some(idx)), tag);
        self.y += 3 * PT;
        for block in blocks {
            self.block(block, tag);
        }
    }

    fn heading(
        &mut self,
        title: &str,
        style: &Style,
        (level, section): (u16, Option<usize>),
        tag: TagId,
    ) {
        let heading = self.tree.part(tag, Kind::Heading(level, brief(title)));
        let sheet = self.sheets.len().saturating_sub(1);
        self.marks.push(Mark { sheet, y: self.y - 6 * PT, title: title.to_owned(), section });
        self.text(&Text::from(title), style, 0, heading);
    }

    fn block(&mut self, block: &Block, tag: TagId) {
        match block {
            Block::Heading(title) => {
                self.space(10 * PT);
                self.need(HEADING.leading + KEPT);
                self.heading(title, &HEADING, (3, None), tag);
                self.y += 2 * PT;
            }
            Block::Paragraph(text) => {
                let paragraph = self.tree.part(tag, Kind::Paragraph);
                self.text(text, &BODY, 0, paragraph);
                self.space(5 * PT);
            }
            Block::Alert(text) => {
                self.alert(text, tag);
                self.space(5 * PT);
            }
            Block::List(items) => {
                let list = self.tree.part(tag, Kind::List);
                for text in items {
                    let item = self.tree.part(list, Kind::Item);
                    let label = self.tree.part(item, Kind::Label);
                    let body = self.tree.part(item, Kind::Body);
                    self.need(2 * BODY.leading);
                    let bullet = lines(self.faces, &Text::from("•"), &BODY, &[], INDENT);
                    for line in bullet {
                        self.put_line((self.room.x + 3 * PT, self.y), line, &BODY, label);
                    }
                    self.text(text, &BODY, INDENT, body);
                    self.space(2 * PT);
                }
                self.space(3 * PT);
            }
            Block::Grid(grid) => self.grid(grid, tag),
            Block::Picture(idx) => self.picture(*idx, tag),
        }
    }

    /// With a bar at its left and a mark before its first word, so that it stands out without colours.
    fn alert(&mut self, text: &Text, tag: TagId) {
        let (indent, inner) = (10 * PT, 4 * PT);
        let paragraph = self.tree.part(tag, Kind::Paragraph);
        let mut marked = Text::default().and(Span::Strong("! ".to_owned()));
        marked.spans.extend(text.spans.iter().cloned());
        let links = self.links(&marked, paragraph);
        let all = lines(self.faces, &marked, &BODY, &links, self.room.width - 2 * indent);
        let mut rest = all.into_iter().peekable();
        while rest.peek().is_some() {
            let frame = 2 * inner;
            self.need(count(rest.len().min(2)) * BODY.leading + frame);
            let fit = (self.left() - frame) / BODY.leading;
            let fit = usize::try_from(fit).unwrap_or(0).max(1);
            let lines: Vec<Line> = rest.by_ref().take(fit).collect();
            let height = count(lines.len()) * BODY.leading + frame;
            let area = Area { x: self.room.x, y: self.y, width: self.room.width, height };
            self.put(Item::Fill { area, ink: ALERT_PANEL });
            self.put(Item::Fill { area: Area { width: 3 * PT, ..area }, ink: ALERT });
            let mut y = self.y + inner;
            for line in lines {
                self.put_line((self.room.x + indent, y), line, &BODY, paragraph);
                y += BODY.leading;
            }
            self.y += height;
            if rest.peek().is_some() {
                self.turn(PORTRAIT);
            }
        }
    }
}

/// Where a link leads: to a page of the web, or to a section by its anchor. Nothing else is a link.
fn target(url: &str, document: &Document) -> Option<Target> {
    if let Some(anchor) = url.strip_prefix('#') {
        let found = document.sections.iter().position(|section| section.anchor == anchor);
        return found.map(Target::Section);
    }
    let scheme = url.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    let is_web = matches!(scheme.as_deref(), Some("http" | "https"))
        && url.chars().all(|c| c.is_ascii_graphic())
        && url.len() <= MAX_URL;
    is_web.then(|| Target::Url(url.to_owned()))
}

/// Longer addresses are no explorer's.
const MAX_URL: usize = 2_000;
