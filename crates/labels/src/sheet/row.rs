//! One row: its cells read as values, each error with its place.

use csv::StringRecord;
use fundtrail_model::{
    Address, Amount, ChainId, Date, Label, parse_address, parse_date, sanitize_claim,
};

use super::Sheet;
use crate::error::{Error, Problem};

/// Names, words, tickers.
pub(crate) const SHORT_TEXT_CHARS: usize = 256;
const SOURCE_CHARS: usize = 4_096;
const SHOWN_CHARS: usize = 80;
/// 10^77 is the largest power of ten in 256 bits.
const MAX_DECIMALS: u8 = 77;

/// One row of a sheet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'s> {
    sheet: &'s Sheet,
    line: u64,
    record: &'s StringRecord,
}

impl<'s> Row<'s> {
    pub(super) const fn new(sheet: &'s Sheet, line: u64, record: &'s StringRecord) -> Self {
        Self { sheet, line, record }
    }

    /// The line, from 1.
    pub(crate) const fn line(&self) -> u64 {
        self.line
    }

    /// An error about this row as a whole.
    pub(crate) fn fail(&self, problem: Problem) -> Error {
        Error::at_line(&self.sheet.origin, self.line, problem)
    }

    /// An error about one cell.
    pub(crate) fn fail_in(&self, column: &str, problem: Problem) -> Error {
        Error { column: Some(column.to_owned()), ..self.fail(problem) }
    }

    /// The cell without blanks around it; empty if the file has no such column.
    pub(crate) fn cell(&self, column: &str) -> &'s str {
        let column_idx = self.sheet.columns.get(column);
        column_idx.and_then(|column_idx| self.record.get(*column_idx)).unwrap_or_default().trim()
    }

    fn shown(&self, column: &str) -> String {
        sanitize_claim(self.cell(column), SHOWN_CHARS)
    }

    /// A text that must be there, free of hidden characters.
    pub(crate) fn text(&self, column: &str, why: &'static str) -> Result<String, Error> {
        self.optional_text(column, SHORT_TEXT_CHARS)?
            .ok_or_else(|| self.fail_in(column, Problem::Missing { why }))
    }

    /// Who says so of a label: nobody, where that is allowed.
    pub(crate) fn label_source(&self) -> Result<String, Error> {
        if self.sheet.may_lack_sources() {
            let source = self.optional_text("source", SOURCE_CHARS)?;
            return Ok(source.unwrap_or_else(|| Label::UNSOURCED.to_owned()));
        }
        self.source()
    }

    /// Who says so.
    pub(crate) fn source(&self) -> Result<String, Error> {
        self.optional_text("source", SOURCE_CHARS)?.ok_or_else(|| {
            let why = "each row names who says so, for example the address of a page";
            self.fail_in("source", Problem::Missing { why })
        })
    }

    /// A text free of hidden characters, or `None` for an empty cell.
    pub(crate) fn optional_text(
        &self,
        column: &str,
        max_chars: usize,
    ) -> Result<Option<String>, Error> {
        let text = self.cell(column);
        if text.chars().count() > max_chars {
            return Err(self.fail_in(column, Problem::TooLong { limit: max_chars }));
        }
        if sanitize_claim(text, max_chars) != text {
            return Err(self.fail_in(column, Problem::Hidden { value: self.shown(column) }));
        }
        Ok((!text.is_empty()).then(|| text.to_owned()))
    }

    /// An address; mixed case must have the right checksum.
    pub(crate) fn address(&self, column: &str) -> Result<Address, Error> {
        parse_address(self.cell(column)).map_err(|e| self.fail_in(column, e.into()))
    }

    /// A chain's id.
    pub(crate) fn chain(&self) -> Result<ChainId, Error> {
        self.parse_chain().ok_or_else(|| self.not_a_chain(""))
    }

    /// A chain's id, or `None` for `*`: every EVM chain.
    pub(crate) fn chain_or_every(&self) -> Result<Option<ChainId>, Error> {
        if self.cell("chain") == "*" {
            return Ok(None);
        }
        self.parse_chain().map(Some).ok_or_else(|| self.not_a_chain(", or `*` for every EVM chain"))
    }

    fn parse_chain(&self) -> Option<ChainId> {
        let text = self.cell("chain");
        let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|id| is_plain && *id != 0).map(ChainId)
    }

    fn not_a_chain(&self, any: &'static str) -> Error {
        self.fail_in("chain", Problem::NotAChain { value: self.shown("chain"), any })
    }

    /// A day that must be there.
    pub(crate) fn date(&self, column: &str) -> Result<Date, Error> {
        parse_date(self.cell(column))
            .ok_or_else(|| self.fail_in(column, Problem::NotADate { value: self.shown(column) }))
    }

    /// A day, or `None` for an empty cell.
    pub(crate) fn optional_date(&self, column: &str) -> Result<Option<Date>, Error> {
        if self.cell(column).is_empty() { Ok(None) } else { self.date(column).map(Some) }
    }

    /// One of a set of words, or `None` for an empty cell.
    pub(crate) fn optional_choice<T: Copy>(
        &self,
        column: &str,
        choices: &[(&str, T)],
    ) -> Result<Option<T>, Error> {
        let text = self.cell(column);
        if text.is_empty() {
            return Ok(None);
        }
        choices.iter().find(|(word, _)| *word == text).map(|(_, value)| Some(*value)).ok_or_else(
            || {
                let choices = choices.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
                self.fail_in(column, Problem::NotAChoice { value: self.shown(column), choices })
            },
        )
    }

    /// Whether the row is made up.
    pub(crate) fn is_invented(&self) -> Result<bool, Error> {
        let choices = [("yes", true), ("no", false)];
        self.optional_choice("invented", &choices).map(|answer| answer.unwrap_or(false))
    }

    /// A number of decimals, 0 to 77.
    pub(crate) fn decimals(&self, column: &str) -> Result<u8, Error> {
        let text = self.cell(column);
        let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse()
            .ok()
            .filter(|decimals| is_plain && *decimals <= MAX_DECIMALS)
            .ok_or_else(|| self.fail_in(column, Problem::NotDecimals { value: self.shown(column) }))
    }

    /// A decimal number with at most so many decimal places.
    pub(crate) fn decimal(&self, column: &str, places: u8) -> Result<Amount, Error> {
        Amount::from_decimal(&self.shown(column), places)
            .map_err(|e| self.fail_in(column, Problem::NotAPrice(e)))
    }
}
