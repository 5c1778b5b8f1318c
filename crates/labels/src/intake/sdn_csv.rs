//! OFAC's `SDN.CSV` and `SDN_COMMENTS.CSV`.
//!
//! Both have no header. `SDN.CSV` has twelve fields: number, name, type, programme, title, call sign, vessel
//! type, tonnage, gross tonnage, flag, owner, remarks; `-0-` stands for nothing. Remarks that do not fit go
//! on in `SDN_COMMENTS.CSV` (number, text) in the middle of a word. Several programmes are written
//! `CYBER2] [ELECTION-EO13848`.

use std::collections::BTreeMap;

use super::gathering::{Entry, Gathering, Place};
use super::remarks;
use super::source::{Lines, Source, Tally};
use crate::error::{Error, Problem};

const SDN_FIELDS: usize = 12;

/// The overflow of remarks by the number of its entry.
pub(super) struct Overflow {
    origin: String,
    tails: BTreeMap<u64, (u64, String)>,
}

/// Reads `SDN_COMMENTS.CSV` as the overflow of another file.
pub(super) fn read_overflow(
    source: Source<'_>,
    tally: &Tally,
    origin: &str,
) -> Result<Overflow, Error> {
    let mut tails = BTreeMap::new();
    comments(Lines::new(source, tally.clone(), origin), origin, |line, number, text| {
        tails.insert(number, (line, text));
        Ok(())
    })?;
    Ok(Overflow { origin: origin.to_owned(), tails })
}

/// Reads `SDN.CSV`.
pub(super) fn read(
    mut lines: Lines<'_>,
    overflow: Option<&Overflow>,
    found: &mut Gathering<'_>,
) -> Result<(), Error> {
    let mut seen: BTreeMap<u64, (u64, String)> = BTreeMap::new();
    let origin = found.origin().to_owned();
    while let Some((line, text)) = lines.next_line()? {
        if text.is_empty() {
            continue;
        }
        let fail = |problem| Error::at_line(&origin, line, problem);
        let fields = fields(text).map_err(fail)?;
        if fields.len() != SDN_FIELDS {
            let problem = Problem::FieldCount { found: fields.len(), expected: SDN_FIELDS };
            return Err(fail(problem));
        }
        let field = |idx: usize| fields.get(idx).map_or("", |field| said(field));
        let number = number(field(0)).map_err(fail)?;
        if let Some((other_line, name)) = seen.get(&number) {
            if name != text {
                let what = format!("entry {number} is there twice, with different contents");
                return Err(fail(Problem::Contradiction { other_line: *other_line, what }));
            }
            found.counts.repeated = found.counts.repeated.saturating_add(1);
            continue;
        }
        seen.insert(number, (line, text.to_owned()));
        found.entry();
        let tail = overflow.and_then(|overflow| overflow.tails.get(&number));
        let remarks = format!("{}{}", field(11), tail.map_or("", |(_, tail)| tail.as_str()));
        let programme = field(3).replace("] [", ", ");
        let source = format!("OFAC, SDN.CSV, entry {number}");
        for pair in remarks::addresses(&remarks, false) {
            let entry = Entry {
                entity: field(1),
                authority: super::OFAC,
                programme: (!programme.is_empty()).then_some(&*programme),
                listed: None,
                source: &source,
            };
            found.sanctioned(Place::Line(line), pair, entry)?;
        }
    }
    let Some(overflow) = overflow else { return Ok(()) };
    let orphans = overflow.tails.iter().filter(|(number, _)| !seen.contains_key(number));
    for (number, (line, text)) in orphans {
        // An excerpt lacks entries anyway; of a whole list none may be missing.
        if super::FEWEST_ENTRIES_OF_A_WHOLE_LIST <= found.counts.entries {
            let problem = Problem::OrphanComment { number: *number };
            return Err(Error::at_line(&overflow.origin, *line, problem));
        }
        beheaded(*line, *number, text, found)?;
    }
    Ok(())
}

/// Reads `SDN_COMMENTS.CSV` alone: the addresses that are whole in it, without names.
pub(super) fn read_comments(lines: Lines<'_>, found: &mut Gathering<'_>) -> Result<(), Error> {
    let origin = found.origin().to_owned();
    comments(lines, &origin, |line, number, text| {
        found.entry();
        beheaded(line, number, &text, found)
    })
}

/// The addresses in remarks whose beginning is not at hand.
fn beheaded(line: u64, number: u64, text: &str, found: &mut Gathering<'_>) -> Result<(), Error> {
    found.counts.beheaded = found.counts.beheaded.saturating_add(1);
    let entity = format!("SDN entry {number}");
    let source = format!("OFAC, SDN_COMMENTS.CSV, entry {number}");
    for pair in remarks::addresses(text, true) {
        let entry = Entry {
            entity: &entity,
            authority: super::OFAC,
            programme: None,
            listed: None,
            source: &source,
        };
        found.sanctioned(Place::Line(line), pair, entry)?;
    }
    Ok(())
}

fn comments(
    mut lines: Lines<'_>,
    origin: &str,
    mut with: impl FnMut(u64, u64, String) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut seen: BTreeMap<u64, (u64, String)> = BTreeMap::new();
    while let Some((line, text)) = lines.next_line()? {
        if text.is_empty() {
            continue;
        }
        let fail = |problem| Error::at_line(origin, line, problem);
        let fields = fields(text).map_err(fail)?;
        let [entry, remarks] = &*fields else {
            let problem = Problem::FieldCount { found: fields.len(), expected: 2 };
            return Err(fail(problem));
        };
        let number = number(said(entry)).map_err(fail)?;
        match seen.get(&number) {
            Some((_, known)) if known == remarks => continue,
            Some((other_line, _)) => {
                let what = format!("the remarks of entry {number} go on differently");
                return Err(fail(Problem::Contradiction { other_line: *other_line, what }));
            }
            None => {}
        }
        seen.insert(number, (line, remarks.clone()));
        with(line, number, remarks.clone())?;
    }
    Ok(())
}

/// The fields of one line. Blanks around quotes, as in `-0- ,`, are not part of a field; inside them they
/// are, because remarks are cut anywhere.
pub(super) fn fields(line: &str) -> Result<Vec<String>, Problem> {
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        let (field, after) = match rest.trim_start().strip_prefix('"') {
            Some(quoted) => quoted_field(quoted)?,
            None => {
                let end = rest.find(',').unwrap_or(rest.len());
                let (field, after) = rest.split_at(end);
                (field.trim().to_owned(), after)
            }
        };
        fields.push(field);
        let after = after.trim_start();
        match after.strip_prefix(',') {
            Some(next) => rest = next,
            None if after.is_empty() => return Ok(fields),
            None => return Err(Problem::AfterQuote),
        }
    }
}

/// A field up to its closing quote, two quotes being one, and what comes after it.
fn quoted_field(mut rest: &str) -> Result<(String, &str), Problem> {
    let mut field = String::new();
    loop {
        let (part, after) = rest.split_once('"').ok_or(Problem::SpansLines)?;
        field.push_str(part);
        match after.strip_prefix('"') {
            Some(next) => {
                field.push('"');
                rest = next;
            }
            None => return Ok((field, after)),
        }
    }
}

/// A field, empty where it says that there is nothing.
fn said(field: &str) -> &str {
    if field.trim() == "-0-" { "" } else { field }
}

fn number(text: &str) -> Result<u64, Problem> {
    let text = text.trim();
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|_| is_plain)
        .ok_or_else(|| Problem::NotANumber { value: fundtrail_model::sanitize_claim(text, 80) })
}
