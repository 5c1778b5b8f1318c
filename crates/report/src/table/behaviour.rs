//! Patterns and links.

use std::borrow::Cow;

use super::{Cell, Fields, Table, borrowed};
use crate::Report;
use crate::schema::{Link, Money, PartyRef, Pattern, Place};

/// A row: what a pattern or a link is, somebody in it, or a transfer that proves it.
struct Row<'a> {
    id: &'a str,
    row: &'static str,
    kind: &'static str,
    chain: &'a str,
    party: Option<(&'static str, &'a PartyRef)>,
    money: Option<&'a Money>,
    measures: Cell<'a>,
    reservations: Cell<'a>,
    place: Option<&'a Place>,
}

/// For each pattern or link one row that tells what it is, then one for every address in it (`party`) and one for every
/// transfer that proves it (`proof`), all with the same `id`.
pub(super) fn patterns(report: &Report) -> Table<'_> {
    let patterns = report.behaviour.patterns.iter().flat_map(rows_of_pattern);
    let links = report.behaviour.links.iter().flat_map(rows_of_link);
    Fields::<Row<'_>>::new()
        .code("id", |row| borrowed(row.id))
        .text("row", |row| borrowed(row.row))
        .text("kind", |row| borrowed(row.kind))
        .text("chain", |row| borrowed(row.chain))
        .text("role", |row| borrowed(row.party.map_or("", |(role, _)| role)))
        .party("", |row| row.party.map(|(_, party)| party))
        .money(|row| row.money)
        .text("measures", |row| row.measures.clone())
        .text("reservations", |row| row.reservations.clone())
        .when(|row| row.place)
        .rows(report, patterns.chain(links))
}

fn rows_of_pattern(pattern: &Pattern) -> impl Iterator<Item = Row<'_>> {
    let blank = move |row| Row {
        id: &pattern.id,
        row,
        kind: pattern.kind,
        chain: &pattern.chain_name,
        party: None,
        money: None,
        measures: Cell::default(),
        reservations: Cell::default(),
        place: None,
    };
    let measures: Vec<&str> = pattern.measures.iter().map(|of| &*of.text).collect();
    let reservations: Vec<&str> = pattern.reservations.iter().map(|of| &**of).collect();
    let first = Row {
        money: Some(&pattern.money),
        measures: Cow::Owned(measures.join("; ")),
        reservations: Cow::Owned(reservations.join("; ")),
        ..blank("pattern")
    };
    let parties = pattern.parties.iter();
    let parties =
        parties.map(move |of| Row { party: Some((of.role, &of.party)), ..blank("party") });
    let proof = pattern.proof.iter().map(move |place| Row { place: Some(place), ..blank("proof") });
    std::iter::once(first).chain(parties).chain(proof)
}

fn rows_of_link(link: &Link) -> impl Iterator<Item = Row<'_>> {
    let blank = move |row| Row {
        id: &link.id,
        row,
        kind: link.heuristic,
        chain: &link.chain_name,
        party: None,
        money: None,
        measures: Cell::default(),
        reservations: Cell::default(),
        place: None,
    };
    let strength = if link.is_strong { "strong" } else { "weak" };
    let score = link.score_ppm.map(|ppm| format!("; score {ppm} ppm")).unwrap_or_default();
    let reservation = match link.is_partly_looked_at {
        true => "only part of what the second did was looked at",
        false => "",
    };
    let first = Row {
        measures: Cow::Owned(format!("{strength}; {}{score}", link.confidence)),
        reservations: borrowed(reservation),
        ..blank("link")
    };
    let through = link.through.as_ref().map(|through| ("through", through));
    let parties = [("first", &link.from), ("second", &link.to)].into_iter().chain(through);
    let parties = parties.map(move |party| Row { party: Some(party), ..blank("party") });
    let proof = link.proof.iter().map(move |place| Row { place: Some(place), ..blank("proof") });
    std::iter::once(first).chain(parties).chain(proof)
}
