//! `just score CASE_DIR`: how much of a published list of flows a blind trace finds.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use fundtrail_score::list::FlowList;
use fundtrail_score::run::run;
use fundtrail_score::score::Share;
use fundtrail_score::script::Manner;

/// Plays a published list of flows on a real node among decoys, traces it blind from what its sources received,
/// and says how much of it was found
///
/// The program `fundtrail` has to stand beside this one: `just score` sees to that.
#[derive(Debug, Parser)]
#[command(name = "score")]
struct Arguments {
    /// Folder with flow_records.csv, source_addresses.csv and terminal_addresses.csv
    case_dir: PathBuf,
    /// Play it in the native coin instead of a token
    #[arg(long)]
    native: bool,
    /// Play it at the real distances between its blocks, on a node that searches 1,000 blocks at once
    #[arg(long)]
    sparse: bool,
    /// Decoy transfers for each flow
    #[arg(long, value_name = "N", default_value_t = 10)]
    decoys: u64,
    /// Customers whom the terminal of most flows pays, as an exchange does, once something stolen came
    #[arg(long, value_name = "N", default_value_t = 0)]
    customers: u64,
    /// How many of them it pays in a block
    #[arg(long, value_name = "N", default_value_t = 25)]
    pace: u64,
    /// Start of the decoys' dice
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// More arguments for `fundtrail trace`, for example `-- --rule haircut`
    #[arg(last = true)]
    more: Vec<String>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let list = match FlowList::read(&arguments.case_dir) {
        Ok(list) => list,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(2);
        }
    };
    let manner = Manner {
        is_native: arguments.native,
        is_sparse: arguments.sparse,
        decoys: arguments.decoys,
        customers: arguments.customers,
        pace: arguments.pace,
        seed: arguments.seed,
    };
    let own = std::env::current_exe().unwrap_or_default();
    match run(&list, manner, &own.with_file_name("fundtrail"), &arguments.more) {
        Ok(outcome) => {
            println!("{outcome}");
            let is_sound = outcome.full_pass.of_value().iter().all(|share| *share == Share::WHOLE);
            if is_sound {
                return ExitCode::SUCCESS;
            }
            eprintln!("error: a pass over every transfer must be whole: the replay is at fault");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
