use ethers_core::abi::{Token, encode};
use ethers_core::types::I256;
use fundtrail_model::{
    Address, NoPrice, PriceFeed, PricePlace, PricePool, PriceWay, Quote, Timestamp, U256,
};
use proptest::prelude::*;

use super::{MEAN_SECONDS, OLDEST_ANSWER_SECONDS, Said, price, questions, rate};

const NOW: Timestamp = Timestamp(1_700_000_000);

fn feed(description: &str) -> PriceFeed {
    PriceFeed {
        contract: Address::repeat_byte(0xfe),
        description: description.to_owned(),
        decimals: 8,
    }
}

fn round(answer: I256, updated: U256) -> Vec<u8> {
    let uint = |number: u64| Token::Uint(number.into());
    encode(&[uint(9), Token::Int(answer.into_raw()), uint(1), Token::Uint(updated), uint(9)])
}

fn text(text: &str) -> Vec<u8> {
    encode(&[Token::String(text.to_owned())])
}

fn number(number: u64) -> Vec<u8> {
    encode(&[Token::Uint(number.into())])
}

fn address(address: Address) -> Vec<u8> {
    encode(&[Token::Address(address)])
}

/// What a good feed says at 3,350.12345678 dollars, a minute before the block.
fn said() -> Vec<Vec<u8>> {
    let answer = round(335_012_345_678_i64.into(), (NOW.0 - 60).into());
    vec![text("ETH / USD"), number(8), answer]
}

/// The price as text, or why there is none.
fn told(place: &PricePlace, said: &[Vec<u8>]) -> (PriceWay, Result<String, NoPrice>) {
    let said: Vec<Said<'_>> = said
        .iter()
        .map(|bytes| match bytes.as_slice() {
            b"refused" => Said::Refused,
            b"no state" => Said::NoState,
            bytes => Said::Bytes(bytes),
        })
        .collect();
    let (way, outcome) = price(place, &said, NOW);
    let text = |Quote { usd, scale, at }: Quote| {
        format!("{} {}", usd.to_decimal(scale), NOW.0.saturating_sub(at.0))
    };
    (way, outcome.map(text))
}

#[test]
fn a_feed_gives_its_last_answer_or_the_reason_why_it_does_not() {
    let place = PricePlace::Feed(feed("ETH / USD"));
    assert_eq!(questions(&place).len(), 3);
    let check = |part: usize, answer: Vec<u8>, expected: Result<&str, NoPrice>| {
        let mut said = said();
        said[part] = answer;
        let (way, outcome) = told(&place, &said);
        assert_eq!((way, outcome.as_deref()), (PriceWay::Feed, expected.as_deref()), "{part}");
    };
    let good = |answer: i64, ago: u64| round(answer.into(), (NOW.0 - ago).into());
    check(2, good(335_012_345_678, 60), Ok("3350.12345678 60"));
    check(2, good(1, 0), Ok("0.00000001 0"));
    check(2, good(1, OLDEST_ANSWER_SECONDS), Ok("0.00000001 90000"));
    check(2, good(1, OLDEST_ANSWER_SECONDS + 1), Err(NoPrice::Stale));
    check(2, good(0, 60), Err(NoPrice::NotPositive));
    check(2, good(-1, 60), Err(NoPrice::NotPositive));
    check(2, round(I256::MIN, NOW.0.into()), Err(NoPrice::NotPositive));
    check(2, round(I256::MAX, NOW.0.into()), Err(NoPrice::TooLarge));
    check(2, good(100_000_000_000_000_000, 60), Ok("1000000000 60"));
    check(2, round(5.into(), U256::zero()), Err(NoPrice::Empty));
    check(2, round(5.into(), (NOW.0 + 1).into()), Err(NoPrice::Future));
    check(2, round(5.into(), U256::MAX), Err(NoPrice::Future));
    check(2, round(5.into(), NOW.0.into())[..159].to_vec(), Err(NoPrice::Unreadable));
    check(2, [round(5.into(), NOW.0.into()), vec![0; 32]].concat(), Err(NoPrice::Unreadable));
    check(0, text("BTC / USD"), Err(NoPrice::NotAsListed));
    check(0, text("ETH / USD "), Err(NoPrice::NotAsListed));
    check(1, number(18), Err(NoPrice::NotAsListed));
    for part in 0..3 {
        check(part, vec![], Err(NoPrice::Unreadable));
        check(part, b"refused".to_vec(), Err(NoPrice::Unreadable));
        check(part, b"no state".to_vec(), Err(NoPrice::NoState));
    }
    assert_eq!(told(&place, &[]).1, Err(NoPrice::Unreadable));
}

fn pool(token: u8) -> PricePool {
    PricePool {
        contract: Address::repeat_byte(0x99),
        token: Address::repeat_byte(token),
        decimals: 18,
        quote: Address::repeat_byte(0x50),
        quote_decimals: 6,
        fee: 3_000,
        feed: feed("USDC / USD"),
    }
}

