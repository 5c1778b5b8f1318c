//! The tables of a report that may be long.

use std::borrow::Cow;

use super::cell::{Part, Row, exact, money, party, transaction};
use super::grid::{Grid, MAX_ROWS, largest, number, text};
use crate::diagram;
use crate::schema::{
    Action, ActionItem, Ending, Finding, Hop, Known, Lot, OpenEnd, Party, Place, Report,
};

const ELSEWHERE: &str = "The JSON report";
const HOPS_ELSEWHERE: &str = "The table of hops (.csv)";
const LARGEST: &str = "that carry the largest shares of their seeds";
const FIRST: &str = "that come first";

/// Hops of a path that are linked, half of them at each end.
const MAX_PATH: usize = 24;

/// Every hop.
pub(super) fn hops(report: &Report) -> Grid<'_> {
    let has_verdicts = report.hops.iter().any(|hop| !hop.verdicts.is_empty());
    let mut columns = vec![
        text("Hop"),
        text("When"),
        text("From"),
        text("To"),
        number("Amount"),
        text(report.words.part_title),
    ];
    if has_verdicts {
        columns.push(text("Listed, then and now"));
    }
    columns.push(text("Transaction"));
    let kept = largest(&report.hops, |hop| hop.share_ppm);
    Grid {
        name: "hops".to_owned(),
        label: "Hops".to_owned(),
        class: "hops",
        columns,
        rows: kept.into_iter().map(|hop| hop_row(hop, has_verdicts)).collect(),
        total: report.hops.len(),
        chosen: LARGEST,
        elsewhere: HOPS_ELSEWHERE,
    }
}

fn hop_row(hop: &Hop, has_verdicts: bool) -> Row<'_> {
    let mut to = Vec::new();
    if hop.received.is_empty() {
        to.push(match (&hop.to, hop.to_note) {
            (Some(to), _) => party(to),
            (None, note) => note.unwrap_or_default().into(),
        });
    } else {
        to.push("converted into".into());
        for (idx, received) in hop.received.iter().enumerate() {
            if idx > 0 {
                to.push("and".into());
            }
            to.push(money(received));
        }
        if hop.is_approximate {
            to.push("(shares by convention)".into());
        }
    }
    let mut cells = vec![
        vec![Part::from(hop.id.as_str())],
        when(&hop.place, true)
            .into_iter()
            .chain(hop.netted_from().map(|net| Part::Line(net.into())))
            .collect(),
        vec![party(&hop.from)],
        to,
        hop.paid.iter().map(money).collect(),
        hop.taken.iter().map(|lot| Part::Line(lot_text(lot))).collect(),
    ];
    if has_verdicts {
        let alerts =
            hop.verdicts.iter().map(|verdict| Part::Alert(Cow::Borrowed(verdict.as_str())));
        cells.push(alerts.collect());
    }
    cells.push(vec![transaction(&hop.place)]);
    Row { id: &hop.id, cells }
}

/// The lot, how much of it, and where it came from, unless that is the seed itself.
fn lot_text(lot: &Lot) -> Cow<'_, str> {
    Cow::Owned(format!("{}: {}{}", lot.seed, lot.money.brief(), lot.source()))
}

fn when(place: &Place, with_chain: bool) -> Vec<Part<'_>> {
    let position = match with_chain {
        true => Cow::Owned(format!("{} {}", place.chain_name, place.position)),
        false => Cow::Borrowed(place.position.as_str()),
    };
    vec![place.time_text().into(), Part::Small(position)]
}

/// Where and why following stopped.
pub(super) fn endings(report: &Report) -> Grid<'_> {
    let kept = largest(&report.endings, |ending| ending.share_ppm);
    let words = report.words;
    Grid {
        name: "endings".to_owned(),
        label: words.endings_title.to_owned(),
        class: "endings",
        columns: vec![
            text(words.ending_title),
            text("Kind"),
            number("Amount"),
            text("At"),
            text(words.arrived_title),
            text("Why"),
            text("Path"),
        ],
        rows: kept.into_iter().map(ending_row).collect(),
        total: report.endings.len(),
        chosen: LARGEST,
        elsewhere: ELSEWHERE,
    }
}

