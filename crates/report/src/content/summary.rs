//! The answers in short: what a reader must know after one screen.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Amount, EndingClass};

use crate::schema::{Action, Answer, Finding, Money, Report, Seed};
use crate::{number, phrases};

use super::findings::when;

/// More requests than this. Each is something to do today, so few are left out.
const MAX_REQUESTS: usize = 20;
/// What lists of sanctioned addresses are called.
const SANCTIONS: &str = "listings";
/// More lines than this are counted, not shown.
const MAX_LINES: usize = 6;

pub(super) fn summary(report: &Report) -> Vec<Answer> {
    vec![stolen(report), now(report), requests(report), sanctions(report), sure(report)]
}

fn stolen(report: &Report) -> Answer {
    let lines = report
        .seeds
        .iter()
        .map(|seed| {
            format!(
                "{}: {} on {}, {}{}{}",
                seed.id,
                seed.money.with_worth(seed.money.exact_on_chain()),
                seed.place.chain_name,
                seed.place.time_text(),
                became(seed, report.direction == "in"),
                and_then(report, seed),
            )
        })
        .collect();
    let mut lines = capped(lines);
    let is_valued = report.seeds.iter().any(|seed| seed.money.worth().is_some());
    lines.extend((!is_valued).then(|| phrases::NO_PRICES.to_owned()));
    Answer { question: report.words.how_much, lines, is_alert: false, alerts: 0 }
}

/// What it was soon made into, or, back, bought with, for readers to whom the seed's asset says little.
fn became(seed: &Seed, is_back: bool) -> String {
    let Some(converted) = &seed.converted else { return String::new() };
    let made: Vec<String> = seed.became.iter().map(|money| money.exact_on_chain()).collect();
    let made = match made.split_last() {
        None => return String::new(),
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    };
    if is_back && converted.amount == seed.money.amount {
        format!(", which was bought with {made}")
    } else if is_back {
        format!(", of which {} were bought with {made}", converted.exact_on_chain())
    } else if converted.amount == seed.money.amount {
        format!(", which became {made}")
    } else {
        format!(", of which {} became {made}", converted.exact_on_chain())
    }
}

/// What of that became something else in turn, and where that is told.
fn and_then(report: &Report, seed: &Seed) -> String {
    let is_again = |made: &&Money| {
        report.ledger.iter().any(|line| {
            let out = &line.converted_out;
            let is_same = (out.chain, &out.contract) == (made.chain, &made.contract);
            line.seed == seed.id && is_same && !out.amount.is_zero()
        })
    };
    let again: Vec<&str> = seed.became.iter().filter(is_again).map(|made| &*made.asset).collect();
    let Some((last, others)) = again.split_last() else { return String::new() };
    let names = match others {
        [] => (*last).to_owned(),
        others => format!("{} and {last}", others.join(", ")),
    };
    let did = match report.direction {
        "in" => "was bought in turn: the closing ledger traces it on",
        _ => "was converted again: the closing ledger follows it on",
    };
    format!("; some or all of the {names} {did}")
}

/// Sums over seeds of the same asset; different assets are never added up.
fn now(report: &Report) -> Answer {
    type Key = (EndingClass, u64, Option<String>);
    let mut sums: BTreeMap<Key, (Amount, Vec<&crate::schema::Ending>)> = BTreeMap::new();
    for ending in &report.endings {
        let key = (ending.kind, ending.money.chain, ending.money.contract.clone());
        let (sum, endings) = sums.entry(key).or_default();
        if !ending.is_repeated {
            *sum = sum.saturating_add(ending.money.amount);
        }
        endings.push(ending);
    }
    let mut lines: BTreeMap<EndingClass, (Vec<String>, BTreeSet<&str>)> = BTreeMap::new();
    for ((class, ..), (sum, endings)) in &sums {
        let Some(first) = endings.first() else { continue };
        let (texts, addresses) = lines.entry(*class).or_default();
        texts.push(first.money.sum_text(*sum));
        addresses
            .extend(endings.iter().filter_map(|ending| ending.at.as_ref()).map(|at| &*at.address));
    }
    let is_back = report.direction == "in";
    let state = until(report).filter(|_| !is_back).map(|until| {
        format!("This is how it was at the last block looked at: {until}. What moved later is not known.")
    });
    let mut answers: Vec<String> = state.into_iter().collect();
    answers.extend(lines.into_iter().map(|(class, (texts, addresses))| {
        let places = match addresses.len() {
            0 => String::new(),
            1 => " at 1 address".to_owned(),
            count => format!(" at {} addresses", number::group(&count.to_string())),
        };
        format!("{class}{}{places}: {}", plainly(class, is_back), texts.join("; "))
    }));
    answers.push(if report.certainty.is_upper_bound {
        "These are upper bounds by reachability: they overlap, and do not add up to what was stolen."
            .to_owned()
    } else if report.certainty.closes {
        "Every unit is accounted for: the ledger closes for every seed and asset.".to_owned()
    } else {
        "THE LEDGER DOES NOT CLOSE: do not rely on these amounts.".to_owned()
    });
    let is_alert = !report.certainty.closes;
    let alerts = if is_alert { answers.len() } else { 0 };
    Answer { question: report.words.which_place, lines: answers, is_alert, alerts }
}

