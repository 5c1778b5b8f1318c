//! Mixers and bridges that value ended in: what may help to go on, apart from every sum.

use super::super::parts::{exact_list, heading, list, paragraph, quotes, section};
use super::super::{Block, Section};
use crate::Report;
use crate::phrases;
use crate::schema::Lead;

/// A lead each, with what went in, what could be looked at next, and what cannot be known.
pub(super) fn leads(report: &Report) -> Option<Section> {
    let mut leads = section("leads", phrases::LEADS_TITLE);
    leads.blocks.push(paragraph(phrases::LEADS));
    leads.blocks.extend(report.leads.iter().flat_map(|found| lead(report, found)));
    (!report.leads.is_empty()).then_some(leads)
}

fn lead(report: &Report, lead: &Lead) -> Vec<Block> {
    let mut blocks = vec![
        heading(format!("Lead {}, {}: {} on {}", lead.id, lead.kind, lead.name, lead.chain_name)),
        paragraph(exact_list(&lead.totals)),
        paragraph(format!("Rests on: {}.", lead.basis.join("; "))),
    ];
    blocks.extend(list(lead.next.iter().map(|next| format!("To look at next: {next}"))));
    blocks.extend(list(lead.unknown.iter().map(|gap| format!("Not known: {gap}"))));
    blocks.push(quotes(report.words, &lead.items, |_| Vec::new()));
    blocks
}
