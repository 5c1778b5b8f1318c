//! Entities of `FollowTheMoney`, one JSON object per line, as OpenSanctions publishes them. A `CryptoWallet`
//! has its address in `publicKey`, its ticker in `currency` and its owner in `holder`, an entity of its own
//! that may stand anywhere in the file, or inside the wallet in nested exports.
//!
//! An entity with the topic `sanction` is sanctioned, and so are its wallets. `first_seen` is the day on
//! which OpenSanctions first had the wallet, so it was listed no later than that.

use std::collections::BTreeMap;

use fundtrail_model::{Category, Confidence, Date, DateBound, parse_date, sanitize_claim};
use serde::Deserialize;

use super::gathering::{Entry, Gathering, Place, Tag};
use super::source::Lines;
use super::words;
use crate::error::{Error, Problem};

/// Owners whose names are kept: those with a topic, of whom all of OpenSanctions has some 100,000.
const MAX_OWNERS: usize = 1_000_000;
const OFAC_DATASET: &str = "us_ofac_sdn";
const CRYPTO_WALLET: &str = "CryptoWallet";

#[derive(Deserialize)]
struct Entity {
    id: String,
    schema: String,
    #[serde(default)]
    caption: Option<String>,
    #[serde(default)]
    properties: Properties,
    #[serde(default)]
    datasets: Vec<String>,
    #[serde(default)]
    first_seen: Option<String>,
    #[serde(default)]
    last_seen: Option<String>,
}

#[derive(Default, Deserialize)]
struct Properties {
    #[serde(default, rename = "publicKey")]
    public_key: Vec<String>,
    #[serde(default)]
    currency: Vec<String>,
    #[serde(default)]
    holder: Vec<Holder>,
    #[serde(default)]
    topics: Vec<String>,
    #[serde(default)]
    name: Vec<String>,
    #[serde(default, rename = "programId")]
    programme: Vec<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Holder {
    Id(String),
    Whole(Box<Entity>),
}

/// What is known of somebody who may own a wallet.
struct Owner {
    name: String,
    topics: Vec<String>,
    programme: String,
}

struct Wallet {
    line: u64,
    entity: Entity,
}

pub(super) fn read(mut lines: Lines<'_>, found: &mut Gathering<'_>) -> Result<(), Error> {
    let mut owners: BTreeMap<String, Owner> = BTreeMap::new();
    let mut wallets: Vec<Wallet> = Vec::new();
    let mut last_seen: Option<Date> = None;
    while let Some((line, text)) = lines.next_line()? {
        if text.trim().is_empty() {
            continue;
        }
        let entity: Entity = serde_json::from_str(text).map_err(|error| {
            let detail = sanitize_claim(&error.to_string(), 160);
            found.fail(Place::Line(line), Problem::NotWellFormed { kind: "JSON", detail })
        })?;
        found.entry();
        last_seen = last_seen.max(day_of(entity.last_seen.as_deref()));
        if entity.schema == CRYPTO_WALLET {
            wallets.push(Wallet { line, entity });
        } else if !entity.properties.topics.is_empty() && owners.len() < MAX_OWNERS {
            owners.insert(entity.id.clone(), Owner::of(&entity));
        }
    }
    found.title = Some(title(&wallets));
    found.published = last_seen;
    for wallet in &wallets {
        report(wallet, &owners, found)?;
    }
    Ok(())
}

/// Which of OpenSanctions' lists it is: of one data set alone, all wallets have that one. What is not in one
/// data set is not gone from another, so they are different lists.
fn title(wallets: &[Wallet]) -> String {
    let first = wallets.first().map(|wallet| wallet.entity.datasets.iter());
    let is_everywhere =
        |name: &&String| wallets.iter().all(|wallet| wallet.entity.datasets.contains(*name));
    let of = match first.into_iter().flatten().find(is_everywhere) {
        Some(name) => sanitize_claim(name, 80),
        None => "several data sets".to_owned(),
    };
    format!("OpenSanctions, {of}")
}

fn report(
    wallet: &Wallet,
    owners: &BTreeMap<String, Owner>,
    found: &mut Gathering<'_>,
) -> Result<(), Error> {
    let Wallet { line, entity } = wallet;
    let place = Place::Line(*line);
    let properties = &entity.properties;
    let holder = properties.holder.first();
    let nested = match holder {
        Some(Holder::Whole(holder)) => Some(Owner::of(holder)),
        _ => None,
    };
    let owner = match holder {
        Some(Holder::Id(id)) => owners.get(id),
        _ => nested.as_ref(),
    };
    let mut topics = properties.topics.clone();
    topics.extend(owner.into_iter().flat_map(|owner| owner.topics.iter().cloned()));
    let own_name = properties.name.first().or(entity.caption.as_ref());
    let name = owner.map(|owner| &owner.name).or(own_name).unwrap_or(&entity.id);
    let source = format!("https://www.opensanctions.org/entities/{}/", entity.id);
    let authority = if entity.datasets.iter().any(|name| name == OFAC_DATASET) {
        super::OFAC.to_owned()
    } else {
        let dataset = entity.datasets.first().map_or("unnamed dataset", String::as_str);
        format!("OpenSanctions, {}", sanitize_claim(dataset, 80))
    };
    let programme = owner.map(|owner| owner.programme.as_str()).filter(|text| !text.is_empty());
    let ticker = properties.currency.first().map_or("", String::as_str);
    let is_sanctioned = topics.iter().any(|topic| topic == "sanction");
    for address in &properties.public_key {
        if is_sanctioned {
            let listed = day_of(entity.first_seen.as_deref()).map(DateBound::NoLaterThan);
            let authority = &*authority;
            let entry = Entry { entity: name, authority, programme, listed, source: &source };
            found.sanctioned(place, (ticker, address), entry)?;
        } else {
            let tag = Tag {
                name,
                category: words::category(&topics.join(" "))
                    .or(found.terms.category)
                    .unwrap_or(Category::Other),
                confidence: Confidence::Claimed,
                chain: found.terms.chain,
                valid_from: None,
                source: &source,
            };
            found.tagged(place, (ticker, address), tag)?;
        }
    }
    Ok(())
}

impl Owner {
    fn of(entity: &Entity) -> Self {
        let name = entity.caption.as_ref().or(entity.properties.name.first());
        Self {
            name: name.unwrap_or(&entity.id).clone(),
            topics: entity.properties.topics.clone(),
            programme: entity.properties.programme.join(", "),
        }
    }
}

/// The day of `2022-08-08T13:00:00`.
fn day_of(text: Option<&str>) -> Option<Date> {
    text.and_then(|text| text.get(..10)).and_then(parse_date)
}
