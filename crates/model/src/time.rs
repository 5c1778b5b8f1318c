//! Time: seconds for blocks, days for lists.

use std::fmt;

pub use jiff::civil::Date;

/// Seconds since 1970-01-01 00:00:00 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub u64);

impl Timestamp {
    fn civil(self) -> Option<jiff::civil::DateTime> {
        let seconds = i64::try_from(self.0).ok()?;
        let instant = jiff::Timestamp::from_second(seconds).ok()?;
        Some(jiff::tz::Offset::UTC.to_datetime(instant))
    }

    /// The day, in UTC; `None` for a time after the year 9999, which only a lying node gives.
    #[must_use]
    pub fn date(self) -> Option<Date> {
        self.civil().map(jiff::civil::DateTime::date)
    }

    /// The first second of a day, in UTC; `None` before 1970.
    #[must_use]
    pub fn start_of(date: Date) -> Option<Self> {
        let instant = jiff::tz::Offset::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok()?;
        u64::try_from(instant.as_second()).ok().map(Self)
    }
}

/// Prints `2022-03-29 11:19:50 UTC`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.civil() {
            Some(at) => write!(
                f,
                "{:04}-{:02}-{:02} {:02}:{:02}:{:02} UTC",
                at.year(),
                at.month(),
                at.day(),
                at.hour(),
                at.minute(),
                at.second()
            ),
            None => write!(f, "second {} of Unix time", self.0),
        }
    }
}

/// Reads `2022-03-29`; `None` for anything else, other ways of writing a day included.
#[must_use]
pub fn parse_date(text: &str) -> Option<Date> {
    (text.len() == 10).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::{Timestamp, parse_date};

    #[test]
    fn seconds_are_days_in_utc() {
        let theft = Timestamp(1_648_552_790);
        assert_eq!(theft.to_string(), "2022-03-29 11:19:50 UTC");
        assert_eq!(theft.date(), parse_date("2022-03-29"));
        assert_eq!(Timestamp::start_of(theft.date().unwrap()), Some(Timestamp(1_648_512_000)));
        assert_eq!(Timestamp(u64::MAX).date(), None);
        assert_eq!(Timestamp(u64::MAX).to_string(), "second 18446744073709551615 of Unix time");
    }

    #[test]
    fn only_plain_days_are_dates() {
        assert_eq!(parse_date("2022-02-30"), None);
        assert_eq!(parse_date("2022-3-1"), None);
        assert_eq!(parse_date("20220301"), None);
        assert_eq!(parse_date("2022-03-01T00:00"), None);
    }
}
