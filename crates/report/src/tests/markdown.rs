//! Markdown, read again by two parsers that are not ours.

use std::collections::BTreeMap;

use comrak::nodes::NodeValue;
use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag};

use super::behaviour::behaving;
use super::hostile::{HOSTILE, report as hostile_report};
use super::sample::{demo, generated, small};
use crate::document::{Block, Column, Document, Grid, Section, Span, Text, document};
use crate::markdown;

/// A mixer that was listed later is told, and does not stand under the alarm of what was sanctioned then.
#[test]
fn only_what_was_sanctioned_at_the_time_is_alarming() {
    let report = demo().report();
    let answer = report.summary.iter().find(|of| of.question.contains("sanctioned")).unwrap();
    let (alarming, others) = answer.lines.split_at(answer.alerts);
    let is_later = |line: &&String| line.contains("not sanctioned at the time");
    assert_eq!((alarming.len(), alarming.iter().filter(is_later).count()), (1, 0), "{answer:?}");
    assert!(0 < others.iter().filter(is_later).count(), "{answer:?}");
    let text = markdown(&document(&report));
    let quoted = text.lines().filter(|line| line.starts_with("> **!**"));
    assert!(!quoted.clone().any(|line| line.contains("not sanctioned at the time")), "{text}");
    assert!(quoted.clone().any(|line| line.contains("sanctioned at the time")), "{text}");
}

#[test]
fn the_demo_as_markdown() {
    insta::assert_snapshot!(markdown(&document(&demo().report())));
}

#[test]
fn a_small_trail_with_behaviour_as_markdown() {
    insta::assert_snapshot!(markdown(&document(&behaving(small()).report())));
}

/// What a parser makes of a text.
#[derive(Debug, Default, PartialEq, Eq)]
struct Read {
    /// All that is shown, without white space, breaks and marks.
    shown: String,
    html: BTreeMap<String, usize>,
    links: Vec<String>,
    /// Rows and columns of each table, with its heading.
    tables: Vec<(usize, usize)>,
    headings: usize,
    items: usize,
    quotes: usize,
}

fn solid(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect()
}

