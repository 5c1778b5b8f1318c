//! Whatever strangers wrote, the pages stay pages.

use proptest::prelude::*;

use super::{Reading, imprint, joined, paragraph, sample, section, written};
use crate::document::{Block, Column, Document, Grid, Span, Text};
use crate::{Pictures, pdf};

/// The text wherever a document has one.
fn with(text: &str) -> Document {
    let span = |url: &str| Span::Link { text: text.to_owned(), url: url.to_owned() };
    let all = Text::from(text)
        .strong(text)
        .code(text)
        .and(span(text))
        .and(span("https://explorer.example/"))
        .and(span("#summary"));
    let grid = Grid {
        caption: text.to_owned(),
        columns: vec![Column::words(text, 1), Column::number(text, 0), Column::words("", 3)],
        // Too few cells, and too many.
        rows: vec![vec![all.clone(); 3], vec![all.clone()], vec![], vec![all.clone(); 5]],
        left_out: Some(text.to_owned()),
    };
    let blocks = vec![
        Block::Heading(text.to_owned()),
        Block::Paragraph(all.clone()),
        Block::Alert(all.clone()),
        Block::List(vec![all.clone(), Text::default()]),
        Block::Grid(grid),
        Block::Grid(Grid::default()),
        Block::Picture(7),
    ];
    Document {
        title: text.to_owned(),
        banner: Some(text.to_owned()),
        mark: Some(text.to_owned()),
        section_mark: Some(text.to_owned()),
        facts: vec![(text.to_owned(), all)],
        sections: vec![section(text, blocks), section("Summary", vec![paragraph(6)])],
    }
}

#[test]
fn strangers_text_breaks_no_page_and_leads_nowhere() {
    let check = |text: &str, shown: &str| {
        let reading = written(&with(text));
        let pages = reading.pages();
        let total = pages.len();
        for (idx, page) in pages.iter().enumerate() {
            let number = joined(&format!("Page {} of {total}", idx + 1));
            assert!(joined(page).contains(&number), "{text:?} hides the number of page {idx}");
        }
        let all = joined(&pages.concat());
        assert!(all.contains(&joined(shown)), "{text:?} is shown as {all}");
        let urls = reading.urls();
        assert!(urls.iter().all(|url| url == "https://explorer.example/"), "{urls:?}");
        total
    };
    let long = "x".repeat(10_000);
    assert!((5..400).contains(&check(&long, &long[..40])));
    let many = "word ".repeat(3_000);
    assert!((5..400).contains(&check(&many, &many[..40])));
    check("US\u{202e}CD\u{202c}", "US\\u{202e}CD\\u{202c}");
    check("U\u{200b}S\u{feff}D\u{2066}C\u{ad}", "U\\u{200b}S\\u{feff}D\\u{2066}C\\u{ad}");
    check("money 💰 中文 \u{fb01}", "\\u{1f4b0} \\u{4e2d}\\u{6587} \\u{fb01}");
    check("e\u{301}\u{335}\u{489}", "e\\u{301}\\u{335}");
    check("שלום مرحبا", "\\u{5e9}\\u{5dc}");
    check("\u{0}\u{7}\u{1b}[31m\u{7f}\u{9b}", "\\u{0}\\u{7}\\u{1b}[31m\\u{7f}\\u{9b}");
    check("\u{e000}\u{f0000}\u{10ffff}\u{fffd}", "\\u{e000}\\u{f0000}\\u{10ffff}\\u{fffd}");
    check("one\r\ntwo\tthree\n\n\nfour", "one\\u{d}twothreefour");
    check("javascript:alert(1)", "javascript:alert(1)");
    check("file:///etc/passwd", "file:///etc/passwd");
    check("https://a.example/\u{202e}b c", "https://a.example/\\u{202e}b c");
    check(") Tj ET endstream endobj (\\", ") Tj ET endstream endobj (\\");
    check("Ωμέγα Жук Łódź ≈ → −5", "Ωμέγα Жук Łódź ≈ → −5");
    check("", "Summary");
    check("\u{a0}", "Summary");
}

#[test]
fn there_is_a_page_even_of_nothing() {
    let reading = written(&Document { title: "Nothing".to_owned(), ..Document::default() });
    assert_eq!(reading.pages().len(), 1);
    assert_eq!(reading.bookmarks().len(), 1);
}

#[test]
fn rows_that_are_higher_than_a_page_go_on() {
    let mut document = sample(1);
    let long: String = (0..4_000).map(|idx| format!("{idx} ")).collect();
    let grid = Grid {
        columns: vec![Column::words("Many", 1), Column::words("One", 20)],
        rows: vec![vec![Text::from(long.as_str()), Text::from("once")]],
        ..Grid::default()
    };
    document.sections = vec![section("High", vec![Block::Grid(grid)])];
    let pages = written(&document).pages();
    assert!(2 < pages.len(), "{} pages", pages.len());
    let text = pages.concat();
    let numbers = text.split_whitespace().filter_map(|word| word.parse::<usize>().ok());
    let mut next = 0;
    for number in numbers {
        if number == next {
            next += 1;
        }
    }
    assert_eq!(next, 4_000);
    assert_eq!(text.matches("once").count(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_text_gives_a_file(text in ".{0,80}", other in "\\PC{0,40}") {
        let mut document = with(&text);
        document.sections.push(section(&other, vec![Block::Paragraph(Text::from(other.as_str()))]));
        let bytes = pdf(&document, &Pictures::default(), &imprint());
        prop_assert!(bytes.is_ok(), "{:?}", bytes.err());
        prop_assert!(!Reading::of(&bytes.unwrap()).pages().is_empty());
    }
}
