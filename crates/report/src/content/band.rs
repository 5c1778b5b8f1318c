//! What every rule says, side by side.

use std::collections::BTreeMap;

use fundtrail_model::{self as model, Address, Amount, Asset, EndingClass, Rule, Trail};

use super::certainty::{gaps, is_indicative};
use super::names::Names;
use crate::input::Input;
use crate::number::group;
use crate::schema::{Band, BandAmount, BandAsset, BandPlace, BandRule, BandTotal};

/// Compares the trails of every rule; `None` where only one rule was followed.
pub(super) fn band(input: &Input<'_>, names: &Names<'_>) -> Option<Band> {
    if input.trails.is_empty() {
        return None;
    }
    let band = model::Band::of(input.trails);
    let rules: Vec<BandRule> = input
        .trails
        .iter()
        .map(|trail| BandRule {
            rule: trail.rule.name(),
            takes: takes(trail.rule),
            adds_up: trail.rule.conserves(),
            is_indicative: is_indicative(&Input { trail, ..input.clone() }),
            gaps: gaps(names, trail),
            is_unfinished: band.unfinished.contains(&trail.rule),
        })
        .collect();
    let arrivals = arrivals(input.trails);
    let assets: Vec<BandAsset> = band
        .lines
        .chunk_by(|a, b| a.asset == b.asset)
        .filter_map(|lines| Some((lines.first()?.asset, lines)))
        .map(|(asset, lines)| BandAsset {
            chain_name: names.chain(asset.chain()),
            asset: names.asset(asset),
            places: lines.iter().map(|line| place(names, &arrivals, line)).collect(),
            totals: totals(input, names, asset, lines),
        })
        .collect();
    let statements = statements(input, &rules, &assets);
    Some(Band { statements, rules, assets })
}

/// In a few words; the method has the sentence.
const fn takes(rule: Rule) -> &'static str {
    match rule {
        Rule::Fifo => "the oldest lots first",
        Rule::Lifo => "the newest lots first",
        Rule::Haircut => "the same share of stolen and clean",
        Rule::DirtyFirst => "stolen lots first",
        Rule::Libr => "clean lots first",
        Rule::Poison => "all is tainted; no ledger",
    }
}

/// The block of the first arrival at each place by any rule: names change with the day.
type Arrivals = BTreeMap<(Asset, Option<Address>), u64>;

fn arrivals(trails: &[Trail]) -> Arrivals {
    let mut arrivals = Arrivals::new();
    for ending in trails.iter().flat_map(|trail| &trail.endings) {
        let block = ending.arrived.block;
        let first = arrivals.entry((ending.asset, ending.address)).or_insert(block);
        *first = block.min(*first);
    }
    arrivals
}

fn place(names: &Names<'_>, arrivals: &Arrivals, line: &model::BandLine) -> BandPlace {
    let (asset, chain) = (line.asset, line.asset.chain());
    let money = |amount| names.money(asset, amount, None);
    let block = arrivals.get(&(asset, line.address)).copied().unwrap_or_default();
    BandPlace {
        at: line.address.map(|address| names.party(chain, address, block)),
        classes: line.classes.iter().map(|class| class.name()).collect(),
        least: money(line.least()),
        most: money(line.most()),
        amounts: line
            .amounts
            .iter()
            .map(|(rule, amount)| BandAmount { rule: rule.name(), money: money(*amount) })
            .collect(),
    }
}