/// The same with what is written `%60` as it is.
fn decoded(url: &str) -> String {
    let (mut out, mut rest) = (Vec::new(), url.as_bytes());
    while let [byte, after @ ..] = rest {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let hex = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match hex.filter(|_| *byte == b'%') {
            Some(decoded) => {
                out.push(decoded);
                rest = &after[2..];
            }
            None => {
                out.push(*byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// As CommonMark with tables.
fn by_pulldown(text: &str) -> Read {
    let mut read = Read::default();
    for event in Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Text(of) | Event::Code(of) => read.shown.push_str(&solid(&of)),
            Event::Html(of) | Event::InlineHtml(of) => {
                *read.html.entry(of.to_string()).or_default() += 1;
            }
            Event::Start(Tag::Link { dest_url, .. }) => read.links.push(decoded(&dest_url)),
            Event::Start(Tag::Image { dest_url, .. }) => panic!("a picture: {dest_url}"),
            Event::Start(Tag::CodeBlock(_)) => panic!("a block of code: {text}"),
            Event::Start(Tag::Strikethrough) => panic!("struck through: {text}"),
            Event::Start(Tag::Table(columns)) => read.tables.push((0, columns.len())),
            Event::Start(Tag::TableHead | Tag::TableRow) => {
                read.tables.last_mut().unwrap().0 += 1;
            }
            Event::Start(Tag::Heading { .. }) => read.headings += 1,
            Event::Start(Tag::Item) => read.items += 1,
            Event::Start(Tag::BlockQuote(_)) => read.quotes += 1,
            Event::Rule => panic!("a rule: {text}"),
            _ => {}
        }
    }
    read
}

/// As GitHub does, which makes links of bare addresses.
fn by_comrak(text: &str) -> Read {
    let mut options = comrak::Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.extension.autolink = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options.extension.alerts = true;
    options.extension.math_dollars = true;
    let arena = comrak::Arena::new();
    let root = comrak::parse_document(&arena, text, &options);
    let mut read = Read::default();
    for node in root.descendants() {
        match &node.data().value {
            NodeValue::Text(of) => read.shown.push_str(&solid(of)),
            NodeValue::Code(of) => read.shown.push_str(&solid(&of.literal)),
            NodeValue::HtmlInline(of) => *read.html.entry(of.clone()).or_default() += 1,
            NodeValue::HtmlBlock(of) => panic!("HTML: {}", of.literal),
            NodeValue::Link(of) => read.links.push(decoded(&of.url)),
            NodeValue::Table(of) => read.tables.push((0, of.num_columns)),
            NodeValue::TableRow(_) => read.tables.last_mut().unwrap().0 += 1,
            NodeValue::Heading(_) => read.headings += 1,
            NodeValue::Item(_) => read.items += 1,
            NodeValue::BlockQuote => read.quotes += 1,
            NodeValue::Document
            | NodeValue::Paragraph
            | NodeValue::List(_)
            | NodeValue::TableCell
            | NodeValue::SoftBreak
            | NodeValue::LineBreak
            | NodeValue::Escaped
            | NodeValue::Strong => {}
            other => panic!("{other:?} in {text}"),
        }
    }
    read
}

fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

/// What a document has to be read as.
fn expected(document: &Document) -> Read {
    let mut read = Read { headings: 1, ..Read::default() };
    let add = |read: &mut Read, text: &Text, is_cell: bool| {
        for span in &text.spans {
            match span {
                Span::Break if is_cell => *read.html.entry("<br>".to_owned()).or_default() += 1,
                Span::Break => {}
                Span::Link { text, url } if is_web(url) => {
                    read.shown.push_str(&solid(text));
                    read.links.push(decoded(url));
                }
                span => read.shown.push_str(&solid(span.text())),
            }
        }
    };
    read.shown.push_str(&solid(&document.title));
    if let Some(banner) = &document.banner {
        read.quotes += 1;
        read.shown.push_str(&solid(banner));
    }
    for (name, value) in &document.facts {
        read.items += 1;
        read.shown.push_str(&format!("{}:", solid(name)));
        add(&mut read, value, false);
    }
    let is_shown =
        |section: &&Section| !section.blocks.iter().any(|block| matches!(block, Block::Picture(_)));
    if 5 <= document.sections.len() {
        read.headings += 1;
        read.shown.push_str("Contents");
        for section in document.sections.iter().filter(is_shown) {
            read.items += 1;
            read.shown.push_str(&solid(&section.title));
            read.links.push(format!("#{}", section.anchor));
        }
    }
    for section in document.sections.iter().filter(is_shown) {
        read.headings += 1;
        *read.html.entry(format!("<a id=\"{}\">", section.anchor)).or_default() += 1;
        *read.html.entry("</a>".to_owned()).or_default() += 1;
        read.shown.push_str(&solid(&section.title));
        if let Some(mark) = &document.section_mark {
            read.quotes += 1;
            read.shown.push_str(&solid(mark));
        }
        for block in &section.blocks {
            match block {
                Block::Heading(text) => {
                    read.headings += 1;
                    read.shown.push_str(&solid(text));
                }
                Block::Paragraph(text) => add(&mut read, text, false),
                Block::Alert(text) => {
                    read.quotes += 1;
                    read.shown.push('!');
                    add(&mut read, text, false);
                }
                Block::List(items) => {
                    read.items += items.len();
                    items.iter().for_each(|text| add(&mut read, text, false));
                }
                Block::Grid(grid) => {
                    read.shown.push_str(&solid(&grid.caption));
                    read.tables.push((grid.rows.len() + 1, grid.columns.len()));
                    for column in &grid.columns {
                        read.shown.push_str(&solid(&column.title));
                    }
                    for text in grid.rows.iter().flatten() {
                        add(&mut read, text, true);
                    }
                    read.shown.push_str(&solid(grid.left_out.as_deref().unwrap_or_default()));
                }
                Block::Picture(_) => {}
            }
        }
    }
    read
}

pub(crate) fn check(document: &Document) {
    let text = markdown(document);
    let expected = expected(document);
    for read in [by_pulldown(&text), by_comrak(&text)] {
        assert_eq!(read.shown, expected.shown, "{text}");
        assert_eq!(read, expected, "{text}");
    }
}

#[test]
fn what_is_written_is_what_parsers_read() {
    for sample in [small(), demo(), behaving(small()), generated(400, 3)] {
        check(&document(&sample.report()));
    }
}

#[test]
fn strangers_text_makes_no_markup() {
    for text in HOSTILE {
        check(&document(&hostile_report(text)));
    }
}

/// Texts that mean something to Markdown.
const MARKUP: [&str; 44] = [
    "# heading",
    "- item",
    "+ item",
    "1. item",
    "1) item",
    "> quote",
    "> [!WARNING]",
    "---",
    "===",
    "***",
    "```",
    "~~~ sh",
    "    code",
    "\tcode",
    "| a | b |",
    "|---|---|",
    ":--",
    "a|b\\|c",
    "\\",
    "\\\\",
    "`tick`",
    "``",
    "`",
    "a`b``c",
    "*strong* **strong** _em_ __em__ ~~gone~~",
    "[text](javascript:alert(1))",
    "![img](https://evil.example/x.png)",
    "![",
    "](https://evil.example)",
    "[ref]: https://evil.example",
    "[^1]",
    "[ ] task",
    "<https://evil.example>",
    "https://evil.example/path?a=b&c=d",
    "www.evil.example and WWW.evil.example",
    "ftp://evil.example mailto:a@evil.example xmpp:a@evil.example/b",
    "name@evil.example, @mention",
    "<a href=x>y</a> <!-- c --> <?php ?> <![CDATA[x]]>",
    "&lt;b&gt; &copy; &#60;",
    "$x$ and $$y$$ $`z`$",
    "line\nnew line\r\n# heading",
    "  two spaces at the end  ",
    "a\u{a0}b",
    "!",
];

fn text_strategy() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        prop::sample::select(MARKUP.as_slice()).prop_map(str::to_owned),
        "[ -~]{0,12}",
        "[#*_`|<>\\[\\]()!&~:@\\\\ .=$+-]{0,8}",
        "\\PC{0,6}",
        Just(" ".to_owned()),
    ];
    prop::collection::vec(part, 0..4).prop_map(|parts| parts.concat())
}

fn span_strategy() -> impl Strategy<Value = Span> {
    prop_oneof![
        3 => text_strategy().prop_map(Span::Plain),
        1 => text_strategy().prop_map(Span::Strong),
        1 => text_strategy().prop_map(Span::Code),
        1 => Just(Span::Link { text: "0xab12".to_owned(), url: "https://e.example/tx/0xab12".to_owned() }),
        1 => (text_strategy(), text_strategy()).prop_map(|(text, url)| Span::Link { text, url }),
        1 => Just(Span::Break),
    ]
}

/// A text as the builders make them: a break is neither first nor last, nor beside another one.
fn spans_strategy() -> impl Strategy<Value = Text> {
    let begin = || Just(Span::Plain("Begin ".to_owned()));
    (prop::collection::vec(span_strategy(), 0..5), prop::bool::ANY, begin()).prop_map(
        |(spans, begins, begin)| {
            let first = begins.then_some(begin);
            let mut text = Text { spans: first.into_iter().chain(spans).collect() };
            text.spans.retain(|span| *span == Span::Break || !solid(span.text()).is_empty());
            text.spans.dedup_by(|a, b| *a == Span::Break && *b == Span::Break);
            while text.spans.first() == Some(&Span::Break) {
                text.spans.remove(0);
            }
            while text.spans.last() == Some(&Span::Break) {
                text.spans.pop();
            }
            text
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn any_text_is_read_as_it_is(
        title in text_strategy(),
        names in prop::collection::vec(text_strategy(), 4),
        texts in prop::collection::vec(spans_strategy(), 9),
    ) {
        let [a, b, c, d, e, f, g, h, i] = <[Text; 9]>::try_from(texts).unwrap();
        let grid = Grid {
            caption: names[0].clone(),
            columns: vec![Column::words(names[1].clone(), 1), Column::number(names[2].clone(), 1)],
            rows: vec![vec![a, b], vec![c, d]],
            left_out: (!solid(&names[3]).is_empty()).then(|| names[3].clone()),
        };
        let filled = |text: Text| if text.spans.is_empty() { Text::from("nothing") } else { text };
        let document = Document {
            title: format!("A {title}"),
            banner: Some(format!("B {}", names[3])),
            mark: None,
            section_mark: Some(format!("{} M", names[1])),
            facts: vec![("Fact".to_owned(), filled(e))],
            sections: vec![Section {
                anchor: "one".to_owned(),
                title: format!("{title} T"),
                blocks: vec![
                    Block::Heading(format!("H {}", names[2])),
                    Block::Paragraph(filled(f)),
                    Block::Alert(filled(g)),
                    Block::Grid(grid),
                    Block::List(vec![filled(h), filled(i)]),
                ],
            }],
        };
        check(&document);
    }
}
