//! The flows of a trail, read from the JSON report that anybody gets.

use std::collections::BTreeMap;

use fundtrail_model::{Address, Amount, H256, parse_address, parse_hash};
use serde::Deserialize;

use crate::edges::Edges;
use crate::play::Sent;
use crate::script::{Move, Sending};

/// The parts of the report that are compared.
#[derive(Debug, Deserialize)]
struct Report {
    hops: Vec<Hop>,
}

#[derive(Debug, Deserialize)]
struct Hop {
    place: Place,
    from: Party,
    to: Option<Party>,
    stolen: Vec<Money>,
    evidence: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Place {
    transaction: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Party {
    address: String,
}

#[derive(Debug, Deserialize)]
struct Money {
    contract: Option<String>,
    base_units: String,
}

/// Why a report cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum TrailError {
    /// It is not JSON of this schema.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// Something in it is not what it should be.
    #[error("hop {hop}: {what}")]
    Hop {
        /// Which, from 0.
        hop: usize,
        /// What is wrong.
        what: String,
    },
}

/// What was found: the stolen part of each hop, by the number of its transaction in `sendings`, which were sent as
/// `sent` says. A hop that stands for several movements of one transaction, as
/// its evidence says, counts for each of them on the way from its payer to its receiver. A fee is no flow.
///
/// # Errors
///
/// If the text is not a report, or names transactions that were never sent.
pub(crate) fn read(
    text: &str,
    asset: Option<Address>,
    sendings: &[&Sending],
    sent: &[Sent],
) -> Result<Edges, TrailError> {
    let report: Report = serde_json::from_str(text)?;
    let hashes = (0..).zip(sent).filter(|(_, sent)| !sent.hash.is_zero());
    let numbers: BTreeMap<H256, usize> = hashes.map(|(number, sent)| (sent.hash, number)).collect();
    let mut edges = Edges::default();
    for (hop_idx, hop) in report.hops.iter().enumerate() {
        let wrong = |what: String| TrailError::Hop { hop: hop_idx, what };
        let address =
            |party: &Party| parse_address(&party.address).map_err(|error| wrong(error.to_string()));
        let hash = hop.place.transaction.as_deref().and_then(parse_hash);
        let number = hash.and_then(|hash| numbers.get(&hash).copied());
        let number = number.ok_or_else(|| wrong(format!("{:?}: nobody sent it", hop.place)))?;
        let stolen = stolen(hop, asset).map_err(wrong)?;
        let own = sendings.get(number).map(|sending| sending.moves.as_slice()).unwrap_or_default();
        let from = address(&hop.from)?;
        let to = hop.to.as_ref().map(address).transpose()?;
        let shown = || sent.get(number).map(|sent| evidence(hop, own, *sent)).unwrap_or_default();
        let is_direct = |found: &Move| found.from == from && Some(found.to) == to;
        let way = match to {
            Some(to) if !own.iter().any(is_direct) => way(from, to, &shown()),
            // A burn has no receiver; what it shows is a movement to the zero address. A fee shows none.
            None => shown().into_iter().filter(|m| m.from == from && m.to.is_zero()).collect(),
            Some(_) => vec![],
        };
        for found in &way {
            edges.add((number, found.from, found.to), stolen);
        }
        if let (true, Some(to)) = (way.is_empty(), to) {
            edges.add((number, from, to), stolen);
        }
    }
    Ok(edges)
}

fn stolen(hop: &Hop, asset: Option<Address>) -> Result<Amount, String> {
    let mut sum = Amount::ZERO;
    for money in &hop.stolen {
        let contract = money.contract.as_deref().map(parse_address).transpose();
        if contract.map_err(|error| error.to_string())? == asset {
            let amount = Amount::from_decimal(&money.base_units, 0);
            sum = sum.saturating_add(amount.map_err(|error| error.to_string())?);
        }
    }
    Ok(sum)
}

/// The movements of a transaction that a hop names: by their logs or, in the native coin, the one that it is.
fn evidence(hop: &Hop, own: &[Move], sent: Sent) -> Vec<Move> {
    let (block, index) = sent.at;
    let is_named = |step: String| hop.evidence.contains(&format!("{block}/{index}/{step}"));
    if is_named("value".to_owned()) {
        return own.to_vec();
    }
    let logs = (sent.first_log..).zip(own);
    logs.filter(|(log, _)| is_named(format!("log{log}"))).map(|(_, found)| *found).collect()
}

/// Movements that lead from one to another, each after the one before.
fn way(from: Address, to: Address, shown: &[Move]) -> Vec<Move> {
    let starts = shown.iter().enumerate().filter(|(_, found)| found.from == from);
    for (place, first) in starts {
        if first.to == to {
            return vec![*first];
        }
        let mut rest = way(first.to, to, shown.get(place + 1..).unwrap_or_default());
        if !rest.is_empty() {
            rest.insert(0, *first);
            return rest;
        }
    }
    vec![]
}

#[cfg(test)]
mod tests;
