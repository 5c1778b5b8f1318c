//! What was stolen, and the ledger that says where it is.

use super::super::parts::MAX_ROWS;
use super::super::parts::{
    ending_count, exact, grid, left_out, paragraph, party, section, transaction, when,
};
use super::super::{Block, Column, Grid, Section, Text};
use crate::Report;
use crate::schema::{LedgerLine, Money, Seed};

/// The seeds.
pub(super) fn stolen(report: &Report) -> Section {
    let mut stolen = section("stolen", report.words.seeds_heading);
    let columns = vec![
        Column::words("Seed", 1),
        Column::words("Amount", 3),
        Column::words("From, to", 5),
        Column::words("When and where", 3),
        Column::words("Transaction", 4),
    ];
    let row = |seed: &Seed| {
        let from = seed.from.as_ref().map(|from| Text::from("from ").join(party(from)));
        let to = Text::from("to ").join(party(&seed.to));
        vec![
            seed.id.as_str().into(),
            exact(&seed.money).into(),
            Text::lines(from.into_iter().chain([to])),
            when(&seed.place),
            transaction(&seed.place),
        ]
    };
    stolen.blocks.push(grid("", columns, &report.seeds, row));
    stolen
}

/// The ledger of each seed and asset.
pub(super) fn closing(report: &Report) -> Section {
    let words = report.words;
    let mut closing = section("ledger", words.ledger);
    let equation = format!(
        "Per seed and asset, seeded + converted in = converted out + {}, to the base unit.",
        words.endings
    );
    closing.blocks.push(paragraph(equation));
    let lines = report.ledger.iter().take(MAX_ROWS);
    closing.blocks.extend(lines.map(|line| account(report, line)));
    let left_out = left_out(MAX_ROWS, report.ledger.len(), "accounts");
    closing.blocks.extend(left_out.map(paragraph));
    closing
}

fn account(report: &Report, line: &LedgerLine) -> Block {
    let amount = |what: String, money: &Money| vec![what.into(), money.exact_on_chain().into()];
    let sum = |what: String, money: &Money| {
        vec![Text::default().strong(what), Text::default().strong(money.exact_on_chain())]
    };
    let mut rows = vec![
        amount("seeded".to_owned(), &line.seeded),
        amount("+ converted in".to_owned(), &line.converted_in),
        sum(format!("= {}", report.words.came), &line.came),
        amount("converted out".to_owned(), &line.converted_out),
    ];
    rows.extend(line.endings.iter().map(|ending| {
        let count = ending_count(ending.count, report.words);
        amount(format!("+ {} ({count})", ending.class), &ending.money)
    }));
    rows.push(sum("= accounted for".to_owned(), &line.went));
    let closes = match (report.certainty.is_upper_bound, line.closes) {
        (true, _) => Text::from("upper bounds"),
        (false, true) => Text::from("yes"),
        (false, false) => Text::default().strong("NO"),
    };
    rows.push(vec!["closes".into(), closes]);
    Block::Grid(Grid {
        caption: format!("{} in {} on {}", line.seed, line.asset, line.chain_name),
        columns: vec![Column::words("", 3), Column::number("Amount", 4)],
        rows,
        left_out: None,
    })
}
