//! Second opinions: what contracts on the chain that keep lists of their own say of whoever has a part in a trail.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{
    Address, ChainId, Freeze, HopKind, Marks, Opinion, Oracle, Trail, Window, checksum,
};
use fundtrail_report::Issuer;
use fundtrail_store::Case;

use crate::chains::Chains;
use crate::error::Error;
use crate::evidence::{Evidence, How};
use crate::nodes::Nodes;
use crate::presentation::key;
use crate::ui;
use crate::wallet::{kept, own_key};

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
    // What was asked for a report on a wallet stays.
    let screened = kept(case, chains)?;
    let is_screened = |chain: ChainId, blocks: &dyn Fn(Window) -> bool| {
        screened.iter().any(|of| of.chain == chain && blocks(of.window))
    };
    let mut opinions = case.opinions()?;
    opinions.retain(|of| is_screened(of.chain, &|window| window.last() == of.block));
    let mut freezes = case.freezes()?;
    freezes.retain(|of| is_screened(of.chain, &|window| window.contains(of.block)));
    let (mut searched, mut asked_at) = (BTreeMap::new(), BTreeMap::new());
    for (chain, parties) in parties(&trail) {
        let Some(records) = evidence.chains.iter().find(|records| records.chain == chain) else {
            continue;
        };
        let is_listed = is_listed(&marks, chain);
        let until = records.until;
        let Some(wanted) = wanted(chains, chain, (&[], parties), &is_listed) else { continue };
        opinions.extend(told(nodes, chains, chain, &wanted, until).await?);
        asked_at.insert(chain.to_string(), until.to_string());
        let first = first_block(&trail, chain);
        if let Some(window) = Window::new(first.min(until), until) {
            let frozen = frozen(nodes, chains, chain, (&wanted, window)).await?;
            freezes.extend(frozen.0);
            searched.extend(frozen.1);
        }
    }
    replace(case, opinions, freezes)?;
    case.replace_settings(key::OPINIONS, &asked_at)?;
    Ok(case.replace_settings(key::FREEZES, &searched)?)
}

/// Each once: a trail and a report on a wallet may have asked the same. The last answer counts.
fn replace(case: &mut Case, opinions: Vec<Opinion>, freezes: Vec<Freeze>) -> Result<(), Error> {
    let place = |of: Opinion| ((of.chain, of.address, of.contract, of.block), of);
    let opinions: BTreeMap<_, Opinion> = opinions.into_iter().map(place).collect();
    let place = |of: Freeze| ((of.chain, of.block, of.log), of);
    let freezes: BTreeMap<_, Freeze> = freezes.into_iter().map(place).collect();
    case.replace_opinions(&opinions.into_values().collect::<Vec<_>>())?;
    Ok(case.replace_freezes(&freezes.into_values().collect::<Vec<_>>())?)
}

/// What issuers did to addresses in some blocks, and, as settings, of which blocks the logs of each were read.
async fn frozen(
    nodes: &mut Nodes,
    chains: &Chains,
    chain: ChainId,
    (wanted, window): (&[Address], Window),
) -> Result<(Vec<Freeze>, BTreeMap<String, String>), Error> {
    let node = nodes.get(chain).await?;
    let told = node.freezes(chains.oracles(chain), wanted, window).await?;
    let mut searched = BTreeMap::new();
    for (oracle, _) in issuers(chains, chain) {
        let missing = told.missing.get(&oracle);
        let after = missing.map_or(Some(window.first()), |last| last.checked_add(1));
        if let Some(read) = after.and_then(|first| Window::new(first, window.last())) {
            let blocks = format!("{}-{}", read.first(), read.last());
            searched.insert(format!("{chain}.{}", oracle.name()), blocks);
        }
    }
    for (issuer, last) in told.missing {
        ui::warning(&format!(
            "freezes by {} on {} were looked for from block {} on: the node did not give, or would take too long to \
             give, the logs of blocks {} to {last}, or nodes do not agree on them",
            issuer.name(),
            chains.info(chain).name,
            last.saturating_add(1),
            window.first(),
        ));
    }
    Ok((told.found, searched))
}

/// What was asked for the trail of a case: the opinions at its block, and the freezes in the blocks that were read.
pub(crate) fn of_trail(
    case: &Case,
    settings: &BTreeMap<String, String>,
    issuers: &[Issuer],
) -> Result<(Vec<Opinion>, Vec<Freeze>), Error> {
    let asked_at = |chain: ChainId| settings.get(&format!("{}{chain}", key::OPINIONS));
    let mut opinions = case.opinions()?;
    opinions.retain(|of| asked_at(of.chain).is_some_and(|block| *block == of.block.to_string()));
    let is_read = |of: &Freeze| {
        let is_its = |issuer: &&Issuer| (issuer.chain, issuer.contract) == (of.chain, of.contract);
        let searched = issuers.iter().find(is_its).and_then(|issuer| issuer.searched);
        searched.is_some_and(|blocks| blocks.contains(of.block))
    };
    let mut freezes = case.freezes()?;
    freezes.retain(is_read);
    Ok((opinions, freezes))
}

