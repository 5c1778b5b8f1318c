//! The main job on the recorded case.

use std::time::{Duration, Instant};

use crate::sandbox::{Outcome, Sandbox};

fn demo(sandbox: &Sandbox, more: &[&str]) -> Outcome {
    let mut arguments = vec!["demo", "--as-of", "2026-11-23"];
    arguments.extend_from_slice(more);
    sandbox.run(&arguments).success()
}

#[test]
fn it_runs_without_network_in_under_five_seconds() {
    let sandbox = Sandbox::new();
    let start = Instant::now();
    let outcome = demo(&sandbox, &[]);
    let took = start.elapsed();
    assert!(took < Duration::from_secs(5), "{took:?}");
    for file in ["report.html", "report.json", "report.csv", "case.ftcase"] {
        assert!(outcome.stderr.contains(file), "{}", outcome.stderr);
        assert!(sandbox.path("fundtrail-demo").join(file).exists(), "{file}");
    }
    insta::assert_snapshot!(outcome.stdout);
}

#[test]
fn its_ledger_closes_for_every_seed_and_asset() {
    for rule in ["fifo", "dirty-first"] {
        let sandbox = Sandbox::new();
        demo(&sandbox, &["--rule", rule]);
        let report: serde_json::Value =
            serde_json::from_str(&sandbox.read("fundtrail-demo/report.json")).unwrap();
        crate::live::assert_closes(&report);
    }
}

#[test]
fn reports_are_made_again_from_the_case_byte_for_byte() {
    let sandbox = Sandbox::new();
    let printed = demo(&sandbox, &[]).stdout;
    let again = ["--out", "report.html", "--out", "report.json", "--out", "report.csv"];
    let mut arguments = vec!["report", "fundtrail-demo/case.ftcase"];
    arguments.extend(again);
    assert_eq!(sandbox.run(&arguments).success().stdout, printed);
    for file in ["report.html", "report.json", "report.csv"] {
        assert_eq!(sandbox.read(file), sandbox.read(&format!("fundtrail-demo/{file}")), "{file}");
    }
}

#[test]
fn the_mixer_was_not_sanctioned_at_the_time() {
    let sandbox = Sandbox::new();
    let said = demo(&sandbox, &[]).stdout;
    for fact in ["not sanctioned at the time", "listed 2022-08-08", "delisted 2025-03-21"] {
        assert!(said.contains(fact), "{fact} is missing");
    }
}

#[test]
fn everything_invented_says_so() {
    let sandbox = Sandbox::new();
    let printed = demo(&sandbox, &[]).stdout;
    assert!(printed.contains("invented"));
    for file in ["report.html", "report.json"] {
        assert!(sandbox.read(&format!("fundtrail-demo/{file}")).contains("invented"), "{file}");
    }
}
