//! Pictures of the flow, on as many pages as they take to be legible.

mod draw;

use super::flow::{BODY, Flow};
use super::ink::SOFT;
use super::sheet::{Format, Item, LANDSCAPE, LARGE, MARGIN, PORTRAIT};
use super::tags::{Kind, TagId};
use super::text::{Style, lines};
use super::unit::{Area, Length, PT, count};
use crate::diagram::{Diagram, NODE_WIDTH};
use crate::document::Text;

pub(super) use draw::{draw, draw_key};

/// The size of a unit of the picture, in thousandths of a point, at which its text is as large as that of the page.
const FULL: Length = 780;
/// Smaller, and a picture goes on a lying page.
const SMALL: Length = 600;
/// The smallest that is still legible in print: its smallest letters are more than 4 points high.
const LEGIBLE: Length = 430;
/// On more pages than this nobody puts a picture together.
const MAX_PARTS: usize = 12;
/// The longest side of a page that a reader is sure to open: 14,400 points.
const LONGEST: Length = 14_400 * PT;
/// What two neighbouring parts share: enough to see where one goes on in the other.
const OVERLAP: Length = 40;
/// Around what a part shows.
const AROUND: Length = 14;

const NOTE: Style = Style::plain(85, 118, SOFT);
/// The height of a line of the key.
const KEY_HEIGHT: Length = 16 * PT;

/// A part of a picture and its place on a page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    /// Which picture.
    pub(super) picture: usize,
    /// What of it, in its own units.
    pub(super) shown: Area,
    /// The upper left end on the page.
    pub(super) at: (Length, Length),
    /// The size of its unit in thousandths of a point.
    pub(super) scale: Length,
    /// Whether it is a word of the key, and which; else it is of the picture.
    pub(super) key: Option<usize>,
}

/// How a picture goes on pages.
#[derive(Debug, PartialEq, Eq)]
enum Plan {
    /// Between the text.
    Here(Length),
    /// On one lying page.
    Lying(Length),
    /// On one lying page of twice the area.
    Large(Length),
    /// On several lying pages: what each shows.
    Parts(Vec<Area>),
    /// On a page of its own size.
    Poster(Length),
}

