//! What came out, and its limits.

use std::fmt;

use crate::measure::Samples;

/// One Markdown table.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<Row>,
    notes: Vec<String>,
}

/// One line: a figure of ours, next to something else.
#[derive(Debug)]
pub(crate) struct Row {
    what: String,
    ours: String,
    other: String,
    /// What is compared with the limit.
    figure: Figure,
    limit: Option<Limit>,
}

/// A whole number, or a ratio in thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Figure {
    Count(u64),
    Ratio(u64),
}

/// In the figure's unit: as a count, or in thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Limit {
    AtMost(u64),
    AtLeast(u64),
}

impl Row {
    /// Ours by other, in time.
    pub(crate) fn times(what: &str, ours: &Samples, other: &Samples) -> Self {
        let nanos = |samples: &Samples| samples.median().as_nanos();
        let ratio = nanos(ours) * 1_000 / nanos(other).max(1);
        Self::new(
            what,
            ours.to_string(),
            other.to_string(),
            Figure::Ratio(u64::try_from(ratio).unwrap_or(u64::MAX)),
        )
    }

    /// Ours by other, as counts.
    pub(crate) fn counts(what: &str, ours: u64, other: u64) -> Self {
        let ratio = Figure::Ratio(ours.saturating_mul(1_000) / other.max(1));
        Self::new(what, grouped(ours), grouped(other), ratio)
    }

    /// A count of ours that is itself compared with the limit.
    pub(crate) fn count(what: &str, ours: u64, unit: &str) -> Self {
        let shown = format!("{} {unit}", grouped(ours));
        Self::new(what, shown, "–".to_owned(), Figure::Count(ours))
    }

    fn new(what: &str, ours: String, other: String, figure: Figure) -> Self {
        Self { what: what.to_owned(), ours, other, figure, limit: None }
    }

    /// Shows something else beside it, which is not compared.
    pub(crate) fn beside(mut self, other: impl Into<String>) -> Self {
        self.other = other.into();
        self
    }

    /// The most that it may be: thousandths for a ratio, else the count.
    pub(crate) const fn at_most(mut self, limit: u64) -> Self {
        self.limit = Some(Limit::AtMost(limit));
        self
    }

    /// The least that it may be: thousandths for a ratio, else the count.
    pub(crate) const fn at_least(mut self, limit: u64) -> Self {
        self.limit = Some(Limit::AtLeast(limit));
        self
    }

    const fn is_met(&self) -> bool {
        let (Figure::Count(figure) | Figure::Ratio(figure)) = self.figure;
        match self.limit {
            None => true,
            Some(Limit::AtMost(limit)) => figure <= limit,
            Some(Limit::AtLeast(limit)) => figure >= limit,
        }
    }
}

impl Table {
    pub(crate) fn add(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// A line of text below the table.
    pub(crate) fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    /// Whether every figure keeps its limit.
    pub(crate) fn is_met(&self) -> bool {
        assert!(!self.rows.is_empty(), "a bench measured nothing");
        self.rows.iter().all(Row::is_met)
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| what | ours | other | ratio | limit | |")?;
        writeln!(f, "|---|---:|---:|---:|---:|---|")?;
        for row in &self.rows {
            let ratio = match row.figure {
                Figure::Ratio(_) => shown(row.figure),
                Figure::Count(_) => "–".to_owned(),
            };
            let unit = |limit| match row.figure {
                Figure::Ratio(_) => shown(Figure::Ratio(limit)),
                Figure::Count(_) => shown(Figure::Count(limit)),
            };
            let (limit, verdict) = match row.limit {
                None => ("–".to_owned(), ""),
                Some(Limit::AtMost(limit)) => (format!("≤ {}", unit(limit)), verdict(row)),
                Some(Limit::AtLeast(limit)) => (format!("≥ {}", unit(limit)), verdict(row)),
            };
            let Row { what, ours, other, .. } = row;
            writeln!(f, "| {what} | {ours} | {other} | {ratio} | {limit} | {verdict} |")?;
        }
        writeln!(f)?;
        for note in &self.notes {
            writeln!(f, "{note}\n")?;
        }
        Ok(())
    }
}

const fn verdict(row: &Row) -> &'static str {
    if row.is_met() { "pass" } else { "**FAIL**" }
}

fn shown(figure: Figure) -> String {
    match figure {
        Figure::Count(count) => grouped(count),
        Figure::Ratio(thousandths) => {
            format!("{}.{:02}", thousandths / 1_000, thousandths % 1_000 / 10)
        }
    }
}

/// Prints `1,234,567`.
pub(crate) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Row, Table, grouped};
    use crate::measure::Samples;

    fn seconds(seconds: &[u64]) -> Samples {
        Samples::new(seconds.iter().copied().map(Duration::from_secs).collect())
    }

    #[test]
    fn a_figure_that_misses_its_limit_fails_the_table() {
        let check = |row: Row, is_met: bool, shown: &str| {
            let mut table = Table::default();
            table.add(row);
            assert_eq!(table.is_met(), is_met);
            assert_eq!(table.to_string().lines().nth(2), Some(shown));
        };
        let (ours, other) = (seconds(&[3, 1, 2]), seconds(&[1, 1, 9]));
        let row = || Row::times("a", &ours, &other);
        let start = "| a | 2.00 s (1.00–3.00) | 1.00 s (1.00–9.00) | 2.00 |";
        check(row().at_most(2_000), true, &format!("{start} ≤ 2.00 | pass |"));
        check(row().at_most(1_999), false, &format!("{start} ≤ 1.99 | **FAIL** |"));
        check(row().at_least(2_000), true, &format!("{start} ≥ 2.00 | pass |"));
        check(row().at_least(2_001), false, &format!("{start} ≥ 2.00 | **FAIL** |"));
        check(row(), true, &format!("{start} – |  |"));
        check(
            Row::count("b", 1_234, "bytes").at_most(90),
            false,
            "| b | 1,234 bytes | – | – | ≤ 90 | **FAIL** |",
        );
        check(
            Row::counts("c", 115, 100).at_most(1_150),
            true,
            "| c | 115 | 100 | 1.15 | ≤ 1.15 | pass |",
        );
        check(Row::counts("c", 1, 0), true, "| c | 1 | 0 | 1.00 | – |  |");
    }

    #[test]
    fn digits_stand_in_groups_of_three() {
        let check = |count: u64, text: &str| assert_eq!(grouped(count), text);
        check(0, "0");
        check(999, "999");
        check(1_000, "1,000");
        check(1_234_567, "1,234,567");
    }
}
