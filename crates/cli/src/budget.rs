//! How much a run may ask, and how long it may take.

use std::time::{Duration, Instant};

use fundtrail_model::sanitize_claim;

use crate::error::Error;

/// What a run may use up; without limits where nothing was said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Allowance {
    pub(crate) requests: Option<u64>,
    pub(crate) time: Option<Duration>,
}

/// What is left of an allowance.
///
/// It is asked before each piece of the plan, and a piece that was begun is brought to its end: what was
/// paid for is kept. The first piece of a run is always fetched, so that any budget gets a case further.
#[derive(Debug)]
pub(crate) struct Budget {
    allowance: Allowance,
    start: Instant,
    has_begun: bool,
}

impl Budget {
    pub(crate) fn start(allowance: Allowance) -> Self {
        Self { allowance, start: Instant::now(), has_begun: false }
    }

    /// A piece is about to be fetched.
    pub(crate) const fn begin_piece(&mut self) {
        self.has_begun = true;
    }

    /// What is used up, in words, once something is.
    pub(crate) fn spent(&self, requests_sent: u64) -> Option<String> {
        if !self.has_begun {
            return None;
        }
        let Allowance { requests, time } = self.allowance;
        if let Some(allowed) = requests.filter(|allowed| *allowed <= requests_sent) {
            let requests = if allowed == 1 { "request" } else { "requests" };
            return Some(format!("its budget of {allowed} {requests} was spent"));
        }
        time.filter(|allowed| *allowed <= self.start.elapsed())
            .map(|allowed| format!("its budget of {} was spent", in_words(allowed)))
    }
}

/// Reads a span of time like `90s`, `10m` or `2h`.
pub(crate) fn parse_time(text: &str) -> Result<Duration, Error> {
    let wrong = || {
        Error::usage(
            format!("--max-time: `{}` is no span of time", sanitize_claim(text, 40)),
            "write it like 90s, 10m or 2h",
        )
    };
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let seconds = match text.get(digits.len()..) {
        Some("s") => 1,
        Some("m") => 60,
        Some("h") => 3_600,
        _ => return Err(wrong()),
    };
    let count: u64 = digits.parse().map_err(|_| wrong())?;
    count.checked_mul(seconds).filter(|span| *span > 0).map(Duration::from_secs).ok_or_else(wrong)
}

/// `90s`, `10m`, `2h`: the largest unit of which it is a whole number.
fn in_words(span: Duration) -> String {
    match span.as_secs() {
        seconds if seconds % 3_600 == 0 => format!("{}h", seconds / 3_600),
        seconds if seconds % 60 == 0 => format!("{}m", seconds / 60),
        seconds => format!("{seconds}s"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Allowance, Budget, in_words, parse_time};

    #[test]
    fn spans_of_time_are_read_and_written() {
        for (text, seconds, words) in
            [("90s", 90, "90s"), ("10m", 600, "10m"), ("2h", 7_200, "2h"), ("120s", 120, "2m")]
        {
            let span = parse_time(text).unwrap();
            assert_eq!(span, Duration::from_secs(seconds));
            assert_eq!(in_words(span), words);
        }
        for wrong in ["", "s", "10", "1d", "-1s", "1.5h", "0s", "10 m", "99999999999999999999h"] {
            let said = parse_time(wrong).unwrap_err().to_string();
            assert!(said.ends_with("is no span of time"), "{said}");
        }
        assert!(parse_time("18446744073709551615h").is_err());
    }

    #[test]
    fn a_budget_is_spent_only_after_the_first_piece() {
        let check = |requests, time, sent, expected: Option<&str>| {
            let mut budget = Budget::start(Allowance { requests, time });
            assert_eq!(budget.spent(sent), None);
            budget.begin_piece();
            assert_eq!(budget.spent(sent).as_deref(), expected);
        };
        check(None, None, u64::MAX, None);
        check(Some(10), None, 9, None);
        check(Some(10), None, 10, Some("its budget of 10 requests was spent"));
        check(None, Some(Duration::from_secs(3_600)), 0, None);
        check(None, Some(Duration::ZERO), 0, Some("its budget of 0h was spent"));
    }
}