fn ending_row(ending: &Ending) -> Row<'_> {
    let at = ending.at.as_ref().map_or_else(|| "nobody".into(), party);
    let path = &*ending.path;
    let half = MAX_PATH / 2;
    let tail_at = path.len().saturating_sub(half);
    let path = match (path.get(..half), path.get(tail_at..)) {
        (Some(head), Some(tail)) if path.len() > MAX_PATH => {
            let left_out = path.len().saturating_sub(MAX_PATH);
            vec![Part::Hops(head), format!("… {left_out} more …").into(), Part::Hops(tail)]
        }
        _ => vec![Part::Hops(path)],
    };
    Row {
        id: &ending.id,
        cells: vec![
            vec![Part::from(format!("{} of {}", ending.id, ending.seed))],
            vec![Part::Tag(diagram::class_name(ending.kind), ending.class)],
            vec![money(&ending.money)],
            vec![at, Part::Small(Cow::Borrowed(&ending.place.chain_name))],
            when(&ending.place, false),
            vec![Part::Text(Cow::Borrowed(&ending.why))],
            path,
        ],
    }
}

/// Every address.
pub(super) fn parties(report: &Report) -> Grid<'_> {
    Grid {
        name: "parties".to_owned(),
        label: "Addresses".to_owned(),
        class: "act parties",
        columns: vec![
            text("Name here"),
            text("Address"),
            text("Chain"),
            text("What it is"),
            text("What is said of it"),
        ],
        rows: report.parties.iter().take(MAX_ROWS).map(party_row).collect(),
        total: report.parties.len(),
        chosen: FIRST,
        elsewhere: ELSEWHERE,
    }
}

fn party_row(party: &Party) -> Row<'_> {
    let invented = if party.is_invented { " (invented)" } else { "" };
    let said = party.labels.iter().chain(&party.listings);
    Row {
        id: &party.id,
        cells: vec![
            vec![format!("{}{invented}", party.alias).into()],
            vec![Part::Page { link: party.link(), text: &party.address, is_short: false }],
            vec![party.chain_name.as_str().into()],
            vec![Part::Text(Cow::Borrowed(&party.kind))],
            said.map(|line| Part::Line(Cow::Borrowed(line.as_str()))).collect(),
        ],
    }
}

/// What to quote in a request.
pub(super) fn quotes<'a>(report: &'a Report, action: &'a Action, ordinal: usize) -> Grid<'a> {
    let words = report.words;
    let items = action.items.get(..MAX_ROWS).unwrap_or(&action.items);
    let is_known = items.iter().any(|item| !action.known(item).is_empty());
    let mut columns = vec![
        text(words.ending_title),
        number("Amount"),
        text("Address"),
        text(words.arrived_title),
        text("Transaction"),
    ];
    if is_known {
        columns.push(text("What is known of it"));
    }
    Grid {
        name: format!("quote{ordinal}"),
        label: format!("To quote in request {ordinal}"),
        class: "act",
        columns,
        rows: items.iter().map(|item| quote_row(action, item, is_known)).collect(),
        total: action.items.len(),
        chosen: FIRST,
        elsewhere: ELSEWHERE,
    }
}

fn quote_row<'a>(action: &Action, item: &'a ActionItem, is_known: bool) -> Row<'a> {
    let mut cells = vec![
        vec![
            Part::To(&item.ending, Cow::Borrowed(&item.ending)),
            format!("of {}", item.seed).into(),
        ],
        exact(&item.money),
        vec![Part::Code(&item.at.address)],
        when(&item.place, false),
        vec![whole_transaction(&item.place)],
    ];
    if is_known {
        cells.push(action.known(item).into_iter().flat_map(known).collect());
    }
    Row { id: "", cells }
}

