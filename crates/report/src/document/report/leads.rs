//! Mixers and bridges that value ended in: what may help to go on, apart from every sum.

use super::super::parts::{
    exact, exact_list, grid, heading, list, paragraph, party, section, transaction, when,
};
use super::super::{Block, Column, Section};
use crate::Report;
use crate::phrases;
use crate::schema::{Lead, LeadItem};

/// A lead each, with what went in, what could be looked at next, and what cannot be known.
pub(super) fn leads(report: &Report) -> Option<Section> {
    let mut leads = section("leads", phrases::LEADS_TITLE);
    leads.blocks.push(paragraph(phrases::LEADS));
    leads.blocks.extend(report.leads.iter().flat_map(|found| lead(report, found)));
    (!report.leads.is_empty()).then_some(leads)
}

fn lead(report: &Report, lead: &Lead) -> Vec<Block> {
    let columns = vec![
        Column::words(report.words.ending_title, 2),
        Column::words("Amount", 3),
        Column::words("Address", 4),
        Column::words(report.words.arrived_title, 3),
        Column::words("Transaction", 4),
    ];
    let row = |item: &LeadItem| {
        vec![
            format!("{} of {}", item.ending, item.seed).into(),
            exact(&item.money).into(),
            party(&item.at),
            when(&item.place),
            transaction(&item.place),
        ]
    };
    let mut blocks = vec![
        heading(format!("Lead {}, {}: {} on {}", lead.id, lead.kind, lead.name, lead.chain_name)),
        paragraph(exact_list(&lead.totals)),
        paragraph(format!("Rests on: {}.", lead.basis.join("; "))),
    ];
    blocks.extend(list(lead.next.iter().map(|next| format!("To look at next: {next}"))));
    blocks.extend(list(lead.unknown.iter().map(|gap| format!("Not known: {gap}"))));
    blocks.push(grid("", columns, &lead.items, row));
    blocks
}
