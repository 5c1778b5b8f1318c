//! Typologies and links: what was planted in the recorded case is found, thresholds come from `fundtrail.toml`, and a
//! report is made again from the case.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::sandbox::Sandbox;

/// Traces the recorded case.
fn traced(sandbox: &Sandbox, more: &[&str]) -> crate::sandbox::Outcome {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/cases/dprk-900k");
    let file = |name: &str| folder.join(name).display().to_string();
    let expected: toml::Table =
        std::fs::read_to_string(folder.join("expected.toml")).unwrap().parse().unwrap();
    let seeds = expected["seed"].as_array().unwrap();
    let mut arguments = vec!["trace".to_owned()];
    arguments.extend(seeds.iter().map(|seed| seed["spec"].as_str().unwrap().to_owned()));
    for list in ["labels.csv", "listings.csv", "tokens.csv"] {
        arguments.extend(["--labels".to_owned(), file(list)]);
    }
    arguments.extend(["--replay".to_owned(), folder.display().to_string()]);
    arguments.extend(["--as-of", "2026-11-23", "--case", "traced.ftcase"].map(str::to_owned));
    arguments.extend(more.iter().map(|text| (*text).to_owned()));
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    sandbox.run(&arguments)
}

/// The patterns of a kind in a report.
fn of_kind<'a>(report: &'a Value, kind: &str) -> Vec<&'a Value> {
    let patterns = report["behaviour"]["patterns"].as_array().unwrap();
    patterns.iter().filter(|pattern| pattern["kind"] == kind).collect()
}

fn party<'a>(pattern: &'a Value, role: &str) -> &'a str {
    let parties = pattern["parties"].as_array().unwrap();
    let found = parties.iter().find(|party| party["role"] == role).unwrap();
    found["party"]["address"].as_str().unwrap()
}

#[test]
fn what_was_planted_in_the_recorded_case_is_found_with_its_proof() {
    let sandbox = Sandbox::new();
    sandbox.run(&["demo", "--as-of", "2026-11-23"]).success();
    let report: Value = serde_json::from_str(&sandbox.read("fundtrail-demo/report.json")).unwrap();

    let baits = of_kind(&report, "address poisoning");
    assert_eq!(baits.len(), 3);
    for bait in baits {
        let [actor, imitated] = ["actor", "imitated"].map(|role| party(bait, role).to_lowercase());
        assert_ne!(actor, imitated);
        assert_eq!((&actor[..6], &actor[38..]), (&imitated[..6], &imitated[38..]));
    }
    // Those of the scenario: a DUSD and a START.
    assert_eq!(of_kind(&report, "counterfeit token").len(), 2);
    let fans = of_kind(&report, "fan-out");
    assert_eq!(fans.len(), 1);

    // Every transfer that proves something is one of the case.
    let rows = sandbox.run(&["report", "fundtrail-demo/case.ftcase", "--format", "csv"]).success();
    for hop in fans[0]["hops"].as_array().unwrap() {
        let hop = format!("\"{}\"", hop.as_str().unwrap());
        let row = rows.stdout.lines().find(|row| row.starts_with(&hop)).unwrap();
        let proof = fans[0]["proof"].as_array().unwrap();
        assert!(proof.iter().any(|of| row.contains(of["transaction"].as_str().unwrap())), "{row}");
    }
    let table = sandbox
        .run(&["report", "fundtrail-demo/case.ftcase", "--format", "patterns-csv"])
        .success();
    let ids: BTreeSet<&str> =
        table.stdout.lines().skip(1).filter_map(|row| row.split(',').next()).collect();
    assert_eq!(ids.len(), report["behaviour"]["patterns"].as_array().unwrap().len());
}

#[test]
fn thresholds_are_read_from_the_file_and_kept_in_the_case() {
    let sandbox = Sandbox::new();
    // The first peel of the case leaves half of what is sent on, and two thirds go on.
    sandbox.write(
        "fundtrail.toml",
        "[typologies]\npeel_ratio_ppm = 700000\npeel_remainder_ppm = 500000\nlookalike_digits = 5\n",
    );
    traced(&sandbox, &["--out", "first.json"]).success();
    let report: Value = serde_json::from_str(&sandbox.read("first.json")).unwrap();
    assert_eq!(report["behaviour"]["thresholds"]["peel_ratio_ppm"], 700_000);
    let set = ["lookalike_digits", "peel_ratio_ppm", "peel_remainder_ppm"];
    assert_eq!(
        report["behaviour"]["set_thresholds"]
            .as_array()
            .unwrap()
            .iter()
            .map(|name| name.as_str().unwrap())
            .collect::<BTreeSet<_>>(),
        BTreeSet::from(set)
    );
    assert!(!of_kind(&report, "peel chain").is_empty(), "{}", report["behaviour"]["patterns"]);
    assert!(of_kind(&report, "address poisoning").is_empty());

    std::fs::remove_file(sandbox.path("fundtrail.toml")).unwrap();
    sandbox.run(&["report", "traced.ftcase", "--out", "again.json"]).success();
    assert_eq!(sandbox.read("first.json"), sandbox.read("again.json"));
}

#[test]
fn a_threshold_that_makes_no_sense_is_refused_before_anything_is_asked() {
    let check = |line: &str, said: &str| {
        let sandbox = Sandbox::new();
        sandbox.write("fundtrail.toml", format!("[typologies]\n{line}\n"));
        let outcome = traced(&sandbox, &[]);
        assert_eq!(outcome.code, Some(2), "{line}: {outcome:?}");
        assert!(outcome.stderr.contains(said), "{line}: {}", outcome.stderr);
        assert!(!sandbox.path("traced.ftcase").exists());
    };
    check("peels = 3", "there is no threshold \"peels\"");
    check("fan_share_ppm = 1000001", "give at most 1000000");
    check("fan_share_ppm = -1", "fundtrail.toml, line 2");
    check("fan_share_ppm = 0.5", "fundtrail.toml, line 2");
}