fn observed(before: i64, after: i64) -> Vec<u8> {
    let ints = [before, after].map(|sum| Token::Int(I256::from(sum).into_raw())).to_vec();
    let uints = vec![Token::Uint(7.into()), Token::Uint(8.into())];
    encode(&[Token::Array(ints), Token::Array(uints)])
}

fn slot0(root: U256) -> Vec<u8> {
    let zeros = (0..6).map(|_| Token::Uint(0.into()));
    encode(&[Token::Uint(root)].into_iter().chain(zeros).collect::<Vec<_>>())
}

/// What a good pool says at this tick, whose other token is worth 0.99 dollars.
fn pool_said(pool: &PricePool, tick: i64) -> Vec<Vec<u8>> {
    let (first, second) = (pool.token.min(pool.quote), pool.token.max(pool.quote));
    let seconds = i64::try_from(MEAN_SECONDS).unwrap();
    vec![
        address(first),
        address(second),
        number(3_000),
        number(1),
        slot0(rate::root_at(tick + 1).unwrap()),
        observed(1_000, 1_000 + tick * seconds),
        text("USDC / USD"),
        number(8),
        round(99_000_000.into(), (NOW.0 - 9).into()),
    ]
}

#[test]
fn a_pool_gives_the_mean_of_half_an_hour_or_what_it_says_now() {
    // A token of 18 decimals at some 2,000 units of one with 6: tick -200,311, or with the sign turned where the
    // token comes second.
    let check = |token: u8, tick: i64, change: &dyn Fn(&mut Vec<Vec<u8>>), expected| {
        let pool = pool(token);
        let mut said = pool_said(&pool, tick);
        change(&mut said);
        let (way, outcome) = told(&PricePlace::Pool(pool), &said);
        let start = outcome.map(|text| text.chars().take(8).collect::<String>());
        assert_eq!((way, start), expected, "{token} {tick}");
    };
    let ok = |way, price: &str| (way, Ok(price.to_owned()));
    let none = |reason| (PriceWay::PoolMean, Err(reason));
    check(0x10, -200_311, &|_| {}, ok(PriceWay::PoolMean, "1980.039"));
    check(0x90, 200_311, &|_| {}, ok(PriceWay::PoolMean, "1980.039"));
    check(
        0x10,
        -200_311,
        &|said| said[5] = b"refused".to_vec(),
        ok(PriceWay::PoolSpot, "1980.237"),
    );
    check(0x90, 200_311, &|said| said[5] = b"refused".to_vec(), ok(PriceWay::PoolSpot, "1979.841"));
    check(
        0x10,
        0,
        &|said| said[0] = address(Address::repeat_byte(0x11)),
        none(NoPrice::NotAsListed),
    );
    check(0x10, 0, &|said| said.swap(0, 1), none(NoPrice::NotAsListed));
    check(0x10, 0, &|said| said[2] = number(500), none(NoPrice::NotAsListed));
    check(0x10, 0, &|said| said[3] = number(0), none(NoPrice::Empty));
    check(0x10, 0, &|said| said[4] = slot0(U256::zero()), none(NoPrice::Empty));
    check(0x10, 0, &|said| said[4] = number(1), none(NoPrice::Unreadable));
    check(0x10, 0, &|said| said[5] = vec![], none(NoPrice::Unreadable));
    check(0x10, 0, &|said| said[5] = b"no state".to_vec(), none(NoPrice::NoState));
    check(0x10, 0, &|said| said[5] = observed(0, i64::MAX), none(NoPrice::Unreadable));
    check(0x10, 0, &|said| said[6] = text("DAI / USD"), none(NoPrice::NotAsListed));
    check(0x10, 0, &|said| said[8] = round(0.into(), NOW.0.into()), none(NoPrice::NotPositive));
    let huge = |said: &mut Vec<Vec<u8>>| {
        said[4] = slot0(U256::one() << 159);
        said[5] = b"refused".to_vec();
    };
    check(0x10, 0, &huge, none(NoPrice::TooLarge));
    let tiny = |said: &mut Vec<Vec<u8>>| {
        said[4] = slot0(U256::from(4_295_128_739_u64));
        said[5] = b"refused".to_vec();
    };
    check(0x10, 0, &tiny, none(NoPrice::NotPositive));
}

proptest! {
    #[test]
    fn any_bytes_are_no_price_or_a_price_within_bounds(
        said in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..10),
        part in 0_usize..9,
    ) {
        for place in [PricePlace::Feed(feed("ETH / USD")), PricePlace::Pool(pool(0x10))] {
            let _ = told(&place, &said);
            let PricePlace::Pool(pool) = &place else { continue };
            let mut nearly = pool_said(pool, 5);
            nearly[part] = said.first().cloned().unwrap_or_default();
            let _ = told(&place, &nearly);
        }
    }
}
