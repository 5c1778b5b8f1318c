//! What is said of addresses, by which list.

mod kept;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Address, Asset, Category, ChainId, DateBound, Label, Listing, Marks};

use crate::error::{Error, Problem};
use crate::rows::{KnownToken, Rows};
use crate::sheet::{Sheet, Sourcing};
use crate::version::ListVersion;

const BUILT_IN: &str = "built in";

/// The lists that are compiled in, so that nothing needs to be downloaded to start.
const BUILT_IN_LISTS: [&str; 3] = [
    include_str!("../../../data/lists/ofac-evm.csv"),
    include_str!("../../../data/lists/labels-core.csv"),
    include_str!("../../../data/lists/tokens-core.csv"),
];

/// Everything that is said of addresses and tokens.
///
/// Where lists differ: a label of the user's comes before a built-in one, then the surer before the less
/// sure; a label that names no source comes last. What the label that counts contradicts is kept:
/// [`Marks::conflicts`] tells it. A listing replaces what earlier lists say of the same address by the same authority, so that a
/// newer copy of a sanctions list can bring a delisting. A token of the user's replaces a built-in one.
#[derive(Clone, Debug, Default)]
pub struct Book {
    /// Sorted by address, then by trust.
    labels: Vec<FiledLabel>,
    /// Sorted by address, then by day of listing.
    listings: Vec<Listing>,
    tokens: BTreeMap<Asset, FiledToken>,
    lists: Vec<ListVersion>,
}

#[derive(Clone, Debug)]
struct FiledLabel {
    label: Label,
    /// Which of the lists said so.
    list_idx: usize,
    is_built_in: bool,
}

#[derive(Clone, Debug)]
struct FiledToken {
    token: KnownToken,
    list_idx: usize,
    is_built_in: bool,
}

/// How many facts a file brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extended {
    /// Labels.
    pub labels: usize,
    /// Listings.
    pub listings: usize,
    /// Tokens.
    pub tokens: usize,
}

impl Book {
    /// The lists that are compiled in.
    ///
    /// # Errors
    ///
    /// If a built-in list is broken, which the tests of this crate rule out.
    pub fn builtin() -> Result<Self, Error> {
        let mut book = Self::empty();
        for text in BUILT_IN_LISTS {
            book.file(text.as_bytes(), BUILT_IN, Sourcing::Required, true)?;
        }
        Ok(book)
    }

    /// No lists.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// Adds a file of labels, listings or tokens: all of it or, on an error, nothing. `origin` is the name
    /// to show for it.
    ///
    /// # Errors
    ///
    /// If the file is not a well-formed list, contradicts itself, or gives a token other decimals or
    /// another ticker than an earlier file did.
    pub fn extend(&mut self, text: &[u8], origin: &str) -> Result<Extended, Error> {
        self.extend_with(text, origin, Sourcing::Required)
    }

    /// As [`Book::extend`], where the file may hold labels without a source if `sourcing` says so.
    ///
    /// # Errors
    ///
    /// As [`Book::extend`].
    pub fn extend_with(
        &mut self,
        text: &[u8],
        origin: &str,
        sourcing: Sourcing,
    ) -> Result<Extended, Error> {
        self.file(text, origin, sourcing, false)
    }

    fn file(
        &mut self,
        text: &[u8],
        origin: &str,
        sourcing: Sourcing,
        is_built_in: bool,
    ) -> Result<Extended, Error> {
        let sheet = Sheet::read_with(text, origin, &Rows::KINDS, sourcing)?;
        let rows = Rows::read(&sheet)?;
        let version = sheet.version(rows.len());
        let list_idx = self.lists.len();
        let extended = match rows {
            Rows::Labels(labels) => {
                let n_labels = labels.len();
                let called: Vec<Listing> =
                    labels.iter().filter_map(|label| called_sanctioned(label, &version)).collect();
                if !called.is_empty() {
                    self.replace_listings(called, &version);
                }
                self.labels.extend(labels.into_iter().map(|label| FiledLabel {
                    label,
                    list_idx,
                    is_built_in,
                }));
                self.labels.sort_by_key(FiledLabel::rank);
                Extended { labels: n_labels, ..Extended::default() }
            }
            Rows::Listings(listings) => {
                let n_listings = listings.len();
                self.replace_listings(listings, &version);
                Extended { listings: n_listings, ..Extended::default() }
            }
            Rows::Tokens(tokens) => {
                let n_tokens = tokens.len();
                self.check_tokens(&tokens, origin)?;
                for token in tokens {
                    let asset = token.asset;
                    self.tokens.insert(asset, FiledToken { token, list_idx, is_built_in });
                }
                Extended { tokens: n_tokens, ..Extended::default() }
            }
        };
        self.lists.push(version);
        Ok(extended)
    }

