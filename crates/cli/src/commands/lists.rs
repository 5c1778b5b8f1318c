//! `fundtrail lists`

use std::path::PathBuf;

use fundtrail_labels::{Book, Sourcing};
use fundtrail_model::{Label, Listing, ListingStatus, checksum, parse_address};

use crate::args::{FailOn, Lists};
use crate::chains::Chains;
use crate::config::Config;
use crate::error::{Error, Exit};
use crate::presentation::parse_day;
use crate::{clock, ui};

pub(crate) fn run(args: &Lists) -> Result<Exit, Error> {
    match args {
        Lists::Show { lists } => show(&book(&lists.labels, lists.allow_unsourced)?),
        Lists::Check { addresses, chain, as_of, lists, fail_on } => {
            let chains = Chains::builtin()?;
            let chain = chain.as_deref().map(|name| chains.named(name)).transpose()?;
            let day = match as_of {
                Some(text) => parse_day("--as-of", text)?,
                None => clock::today()?,
            };
            let addresses =
                addresses.iter().map(|text| parse_address(text)).collect::<Result<Vec<_>, _>>()?;
            let book = book(&lists.labels, lists.allow_unsourced)?;
            let mut text = String::new();
            let mut is_flagged = false;
            for address in addresses {
                text.push_str(&format!("{}\n", checksum(address)));
                let listings: Vec<_> =
                    book.listings().filter(|listing| listing.address == address).collect();
                let labels: Vec<_> = book
                    .labels()
                    .filter(|label| label.address == address)
                    .filter(|label| {
                        chain.is_none() || label.chain.is_none() || label.chain == chain
                    })
                    .collect();
                is_flagged |= !listings.is_empty();
                for listing in &listings {
                    text.push_str(&describe_listing(listing, day));
                }
                for label in &labels {
                    text.push_str(&describe_label(label, &chains));
                }
                if listings.is_empty() && labels.is_empty() {
                    text.push_str("  in none of the lists; that does not make it clean\n");
                }
            }
            ui::data(&text);
            let is_asked = *fail_on == Some(FailOn::Listed);
            Ok(if is_asked && is_flagged { Exit::Flagged } else { Exit::Done })
        }
    }
}

/// The built-in lists and those that were given.
pub(crate) fn book(files: &[PathBuf], allow_unsourced: bool) -> Result<Book, Error> {
    let mut book = Book::builtin()?;
    let config = Config::load()?;
    let sourcing = match allow_unsourced || config.allow_unsourced {
        true => Sourcing::OptionalForLabels,
        false => Sourcing::Required,
    };
    for path in config.labels.iter().chain(files) {
        let text = std::fs::read(path).map_err(|error| Error::File {
            action: "read",
            path: path.clone(),
            error,
        })?;
        book.extend_with(&text, &path.display().to_string(), sourcing)?;
    }
    Ok(book)
}

fn show(book: &Book) -> Result<Exit, Error> {
    let mut text = String::new();
    for list in book.lists() {
        text.push_str(&format!(
            "{} ({}, {} rows, {})\n",
            list.name, list.kind, list.rows, list.origin
        ));
        if let Some(day) = list.as_of {
            text.push_str(&format!("  as of   {day}\n"));
        }
        if let Some(source) = &list.source {
            text.push_str(&format!("  source  {source}\n"));
        }
        text.push_str(&format!("  sha-256 {}\n", list.sha256));
    }
    ui::data(&text);
    Ok(Exit::Done)
}

fn describe_listing(listing: &Listing, day: fundtrail_model::Date) -> String {
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
