//! `fundtrail completions`

use clap::CommandFactory;

use crate::args::{Cli, Completions};
use crate::error::{Error, Exit};
use crate::ui;

pub(crate) fn run(args: &Completions) -> Result<Exit, Error> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "fundtrail", &mut script);
    ui::bytes(&script);
    Ok(Exit::Done)
}
