//! A TagPack of GraphSense: a YAML mapping whose `tags` are mappings with at least an `address`. What stands
//! beside `tags` (label, source, currency, …) holds for every tag that does not say otherwise.
//!
//! Anchors and aliases are refused, so that a small file cannot stand for a large one.

use std::collections::BTreeMap;

use fundtrail_model::{Category, parse_date, sanitize_claim};
use saphyr_parser::{Event, Parser, ScanError, StrInput};

use super::gathering::{Entry, Gathering, Place, Tag};
use super::source::Lines;
use super::words;
use crate::error::{Error, Problem};

/// Values inside each other.
const MAX_DEPTH: usize = 32;

pub(super) fn read(mut lines: Lines<'_>, found: &mut Gathering<'_>) -> Result<(), Error> {
    let mut text = String::new();
    while let Some((_, line)) = lines.next_line()? {
        text.push_str(line);
        text.push('\n');
    }
    let mut yaml = Yaml { parser: Parser::new_from_str(&text), line: 1 };
    let (pack, tags) =
        yaml.pack().map_err(|problem| found.fail(Place::Line(yaml.line), problem))?;
    found.title = pack.get("title").map(|title| sanitize_claim(title, 120));
    found.source = pack.get("source").map(|source| sanitize_claim(source, 1_024));
    found.published = pack.get("lastmod").and_then(|day| parse_date(day));
    for (line, tag) in &tags {
        found.entry();
        report(
            Place::Line(*line),
            |key| tag.get(key).or_else(|| pack.get(key)).map(String::as_str),
            found,
        )?;
    }
    Ok(())
}

fn report<'y>(
    place: Place,
    said: impl Fn(&str) -> Option<&'y str>,
    found: &mut Gathering<'_>,
) -> Result<(), Error> {
    let needed = |key: &str, why: &'static str| {
        said(key).filter(|text| !text.trim().is_empty()).ok_or_else(|| {
            let error = found.fail(place, Problem::Missing { why });
            Error { column: Some(key.to_owned()), ..error }
        })
    };
    let address = needed("address", "a tag is about an address")?;
    let label = needed("label", "a tag gives an address a name")?;
    let source = match said("source") {
        Some(source) if !source.trim().is_empty() => source.to_owned(),
        _ => match &found.terms.source {
            Some(source) => source.clone(),
            None => needed("source", "each tag names who says so")?.to_owned(),
        },
    };
    let ticker = said("currency").or_else(|| said("network")).unwrap_or_default();
    let words =
        ["abuse", "category", "concepts"].map(|key| said(key).unwrap_or_default()).join(" ");
    if words::is_sanction(&words) {
        let title = found.title.clone().unwrap_or_else(|| "TagPack".to_owned());
        let authority = format!("a tag in {title}");
        let entry = Entry {
            entity: label,
            authority: &authority,
            programme: None,
            listed: None,
            source: &source,
        };
        return found.sanctioned(place, (ticker, address), entry);
    }
    let chain = found.terms.chain.or_else(|| said("network").and_then(words::chain));
    let tag = Tag {
        name: label,
        category: words::category(&words).or(found.terms.category).unwrap_or(Category::Other),
        confidence: words::confidence(said("confidence").unwrap_or_default()),
        chain: chain.or_else(|| words::chain(ticker)),
        valid_from: None,
        source: &source,
    };
    found.tagged(place, (ticker, address), tag)
}

/// Scalars by their key.
type Scalars = BTreeMap<String, String>;

struct Yaml<'y> {
    parser: Parser<'y, StrInput<'y>>,
    line: u64,
}

