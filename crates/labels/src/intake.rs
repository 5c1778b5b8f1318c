//! Reads lists as their publishers write them: one interface over every format.
//!
//! [`Format::detect`] tells the format by how a file begins, [`read`] turns it into [`ListFact`]s and
//! [`Counts`]. A file is read as a stream and hashed on the way; what is kept in memory is what is said of
//! addresses, not the file. Everything in a list may be hostile: sizes are bounded, texts are made harmless,
//! and a file that is wrong anywhere is refused as a whole, with the line or the byte, so that the version
//! before it stays in force.
//!
//! Which day an address was listed is taken from a list only where the list says it of the address. OFAC
//! dates its entries, and adds addresses to them years later, so its dates are not used: that an address
//! stands on a dated version says that it was listed no later than that.

mod detect;
mod etherscan;
mod gathering;
mod open_sanctions;
mod own;
mod plain;
mod remarks;
#[cfg(any(test, feature = "fuzz"))]
#[doc(hidden)]
pub mod samples;
mod sdn_advanced;
mod sdn_csv;
mod sdn_enhanced;
mod source;
mod tagpack;
mod words;
mod xml;

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;

use fundtrail_model::{Category, ChainId, Date, ListFact};

use crate::error::{Error, Problem};
use gathering::Gathering;
use source::{Limits, Source};

/// A published OFAC list has about 18,000 entries. One with fewer than this is an excerpt: that an address
/// is not in it says nothing.
const FEWEST_ENTRIES_OF_A_WHOLE_LIST: u64 = 5_000;

const MIB: u64 = 1024 * 1024;

/// The columns that tell our own files.
const OWN_HEADERS: [&[&str]; 3] =
    [&["address", "category"], &["address", "listed_on"], &["contract", "decimals"]];

/// How a list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// This program's own CSV: labels, listings or tokens.
    Own,
    /// One address per line.
    Addresses,
    /// OFAC's `SDN.CSV`, alone or with `SDN_COMMENTS.CSV`.
    SdnCsv,
    /// OFAC's `SDN_COMMENTS.CSV` alone: the overflow of remarks, without names.
    SdnComments,
    /// OFAC's `SDN_ENHANCED.XML`.
    SdnEnhanced,
    /// OFAC's `SDN_ADVANCED.XML`.
    SdnAdvanced,
    /// A TagPack of GraphSense, YAML.
    TagPack,
    /// Entities of `FollowTheMoney`, one JSON object per line, as OpenSanctions publishes them.
    OpenSanctions,
    /// Labels of addresses as JSON: an object with addresses as keys, or an array of objects.
    Etherscan,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 9] = [
        Self::Own,
        Self::Addresses,
        Self::SdnCsv,
        Self::SdnComments,
        Self::SdnEnhanced,
        Self::SdnAdvanced,
        Self::TagPack,
        Self::OpenSanctions,
        Self::Etherscan,
    ];

    /// The word for it, as it is typed and stored.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Addresses => "addresses",
            Self::SdnCsv => "sdn-csv",
            Self::SdnComments => "sdn-comments",
            Self::SdnEnhanced => "sdn-enhanced",
            Self::SdnAdvanced => "sdn-advanced",
            Self::TagPack => "tagpack",
            Self::OpenSanctions => "opensanctions",
            Self::Etherscan => "etherscan",
        }
    }

    /// The format of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The format of a file that begins with `head`, of which 64 KiB are enough.
    ///
    /// # Errors
    ///
    /// If no format is recognised. `origin` is the name to show for the file.
    pub fn detect(head: &[u8], origin: &str) -> Result<Self, Error> {
        detect::detect(head).ok_or_else(|| {
            let known = Self::ALL.map(Self::name).join(", ");
            Error::whole(origin, Problem::UnknownFormat { known })
        })
    }

    /// Whose list it is, where the format has one publisher.
    #[must_use]
    pub const fn publisher(self) -> Option<&'static str> {
        match self {
            Self::SdnCsv | Self::SdnComments | Self::SdnEnhanced | Self::SdnAdvanced => Some(OFAC),
            _ => None,
        }
    }

    const fn limits(self) -> Limits {
        match self {
            Self::SdnEnhanced | Self::SdnAdvanced => Limits { file: 1024 * MIB, line: None },
            Self::Etherscan => Limits { file: 256 * MIB, line: None },
            Self::OpenSanctions => Limits { file: 16 * 1024 * MIB, line: Some(16 * MIB) },
            Self::SdnCsv | Self::SdnComments => Limits { file: 256 * MIB, line: Some(MIB) },
            Self::Own => Limits { file: 1024 * MIB, line: Some(64 * 1024) },
            Self::Addresses | Self::TagPack => Limits { file: 256 * MIB, line: Some(64 * 1024) },
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The list that OFAC's files are copies of.
pub const OFAC: &str = "OFAC SDN";

/// What whoever imports a file says of it, where the file does not say so itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// Who says what is in the file; files that name no source of their own need it.
    pub source: Option<String>,
    /// The name of addresses that have none.
    pub name: Option<String>,
    /// The category of labels that have none.
    pub category: Option<Category>,
    /// The chain on which labels hold; `None` for every EVM chain.
    pub chain: Option<ChainId>,
}

/// A file to read, and the name to show for it.
pub struct Input<'r> {
    /// The name to show.
    pub origin: &'r str,
    /// The bytes.
    pub data: &'r mut dyn Read,
}

