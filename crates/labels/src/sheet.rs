//! A CSV file as rows of checked cells, before anyone asks what it says.

mod row;

use std::collections::BTreeMap;
use std::str;

use csv::StringRecord;
use fundtrail_model::{Date, parse_date, sanitize_claim};

use crate::error::{Error, Problem};
use crate::version::{ListKind, ListVersion, sha256_hex};

pub(crate) use row::{Row, SHORT_TEXT_CHARS};

/// A million labels with long sources are about 300 MB.
const MAX_BYTES: usize = 1 << 30;
const MAX_LINE_BYTES: usize = 64 * 1024;
const MAX_NOTE_CHARS: usize = 1_024;
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Whether every row has to name who says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sourcing {
    /// A row without a source is an error: anybody can make up a label.
    #[default]
    Required,
    /// A label without a source is taken as a mere claim, and comes after every label that has one.
    OptionalForLabels,
}

/// A file whose header is known to fit one kind of list.
#[derive(Debug)]
pub(crate) struct Sheet {
    origin: String,
    kind: ListKind,
    sourcing: Sourcing,
    notes: Notes,
    sha256: String,
    columns: BTreeMap<&'static str, usize>,
    records: Vec<(u64, StringRecord)>,
}

/// What the comments at the top say of the list.
#[derive(Debug, Default)]
struct Notes {
    name: Option<String>,
    as_of: Option<Date>,
    source: Option<String>,
}

impl Sheet {
    /// Reads a file that must hold one of `kinds`, all of it with sources.
    pub(crate) fn read(text: &[u8], origin: &str, kinds: &[ListKind]) -> Result<Self, Error> {
        Self::read_with(text, origin, kinds, Sourcing::Required)
    }

    /// Reads a file that must hold one of `kinds`.
    pub(crate) fn read_with(
        text: &[u8],
        origin: &str,
        kinds: &[ListKind],
        sourcing: Sourcing,
    ) -> Result<Self, Error> {
        let bytes = text;
        let text = checked_text(bytes, origin)?;
        let notes = read_notes(text, origin)?;
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .comment(Some(b'#'))
            .from_reader(text.as_bytes());
        let mut lines = LineCounter { text, offset: 0, line: 1 };
        let mut records = reader.records().map(|record| {
            let record = record.map_err(|_| Error::whole(origin, Problem::NotUtf8))?;
            let offset = record.position().map_or(0, csv::Position::byte);
            let line = lines.line_of_record_after(offset);
            if record.iter().any(|field| field.contains(['\n', '\r'])) {
                return Err(Error::at_line(origin, line, Problem::SpansLines));
            }
            Ok((line, record))
        });
        let Some((header_line, header)) = records.next().transpose()? else {
            return Err(Error::whole(origin, Problem::NoHeader { example: example_header(kinds) }));
        };
        let (kind, columns) = resolve_header(&header, kinds, sourcing)
            .map_err(|problem| Error::at_line(origin, header_line, problem))?;
        let n_columns = header.len();
        let mut kept = Vec::new();
        for record in records {
            let (line, record) = record?;
            if record.iter().all(|field| field.trim().is_empty()) {
                continue;
            }
            if record.len() != n_columns {
                let problem = Problem::FieldCount { found: record.len(), expected: n_columns };
                return Err(Error::at_line(origin, line, problem));
            }
            kept.push((line, record));
        }
        let sha256 = sha256_hex(bytes);
        Ok(Self {
            origin: origin.to_owned(),
            kind,
            sourcing,
            notes,
            sha256,
            columns,
            records: kept,
        })
    }

    /// What the file holds.
    pub(crate) const fn kind(&self) -> ListKind {
        self.kind
    }

    /// Whether a row may lack its source.
    pub(crate) fn may_lack_sources(&self) -> bool {
        self.sourcing == Sourcing::OptionalForLabels && self.kind == ListKind::Labels
    }

    /// The day that the list describes, where it says so.
    pub(crate) const fn as_of(&self) -> Option<Date> {
        self.notes.as_of
    }

    /// The name under which the file was given.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// The rows, in the file's order, blank ones left out.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.records.iter().map(|(line, record)| Row::new(self, *line, record))
    }

    /// What a report says of this file.
    pub(crate) fn version(&self, n_rows: usize) -> ListVersion {
        ListVersion {
            name: self.notes.name.clone().unwrap_or_else(|| self.origin.clone()),
            kind: self.kind,
            rows: n_rows,
            as_of: self.notes.as_of,
            source: self.notes.source.clone(),
            sha256: self.sha256.clone(),
            origin: self.origin.clone(),
        }
    }
}

