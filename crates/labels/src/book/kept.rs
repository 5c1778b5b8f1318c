//! What the versions of lists that a list store keeps say together, and with the lists in the book.
//!
//! The versions of one list are read in the order of their days. An address that stands in one and not in the
//! next was delisted no later than the day of the next. Copies of the same authority's list that come from
//! elsewhere, the built-in one among them, are put together with these spells: the better known day counts,
//! and a delisting counts unless another copy of a later day still has the address. From a whole list
//! ([`ListEdition::is_whole`]) that is newer than every copy that has an address it is gone too.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{
    Address, Date, DateBound, KeptFact, Label, ListEdition, ListFact, ListedAddress, Listing,
};

use super::{Book, FiledLabel, FiledToken, called_sanctioned, run_of};
use crate::intake::OFAC;
use crate::rows::KnownToken;
use crate::version::{ListKind, ListVersion};

/// How the origin of a list from the list store begins.
const ORIGIN: &str = "list store";

/// A time on a list, as one copy of it tells it.
#[derive(Clone, Debug)]
struct Spell {
    listing: Listing,
    /// The latest day on which the copy is known to have it.
    last_seen: Date,
}

impl Book {
    /// Adds what a list store keeps: of each list the labels and tokens of its newest version, and the
    /// sanctions of all of its versions.
    ///
    /// `editions` is every version in the order of the store. `facts` may be those of some addresses only;
    /// then the book answers for these.
    pub fn add_kept(&mut self, editions: &[ListEdition], facts: Vec<KeptFact>) {
        let newest = newest_of_each(editions);
        let first_list = self.lists.len();
        let lists: BTreeMap<usize, usize> = newest.iter().copied().zip(first_list..).collect();
        self.lists.extend(newest.iter().filter_map(|at| editions.get(*at)).map(version));

        let mut listed: BTreeMap<(Address, String), Vec<KeptFact>> = BTreeMap::new();
        for kept in facts {
            let list_idx = kept.editions.last().and_then(|last| lists.get(last)).copied();
            match (kept.fact, list_idx) {
                (ListFact::Listed(it), _) => {
                    let key = (it.address, it.authority.clone());
                    let fact = ListFact::Listed(it);
                    listed.entry(key).or_default().push(KeptFact { fact, ..kept });
                }
                (ListFact::Named(label), Some(list_idx)) => {
                    let called =
                        self.lists.get(list_idx).and_then(|list| called_sanctioned(&label, list));
                    self.listings.extend(called);
                    self.labels.push(FiledLabel { label, list_idx, is_built_in: false });
                }
                (ListFact::Token(token), Some(list_idx)) => {
                    let asset = token.asset;
                    let (symbol, decimals, source) = (token.symbol, token.decimals, token.source);
                    let token = KnownToken { asset, symbol, decimals, source };
                    self.tokens.insert(asset, FiledToken { token, list_idx, is_built_in: false });
                }
                _ => {}
            }
        }
        self.labels.sort_by_key(FiledLabel::rank);
        self.put_together(editions, listed);
    }

    /// Puts the spells of the store together with the listings in the book.
    fn put_together(
        &mut self,
        editions: &[ListEdition],
        listed: BTreeMap<(Address, String), Vec<KeptFact>>,
    ) {
        // Copies that were read before are as of the day that they say, or of their own last word.
        let as_of: BTreeMap<String, Date> =
            self.lists.iter().filter_map(|list| Some((list.cited(), list.as_of?))).collect();
        let mut spells: BTreeMap<(Address, String), Vec<Spell>> = BTreeMap::new();
        for listing in std::mem::take(&mut self.listings) {
            let key = (listing.address, listing.authority.clone());
            let of_copy = listing.list.as_ref().and_then(|list| as_of.get(list)).copied();
            let begun = listing.listed.date();
            let last_seen = match listing.delisted {
                Some(_) => begun,
                None => of_copy.unwrap_or(begun).max(begun),
            };
            spells.entry(key).or_default().push(Spell { listing, last_seen });
        }
        for (key, facts) in listed {
            spells.entry(key).or_default().extend(spells_of(&facts, editions));
        }
        let whole: Vec<&ListEdition> = editions.iter().filter(|edition| edition.is_whole).collect();
        for ((_, authority), spells) in spells {
            let mut joined = join(spells);
            if authority == OFAC {
                end_where_gone(&mut joined, &whole);
            }
            self.listings.extend(joined.into_iter().map(|spell| spell.listing));
        }
        self.sort_listings();
    }

