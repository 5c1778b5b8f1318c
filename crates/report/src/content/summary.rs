//! The answers in short: what a reader must know after one screen.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Amount, EndingClass};

use crate::number::group;
use crate::schema::{Action, Answer, Report};

/// More lines than this are counted, not shown.
const MAX_LINES: usize = 6;

pub(super) fn summary(report: &Report) -> Vec<Answer> {
    vec![stolen(report), now(report), requests(report), sanctions(report), sure(report)]
}

fn stolen(report: &Report) -> Answer {
    let lines = report
        .seeds
        .iter()
        .map(|seed| {
            format!(
                "{}: {} ({}) on {}, {}",
                seed.id,
                seed.money.text,
                seed.money.usd_text(),
                seed.place.chain_name,
                seed.place.time_text()
            )
        })
        .collect();
    Answer { question: "How much was stolen?", lines: capped(lines), is_alert: false }
}

/// Sums over seeds of the same asset; different assets are never added up.
fn now(report: &Report) -> Answer {
    type Key = (EndingClass, u64, Option<String>);
    let mut sums: BTreeMap<Key, (Amount, Vec<&crate::schema::Ending>)> = BTreeMap::new();
    for ending in &report.endings {
        let key = (ending.kind, ending.money.chain, ending.money.contract.clone());
        let (sum, endings) = sums.entry(key).or_default();
        *sum = sum.saturating_add(ending.money.amount);
        endings.push(ending);
    }
    let mut lines: BTreeMap<EndingClass, (Vec<String>, BTreeSet<&str>)> = BTreeMap::new();
    for ((class, ..), (sum, endings)) in &sums {
        let Some(first) = endings.first() else { continue };
        let (texts, addresses) = lines.entry(*class).or_default();
        texts.push(first.money.sum_text(*sum));
        addresses
            .extend(endings.iter().filter_map(|ending| ending.at.as_ref()).map(|at| &*at.address));
    }
    let mut answers: Vec<String> = lines
        .into_iter()
        .map(|(class, (texts, addresses))| {
            let places = match addresses.len() {
                0 => String::new(),
                1 => " at 1 address".to_owned(),
                count => format!(" at {} addresses", group(&count.to_string())),
            };
            format!("{class}{places}: {}", listed(&texts))
        })
        .collect();
    answers.push(if report.certainty.closes {
        "Every unit is accounted for: the ledger closes for every seed and asset.".to_owned()
    } else {
        "THE LEDGER DOES NOT CLOSE: do not rely on these amounts.".to_owned()
    });
    Answer { question: "Where is it now?", lines: answers, is_alert: !report.certainty.closes }
}

fn requests(report: &Report) -> Answer {
    let line = |action: &Action| {
        let sums: Vec<String> = action.totals.iter().map(|money| money.brief.clone()).collect();
        let count = match action.items.len() {
            1 => String::new(),
            count => format!(", {} lots", group(&count.to_string())),
        };
        format!("{}: {}{count}: {}", action.kind, action.whom, listed(&sums))
    };
    let mut lines: Vec<String> = report.actions.iter().map(line).collect();
    if lines.is_empty() {
        lines.push("Nothing that this report can name.".to_owned());
    }
    Answer {
        question: "What can be frozen or requested now, and from whom?",
        lines: capped(lines),
        is_alert: false,
    }
}

fn sanctions(report: &Report) -> Answer {
    let mut lines: Vec<String> = report
        .findings
        .iter()
        .map(|finding| {
            let sums: Vec<String> =
                finding.totals.iter().map(|money| money.brief.clone()).collect();
            format!(
                "{} {} {} ({}): {}",
                finding.party.text,
                finding.role,
                listed(&sums),
                finding.listing,
                finding.statement
            )
        })
        .collect();
    if lines.is_empty() {
        lines.push(format!(
            "No address on this trail has a listing in the lists used, then or today ({}). \
             Addresses beyond an ending were not looked at.",
            report.today
        ));
    }
    Answer {
        question: "Which flows touched a sanctioned address?",
        lines: capped(lines),
        is_alert: report.findings.iter().any(|finding| finding.is_in_force),
    }
}

fn sure(report: &Report) -> Answer {
    let mut lines = report.certainty.statements.clone();
    let count = report.certainty.reservations.len();
    match count {
        0 => {}
        1 => lines.push("1 reservation is listed below.".to_owned()),
        _ => lines.push(format!("{} reservations are listed below.", group(&count.to_string()))),
    }
    Answer {
        question: "How sure is this?",
        lines,
        is_alert: !report.certainty.closes || report.certainty.is_indicative,
    }
}

fn listed(texts: &[String]) -> String {
    let shown: Vec<&str> = texts.iter().take(MAX_LINES).map(String::as_str).collect();
    let rest = texts.len().saturating_sub(shown.len());
    let mut text = shown.join("; ");
    if rest > 0 {
        text.push_str(&format!("; and {rest} more assets"));
    }
    text
}

fn capped(mut lines: Vec<String>) -> Vec<String> {
    let rest = lines.len().saturating_sub(MAX_LINES);
    if rest > 0 {
        lines.truncate(MAX_LINES);
        lines.push(format!("and {} more, below", group(&rest.to_string())));
    }
    lines
}
