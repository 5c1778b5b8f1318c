//! What assets were worth in US dollars: a view that ranks and reports, and never moves a lot.

use crate::{Address, Amount, Asset, Timestamp, U256};

/// Decimal places of a price that is worked out here instead of being read as it is.
pub const PRICE_DECIMALS: u8 = 18;

/// Above so many dollars for one whole unit, a price is per million, in another currency, or a fault.
pub const MAX_PRICE: u64 = 1_000_000_000_000;

/// What one whole unit of an asset was worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quote {
    /// US dollars in units of `10^-scale` dollars. Never nothing: what has no price has no quote.
    pub usd: Amount,
    /// Decimal places of `usd`.
    pub scale: u8,
    /// Of when it is.
    pub at: Timestamp,
}

impl Quote {
    /// A quote of more than nothing and of at most [`MAX_PRICE`].
    ///
    /// # Errors
    ///
    /// Which of the two it is not.
    pub fn new(usd: Amount, scale: u8, at: Timestamp) -> Result<Self, NoPrice> {
        if usd.is_zero() {
            return Err(NoPrice::NotPositive);
        }
        let places = usize::from(scale);
        let unit = (places <= 77).then(|| U256::exp10(places));
        match unit.map(|unit| usd.base_units() / unit) {
            Some(dollars) if dollars < U256::from(MAX_PRICE) => Ok(Self { usd, scale, at }),
            _ => Err(NoPrice::TooLarge),
        }
    }

    /// What an amount of an asset with so many decimals is worth, in US cents, rounded half to even.
    ///
    /// `None` where more than 77 decimal places would be needed, and for more than 2^128 cents: only a lying
    /// token gives those.
    #[must_use]
    pub fn cents(&self, amount: Amount, decimals: u8) -> Option<u128> {
        let places = usize::from(decimals).checked_add(usize::from(self.scale))?;
        let unit = (places <= 77).then(|| U256::exp10(places))?;
        let half_cents = self.usd.base_units().checked_mul(U256::from(200_u8))?;
        let doubled = amount
            .share(Amount::from_base_units(half_cents), Amount::from_base_units(unit))?
            .base_units();
        let cents = doubled >> 1;
        let is_half_or_more = doubled.bit(0);
        let is_exact = amount.base_units().full_mul(half_cents) == doubled.full_mul(unit);
        let rounds_up = is_half_or_more && (!is_exact || cents.bit(0));
        let cents = if rounds_up { cents.checked_add(U256::one())? } else { cents };
        u128::try_from(cents).ok()
    }
}

/// A feed of prices in US dollars on the chain, as a list describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceFeed {
    /// Where it is: the address that stays when its aggregator is replaced.
    pub contract: Address,
    /// What it says of itself, for example `ETH / USD`.
    pub description: String,
    /// Decimal places of its answers.
    pub decimals: u8,
}

/// A pool in which an asset is changed into another one that has a feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PricePool {
    /// Where it is.
    pub contract: Address,
    /// The token whose price is wanted.
    pub token: Address,
    /// Its decimals.
    pub decimals: u8,
    /// The other token.
    pub quote: Address,
    /// The other one's decimals.
    pub quote_decimals: u8,
    /// What the pool takes of a swap, in millionths.
    pub fee: u32,
    /// The feed of the other token.
    pub feed: PriceFeed,
}

/// Where on the chain a price is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PricePlace {
    /// The answer of a feed.
    Feed(PriceFeed),
    /// The rate of a pool, times the answer of the feed of what it is changed into.
    Pool(PricePool),
}

impl PricePlace {
    /// The contract that gives the price.
    #[must_use]
    pub const fn contract(&self) -> Address {
        match self {
            Self::Feed(feed) => feed.contract,
            Self::Pool(pool) => pool.contract,
        }
    }
}

/// How a price on the chain was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PriceWay {
    /// The last answer of a feed.
    Feed,
    /// The geometric mean of a pool's price over the half hour before the end of the block.
    PoolMean,
    /// A pool's price at the end of the block, where it does not remember half an hour.
    PoolSpot,
}

impl PriceWay {
    /// Every way, in order.
    pub const ALL: [Self; 3] = [Self::Feed, Self::PoolMean, Self::PoolSpot];

    /// The word for it; it is also how files name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Feed => "feed",
            Self::PoolMean => "pool-mean",
            Self::PoolSpot => "pool-spot",
        }
    }

    /// The way of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.name() == name)
    }
}

