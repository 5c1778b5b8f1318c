//! What amounts are worth in US dollars: every source of prices behind one question.

pub(crate) mod ask;
mod sources;

use std::collections::BTreeMap;
use std::sync::Arc;

use fundtrail_labels::prices::Prices;
use fundtrail_model::{
    Amount, Asset, PricePlace, PriceReading, PriceWay, Quote, Timestamp, checksum,
};
use fundtrail_report::{PriceNote, Usd, Valued};
use fundtrail_store::Case;

use crate::error::Error;
pub(crate) use sources::Sources;

/// Where prices come from, as `--price-source` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PriceSource {
    /// The file of the user's.
    Csv,
    /// Feeds and pools, read at the end of the block.
    Chain,
    /// One dollar, for tokens that are meant to be worth one.
    Stable,
}

impl PriceSource {
    const ALL: [Self; 3] = [Self::Csv, Self::Chain, Self::Stable];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Chain => "chain",
            Self::Stable => "stable",
        }
    }

    /// The same for a reader.
    const fn words(self) -> &'static str {
        match self {
            Self::Csv => "the file of daily prices that was given",
            Self::Chain => {
                "feeds and pools on the chain, read at the end of the block of the movement"
            }
            Self::Stable => {
                "1 US dollar, by convention, for the tokens of the built-in list that are meant to be worth that"
            }
        }
    }

    /// The sources that a case names, the first that has a price counting; the file alone where it names none.
    pub(crate) fn of_setting(text: Option<&String>) -> Vec<Self> {
        let Some(text) = text else { return vec![Self::Csv] };
        let named = |name| Self::ALL.into_iter().find(|source| source.name() == name);
        text.split(',').filter_map(named).collect()
    }

    /// What [`PriceSource::of_setting`] reads.
    pub(crate) fn to_setting(sources: &[Self]) -> String {
        let names: Vec<&str> = sources.iter().map(|source| source.name()).collect();
        if names.is_empty() { "none".to_owned() } else { names.join(",") }
    }
}

/// What is valued, and when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spot {
    pub(crate) asset: Asset,
    pub(crate) decimals: u8,
    pub(crate) block: u64,
    /// When the block was made.
    pub(crate) time: Timestamp,
}

/// Every price that a case can be valued by.
pub(crate) struct PriceBook {
    /// The first that has a price counts.
    order: Vec<PriceSource>,
    csv: Prices,
    sources: Sources,
    readings: BTreeMap<(Asset, u64), Vec<PriceReading>>,
}

impl PriceBook {
    pub(crate) fn of_case(
        case: &Case,
        order: Vec<PriceSource>,
        csv: Prices,
    ) -> Result<Self, Error> {
        let mut readings: BTreeMap<(Asset, u64), Vec<PriceReading>> = BTreeMap::new();
        for reading in case.prices()? {
            readings.entry((reading.asset, reading.block)).or_default().push(reading);
        }
        Ok(Self { order, csv, sources: Sources::builtin()?, readings })
    }

