//! Pictures on pages.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::{Reading, imprint, joined, section};
use crate::diagram::{Diagram, Edge, Graph, Node, layout};
use crate::document::{Block, Document, document};
use crate::schema::{Few, Tag};
use crate::tests::sample::demo;
use crate::{Pictures, pdf};

/// A tree in which each place pays so many others.
fn tree(nodes: usize, fan: usize) -> Pictures {
    let node = |idx: usize| Node {
        name: format!("wallet {idx}").into(),
        detail: "0x1234…5678".into(),
        member_count: 1,
        is_source: idx == 0,
        ..Node::default()
    };
    let edge = |idx: usize| Edge {
        from: (idx - 1) / fan,
        to: idx,
        hops: [Tag::hop(idx)].into_iter().collect(),
        sums: Few::new(),
        share_ppm: 1_000,
    };
    let graph = Graph {
        chain_name: "Ethereum".to_owned(),
        nodes: (0..nodes).map(node).collect(),
        edges: (1..nodes).map(edge).collect(),
        ..Graph::default()
    };
    let picture = layout(&graph);
    let legend = vec![("source", "where it was taken from"), ("pass", "passed on")];
    Pictures {
        diagrams: vec![Diagram {
            whole: Graph::default(),
            stands: Vec::new(),
            graph,
            picture,
            notes: Vec::new(),
            legend,
        }],
    }
}

fn shown(pictures: &Pictures) -> Reading {
    let document = Document {
        title: "Pictures".to_owned(),
        sections: vec![section("Flow", vec![Block::Picture(0)])],
        ..Document::default()
    };
    Reading::of(&pdf(&document, pictures, &imprint()).unwrap())
}

#[test]
fn pictures_take_as_many_pages_as_they_need_to_be_legible() {
    let check = |nodes: usize, fan: usize, pages: usize, words: &[&str]| {
        let reading = shown(&tree(nodes, fan));
        let texts = reading.pages();
        assert_eq!(texts.len(), pages, "{nodes} places");
        let text = texts.concat();
        for word in words {
            assert!(joined(&text).contains(&joined(word)), "{word}: {text}");
        }
        let names: BTreeSet<usize> = text
            .split("wallet ")
            .skip(1)
            .filter_map(|rest| rest.split_whitespace().next()?.parse().ok())
            .collect();
        // The reader leaves out what is smaller than 3 points on a page with very many such letters.
        assert!(names.len() == nodes || 1_000 < nodes, "{} of {nodes} named", names.len());
        assert_eq!(
            reading.count("Figure"),
            pages.saturating_sub(usize::from(1 < pages)),
            "figures"
        );
    };
    check(3, 2, 1, &["where it was taken from", "passed on", "The flow on Ethereum."]);
    check(9, 3, 1, &["The flow on Ethereum"]);
    check(12, 2, 2, &["see the next page", "reduced to"]);
    check(30, 2, 2, &["see the next page", "reduced to"]);
    check(50, 2, 2, &["as large as two of the others (A3)", "reduced to"]);
    check(120, 2, 9, &["see the next 8 pages", "part 2 of 8, reduced to 55 %", "by a sliver"]);
    check(5_000, 10, 2, &["larger than the others", "wallet 17 "]);
}

#[test]
fn the_pages_of_the_demo_show_its_flow_and_say_it_in_words() {
    let report = demo().report();
    let bytes = pdf(&document(&report), &Pictures::of(&report), &imprint()).unwrap();
    let reading = Reading::of(&bytes);
    let text = joined(&reading.pages().concat());
    for words in [
        "The flow on Ethereum",
        "sanctioned (octagon, thick)",
        "406,618",
        "1 network fee is not drawn.",
    ] {
        assert!(text.contains(&joined(words)), "{words}");
    }
    let file = String::from_utf8_lossy(&bytes);
    let alternatives = file.matches("drawn from left to right. The tables").count();
    assert_eq!((reading.count("Figure"), alternatives), (2, 2));
}

#[test]
fn a_large_picture_is_drawn_in_seconds() {
    let pictures = tree(5_000, 10);
    let start = Instant::now();
    let _ = shown(&pictures);
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}
