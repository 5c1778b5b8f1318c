//! A wallet report as a text.

use super::attention::counted;
use super::schema::{
    Balance, Category, Conversion, Counterparty, Flag, Listed, Moment, Quantity, Report, Unasked,
    Wallet,
};
use crate::document::parts::{self, facts, paragraph};
use crate::document::report::answers::said;
use crate::document::{Block, Column, Document, Section, Text};
use crate::number::group;
use crate::phrases::RECONSTRUCTION;

/// Transactions of a flag.
const MOST_TRANSACTIONS: usize = 10;

/// The whole report as a text, in the order in which it is read; of each kind of thing at most some hundred, and it says
/// where there are more. The same report gives the same text.
#[must_use]
pub fn document(report: &Report) -> Document {
    let mut sections = Vec::new();
    for wallet in &report.wallets {
        let of = |name: &str, title: &str| {
            let title = match report.wallets.len() {
                1 => title.to_owned(),
                _ => format!("{}: {title}", wallet.id),
            };
            Section {
                anchor: format!("{name}-{}", wallet.id.to_lowercase()),
                title,
                blocks: Vec::new(),
            }
        };
        sections.extend([
            with(of("summary", "The answers"), summary(report, wallet)),
            with(of("listed", "Listed addresses, then and now"), listed(wallet)),
            with(of("flags", "What asks for attention"), flags(wallet)),
            with(of("categories", "With whom it dealt, by category"), vec![categories(wallet)]),
            with(of("counterparties", "With whom it dealt"), vec![counterparties(wallet)]),
            with(of("balances", "What came in, went out, is left"), vec![balances(wallet)]),
            with(of("conversions", "Conversions"), vec![conversions(wallet)]),
            with(of("unasked", "What counts as nobody’s dealing"), vec![unasked(wallet)]),
            with(of("not-known", "What is not known"), list(&wallet.not_known)),
            with(of("transfers", "Transfers"), vec![transfers(wallet)]),
        ]);
    }
    let mut method = Section {
        anchor: "method".to_owned(),
        title: "How it was found out".to_owned(),
        blocks: list(&report.method),
    };
    let settings = report.settings.iter().map(|of| format!("{}: {}", of.name, of.value));
    let hosts = report.endpoints.iter().map(|host| format!("asked: {host}"));
    let lists = report.lists.iter().map(|of| format!("list {}", of.told()));
    method.blocks.extend(list(&settings.chain(hosts).chain(lists).collect::<Vec<_>>()));
    sections.push(method);
    let terms = report.glossary.iter();
    let terms =
        terms.map(|term| Text::default().strong(term.word).then(format!(": {}", term.means)));
    sections.push(Section {
        anchor: "words".to_owned(),
        title: "Words".to_owned(),
        blocks: parts::list(terms).into_iter().collect(),
    });
    Document {
        title: report.title.clone(),
        banner: report.invented.as_ref().map(|text| format!("Reconstruction: {text}")),
        mark: report.invented.as_ref().map(|_| RECONSTRUCTION.to_owned()),
        section_mark: report.invented.as_ref().map(|_| RECONSTRUCTION.to_owned()),
        facts: facts(
            &report.software,
            &report.today,
            report.case_digest.as_deref(),
            ("Listings that make a finding", report.flag),
        ),
        sections,
    }
}

fn with(section: Section, blocks: Vec<Block>) -> Section {
    Section { blocks, ..section }
}

fn list(items: &[String]) -> Vec<Block> {
    parts::list(items.iter().map(String::as_str)).into_iter().collect()
}

fn summary(report: &Report, wallet: &Wallet) -> Vec<Block> {
    let mut blocks = Vec::new();
    if let Some(unfinished) = &report.unfinished {
        blocks.push(Block::Alert(format!("Not finished: {unfinished}").into()));
    }
    for answer in &wallet.summary {
        blocks.push(Block::Heading(answer.question.to_owned()));
        blocks.extend(said(answer));
    }
    blocks
}

/// A table of the first of many rows, or a sentence where there are none.
fn grid<T>(
    columns: Vec<Column>,
    items: &[T],
    none: &str,
    row: impl FnMut(&T) -> Vec<Text>,
) -> Block {
    if items.is_empty() {
        return paragraph(none);
    }
    parts::grid("", columns, items, row)
}

fn amounts(of: &[Quantity]) -> Text {
    Text::lines(of.iter().map(|sum| Text::from(sum.with_usd())))
}

fn moments(first: &Moment, last: &Moment) -> Text {
    let text = Text::from(first.when());
    if first.when() == last.when() { text } else { text.line().then(last.when()) }
}

fn who(address: Option<&str>, name: &str) -> Text {
    match address {
        Some(address) => Text::from(name).line().code(address),
        None => Text::from(name),
    }
}

fn listed(wallet: &Wallet) -> Vec<Block> {
    let mut blocks: Vec<Block> =
        wallet.listings.iter().map(|text| Block::Alert(text.as_str().into())).collect();
    let columns = vec![
        Column::words("Address", 4),
        Column::words("Listing", 3),
        Column::words("Way", 2),
        Column::number("Amount", 3),
        Column::words("Then and now", 5),
    ];
    let none = "Nobody it dealt with in the blocks looked at stands, or stood, on a list used.";
    let unknown = format!("Not known: {}.", super::summary::NO_NAMES);
    if !wallet.is_named {
        blocks.push(Block::Alert(unknown.as_str().into()));
    }
    let none = if wallet.is_named { none } else { &unknown };
    blocks.push(grid(columns, &wallet.listed, none, |of: &Listed| {
        let way = match (of.counts, of.side) {
            (true, "out") => "paid to it",
            (true, _) => "received from it",
            (false, _) => "not counted",
        };
        vec![
            who(Some(&of.address), of.name.as_deref().unwrap_or("unlabelled")),
            Text::from(of.listing.as_str()).line().then(of.source.as_str()),
            Text::from(way).line().then(counted(of.transfers.len(), "transfer")),
            amounts(&of.totals),
            Text::from(of.statement.as_str()),
        ]
    }));
    blocks.extend(wallet.opinions.iter().map(|text| paragraph(text.as_str())));
    blocks
}

