//! What one version of a list says, before versions and lists are compared.

use crate::{Address, Asset, Date, DateBound, Label, Timestamp};

/// One thing that one version of a list says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ListFact {
    /// An address is sanctioned.
    Listed(ListedAddress),
    /// An address has a name.
    Named(Label),
    /// A token has a ticker and decimals.
    Token(ListedToken),
    /// An address of a chain that is not an EVM chain.
    Foreign(ForeignAddress),
}

/// An address that stands on a sanctions list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListedAddress {
    /// The address.
    pub address: Address,
    /// Who is sanctioned.
    pub entity: String,
    /// Who lists it, for example `OFAC SDN`.
    pub authority: String,
    /// The sanctions programmes, with `, ` between them; `None` where the list does not say.
    pub programme: Option<String>,
    /// The tickers under which it stands there, with a blank between them; empty where there is none.
    pub tickers: String,
    /// When the address was listed; `None` where the list does not say, as for an address that was added to
    /// an entry after the entry was made.
    pub listed: Option<DateBound>,
    /// When the address left the list, where the list itself says so.
    pub delisted: Option<DateBound>,
    /// Where in which document that is said.
    pub source: String,
    /// Whether it is made up for a reconstruction or a test.
    pub is_invented: bool,
}

/// A token whose ticker and decimals a list gives.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListedToken {
    /// The token.
    pub asset: Asset,
    /// Its ticker.
    pub symbol: String,
    /// Its decimals.
    pub decimals: u8,
    /// Who says so.
    pub source: String,
}

/// An address of another kind of chain: kept and counted, so that nobody takes it for overlooked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ForeignAddress {
    /// The ticker under which it stands on the list, for example `XBT`.
    pub ticker: String,
    /// The address, as the list writes it.
    pub address: String,
    /// Whose it is.
    pub name: String,
    /// Who sanctions it; `None` if it only has a name.
    pub authority: Option<String>,
    /// Where in which document that is said.
    pub source: String,
}

/// How the day of an edition is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DayKnown {
    /// The file says which day it describes.
    Said,
    /// Whoever imported it said so.
    Given,
    /// Nobody said so: it is the day on which it was got.
    Retrieved,
}

impl DayKnown {
    /// Every way, in order.
    pub const ALL: [Self; 3] = [Self::Said, Self::Given, Self::Retrieved];

    /// The word for it, as it is stored.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Said => "said",
            Self::Given => "given",
            Self::Retrieved => "retrieved",
        }
    }
}

/// How much an edition holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EditionCounts {
    /// Bytes of the file.
    pub bytes: u64,
    /// Entries, whether or not they have addresses.
    pub entries: u64,
    /// Sanctioned addresses of EVM chains.
    pub listed: u64,
    /// Names of addresses of EVM chains.
    pub named: u64,
    /// Tokens.
    pub tokens: u64,
    /// Addresses of other kinds of chains.
    pub foreign: u64,
    /// What was said more than once.
    pub repeated: u64,
}

/// One version of a list, as it was imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListEdition {
    /// The list that it is a version of, for example `OFAC SDN`.
    pub list: String,
    /// The word for how the file was written, for example `sdn-enhanced`.
    pub format: String,
    /// The day that it describes.
    pub day: Date,
    /// How that day is known.
    pub day_known: DayKnown,
    /// When it was got.
    pub retrieved: Timestamp,
    /// Where it was got: a file's name or a page's address.
    pub source: String,
    /// SHA-256 of its bytes, in lower-case hexadecimal digits.
    pub sha256: String,
    /// What the server called this version of the file, where it was downloaded.
    pub etag: Option<String>,
    /// Whether it is the whole list of its publisher's: what is not in it is not on the list.
    pub is_whole: bool,
    /// How much it holds.
    pub counts: EditionCounts,
}

/// A fact and the editions of one list that say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptFact {
    /// What is said.
    pub fact: ListFact,
    /// In which editions: their places in the sequence of all, in order and without repetition.
    pub editions: Vec<usize>,
}