fn known(known: Known<'_>) -> Vec<Part<'_>> {
    let mut parts = vec![match known.is_alert {
        true => Part::Alert(known.text),
        false => Part::Line(known.text),
    }];
    parts.extend(known.address.map(|at| Part::Code(&at.address)));
    for (what, place) in known.transactions {
        parts.extend([Part::Small(Cow::Borrowed(what)), whole_transaction(place)]);
    }
    parts
}

fn whole_transaction(place: &Place) -> Part<'_> {
    Part::Page { link: place.link(), text: place.transaction_text(), is_short: false }
}

/// The movements that touched a listed address.
pub(super) fn movements<'a>(report: &'a Report, finding: &'a Finding, ordinal: usize) -> Grid<'a> {
    let columns = vec![
        text("Hop"),
        number(report.words.part_title),
        text("When"),
        text("Against the listing"),
        text("Transaction"),
    ];
    let row = |found: &'a crate::schema::FindingTransfer| Row {
        id: "",
        cells: vec![
            vec![Part::To(&found.id, Cow::Borrowed(&found.id))],
            found.stolen.iter().map(money).collect(),
            when(&found.place, false),
            vec![found.lead.as_str().into()],
            vec![whole_transaction(&found.place)],
        ],
    };
    Grid {
        name: format!("moved{ordinal}"),
        label: format!("Movements of listed address {ordinal}"),
        class: "act",
        columns,
        rows: finding.transfers.iter().take(MAX_ROWS).map(row).collect(),
        total: finding.transfers.len(),
        chosen: FIRST,
        elsewhere: ELSEWHERE,
    }
}

/// Listed addresses beyond those that are told one by one.
pub(super) fn listed<'a>(report: &'a Report, findings: &'a [Finding]) -> Grid<'a> {
    let columns = vec![
        text("Address"),
        text("Listing"),
        text("Then and now"),
        number(report.words.part_title),
        text("Movements"),
        text("Transaction"),
    ];
    let row = |finding: &'a Finding| Row {
        id: "",
        cells: vec![
            vec![party(&finding.party), Part::Small(Cow::Borrowed(&finding.chain_name))],
            vec![finding.listing.as_str().into()],
            vec![
                Part::Alert(Cow::Borrowed(finding.verdict)),
                Part::Small(Cow::Borrowed(&finding.statement)),
            ],
            finding.totals.iter().map(money).collect(),
            finding
                .transfers
                .iter()
                .take(MAX_PATH)
                .map(|found| Part::To(&found.id, Cow::Borrowed(&found.id)))
                .collect(),
            finding.transfers.first().map(|found| transaction(&found.place)).into_iter().collect(),
        ],
    };
    Grid {
        name: "listed".to_owned(),
        label: "More listed addresses".to_owned(),
        class: "act",
        columns,
        rows: findings.iter().take(MAX_ROWS).map(row).collect(),
        total: findings.len(),
        chosen: FIRST,
        elsewhere: ELSEWHERE,
    }
}

/// What has not been looked at.
pub(super) fn open_ends(report: &Report) -> Grid<'_> {
    Grid {
        name: "open".to_owned(),
        label: "Open ends".to_owned(),
        class: "act",
        columns: vec![
            text("Address"),
            text("Chain"),
            text("Blocks missing"),
            number("Hop"),
            text("At stake"),
        ],
        rows: report.certainty.open_ends.iter().take(MAX_ROWS).map(open_end_row).collect(),
        total: report.certainty.open_ends.len(),
        chosen: FIRST,
        elsewhere: ELSEWHERE,
    }
}

fn open_end_row(end: &OpenEnd) -> Row<'_> {
    let stake = |lot: &Lot| Part::Line(format!("{}: {}", lot.seed, lot.money.brief()).into());
    Row {
        id: "",
        cells: vec![
            vec![Part::To(&end.at.party, Cow::Borrowed(&end.at.name)), Part::Code(&end.at.address)],
            vec![end.chain_name.as_str().into()],
            vec![end.window.as_str().into()],
            vec![end.depth.to_string().into()],
            end.at_stake.iter().map(stake).collect(),
        ],
    }
}
