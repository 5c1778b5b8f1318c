//! Texts broken into lines.

use std::rc::Rc;

use super::face::{Face, Faces, advance};
use super::ink::{Ink, LINK};
use super::tags::TagId;
use super::unit::{Length, PT};
use crate::document::{Span, Text};

/// How a text looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    pub(super) size: Length,
    /// From one line to the next.
    pub(super) leading: Length,
    pub(super) ink: Ink,
    pub(super) is_bold: bool,
}

impl Style {
    /// Plain text of a size in tenths of a point.
    pub(super) const fn plain(tenths: Length, leading_tenths: Length, ink: Ink) -> Self {
        Self { size: tenths * PT / 10, leading: leading_tenths * PT / 10, ink, is_bold: false }
    }

    pub(super) const fn bold(tenths: Length, leading_tenths: Length, ink: Ink) -> Self {
        Self { is_bold: true, ..Self::plain(tenths, leading_tenths, ink) }
    }

    /// The monospaced font is wider and looks larger.
    const fn size_of(&self, face: Face) -> Length {
        match face {
            Face::Mono => self.size * 90 / 100,
            Face::Regular | Face::Bold => self.size,
        }
    }

    /// From the upper end of a line to where its letters stand: capitals are in the middle.
    pub(super) const fn baseline(&self) -> Length {
        (self.leading * 1_000 + self.size * 660) / 2_000
    }
}

/// Where a part of a text leads, and what it is in the structure of the document.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) tag: TagId,
    pub(super) target: Rc<Target>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// A page of the web.
    Url(String),
    /// A section, by its index.
    Section(usize),
}

/// A line of text.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    pub(super) runs: Vec<Run>,
    /// Without a space at its end.
    pub(super) width: Length,
}

/// A part of a line in one look.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub(super) face: Face,
    pub(super) size: Length,
    pub(super) ink: Ink,
    /// From the beginning of the line.
    pub(super) x: Length,
    pub(super) width: Length,
    pub(super) text: String,
    pub(super) link: Option<Link>,
}

/// A character that a font has, and the span that it is from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Letter {
    c: char,
    face: Face,
    span: usize,
    advance: Length,
}

/// The letters of a text: what no font has stands as `\u{…}`.
pub(super) fn letters(faces: &Faces, text: &Text, style: &Style) -> Vec<Letter> {
    let mut letters = Vec::new();
    for (idx, span) in text.spans.iter().enumerate() {
        let face = face(span, style.is_bold);
        for c in span.text().chars() {
            push(&mut letters, faces, style, c, face, idx);
        }
    }
    letters
}

fn face(span: &Span, is_bold: bool) -> Face {
    let is_copied = |text: &str| text.starts_with("0x");
    match span {
        Span::Strong(_) => Face::Bold,
        Span::Code(_) => Face::Mono,
        Span::Link { text, .. } if is_copied(text) => Face::Mono,
        _ if is_bold => Face::Bold,
        _ => Face::Regular,
    }
}

fn push(
    letters: &mut Vec<Letter>,
    faces: &Faces,
    style: &Style,
    c: char,
    wanted: Face,
    span: usize,
) {
    let shown = if c == '\t' { ' ' } else { c };
    if shown == '\n' {
        letters.push(Letter { c: '\n', face: wanted, span, advance: 0 });
        return;
    }
    for face in [wanted, Face::Regular] {
        if let Some(glyph) = faces.glyph(face, shown) {
            let advance = advance(glyph, style.size_of(face));
            letters.push(Letter { c: shown, face, span, advance });
            return;
        }
    }
    for c in c.escape_unicode() {
        if let Some(glyph) = faces.glyph(wanted, c) {
            let advance = advance(glyph, style.size_of(wanted));
            letters.push(Letter { c, face: wanted, span, advance });
        }
    }
}