    /// The listings of an address, the earliest first.
    #[must_use]
    pub fn listings_of(&self, address: Address) -> &[Listing] {
        run_of(&self.listings, address, |listing| listing.address)
    }

    /// The labels of an address on every chain, as in [`Book::marks`].
    pub fn labels_of(&self, address: Address) -> impl Iterator<Item = &Label> {
        run_of(&self.labels, address, |filed| filed.label.address).iter().map(|filed| &filed.label)
    }

    fn sort_listings(&mut self) {
        self.listings.sort_by(|a, b| {
            (a.address, a.listed.date()).cmp(&(b.address, b.listed.date())).then_with(|| a.cmp(b))
        });
    }
}

/// The place of the newest version of each list, by list.
fn newest_of_each(editions: &[ListEdition]) -> Vec<usize> {
    let newest: BTreeMap<&str, usize> =
        editions.iter().zip(0..).map(|(edition, at)| (&*edition.list, at)).collect();
    let mut places: Vec<usize> = newest.into_values().collect();
    places.sort_unstable();
    places
}

fn version(edition: &ListEdition) -> ListVersion {
    let counts = edition.counts;
    let (kind, rows) = if 0 < counts.listed {
        (ListKind::Listings, counts.listed)
    } else if 0 < counts.tokens {
        (ListKind::Tokens, counts.tokens)
    } else {
        (ListKind::Labels, counts.named)
    };
    ListVersion {
        name: edition.list.clone(),
        kind,
        rows: usize::try_from(rows).unwrap_or(usize::MAX),
        as_of: Some(edition.day),
        source: Some(edition.source.clone()),
        sha256: edition.sha256.clone(),
        origin: ORIGIN.to_owned(),
    }
}

/// The times on a list of one address and authority: each list in the store tells its own.
fn spells_of(facts: &[KeptFact], editions: &[ListEdition]) -> Vec<Spell> {
    let name = |at: usize| editions.get(at).map(|edition| edition.list.as_str());
    let lists: BTreeSet<&str> =
        facts.iter().flat_map(|kept| &kept.editions).filter_map(|at| name(*at)).collect();
    let mut spells = Vec::new();
    for list in lists {
        let mut open: Option<Spell> = None;
        for (edition, at) in editions.iter().zip(0..).filter(|(edition, _)| edition.list == list) {
            let said: Vec<&ListedAddress> = facts
                .iter()
                .filter(|kept| kept.editions.binary_search(&at).is_ok())
                .filter_map(|kept| match &kept.fact {
                    ListFact::Listed(listed) => Some(listed),
                    _ => None,
                })
                .collect();
            if said.is_empty() {
                spells.extend(open.take().map(|spell| spell.gone_by(edition)));
            } else {
                let begun = open.take();
                open = listing(&said, edition, begun.as_ref());
            }
        }
        spells.extend(open);
    }
    spells
}

/// What a version says of an address, which may stand there under several entries.
fn listing(said: &[&ListedAddress], edition: &ListEdition, begun: Option<&Spell>) -> Option<Spell> {
    let first = said.first()?;
    let join = |texts: BTreeSet<&str>| texts.into_iter().collect::<Vec<_>>().join(" / ");
    let programmes: BTreeSet<&str> =
        said.iter().filter_map(|listed| listed.programme.as_deref()).collect();
    let here = said.iter().filter_map(|listed| listed.listed).min_by_key(|bound| bound.date());
    let since = here.unwrap_or(DateBound::NoLaterThan(edition.day));
    let delisted = match said.iter().all(|listed| listed.delisted.is_some()) {
        true => said.iter().filter_map(|listed| listed.delisted).max_by_key(|bound| bound.date()),
        false => None,
    };
    Some(Spell {
        listing: Listing {
            address: first.address,
            entity: join(said.iter().map(|listed| listed.entity.as_str()).collect()),
            authority: first.authority.clone(),
            programme: (!programmes.is_empty()).then(|| join(programmes)),
            listed: begun.map_or(since, |begun| earlier(begun.listing.listed, since)),
            delisted,
            source: join(said.iter().map(|listed| listed.source.as_str()).collect()),
            list: Some(version(edition).cited()),
            is_invented: said.iter().any(|listed| listed.is_invented),
        },
        last_seen: delisted.map_or(edition.day, |end| end.date().min(edition.day)),
    })
}

