//! `just bench [NAMES]`: what fundtrail promises in figures.
//!
//! Each subcommand prints one Markdown table. A figure stands next to something real that was measured in
//! the same run on the same data, and misses its limit or not; one that misses ends the program with 1.
//!
//! A new subcommand is a file with a `pub(crate) fn run() -> Table` and a line in [`BENCHES`].
//!
//! * [`crowd`] plays a large chain on a real node; [`measure`] times two things in turn; [`table`] holds
//!   what came out, its limits and its looks.

mod crowd;
mod decode;
mod dense;
mod dice;
mod download;
mod follow;
mod lists;
mod measure;
mod memory;
mod peer;
mod render;
mod requests;
mod screen;
mod store;
#[allow(dead_code, reason = "each bench takes what it needs")]
mod table;
mod throughput;

use std::process::ExitCode;

use table::Table;

/// A bench is asked for by its name, or by the first words of it: `follow` is every size of it.
fn is_named(name: &str, wanted: &str) -> bool {
    name.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// A subcommand: its name, what it measures, and how.
type Bench = (&'static str, &'static str, fn() -> Table);

const BENCHES: &[Bench] = &[
    ("requests", "questions that a trace asks against the formula", requests::run),
    ("decode", "reading logs against `ethers` and against borrowing the texts", decode::run),
    (
        "throughput",
        "pulling half a million logs against a plain download of the same answers",
        throughput::run,
    ),
    ("memory", "memory for fetching and storing half a million transfers", memory::run),
    ("peer", "fetching half a million transfers against cryo 0.3.2", peer::run),
    ("store", "storing 5,000,000 transfers against a bare loop over the same tables", store::run),
    ("lists", "reading OFAC's XML, checking a million addresses, and starting cold", lists::run),
    (
        "render-passed",
        "reports of a case with 100,000 transfers of stolen value, in every format",
        render::passed_on,
    ),
    ("render-shed", "the same where something is left at each of 100,000 addresses", render::shed),
    (
        "screen",
        "reports on one wallet with up to 200,000 transfers, and how they grow",
        screen::run,
    ),
    (
        "follow-100k",
        "following 100,000 transfers against a plain sorted pass",
        follow::hundred_thousand,
    ),
    ("follow-1m", "following 1,000,000 transfers against a plain sorted pass", follow::million),
    (
        "follow-10m",
        "following 10,000,000 transfers against a plain sorted pass",
        follow::ten_million,
    ),
    ("follow-thieves", "following 1,000,000 transfers of thieves alone", follow::thieves),
];

fn main() -> ExitCode {
    let names: Vec<String> = std::env::args().skip(1).collect();
    if let Some(unknown) =
        names.iter().find(|name| !BENCHES.iter().any(|(known, ..)| is_named(known, name)))
    {
        eprintln!("no bench is called `{unknown}`; there are:");
        for (name, about, _) in BENCHES {
            eprintln!("  {name:<14} {about}");
        }
        return ExitCode::from(2);
    }
    println!("{}\n", measure::machine());
    let mut is_met = true;
    for (name, about, run) in BENCHES {
        if names.is_empty() || names.iter().any(|wanted| is_named(name, wanted)) {
            eprintln!("{name}: {about} …");
            let table = run();
            println!("### {name}: {about}\n\n{table}");
            is_met &= table.is_met();
        }
    }
    if is_met { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
