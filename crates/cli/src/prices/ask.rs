//! Reads the prices that a report wants, at the blocks that it speaks of, and keeps them in the case.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_fetch::PriceRequest;
use fundtrail_model::{Address, Asset, ChainId, NoPrice, PricePlace, Timestamp};
use fundtrail_store::Case;

use crate::chains::Chains;
use crate::error::Error;
use crate::evidence::How;
use crate::nodes::Nodes;
use crate::ui;

/// So many prices are read of a chain, those of the first blocks first.
const MOST_PRICES: usize = 5_000;
/// So many are read between two writes.
const PRICES_A_WRITE: usize = 32;

/// What was read already, by asset and block: each contract that was asked, and whether it gave a price. What a node
/// had no state for is asked again.
type Known = BTreeMap<(Asset, u64), BTreeMap<Address, bool>>;

/// Asks feeds and pools for every price that a report wants, of an asset at a block with its time, and no source before
/// them has. What the case holds already is not asked again, so a run that was killed goes on where it stopped.
pub(crate) async fn ask(
    case: &mut Case,
    nodes: &mut Nodes,
    chains: &Chains,
    how: &How,
    prices: Vec<(Asset, u64, Timestamp)>,
) -> Result<(), Error> {
    let mut known = Known::new();
    let mut in_vain: BTreeSet<(Asset, u64, Address)> = BTreeSet::new();
    for reading in case.prices()? {
        if reading.outcome == Err(NoPrice::NoState) {
            in_vain.insert((reading.asset, reading.block, reading.contract));
        } else {
            let contracts = known.entry((reading.asset, reading.block)).or_default();
            contracts.insert(reading.contract, reading.outcome.is_ok());
        }
    }
    let mut wanted: BTreeMap<ChainId, Vec<PriceRequest>> = BTreeMap::new();
    for (asset, block, time) in prices {
        for place in how.prices.places(asset, time) {
            let request = PriceRequest { asset, block, time, place: place.clone() };
            wanted.entry(asset.chain()).or_default().push(request);
        }
    }
    for (chain, mut requests) in wanted {
        let name = chains.info(chain).name;
        requests.retain(|request| is_open(&known, request));
        let count = requests.len();
        let requests = first(requests, &in_vain, MOST_PRICES);
        cut_note(count, MOST_PRICES, &name).iter().for_each(|note| ui::warning(note));
        let mut no_state: BTreeSet<u64> = BTreeSet::new();
        // Feeds first: a pool is asked only where they gave none.
        for is_turn in [is_feed, is_pool] {
            let open: Vec<PriceRequest> = requests
                .iter()
                .filter(|request| is_turn(&request.place))
                .filter(|request| is_open(&known, request))
                .cloned()
                .collect();
            if open.is_empty() {
                continue;
            }
            let node = nodes.get(chain).await?;
            for some in open.chunks(PRICES_A_WRITE) {
                let readings = node.prices(some, chains.info(chain).multicall3).await?;
                case.write_prices(&readings)?;
                for reading in readings {
                    let contracts = known.entry((reading.asset, reading.block)).or_default();
                    contracts.insert(reading.contract, reading.outcome.is_ok());
                    if reading.outcome == Err(NoPrice::NoState) {
                        no_state.insert(reading.block);
                    }
                }
            }
        }
        if !no_state.is_empty() {
            ui::warning(&format!(
                "prices at {} blocks of {name} could not be read: the node no longer has that state; an archive \
                 node can tell, and the same command asks it for these alone",
                no_state.len()
            ));
        }
    }
    Ok(())
}

/// Whether neither this contract was asked yet nor another one gave a price.
fn is_open(known: &Known, request: &PriceRequest) -> bool {
    known.get(&(request.asset, request.block)).is_none_or(|told| {
        !told.contains_key(&request.place.contract()) && !told.values().any(|is_price| *is_price)
    })
}

/// The first blocks' worth, `most` of them: the same command reads the next ones. What was asked in vain before comes
/// last.
fn first(
    mut requests: Vec<PriceRequest>,
    in_vain: &BTreeSet<(Asset, u64, Address)>,
    most: usize,
) -> Vec<PriceRequest> {
    requests.sort_by_cached_key(|request| {
        let PriceRequest { asset, block, place, .. } = request;
        (in_vain.contains(&(*asset, *block, place.contract())), *block, *asset, is_pool(place))
    });
    requests.truncate(most);
    requests
}