    /// What a reader is told of where prices come from, in the order in which they are asked; nothing where there is
    /// none to ask.
    pub(crate) fn told(&self) -> Vec<&'static str> {
        let is_there =
            |source: &&PriceSource| **source != PriceSource::Csv || self.csv.list().is_some();
        self.order.iter().filter(is_there).map(|source| source.words()).collect()
    }

    /// Whether feeds and pools are to be asked at all.
    pub(crate) fn asks_chain(&self) -> bool {
        self.order.contains(&PriceSource::Chain)
    }

    /// Where on the chain the price of an asset at a block would be read, best first: nothing where another source has
    /// it before.
    fn places(&self, asset: Asset, time: Timestamp) -> &[PricePlace] {
        let before = self.order.iter().take_while(|source| **source != PriceSource::Chain);
        let has_other =
            before.clone().any(|source| self.quote_by(*source, asset, 0, time).is_some());
        if has_other { &[] } else { self.sources.places(asset) }
    }

    /// What an amount was worth at a block, by the first source that has a price.
    pub(crate) fn value(
        &self,
        amount: Amount,
        &Spot { asset, decimals, block, time }: &Spot,
    ) -> Result<Valued, &'static str> {
        let found = self
            .order
            .iter()
            .find_map(|source| Some((*source, self.quote_by(*source, asset, block, time)?)));
        let (source, (quote, way)) = found.ok_or_else(|| self.why_not(asset, block))?;
        let cents =
            quote.cents(amount, decimals).ok_or("the value is larger than any sum of money")?;
        Ok(Valued {
            usd: Usd { cents },
            price: Arc::new(self.note(asset, (source, way), quote, time)),
        })
    }

    /// The value by the sources that need no node, which are there before anything is followed.
    pub(crate) fn cents_without_node(
        &self,
        amount: Amount,
        &Spot { asset, decimals, block, time }: &Spot,
    ) -> Option<u128> {
        let sources = self.order.iter().filter(|source| **source != PriceSource::Chain);
        let mut quotes = sources.filter_map(|source| self.quote_by(*source, asset, block, time));
        quotes.next().and_then(|(quote, _)| quote.cents(amount, decimals))
    }

    fn quote_by(
        &self,
        source: PriceSource,
        asset: Asset,
        block: u64,
        time: Timestamp,
    ) -> Option<(Quote, Option<&PriceReading>)> {
        match source {
            PriceSource::Csv => self.csv.quote_on(asset, time.date()?).map(|quote| (quote, None)),
            PriceSource::Stable => {
                self.sources.stable(asset)?;
                let quote = Quote { usd: Amount::from(1), scale: 0, at: time };
                Some((quote, None))
            }
            PriceSource::Chain => {
                let read = self.readings.get(&(asset, block))?;
                let best = |reading: &&PriceReading| (reading.way, reading.contract);
                let good =
                    read.iter().filter(|reading| reading.outcome.is_ok()).min_by_key(best)?;
                good.outcome.ok().map(|quote| (quote, Some(good)))
            }
        }
    }

    /// Why no source has a price.
    fn why_not(&self, asset: Asset, block: u64) -> &'static str {
        if !self.asks_chain() {
            return "no price source that was asked for has one";
        }
        let read = self.readings.get(&(asset, block)).into_iter().flatten();
        let reason = read.filter_map(|reading| reading.outcome.err()).min();
        match reason {
            Some(reason) => reason.words(),
            None if self.sources.places(asset).is_empty() => {
                "no price source that was asked for knows the asset"
            }
            None => "the chain was not asked at that block",
        }
    }

    fn note(
        &self,
        asset: Asset,
        (source, reading): (PriceSource, Option<&PriceReading>),
        quote: Quote,
        time: Timestamp,
    ) -> PriceNote {
        let (kind, said_by) = match (source, reading) {
            (PriceSource::Chain, Some(reading)) => (reading.way.name(), self.place_text(reading)),
            (PriceSource::Stable, _) => {
                let source = self.sources.stable(asset).unwrap_or_default();
                ("stable", format!("1 US dollar by convention ({source})"))
            }
            (PriceSource::Csv | PriceSource::Chain, _) => {
                let price = time.date().and_then(|day| self.csv.price_on(asset, day));
                ("csv", price.map(|price| price.source.clone()).unwrap_or_default())
            }
        };
        let is_daily = source == PriceSource::Csv;
        PriceNote {
            usd_per_unit: quote.usd.to_decimal(quote.scale),
            kind,
            source: said_by,
            time: match time.date().filter(|_| is_daily) {
                Some(day) => day.to_string(),
                None => quote.at.to_string(),
            },
            age_seconds: (!is_daily).then(|| time.0.saturating_sub(quote.at.0)),
        }
    }

    fn place_text(&self, reading: &PriceReading) -> String {
        let contract = checksum(reading.contract);
        let places = self.sources.places(reading.asset);
        let place = places.iter().find(|place| place.contract() == reading.contract);
        let feed = match place {
            Some(PricePlace::Feed(feed)) => &feed.description,
            Some(PricePlace::Pool(pool)) => &pool.feed.description,
            None => "",
        };
        match reading.way {
            PriceWay::Feed => format!("Chainlink feed {feed} {contract}"),
            PriceWay::PoolMean => {
                format!(
                    "Uniswap v3 pool {contract}, mean of 30 minutes, times Chainlink feed {feed}"
                )
            }
            PriceWay::PoolSpot => {
                format!(
                    "Uniswap v3 pool {contract}, at the end of the block, times Chainlink feed {feed}"
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PriceSource;

    #[test]
    fn settings_round_trip() {
        let all = [PriceSource::Stable, PriceSource::Chain, PriceSource::Csv];
        for count in 0..=all.len() {
            let text = PriceSource::to_setting(&all[..count]);
            assert_eq!(PriceSource::of_setting(Some(&text)), all[..count], "{text}");
        }
        assert_eq!(PriceSource::of_setting(None), [PriceSource::Csv]);
    }
}
