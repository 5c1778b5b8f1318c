//! Draws a picture with the pen of the writer. Kinds of places differ by shape, outline and words, so that black
//! and white print says the same.

use krilla::geom::{PathBuilder, Point};
use krilla::paint::{FillRule, LineJoin, Stroke, StrokeDash};
use krilla::surface::Surface;

use super::Part;
use crate::diagram::{
    self, Box, Diagram, Edge, LINE_HEIGHT, Line, NODE_WIDTH, Node, Step, corners, labels, rows,
};
use crate::pdf::face::{Face, Faces};
use crate::pdf::ink::{Ink, SOFT, TEXT, WHITE};
use crate::pdf::unit::{Area, Length, PT, points};
use crate::pdf::write::glyphs;

/// With more lines than this in a picture, amounts are in the tables only.
const MAX_LABELLED: usize = 60;
const EDGE: Ink = Ink(0xa8, 0xb1, 0xbb);
/// The size and the shape of the key's words.
pub(super) const KEY_SIZE: Length = 8 * PT + PT / 2;
pub(super) const KEY_SHAPE: Length = 30 * PT;

/// How the outline of a kind of place is drawn.
struct Look {
    line: Ink,
    fill: Ink,
    /// In tenths of a unit of the picture.
    width: Length,
    /// Lengths of dashes and gaps; none for a whole line.
    dashes: Option<(Length, Length)>,
}

fn look(kind: &str) -> Look {
    let whole = |line, fill| Look { line, fill, width: 13, dashes: None };
    match kind {
        "source" => Look { width: 24, ..whole(TEXT, Ink(0xf6, 0xf7, 0xf9)) },
        "held" => whole(Ink(0x1b, 0x66, 0x44), Ink(0xe9, 0xf4, 0xee)),
        "service" => whole(Ink(0x1b, 0x4f, 0x8f), Ink(0xe9, 0xef, 0xf8)),
        "mixer" => whole(Ink(0x57, 0x3a, 0x86), Ink(0xf1, 0xed, 0xf7)),
        "sanctioned" => Look { width: 34, ..whole(Ink(0x98, 0x19, 0x1c), Ink(0xfb, 0xee, 0xee)) },
        "bridge" => whole(Ink(0x0e, 0x5a, 0x68), Ink(0xe6, 0xf2, 0xf4)),
        "contract" => whole(Ink(0x69, 0x50, 0x1a), Ink(0xf6, 0xf1, 0xe4)),
        "open" => Look { dashes: Some((6, 3)), ..whole(Ink(0x4d, 0x55, 0x60), WHITE) },
        "gone" => {
            Look { dashes: Some((2, 3)), ..whole(Ink(0x4d, 0x55, 0x60), Ink(0xf3, 0xf4, 0xf5)) }
        }
        _ => whole(SOFT, WHITE),
    }
}

/// A pen that knows where a picture is on the page.
struct Pen<'a, 'b> {
    surface: &'a mut Surface<'b>,
    faces: &'a Faces,
    part: Part,
}

/// A part of a picture.
pub(in crate::pdf) fn draw(
    surface: &mut Surface<'_>,
    faces: &Faces,
    diagram: &Diagram,
    part: Part,
) {
    let shown = part.shown;
    let (width, height) = (shown.width * part.scale, shown.height * part.scale);
    let Some(frame) = rectangle(&Area { x: part.at.0, y: part.at.1, width, height }) else {
        return;
    };
    surface.push_clip_path(&frame, &FillRule::NonZero);
    let mut pen = Pen { surface, faces, part };
    let graph = &diagram.graph;
    let lines = || graph.edges.iter().zip(&diagram.picture.lines);
    for (_, line) in lines().filter(|(_, line)| extent(line).meets(&shown)) {
        pen.line(line);
    }
    for (node, place) in graph.nodes.iter().zip(&diagram.picture.boxes) {
        let area = Area { x: place.x, y: place.y, width: NODE_WIDTH, height: place.height };
        if area.meets(&shown) {
            pen.node(node, place);
        }
    }
    if graph.edges.len() <= MAX_LABELLED {
        for (edge, line) in lines().filter(|(_, line)| extent(line).meets(&shown)) {
            pen.label(edge, line);
        }
    }
    surface.pop();
}

