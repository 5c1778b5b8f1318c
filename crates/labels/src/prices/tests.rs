use fundtrail_model::{Amount, Asset, ChainId, Date, U256, parse_address, parse_date};
use proptest::prelude::*;

use super::{Prices, UsdCents};

const HEADER: &str = "chain,contract,date,usd,source\n";
const USDC: &str = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48";
const MATIC: Asset = Asset::Native(ChainId(137));

fn day(text: &str) -> Date {
    parse_date(text).unwrap()
}

fn prices(rows: &str) -> Prices {
    let mut prices = Prices::empty();
    prices.extend(format!("{HEADER}{rows}").as_bytes(), "prices.csv").unwrap();
    prices
}

#[test]
fn amounts_are_worth_their_price_on_that_very_day() {
    let rows =
        format!("137,native,2022-03-29,1.63,s\n137,,2022-03-30,1.7,s\n1,{USDC},2022-03-29,1,s\n");
    let prices = prices(&rows);
    let usdc = Asset::Token(ChainId(1), parse_address(USDC).unwrap());
    let check = |asset, amount: &str, decimals, on: &str, expected: Option<&str>| {
        let amount = Amount::from_decimal(amount, decimals).unwrap();
        let usd = prices.usd_of(asset, amount, decimals, day(on)).map(|usd| usd.to_string());
        assert_eq!(usd.as_deref(), expected, "{amount} of {asset} on {on}");
    };
    check(MATIC, "43089", 18, "2022-03-29", Some("70235.07"));
    check(MATIC, "1", 18, "2022-03-30", Some("1.70"));
    check(MATIC, "0", 18, "2022-03-30", Some("0.00"));
    check(MATIC, "1", 18, "2022-03-31", None);
    check(usdc, "740000.5", 6, "2022-03-29", Some("740000.50"));
    check(Asset::Native(ChainId(1)), "1", 18, "2022-03-29", None);
}

#[test]
fn cents_are_rounded_half_to_even() {
    let check = |usd: &str, units: u128, decimals, cents| {
        let prices = prices(&format!("137,,2022-03-29,{usd},s\n"));
        let worth = prices.usd_of(MATIC, Amount::from(units), decimals, day("2022-03-29"));
        assert_eq!(worth, Some(UsdCents(cents)), "{units} at {usd}");
    };
    check("0.005", 1, 0, 0);
    check("0.015", 1, 0, 2);
    check("0.025", 1, 0, 2);
    check("0.025000000000000001", 1, 0, 3);
    check("0.024999999999999999", 1, 0, 2);
    check("0.5", 1, 2, 0);
    check("1.5", 1, 2, 2);
    check("0.000000000000000001", 1, 0, 0);
    check("0.000000000000000001", 10_u128.pow(16) * 3, 0, 3);
    check("1", 1, 59, 0);
    check(
        "1000000000000",
        u128::MAX / 10_u128.pow(14),
        0,
        u128::MAX / 10_u128.pow(14) * 10_u128.pow(14),
    );
}

#[test]
fn sums_that_only_a_lying_token_gives_have_no_worth() {
    let prices = prices("137,,2022-03-29,1,s\n");
    let worth = |amount, decimals| prices.usd_of(MATIC, amount, decimals, day("2022-03-29"));
    assert_eq!(worth(Amount::MAX, 0), None);
    assert_eq!(worth(Amount::from(1), 60), None);
    assert_eq!(worth(Amount::from(1), 255), None);
    assert_eq!(worth(Amount::MAX, 59), Some(UsdCents(115_792_089_237_316_195_424)));
}

#[test]
fn thresholds_are_read_in_dollars() {
    assert_eq!(UsdCents::from_dollars("1,000.5"), Ok(UsdCents(100_050)));
    assert_eq!(UsdCents::from_dollars("0"), Ok(UsdCents(0)));
    assert!(UsdCents::from_dollars("0.001").is_err());
    assert!(UsdCents::from_dollars("-1").is_err());
    assert!(UsdCents::from_dollars(&"9".repeat(60)).is_err());
}