impl Spell {
    /// The same, ended by a version that does not have the address.
    fn gone_by(mut self, edition: &ListEdition) -> Self {
        if self.listing.delisted.is_none() {
            self.listing.delisted = Some(DateBound::NoLaterThan(edition.day));
            self.listing.list = Some(version(edition).cited());
        }
        self
    }
}

/// The better of two bounds of one beginning: the earlier, and of an exact day and a bound that agree the
/// exact one.
fn earlier(a: DateBound, b: DateBound) -> DateBound {
    match (a, b) {
        (DateBound::On(day), DateBound::NoLaterThan(latest))
        | (DateBound::NoLaterThan(latest), DateBound::On(day))
            if day <= latest =>
        {
            DateBound::On(day)
        }
        _ if a.date() <= b.date() => a,
        _ => b,
    }
}

/// One spell for each time that an address was on a list, whichever copies tell of it.
fn join(mut spells: Vec<Spell>) -> Vec<Spell> {
    spells.sort_by(|a, b| {
        (a.listing.listed.date(), a.last_seen).cmp(&(b.listing.listed.date(), b.last_seen))
    });
    let mut groups: Vec<Vec<Spell>> = Vec::new();
    for spell in spells {
        match groups.last_mut() {
            Some(group) if is_same_time(group, &spell) => group.push(spell),
            _ => groups.push(vec![spell]),
        }
    }
    groups.into_iter().filter_map(one_of).collect()
}

/// Whether a spell that begins no earlier than a group's belongs to it: the group has not ended before.
fn is_same_time(group: &[Spell], spell: &Spell) -> bool {
    end_of(group).is_none_or(|end| spell.listing.listed.date() <= end.date())
}

/// When the time that these spells tell of ended. A copy that still has the address on the day of a supposed
/// end, or later, refutes it; an exact day is better than a bound.
fn end_of(group: &[Spell]) -> Option<DateBound> {
    let last_seen = group.iter().map(|spell| spell.last_seen).max()?;
    let ends = || group.iter().filter_map(|spell| spell.listing.delisted);
    let standing = ends().filter(|end| last_seen < end.date()).min_by_key(|end| {
        let is_bound = matches!(end, DateBound::NoLaterThan(_));
        (is_bound, end.date())
    });
    let has_open = group.iter().any(|spell| spell.listing.delisted.is_none());
    if has_open { standing } else { standing.or_else(|| ends().max_by_key(|end| end.date())) }
}

/// One spell out of those of one time: what the newest copy says, with the best known days.
fn one_of(group: Vec<Spell>) -> Option<Spell> {
    let listed = group.iter().map(|spell| spell.listing.listed).reduce(earlier)?;
    let delisted = end_of(&group);
    let last_seen = group.iter().map(|spell| spell.last_seen).max()?;
    let programme = group.iter().rev().find_map(|spell| spell.listing.programme.clone());
    // Of several copies the one that the end is known from, else the first, which is the built-in one where
    // there is one: it names the action by which the address was listed.
    let mut spells = group.into_iter();
    let first = spells.next()?;
    let mut chosen = spells.fold(first, |chosen, spell| {
        let tells_end = delisted.is_some() && spell.listing.delisted == delisted;
        let is_told = chosen.listing.delisted == delisted;
        if tells_end && !is_told { spell } else { chosen }
    });
    chosen.listing.listed = listed;
    chosen.listing.delisted = delisted;
    chosen.listing.programme = chosen.listing.programme.or(programme);
    chosen.last_seen = last_seen;
    Some(chosen)
}

/// Ends a spell that is open where a whole list that is newer than every copy of it does not have it.
fn end_where_gone(spells: &mut [Spell], whole: &[&ListEdition]) {
    let Some(spell) = spells.last_mut().filter(|spell| spell.listing.delisted.is_none()) else {
        return;
    };
    let newer = whole.iter().filter(|edition| spell.last_seen < edition.day);
    if let Some(edition) = newer.min_by_key(|edition| edition.day) {
        spell.listing.delisted = Some(DateBound::NoLaterThan(edition.day));
        spell.listing.list = Some(version(edition).cited());
    }
}

#[cfg(test)]
mod tests;
