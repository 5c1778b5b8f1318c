//! The report as a text: what every medium relies on.

use std::collections::BTreeSet;

use fundtrail_model::{HopKind, Position, Step};

use super::behaviour::behaving;
use super::sample::{demo, generated, small};
use crate::document::{Block, Document, Grid, Span, Text, document};

fn grids(document: &Document) -> impl Iterator<Item = &Grid> {
    let blocks = document.sections.iter().flat_map(|section| &section.blocks);
    blocks.filter_map(|block| match block {
        Block::Grid(grid) => Some(grid),
        _ => None,
    })
}

fn texts(document: &Document) -> Vec<&Text> {
    let mut texts: Vec<&Text> = document.facts.iter().map(|(_, text)| text).collect();
    for block in document.sections.iter().flat_map(|section| &section.blocks) {
        match block {
            Block::Paragraph(text) | Block::Alert(text) => texts.push(text),
            Block::List(items) => texts.extend(items),
            Block::Grid(grid) => texts.extend(grid.rows.iter().flatten()),
            Block::Heading(_) | Block::Picture(_) => {}
        }
    }
    texts
}

#[test]
fn tables_are_whole_and_anchors_are_unique() {
    for sample in [small(), demo(), behaving(small()), generated(3_000, 3)] {
        let document = document(&sample.report());
        let anchors: BTreeSet<_> = document.sections.iter().map(|of| of.anchor.as_str()).collect();
        assert_eq!(anchors.len(), document.sections.len());
        for anchor in anchors {
            assert!(
                !anchor.is_empty()
                    && anchor.bytes().all(|of| of.is_ascii_lowercase() || of == b'-')
            );
        }
        for section in &document.sections {
            assert!(!section.blocks.is_empty(), "{}", section.anchor);
        }
        for grid in grids(&document) {
            assert!(grid.columns.iter().all(|column| 0 < column.weight), "{grid:?}");
            for row in &grid.rows {
                assert_eq!(row.len(), grid.columns.len(), "{row:?}");
            }
        }
        for text in texts(&document) {
            let is_https = |span: &Span| match span {
                Span::Link { url, .. } => url.starts_with("https://"),
                _ => true,
            };
            assert!(text.spans.iter().all(is_https), "{text:?}");
            assert!(!matches!(text.spans.first(), Some(Span::Break)), "{text:?}");
            assert!(
                !text.spans.iter().any(|span| *span != Span::Break && span.text().contains('\n'))
            );
        }
    }
}

#[test]
fn a_large_case_stays_a_readable_text_and_says_what_is_left_out() {
    let report = generated(3_000, 3).report();
    let document = document(&report);
    let of = |anchor: &str| document.sections.iter().find(|of| of.anchor == anchor).unwrap();
    let table = |anchor: &str| {
        of(anchor).blocks.iter().find_map(|block| match block {
            Block::Grid(grid) => Some(grid),
            _ => None,
        })
    };
    let hops = table("hops").unwrap();
    assert_eq!(hops.rows.len(), 500);
    let note = hops.left_out.as_deref().unwrap();
    assert!(note.contains("The 500 hops") && note.contains("The JSON report"), "{note}");
    // In the report's order, and none that is left out carries more than one that is told.
    let told: Vec<usize> = hops
        .rows
        .iter()
        .map(|row| row[0].plain().trim_start_matches('H').parse::<usize>().unwrap() - 1)
        .collect();
    assert!(told.is_sorted());
    let least = told.iter().map(|idx| report.hops[*idx].share_ppm).min().unwrap();
    let known: BTreeSet<usize> = told.into_iter().collect();
    for (idx, hop) in report.hops.iter().enumerate() {
        assert!(known.contains(&idx) || hop.share_ppm <= least, "{}", hop.id);
    }
    // Whoever has a number in the table of hops is among the addresses.
    let numbers: BTreeSet<String> =
        table("addresses").unwrap().rows.iter().map(|row| row[0].plain()).collect();
    assert!(table("addresses").unwrap().left_out.is_some());
    for row in &hops.rows {
        for cell in [&row[2], &row[3]] {
            let text = cell.plain();
            if let Some((number, _)) = text.split_once(": ").filter(|_| text.starts_with('P')) {
                assert!(numbers.contains(number), "{text}");
            }
        }
    }
}

