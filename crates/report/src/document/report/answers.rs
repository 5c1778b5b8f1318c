//! What is said in sentences: the answers, the background, the method, and what the words mean.

use super::super::parts::{grid, heading, list, section};
use super::super::{Block, Column, Section, Text};
use crate::Report;
use crate::schema::Answer;

/// The questions of a reader, and their answers.
pub(super) fn summary(report: &Report) -> Section {
    let mut summary = section("summary", "Summary");
    let blocks = report
        .summary
        .iter()
        .flat_map(|answer| std::iter::once(heading(answer.question)).chain(said(answer)));
    summary.blocks.extend(blocks);
    summary
}

/// What asks for attention, then what informs.
pub(crate) fn said(answer: &Answer) -> impl Iterator<Item = Block> {
    let (alerts, others) = answer.lines.split_at(answer.alerts.min(answer.lines.len()));
    let texts =
        |lines: &[String]| lines.iter().map(|line| line.as_str().into()).collect::<Vec<Text>>();
    let alert = (!alerts.is_empty()).then(|| Block::Alert(Text::lines(texts(alerts))));
    alert.into_iter().chain(list(texts(others)))
}

/// Public facts; nothing where there are none.
pub(super) fn background(report: &Report) -> Option<Section> {
    let mut background = section("background", "Background: public facts");
    let said = report.background.iter().map(|fact| format!("{} [{}]", fact.text, fact.source));
    background.blocks.push(list(said)?);
    Some(background)
}

/// How it was found out: statements, settings, lists, nodes.
pub(super) fn method(report: &Report) -> Section {
    let of = &report.method;
    let mut method = section("method", "Method, settings and sources");
    method.blocks.extend(list(of.statements.iter().map(String::as_str)));
    if !of.settings.is_empty() {
        let columns = vec![Column::words("Setting", 2), Column::words("Value", 3)];
        let row = |setting: &crate::schema::Setting| {
            vec![setting.name.as_str().into(), setting.value.as_str().into()]
        };
        method.blocks.extend([heading("Settings"), grid("", columns, &of.settings, row)]);
    }
    if !of.lists.is_empty() {
        let columns = vec![
            Column::words("List", 3),
            Column::words("Kind", 2),
            Column::number("Rows", 1),
            Column::words("As of", 2),
            Column::words("Origin and source", 4),
            Column::words("SHA-256", 4),
        ];
        let row = |line: &crate::schema::ListLine| {
            vec![
                line.name.as_str().into(),
                line.kind.as_str().into(),
                line.rows.as_str().into(),
                line.as_of.as_str().into(),
                Text::lines([line.origin.as_str(), line.source.as_str()].map(Text::from)),
                Text::default().code(line.sha256.as_str()),
            ]
        };
        method.blocks.extend([heading("Lists"), grid("", columns, &of.lists, row)]);
    }
    if let Some(hosts) = list(of.endpoints.iter().map(String::as_str)) {
        method.blocks.extend([heading("Nodes asked"), hosts]);
    }
    method
}

/// What the words mean.
pub(super) fn glossary(report: &Report) -> Section {
    let mut words = section("words", "Words");
    let terms = report.glossary.iter();
    words.blocks.extend(list(
        terms.map(|term| Text::default().strong(term.word).then(format!(": {}", term.means))),
    ));
    words
}
