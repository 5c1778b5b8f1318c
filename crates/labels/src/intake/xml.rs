//! A stream of XML without surprises: no document type, no entities but the five of XML itself, no piece
//! larger than any list has, and an end only where every element has ended.

use std::io::{self, BufRead, BufReader, Read};

use fundtrail_model::sanitize_claim;
use quick_xml::Reader;
use quick_xml::events::{BytesDecl, BytesRef, BytesStart, Event};

use super::gathering::{Gathering, Place};
use super::source::Source;
use crate::error::{Error, Problem};

/// One tag or one text. The longest in OFAC's files have some thousand bytes.
const MAX_PIECE_BYTES: usize = 1 << 20;
/// Elements inside each other. OFAC's files have fewer than 20.
const MAX_DEPTH: usize = 64;

/// Is told of elements as they begin and end.
pub(super) trait Visitor {
    /// An element begins.
    fn open(&mut self, element: &Element<'_>);

    /// The innermost element ends. `text` is what stands between its last inner tag and here: all of it
    /// where it has no inner tag.
    fn close(&mut self, text: &str, place: Place, found: &mut Gathering<'_>) -> Result<(), Error>;
}

/// An element that begins.
pub(super) struct Element<'b>(BytesStart<'b>);

impl Element<'_> {
    /// Its name without a prefix.
    pub(super) fn name(&self) -> &str {
        let name = self.0.name().into_inner();
        name.split_once(':').map_or(name, |(_, local)| local)
    }

    /// The value of an attribute that is an identifier or a word: nothing in it is escaped.
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        let mut attributes = self.0.attributes();
        attributes
            .with_checks(false)
            .filter_map(Result::ok)
            .find(|attribute| attribute.key.into_inner() == name)
            .map(|attribute| attribute.value.into_owned())
    }
}

/// Shows a file whose outermost element is called `root` to a visitor.
pub(super) fn read(
    source: Source<'_>,
    root: &str,
    visitor: &mut impl Visitor,
    found: &mut Gathering<'_>,
) -> Result<(), Error> {
    let inner = BufReader::with_capacity(1 << 17, source);
    let mut reader = Reader::from_reader(Budget { inner, left: MAX_PIECE_BYTES });
    reader.config_mut().expand_empty_elements = true;
    let (mut piece, mut text) = (Vec::new(), String::new());
    let (mut depth, mut has_root) = (0_usize, false);
    loop {
        piece.clear();
        reader.get_mut().left = MAX_PIECE_BYTES;
        let read = reader.read_event_into(&mut piece);
        let event = match read {
            Ok(event) => event,
            Err(error) => {
                let byte = reader.buffer_position().max(reader.error_position());
                return Err(found.fail(Place::Byte(byte), problem(&error, reader.get_ref().left)));
            }
        };
        let place = || Place::Byte(reader.buffer_position());
        match event {
            Event::Start(start) => {
                let element = Element(start);
                if depth == 0 && (has_root || element.name() != root) {
                    let name = sanitize_claim(element.name(), 80);
                    return Err(
                        found.fail(place(), Problem::OtherRoot { name, root: root.to_owned() })
                    );
                }
                has_root = true;
                depth = depth.saturating_add(1);
                if MAX_DEPTH < depth {
                    return Err(found.fail(place(), Problem::TooDeep { limit: MAX_DEPTH }));
                }
                text.clear();
                visitor.open(&element);
            }
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                visitor.close(text.trim(), place(), found)?;
                text.clear();
            }
            Event::Text(more) => add(&mut text, &more.xml10_content(), place(), found)?,
            Event::CData(more) => add(&mut text, &more.xml10_content(), place(), found)?,
            Event::GeneralRef(named) => {
                let c = expanded(&named).map_err(|problem| found.fail(place(), problem))?;
                add(&mut text, c.encode_utf8(&mut [0; 4]), place(), found)?;
            }
            Event::Decl(declared) => {
                check_encoding(&declared).map_err(|problem| found.fail(place(), problem))?;
            }
            Event::DocType(_) => return Err(found.fail(place(), Problem::DocumentType)),
            Event::Comment(_) | Event::PI(_) | Event::Empty(_) => {}
            Event::Eof if depth == 0 && has_root => return Ok(()),
            Event::Eof => {
                let what = if has_root {
                    format!("{depth} elements are still open")
                } else {
                    "there is no element in it".to_owned()
                };
                return Err(found.fail(place(), Problem::CutOff { what }));
            }
        }
    }
}

fn add(text: &mut String, more: &str, place: Place, found: &Gathering<'_>) -> Result<(), Error> {
    if MAX_PIECE_BYTES < text.len().saturating_add(more.len()) {
        return Err(found.fail(place, Problem::PieceTooLong { limit: MAX_PIECE_BYTES }));
    }
    text.push_str(more);
    Ok(())
}

/// The character that `&…;` stands for. What a document type would define is not expanded.
fn expanded(named: &BytesRef<'_>) -> Result<char, Problem> {
    let unknown = || Problem::UnknownEntity { name: sanitize_claim(named, 40) };
    if named.is_char_ref() {
        return named.resolve_char_ref().ok().flatten().ok_or_else(unknown);
    }
    match &**named {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => Err(unknown()),
    }
}

fn check_encoding(declared: &BytesDecl<'_>) -> Result<(), Problem> {
    match declared.encoding() {
        None => Ok(()),
        Some(Ok(name))
            if ["utf-8", "us-ascii"].iter().any(|ours| name.eq_ignore_ascii_case(ours)) =>
        {
            Ok(())
        }
        Some(Ok(name)) => Err(Problem::OtherEncoding { name: sanitize_claim(&name, 40) }),
        Some(Err(error)) => Err(Problem::NotWellFormed { kind: "XML", detail: error.to_string() }),
    }
}

fn problem(error: &quick_xml::Error, left: usize) -> Problem {
    match error {
        _ if left == 0 => Problem::PieceTooLong { limit: MAX_PIECE_BYTES },
        quick_xml::Error::Encoding(_) => Problem::NotUtf8,
        quick_xml::Error::Syntax(_) => Problem::CutOff { what: error.to_string() },
        _ => {
            Problem::NotWellFormed { kind: "XML", detail: sanitize_claim(&error.to_string(), 160) }
        }
    }
}

/// Lets so many bytes through before it refuses: the parser keeps a whole tag or text in memory.
struct Budget<R> {
    inner: R,
    left: usize,
}

impl<R: BufRead> Read for Budget<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n_read = self.fill_buf()?.read(into)?;
        self.consume(n_read);
        Ok(n_read)
    }
}

impl<R: BufRead> BufRead for Budget<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Err(io::Error::other("too long"));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, n_bytes: usize) {
        self.left = self.left.saturating_sub(n_bytes);
        self.inner.consume(n_bytes);
    }
}
