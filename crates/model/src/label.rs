//! Names for addresses, sanctions, and what they mean for following, at a time.

use std::fmt;

use crate::{Address, ChainId, Date};

/// What kind of service or thing a label says an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// A custodial exchange, its hot wallets and deposit addresses.
    Exchange,
    /// A mixer or privacy pool.
    Mixer,
    /// A bridge to another chain.
    Bridge,
    /// A decentralised exchange: pools and routers.
    Dex,
    /// A lending market.
    Lending,
    /// A payment processor.
    Payment,
    /// A gambling service.
    Gambling,
    /// An address known for fraud.
    Scam,
    /// An address known for holding stolen funds.
    Theft,
    /// An address that a label, not a list of an authority, calls sanctioned.
    Sanctioned,
    /// A token contract.
    Token,
    /// The contract of a token whose issuer can freeze what an address holds of it.
    FreezableToken,
    /// The contract that wraps a chain's native coin.
    WrappedNative,
    /// An address whose key nobody has, for example the zero address.
    Burn,
    /// Anything else that has a name.
    Other,
    /// It has a name, and nobody says what it is.
    Unknown,
}

impl Category {
    /// Every category, in order.
    pub const ALL: [Self; 16] = [
        Self::Exchange,
        Self::Mixer,
        Self::Bridge,
        Self::Dex,
        Self::Lending,
        Self::Payment,
        Self::Gambling,
        Self::Scam,
        Self::Theft,
        Self::Sanctioned,
        Self::Token,
        Self::FreezableToken,
        Self::WrappedNative,
        Self::Burn,
        Self::Other,
        Self::Unknown,
    ];

    /// The word for it; it is also how files name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exchange => "exchange",
            Self::Mixer => "mixer",
            Self::Bridge => "bridge",
            Self::Dex => "dex",
            Self::Lending => "lending",
            Self::Payment => "payment",
            Self::Gambling => "gambling",
            Self::Scam => "scam",
            Self::Theft => "theft",
            Self::Sanctioned => "sanctioned",
            Self::Token => "token",
            Self::FreezableToken => "freezable-token",
            Self::WrappedNative => "wrapped-native",
            Self::Burn => "burn",
            Self::Other => "other",
            Self::Unknown => "unknown",
        }
    }

    /// The category of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.name() == name)
    }

    /// What following does when value arrives at an address of this category and nothing comes back in
    /// the same transaction. The one table that says so.
    #[must_use]
    pub const fn stop(self) -> Option<Stop> {
        match self {
            Self::Exchange | Self::Payment | Self::Gambling => Some(Stop::Service),
            Self::Mixer => Some(Stop::Mixer),
            Self::Bridge => Some(Stop::Bridge),
            Self::Sanctioned => Some(Stop::Sanctioned),
            Self::Burn => Some(Stop::Burned),
            // Value that stays in these did not come back as something else: the general rule for
            // contracts applies. A thief's or a scammer's wallet is followed on.
            Self::Dex
            | Self::Lending
            | Self::Token
            | Self::FreezableToken
            | Self::WrappedNative
            | Self::Scam
            | Self::Theft
            | Self::Other
            | Self::Unknown => None,
        }
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why following stops at an address, before any look at what the address did next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stop {
    /// A sanctions listing in force at the transfer, or today.
    Sanctioned,
    /// A custodial service: whose money leaves it next is not on the chain.
    Service,
    /// A mixer: what leaves it is not tied to what came in.
    Mixer,
    /// A bridge: the value goes on, on another chain.
    Bridge,
    /// Nobody has the key.
    Burned,
}

/// How sure a label's source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Somebody says so.
    Claimed,
    /// Inferred from behaviour.
    Probable,
    /// The service, an authority, or the contract's own code says so.
    Certain,
}

impl Confidence {
    /// Every grade, least sure first.
    pub const ALL: [Self; 3] = [Self::Claimed, Self::Probable, Self::Certain];

