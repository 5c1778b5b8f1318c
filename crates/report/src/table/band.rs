//! What ended where by every rule.

use super::{Cell, Fields, Kind, Table, borrowed, joined, number, unit};
use crate::Report;
use crate::schema::{BandAsset, BandPlace, BandRule, BandTotal, Money};

/// A row of the table.
enum Row<'a> {
    /// What weakens each rule.
    Standing,
    /// What ended at a place.
    Place(&'a BandAsset, &'a BandPlace),
    /// A line of both sides of an asset's ledgers.
    Line(&'a BandAsset, &'static str, Part),
}

/// One side of a ledger, or a part of it.
type Part = fn(&BandTotal) -> &Money;

const LINES: [(&str, Part); 5] = [
    ("seeded", |total| &total.seeded),
    ("converted in", |total| &total.converted_in),
    ("converted out", |total| &total.converted_out),
    ("counted with another seed", |total| &total.with_other_seeds),
    ("total of the places", |total| &total.at_places),
];

/// First what weakens each rule, then per asset one row per place and a row of totals for each line of the ledger.
///
/// `least` and `most` are over the rules that add up. Amounts are in whole coins or tokens, or in base units where the
/// decimals are not known: `unit` says which. It has no rows where only one rule was followed.
pub(super) fn band(report: &Report) -> Table<'_> {
    let band = report.certainty.band.as_ref();
    let rules: &[BandRule] = band.map_or(&[], |band| &band.rules);
    let mut fields = Fields::<Row<'_>>::new()
        .text("row", |row| borrowed(row.name()))
        .text("chain", |row| borrowed(row.asset().map_or("", |asset| &asset.chain_name)))
        .asset(Row::money)
        .text("unit", |row| borrowed(row.money().map_or("", unit)))
        .code("address", |row| {
            borrowed(row.place().and_then(|place| place.at.as_ref()).map_or("", |at| &at.address))
        })
        .text("name", |row| {
            borrowed(
                row.place().map_or("", |place| place.at.as_ref().map_or("nobody", |at| &at.name)),
            )
        })
        .text("endings", |row| {
            row.place()
                .map_or_else(Cell::default, |place| joined(&place.classes, |of| borrowed(of)))
        })
        .field("least", Kind::Amount, |row| {
            row.place().map_or_else(Cell::default, |place| number(&place.least))
        })
        .field("most", Kind::Amount, |row| {
            row.place().map_or_else(Cell::default, |place| number(&place.most))
        });
    for rule in rules {
        fields = fields.field(rule.rule, Kind::Amount, move |row| row.by(rule));
    }
    let standing = band.map(|_| Row::Standing);
    let assets = band.into_iter().flat_map(|band| &band.assets);
    let rows = assets.filter(|asset| !asset.places.is_empty()).flat_map(|asset| {
        let places = asset.places.iter().map(move |place| Row::Place(asset, place));
        places.chain(LINES.into_iter().map(move |(what, part)| Row::Line(asset, what, part)))
    });
    fields.rows(report, standing.into_iter().chain(rows))
}

impl<'a> Row<'a> {
    const fn name(&self) -> &'static str {
        match self {
            Self::Standing => "standing of the rule",
            Self::Place(..) => "place",
            Self::Line(_, what, _) => what,
        }
    }

    const fn asset(&self) -> Option<&'a BandAsset> {
        match self {
            Self::Standing => None,
            Self::Place(asset, _) | Self::Line(asset, ..) => Some(asset),
        }
    }

    const fn place(&self) -> Option<&'a BandPlace> {
        match self {
            Self::Place(_, place) => Some(place),
            Self::Standing | Self::Line(..) => None,
        }
    }

    /// Any amount of the asset.
    fn money(&self) -> Option<&'a Money> {
        self.asset().and_then(|asset| asset.places.first()).map(|place| &place.most)
    }

    /// What a rule says.
    fn by(&self, rule: &'a BandRule) -> Cell<'a> {
        match self {
            Self::Standing if rule.adds_up => borrowed(rule.standing()),
            Self::Standing => borrowed("upper bounds, no ledger"),
            Self::Place(_, place) => {
                let found = place.amounts.iter().find(|amount| amount.rule == rule.rule);
                found.map_or_else(Cell::default, |amount| number(&amount.money))
            }
            Self::Line(asset, _, part) => {
                let found = asset.totals.iter().find(|total| total.rule == rule.rule);
                found.map_or_else(Cell::default, |total| number(part(total)))
            }
        }
    }
}
