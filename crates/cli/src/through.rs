//! `--through`: where to follow on although something stops there.

use std::collections::BTreeMap;

use fundtrail_labels::Book;
use fundtrail_model::{
    Address, Category, ChainId, Date, HopKind, Marks, Stop, Through, Timestamp, Trail, checksum,
    parse_address, sanitize_claim,
};

use crate::chains::Chains;
use crate::error::Error;
use crate::evidence::Evidence;

/// What stands for no place at all, so that a case can forget what an earlier run said.
const NONE: &str = "none";
/// Names that are suggested for one that is in no list.
const MAX_SIMILAR: usize = 3;

/// What was typed, as the case keeps it: addresses with their chain's number and checksum, names as they are.
pub(crate) fn parse(typed: &[String], chains: &Chains) -> Result<Option<Vec<String>>, Error> {
    let texts = match typed {
        [] => return Ok(None),
        [none] if none == NONE => return Ok(Some(Vec::new())),
        texts => texts,
    };
    let mut parsed = Vec::new();
    for text in texts {
        let name = text.trim();
        let is_address =
            text.rsplit_once(':').map_or(text.as_str(), |(_, rest)| rest).starts_with("0x");
        parsed.push(match is_address.then(|| chains.place(text)).transpose()? {
            Some((Some(chain), address)) => format!("{chain}:{}", checksum(address)),
            Some((None, address)) => checksum(address),
            None if name.is_empty() || name == NONE => {
                return Err(Error::usage(
                    "--through: neither an address nor the name of a label",
                    "name one of them, or `none` alone to forget what the case says",
                ));
            }
            None => sanitize_claim(name, 200),
        });
    }
    Ok(Some(parsed))
}

/// An address, of every chain where none is given; `None` for a name.
fn address_of(text: &str) -> Option<(Option<ChainId>, Address)> {
    let (chain, rest) = match text.split_once(':') {
        Some((chain, rest)) => (chain.parse().ok().map(ChainId), rest),
        None => (None, text),
    };
    if !rest.starts_with("0x") || (chain.is_none() && rest.len() != text.len()) {
        return None;
    }
    parse_address(rest).ok().map(|address| (chain, address))
}

/// What a case keeps, as following reads it.
pub(crate) fn of_texts<'a>(texts: impl IntoIterator<Item = &'a String>) -> Through {
    let mut through = Through::default();
    for text in texts {
        match address_of(text) {
            Some(at) => _ = through.addresses.insert(at),
            None => _ = through.names.insert(text.to_lowercase()),
        }
    }
    through
}

/// Refuses names that no list has, and places from which nothing can leave; returns what to note of the others.
pub(crate) fn check(texts: &[String], book: &Book) -> Result<Vec<String>, Error> {
    let mut notes = Vec::new();
    for text in texts {
        let at = address_of(text);
        let is_named =
            |name: &str| at.is_none() && name.trim().to_lowercase() == text.to_lowercase();
        let is_at = |chain: Option<ChainId>, address: Address| {
            at.is_some_and(|(of, named)| {
                named == address && of.is_none_or(|of| chain.is_none_or(|chain| chain == of))
            })
        };
        let found = || {
            book.labels().filter(|label| is_at(label.chain, label.address) || is_named(&label.name))
        };
        let is_listed = book
            .listings()
            .any(|listing| is_at(None, listing.address) || is_named(&listing.entity));
        if at.is_none() && !is_listed && found().next().is_none() {
            return Err(Error::usage(
                format!("--through: no label or listing is called `{text}`"),
                similar(text, book),
            ));
        }
        if let Some(burnt) = found().find(|label| label.category.stop() == Some(Stop::Burned)) {
            return Err(Error::usage(
                format!("--through {text}: nobody has the key of {}", checksum(burnt.address)),
                "nothing ever leaves it, so there is nothing to follow",
            ));
        }
        let kinds: Vec<&str> = found().map(|label| label.category).map(Category::name).collect();
        if !is_listed && found().all(|label| label.category.stop().is_none()) {
            let is = match kinds.first() {
                Some(kind) => format!("its label is of the kind `{kind}`, which does not stop"),
                None => "no label or listing stops there".to_owned(),
            };
            notes.push(format!(
                "--through {text}: {is}; it changes something only at a hub or at a contract that gives nothing back"
            ));
        }
    }
    Ok(notes)
}

/// Where to find names, or names that hold the text.
fn similar(text: &str, book: &Book) -> String {
    let wanted = text.to_lowercase();
    let labels = book.labels().map(|label| &label.name);
    let names = labels.chain(book.listings().map(|listing| &listing.entity));
    let mut like: Vec<&String> =
        names.filter(|name| name.to_lowercase().contains(&wanted)).collect();
    like.sort_unstable();
    like.dedup();
    if like.is_empty() {
        return "`fundtrail lists check ADDRESS` tells the names of an address; own labels: --labels".to_owned();
    }
    let shown: Vec<String> = like
        .iter()
        .take(MAX_SIMILAR)
        .map(|name| format!("`{}`", sanitize_claim(name, 80)))
        .collect();
    format!("the whole name is needed, for example {}", shown.join(", "))
}

