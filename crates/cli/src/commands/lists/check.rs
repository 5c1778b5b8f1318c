//! `fundtrail lists check`

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader, stdin};
use std::path::Path;

use fundtrail_labels::Book;
use fundtrail_model::{
    Address, ChainId, Date, FlagRule, KeptFact, Label, ListFact, Listing, ListingStatus, Marks,
    Verdict, checksum, sanitize_claim,
};
use fundtrail_store::ListStore;

use super::history::{evm, words};
use super::{all, kept, of_addresses, unreadable};
use crate::args::{FailOn, ListsCheck};
use crate::chains::Chains;
use crate::clock;
use crate::config::Config;
use crate::error::{Error, Exit};
use crate::presentation::parse_day;
use crate::ui;

/// Bytes of a line of a file of addresses.
const MAX_LINE_BYTES: u64 = 4_096;
/// From so many addresses on, it is read first which of them the store knows.
const MANY: usize = 256;
/// From more on, reading the whole store once is faster than looking each up.
const MOST_LOOKUPS: usize = 10_000;

/// How to look, and how to tell.
struct Teller<'c> {
    chains: &'c Chains,
    chain: Option<ChainId>,
    day: Date,
    flag: FlagRule,
}

pub(super) fn run(args: &ListsCheck) -> Result<Exit, Error> {
    let chains = Chains::builtin()?;
    let chain = args.chain.as_deref().map(|name| chains.named(name)).transpose()?;
    let day = match &args.as_of {
        Some(text) => parse_day("--as-of", text)?,
        None => clock::today()?,
    };
    let flag = args.flag.map(FlagRule::from).or(Config::load()?.flag()?).unwrap_or_default();
    let teller = Teller { chains: &chains, chain, day, flag };
    let mut wanted = Wanted::default();
    for text in &args.addresses {
        wanted.add(text)?;
    }
    let n_typed = wanted.order.len();
    if let Some(path) = &args.from {
        wanted.add_file(path)?;
    }
    let store = kept::open(args.store.store.as_deref())?;
    let (files, allow) = (&args.lists.labels, args.lists.allow_unsourced);
    let book = match wanted.kept_in(store.as_ref())? {
        Some(addresses) => of_addresses(store.as_ref(), &addresses, files, allow)?,
        None => all(store.as_ref(), files, allow)?,
    };
    let is_flagged = tell(&teller, &book, store.as_ref(), &wanted, n_typed)?;
    let is_asked = args.fail_on == Some(FailOn::Listed);
    Ok(if is_asked && is_flagged { Exit::Flagged } else { Exit::Done })
}

/// What is looked up, in the order in which it was given.
#[derive(Default)]
struct Wanted {
    order: Vec<One>,
}

enum One {
    Evm(Address),
    Foreign(String),
}

impl Wanted {
    fn add(&mut self, text: &str) -> Result<(), Error> {
        let one = evm(text)?.map_or_else(|| One::Foreign(text.to_owned()), One::Evm);
        self.order.push(one);
        Ok(())
    }

    fn add_file(&mut self, path: &Path) -> Result<(), Error> {
        let is_stdin = path == Path::new("-");
        let mut reader: Box<dyn BufRead> = if is_stdin {
            Box::new(BufReader::with_capacity(1 << 16, stdin().lock()))
        } else {
            let file = File::open(path).map_err(|error| unreadable(path, error))?;
            Box::new(BufReader::with_capacity(1 << 16, file))
        };
        let mut line = String::new();
        for number in 1_u64.. {
            line.clear();
            let mut bounded = std::io::Read::take(&mut reader, MAX_LINE_BYTES);
            let n_read = bounded.read_line(&mut line).map_err(|error| unreadable(path, error))?;
            if n_read == 0 {
                break;
            }
            let text = line.trim();
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            self.add(text).map_err(|error| {
                Error::usage(
                    format!("{}, line {number}: {error}", path.display()),
                    "write one address per line; lines that begin with # are skipped",
                )
            })?;
        }
        Ok(())
    }

    /// The addresses to look up in the store, sorted; `None` if they are so many that reading all of it is
    /// faster. Of many only those that it knows are looked up.
    fn kept_in(&self, store: Option<&ListStore>) -> Result<Option<Vec<Address>>, Error> {
        let wanted = self.order.iter().filter_map(|one| match one {
            One::Evm(address) => Some(*address),
            One::Foreign(_) => None,
        });
        let mut addresses: Vec<Address> = match store {
            Some(store) if MANY <= self.order.len() => {
                let kept: HashSet<Address> = store.addresses()?.into_iter().collect();
                wanted.filter(|address| kept.contains(address)).collect()
            }
            _ => wanted.collect(),
        };
        addresses.sort_unstable();
        addresses.dedup();
        Ok((addresses.len() <= MOST_LOOKUPS).then_some(addresses))
    }
}

