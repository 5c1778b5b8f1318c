//! Second opinions: what contracts on the chain that keep lists of their own say of whoever has a part in a trail.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Address, ChainId, Freeze, HopKind, Marks, Opinion, Oracle, Trail, Window};
use fundtrail_report::Issuer;
use fundtrail_store::Case;

use crate::chains::Chains;
use crate::error::Error;
use crate::evidence::{Evidence, How};
use crate::nodes::Nodes;
use crate::presentation::key;
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
    // Of which blocks the logs of an issuer were read.
    let mut searched: BTreeMap<String, String> = BTreeMap::new();
    for (chain, parties) in parties(&trail) {
        let Some(records) = evidence.chains.iter().find(|records| records.chain == chain) else {
            continue;
        };
        let is_listed = is_listed(&marks, chain);
        let until = records.until;
        let Some(wanted) = wanted(chains, chain, (&[], parties), &is_listed) else { continue };
        opinions.extend(told(nodes, chains, chain, &wanted, until).await?);
        let first = first_block(&trail, chain);
        if let Some(window) = Window::new(first.min(until), until) {
            let node = nodes.get(chain).await?;
            let told = node.freezes(chains.oracles(chain), &wanted, window).await?;
            for (oracle, _) in issuers(chains, chain) {
                let after = told
                    .missing
                    .get(&oracle)
                    .map_or(Some(window.first()), |last| last.checked_add(1));
                if let Some(read) = after.and_then(|first| Window::new(first, until)) {
                    let blocks = format!("{}-{}", read.first(), read.last());
                    searched.insert(format!("{chain}.{}", oracle.name()), blocks);
                }
            }
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
    case.replace_freezes(&freezes)?;
    Ok(case.replace_settings(key::FREEZES, &searched)?)
}

/// The oracles of a chain that are issuers.
fn issuers(chains: &Chains, chain: ChainId) -> impl Iterator<Item = (Oracle, Address)> {
    let oracles = chains.oracles(chain).iter().copied();
    oracles.filter(|(oracle, _)| *oracle != Oracle::Sanctions)
}

/// The issuers that can be asked about a case, and which of their logs were read.
pub(crate) fn asked_issuers(
    settings: &BTreeMap<String, String>,
    chains: &Chains,
    of: impl Iterator<Item = ChainId>,
) -> Vec<Issuer> {
    let on = |chain: ChainId| {
        issuers(chains, chain).map(move |(oracle, contract)| {
            let key = format!("{}{chain}.{}", key::FREEZES, oracle.name());
            let blocks = settings.get(&key).and_then(|blocks| blocks.split_once('-'));
            let searched = blocks
                .and_then(|(first, last)| Window::new(first.parse().ok()?, last.parse().ok()?));
            Issuer { chain, oracle, contract, searched }
        })
    };
    of.flat_map(on).collect()
}

/// The first block of a chain that has a part in a trail.
fn first_block(trail: &Trail, chain: ChainId) -> u64 {
    let seeds = trail.seeds.iter().filter(|seed| seed.asset.chain() == chain);
    let hops = trail.hops.iter().filter(|hop| hop.chain == chain);
    let blocks = seeds.map(|seed| seed.position.block);
    blocks.chain(hops.map(|hop| hop.position.block)).min().unwrap_or(u64::MAX)
}

/// Asks about wallets and others of one chain at the end of a block, and keeps the answers in the case beside those about
/// others.
pub(crate) async fn ask_about(
    case: &mut Case,
    nodes: &mut Nodes,
    chains: &Chains,
    chain: ChainId,
    (wallets, mut others, block): (&[Address], BTreeSet<Address>, u64),
) -> Result<(), Error> {
    let marks = case.marks()?;
    let mut opinions = case.opinions()?;
    others.extend(wallets);
    opinions.retain(|of| of.chain != chain || !others.contains(&of.address));
    if let Some(wanted) = wanted(chains, chain, (wallets, others), &is_listed(&marks, chain)) {
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

/// Whom to ask about, those whom it is about first, then the listed ones; `None` where nobody on the chain can be asked.
fn wanted(
    chains: &Chains,
    chain: ChainId,
    (first, parties): (&[Address], BTreeSet<Address>),
    is_listed: &impl Fn(&Address) -> bool,
) -> Option<Vec<Address>> {
    let name = chains.info(chain).name;
    if chains.oracles(chain).is_empty() {
        ui::warning(&format!("no contract that keeps a list of its own is known on {name}"));
        return None;
    }
    let mut wanted: Vec<Address> = parties.into_iter().collect();
    // Stable: otherwise in the order of the addresses.
    wanted.sort_by_key(|who| (!first.contains(who), !is_listed(who)));
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
