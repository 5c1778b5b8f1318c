//! Where following goes on although something stops there.

use std::collections::BTreeSet;

use crate::{Address, ChainId, Date, ListingStatus, Marks};

/// Where following goes on although a label, a listing or a crowd stops there, because whoever asks wants to know
/// what came after. What such an address pays out is taken for its own by the rule, other people's money included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Through {
    /// Addresses; of every chain where none is given.
    pub addresses: BTreeSet<(Option<ChainId>, Address)>,
    /// Names of labels or of listed entities, in lower case. They hold on the days of their labels and listings.
    pub names: BTreeSet<String>,
}

impl Through {
    /// Whether it names nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.addresses.is_empty() && self.names.is_empty()
    }

    /// Whether the address itself is named.
    #[must_use]
    pub fn has_address(&self, chain: ChainId, address: Address) -> bool {
        self.addresses.contains(&(Some(chain), address))
            || self.addresses.contains(&(None, address))
    }

    /// Whether it opens an address of these marks on any day.
    #[must_use]
    pub fn may_open(&self, chain: ChainId, address: Address, marks: Option<&Marks>) -> bool {
        self.has_address(chain, address)
            || marks.is_some_and(|marks| {
                marks.labels.iter().any(|label| self.has_name(&label.name))
                    || marks.listings.iter().any(|listing| self.has_name(&listing.entity))
            })
    }

    /// Whether it opens an address of these marks for value that arrives on `day`, judged on `today` too: by its
    /// address, or by a label that holds then or a listing that is in force.
    #[must_use]
    pub fn opens(
        &self,
        (chain, address): (ChainId, Address),
        marks: Option<&Marks>,
        day: Date,
        today: Date,
    ) -> bool {
        if self.has_address(chain, address) {
            return true;
        }
        let Some(marks) = marks.filter(|_| !self.names.is_empty()) else { return false };
        let is_in_force = |listing: &crate::Listing| {
            [day, today].into_iter().any(|day| {
                matches!(
                    listing.status_on(day),
                    ListingStatus::Listed | ListingStatus::PerhapsDelisted
                )
            })
        };
        let mut labels = marks.labels.iter().filter(|label| label.holds_on(day));
        let mut listings = marks.listings.iter().filter(|listing| is_in_force(listing));
        labels.any(|label| self.has_name(&label.name))
            || listings.any(|listing| self.has_name(&listing.entity))
    }

    /// Whether a name is named, in whatever case.
    #[must_use]
    pub fn has_name(&self, name: &str) -> bool {
        !self.names.is_empty() && self.names.contains(&name.trim().to_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::Through;
    use crate::{Address, Category, ChainId, Confidence, Date, DateBound, Label, Listing, Marks};
    use crate::{parse_date, sanitize_claim};

    fn day(text: &str) -> Date {
        parse_date(text).unwrap()
    }

    #[test]
    fn names_hold_on_their_days_and_addresses_always() {
        let label = Label {
            chain: None,
            address: Address::zero(),
            name: "Example Exchange".into(),
            category: Category::Exchange,
            valid_from: Some(day("2020-01-01")),
            valid_until: Some(day("2020-12-31")),
            confidence: Confidence::Certain,
            source: "test".into(),
            is_invented: true,
        };
        let listing = Listing {
            address: Address::zero(),
            entity: "MIXER M".into(),
            authority: "OFAC SDN".into(),
            programme: None,
            listed: DateBound::On(day("2022-08-08")),
            delisted: Some(DateBound::On(day("2025-03-21"))),
            source: sanitize_claim("test", 10),
            list: None,
            is_invented: true,
        };
        let marks = Marks { labels: vec![label], listings: vec![listing] };
        let (chain, address) = (ChainId(1), Address::repeat_byte(7));
        let check = |through: &Through, on: &str, expected: bool| {
            let opens = through.opens((chain, address), Some(&marks), day(on), day("2026-01-01"));
            assert_eq!(opens, expected, "{through:?} on {on}");
            assert!(!opens || through.may_open(chain, address, Some(&marks)));
        };
        let named = |name: &str| Through { names: [name.to_owned()].into(), ..Through::default() };
        check(&named("example exchange"), "2020-06-01", true);
        check(&named("example exchange"), "2021-01-01", false);
        check(&named("mixer m"), "2023-01-01", true);
        check(&named("mixer m"), "2022-01-01", false);
        check(&named("mixer"), "2023-01-01", false);
        let at = |chain| Through { addresses: [(chain, address)].into(), ..Through::default() };
        check(&at(None), "2021-01-01", true);
        check(&at(Some(chain)), "2021-01-01", true);
        check(&at(Some(ChainId(2))), "2021-01-01", false);
        check(&Through::default(), "2020-06-01", false);
        assert!(Through::default().is_empty() && !at(None).is_empty());
    }
}
