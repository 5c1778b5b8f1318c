//! Text that strangers chose.

use fundtrail_model::{Category, Side, Standing, TokenClaim};

use super::super::{TableName, csv as written, document, json, pdf, terminal, xlsx};
use super::sample::{COIN, Sample, token};
use crate::tests::reader::read_one;
use crate::{html_document, markdown};

const EVIL: &str = "=HYPERLINK(\"http://x\")\u{1b}[31m<script>alert(1)</script>\u{202e}\r\n|`*";

fn evil() -> Sample {
    let mut sample = Sample { title: EVIL.into(), unfinished: Some(EVIL), ..Sample::default() };
    sample.label(2, EVIL, Category::Exchange).source = EVIL.into();
    sample.list(2, "2022-08-08", None);
    for marks in sample.marks.values_mut() {
        for listing in &mut marks.listings {
            listing.entity = EVIL.into();
            listing.source = EVIL.into();
            listing.list = Some(EVIL.into());
        }
    }
    let symbol = Some(EVIL.into());
    sample.claims.push(TokenClaim { asset: token(0xee), symbol, decimals: Some(255) });
    sample.add(5, (Side::In, Some(2)), (COIN, 7), Standing::Payment);
    sample.add(6, (Side::In, Some(2)), (token(0xee), u128::MAX), Standing::Unvouched);
    sample
}

#[test]
fn strangers_text_is_made_harmless_in_every_format() {
    let report = evil().report();
    let mut texts =
        vec![terminal(&report, 100, false), String::from_utf8(json(&report).unwrap()).unwrap()];
    let page = html_document(&document(&report));
    // The only script is its own, behind all text.
    let (page, script) = page.split_once("<script>").unwrap();
    assert!(!page.contains("<script") && page.contains("&lt;script&gt;alert(1)"), "{page}");
    assert!(!script.contains("<script") && !script.contains("alert(1)"), "{script}");
    assert!(!page.contains('\u{1b}') && !page.contains('\u{202e}'), "{page}");
    let text = markdown(&document(&report));
    assert!(!text.contains("<script") && text.contains("alert(1)"), "{text}");
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text}");
    assert!(!text.contains(EVIL.trim_end_matches("|`*")), "{text}");
    let pages = pdf(&report).unwrap();
    assert!(pages == pdf(&report).unwrap() && pages.starts_with(b"%PDF-"));
    assert!(!pages.windows(11).any(|part| part == b"/JavaScript"));
    for table in
        [TableName::Transfers, TableName::Counterparties, TableName::Listed, TableName::Flags]
    {
        let mut bytes = Vec::new();
        written(&report, table, &mut bytes).unwrap();
        texts.push(String::from_utf8(bytes).unwrap());
    }
    assert!(texts[0].contains("NOT FINISHED: =HYPERLINK") && !report.wallets[0].is_complete);
    for text in &texts {
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text}");
        assert!(text.contains("HYPERLINK"), "the text itself is shown: {text}");
    }
    for text in &texts[2..] {
        let mut rows = csv::Reader::from_reader(text.as_bytes());
        for cell in rows
            .records()
            .flat_map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>())
        {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']), "{cell}");
        }
    }
}

/// Every row of every table is in the workbook, and what strangers wrote is text, never a formula.
#[test]
fn the_workbook_has_the_tables() {
    let report = evil().report();
    let made = || {
        let scratch = tempfile::tempdir().unwrap();
        let mut bytes = Vec::new();
        xlsx(&report, scratch.path(), &mut bytes).unwrap();
        bytes
    };
    let bytes = made();
    assert!(bytes == made());
    let book = read_one("w.xlsx", bytes);
    let sheets = book["sheets"].as_array().unwrap();
    assert_eq!(sheets.len(), 1 + TableName::ALL.len());
    for (sheet, name) in sheets[1..].iter().zip(TableName::ALL) {
        let title = sheet["title"].as_str().unwrap().to_lowercase();
        assert_eq!(title, name.name());
        let rows = sheet["rows"].as_array().unwrap();
        assert!(rows[0][0][1].as_str().unwrap().contains(name.about()), "{}", rows[0]);
        assert!(rows[1][0][1].as_str().unwrap().contains("NOT FINISHED; RECONSTRUCTION: "));
        let expected = super::super::tables::table(&report, name).rows.count();
        assert_eq!(rows.len() - 3, expected, "{title}");
    }
    let cells = || {
        let rows = sheets.iter().flat_map(|sheet| sheet["rows"].as_array().unwrap());
        rows.flat_map(|row| row.as_array().unwrap())
    };
    assert!(cells().all(|cell| cell[0] != "f"));
    assert!(cells().any(|cell| cell[1].as_str().is_some_and(|of| of.contains("=HYPERLINK"))));
    let answers = sheets[0].to_string();
    assert!(answers.contains("W1: 0x") && answers.contains("Is it listed, or did it"), "{answers}");
}

#[test]
fn decimals_beyond_all_measure_are_not_believed() {
    let report = evil().report();
    let fake = report.wallets[0].balances.iter().find(|of| !of.is_vouched).unwrap();
    assert_eq!(fake.received.decimal, None);
    assert_eq!(fake.received.base_units, u128::MAX.to_string());
}
