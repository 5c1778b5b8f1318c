//! Amounts: whole numbers of base units, with checked arithmetic and exact decimal text.

use std::fmt;

use ethers_core::types::{U256, U512};

/// An amount in base units (wei for ether). No float ever touches it, and no operation wraps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(U256);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(U256::zero());
    /// The largest amount that 256 bits can hold.
    pub const MAX: Self = Self(U256::MAX);

    /// An amount of so many base units.
    #[must_use]
    pub const fn from_base_units(units: U256) -> Self {
        Self(units)
    }

    /// The number of base units.
    #[must_use]
    pub const fn base_units(self) -> U256 {
        self.0
    }

    /// Whether this is nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// The sum, or `None` if it does not fit into 256 bits.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, or `None` if it would be negative.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// The difference, or nothing if it would be negative.
    #[must_use]
    pub fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// The sum, or the largest amount if it would not fit. Only for ranking and for totals of hostile
    /// input; a ledger uses [`Amount::checked_add`].
    #[must_use]
    pub fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// `self * part / whole`, rounded down, computed in 512 bits; `None` if `whole` is zero or the
    /// result does not fit.
    #[must_use]
    pub fn share(self, part: Self, whole: Self) -> Option<Self> {
        self.share_and_remainder(part, whole).map(|(share, _)| share)
    }

    fn share_and_remainder(self, part: Self, whole: Self) -> Option<(Self, U256)> {
        if whole.is_zero() {
            return None;
        }
        // What most amounts need: dividing 512 bits takes twice as long.
        if let Some(product) = self.0.checked_mul(part.0) {
            let (quotient, remainder) = product.div_mod(whole.0);
            return Some((Self(quotient), remainder));
        }
        let (quotient, remainder) = self.0.full_mul(part.0).div_mod(U512::from(whole.0));
        Some((Self(U256::try_from(quotient).ok()?), U256::try_from(remainder).ok()?))
    }

    /// Splits this amount in proportion to `weights`, to the unit: each part gets its share rounded
    /// down and the units left over go to the largest remainders, earlier parts first on a tie.
    ///
    /// Returns `None` if there is something to split and the weights are all zero, or if the weights'
    /// sum does not fit into 256 bits. The parts always sum to `self`.
    ///
    /// Source: Hamilton's method of largest remainders.
    #[must_use]
    pub fn apportion(self, weights: &[Self]) -> Option<Vec<Self>> {
        if self.is_zero() {
            return Some(vec![Self::ZERO; weights.len()]);
        }
        let whole = weights.iter().try_fold(Self::ZERO, |sum, weight| sum.checked_add(*weight))?;
        let mut parts = Vec::with_capacity(weights.len());
        let mut remainders = Vec::with_capacity(weights.len());
        let mut left = self;
        for (part_idx, weight) in weights.iter().enumerate() {
            let (share, remainder) = self.share_and_remainder(*weight, whole)?;
            left = left.checked_sub(share)?;
            parts.push(share);
            remainders.push((remainder, part_idx));
        }
        remainders.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        for (_, part_idx) in remainders {
            if left.is_zero() {
                break;
            }
            let part = parts.get_mut(part_idx)?;
            *part = part.checked_add(Self(U256::one()))?;
            left = left.checked_sub(Self(U256::one()))?;
        }
        left.is_zero().then_some(parts)
    }

    /// The shortest big-endian bytes: nothing for zero, at most 32.
    #[must_use]
    pub fn to_minimal_be_bytes(self) -> Vec<u8> {
        let mut bytes = [0_u8; 32];
        self.0.to_big_endian(&mut bytes);
        bytes.iter().copied().skip_while(|byte| *byte == 0).collect()
    }

    /// Reads what [`Amount::to_minimal_be_bytes`] wrote; `None` for more than 32 bytes.
    #[must_use]
    pub fn from_be_bytes(bytes: &[u8]) -> Option<Self> {
        (bytes.len() <= 32).then(|| Self(U256::from_big_endian(bytes)))
    }

    /// Exact decimal text in units of `10^decimals` base units, without an exponent and without
    /// trailing zeros: 1500000 with 6 decimals is `1.5`.
    #[must_use]
    pub fn to_decimal(self, decimals: u8) -> String {
        let digits = self.0.to_string();
        let places = usize::from(decimals);
        if places == 0 {
            return digits;
        }
        let padded = format!("{digits:0>width$}", width = places.saturating_add(1));
        let (whole, fraction) = padded.split_at(padded.len().saturating_sub(places));
        let fraction = fraction.trim_end_matches('0');
        if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") }
    }

    /// Reads exact decimal text in units of `10^decimals` base units.
    ///
    /// In the whole part, underscores may stand between digits and commas between groups of three. A comma
    /// anywhere else is refused: half the world writes a decimal point that way.
    ///
    /// # Errors
    ///
    /// If the text is not a plain decimal number, has more decimal places than the asset, or does not
    /// fit into 256 bits.
    pub fn from_decimal(text: &str, decimals: u8) -> Result<Self, AmountError> {
        let not_a_number = || AmountError::NotANumber { text: text.to_owned() };
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let mut groups = whole.split(',');
        let first = groups.next().unwrap_or_default();
        let is_grouped = groups.clone().next().is_none()
            || ((1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3));
        if !is_grouped || whole.starts_with('_') || whole.ends_with('_') {
            return Err(not_a_number());
        }
        let whole: String = whole.chars().filter(|c| !matches!(c, '_' | ',')).collect();
        let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !is_digits(&whole) || !is_digits(fraction) || text.ends_with('.') {
            return Err(not_a_number());
        }
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > usize::from(decimals) {
            return Err(AmountError::TooPrecise { text: text.to_owned(), decimals });
        }
        let digits = format!("{whole}{fraction:0<width$}", width = usize::from(decimals));
        U256::from_dec_str(&digits)
            .map(Self)
            .map_err(|_| AmountError::TooLarge { text: text.to_owned() })
    }
}

impl From<u128> for Amount {
    fn from(units: u128) -> Self {
        Self(U256::from(units))
    }
}

/// Prints the number of base units, in decimal.
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Why a text is not an amount.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Not digits with at most one point.
    #[error("`{text}` is not a plain decimal number")]
    NotANumber {
        /// What was given.
        text: String,
    },
    /// A fraction of a base unit.
    #[error("`{text}` has more than the {decimals} decimal places of this asset")]
    TooPrecise {
        /// What was given.
        text: String,
        /// How many places the asset has.
        decimals: u8,
    },
    /// More than 256 bits.
    #[error("`{text}` is larger than any amount on an EVM chain")]
    TooLarge {
        /// What was given.
        text: String,
    },
}

#[cfg(test)]
mod tests;
