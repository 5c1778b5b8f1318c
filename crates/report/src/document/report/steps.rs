//! The endings and the hops: of a large case those that carry most.

use std::collections::BTreeSet;

use super::super::parts::{
    ending_count, exact_lines, exact_list, heading, list, numbered, paragraph, party, section,
    transaction, when, when_netted,
};
use super::super::{Block, Column, Grid, Section, Text};
use super::{MAX_ENDINGS, MAX_HOPS};
use crate::Report;
use crate::number::group;
use crate::schema::{Ending, Hop, Tag};

/// Hops of an ending's path that are named.
const MAX_PATH: usize = 12;

/// Which hops and endings are told, in the report's order.
pub(super) struct Told<'a> {
    pub(super) hops: Vec<&'a Hop>,
    pub(super) endings: Vec<&'a Ending>,
}

impl<'a> Told<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        Self {
            hops: largest(&report.hops, MAX_HOPS, |hop| hop.share_ppm),
            endings: largest(&report.endings, MAX_ENDINGS, |ending| ending.share_ppm),
        }
    }
}

/// Those with the largest shares, in the order in which all stand; of equal ones the first.
fn largest<T>(items: &[T], most: usize, share: impl Fn(&T) -> u32) -> Vec<&T> {
    let mut indexes: Vec<(u32, usize)> =
        items.iter().enumerate().map(|(idx, item)| (share(item), idx)).collect();
    indexes.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let chosen: BTreeSet<usize> = indexes.into_iter().take(most).map(|(_, idx)| idx).collect();
    chosen.into_iter().filter_map(|idx| items.get(idx)).collect()
}

/// That the largest are told, where others are left out.
fn left_out(told: usize, count: usize, what: &str) -> Option<String> {
    (told < count).then(|| {
        format!(
            "The {} {what} that carry most of their seed, of {}. The JSON report and the tables (.csv) have all.",
            group(&told.to_string()),
            group(&count.to_string())
        )
    })
}

/// Where and why following stopped, by kind.
pub(super) fn endings(report: &Report, told: &Told<'_>) -> Section {
    let words = report.words;
    let mut endings = section("endings", words.endings_heading);
    if report.endings.is_empty() {
        endings.blocks.push(paragraph("None."));
    }
    let left_out = left_out(told.endings.len(), report.endings.len(), words.endings);
    endings.blocks.extend(left_out.map(paragraph));
    for of_kind in told.endings.chunk_by(|a, b| a.kind == b.kind) {
        let class = of_kind.first().map_or("", |ending| ending.class);
        endings.blocks.push(heading(format!("{class}: {}", ending_count(of_kind.len(), words))));
        endings.blocks.push(of_one_kind(report, of_kind));
    }
    endings
}

fn of_one_kind(report: &Report, endings: &[&Ending]) -> Block {
    let words = report.words;
    let columns = vec![
        Column::words(words.ending_title, 2),
        Column::words("Amount", 3),
        Column::words("Where", 4),
        Column::words(words.arrived_title, 4),
        Column::words("Why", 5),
        Column::words("Path", 2),
    ];
    let row = |ending: &&Ending| {
        let at = ending.at.as_ref().map_or_else(|| "nobody".into(), party);
        vec![
            format!("{} of {}", ending.id, ending.seed).into(),
            exact_lines(std::slice::from_ref(&ending.money)),
            at,
            when(&ending.place).line().join(transaction(&ending.place)),
            (&*ending.why).into(),
            path(&ending.path).into(),
        ]
    };
    let rows = endings.iter().map(row).collect();
    Block::Grid(Grid { caption: String::new(), columns, rows, left_out: None })
}

/// The hops by number; of a long path both ends.
fn path(hops: &[Tag]) -> String {
    let half = MAX_PATH / 2;
    match (hops.get(..half), hops.get(hops.len().saturating_sub(half)..)) {
        (Some(head), Some(tail)) if MAX_PATH < hops.len() => {
            let left_out = group(&hops.len().saturating_sub(MAX_PATH).to_string());
            format!("{} … {left_out} more … {}", head.join(" "), tail.join(" "))
        }
        _ => hops.join(" "),
    }
}

/// Every movement, in the report's order.
pub(super) fn hops(report: &Report, told: &Told<'_>) -> Section {
    let words = report.words;
    let mut hops = section("hops", "Every hop");
    hops.blocks.push(paragraph(words.order));
    let columns = vec![
        Column::words("Hop", 1),
        Column::words("When", 3),
        Column::words("From", 3),
        Column::words("To", 4),
        Column::words("Amount", 3),
        Column::words(words.part_title, 3),
        Column::words("Transaction", 4),
    ];
    let rows = told.hops.iter().map(|hop| hop_row(hop)).collect();
    let left_out = left_out(told.hops.len(), report.hops.len(), "hops");
    hops.blocks.push(Block::Grid(Grid { caption: String::new(), columns, rows, left_out }));
    let judged = told.hops.iter().filter(|hop| !hop.verdicts.is_empty());
    let judged = list(judged.map(|hop| format!("{}: {}", hop.id, hop.verdicts.join("; "))));
    if let Some(judged) = judged {
        hops.blocks.extend([heading("Hops that touch a listed address"), judged]);
    }
    hops
}

fn hop_row(hop: &Hop) -> Vec<Text> {
    let to = match (&hop.to, hop.received.is_empty()) {
        (_, false) => {
            let note = if hop.is_approximate { " (shares by convention)" } else { "" };
            format!("converted into {}{note}", exact_list(&hop.received))
        }
        (Some(to), true) => numbered(to),
        (None, true) => hop.to_note.unwrap_or_default().to_owned(),
    };
    let lots = hop
        .taken
        .iter()
        .map(|lot| Text::from(format!("{}: {}{}", lot.seed, lot.money.text(), lot.source())));
    vec![
        hop.id.as_str().into(),
        when_netted(hop),
        numbered(&hop.from).into(),
        to.into(),
        exact_lines(&hop.paid),
        Text::lines(lots),
        transaction(&hop.place),
    ]
}
