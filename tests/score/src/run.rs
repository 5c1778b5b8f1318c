//! A list, played, traced and scored.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use fundtrail_model::{Address, checksum, hash_hex};
use fundtrail_testkit::chaos::{ChaosProxy, Count, Faults, Profile, Refusal, Shape, When, all};

use crate::edges::{Edge, Edges};
use crate::list::{DECIMALS, FlowList};
use crate::play::{self, COIN};
use crate::score::{Score, Share};
use crate::script::{Kind, Manner, Script, Sending};
use crate::trail::{self, TrailError};

/// The day on which sanctions are judged: a report says it, and nothing here depends on it.
const AS_OF: &str = "2026-11-23";
/// Blocks that one search for logs may reach over, on a chain with long gaps.
const RANGE: u64 = 1_000;
const SEARCH: &str = "eth_getLogs";
/// A node mines so many blocks in a minute or two, and keeps their headers in memory.
const MOST_BLOCKS: u64 = 1_000_000;
/// So many of them may have flows: the node that keeps every state has some ten for each.
const MOST_BUSY_BLOCKS: usize = 1_000;
/// How many flows that were missed, or found in vain, are named.
const NAMED: usize = 10;

/// What came of it.
#[derive(Debug)]
pub struct Outcome {
    /// How the trail compares with the list.
    pub score: Score,
    /// The same for a pass over every transfer: a check of the replay.
    pub full_pass: Score,
    /// JSON-RPC questions, those in batches counted each.
    pub questions: usize,
    /// The same by method, most first.
    pub methods: Vec<(String, usize)>,
    /// HTTP requests.
    pub requests: usize,
    /// What it would take to search all blocks from the arrival at each holder to the head, on a chain with
    /// long gaps.
    pub scan: Option<u64>,
    /// What was played, in words.
    pub played: String,
    /// The largest flows that were missed, and found in vain, in words.
    pub differences: Vec<String>,
}

impl Outcome {
    /// How much a trace took, as a share of the scan: its searches for logs, all its questions, and its requests.
    #[must_use]
    pub fn effort(&self) -> Option<[Share; 3]> {
        let searches = self.methods.iter().find(|(method, _)| method == SEARCH);
        let counts = [searches.map_or(0, |(_, count)| *count), self.questions, self.requests];
        let share = |count: usize, scan: u64| {
            let count = u64::try_from(count).unwrap_or(u64::MAX);
            Share(count.saturating_mul(1_000_000).div_ceil(scan.max(1)))
        };
        self.scan.map(|scan| counts.map(|count| share(count, scan)))
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n\na pass over every transfer", self.played)?;
        let of_value = self.full_pass.of_value().map(|share| share.to_string());
        writeln!(f, "  coverage of flows and termini, value precision: {}", of_value.join(", "))?;
        writeln!(f, "\nthe trail\n{}", self.score)?;
        writeln!(f, "  questions          {} in {} requests", self.questions, self.requests)?;
        for (method, count) in &self.methods {
            writeln!(f, "    {method:<24} {count}")?;
        }
        if let (Some(scan), Some([searches, questions, requests])) = (self.scan, self.effort()) {
            writeln!(f, "  a scan would ask   {scan} questions; of that the trail took")?;
            writeln!(f, "    searches for logs  {searches}")?;
            writeln!(f, "    all questions      {questions}")?;
            writeln!(f, "    requests           {requests}")?;
        }
        self.differences.iter().try_for_each(|line| write!(f, "\n{line}"))
    }
}

/// Why there is no score.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Its blocks are too far apart to be mined.
    #[error(
        "the list reaches over {blocks} blocks, and {MOST_BLOCKS} can be mined: play it without --sparse"
    )]
    TooLong {
        /// From its first to its last flow.
        blocks: u64,
    },
    /// Too many of its blocks have a state of their own.
    #[error(
        "the list has flows in {blocks} blocks, and {MOST_BUSY_BLOCKS} can be played: play it without --sparse"
    )]
    TooBusy {
        /// Blocks with flows.
        blocks: usize,
    },
    /// A folder or a file cannot be made or read.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The program ended with an error.
    #[error("fundtrail trace: {status}\n{said}")]
    Trace {
        /// How it ended.
        status: ExitStatus,
        /// What it said.
        said: String,
    },
    /// The report is not what it should be.
    #[error("the report of the trace: {0}")]
    Report(#[from] TrailError),
}

/// Plays, traces with the program at `binary`, and scores. The program gets the transactions in which the sources
/// received what was stolen, an endpoint, and `more` arguments of `fundtrail trace`; else everything is as it is by
/// default.
///
/// # Errors
///
/// If the list is too long to be played, the trace fails, or its report cannot be read, with what it said.
///
/// # Panics
///
/// If the node cannot be started or does not play along.
pub fn run(
    list: &FlowList,
    manner: Manner,
    binary: &Path,
    more: &[String],
) -> Result<Outcome, RunError> {
    let blocks = list.span();
    if manner.is_sparse && MOST_BLOCKS < blocks {
        return Err(RunError::TooLong { blocks });
    }
    let busy = list.flows.chunk_by(|flow, next| flow.block == next.block).count();
    if manner.is_sparse && MOST_BUSY_BLOCKS < busy {
        return Err(RunError::TooBusy { blocks: busy });
    }
    let script = Script::write(list, manner);
    let (listed, full_pass) = (Edges::of_list(&script), Edges::by_full_pass(&script));
    let played = play::play(&script, manner);
    let proxy = ChaosProxy::start(&played.url(), profile(manner), Faults::none());
    let thefts = script
        .sendings()
        .zip(&played.sent)
        .filter(|((_, sending), _)| sending.moves.iter().any(|found| found.kind == Kind::Theft));
    let seeds: Vec<String> = thefts.map(|(_, sent)| hash_hex(sent.hash)).collect();
    let text = trace(binary, &proxy.url(), &seeds, more)?;
    let asset = (!manner.is_native).then_some(COIN);
    let sendings: Vec<&Sending> = script.sendings().map(|(_, sending)| sending).collect();
    let found = trail::read(&text, asset, &sendings, &played.sent)?;
    let score = |edges: &Edges| Score::of(edges, &listed, &script.terminals);
    Ok(Outcome {
        score: score(&found),
        full_pass: score(&full_pass),
        questions: proxy.questions(),
        methods: methods(&proxy),
        requests: proxy.requests(),
        scan: manner.is_sparse.then(|| scan(&script, &listed, manner)),
        played: words(list, &script, manner),
        differences: differences(&script, &listed, &found),
    })
}

