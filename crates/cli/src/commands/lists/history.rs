//! `fundtrail lists history`

use fundtrail_labels::Book;
use fundtrail_model::{
    Address, KeptFact, ListEdition, ListFact, checksum, parse_address, sanitize_claim,
};

use super::kept;
use crate::args::StoreFile;
use crate::error::{Error, Exit};
use crate::ui;

pub(super) fn run(typed: &str, store: &StoreFile) -> Result<Exit, Error> {
    let store = kept::open(store.store.as_deref())?;
    let address = evm(typed)?;
    let mut text = match address {
        Some(address) => format!("{}\n", checksum(address)),
        None => format!("{}\n", sanitize_claim(typed, 120)),
    };
    let editions = match &store {
        Some(store) => store.editions()?,
        None => Vec::new(),
    };
    let facts = match (&store, address) {
        (Some(store), Some(address)) => store.facts_of(&[address])?,
        (Some(store), None) => store.facts_of_foreign(typed)?,
        (None, _) => Vec::new(),
    };
    if let Some(address) = address {
        text.push_str(&together(address, &editions, facts.clone())?);
    }
    let is_known = !facts.is_empty() || text.lines().count() > 1;
    text.push_str(&by_version(&editions, &facts));
    if !is_known {
        text.push_str("  in none of the lists, ever; that does not make it clean\n");
    }
    ui::data(&text);
    Ok(Exit::Done)
}

/// The address where it is one of EVM chains. What begins like one must be one.
pub(super) fn evm(typed: &str) -> Result<Option<Address>, Error> {
    let begins = typed.starts_with("0x") || typed.starts_with("0X");
    let is_foreign =
        !begins && 20 <= typed.len() && typed.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_foreign { Ok(None) } else { Ok(parse_address(typed).map(Some)?) }
}

/// What all copies say together.
fn together(
    address: Address,
    editions: &[(u64, ListEdition)],
    facts: Vec<KeptFact>,
) -> Result<String, Error> {
    let mut book = Book::builtin()?;
    let editions: Vec<ListEdition> = editions.iter().map(|(_, edition)| edition.clone()).collect();
    book.add_kept(&editions, facts);
    let mut text = String::new();
    for listing in book.listings_of(address) {
        let until = listing.delisted.map_or_else(
            || "still listed by the newest copy".to_owned(),
            |bound| format!("delisted {bound}"),
        );
        text.push_str(&format!(
            "  {} by {}: listed {}, {until}\n",
            listing.entity, listing.authority, listing.listed
        ));
        if let Some(list) = &listing.list {
            text.push_str(&format!("    {list}\n"));
        }
    }
    Ok(text)
}

/// What each version says, one line for each.
fn by_version(editions: &[(u64, ListEdition)], facts: &[KeptFact]) -> String {
    let mut text = String::new();
    for (place, (number, edition)) in editions.iter().enumerate() {
        let said: Vec<String> = facts
            .iter()
            .filter(|kept| kept.editions.contains(&place))
            .map(|kept| words(&kept.fact))
            .collect();
        let concerns_list = facts.iter().any(|kept| {
            kept.editions
                .iter()
                .any(|at| editions.get(*at).is_some_and(|(_, other)| other.list == edition.list))
        });
        if concerns_list {
            let said = if said.is_empty() { "not in it".to_owned() } else { said.join("; ") };
            text.push_str(&format!(
                "  {}  {}, version {number}: {said}\n",
                edition.day, edition.list
            ));
        }
    }
    text
}

/// What a fact says of its address.
pub(super) fn words(fact: &ListFact) -> String {
    match fact {
        ListFact::Listed(it) => {
            format!("sanctioned by {}, {} ({})", it.authority, it.entity, it.tickers)
        }
        ListFact::Named(it) => format!("{} ({}, {})", it.name, it.category, it.confidence.name()),
        ListFact::Token(it) => format!("token {}, {} decimals", it.symbol, it.decimals),
        ListFact::Foreign(it) => match &it.authority {
            Some(authority) => format!("sanctioned by {authority}, {} ({})", it.name, it.ticker),
            None => format!("{} ({})", it.name, it.ticker),
        },
    }
}
