//! Cases: what is known, and the trail by each rule. The files in `cases/` are read as
//!
//! ```text
//! ## title
//! # why
//! scenario lines
//! = fifo | dirty-first | both
//! trail lines
//! ```

use fundtrail_model::Rule;

use super::render::render;
use super::scenario::parse;

/// Checks every case of a file and shows the file as it would have to be.
fn check(file: &str, text: &str) {
    let mut actual = String::new();
    for case in text.split("\n## ").map(|case| case.trim_start_matches("## ")) {
        let (scenario, expected) = case.split_once("\n= ").expect(case);
        let facts: String = scenario
            .lines()
            .skip(1)
            .filter(|line| !line.starts_with('#'))
            .map(|line| format!("{line}\n"))
            .collect();
        let scenario_parsed = parse(&facts);
        actual.push_str(&format!("## {}\n", scenario.trim_end()));
        for section in format!("= {expected}").split("\n= ") {
            let rules = section.trim_start_matches("= ").lines().next().unwrap().trim();
            let rule =
                if rules == "both" { Rule::Fifo } else { Rule::from_name(rules).expect(rules) };
            let trail = scenario_parsed.follow(rule);
            assert_eq!(trail.hops, scenario_parsed.shuffled().follow(rule).hops, "{case}");
            assert_eq!(trail.endings, scenario_parsed.shuffled().follow(rule).endings, "{case}");
            if rules == "both" {
                let other = scenario_parsed.follow(Rule::DirtyFirst);
                assert_eq!(render(&trail), render(&other), "{case}");
            }
            actual.push_str(&format!("= {rules}\n{}", render(&trail)));
        }
        actual.push('\n');
    }
    if actual.trim() != text.trim() {
        let different =
            actual.lines().zip(text.lines()).find(|(a, b)| a != b).unwrap_or(("(length)", ""));
        panic!("{file} differs at\n  {}\n  {}\n<<<<\n{actual}>>>>", different.0, different.1);
    }
}

macro_rules! case_files {
    ($($name:ident),+ $(,)?) => {
        $(#[test]
        fn $name() {
            let file = concat!("cases/", stringify!($name), ".txt");
            check(file, include_str!(concat!("cases/", stringify!($name), ".txt")));
        })+
    };
}

case_files!(arrivals, conversions, coverage, ledgers, netting, patterns, seeds);
