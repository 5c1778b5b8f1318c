use proptest::prelude::*;

use ethers_core::types::U512;

use super::{Amount, AmountError};
use crate::U256;

#[test]
fn decimal_text_is_exact_both_ways() {
    let check = |units: &str, decimals: u8, text: &str| {
        let amount = Amount::from_base_units(U256::from_dec_str(units).unwrap());
        assert_eq!(amount.to_decimal(decimals), text);
        assert_eq!(Amount::from_decimal(text, decimals), Ok(amount));
    };
    check("0", 18, "0");
    check("1", 18, "0.000000000000000001");
    check("1500000", 6, "1.5");
    check("406618000000000000000000", 18, "406618");
    check("7", 0, "7");
    check("10", 1, "1");
    check("123", 77, &format!("0.{}123", "0".repeat(74)));
    let max = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
    check(max, 0, max);
}

#[test]
fn text_that_is_not_an_amount_says_why() {
    let check = |text: &str, decimals: u8, reason: &str| {
        let error = Amount::from_decimal(text, decimals).unwrap_err();
        assert_eq!(error.to_string(), reason);
    };
    check("", 18, "`` is not a plain decimal number");
    check("-1", 18, "`-1` is not a plain decimal number");
    check("1e18", 18, "`1e18` is not a plain decimal number");
    check("1.", 18, "`1.` is not a plain decimal number");
    check("0,5", 18, "`0,5` is not a plain decimal number");
    check("1,00", 18, "`1,00` is not a plain decimal number");
    check("1000,000", 18, "`1000,000` is not a plain decimal number");
    check(",100", 18, "`,100` is not a plain decimal number");
    check("1_", 18, "`1_` is not a plain decimal number");
    check("1.2.3", 18, "`1.2.3` is not a plain decimal number");
    check("0.1234567", 6, "`0.1234567` has more than the 6 decimal places of this asset");
    let huge = "9".repeat(78);
    check(&huge, 0, &format!("`{huge}` is larger than any amount on an EVM chain"));
}

#[test]
fn separators_and_needless_zeros_are_read() {
    assert_eq!(Amount::from_decimal("4,074,960", 0), Ok(Amount::from(4_074_960)));
    assert_eq!(Amount::from_decimal("1_000.50", 1), Ok(Amount::from(10_005)));
    assert_eq!(
        Amount::from_decimal("0.05", 1),
        Err(AmountError::TooPrecise { text: "0.05".into(), decimals: 1 })
    );
}

#[test]
fn apportioning_gives_left_over_units_to_the_largest_remainders() {
    let check = |total: u128, weights: &[u128], parts: &[u128]| {
        let amounts =
            |numbers: &[u128]| numbers.iter().copied().map(Amount::from).collect::<Vec<_>>();
        assert_eq!(Amount::from(total).apportion(&amounts(weights)), Some(amounts(parts)));
    };
    check(10, &[1, 1, 1], &[4, 3, 3]);
    check(10, &[3, 7], &[3, 7]);
    check(4, &[3, 7], &[1, 3]);
    check(1, &[0, 5, 5], &[0, 1, 0]);
    check(0, &[0, 0], &[0, 0]);
    assert_eq!(Amount::from(1).apportion(&[Amount::ZERO]), None);
}

fn any_amount() -> impl Strategy<Value = Amount> {
    any::<[u64; 4]>().prop_flat_map(|limbs| {
        (0_u32..256).prop_map(move |shift| Amount::from_base_units(U256(limbs) >> shift))
    })
}

proptest! {
    #[test]
    fn decimal_text_round_trips(amount in any_amount(), decimals in 0_u8..=77) {
        prop_assert_eq!(Amount::from_decimal(&amount.to_decimal(decimals), decimals), Ok(amount));
    }

    #[test]
    fn bytes_round_trip_and_are_minimal(amount in any_amount()) {
        let bytes = amount.to_minimal_be_bytes();
        prop_assert_ne!(bytes.first(), Some(&0));
        prop_assert_eq!(Amount::from_be_bytes(&bytes), Some(amount));
    }

    #[test]
    fn shares_are_those_of_512_bits(of in any_amount(), part in any_amount(), whole in any_amount()) {
        let exact = (!whole.is_zero()).then(|| {
            of.base_units().full_mul(part.base_units()) / U512::from(whole.base_units())
        });
        let exact = exact.and_then(|exact| U256::try_from(exact).ok()).map(Amount::from_base_units);
        prop_assert_eq!(of.share(part, whole), exact);
    }

    #[test]
    fn apportioned_parts_sum_to_the_whole(
        total in any_amount(),
        weights in prop::collection::vec((any_amount(), 3_u32..64), 1..12),
    ) {
        let weights: Vec<_> = weights
            .into_iter()
            .map(|(weight, shift)| Amount::from_base_units(weight.base_units() >> (shift + 4)))
            .collect();
        let parts = total.apportion(&weights);
        prop_assert_eq!(parts.is_none(), !total.is_zero() && weights.iter().all(|w| w.is_zero()));
        if let Some(parts) = parts {
            let sum = parts.iter().try_fold(Amount::ZERO, |sum, part| sum.checked_add(*part));
            prop_assert_eq!(sum, Some(total));
        }
    }
}