#[test]
fn what_the_content_says_stands_in_the_text() {
    for sample in [demo(), behaving(small())] {
        let report = sample.report();
        let document = document(&report);
        let mut all = String::new();
        for block in document.sections.iter().flat_map(|section| &section.blocks) {
            if let Block::Heading(text) = block {
                all.push_str(text);
                all.push('\n');
            }
        }
        for text in texts(&document) {
            all.push_str(&text.plain());
            all.push('\n');
        }
        let check = |said: &str| assert!(all.contains(said), "{said}");
        for answer in &report.summary {
            check(answer.question);
            answer.lines.iter().for_each(|line| check(line));
        }
        report.hops.iter().for_each(|hop| check(hop.place.transaction_text()));
        for ending in &report.endings {
            check(&format!("{} of {}", ending.id, ending.seed));
            check(&ending.money.text());
            check(&ending.why);
        }
        for action in &report.actions {
            check(&action.whom);
            check(&action.what);
        }
        for finding in &report.findings {
            check(&finding.statement);
            check(&finding.party.address);
        }
        report.parties.iter().for_each(|party| check(&party.address));
        report.certainty.statements.iter().for_each(|line| check(line));
        report.certainty.reservations.iter().for_each(|line| check(line));
        report.method.statements.iter().for_each(|line| check(line));
        report.behaviour.patterns.iter().for_each(|pattern| check(&pattern.definition[1..]));
        report.behaviour.links.iter().for_each(|link| check(link.means));
        report.glossary.iter().for_each(|term| check(term.means));
    }
}

#[test]
fn a_reconstruction_has_a_banner_and_a_mark() {
    let document = document(&demo().report());
    assert!(document.banner.unwrap().starts_with("Reconstruction: amounts"));
    assert_eq!(
        document.mark.as_deref(),
        Some("Reconstruction: what is marked (invented) is made up.")
    );
    let real = super::super::document::document(&small().report());
    assert_eq!((real.banner, real.mark), (None, None));
}

/// Its position is that of the last of them, which need not be between payer and receiver.
#[test]
fn a_hop_that_is_a_net_names_its_transfers() {
    let check = |count: u32, expected: Option<&str>| {
        let mut sample = small();
        let hop = &mut sample.trail.hops[0];
        let steps = (0..count).map(|n| if n == 0 { Step::Value } else { Step::Frame(n) });
        let at = hop.position;
        let shown: Vec<Position> = steps.map(|step| Position { step, ..at }).collect();
        match &mut hop.kind {
            HopKind::Payment { evidence, .. } | HopKind::Conversion { evidence, .. } => {
                *evidence = shown;
            }
        }
        let report = sample.report();
        assert_eq!(report.hops[0].netted_from().as_deref(), expected);
        let page = crate::html(&report).unwrap();
        let text: String = texts(&document(&report)).iter().map(|text| text.plain()).collect();
        for said in [page, text] {
            assert_eq!(said.contains("the net of"), expected.is_some());
            assert!(expected.is_none_or(|expected| said.contains(expected)));
        }
    };
    check(1, None);
    check(2, Some("the net of value, frame1"));
    let many =
        "the net of value, frame1, frame2, frame3, frame4, frame5, frame6, frame7 and 2 more";
    check(10, Some(many));
}

#[test]
fn every_picture_that_is_counted_is_drawn() {
    let mut nothing = small();
    nothing.trail.hops.clear();
    nothing.trail.endings.clear();
    for sample in [nothing, small(), demo(), behaving(small()), generated(3_000, 3)] {
        let report = sample.report();
        assert_eq!(crate::diagram::count(&report), crate::diagram::diagrams(&report).len());
    }
}
