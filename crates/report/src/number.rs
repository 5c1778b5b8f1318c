//! Amounts as people read them.

use fundtrail_model::{Amount, U256};

use crate::input::Usd;
use crate::schema::Money;

/// Puts a comma between groups of three digits of the whole part; a fraction stays as it is.
pub(crate) fn group(decimal: &str) -> String {
    let (whole, fraction) = match decimal.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (decimal, None),
    };
    let mut grouped = String::with_capacity(decimal.len() + whole.len() / 3);
    let digit_count = whole.chars().count();
    for (digit_idx, digit) in whole.chars().enumerate() {
        if digit_idx > 0 && (digit_count - digit_idx).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if let Some(fraction) = fraction {
        grouped.push('.');
        grouped.push_str(fraction);
    }
    grouped
}

/// The amount grouped and rounded to what a table needs: two places from a thousand up, four from one
/// up, four significant digits below one. Whatever is rounded starts with `≈ `.
pub(crate) fn brief(amount: Amount, decimals: u8) -> String {
    let exact = amount.to_decimal(decimals);
    let (whole, fraction) = exact.split_once('.').unwrap_or((&exact, ""));
    let places = match whole.len() {
        1 if whole == "0" => {
            let zeros = fraction.bytes().take_while(|byte| *byte == b'0').count();
            zeros.saturating_add(4)
        }
        1..=3 => 4,
        _ => 2,
    };
    if fraction.len() <= places {
        return group(&exact);
    }
    match round(amount, usize::from(decimals).saturating_sub(places)) {
        Some(rounded) => format!("≈ {}", group(&rounded.to_decimal(decimals))),
        None => group(&exact),
    }
}

/// An exact amount with thousands grouped, without the asset: in whole coins or tokens, or in base units where the
/// decimals are not known.
pub(crate) fn exact(decimal: Option<&str>, base_units: &str) -> String {
    match decimal {
        Some(decimal) => group(decimal),
        None => format!("{} base units", group(base_units)),
    }
}

/// The same with the asset's name.
pub(crate) fn exact_of(decimal: Option<&str>, base_units: &str, asset: &str) -> String {
    let of = if decimal.is_some() { "" } else { "of " };
    format!("{} {of}{asset}", exact(decimal, base_units))
}

/// Cents of dollars as [`Usd`] shows them, `$1,234.50`.
pub(crate) fn cents(usd: &str) -> Option<u128> {
    let plain = usd.strip_prefix('$')?.replace(',', "");
    let (dollars, cents) = plain.split_once('.')?;
    (cents.len() == 2).then(|| format!("{dollars}{cents}").parse().ok()).flatten()
}

/// The sum of dollars; empty where there is nothing to add up or something has no price.
pub(crate) fn usd_sum<'m>(amounts: impl Iterator<Item = &'m Money>) -> String {
    let cents: Option<Vec<u128>> = amounts.map(|money| money.usd().and_then(cents)).collect();
    let Some(cents) = cents.filter(|cents| !cents.is_empty()) else { return String::new() };
    let sum = cents.into_iter().map(|cents| Usd { cents });
    sum.fold(Usd::default(), Usd::saturating_add).to_string()
}

/// Rounds half up to a multiple of ten to the power of `digits`; `None` if that does not fit.
fn round(amount: Amount, digits: usize) -> Option<Amount> {
    let quantum = U256::from(10).checked_pow(U256::from(digits))?;
    let half = quantum.checked_div(U256::from(2))?;
    let count = amount.base_units().checked_add(half)?.checked_div(quantum)?;
    count.checked_mul(quantum).map(Amount::from_base_units)
}

#[cfg(test)]
mod tests {
    use super::{brief, group};
    use fundtrail_model::Amount;

    #[test]
    fn digits_are_grouped_by_three() {
        let check = |plain: &str, grouped: &str| assert_eq!(group(plain), grouped);
        check("0", "0");
        check("999", "999");
        check("1000", "1,000");
        check("4074960.1234567", "4,074,960.1234567");
        check("100000", "100,000");
    }

    #[test]
    fn brief_amounts_say_when_they_are_rounded() {
        let check = |units: u128, decimals: u8, text: &str| {
            assert_eq!(brief(Amount::from(units), decimals), text);
        };
        check(0, 18, "0");
        check(1_500_000, 6, "1.5");
        check(1_234_567_891, 6, "≈ 1,234.57");
        check(1_234_560_000, 6, "1,234.56");
        check(12_345_678, 6, "≈ 12.3457");
        check(999_999_999, 6, "≈ 1,000");
        check(1, 18, "0.000000000000000001");
        check(123_456, 18, "≈ 0.0000000000001235");
        check(7, 0, "7");
        assert_eq!(
            brief(Amount::MAX, 1),
            "11,579,208,923,731,619,542,357,098,500,868,790,785,326,998,466,564,056,403,945,758,400,791,312,963,993.5"
        );
    }
}