impl Flow<'_> {
    pub(super) fn picture(&mut self, idx: usize, tag: TagId) {
        let pictures = self.pictures;
        let Some(diagram) = pictures.diagrams.get(idx) else { return };
        let whole = whole(diagram);
        let standing = self.running.room(PORTRAIT);
        let lying = self.running.room(LANDSCAPE);
        let below = self.below(diagram, standing.width);
        let large = self.running.room(LARGE);
        let plan = plan(&whole, columns(diagram).as_slice(), [&standing, &lying, &large], below);
        let title = format!("The flow on {}", diagram.graph.chain_name);
        self.say(&plan, &title, tag);
        match plan {
            Plan::Here(scale) => {
                self.need(whole.height * scale + below);
                self.figure(idx, diagram, (whole, scale), (&title, true), tag);
            }
            Plan::Lying(scale) => {
                self.turn(LANDSCAPE);
                self.figure(idx, diagram, (whole, scale), (&title, true), tag);
                self.close();
            }
            Plan::Large(scale) => {
                self.turn(LARGE);
                self.figure(idx, diagram, (whole, scale), (&title, true), tag);
                self.close();
            }
            Plan::Parts(parts) => {
                let total = parts.len();
                for (part, shown) in parts.into_iter().enumerate() {
                    self.turn(LANDSCAPE);
                    let number = part.saturating_add(1);
                    let title = format!("{title}, part {number} of {total}");
                    self.figure(idx, diagram, (shown, LEGIBLE), (&title, part == 0), tag);
                }
                self.close();
            }
            Plan::Poster(scale) => {
                self.turn(poster(&whole, scale, self.running, below));
                self.figure(idx, diagram, (whole, scale), (&title, true), tag);
                self.close();
            }
        }
    }

    /// Where the picture is, where it is not right here.
    fn say(&mut self, plan: &Plan, title: &str, tag: TagId) {
        let says = match plan {
            Plan::Here(_) => return,
            Plan::Lying(_) => format!("{title}: see the next page."),
            Plan::Large(_) => format!(
                "{title}: see the next page, which is as large as two of the others (A3). Print it on such a sheet, or \
                 enlarge it; the tables say the same."
            ),
            Plan::Parts(parts) => format!(
                "{title}: see the next {} pages. Neighbouring parts overlap by a sliver, so that it is seen where \
                 one goes on in the next.",
                parts.len()
            ),
            Plan::Poster(_) => format!(
                "{title}: see the next page, which is larger than the others because the picture has no room on \
                 pages of this size. Enlarge it, or print it on a large sheet; the tables say the same."
            ),
        };
        let paragraph = self.tree.part(tag, Kind::Paragraph);
        self.text(&Text::from(says), &BODY, 0, paragraph);
    }

    /// A part of a picture with what it is called, the key and what it leaves out.
    fn figure(
        &mut self,
        idx: usize,
        diagram: &Diagram,
        (shown, scale): (Area, Length),
        (title, has_key): (&str, bool),
        tag: TagId,
    ) {
        let says = format!(
            "{title}: {} and {}, drawn from left to right. The tables of this document say the same in words.",
            counted(diagram.graph.nodes.len(), "place", "places"),
            counted(diagram.graph.edges.len(), "flow between them", "flows between them"),
        );
        let figure = self.tree.part(tag, Kind::Figure(says));
        let spare = (self.room.width - shown.width * scale).max(0) / 2;
        let at = (self.room.x + spare, self.y);
        let part = Part { picture: idx, shown, at, scale, key: None };
        self.put(Item::Figure { part, tag: figure });
        self.y += shown.height * scale + 4 * PT;
        if has_key {
            self.key(idx, diagram, figure);
        }
        let caption = self.tree.part(tag, Kind::Caption);
        let mut says = title.to_owned();
        if scale < FULL {
            says.push_str(&format!(", reduced to {} %", scale * 100 / FULL));
        }
        says.push('.');
        for note in diagram.notes.iter().filter(|_| has_key) {
            says.push(' ');
            says.push_str(note);
        }
        self.text(&Text::from(says), &NOTE, 0, caption);
        self.space(8 * PT);
    }

    /// What the shapes mean, as many beside each other as there is room.
    fn key(&mut self, idx: usize, diagram: &Diagram, figure: TagId) {
        let mut x = self.room.x;
        for (number, (_, says)) in diagram.legend.iter().enumerate() {
            let width = key_width(self, says);
            if self.room.right() < x + width && self.room.x < x {
                x = self.room.x;
                self.y += KEY_HEIGHT;
            }
            let at = (x, self.y);
            let shown = Area { x: 0, y: 0, width, height: KEY_HEIGHT };
            let part = Part { picture: idx, shown, at, scale: 1, key: Some(number) };
            self.put(Item::Figure { part, tag: figure });
            x += width;
        }
        self.y += KEY_HEIGHT + 3 * PT;
    }

    /// The height of all that stands below a picture.
    fn below(&self, diagram: &Diagram, width: Length) -> Length {
        let (mut rows, mut x) = (1, 0);
        for (_, says) in &diagram.legend {
            let wide = key_width(self, says);
            if width < x + wide && 0 < x {
                (rows, x) = (rows + 1, 0);
            }
            x += wide;
        }
        let notes = Text::from(format!(
            "{} {}",
            "The flow on this chain, part 1 of 10, reduced to 50 %.",
            diagram.notes.join(" ")
        ));
        let notes = lines(self.faces, &notes, &NOTE, &[], width).len();
        rows * KEY_HEIGHT + count(notes.saturating_add(1)) * NOTE.leading + 16 * PT
    }
}

/// The width of a word of the key with its shape.
fn key_width(flow: &Flow<'_>, says: &str) -> Length {
    draw::KEY_SHAPE + flow.faces.width(super::face::Face::Regular, draw::KEY_SIZE, says) + 18 * PT
}