/// The last block that was looked at, of each chain.
fn until(report: &Report) -> Option<String> {
    let chains = report.chains.iter().filter_map(|chain| {
        let block = number::group(&chain.until?.to_string());
        let time = chain.until_time.as_deref().unwrap_or("time not known");
        Some(format!("{} block {block} ({time})", chain.name))
    });
    let told: Vec<String> = chains.collect();
    (!told.is_empty()).then(|| told.join("; "))
}

/// What a kind of ending means, for readers who have not seen the glossary.
const fn plainly(class: EndingClass, is_back: bool) -> &'static str {
    match (class, is_back) {
        (EndingClass::Held, false) => " (still in wallets)",
        (EndingClass::Service, false) => " (paid to exchanges and other services)",
        (EndingClass::Service, true) => " (paid out by exchanges and other services)",
        (EndingClass::Sanctioned, false) => " (paid to sanctioned addresses)",
        (EndingClass::Sanctioned, true) => " (paid by sanctioned addresses)",
        (EndingClass::Mixer, false) => " (beyond it nobody can follow for certain)",
        (EndingClass::Mixer, true) => " (behind it nobody can trace for certain)",
        (EndingClass::Bridge, false) => " (went on to another chain)",
        (EndingClass::Bridge, true) => " (came from another chain)",
        (EndingClass::ContractWithoutReturn, _) => {
            " (left in programs on the chain that gave nothing back)"
        }
        (EndingClass::Hub, _) => " (crowded addresses, probably services)",
        (EndingClass::BelowThreshold, _) => " (too little to follow, by setting)",
        (EndingClass::HopLimit, _) => " (further away than was set)",
        (EndingClass::Budget | EndingClass::NotCovered, _) => " (not looked at yet)",
        (EndingClass::Burned, false) => " (destroyed)",
        (EndingClass::Fee, false) => " (spent on network fees)",
        (EndingClass::Unexplained, false) => " (gone, and nobody is seen to have got it)",
        (EndingClass::Unexplained, true) => " (there, and nobody is seen to have paid it)",
        (EndingClass::Created, _) => " (newly made by the chain or a token)",
        _ => "",
    }
}

fn requests(report: &Report) -> Answer {
    let line = |action: &Action| {
        let sums: Vec<String> = action.totals.iter().map(|money| money.brief()).collect();
        let count = match action.items.len() {
            1 => String::new(),
            count => format!(", {} lots", number::group(&count.to_string())),
        };
        format!("{}, {}: {}{count}: {}", action.id, action.kind, action.whom, sums.join("; "))
    };
    let mut lines: Vec<String> = report.actions.iter().map(line).collect();
    if lines.is_empty() {
        lines.push(phrases::NO_REQUESTS.to_owned());
    }
    let mut lines = first_of(lines, MAX_REQUESTS);
    lines.extend(report.shared_requests());
    Answer { question: report.words.whom_to_ask, lines, is_alert: false, alerts: 0 }
}