/// Lines of at most a width: broken between words, and within a word that has no room in a line of its own.
pub(super) fn broken(letters: &[Letter], width: Length) -> Vec<&[Letter]> {
    let mut lines = Vec::new();
    let mut start = 0_usize;
    // The last place to break, and the width up to there.
    let mut place: Option<(usize, Length)> = None;
    let mut used: Length = 0;
    let mut take = |from: usize, to: usize| lines.push(letters.get(from..to).unwrap_or_default());
    for (idx, letter) in letters.iter().enumerate() {
        if letter.c == '\n' {
            take(start, idx);
            (start, place, used) = (idx.saturating_add(1), None, 0);
            continue;
        }
        if used + letter.advance > width && letter.c != ' ' && start < idx {
            if let Some((at, before)) = place.filter(|(at, _)| start < *at) {
                take(start, at);
                (start, used) = (at, used - before);
            }
            // The word itself has no room.
            if used + letter.advance > width && start < idx {
                take(start, idx);
                (start, used) = (idx, 0);
            }
            place = None;
        }
        used += letter.advance;
        if is_break(letters, idx) {
            place = Some((idx.saturating_add(1), used));
        }
    }
    if start < letters.len() {
        take(start, letters.len());
    }
    lines
}

/// Whether a line may end behind a letter: a space, or a hyphen or slash within a word.
fn is_break(letters: &[Letter], idx: usize) -> bool {
    let at = |idx: Option<usize>| idx.and_then(|idx| letters.get(idx)).map(|letter| letter.c);
    let is_inner = || {
        let is_letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
        is_letter(at(idx.checked_sub(1))) && is_letter(at(idx.checked_add(1)))
    };
    match at(Some(idx)) {
        Some(' ') => true,
        Some('-' | '/' | '–' | '—') => is_inner(),
        _ => false,
    }
}

/// The line that letters make. `links` are by span.
pub(super) fn line(letters: &[Letter], style: &Style, links: &[Option<Link>]) -> Line {
    let mut line = Line::default();
    let mut x: Length = 0;
    let mut last: Option<(Face, usize)> = None;
    for letter in letters {
        let look = (letter.face, letter.span);
        if last != Some(look) {
            last = Some(look);
            let link = links.get(letter.span).cloned().flatten();
            line.runs.push(Run {
                face: letter.face,
                size: style.size_of(letter.face),
                ink: if link.is_some() { LINK } else { style.ink },
                x,
                width: 0,
                text: String::new(),
                link,
            });
        }
        if let Some(run) = line.runs.last_mut() {
            run.text.push(letter.c);
            run.width += letter.advance;
        }
        x += letter.advance;
        if letter.c != ' ' {
            line.width = x;
        }
    }
    line
}

/// A text as lines of at most a width.
pub(super) fn lines(
    faces: &Faces,
    text: &Text,
    style: &Style,
    links: &[Option<Link>],
    width: Length,
) -> Vec<Line> {
    let letters = letters(faces, text, style);
    broken(&letters, width).into_iter().map(|letters| line(letters, style, links)).collect()
}

/// At most so many lines, the last one with `…` if there were more.
pub(super) fn at_most(
    faces: &Faces,
    text: &str,
    style: &Style,
    width: Length,
    max: usize,
) -> Vec<Line> {
    let whole = letters(faces, &Text::from(text), style);
    let mut lines = broken(&whole, width);
    if lines.len() <= max {
        return lines.into_iter().map(|letters| line(letters, style, &[])).collect();
    }
    lines.truncate(max);
    let mut last: Vec<Letter> = lines.pop().unwrap_or_default().to_vec();
    let dots = letters(faces, &Text::from("…"), style);
    let room = width - dots.iter().map(|letter| letter.advance).sum::<Length>();
    let mut used: Length = last.iter().map(|letter| letter.advance).sum();
    while used > room || last.last().is_some_and(|letter| letter.c == ' ') {
        let Some(letter) = last.pop() else { break };
        used -= letter.advance;
    }
    last.extend(dots);
    let mut cut: Vec<Line> = lines.into_iter().map(|letters| line(letters, style, &[])).collect();
    cut.push(line(&last, style, &[]));
    cut
}

