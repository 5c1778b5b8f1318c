//! The one place that prints: stdout is data, stderr is talk.
#![expect(clippy::print_stderr, reason = "this is the module that prints")]

use std::io::{IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

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
    eprintln!("{text}");
}

/// Says what went wrong, and what to do next.
pub(crate) fn error(error: &Error) {
    eprintln!("error: {error}");
    if let Some(hint) = error.hint() {
        eprintln!("hint: {hint}");
    }
}

/// Says what weakens the answer without preventing it.
pub(crate) fn warning(text: &str) {
    eprintln!("warning: {text}");
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

/// A line that shows that work goes on. It is only drawn on a terminal.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    pub(crate) fn start() -> Self {
        let bar = ProgressBar::new_spinner();
        // The template is a constant; a bad one would show the default line instead.
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(120));
        Self(bar)
    }

    pub(crate) fn say(&self, message: String) {
        self.0.set_message(message);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
