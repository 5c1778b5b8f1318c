//! What can be typed. What it means is decided in `commands`, once, before anything expensive.
#![allow(rustdoc::broken_intra_doc_links, reason = "help texts show what is optional in brackets")]

mod fetch;
mod lists;
mod report;
mod screen;
mod shared;
mod trace;
mod words;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub(crate) use fetch::Fetch;
pub(crate) use lists::{Exported, Lists, ListsCheck, ListsImport, ListsUpdate, StoreFile};
pub(crate) use report::{LetterTo, Report};
pub(crate) use screen::Screen;
pub(crate) use shared::{Allowed, Naming, Nodes, OwnLists, Tape, Verdict};
pub(crate) use trace::{Following, Trace};
pub(crate) use words::{FailOn, PriceSourceName, RuleName};

/// Follows stolen funds on EVM chains and accounts for every unit of them
///
/// From a theft to a report: fetches the transfers of every wallet that held stolen value from public
/// nodes, follows each unit to where it is now, and flags flows that touch sanctioned addresses. What is
/// not known is said.
#[derive(Debug, Parser)]
#[command(name = "fundtrail", version, help_expected = true, args_override_self = true)]
#[command(after_help = "Exit codes: 0 done, 1 failed, 2 usage, 3 flagged (only with --fail-on), \
    4 incomplete (with --require-complete; with --fail-on where the lists were not asked), 130 interrupted.")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Demo(Demo),
    Trace(Box<Trace>),
    Fetch(Fetch),
    Screen(Box<Screen>),
    Report(Report),
    /// Look into a case file
    #[command(subcommand)]
    Case(Case),
    /// Look into the sanctions lists and labels
    #[command(subcommand)]
    Lists(Lists),
    /// Look at nodes
    #[command(subcommand)]
    Rpc(Rpc),
    /// List the chains that are known by name
    Chains,
    Completions(Completions),
}

/// Run the main job on a recorded case, without network
///
/// Replays two recorded chains through the same code that asks real nodes: the reconstruction of the
/// theft of more than $900,000 by four North Korean IT workers in 2022. Wallets and exchange accounts in
/// it are invented, and every page says so.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Folder for the case and the reports; made if it is missing
    #[arg(long, value_name = "DIR", default_value = "fundtrail-demo")]
    pub(crate) out: PathBuf,

    /// Which lots an outgoing transfer takes
    #[arg(long, value_enum, default_value_t = RuleName::DirtyFirst)]
    pub(crate) rule: RuleName,

    /// Day that sanctions are judged on besides the day of each transfer [default: today]
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) as_of: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Case {
    /// Show what a case holds: seeds, settings, coverage, counts, digest
    Show {
        /// Case file
        #[arg(value_name = "CASE")]
        case: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Rpc {
    /// Ask nodes what they can do, and say what can be traced with them
    Check {
        /// Node to ask (can be repeated)
        #[arg(required = true, value_name = "URL")]
        urls: Vec<String>,

        /// Give up on an answer after so many seconds
        #[arg(long, value_name = "SECONDS", default_value_t = 30,
            value_parser = clap::value_parser!(u64).range(1..=600))]
        timeout: u64,
    },
}

/// Print completions for a shell
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// Which shell
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        super::Cli::command().debug_assert();
    }
}