    /// The word for it; it is also how files name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Claimed => "claimed",
            Self::Probable => "probable",
            Self::Certain => "certain",
        }
    }
}

/// A name for an address: who says so, since when, until when, how sure.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label {
    /// The chain it holds on; `None` for every EVM chain (a wallet's key works on all of them).
    pub chain: Option<ChainId>,
    /// The address.
    pub address: Address,
    /// The name.
    pub name: String,
    /// What kind of thing it is.
    pub category: Category,
    /// First day it holds; `None` for always.
    pub valid_from: Option<Date>,
    /// Last day it holds; `None` for still.
    pub valid_until: Option<Date>,
    /// How sure.
    pub confidence: Confidence,
    /// Who says so: a document, a page, a data set; [`Label::UNSOURCED`] where nobody does.
    pub source: String,
    /// Whether it is made up for a reconstruction or a test. Everything that shows it must say so.
    pub is_invented: bool,
}

impl Label {
    /// The source of a label that names none, and was taken all the same because somebody asked for that.
    pub const UNSOURCED: &str = "nobody: no source is given";

    /// Whether nobody stands behind it.
    #[must_use]
    pub fn is_unsourced(&self) -> bool {
        self.source == Self::UNSOURCED
    }

    /// Whether there is a day and a chain on which both hold.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let starts_in = |a: &Self, b: &Self| match (a.valid_from, b.valid_until) {
            (Some(from), Some(until)) => from <= until,
            _ => true,
        };
        (self.chain.is_none() || other.chain.is_none() || self.chain == other.chain)
            && starts_in(self, other)
            && starts_in(other, self)
    }

    /// Whether they call the same address by other names, or other things. Names are compared without
    /// regard to case and to what is no letter or digit.
    #[must_use]
    pub fn differs(&self, other: &Self) -> bool {
        let plain = |name: &str| -> String {
            name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
        };
        self.category != other.category || plain(&self.name) != plain(&other.name)
    }

    /// Whether the label holds on that day.
    #[must_use]
    pub fn holds_on(&self, day: Date) -> bool {
        self.valid_from.is_none_or(|from| from <= day)
            && self.valid_until.is_none_or(|until| day <= until)
    }
}

/// A day that is known, or known only as a bound because it is read off dated copies of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DateBound {
    /// This day.
    On(Date),
    /// This day or earlier.
    NoLaterThan(Date),
}

impl DateBound {
    /// The day, or the latest that it can be.
    #[must_use]
    pub const fn date(self) -> Date {
        match self {
            Self::On(date) | Self::NoLaterThan(date) => date,
        }
    }
}

/// Prints `2022-08-08` or `2022-11-08 or earlier`.
impl fmt::Display for DateBound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::On(date) => write!(f, "{date}"),
            Self::NoLaterThan(date) => write!(f, "{date} or earlier"),
        }
    }
}

/// A label that is a sanction. It holds on every EVM chain.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listing {
    /// The address.
    pub address: Address,
    /// Who is sanctioned.
    pub entity: String,
    /// Who lists it, for example `OFAC SDN`.
    pub authority: String,
    /// The sanctions programme, for example `DPRK3`; `None` where the source does not say.
    pub programme: Option<String>,
    /// When it was listed.
    pub listed: DateBound,
    /// When it left the list; `None` while it is on it.
    pub delisted: Option<DateBound>,
    /// Where that is known from.
    pub source: String,
    /// The list that it was read from, with its version: name, day, and the beginning of its hash.
    pub list: Option<String>,
    /// Whether it is made up for a reconstruction or a test. Everything that shows it must say so.
    pub is_invented: bool,
}

/// What a listing says of one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ListingStatus {
    /// Not yet listed on that day.
    NotYetListed,
    /// It may or may not have been listed on that day: only a latest day of listing is known.
    PerhapsListed,
    /// Listed on that day.
    Listed,
    /// It may or may not have left the list by that day: only a latest day of delisting is known.
    PerhapsDelisted,
    /// No longer listed on that day.
    Delisted,
}

