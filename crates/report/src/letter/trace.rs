//! How the value was traced, and how that is checked by hand.

use std::collections::BTreeSet;

use crate::Report;
use crate::document::parts::{
    exact_lines, list, lots, numbered, paragraph, section, transaction, when_netted, whole_grid,
};
use crate::document::{Column, Section, Text};
use crate::number::group;
use crate::schema::{Action, Hop};

/// The rule, and how well the blocks that were looked at prove what they show.
pub(super) fn traced(report: &Report, action: &Action) -> Section {
    let mut traced = section("method", "How it was traced");
    let seeds: BTreeSet<&str> = action.items.iter().map(|item| item.seed.as_str()).collect();
    let seeds = report.seeds.iter().filter(|seed| seeds.contains(seed.id.as_str()));
    let said = seeds.map(|seed| {
        let from = seed.from.as_ref().map(|from| format!(" from {}", from.address));
        Text::from(format!(
            "{}: {}{} to {}, {}, ",
            seed.id,
            seed.money.text(),
            from.unwrap_or_default(),
            seed.to.address,
            seed.place.time_text(),
        ))
        .join(transaction(&seed.place))
    });
    let start = format!("{}, as whoever asks names it:", report.words.seeds_heading);
    traced.blocks.push(paragraph(start));
    traced.blocks.extend(list(said));
    let rule = report.method.statements.first().map(String::as_str);
    traced.blocks.extend(rule.map(paragraph));
    traced.blocks.extend(proof(report, action).map(paragraph));
    traced
}

/// How many windows prove what they show, on the chains of the letter.
fn proof(report: &Report, action: &Action) -> Option<String> {
    let chains: BTreeSet<&str> =
        action.items.iter().map(|item| item.place.chain_name.as_str()).collect();
    let lines = report.certainty.coverage.iter();
    let lines = lines.filter(|line| chains.contains(line.chain_name.as_str()));
    let sums = lines.fold([0_usize; 4], |sums, line| {
        let counts = [line.exact, line.reconciled, line.indicative, line.unreconciled];
        let mut sums = sums.into_iter().zip(counts).map(|(sum, count)| sum.saturating_add(count));
        std::array::from_fn(|_| sums.next().unwrap_or_default())
    });
    let [exact, reconciled, indicative, unreconciled] = sums.map(|sum| group(&sum.to_string()));
    (sums != [0; 4]).then(|| {
        format!(
            "Of the windows of blocks that were looked at on {}, {exact} are exact (nothing else can have moved), \
             {reconciled} reconciled (balances agree with what was seen), {indicative} indicative (could not be \
             checked) and {unreconciled} unreconciled (balances do not agree).",
            chains.into_iter().collect::<Vec<_>>().join(" and ")
        )
    })
}

/// Every hop that leads to the amounts, and how to read it.
pub(super) fn by_hand(report: &Report, action: &Action) -> Section {
    let mut by_hand = section("steps", "How to check each step by hand");
    by_hand.blocks.extend(list([
        "Open a transaction by its hash in any block explorer, or ask any node for its receipt.",
        "Compare block, time, payer and receiver. A position is block, transaction in the block, and step: log12 is the \
         event with that number, value the transaction's own value, frame0 an internal transfer. Where a step is the net \
         of several transfers, add up what its payer gave and what its receiver got in them.",
        "Compare the amount, as an integer in the asset's base units with the asset's decimals.",
        match report.direction {
            "in" => "Follow the steps below, the last first: each one names the later step that it paid for.",
            _ => "Follow the steps below from the first to the last: each one names the earlier step that its value \
                  came from.",
        },
    ]));
    let steps = steps(report, action);
    if steps.is_empty() {
        by_hand.blocks.push(paragraph("There are no steps: the value is where it first came."));
        return by_hand;
    }
    let columns = vec![
        Column::words("Step", 1),
        Column::words("When", 3),
        Column::words("From", 4),
        Column::words("To", 4),
        Column::words("Amount", 3),
        Column::words(report.words.part_title, 3),
        Column::words("Transaction", 5),
    ];
    by_hand.blocks.push(whole_grid(columns, &steps, |hop| step(hop)));
    by_hand
}

/// Every hop that the amounts came by, in the report's order: from each lot of their seeds back to the seed.
fn steps<'a>(report: &'a Report, action: &Action) -> Vec<&'a Hop> {
    let quoted: BTreeSet<&str> = action.items.iter().map(|item| item.ending.as_str()).collect();
    let endings = report.endings.iter().filter(|ending| quoted.contains(ending.id.as_str()));
    let mut next: Vec<(&str, &str)> =
        endings.map(|ending| (ending.origin.as_str(), ending.seed.as_str())).collect();
    let mut known: BTreeSet<(&str, &str)> = BTreeSet::new();
    while let Some((id, seed)) = next.pop() {
        let Some(hop) = report.hop(id).filter(|_| known.insert((id, seed))) else { continue };
        let lots = hop.taken.iter().filter(|lot| *lot.seed == *seed);
        next.extend(lots.filter_map(|lot| Some((lot.from.as_deref()?, seed))));
    }
    let ids: BTreeSet<&str> = known.into_iter().map(|(id, _)| id).collect();
    report.hops.iter().filter(|hop| ids.contains(hop.id.as_str())).collect()
}

fn step(hop: &Hop) -> Vec<Text> {
    let to = match (&hop.to, hop.received.is_empty()) {
        (_, false) => Text::from("converted into ").join(exact_lines(&hop.received)),
        (Some(to), true) => Text::from(numbered(to)).line().code(to.address.as_str()),
        (None, true) => hop.to_note.unwrap_or_default().into(),
    };
    vec![
        hop.id.as_str().into(),
        when_netted(hop),
        Text::from(numbered(&hop.from)).line().code(hop.from.address.as_str()),
        to,
        exact_lines(&hop.paid),
        lots(&hop.taken).into(),
        transaction(&hop.place),
    ]
}
