//! Prices from what feeds and pools answer.
//!
//! A feed is Chainlink's `AggregatorV3Interface`, a pool Uniswap v3's `IUniswapV3Pool`. What a contract says of
//! itself is compared, byte for byte, with what the list of sources says of it before its price is looked at. The bounds
//! of an aggregator (`minAnswer`, `maxAnswer`) are not asked for: a price at one of them is told like any other.

mod rate;

use ethers_core::abi::{Token, encode};
use ethers_core::utils::id;
use fundtrail_model::{
    Address, Amount, NoPrice, PriceFeed, PricePlace, PricePool, PriceWay, Quote, Timestamp, U256,
};

pub(crate) use rate::MEAN_SECONDS;

/// A feed whose last answer is older than this at the time of the block says nothing of its price: the slowest
/// feeds answer once in 24 hours, and get an hour of grace.
pub(crate) const OLDEST_ANSWER_SECONDS: u64 = 25 * 60 * 60;

/// A question to a contract: where, and the data.
pub(crate) type Question = (Address, Vec<u8>);

/// What came of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said<'a> {
    /// The contract returned this.
    Bytes(&'a [u8]),
    /// It refused.
    Refused,
    /// The node does not have the state.
    NoState,
}

/// What has to be asked for a price at a place, in the order in which [`price`] wants the answers.
pub(crate) fn questions(place: &PricePlace) -> Vec<Question> {
    match place {
        PricePlace::Feed(feed) => feed_questions(feed).to_vec(),
        PricePlace::Pool(pool) => {
            let plain = |function: &str| (pool.contract, id(function).to_vec());
            let times = [MEAN_SECONDS, 0].map(|ago| Token::Uint(ago.into())).to_vec();
            let observe = [&id("observe(uint32[])")[..], &encode(&[Token::Array(times)])].concat();
            let mut questions = vec![
                plain("token0()"),
                plain("token1()"),
                plain("fee()"),
                plain("liquidity()"),
                plain("slot0()"),
                (pool.contract, observe),
            ];
            questions.extend(feed_questions(&pool.feed));
            questions
        }
    }
}

fn feed_questions(feed: &PriceFeed) -> [Question; 3] {
    ["description()", "decimals()", "latestRoundData()"]
        .map(|function| (feed.contract, id(function).to_vec()))
}

/// The price that the answers to [`questions`] give, at the end of a block that was made at `time`.
pub(crate) fn price(
    place: &PricePlace,
    said: &[Said<'_>],
    time: Timestamp,
) -> (PriceWay, Result<Quote, NoPrice>) {
    match place {
        PricePlace::Feed(feed) => (PriceWay::Feed, feed_price(feed, said, time)),
        PricePlace::Pool(pool) => match pool_price(pool, said, time) {
            Ok((way, quote)) => (way, Ok(quote)),
            Err(reason) => (PriceWay::PoolMean, Err(reason)),
        },
    }
}

fn feed_price(feed: &PriceFeed, said: &[Said<'_>], time: Timestamp) -> Result<Quote, NoPrice> {
    let [description, decimals, round] = said else { return Err(NoPrice::Unreadable) };
    let is_as_listed = is(*description, &encode(&[Token::String(feed.description.clone())]))?
        && is(*decimals, &encode(&[Token::Uint(feed.decimals.into())]))?;
    if !is_as_listed {
        return Err(NoPrice::NotAsListed);
    }
    let [_, answer, _, updated, _] = words::<5>(bytes(*round)?)?;
    if updated.is_zero() {
        return Err(NoPrice::Empty);
    }
    // Two's complement: the highest bit is the sign.
    if answer.is_zero() || answer.bit(255) {
        return Err(NoPrice::NotPositive);
    }
    let updated =
        if updated <= U256::from(time.0) { updated.as_u64() } else { return Err(NoPrice::Future) };
    if OLDEST_ANSWER_SECONDS < time.0.saturating_sub(updated) {
        return Err(NoPrice::Stale);
    }
    Quote::new(Amount::from_base_units(answer), feed.decimals, Timestamp(updated))
}

fn pool_price(
    pool: &PricePool,
    said: &[Said<'_>],
    time: Timestamp,
) -> Result<(PriceWay, Quote), NoPrice> {
    let Some((of_pool, of_feed)) = said.split_at_checked(6) else {
        return Err(NoPrice::Unreadable);
    };
    let [token0, token1, fee, liquidity, slot0, observed] = of_pool else {
        return Err(NoPrice::Unreadable);
    };
    let is_token0 = pool.token < pool.quote;
    let (first, second) =
        if is_token0 { (pool.token, pool.quote) } else { (pool.quote, pool.token) };
    let is_as_listed = is(*token0, &encode(&[Token::Address(first)]))?
        && is(*token1, &encode(&[Token::Address(second)]))?
        && is(*fee, &encode(&[Token::Uint(pool.fee.into())]))?;
    if !is_as_listed {
        return Err(NoPrice::NotAsListed);
    }
    let [liquidity] = words::<1>(bytes(*liquidity)?)?;
    let [spot, ..] = words::<7>(bytes(*slot0)?)?;
    if liquidity.is_zero() || spot.is_zero() {
        return Err(NoPrice::Empty);
    }
    // A pool that does not remember half an hour refuses the question for it.
    let (way, root) = match observed {
        Said::NoState => return Err(NoPrice::NoState),
        Said::Refused => (PriceWay::PoolSpot, rate::checked(spot)),
        Said::Bytes(answer) => {
            let tick = cumulatives(answer).and_then(rate::mean_tick);
            (PriceWay::PoolMean, tick.and_then(rate::root_at))
        }
    };
    let root = root.ok_or(NoPrice::Unreadable)?;
    let quote = feed_price(&pool.feed, of_feed, time)?;
    let usd = rate::worth(root, is_token0, (pool.decimals, pool.quote_decimals), &quote)
        .ok_or(NoPrice::TooLarge)?;
    Quote::new(usd, fundtrail_model::PRICE_DECIMALS, quote.at).map(|quote| (way, quote))
}

/// The two sums of ticks that `observe` returns: `(int56[] tickCumulatives, uint160[] …)`, in the one encoding that
/// the compiler gives.
fn cumulatives(answer: &[u8]) -> Option<[U256; 2]> {
    let words = words::<8>(answer).ok()?;
    let [first_at, second_at, count, before, after, other_count, ..] = words;
    let is_plain = first_at == U256::from(64)
        && second_at == U256::from(160)
        && count == U256::from(2)
        && other_count == U256::from(2);
    is_plain.then_some([before, after])
}

/// Whether the contract answered just this.
fn is(said: Said<'_>, expected: &[u8]) -> Result<bool, NoPrice> {
    bytes(said).map(|answer| answer == expected)
}

fn bytes(said: Said<'_>) -> Result<&[u8], NoPrice> {
    match said {
        // Where there is no contract, a call succeeds and returns nothing.
        Said::Bytes([]) | Said::Refused => Err(NoPrice::Unreadable),
        Said::Bytes(bytes) => Ok(bytes),
        Said::NoState => Err(NoPrice::NoState),
    }
}

/// So many words and nothing else.
fn words<const N: usize>(answer: &[u8]) -> Result<[U256; N], NoPrice> {
    let (chunks, rest) = answer.as_chunks::<32>();
    let words: Vec<U256> = chunks.iter().map(|word| U256::from_big_endian(word)).collect();
    if !rest.is_empty() {
        return Err(NoPrice::Unreadable);
    }
    words.try_into().map_err(|_| NoPrice::Unreadable)
}

#[cfg(test)]
mod tests;