/// Why a place on the chain gave no price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoPrice {
    /// The node does not give the state of that block: another node may.
    NoState,
    /// The contract is not there yet, refuses, or answers something else than it should.
    Unreadable,
    /// The contract says another thing of itself than the list says of it.
    NotAsListed,
    /// No round is complete, or the pool is empty.
    Empty,
    /// The price is zero or less.
    NotPositive,
    /// The price is more than anything is worth.
    TooLarge,
    /// The last answer is of after the block.
    Future,
    /// The last answer is too old.
    Stale,
}

impl NoPrice {
    /// Every reason, in order.
    pub const ALL: [Self; 8] = [
        Self::NoState,
        Self::Unreadable,
        Self::NotAsListed,
        Self::Empty,
        Self::NotPositive,
        Self::TooLarge,
        Self::Future,
        Self::Stale,
    ];

    /// The word for it, as files name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoState => "no-state",
            Self::Unreadable => "unreadable",
            Self::NotAsListed => "not-as-listed",
            Self::Empty => "empty",
            Self::NotPositive => "not-positive",
            Self::TooLarge => "too-large",
            Self::Future => "future",
            Self::Stale => "stale",
        }
    }

    /// The same for a reader.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::NoState => "the node did not give the state of that block (an archive node can)",
            Self::Unreadable => {
                "the contract is not there yet, refused, or gave no readable answer"
            }
            Self::NotAsListed => {
                "the contract says another thing of itself than the list of sources"
            }
            Self::Empty => "no round was complete, or the pool was empty",
            Self::NotPositive => "the price was zero or less",
            Self::TooLarge => "the price was more than anything is worth",
            Self::Future => "the last answer was of after the block",
            Self::Stale => "the last answer was too old",
        }
    }

    /// The reason of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

/// What a place on the chain said of an asset's price at the end of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PriceReading {
    /// The asset; it also names the chain.
    pub asset: Asset,
    /// The block at whose end it was read.
    pub block: u64,
    /// The contract that gave it: a feed or a pool.
    pub contract: Address,
    /// How it was read. Where a pool gave none, [`PriceWay::PoolMean`].
    pub way: PriceWay,
    /// The price, or why there is none.
    pub outcome: Result<Quote, NoPrice>,
}

#[cfg(test)]
mod tests {
    use super::{MAX_PRICE, NoPrice, PriceWay, Quote};
    use crate::{Amount, Timestamp, U256};

    const AT: Timestamp = Timestamp(1);

    #[test]
    fn names_round_trip() {
        for way in PriceWay::ALL {
            assert_eq!(PriceWay::from_name(way.name()), Some(way));
        }
        for reason in NoPrice::ALL {
            assert_eq!(NoPrice::from_name(reason.name()), Some(reason));
            assert!(!reason.words().is_empty());
        }
        assert_eq!((PriceWay::from_name("x"), NoPrice::from_name("x")), (None, None));
    }

    #[test]
    fn a_quote_is_more_than_nothing_and_not_absurd() {
        let check = |usd: Amount, scale, expected: Option<NoPrice>| {
            assert_eq!(Quote::new(usd, scale, AT).err(), expected, "{usd} {scale}");
        };
        check(Amount::ZERO, 8, Some(NoPrice::NotPositive));
        check(Amount::from(1), 77, None);
        check(Amount::from(1), 78, Some(NoPrice::TooLarge));
        check(Amount::from(u128::from(MAX_PRICE)), 0, Some(NoPrice::TooLarge));
        check(Amount::from(u128::from(MAX_PRICE) - 1), 0, None);
        check(Amount::MAX, 18, Some(NoPrice::TooLarge));
    }

    #[test]
    fn cents_are_rounded_half_to_even_and_never_wrap() {
        let check = |amount: Amount, decimals, usd: u128, scale, expected: Option<u128>| {
            let quote = Quote { usd: Amount::from(usd), scale, at: AT };
            assert_eq!(quote.cents(amount, decimals), expected, "{amount} {decimals} {usd}");
        };
        // 1.5 ETH at 3,350.12345678 dollars.
        check(Amount::from(1_500_000_000_000_000_000), 18, 335_012_345_678, 8, Some(502_519));
        check(Amount::from(1), 0, 5, 3, Some(0));
        check(Amount::from(3), 0, 5, 3, Some(2));
        check(Amount::from(5), 0, 5, 3, Some(2));
        check(Amount::from(51), 0, 1, 4, Some(1));
        check(Amount::ZERO, 18, 1, 0, Some(0));
        check(Amount::from(1), 78, 1, 0, None);
        check(Amount::from_base_units(U256::MAX), 0, 1, 0, None);
    }
}
