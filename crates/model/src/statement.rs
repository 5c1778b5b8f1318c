//! What one address did in some blocks, and what that makes of its balances.

use std::collections::BTreeMap;

use crate::{Address, Amount, Asset, AssetClass, ChainId, How, Position, Proof, Transfer, Window};

/// Everything that one address did in a window, as on a statement of account: every movement, none netted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The chain.
    pub chain: ChainId,
    /// Whose.
    pub address: Address,
    /// The blocks that were asked for.
    pub window: Window,
    /// Every transfer from or to the address, in order.
    pub movements: Vec<Movement>,
    /// What contracts gave it for other assets, in order.
    pub conversions: Vec<StatedConversion>,
    /// What the movements make of the balance of each asset, vouched ones first, then by asset.
    pub accounts: Vec<AssetAccount>,
    /// What was looked at, a line for each class of assets, in their order.
    pub looks: Vec<Look>,
}

/// One transfer, as the address sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Movement {
    /// The transfer.
    pub transfer: Transfer,
    /// Which way it went.
    pub side: Side,
    /// The other address; `None` where there is none.
    pub counterparty: Option<Address>,
    /// What it counts as.
    pub standing: Standing,
    /// Whether the address paid the fee of the transaction: then it signed it. Otherwise somebody else moved
    /// this, or a service that pays for it (EIP-4337).
    pub is_signed: bool,
}

/// Which way something moved, as one address sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// To it.
    In,
    /// From it.
    Out,
}

impl Side {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
        }
    }
}

/// What a movement counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// A payment to or from somebody.
    Payment,
    /// Part of a conversion, by its index in [`Statement::conversions`].
    Conversion(usize),
    /// What a transaction's gas cost.
    Fee,
    /// From or to nobody: created, burnt, credited by the chain itself.
    Supply,
    /// The balance says so, and no transfer does.
    Unexplained,
    /// An amount of nothing, or to itself: anybody can log the former in another's name.
    Nothing,
    /// Next to nothing, from somebody with whom there was no other dealing: anybody can send it.
    Dust,
    /// Of a token that nobody vouches for. Its contract logs what it likes, about whomever it likes.
    Unvouched,
}

impl Standing {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Payment => "payment",
            Self::Conversion(_) => "conversion",
            Self::Fee => "fee",
            Self::Supply => "created or destroyed",
            Self::Unexplained => "unexplained",
            Self::Nothing => "nothing moved",
            Self::Dust => "dust",
            Self::Unvouched => "token nobody vouches for",
        }
    }

    /// Whether it is a dealing with the other address.
    #[must_use]
    pub const fn is_dealing(self) -> bool {
        matches!(self, Self::Payment | Self::Conversion(_))
    }
}

/// What contracts gave for other assets in one transaction, net by asset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatedConversion {
    /// Where its last leg is.
    pub position: Position,
    /// What was given, by asset.
    pub paid: Vec<(Asset, Amount)>,
    /// What was got, by asset.
    pub received: Vec<(Asset, Amount)>,
    /// The contracts that gave or took, sorted.
    pub contracts: Vec<Address>,
    /// Whether somebody vouches for something of what was got. Otherwise the contract may have given what is
    /// worth nothing, and it was a payment.
    pub is_vouched: bool,
}

/// What the movements of one asset make of its balance. Sums are of all movements, whatever they count as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetAccount {
    /// The asset.
    pub asset: Asset,
    /// Whether it is a coin or a token of a list.
    pub is_vouched: bool,
    /// How many movements.
    pub movements: usize,
    /// What came in, but what is unexplained.
    pub received: Amount,
    /// What went out, but fees and what is unexplained.
    pub sent: Amount,
    /// What gas cost.
    pub fees: Amount,
    /// What the balance gained and no transfer says why.
    pub unexplained_in: Amount,
    /// What the balance lost and no transfer says why.
    pub unexplained_out: Amount,
    /// The balance at the end of the block before the window; `None` also where blocks between it and the first balance
    /// that the node gave were not looked at.
    pub opening: Option<StatedBalance>,
    /// The balance at the end of the window; `None` also where blocks between the last balance that the node gave and it
    /// were not looked at.
    pub closing: Option<StatedBalance>,
    /// How many balances of this asset the node gave.
    pub balances: usize,
    /// The last of them, and at the end of which block.
    pub last_told: Option<(u64, Amount)>,
    /// Whether every block of the window was looked at. Otherwise sums and movements are of those that were.
    pub is_seen: bool,
    /// Where the movements between two of these balances are not their difference, though every block between them was
    /// looked at.
    pub differences: Vec<BalanceDifference>,
    /// Whether a sum is larger than any amount, which only a token that lies causes: the sums are the largest
    /// amount then, and balances are not told.
    pub overflows: bool,
}

