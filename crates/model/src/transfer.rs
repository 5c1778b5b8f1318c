//! One movement of one asset between two addresses.

use std::fmt;

use crate::{Address, Amount, Asset, H256, Position};

/// One movement of one asset between two addresses, as the chain recorded it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Transfer {
    /// Where in the chain's order.
    pub position: Position,
    /// What moved; it also names the chain.
    pub asset: Asset,
    /// Who paid; `None` where nobody did (a mint, a withdrawal) or it is not known (unexplained).
    pub from: Option<Address>,
    /// Who received; `None` where nobody did (a fee, a burn) or it is not known (unexplained).
    pub to: Option<Address>,
    /// How much, in base units.
    pub amount: Amount,
    /// Why it moved.
    pub cause: Cause,
    /// The transaction; `None` where none caused it (a withdrawal, unexplained).
    pub transaction: Option<H256>,
}

/// Why an asset moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// The value of a successful transaction.
    Native,
    /// The value of a frame inside a successful transaction.
    Internal,
    /// An ERC-20 `Transfer` between two addresses.
    Token,
    /// The wrapped coin that its contract credits for a deposit of the native coin.
    Wrap,
    /// The wrapped coin that its contract takes for a withdrawal of the native coin.
    Unwrap,
    /// What the sender of a transaction paid for its gas, successful or not.
    Fee,
    /// Native coin credited from the consensus layer (EIP-4895).
    Withdrawal,
    /// A token credited out of nothing (from the zero address).
    Mint,
    /// A token sent to the zero address.
    Burn,
    /// Native coin that the chain itself credits: what a bridge's deposit mints (OP stack), the tips of the
    /// producer of a block.
    Credit,
    /// The balance changed and no transfer seen says why: the counterparty is not known.
    Unexplained,
}

impl Cause {
    /// Every cause, in order.
    pub const ALL: [Self; 11] = [
        Self::Native,
        Self::Internal,
        Self::Token,
        Self::Wrap,
        Self::Unwrap,
        Self::Fee,
        Self::Withdrawal,
        Self::Mint,
        Self::Burn,
        Self::Credit,
        Self::Unexplained,
    ];

    /// The word for it, in lower case; it is also how files name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Internal => "internal",
            Self::Token => "token",
            Self::Wrap => "wrap",
            Self::Unwrap => "unwrap",
            Self::Fee => "fee",
            Self::Withdrawal => "withdrawal",
            Self::Mint => "mint",
            Self::Burn => "burn",
            Self::Credit => "credit",
            Self::Unexplained => "unexplained",
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
