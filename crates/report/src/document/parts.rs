//! What the sections are put together from.

use super::{Block, Column, Grid, Section, Span, Text};
use crate::number::group;
use crate::schema::{Hop, Known, Lot, Money, PartyRef, Place, Quote, Words};

/// Rows of a table.
pub(crate) const MAX_ROWS: usize = 400;

/// An empty section.
pub(crate) fn section(anchor: &str, title: impl Into<String>) -> Section {
    Section { anchor: anchor.to_owned(), title: title.into(), blocks: Vec::new() }
}

pub(crate) fn paragraph(text: impl Into<Text>) -> Block {
    Block::Paragraph(text.into())
}

pub(crate) fn heading(text: impl Into<String>) -> Block {
    Block::Heading(text.into())
}

/// A list, an item each; nothing where there are none.
pub(crate) fn list<T: Into<Text>>(items: impl IntoIterator<Item = T>) -> Option<Block> {
    let items: Vec<Text> = items.into_iter().map(Into::into).collect();
    (!items.is_empty()).then_some(Block::List(items))
}

/// A table of the first of many rows, which says how many are left out.
pub(crate) fn grid<'a, T>(
    caption: impl Into<String>,
    columns: Vec<Column>,
    items: &'a [T],
    row: impl FnMut(&'a T) -> Vec<Text>,
) -> Block {
    let rows = items.iter().take(MAX_ROWS).map(row).collect();
    let left_out = left_out(MAX_ROWS, items.len(), "rows");
    Block::Grid(Grid { caption: caption.into(), columns, rows, left_out })
}

/// A table of all rows, for who has nothing but this text.
pub(crate) fn whole_grid<T>(
    columns: Vec<Column>,
    items: &[T],
    row: impl FnMut(&T) -> Vec<Text>,
) -> Block {
    let rows = items.iter().map(row).collect();
    Block::Grid(Grid { caption: String::new(), columns, rows, left_out: None })
}

/// What to quote, a row each; the last column is there only where something is known.
pub(crate) fn quotes<'a, T>(
    words: &Words,
    items: &'a [T],
    what_is_known: impl Fn(&'a T) -> Vec<Known<'a>>,
) -> Block
where
    Quote<'a>: From<&'a T>,
{
    let is_known = items.iter().take(MAX_ROWS).any(|item| !what_is_known(item).is_empty());
    let mut columns = vec![
        Column::words(words.ending_title, 2),
        Column::words("Amount", 3),
        Column::words("Address", 4),
        Column::words(words.arrived_title, 3),
        Column::words("Transaction", 4),
    ];
    if is_known {
        columns.push(Column::words("What is known of it", 6));
    }
    grid("", columns, items, |item| {
        let quote = Quote::from(item);
        let mut row = vec![
            format!("{} of {}", quote.ending, quote.seed).into(),
            exact(quote.money).into(),
            party(quote.at),
            when(quote.place),
            transaction(quote.place),
        ];
        if is_known {
            row.push(known(&what_is_known(item)));
        }
        row
    })
}

/// What is known of an amount, a line each, with whole addresses and hashes.
pub(crate) fn known(known: &[Known<'_>]) -> Text {
    let lines = known.iter().flat_map(|known| {
        let said = match known.is_alert {
            true => Text::default().strong(known.text.as_ref()),
            false => Text::from(known.text.as_ref()),
        };
        let address = known.address.map(|at| Text::default().code(at.address.as_str()));
        let quoted = known
            .transactions
            .iter()
            .map(|(what, place)| Text::from(format!("{what} ")).join(transaction(place)));
        [said].into_iter().chain(address).chain(quoted).collect::<Vec<_>>()
    });
    Text::lines(lines)
}

/// What a report is about and by what it was made; what it was asked for comes last.
pub(crate) fn facts(
    software: &str,
    today: &str,
    case_digest: Option<&str>,
    (name, asked): (&str, &str),
) -> Vec<(String, Text)> {
    let mut facts = vec![
        ("Software".to_owned(), Text::from(software)),
        ("As of".to_owned(), Text::from(today)),
    ];
    if let Some(digest) = case_digest {
        facts.push(("Case file, SHA-256".to_owned(), Text::default().code(digest)));
    }
    facts.push((name.to_owned(), Text::from(asked)));
    facts
}

/// That these are the first of many, where they are.
pub(crate) fn left_out(most: usize, count: usize, what: &str) -> Option<String> {
    (most < count).then(|| {
        let (most, count) = (group(&most.to_string()), group(&count.to_string()));
        format!(
            "The first {most} of {count} {what}. The JSON report and the tables (.csv) have all."
        )
    })
}

/// The exact amount, and what it was worth.
pub(crate) fn exact(money: &Money) -> String {
    money.with_worth(money.text())
}

/// Exact amounts, a line each.
pub(crate) fn exact_lines(amounts: &[Money]) -> Text {
    Text::lines(amounts.iter().map(|money| Text::from(exact(money))))
}

/// The exact amounts, one after the other.
pub(crate) fn exact_list(amounts: &[Money]) -> String {
    amounts.iter().map(exact).collect::<Vec<_>>().join(" and ")
}

/// The name, and the whole address: shortened, addresses that are made to look alike are the same.
pub(crate) fn party(party: &PartyRef) -> Text {
    Text::from(format!("{} ", party.name)).code(party.address.clone())
}

/// The number among the addresses, the name, and the shortened address.
pub(crate) fn numbered(party: &PartyRef) -> String {
    format!("{}: {}", party.party, party.text())
}

/// When and where a hop was, and of which transfers it is the net.
pub(crate) fn when_netted(hop: &Hop) -> Text {
    let when = when(&hop.place);
    match hop.netted_from() {
        Some(net) => when.line().then(net),
        None => when,
    }
}

/// When and where in the chain.
pub(crate) fn when(place: &Place) -> Text {
    Text::from(place.time_text()).line().then(format!("{} {}", place.chain_name, place.position))
}

/// The whole hash, with its page where there is one.
pub(crate) fn transaction(place: &Place) -> Text {
    let Some(hash) = &place.transaction else { return place.transaction_text().into() };
    Text::default().and(linked(hash, place.link()))
}

/// A thing to copy, with a page about it where there is one.
pub(crate) fn linked(text: &str, link: Option<String>) -> Span {
    match link {
        Some(url) => Span::Link { text: text.to_owned(), url },
        None => Span::Code(text.to_owned()),
    }
}

/// Lots of a movement: how much of which seed, and what had brought it.
pub(crate) fn lots(lots: &[Lot]) -> String {
    let text = |lot: &Lot| format!("{} of {}{}", lot.money.text(), lot.seed, lot.source());
    lots.iter().map(text).collect::<Vec<_>>().join("; ")
}

/// "1 ending", "3 endings".
pub(crate) fn ending_count(count: usize, words: &Words) -> String {
    let what = if count == 1 { words.ending } else { words.endings };
    format!("{} {what}", group(&count.to_string()))
}

/// "1 movement", "1,200 movements".
pub(crate) fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {what}{plural}", group(&count.to_string()))
}
