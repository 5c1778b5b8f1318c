//! How often nodes may be asked at most, as it is typed.

use fundtrail_model::{ChainId, sanitize_claim};

use crate::chains::Chains;
use crate::error::Error;

/// How many questions a second each endpoint may be asked at most.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct MaxRates(Vec<(Option<ChainId>, u32)>);

impl MaxRates {
    /// Reads `[CHAIN=]N`.
    pub(super) fn parse(texts: &[String], chains: &Chains) -> Result<Self, Error> {
        let rates = texts.iter().map(|text| {
            let (chain, digits) = match text.split_once('=') {
                Some((chain, digits)) => (Some(chains.named(chain)?), digits),
                None => (None, text.as_str()),
            };
            let rate = digits.trim().parse().ok().filter(|rate| *rate > 0);
            let rate = rate.ok_or_else(|| {
                Error::usage(
                    format!("--max-rps: `{}` is no rate", sanitize_claim(digits, 40)),
                    "give a whole number from 1 on, for example 5 or polygon=5",
                )
            })?;
            Ok((chain, rate))
        });
        rates.collect::<Result<_, Error>>().map(Self)
    }

    /// For endpoints of this chain: what was typed for it, else for all; the last that was typed.
    pub(super) fn of(&self, chain: ChainId) -> Option<u32> {
        let typed =
            |wanted: Option<ChainId>| self.0.iter().rev().find(|(known, _)| *known == wanted);
        typed(Some(chain)).or_else(|| typed(None)).map(|(_, rate)| *rate)
    }

    /// For an endpoint whose chain it has to be asked for: the least, because it may be of any chain.
    pub(super) fn of_any(&self) -> Option<u32> {
        self.0.iter().map(|(_, rate)| *rate).min()
    }
}

#[cfg(test)]
mod tests {
    use fundtrail_model::ChainId;

    use super::MaxRates;
    use crate::chains::Chains;

    #[test]
    fn the_chains_own_rate_holds_before_that_of_all() {
        let chains = Chains::builtin().unwrap();
        let parse = |texts: &[&str]| {
            let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
            MaxRates::parse(&texts, &chains)
        };
        let check = |texts: &[&str], polygon, ethereum, any| {
            let rates = parse(texts).unwrap();
            let found = (rates.of(ChainId(137)), rates.of(ChainId(1)), rates.of_any());
            assert_eq!(found, (polygon, ethereum, any), "{texts:?}");
        };
        check(&[], None, None, None);
        check(&["5"], Some(5), Some(5), Some(5));
        check(&["polygon=3", "5"], Some(3), Some(5), Some(3));
        check(&["5", "6", "137=9"], Some(9), Some(6), Some(5));
        for text in ["0", "", "-1", "1.5", "polygon=", "polygon=x", "99999999999"] {
            let error = parse(&[text]).unwrap_err().to_string();
            assert!(error.starts_with("--max-rps: `"), "{error}");
        }
        assert!(parse(&["nowhere=5"]).is_err());
    }
}
