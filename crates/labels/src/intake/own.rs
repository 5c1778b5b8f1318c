//! This program's own CSV files, with the checks that they always have.

use std::io::Read;

use fundtrail_model::{ListFact, ListedAddress, ListedToken, Listing};

use super::gathering::Gathering;
use super::source::Source;
use crate::error::{Error, Problem};
use crate::rows::{KnownToken, Rows};
use crate::sheet::Sheet;

pub(super) fn read(mut source: Source<'_>, found: &mut Gathering<'_>) -> Result<(), Error> {
    let mut bytes = Vec::new();
    source.read_to_end(&mut bytes).map_err(|error| {
        Error::whole(found.origin(), Problem::Unreadable { detail: error.to_string() })
    })?;
    let sheet = Sheet::read(&bytes, found.origin(), &Rows::KINDS)?;
    let rows = Rows::read(&sheet)?;
    let n_rows = sheet.rows().count();
    let version = sheet.version(n_rows);
    found.published = version.as_of;
    found.source = version.source;
    found.title = (version.name != found.origin()).then_some(version.name);
    found.counts.entries = u64::try_from(n_rows).unwrap_or(u64::MAX);
    found.counts.repeated = u64::try_from(n_rows.saturating_sub(rows.len())).unwrap_or(u64::MAX);
    match rows {
        Rows::Labels(labels) => labels.into_iter().for_each(|it| found.fact(ListFact::Named(it))),
        Rows::Listings(listings) => listings.into_iter().for_each(|it| found.fact(listed(it))),
        Rows::Tokens(tokens) => tokens.into_iter().for_each(|it| found.fact(token(it))),
    }
    Ok(())
}

fn listed(listing: Listing) -> ListFact {
    ListFact::Listed(ListedAddress {
        address: listing.address,
        entity: listing.entity,
        authority: listing.authority,
        programme: listing.programme,
        tickers: String::new(),
        listed: Some(listing.listed),
        delisted: listing.delisted,
        source: listing.source,
        is_invented: listing.is_invented,
    })
}

fn token(token: KnownToken) -> ListFact {
    let KnownToken { asset, symbol, decimals, source } = token;
    ListFact::Token(ListedToken { asset, symbol, decimals, source })
}
