//! What is said in sentences, and how it was found out.

use std::borrow::Cow;

use super::{Cell, Fields, Kind, Table, borrowed, or_empty};
use crate::Report;
use crate::content::threshold;
use crate::schema::ListLine;

/// A sentence, what it belongs to, and who says so.
struct Said<'a> {
    section: &'static str,
    topic: &'a str,
    text: &'a str,
    source: &'a str,
}

impl<'a> Said<'a> {
    const fn of(section: &'static str, topic: &'a str, text: &'a str) -> Self {
        Self { section, topic, text, source: "" }
    }

    fn all(section: &'static str, texts: &'a [String]) -> impl Iterator<Item = Self> {
        texts.iter().map(move |text| Self::of(section, "", text))
    }
}

/// One row per sentence: `answer` (with the question), `fact` (with its source), `certainty`, `rules compared`,
/// `reservation`, `behaviour`, `method`, `word` (with what it means).
pub(super) fn statements(report: &Report) -> Table<'_> {
    let mut said = Vec::new();
    said.extend(report.unfinished.iter().map(|text| Said::of("unfinished", "", text)));
    for answer in &report.summary {
        said.extend(answer.lines.iter().map(|line| Said::of("answer", answer.question, line)));
    }
    said.extend(report.background.iter().map(|fact| Said {
        section: "fact",
        topic: "",
        text: &fact.text,
        source: &fact.source,
    }));
    let certainty = &report.certainty;
    said.extend(certainty.imbalance.iter().map(|text| Said::of("imbalance", "", text)));
    said.extend(Said::all("certainty", &certainty.statements));
    said.extend(
        certainty.band.iter().flat_map(|band| Said::all("rules compared", &band.statements)),
    );
    said.extend(Said::all("reservation", &certainty.reservations));
    said.extend(Said::all("behaviour", &report.behaviour.left_out));
    said.extend(Said::all("method", &report.method.statements));
    said.extend(report.glossary.iter().map(|term| Said::of("word", term.word, term.means)));
    Fields::<Said<'_>>::new()
        .text("section", |said| borrowed(said.section))
        .text("topic", |said| borrowed(said.topic))
        .text("text", |said| borrowed(said.text))
        .text("source", |said| borrowed(said.source))
        .rows(report, said)
}

/// A name and its value.
struct Set<'a> {
    section: &'static str,
    name: Cell<'a>,
    value: Cell<'a>,
    says: Cell<'a>,
}

/// One row per thing that was set: `report`, `setting`, `chain` (its last block looked at), `endpoint`, `threshold`.
pub(super) fn settings(report: &Report) -> Table<'_> {
    let of = |section, name, value| Set { section, name, value, says: Cell::default() };
    let about = [
        ("title", &*report.title),
        ("software", &*report.software),
        ("judged as of", &*report.today),
        ("direction", report.direction),
        ("rule", report.rule),
        ("flag", report.flag),
        ("case digest", report.case_digest.as_deref().unwrap_or_default()),
    ];
    let mut set = Vec::new();
    set.extend(about.map(|(name, value)| of("report", borrowed(name), borrowed(value))));
    let settings = report.method.settings.iter();
    set.extend(
        settings.map(|setting| of("setting", borrowed(&setting.name), borrowed(&setting.value))),
    );
    set.extend(report.chains.iter().map(|chain| {
        let until = chain.until.map(|block| block.to_string()).unwrap_or_default();
        let time = chain.until_time.as_deref().unwrap_or_default();
        let value = format!("id {}, looked at until block {until} {time}", chain.id);
        of("chain", borrowed(&chain.name), Cow::Owned(value.trim_end().to_owned()))
    }));
    let endpoints = report.method.endpoints.iter();
    set.extend(endpoints.map(|host| of("endpoint", borrowed(host), Cell::default())));
    let thresholds = report.behaviour.thresholds.iter();
    set.extend(thresholds.map(|(name, value)| Set {
        says: Cow::Owned(threshold(name, *value)),
        ..of("threshold", borrowed(name), Cow::Owned(value.to_string()))
    }));
    Fields::<Set<'_>>::new()
        .text("section", |set| borrowed(set.section))
        .text("name", |set| set.name.clone())
        .text("value", |set| set.value.clone())
        .text("says", |set| set.says.clone())
        .rows(report, set)
}

/// One row per list.
pub(super) fn lists(report: &Report) -> Table<'_> {
    Fields::<&ListLine>::new()
        .text("name", |list| borrowed(&list.name))
        .text("kind", |list| borrowed(&list.kind))
        .field("rows", Kind::Integer, |list| borrowed(&list.rows))
        .field("as_of", Kind::Day, |list| or_empty(Some(&list.as_of)))
        .code("sha256", |list| borrowed(&list.sha256))
        .text("origin", |list| borrowed(&list.origin))
        .text("source", |list| borrowed(&list.source))
        .rows(report, &report.method.lists)
}
