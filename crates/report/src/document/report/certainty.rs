//! How sure the report is: what was looked at, what disagrees, what was not looked at.

use super::super::parts::MAX_ROWS;
use super::super::parts::left_out;
use super::super::parts::{exact, grid, heading, list, lots, paragraph, party, section};
use super::super::{Block, Column, Section, Text};
use crate::Report;
use crate::schema::{Certainty, CoverageLine, DifferenceLine, OpenEnd, OpenTransaction};

/// All of it.
pub(super) fn certainty(report: &Report) -> Section {
    let of = &report.certainty;
    let mut certainty = section("certainty", "How sure this is");
    let blocks = &mut certainty.blocks;
    if let Some(unfinished) = &report.unfinished {
        blocks.push(Block::Alert(format!("NOT FINISHED: {unfinished}").into()));
    }
    blocks.extend(list(of.statements.iter().map(String::as_str)));
    coverage(report, blocks);
    blocks.push(heading("What has not been looked at"));
    open(of, blocks);
    blocks.push(heading("Balances that disagree"));
    if of.differences.is_empty() {
        blocks.push(paragraph("None is known."));
    } else {
        differences(report, blocks);
    }
    blocks.push(heading("Reservations"));
    let reservations = of.reservations.iter().take(MAX_ROWS).map(String::as_str);
    blocks.push(list(reservations).unwrap_or_else(|| paragraph("None.")));
    let left_out = left_out(MAX_ROWS, of.reservations.len(), "reservations");
    blocks.extend(left_out.map(paragraph));
    certainty
}

fn coverage(report: &Report, blocks: &mut Vec<Block>) {
    let until = report.chains.iter().filter_map(|chain| {
        let time = chain.until_time.as_deref().unwrap_or("time not known");
        let until = chain.until?;
        Some(format!("{} was looked at until block {until} ({time})", chain.name))
    });
    blocks.extend(list(until));
    if report.certainty.coverage.is_empty() {
        return;
    }
    let columns = vec![
        Column::words("Chain", 2),
        Column::words("Assets", 2),
        Column::words("How", 3),
        Column::number("Addresses", 2),
        Column::number("Exact", 2),
        Column::number("Reconciled", 2),
        Column::number("Indicative", 2),
        Column::number("Unreconciled", 2),
    ];
    let row = |line: &CoverageLine| {
        let counts =
            [line.addresses, line.exact, line.reconciled, line.indicative, line.unreconciled];
        let counts =
            counts.iter().map(|count| Text::from(crate::number::group(&count.to_string())));
        [line.chain_name.as_str(), line.class, line.how]
            .into_iter()
            .map(Text::from)
            .chain(counts)
            .collect()
    };
    blocks.push(grid("What was looked at, in windows", columns, &report.certainty.coverage, row));
}

fn open(certainty: &Certainty, blocks: &mut Vec<Block>) {
    if certainty.open_ends.is_empty() && certainty.open_transactions.is_empty() {
        blocks.push(paragraph("No open ends."));
    }
    if !certainty.open_ends.is_empty() {
        let columns = vec![
            Column::words("Address", 5),
            Column::words("Chain", 2),
            Column::words("Blocks missing", 3),
            Column::number("Hop", 1),
            Column::words("At stake", 3),
        ];
        let row = |end: &OpenEnd| {
            vec![
                party(&end.at),
                end.chain_name.as_str().into(),
                end.window.as_str().into(),
                end.depth.to_string().into(),
                lots(&end.at_stake).into(),
            ]
        };
        blocks.push(grid("", columns, &certainty.open_ends, row));
    }
    if !certainty.open_transactions.is_empty() {
        let columns = vec![
            Column::words("Transaction not read whole", 5),
            Column::words("Chain", 2),
            Column::words("Block", 3),
            Column::number("Hop", 1),
            Column::words("At stake", 3),
        ];
        let row = |open: &OpenTransaction| {
            vec![
                Text::default().code(open.transaction.as_str()),
                open.chain_name.as_str().into(),
                open.block.to_string().into(),
                open.depth.to_string().into(),
                lots(&open.at_stake).into(),
            ]
        };
        blocks.push(grid("", columns, &certainty.open_transactions, row));
    }
}

fn differences(report: &Report, blocks: &mut Vec<Block>) {
    let columns = vec![
        Column::words("Address", 4),
        Column::words("Chain", 2),
        Column::words("Asset and contract", 4),
        Column::words("By how much", 3),
        Column::words("At the end of", 2),
        Column::words(report.words.value_title, 3),
    ];
    let row = |line: &DifferenceLine| {
        let asset = Text::from(line.money.asset.as_str());
        let followed = match (line.is_followed_here, line.is_followed) {
            (true, _) => Text::default().strong("followed in this asset at this address"),
            (false, true) => "followed in this asset, but not at this address".into(),
            (false, false) => "none was followed in this asset".into(),
        };
        vec![
            party(&line.at),
            line.chain_name.as_str().into(),
            match &line.money.contract {
                Some(contract) => asset.then(" ").code(contract.as_str()),
                None => asset,
            },
            format!("{} {}", exact(&line.money), line.direction).into(),
            format!("block {}", line.block).into(),
            followed,
        ]
    };
    blocks.push(grid("", columns, &report.certainty.differences, row));
}
