//! `cargo run -p fundtrail-testkit -- play|check|record`: the demo by hand.

use std::process::ExitCode;

use fundtrail_testkit::dprk_900k::{self, Played};

const USAGE: &str = "usage: fundtrail-testkit COMMAND
  play     play the demo, print endpoints and seeds, and keep the nodes until Ctrl-C
  check    play the demo, print the hashes of its last blocks, and say which files are stale
  record   play the demo, write the files that follow from it, and record a trace of it";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["play"] => {
            let played = dprk_900k::play();
            describe(&played);
            println!("The nodes run until Ctrl-C.");
            wait_for_the_end();
            ExitCode::SUCCESS
        }
        ["check"] => {
            let played = dprk_900k::play();
            describe(&played);
            let stale = stale_files(&played);
            for name in &stale {
                println!("stale: {name}: run `just record`");
            }
            if stale.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        ["record"] => {
            let played = dprk_900k::play();
            for (name, text) in played.files() {
                let path = dprk_900k::folder().join(name);
                std::fs::write(&path, text)
                    .unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
                println!("{}", path.display());
            }
            record_sessions(&played);
            ExitCode::SUCCESS
        }
        _ => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}

/// Traces the nodes with the program itself, which writes down every question and answer.
fn record_sessions(played: &Played) {
    let folder = dprk_900k::folder();
    // What is compiled into the program has to be there, even before it is recorded.
    for chain in played.chains() {
        let path = folder.join(format!("session-{}.jsonl.gz", chain.spec.id));
        if !path.exists() {
            std::fs::write(&path, []).unwrap_or_else(|error| panic!("cannot write: {error}"));
        }
    }
    let files = tempfile::tempdir().unwrap_or_else(|error| panic!("no temporary folder: {error}"));
    let mut trace = std::process::Command::new("cargo");
    trace.args(["run", "--release", "--quiet", "--package", "fundtrail", "--", "trace"]);
    trace.arg("--case").arg(files.path().join("case.ftcase")).arg("--record").arg(&folder);
    for list in ["labels.csv", "listings.csv", "tokens.csv"] {
        trace.arg("--labels").arg(folder.join(list));
    }
    for chain in played.chains() {
        trace.arg("--rpc").arg(format!("{}={}", chain.spec.name, chain.url()));
    }
    trace.args(played.seeds()).stdout(std::process::Stdio::null());
    let status = trace.status().unwrap_or_else(|error| panic!("cargo cannot be started: {error}"));
    assert!(status.success(), "the trace failed: {status}");
}

fn describe(played: &Played) {
    for chain in played.chains() {
        let (name, url, head, hash) = (&chain.spec.name, chain.url(), chain.head, &chain.head_hash);
        println!("{name}: {url}, blocks {} to {head}, {hash}", chain.first_block);
    }
    for seed in played.seeds() {
        println!("seed {seed}");
    }
}

fn stale_files(played: &Played) -> Vec<&'static str> {
    let is_stale = |(name, text): &(&str, String)| {
        std::fs::read_to_string(dprk_900k::folder().join(name)).ok().as_ref() != Some(text)
    };
    played.files().iter().filter(|file| is_stale(file)).map(|(name, _)| *name).collect()
}

/// Waits for Ctrl-C or a request to end, so that the nodes are dropped and clean up.
fn wait_for_the_end() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime for signals");
    runtime.block_on(async {
        use tokio::signal::unix::{SignalKind, signal};
        let mut end = signal(SignalKind::terminate()).expect("signals can be heard");
        tokio::select! {
            outcome = tokio::signal::ctrl_c() => outcome.expect("Ctrl-C can be heard"),
            _ = end.recv() => {}
        }
    });
}