/// How wide a text wants to be: in one line, and its longest word, of which addresses and hashes count less: those
/// are read broken as well.
pub(super) fn wants(letters: &[Letter]) -> (Length, Length) {
    let (mut widest, mut longest): (Length, Length) = (0, 0);
    let (mut used, mut word): (Length, Length) = (0, 0);
    for (idx, letter) in letters.iter().enumerate() {
        if letter.c == '\n' {
            (used, word) = (0, 0);
            continue;
        }
        used += letter.advance;
        if letter.c != ' ' {
            widest = widest.max(used);
            word += letter.advance;
            let most = match letter.face {
                Face::Mono => letter.advance * MONO_LETTERS,
                Face::Regular | Face::Bold => Length::MAX,
            };
            longest = longest.max(word.min(most));
        }
        if is_break(letters, idx) {
            word = 0;
        }
    }
    (widest, longest)
}

/// Letters of an address or hash that stay together if there is room at all.
const MONO_LETTERS: Length = 14;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Style, at_most, broken, letters, lines, wants};
    use crate::document::{Span, Text};
    use crate::pdf::face::Faces;
    use crate::pdf::ink::TEXT;

    const STYLE: Style = Style::plain(100, 140, TEXT);

    #[test]
    fn lines_break_between_words_and_within_long_ones() {
        let faces = Faces::load().unwrap();
        let check = |text: &str, width: i64, expected: &[&str]| {
            let text = Text::default().and(Span::Code(text.to_owned()));
            let lines = lines(&faces, &text, &STYLE, &[], width);
            let shown: Vec<String> = lines
                .iter()
                .map(|line| line.runs.iter().map(|run| run.text.as_str()).collect())
                .collect();
            assert_eq!(shown, expected);
            assert!(lines.iter().all(|line| line.width <= width));
        };
        // A letter is 5.4 points wide.
        check("", 54_000, &[]);
        check("one two three", 54_000, &["one two ", "three"]);
        check("one two three four", 75_600, &["one two three ", "four"]);
        check("0x0123456789abcdef", 54_000, &["0x01234567", "89abcdef"]);
        check("to 0x0123456789abcdef", 54_000, &["to ", "0x01234567", "89abcdef"]);
        check("first\nsecond\n\nthird", 54_000, &["first", "second", "", "third"]);
        check("dirty-first −5-6 a/b", 54_000, &["dirty-", "first −5-6 ", "a/b"]);
        check("e\u{301}", 60_000, &["e\\u{301}"]);
        check("a\tb\u{202e}", 54_000, &["a ", "b\\u{202e}"]);
    }

    #[test]
    fn long_texts_are_cut_with_dots() {
        let faces = Faces::load().unwrap();
        let check = |text: &str, expected: &[&str]| {
            let lines = at_most(&faces, text, &STYLE, 40_000, 2);
            let shown: Vec<&str> = lines.iter().map(|line| line.runs[0].text.as_str()).collect();
            assert_eq!(shown, expected);
        };
        check("short", &["short"]);
        check("one two three four five six", &["one two ", "three…"]);
    }

    proptest! {
        #[test]
        fn no_letter_is_lost_and_no_line_too_wide(text in ".{0,300}", width in 12_000_i64..200_000) {
            let faces = Faces::load().unwrap();
            let whole = letters(&faces, &Text::from(text), &STYLE);
            let lines = broken(&whole, width);
            let count: usize = lines.iter().map(|line| line.len()).sum();
            let breaks = whole.iter().filter(|letter| letter.c == '\n').count();
            prop_assert_eq!(count + breaks, whole.len());
            for line in lines {
                prop_assert!(super::line(line, &STYLE, &[]).width <= width);
            }
            let (widest, longest) = wants(&whole);
            prop_assert!(longest <= widest);
        }
    }
}