/// The text without a byte order mark, once it is known to be UTF-8 in lines of a sane length.
fn checked_text<'t>(text: &'t [u8], origin: &str) -> Result<&'t str, Error> {
    if text.len() > MAX_BYTES {
        return Err(Error::whole(origin, Problem::TooLarge { limit: MAX_BYTES }));
    }
    let line_at = |offset: usize| {
        let n_breaks = text.iter().take(offset).filter(|byte| **byte == b'\n').count();
        u64::try_from(n_breaks).unwrap_or(u64::MAX).saturating_add(1)
    };
    let text = str::from_utf8(text)
        .map_err(|e| Error::at_line(origin, line_at(e.valid_up_to()), Problem::NotUtf8))?;
    let mut offset = 0_usize;
    for line in text.split('\n') {
        if line.len() > MAX_LINE_BYTES {
            let problem = Problem::LineTooLong { limit: MAX_LINE_BYTES };
            return Err(Error::at_line(origin, line_at(offset), problem));
        }
        offset = offset.saturating_add(line.len()).saturating_add(1);
    }
    Ok(text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text))
}

fn read_notes(text: &str, origin: &str) -> Result<Notes, Error> {
    let mut notes = Notes::default();
    for (line, comment) in (1_u64..).zip(text.lines()) {
        let Some(comment) = comment.strip_prefix('#') else {
            if comment.trim().is_empty() {
                continue;
            }
            break;
        };
        let Some((key, value)) = comment.split_once(':') else { continue };
        let value = value.trim();
        let visible = || {
            if sanitize_claim(value, MAX_NOTE_CHARS) == value {
                return Ok((!value.is_empty()).then(|| value.to_owned()));
            }
            Err(Error::at_line(origin, line, Problem::Hidden { value: sanitize_claim(value, 80) }))
        };
        match key.trim() {
            "name" => notes.name = visible()?,
            "source" => notes.source = visible()?,
            "as of" => {
                notes.as_of = Some(parse_date(value).ok_or_else(|| {
                    let value = sanitize_claim(value, 80);
                    Error::at_line(origin, line, Problem::NotADate { value })
                })?);
            }
            _ => {}
        }
    }
    Ok(notes)
}

/// What the file holds, and where its columns are.
fn resolve_header(
    header: &StringRecord,
    kinds: &[ListKind],
    sourcing: Sourcing,
) -> Result<(ListKind, BTreeMap<&'static str, usize>), Problem> {
    let names: Vec<&str> = header.iter().map(str::trim).collect();
    let mut told = kinds.iter().filter(|kind| names.contains(&kind.telling_column()));
    let (Some(kind), None) = (told.next().copied(), told.next()) else {
        return Err(Problem::UnknownKind { expected: describe_kinds(kinds) });
    };
    let known = || kind.required_columns().iter().chain(kind.optional_columns()).copied();
    let mut columns = BTreeMap::new();
    for (column_idx, name) in names.into_iter().enumerate() {
        let Some(column) = known().find(|column| *column == name) else {
            return Err(Problem::UnknownColumn {
                name: sanitize_claim(name, 80),
                kind: kind.name(),
                expected: known().collect::<Vec<_>>().join(", "),
            });
        };
        if columns.insert(column, column_idx).is_some() {
            return Err(Problem::RepeatedColumn { name: column.to_owned() });
        }
    }
    let may_lack_source = sourcing == Sourcing::OptionalForLabels && kind == ListKind::Labels;
    let missing: Vec<&str> = kind
        .required_columns()
        .iter()
        .copied()
        .filter(|name| !columns.contains_key(name))
        .filter(|name| *name != "source" || !may_lack_source)
        .collect();
    if !missing.is_empty() {
        return Err(Problem::MissingColumns { kind: kind.name(), missing: missing.join(", ") });
    }
    Ok((kind, columns))
}

/// The kinds of list that are accepted, and the column that tells each.
pub(crate) fn describe_kinds(kinds: &[ListKind]) -> String {
    kinds
        .iter()
        .map(|kind| format!("{kind} have the column `{}`", kind.telling_column()))
        .collect::<Vec<_>>()
        .join(", ")
}

fn example_header(kinds: &[ListKind]) -> String {
    kinds.first().map(|kind| kind.required_columns().join(",")).unwrap_or_default()
}

/// Finds the lines of records, because the CSV reader's own position stops short of the comments and blank
/// lines before a record. Records are asked for in order, so each byte is counted once.
struct LineCounter<'t> {
    text: &'t str,
    offset: usize,
    line: u64,
}

impl LineCounter<'_> {
    /// The line of the first record at or after `offset`, which lies between two records.
    fn line_of_record_after(&mut self, offset: u64) -> u64 {
        let mut start = usize::try_from(offset).unwrap_or(usize::MAX);
        while let Some(rest) = self.text.get(start..) {
            let skipped = match rest.as_bytes().first() {
                Some(b'\r' | b'\n') => 1,
                Some(b'#') => rest.find('\n').unwrap_or(rest.len()),
                _ => break,
            };
            start = start.saturating_add(skipped);
        }
        let passed = self.text.get(self.offset..start).unwrap_or_default();
        let n_breaks = passed.bytes().filter(|byte| *byte == b'\n').count();
        self.line = self.line.saturating_add(u64::try_from(n_breaks).unwrap_or(u64::MAX));
        self.offset = start;
        self.line
    }
}

#[cfg(test)]
mod tests;
