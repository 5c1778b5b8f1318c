//! Names of addresses: labels where somebody gave one, short stable aliases otherwise.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{
    AccountKind, Address, Asset, ChainId, Date, HopKind, Label, Listing, ListingStatus, Marks,
    PatternReservation, Reservation, checksum,
};
use smol_str::{SmolStr, format_smolstr};

use super::clean;
use super::coins::Coins;
use super::findings::{status_name, weightiest};
use super::shorts::Shorts;
use crate::input::Input;
use crate::schema::{Few, INVENTED, Party, PartyRef, PartyText, Tag};

/// What was told of one address, by which label.
type Told<'a> = Few<(Option<&'a Label>, PartyRef)>;

/// Every address that has a part in the trail, numbered in the order of appearance.
pub(super) struct Directory<'a> {
    order: Vec<(ChainId, Address)>,
    index: BTreeMap<(ChainId, Address), usize>,
    /// The same key controls an address on every chain, so it has one number.
    numbers: BTreeMap<Address, usize>,
    kinds: BTreeMap<(ChainId, Address), (u64, AccountKind)>,
    marks: &'a BTreeMap<(ChainId, Address), Marks>,
    listings: BTreeMap<Address, BTreeSet<&'a Listing>>,
    is_reconstruction: bool,
    shorts: Shorts,
    /// What was told of whom by which label, to be told again; by place in `order`.
    told: RefCell<Vec<Told<'a>>>,
}

impl<'a> Directory<'a> {
    /// `assets` are those that the report speaks of: their contracts, too, are shown shortened.
    pub(super) fn new(input: &'a Input<'a>, assets: &BTreeSet<Asset>) -> Self {
        let mut kinds = BTreeMap::new();
        for fact in input.accounts {
            let slot = kinds.entry((fact.chain, fact.address)).or_insert((fact.block, fact.kind));
            if fact.block >= slot.0 {
                *slot = (fact.block, fact.kind);
            }
        }
        let mut listings: BTreeMap<Address, BTreeSet<&Listing>> = BTreeMap::new();
        for ((_, address), marks) in input.marks {
            listings.entry(*address).or_default().extend(&marks.listings);
        }
        let mut directory = Self {
            order: Vec::new(),
            index: BTreeMap::new(),
            numbers: BTreeMap::new(),
            kinds,
            marks: input.marks,
            listings,
            is_reconstruction: input.invented.is_some(),
            shorts: Shorts::default(),
            told: RefCell::default(),
        };
        directory.add_all(input);
        let contracts = assets.iter().filter_map(|asset| asset.contract());
        directory.shorts = Shorts::of(directory.numbers.keys().copied().chain(contracts));
        directory
    }

    /// Which addresses look alike.
    pub(super) const fn shorts(&self) -> &Shorts {
        &self.shorts
    }

    fn add_all(&mut self, input: &Input<'_>) {
        let trail = input.trail;
        for seed in &trail.seeds {
            for address in seed.from.into_iter().chain([seed.holder]) {
                self.add(seed.asset.chain(), address);
            }
        }
        for hop in &trail.hops {
            match &hop.kind {
                HopKind::Payment { from, to, .. } => {
                    self.add(hop.chain, *from);
                    if let Some(to) = to {
                        self.add(hop.chain, *to);
                    }
                }
                HopKind::Conversion { account, .. } => self.add(hop.chain, *account),
            }
        }
        for ending in &trail.endings {
            if let Some(address) = ending.address {
                self.add(ending.asset.chain(), address);
            }
        }
        for end in &trail.open_ends {
            self.add(end.chain, end.address);
        }
        for difference in input.differences {
            self.add(difference.asset.chain(), difference.address);
        }
        for reservation in &trail.reservations {
            match reservation {
                Reservation::OpeningUnknown { address, asset, .. }
                | Reservation::Overdrawn { address, asset, .. }
                | Reservation::BalanceBelowLots { address, asset, .. } => {
                    self.add(asset.chain(), *address);
                }
                Reservation::ApproximateConversion { chain, address, .. }
                | Reservation::CrowdedHolder { chain, address, .. } => {
                    self.add(*chain, *address);
                }
                Reservation::UnlistedReturn { chain, address, contracts, .. }
                | Reservation::UnlistedPayment { chain, address, contracts, .. } => {
                    self.add(*chain, *address);
                    contracts.iter().for_each(|contract| self.add(*chain, *contract));
                }
                Reservation::OtherReceivers { chain, address, receivers, .. }
                | Reservation::Delivered { chain, address, receivers, .. } => {
                    self.add(*chain, *address);
                    receivers.iter().for_each(|(receiver, ..)| self.add(*chain, *receiver));
                }
                Reservation::UnseenFrames { .. } => {}
            }
        }
        // Last, so that comparing changes no number.
        for ending in input.trails.iter().flat_map(|trail| &trail.endings) {
            if let Some(address) = ending.address {
                self.add(ending.asset.chain(), address);
            }
        }
        self.add_behaviour(input);
    }

