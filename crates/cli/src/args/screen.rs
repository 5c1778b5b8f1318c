//! `fundtrail screen`
#![allow(rustdoc::broken_intra_doc_links, reason = "help texts show what is optional in brackets")]

use std::path::PathBuf;

use clap::Args;

use super::shared::{Naming, Nodes, Tape, Verdict};
use crate::wallet::WalletFormat;

/// Report on wallets: with whom they dealt, what is listed, what asks for attention
///
/// Fetches every transfer of the addresses in the blocks that were asked for, keeps them in a case file, and reports
/// from that alone: what came in and went out, exact and held against balances; counterparties by category, as they
/// were labelled on the day; sanctions listings with the verdict of that day and of today; conversions, patterns, and
/// what is not known. Exposure is direct, one hop: `trace` follows amounts further.
///
/// Without an address it makes the report of a case again, asks nobody, and gives the same bytes.
#[derive(Debug, Args)]
pub(crate) struct Screen {
    /// Whom to report on: [CHAIN:]ADDRESS, all of one chain [default: who was reported on in the case]
    #[arg(required_unless_present = "case", value_name = "ADDRESS")]
    pub(crate) addresses: Vec<String>,

    /// Chain of the addresses: a name or a number
    #[arg(long, value_name = "CHAIN")]
    pub(crate) chain: Option<String>,

    /// Case file; made if it is missing [default: named after the first address, in this folder]
    #[arg(long, value_name = "FILE")]
    pub(crate) case: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) nodes: Nodes,

    /// Ask no node: report on what the case holds of the addresses, by the names that it keeps
    #[arg(long, requires = "case", conflicts_with_all = ["rpc", "labels", "allow_unsourced",
        "second_opinions", "replay", "record"], help_heading = "Nodes")]
    pub(crate) offline: bool,

    /// First block to look at: a block or a day in UTC [default: what the case says]
    #[arg(long, value_name = "BLOCK|DAY", help_heading = "Time")]
    pub(crate) from: Option<String>,

    /// Last block to look at: a block, a day in UTC, `finalized` or `latest` [default: finalized; with
    /// --offline what the case says]
    #[arg(long, value_name = "WHEN", help_heading = "Time")]
    pub(crate) to: Option<String>,

    #[command(flatten)]
    pub(crate) naming: Naming,

    /// Title of the report
    #[arg(long, value_name = "TEXT")]
    pub(crate) title: Option<String>,

    /// Report to write: .html, .pdf, .md, .json, .txt, .xlsx, .csv (a row per transfer) or, named after a table,
    /// .counterparties.csv, .categories.csv, .listed.csv, .balances.csv or .flags.csv; can be repeated
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) out: Vec<PathBuf>,

    /// Format of what is printed, and of files whose ending does not say one [default: terminal]
    #[arg(long, value_enum, help_heading = "Output")]
    pub(crate) format: Option<WalletFormat>,

    #[command(flatten)]
    pub(crate) verdict: Verdict,

    #[command(flatten)]
    pub(crate) tape: Tape,
}
