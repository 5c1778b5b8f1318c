//! The transfers that prove what the report says.

use std::borrow::Cow;

use super::{Cell, Fields, Kind, Table, borrowed, or_empty, shown};
use crate::Report;
use crate::schema::Place;

/// A transfer, and what it proves.
struct Proof<'a> {
    proves: &'static str,
    id: &'a str,
    position: &'a str,
    place: &'a Place,
}

impl<'a> Proof<'a> {
    fn of(proves: &'static str, id: &'a str, place: &'a Place) -> Self {
        Self { proves, id, position: &place.position, place }
    }
}

/// One row per transfer and what it proves: a seed, a hop, a finding, a pattern or a link, with its id. `position` is
/// block, transaction index and step: enough to find the transfer on any node.
pub(super) fn evidence(report: &Report) -> Table<'_> {
    let seeds = report.seeds.iter().map(move |seed| Proof::of("seed", &seed.id, &seed.place));
    let hops = report.hops.iter().flat_map(|hop| {
        hop.evidence.iter().map(|position| Proof {
            proves: "hop",
            id: &hop.id,
            position,
            place: &hop.place,
        })
    });
    let findings = report.findings.iter().flat_map(|finding| &finding.transfers);
    let findings =
        findings.map(move |transfer| Proof::of("finding", &transfer.id, &transfer.place));
    let patterns = report.behaviour.patterns.iter().flat_map(move |pattern| {
        pattern.proof.iter().map(move |place| Proof::of("pattern", &pattern.id, place))
    });
    let links = report.behaviour.links.iter();
    let links = links.flat_map(move |link| {
        link.proof.iter().map(move |place| Proof::of("link", &link.id, place))
    });
    let all = seeds.chain(hops).chain(findings).chain(patterns).chain(links);
    Fields::<Proof<'_>>::new()
        .text("proves", |proof| borrowed(proof.proves))
        .code("id", |proof| borrowed(proof.id))
        .number("chain_id", |proof| Some(proof.place.chain))
        .text("chain", |proof| borrowed(&proof.place.chain_name))
        .field("block", Kind::Integer, |proof| block(proof.position))
        .code("position", |proof| borrowed(proof.position))
        .field("time", Kind::Time, |proof| match is_in_block(proof) {
            true => or_empty(proof.place.time.as_deref()),
            false => Cell::default(),
        })
        .code("transaction", |proof| match is_in_transaction(proof) {
            true => or_empty(proof.place.transaction.as_deref()),
            false => Cell::default(),
        })
        .field("link", Kind::Link, |proof| match is_in_transaction(proof) {
            true => shown(proof.place.link()),
            false => Cell::default(),
        })
        .rows(report, all)
}

fn block(position: &str) -> Cell<'_> {
    Cow::Borrowed(position.split_once('/').map_or(position, |(block, _)| block))
}

/// Time is that of a place's block, and holds for a transfer in the same one.
fn is_in_block(proof: &Proof<'_>) -> bool {
    block(proof.position) == block(&proof.place.position)
}

/// The same for the transaction.
fn is_in_transaction(proof: &Proof<'_>) -> bool {
    transaction(proof.position) == transaction(&proof.place.position)
}

/// Block and transaction index.
fn transaction(position: &str) -> &str {
    position.rsplit_once('/').map_or(position, |(transaction, _)| transaction)
}
