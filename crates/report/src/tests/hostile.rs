//! Strangers' text must be harmless in every format.

use fundtrail_model::{Asset, Category, Marks, TokenClaim};

use super::behaviour::behaving;
use super::network::{GRAPHS, check_graph, written};
use super::sample::{POLYGON, address, generated, label, listing, small};
use super::tables::csv;
use crate::{ListLine, Report, TableName, html, terminal, terminal_summary};

/// The small trail with `text` wherever somebody else chooses the words.
pub(crate) fn report(text: &str) -> Report {
    let mut sample = behaving(small());
    let usdc = Asset::Token(POLYGON, address(900));
    sample.tokens.clear();
    sample.claims =
        vec![TokenClaim { asset: usdc, symbol: Some(text.to_owned()), decimals: Some(6) }];
    let mut named = label(text, Category::Exchange);
    named.source = text.to_owned();
    let mut listed = listing(text, "2021-01-01", None);
    listed.authority = text.to_owned();
    listed.programme = Some(text.to_owned());
    listed.source = text.to_owned();
    for ending in &mut sample.trail.endings {
        if let fundtrail_model::EndingKind::Service(label) = &mut ending.kind {
            **label = named.clone();
        }
    }
    sample
        .marks
        .insert((POLYGON, address(4)), Marks { labels: vec![named], listings: vec![listed] });
    sample.title = text.to_owned();
    sample.invented = Some(text.to_owned());
    sample.background.push(crate::Fact { text: text.to_owned(), source: text.to_owned() });
    sample.settings.push((text.to_owned(), text.to_owned()));
    sample.endpoints.push(text.to_owned());
    sample.lists.push(ListLine {
        name: text.to_owned(),
        source: text.to_owned(),
        sha256: text.to_owned(),
        ..ListLine::default()
    });
    sample.chains[1].name = text.to_owned();
    sample.chains[1].native.symbol = text.to_owned();
    sample.chains[1].explorer = Some(text.to_owned());
    sample.seed_specs.push((text.to_owned(), fundtrail_model::SeedId(0)));
    sample.report()
}

pub(crate) const HOSTILE: [&str; 16] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</style></script></title><svg onload=alert(1)>",
    "javascript:alert(1)",
    "\u{1b}[31mred\u{1b}]0;title\u{7}",
    "line one\r\nline two\n\n# heading",
    "US\u{202e}CD\u{202c}",
    "U\u{200b}S\u{feff}D\u{2066}C",
    "=HYPERLINK(\"http://evil.example\",\"click\")",
    "+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "\t=1+1",
    "a\",\"b\n\"=1",
    "{{ 7*7 }}{% raw %}&lt;&#60;",
];

/// Tables that the small trail leaves without rows.
const EMPTY: [TableName; 6] = [
    TableName::Band,
    TableName::Opinions,
    TableName::Leads,
    TableName::Coverage,
    TableName::Differences,
    TableName::OpenEnds,
];

#[test]
fn strangers_text_is_harmless_in_every_format() {
    let clean_page = html(&report("harmless")).unwrap();
    for text in HOSTILE {
        let report = report(text);
        let page = html(&report).unwrap();
        for tag in ["<script", "<img", "<svg", "</style", "</script", "<style", "</title", "<a "] {
            let expected = clean_page.matches(tag).count();
            assert_eq!(page.matches(tag).count(), expected, "{tag} in {text:?}");
        }
        for part in ["href=\"javascript", "onerror=alert(1)>", "' onmouseover='"] {
            assert!(!page.contains(part), "{part} in {text:?}");
        }
        let hidden = |c: char| {
            (c.is_control() && c != '\n')
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
        };
        let plain = terminal(&report, 80, false);
        let summary = terminal_summary(&report, 80, false);
        for output in [&page, &plain, &summary] {
            assert!(!output.chars().any(hidden), "{text:?}");
        }
        let data = super::json_text(&report);
        serde_json::from_str::<serde_json::Value>(&data).unwrap();
        assert!(!data.chars().any(hidden), "{text:?}");

        for name in TableName::ALL {
            let table = csv(&report, name);
            let mut reader = ::csv::Reader::from_reader(table.as_bytes());
            let head = reader.headers().unwrap().clone();
            let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
            assert_eq!(rows.is_empty(), EMPTY.contains(&name), "{name:?}");
            for cell in rows.iter().flatten() {
                assert!(!cell.chars().any(hidden), "{cell:?}");
            }
            for (cell, column) in rows.iter().flat_map(|row| row.iter().zip(&head)) {
                let is_number = column == "lead_days" && cell.parse::<i64>().is_ok();
                let is_formula = cell.trim_start().starts_with(['=', '+', '-', '@']);
                assert!(is_number || !is_formula, "{cell:?}");
            }
        }
    }
}

