//! What every rule says, side by side.

use super::page::{Page, Style};
use super::{capped, section};
use crate::Report;
use crate::schema::{Band, BandAsset, BandPlace, BandRule, BandTotal, Money};

/// Places of one asset in the summary.
const MAX_PLACES: usize = 20;

/// The part of the summary: a line for each place that depends on the rule.
pub(super) fn summary(page: &mut Page, report: &Report) {
    let Some(band) = &report.certainty.band else { return };
    section(page, report, "By every rule");
    for statement in &band.statements {
        page.paragraph(2, Style::Plain, statement);
    }
    for asset in &band.assets {
        let (certain, open): (Vec<_>, Vec<_>) =
            asset.places.iter().partition(|place| place.is_certain());
        page.line(2, Style::Strong, &title(asset));
        if !open.is_empty() {
            table(page, band, asset, &open);
        }
        if let [first, ..] = certain.as_slice() {
            let sum = certain.iter().fold(fundtrail_model::Amount::ZERO, |sum, place| {
                sum.saturating_add(place.most.amount)
            });
            let count = super::counted(certain.len(), "place");
            let text = format!(
                "the same by every rule that adds up: {count}, {}",
                first.most.sum_text(sum)
            );
            page.paragraph(4, Style::Plain, &text);
        }
    }
}

/// What weakens a rule's amounts, in brackets.
fn standing(rule: &BandRule) -> String {
    match rule.standing() {
        "" => String::new(),
        standing => format!(" ({standing})"),
    }
}

fn title(asset: &BandAsset) -> String {
    format!("{} on {}", asset.asset, asset.chain_name)
}

/// A line per place, in columns if these fit, without least and most if need be; otherwise a paragraph.
fn table(page: &mut Page, band: &Band, asset: &BandAsset, places: &[&BandPlace]) {
    let shown = || places.iter().take(MAX_PLACES).copied();
    let fits = page.table(4, &rows(band, asset, shown(), true))
        || page.table(4, &rows(band, asset, shown(), false));
    if !fits {
        for place in shown() {
            let by_rule: Vec<String> = place
                .amounts
                .iter()
                .map(|amount| format!("{} {}", amount.rule, number(&amount.money)))
                .collect();
            let text = format!(
                "{}: {} to {}; {}",
                place.name(),
                number(&place.least),
                number(&place.most),
                by_rule.join(", ")
            );
            page.paragraph(4, Style::Plain, &text);
        }
    }
    if places.len() > MAX_PLACES {
        let rest = crate::number::group(&places.len().saturating_sub(MAX_PLACES).to_string());
        let text = format!("and {rest} more places: --out report.band.csv has all");
        page.paragraph(4, Style::Notice, &text);
    }
}

/// A heading, a row per place, and the sums: what is not in the table is the same by every rule, so that they show
/// that each rule closes.
fn rows<'a>(
    band: &Band,
    asset: &BandAsset,
    places: impl Iterator<Item = &'a BandPlace>,
    has_bounds: bool,
) -> Vec<Vec<String>> {
    let row = |start: String, [least, most]: [String; 2], by_rule: Vec<String>| -> Vec<String> {
        let bounds = [least, most].into_iter().filter(|_| has_bounds);
        std::iter::once(start).chain(bounds).chain(by_rule).collect()
    };
    let names = band.rules.iter().map(|rule| rule.rule.to_owned()).collect();
    let heading = row("place".to_owned(), ["least", "most"].map(str::to_owned), names);
    let place_row = |place: &BandPlace| {
        let bounds = [&place.least, &place.most].map(number);
        row(place.short(), bounds, place.amounts.iter().map(|by| number(&by.money)).collect())
    };
    let sum = |rule: &BandRule| {
        let total = asset.totals.iter().find(|total| total.rule == rule.rule);
        total.map_or_else(|| "-".to_owned(), |total| number(&total.at_places))
    };
    let blank = [String::new(), String::new()];
    let sums = row("all places".to_owned(), blank, band.rules.iter().map(sum).collect());
    std::iter::once(heading).chain(places.map(place_row)).chain([sums]).collect()
}

/// The heading has named the asset.
fn number(money: &Money) -> String {
    money.brief_number()
}

/// All of it, with exact amounts: every place by every rule, and both sides of each rule's ledger.
pub(super) fn whole(page: &mut Page, report: &Report) {
    let Some(band) = &report.certainty.band else { return };
    page.line(2, Style::Strong, "By every rule");
    for statement in &band.statements {
        page.paragraph(4, Style::Plain, statement);
    }
    for rule in &band.rules {
        page.field(4, rule.rule, &format!("{}{}", rule.takes, standing(rule)));
        if !rule.gaps.is_empty() {
            for gap in capped(page, &rule.gaps) {
                page.paragraph(18, Style::Plain, gap);
            }
        }
    }
    for asset in &band.assets {
        page.line(4, Style::Strong, &title(asset));
        for place in capped(page, &asset.places) {
            one(page, place);
        }
        page.line(6, Style::Plain, "Totals by each rule that adds up");
        for total in &asset.totals {
            sums(page, total);
        }
    }
}

fn exact(money: &Money) -> String {
    crate::number::group(money.decimal.as_deref().unwrap_or(&money.base_units))
}

fn one(page: &mut Page, place: &BandPlace) {
    let at = place
        .at
        .as_ref()
        .map_or_else(|| "nobody".to_owned(), |at| format!("{}, {}", at.name, at.address));
    let classes = place.classes.join(", ");
    if place.is_certain() {
        let text = format!("{at}: {classes}; {} by every rule that adds up", place.most.text());
        page.paragraph(6, Style::Plain, &text);
        return;
    }
    page.paragraph(6, Style::Plain, &format!("{at}: {classes}"));
    let mut rows =
        vec![("least".to_owned(), exact(&place.least)), ("most".to_owned(), exact(&place.most))];
    let by_rule = place.amounts.iter().map(|by| (format!("  {}", by.rule), exact(&by.money)));
    rows.extend(by_rule);
    page.columns(8, &rows);
}

/// What came in, what left, and what is at the places, on one line of sums.
fn sums(page: &mut Page, total: &BandTotal) {
    let part = |sign: &str, money: &Money, what: &str| {
        (!money.amount.is_zero()).then(|| format!("{sign}{} {what}", exact(money)))
    };
    let parts = [
        part("", &total.seeded, "seeded"),
        part("+ ", &total.converted_in, "converted in"),
        part("- ", &total.converted_out, "converted out"),
        part("- ", &total.with_other_seeds, "counted with another seed"),
        Some(format!("= {} at the places above", exact(&total.at_places))),
    ];
    let text: Vec<String> = parts.into_iter().flatten().collect();
    let (sign, style) =
        if total.closes { ("closes", Style::Plain) } else { ("DOES NOT CLOSE", Style::Alert) };
    page.paragraph(8, style, &format!("{}: {}; {sign}", total.rule, text.join(" ")));
}
