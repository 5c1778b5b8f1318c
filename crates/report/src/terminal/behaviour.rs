//! Behaviour that has a name, and links between addresses.

use super::page::{Page, Style};
use super::{capped, counted, money, section};
use crate::Report;
use crate::number::group;
use crate::phrases;
use crate::schema::{Link, PartyRef, Pattern, Place};

/// Patterns and links of a summary.
const MAX_LINES: usize = 5;
/// Addresses of one role, and transfers of one pattern; the other formats have all.
const MAX_NAMED: usize = 8;

/// The most telling in a line each; nothing where there is nothing.
pub(super) fn summary(page: &mut Page, report: &Report) {
    let behaviour = &report.behaviour;
    if behaviour.patterns.is_empty() && behaviour.links.is_empty() {
        return;
    }
    section(page, report, "Behaviour that has a name, and links");
    for pattern in behaviour.patterns.iter().take(MAX_LINES) {
        let text =
            format!("{}  {}: {}{}", pattern.id, pattern.kind, who(pattern), amount(", ", pattern));
        page.paragraph(2, Style::Plain, &text);
    }
    beyond(page, behaviour.patterns.len(), "pattern");
    for link in behaviour.links.iter().filter(|link| link.is_strong).take(MAX_LINES) {
        page.paragraph(2, Style::Plain, &heading(link));
    }
    let strong = behaviour.links.iter().filter(|link| link.is_strong).count();
    beyond(page, strong, "strong link");
    let text = format!(
        "{} in all, and {} ({} strong). None of it proves intent or owner, and none of it is in the ledger.",
        counted(behaviour.patterns.len(), "pattern"),
        counted(behaviour.links.len(), "link"),
        group(&strong.to_string()),
    );
    page.paragraph(2, Style::Faint, &text);
}

/// How many of a kind a summary has no line for, and where they are.
fn beyond(page: &mut Page, count: usize, what: &str) {
    let more = count.saturating_sub(MAX_LINES);
    if 0 < more {
        let text = format!(
            "and {}, in the HTML report and every other --format",
            counted(more, &format!("more {what}"))
        );
        page.paragraph(2, Style::Notice, &text);
    }
}

/// How much moved, behind some words.
fn amount(before: &str, pattern: &Pattern) -> String {
    if pattern.has_moved() { format!("{before}{}", money(&pattern.money)) } else { String::new() }
}

/// Whose behaviour it is, in short.
fn who(pattern: &Pattern) -> String {
    let Some(role) = pattern.roles().first().copied() else { return "nobody".to_owned() };
    let mut parties = pattern.in_role(role);
    let text = |party: &PartyRef| match pattern.needs_whole_addresses() {
        true => whole_address(party),
        false => party.text(),
    };
    let first = parties.next().map(text).unwrap_or_default();
    match parties.count() {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

fn whole_address(party: &PartyRef) -> String {
    format!("{}, {}", party.name, party.address)
}

/// All of it.
pub(super) fn whole(page: &mut Page, report: &Report) {
    section(page, report, "Behaviour that has a name");
    page.paragraph(2, Style::Faint, phrases::BEHAVIOUR);
    let behaviour = &report.behaviour;
    for found in capped(page, &behaviour.patterns) {
        pattern(page, found);
    }
    for line in &behaviour.left_out {
        page.paragraph(2, Style::Notice, line);
    }
    section(page, report, "Links between addresses: leads");
    for found in capped(page, &behaviour.links) {
        link(page, found);
    }
    for owner in &behaviour.owners {
        let end =
            if owner.is_too_large { format!("; {}", phrases::TOO_MANY) } else { String::new() };
        let count = owner.parties.len().saturating_add(owner.parties_left_out);
        let text = format!(
            "{} addresses on {} that strong links join{end}: {}",
            group(&count.to_string()),
            owner.chain_name,
            names(&mut owner.parties.iter()),
        );
        page.paragraph(2, Style::Strong, &text);
    }
}

fn pattern(page: &mut Page, pattern: &Pattern) {
    let title = format!("{}  {}{}", pattern.id, pattern.kind, amount(": ", pattern));
    page.paragraph(2, Style::Strong, &title);
    page.paragraph(4, Style::Faint, pattern.definition);
    for role in pattern.roles() {
        if pattern.needs_whole_addresses() {
            for party in pattern.in_role(role).take(MAX_NAMED) {
                page.field(4, role, &whole_address(party));
            }
        } else {
            page.field(4, role, &names(&mut pattern.in_role(role)));
        }
    }
    if 0 < pattern.parties_left_out {
        page.field(
            4,
            "left out",
            &format!("{} more", group(&pattern.parties_left_out.to_string())),
        );
    }
    page.field(4, "when", &format!("{}, {}", pattern.chain_name, pattern.when));
    for measure in &pattern.measures {
        page.paragraph(4, Style::Plain, &measure.text);
    }
    for reservation in &pattern.reservations {
        page.paragraph(4, Style::Notice, reservation);
    }
    if !pattern.hops.is_empty() {
        page.field(4, "hops", &shortened(&mut pattern.hops.iter().cloned(), pattern.hops.len()));
    }
    let mut proof: Vec<&str> = pattern.proof.iter().map(quoted).collect();
    proof.dedup();
    for place in proof.iter().take(MAX_NAMED) {
        page.field(4, "proof", place);
    }
    let more = proof.len().saturating_sub(MAX_NAMED).saturating_add(pattern.proof_left_out);
    if 0 < more {
        page.paragraph(4, Style::Faint, &format!("and {}", counted(more, "more transfer")));
    }
}

fn heading(link: &Link) -> String {
    let through = match &link.through {
        Some(through) => format!(", by way of {}", through.text()),
        None => String::new(),
    };
    let strength = if link.is_strong { "strong" } else { "weak" };
    format!(
        "{}  {} ({strength}, {}): {} and {}{through}",
        link.id,
        link.heuristic,
        link.confidence,
        link.from.text(),
        link.to.text()
    )
}

fn link(page: &mut Page, link: &Link) {
    page.paragraph(2, if link.is_strong { Style::Strong } else { Style::Plain }, &heading(link));
    page.paragraph(4, Style::Faint, link.means);
    if let Some(ppm) = link.score_ppm {
        page.field(4, "score", &format!("{ppm} millionths"));
    }
    if link.is_partly_looked_at {
        page.paragraph(4, Style::Notice, phrases::PARTLY_LOOKED_AT);
    }
    for place in link.proof.iter().take(MAX_NAMED) {
        page.field(4, "proof", quoted(place));
    }
}

/// What to quote for a transfer: its transaction or, where none caused it, its position.
fn quoted(place: &Place) -> &str {
    place.transaction.as_deref().unwrap_or(&place.position)
}

/// The first of them by name, and how many more there are.
fn names(parties: &mut dyn Iterator<Item = &PartyRef>) -> String {
    let texts: Vec<String> = parties.map(|party| party.text()).collect();
    let n = texts.len();
    shortened(&mut texts.into_iter(), n)
}

fn shortened(texts: &mut dyn Iterator<Item = String>, n: usize) -> String {
    let shown: Vec<String> = texts.take(MAX_NAMED).collect();
    match n.saturating_sub(MAX_NAMED) {
        0 => shown.join(", "),
        more => format!("{}, and {} more", shown.join(", "), group(&more.to_string())),
    }
}