    fn replace_listings(&mut self, mut listings: Vec<Listing>, version: &ListVersion) {
        for listing in &mut listings {
            listing.list = Some(version.cited());
        }
        let key = |listing: &Listing| (listing.address, listing.authority.clone());
        let replaced: BTreeSet<(Address, String)> = listings.iter().map(key).collect();
        self.listings.retain(|listing| !replaced.contains(&key(listing)));
        self.listings.extend(listings);
        self.listings.sort_by(|a, b| {
            (a.address, a.listed.date()).cmp(&(b.address, b.listed.date())).then_with(|| a.cmp(b))
        });
    }

    fn check_tokens(&self, tokens: &[KnownToken], origin: &str) -> Result<(), Error> {
        for token in tokens {
            let Some(filed) = self.tokens.get(&token.asset).filter(|filed| !filed.is_built_in)
            else {
                continue;
            };
            if let Some(what) = filed.token.difference(token) {
                let other = self.lists.get(filed.list_idx).map_or("", |list| &list.origin);
                let problem = Problem::ContradictsFile { other: other.to_owned(), what };
                return Err(Error::whole(origin, problem));
            }
        }
        Ok(())
    }

    /// What is said of an address on a chain. Labels: those with a source before those without, then the
    /// user's before built-in ones, then the surer, then those of this chain before those of every chain, then in the order of the files and rows. Listings:
    /// the earliest first.
    #[must_use]
    pub fn marks(&self, chain: ChainId, address: Address) -> Marks {
        let labels = run_of(&self.labels, address, |filed| filed.label.address);
        let listings = run_of(&self.listings, address, |listing| listing.address);
        Marks {
            labels: labels
                .iter()
                .map(|filed| &filed.label)
                .filter(|label| label.chain.is_none_or(|of| of == chain))
                .cloned()
                .collect(),
            listings: listings.to_vec(),
        }
    }

    /// Every listing in force or past, by address, then the earliest first.
    pub fn listings(&self) -> impl Iterator<Item = &Listing> {
        self.listings.iter()
    }

    /// Every label, by address, then as in [`Book::marks`].
    pub fn labels(&self) -> impl Iterator<Item = &Label> {
        self.labels.iter().map(|filed| &filed.label)
    }

    /// What is known of a token; `None` for a native coin.
    #[must_use]
    pub fn token(&self, asset: Asset) -> Option<&KnownToken> {
        self.tokens.get(&asset).map(|filed| &filed.token)
    }

    /// Every token that is known, by chain and contract.
    pub fn tokens(&self) -> impl Iterator<Item = &KnownToken> {
        self.tokens.values().map(|filed| &filed.token)
    }

    /// The lists, in the order in which they were read.
    #[must_use]
    pub fn lists(&self) -> &[ListVersion] {
        &self.lists
    }
}

impl FiledLabel {
    /// Rows of one list keep their order, because sorting is stable.
    fn rank(&self) -> (Address, bool, bool, Reverse<fundtrail_model::Confidence>, bool, usize) {
        let label = &self.label;
        let is_of_every_chain = label.chain.is_none();
        (
            label.address,
            label.is_unsourced(),
            self.is_built_in,
            Reverse(label.confidence),
            is_of_every_chain,
            self.list_idx,
        )
    }
}

/// A label that calls its address sanctioned, as a listing by the list that it stands in: known to be listed
/// when the label begins to hold, or else on the day of the list, or on the last day of the label. Reading has
/// made sure that there is such a day.
fn called_sanctioned(label: &Label, version: &ListVersion) -> Option<Listing> {
    (label.category == Category::Sanctioned).then_some(())?;
    let known = [label.valid_until, version.as_of].into_iter().flatten().min();
    Some(Listing {
        address: label.address,
        entity: label.name.clone(),
        authority: format!("a label in {}", version.name),
        programme: None,
        listed: DateBound::NoLaterThan(label.valid_from.or(known)?),
        delisted: label.valid_until.and_then(|last| last.tomorrow().ok()).map(DateBound::On),
        source: label.source.clone(),
        list: Some(version.cited()),
        is_invented: label.is_invented,
    })
}

/// The entries of one address in a slice that is sorted by address.
fn run_of<T>(sorted: &[T], address: Address, address_of: impl Fn(&T) -> Address) -> &[T] {
    let start = sorted.partition_point(|entry| address_of(entry) < address);
    let rest = sorted.get(start..).unwrap_or_default();
    let len = rest.partition_point(|entry| address_of(entry) <= address);
    rest.get(..len).unwrap_or_default()
}

#[cfg(test)]
mod built_in_tests;
#[cfg(test)]
mod tests;
