//! `fundtrail trace`
#![allow(rustdoc::broken_intra_doc_links, reason = "help texts show what is optional in brackets")]

use std::path::PathBuf;

use clap::Args;

use super::shared::{Naming, Nodes, Output, Tape, Verdict};
use super::words::{DirectionName, RuleName};

/// Follow stolen funds from a theft to where they are now
///
/// A seed is a transaction hash (what its sender, or else its only receiver, gained in it), a transaction
/// hash and a step (`0x…:log12`, `0x…:value`, `0x…:frame0`: that one transfer), or an address with
/// --from-block or --since (what it receives from then on). Put the chain in front where there are
/// several: `polygon:0x…`.
///
/// The case file keeps what was fetched: run the same command again to go on after an interruption, or to
/// try other settings without asking any node again.
#[derive(Debug, Args)]
pub(crate) struct Trace {
    /// What was stolen: [CHAIN:]TRANSACTION[:STEP] or [CHAIN:]ADDRESS (can be repeated)
    #[arg(required = true, value_name = "SEED")]
    pub(crate) seeds: Vec<String>,

    /// Chain of the seeds that do not name one: a name or a number
    #[arg(long, value_name = "CHAIN")]
    pub(crate) chain: Option<String>,

    #[command(flatten)]
    pub(crate) nodes: Nodes,

    /// First block for seeds that are addresses
    #[arg(long, value_name = "BLOCK", conflicts_with = "since", help_heading = "Time")]
    pub(crate) from_block: Option<u64>,

    /// First day for seeds that are addresses, in UTC
    #[arg(long, value_name = "YYYY-MM-DD", help_heading = "Time")]
    pub(crate) since: Option<String>,

    /// Last block to look at: [CHAIN=]BLOCK, a day in UTC, `finalized` or `latest` (can be repeated)
    /// [default: what the case says, else finalized]
    #[arg(long, value_name = "WHEN", help_heading = "Time")]
    pub(crate) until: Vec<String>,

    /// Asset of seeds that are addresses: `native` or a token's contract
    #[arg(long, value_name = "ASSET", requires = "amount", help_heading = "Following")]
    pub(crate) asset: Option<String>,

    /// Amount of seeds that are addresses, in whole units of --asset: the first that is received
    #[arg(long, value_name = "AMOUNT", requires = "asset", help_heading = "Following")]
    pub(crate) amount: Option<String>,

    #[command(flatten)]
    pub(crate) following: Following,

    #[command(flatten)]
    pub(crate) naming: Naming,

    /// Case file; made if it is missing [default: named after the first seed, in this folder]
    #[arg(long, value_name = "FILE")]
    pub(crate) case: Option<PathBuf>,

    /// Title of the report
    #[arg(long, value_name = "TEXT")]
    pub(crate) title: Option<String>,

    #[command(flatten)]
    pub(crate) output: Output,

    #[command(flatten)]
    pub(crate) verdict: Verdict,

    #[command(flatten)]
    pub(crate) tape: Tape,
}

/// How to follow.
#[derive(Debug, Args)]
#[command(next_help_heading = "Following")]
pub(crate) struct Following {
    /// Which way: out, where it went; or in, where what the seeds are came from [default: what the
    /// case says, else out]
    #[arg(long, value_enum)]
    pub(crate) direction: Option<DirectionName>,

    /// With --direction in look at no block before this one: what was there by then is not traced further
    /// back (can be repeated, for each chain) [default: what the case says, else the chain's first]
    #[arg(long, value_name = "[CHAIN=]BLOCK")]
    pub(crate) back_to: Vec<String>,

    /// Which lots an outgoing transfer takes; with --direction in fifo, lifo or haircut [default: what
    /// the case says, else dirty-first, or fifo with --direction in]
    #[arg(long, value_enum)]
    pub(crate) rule: Option<RuleName>,

    /// Follow no further than so many hops from a seed [default: what the case says,
    /// else 25]
    #[arg(long, value_name = "N")]
    pub(crate) max_hops: Option<u32>,

    /// Stop at addresses with more counterparties than this; where one is seen to have more, or to
    /// sign more transactions, before its history is downloaded, that is not [default: what the case
    /// says, else 1000]
    #[arg(long, value_name = "N")]
    pub(crate) max_counterparties: Option<u32>,

    /// Follow on at this address, or wherever a label or listing of this name stops, as if it were a
    /// wallet like others: what leaves it is taken for its own, other people's money included. At a hub
    /// its history is downloaded (can be repeated; `none` forgets them) [default: what the case says]
    #[arg(long, value_name = "[CHAIN:]ADDRESS|LABEL")]
    pub(crate) through: Vec<String>,

    /// Do not follow amounts below this share of their seed, in percent [default: what the
    /// case says, else 0]
    #[arg(long, value_name = "PERCENT")]
    pub(crate) min_share: Option<String>,

    /// Do not follow amounts worth less than this at the day of the transfer; needs --prices or
    /// --price-source stable, and an amount without a price from there is always followed
    #[arg(long, value_name = "USD")]
    pub(crate) min_usd: Option<String>,
}
