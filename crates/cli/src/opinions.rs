//! Second opinions: what contracts on the chain that keep lists of their own say of whoever has a part in a trail.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Address, ChainId, Freeze, HopKind, Marks, Opinion, Trail, Window};
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
        let Some(records) = evidence.chains.iter().find(|records| records.chain == chain) else {
            continue;
        };
        let is_listed = is_listed(&marks, chain);
        let until = records.until;
        let Some(wanted) = wanted(chains, chain, parties, &is_listed) else { continue };
        opinions.extend(told(nodes, chains, chain, &wanted, until).await?);
        let first = first_block(&trail, chain);
        if let Some(window) = Window::new(first.min(until), until) {
            let node = nodes.get(chain).await?;
            let told = node.freezes(chains.oracles(chain), &wanted, window).await?;
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

/// Asks about addresses of one chain at the end of a block, and keeps the answers in the case beside those about others.
pub(crate) async fn ask_about(
    case: &mut Case,
    nodes: &mut Nodes,
    chains: &Chains,
    chain: ChainId,
    (who, block): (BTreeSet<Address>, u64),
) -> Result<(), Error> {
    let marks = case.marks()?;
    let mut opinions = case.opinions()?;
    opinions.retain(|of| of.chain != chain || !who.contains(&of.address));
    if let Some(wanted) = wanted(chains, chain, who, &is_listed(&marks, chain)) {
        opinions.extend(told(nodes, chains, chain, &wanted, block).await?);
    }
    opinions.sort_unstable();
    Ok(case.replace_opinions(&opinions)?)
}

fn is_listed(
    marks: &BTreeMap<(ChainId, Address), Marks>,
    chain: ChainId,
) -> impl Fn(&Address) -> bool {
    move |address| marks.get(&(chain, *address)).is_some_and(|marks| !marks.listings.is_empty())
}

/// Whom to ask about, the listed ones first; `None` where nobody on the chain can be asked.
fn wanted(
    chains: &Chains,
    chain: ChainId,
    parties: BTreeSet<Address>,
    is_listed: &impl Fn(&Address) -> bool,
) -> Option<Vec<Address>> {
    let name = chains.info(chain).name;
    if chains.oracles(chain).is_empty() {
        ui::warning(&format!("no contract that keeps a list of its own is known on {name}"));
        return None;
    }
    let (mut wanted, others): (Vec<Address>, Vec<Address>) =
        parties.into_iter().partition(is_listed);
    wanted.extend(others);
    if MOST_ADDRESSES < wanted.len() {
        ui::warning(&format!(
            "second opinions are asked about {MOST_ADDRESSES} of {} addresses on {name}",
            wanted.len(),
        ));
        wanted.truncate(MOST_ADDRESSES);
    }
    Some(wanted)
}

/// What the contracts of a chain say of addresses at the end of a block.
async fn told(
    nodes: &mut Nodes,
    chains: &Chains,
    chain: ChainId,
    wanted: &[Address],
    block: u64,
) -> Result<Vec<Opinion>, Error> {
    let node = nodes.get(chain).await?;
    let told = node.opinions(chain, chains.oracles(chain), wanted, block).await?;
    if told.is_empty() {
        let name = chains.info(chain).name;
        ui::warning(&format!(
            "no contract on {name} gave a second opinion at block {block}: the node may lack that state"
        ));
    }
    Ok(told)
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