impl<'y> Yaml<'y> {
    /// The scalars of a pack, and of each of its tags with its line.
    fn pack(&mut self) -> Result<(Scalars, Vec<(u64, Scalars)>), Problem> {
        loop {
            match self.next()? {
                Event::MappingStart(..) => break,
                Event::StreamStart | Event::DocumentStart(_) => {}
                _ => return Err(not_a_pack()),
            }
        }
        let (mut pack, mut tags) = (Scalars::new(), None);
        while let Some(key) = self.key()? {
            if key != "tags" {
                let value = self.value()?;
                insert(&mut pack, key, value)?;
            } else if tags.is_none() {
                tags = Some(self.tags()?);
            } else {
                return Err(Problem::RepeatedKey { key });
            }
        }
        loop {
            match self.next()? {
                Event::DocumentEnd => {}
                Event::StreamEnd => break,
                _ => return Err(not_a_pack()),
            }
        }
        tags.map(|tags| (pack, tags)).ok_or_else(not_a_pack)
    }

    fn tags(&mut self) -> Result<Vec<(u64, Scalars)>, Problem> {
        if !matches!(self.next()?, Event::SequenceStart(..)) {
            return Err(not_a_pack());
        }
        let mut tags = Vec::new();
        loop {
            match self.next()? {
                Event::SequenceEnd => return Ok(tags),
                Event::MappingStart(..) => {
                    let line = self.line;
                    let mut tag = Scalars::new();
                    while let Some(key) = self.key()? {
                        let value = self.value()?;
                        insert(&mut tag, key, value)?;
                    }
                    tags.push((line, tag));
                }
                _ => return Err(not_a_pack()),
            }
        }
    }

    /// The next key of a mapping, or `None` at its end.
    fn key(&mut self) -> Result<Option<String>, Problem> {
        match self.next()? {
            Event::MappingEnd => Ok(None),
            Event::Scalar(key, ..) => Ok(Some(key.into_owned())),
            _ => Err(not_a_pack()),
        }
    }

    /// A scalar, or the scalars of a list with blanks between them; what is more complicated says nothing.
    fn value(&mut self) -> Result<String, Problem> {
        let mut depth = 0_usize;
        let mut words: Vec<String> = Vec::new();
        loop {
            match self.next()? {
                Event::Scalar(text, ..) if depth <= 1 => words.push(text.into_owned()),
                Event::SequenceStart(..) => depth = depth.saturating_add(1),
                Event::MappingStart(..) => depth = depth.saturating_add(2),
                Event::SequenceEnd => depth = depth.saturating_sub(1),
                Event::MappingEnd => depth = depth.saturating_sub(2),
                Event::Scalar(..) => {}
                _ => return Err(not_a_pack()),
            }
            if MAX_DEPTH < depth {
                return Err(Problem::TooDeep { limit: MAX_DEPTH });
            }
            if depth == 0 {
                return Ok(words.join(" "));
            }
        }
    }

    fn next(&mut self) -> Result<Event<'y>, Problem> {
        let (event, span) = match self.parser.next_event() {
            Some(read) => read.map_err(|error| self.malformed(&error))?,
            None => return Err(Problem::CutOff { what: "the YAML ends too early".to_owned() }),
        };
        self.line = line(span.start.line());
        let is_anchored = match &event {
            Event::Alias(_) => true,
            Event::Scalar(_, _, anchor, _)
            | Event::SequenceStart(anchor, _)
            | Event::MappingStart(anchor, _) => *anchor != 0,
            _ => false,
        };
        if is_anchored { Err(Problem::Anchor) } else { Ok(event) }
    }

    fn malformed(&mut self, error: &ScanError) -> Problem {
        self.line = line(error.marker().line());
        Problem::NotWellFormed { kind: "YAML", detail: sanitize_claim(error.info(), 160) }
    }
}

fn insert(scalars: &mut Scalars, key: String, value: String) -> Result<(), Problem> {
    // `null` and `~` say that nothing is said.
    let value = if matches!(&*value, "null" | "~") { String::new() } else { value };
    match scalars.insert(key.clone(), value) {
        None => Ok(()),
        Some(_) => Err(Problem::RepeatedKey { key: sanitize_claim(&key, 80) }),
    }
}

fn line(line: usize) -> u64 {
    u64::try_from(line).unwrap_or(u64::MAX)
}

const fn not_a_pack() -> Problem {
    Problem::NotATagPack
}
