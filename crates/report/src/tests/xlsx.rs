//! The workbook, as another library reads it.

use serde_json::Value;

use super::behaviour::behaving;
use super::reader::{read, read_one};
use super::sample::{Sample, demo, generated, small};
use crate::table::{Kind, table};
use crate::{Report, TableName};

pub(super) fn xlsx(report: &Report) -> Vec<u8> {
    let scratch = tempfile::tempdir().unwrap();
    let mut bytes = Vec::new();
    crate::xlsx(report, scratch.path(), &mut bytes).unwrap();
    assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 0, "nothing is left behind");
    bytes
}

fn sheets(book: &Value) -> &Vec<Value> {
    book["sheets"].as_array().unwrap()
}

fn title(name: TableName) -> String {
    let words = name.name().replace('-', " ");
    format!("{}{}", words[..1].to_uppercase(), &words[1..])
}

/// The cell as text, and what it is: `s`, `n`, `t`, `f`; empty where there is nothing.
fn cell(cell: &Value) -> (&str, String) {
    match cell.as_array().map(Vec::as_slice) {
        Some([kind, value]) => {
            (kind.as_str().unwrap(), value.as_str().unwrap_or_default().to_owned())
        }
        _ => ("", String::new()),
    }
}

/// Every cell of every table is in the workbook, as what its column says it is, and nothing else is.
fn check_against_tables(report: &Report, book: &Value) {
    let names: Vec<_> = TableName::ALL.into_iter().filter(|name| name.is_in(report)).collect();
    assert_eq!(sheets(book).len(), names.len() + 1);
    assert_eq!(sheets(book)[0]["title"], "Summary");
    for (name, sheet) in names.into_iter().zip(&sheets(book)[1..]) {
        assert_eq!(sheet["title"], title(name).as_str());
        assert_eq!(sheet["frozen"], "B4");
        let rows = sheet["rows"].as_array().unwrap();
        assert!(cell(&rows[0][0]).1.contains(name.about()));
        let standing = cell(&rows[1][0]).1;
        match &report.invented {
            Some(banner) => assert!(standing.contains(banner.as_str()), "{standing}"),
            None => assert!(standing.contains("fundtrail 0.1.0; case sha256:5f0c"), "{standing}"),
        }
        let expected = table(report, name);
        let kinds: Vec<Kind> = expected.columns.iter().map(|column| column.kind).collect();
        let mut count = 0;
        let mut width = 0;
        for (row, told) in rows[3..].iter().zip(expected.rows) {
            count += 1;
            let mut cells = row.as_array().unwrap().iter().map(cell);
            width = row.as_array().unwrap().len();
            // All but the last column, which the second row stands for.
            for (text, kind) in told.iter().zip(&kinds).take(told.len() - 1) {
                let (is, shown) = cells.next().unwrap_or_default();
                match kind {
                    Kind::Integer if !text.is_empty() => assert_eq!((is, &*shown), ("n", &**text)),
                    Kind::Usd if text.starts_with('$') && !text.contains('+') => {
                        let plain: f64 = text.replace(['$', ','], "").parse().unwrap();
                        assert_eq!((is, shown.parse()), ("n", Ok(plain)), "{name:?} {text}");
                    }
                    Kind::Time if !text.is_empty() => {
                        assert_eq!((is, format!("{shown} UTC")), ("t", text.to_string()));
                    }
                    Kind::Day if text.len() == 10 => {
                        assert_eq!((is, &shown[..10]), ("t", &**text));
                    }
                    _ => {
                        assert_eq!(
                            (is, &*shown),
                            (if text.is_empty() { "" } else { "s" }, &**text)
                        );
                    }
                }
                if *kind == Kind::Amount {
                    let (is, shown) = cells.next().unwrap_or_default();
                    match text.parse::<f64>() {
                        Ok(near) => assert_eq!((is, shown.parse()), ("n", Ok(near)), "{text}"),
                        Err(_) => assert_eq!(is, "", "{text}"),
                    }
                }
            }
        }
        assert_eq!(count, rows.len() - 3, "{name:?}");
        let filter = sheet["filter"].as_str().unwrap();
        assert!(filter.starts_with("A3:"), "{filter}");
        assert!(filter.ends_with(&rows.len().max(3).to_string()), "{filter} {}", rows.len());
        if width > 0 {
            assert_eq!(rows[2].as_array().unwrap().len(), width);
        }
    }
}

