//! Shares and sums of amounts, for comparing and ranking: nothing here enters a ledger.

use fundtrail_model::{Amount, U256};

/// A million millionths are all of it.
const WHOLE: Amount = Amount::from_base_units(U256([1_000_000, 0, 0, 0]));

/// A share of an amount, rounded down; the largest amount if it would not fit.
pub(crate) fn share(amount: Amount, ppm: u64) -> Amount {
    amount.share(Amount::from(u128::from(ppm)), WHOLE).unwrap_or(Amount::MAX)
}

/// Which share of a whole a part is, in millionths, rounded down; the largest number if it would not fit, and
/// nothing of nothing.
pub(crate) fn ppm(part: Amount, whole: Amount) -> u64 {
    if part.is_zero() || whole.is_zero() {
        return 0;
    }
    let share = WHOLE.share(part, whole);
    share.and_then(|share| u64::try_from(share.base_units()).ok()).unwrap_or(u64::MAX)
}

/// The sum of amounts; the largest amount if it would not fit.
pub(crate) fn sum(amounts: impl IntoIterator<Item = Amount>) -> Amount {
    amounts.into_iter().fold(Amount::ZERO, Amount::saturating_add)
}

#[cfg(test)]
mod tests {
    use fundtrail_model::Amount;

    use super::{ppm, share, sum};

    #[test]
    fn shares_neither_overflow_nor_divide_by_nothing() {
        let of = |units: u128| Amount::from(units);
        assert_eq!(share(of(1_999_999), 500_000), of(999_999));
        assert_eq!(share(Amount::MAX, 1_000_000), Amount::MAX);
        assert_eq!(share(Amount::MAX, u64::MAX), Amount::MAX);
        assert_eq!(ppm(of(1), of(3)), 333_333);
        assert_eq!(ppm(Amount::MAX, Amount::MAX), 1_000_000);
        assert_eq!(ppm(Amount::MAX, of(1)), u64::MAX);
        assert_eq!(ppm(of(1), Amount::ZERO), 0);
        assert_eq!(sum([Amount::MAX, of(1)]), Amount::MAX);
    }
}
