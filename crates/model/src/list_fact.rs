//! What one version of a list says, before versions and lists are compared.

use crate::{Address, Asset, DateBound, Label};

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