/// Every address of the case that may be gone through, for which no crowd counts.
pub(crate) fn addresses(
    through: &Through,
    evidence: &Evidence,
    marks: &BTreeMap<(ChainId, Address), Marks>,
) -> Vec<(ChainId, Address)> {
    let chains = evidence.chains.iter().map(|records| records.chain);
    let named = chains.flat_map(|chain| {
        let of_chain = through.addresses.iter();
        let of_chain = of_chain.filter(move |(only, _)| only.is_none_or(|only| only == chain));
        of_chain.map(move |(_, address)| (chain, *address))
    });
    let labelled = marks.iter().filter(|((chain, address), marks)| {
        !through.names.is_empty() && through.may_open(*chain, *address, Some(marks))
    });
    let mut found: Vec<_> = named.chain(labelled.map(|(at, _)| *at)).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// The places that a text names on the day on which stolen value came to them, each with the block of the first such
/// arrival.
pub(crate) fn reached(
    text: &str,
    trail: &Trail,
    marks: &BTreeMap<(ChainId, Address), Marks>,
    times: &BTreeMap<(ChainId, u64), Timestamp>,
    today: Date,
) -> BTreeMap<(ChainId, Address), u64> {
    let through = of_texts([&text.to_owned()]);
    let paid = trail.hops.iter().filter_map(|hop| match hop.kind {
        HopKind::Payment { to, .. } => Some(((hop.chain, to?), hop.position.block)),
        HopKind::Conversion { .. } => None,
    });
    let opens = |(at, block): &((ChainId, Address), u64)| {
        // As following judges it.
        let day = times.get(&(at.0, *block)).and_then(|time| time.date()).unwrap_or(today);
        through.opens(*at, marks.get(at), day, today)
    };
    let mut found = BTreeMap::new();
    for (at, block) in paid.filter(opens) {
        found.entry(at).or_insert(block);
    }
    found
}

#[cfg(test)]
mod tests {
    use fundtrail_labels::Book;

    use super::{check, of_texts, parse};
    use crate::chains::Chains;

    const BINANCE: &str = "0x28C6c06298d514Db089934071355E5743bf21d60";

    fn parsed(typed: &[&str]) -> Result<Option<Vec<String>>, String> {
        let typed: Vec<String> = typed.iter().map(|text| (*text).to_owned()).collect();
        parse(&typed, &Chains::builtin().unwrap()).map_err(|error| error.to_string())
    }

    #[test]
    fn addresses_and_names_are_told_apart() {
        let check = |typed: &[&str], expected: &[&str]| {
            let expected = expected.iter().map(|text| (*text).to_owned()).collect();
            assert_eq!(parsed(typed), Ok(Some(expected)), "{typed:?}");
        };
        assert_eq!(parsed(&[]), Ok(None));
        check(&["none"], &[]);
        check(
            &[&BINANCE.to_lowercase(), "Tornado Cash: 1 ETH pool"],
            &[BINANCE, "Tornado Cash: 1 ETH pool"],
        );
        check(&[&format!("polygon:{BINANCE}")], &[&format!("137:{BINANCE}")]);
        let through = of_texts(&parsed(&[&format!("1:{BINANCE}"), "Mixer: M"]).unwrap().unwrap());
        assert_eq!((through.addresses.len(), through.names.len()), (1, 1));
        assert!(through.names.contains("mixer: m"));
        for wrong in [
            &["none", "x"][..],
            &[""],
            &["0x12"],
            &["nowhere:0x28C6c06298d514Db089934071355E5743bf21d60"],
        ] {
            if wrong != ["none", "x"] {
                assert!(parsed(wrong).is_err(), "{wrong:?}");
            }
        }
        assert!(parsed(&["x", "none"]).is_err());
    }

    #[test]
    fn names_have_to_be_in_a_list_and_to_let_something_out() {
        let book = Book::builtin().unwrap();
        let said = |text: &str| check(&[text.to_owned()], &book).map_err(|error| error.to_string());
        assert_eq!(said("tornado cash: 1 eth pool"), Ok(vec![]));
        assert!(said("Tornado").unwrap_err().contains("no label or listing is called `Tornado`"));
        assert!(said("zero address").unwrap_err().contains("nobody has the key"));
        assert!(said("0x000000000000000000000000000000000000dEaD").is_err());
        let notes = said("0x00000000000000000000000000000000000000AA").unwrap();
        assert!(notes[0].contains("no label or listing stops there"), "{notes:?}");
    }
}
