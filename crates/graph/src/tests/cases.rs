//! Cases: what is known, and the trail by each rule. The files in `cases/` are read as
//!
//! ```text
//! ## title
//! # why
//! scenario lines
//! = rules, by each of which the trail is this one; both for fifo and dirty-first
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
            let names = if rules == "both" { "fifo dirty-first" } else { rules };
            let mut same = names.split(' ').map(|name| Rule::from_name(name).expect(rules));
            let rule = same.next().unwrap();
            let trail = scenario_parsed.follow(rule);
            assert_eq!(trail.hops, scenario_parsed.shuffled().follow(rule).hops, "{case}");
            assert_eq!(trail.endings, scenario_parsed.shuffled().follow(rule).endings, "{case}");
            for other in same {
                assert_eq!(
                    render(&trail),
                    render(&scenario_parsed.follow(other)),
                    "{case} {other}"
                );
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

case_files!(
    arrivals,
    backward,
    conversions,
    coverage,
    ledgers,
    netting,
    patterns,
    rules,
    seeds,
    through,
    whole
);
