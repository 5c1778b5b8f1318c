//! Where and why following stopped, lot by lot.

use std::collections::BTreeSet;
use std::sync::Arc;

use fundtrail_model::{
    CrowdSize, Direction, Ending, EndingClass, EndingKind, H256, Origin, Trail, Window,
};

use super::names::Names;
use super::parties::{invented_mark, label_text, listing_dates, listing_text};
use super::shares::Shares;
use crate::input::Input;
use crate::number::group;
use crate::schema::{self, Place, Tag};

/// The transaction that brought a lot.
fn transaction_of(trail: &Trail, origin: Origin) -> Option<H256> {
    match origin {
        Origin::Seed(id) => {
            trail.seeds.iter().find(|seed| seed.id == id).map(|seed| seed.transaction)
        }
        Origin::Hop(id) => {
            trail.hops.get(usize::try_from(id.0).ok()?).and_then(|hop| hop.transaction)
        }
    }
}

/// Where the ending's lot arrived, and by which transaction.
pub(super) fn arrival(input: &Input<'_>, names: &Names<'_>, ending: &Ending) -> Place {
    let (chain, position) = (ending.asset.chain(), ending.arrived);
    if let Origin::Hop(id) = ending.origin
        && let Some((hop, place)) = names.place_of_hop(id)
        && (hop.chain, hop.position) == (chain, position)
    {
        return place;
    }
    names.place(chain, position, transaction_of(input.trail, ending.origin))
}

/// What can be acted on first, then what carries most of its seed.
pub(super) fn endings(
    input: &Input<'_>,
    names: &Names<'_>,
    shares: &Shares,
) -> Vec<schema::Ending> {
    let repeated = input.trail.repeated_endings();
    // Most endings of a large case say the same.
    let mut said: BTreeSet<Arc<str>> = BTreeSet::new();
    let mut once = |text: String| match said.get(text.as_str()) {
        Some(text) => Arc::clone(text),
        None => {
            let text: Arc<str> = text.into();
            said.insert(Arc::clone(&text));
            text
        }
    };
    let mut endings: Vec<schema::Ending> = input
        .trail
        .endings
        .iter()
        .enumerate()
        .map(|(ending_idx, ending)| {
            let (chain, block) = (ending.asset.chain(), ending.arrived.block);
            let class = ending.kind.class();
            let path = input.paths.get(ending_idx).map_or(&[][..], Vec::as_slice);
            schema::Ending {
                id: Tag::ending(ending_idx),
                seed: ending.seed.into(),
                class: class.name(),
                kind: class,
                money: names.money(ending.asset, ending.amount, Some(block)),
                at: ending.address.map(|address| names.party(chain, address, block)),
                why: once(why(input, names, ending)),
                is_incomplete: class.is_incomplete(),
                is_repeated: repeated.contains(&ending_idx),
                place: arrival(input, names, ending),
                origin: ending.origin.into(),
                path: path.iter().map(|hop| Tag::from(*hop)).collect(),
                share_ppm: shares.of_lot(ending.origin, ending.seed, ending.asset, ending.amount),
            }
        })
        .collect();
    // Stable: endings that carry the same share stay in the order of the trail.
    endings.sort_by(|a, b| a.kind.cmp(&b.kind).then(b.share_ppm.cmp(&a.share_ppm)));
    endings
}

fn why(input: &Input<'_>, names: &Names<'_>, ending: &Ending) -> String {
    let limits = input.trail.limits;
    let is_back = input.trail.direction == Direction::In;
    match &ending.kind {
        EndingKind::Held { as_of } => {
            let block = names.block(ending.asset.chain(), *as_of);
            format!("still there at the end of {block}, the last one looked at")
        }
        EndingKind::Service(label) if is_back => {
            format!(
                "{}; what a service pays out is not tied to what one of its customers paid in",
                label_text(label)
            )
        }
        EndingKind::Service(label) => {
            format!("{}; what a service pays out next is its own", label_text(label))
        }
        EndingKind::Sanctioned(listing) => {
            let at = if is_back { "from" } else { "at" };
            format!("{at} a listed address: {}; {}", listing_text(listing), listing_dates(listing))
        }
        EndingKind::Mixer(label) => {
            format!("{}; what leaves a mixer is not tied to what came in", label_text(label))
        }
        EndingKind::Bridge(label) if is_back => {
            format!("{}; the value came from another chain", label_text(label))
        }
        EndingKind::Bridge(label) => {
            format!("{}; the value goes on, on another chain", label_text(label))
        }
        EndingKind::ContractWithoutReturn => {
            "in a contract that gave nothing back in the same transaction".to_owned()
        }
        EndingKind::Hub { size, blocks } => {
            let gate = group(&limits.hub_counterparties.to_string());
            match (size, blocks) {
                (CrowdSize::Counterparties(count), None) => format!(
                    "at an address with {} counterparties, more than the limit of {gate}",
                    group(&count.to_string()),
                ),
                (size, blocks) => format!(
                    "hub: {}, more than the limit of {gate}; history not downloaded",
                    crowd_text(*size, *blocks),
                ),
            }
        }
        EndingKind::BelowThreshold => format!(
            "less than {} millionths of the seed: not followed, by setting",
            group(&limits.min_share_ppm.to_string()),
        ),
        EndingKind::HopLimit => {
            format!("more than {} hops from the seed: not followed, by setting", limits.max_hops)
        }
        EndingKind::Budget => "not followed: the budget of this run was spent".to_owned(),
        EndingKind::NotCovered => {
            "not looked at, or not all of it: see what has not been looked at".to_owned()
        }
        EndingKind::Burned => "sent to where nobody has the key".to_owned(),
        EndingKind::Fee => "spent on gas".to_owned(),
        EndingKind::Unexplained if is_back => {
            "there, and no transfer seen says where it came from".to_owned()
        }
        EndingKind::ContractWithoutPayment => {
            "from a contract that nobody is known to have paid for it in the same transaction"
                .to_owned()
        }
        EndingKind::Created => {
            "created there: minted, a reward, a withdrawal from the consensus layer, or a \
                                balance of the chain's first block"
                .to_owned()
        }
        EndingKind::Unexplained => {
            "gone from the balance, and no transfer seen says where".to_owned()
        }
        EndingKind::OtherSeed { seed } => {
            format!("this part of the credit is counted with {seed}, whose value it is")
        }
    }
}

/// How crowded an address is, and where that was seen.
pub(super) fn crowd_text(size: CrowdSize, blocks: Option<Window>) -> String {
    let count = group(&size.count().to_string());
    let place = blocks.map_or_else(String::new, |blocks| format!(" in blocks {blocks}"));
    match size {
        CrowdSize::Counterparties(_) => format!("at least {count} counterparties{place}"),
        CrowdSize::Signed(_) => format!("signed {count} transactions{place}"),
    }
}

/// Why a hop that ends in nothing has no receiver.
pub(super) const fn nobody(class: Option<EndingClass>) -> &'static str {
    match class {
        Some(EndingClass::Fee) => "network fee",
        Some(EndingClass::Burned) => "burned",
        _ => "receiver not known",
    }
}

/// The name in quotes, for headings.
pub(super) fn quoted(name: &str, is_invented: bool) -> String {
    format!("“{name}”{}", invented_mark(is_invented, name))
}
