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
        let requests = first(requests, &in_vain, &name);
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

/// The first blocks' worth, if that is not all: the same command reads the next ones.
/// What was asked in vain before comes last.
fn first(
    mut requests: Vec<PriceRequest>,
    in_vain: &BTreeSet<(Asset, u64, Address)>,
    chain: &str,
) -> Vec<PriceRequest> {
    requests.sort_by_cached_key(|request| {
        let PriceRequest { asset, block, place, .. } = request;
        (in_vain.contains(&(*asset, *block, place.contract())), *block, *asset, is_pool(place))
    });
    if MOST_PRICES < requests.len() {
        ui::warning(&format!(
            "{MOST_PRICES} of {} prices on {chain} that are not known yet are read; the same command goes on",
            requests.len()
        ));
        requests.truncate(MOST_PRICES);
    }
    requests
}

const fn is_feed(place: &PricePlace) -> bool {
    matches!(place, PricePlace::Feed(_))
}

const fn is_pool(place: &PricePlace) -> bool {
    matches!(place, PricePlace::Pool(_))
}
