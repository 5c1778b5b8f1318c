//! Documents as PDF, read back with programs that have nothing to do with the writer.

mod hostile;
mod pictures;
mod reader;

use sha2::{Digest as _, Sha256};

use super::{Imprint, Pictures, pdf};
use crate::document::{Block, Column, Document, Grid, Section, Span, Text, document};
use crate::tests::sample::{day, demo};
use reader::Reading;

const MARK: &str = "Reconstruction: what is marked is made up.";

fn imprint() -> Imprint {
    Imprint {
        created: day("2022-04-14"),
        software: "fundtrail 0.1.0".to_owned(),
        case_digest: Some(hash(1)),
    }
}

fn hash(number: usize) -> String {
    format!("0x{:x}", Sha256::digest(number.to_be_bytes()))
}

fn link(number: usize) -> Span {
    let text = hash(number);
    let url = format!("https://explorer.example/tx/{text}");
    Span::Link { text, url }
}

/// A table of transactions.
fn table(rows: usize) -> Grid {
    let row = |idx: usize| {
        vec![
            Text::from(format!("row {idx}")),
            Text::default().code(&hash(idx)[..42]).line().then("wallet 7"),
            Text::from("Exchange “Example”, deposit address, as the core list says"),
            Text::from(format!("{},{:03}.50 USDC", idx * 13, idx % 1_000)),
            Text::default().and(link(idx)),
        ]
    };
    Grid {
        caption: "Every transfer".to_owned(),
        columns: vec![
            Column::words("Hop", 1),
            Column::words("From", 4),
            Column::words("To what is said of it", 3),
            Column::number("Amount", 2),
            Column::words("Transaction", 4),
        ],
        rows: (0..rows).map(row).collect(),
        left_out: Some("120 more transfers are in the CSV file.".to_owned()),
    }
}

fn section(title: &str, blocks: Vec<Block>) -> Section {
    let anchor = title.to_lowercase().replace(' ', "-");
    Section { anchor, title: title.to_owned(), blocks }
}

fn paragraph(words: usize) -> Block {
    Block::Paragraph(Text::from("Value went on within four minutes. ".repeat(words / 6)))
}

/// A document with everything that documents have, and a table of so many rows.
fn sample(rows: usize) -> Document {
    let copied = Text::from("The transaction is ").code(hash(77)).then(" and ").strong("final");
    let inner = Text::from("See ")
        .and(Span::Link { text: "the transfers".to_owned(), url: "#transfers".to_owned() });
    Document {
        title: "Trail of the funds stolen from Example Bridge".to_owned(),
        banner: Some("Reconstruction: every wallet in this document is invented.".to_owned()),
        mark: Some(MARK.to_owned()),
        section_mark: Some(MARK.to_owned()),
        facts: vec![
            ("Software".to_owned(), Text::from("fundtrail 0.1.0")),
            ("Case file, SHA-256".to_owned(), Text::default().code(hash(1))),
        ],
        sections: vec![
            section(
                "Summary",
                vec![
                    paragraph(120),
                    Block::Alert(Text::from("A listed address received 300.00 USDC.")),
                    Block::List(vec![Text::from("Ask the exchange."), inner, copied]),
                ],
            ),
            section("Transfers", vec![paragraph(30), Block::Grid(table(rows))]),
            section(
                "How sure",
                vec![
                    paragraph(60),
                    Block::Heading("Coverage".to_owned()),
                    paragraph(600),
                    Block::Heading("Rules compared".to_owned()),
                    paragraph(600),
                ],
            ),
        ],
    }
}

fn written(document: &Document) -> Reading {
    Reading::of(&pdf(document, &Pictures::default(), &imprint()).unwrap())
}

/// Without spaces and line breaks: what is broken into lines is whole again.
fn joined(text: &str) -> String {
    text.split_whitespace().collect()
}

#[test]
fn every_page_says_what_it_is_of_and_which() {
    let report = demo().report();
    let whole = pdf(&document(&report), &Pictures::of(&report), &Imprint::of(&report)).unwrap();
    let check = |reading: &Reading, title: &str, mark: &str, case: &str| {
        let pages = reading.pages();
        for (idx, page) in pages.iter().enumerate() {
            let number = format!("Page {} of {}", idx + 1, pages.len());
            let head: Vec<&str> = page.lines().filter(|line| !line.is_empty()).take(2).collect();
            assert_eq!(head, [title, mark]);
            for what in [number.as_str(), "fundtrail 0.1.0", case] {
                assert_eq!(
                    page.matches(what).count(),
                    1 + usize::from(idx == 0 && what.starts_with('f')),
                    "{what}: {page}"
                );
            }
        }
        pages.len()
    };
    let short = format!("case {}…", &hash(1)[..18]);
    assert_eq!(check(&written(&sample(3)), &sample(3).title, MARK, &short), 3);
    assert!(9 < check(&written(&sample(200)), &sample(200).title, MARK, &short));
    let mark = "Reconstruction: what is marked (invented) is made up.";
    let case = format!("case {}", report.case_digest.as_deref().unwrap());
    let pages = check(&Reading::of(&whole), &report.title, mark, &case);
    assert!((10..40).contains(&pages), "{pages} pages");
}