/// The JSON report of a trace in an empty folder, without an environment.
fn trace(binary: &Path, url: &str, seeds: &[String], more: &[String]) -> Result<String, RunError> {
    let unusable = |path: &Path| {
        let path = path.to_owned();
        move |source| RunError::File { path, source }
    };
    let folder = tempfile::tempdir().map_err(unusable(Path::new("a temporary folder")))?;
    let report = folder.path().join("trail.json");
    let output = Command::new(binary)
        .args(["trace", "--chain", "ethereum", "--as-of", AS_OF, "--rpc"])
        .arg(format!("ethereum={url}"))
        .args(["--case", "score.ftcase", "--out"])
        .arg(&report)
        .args(more)
        .args(seeds)
        .env_clear()
        .env("HOME", folder.path())
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .output()
        .map_err(unusable(binary))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(RunError::Trace { status: output.status, said });
    }
    fs::read_to_string(&report).map_err(unusable(&report))
}

fn methods(proxy: &ChaosProxy) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for method in proxy.log().into_iter().flat_map(|entry| entry.methods) {
        *counts.entry(method).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts
}

/// No tracer, as most public nodes; and short searches where there are long gaps.
fn profile(manner: Manner) -> Profile {
    let mut profiles = all().into_iter();
    let profile = profiles.find(|profile| profile.name == "without-tracers");
    let profile = profile.unwrap_or_else(|| Profile::bare("bare"));
    if !manner.is_sparse {
        return profile;
    }
    let text = "exceed maximum block range: {limit}";
    let refusal = Refusal::new(-32_602, 200, text);
    profile.with(When::Blocks(Shape::Any, Count::Number), RANGE, refusal)
}

/// Questions of a scan that knows all holders: for a token, two searches (payers, payees) for each holder and each
/// range from his arrival to the head; for the native coin each block once, for all holders together. What comes to
/// the hub is left out.
fn scan(script: &Script, listed: &Edges, manner: Manner) -> u64 {
    let mut arrivals = BTreeMap::new();
    for (block, sending) in script.sendings() {
        for found in sending.moves.iter().filter(|found| found.kind == Kind::Theft) {
            arrivals.entry(found.to).or_insert(block);
        }
    }
    let blocks: Vec<u64> = script.sendings().map(|(block, _)| block).collect();
    for ((number, _, to), _) in listed.iter().filter(|((_, _, to), _)| Some(*to) != script.hub) {
        arrivals.entry(to).or_insert(blocks[number]);
    }
    let stays = arrivals.values().map(|arrival| script.last - arrival + 1);
    match manner.is_native {
        true => stays.max().unwrap_or_default(),
        false => stays.map(|blocks| 2 * blocks.div_ceil(RANGE)).sum(),
    }
}

fn words(list: &FlowList, script: &Script, manner: Manner) -> String {
    let coin = if manner.is_native { "the native coin" } else { "a token" };
    let (times, amount) = script.shortfalls;
    let mut left_out =
        list.left_out.iter().map(|(why, rows)| format!("; {rows} rows left out, {why}"));
    format!(
        "{} flows as {coin} in {} blocks, among {} other transfers; a source paid what was missing {times} times \
         ({} dollars){}{}",
        script.listed,
        script.last - script.genesis,
        script.count(Kind::Decoy),
        amount.to_decimal(DECIMALS),
        match (script.hub, manner.customers) {
            (Some(hub), customers) => {
                let name = script.name(hub).unwrap_or(hub);
                format!(
                    "; terminal {} pays {customers} customers, {} in a block",
                    manner.pace,
                    checksum(name)
                )
            }
            (None, 0) => String::new(),
            (None, _) => "; no terminal could pay customers: each passes something on".to_owned(),
        },
        left_out.by_ref().collect::<String>(),
    )
}

fn differences(script: &Script, listed: &Edges, found: &Edges) -> Vec<String> {
    let blocks: Vec<u64> = script.sendings().map(|(block, _)| block).collect();
    let name = |address: Address| match script.name(address) {
        Some(listed) => checksum(listed),
        None => format!("decoy {}", checksum(address)),
    };
    let line = |((number, from, to), amount): &(Edge, _)| {
        let amount: &fundtrail_model::Amount = amount;
        let dollars = amount.to_decimal(DECIMALS);
        format!("  {dollars} from {} to {} in block {}", name(*from), name(*to), blocks[*number])
    };
    let mut lines = vec![];
    for (what, rest) in [("missed", listed.beyond(found)), ("found in vain", found.beyond(listed))]
    {
        if !rest.is_empty() {
            lines.push(format!("{what}, {} flows, the largest:", rest.len()));
            lines.extend(rest.iter().take(NAMED).map(line));
        }
    }
    lines
}