#[test]
fn rows_of_prices_say_what_is_wrong() {
    let check = |rows: &str, message: &str| {
        let mut prices = Prices::empty();
        prices.extend(format!("{HEADER}1,,2022-03-28,3300,s\n").as_bytes(), "old.csv").unwrap();
        let text = format!("{HEADER}{rows}\n");
        let error = prices.extend(text.as_bytes(), "new.csv").unwrap_err();
        assert_eq!(error.to_string(), format!("new.csv, line {message}"));
        assert_eq!(prices.lists().len(), 1);
    };
    check(
        "1,,2022-03-29,3.4e3,s",
        "2, column `usd`: not a price in US dollars: `3.4e3` is not a plain decimal number",
    );
    check(
        "1,,2022-03-29,0.0000000000000000001,s",
        "2, column `usd`: not a price in US dollars: `0.0000000000000000001` has more than the 18 decimal \
         places of this asset",
    );
    check(
        "1,,2022-03-29,0.00,s",
        "2, column `usd`: a price of 0: leave the row out if there is no price",
    );
    check(
        "1,,2022-03-29,1000000000000.01,s",
        "2, column `usd`: a price above 1000000000000 US dollars for one whole unit: check the unit",
    );
    check(
        "1,ether,2022-03-29,1,s",
        "2, column `contract`: `ether` is not an address: an EVM address is `0x` and 40 hexadecimal digits",
    );
    check(
        "1,,2022-03-29,1,s\n1,native,2022-03-29,1.00,s\n1,,2022-03-29,2,s",
        "4: contradicts line 2: native coin on chain 1 on 2022-03-29 is worth 1 USD there and 2 USD here. \
         Correct or remove one of the two",
    );
    check(
        "1,,2022-03-28,3301,s",
        "2: contradicts an earlier file of prices: native coin on chain 1 on 2022-03-28 is worth 3300 USD \
         there and 3301 USD here. Correct or leave out one of the two files",
    );
    let mut prices = Prices::empty();
    let error = prices.extend(b"chain,address,name,category,source\n", "new.csv").unwrap_err();
    assert_eq!(
        error.to_string(),
        "new.csv, line 1: the columns do not tell what the file holds: prices have the column `usd`. \
         Columns are separated by commas"
    );
}

proptest! {
    /// Against schoolbook arithmetic on numbers that fit into 128 bits.
    #[test]
    fn worth_is_exact(units in 0_u128..1 << 60, price in 1_u128..1 << 40, decimals in 0_u8..=8) {
        let prices = prices(&format!("137,,2022-03-29,{},s\n", Amount::from(price).to_decimal(8)));
        let worth = prices.usd_of(MATIC, Amount::from(units), decimals, day("2022-03-29")).unwrap();
        let (whole, part) = {
            let unit = 10_u128.pow(u32::from(decimals) + 8);
            let cents = units * price;
            // cents * 100 may overflow, so divide the unit instead where it is divisible.
            (cents / (unit / 100), cents % (unit / 100))
        };
        let half = 10_u128.pow(u32::from(decimals) + 6);
        let rounds_up = part * 2 > half || (part * 2 == half && whole % 2 == 1);
        prop_assert_eq!(worth, UsdCents(whole + u128::from(rounds_up)));
    }

    #[test]
    fn more_is_never_worth_less(a in any::<[u8; 32]>(), b in any::<[u8; 32]>(), decimals in 0_u8..60) {
        let prices = prices("137,,2022-03-29,0.123456789012345678,s\n");
        let (a, b) = (U256::from_big_endian(&a), U256::from_big_endian(&b));
        let worth = |units| {
            prices.usd_of(MATIC, Amount::from_base_units(units), decimals, day("2022-03-29"))
        };
        if let (Some(less), Some(more)) = (worth(a.min(b)), worth(a.max(b))) {
            prop_assert!(less <= more);
        }
    }
}
