//! What can be typed. What it means is decided in `commands`, once, before anything expensive.
#![allow(rustdoc::broken_intra_doc_links, reason = "help texts show what is optional in brackets")]

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use fundtrail_model::{Direction, FlagRule, Rule};

use crate::destination::Format;
use crate::rules::Rules;
use crate::wallet::WalletFormat;

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

    /// Node to ask: [CHAIN=]URL (can be repeated) [default: public endpoints]
    #[arg(long, value_name = "URL", help_heading = "Nodes")]
    pub(crate) rpc: Vec<String>,

    /// Ask no node: report on what the case holds of the addresses, by the names that it keeps
    #[arg(long, requires = "case", conflicts_with_all = ["rpc", "labels", "allow_unsourced",
        "second_opinions", "replay", "record"], help_heading = "Nodes")]
    pub(crate) offline: bool,

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

#[derive(Debug, Args)]
pub(crate) struct OwnLists {
    /// Own labels, listings or tokens, as CSV (can be repeated)
    #[arg(long, value_name = "FILE")]
    pub(crate) labels: Vec<PathBuf>,

    /// Take labels that name no source, too: they come after all others, and are shown as nobody's
    #[arg(long)]
    pub(crate) allow_unsourced: bool,
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

/// A direction, as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DirectionName {
    /// Where it went
    Out,
    /// Where it came from
    In,
}

impl From<DirectionName> for Direction {
    fn from(name: DirectionName) -> Self {
        match name {
            DirectionName::Out => Self::Out,
            DirectionName::In => Self::In,
        }
    }
}

/// A rule, as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RuleName {
    /// The oldest lots first; needs the whole ledger
    Fifo,
    /// The newest lots first; needs the whole ledger
    Lifo,
    /// The same share of every lot; needs the whole ledger
    Haircut,
    /// Stolen lots first, then clean ones
    DirtyFirst,
    /// Clean lots first: the lowest intermediate balance; needs the whole ledger
    Libr,
    /// All that leaves an account which stolen value reached: upper bounds
    Poison,
    /// The report by dirty-first, and what ended where by every rule, side by side
    All,
}

impl From<RuleName> for Rules {
    fn from(name: RuleName) -> Self {
        Self::One(match name {
            RuleName::Fifo => Rule::Fifo,
            RuleName::Lifo => Rule::Lifo,
            RuleName::Haircut => Rule::Haircut,
            RuleName::DirtyFirst => Rule::DirtyFirst,
            RuleName::Libr => Rule::Libr,
            RuleName::Poison => Rule::Poison,
            RuleName::All => return Self::All,
        })
    }
}

/// A source of prices, as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PriceSourceName {
    /// The file of --prices
    Csv,
    /// Chainlink feeds, and Uniswap v3 pools where no feed has one, read through the same nodes at the
    /// end of each block of the report; an archive node is needed
    Chain,
    /// 1 USD, by convention, for the tokens of the built-in list that are meant to be worth that
    Stable,
    /// No prices
    None,
}

/// A rule of flagging, as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FlagName {
    /// Flows that were, or may have been, sanctioned on the day of the transfer
    Then,
    /// Flows whose address is, or may be, sanctioned today
    Now,
    /// Flows that touched an address with any listing, past or present
    Ever,
}

impl From<FlagName> for FlagRule {
    fn from(name: FlagName) -> Self {
        match name {
            FlagName::Then => Self::Then,
            FlagName::Now => Self::Now,
            FlagName::Ever => Self::Ever,
        }
    }
}

/// A finding that can end the program with its own exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// An address with a sanctions listing that counts: by default any, past or present
    Listed,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        super::Cli::command().debug_assert();
    }
}
