//! OFAC's `SDN_ENHANCED.XML`: `sanctionsData`, in it `publicationInfo/dataAsOf` and `entities/entity`, each
//! with its lists, programmes, names and features. A digital currency address is a feature whose type begins
//! with `Digital Currency Address - `.

use fundtrail_model::parse_date;

use super::gathering::{Entry, Gathering, Place};
use super::remarks::PREFIX;
use super::source::Source;
use super::xml::{self, Element, Visitor};
use crate::error::{Error, Problem};

/// More programmes or addresses than an entry has.
const MAX_PARTS: usize = 10_000;

pub(super) fn read(source: Source<'_>, found: &mut Gathering<'_>) -> Result<(), Error> {
    xml::read(source, "sanctionsData", &mut Enhanced::default(), found)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    DataAsOf,
    Entity,
    SanctionsList,
    Programme,
    Name,
    Translation,
    IsPrimary,
    FullName,
    Feature,
    Type,
    Value,
    Other,
}

impl Kind {
    fn of(name: &str) -> Self {
        match name {
            "dataAsOf" => Self::DataAsOf,
            "entity" => Self::Entity,
            "sanctionsList" => Self::SanctionsList,
            "sanctionsProgram" => Self::Programme,
            "name" => Self::Name,
            "translation" => Self::Translation,
            "isPrimary" => Self::IsPrimary,
            "formattedFullName" => Self::FullName,
            "feature" => Self::Feature,
            "type" => Self::Type,
            "value" => Self::Value,
            _ => Self::Other,
        }
    }
}

#[derive(Default)]
struct Enhanced {
    stack: Vec<Kind>,
    entity: Option<Party>,
    is_primary_name: bool,
    is_primary_translation: bool,
    full_name: String,
    feature_type: String,
    feature_value: String,
}

#[derive(Default)]
struct Party {
    id: String,
    is_sdn: bool,
    list: String,
    programmes: Vec<String>,
    name: Option<String>,
    any_name: Option<String>,
    addresses: Vec<(String, String)>,
}

impl Visitor for Enhanced {
    fn open(&mut self, element: &Element<'_>) {
        let name = Kind::of(element.name());
        match name {
            Kind::Entity if self.entity.is_none() => {
                let id = element.attribute("id").unwrap_or_default();
                self.entity = Some(Party { id, ..Party::default() });
            }
            Kind::Name => self.is_primary_name = false,
            Kind::Translation => {
                self.is_primary_translation = false;
                self.full_name.clear();
            }
            Kind::Feature => {
                self.feature_type.clear();
                self.feature_value.clear();
            }
            _ => {}
        }
        self.stack.push(name);
    }

    fn close(&mut self, text: &str, place: Place, found: &mut Gathering<'_>) -> Result<(), Error> {
        let Some(name) = self.stack.pop() else { return Ok(()) };
        let parent = self.stack.last().copied().unwrap_or(Kind::Other);
        if name == Kind::DataAsOf {
            let day = text.get(..10).and_then(parse_date);
            let value = fundtrail_model::sanitize_claim(text, 80);
            found.published =
                Some(day.ok_or_else(|| found.fail(place, Problem::NotADate { value }))?);
            return Ok(());
        }
        let Some(party) = &mut self.entity else { return Ok(()) };
        match (parent, name) {
            (_, Kind::SanctionsList) => {
                party.is_sdn |= text == "SDN List";
                text.clone_into(&mut party.list);
            }
            (_, Kind::Programme) if party.programmes.len() < MAX_PARTS => {
                party.programmes.push(text.to_owned());
            }
            (Kind::Name, Kind::IsPrimary) => self.is_primary_name = text == "true",
            (Kind::Translation, Kind::IsPrimary) => self.is_primary_translation = text == "true",
            (Kind::Translation, Kind::FullName) => text.clone_into(&mut self.full_name),
            (_, Kind::Translation) if !self.full_name.is_empty() => {
                let is_the_name = self.is_primary_name && self.is_primary_translation;
                let slot = if is_the_name { &mut party.name } else { &mut party.any_name };
                slot.get_or_insert_with(|| std::mem::take(&mut self.full_name));
            }
            (Kind::Feature, Kind::Type) => text.clone_into(&mut self.feature_type),
            (Kind::Feature, Kind::Value) => text.clone_into(&mut self.feature_value),
            (_, Kind::Feature) => {
                if let Some(ticker) = self.feature_type.strip_prefix(PREFIX) {
                    if party.addresses.len() == MAX_PARTS {
                        return Err(found.fail(place, Problem::TooManyParts { limit: MAX_PARTS }));
                    }
                    let value = std::mem::take(&mut self.feature_value);
                    party.addresses.push((ticker.trim().to_owned(), value));
                }
            }
            (_, Kind::Entity) => {
                if let Some(party) = self.entity.take() {
                    found.entry();
                    party.report(place, found)?;
                }
            }
            _ => {}
        }
        Ok(())
    }
}

impl Party {
    fn report(mut self, place: Place, found: &mut Gathering<'_>) -> Result<(), Error> {
        self.programmes.dedup();
        let programme = self.programmes.join(", ");
        let authority = if self.is_sdn || self.list.is_empty() {
            super::OFAC.to_owned()
        } else {
            format!("OFAC {}", fundtrail_model::sanitize_claim(&self.list, 80))
        };
        let source = format!("OFAC, SDN_ENHANCED.XML, entity {}", self.id);
        let nameless = format!("SDN entry {}", self.id);
        let entity = self.name.or(self.any_name).unwrap_or(nameless);
        for (ticker, address) in &self.addresses {
            let entry = Entry {
                entity: &entity,
                authority: &authority,
                programme: (!programme.is_empty()).then_some(&*programme),
                listed: None,
                source: &source,
            };
            found.sanctioned(place, (ticker, address), entry)?;
        }
        Ok(())
    }
}