/// Names in rows that only the page's script shows.
#[test]
fn strangers_text_is_harmless_in_the_data_of_a_page() {
    let page_of = |text: &str| {
        let mut sample = generated(400, 3);
        for marks in sample.marks.values_mut() {
            for label in &mut marks.labels {
                text.clone_into(&mut label.name);
            }
        }
        html(&sample.report()).unwrap()
    };
    let clean_page = page_of("harmless");
    for text in HOSTILE.into_iter().chain(["<!--<script>", "]]>", "\u{2028}\\u003c/script>\\\""]) {
        let page = page_of(text);
        for tag in ["<script", "</script", "<!--", "-->", "<img", "<svg"] {
            assert_eq!(
                page.matches(tag).count(),
                clean_page.matches(tag).count(),
                "{tag} in {text:?}"
            );
        }
        let start = page.find("id=\"data\">").unwrap() + "id=\"data\">".len();
        let block = &page[start..start + page[start..].find("</script>").unwrap()];
        assert!(!block.contains(['<', '>', '&', '\u{2028}']), "{text:?}");
        let data: serde_json::Value = serde_json::from_str(block).unwrap();
        assert!(data["rows"]["hops"].as_array().unwrap().len() == 400);
        let shown = fundtrail_model::sanitize_claim(text, 300);
        let texts = data["texts"].as_array().unwrap().iter();
        let named = |line: &serde_json::Value| line.as_str().unwrap().contains(&shown);
        assert!(texts.clone().any(named), "{shown}");
    }
}

#[test]
fn long_text_is_cut() {
    let long = "Ω".repeat(10_000);
    let report = report(&long);
    let page = html(&report).unwrap();
    // Only what is read whole may be long: the banner, and the public facts with their sources.
    let short = page.replace(&"Ω".repeat(2_000), "");
    assert_eq!(page.matches(&"Ω".repeat(2_000)).count(), 3);
    assert!(!short.contains(&"Ω".repeat(301)));
    assert!(page.len() < 220_000, "{}", page.len());
    let plain = terminal(&report, 80, false);
    assert!(plain.len() < 100_000, "{}", plain.len());
}

#[test]
fn a_banner_and_public_facts_are_read_whole() {
    let long = "It is said. ".repeat(100);
    let report = report(long.trim_end());
    assert_eq!(report.invented.as_deref(), Some(long.trim_end()));
    assert_eq!(report.background[0].text, long.trim_end());
}

#[test]
fn a_token_that_takes_another_ones_name_is_told_apart() {
    let check = |claimed: &str, trusted_on: fundtrail_model::ChainId, says: &str| {
        let mut sample = small();
        let usdc = Asset::Token(POLYGON, address(900));
        sample.tokens[0].asset = Asset::Token(trusted_on, address(901));
        sample.claims =
            vec![TokenClaim { asset: usdc, symbol: Some(claimed.to_owned()), decimals: Some(6) }];
        let name = sample.report().hops[1].received[0].asset.clone();
        assert!(name.ends_with(says), "{name}");
        assert!(says != ")" || name.matches(", ").count() == 1, "{name}");
    };
    let ethereum = super::sample::ETHEREUM;
    check("USDC", POLYGON, ", not the token of that name)");
    check("USD\u{421}", POLYGON, ", not the token of that name)");
    check("USD\u{421}", ethereum, ", not the token of that name)");
    check("USDC", ethereum, ", not known to be the token of that name)");
    check("MATIC", ethereum, ", not the token of that name)");
    check("\u{5e01}\u{5b89}", ethereum, ", in letters that may imitate others)");
    check("ELIXIR", ethereum, ")");
}

