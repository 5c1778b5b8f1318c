//! One file per command, and the one place where an outcome becomes an exit code.

mod case;
mod chains;
mod completions;
mod demo;
mod fetch;
mod lists;
mod report;
mod rpc;
mod screen;
mod trace;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use crate::again;
use crate::args::{Cli, Command, FailOn, Tape, Verdict};
use crate::chains::Chains;
use crate::error::{Error, Exit};
use crate::nodes::Nodes;
use crate::settings::Settings;
use crate::ui;

/// Runs what was typed.
pub(crate) fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.collect();
    let exit = match Cli::try_parse_from(&arguments) {
        Ok(cli) => match dispatch(cli.command, &again::command(&arguments)) {
            Ok(exit) => exit,
            Err(error) => {
                ui::error(&error);
                error.exit()
            }
        },
        Err(error) => {
            ui::clap(&error);
            if error.use_stderr() { Exit::Usage } else { Exit::Done }
        }
    };
    ExitCode::from(exit.code())
}

fn dispatch(command: Command, again: &str) -> Result<Exit, Error> {
    match command {
        Command::Demo(args) => demo::run(&args),
        Command::Trace(args) => trace::run(&args, again),
        Command::Fetch(args) => fetch::run(&args, again),
        Command::Screen(args) => screen::run(&args, again),
        Command::Report(args) => report::run(&args),
        Command::Case(args) => case::run(&args),
        Command::Lists(args) => lists::run(&args),
        Command::Rpc(args) => rpc::run(&args),
        Command::Chains => chains::run(),
        Command::Completions(args) => completions::run(&args),
    }
}

/// The nodes to ask: those that were named, or a recording of them.
fn nodes(tape: &Tape, settings: &Settings, chains: &Chains) -> Result<Nodes, Error> {
    let nodes = match &tape.replay {
        Some(folder) => Nodes::replaying_folder(folder)?,
        None => Nodes::new(&settings.rpc, chains, settings.timeout, &settings.max_rps)?,
    };
    Ok(if tape.record.is_some() { nodes.record() } else { nodes })
}

/// How a run ends that did what it was told.
fn verdict(asked: &Verdict, is_flagged: bool, is_complete: bool) -> Exit {
    if asked.fail_on == Some(FailOn::Listed) && is_flagged {
        return Exit::Flagged;
    }
    if asked.require_complete && !is_complete {
        ui::warning("not everything was looked at, or not everything adds up");
        return Exit::Incomplete;
    }
    Exit::Done
}

/// Runs asynchronous work to its end, or until Ctrl-C. `again` is the command that goes on after that.
fn block_on<T>(
    work: impl Future<Output = Result<T, Error>>,
    again: Option<&str>,
) -> Result<T, Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Error::failed(format!("cannot start: {error}"), "free some memory"))?;
    runtime.block_on(async {
        tokio::select! {
            outcome = work => outcome,
            _ = tokio::signal::ctrl_c() => Err(Error::Interrupted { again: again.map(str::to_owned) }),
        }
    })
}
