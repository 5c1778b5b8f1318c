//! Text that strangers chose.

use fundtrail_model::{Category, Side, Standing, TokenClaim};

use super::super::{TableName, csv as written, document, json, terminal};
use super::sample::{COIN, Sample, token};
use crate::html_document;

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
    assert!(!page.contains("<script") && page.contains("&lt;script&gt;alert(1)"), "{page}");
    assert!(!page.contains('\u{1b}') && !page.contains('\u{202e}'), "{page}");
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

#[test]
fn decimals_beyond_all_measure_are_not_believed() {
    let report = evil().report();
    let fake = report.wallets[0].balances.iter().find(|of| !of.is_vouched).unwrap();
    assert_eq!(fake.received.decimal, None);
    assert_eq!(fake.received.base_units, u128::MAX.to_string());
}