impl Listing {
    /// Whether it was in force on that day. The day of listing counts as listed, the day of delisting
    /// as delisted.
    #[must_use]
    pub fn status_on(&self, day: Date) -> ListingStatus {
        if let Some(delisted) = self.delisted {
            if delisted.date() <= day {
                return ListingStatus::Delisted;
            }
            if matches!(delisted, DateBound::NoLaterThan(_)) && self.listed.date() <= day {
                return ListingStatus::PerhapsDelisted;
            }
        }
        match self.listed {
            listed if listed.date() <= day => ListingStatus::Listed,
            DateBound::On(_) => ListingStatus::NotYetListed,
            DateBound::NoLaterThan(_) => ListingStatus::PerhapsListed,
        }
    }
}

/// Everything that is said of one address on one chain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// Labels, the most trusted first.
    pub labels: Vec<Label>,
    /// Listings, the earliest first.
    pub listings: Vec<Listing>,
}

impl Marks {
    /// The most trusted label that holds on that day.
    #[must_use]
    pub fn label_on(&self, day: Date) -> Option<&Label> {
        self.labels.iter().find(|label| label.holds_on(day))
    }

    /// Labels that contradict a more trusted one which holds on some of the same days: the one that counts,
    /// and the one that does not, most trusted first.
    #[must_use]
    pub fn conflicts(&self) -> Vec<(&Label, &Label)> {
        let before = |idx: usize| self.labels.get(..idx).unwrap_or_default();
        let all = self.labels.iter().enumerate();
        all.filter_map(|(idx, label)| {
            let mut trusted = before(idx).iter().filter(|trusted| trusted.overlaps(label));
            trusted.next().filter(|trusted| trusted.differs(label)).map(|trusted| (trusted, label))
        })
        .collect()
    }

    /// Why following stops here for value that arrives on `day`, judged on `today` too.
    ///
    /// A listing in force on either day comes first, then the label. A listing that had not begun at
    /// the transfer and has ended since does not stop: it is a finding, not a stop.
    #[must_use]
    pub fn stop_on(&self, day: Date, today: Date) -> Option<Stop> {
        let is_in_force = |listing: &Listing| {
            [day, today].into_iter().any(|day| {
                matches!(
                    listing.status_on(day),
                    ListingStatus::Listed | ListingStatus::PerhapsDelisted
                )
            })
        };
        if self.listings.iter().any(is_in_force) {
            return Some(Stop::Sanctioned);
        }
        self.label_on(day).and_then(|label| label.category.stop())
    }
}

#[cfg(test)]
mod tests {
    use super::{Category, DateBound, Listing, ListingStatus, Marks, Stop};
    use crate::{Address, Confidence, Date, Label, parse_date};

    fn day(text: &str) -> Date {
        parse_date(text).unwrap()
    }

    fn listing(listed: DateBound, delisted: Option<DateBound>) -> Listing {
        Listing {
            address: Address::zero(),
            entity: "TORNADO CASH".into(),
            authority: "OFAC SDN".into(),
            programme: None,
            listed,
            delisted,
            source: "test".into(),
            list: None,
            is_invented: true,
        }
    }

    #[test]
    fn a_listing_is_judged_by_the_day() {
        let check = |listing: &Listing, on: &str, expected| {
            assert_eq!(listing.status_on(day(on)), expected, "{listing:?} on {on}");
        };
        let tornado =
            listing(DateBound::On(day("2022-08-08")), Some(DateBound::On(day("2025-03-21"))));
        check(&tornado, "2022-03-30", ListingStatus::NotYetListed);
        check(&tornado, "2022-08-08", ListingStatus::Listed);
        check(&tornado, "2022-09-01", ListingStatus::Listed);
        check(&tornado, "2025-03-21", ListingStatus::Delisted);
        check(&tornado, "2025-04-01", ListingStatus::Delisted);

        let vague = listing(
            DateBound::NoLaterThan(day("2022-08-08")),
            Some(DateBound::NoLaterThan(day("2022-11-09"))),
        );
        check(&vague, "2022-08-01", ListingStatus::PerhapsListed);
        check(&vague, "2022-09-01", ListingStatus::PerhapsDelisted);
        check(&vague, "2022-11-09", ListingStatus::Delisted);
    }

