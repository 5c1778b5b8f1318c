//! Patterns and links for spreadsheets.

use super::{contract, decimal, written};
use crate::schema::{Money, PartyRef, Place};
use crate::{Error, Report};

const COLUMNS: [&str; 18] = [
    "id",
    "row",
    "kind",
    "chain",
    "role",
    "address",
    "name",
    "asset_contract",
    "asset_name",
    "amount_base_units",
    "amount",
    "usd",
    "measures",
    "reservations",
    "position",
    "time",
    "transaction",
    "reconstruction",
];

/// Patterns and links: for each one row that tells what it is, then one for every address in it (`party`) and one for
/// every transfer that proves it (`proof`), all with the same `id`. RFC 4180, every cell quoted.
///
/// # Errors
///
/// If the writer fails, which no content causes.
pub fn patterns_csv(report: &Report) -> Result<Vec<u8>, Error> {
    let mut rows = vec![COLUMNS.map(str::to_owned).to_vec()];
    let invented = report.invented.as_deref().unwrap_or_default();
    for pattern in &report.behaviour.patterns {
        let of = Of { id: &pattern.id, kind: pattern.kind, chain: &pattern.chain_name, invented };
        let measures: Vec<&str> = pattern.measures.iter().map(|of| of.text.as_str()).collect();
        let said = [measures.join("; "), pattern.reservations.join("; ")];
        rows.push(of.row("pattern", None, Some(&pattern.money), said, None));
        for party in &pattern.parties {
            rows.push(of.row(
                "party",
                Some((party.role, &party.party)),
                None,
                Default::default(),
                None,
            ));
        }
        rows.extend(pattern.proof.iter().map(|place| of.proof(place)));
    }
    for link in &report.behaviour.links {
        let of = Of { id: &link.id, kind: link.heuristic, chain: &link.chain_name, invented };
        let strength = if link.is_strong { "strong" } else { "weak" };
        let mut said = format!("{strength}; {}", link.confidence);
        if let Some(ppm) = link.score_ppm {
            said.push_str(&format!("; score {ppm} ppm"));
        }
        let reservation = if link.is_partly_looked_at {
            "only part of what the second did was looked at"
        } else {
            ""
        };
        rows.push(of.row("link", None, None, [said, reservation.to_owned()], None));
        let through = link.through.as_ref().map(|through| ("through", through));
        for party in [("first", &link.from), ("second", &link.to)].into_iter().chain(through) {
            rows.push(of.row("party", Some(party), None, Default::default(), None));
        }
        rows.extend(link.proof.iter().map(|place| of.proof(place)));
    }
    written(rows)
}

/// What all rows of a pattern or a link share.
struct Of<'a> {
    id: &'a str,
    kind: &'a str,
    chain: &'a str,
    invented: &'a str,
}

impl Of<'_> {
    fn row(
        &self,
        row: &str,
        party: Option<(&str, &PartyRef)>,
        money: Option<&Money>,
        [measures, reservations]: [String; 2],
        place: Option<&Place>,
    ) -> Vec<String> {
        let role = party.map_or("", |(role, _)| role);
        let address = party.map_or("", |(_, of)| of.address.as_str());
        let name = party.map_or("", |(_, of)| of.name.as_str());
        let position = place.map_or("", |of| of.position.as_str());
        let time = place.and_then(|of| of.time.as_deref()).unwrap_or_default();
        let transaction = place.and_then(|of| of.transaction.as_deref()).unwrap_or_default();
        let usd = money.and_then(|of| of.usd.as_deref()).unwrap_or_default();
        let mut cells =
            [self.id, row, self.kind, self.chain, role, address, name].map(str::to_owned).to_vec();
        cells.extend([
            money.map(|of| contract(of).to_owned()).unwrap_or_default(),
            money.map(|of| of.asset.clone()).unwrap_or_default(),
            money.map(|of| of.base_units.clone()).unwrap_or_default(),
            money.map(decimal).unwrap_or_default(),
            usd.to_owned(),
            measures,
            reservations,
        ]);
        cells.extend([position, time, transaction, self.invented].map(str::to_owned));
        cells
    }

    fn proof(&self, place: &Place) -> Vec<String> {
        self.row("proof", None, None, Default::default(), Some(place))
    }
}
