//! The rate of a Uniswap v3 pool, in whole numbers.
//!
//! A pool's price is how many base units of its token 1 one base unit of its token 0 is worth, as the square root of
//! it in units of 2^-96, or as a tick `t`, which stands for `1.0001^t`. Source: the Uniswap v3 white paper (2021) §6,
//! `TickMath.getSqrtRatioAtTick` of Uniswap/v3-core, and `OracleLibrary.consult` of Uniswap/v3-periphery for the mean.

use ethers_core::types::{U256, U512};
use fundtrail_model::{Amount, PRICE_DECIMALS, Quote};

/// Over how many seconds the mean is.
pub(crate) const MEAN_SECONDS: u64 = 1_800;

/// The highest tick, and with a minus sign the lowest.
const MAX_TICK: i64 = 887_272;
/// The roots at the lowest and the highest tick.
const MIN_ROOT: u64 = 4_295_128_739;
const MAX_ROOT: &str = "1461446703485210103287273052203988822378723970342";

/// `2^128 / 1.0001^(2^n / 2)` for each bit `n` of a tick, in hexadecimal.
const STEPS: [u128; 20] = [
    0xfffc_b933_bd6f_ad37_aa2d_162d_1a59_4001,
    0xfff9_7272_373d_4132_59a4_6990_580e_213a,
    0xfff2_e50f_5f65_6932_ef12_357c_f3c7_fdcc,
    0xffe5_caca_7e10_e4e6_1c36_24ea_a094_1cd0,
    0xffcb_9843_d60f_6159_c9db_5883_5c92_6644,
    0xff97_3b41_fa98_c081_472e_6896_dfb2_54c0,
    0xff2e_a164_66c9_6a38_43ec_78b3_26b5_2861,
    0xfe5d_ee04_6a99_a2a8_11c4_61f1_969c_3053,
    0xfcbe_86c7_900a_88ae_dcff_c83b_479a_a3a4,
    0xf987_a725_3ac4_1317_6f2b_074c_f781_5e54,
    0xf339_2b08_22b7_0005_940c_7a39_8e4b_70f3,
    0xe715_9475_a2c2_9b74_43b2_9c7f_a6e8_89d9,
    0xd097_f3bd_fd20_22b8_845a_d8f7_92aa_5825,
    0xa9f7_4646_2d87_0fdf_8a65_dc1f_90e0_61e5,
    0x70d8_69a1_56d2_a1b8_90bb_3df6_2baf_32f7,
    0x31be_135f_97d0_8fd9_8123_1505_542f_cfa6,
    0x09aa_508b_5b7a_84e1_c677_de54_f3e9_9bc9,
    0x005d_6af8_dedb_8119_6699_c329_225e_e604,
    0x0000_2216_e584_f5fa_1ea9_2604_1bed_fe98,
    0x0000_0000_048a_1703_91f7_dc42_444e_8fa2,
];

/// A root that a pool can have.
pub(super) fn checked(root: U256) -> Option<U256> {
    let highest = U256::from_dec_str(MAX_ROOT).ok()?;
    (U256::from(MIN_ROOT) <= root && root < highest).then_some(root)
}

/// The mean tick between two sums of ticks, rounded down.
pub(super) fn mean_tick([before, after]: [U256; 2]) -> Option<i64> {
    let difference = cumulative(after)?.checked_sub(cumulative(before)?)?;
    let tick = difference.div_euclid(i64::try_from(MEAN_SECONDS).ok()?);
    (-MAX_TICK..=MAX_TICK).contains(&tick).then_some(tick)
}

/// An `int56`.
fn cumulative(word: U256) -> Option<i64> {
    const MAX: u64 = (1 << 55) - 1;
    let magnitude = if word.bit(255) { !word } else { word };
    let magnitude = (magnitude <= U256::from(MAX)).then(|| magnitude.low_u64())?;
    let magnitude = i64::try_from(magnitude).ok()?;
    Some(if word.bit(255) { -1 - magnitude } else { magnitude })
}

/// The root at a tick, to the unit as the pool itself works it out.
pub(super) fn root_at(tick: i64) -> Option<U256> {
    let magnitude = tick.unsigned_abs();
    let one = U256::one() << 128;
    let mut ratio = one;
    for (bit, step) in STEPS.iter().enumerate() {
        if magnitude >> bit & 1 == 1 {
            ratio = ratio.checked_mul(U256::from(*step))? >> 128;
        }
    }
    if 0 < tick {
        ratio = U256::MAX.checked_div(ratio)?;
    }
    let (root, rest) = (ratio >> 32, ratio.low_u32());
    if rest == 0 { Some(root) } else { root.checked_add(U256::one()) }
}

