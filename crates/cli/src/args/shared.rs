//! What several commands take.
#![allow(rustdoc::broken_intra_doc_links, reason = "help texts show what is optional in brackets")]

use std::path::PathBuf;

use clap::Args;

use super::words::{FailOn, FlagName, PriceSourceName};
use crate::destination::Format;

/// Whom to ask, and how much.
#[derive(Debug, Args)]
pub(crate) struct Nodes {
    /// Node to ask: [CHAIN=]URL (can be repeated) [default: public endpoints]
    #[arg(long, value_name = "URL", help_heading = "Nodes")]
    pub(crate) rpc: Vec<String>,

    /// Give up on an answer after so many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30, help_heading = "Nodes",
        value_parser = clap::value_parser!(u64).range(1..=600))]
    pub(crate) timeout: u64,

    #[command(flatten)]
    pub(crate) allowed: Allowed,

    /// Ask no endpoint more than so many questions a second: [CHAIN=]N (can be repeated)
    /// [default: as many as it allows]
    #[arg(long, value_name = "N", help_heading = "Nodes")]
    pub(crate) max_rps: Vec<String>,
}

/// How much a run may use up.
#[derive(Debug, Args)]
pub(crate) struct Allowed {
    /// Begin nothing new after so many requests: report what is known by then. The same command goes on
    #[arg(long, value_name = "N", help_heading = "Nodes",
        value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) max_requests: Option<u64>,

    /// Begin nothing new after so long: 90s, 10m, 2h
    #[arg(long, value_name = "DURATION", help_heading = "Nodes")]
    pub(crate) max_time: Option<String>,
}

/// How to name and value what is found.
#[derive(Debug, Args)]
#[command(next_help_heading = "Naming")]
pub(crate) struct Naming {
    /// Own labels, listings or tokens, as CSV (can be repeated)
    #[arg(long, value_name = "FILE")]
    pub(crate) labels: Vec<PathBuf>,

    /// Daily prices in USD, as CSV: chain,contract,date,usd,source
    #[arg(long, value_name = "FILE")]
    pub(crate) prices: Option<PathBuf>,

    /// Where prices in USD come from, in this order: the first source that has one counts. The price of each
    /// movement names its source and time; what has no price is not worth nothing, it has no price
    /// [default: what the case says, else csv]
    #[arg(long, value_enum, value_name = "SOURCE,...", value_delimiter = ',')]
    pub(crate) price_source: Vec<PriceSourceName>,

    /// Day that sanctions are judged on besides the day of each transfer [default: today]
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) as_of: Option<String>,

    /// Which flows count as findings, and for --fail-on; every listing is shown, with both verdicts
    /// [default: what the case says, else ever]
    #[arg(long, value_enum, value_name = "WHEN")]
    pub(crate) flag: Option<FlagName>,

    /// Take labels that name no source, too: they come after all others, and are shown as nobody's
    #[arg(long)]
    pub(crate) allow_unsourced: bool,

    /// Ask contracts that keep lists of their own (the sanctions oracle, the issuers of USDT and USDC) about
    /// everybody in the trail, at the last block looked at; where they contradict the lists is a finding
    #[arg(long)]
    pub(crate) second_opinions: bool,
}

/// Where the report goes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct Output {
    /// Report to write: .html, .pdf, .md, .json, .txt, .xlsx, .graphml, .gexf, .dot, .ftm, .csv (a row per hop), .TABLE.csv
    /// (another table, such as .endings.csv or .evidence.csv; --format names them), or a folder with --format csv-set;
    /// can be repeated
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Vec<PathBuf>,

    /// Format of what is printed, and of files whose ending does not say one; on the terminal that is a
    /// summary, a file has everything [default: terminal]
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,
}

#[derive(Debug, Args)]
pub(crate) struct OwnLists {
    /// Own labels, listings or tokens, as CSV (can be repeated)
    #[arg(long, value_name = "FILE")]
    pub(crate) labels: Vec<PathBuf>,

    /// Take labels that name no source, too: they come after all others, and are shown as nobody's
    #[arg(long)]
    pub(crate) allow_unsourced: bool,
}

/// What ends a run with an exit code of its own.
#[derive(Debug, Args)]
pub(crate) struct Verdict {
    /// End with exit code 4 if anything was not looked at or does not add up
    #[arg(long)]
    pub(crate) require_complete: bool,

    /// End with exit code 3 if this was found
    #[arg(long, value_enum, value_name = "FINDING")]
    pub(crate) fail_on: Option<FailOn>,
}

/// Answers of nodes that are kept or played again.
#[derive(Debug, Args)]
pub(crate) struct Tape {
    /// Folder to record every answer of every node in
    #[arg(long, hide = true, value_name = "DIR")]
    pub(crate) record: Option<PathBuf>,

    /// Folder with a recording to replay instead of asking nodes
    #[arg(long, hide = true, value_name = "DIR", conflicts_with = "rpc")]
    pub(crate) replay: Option<PathBuf>,
}
