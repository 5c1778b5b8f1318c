//! The answers in short.

use super::attention::counted;
use super::schema::{Answer, Balance, Category, Listed, Quantity, Wallet};
use crate::phrases::NO_PRICES;

/// Lines of one answer.
const MOST_LINES: usize = 8;

/// What is said where names were never looked up.
pub(super) const NO_NAMES: &str =
    "its addresses were not looked up in any list, or not all of them since more was fetched";

/// `is_valued`: whether anybody was asked for prices.
pub(super) fn summary(wallet: &Wallet, is_valued: bool) -> Vec<Answer> {
    vec![
        who(wallet),
        listed(wallet),
        attention(wallet),
        with_whom(wallet),
        balances(wallet, is_valued),
        sure(wallet),
    ]
}

fn capped(mut lines: Vec<String>, what: &str) -> Vec<String> {
    let more = lines.len().saturating_sub(MOST_LINES);
    lines.truncate(MOST_LINES);
    lines.extend((0 < more).then(|| format!("and {more} more {what}")));
    lines
}

fn who(wallet: &Wallet) -> Answer {
    let invented = if wallet.is_invented { ", invented" } else { "" };
    let mut lines =
        vec![format!("{} on {} ({}{invented})", wallet.address, wallet.chain_name, wallet.kind)];
    lines.extend(wallet.labels.iter().cloned());
    if wallet.labels.is_empty() {
        let text = if wallet.is_named { "no list used labels it" } else { NO_NAMES };
        lines.push(text.to_owned());
    }
    lines.extend(wallet.conflicts.iter().cloned());
    let seen = &wallet.seen;
    lines.push(match (&seen.first, &seen.last) {
        (Some(first), Some(last)) => format!(
            "seen in the blocks looked at: first {}, last {}; {}, {} of them signed by it",
            first.when(),
            last.when(),
            counted(seen.transactions, "transaction"),
            seen.signed
        ),
        _ => "not seen in the blocks looked at".to_owned(),
    });
    Answer { question: "Who is it?", lines, is_alert: false, alerts: 0 }
}

fn listed(wallet: &Wallet) -> Answer {
    let mut lines: Vec<String> =
        wallet.listings.iter().map(|text| format!("the address itself: {text}")).collect();
    // What is, or was then, in force comes first, and is alone what alarms.
    let (alarming, others): (Vec<&Listed>, Vec<&Listed>) =
        wallet.listed.iter().partition(|line| line.is_flagged && line.is_in_force);
    let alerts = lines.len().saturating_add(alarming.len());
    for line in alarming.into_iter().chain(others) {
        let way = match (line.counts, line.side) {
            (true, "out") => "paid to",
            (true, _) => "received from",
            (false, _) => "not counted, unasked or logged by an unknown token, beside",
        };
        let name = line.name.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
        lines.push(format!(
            "{} {way} {}{name} ({}): {}",
            sums(&line.totals),
            line.address,
            line.listing,
            line.statement
        ));
    }
    let mut lines = capped(lines, "lines");
    let mut alerts = alerts.min(lines.len());
    let has_gaps = wallet.looks.iter().any(|look| !look.gaps.is_empty());
    if !wallet.is_named {
        lines.insert(0, format!("Not known: {NO_NAMES}."));
        alerts = alerts.saturating_add(1);
    } else if lines.is_empty() {
        lines.push(if has_gaps {
            "None was found: neither the address nor anybody it dealt with in the blocks looked at stands, or stood, on \
             a list used."
                .to_owned()
        } else {
            "No: neither the address nor anybody it dealt with in these blocks stands, or stood, on a list used."
                .to_owned()
        });
    }
    if has_gaps {
        lines.push(
            "With whom it dealt in the other blocks is not known: they were not looked at."
                .to_owned(),
        );
    }
    Answer {
        question: "Is it listed, or did it deal with listed addresses?",
        lines,
        is_alert: wallet.is_flagged || !wallet.is_named,
        alerts,
    }
}

