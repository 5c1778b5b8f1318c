//! The trail as entities of FollowTheMoney, for Aleph, OpenAleph and what else reads them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::{Edge, Network, amount_of};
use crate::schema::{Finding, Party};
use crate::{Error, Report};

/// An entity: a line of the file.
#[derive(Serialize)]
struct Entity<'a> {
    id: String,
    schema: &'static str,
    properties: BTreeMap<&'static str, Vec<Cow<'a, str>>>,
}

/// The trail as entities of FollowTheMoney, one JSON object per line, in UTF-8.
///
/// * `CryptoWallet` for every address, the same id for the same address and chain in every report.
/// * `UnknownLink` (“other link”) for every movement between two different addresses. Not `Payment`: its payer and
///   beneficiary are persons or companies, and who owns an address is not known. The id is that of chain and position.
///   Conversions and what went to nobody known have no second entity and are left out.
/// * `Sanction` for every listing that a finding names, on the wallet; its days only where they are known to the day.
///
/// Every entity names the case that it comes from, or says that it is made up.
///
/// # Errors
///
/// If `to` cannot be written to.
pub fn ftm(report: &Report, to: &mut dyn Write) -> Result<(), Error> {
    let network = Network::new(report);
    let chains: BTreeMap<&str, (u64, &str)> =
        report.parties.iter().map(|party| (&*party.id, (party.chain, &*party.address))).collect();
    let wallet_of =
        |party: &str| chains.get(party).map(|(chain, address)| wallet_id(*chain, address));
    for party in &report.parties {
        line(to, &wallet(report, party))?;
    }
    for edge in &network.edges {
        let ends = edge.from().and_then(wallet_of).zip(edge.party_to().and_then(wallet_of));
        if let Some((from, receiver)) = ends.filter(|(from, receiver)| from != receiver) {
            line(to, &movement(report, edge, from, receiver))?;
        }
    }
    let mut told = BTreeSet::new();
    for finding in &report.findings {
        if let Some(wallet) = wallet_of(&finding.party.party) {
            let sanction = sanction(report, finding, wallet);
            if told.insert(sanction.id.clone()) {
                line(to, &sanction)?;
            }
        }
    }
    Ok(())
}

fn line(to: &mut dyn Write, entity: &Entity<'_>) -> Result<(), Error> {
    serde_json::to_writer(&mut *to, entity)?;
    to.write_all(b"\n")?;
    Ok(())
}

/// The same for the same parts in every report.
fn id(kind: &str, parts: &[&str]) -> String {
    let digest = Sha256::digest(parts.join("\n").as_bytes());
    let hex: String = digest.iter().take(20).map(|byte| format!("{byte:02x}")).collect();
    format!("fundtrail-{kind}-{hex}")
}

fn wallet_id(chain: u64, address: &str) -> String {
    id("wallet", &[&chain.to_string(), &address.to_ascii_lowercase()])
}

/// What every entity says of where it comes from.
fn origin(report: &Report) -> Cow<'_, str> {
    match &report.invented {
        Some(banner) => Cow::Owned(format!("RECONSTRUCTION: {banner}")),
        None => Cow::Owned(format!(
            "{}, case {}",
            report.software,
            report.case_digest.as_deref().unwrap_or("without a digest")
        )),
    }
}

fn wallet<'a>(report: &'a Report, party: &'a Party) -> Entity<'a> {
    let mut properties: BTreeMap<&'static str, Vec<Cow<'a, str>>> = BTreeMap::new();
    properties.insert("publicKey", vec![Cow::Borrowed(&party.address)]);
    let summary = format!("{} on {}", party.kind, party.chain_name);
    properties.insert("summary", vec![Cow::Owned(summary)]);
    let said = party.labels.iter().chain(&party.listings).map(|text| Cow::Borrowed(text.as_str()));
    properties.insert("notes", said.chain([origin(report)]).collect());
    properties.insert("sourceUrl", party.link().map(Cow::Owned).into_iter().collect());
    properties.retain(|_, values| !values.is_empty());
    Entity { id: wallet_id(party.chain, &party.address), schema: "CryptoWallet", properties }
}

fn movement<'a>(report: &'a Report, edge: &Edge<'a>, from: String, receiver: String) -> Entity<'a> {
    let place = edge.place();
    let amounts =
        |of: &'a [crate::schema::Money]| of.iter().map(amount_of).collect::<Vec<_>>().join(" + ");
    let mut properties: BTreeMap<&'static str, Vec<Cow<'a, str>>> = BTreeMap::new();
    let part = report.words.part;
    let summary = format!("{}; {part}: {}", amounts(edge.paid()), amounts(edge.stolen()));
    let position = format!("{} in the report; {} {}", edge.id(), place.chain_name, place.position);
    properties.insert("role", vec![Cow::Borrowed(edge.kind())]);
    properties.insert("summary", vec![Cow::Owned(summary)]);
    properties.insert("description", vec![Cow::Owned(position), origin(report)]);
    let hash = place.transaction.iter().map(|hash| Cow::Borrowed(&**hash));
    properties.insert("recordId", hash.collect());
    properties.insert("sourceUrl", place.link().map(Cow::Owned).into_iter().collect());
    properties.insert("date", edge.time().and_then(moment).map(Cow::Owned).into_iter().collect());
    properties.insert("subject", vec![Cow::Owned(from.clone())]);
    properties.insert("object", vec![Cow::Owned(receiver.clone())]);
    properties.retain(|_, values| !values.is_empty());
    let assets = edge.paid().iter().map(|money| money.contract.as_deref().unwrap_or("native"));
    let assets = assets.collect::<Vec<_>>().join(" ");
    let parts = [&*place.chain.to_string(), &*place.position, &*from, &*receiver, &*assets];
    Entity { id: id("movement", &parts), schema: "UnknownLink", properties }
}

fn sanction<'a>(report: &'a Report, finding: &'a Finding, wallet: String) -> Entity<'a> {
    let mut properties: BTreeMap<&'static str, Vec<Cow<'a, str>>> = BTreeMap::new();
    let day = |text: &'a str| is_day(text).then_some(Cow::Borrowed(text)).into_iter().collect();
    properties.insert("program", vec![Cow::Borrowed(&finding.listing)]);
    properties.insert("listingDate", day(&finding.listed));
    properties.insert("endDate", finding.delisted.as_deref().map_or_else(Vec::new, day));
    let listed = match &finding.delisted {
        Some(delisted) => format!("listed {}; delisted {delisted}", finding.listed),
        None => format!("listed {}", finding.listed),
    };
    properties.insert("summary", vec![Cow::Owned(listed)]);
    properties.insert("status", vec![Cow::Borrowed(finding.today)]);
    properties.insert("publisher", vec![Cow::Borrowed(&finding.source)]);
    let list = finding.list.as_deref().map(Cow::Borrowed);
    properties.insert("description", list.into_iter().chain([origin(report)]).collect());
    properties.insert("entity", vec![Cow::Owned(wallet.clone())]);
    properties.retain(|_, values| !values.is_empty());
    let parts = [&*wallet, &*finding.listing, &*finding.listed];
    Entity { id: id("sanction", &parts), schema: "Sanction", properties }
}

fn is_day(text: &str) -> bool {
    text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
}

/// `2022-03-29 13:29:09 UTC` as FollowTheMoney has it.
fn moment(text: &str) -> Option<String> {
    let (day, time) = text.strip_suffix(" UTC")?.split_once(' ')?;
    Some(format!("{day}T{time}"))
}