    #[test]
    fn stops_are_judged_then_and_now() {
        let mixer = Label {
            chain: None,
            address: Address::zero(),
            name: "Tornado Cash".into(),
            category: Category::Mixer,
            valid_from: None,
            valid_until: None,
            confidence: Confidence::Certain,
            source: "test".into(),
            is_invented: true,
        };
        let tornado =
            listing(DateBound::On(day("2022-08-08")), Some(DateBound::On(day("2025-03-21"))));
        let marks = Marks { labels: vec![mixer], listings: vec![tornado] };
        let today = day("2026-11-23");
        assert_eq!(marks.stop_on(day("2022-03-30"), today), Some(Stop::Mixer));
        assert_eq!(marks.stop_on(day("2022-09-01"), today), Some(Stop::Sanctioned));
        assert_eq!(marks.stop_on(day("2022-03-30"), day("2023-01-01")), Some(Stop::Sanctioned));
        assert_eq!(Marks::default().stop_on(today, today), None);
    }

    #[test]
    fn labels_that_contradict_a_more_trusted_one_are_told_with_it() {
        let label = |name: &str, category, from: &str, until: &str| Label {
            chain: None,
            address: Address::zero(),
            name: name.into(),
            category,
            valid_from: parse_date(from),
            valid_until: parse_date(until),
            confidence: Confidence::Claimed,
            source: "test".into(),
            is_invented: true,
        };
        let check = |labels: Vec<Label>, expected: &[(&str, &str)]| {
            let marks = Marks { labels, listings: vec![] };
            let found: Vec<_> = marks
                .conflicts()
                .into_iter()
                .map(|(counts, other)| (counts.name.clone(), other.name.clone()))
                .collect();
            let expected: Vec<_> =
                expected.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
            assert_eq!(found, expected);
        };
        let [exchange, mixer] = [Category::Exchange, Category::Mixer];
        check(vec![label("A", exchange, "", ""), label("B", mixer, "", "")], &[("A", "B")]);
        check(vec![label("A 1", exchange, "", ""), label("a-1", exchange, "", "")], &[]);
        check(vec![label("A", exchange, "", ""), label("a", mixer, "", "")], &[("A", "a")]);
        // One after the other is no contradiction.
        check(
            vec![
                label("A", exchange, "", "2021-12-31"),
                label("B", exchange, "2022-01-01", ""),
                label("C", exchange, "2021-06-01", "2022-06-01"),
            ],
            &[("A", "C")],
        );
    }

    #[test]
    fn the_document_has_the_table_of_stops() {
        let document = include_str!("../../../docs/labels.md");
        for category in Category::ALL {
            let stop = match category.stop() {
                None => "goes on",
                Some(Stop::Service) => "ends: service",
                Some(Stop::Mixer) => "ends: mixer",
                Some(Stop::Bridge) => "ends: bridge",
                Some(Stop::Burned) => "ends: burned",
                Some(Stop::Sanctioned) => "ends: sanctioned, while the listing is in force",
            };
            let row = format!("\n| `{category}` | {stop} |\n");
            assert!(document.contains(&row), "{row}");
        }
    }

    #[test]
    fn category_names_round_trip() {
        for category in Category::ALL {
            assert_eq!(Category::from_name(category.name()), Some(category));
        }
        assert_eq!(Category::from_name("bank"), None);
    }
}
