//! The demo's report answers the questions of `docs/report-questions.md`.

use std::process::Command;

use fundtrail_testkit::place;
use serde_json::Value;

use crate::sandbox::Sandbox;

/// What stands at a place: `field=value` is the entry of a list whose field has that value, `*` counts entries.
fn at(report: &Value, place: &str) -> Option<Value> {
    let mut here = vec![report.clone()];
    let segments: Vec<&str> = place.split('/').collect();
    for (idx, segment) in segments.iter().enumerate() {
        let is_counted = segments.get(idx + 1) == Some(&"*");
        here = match segment.split_once('=') {
            _ if *segment == "*" => {
                let count = match here.as_slice() {
                    [Value::Array(list)] => list.len(),
                    several => several.len(),
                };
                return Some(count.into());
            }
            Some((field, wanted)) => {
                let of_list = here.first()?.as_array()?.iter();
                let found: Vec<Value> =
                    of_list.filter(|one| said(&one[field]) == wanted).cloned().collect();
                if found.is_empty() && !is_counted {
                    return None;
                }
                found
            }
            None => vec![here.first()?.get(segment)?.clone()],
        };
    }
    here.into_iter().next()
}

fn said(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[test]
fn the_demo_answers_every_question() {
    let document = std::fs::read_to_string(place::root().join("docs/report-questions.md")).unwrap();
    let sandbox = Sandbox::new();
    sandbox.run(&["demo", "--as-of", "2026-11-23"]).success();
    let report = serde_json::from_str(&sandbox.read("fundtrail-demo/report.json")).unwrap();
    let rows = document.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    let rows: Vec<Vec<&str>> = rows.skip(1).map(|row| row.split(" | ").collect()).collect();
    assert!(25 < rows.len());
    let wrong: Vec<String> = rows
        .iter()
        .filter_map(|row| {
            let [question, place, answer] = row.as_slice() else { panic!("{row:?}") };
            let (place, answer) = (place.trim_matches('`'), answer.trim_matches('`'));
            let found = at(&report, place).as_ref().map(said);
            (found.as_deref() != Some(answer))
                .then(|| format!("{question}: {place} is {found:?}, not {answer}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // The first screen has a question for each kind of them.
    assert_eq!(report["summary"].as_array().unwrap().len(), 5);
}

/// Read by a validator that shares nothing with this program.
#[test]
fn reports_are_as_the_published_schema_says() {
    let sandbox = Sandbox::new();
    for (rule, folder) in [("dirty-first", "one"), ("all", "all")] {
        sandbox.run(&["demo", "--as-of", "2026-11-23", "--rule", rule, "--out", folder]).success();
    }
    let printed = sandbox.run(&["report", "--schema"]).success().stdout;
    let file = place::root().join("docs/schema/fundtrail.report.v1.json");
    assert_eq!(printed, std::fs::read_to_string(&file).unwrap());
    let validate = |reports: &[std::path::PathBuf]| {
        let mut command = Command::new("node");
        command.arg(place::node_tools().join("validate.mjs")).arg(&file).args(reports);
        let output = command.output().unwrap();
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    };
    let reports = ["one", "all"].map(|folder| sandbox.path(folder).join("report.json"));
    assert_eq!(validate(&reports), (true, String::new()));
    // It can fail.
    let text = sandbox.read("one/report.json");
    for (from, to) in [
        ("\"rule\": \"dirty-first\"", "\"rule\": \"guess\""),
        ("\"closes\": true", "\"closes\": 1"),
    ] {
        assert!(text.contains(from), "{from}");
        let broken = sandbox.path("broken.json");
        std::fs::write(&broken, text.replace(from, to)).unwrap();
        let (is_valid, said) = validate(&[broken]);
        assert!(!is_valid && !said.is_empty(), "{from}");
    }
}
