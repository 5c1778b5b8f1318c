//! What addresses and assets are called, and what is said of them.

use std::collections::BTreeSet;

use super::super::parts::{MAX_ROWS, grid, linked, section};
use super::super::{Block, Column, Grid, Section, Text};
use super::steps::Told;
use crate::Report;
use crate::number::group;
use crate::schema::{AssetLine, Party, PartyRef};

/// The addresses that the text speaks of.
pub(super) fn addresses(report: &Report, told: &Told<'_>) -> Section {
    let mentioned = mentioned(report, told);
    let columns = vec![
        Column::words("Number", 1),
        Column::words("Name here", 2),
        Column::words("Address", 4),
        Column::words("Chain", 2),
        Column::words("What it is", 2),
        Column::words("What is said of it", 5),
    ];
    let shown = report.parties.iter().filter(|party| mentioned.contains(party.id.as_str()));
    let rows: Vec<_> = shown.map(row).collect();
    let left_out = (rows.len() < report.parties.len()).then(|| {
        format!(
            "The {} addresses that this text speaks of, of {}. The JSON report has all.",
            group(&rows.len().to_string()),
            group(&report.parties.len().to_string())
        )
    });
    let mut addresses = section("addresses", "Addresses");
    let table = Grid { caption: String::new(), columns, rows, left_out };
    addresses.blocks.push(Block::Grid(table));
    addresses
}

fn row(party: &Party) -> Vec<Text> {
    let invented = if party.is_invented { " (invented)" } else { "" };
    let said = party.labels.iter().chain(&party.listings).map(|line| Text::from(line.as_str()));
    vec![
        party.id.as_str().into(),
        format!("{}{invented}", party.alias).into(),
        Text::default().and(linked(&party.address, party.link())),
        party.chain_name.as_str().into(),
        (&*party.kind).into(),
        Text::lines(said),
    ]
}

/// The numbers of those that are named anywhere in the text; of a small case that is everybody.
fn mentioned<'a>(report: &'a Report, told: &Told<'a>) -> BTreeSet<&'a str> {
    if report.parties.len() <= MAX_ROWS {
        return report.parties.iter().map(|party| party.id.as_str()).collect();
    }
    let seeds = report.seeds.iter().flat_map(|seed| seed.from.iter().chain([&seed.to]));
    let hops = told.hops.iter().flat_map(|hop| [&hop.from].into_iter().chain(&hop.to));
    let endings = told.endings.iter().filter_map(|ending| ending.at.as_ref());
    let told = report.actions.iter().flat_map(|action| action.items.iter().take(MAX_ROWS));
    let asked = told.map(|item| &item.at);
    let found = report.findings.iter().map(|finding| &finding.party);
    let open = report.certainty.open_ends.iter().map(|end| &end.at);
    let all = seeds.chain(hops).chain(endings).chain(asked).chain(found).chain(open);
    all.map(|party: &PartyRef| party.party.as_str()).collect()
}

/// The assets.
pub(super) fn assets(report: &Report) -> Section {
    let columns = vec![
        Column::words("Name here", 3),
        Column::words("Chain", 2),
        Column::words("Contract", 4),
        Column::number("Decimals", 1),
        Column::words("Name from", 4),
    ];
    let row = |asset: &AssetLine| {
        vec![
            asset.name.as_str().into(),
            asset.chain_name.as_str().into(),
            match &asset.contract {
                Some(contract) => Text::default().code(contract.as_str()),
                None => "native coin".into(),
            },
            asset.decimals.map_or_else(|| "not known".into(), |n| n.to_string().into()),
            asset.source.as_str().into(),
        ]
    };
    let mut assets = section("assets", "Assets");
    assets.blocks.push(grid("", columns, &report.assets, row));
    assets
}