impl fmt::Debug for Input<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input").field("origin", &self.origin).finish_non_exhaustive()
    }
}

/// How much was in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Entries, whether or not they have addresses: parties, tags, rows, lines.
    pub entries: u64,
    /// Sanctioned addresses of EVM chains, each once.
    pub listed: u64,
    /// Names of addresses.
    pub named: u64,
    /// Tokens.
    pub tokens: u64,
    /// What was said more than once.
    pub repeated: u64,
    /// Addresses of other kinds of chains, by ticker.
    pub foreign: BTreeMap<String, u64>,
    /// Entries whose beginning is in another file, which was not given.
    pub beheaded: u64,
}

/// What a file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// How it is written.
    pub format: Format,
    /// What it says, in its own order.
    pub facts: Vec<ListFact>,
    /// How much that is.
    pub counts: Counts,
    /// What it calls itself.
    pub title: Option<String>,
    /// Where it says that it comes from.
    pub source: Option<String>,
    /// The day of which it says that it describes it.
    pub published: Option<Date>,
    /// Whether it is a whole list of its publisher's, so that what is not in it is not on the list.
    pub is_whole: bool,
    /// How many bytes it has, the comments that belong to it included.
    pub n_bytes: u64,
    /// SHA-256 of its bytes, in hexadecimal digits; of a file and its comments both, with `+` between.
    pub sha256: String,
}

/// Reads a list. `comments` is the `SDN_COMMENTS.CSV` that belongs to an `SDN.CSV`.
///
/// # Errors
///
/// If the file is not what its format says, is larger than any list, is cut off, contradicts itself, or holds
/// nothing; or if `comments` are given to a format that has none.
pub fn read(
    format: Format,
    input: Input<'_>,
    comments: Option<Input<'_>>,
    terms: &Terms,
) -> Result<Reading, Error> {
    let (overflow, overflow_size) = match comments {
        Some(_) if format != Format::SdnCsv => {
            return Err(Error::whole(input.origin, Problem::NoComments { format: format.name() }));
        }
        Some(comments) => {
            let (text, size) = sourced(Format::SdnComments, comments, sdn_csv::read_overflow)?;
            (Some(text), Some(size))
        }
        None => (None, None),
    };
    let mut found = Gathering::new(input.origin, terms);
    let ((), (n_bytes, sha256)) = sourced(format, input, |source, tally, origin| {
        let lines = |source| source::Lines::new(source, tally.clone(), origin);
        match format {
            Format::Own => own::read(source, &mut found),
            Format::Addresses => plain::read(lines(source), &mut found),
            Format::SdnCsv => sdn_csv::read(lines(source), overflow.as_ref(), &mut found),
            Format::SdnComments => sdn_csv::read_comments(lines(source), &mut found),
            Format::SdnEnhanced => sdn_enhanced::read(source, &mut found),
            Format::SdnAdvanced => sdn_advanced::read(source, &mut found),
            Format::TagPack => tagpack::read(lines(source), &mut found),
            Format::OpenSanctions => open_sanctions::read(lines(source), &mut found),
            Format::Etherscan => etherscan::read(source, &mut found),
        }
    })?;
    let mut reading = found.finish(format)?;
    reading.n_bytes = n_bytes;
    reading.sha256 = sha256;
    if let Some((n_bytes, sha256)) = overflow_size {
        reading.n_bytes = reading.n_bytes.saturating_add(n_bytes);
        reading.sha256 = format!("{}+{sha256}", reading.sha256);
    }
    let is_complete = match format {
        Format::SdnEnhanced | Format::SdnAdvanced => true,
        Format::SdnCsv => overflow.is_some(),
        _ => false,
    };
    reading.is_whole = is_complete && FEWEST_ENTRIES_OF_A_WHOLE_LIST <= reading.counts.entries;
    Ok(reading)
}

/// Size and hash of what was read.
type Size = (u64, String);

/// Runs a reader over the bounded bytes of a file.
fn sourced<T>(
    format: Format,
    input: Input<'_>,
    read: impl FnOnce(Source<'_>, &source::Tally, &str) -> Result<T, Error>,
) -> Result<(T, Size), Error> {
    let (source, tally) = Source::new(input.data, input.origin, format.limits());
    let value = read(source, &tally, input.origin).map_err(|error| tally.explain(error))?;
    Ok((value, tally.finish()))
}

#[cfg(test)]
mod tests;
