//! OFAC's `SDN_ADVANCED.XML`, in the United Nations' form for sanctions lists: reference values first (types
//! of features, lists), then parties with their profiles, names and features, and at the end the sanctions
//! entries, which say by the profile on which list a party stands and under which programmes. So the parties
//! with digital currency addresses wait for their entry.
//!
//! An entry has the date of its first event; it is the party's and not the address's, so it is not used.

use std::collections::BTreeMap;

use fundtrail_model::{Date, sanitize_claim};

use super::gathering::{Entry, Gathering, Place};
use super::remarks::PREFIX;
use super::source::Source;
use super::xml::{self, Element, Visitor};
use crate::error::{Error, Problem};

/// More addresses in a file, types of features in its reference values, or parts of a name than there are.
const MAX_ADDRESSES: usize = 1_000_000;
const MAX_TYPES: usize = 100_000;
const MAX_NAME_PARTS: usize = 64;

pub(super) fn read(source: Source<'_>, found: &mut Gathering<'_>) -> Result<(), Error> {
    let mut advanced = Advanced::default();
    xml::read(source, "Sanctions", &mut advanced, found)?;
    advanced.finish(found)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    DateOfIssue,
    Year,
    Month,
    Day,
    List,
    FeatureType,
    NamePartType,
    DistinctParty,
    Profile,
    Identity,
    Alias,
    DocumentedName,
    NamePartValue,
    NamePartGroup,
    Feature,
    VersionDetail,
    SanctionsEntry,
    SanctionsMeasure,
    Comment,
    Other,
}

impl Kind {
    fn of(name: &str) -> Self {
        match name {
            "DateOfIssue" => Self::DateOfIssue,
            "Year" => Self::Year,
            "Month" => Self::Month,
            "Day" => Self::Day,
            "List" => Self::List,
            "FeatureType" => Self::FeatureType,
            "NamePartType" => Self::NamePartType,
            "DistinctParty" => Self::DistinctParty,
            "Profile" => Self::Profile,
            "Identity" => Self::Identity,
            "Alias" => Self::Alias,
            "DocumentedName" => Self::DocumentedName,
            "NamePartValue" => Self::NamePartValue,
            "NamePartGroup" => Self::NamePartGroup,
            "Feature" => Self::Feature,
            "VersionDetail" => Self::VersionDetail,
            "SanctionsEntry" => Self::SanctionsEntry,
            "SanctionsMeasure" => Self::SanctionsMeasure,
            "Comment" => Self::Comment,
            _ => Self::Other,
        }
    }
}

#[derive(Default)]
struct Advanced {
    stack: Vec<Kind>,
    /// What the element that is open is called by its identifier.
    id: String,
    issued: [Option<i16>; 3],
    lists: BTreeMap<String, String>,
    tickers: BTreeMap<String, String>,
    last_name_type: Option<String>,
    profile: Option<Profile>,
    is_primary_identity: bool,
    is_primary_alias: bool,
    /// Value and group of each part of the name that is being read.
    parts: Vec<(String, String)>,
    has_name: bool,
    group_types: BTreeMap<String, String>,
    feature_ticker: Option<String>,
    entry: Option<SanctionsEntry>,
    waiting: BTreeMap<String, Profile>,
    n_waiting: usize,
}

#[derive(Default)]
struct Profile {
    id: String,
    name: String,
    addresses: Vec<(String, String, Place)>,
    is_reported: bool,
}

#[derive(Default)]
struct SanctionsEntry {
    profile: String,
    list: String,
    programmes: Vec<String>,
}

impl Visitor for Advanced {
    fn open(&mut self, element: &Element<'_>) {
        let name = Kind::of(element.name());
        let id = |of: &str| element.attribute(of).unwrap_or_default();
        let is_primary = || element.attribute("Primary").is_some_and(|word| word == "true");
        match name {
            Kind::List | Kind::FeatureType | Kind::NamePartType => self.id = id("ID"),
            Kind::Profile => self.profile = Some(Profile { id: id("ID"), ..Profile::default() }),
            Kind::Identity => {
                self.is_primary_identity = is_primary();
                self.has_name = false;
                self.parts.clear();
                self.group_types.clear();
            }
            Kind::Alias => self.is_primary_alias = is_primary(),
            Kind::NamePartValue => self.id = id("NamePartGroupID"),
            Kind::NamePartGroup if self.group_types.len() < MAX_TYPES => {
                self.group_types.insert(id("ID"), id("NamePartTypeID"));
            }
            Kind::Feature => self.feature_ticker = self.tickers.get(&id("FeatureTypeID")).cloned(),
            Kind::SanctionsEntry => {
                let (profile, list) = (id("ProfileID"), id("ListID"));
                self.entry = Some(SanctionsEntry { profile, list, programmes: Vec::new() });
            }
            _ => {}
        }
        self.stack.push(name);
    }

