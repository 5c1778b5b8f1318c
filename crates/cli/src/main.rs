//! `fundtrail` follows stolen funds on EVM chains and accounts for every unit of them.
//!
//! The only crate that reads arguments, environment and clock, prints, and exits. It introduces the
//! other crates to each other: `fetch` fills the case in `store`, `graph` follows over it with the names
//! that `labels` gives, `report` shows the trail.

mod again;
mod args;
mod aside;
mod behaviour;
mod budget;
mod chains;
mod clock;
mod commands;
mod config;
mod destination;
mod error;
mod evidence;
mod finality;
mod job;
mod names;
mod nodes;
mod opinions;
mod paths;
mod presentation;
mod prices;
mod progress;
mod pursuit;
mod reorg;
mod rules;
mod seeds;
mod settings;
mod through;
mod ui;
mod wallet;
mod workbook;

use std::process::ExitCode;

fn main() -> ExitCode {
    commands::run(std::env::args_os())
}
