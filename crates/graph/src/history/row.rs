//! One transfer, in numbers.

use fundtrail_model::{Amount, Cause, Position, Step, Transfer, U256};

use super::Account;

/// One transfer, in a cache line; parties, asset and transaction are numbers of its history.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    block: u64,
    /// The amount, or in `low` its index among the large ones.
    low: u64,
    high: u64,
    transaction: u32,
    step: Step,
    pub(crate) from: Account,
    pub(crate) to: Account,
    pub(super) asset: u32,
    pub(super) hash: u32,
    pub(crate) cause: Cause,
    is_large: bool,
    /// The rows before it of its payer and of its receiver.
    pub(super) before: [u32; 2],
}

impl Row {
    /// `numbers`: from, to, asset, hash. `large` is the place of the amount if it is large.
    pub(super) fn new(transfer: &Transfer, numbers: [u32; 4], large: u32) -> Self {
        let [from, to, asset, hash] = numbers;
        let U256([low, high, higher, highest]) = transfer.amount.base_units();
        let is_large = higher != 0 || highest != 0;
        let (low, high) = if is_large { (u64::from(large), 0) } else { (low, high) };
        let Position { block, transaction, step } = transfer.position;
        let cause = transfer.cause;
        let before = [super::NO_ROW; 2];
        Self { block, low, high, transaction, step, from, to, asset, hash, cause, is_large, before }
    }

    pub(crate) const fn block(&self) -> u64 {
        self.block
    }

    pub(crate) const fn position(&self) -> Position {
        Position { block: self.block, transaction: self.transaction, step: self.step }
    }

    pub(super) const fn is_large(&self) -> bool {
        self.is_large
    }

    pub(crate) const fn is_nothing(&self) -> bool {
        self.low == 0 && self.high == 0 && !self.is_large
    }

    /// The amount, or where among the large ones it is.
    pub(super) fn amount(&self) -> Result<Amount, usize> {
        if self.is_large {
            return Err(usize::try_from(self.low).unwrap_or(usize::MAX));
        }
        Ok(Amount::from_base_units(U256([self.low, self.high, 0, 0])))
    }

    /// The row before it of one of its parties.
    pub(super) const fn before(&self, account: Account) -> u32 {
        let [of_payer, of_receiver] = self.before;
        if self.from == account { of_payer } else { of_receiver }
    }

    /// Whether two rows are collapsed together.
    pub(crate) fn is_with(&self, other: &Self) -> bool {
        self.block == other.block
            && self.transaction == other.transaction
            && (self.transaction != Position::AFTER_TRANSACTIONS || self.step == other.step)
    }
}
