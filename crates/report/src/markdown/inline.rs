//! The parts of one text, on one line or on several.

use super::escape::{code, line_start, plain, url};
use crate::document::{Span, Text};

/// Where a text stands, which decides how a new line begins in it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum In {
    Paragraph,
    Quote,
    Item,
    Cell,
}

impl In {
    /// What ends a line and begins the next one.
    const fn line_break(self) -> &'static str {
        match self {
            Self::Paragraph => "\\\n",
            Self::Quote => "\\\n> ",
            Self::Item => "\\\n  ",
            Self::Cell => "<br>",
        }
    }
}

/// The text with its marks.
pub(super) fn inline(text: &Text, place: In) -> String {
    let lines = text.spans.split(|span| *span == Span::Break).map(|spans| {
        let line = line(spans);
        let line = line.trim();
        if place == In::Cell { line.to_owned() } else { line_start(line) }
    });
    let lines: Vec<String> = lines.filter(|line| !line.is_empty()).collect();
    lines.join(place.line_break())
}

fn line(spans: &[Span]) -> String {
    let mut out = String::new();
    for (idx, span) in spans.iter().enumerate() {
        match span {
            Span::Plain(of) => push(&mut out, &plain(of)),
            Span::Strong(of) => strong(&mut out, of, spans.get(idx.saturating_add(1))),
            Span::Code(of) => push(&mut out, &code(of)),
            Span::Link { text, url } => link(&mut out, text, url),
            Span::Break => {}
        }
    }
    out
}

/// Code beside code would be read as one.
fn push(out: &mut String, text: &str) {
    if out.ends_with('`') && text.starts_with('`') {
        out.push(' ');
    }
    out.push_str(text);
}

/// Marks are read as text where words are on both sides of them: then there are none.
fn strong(out: &mut String, text: &str, next: Option<&Span>) {
    let whole = plain(text);
    let (inner, has_lead, has_trail) = (whole.trim(), whole.starts_with(' '), whole.ends_with(' '));
    let is_gap = |next: &Span| next.text().starts_with([' ', ',', ':', ';', '.']);
    let is_open = has_lead || out.is_empty() || out.ends_with(' ');
    if inner.is_empty() || !is_open || !(has_trail || next.is_none_or(is_gap)) {
        return push(out, &whole);
    }
    let space = |is_there: bool| if is_there { " " } else { "" };
    out.push_str(&format!("{}**{inner}**{}", space(has_lead), space(has_trail)));
}

fn link(out: &mut String, text: &str, address: &str) {
    let shown = code(text);
    match url(address) {
        Some(url) if !shown.is_empty() => {
            // Behind an exclamation mark it would be a picture.
            if out.ends_with('!') {
                out.push(' ');
            }
            out.push_str(&format!("[{shown}]({url})"));
        }
        _ => push(out, &shown),
    }
}