/// The oracles of a chain that are issuers.
fn issuers(chains: &Chains, chain: ChainId) -> impl Iterator<Item = (Oracle, Address)> {
    let oracles = chains.oracles(chain).iter().copied();
    oracles.filter(|(oracle, _)| *oracle != Oracle::Sanctions)
}

/// The issuers that can be asked about a case, and which of their logs were read, by its settings.
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

/// Asks about wallets and others of one chain at the end of a window, and what issuers did to them in it, and keeps the
/// answers in the case beside those about others.
pub(crate) async fn ask_about(
    case: &mut Case,
    nodes: &mut Nodes,
    chains: &Chains,
    chain: ChainId,
    (wallets, mut others, window): (&[Address], BTreeSet<Address>, Window),
) -> Result<(), Error> {
    let marks = case.marks()?;
    let (mut opinions, mut freezes) = (case.opinions()?, case.freezes()?);
    others.extend(wallets);
    let of_trail = case.setting(&format!("{}{chain}", key::OPINIONS))?;
    opinions.retain(|of| {
        let is_of_trail = of_trail.as_ref().is_some_and(|block| *block == of.block.to_string());
        of.chain != chain || !others.contains(&of.address) || is_of_trail
    });
    let mut searched = BTreeMap::new();
    if let Some(wanted) = wanted(chains, chain, (wallets, others), &is_listed(&marks, chain)) {
        opinions.extend(told(nodes, chains, chain, &wanted, window.last()).await?);
        let frozen = frozen(nodes, chains, chain, (&wanted, window)).await?;
        freezes.extend(frozen.0);
        searched = frozen.1;
    }
    replace(case, opinions, freezes)?;
    for wallet in wallets {
        let key = searched_key(chain, *wallet);
        let of_it = searched.iter().map(|(name, blocks)| (name.clone(), blocks.clone())).collect();
        case.replace_settings(&key, &of_it)?;
    }
    Ok(())
}

/// Before the settings that say which logs of issuers were read for a report on a wallet.
fn searched_key(chain: ChainId, wallet: Address) -> String {
    own_key(&format!("{}{chain}:{}.", key::FREEZES, checksum(wallet)))
}

/// The issuers that can be asked about a wallet, and which of their logs were read for the report on it.
pub(crate) fn asked_for(
    settings: &BTreeMap<String, String>,
    chains: &Chains,
    (chain, wallet): (ChainId, Address),
) -> Vec<Issuer> {
    let prefix = searched_key(chain, wallet);
    let of_it = settings.range(prefix.clone()..).map_while(|(name, blocks)| {
        Some((format!("{}{}", key::FREEZES, name.strip_prefix(&prefix)?), blocks.clone()))
    });
    asked_issuers(&of_it.collect(), chains, [chain].into_iter())
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
    let (wanted, note) = cut(in_order(first, parties, is_listed), MOST_ADDRESSES, &name);
    note.iter().for_each(|note| ui::warning(note));
    Some(wanted)
}

/// Those whom it is about first, then the listed ones, else in the order of the addresses.
fn in_order(
    first: &[Address],
    parties: BTreeSet<Address>,
    is_listed: &impl Fn(&Address) -> bool,
) -> Vec<Address> {
    let mut wanted: Vec<Address> = parties.into_iter().collect();
    // Stable.
    wanted.sort_by_key(|who| (!first.contains(who), !is_listed(who)));
    wanted
}

/// So many at most, and that not all are, if so.
fn cut(mut wanted: Vec<Address>, most: usize, chain: &str) -> (Vec<Address>, Option<String>) {
    let all = wanted.len();
    wanted.truncate(most);
    let note = || format!("second opinions are asked about {most} of {all} addresses on {chain}");
    (wanted, (most < all).then(note))
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use fundtrail_model::Address;

    use super::{cut, in_order};

    #[test]
    fn the_wallet_and_the_listed_come_first_and_a_cut_is_said() {
        let check = |first: &[u8], listed: &[u8], most: usize, expected: &[u8], note: &str| {
            let addresses = |of: &[u8]| of.iter().map(|n| Address::repeat_byte(*n)).collect();
            let (first, listed): (Vec<Address>, BTreeSet<Address>) =
                (addresses(first), listed.iter().map(|n| Address::repeat_byte(*n)).collect());
            let parties = (1..=5).map(Address::repeat_byte).collect();
            let ordered = in_order(&first, parties, &|who| listed.contains(who));
            let (wanted, said) = cut(ordered, most, "Ethereum");
            assert_eq!(wanted, addresses(expected), "{first:?} {listed:?} {most}");
            assert_eq!(said.unwrap_or_default(), note);
        };
        check(&[], &[], 5, &[1, 2, 3, 4, 5], "");
        check(&[], &[4, 2], 5, &[2, 4, 1, 3, 5], "");
        check(&[3], &[4, 2], 5, &[3, 2, 4, 1, 5], "");
        check(&[5, 4], &[4], 5, &[4, 5, 1, 2, 3], "");
        let note = "second opinions are asked about 3 of 5 addresses on Ethereum";
        check(&[3], &[5], 3, &[3, 5, 1], note);
    }
}