fn attention(wallet: &Wallet) -> Answer {
    let told = wallet.flags.iter().map(|flag| format!("{} {}: {}", flag.id, flag.kind, flag.text));
    let mut lines = capped(told.collect(), "flags");
    if lines.is_empty() {
        lines.push("Nothing that is looked for here was found.".to_owned());
    }
    // The gravest come first.
    let alerts = wallet.flags.iter().take(MOST_LINES).filter(|flag| flag.is_alert).count();
    Answer { question: "What asks for attention?", lines, is_alert: 0 < alerts, alerts }
}

fn with_whom(wallet: &Wallet) -> Answer {
    let line = |of: &Category| {
        let mut parts = Vec::new();
        if !of.received.is_empty() {
            parts.push(format!("in {}", sums(&of.received)));
        }
        if !of.sent.is_empty() {
            parts.push(format!("out {}", sums(&of.sent)));
        }
        let who = counted(of.counterparties, "address");
        format!("{} ({who}): {}", of.name, parts.join("; "))
    };
    let mut lines: Vec<String> = wallet.categories.iter().map(line).collect();
    if lines.is_empty() {
        lines.push("With nobody, in the blocks looked at.".to_owned());
    }
    Answer { question: "With whom did it deal?", lines, is_alert: false, alerts: 0 }
}

fn balances(wallet: &Wallet, is_valued: bool) -> Answer {
    let amount = |of: &Option<Quantity>| {
        of.as_ref().map_or_else(|| "not known".to_owned(), Quantity::number)
    };
    let line = |of: &Balance| {
        format!(
            "{}{}: before {}, in {}, out {}, fees {}, after {}; {}",
            of.received.asset,
            if of.is_seen { "" } else { ", in the blocks looked at" },
            amount(&of.opening),
            of.received.number(),
            of.sent.number(),
            of.fees.number(),
            amount(&of.closing),
            of.check
        )
    };
    let vouched = wallet.balances.iter().filter(|of| of.is_vouched);
    let mut lines = capped(vouched.map(line).collect(), "assets");
    let others = wallet.balances.iter().filter(|of| !of.is_vouched).count();
    if 0 < others {
        lines.push(format!("and {} that nobody vouches for", counted(others, "token")));
    }
    if lines.is_empty() {
        lines.push("Nothing came and nothing went in the blocks looked at.".to_owned());
    }
    lines.extend((!is_valued).then(|| NO_PRICES.to_owned()));
    Answer {
        question: "What came in, what went out, what is left?",
        lines,
        is_alert: false,
        alerts: 0,
    }
}

fn sure(wallet: &Wallet) -> Answer {
    let is_alert = !wallet.is_complete;
    let mut lines = vec![format!(
        "blocks {} to {}{}",
        wallet.first_block,
        wallet.last_block,
        match (&wallet.first_block_time, &wallet.last_block_time) {
            (Some(first), Some(last)) => format!(" ({first} to {last})"),
            (None, Some(last)) => format!(" (the last of them: {last})"),
            _ => String::new(),
        }
    )];
    for look in &wallet.looks {
        let mut parts = look.blocks.clone();
        if !look.gaps.is_empty() {
            parts.push(format!(
                "NOT LOOKED AT: blocks {}",
                capped(look.gaps.clone(), "gaps").join(", ")
            ));
        }
        lines.push(format!("{}: {}", look.assets, parts.join("; ")));
    }
    let verdict = if wallet.is_complete {
        "Everything was looked at, and everything that somebody vouches for adds up.".to_owned()
    } else if !wallet.is_named {
        "Not everybody was looked up in the lists: see what is not known.".to_owned()
    } else {
        "Not everything was looked at, or not everything adds up: see what is not known.".to_owned()
    };
    // What alarms comes first.
    lines.insert(if is_alert { 0 } else { lines.len() }, verdict);
    Answer { question: "How sure is that?", lines, is_alert, alerts: usize::from(is_alert) }
}

/// Amounts with their worth, one after the other.
pub(super) fn sums(amounts: &[Quantity]) -> String {
    amounts.iter().map(Quantity::with_usd).collect::<Vec<_>>().join(" + ")
}