/// Prints what is known. Of the first `n_typed` it is also said that nothing is; of a file's only how many.
fn tell(
    teller: &Teller<'_>,
    book: &Book,
    store: Option<&ListStore>,
    wanted: &Wanted,
    n_typed: usize,
) -> Result<bool, Error> {
    let known: HashSet<Address> = book
        .listings()
        .map(|listing| listing.address)
        .chain(book.labels().map(|label| label.address))
        .collect();
    let (mut text, mut is_flagged, mut n_unknown) = (String::new(), false, 0_usize);
    let mut foreign: BTreeMap<&str, String> = BTreeMap::new();
    for (idx, one) in wanted.order.iter().enumerate() {
        let (name, found) = match one {
            One::Evm(address) if known.contains(address) => {
                let (found, is_listed) = teller.found(book, *address);
                is_flagged |= is_listed;
                (checksum(*address), found)
            }
            One::Evm(address) if idx < n_typed => (checksum(*address), String::new()),
            One::Evm(_) => (String::new(), String::new()),
            One::Foreign(address) => {
                if !foreign.contains_key(address.as_str()) {
                    let (found, is_listed) = found_foreign(store, address)?;
                    is_flagged |= is_listed;
                    foreign.insert(address, found);
                }
                let found = foreign.get(address.as_str()).cloned().unwrap_or_default();
                (sanitize_claim(address, 120), found)
            }
        };
        if found.is_empty() && n_typed <= idx {
            n_unknown = n_unknown.saturating_add(1);
            continue;
        }
        text.push_str(&format!("{name}\n{found}"));
        if found.is_empty() {
            text.push_str("  in none of the lists; that does not make it clean\n");
        }
    }
    let n_from_file = wanted.order.len().saturating_sub(n_typed);
    if n_from_file > 0 {
        text.push_str(&format!(
            "{n_unknown} of {n_from_file} addresses of the file are in none of the lists; that does not make \
             them clean\n"
        ));
    }
    ui::data(&text);
    Ok(is_flagged)
}

impl Teller<'_> {
    /// What is said of an address, and whether a listing that counts is among it.
    fn found(&self, book: &Book, address: Address) -> (String, bool) {
        let listings = book.listings_of(address);
        let labels: Vec<Label> = book
            .labels_of(address)
            .filter(|label| {
                self.chain.is_none() || label.chain.is_none() || label.chain == self.chain
            })
            .cloned()
            .collect();
        let mut text = String::new();
        for listing in listings {
            text.push_str(&describe_listing(listing, self.day));
        }
        for label in &labels {
            text.push_str(&describe_label(label, self.chains));
        }
        let marks = Marks { labels, listings: Vec::new() };
        for (counts, other) in marks.conflicts() {
            text.push_str(&format!(
                "  these contradict each other: {} ({}) counts, {} ({}) does not\n",
                counts.name, counts.category, other.name, other.category
            ));
        }
        let is_flagged =
            |listing: &Listing| self.flag.flags(Verdict::of(listing, Some(self.day), self.day));
        (text, listings.iter().any(is_flagged))
    }
}

/// What the newest version of each list says of an address of another kind of chain, or once said.
fn found_foreign(store: Option<&ListStore>, address: &str) -> Result<(String, bool), Error> {
    let Some(store) = store else { return Ok((String::new(), false)) };
    let editions = store.editions()?;
    let (mut text, mut is_listed) = (String::new(), false);
    for KeptFact { fact, editions: places } in store.facts_of_foreign(address)? {
        let Some((_, last)) = places.last().and_then(|at| editions.get(*at)) else { continue };
        is_listed |= matches!(&fact, ListFact::Foreign(it) if it.authority.is_some());
        let is_newest = editions
            .iter()
            .rfind(|(_, it)| it.list == last.list)
            .is_some_and(|(_, newest)| (&newest.sha256, newest.day) == (&last.sha256, last.day));
        let gone = if is_newest { "" } else { ", and not in the newest version" };
        text.push_str(&format!(
            "  {}\n    in {} as of {}{gone}; chains of this kind are not followed\n",
            words(&fact),
            last.list,
            last.day
        ));
    }
    Ok((text, is_listed))
}
fn describe_listing(listing: &Listing, day: Date) -> String {
    let status = match listing.status_on(day) {
        ListingStatus::NotYetListed => "not listed yet",
        ListingStatus::PerhapsListed => "perhaps listed already",
        ListingStatus::Listed => "SANCTIONED",
        ListingStatus::PerhapsDelisted => "sanctioned, perhaps delisted already",
        ListingStatus::Delisted => "no longer listed",
    };
    let mut text = format!("  {status} on {day}: {} by {}", listing.entity, listing.authority);
    if let Some(programme) = &listing.programme {
        text.push_str(&format!(" ({programme})"));
    }
    if listing.is_invented {
        text.push_str(" (invented)");
    }
    text.push_str(&format!("\n    listed {}", listing.listed));
    if let Some(delisted) = listing.delisted {
        text.push_str(&format!(", delisted {delisted}"));
    }
    if let Some(list) = &listing.list {
        text.push_str(&format!("\n    list {list}"));
    }
    text.push_str(&format!("\n    source {}\n", listing.source));
    text
}

fn describe_label(label: &Label, chains: &Chains) -> String {
    let place =
        label.chain.map_or_else(|| "every chain".to_owned(), |chain| chains.info(chain).name);
    let mut text =
        format!("  {} ({}, {}), on {place}", label.name, label.category, label.confidence.name());
    if label.is_invented {
        text.push_str(" (invented)");
    }
    if let Some(from) = label.valid_from {
        text.push_str(&format!(", from {from}"));
    }
    if let Some(until) = label.valid_until {
        text.push_str(&format!(", until {until}"));
    }
    text.push_str(&format!("\n    source {}\n", label.source));
    text
}
