//! The examples of docs/methods.md are what the ledgers compute.

use fundtrail_model::{Amount, Rule};

use super::Event::{Clean, Out, Stolen};
use super::{Event, left, taken};
use crate::ledger::Ledger;

const DOCUMENT: &str = include_str!("../../../../../docs/methods.md");

/// The stolen part of each payment, and what is left of it.
fn told(rule: Rule, events: &[Event]) -> (Vec<u128>, u128) {
    let mut ledger = Ledger::new(rule);
    (taken(&mut ledger, events), left(&ledger))
}

fn event(kind: &str, units: u128) -> Event {
    match kind {
        "own" => Clean(units),
        "stolen" => Stolen(0, units),
        "pays" => Out(units),
        other => panic!("no event: {other}"),
    }
}

/// An amount of an asset of six decimals.
fn micro(text: &str) -> u128 {
    Amount::from_decimal(text, 6).expect(text).base_units().as_u128()
}

#[test]
fn every_rule_has_an_example_and_it_is_right() {
    for rule in Rule::ALL {
        let heading = format!("### `{rule}`: ");
        assert_eq!(DOCUMENT.matches(&heading).count(), 1, "{heading}");
        let (_, section) = DOCUMENT.split_once(&heading).unwrap();
        let (_, example) = section.split_once("```text\n").unwrap();
        let (example, _) = example.split_once("```").unwrap();
        let lines: Vec<Vec<&str>> =
            example.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(lines.len(), 5, "{rule}");
        let mut events = Vec::new();
        let mut parts = Vec::new();
        let mut rest = None;
        for line in &lines {
            match line.as_slice() {
                ["own", own, "stolen", stolen] => {
                    events.push(event("own", micro(own.trim_end_matches(','))));
                    events.push(event("stolen", micro(stolen)));
                }
                ["pays", amount, "stolen", "part", part] => {
                    events.push(event("pays", micro(amount)));
                    parts.push(micro(part));
                }
                ["left", "stolen", "part", part] => rest = Some(micro(part)),
                other => panic!("{rule}: {other:?}"),
            }
        }
        assert_eq!(told(rule, &events), (parts, rest.unwrap()), "{rule}");
    }
}

/// Every denominator of the table divides it.
const TIMES: u128 = 5 * 51 * 6;

/// `505/51` or `4`, times [`TIMES`].
fn fraction(text: &str) -> u128 {
    let (over, under) = text.split_once('/').unwrap_or((text, "1"));
    let (over, under): (u128, u128) = (over.parse().expect(text), under.parse().expect(text));
    assert_eq!(over * TIMES % under, 0, "{text}");
    over * TIMES / under
}

#[test]
fn the_table_of_all_rules_is_right() {
    let cells = |line: &str| -> Vec<String> {
        line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    let mut rows = DOCUMENT.lines().skip_while(|line| !line.starts_with("| account |"));
    let heading = cells(rows.next().unwrap());
    let rules: Vec<Rule> = heading
        .iter()
        .skip(1)
        .map(|name| Rule::from_name(name.trim_matches('`')).expect(name))
        .collect();
    assert_eq!(rules.len(), Rule::ALL.len());
    let rows: Vec<Vec<String>> =
        rows.skip(1).take_while(|line| line.starts_with('|')).map(cells).collect();
    assert_eq!(rows.len(), 5);
    for row in rows {
        let events: Vec<Event> = row[0]
            .split(", ")
            .map(|text| {
                let (kind, amount) = text.split_once(' ').expect(text);
                event(kind, fraction(amount))
            })
            .collect();
        for (rule, cell) in rules.iter().zip(&row[1..]) {
            let (parts, rest) = cell.split_once("; left ").expect(cell);
            let parts: Vec<u128> = parts.split(", ").map(fraction).collect();
            assert_eq!(told(*rule, &events), (parts, fraction(rest)), "{}: {rule}", row[0]);
        }
    }
}
