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
use crate::args::{Cli, Command};
use crate::error::{Error, Exit};
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
