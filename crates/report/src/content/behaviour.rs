//! Behaviour that has a name, and what links addresses.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{
    ChainId, Heuristic, HopKind, Link, Measure, Pattern, PatternKind, PatternReservation, Position,
    Thresholds, Unit, Witness,
};

use super::names::Names;
use crate::input::Input;
use crate::number::group;
use crate::schema::{self, Behaviour, Owner, PatternParty, Place};

/// Of one owner so many addresses are named.
pub(super) const MOST_OF_OWNER: usize = 60;

pub(super) fn behaviour(input: &Input<'_>, names: &Names<'_>) -> Behaviour {
    let hops = hops(input);
    let of_trail = |pattern: &Pattern| -> BTreeSet<usize> {
        let at = |of: &Witness| hops.get(&(pattern.chain, of.position));
        pattern.witnesses.iter().filter_map(at).flatten().copied().collect()
    };
    let mut found: Vec<(BTreeSet<usize>, &Pattern)> =
        input.patterns.found.iter().map(|pattern| (of_trail(pattern), pattern)).collect();
    // Otherwise as they were found: the most telling kinds first.
    found.sort_by_key(|(hops, _)| hops.is_empty());
    let patterns = found.iter().enumerate();
    let links = input.links.found.iter().enumerate();
    Behaviour {
        patterns: patterns.map(|(idx, (hops, of))| pattern(names, idx, hops, of)).collect(),
        left_out: left_out(input),
        links: links.map(|(idx, of)| link(names, idx, of)).collect(),
        owners: owners(input, names),
        thresholds: input.thresholds.entries().into_iter().collect(),
        set_thresholds: set_thresholds(input),
    }
}

/// By position: the hops that it is evidence of.
fn hops(input: &Input<'_>) -> BTreeMap<(ChainId, Position), Vec<usize>> {
    let mut hops: BTreeMap<(ChainId, Position), Vec<usize>> = BTreeMap::new();
    for (idx, hop) in input.trail.hops.iter().enumerate() {
        let (HopKind::Payment { evidence, .. } | HopKind::Conversion { evidence, .. }) = &hop.kind;
        for position in evidence {
            hops.entry((hop.chain, *position)).or_default().push(idx);
        }
    }
    hops
}

fn pattern(names: &Names<'_>, idx: usize, hops: &BTreeSet<usize>, of: &Pattern) -> schema::Pattern {
    let (chain, first, last) = (of.chain, of.window.first(), of.window.last());
    let party = |who| names.party(chain, who, last);
    let when = if first == last {
        names.block(chain, first)
    } else {
        format!("{} to {}", names.block(chain, first), names.block(chain, last))
    };
    let parties =
        of.parties.iter().map(|(role, who)| PatternParty { role: role.name(), party: party(*who) });
    schema::Pattern {
        id: format!("T{}", idx.saturating_add(1)),
        kind: of.kind.name(),
        definition: definition(of.kind),
        chain_name: names.chain(chain),
        parties: parties.collect(),
        parties_left_out: of.parties_left_out,
        money: names.money(of.asset, of.amount, Some(last)),
        when,
        measures: of.measures.iter().map(measure).collect(),
        reservations: of
            .reservations
            .iter()
            .map(|reservation| match reservation {
                PatternReservation::PartlyLookedAt(who) => format!(
                    "only part of what {} did then was looked at: more could unmake this",
                    party(*who).text()
                ),
                PatternReservation::PastUnknown(who) => {
                    format!("what {} had before was not looked at", party(*who).text())
                }
            })
            .collect(),
        hops: hops.iter().map(|hop| format!("H{}", hop.saturating_add(1))).collect(),
        proof: proof(names, chain, &of.witnesses),
        proof_left_out: of.witnesses_left_out,
    }
}

fn proof(names: &Names<'_>, chain: ChainId, witnesses: &[Witness]) -> Vec<Place> {
    witnesses.iter().map(|of| names.place(chain, of.position, of.transaction)).collect()
}

pub(crate) fn measure(of: &Measure) -> schema::Measure {
    let text = match of.threshold {
        Some((_, value)) => {
            format!(
                "{}: {} (threshold {})",
                of.what,
                quantity(of.found, of.unit),
                quantity(value, of.unit)
            )
        }
        None => format!("{}: {}", of.what, quantity(of.found, of.unit)),
    };
    schema::Measure {
        what: of.what,
        found: of.found,
        threshold: of.threshold.map(|(name, _)| name),
        value: of.threshold.map(|(_, value)| value),
        text,
    }
}

/// What a threshold of a value says, as people say it; its unit is the end of its name.
pub(crate) fn threshold(name: &str, value: u64) -> String {
    let unit = match name.rsplit('_').next() {
        Some("ppm") => Unit::Ppm,
        Some("seconds") => Unit::Seconds,
        _ => Unit::Count,
    };
    let words = Thresholds::words(name).unwrap_or_default();
    words.replacen("{}", &quantity(value, unit), 1)
}

/// A number as people say it.
fn quantity(of: u64, unit: Unit) -> String {
    match unit {
        Unit::Count => group(&of.to_string()),
        Unit::Ppm => format!("{}.{:02} %", group(&(of / 10_000).to_string()), of % 10_000 / 100),
        Unit::Seconds => match of {
            0..120 => format!("{of} s"),
            120..7_200 => format!("{} min", of / 60),
            7_200..172_800 => format!("{} h {} min", of / 3_600, of % 3_600 / 60),
            _ => format!("{} days {} h", group(&(of / 86_400).to_string()), of % 86_400 / 3_600),
        },
    }
}

