//! Requests sent, counted by the proxy in front of the node, against what the formulas say.

mod formula;
mod session;
mod wallet;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use fundtrail_model::ChainId;
use fundtrail_store::Case;
use fundtrail_testkit::chaos::{
    ChaosProxy, Entry, Faults, Outcome, Profile, Scale, Shape, When, all,
};
use fundtrail_testkit::dprk_900k;

use crate::crowd::{Crowd, CrowdOptions};
use crate::table::{Row, Table};
use formula::{Allowed, Found, Terms, terms};

/// Thousandths of the formula.
const MOST: u64 = 1_150;
const CASE: &str = "case.ftcase";
/// The demo's chains have some 400 blocks and a few logs per question.
const DEMO: Scale = Scale { blocks: 200, logs: 2_500, rate: 40 };
/// The crowd has 500 blocks and a thousand logs in each.
const CROWD: Scale = Scale { blocks: 100, logs: 10, rate: 40 };

/// A chain that is traced: its id, its name, and where its node listens.
type Chain = (ChainId, &'static str, String);

/// A case to trace.
struct Job {
    name: &'static str,
    chains: Vec<Chain>,
    seeds: Vec<String>,
    more: Vec<String>,
    scale: Scale,
}

pub(crate) fn run() -> Table {
    let mut table = Table::default();
    table.add(wallet::row().at_most(MOST));
    let played = dprk_900k::play();
    let list = |name: &str| dprk_900k::folder().join(name).display().to_string();
    let lists = ["labels.csv", "listings.csv", "tokens.csv"];
    let demo = Job {
        name: "demo",
        chains: vec![
            (ChainId(1), "ethereum", played.ethereum.url()),
            (ChainId(137), "polygon", played.polygon.url()),
        ],
        seeds: played.seeds(),
        more: lists.iter().flat_map(|name| ["--labels".to_owned(), list(name)]).collect(),
        scale: DEMO,
    };
    compare(&demo, &mut table);
    drop(played);
    let Crowd { node, seed } = Crowd::play(CrowdOptions::HALF_A_MILLION);
    let crowd_job = Job {
        name: "500,000 transfers",
        chains: vec![(ChainId(1), "ethereum", node.url())],
        seeds: vec![seed],
        // The hubs come after three hops: what they do is not of interest here.
        more: vec!["--max-hops=3".to_owned()],
        scale: CROWD,
    };
    compare(&crowd_job, &mut table);
    drop(node);
    table.note(
        "Questions are counted, those in a batch each. An endpoint that stops a trace with a reason has no \
         formula. Rates are left out: they cost time, not questions.",
    );
    table
}

fn compare(job: &Job, table: &mut Table) {
    for profile in [Profile::bare("bare")].into_iter().chain(all()) {
        let name = profile.name;
        let traced = trace(job, &profile.scaled(job.scale).unhurried());
        let what = format!("{}, {name}: questions in {} requests", job.name, traced.requests);
        match traced.formula {
            Some(formula) => {
                let needed = formula.iter().map(|(_, count)| count).sum();
                eprintln!(
                    "{what}: {} of {needed}\n  {formula:?}\n  {:?}",
                    traced.questions, traced.by_method
                );
                table.add(Row::counts(&what, traced.questions, needed).at_most(MOST));
            }
            None => table.note(format!("{what}: {}, then it stops.", traced.questions)),
        }
    }
}

/// What came of a trace.
struct Traced {
    questions: u64,
    requests: usize,
    /// Questions by method, and requests that were refused by the words.
    by_method: BTreeMap<String, u64>,
    /// Nothing, if the trace stopped.
    formula: Option<Terms>,
}

/// Traces as a user does, and counts; then once more for the formula, which needs a recording.
fn trace(job: &Job, profile: &Profile) -> Traced {
    let folder = tempfile::tempdir().expect("a temporary folder");
    // Each with a home of its own: what was learned of an endpoint is kept there.
    let [counted, recorded] = ["counted", "recorded"].map(|name| folder.path().join(name));
    let entries = ask(job, profile, &counted, &[]);
    let mut by_method = BTreeMap::new();
    for entry in entries.iter().flatten() {
        for method in &entry.methods {
            *by_method.entry(method.clone()).or_insert(0) += 1;
        }
        if let Outcome::Refused(text) = &entry.outcome {
            *by_method.entry(format!("refused: {text}")).or_insert(0) += 1;
        }
    }
    let (entries, is_done) = match &entries {
        Ok(entries) => (entries, true),
        Err(entries) => (entries, false),
    };
    let formula = is_done.then(|| {
        let again = ask(job, profile, &recorded, &["--record".as_ref(), recorded.as_os_str()]);
        assert!(again.is_ok(), "{}", profile.name);
        formula(job, profile, &recorded)
    });
    let questions = entries.iter().map(|entry| entry.methods.len()).sum::<usize>();
    Traced {
        questions: u64::try_from(questions).expect("fits"),
        requests: entries.len(),
        by_method,
        formula,
    }
}

/// What the endpoints were asked by a trace; as an error if it stopped.
fn ask(
    job: &Job,
    profile: &Profile,
    home: &Path,
    more: &[&OsStr],
) -> Result<Vec<Entry>, Vec<Entry>> {
    std::fs::create_dir(home).expect("a folder");
    let proxy = |(_, _, url): &Chain| ChaosProxy::start(url, profile.clone(), Faults::none());
    let proxies: Vec<ChaosProxy> = job.chains.iter().map(proxy).collect();
    let mut command = Command::new(binary());
    command.args(["trace", "--as-of", "2026-11-23", "--case"]).arg(home.join(CASE));
    command.args(more).args(&job.more).args(&job.seeds);
    for ((_, name, _), proxy) in job.chains.iter().zip(&proxies) {
        command.arg("--rpc").arg(format!("{name}={}", proxy.url()));
    }
    let output =
        command.env_clear().envs([("HOME", home)]).output().expect("the program can be started");
    let entries = proxies.iter().flat_map(ChaosProxy::log).collect();
    if output.status.success() {
        return Ok(entries);
    }
    eprintln!("{}: {}", profile.name, String::from_utf8_lossy(&output.stderr));
    Err(entries)
}

/// The terms over all chains.
fn formula(job: &Job, profile: &Profile, folder: &Path) -> Terms {
    let case = Case::open_read_only(&folder.join(CASE)).expect("a case");
    let seeds = case.seeds().expect("seeds");
    let mut sums: Terms = vec![];
    for (chain, ..) in &job.chains {
        let of_chain = seeds.iter().filter(|(_, seed)| seed.asset.chain() == *chain);
        let found = Found {
            windows: session::windows(&folder.join(format!("session-{chain}.jsonl.gz"))),
            transfers: case.transfers(*chain).expect("transfers"),
            balances: case.balances(*chain).expect("balances"),
            coverage: case.coverage(*chain).expect("coverage"),
            seeds: u64::try_from(of_chain.count()).expect("fits"),
        };
        let terms = terms(&found, allowed(profile));
        if sums.is_empty() {
            sums = terms;
        } else {
            sums.iter_mut().zip(terms).for_each(|(sum, (_, count))| sum.1 += count);
        }
    }
    sums
}

fn allowed(profile: &Profile) -> Allowed {
    let mut allowed = Allowed { range: u64::MAX, logs: u64::MAX, batch: u64::MAX };
    for rule in &profile.rules {
        match rule.when {
            When::Blocks(Shape::Any | Shape::TopicOnly, _) => {
                allowed.range = allowed.range.min(rule.limit);
            }
            When::Batch => allowed.batch = allowed.batch.min(rule.limit),
            When::Logs => allowed.logs = allowed.logs.min(rule.limit),
            _ => {}
        }
    }
    allowed
}

/// The program, which stands beside this one.
pub(crate) fn binary() -> PathBuf {
    let own = std::env::current_exe().expect("a program has a path");
    let path = own.with_file_name("fundtrail");
    assert!(path.is_file(), "{} is missing: run `just bench`", path.display());
    path
}
