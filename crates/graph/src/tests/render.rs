//! A trail as text, one line per hop, ending, open end, reservation.

use std::fmt::Write;

use fundtrail_model::{
    Address, Amount, Asset, CrowdSize, EndingKind, Hop, HopKind, LotMade, Origin, Position,
    Reservation, SeedId, Trail,
};

use super::scenario::name;

fn asset_name(asset: Asset) -> String {
    asset.contract().map_or_else(|| "native".into(), name)
}

fn party(address: Option<Address>) -> String {
    address.map_or_else(|| "-".into(), name)
}

fn origin(origin: Origin) -> String {
    match origin {
        Origin::Seed(seed) => seed.to_string(),
        Origin::Hop(hop) => hop.to_string(),
    }
}

fn at(position: Position) -> String {
    format!("{}", position.block)
}

fn list(side: &[(Asset, Amount)]) -> String {
    let parts: Vec<String> =
        side.iter().map(|(asset, amount)| format!("{amount} {}", asset_name(*asset))).collect();
    parts.join(" + ")
}

fn hop(hop: &Hop) -> String {
    let is_conversion = matches!(hop.kind, HopKind::Conversion { .. });
    let mut taken = Vec::new();
    for lot in &hop.taken {
        let unit =
            if is_conversion { format!(" {}", asset_name(lot.asset)) } else { String::new() };
        taken.push(format!("{} {}{unit} of {}", lot.seed, lot.amount, origin(lot.origin)));
    }
    let taken = taken.join(", ");
    match &hop.kind {
        HopKind::Payment { from, to, asset, amount, evidence } => {
            let steps =
                if evidence.len() > 1 { format!(" x{}", evidence.len()) } else { String::new() };
            format!(
                "{} -> {} {amount} {}{steps}: {taken}",
                name(*from),
                party(*to),
                asset_name(*asset)
            )
        }
        HopKind::Conversion { account, paid, received, is_approximate, .. } => {
            let about = if *is_approximate { " about" } else { "" };
            let made: Vec<String> = hop.made.iter().map(lot).collect();
            let made = if made.is_empty() { "nothing".into() } else { made.join(", ") };
            format!(
                "{}: {} => {}{about}: {taken} => {made}",
                name(*account),
                list(paid),
                list(received)
            )
        }
    }
}

fn lot(lot: &LotMade) -> String {
    format!("{} {} {}", lot.seed, lot.amount, asset_name(lot.asset))
}

fn crowd(size: CrowdSize) -> String {
    match size {
        CrowdSize::Counterparties(count) => count.to_string(),
        CrowdSize::Signed(count) => format!("{count} signed"),
    }
}

fn kind(kind: &EndingKind) -> String {
    match kind {
        EndingKind::Held { as_of } => format!("held {as_of}"),
        EndingKind::Service(label) | EndingKind::Mixer(label) | EndingKind::Bridge(label) => {
            format!("{} [{}]", kind.class(), label.name)
        }
        EndingKind::Sanctioned(listing) => format!("sanctioned [{}]", listing.entity),
        EndingKind::Hub { size, blocks } => {
            format!(
                "hub of {}{}",
                crowd(*size),
                blocks.map_or_else(String::new, |w| format!(" in {w}"))
            )
        }
        EndingKind::OtherSeed { seed } => format!("counted with {seed}"),
        other => other.class().to_string(),
    }
}