fn left_out(input: &Input<'_>) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (kind, n) in &input.patterns.left_out {
        lines.push(format!("{} more of {kind} were found", group(&n.to_string())));
    }
    for (heuristic, n) in &input.links.left_out {
        lines.push(format!("{} more links by {heuristic} were found", group(&n.to_string())));
    }
    if input.patterns.is_cut_short {
        lines.push("there may be more cycles: the search did not try everything".to_owned());
    }
    lines
}

fn link(names: &Names<'_>, idx: usize, of: &Link) -> schema::Link {
    let block = of.witnesses.last().map_or(u64::MAX, |witness| witness.position.block);
    let party = |who| names.party(of.chain, who, block);
    schema::Link {
        id: format!("L{}", idx.saturating_add(1)),
        heuristic: of.heuristic.name(),
        means: meaning(of.heuristic),
        is_strong: of.heuristic.is_strong(),
        confidence: of.confidence.name(),
        score_ppm: of.score_ppm,
        chain_name: names.chain(of.chain),
        from: party(of.from),
        to: party(of.to),
        through: of.through.map(party),
        is_partly_looked_at: of.is_partly_looked_at,
        proof: proof(names, of.chain, &of.witnesses),
    }
}

fn owners(input: &Input<'_>, names: &Names<'_>) -> Vec<Owner> {
    let clusters = input.links.clusters.iter();
    clusters
        .map(|of| Owner {
            chain_name: names.chain(of.chain),
            parties: of
                .addresses
                .iter()
                .take(MOST_OF_OWNER)
                .map(|who| names.party(of.chain, *who, u64::MAX))
                .collect(),
            parties_left_out: of.addresses.len().saturating_sub(MOST_OF_OWNER),
            is_too_large: of.is_too_large,
        })
        .collect()
}

fn set_thresholds(input: &Input<'_>) -> Vec<&'static str> {
    let entries = input.thresholds.entries().into_iter().zip(Thresholds::default().entries());
    entries.filter(|(one, default)| one != default).map(|((name, _), _)| name).collect()
}

/// What a typology is, in a sentence. The whole definitions are in `docs/typologies.md`.
pub(crate) const fn definition(kind: PatternKind) -> &'static str {
    match kind {
        PatternKind::AddressPoisoning => {
            "a look-alike of somebody the target had dealt with put itself into the target's history, by a \
             transfer of nothing, of next to nothing, or of a token that nobody vouches for"
        }
        PatternKind::CounterfeitToken => {
            "a token that nobody vouches for calls itself by the name of one that somebody does; being sent \
             one proves nothing of the receiver"
        }
        PatternKind::PeelChain => {
            "address after address pays small parts and sends the rest on to one that is used for nothing else"
        }
        PatternKind::ScatterGather => {
            "one address pays many, each of whom passes most of it on to the same address"
        }
        PatternKind::Cycle => "what was paid came back to the payer over others, nearly as much",
        PatternKind::Structuring => {
            "several payments just under a reporting threshold, or one receipt that left in equal parts"
        }
        PatternKind::DormantThenActive => {
            "nothing was done for long, then most of what had been kept left at once"
        }
        PatternKind::FanOut => "one address paid many others within a short time",
        PatternKind::FanIn => "many addresses paid one within a short time",
        PatternKind::PassThrough => "what came left again within minutes",
        PatternKind::RoundAmounts => {
            "whole thousands were paid, which others do much more rarely in this asset"
        }
    }
}

/// What a heuristic says, in a sentence.
pub(crate) const fn meaning(heuristic: Heuristic) -> &'static str {
    match heuristic {
        Heuristic::DepositAddress => {
            "the first paid the second, which forwarded it to an address of an exchange where others forward to \
             as well, and pays nobody else: probably the first's deposit address. The exchange knows whose it is"
        }
        Heuristic::LoneForwarder => {
            "the first paid the second, which forwarded it to an exchange and pays nobody else; but nobody else \
             forwards there, so it may be the second's own account"
        }
        Heuristic::TookByAuthorisation => {
            "the second took tokens of the first by an authorisation, and paid for the transaction: owners do so \
             with their own wallets, thieves with their victims'"
        }
        Heuristic::SameDelegate => {
            "both wallets run the code of the same contract: makers of wallets have one for all customers"
        }
        Heuristic::GasFunding => {
            "the first paid the first coins that the second paid gas with, and more moved between them: services \
             fund strangers, too"
        }
    }
}

#[cfg(test)]
mod tests {
    use fundtrail_model::Unit;

    use super::{quantity, threshold};

    #[test]
    fn thresholds_are_told_in_words() {
        let check = |name, value, expected: &str| assert_eq!(threshold(name, value), expected);
        check("peel_hops", 3, "a peel chain has at least 3 addresses in a row that peel");
        check(
            "peel_ratio_ppm",
            250_000,
            "peel chain: what is peeled off is at most 25.00 % of what goes on",
        );
        check("fan_seconds", 86_400, "fan-out and fan-in: all within 24 h 0 min");
        check(
            "reporting_usd",
            10_000,
            "structuring: the higher reporting threshold is 10,000 US dollars",
        );
        check("nothing", 1, "");
    }

    #[test]
    fn numbers_are_told_as_people_say_them() {
        let check = |of, unit, expected: &str| assert_eq!(quantity(of, unit), expected);
        check(12_345, Unit::Count, "12,345");
        check(1_000_000, Unit::Ppm, "100.00 %");
        check(932_199, Unit::Ppm, "93.21 %");
        check(119, Unit::Seconds, "119 s");
        check(600, Unit::Seconds, "10 min");
        check(86_400, Unit::Seconds, "24 h 0 min");
        check(15_552_000, Unit::Seconds, "180 days 0 h");
        check(u64::MAX, Unit::Seconds, "213,503,982,334,601 days 7 h");
    }
}