#[test]
fn the_text_is_there_in_the_order_of_reading() {
    let rows = 60;
    let text = joined(&written(&sample(rows)).pages().concat());
    let mut from = 0;
    let mut next = |what: &str| {
        let what = joined(what);
        let at = text[from..].find(&what).unwrap_or_else(|| panic!("{what} is not behind {from}"));
        from += at + what.len();
    };
    for what in ["invented.", "Software", &hash(1), "Contents", "Summary1"] {
        next(what);
    }
    next("! A listed address received 300.00 USDC.");
    next("•Ask the exchange.");
    next(&format!("The transaction is {} and final", hash(77)));
    next("Transfers");
    next("Every transfer");
    for idx in 0..rows {
        next(&format!("row {idx}"));
        next(&format!("{},{:03}.50 USDC", idx * 13, idx % 1_000));
    }
    next("120 more transfers are in the CSV file.");
    next("Rules compared");
}

#[test]
fn hashes_are_whole_although_they_are_broken_into_lines() {
    let reading = written(&sample(40));
    let text = joined(&reading.pages().concat());
    let urls = reading.urls();
    for idx in 0..40 {
        assert!(text.contains(&hash(idx)) && text.contains(&hash(idx)[..42]), "{idx}");
        let url = format!("https://explorer.example/tx/{}", hash(idx));
        assert!(urls.contains(&url), "{url}");
    }
}

#[test]
fn contents_and_bookmarks_name_the_pages_on_which_sections_begin() {
    let reading = written(&sample(150));
    let pages = reading.pages();
    let bookmarks = reading.bookmarks();
    let titles: Vec<(usize, &str)> =
        bookmarks.iter().map(|(depth, title, _)| (*depth, title.as_str())).collect();
    assert_eq!(
        titles,
        [(0, "Summary"), (0, "Transfers"), (0, "How sure"), (1, "Coverage"), (1, "Rules compared")]
    );
    let listed = joined(&pages[0]);
    for (depth, title, page) in &bookmarks {
        let has_heading = |text: &String| text.lines().any(|line| line.trim() == title);
        assert!(has_heading(&pages[page - 1]), "{title} is not on page {page}");
        if *depth == 0 {
            assert!(listed.contains(&format!("{}{page}", joined(title))), "{title} {page}");
        }
    }
    assert!(5 < bookmarks[2].2);
}

#[test]
fn short_documents_have_no_contents() {
    let check = |document: &Document, expected: bool| {
        let pages = written(document).pages();
        assert_eq!(pages[0].contains("Contents"), expected, "{} pages", pages.len());
    };
    check(&sample(100), true);
    check(&sample(0), false);
    check(&Document { sections: sample(100).sections[..2].to_vec(), ..sample(0) }, false);
}

#[test]
fn tables_go_on_with_their_headings() {
    let reading = written(&sample(100));
    let pages = reading.pages();
    let with_rows = pages.iter().filter(|page| page.contains("row "));
    let mut count = 0;
    for page in with_rows {
        assert_eq!(
            joined(page).matches("HopFromTowhatissaidofitAmountTransaction").count(),
            1,
            "{page}"
        );
        count += 1;
    }
    assert!(5 < count, "{count} pages");
    // In the structure they are there once.
    assert_eq!((reading.count("TR"), reading.count("TH")), (101, 5));
}

#[test]
fn the_structure_is_that_of_the_document() {
    let reading = written(&sample(2));
    let expected = [
        ("H1", 1),
        ("H2", 3),
        ("H3", 2),
        ("Table", 1),
        ("TR", 3),
        ("TH", 5),
        ("TD", 10),
        ("LI", 5),
        ("Link", 3),
        ("TOC", 0),
    ];
    for (kind, number) in expected {
        assert_eq!(reading.count(kind), number, "{kind}");
    }
    let info = reading.info();
    for line in [
        "Tagged: yes",
        "JavaScript: no",
        "Title: Trail of the funds stolen from Example Bridge",
        "Creator: fundtrail 0.1.0",
    ] {
        assert!(joined(&info).contains(&joined(line)), "{line}: {info}");
    }
    assert!(info.contains("Apr 14 00:00:00 2022"), "{info}");
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let report = demo().report();
    let bytes = || pdf(&document(&report), &Pictures::of(&report), &imprint()).unwrap();
    assert!(bytes() == bytes());
    let other = Imprint { created: day("2022-04-15"), ..imprint() };
    assert!(bytes() != pdf(&document(&report), &Pictures::of(&report), &other).unwrap());
}
