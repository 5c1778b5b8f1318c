//! How far a run is: a line per chain on a terminal; elsewhere a line now and then.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use fundtrail_model::ChainId;
use indicatif::{ProgressBar, ProgressStyle};

use crate::ui;

/// How often a line is printed where there is no terminal: a log should show that work goes on, not how.
const PATIENCE: Duration = Duration::from_secs(30);
/// Windows after which their pace says something.
const FIRST_PACE: usize = 4;

/// How far a run is.
pub(crate) struct Progress {
    /// What goes on before any chain is looked at.
    preparing: ProgressBar,
    chains: RefCell<BTreeMap<ChainId, (ProgressBar, Tally)>>,
    is_whole_plan: bool,
    last_line: Cell<Instant>,
}

impl Progress {
    /// With `is_whole_plan` all windows are planned from the start; otherwise what is found brings more.
    pub(crate) fn start(is_whole_plan: bool) -> Self {
        let last_line = Cell::new(Instant::now());
        Self { preparing: line(), chains: RefCell::default(), is_whole_plan, last_line }
    }

    /// What goes on before any chain is looked at.
    pub(crate) fn prepare(&self, message: String) {
        self.preparing.set_message(message);
    }

    /// So many windows of a chain are to be fetched next.
    pub(crate) fn planned(&self, chain: ChainId, name: &str, windows: usize) {
        self.preparing.finish_and_clear();
        let mut chains = self.chains.borrow_mut();
        let (bar, tally) = chains.entry(chain).or_insert_with(|| {
            let since = Some(Instant::now());
            let tally = Tally { name: name.to_owned(), since, ..Tally::default() };
            (line(), tally)
        });
        tally.planned = tally.done.saturating_add(windows);
        bar.set_message(tally.words(self.is_whole_plan, tally.time()));
    }

    /// So many requests were sent to a chain so far.
    pub(crate) fn asked(&self, chain: ChainId, requests: u64) {
        self.change(chain, |tally| tally.requests = requests);
    }

    /// A window, or a part of one, was fetched and stored.
    pub(crate) fn fetched(&self, chain: ChainId, window: Fetched) {
        self.change(chain, |tally| {
            tally.done = tally.done.saturating_add(usize::from(window.is_whole));
            tally.transfers = tally.transfers.saturating_add(window.transfers);
            (tally.requests, tally.nodes) = (window.requests, window.nodes);
        });
    }

    fn change(&self, chain: ChainId, change: impl FnOnce(&mut Tally)) {
        let mut chains = self.chains.borrow_mut();
        let Some((bar, tally)) = chains.get_mut(&chain) else { return };
        change(tally);
        let words = tally.words(self.is_whole_plan, tally.time());
        bar.set_message(words.clone());
        let now = Instant::now();
        if !std::io::stderr().is_terminal() && PATIENCE <= now.duration_since(self.last_line.get())
        {
            self.last_line.set(now);
            ui::talk(&words);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.preparing.finish_and_clear();
        for (bar, _) in self.chains.borrow().values() {
            bar.finish_and_clear();
        }
    }
}

/// What a window brought.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fetched {
    /// Whether nothing of the window is left to fetch.
    pub(crate) is_whole: bool,
    pub(crate) transfers: usize,
    pub(crate) requests: u64,
    pub(crate) nodes: usize,
}

#[derive(Clone, Debug, Default)]
struct Tally {
    name: String,
    done: usize,
    planned: usize,
    transfers: usize,
    requests: u64,
    nodes: usize,
    /// When its first windows were planned.
    since: Option<Instant>,
}

impl Tally {
    fn time(&self) -> Duration {
        self.since.map_or(Duration::ZERO, |since| since.elapsed())
    }

    fn words(&self, is_whole_plan: bool, spent: Duration) -> String {
        let Self { name, done, planned, transfers, requests, nodes, .. } = self;
        let count = |count: usize, one: &str| {
            format!("{} {one}{}", grouped(&count.to_string()), if count == 1 { "" } else { "s" })
        };
        let mut words = format!(
            "{name}: {} of {}, {}, {} requests",
            grouped(&done.to_string()),
            count(*planned, "window"),
            count(*transfers, "transfer"),
            grouped(&requests.to_string()),
        );
        if 1 < *nodes {
            words.push_str(&format!(" to {nodes} nodes"));
        }
        let left = planned.saturating_sub(*done);
        let pace = u32::try_from(*done).ok().filter(|_| FIRST_PACE <= *done && 0 < left);
        if let Some(done) = pace {
            let each = spent.checked_div(done).unwrap_or_default();
            let left = each.saturating_mul(u32::try_from(left).unwrap_or(u32::MAX));
            let bound = if is_whole_plan { "about" } else { "at least" };
            words.push_str(&format!(", {bound} {} left", rounded(left)));
        }
        words
    }
}

/// A line that moves, drawn only on a terminal.
fn line() -> ProgressBar {
    let bar = ui::bars().add(ProgressBar::new_spinner());
    // The template is a constant; a bad one would show the default line instead.
    if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg} {elapsed}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// A span in one unit, rounded up: more would claim to know more.
fn rounded(span: Duration) -> String {
    let seconds = span.as_secs().saturating_add(u64::from(0 < span.subsec_nanos()));
    match seconds {
        0..=89 => format!("{seconds} s"),
        90..=5_399 => format!("{} min", seconds.div_ceil(60)),
        _ => format!("{} h", seconds.div_ceil(3_600)),
    }
}

/// Digits in groups of three.
fn grouped(digits: &str) -> String {
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if 0 < place && digits.len().saturating_sub(place) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Tally, grouped, rounded};

    #[test]
    fn a_line_says_what_is_known_and_no_more() {
        let check = |done, planned, is_whole_plan, seconds, expected: &str| {
            let tally = Tally {
                name: "Ethereum".to_owned(),
                done,
                planned,
                transfers: 12_345,
                requests: 1_000,
                nodes: 1,
                ..Tally::default()
            };
            assert_eq!(tally.words(is_whole_plan, Duration::from_secs(seconds)), expected);
        };
        let start =
            |windows: &str| format!("Ethereum: {windows}, 12,345 transfers, 1,000 requests");
        // Nothing is said of what is left before the pace is known, and when nothing is left.
        check(0, 1, false, 0, &start("0 of 1 window"));
        check(3, 30, false, 30, &start("3 of 30 windows"));
        check(30, 30, true, 30, &start("30 of 30 windows"));
        check(10, 30, false, 20, &format!("{}, at least 40 s left", start("10 of 30 windows")));
        check(10, 1_500, true, 20, &format!("{}, about 50 min left", start("10 of 1,500 windows")));
    }

    #[test]
    fn several_nodes_are_counted() {
        let tally = Tally { name: "Base".to_owned(), nodes: 3, ..Tally::default() };
        assert_eq!(
            tally.words(true, Duration::ZERO),
            "Base: 0 of 0 windows, 0 transfers, 0 requests to 3 nodes"
        );
    }

    #[test]
    fn spans_are_rounded_up() {
        let check = |millis, expected: &str| {
            assert_eq!(rounded(Duration::from_millis(millis)), expected);
        };
        check(0, "0 s");
        check(1, "1 s");
        check(89_000, "89 s");
        check(90_001, "2 min");
        check(5_399_000, "90 min");
        check(5_400_000, "2 h");
    }

    #[test]
    fn digits_are_grouped() {
        for (digits, expected) in
            [("0", "0"), ("999", "999"), ("1000", "1,000"), ("1234567", "1,234,567")]
        {
            assert_eq!(grouped(digits), expected);
        }
    }
}
