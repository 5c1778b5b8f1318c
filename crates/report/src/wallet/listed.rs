//! What moved between a wallet and addresses with a sanctions listing: judged at the transfer and as of today.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Address, Date, Lead, Listing, Movement, Side, Standing, Verdict, checksum};

use super::schema::{Listed, ListedTransfer};
use super::view::{Tally, View};
use crate::content::{
    clean, lead_text, listing_dates, listing_text, then_words, today_words, when,
};

type Key<'a> = (&'a Listing, Address, Side, bool, Verdict);

/// By listing, address, side and verdict: findings first, then what is in force.
pub(super) fn listed(view: &View<'_>) -> Vec<Listed> {
    let mut groups: BTreeMap<Key<'_>, Vec<&Movement>> = BTreeMap::new();
    for of in &view.statement.movements {
        let Some(other) = of.counterparty else { continue };
        if matches!(of.standing, Standing::Fee | Standing::Unexplained) {
            continue;
        }
        for listing in view.listings(other) {
            let verdict = view.verdict(listing, of.transfer.position.block);
            let key = (listing, other, of.side, of.standing.is_dealing(), verdict);
            groups.entry(key).or_default().push(of);
        }
    }
    let mut found: Vec<Listed> = groups.iter().map(|(key, of)| line(view, key, of)).collect();
    found.sort_by_key(|line| (!line.is_flagged, !line.counts, !line.is_in_force));
    found
}

fn line(view: &View<'_>, key: &Key<'_>, movements: &[&Movement]) -> Listed {
    let (listing, address, side, counts, verdict) = *key;
    let mut sums = Tally::default();
    movements.iter().for_each(|of| sums.add(view, &of.transfer));
    let block = |of: &&Movement| of.transfer.position.block;
    let days: BTreeSet<Date> = movements.iter().filter_map(|of| view.day(block(of))).collect();
    let (first, last) = (days.first().map(Date::to_string), days.last().map(Date::to_string));
    let then =
        when(verdict.then.is_some(), then_words(verdict.then), first.as_deref(), last.as_deref());
    let input = view.known.input;
    Listed {
        address: checksum(address),
        name: movements.last().and_then(|of| view.name(address, block(of))),
        listing: listing_text(listing),
        dates: listing_dates(listing),
        source: clean(&listing.source),
        list: listing.list.as_deref().map(clean),
        side: side.name(),
        counts,
        verdict: verdict.name(),
        is_in_force: verdict.may_be_in_force(),
        is_flagged: counts && input.flag.flags(verdict),
        statement: format!(
            "{then}; {}; {} ({})",
            listing_dates(listing),
            today_words(verdict.now),
            input.today
        ),
        totals: sums.quantities(view),
        transfers: movements.iter().map(|of| transfer(view, listing, of)).collect(),
    }
}

fn transfer(view: &View<'_>, listing: &Listing, of: &Movement) -> ListedTransfer {
    let lead = view.day(of.transfer.position.block).map(|day| Lead::of(listing, day));
    ListedTransfer {
        at: view.moment(&of.transfer),
        amount: view.amount(&of.transfer),
        lead_days: lead.map(|lead| lead.days),
        lead: lead_text(lead),
    }
}

/// How long before or after a listing a block was.
pub(super) fn lead(view: &View<'_>, listing: &Listing, block: u64) -> String {
    lead_text(view.day(block).map(|day| Lead::of(listing, day)))
}

/// What each listing of an address says of a movement in a block.
pub(super) fn verdicts(view: &View<'_>, address: Address, block: u64) -> Vec<String> {
    let text = |listing: &Listing| {
        format!(
            "{}; {}: {}, {}",
            listing_text(listing),
            listing_dates(listing),
            view.verdict(listing, block),
            lead(view, listing, block)
        )
    };
    view.listings(address).map(text).collect()
}