#[test]
fn every_table_is_a_sheet_with_the_same_cells() {
    let samples: [Sample; 3] = [small(), behaving(demo()), generated(200, 3)];
    let reports: Vec<Report> = samples.iter().map(Sample::report).collect();
    let files: Vec<_> = reports.iter().map(|report| ("r.xlsx".to_owned(), xlsx(report))).collect();
    for (report, book) in reports.iter().zip(read(&files)) {
        check_against_tables(report, &book);
        assert_eq!(book["created"], format!("{} 00:00:00", report.today).as_str());
        let summary = sheets(&book)[0]["rows"].to_string();
        for answer in &report.summary {
            assert!(summary.contains(answer.question), "{}", answer.question);
            for line in &answer.lines {
                let line = serde_json::to_string(line).unwrap();
                assert!(summary.contains(&line), "{line} {summary}");
            }
        }
    }
}

#[test]
fn the_same_report_is_the_same_workbook() {
    for sample in [demo(), generated(200, 4)] {
        assert!(xlsx(&sample.report()) == xlsx(&sample.report()));
    }
}

#[test]
fn more_rows_than_a_sheet_has_go_on_in_the_next() {
    let report = generated(200, 3).report();
    let scratch = tempfile::tempdir().unwrap();
    let book = read_one("r.xlsx", crate::xlsx::with_few_rows(&report, scratch.path(), 104));
    let hops: Vec<&Value> = sheets(&book)
        .iter()
        .filter(|sheet| sheet["title"].as_str().unwrap().starts_with("Hops"))
        .collect();
    let titles: Vec<_> = hops.iter().map(|sheet| sheet["title"].as_str().unwrap()).collect();
    let count = report.hops.len().div_ceil(100);
    assert!(1 < count && titles.len() == count, "{titles:?}");
    assert_eq!(titles[..2], ["Hops", "Hops (2)"]);
    let mut ids = Vec::new();
    for (sheet_idx, sheet) in hops.iter().enumerate() {
        let mut rows = &sheet["rows"].as_array().unwrap()[3..];
        if sheet_idx + 1 < count {
            let (last, others) = rows.split_last().unwrap();
            let says = format!("goes on in the sheet Hops ({})", sheet_idx + 2);
            assert_eq!(cell(&last[0]).1, says);
            assert_eq!(others.len(), 100);
            rows = others;
        }
        ids.extend(rows.iter().map(|row| cell(&row[0]).1));
    }
    assert_eq!(ids, report.hops.iter().map(|hop| hop.id.to_string()).collect::<Vec<_>>());
}

/// Not every program lets a question run on over what stands beside it, or makes its row as high as it is.
#[test]
fn questions_of_the_summary_are_wrapped_in_a_row_that_is_high_enough() {
    let book = read_one("report.xlsx", xlsx(&demo().report()));
    let sheet = &sheets(&book)[0];
    assert_eq!(sheet["widths"]["A"], 49);
    let heads = sheet["heads"].as_array().unwrap();
    let long = |head: &&Value| 40 < head[1].as_str().unwrap().chars().count();
    assert!(1 <= heads.iter().filter(long).count(), "{heads:?}");
    for head in heads.iter().filter(long) {
        assert_eq!(head[2], true, "{head}");
        assert!(30.0 <= head[3].as_f64().unwrap_or_default(), "{head}");
    }
}

#[test]
fn a_folder_that_is_not_there_is_an_error() {
    let nowhere = std::path::Path::new("/no/such/folder");
    let error = crate::xlsx(&small().report(), nowhere, &mut Vec::new()).unwrap_err();
    assert!(error.to_string().starts_with("the report could not be written as XLSX: "), "{error}");
}
