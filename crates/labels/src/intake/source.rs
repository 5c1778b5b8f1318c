//! The bytes of a list, bounded, counted and hashed on their way to a reader.

use std::cell::RefCell;
use std::io::{self, BufRead, BufReader, Read};
use std::rc::Rc;

use sha2::{Digest, Sha256};

use crate::error::{Error, Problem};
use crate::version::hex;

/// How much a reader takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Bytes of the whole file.
    pub(super) file: u64,
    /// Bytes of one line; `None` where a file may be one line.
    pub(super) line: Option<u64>,
}

/// What went by so far, shared by whoever reads and whoever reports.
#[derive(Clone, Debug)]
pub(super) struct Tally(Rc<RefCell<State>>);

#[derive(Debug)]
struct State {
    origin: String,
    hasher: Sha256,
    n_bytes: u64,
    n_breaks: u64,
    line_bytes: u64,
    fault: Option<Error>,
}

/// The bytes, as [`Read`].
pub(super) struct Source<'r> {
    inner: &'r mut dyn Read,
    limits: Limits,
    tally: Tally,
}

impl<'r> Source<'r> {
    pub(super) fn new(inner: &'r mut dyn Read, origin: &str, limits: Limits) -> (Self, Tally) {
        let tally = Tally(Rc::new(RefCell::new(State {
            origin: origin.to_owned(),
            hasher: Sha256::new(),
            n_bytes: 0,
            n_breaks: 0,
            line_bytes: 0,
            fault: None,
        })));
        (Self { inner, limits, tally: tally.clone() }, tally)
    }
}

impl Read for Source<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n_read = self.inner.read(into).inspect_err(|error| self.tally.unreadable(error))?;
        self.tally.count(into.get(..n_read).unwrap_or_default(), self.limits)?;
        Ok(n_read)
    }
}

impl Tally {
    fn count(&self, bytes: &[u8], limits: Limits) -> io::Result<()> {
        let state = &mut *self.0.borrow_mut();
        state.hasher.update(bytes);
        state.n_bytes = state.n_bytes.saturating_add(len(bytes));
        let problem = if limits.file < state.n_bytes {
            Some(Problem::TooLarge { limit: size(limits.file) })
        } else if let Some(limit) = limits.line {
            let is_long = state.count_lines(bytes, limit);
            is_long.then(|| Problem::LineTooLong { limit: size(limit) })
        } else {
            None
        };
        let Some(problem) = problem else { return Ok(()) };
        let error = match &problem {
            Problem::LineTooLong { .. } => {
                Error::at_line(&state.origin, state.n_breaks.saturating_add(1), problem)
            }
            _ => Error::whole(&state.origin, problem),
        };
        state.fault = Some(error);
        Err(io::Error::other("refused"))
    }

    fn unreadable(&self, error: &io::Error) {
        if error.kind() != io::ErrorKind::Interrupted {
            let state = &mut *self.0.borrow_mut();
            let problem = Problem::Unreadable { detail: error.to_string() };
            state.fault = Some(Error::at_byte(&state.origin, state.n_bytes, problem));
        }
    }

    /// What the bytes were refused for, rather than what a reader made of their sudden end.
    pub(super) fn explain(&self, error: Error) -> Error {
        self.0.borrow().fault.clone().unwrap_or(error)
    }

    /// Bytes read, and their SHA-256 in hexadecimal digits.
    pub(super) fn finish(&self) -> (u64, String) {
        let state = self.0.borrow();
        (state.n_bytes, hex(&state.hasher.clone().finalize()))
    }
}

impl State {
    /// Whether a line is longer than `limit`; counts breaks up to there.
    fn count_lines(&mut self, bytes: &[u8], limit: u64) -> bool {
        let mut rest = bytes;
        while let Some(at) = memchr::memchr(b'\n', rest) {
            let (line, after) = rest.split_at(at);
            if limit < self.line_bytes.saturating_add(len(line)) {
                return true;
            }
            self.n_breaks = self.n_breaks.saturating_add(1);
            self.line_bytes = 0;
            rest = after.get(1..).unwrap_or_default();
        }
        self.line_bytes = self.line_bytes.saturating_add(len(rest));
        limit < self.line_bytes
    }
}

/// Lines of UTF-8 text, without their ends; the limit of the source bounds them.
pub(super) struct Lines<'r> {
    reader: BufReader<Source<'r>>,
    tally: Tally,
    origin: String,
    bytes: Vec<u8>,
    number: u64,
}

impl<'r> Lines<'r> {
    pub(super) fn new(source: Source<'r>, tally: Tally, origin: &str) -> Self {
        let reader = BufReader::with_capacity(1 << 16, source);
        Self { reader, tally, origin: origin.to_owned(), bytes: Vec::new(), number: 0 }
    }

    /// The next line and its number, from 1. The first comes without a byte order mark. A lone control-Z,
    /// with which OFAC ends its CSV files, ends them here too.
    pub(super) fn next_line(&mut self) -> Result<Option<(u64, &str)>, Error> {
        self.bytes.clear();
        let read = self.reader.read_until(b'\n', &mut self.bytes);
        let n_read = read.map_err(|error| {
            let problem = Problem::Unreadable { detail: error.to_string() };
            self.tally.explain(Error::whole(&self.origin, problem))
        })?;
        if n_read == 0 {
            return Ok(None);
        }
        self.number = self.number.saturating_add(1);
        let line = std::str::from_utf8(&self.bytes)
            .map_err(|_| Error::at_line(&self.origin, self.number, Problem::NotUtf8))?;
        let line = line.strip_suffix('\n').unwrap_or(line);
        let line = line.strip_suffix('\r').unwrap_or(line);
        let line = if self.number == 1 { line.trim_start_matches('\u{feff}') } else { line };
        Ok(Some((self.number, if line == "\u{1a}" { "" } else { line })))
    }
}

fn len(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

fn size(limit: u64) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}