    fn add_behaviour(&mut self, input: &Input<'_>) {
        for pattern in &input.patterns.found {
            for (_, address) in &pattern.parties {
                self.add(pattern.chain, *address);
            }
            for reservation in &pattern.reservations {
                let (PatternReservation::PartlyLookedAt(address)
                | PatternReservation::PastUnknown(address)) = reservation;
                self.add(pattern.chain, *address);
            }
        }
        for link in &input.links.found {
            for address in [link.from, link.to].into_iter().chain(link.through) {
                self.add(link.chain, address);
            }
        }
        for cluster in &input.links.clusters {
            for address in cluster.addresses.iter().take(super::behaviour::MOST_OF_OWNER) {
                self.add(cluster.chain, *address);
            }
        }
    }

    fn add(&mut self, chain: ChainId, address: Address) {
        if self.index.contains_key(&(chain, address)) {
            return;
        }
        self.index.insert((chain, address), self.order.len());
        self.order.push((chain, address));
        let next = self.numbers.len().saturating_add(1);
        self.numbers.entry(address).or_insert(next);
    }

    /// Every listing of the address; a listing holds on every chain.
    pub(super) fn listings(&self, address: Address) -> impl Iterator<Item = &'a Listing> + '_ {
        self.listings.get(&address).into_iter().flatten().copied()
    }

