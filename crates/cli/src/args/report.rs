//! `fundtrail report`
#![allow(rustdoc::broken_intra_doc_links, reason = "help texts show what is optional in brackets")]

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::shared::Output;
use super::words::{FlagName, RuleName};

/// Make the reports of a case again, without network
///
/// Everything comes from the case file: the same file gives the same bytes.
#[derive(Debug, Args)]
pub(crate) struct Report {
    /// Case file
    #[arg(value_name = "CASE", required_unless_present = "schema")]
    pub(crate) case: Option<PathBuf>,

    /// Print the JSON Schema of the JSON report, and nothing else
    #[arg(long, exclusive = true)]
    pub(crate) schema: bool,

    /// Which lots an outgoing transfer takes [default: what the case says]
    #[arg(long, value_enum)]
    pub(crate) rule: Option<RuleName>,

    /// Which flows count as findings; every listing is shown, with both verdicts [default: what the case
    /// says]
    #[arg(long, value_enum, value_name = "WHEN")]
    pub(crate) flag: Option<FlagName>,

    /// Tell only the paths to where this ending is, or to this address, and print nothing else: an ending
    /// of the report (E7) or [CHAIN:]ADDRESS
    #[arg(long, value_name = "ENDING|ADDRESS")]
    pub(crate) path: Option<String>,

    /// Instead of the report draft letters to those whom it names: with --out letters.md or .txt all in one file, with
    /// a folder one file each, with a folder and --format pdf as PDF
    #[arg(long, value_enum, value_name = "TO", conflicts_with = "path")]
    pub(crate) letter: Option<LetterTo>,

    #[command(flatten)]
    pub(crate) output: Output,

    /// Say how long it took to find out what the report tells, and to write it
    #[arg(long, hide = true)]
    pub(crate) timings: bool,
}

/// Whom letters are drafted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LetterTo {
    /// Exchanges and other services: preserve records, hold the value, say whose account it is
    Exchange,
    /// Issuers of tokens that are still held: freeze them
    Issuer,
    /// Operators of bridges: say on which chain, at which address and by which transaction it came out
    Bridge,
}