/// That not all prices of a chain are read, if so.
fn cut_note(count: usize, most: usize, chain: &str) -> Option<String> {
    (most < count).then(|| {
        format!("{most} of {count} prices on {chain} that are not known yet are read; the same command goes on")
    })
}

const fn is_feed(place: &PricePlace) -> bool {
    matches!(place, PricePlace::Feed(_))
}

const fn is_pool(place: &PricePlace) -> bool {
    matches!(place, PricePlace::Pool(_))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use fundtrail_fetch::PriceRequest;
    use fundtrail_model::{Address, Asset, ChainId, PriceFeed, PricePlace, PricePool, Timestamp};

    use super::{Known, cut_note, first, is_open};

    const CHAIN: ChainId = ChainId(1);

    fn feed(contract: u8) -> PriceFeed {
        let contract = Address::repeat_byte(contract);
        PriceFeed { contract, description: "ETH / USD".to_owned(), decimals: 8 }
    }

    fn request(block: u64, place: PricePlace) -> PriceRequest {
        PriceRequest { asset: Asset::Native(CHAIN), block, time: Timestamp(block), place }
    }

    fn of_feed(block: u64) -> PriceRequest {
        request(block, PricePlace::Feed(feed(1)))
    }

    fn of_pool(block: u64) -> PriceRequest {
        let [contract, token, quote] = [2, 3, 4].map(Address::repeat_byte);
        let (decimals, quote_decimals, fee) = (18, 18, 500);
        let feed = feed(1);
        let pool = PricePool { contract, token, decimals, quote, quote_decimals, fee, feed };
        request(block, PricePlace::Pool(pool))
    }

    /// The blocks, those of pools with a star.
    fn shown(requests: &[PriceRequest]) -> Vec<String> {
        let star = |of: &PriceRequest| if super::is_pool(&of.place) { "*" } else { "" };
        requests.iter().map(|of| format!("{}{}", of.block, star(of))).collect()
    }

    #[test]
    fn the_first_blocks_come_first_and_what_was_asked_in_vain_last() {
        let check = |most: usize, in_vain: &[u64], expected: &[&str]| {
            let requests = vec![of_pool(7), of_feed(9), of_feed(5), of_pool(5), of_feed(7)];
            let vain = |block: &u64| (Asset::Native(CHAIN), *block, Address::repeat_byte(1));
            let in_vain: BTreeSet<_> = in_vain.iter().map(vain).collect();
            assert_eq!(shown(&first(requests, &in_vain, most)), expected, "{most} {in_vain:?}");
        };
        check(9, &[], &["5", "5*", "7", "7*", "9"]);
        check(3, &[], &["5", "5*", "7"]);
        check(9, &[5], &["5*", "7", "7*", "9", "5"]);
        check(4, &[5], &["5*", "7", "7*", "9"]);
        check(0, &[], &[]);
    }

    #[test]
    fn a_cut_is_said() {
        assert_eq!(cut_note(5_000, 5_000, "Ethereum"), None);
        assert_eq!(
            cut_note(5_001, 5_000, "Ethereum").unwrap(),
            "5000 of 5001 prices on Ethereum that are not known yet are read; the same command goes on"
        );
    }

    #[test]
    fn nobody_is_asked_twice_nor_after_a_price() {
        let check = |told: &[(u8, bool)], feed_is_open: bool, pool_is_open: bool| {
            let of =
                |(contract, is_price): &(u8, bool)| (Address::repeat_byte(*contract), *is_price);
            let told: BTreeMap<Address, bool> = told.iter().map(of).collect();
            let known = Known::from([((Asset::Native(CHAIN), 5), told)]);
            let open = (is_open(&known, &of_feed(5)), is_open(&known, &of_pool(5)));
            assert_eq!(open, (feed_is_open, pool_is_open));
            assert!(is_open(&known, &of_feed(6)), "another block");
        };
        check(&[], true, true);
        check(&[(1, true)], false, false);
        check(&[(1, false)], false, true);
        check(&[(1, false), (2, false)], false, false);
        check(&[(1, false), (2, true)], false, false);
    }
}
