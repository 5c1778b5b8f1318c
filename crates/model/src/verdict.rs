//! What a listing makes of a movement of value: then and now.

use std::fmt;

use crate::{Date, DateBound, Listing, ListingStatus};

/// What a listing says of one movement: on its day, and as of another day, which is called today.
///
/// Both are always said. A listing that came later does not make a payment an offence, and one that has
/// ended does not undo that it was one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Verdict {
    /// On the day of the movement; `None` where that day is not known.
    pub then: Option<ListingStatus>,
    /// Today.
    pub now: ListingStatus,
}

impl Verdict {
    /// Judges a movement of `day`.
    #[must_use]
    pub fn of(listing: &Listing, day: Option<Date>, today: Date) -> Self {
        Self { then: day.map(|day| listing.status_on(day)), now: listing.status_on(today) }
    }

    /// Whether the listing was in force at the movement, or may have been. A movement whose day is not
    /// known is not cleared.
    #[must_use]
    pub fn may_count_then(self) -> bool {
        self.then.is_none_or(may_be_in_force)
    }

    /// Whether the listing is in force today, or may be.
    #[must_use]
    pub const fn may_count_now(self) -> bool {
        may_be_in_force(self.now)
    }

    /// Whether it was in force at the movement or is today, or may be.
    #[must_use]
    pub fn may_be_in_force(self) -> bool {
        self.may_count_then() || self.may_count_now()
    }

    /// Both halves in short, `listed later; not sanctioned today`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        use ListingStatus::{Delisted, Listed, NotYetListed, PerhapsDelisted, PerhapsListed};
        match (self.then, self.now) {
            (None, NotYetListed | Delisted) => "time not known; not sanctioned today",
            (None, Listed) => "time not known; sanctioned today",
            (None, _) => "time not known; perhaps sanctioned today",
            (Some(NotYetListed), NotYetListed) => "not listed; not sanctioned today",
            (Some(NotYetListed), Delisted) => "listed later; not sanctioned today",
            (Some(NotYetListed), Listed) => "listed later; sanctioned today",
            (Some(NotYetListed), _) => "listed later; perhaps sanctioned today",
            (Some(Listed), NotYetListed | Delisted) => {
                "sanctioned at the transfer; not sanctioned today"
            }
            (Some(Listed), Listed) => "sanctioned at the transfer; sanctioned today",
            (Some(Listed), _) => "sanctioned at the transfer; perhaps sanctioned today",
            (Some(PerhapsListed | PerhapsDelisted), NotYetListed | Delisted) => {
                "perhaps sanctioned at the transfer; not sanctioned today"
            }
            (Some(PerhapsListed | PerhapsDelisted), Listed) => {
                "perhaps sanctioned at the transfer; sanctioned today"
            }
            (Some(PerhapsListed | PerhapsDelisted), _) => {
                "perhaps sanctioned at the transfer; perhaps sanctioned today"
            }
            (Some(Delisted), NotYetListed | Delisted) => "delisted before; not sanctioned today",
            (Some(Delisted), Listed) => "delisted before; sanctioned today",
            (Some(Delisted), _) => "delisted before; perhaps sanctioned today",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

const fn may_be_in_force(status: ListingStatus) -> bool {
    matches!(
        status,
        ListingStatus::PerhapsListed | ListingStatus::Listed | ListingStatus::PerhapsDelisted
    )
}

/// How long before (positive) or after (negative) its listing something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lead {
    /// Whole days from the movement to the listing.
    pub days: i64,
    /// Whether the listing may be older than that.
    pub is_bound: bool,
}

impl Lead {
    /// From a movement of `day` to the listing.
    #[must_use]
    pub fn of(listing: &Listing, day: Date) -> Self {
        Self {
            days: listing.listed.date().duration_since(day).as_hours() / 24,
            is_bound: matches!(listing.listed, DateBound::NoLaterThan(_)),
        }
    }
}

/// Which verdicts count as findings: a setting of the case, because an exchange that must know what it may
/// not touch today and a court that judges a payment of 2022 ask different questions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FlagRule {
    /// What was, or may have been, sanctioned when it was paid.
    Then,
    /// What is, or may be, sanctioned today.
    Now,
    /// What has a listing at all, whenever it began or ended.
    #[default]
    Ever,
}

