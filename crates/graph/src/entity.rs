//! Evidence that addresses belong to one owner.
//!
//! Links are leads: nothing of them enters a ledger, and only strong ones are counted as one owner's. A link is
//! claimed only of what a case holds. Who created a contract, who owns a Safe and what was approved are not in a
//! case, so nothing is said of them; an authorisation is seen where somebody makes use of it.

mod authorised;
mod delegate;
mod deposit;
mod gas;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use fundtrail_model::{Amount, Asset, Heuristic, Link, Links};

use crate::dealings::{Dealings, share};

/// More of a heuristic are counted and left out.
const MOST_OF_A_HEURISTIC: usize = 50;

/// Looks for links on every chain, and joins what strong ones link.
pub(crate) fn links(chains: &[Dealings<'_>]) -> Links {
    let mut found: Vec<Link> = Vec::new();
    for dealings in chains {
        found.extend(deposit::deposits(dealings));
        found.extend(authorised::takings(dealings));
        found.extend(delegate::same_delegates(dealings));
        found.extend(gas::fundings(dealings));
    }
    // Those whom value was stolen from dealt with thieves, and are not one with them.
    found.retain(|link| {
        [link.from, link.to].iter().all(|who| {
            chains.iter().filter(|of| of.chain == link.chain).all(|of| !of.is_victim(*who))
        })
    });
    found.sort_unstable();
    let clusters = Links::clusters_of(&found);
    let mut counts: BTreeMap<Heuristic, usize> = BTreeMap::new();
    found.retain(|link| {
        let count = counts.entry(link.heuristic).or_default();
        *count = count.saturating_add(1);
        *count <= MOST_OF_A_HEURISTIC
    });
    let too_many = counts.into_iter().filter(|(_, count)| MOST_OF_A_HEURISTIC < *count);
    let left_out = too_many.map(|(by, n)| (by, n.saturating_sub(MOST_OF_A_HEURISTIC))).collect();
    Links { found, left_out, clusters }
}

/// So many millionths of a chain's coin, in base units.
fn coins(dealings: &Dealings<'_>, ppm: u64) -> Option<Amount> {
    let coin = Asset::Native(dealings.chain);
    let ticker = dealings.scene.tickers.iter().find(|ticker| ticker.asset == coin)?;
    let one = Amount::from(10_u128.checked_pow(u32::from(ticker.decimals))?);
    Some(share(one, ppm))
}
