//! Behaviour that has a name, and what links addresses.

use super::super::parts::MAX_ROWS;
use super::super::parts::left_out;
use super::super::parts::{
    counted, exact, grid, heading, list, paragraph, party, section, transaction,
};
use super::super::{Block, Column, Section, Text};
use crate::Report;
use crate::number::group;
use crate::phrases;
use crate::schema::{Link, PartyRef, Pattern, Place};

/// Addresses of one role, and transfers that prove one pattern.
const MAX_NAMED: usize = 20;

/// The typologies with their proofs.
pub(super) fn patterns(report: &Report) -> Section {
    let behaviour = &report.behaviour;
    let mut patterns = section("behaviour", "Behaviour that has a name");
    patterns.blocks.push(paragraph(phrases::BEHAVIOUR));
    if behaviour.patterns.is_empty() {
        patterns.blocks.push(paragraph(phrases::NO_PATTERNS));
    }
    for found in behaviour.patterns.iter().take(MAX_ROWS) {
        patterns.blocks.extend(pattern(found));
    }
    let left_out = left_out(MAX_ROWS, behaviour.patterns.len(), "patterns");
    patterns.blocks.extend(left_out.map(paragraph));
    patterns.blocks.extend(behaviour.left_out.iter().map(|line| paragraph(line.as_str())));
    patterns
}

fn pattern(of: &Pattern) -> Vec<Block> {
    let amount = if of.has_moved() { format!(", {}", exact(&of.money)) } else { String::new() };
    let mut items: Vec<Text> = Vec::new();
    for role in of.roles() {
        let shown = of.in_role(role).take(MAX_NAMED).map(party);
        let shown = shown.enumerate().fold(Text::from(format!("{role}: ")), |all, (idx, who)| {
            if idx == 0 { all.join(who) } else { all.then(", ").join(who) }
        });
        let more = of.in_role(role).count().saturating_sub(MAX_NAMED);
        items.push(match more {
            0 => shown,
            more => shown.then(format!(", and {} more", group(&more.to_string()))),
        });
    }
    if 0 < of.parties_left_out {
        items.push(format!("and {} more", group(&of.parties_left_out.to_string())).into());
    }
    items.extend(of.measures.iter().map(|measure| measure.text.as_str().into()));
    if !of.hops.is_empty() {
        let shown: Vec<&str> = of.hops.iter().take(MAX_NAMED).map(String::as_str).collect();
        let more = match of.hops.len().saturating_sub(MAX_NAMED) {
            0 => String::new(),
            more => format!(", and {} more", group(&more.to_string())),
        };
        items.push(format!("hops of the trail: {}{more}", shown.join(", ")).into());
    }
    items.push(proof(of));
    let title = format!("{} {}{amount}, on {}", of.id, of.kind, of.chain_name);
    let mut definition = of.definition.to_owned();
    if let Some(first) = definition.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let definition = format!("{definition}. Seen in {}.", of.when);
    let mut blocks = vec![heading(title), paragraph(definition)];
    blocks.extend(list(items));
    blocks.extend(of.reservations.iter().map(|line| Block::Alert(line.as_str().into())));
    blocks
}

/// The transfers that prove it, a transaction each.
fn proof(of: &Pattern) -> Text {
    let mut places: Vec<&Place> = of.proof.iter().collect();
    places.dedup_by_key(|place| place.transaction.as_ref().unwrap_or(&place.position));
    let shown = places.iter().take(MAX_NAMED).fold(Text::from("proved by:"), |all, place| {
        all.line()
            .then(format!("{}, {} ", place.time_text(), place.position))
            .join(transaction(place))
    });
    let more = places.len().saturating_sub(MAX_NAMED).saturating_add(of.proof_left_out);
    match more {
        0 => shown,
        more => shown.line().then(format!("and {}", counted(more, "more transfer"))),
    }
}

/// What may link addresses.
pub(super) fn links(report: &Report) -> Section {
    let behaviour = &report.behaviour;
    let mut links = section("links", "Links between addresses: leads");
    if behaviour.links.is_empty() {
        links.blocks.push(paragraph("None was found."));
    } else {
        let columns = vec![
            Column::words("Link", 2),
            Column::words("First", 4),
            Column::words("Second", 4),
            Column::words("By way of", 4),
            Column::words("What it says", 5),
            Column::words("Transfers", 4),
        ];
        links.blocks.push(grid("", columns, &behaviour.links, link));
    }
    for owner in &behaviour.owners {
        let names: Vec<String> = owner.parties.iter().map(|of: &PartyRef| of.text()).collect();
        let more = match owner.parties_left_out {
            0 => String::new(),
            more => format!(" and {} more", group(&more.to_string())),
        };
        let end =
            if owner.is_too_large { format!(": {}", phrases::TOO_MANY) } else { String::new() };
        let chain = &owner.chain_name;
        let text = format!("On {chain} strong links join {}{more}{end}.", names.join(", "));
        links.blocks.push(paragraph(text));
    }
    links
}

fn link(link: &Link) -> Vec<Text> {
    let strength = if link.is_strong { "strong" } else { "weak" };
    let mut means = Text::from(link.means);
    if let Some(ppm) = link.score_ppm {
        means = means.line().then(format!("score: {ppm} millionths"));
    }
    if link.is_partly_looked_at {
        means = means.line().strong(phrases::PARTLY_LOOKED_AT);
    }
    let shown = link.proof.iter().take(MAX_NAMED).map(transaction);
    let more = link.proof.len().saturating_sub(MAX_NAMED);
    let more = (0 < more).then(|| Text::from(format!("and {}", counted(more, "more transfer"))));
    vec![
        Text::from(link.id.as_str())
            .line()
            .then(format!("{}, {strength}, {}", link.heuristic, link.confidence)),
        party(&link.from),
        party(&link.to),
        link.through.as_ref().map(party).unwrap_or_default(),
        means,
        Text::lines(shown.chain(more)),
    ]
}
