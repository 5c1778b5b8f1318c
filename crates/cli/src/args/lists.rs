//! `fundtrail lists`
#![allow(rustdoc::broken_intra_doc_links, reason = "help texts show what is optional in brackets")]

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::shared::OwnLists;
use super::words::{FailOn, FlagName};

#[derive(Debug, Subcommand)]
pub(crate) enum Lists {
    /// Show the lists that are compiled in, kept or given, with their versions, dates and sources
    Show {
        #[command(flatten)]
        lists: OwnLists,

        #[command(flatten)]
        store: StoreFile,
    },
    Check(ListsCheck),
    Import(ListsImport),
    Update(ListsUpdate),
    /// Say what came, went and changed between two versions of a list
    Diff {
        /// The older version: its number as `lists show` gives it, or a file
        #[arg(value_name = "OLD")]
        old: String,

        /// The newer version: its number, or a file
        #[arg(value_name = "NEW")]
        new: String,

        #[command(flatten)]
        store: StoreFile,
    },
    /// Say which versions of which lists have an address, and since when and until when it was listed
    History {
        /// The address, of any chain
        #[arg(value_name = "ADDRESS")]
        address: String,

        #[command(flatten)]
        store: StoreFile,
    },
    /// Print all that is known as one of this program's own CSV files
    Export {
        /// What to print
        #[arg(value_enum, default_value_t = Exported::Listings)]
        what: Exported,

        #[command(flatten)]
        lists: OwnLists,

        #[command(flatten)]
        store: StoreFile,
    },
}

/// Say what is known of addresses: sanctions with their dates, labels with their sources
#[derive(Debug, Args)]
pub(crate) struct ListsCheck {
    /// Address to look up, of any chain (can be repeated)
    #[arg(required_unless_present = "from", value_name = "ADDRESS")]
    pub(crate) addresses: Vec<String>,

    /// File with one address per line, `-` for standard input: only those that are found are printed
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Option<PathBuf>,

    /// Chain to look on; sanctions hold on every chain [default: all]
    #[arg(long, value_name = "CHAIN")]
    pub(crate) chain: Option<String>,

    /// Day to judge on [default: today]
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) as_of: Option<String>,

    #[command(flatten)]
    pub(crate) lists: OwnLists,

    #[command(flatten)]
    pub(crate) store: StoreFile,

    /// Which listings count for --fail-on: in force on that day (then and now are the same here), or any
    /// [default: ever]
    #[arg(long, value_enum, value_name = "WHEN")]
    pub(crate) flag: Option<FlagName>,

    /// End with exit code 3 if this was found
    #[arg(long, value_enum, value_name = "FINDING")]
    pub(crate) fail_on: Option<FailOn>,
}

/// Keep a version of a list: every later command uses it
///
/// OFAC's SDN.CSV (with its SDN_COMMENTS.CSV), SDN_ENHANCED.XML and SDN_ADVANCED.XML, GraphSense's TagPacks,
/// OpenSanctions' JSON lines, label JSON as from block explorers, lists of addresses, and this program's own
/// CSV. A file that is wrong anywhere is refused, and the version before it stays in force.
#[derive(Debug, Args)]
pub(crate) struct ListsImport {
    /// File to read; SDN.CSV and SDN_COMMENTS.CSV given together are one list
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,

    /// What kind of list it is [default: told by how the file begins]
    #[arg(long, value_name = "KIND", value_parser = ["own", "addresses", "sdn-csv", "sdn-comments",
        "sdn-enhanced", "sdn-advanced", "tagpack", "opensanctions", "etherscan"])]
    pub(crate) kind: Option<String>,

    /// The list that the file is a version of [default: what the file calls itself, else its name]
    #[arg(long, value_name = "NAME")]
    pub(crate) list: Option<String>,

    /// The day that the file describes [default: what the file says, else a day in its name, else today]
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) published: Option<String>,

    /// Who says so, for files that do not say it themselves
    #[arg(long, value_name = "TEXT")]
    pub(crate) source: Option<String>,

    /// Name of addresses that have none
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,

    /// Category of labels that have none, for example `exchange` [default: other]
    #[arg(long, value_name = "CATEGORY")]
    pub(crate) category: Option<String>,

    /// Chain on which labels hold that name none [default: all, for label JSON Ethereum]
    #[arg(long, value_name = "CHAIN")]
    pub(crate) chain: Option<String>,

    /// Take a version that has less than half of the entries of the one before it
    #[arg(long)]
    pub(crate) allow_shrunk: bool,

    #[command(flatten)]
    pub(crate) store: StoreFile,
}

/// Download OFAC's list and keep it, if it is newer than what is kept
#[derive(Debug, Args)]
pub(crate) struct ListsUpdate {
    /// Where to get it [default: OFAC's SDN_ENHANCED.XML]
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,

    /// Give up after so many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 600,
        value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) timeout: u64,

    /// Take a version that has less than half of the entries of the one before it
    #[arg(long)]
    pub(crate) allow_shrunk: bool,

    #[command(flatten)]
    pub(crate) store: StoreFile,
}

/// What to export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Exported {
    /// Sanctions, past and present
    Listings,
    /// Names of addresses
    Labels,
    /// Tickers and decimals of tokens
    Tokens,
}

#[derive(Debug, Args)]
pub(crate) struct StoreFile {
    /// File of the list store, `none` for no store [default: FUNDTRAIL_LISTS, else `lists` in
    /// fundtrail.toml, else fundtrail/lists.sqlite in the user's data folder]
    #[arg(long, value_name = "FILE")]
    pub(crate) store: Option<PathBuf>,
}
