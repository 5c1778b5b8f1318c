//! Place in a chain's total order.

use std::fmt;
use std::str::FromStr;

/// Place of a transfer in a chain's total order: block, transaction, step. Order is always by position,
/// never by arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Block number.
    pub block: u64,
    /// Index of the transaction in its block, or [`Position::AFTER_TRANSACTIONS`].
    pub transaction: u32,
    /// Place inside the transaction.
    pub step: Step,
}

impl Position {
    /// The transaction index of what happens to a block after its last transaction: validator
    /// withdrawals, and differences that no transaction explains.
    pub const AFTER_TRANSACTIONS: u32 = u32::MAX;
}

/// Prints `block/transaction/step`, for example `26498039/4/log12`; `-` stands for a transaction index
/// where there is none.
impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.transaction == Self::AFTER_TRANSACTIONS {
            write!(f, "{}/-/{}", self.block, self.step)
        } else {
            write!(f, "{}/{}/{}", self.block, self.transaction, self.step)
        }
    }
}

/// Place inside a transaction. The numbers do not depend on which tracer told of them, so that two nodes
/// give the same position to the same transfer.
///
/// Nodes do not say how frames and logs interleave, and nothing here depends on it: a transaction is
/// collapsed to its net effect before any rule is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// The value of the transaction itself.
    Value,
    /// The n-th internal transfer, counted from 0 in depth-first order over the frames that move a
    /// value above zero and were not reverted.
    Frame(u32),
    /// The log with this index in its *block*, as explorers number them.
    Log(u32),
    /// The fee, after everything it pays for.
    Fee,
    /// The n-th validator withdrawal of the block.
    Withdrawal(u32),
    /// A difference that no transfer seen explains.
    Unexplained,
}

impl Step {
    /// An integer with the same order as the steps.
    #[must_use]
    pub fn code(self) -> u64 {
        let (class, number) = match self {
            Self::Value => (0_u64, 0),
            Self::Frame(n) => (1, n),
            Self::Log(n) => (2, n),
            Self::Fee => (3, 0),
            Self::Withdrawal(n) => (4, n),
            Self::Unexplained => (5, 0),
        };
        (class << 32) | u64::from(number)
    }

    /// Reads what [`Step::code`] gave.
    #[must_use]
    pub fn from_code(code: u64) -> Option<Self> {
        let number = u32::try_from(code & 0xffff_ffff).ok()?;
        match (code >> 32, number) {
            (0, 0) => Some(Self::Value),
            (1, n) => Some(Self::Frame(n)),
            (2, n) => Some(Self::Log(n)),
            (3, 0) => Some(Self::Fee),
            (4, n) => Some(Self::Withdrawal(n)),
            (5, 0) => Some(Self::Unexplained),
            _ => None,
        }
    }
}

/// Prints `value`, `frame3`, `log12`, `fee`, `withdrawal0` or `unexplained`.
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value => f.write_str("value"),
            Self::Frame(n) => write!(f, "frame{n}"),
            Self::Log(n) => write!(f, "log{n}"),
            Self::Fee => f.write_str("fee"),
            Self::Withdrawal(n) => write!(f, "withdrawal{n}"),
            Self::Unexplained => f.write_str("unexplained"),
        }
    }
}

/// A text that names no step.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` names no step: use `value`, `frameN`, `logN` or `fee`")]
pub struct ParsePositionError {
    /// What was given.
    pub text: String,
}

/// Reads what `Display` prints; a bare number is a log index.
impl FromStr for Step {
    type Err = ParsePositionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || ParsePositionError { text: text.to_owned() };
        let number = |digits: &str| digits.parse::<u32>().map_err(|_| error());
        match text {
            "value" => Ok(Self::Value),
            "fee" => Ok(Self::Fee),
            "unexplained" => Ok(Self::Unexplained),
            _ => {
                if let Some(digits) = text.strip_prefix("frame") {
                    number(digits).map(Self::Frame)
                } else if let Some(digits) = text.strip_prefix("log") {
                    number(digits).map(Self::Log)
                } else if let Some(digits) = text.strip_prefix("withdrawal") {
                    number(digits).map(Self::Withdrawal)
                } else {
                    number(text).map(Self::Log)
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Position, Step};

    const STEPS: [Step; 8] = [
        Step::Value,
        Step::Frame(0),
        Step::Frame(u32::MAX),
        Step::Log(0),
        Step::Log(u32::MAX),
        Step::Fee,
        Step::Withdrawal(7),
        Step::Unexplained,
    ];

    #[test]
    fn codes_and_text_round_trip_and_keep_the_order() {
        assert!(STEPS.is_sorted());
        assert!(STEPS.map(Step::code).is_sorted());
        for step in STEPS {
            assert_eq!(Step::from_code(step.code()), Some(step));
            assert_eq!(step.to_string().parse(), Ok(step));
        }
        assert_eq!("12".parse(), Ok(Step::Log(12)));
        assert_eq!(Step::from_code(u64::MAX), None);
        assert_eq!(
            "logs".parse::<Step>().unwrap_err().to_string(),
            "`logs` names no step: use `value`, `frameN`, `logN` or `fee`"
        );
    }

    #[test]
    fn blocks_come_before_transactions_before_steps() {
        let at = |block, transaction, step| Position { block, transaction, step };
        assert!(at(1, 9, Step::Fee) < at(2, 0, Step::Value));
        assert!(at(2, 0, Step::Fee) < at(2, 1, Step::Value));
        assert!(at(2, 1, Step::Fee) < at(2, Position::AFTER_TRANSACTIONS, Step::Withdrawal(0)));
        assert_eq!(at(3, 4, Step::Log(12)).to_string(), "3/4/log12");
        let after = at(3, Position::AFTER_TRANSACTIONS, Step::Unexplained);
        assert_eq!(after.to_string(), "3/-/unexplained");
    }
}