fn sanctions(report: &Report) -> Answer {
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    for finding in &report.findings {
        match groups.iter_mut().find(|group| group.first().is_some_and(|of| is_like(of, finding))) {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    let said = |is_flagged: bool, is_in_force: bool| -> Vec<String> {
        let of_kind = groups.iter().filter(|group| {
            let is_it = |first: &&Finding| {
                (first.is_flagged, first.is_flagged && first.is_in_force)
                    == (is_flagged, is_in_force)
            };
            group.first().is_some_and(is_it)
        });
        of_kind.filter_map(|group| said_of(group, &report.today)).collect()
    };
    // What is, or was then, in force comes first, and is alone what alarms.
    let mut lines = said(true, true);
    let differ = report.opinions.iter().filter(|opinion| opinion.is_disagreement);
    lines.extend(differ.map(|opinion| {
        format!("SECOND OPINION on {}: {}", opinion.party.text(), opinion.statement)
    }));
    let alerts = lines.len();
    lines.extend(said(true, false));
    let others = said(false, false);
    if lines.is_empty() && others.is_empty() && report.method.lists.is_empty() {
        lines.push("Not known: the case names no list that was consulted.".to_owned());
    } else if lines.is_empty() && others.is_empty() {
        lines.push(format!(
            "No address on this trail has a listing in the lists used, then or today ({}). {}",
            report.today, report.words.beyond
        ));
    }
    if !others.is_empty() {
        lines.push(format!(
            "{} by the setting flag = {}, which counts {}. Touched all the same:",
            if lines.is_empty() { "No finding" } else { "Not a finding" },
            report.flag,
            counted(report.flag),
        ));
        lines.extend(others);
    }
    let mut lines = capped(lines);
    let alerts = alerts.min(lines.len());
    lines.extend(newest_list(report).filter(|day| **day < report.today).map(|day| {
        format!("The newest list used is of {day}: what was listed or delisted after that day is not known.")
    }));
    Answer {
        question: "Which flows touched a sanctioned address?",
        lines,
        is_alert: 0 < alerts,
        alerts,
    }
}

/// The day of the newest list of sanctioned addresses.
fn newest_list(report: &Report) -> Option<&String> {
    let sanctions = report.method.lists.iter().filter(|list| list.kind == SANCTIONS);
    sanctions.map(|list| &list.as_of).filter(|day| !day.is_empty()).max()
}

/// Which verdicts a rule of flagging counts, in words.
fn counted(flag: &str) -> &'static str {
    match flag {
        "then" => "what was, or may have been, sanctioned at the transfer",
        "now" => "what is, or may be, sanctioned today",
        _ => "every listing, past or present",
    }
}

/// Whether two findings are about the same entity and say the same of it. What has several listings is
/// told on its own.
fn is_like(a: &Finding, b: &Finding) -> bool {
    let key =
        |finding: &Finding| (finding.then, finding.today, finding.role, finding.delisted.is_some());
    a.listing == b.listing && key(a) == key(b) && a.listing_count < 2 && b.listing_count < 2
}

/// One line for findings that are alike: the sums, the days, and what they mean.
fn said_of(group: &[&Finding], today: &str) -> Option<String> {
    let (first, others) = group.split_first()?;
    let mut sums: BTreeMap<(u64, Option<&str>), (&Money, Amount)> = BTreeMap::new();
    for money in group.iter().flat_map(|finding| &finding.totals) {
        let key = (money.chain, money.contract.as_deref());
        let (_, sum) = sums.entry(key).or_insert((money, Amount::ZERO));
        *sum = sum.saturating_add(money.amount);
    }
    let sums: Vec<String> = sums.values().map(|(money, sum)| money.sum_text(*sum)).collect();
    let (sums, role) = (sums.join("; "), first.role);
    if others.is_empty() {
        let Finding { party, listing, statement, .. } = first;
        return Some(format!("{} {role} {sums} ({listing}): {statement}", party.text()));
    }
    let addresses: BTreeSet<&str> =
        group.iter().map(|finding| finding.party.address.as_str()).collect();
    let of_all = |day: fn(&Finding) -> Option<&str>| -> BTreeSet<&str> {
        group.iter().filter_map(|finding| day(finding)).collect()
    };
    let joined = |days: BTreeSet<&str>| days.into_iter().collect::<Vec<_>>().join(" / ");
    let delisted = of_all(|finding| finding.delisted.as_deref());
    let delisted = match delisted.is_empty() {
        true => String::new(),
        false => format!("; delisted {}", joined(delisted)),
    };
    Some(format!(
        "{} listed as {} {role} {sums}: {}; listed {}{delisted}; {} ({today})",
        match addresses.len() {
            1 => "1 address".to_owned(),
            count => format!("{} addresses", number::group(&count.to_string())),
        },
        first.listing,
        when(
            first.first_day.is_some(),
            first.then_words,
            of_all(|finding| finding.first_day.as_deref()).first().copied(),
            of_all(|finding| finding.last_day.as_deref()).last().copied(),
        ),
        joined(of_all(|finding| Some(finding.listed.as_str()))),
        first.today_words,
    ))
}

fn sure(report: &Report) -> Answer {
    let mut lines: Vec<String> =
        report.unfinished.iter().map(|what| format!("NOT FINISHED: {what}")).collect();
    lines.extend(report.certainty.statements.iter().cloned());
    let count = report.certainty.reservations.len();
    match count {
        0 => {}
        1 => lines.push("1 reservation is listed below.".to_owned()),
        _ => lines
            .push(format!("{} reservations are listed below.", number::group(&count.to_string()))),
    }
    let certainty = &report.certainty;
    let weakens_all = !certainty.closes || certainty.is_indicative || certainty.is_upper_bound;
    let alerts = if weakens_all { lines.len() } else { report.unfinished.iter().count() };
    Answer { question: "How sure is this?", lines, is_alert: 0 < alerts, alerts }
}

fn capped(lines: Vec<String>) -> Vec<String> {
    first_of(lines, MAX_LINES)
}

fn first_of(mut lines: Vec<String>, most: usize) -> Vec<String> {
    let rest = lines.len().saturating_sub(most);
    if rest > 0 {
        lines.truncate(most);
        lines.push(format!("and {} more, below", number::group(&rest.to_string())));
    }
    lines
}