/// What one whole unit of a pool's token is worth, in units of 10^-18 dollars, rounded down: the pool's rate times the
/// price of the other token. `decimals` are the token's and the other one's.
pub(super) fn worth(
    root: U256,
    is_token0: bool,
    decimals: (u8, u8),
    other: &Quote,
) -> Option<Amount> {
    let power = |places: u8| (places <= 77).then(|| U512::from(U256::exp10(usize::from(places))));
    let (up, down) = (U512::from(root).checked_mul(U512::from(root))?, U512::one() << 192);
    let (up, down) = if is_token0 { (up, down) } else { (down, up) };
    // What both have is taken off first, so that the products stay small.
    let (token, quote) = (decimals.0, decimals.1.checked_add(other.scale)?);
    let token = token.checked_add(PRICE_DECIMALS)?;
    let (more, less) = (token.saturating_sub(quote), quote.saturating_sub(token));
    let value = up
        .checked_mul(U512::from(other.usd.base_units()))?
        .checked_mul(power(more)?)?
        .checked_div(down.checked_mul(power(less)?)?)?;
    U256::try_from(value).ok().map(Amount::from_base_units)
}

#[cfg(test)]
mod tests {
    use fundtrail_model::{Amount, Quote, Timestamp, U256};
    use proptest::prelude::*;

    use super::{MAX_ROOT, MAX_TICK, MIN_ROOT, checked, mean_tick, root_at, worth};

    fn number(text: &str) -> U256 {
        U256::from_dec_str(text).unwrap()
    }

    #[test]
    fn roots_are_those_of_the_contract() {
        // The values of Uniswap/v3-core, test/TickMath.spec.ts.
        let check = |tick: i64, expected: &str| {
            assert_eq!(root_at(tick), Some(number(expected)), "{tick}");
        };
        check(-MAX_TICK, &MIN_ROOT.to_string());
        check(-MAX_TICK + 1, "4295343490");
        check(MAX_TICK - 1, "1461373636630004318706518188784493106690254656249");
        check(MAX_TICK, MAX_ROOT);
        check(0, "79228162514264337593543950336");
        check(50, "79426470787362580746886972461");
        check(-50, "79030349367926598376800521322");
        check(250_000, "21246587762933397357449903968194344");
        check(-500_000, "1101692437043807371");
    }

    #[test]
    fn a_mean_is_rounded_down_and_bounded() {
        let sum = |ticks: i64| {
            let magnitude = U256::from(ticks.unsigned_abs());
            if ticks < 0 { !magnitude + U256::one() } else { magnitude }
        };
        let check = |before: i64, after: i64, expected: Option<i64>| {
            assert_eq!(mean_tick([sum(before), sum(after)]), expected, "{before} {after}");
        };
        check(0, 1_800 * 200_000, Some(200_000));
        check(5, 5 + 1_799, Some(0));
        check(5, 5 - 1, Some(-1));
        check(-1_800, -3_600, Some(-1));
        check(0, 1_800 * MAX_TICK, Some(MAX_TICK));
        check(0, 1_800 * (MAX_TICK + 1), None);
        check(0, -1_800 * MAX_TICK - 1, None);
        let edge = (1_i64 << 55) - 1;
        check(edge, edge, Some(0));
        check(-edge - 1, -edge - 1, Some(0));
        check(edge + 1, edge + 1, None);
        check(-edge - 2, -edge - 2, None);
        assert_eq!(mean_tick([U256::MAX >> 1, U256::zero()]), None);
    }

    #[test]
    fn worth_is_exact_in_both_orders() {
        let quote = |usd: u128, scale| Quote { usd: Amount::from(usd), scale, at: Timestamp(0) };
        // The pool USDC/WETH, whose root at 2,000 USDC for a WETH is sqrt(10^18 / (2000 * 10^6)) * 2^96.
        let root = number("1771595571142957102961017161607260");
        let eth = worth(root, false, (18, 6), &quote(100_000_000, 8)).unwrap();
        assert_eq!(eth.to_decimal(18), "2000");
        let usdc = worth(root, true, (6, 18), &quote(200_000_000_000, 8)).unwrap();
        assert!(usdc.to_decimal(18).starts_with("0.99999999999999"), "{usdc}");
        // Nothing wraps, however absurd.
        assert_eq!(worth(U256::MAX, true, (77, 0), &quote(u128::MAX, 0)), None);
        assert_eq!(worth(U256::zero(), false, (18, 18), &quote(1, 0)), None);
        assert_eq!(worth(root, true, (255, 0), &quote(1, 0)), None);
        assert_eq!(worth(root, true, (0, 255), &quote(1, 8)), None);
        assert_eq!(checked(U256::from(MIN_ROOT - 1)), None);
        assert_eq!(checked(number(MAX_ROOT)), None);
        assert_eq!(checked(root), Some(root));
    }

    proptest! {
        #[test]
        fn more_ticks_are_more_worth_and_both_orders_agree(tick in -300_000_i64..300_000) {
            let quote = Quote { usd: Amount::from(10_u128.pow(18)), scale: 18, at: Timestamp(0) };
            let of = |tick: i64, is_token0| {
                worth(root_at(tick).unwrap(), is_token0, (18, 18), &quote).unwrap().base_units()
            };
            prop_assert!(of(tick, true) <= of(tick + 1, true));
            prop_assert!(of(tick + 1, false) <= of(tick, false));
            // A price times its inverse is one, to the last places that both have.
            let (price, inverse) = (of(tick, true), of(tick, false));
            let one = U256::exp10(36);
            let product = price * inverse;
            prop_assert!(product <= one + price + inverse);
            prop_assert!(one <= product + price * 2 + inverse * 2);
        }
    }
}