    pub(super) fn labels(&self, chain: ChainId, address: Address) -> &'a [Label] {
        self.marks.get(&(chain, address)).map_or(&[], |marks| &marks.labels)
    }

    /// Labels that contradict a more trusted one: the address, the label that counts, and the others.
    pub(super) fn conflicts(&self) -> Vec<((ChainId, Address), &'a Label, Vec<&'a Label>)> {
        let mut found: Vec<((ChainId, Address), &Label, Vec<&Label>)> = Vec::new();
        for at in &self.order {
            for (counts, other) in self.marks.get(at).map_or_else(Vec::new, Marks::conflicts) {
                match found.last_mut() {
                    Some((last, known, others)) if last == at && *known == counts => {
                        others.push(other);
                    }
                    _ => found.push((*at, counts, vec![other])),
                }
            }
        }
        found
    }

    /// The label that counts on a day.
    pub(super) fn label_at(
        &self,
        chain: ChainId,
        address: Address,
        day: Option<Date>,
    ) -> Option<&'a Label> {
        match day {
            Some(day) => self.marks.get(&(chain, address))?.label_on(day),
            // Without a day only a label that holds always is sure to hold.
            None => self
                .labels(chain, address)
                .iter()
                .find(|label| label.valid_from.is_none() && label.valid_until.is_none()),
        }
    }

    fn alias(&self, chain: ChainId, address: Address) -> SmolStr {
        let kind = match self.kinds.get(&(chain, address)) {
            Some((_, kind)) if kind.is_wallet() => "wallet",
            Some(_) => "contract",
            None => "address",
        };
        match self.numbers.get(&address) {
            Some(number) => format_smolstr!("{kind} {number}"),
            None => kind.into(),
        }
    }

    /// In a reconstruction every address is made up, unless somebody real speaks of it.
    fn is_invented(&self, chain: ChainId, address: Address) -> bool {
        let labels = self.labels(chain, address);
        let is_known = labels.iter().any(|label| !label.is_invented)
            || self.listings(address).any(|listing| !listing.is_invented);
        let is_made_up = labels.iter().any(|label| label.is_invented)
            || self.listings(address).any(|listing| listing.is_invented);
        !is_known && (self.is_reconstruction || is_made_up)
    }

    pub(super) fn party_ref(
        &self,
        chain: ChainId,
        address: Address,
        day: Option<Date>,
    ) -> PartyRef {
        let label = self.label_at(chain, address, day);
        let Some(idx) = self.index.get(&(chain, address)).copied() else {
            return self.party_text(chain, address, label, Tag::default()).into();
        };
        let mut told = self.told.borrow_mut();
        if told.len() <= idx {
            told.resize(self.order.len(), Few::new());
        }
        let tag = Tag::party(idx);
        let new = || PartyRef::from(self.party_text(chain, address, label, tag));
        let Some(told) = told.get_mut(idx) else { return new() };
        match told.iter().find(|(by, _)| *by == label) {
            Some((_, told)) => told.clone(),
            None => {
                let new = new();
                told.push((label, new.clone()));
                new
            }
        }
    }

    fn party_text(
        &self,
        chain: ChainId,
        address: Address,
        label: Option<&Label>,
        party: Tag,
    ) -> PartyText {
        let (name, is_invented) = match label {
            Some(label) => {
                (format_smolstr!("labelled “{}”", clean(&label.name)), label.is_invented)
            }
            None => (self.alias(chain, address), self.is_invented(chain, address)),
        };
        let called = label.map_or("", |label| &label.name);
        let mark = invented_mark(is_invented, called);
        PartyText {
            party,
            name: if mark.is_empty() { name } else { format_smolstr!("{name}{mark}") },
            address: checksum(address).into(),
            digits: self.shorts.digits(address),
        }
    }

    /// All of them.
    pub(super) fn parties(&self, coins: &Coins<'_>, today: Date) -> Vec<Party> {
        let told = self.told.borrow();
        self.order
            .iter()
            .enumerate()
            .map(|(idx, (chain, address))| Party {
                id: Tag::party(idx),
                on: coins.chain_text(*chain),
                // Once for all that mention it.
                address: match told.get(idx).and_then(|told| told.first()) {
                    Some((_, told)) => told.address.clone(),
                    None => checksum(*address).into(),
                },
                alias: self.alias(*chain, *address),
                kind: match self.kinds.get(&(*chain, *address)) {
                    Some((_, AccountKind::Wallet)) => "wallet".into(),
                    Some((_, AccountKind::DelegatedWallet { delegate })) => {
                        format!("wallet that borrows the code of {}", checksum(*delegate)).into()
                    }
                    Some((_, AccountKind::Contract)) => "contract".into(),
                    None => "not known".into(),
                },
                labels: self.labels(*chain, *address).iter().map(label_text).collect(),
                listings: self
                    .listings(*address)
                    .map(|listing| {
                        let today = match listing.status_on(today) {
                            ListingStatus::Listed => "listed today",
                            ListingStatus::PerhapsDelisted => "perhaps still listed today",
                            ListingStatus::PerhapsListed => "perhaps listed today",
                            ListingStatus::NotYetListed => "not listed today",
                            ListingStatus::Delisted => "no longer listed today",
                        };
                        format!("{}; {}; {today}", listing_text(listing), listing_dates(listing))
                    })
                    .collect(),
                listed_today: weightiest(
                    self.listings(*address).map(|listing| listing.status_on(today)),
                )
                .map(status_name),
                is_invented: self.is_invented(*chain, *address),
                digits: self.shorts.digits(*address),
            })
            .collect()
    }
}

/// ` (invented)`, or nothing: also where the `name` before it says so itself.
pub(crate) fn invented_mark(is_invented: bool, name: &str) -> &'static str {
    if is_invented && !says_invented(name) { INVENTED } else { "" }
}

fn says_invented(name: &str) -> bool {
    name.trim_end().ends_with("(invented)")
}

/// `labelled as “name” (exchange) by source; certain`, and until and since when.
pub(crate) fn label_text(label: &Label) -> String {
    let span = match (label.valid_from, label.valid_until) {
        (None, None) => String::new(),
        (Some(from), None) => format!(", from {from}"),
        (None, Some(until)) => format!(", until {until}"),
        (Some(from), Some(until)) => format!(", {from} to {until}"),
    };
    format!(
        "labelled as “{}” ({}) by {}; {}{span}{}",
        clean(&label.name),
        label.category,
        clean(&label.source),
        label.confidence.name(),
        invented_mark(label.is_invented, &label.name),
    )
}

/// `TORNADO CASH, OFAC SDN, programme CYBER2`.
pub(crate) fn listing_text(listing: &Listing) -> String {
    let programme = match &listing.programme {
        Some(programme) => format!(", programme {}", clean(programme)),
        None => String::new(),
    };
    format!(
        "{}, {}{programme}{}",
        clean(&listing.entity),
        clean(&listing.authority),
        invented_mark(listing.is_invented, &listing.entity),
    )
}

/// `listed 2022-08-08; delisted 2025-03-21`.
pub(crate) fn listing_dates(listing: &Listing) -> String {
    match listing.delisted {
        Some(delisted) => format!("listed {}; delisted {delisted}", listing.listed),
        None => format!("listed {}", listing.listed),
    }
}
