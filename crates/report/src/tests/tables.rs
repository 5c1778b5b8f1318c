//! The report as tables, as CSV has them.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::Amount;

use super::behaviour::behaving;
use super::sample::{demo, generated, small};
use crate::table::table;
use crate::{Report, TableName};

/// A table as CSV.
pub(super) fn csv(report: &Report, name: TableName) -> String {
    let mut bytes = Vec::new();
    crate::csv(report, name, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// The rows of a table, each as column name → cell.
pub(super) fn rows(report: &Report, name: TableName) -> Vec<BTreeMap<String, String>> {
    let text = csv(report, name);
    let mut reader = ::csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

/// The columns of each table, its first rows, and how many there are. The hops have a snapshot of their own.
#[test]
fn the_demo_as_tables() {
    let report = behaving(demo()).report();
    // The banner is the same in every row.
    let invented = report.invented.as_deref().unwrap();
    let mut whole = String::new();
    for name in TableName::ALL.into_iter().filter(|name| *name != TableName::Hops) {
        let text = csv(&report, name).replace("\r\n", "\n").replace(invented, "…");
        let shown: Vec<&str> = text.lines().take(3).collect();
        let count = text.lines().count() - 1;
        whole.push_str(&format!("{}, {count} rows: {}\n", name.name(), name.about()));
        whole.push_str(&format!("{}\n\n", shown.join("\n")));
    }
    insta::assert_snapshot!(whole);
}

#[test]
fn tables_are_regular() {
    for report in [small().report(), demo().report(), behaving(demo()).report()] {
        for name in TableName::ALL {
            let table = table(&report, name);
            let names: BTreeSet<_> = table.columns.iter().map(|column| &column.name).collect();
            assert_eq!(names.len(), table.columns.len(), "{name:?}: {names:?}");
            assert_eq!(table.columns.last().unwrap().name, "reconstruction");
            let width = table.columns.len();
            for row in table.rows {
                assert_eq!(row.len(), width, "{name:?}");
                assert_eq!(row[width - 1], report.invented.as_deref().unwrap_or_default());
            }
        }
    }
}

#[test]
fn tables_have_every_part_of_the_report_once() {
    let report = behaving(demo()).report();
    let check = |name: TableName, expected: usize| {
        assert_eq!(table(&report, name).rows.count(), expected, "{name:?}");
    };
    check(TableName::Seeds, report.seeds.len());
    check(TableName::Hops, report.hops.len());
    check(TableName::Endings, report.endings.len());
    check(TableName::Addresses, report.parties.len());
    check(TableName::Assets, report.assets.len());
    check(TableName::Opinions, report.opinions.len());
    check(TableName::Lists, report.method.lists.len());
    check(TableName::Coverage, report.certainty.coverage.len());
    check(TableName::Differences, report.certainty.differences.len());
    let certainty = &report.certainty;
    check(TableName::OpenEnds, certainty.open_ends.len() + certainty.open_transactions.len());
    check(TableName::Actions, report.actions.iter().map(|action| action.items.len()).sum());
    check(TableName::Findings, report.findings.iter().map(|of| of.transfers.len()).sum());
    let (patterns, links) = (&report.behaviour.patterns, &report.behaviour.links);
    let proofs = report.seeds.len()
        + report.hops.iter().map(|hop| hop.evidence.len()).sum::<usize>()
        + report.findings.iter().map(|finding| finding.transfers.len()).sum::<usize>()
        + patterns.iter().map(|pattern| pattern.proof.len()).sum::<usize>()
        + links.iter().map(|link| link.proof.len()).sum::<usize>();
    check(TableName::Evidence, proofs);
}

/// Sums over rows are those of the report: what a reader adds up in a spreadsheet closes.
#[test]
fn the_ledger_closes_in_its_table_too() {
    for report in [small().report(), demo().report(), generated(200, 3).report()] {
        let mut sums: BTreeMap<(String, String, String), [Amount; 2]> = BTreeMap::new();
        for row in rows(&report, TableName::Ledger) {
            let amount = Amount::from_base_units(
                fundtrail_model::U256::from_dec_str(&row["amount_base_units"]).unwrap(),
            );
            let key = [&row["seed"], &row["chain"], &row["asset_contract"]].map(Clone::clone);
            let [seed, chain, asset] = key;
            let sides = sums.entry((seed, chain, asset)).or_default();
            let side = usize::from(row["side"] == "went");
            if row["what"] == "sum" {
                assert_eq!(sides[side], amount, "{row:?}");
            } else {
                sides[side] = sides[side].checked_add(amount).unwrap();
            }
        }
        assert_eq!(sums.len(), report.ledger.len());
        for (line, [came, went]) in sums {
            assert_eq!(came, went, "{line:?}");
        }
    }
}

#[test]
fn evidence_quotes_the_transaction_of_its_hop() {
    let report = demo().report();
    let hops: BTreeMap<&str, &crate::schema::Hop> =
        report.hops.iter().map(|hop| (&*hop.id, hop)).collect();
    let proofs = rows(&report, TableName::Evidence);
    let mut quoted = 0;
    for row in proofs.iter().filter(|row| row["proves"] == "hop") {
        let hop = hops[row["id"].as_str()];
        assert_eq!(row["block"], row["position"].split('/').next().unwrap());
        if !row["transaction"].is_empty() {
            quoted += 1;
            assert_eq!(Some(&*row["transaction"]), hop.place.transaction.as_deref());
            let ends = [&*row["position"], &*hop.place.position]
                .map(|at| at.rsplit_once('/').unwrap().0.to_owned());
            assert_eq!(ends[0], ends[1]);
        }
    }
    assert!(quoted > 0);
}