impl FlagRule {
    /// Every rule, in order.
    pub const ALL: [Self; 3] = [Self::Then, Self::Now, Self::Ever];

    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Then => "then",
            Self::Now => "now",
            Self::Ever => "ever",
        }
    }

    /// The rule of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.name() == name)
    }

    /// Whether a verdict counts.
    #[must_use]
    pub fn flags(self, verdict: Verdict) -> bool {
        match self {
            Self::Then => verdict.may_count_then(),
            Self::Now => verdict.may_count_now(),
            Self::Ever => true,
        }
    }
}

impl fmt::Display for FlagRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::{FlagRule, Lead, Verdict};
    use crate::{Address, Date, DateBound, Listing, parse_date};

    fn day(text: &str) -> Date {
        parse_date(text).unwrap()
    }

    fn listing(listed: DateBound, delisted: Option<&str>) -> Listing {
        Listing {
            address: Address::zero(),
            entity: "TORNADO CASH".into(),
            authority: "OFAC SDN".into(),
            programme: None,
            listed,
            delisted: delisted.map(|text| DateBound::On(day(text))),
            source: "test".into(),
            list: None,
            is_invented: true,
        }
    }

    #[test]
    fn then_and_now_are_judged_and_the_rule_says_which_counts() {
        let check =
            |listed: DateBound, delisted, on: Option<&str>, words: &str, flags: [bool; 3]| {
                let listing = listing(listed, delisted);
                let verdict = Verdict::of(&listing, on.map(day), day("2026-11-23"));
                assert_eq!(verdict.to_string(), words, "{on:?}");
                let found = FlagRule::ALL.map(|rule| rule.flags(verdict));
                assert_eq!(found, flags, "{words}");
                assert_eq!(verdict.may_be_in_force(), flags[0] || flags[1], "{words}");
            };
        let tornado = || DateBound::On(day("2022-08-08"));
        let gone = Some("2025-03-21");
        check(
            tornado(),
            gone,
            Some("2022-03-30"),
            "listed later; not sanctioned today",
            [false, false, true],
        );
        check(
            tornado(),
            gone,
            Some("2022-09-01"),
            "sanctioned at the transfer; not sanctioned today",
            [true, false, true],
        );
        check(
            tornado(),
            gone,
            Some("2025-04-01"),
            "delisted before; not sanctioned today",
            [false, false, true],
        );
        check(tornado(), gone, None, "time not known; not sanctioned today", [true, false, true]);
        let ronin = || DateBound::On(day("2022-04-14"));
        check(
            ronin(),
            None,
            Some("2022-04-04"),
            "listed later; sanctioned today",
            [false, true, true],
        );
        check(
            ronin(),
            None,
            Some("2022-04-14"),
            "sanctioned at the transfer; sanctioned today",
            [true, true, true],
        );
        check(
            DateBound::NoLaterThan(day("2022-04-14")),
            None,
            Some("2022-04-04"),
            "perhaps sanctioned at the transfer; sanctioned today",
            [true, true, true],
        );
    }

    #[test]
    fn leads_count_days_to_the_listing() {
        let check = |listed: DateBound, on: &str, days: i64, is_bound: bool| {
            assert_eq!(Lead::of(&listing(listed, None), day(on)), Lead { days, is_bound });
        };
        check(DateBound::On(day("2022-04-14")), "2022-04-04", 10, false);
        check(DateBound::On(day("2022-04-14")), "2022-04-15", -1, false);
        check(DateBound::NoLaterThan(day("2022-08-08")), "2022-03-30", 131, true);
    }

    #[test]
    fn rules_have_names() {
        for rule in FlagRule::ALL {
            assert_eq!(FlagRule::from_name(rule.name()), Some(rule));
        }
        assert_eq!(FlagRule::from_name("never"), None);
        assert_eq!(FlagRule::default(), FlagRule::Ever);
    }
}
