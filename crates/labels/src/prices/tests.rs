use fundtrail_model::{Amount, Asset, ChainId, Date, U256, parse_address, parse_date};
use proptest::prelude::*;

use super::{PRICE_DECIMALS, Prices, UsdCents};
use crate::ListKind;

const HEADER: &str = "chain,contract,date,usd,source\n";
const USDC: &str = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48";
const MATIC: Asset = Asset::Native(ChainId(137));

fn day(text: &str) -> Date {
    parse_date(text).unwrap()
}

fn prices(rows: &str) -> Prices {
    Prices::parse(format!("{HEADER}{rows}").as_bytes(), "prices.csv").unwrap()
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
    assert_eq!(UsdCents::from_decimal("1,000.5"), Some(UsdCents(100_050)));
    assert_eq!(UsdCents::from_decimal("0"), Some(UsdCents(0)));
    assert_eq!(UsdCents::from_decimal("0.001"), None);
    assert_eq!(UsdCents::from_decimal("-1"), None);
    assert_eq!(UsdCents::from_decimal(&"9".repeat(60)), None);
}

#[test]
fn rows_of_prices_say_what_is_wrong() {
    let check = |rows: &str, message: &str| {
        let text = format!("{HEADER}{rows}\n");
        let error = Prices::parse(text.as_bytes(), "new.csv").unwrap_err();
        assert_eq!(error.to_string(), format!("new.csv, line {message}"));
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
    let error = Prices::parse(b"chain,address,name,category,source\n", "new.csv").unwrap_err();
    assert_eq!(
        error.to_string(),
        "new.csv, line 1: the columns do not tell what the file holds: prices have the column `usd`. \
         Columns are separated by commas"
    );
}

#[test]
fn repeated_prices_are_counted_once() {
    let prices = prices("1,,2022-03-29,1,s\n1,native,2022-03-29,1.00,t\n");
    let list = prices.list().unwrap();
    assert_eq!((list.rows, &*list.name, list.kind), (1, "prices.csv", ListKind::Prices));
    let price = prices.price_on(Asset::Native(ChainId(1)), day("2022-03-29")).unwrap();
    assert_eq!((price.usd.to_decimal(PRICE_DECIMALS), &*price.source), ("1".to_owned(), "s"));
    assert_eq!(Prices::default().list(), None);
}

proptest! {
    /// Against schoolbook arithmetic on numbers that fit into 128 bits.
    #[test]
    fn worth_is_exact(units in 0_u128..1 << 60, price in 1_u128..1 << 40, decimals in 0_u8..=8) {
        let prices = prices(&format!("137,,2022-03-29,{},s\n", Amount::from(price).to_decimal(8)));
        let worth = prices.usd_of(MATIC, Amount::from(units), decimals, day("2022-03-29")).unwrap();
        let cent = 10_u128.pow(u32::from(decimals) + 6);
        let (whole, part) = (units * price / cent, units * price % cent);
        let rounds_up = part * 2 > cent || (part * 2 == cent && whole % 2 == 1);
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