fn totals(
    input: &Input<'_>,
    names: &Names<'_>,
    asset: Asset,
    lines: &[model::BandLine],
) -> Vec<BandTotal> {
    let of_rule = |trail: &Trail| {
        let mut sums = [Amount::ZERO; 4];
        for line in trail.ledger.iter().filter(|line| line.asset == asset) {
            let other = line.endings.get(&EndingClass::OtherSeed).copied().unwrap_or_default();
            let parts = [line.seeded, line.converted_in, line.converted_out, other];
            for (sum, part) in sums.iter_mut().zip(parts) {
                *sum = sum.saturating_add(part);
            }
        }
        let [seeded, converted_in, converted_out, with_other_seeds] = sums;
        let at_places = lines
            .iter()
            .filter_map(|line| line.by(trail.rule))
            .fold(Amount::ZERO, Amount::saturating_add);
        let came = seeded.checked_add(converted_in);
        let went = converted_out
            .checked_add(with_other_seeds)
            .and_then(|went| went.checked_add(at_places));
        let money = |amount| names.money(asset, amount, None);
        BandTotal {
            rule: trail.rule.name(),
            seeded: money(seeded),
            converted_in: money(converted_in),
            converted_out: money(converted_out),
            with_other_seeds: money(with_other_seeds),
            at_places: money(at_places),
            closes: came.is_some() && came == went,
        }
    };
    input.trails.iter().filter(|trail| trail.rule.conserves()).map(of_rule).collect()
}

fn statements(input: &Input<'_>, rules: &[BandRule], assets: &[BandAsset]) -> Vec<String> {
    let mut counts: BTreeMap<bool, usize> = BTreeMap::new();
    for place in assets.iter().flat_map(|asset| &asset.places) {
        let count = counts.entry(place.is_certain()).or_default();
        *count = count.saturating_add(1);
    }
    let count = |is_certain: bool| counts.get(&is_certain).copied().unwrap_or_default();
    let (certain, open) = (count(true), count(false));
    let shown = |count: usize| group(&count.to_string());
    let mut statements = vec![match open {
        0 => "Whichever rule is used, the same amounts ended at the same places: no clean value was mixed in."
            .to_owned(),
        _ => format!(
            "By the five rules that add up, the same amounts ended at {} of {} places; at {} it depends on the \
             rule, between least and most.",
            shown(certain),
            shown(certain.saturating_add(open)),
            shown(open),
        ),
    }];
    statements.push(format!(
        "Everything else in this report is by {}. Of what has left ONE account, libr gives the least and \
         dirty-first the most; that does not hold for single receivers or over several accounts, so least and \
         most are taken over all five.",
        input.trail.rule
    ));
    statements.push(
        "poison is not a ledger but reachability: all that left an account after stolen value came there, other \
         people's money included. Where it shows nothing, nothing came, as far as was looked at; what it shows \
         is neither in least and most nor in the totals, and must not be added up."
            .to_owned(),
    );
    let closes = assets.iter().flat_map(|asset| &asset.totals).all(|total| total.closes);
    statements.push(match closes {
        true => "By each of the five, in every asset, seeded + converted in = converted out + counted with another \
                 seed + all places, to the base unit. What is converted differs by rule, and so do the sums of an \
                 asset."
            .to_owned(),
        false => "THE SUMS OF A RULE DO NOT CLOSE: do not rely on this comparison; this is a defect of the program."
            .to_owned(),
    });
    let named = |is: fn(&BandRule) -> bool| {
        let names: Vec<&str> = rules.iter().filter(|rule| is(rule)).map(|rule| rule.rule).collect();
        names.join(", ")
    };
    let indicative = named(|rule| rule.is_indicative);
    if !indicative.is_empty() {
        statements.push(format!(
            "INDICATIVE ONLY: {indicative}. These need the whole ledger of every account, and an opening balance is \
             missing or balances of stolen value could not be proved."
        ));
    }
    let unfinished = named(|rule| rule.is_unfinished && rule.adds_up);
    if !unfinished.is_empty() {
        statements.push(format!(
            "NOT FINISHED by {unfinished}: not all that these reach was looked at, so what ended as not covered or \
             budget may have gone on."
        ));
    }
    if rules.iter().any(|rule| rule.is_unfinished && !rule.adds_up) {
        statements.push(
            "poison reaches further than what was looked at for the other rules; nothing is fetched for it."
                .to_owned(),
        );
    }
    statements
}