fn flags(wallet: &Wallet) -> Vec<Block> {
    if wallet.flags.is_empty() {
        return vec![paragraph("Nothing that is looked for here was found.")];
    }
    let blocks = |of: &Flag| {
        let heading = Block::Heading(format!("{} {}", of.id, of.kind));
        let text = Text::from(of.text.as_str());
        let text = if of.is_alert { Block::Alert(text) } else { Block::Paragraph(text) };
        let hashes = of.transactions.iter().take(MOST_TRANSACTIONS);
        let hashes: Vec<Text> = hashes.map(|hash| Text::default().code(hash.as_str())).collect();
        let hashes = (!hashes.is_empty()).then_some(Block::List(hashes));
        [heading, text, paragraph(of.means)].into_iter().chain(hashes).collect::<Vec<_>>()
    };
    wallet.flags.iter().flat_map(blocks).collect()
}

fn categories(wallet: &Wallet) -> Block {
    let columns = vec![
        Column::words("Category", 3),
        Column::number("Addresses", 1),
        Column::number("In", 3),
        Column::number("Out", 3),
        Column::words("First and last", 3),
    ];
    grid(columns, &wallet.categories, "It dealt with nobody.", |of: &Category| {
        vec![
            Text::from(of.name),
            Text::from(group(&of.counterparties.to_string())),
            amounts(&of.received),
            amounts(&of.sent),
            moments(&of.first, &of.last),
        ]
    })
}

fn counterparties(wallet: &Wallet) -> Block {
    let columns = vec![
        Column::words("Who", 4),
        Column::words("Was", 2),
        Column::number("In", 3),
        Column::number("Out", 3),
        Column::words("First and last", 3),
    ];
    grid(columns, &wallet.counterparties, "It dealt with nobody.", |of: &Counterparty| {
        let mut party = who(of.address.as_deref(), of.name_text());
        for text in of.verdicts.iter().chain(&of.notes) {
            party = party.line().then(text.as_str());
        }
        vec![
            party,
            Text::from(of.categories.join("; ")),
            amounts(&of.received),
            amounts(&of.sent),
            moments(&of.first, &of.last),
        ]
    })
}

fn balances(wallet: &Wallet) -> Block {
    let columns = vec![
        Column::words("Asset", 2),
        Column::number("Before", 2),
        Column::number("In", 2),
        Column::number("Out", 2),
        Column::number("Fees", 1),
        Column::number("After", 2),
        Column::words("Check", 4),
    ];
    let number = |of: &Option<Quantity>| {
        Text::from(of.as_ref().map_or_else(|| "not known".to_owned(), Quantity::number))
    };
    grid(columns, &wallet.balances, "Nothing came and nothing went.", |of: &Balance| {
        vec![
            Text::from(of.received.asset.as_str()),
            number(&of.opening),
            Text::from(of.received.number()),
            Text::from(of.sent.number()),
            Text::from(of.fees.number()),
            number(&of.closing),
            Text::from(of.check.as_str()),
        ]
    })
}

fn conversions(wallet: &Wallet) -> Block {
    let columns = vec![
        Column::words("When", 3),
        Column::number("Gave", 3),
        Column::number("Got", 3),
        Column::words("Contracts", 5),
    ];
    grid(columns, &wallet.conversions, "There were none.", |of: &Conversion| {
        let doubt = if of.is_vouched { "" } else { "nobody vouches for what it got" };
        let lines =
            of.contracts.iter().map(String::as_str).chain((!of.is_vouched).then_some(doubt));
        vec![
            Text::from(of.at.when()),
            amounts(&of.paid),
            amounts(&of.received),
            Text::lines(lines.map(Text::from)),
        ]
    })
}

fn unasked(wallet: &Wallet) -> Block {
    let columns = vec![
        Column::words("Why", 2),
        Column::words("Who is named", 4),
        Column::number("Transfers", 1),
        Column::number("Amounts", 4),
        Column::words("Last", 3),
    ];
    grid(columns, &wallet.unasked, "There was nothing of the kind.", |of: &Unasked| {
        vec![
            Text::from(of.why),
            who(of.address.as_deref(), of.name.as_deref().unwrap_or("unlabelled")),
            Text::from(group(&of.transfers.to_string())),
            amounts(&of.totals),
            Text::from(of.last.when()),
        ]
    })
}

fn transfers(wallet: &Wallet) -> Block {
    let columns = vec![
        Column::words("When", 3),
        Column::words("Way", 1),
        Column::number("Amount", 3),
        Column::words("With", 4),
        Column::words("Counts as", 2),
        Column::words("Transaction", 4),
    ];
    grid(columns, &wallet.transfers, "There were none.", |of| {
        let name = of.counterparty_name.as_deref().unwrap_or(match of.counterparty {
            Some(_) => "unlabelled",
            None => "nobody",
        });
        vec![
            Text::from(of.at.when()).line().then(of.at.position.as_str()),
            Text::from(of.side),
            Text::from(of.amount.with_usd()),
            who(of.counterparty.as_deref(), name),
            Text::from(of.category.unwrap_or(of.standing)),
            match &of.at.transaction {
                Some(hash) => Text::default().code(hash.as_str()),
                None => Text::from("no transaction"),
            },
        ]
    })
}