#[test]
fn a_claimed_name_is_never_shown_as_a_trusted_one() {
    let report = report("USDC");
    let asset = report.assets.iter().find(|asset| asset.contract.is_some()).unwrap();
    assert!(asset.name.starts_with("\"USDC\" (claimed, 0x"), "{}", asset.name);
    assert_eq!(small().report().assets[1].name, "USDC");
}

#[test]
fn only_https_explorers_become_links() {
    let check = |explorer: &str, expected: bool| {
        let mut sample = small();
        sample.chains[1].explorer = Some(explorer.to_owned());
        assert_eq!(sample.report().hops[0].place.link().is_some(), expected, "{explorer}");
    };
    check("https://polygonscan.com", true);
    check("https://polygonscan.com/", true);
    check("http://polygonscan.com", false);
    check("javascript:alert(1)//https://", false);
    check("https://a b", false);
}

/// Workbooks and graphs, read by libraries that others wrote: as many rows, nodes and edges as there are, no formula, no
/// link but ours, and nothing that does not show.
#[test]
fn strangers_text_is_harmless_in_workbooks_and_graphs() {
    let long = "Ω<&\"'".repeat(10_000);
    let more = [
        "_x0041_ _x000D_",
        "a\u{0}b\u{8}\u{fffe}\u{ffff}",
        "]]><!-- --><?x?>",
        "\\N \\G \\\" ];evil [",
        &long,
    ];
    let texts: Vec<&str> = HOSTILE.into_iter().chain(more).collect();
    let reports: Vec<Report> = texts.iter().map(|text| report(text)).collect();
    let mut files = Vec::new();
    for report in &reports {
        files.push(("r.xlsx".to_owned(), super::xlsx::xlsx(report)));
        files.extend(GRAPHS.map(|(name, format)| (name.to_owned(), written(report, format))));
    }
    let hidden = |c: char| {
        c.is_control() && c != '\n'
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    for (file_idx, found) in super::reader::read(&files).iter().enumerate() {
        let (report, text) = (&reports[file_idx / 4], &texts[file_idx / 4]);
        let (name, bytes) = &files[file_idx];
        if name == "r.xlsx" {
            for sheet in found["sheets"].as_array().unwrap() {
                for cell in
                    sheet["rows"].as_array().unwrap().iter().flat_map(|row| row.as_array().unwrap())
                {
                    assert_ne!(cell[0], "f", "{cell} of {text:?}");
                    assert!(!cell[1].as_str().unwrap_or_default().chars().any(hidden), "{cell}");
                }
                for link in sheet["links"].as_array().unwrap() {
                    let link = link.as_str().unwrap();
                    assert!(link.starts_with("https://etherscan.io/"), "{link} of {text:?}");
                }
            }
            let shown = fundtrail_model::sanitize_claim(text, 300);
            let all = found["sheets"].to_string();
            assert!(
                all.contains(serde_json::to_string(&shown).unwrap().trim_matches('"')),
                "{shown}"
            );
        } else {
            check_graph(report, name, found);
            let plain = std::str::from_utf8(bytes).unwrap();
            assert!(!plain.chars().any(hidden), "{name} {text:?}");
        }
    }
    for report in &reports {
        let lines = String::from_utf8(written(report, crate::ftm)).unwrap();
        assert!(lines.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()));
        assert!(!lines.chars().any(hidden));
    }
}