pub(super) fn render(trail: &Trail) -> String {
    let mut text = String::new();
    let mut line = |line: String| writeln!(text, "{line}").unwrap();
    for (hop_idx, step) in trail.hops.iter().enumerate() {
        line(format!("H{} {} d{} {}", hop_idx + 1, at(step.position), step.depth, hop(step)));
    }
    for ending in &trail.endings {
        let made = LotMade { seed: ending.seed, asset: ending.asset, amount: ending.amount };
        let (place, why) = (party(ending.address), kind(&ending.kind));
        line(format!("{} at {place} of {}: {why}", lot(&made), origin(ending.origin)));
    }
    for open in &trail.open_ends {
        let stake: Vec<String> = open.at_stake.iter().map(lot).collect();
        line(format!(
            "open {} {} d{}: {}",
            name(open.address),
            open.window,
            open.depth,
            stake.join(", ")
        ));
    }
    for open in &trail.open_transactions {
        let stake: Vec<String> = open.at_stake.iter().map(lot).collect();
        let place = format!("{}/{}", open.block, open.index);
        line(format!("unread {place} d{}: {}", open.depth, stake.join(", ")));
    }
    for reservation in &trail.reservations {
        line(match reservation {
            Reservation::OpeningUnknown { address, asset, block } => {
                format!("opening unknown {} {} {block}", name(*address), asset_name(*asset))
            }
            Reservation::CrowdedHolder { address, blocks, size, .. } => {
                format!("crowded holder {} {blocks}: {}", name(*address), crowd(*size))
            }
            Reservation::Overdrawn { address, asset, position, excess } => {
                format!(
                    "overdrawn {} {} {excess} at {}",
                    name(*address),
                    asset_name(*asset),
                    at(*position)
                )
            }
            Reservation::ApproximateConversion { address, position, .. } => {
                format!("approximate {} at {}", name(*address), at(*position))
            }
            Reservation::UnlistedReturn {
                address, position, contracts, paid, received, ..
            }
            | Reservation::UnlistedPayment {
                address, position, contracts, paid, received, ..
            } => {
                let what = match reservation {
                    Reservation::UnlistedReturn { .. } => "return",
                    _ => "payment",
                };
                let contracts: Vec<String> = contracts.iter().map(|c| name(*c)).collect();
                format!(
                    "unlisted {what} {} at {} from {}: {} => {}",
                    name(*address),
                    at(*position),
                    contracts.join(", "),
                    list(paid),
                    list(received)
                )
            }
            Reservation::OtherReceivers { address, position, receivers, .. } => {
                let receivers: Vec<String> = receivers
                    .iter()
                    .map(|(to, asset, amount)| {
                        format!("{} {amount} {}", name(*to), asset_name(*asset))
                    })
                    .collect();
                format!(
                    "other receivers beside {} at {}: {}",
                    name(*address),
                    at(*position),
                    receivers.join(", ")
                )
            }
            Reservation::Delivered { address, position, receivers, is_divided, .. } => {
                let receivers: Vec<String> = receivers
                    .iter()
                    .map(|(to, asset, amount)| {
                        format!("{} {amount} {}", name(*to), asset_name(*asset))
                    })
                    .collect();
                format!(
                    "delivered for {} at {}{}: {}",
                    name(*address),
                    at(*position),
                    if *is_divided { ", divided" } else { "" },
                    receivers.join(", ")
                )
            }
            Reservation::UnseenFrames { block, is_read, .. } => {
                format!("unseen {} at {block}", if *is_read { "frames" } else { "transaction" })
            }
            Reservation::BalanceBelowLots { address, asset, block, lots, balance } => {
                format!(
                    "balance below lots {} {} {block}: {balance} < {lots}",
                    name(*address),
                    asset_name(*asset)
                )
            }
        });
    }
    for (ending, path) in trail.endings.iter().zip(crate::Journeys::of(trail).to_endings()) {
        assert_path(trail, ending.seed, ending.origin, &path);
    }
    text
}

/// A path is an unbroken chain of hops from the seed to the ending.
fn assert_path(trail: &Trail, seed: SeedId, origin: Origin, path: &[fundtrail_model::HopId]) {
    assert_eq!(path.last().map_or(Origin::Seed(seed), |hop| Origin::Hop(*hop)), origin);
    let mut before = Origin::Seed(seed);
    for id in path {
        let hop = &trail.hops[usize::try_from(id.0).unwrap()];
        assert!(hop.taken.iter().any(|lot| lot.seed == seed && lot.origin == before));
        before = Origin::Hop(*id);
    }
}
