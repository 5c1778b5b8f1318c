//! What every rule says, side by side.

use super::super::parts::{grid, heading, list, party, section};
use super::super::{Column, Section, Text};
use crate::Report;
use crate::schema::{Band, BandAsset, BandPlace, BandRule, BandTotal};

/// The rules, every place by every rule, and the sums; nothing where one rule was followed.
pub(super) fn band(report: &Report) -> Option<Section> {
    let band = report.certainty.band.as_ref()?;
    let mut section = section("band", "By every rule");
    section.blocks.extend(list(band.statements.iter().map(String::as_str)));
    let columns = vec![
        Column::words("Rule", 2),
        Column::words("An outgoing transfer takes", 5),
        Column::words("Adds up", 2),
        Column::words("Standing here", 5),
    ];
    let row = |rule: &BandRule| {
        let standing =
            (!rule.standing().is_empty()).then(|| Text::default().strong(rule.standing()));
        let gaps = rule.gaps.iter().map(|gap| Text::from(gap.as_str()));
        vec![
            rule.rule.into(),
            rule.takes.into(),
            if rule.adds_up { "yes" } else { "no: upper bounds" }.into(),
            Text::lines(standing.into_iter().chain(gaps)),
        ]
    };
    section.blocks.push(grid("", columns, &band.rules, row));
    for asset in &band.assets {
        section.blocks.push(heading(format!("{} on {}", asset.asset, asset.chain_name)));
        section.blocks.push(places(band, asset));
        section.blocks.push(totals(asset));
    }
    Some(section)
}

fn places(band: &Band, asset: &BandAsset) -> super::super::Block {
    let mut columns = vec![
        Column::words("Where", 5),
        Column::words("Ending", 2),
        Column::number("Least", 3),
        Column::number("Most", 3),
    ];
    columns.extend(band.rules.iter().map(|rule| Column::number(rule.rule, 3)));
    let row = |place: &BandPlace| {
        let at = place.at.as_ref().map_or_else(|| "nobody".into(), party);
        let numbers = [&place.least, &place.most]
            .into_iter()
            .chain(place.amounts.iter().map(|amount| &amount.money))
            .map(|money| Text::from(money.brief_number()));
        [at, place.classes.join(", ").into()].into_iter().chain(numbers).collect()
    };
    let caption =
        "What is rounded carries ≈; its exact amount is in the table of places (.band.csv)";
    grid(caption, columns, &asset.places, row)
}

fn totals(asset: &BandAsset) -> super::super::Block {
    let columns = vec![
        Column::words("Rule", 2),
        Column::number("Seeded", 3),
        Column::number("+ converted in", 3),
        Column::number("− converted out", 3),
        Column::number("− another seed’s", 3),
        Column::number("= at the places", 3),
        Column::words("Closes", 1),
    ];
    let row = |total: &BandTotal| {
        let numbers = [
            &total.seeded,
            &total.converted_in,
            &total.converted_out,
            &total.with_other_seeds,
            &total.at_places,
        ];
        let closes = if total.closes { "yes".into() } else { Text::default().strong("NO") };
        std::iter::once(total.rule.into())
            .chain(numbers.map(|money| Text::from(money.number())))
            .chain([closes])
            .collect()
    };
    let caption = format!(
        "Totals in {}: seeded + converted in = converted out + counted with another seed + at the places above",
        asset.asset
    );
    grid(caption, columns, &asset.totals, row)
}
