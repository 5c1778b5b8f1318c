//! A whole report as a text.
//!
//! Nothing is said here that the content does not say; what is chosen is what a text of a readable length has room
//! for. Of a very large case it tells the hops and endings that carry most, and says how many are left out and which
//! formats have all of them.

mod act;
pub(crate) mod answers;
mod band;
mod behaviour;
mod certainty;
mod leads;
mod ledger;
mod names;
mod paths;
mod sanctions;
mod steps;

use super::parts::facts;
use super::{Block, Document, Section};
use crate::Report;
use crate::diagram;
use crate::phrases;

/// Hops that are told: those that carry most of their seed.
const MAX_HOPS: usize = 500;
/// Endings that are told: those that carry most of their seed.
const MAX_ENDINGS: usize = 500;
/// Places whose paths are told: those that carry most of their seed.
const MAX_PLACES: usize = 12;
/// Hops of one path that are told.
const MAX_STEPS: usize = 24;

/// The whole report as a text, in the order in which it is read.
///
/// Of each kind of thing it tells at most a few hundred, and says so where there are more: a case of 100,000 hops
/// stays readable. The same report gives the same text.
#[must_use]
pub fn document(report: &Report) -> Document {
    let told = steps::Told::of(report);
    let mut sections = vec![answers::summary(report)];
    sections.extend(answers::background(report));
    sections.extend([
        ledger::stolen(report),
        ledger::closing(report),
        act::requests(report),
        sanctions::findings(report),
    ]);
    sections.extend(leads::leads(report));
    sections.push(certainty::certainty(report));
    sections.extend(band::band(report));
    sections.extend(flow(report));
    sections.extend([
        steps::endings(report, &told),
        paths::paths(report),
        steps::hops(report, &told),
        behaviour::patterns(report),
        behaviour::links(report),
        names::addresses(report, &told),
        names::assets(report),
        answers::method(report),
        answers::glossary(report),
    ]);
    Document {
        title: report.title.clone(),
        banner: report.invented.as_ref().map(|text| format!("Reconstruction: {text}")),
        mark: report.invented.as_ref().map(|_| phrases::RECONSTRUCTION.to_owned()),
        section_mark: report.invented.as_ref().map(|_| phrases::RECONSTRUCTION.to_owned()),
        facts: facts(
            &report.software,
            &report.today,
            report.case_digest.as_deref(),
            ("Rule", report.rule),
        ),
        sections,
    }
}

/// The pictures, one for each chain.
fn flow(report: &Report) -> Option<Section> {
    let count = diagram::count(report);
    let mut section = super::parts::section("flow", report.words.flow);
    section.blocks.push(Block::Paragraph(phrases::FLOW.into()));
    section.blocks.extend((0..count).map(Block::Picture));
    (0 < count).then_some(section)
}
