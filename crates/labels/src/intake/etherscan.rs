//! Labels of addresses as JSON, as they are passed around from block explorers: an object whose keys are
//! addresses and whose values are names or objects, or an array of objects with an `address`.
//!
//! An object may have a name (`name`, `nameTag`, `name_tag`, `label`), labels (`labels`) and a chain
//! (`chainId`). Where none is given, labels hold on Ethereum.

use std::fmt;
use std::io::BufReader;

use fundtrail_model::{Category, ChainId, Confidence, sanitize_claim};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::gathering::{Gathering, Place, Tag};
use super::source::Source;
use super::words;
use crate::error::{Error, Problem};

const ETHEREUM: ChainId = ChainId(1);

pub(super) fn read(source: Source<'_>, found: &mut Gathering<'_>) -> Result<(), Error> {
    let given = found.given_source()?;
    let mut json = serde_json::Deserializer::from_reader(BufReader::with_capacity(1 << 16, source));
    let mut labels = Labels { found, source: given, refused: None };
    let read = labels.deserialize(&mut json).and_then(|()| json.end());
    let Err(error) = read else { return Ok(()) };
    let line = Place::Line(u64::try_from(error.line()).unwrap_or(u64::MAX));
    let Labels { found, refused, .. } = labels;
    Err(match refused {
        Some(refused) => found.fail(line, *refused.problem),
        None if error.is_eof() => {
            found.fail(line, Problem::CutOff { what: "the JSON ends too early".to_owned() })
        }
        None => {
            let detail = sanitize_claim(&error.to_string(), 160);
            found.fail(line, Problem::NotWellFormed { kind: "JSON", detail })
        }
    })
}

struct Labels<'f, 't> {
    found: &'f mut Gathering<'t>,
    source: String,
    refused: Option<Error>,
}

/// What is said of one address.
#[derive(Deserialize)]
#[serde(untagged)]
enum Said {
    Name(String),
    Words(Vec<String>),
    Object(Object),
}

#[derive(Default, Deserialize)]
struct Object {
    #[serde(default)]
    address: Option<String>,
    #[serde(default, alias = "nameTag", alias = "name_tag", alias = "nametag")]
    name: Option<String>,
    #[serde(default)]
    label: Option<String>,
    #[serde(default)]
    labels: Option<OneOrMany>,
    #[serde(default, alias = "chain_id")]
    #[serde(rename = "chainId")]
    chain_id: Option<u64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl Labels<'_, '_> {
    fn report(&mut self, address: &str, said: Said) -> Result<(), Error> {
        self.found.entry();
        let object = match said {
            Said::Name(name) => Object { name: Some(name), ..Object::default() },
            Said::Words(words) => {
                Object { labels: Some(OneOrMany::Many(words)), ..Object::default() }
            }
            Said::Object(object) => object,
        };
        let mut words: Vec<String> = object.label.into_iter().collect();
        match object.labels {
            Some(OneOrMany::One(word)) => words.push(word),
            Some(OneOrMany::Many(more)) => words.extend(more),
            None => {}
        }
        let name = object.name.filter(|name| !name.trim().is_empty());
        // Unnamed addresses are there by dozens of thousands; without a word they say nothing.
        let Some(name) = name.as_ref().or(words.first()) else { return Ok(()) };
        let by_words = words::category(&words.join(" "));
        let terms = self.found.terms;
        let tag = Tag {
            name,
            category: by_words
                .or(terms.category)
                .or_else(|| words::category(name))
                .unwrap_or(Category::Other),
            confidence: Confidence::Claimed,
            chain: Some(object.chain_id.map(ChainId).or(terms.chain).unwrap_or(ETHEREUM)),
            valid_from: None,
            source: &self.source,
        };
        self.found.tagged(Place::Line(0), ("ETH", address), tag)
    }

    fn keep<E: serde::de::Error>(&mut self, reported: Result<(), Error>) -> Result<(), E> {
        reported.map_err(|error| {
            self.refused = Some(error);
            E::custom("refused")
        })
    }
}

impl<'de> DeserializeSeed<'de> for &mut Labels<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Labels<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object whose keys are addresses, or an array of objects with an address")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some((address, said)) = map.next_entry::<String, Said>()? {
            let reported = self.report(&address, said);
            self.keep::<A::Error>(reported)?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(mut object) = seq.next_element::<Object>()? {
            let Some(address) = object.address.take() else {
                return Err(A::Error::missing_field("address"));
            };
            let reported = self.report(&address, Said::Object(object));
            self.keep::<A::Error>(reported)?;
        }
        Ok(())
    }
}
