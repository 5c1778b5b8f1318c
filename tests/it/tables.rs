//! The report of the demo as tables, through the program.

use crate::sandbox::Sandbox;

const PAYER: &str = "0xD014377C7CbcDbc1e07D5a2EEF59cF8712Fcdf19";
const CASE: &str = "fundtrail-demo/case.ftcase";

fn demo(more: &[&str]) -> Sandbox {
    let sandbox = Sandbox::new();
    let mut arguments = vec!["demo", "--as-of", "2026-11-23"];
    arguments.extend(more);
    sandbox.run(&arguments).success();
    sandbox
}

#[test]
fn a_set_has_every_table_and_each_is_also_a_file_of_its_own() {
    let sandbox = demo(&["--rule", "all"]);
    sandbox.run(&["report", CASE, "--format", "csv-set", "--out", "set"]).success();
    // A folder that is there is written over.
    sandbox.run(&["report", CASE, "--format", "csv-set", "--out", "set/"]).success();
    let mut names: Vec<String> = std::fs::read_dir(sandbox.path("set"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    assert_eq!(names.len(), 20, "{names:?}");
    assert_eq!(sandbox.read("set/hops.csv"), sandbox.read("fundtrail-demo/report.csv"));
    for name in names {
        let whole = sandbox.read(&format!("set/{name}"));
        assert!(1 <= whole.lines().count(), "{name}");
        let file = format!("a.{name}");
        sandbox.run(&["report", CASE, "--out", &file]).success();
        assert_eq!(sandbox.read(&file), whole, "{name}");
        let format = name.replace(".csv", "-csv");
        let printed = sandbox.run(&["report", CASE, "--format", &format]).success().stdout;
        assert_eq!(printed, whole, "{name}");
    }
}

/// The case gives the same bytes again, whenever and wherever it is asked.
#[test]
fn workbooks_and_graphs_are_made_again_byte_for_byte() {
    let sandbox = demo(&[]);
    std::fs::create_dir(sandbox.path("other")).unwrap();
    for name in ["r.xlsx", "r.graphml", "r.gexf", "r.dot", "r.ftm"] {
        let other = format!("other/{name}");
        sandbox.run(&["report", CASE, "--out", name]).success();
        sandbox.run(&["report", CASE, "--out", &other]).success();
        let [one, again] = [name, &other].map(|name| std::fs::read(sandbox.path(name)).unwrap());
        assert!(1_000 < one.len() && one == again, "{name}");
    }
    let left: Vec<_> = std::fs::read_dir(sandbox.path("other")).unwrap().collect();
    assert_eq!(left.len(), 5, "{left:?}");
    let printed = sandbox.run(&["report", CASE, "--format", "graphml"]).success().stdout;
    assert_eq!(printed, sandbox.read("r.graphml"));
}

#[test]
fn a_set_needs_a_folder() {
    let sandbox = demo(&[]);
    sandbox.write("taken", "words");
    let check = |more: &[&str], says: &str| {
        let refused = sandbox.run(&[&["report", CASE, "--format", "csv-set"], more].concat());
        assert_eq!(refused.code, Some(2), "{}", refused.stderr);
        assert!(refused.stderr.contains(says), "{}", refused.stderr);
    };
    check(&[], "name the folder with --out");
    check(&["--out", "taken"], "it is a file");
    assert_eq!(sandbox.read("taken"), "words");
}

#[test]
fn a_workbook_that_finds_no_room_says_so() {
    let sandbox = demo(&[]);
    sandbox.run(&["screen", "--case", CASE, "--offline", "--chain", "eth", PAYER]).success();
    for command in [&["report", CASE][..], &["screen", "--case", CASE]] {
        let arguments = [command, &["--out", "full.xlsx"]].concat();
        let outcome = sandbox.run_on_full_disk(16, &arguments);
        let said = &outcome.stderr;
        assert_eq!(outcome.code, Some(1), "{said}");
        assert!(said.contains("which takes no more of them"), "{said}");
        assert!(said.contains("make room there") && !said.contains("panicked"), "{said}");
        assert!(!sandbox.path("full.xlsx").exists());
    }
}
