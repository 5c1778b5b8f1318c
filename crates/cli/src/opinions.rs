//! Second opinions: what contracts on the chain that keep lists of their own say of whoever has a part in a trail.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Address, ChainId, Freeze, HopKind, Opinion, Trail, Window};
use fundtrail_store::Case;

use crate::chains::Chains;
use crate::error::Error;
use crate::evidence::{Evidence, How};
use crate::nodes::Nodes;
use crate::ui;

/// So many addresses of a chain are asked about, the listed ones first.
const MOST_ADDRESSES: usize = 1_000;

/// Asks about everybody in the trail of a case, each at the end of the last block that the case looks at, and
/// keeps the answers in the case instead of earlier ones; so also what issuers did to them since the trail began.
pub(crate) async fn ask(
    case: &mut Case,
    nodes: &mut Nodes,
    chains: &Chains,
    how: &How,
) -> Result<(), Error> {
    let evidence = Evidence::load(case)?;
    let marks = case.marks()?;
    let trail = evidence.follow(how, &marks)?;
    let mut opinions: Vec<Opinion> = Vec::new();
    let mut freezes: Vec<Freeze> = Vec::new();
    for (chain, parties) in parties(&trail) {
        let oracles = chains.oracles(chain);
        let Some(records) = evidence.chains.iter().find(|records| records.chain == chain) else {
            continue;
        };
        if oracles.is_empty() {
            let name = chains.info(chain).name;
            ui::warning(&format!("no contract that keeps a list of its own is known on {name}"));
            continue;
        }
        let is_listed = |address: &Address| {
            marks.get(&(chain, *address)).is_some_and(|marks| !marks.listings.is_empty())
        };
        let (mut wanted, others): (Vec<Address>, Vec<Address>) =
            parties.into_iter().partition(is_listed);
        wanted.extend(others);
        if MOST_ADDRESSES < wanted.len() {
            ui::warning(&format!(
                "second opinions are asked about {MOST_ADDRESSES} of {} addresses on {}",
                wanted.len(),
                chains.info(chain).name
            ));
            wanted.truncate(MOST_ADDRESSES);
        }
        let node = nodes.get(chain).await?;
        let told = node.opinions(chain, oracles, &wanted, records.until).await?;
        if told.is_empty() {
            ui::warning(&format!(
                "no contract on {} gave a second opinion at block {}: the node may lack that state",
                chains.info(chain).name,
                records.until
            ));
        }
        opinions.extend(told);
        let first = first_block(&trail, chain);
        if let Some(window) = Window::new(first.min(records.until), records.until) {
            let told = node.freezes(oracles, &wanted, window).await?;
            for (issuer, last) in told.missing {
                ui::warning(&format!(
                    "freezes by {} on {} were looked for from block {} on: the node did not give, or would take too \
                     long to give, the logs of blocks {first} to {last}",
                    issuer.name(),
                    chains.info(chain).name,
                    last.saturating_add(1)
                ));
            }
            freezes.extend(told.found);
        }
    }
    opinions.sort_unstable();
    case.replace_opinions(&opinions)?;
    Ok(case.replace_freezes(&freezes)?)
}

/// The first block of a chain that has a part in a trail.
fn first_block(trail: &Trail, chain: ChainId) -> u64 {
    let seeds = trail.seeds.iter().filter(|seed| seed.asset.chain() == chain);
    let hops = trail.hops.iter().filter(|hop| hop.chain == chain);
    let blocks = seeds.map(|seed| seed.position.block);
    blocks.chain(hops.map(|hop| hop.position.block)).min().unwrap_or(u64::MAX)
}

/// Everybody who has a part in a trail, by chain.
fn parties(trail: &Trail) -> BTreeMap<ChainId, BTreeSet<Address>> {
    let mut parties: BTreeMap<ChainId, BTreeSet<Address>> = BTreeMap::new();
    for seed in &trail.seeds {
        let of_seed = seed.from.into_iter().chain([seed.holder]);
        parties.entry(seed.asset.chain()).or_default().extend(of_seed);
    }
    for hop in &trail.hops {
        let of_hop = match &hop.kind {
            HopKind::Payment { from, to, .. } => [Some(*from), *to],
            HopKind::Conversion { account, .. } => [Some(*account), None],
        };
        parties.entry(hop.chain).or_default().extend(of_hop.into_iter().flatten());
    }
    for ending in &trail.endings {
        parties.entry(ending.asset.chain()).or_default().extend(ending.address);
    }
    parties
}