impl AssetAccount {
    /// Whether opening + in = closing + out, to the unit; `None` where a balance is not known, or what happened in some of
    /// the blocks.
    #[must_use]
    pub fn closes(&self) -> Option<bool> {
        if !self.is_seen {
            return None;
        }
        let (opening, closing) = (self.opening?.amount, self.closing?.amount);
        let sum = |parts: &[Amount]| {
            parts.iter().try_fold(Amount::ZERO, |sum, part| sum.checked_add(*part))
        };
        let came = sum(&[opening, self.received, self.unexplained_in]);
        let went = sum(&[closing, self.sent, self.fees, self.unexplained_out]);
        Some(came.is_some() && came == went && self.differences.is_empty())
    }

    /// Whether balances and movements contradict each other.
    #[must_use]
    pub fn is_off(&self) -> bool {
        let unexplained = [self.unexplained_in, self.unexplained_out];
        !self.differences.is_empty() || !unexplained.iter().all(|of| of.is_zero())
    }

    /// Whether every movement lies between two balances that the node gave, and all of them were seen.
    #[must_use]
    pub fn is_checked(&self) -> bool {
        let is_told = |balance: Option<StatedBalance>| balance.is_some_and(|b| !b.is_derived);
        self.is_seen && 1 < self.balances && is_told(self.opening) && is_told(self.closing)
    }
}

/// A balance at one end of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatedBalance {
    /// How much.
    pub amount: Amount,
    /// The block at whose end the node gave a balance: nothing of the asset moved between it and the end of
    /// the window, or what moved was added or taken off.
    pub block: u64,
    /// Whether something was: then nothing checks these movements.
    pub is_derived: bool,
}

/// Movements between two balances that are not their difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BalanceDifference {
    /// The blocks between them.
    pub window: Window,
    /// What the earlier balance and the movements make; `None` if that is less than nothing.
    pub expected: Option<Amount>,
    /// What the later balance is.
    pub found: Amount,
}

/// How a class of assets was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// The class.
    pub class: AssetClass,
    /// How many blocks were looked at how, and how well that proves that nothing is missing.
    pub blocks: BTreeMap<(How, Proof), u64>,
    /// What was not looked at, in order.
    pub gaps: Vec<Window>,
}

impl Look {
    /// Whether every block was looked at, and what was found agrees with the balances.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.gaps.is_empty() && self.blocks.keys().all(|(_, proof)| Proof::Reconciled <= *proof)
    }
}

impl Statement {
    /// Whether everything was looked at and adds up, as far as anybody vouches for it: that a token lies about balances
    /// is nobody's gap.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let vouched = self.accounts.iter().filter(|account| account.is_vouched);
        self.looks.iter().all(|look| self.is_seen(look)) && !{ vouched }.any(AssetAccount::is_off)
    }

    /// Whether every block was looked at, and what does not agree with the balances is only what nobody vouches for,
    /// while all else was checked.
    #[must_use]
    pub fn is_seen(&self, look: &Look) -> bool {
        let of_class = || self.accounts.iter().filter(|of| of.asset.class() == look.class);
        let is_liar = |of: &AssetAccount| !of.is_vouched && (of.is_off() || of.overflows);
        let is_only_liars = of_class().any(is_liar)
            && of_class().all(|of| !of.is_vouched || of.is_checked() && of.closes() == Some(true))
            && look.blocks.keys().all(|(_, proof)| *proof != Proof::Indicative);
        look.is_complete() || look.gaps.is_empty() && is_only_liars
    }
}
