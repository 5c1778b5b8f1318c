//! Following past a stop because the user wants it, and the paths to one place.

use fundtrail_model::{Address, checksum};
use serde_json::Value;

use crate::hubs::{BOT, Chain, HUB};
use crate::rules::{COIN, FIRST, FRIEND, in_parts, mixed, read, units};
use crate::sandbox::{Outcome, Sandbox};

/// Endings at an address: their kinds and amounts.
fn at(report: &Value, who: Address) -> Vec<(String, u128)> {
    let endings = report["endings"].as_array().unwrap().iter();
    endings
        .filter(|ending| ending["at"]["address"] == checksum(who).as_str())
        .map(|ending| (ending["class"].as_str().unwrap().to_owned(), units(&ending["money"])))
        .collect()
}

fn held(units: u128) -> Vec<(String, u128)> {
    vec![("held".to_owned(), units)]
}

#[test]
fn a_label_is_gone_through_by_its_name_while_it_holds() {
    let (node, theft) = mixed();
    let sandbox = Sandbox::new();
    let url = node.url();
    // The chain is of November 2023.
    let first = checksum(FIRST);
    sandbox.write(
        "own.csv",
        format!(
            "chain,address,name,category,valid_from,valid_until,source\n\
             *,{first},Example Exchange,exchange,2023-01-01,2023-12-31,test\n\
             *,{first},Former Name,exchange,2020-01-01,2022-12-31,test\n\
             *,{},Some Pool,dex,,,test\n",
            checksum(Address::repeat_byte(0x99)),
        ),
    );
    let trace = |more: &[&str]| -> Outcome {
        let start = [
            "trace", "--chain", "ethereum", "--rpc", &url, "--until", "latest", "--labels",
            "own.csv",
        ];
        let rest = ["--case", "case.ftcase", "--as-of", "2026-11-23", "--out", "a.json", &theft];
        sandbox.run(&[&start[..], &rest, more].concat())
    };
    let service = vec![("service".to_owned(), 10 * COIN)];
    let stopped = |sandbox: &Sandbox| {
        let report = read(sandbox, "a.json");
        assert_eq!(at(&report, FIRST), service);
        assert_eq!(at(&report, FRIEND), []);
    };
    trace(&[]).success();
    stopped(&sandbox);
    // A label that did not hold on that day.
    trace(&["--through", "former name"]).success();
    stopped(&sandbox);
    let said = sandbox.read("a.json");
    assert!(said.contains("nothing would stop following at “former name”"), "{said}");

    let printed = trace(&["--through", "EXAMPLE exchange", "--require-complete"]).success().stdout;
    let report = read(&sandbox, "a.json");
    crate::live::assert_closes(&report);
    assert_eq!(at(&report, FRIEND), held(9 * COIN));
    assert_eq!(
        at(&report, FIRST).iter().map(|(class, _)| class.as_str()).collect::<Vec<_>>(),
        ["held"]
    );
    assert!(printed.contains("BY SETTING, nothing stops following at 1 place"), "{printed}");
    let method = report["method"]["statements"].to_string();
    assert!(
        method
            .contains("NOTHING STOPS FOLLOWING AT “EXAMPLE exchange”: labelled “Example Exchange”"),
        "{method}"
    );

    // The case remembers it; `report` says the same; `none` forgets it.
    trace(&[]).success();
    assert_eq!(read(&sandbox, "a.json"), report);
    sandbox.run(&["report", "case.ftcase", "--out", "b.json"]).success();
    assert_eq!(read(&sandbox, "b.json"), report);
    let shown = sandbox.run(&["case", "show", "case.ftcase"]).success().stdout;
    assert!(shown.contains("through.00 = EXAMPLE exchange"), "{shown}");
    trace(&["--through", "none"]).success();
    stopped(&sandbox);

    // By its address, too; and on another chain it is another place.
    trace(&["--through", &format!("ethereum:{first}")]).success();
    assert_eq!(at(&read(&sandbox, "a.json"), FRIEND), held(9 * COIN));
    trace(&["--through", &format!("polygon:{first}")]).success();
    stopped(&sandbox);

    let refused = |name: &str, why: &str| {
        let outcome = trace(&["--through", name]);
        assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
        assert!(outcome.stderr.contains(why), "{}", outcome.stderr);
    };
    refused("Example", "no label or listing is called `Example`");
    refused("Example", "for example `Example Exchange`");
    refused("dead address", "nobody has the key");
    refused("0x12", "0x12");
    for (what, why) in
        [("some pool", "of the kind `dex`"), (&checksum(FRIEND), "no label or listing stops there")]
    {
        let outcome = trace(&["--through", what]).success();
        assert!(outcome.stderr.contains(why), "{}", outcome.stderr);
        stopped(&sandbox);
    }
}