    fn close(&mut self, text: &str, place: Place, found: &mut Gathering<'_>) -> Result<(), Error> {
        let Some(name) = self.stack.pop() else { return Ok(()) };
        let parent = self.stack.last().copied().unwrap_or(Kind::Other);
        match (parent, name) {
            (Kind::DateOfIssue, Kind::Year) => self.issued[0] = text.parse().ok(),
            (Kind::DateOfIssue, Kind::Month) => self.issued[1] = text.parse().ok(),
            (Kind::DateOfIssue, Kind::Day) => self.issued[2] = text.parse().ok(),
            (_, Kind::DateOfIssue) => found.published = Some(self.issued_on(place, found)?),
            (_, Kind::List) if self.lists.len() < MAX_TYPES => {
                self.lists.insert(std::mem::take(&mut self.id), text.to_owned());
            }
            (_, Kind::FeatureType) if self.tickers.len() < MAX_TYPES => {
                if let Some(ticker) = text.strip_prefix(PREFIX) {
                    self.tickers.insert(std::mem::take(&mut self.id), ticker.trim().to_owned());
                }
            }
            (_, Kind::NamePartType) if text == "Last Name" => {
                self.last_name_type = Some(std::mem::take(&mut self.id));
            }
            (_, Kind::NamePartValue)
                if self.is_primary_identity
                    && self.is_primary_alias
                    && !self.has_name
                    && self.parts.len() < MAX_NAME_PARTS =>
            {
                self.parts.push((text.to_owned(), std::mem::take(&mut self.id)));
            }
            // Of a name that is documented in several scripts the first is the one in Latin letters.
            (_, Kind::DocumentedName) => self.has_name |= !self.parts.is_empty(),
            (_, Kind::Identity) if self.is_primary_identity => self.name_profile(),
            (_, Kind::VersionDetail) => self.address(text, place, found)?,
            (_, Kind::Feature) => self.feature_ticker = None,
            (_, Kind::Profile) => {
                if let Some(profile) = self.profile.take().filter(|it| !it.addresses.is_empty()) {
                    self.waiting.insert(profile.id.clone(), profile);
                }
            }
            (_, Kind::DistinctParty) => found.entry(),
            (Kind::SanctionsMeasure, Kind::Comment) if !text.is_empty() => {
                if let Some(entry) = &mut self.entry
                    && entry.programmes.len() < MAX_NAME_PARTS
                {
                    entry.programmes.push(text.to_owned());
                }
            }
            (_, Kind::SanctionsEntry) => {
                if let Some(entry) = self.entry.take() {
                    self.report(&entry, found)?;
                }
            }
            _ => {}
        }
        Ok(())
    }
}

impl Advanced {
    fn issued_on(&self, place: Place, found: &Gathering<'_>) -> Result<Date, Error> {
        let day = match self.issued {
            [Some(year), Some(month), Some(day)] => i8::try_from(month)
                .ok()
                .zip(i8::try_from(day).ok())
                .and_then(|(month, day)| Date::new(year, month, day).ok()),
            _ => None,
        };
        let value = "DateOfIssue".to_owned();
        day.ok_or_else(|| found.fail(place, Problem::NotADate { value }))
    }

    /// `LAST NAME, First Name` for a person, the parts in order for others.
    fn name_profile(&mut self) {
        let is_last_name = |group: &str| {
            self.last_name_type.is_some()
                && self.group_types.get(group) == self.last_name_type.as_ref()
        };
        let (last, others): (Vec<_>, Vec<_>) =
            self.parts.iter().partition(|(_, group)| is_last_name(group));
        let join = |parts: Vec<&(String, String)>| {
            parts.into_iter().map(|(text, _)| text.as_str()).collect::<Vec<_>>().join(" ")
        };
        let (last, others) = (join(last), join(others));
        let name = if last.is_empty() || others.is_empty() {
            last + &others
        } else {
            format!("{last}, {others}")
        };
        if let Some(profile) = &mut self.profile {
            profile.name = name;
        }
    }

    fn address(&mut self, text: &str, place: Place, found: &Gathering<'_>) -> Result<(), Error> {
        if let (Some(ticker), Some(profile)) = (&self.feature_ticker, &mut self.profile) {
            if self.n_waiting == MAX_ADDRESSES {
                return Err(found.fail(place, Problem::TooManyParts { limit: MAX_ADDRESSES }));
            }
            self.n_waiting = self.n_waiting.saturating_add(1);
            profile.addresses.push((ticker.clone(), text.to_owned(), place));
        }
        Ok(())
    }

    fn report(&mut self, entry: &SanctionsEntry, found: &mut Gathering<'_>) -> Result<(), Error> {
        let Some(profile) = self.waiting.get_mut(&entry.profile) else { return Ok(()) };
        profile.is_reported = true;
        let authority = match self.lists.get(&entry.list).map(String::as_str) {
            Some("SDN List") | None => super::OFAC.to_owned(),
            Some(other) => format!("OFAC {}", sanitize_claim(other, 80)),
        };
        profile.report(&authority, &entry.programmes.join(", "), found)
    }

    /// Parties without an entry of their own stand on the list that the file is.
    fn finish(self, found: &mut Gathering<'_>) -> Result<(), Error> {
        for profile in self.waiting.values().filter(|profile| !profile.is_reported) {
            profile.report(super::OFAC, "", found)?;
        }
        Ok(())
    }
}

impl Profile {
    fn report(
        &self,
        authority: &str,
        programme: &str,
        found: &mut Gathering<'_>,
    ) -> Result<(), Error> {
        let source = format!("OFAC, SDN_ADVANCED.XML, profile {}", self.id);
        let nameless = format!("SDN entry {}", self.id);
        for (ticker, address, place) in &self.addresses {
            let entry = Entry {
                entity: if self.name.is_empty() { &nameless } else { &self.name },
                authority,
                programme: (!programme.is_empty()).then_some(programme),
                listed: None,
                source: &source,
            };
            found.sanctioned(*place, (ticker, address), entry)?;
        }
        Ok(())
    }
}