/// A word of the key: the shape and what it means.
pub(in crate::pdf) fn draw_key(
    surface: &mut Surface<'_>,
    faces: &Faces,
    diagram: &Diagram,
    part: Part,
    number: usize,
) {
    let Some((kind, says)) = diagram.legend.get(number) else { return };
    // The shape is that of a place, much smaller.
    let (width, height) = (NODE_WIDTH / 4, 20);
    let scale = KEY_SHAPE * 4 / 5 / width;
    let y = part.at.1 + 3 * PT;
    let small = Part { shown: Area::default(), at: (part.at.0, y), scale, ..part };
    let mut pen = Pen { surface, faces, part: small };
    pen.shape(kind, &Box { x: 0, y: 0, height }, width);
    let baseline = part.at.1 + 11 * PT;
    pen.write((part.at.0 + KEY_SHAPE, baseline), (Face::Regular, KEY_SIZE, TEXT), says);
}

/// The smallest area that a line is in, with its labels.
fn extent(line: &Line) -> Area {
    let lane = line.lane.unwrap_or(line.from.1);
    let heights = || {
        let passes = line.passes.iter().map(|(_, y)| *y);
        passes.chain([line.from.1, line.to.1, lane])
    };
    let top = heights().min().unwrap_or(0) - 30;
    let bottom = heights().max().unwrap_or(0) + 30;
    let left = line.from.0.min(line.to.0) - 60;
    let right = line.from.0.max(line.to.0) + 60;
    Area { x: left, y: top, width: right - left, height: bottom - top }
}

fn rectangle(area: &Area) -> Option<krilla::geom::Path> {
    let rect = krilla::geom::Rect::from_xywh(
        points(area.x),
        points(area.y),
        points(area.width),
        points(area.height),
    )?;
    let mut path = PathBuilder::new();
    path.push_rect(rect);
    path.finish()
}

impl Pen<'_, '_> {
    /// A length of the picture on the page.
    const fn length(&self, length: Length) -> Length {
        length * self.part.scale
    }

    fn place(&self, (x, y): (Length, Length)) -> (f32, f32) {
        let (left, top) = self.part.at;
        (
            points(left + self.length(x - self.part.shown.x)),
            points(top + self.length(y - self.part.shown.y)),
        )
    }

    /// `width` and dashes are in tenths of the picture's units.
    fn stroke(&mut self, ink: Ink, width: Length, dashes: Option<(Length, Length)>) {
        let dash = dashes.map(|(dash, gap)| StrokeDash {
            array: vec![points(self.length(dash)), points(self.length(gap))],
            offset: 0.0,
        });
        self.surface.set_stroke(Some(Stroke {
            paint: ink.colour().into(),
            width: points(self.length(width) / 10),
            dash,
            ..Stroke::default()
        }));
    }

    fn line(&mut self, line: &Line) {
        let mut path = PathBuilder::new();
        let mut y = 0.0;
        for step in diagram::way(line) {
            match step {
                Step::To(to) => {
                    let to = self.place(to);
                    y = to.1;
                    path.move_to(to.0, to.1);
                }
                Step::Curve(a, b, to) => {
                    let (a, b, to) = (self.place(a), self.place(b), self.place(to));
                    y = to.1;
                    path.cubic_to(a.0, a.1, b.0, b.1, to.0, to.1);
                }
                Step::Across(x) => path.line_to(self.place((x, 0)).0, y),
            }
        }
        let Some(path) = path.finish() else { return };
        self.surface.set_fill(None);
        let dashes = line.lane.map(|_| (7, 4));
        self.stroke(EDGE, line.width * 10, dashes);
        self.surface.draw_path(&path);
        let (x, y) = line.to;
        self.polygon(&[(x, y), (x - 9, y - 5), (x - 9, y + 5)], SOFT);
    }

    fn polygon(&mut self, corners: &[(Length, Length)], ink: Ink) {
        let Some(path) = self.outline(corners) else { return };
        self.surface.set_stroke(None);
        self.surface.set_fill(ink.fill());
        self.surface.draw_path(&path);
    }

    fn outline(&self, corners: &[(Length, Length)]) -> Option<krilla::geom::Path> {
        let mut path = PathBuilder::new();
        for (idx, corner) in corners.iter().enumerate() {
            let (x, y) = self.place(*corner);
            if idx == 0 {
                path.move_to(x, y);
            } else {
                path.line_to(x, y);
            }
        }
        path.close();
        path.finish()
    }

    fn node(&mut self, node: &Node, place: &Box) {
        let kind = diagram::kind(node);
        if node.member_count > 1 {
            let behind = Box { x: place.x + 4, y: place.y + 4, ..*place };
            self.shape("pass", &behind, NODE_WIDTH);
        }
        self.shape(kind, place, NODE_WIDTH);
        let mut y = place.y + 4;
        for (class, text) in rows(node) {
            y += LINE_HEIGHT;
            let (face, tenths, ink) = match class {
                "t" => (Face::Bold, 120, TEXT),
                "k" => (Face::Bold, 100, look(kind).line),
                _ => (Face::Regular, 115, SOFT),
            };
            self.text((place.x + 14, y), (face, tenths, ink), &text);
        }
    }

