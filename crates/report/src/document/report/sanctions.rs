//! Listed addresses, judged by the dates, and what contracts on the chain say of them.

use super::super::parts::{
    counted, exact_lines, exact_list, grid, heading, paragraph, section, transaction, when,
};
use super::super::{Block, Column, Section, Text};
use crate::Report;
use crate::schema::{Finding, FindingTransfer, Opinion};

/// The findings, then second opinions.
pub(super) fn findings(report: &Report) -> Section {
    let mut findings = section("sanctions", "Flows that touched a listed address");
    if report.findings.is_empty() {
        findings.blocks.push(paragraph(format!(
            "No address on this trail has a listing in the lists used, then or today ({}). {}",
            report.today, report.words.beyond
        )));
    }
    for finding in &report.findings {
        findings.blocks.extend(told(report, finding));
    }
    if !report.opinions.is_empty() {
        findings.blocks.push(heading("Second opinions on the chain"));
        findings.blocks.extend(report.opinions.iter().map(opinion));
    }
    findings
}

fn told(report: &Report, finding: &Finding) -> [Block; 5] {
    let list = finding.list.as_ref().map(|list| format!("; list: {list}")).unwrap_or_default();
    let listing =
        format!("{} ({}; source: {}{list})", finding.listing, finding.chain_name, finding.source);
    let setting = match finding.is_flagged {
        true => String::new(),
        false => format!(" (no finding by the setting flag = {})", report.flag),
    };
    let verdict =
        Text::default().strong(finding.verdict).then(format!("{setting}: {}.", finding.statement));
    let role = format!(
        "It {} {}, in {}:",
        finding.role,
        exact_list(&finding.totals),
        counted(finding.transfers.len(), "movement")
    );
    [
        heading(format!("{}, {}", finding.party.name, finding.party.address)),
        paragraph(listing),
        if finding.is_flagged && finding.is_in_force {
            Block::Alert(verdict)
        } else {
            Block::Paragraph(verdict)
        },
        paragraph(role),
        movements(report, &finding.transfers),
    ]
}

fn movements(report: &Report, transfers: &[FindingTransfer]) -> Block {
    let columns = vec![
        Column::words("Hop", 1),
        Column::words(report.words.part_title, 3),
        Column::words("When", 3),
        Column::words("Against the listing", 3),
        Column::words("Transaction", 4),
    ];
    let row = |transfer: &FindingTransfer| {
        vec![
            transfer.id.as_str().into(),
            exact_lines(&transfer.stolen),
            when(&transfer.place),
            transfer.lead.as_str().into(),
            transaction(&transfer.place),
        ]
    };
    grid("", columns, transfers, row)
}

fn opinion(opinion: &Opinion) -> Block {
    let party = &opinion.party;
    let text = Text::from(format!("{} ", party.name))
        .code(party.address.as_str())
        .then(format!(": {}.", opinion.statement));
    if opinion.is_disagreement { Block::Alert(text) } else { Block::Paragraph(text) }
}
