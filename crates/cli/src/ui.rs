//! The one place that prints: stdout is data, stderr is talk.
#![expect(clippy::print_stderr, reason = "this is the module that prints")]

use std::io::{IsTerminal, Write};
use std::sync::OnceLock;

use indicatif::MultiProgress;

use crate::error::Error;

/// Prints data.
pub(crate) fn data(text: &str) {
    bytes(text.as_bytes());
}

/// Prints data that is not text.
pub(crate) fn bytes(bytes: &[u8]) {
    let mut out = std::io::stdout().lock();
    // A closed pipe (`fundtrail … | head`) is the reader's choice, not an error of ours.
    let _ = out.write_all(bytes).and_then(|()| out.flush());
}

/// Says something on the way.
pub(crate) fn talk(text: &str) {
    between_bars(|| eprintln!("{text}"));
}

/// Says what went wrong, and what to do next.
pub(crate) fn error(error: &Error) {
    between_bars(|| {
        eprintln!("error: {error}");
        if let Some(hint) = error.hint() {
            eprintln!("hint: {hint}");
        }
    });
}

/// Says what weakens the answer without preventing it.
pub(crate) fn warning(text: &str) {
    between_bars(|| eprintln!("warning: {text}"));
}

/// Lines that move, on stderr. They are only drawn where that is a terminal.
pub(crate) fn bars() -> &'static MultiProgress {
    BARS.get_or_init(MultiProgress::new)
}

static BARS: OnceLock<MultiProgress> = OnceLock::new();

/// Takes lines that move away while something is printed.
fn between_bars(print: impl FnOnce()) {
    match BARS.get() {
        Some(bars) => bars.suspend(print),
        None => print(),
    }
}

/// Prints what clap made: help goes to stdout, complaints to stderr.
pub(crate) fn clap(error: &clap::Error) {
    let _ = error.print();
}

/// Whether stdout shows colours.
pub(crate) fn has_colour() -> bool {
    std::io::stdout().is_terminal() && crate::config::environment("NO_COLOR").is_none()
}

/// How many columns stdout has; 100 where nobody says.
pub(crate) fn width() -> usize {
    crate::config::environment("COLUMNS")
        .and_then(|columns| columns.parse().ok())
        .or_else(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)))
        .unwrap_or(100)
        .clamp(40, 200)
}