fn counted(count: usize, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

/// All of a picture.
fn whole(diagram: &Diagram) -> Area {
    let picture = &diagram.picture;
    Area { x: 0, y: 0, width: picture.width.max(1), height: picture.height.max(1) }
}

/// Where the columns of a picture begin, from left to right.
fn columns(diagram: &Diagram) -> Vec<Length> {
    let mut columns: Vec<Length> = diagram.picture.boxes.iter().map(|place| place.x).collect();
    columns.sort_unstable();
    columns.dedup();
    columns
}

/// The scale at which something fits, at most the full one.
fn fitting(whole: &Area, width: Length, height: Length) -> Length {
    (width / whole.width).min(height / whole.height).clamp(0, FULL)
}

fn plan(
    whole: &Area,
    columns: &[Length],
    [standing, lying, large]: [&Area; 3],
    below: Length,
) -> Plan {
    let here = fitting(whole, standing.width, standing.height - below - 40 * PT);
    if SMALL <= here {
        return Plan::Here(here);
    }
    let scale = fitting(whole, lying.width, lying.height - below);
    if LEGIBLE <= scale {
        return Plan::Lying(scale);
    }
    let scale = fitting(whole, large.width, large.height - below);
    if LEGIBLE <= scale {
        return Plan::Large(scale);
    }
    let wide = lying.width / LEGIBLE;
    let high = (lying.height - below) / LEGIBLE;
    let across = across(whole, columns, wide);
    let down = down(whole, high);
    if across.len().saturating_mul(down.len()) <= MAX_PARTS {
        let part = |(y, height): &(Length, Length), (x, width): &(Length, Length)| Area {
            x: *x,
            y: *y,
            width: *width,
            height: *height,
        };
        let parts = down.iter().flat_map(|row| across.iter().map(move |column| part(row, column)));
        return Plan::Parts(parts.collect());
    }
    let room = LONGEST - 200 * PT;
    Plan::Poster(fitting(whole, room, room - below).clamp(1, LEGIBLE))
}

/// Left ends and widths of parts side by side. Each holds whole columns, and begins with the right edge of the last one
/// of the part before.
fn across(whole: &Area, columns: &[Length], room: Length) -> Vec<(Length, Length)> {
    let mut parts = Vec::new();
    let mut start = 0;
    loop {
        if whole.width - start <= room {
            parts.push((start, whole.width - start));
            return parts;
        }
        let fits = |column: &&Length| **column + NODE_WIDTH + AROUND <= start + room;
        let last = columns.iter().rev().find(fits).copied();
        // A column that begins this part does not begin the next one too.
        let next = last.map_or(start, |last| last + NODE_WIDTH + AROUND - OVERLAP);
        if next <= start {
            parts.push((start, room));
            start += (room - OVERLAP).max(1);
        } else {
            parts.push((start, (next + OVERLAP - start).min(room)));
            start = next;
        }
    }
}

/// Upper ends and heights of parts one below the other.
fn down(whole: &Area, room: Length) -> Vec<(Length, Length)> {
    if whole.height <= room {
        return vec![(0, whole.height)];
    }
    let step = (room - OVERLAP).max(1);
    let parts = (whole.height - OVERLAP + step - 1) / step;
    // All are as high, so that none is a strip.
    let step = (whole.height - OVERLAP + parts - 1) / parts;
    let part = |idx: Length| {
        let start = idx * step;
        (start, (step + OVERLAP).min(whole.height - start))
    };
    (0..parts).map(part).collect()
}

/// A page that a picture has room on.
fn poster(
    whole: &Area,
    scale: Length,
    running: &super::running::Running<'_>,
    below: Length,
) -> Format {
    let width = (whole.width * scale + 2 * MARGIN).max(LANDSCAPE.width);
    let height = whole.height * scale + below;
    // What stands above and below on every page takes as much of this one.
    let format = Format { width, height: LANDSCAPE.height };
    let taken = LANDSCAPE.height - running.room(format).height;
    Format { width, height: (height + taken).max(LANDSCAPE.height) }
}

#[cfg(test)]
mod tests {
    use super::{Area, PT, Plan, across, down, plan};

    #[test]
    fn pictures_are_legible_or_on_a_page_of_their_own() {
        let standing = Area { x: 0, y: 0, width: 493 * PT, height: 700 * PT };
        let lying = Area { x: 0, y: 0, width: 740 * PT, height: 450 * PT };
        let large = Area { x: 0, y: 0, width: 1_090 * PT, height: 700 * PT };
        let check = |width: i64, height: i64, expected: &str| {
            let columns: Vec<i64> =
                (0..).map(|idx| 16 + idx * 330).take_while(|x| *x < width).collect();
            let whole = Area { x: 0, y: 0, width, height };
            let plan = plan(&whole, &columns, [&standing, &lying, &large], 50 * PT);
            let shown = match plan {
                Plan::Here(scale) => format!("here {scale}"),
                Plan::Lying(scale) => format!("lying {scale}"),
                Plan::Large(scale) => format!("large {scale}"),
                Plan::Parts(parts) => format!("{} parts", parts.len()),
                Plan::Poster(scale) => format!("poster {scale}"),
            };
            assert_eq!(shown, expected, "{width} × {height}");
        };
        check(300, 100, "here 780");
        check(700, 300, "here 704");
        check(700, 2_000, "3 parts");
        check(1_400, 700, "lying 528");
        check(2_243, 799, "large 485");
        check(3_000, 700, "2 parts");
        check(12_000, 700, "8 parts");
        check(12_000, 900, "8 parts");
        check(12_000, 1_100, "poster 430");
        check(50_000, 90_000, "poster 157");
    }

    #[test]
    fn parts_cover_all_and_overlap() {
        let columns: Vec<i64> = (0..40).map(|idx| 16 + idx * 330).collect();
        for width in [1_000, 5_000, 13_000] {
            let whole = Area { x: 0, y: 0, width, height: 5_000 };
            for parts in [across(&whole, &columns, 1_480), across(&whole, &[], 1_480)] {
                assert_eq!(parts[0].0, 0);
                assert_eq!(parts.last().map(|(x, wide)| x + wide), Some(width));
                for pair in parts.windows(2) {
                    assert!(pair[1].0 < pair[0].0 + pair[0].1, "{pair:?}");
                    assert!(pair[0].0 < pair[1].0);
                    // By a sliver only.
                    assert!(pair[0].0 + pair[0].1 - pair[1].0 <= 60, "{pair:?}");
                }
            }
            let rows = down(&whole, 900);
            assert_eq!(rows.last().map(|(y, high)| y + high), Some(5_000));
            for pair in rows.windows(2) {
                assert_eq!(pair[0].0 + pair[0].1 - pair[1].0, 40, "{pair:?}");
                assert!(pair[0].1 <= 900);
            }
        }
    }
}