    /// The outline of a place, filled.
    fn shape(&mut self, kind: &str, place: &Box, width: Length) {
        let look = look(kind);
        let found = if width == NODE_WIDTH {
            corners(kind, place)
        } else {
            small_corners(kind, place, width)
        };
        let found = if found.is_empty() { frame(place, width, 0) } else { found };
        if let Some(path) = self.outline(&found) {
            self.surface.set_fill(look.fill.fill());
            self.stroke(look.line, look.width, look.dashes);
            if let Some(stroke) = self.surface.get_stroke().cloned() {
                self.surface.set_stroke(Some(Stroke { line_join: LineJoin::Round, ..stroke }));
            }
            self.surface.draw_path(&path);
        }
        let inner = (kind == "held").then(|| self.outline(&frame(place, width, 3))).flatten();
        if let Some(path) = inner {
            self.surface.set_fill(None);
            self.surface.draw_path(&path);
        }
    }

    /// Where a line arrives: one text above it, a second one below. What runs back is named in its lane.
    fn label(&mut self, edge: &Edge, line: &Line) {
        let lift = line.width / 2 + 4;
        for (label, is_below) in labels(edge).into_iter().zip([false, true]) {
            let size = self.length(11);
            let width = self.faces.width(Face::Regular, size, &label);
            let ((x, y), back) = match line.lane {
                Some(lane) => ((i64::midpoint(line.from.0, line.to.0), lane), width / 2),
                None => ((line.to.0 - 11, line.to.1), width),
            };
            let y = if is_below { y + lift + 7 } else { y - lift };
            let (left, top) = self.part.at;
            let x = left + self.length(x - self.part.shown.x) - back;
            let y = top + self.length(y - self.part.shown.y);
            self.halo((x, y), (Face::Regular, size), &label);
            self.write((x, y), (Face::Regular, size, TEXT), &label);
        }
    }

    /// Text of the picture; its size in tenths.
    fn text(&mut self, at: (Length, Length), (face, tenths, ink): (Face, Length, Ink), text: &str) {
        let (left, top) = self.part.at;
        let x = left + self.length(at.0 - self.part.shown.x);
        let y = top + self.length(at.1 - self.part.shown.y);
        self.write((x, y), (face, self.length(tenths) / 10, ink), text);
    }

    fn write(
        &mut self,
        (x, y): (Length, Length),
        (face, size, ink): (Face, Length, Ink),
        text: &str,
    ) {
        let (text, glyphs) = glyphs(self.faces, face, text);
        self.surface.set_stroke(None);
        self.surface.set_fill(ink.fill());
        let start = Point::from_xy(points(x), points(y));
        self.surface.draw_glyphs(start, &glyphs, self.faces.font(face), &text, points(size), false);
    }

    /// White around letters, so that lines do not run into them. It is drawn as shapes: text would be there twice.
    fn halo(&mut self, (x, y): (Length, Length), (face, size): (Face, Length), text: &str) {
        let (text, glyphs) = glyphs(self.faces, face, text);
        self.surface.set_fill(None);
        self.stroke(WHITE, 40, None);
        if let Some(stroke) = self.surface.get_stroke().cloned() {
            self.surface.set_stroke(Some(Stroke { line_join: LineJoin::Round, ..stroke }));
        }
        let start = Point::from_xy(points(x), points(y));
        self.surface.draw_glyphs(start, &glyphs, self.faces.font(face), &text, points(size), true);
    }
}

/// The corners of a box, some way within it.
fn frame(place: &Box, width: Length, within: Length) -> Vec<(Length, Length)> {
    let (left, top) = (place.x + within, place.y + within);
    let (right, bottom) = (place.x + width - within, place.y + place.height - within);
    vec![(left, top), (right, top), (right, bottom), (left, bottom)]
}

/// The corners of a shape that is narrower than a place: those at its right end move with it.
fn small_corners(kind: &str, place: &Box, width: Length) -> Vec<(Length, Length)> {
    let middle = place.x + NODE_WIDTH / 2;
    let moved = |(x, y): (Length, Length)| match x.cmp(&middle) {
        std::cmp::Ordering::Less => (x, y),
        std::cmp::Ordering::Equal => (place.x + width / 2, y),
        std::cmp::Ordering::Greater => (x - NODE_WIDTH + width, y),
    };
    corners(kind, place).into_iter().map(moved).collect()
}
