//! Which lists were used, so that a report can name them.

use std::fmt;

use fundtrail_model::Date;
use sha2::{Digest, Sha256};

/// So many digits of a hash tell versions of lists apart; the whole of it stands with the lists of a report.
const CITED_DIGITS: usize = 12;

/// What a list holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ListKind {
    /// Names for addresses.
    Labels,
    /// Sanctions.
    Listings,
    /// Tickers and decimals of tokens.
    Tokens,
    /// Daily prices in US dollars.
    Prices,
}

impl ListKind {
    /// Every kind, in order.
    pub const ALL: [Self; 4] = [Self::Labels, Self::Listings, Self::Tokens, Self::Prices];

    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Labels => "labels",
            Self::Listings => "listings",
            Self::Tokens => "tokens",
            Self::Prices => "prices",
        }
    }

    /// The columns that a file of this kind must have.
    #[must_use]
    pub const fn required_columns(self) -> &'static [&'static str] {
        match self {
            Self::Labels => &["chain", "address", "name", "category", "source"],
            Self::Listings => &["address", "entity", "authority", "listed_on", "source"],
            Self::Tokens => &["chain", "contract", "symbol", "decimals", "source"],
            Self::Prices => &["chain", "contract", "date", "usd", "source"],
        }
    }

    /// The columns that a file of this kind may have besides.
    #[must_use]
    pub const fn optional_columns(self) -> &'static [&'static str] {
        match self {
            Self::Labels => &["valid_from", "valid_until", "confidence", "invented"],
            Self::Listings => {
                &["programme", "listed_on_is", "delisted_on", "delisted_on_is", "invented"]
            }
            Self::Tokens | Self::Prices => &[],
        }
    }

    /// The column that no other kind has: it tells what a file holds.
    pub(crate) const fn telling_column(self) -> &'static str {
        match self {
            Self::Labels => "category",
            Self::Listings => "listed_on",
            Self::Tokens => "decimals",
            Self::Prices => "usd",
        }
    }
}

impl fmt::Display for ListKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A list that was read: enough to name it in a report and to check that another copy is the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListVersion {
    /// Its name: what its `# name:` line says, else the origin.
    pub name: String,
    /// What it holds.
    pub kind: ListKind,
    /// How many rows it has, repeated ones counted once.
    pub rows: usize,
    /// The day it describes, where its `# as of:` line says so.
    pub as_of: Option<Date>,
    /// Where it comes from, where its `# source:` line says so.
    pub source: Option<String>,
    /// SHA-256 of its bytes, in lower-case hexadecimal digits.
    pub sha256: String,
    /// `built in`, or the name under which the caller gave it.
    pub origin: String,
}

impl ListVersion {
    /// Enough to find it again: `OFAC SDN, as of 2026-06-25, sha-256 0123456789ab`.
    #[must_use]
    pub fn cited(&self) -> String {
        let day = self.as_of.map_or_else(String::new, |day| format!(", as of {day}"));
        let hash = self.sha256.get(..CITED_DIGITS).unwrap_or(&self.sha256);
        format!("{}{day}, sha-256 {hash}", self.name)
    }
}

/// SHA-256 in lower-case hexadecimal digits.
pub(crate) fn sha256_hex(text: &[u8]) -> String {
    hex(&Sha256::digest(text))
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::{ListKind, sha256_hex};

    #[test]
    fn hashes_are_the_standard_ones() {
        // FIPS 180-2, appendix B.1.
        assert_eq!(
            sha256_hex(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn one_column_tells_each_kind_from_the_others() {
        for kind in ListKind::ALL {
            assert!(kind.required_columns().contains(&kind.telling_column()));
            for other in ListKind::ALL.into_iter().filter(|other| *other != kind) {
                assert!(!other.required_columns().contains(&kind.telling_column()));
                assert!(!other.optional_columns().contains(&kind.telling_column()));
            }
        }
    }
}
