//! Rows as compact data for the page's script: a block of JSON that nothing runs.
//!
//! `{"rows":{NAME:[[ID,CELL,…],…]},"flows":[…],"texts":[TEXT,…]}`. A cell is a list of parts. A part is a text, or a list
//! of a number that says what it is (see [`atoms`]) and its texts. Texts that come again are written once, in
//! `texts`, and stand as numbers everywhere else.

use std::collections::BTreeMap;

use super::cell::{Part, Row};

/// Texts shorter than this are repeated: their number would be as long.
const MIN_SHARED: usize = 6;

/// What a part is made of.
enum Atom<'a> {
    Text(&'a str),
    Number(u64),
}

/// What a part is, and its texts; nothing for plain text.
fn atoms<'p>(part: &'p Part<'_>) -> (Option<u8>, Vec<Atom<'p>>) {
    use Atom::{Number, Text};
    match part {
        Part::Text(text) => (None, vec![Text(text)]),
        Part::To(id, text) => (Some(0), vec![Text(id), Text(text)]),
        Part::Hops(ids) => (Some(1), ids.iter().map(|id| id_atom(id)).collect()),
        Part::Page { link, text, is_short } => {
            let short = Number(u64::from(*is_short));
            // The pages of an explorer begin alike.
            match link.as_deref().and_then(|link| link.strip_suffix(*text).ok_or(link).into()) {
                Some(Ok(before)) => (Some(2), vec![Text(text), short, Text(before)]),
                Some(Err(link)) => (Some(2), vec![Text(text), short, Text(link), Number(1)]),
                None => (Some(2), vec![Text(text), short]),
            }
        }
        Part::Code(text) => (Some(3), vec![Text(text)]),
        Part::Small(text) => (Some(4), vec![Text(text)]),
        Part::Money(text, behind) if behind.is_empty() => (None, vec![Text(text)]),
        Part::Money(text, behind) => (Some(5), vec![Text(text), Text(behind)]),
        Part::Tag(class, text) => (Some(6), vec![Text(class), Text(text)]),
        Part::Line(text) => (Some(7), vec![Text(text)]),
        Part::Alert(text) => (Some(8), vec![Text(text)]),
    }
}

/// A hop by its number; a seed, say, by its name.
fn id_atom(id: &str) -> Atom<'_> {
    match id.strip_prefix('H').and_then(|number| number.parse().ok()) {
        Some(number) => Atom::Number(number),
        None => Atom::Text(id),
    }
}

/// Collects rows and writes them.
#[derive(Default)]
pub(super) struct Data {
    rows: String,
    flows: String,
    texts: Texts,
}

/// Texts that are written once.
#[derive(Default)]
pub(super) struct Texts {
    places: BTreeMap<String, usize>,
    list: String,
}

impl Texts {
    /// Writes a text as its number, or as itself where it comes once.
    pub(super) fn shared(&mut self, out: &mut String, text: &str) {
        if text.len() < MIN_SHARED {
            return quote(out, text);
        }
        let place = match self.places.get(text) {
            Some(place) => *place,
            None => {
                let place = self.places.len();
                self.places.insert(text.to_owned(), place);
                comma(&mut self.list);
                quote(&mut self.list, text);
                place
            }
        };
        out.push_str(&place.to_string());
    }
}

impl Data {
    /// Adds the rows of a table.
    pub(super) fn add(&mut self, name: &str, rows: &[Row<'_>]) {
        comma(&mut self.rows);
        quote(&mut self.rows, name);
        self.rows.push_str(":[");
        // Most hashes come once: they are not worth a number.
        for row in rows {
            comma(&mut self.rows);
            self.rows.push('[');
            quote(&mut self.rows, row.id);
            for cell in &row.cells {
                self.rows.push_str(",[");
                for part in cell {
                    comma(&mut self.rows);
                    self.part(part);
                }
                self.rows.push(']');
            }
            self.rows.push(']');
        }
        self.rows.push(']');
    }

    fn part(&mut self, part: &Part<'_>) {
        let (kind, atoms) = atoms(part);
        if let Some(kind) = kind {
            self.rows.push('[');
            self.rows.push_str(&kind.to_string());
        }
        for (idx, atom) in atoms.iter().enumerate() {
            if kind.is_some() {
                self.rows.push(',');
            }
            match atom {
                Atom::Number(number) => self.rows.push_str(&number.to_string()),
                // A hash is its own name.
                Atom::Text(text) if kind == Some(2) && idx == 0 => quote(&mut self.rows, text),
                Atom::Text(text) => self.texts.shared(&mut self.rows, text),
            }
        }
        if kind.is_some() {
            self.rows.push(']');
        }
    }

    /// Adds a picture: `write` appends its JSON.
    pub(super) fn add_flow(&mut self, write: impl FnOnce(&mut String, &mut Texts)) {
        comma(&mut self.flows);
        write(&mut self.flows, &mut self.texts);
    }

    /// The block's text, harmless inside a `script` element.
    pub(super) fn finish(self) -> String {
        format!(
            "{{\"rows\":{{{}}},\"flows\":[{}],\"texts\":[{}]}}",
            self.rows, self.flows, self.texts.list
        )
    }
}

/// A comma, unless a list or an object has just begun.
pub(super) fn comma(out: &mut String) {
    if !out.is_empty() && !out.ends_with(['[', '{', ':']) {
        out.push(',');
    }
}

/// A text as JSON. `<` is written as an escape, so that no text ends the element or begins a comment in it.
pub(super) fn quote(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '<' | '>' | '&' | '\'' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            _ => out.push(c),
        }
    }
    out.push('"');
}