/// Only the history of the hub that was named is downloaded.
#[test]
fn a_hub_that_is_gone_through_is_downloaded() {
    let chain = Chain::shared();
    let sandbox = Sandbox::new();
    let url = chain.node.url();
    let run = |case: &str, more: &[&str]| {
        let start = [
            "trace",
            "--chain",
            "ethereum",
            "--rpc",
            &url,
            "--until",
            "150",
            "--max-counterparties",
            "50",
        ];
        let rest = ["--case", case, "--as-of", "2026-11-23", "--out", "a.json", &chain.theft];
        sandbox.run(&[&start[..], &rest, more].concat())
    };
    let trace = |case: &str, more: &[&str]| {
        run(case, more).success();
        read(&sandbox, "a.json")
    };
    let hub = checksum(HUB);
    let looked_at = |case: &str, who: &str| {
        let shown = sandbox.run(&["case", "show", case]).success().stdout;
        shown.lines().any(|line| line.contains(who) && line.contains("blocks"))
    };
    let stopped = trace("case.ftcase", &[]);
    assert_eq!(at(&stopped, HUB), [("hub".to_owned(), 4 * COIN)]);
    assert!(!looked_at("case.ftcase", &hub));

    let gone_through = trace("case.ftcase", &["--through", &hub]);
    crate::live::assert_closes(&gone_through);
    assert_eq!(at(&gone_through, HUB), held(4 * COIN));
    assert_eq!(at(&gone_through, BOT), [("hub".to_owned(), COIN)]);
    assert!(looked_at("case.ftcase", &hub) && !looked_at("case.ftcase", &checksum(BOT)));
    // In one run it comes to the same, and in several that stop early, too: whom no gate holds for is kept with
    // the plan.
    let at_once = trace("once.ftcase", &["--through", &hub]);
    assert_eq!(at_once["endings"], gone_through["endings"]);
    let budget = ["--through", &hub, "--max-requests", "25"];
    let runs = in_parts(|| run("parts.ftcase", &budget).success());
    assert!(2 < runs, "{runs}");
    assert_eq!(sandbox.digest("parts.ftcase"), sandbox.digest("once.ftcase"));
}

#[test]
fn the_paths_to_one_place_are_told_alone() {
    let sandbox = Sandbox::new();
    sandbox.run(&["demo", "--as-of", "2026-11-23"]).success();
    let case = "fundtrail-demo/case.ftcase";
    let report = read(&sandbox, "fundtrail-demo/report.json");
    let hops = report["hops"].as_array().unwrap();
    let told = report["paths"].as_array().unwrap();
    assert!(!told.is_empty());
    for set in told {
        for path in set["paths"].as_array().unwrap() {
            // Each hop takes what the one before it brought.
            let mut before = set["seed"].clone();
            for step in path["steps"].as_array().unwrap() {
                let hop = hops.iter().find(|hop| hop["id"] == step["hop"]).unwrap();
                let mut taken = hop["taken"].as_array().unwrap().iter();
                assert!(
                    taken.any(|lot| lot["from"] == before && lot["seed"] == set["seed"]),
                    "{step}"
                );
                let mut made = hop["made"].as_array().unwrap().iter();
                assert!(made.any(|lot| {
                    lot["seed"] == set["seed"] && units(&step["arrives"]) <= units(&lot["money"])
                }));
                before = step["hop"].clone();
            }
            let endings = report["endings"].as_array().unwrap();
            let of_set =
                |ending: &&Value| set["endings"].as_array().unwrap().contains(&ending["id"]);
            assert!(endings.iter().filter(of_set).any(|ending| ending["origin"] == before));
        }
    }

    let ending = told[0]["endings"][0].as_str().unwrap();
    let address = told[0]["at"]["address"].as_str().unwrap();
    let wanted = |what: &str, more: &[&str]| {
        sandbox.run(&[&["report", case, "--path", what], more].concat())
    };
    let printed = wanted(ending, &["--out", "one.json", "--out", "one.paths.csv"]).success().stdout;
    let one = read(&sandbox, "one.json");
    assert_eq!(one["paths"], Value::Array(vec![told[0].clone()]));
    assert!(printed.contains("Paths, hop by hop") && !printed.contains("How much was stolen?"));
    assert!(printed.contains("largest"), "{printed}");
    let steps: usize = told[0]["paths"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["steps"].as_array().unwrap().len())
        .sum();
    assert_eq!(sandbox.read("one.paths.csv").lines().count(), steps + 1);
    assert!(wanted(address, &[]).success().stdout.contains(ending));
    for nowhere in ["E9999", "E0", "0x00000000000000000000000000000000000000AA"] {
        let outcome = wanted(nowhere, &[]);
        assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
        assert!(outcome.stderr.contains("no stolen value ended there"), "{}", outcome.stderr);
    }
}
