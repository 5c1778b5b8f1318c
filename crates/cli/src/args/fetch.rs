//! `fundtrail fetch`
#![allow(rustdoc::broken_intra_doc_links, reason = "help texts show what is optional in brackets")]

use std::path::PathBuf;

use clap::Args;

use super::shared::{Nodes, OwnLists};

/// Fill a case without following anything
///
/// Fetches every transfer of these addresses in the blocks that were asked for, checks it against balances,
/// and prints what was looked at, how, and how well that proves that nothing is missing. The same command
/// goes on after an interruption; a later `trace` with the same case asks for none of it again.
#[derive(Debug, Args)]
pub(crate) struct Fetch {
    /// Whose transfers: [CHAIN:]ADDRESS, all of one chain
    #[arg(required = true, value_name = "ADDRESS")]
    pub(crate) addresses: Vec<String>,

    /// Chain of the addresses: a name or a number
    #[arg(long, value_name = "CHAIN")]
    pub(crate) chain: Option<String>,

    /// Case file; made if it is missing
    #[arg(long, value_name = "FILE")]
    pub(crate) case: PathBuf,

    #[command(flatten)]
    pub(crate) nodes: Nodes,

    /// First block
    #[arg(
        long,
        value_name = "BLOCK",
        conflicts_with = "since",
        required_unless_present = "since",
        help_heading = "Time"
    )]
    pub(crate) from_block: Option<u64>,

    /// First day, in UTC
    #[arg(long, value_name = "YYYY-MM-DD", help_heading = "Time")]
    pub(crate) since: Option<String>,

    /// Last block: [CHAIN=]BLOCK, a day in UTC, `finalized` or `latest` (can be repeated)
    /// [default: finalized]
    #[arg(long, value_name = "WHEN", help_heading = "Time")]
    pub(crate) until: Vec<String>,

    #[command(flatten)]
    pub(crate) lists: OwnLists,

    /// End with exit code 4 if anything was not looked at or does not add up
    #[arg(long)]
    pub(crate) require_complete: bool,
}
