//! With whom a wallet dealt: by category, one by one, and who only sent what anybody can send.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{
    Address, Amount, Asset, Listing, Movement, Side, Standing, Transfer, Verdict, checksum,
};

use super::attention::counted;
use super::listed::lead;
use super::schema::{Category, Counterparty, Unasked};
use super::view::{Class, Tally, View};
use crate::content::{label_text, listing_dates, listing_text};
use crate::input::Usd;
use crate::number::group;

/// What moved between a wallet and somebody.
#[derive(Default)]
struct Dealt<'a> {
    received: Tally,
    sent: Tally,
    transfers_in: usize,
    transfers_out: usize,
    in_conversions: usize,
    first: Option<&'a Transfer>,
    last: Option<&'a Transfer>,
    /// With whom.
    parties: BTreeSet<Option<Address>>,
    /// What these were.
    classes: BTreeSet<Class>,
    verdicts: Verdicts<'a>,
}

/// What a listing says of dealings, each with its block, in order.
type Verdicts<'a> = BTreeMap<(&'a Listing, Verdict), Vec<u64>>;

impl<'a> Dealt<'a> {
    fn add(&mut self, view: &View<'_>, of: &'a Movement) {
        let (tally, count) = match of.side {
            Side::In => (&mut self.received, &mut self.transfers_in),
            Side::Out => (&mut self.sent, &mut self.transfers_out),
        };
        tally.add(view, &of.transfer);
        *count = count.saturating_add(1);
        let is_leg = matches!(of.standing, Standing::Conversion(_));
        self.in_conversions = self.in_conversions.saturating_add(usize::from(is_leg));
        self.first = self.first.or(Some(&of.transfer));
        self.last = Some(&of.transfer);
        self.parties.insert(of.counterparty);
    }

    const fn usd(&self) -> Usd {
        self.received.priced.saturating_add(self.sent.priced)
    }

    const fn transfers(&self) -> usize {
        self.transfers_in.saturating_add(self.transfers_out)
    }
}

fn dealings<'a>(view: &View<'a>) -> impl Iterator<Item = &'a Movement> + use<'a> {
    view.statement.movements.iter().filter(|of| of.standing.is_dealing())
}

/// Dealings by what the counterparty was at the time, what asks for attention first.
pub(super) fn categories(view: &View<'_>) -> Vec<Category> {
    let mut found: BTreeMap<Class, Dealt<'_>> = BTreeMap::new();
    for of in dealings(view) {
        found.entry(view.class(of)).or_default().add(view, of);
    }
    let line = |(class, dealt): (&Class, &Dealt<'_>)| {
        Some(Category {
            name: class.name(),
            counterparties: dealt.parties.iter().flatten().count(),
            transfers_in: dealt.transfers_in,
            transfers_out: dealt.transfers_out,
            received: dealt.received.quantities(view),
            sent: dealt.sent.quantities(view),
            first: view.moment(dealt.first?),
            last: view.moment(dealt.last?),
        })
    };
    found.iter().filter_map(line).collect()
}

/// Everybody with whom the wallet dealt, one by one: by dollars, then by the largest part of all that moved of one
/// asset, then by the number of transfers. What conversions created and destroyed comes under nobody.
pub(super) fn counterparties(view: &View<'_>) -> Vec<Counterparty> {
    let mut found: BTreeMap<Option<Address>, Dealt<'_>> = BTreeMap::new();
    let mut all: BTreeMap<Asset, Amount> = BTreeMap::new();
    for of in dealings(view) {
        let dealt = found.entry(of.counterparty).or_default();
        dealt.add(view, of);
        dealt.classes.insert(view.class(of));
        let block = of.transfer.position.block;
        for listing in of.counterparty.into_iter().flat_map(|who| view.listings(who)) {
            let key = (listing, view.verdict(listing, block));
            dealt.verdicts.entry(key).or_default().push(block);
        }
        let sum = all.entry(of.transfer.asset).or_default();
        *sum = sum.saturating_add(of.transfer.amount);
    }
    let part = |dealt: &Dealt<'_>| {
        let moved = dealt.received.amounts().chain(dealt.sent.amounts());
        let parts = moved.filter_map(|(asset, amount)| {
            amount.share(Amount::from(1_000_000), all.get(&asset).copied().unwrap_or_default())
        });
        parts.max().unwrap_or_default()
    };
    let mut found: Vec<_> = found.into_iter().collect();
    found.sort_by_cached_key(|(who, dealt)| {
        (Reverse(dealt.usd()), Reverse(part(dealt)), Reverse(dealt.transfers()), *who)
    });
    let line = |(who, dealt): &(Option<Address>, Dealt<'_>)| {
        let last = dealt.last?;
        let block = last.position.block;
        Some(Counterparty {
            address: who.map(checksum),
            name: who.and_then(|who| view.name(who, block)),
            kind: who.map_or("nobody", |who| view.kind(who)),
            categories: dealt.classes.iter().map(|class| class.name()).collect(),
            labels: who
                .map_or_else(Vec::new, |who| view.labels(who).iter().map(label_text).collect()),
            verdicts: verdicts(view, &dealt.verdicts),
            notes: who.map_or_else(Vec::new, |who| notes(view, who)),
            transfers_in: dealt.transfers_in,
            transfers_out: dealt.transfers_out,
            in_conversions: dealt.in_conversions,
            received: dealt.received.quantities(view),
            sent: dealt.sent.quantities(view),
            first: view.moment(dealt.first?),
            last: view.moment(last),
        })
    };
    found.iter().filter_map(line).collect()
}

/// What listings of a counterparty say of the dealings with it: each verdict once, with how many dealings it is of.
fn verdicts(view: &View<'_>, found: &Verdicts<'_>) -> Vec<String> {
    let line = |((listing, verdict), blocks): (&(&Listing, Verdict), &Vec<u64>)| {
        let leads = [blocks.first(), blocks.last()].into_iter().flatten();
        let mut leads: Vec<String> = leads.map(|block| lead(view, listing, *block)).collect();
        leads.dedup();
        let leads = leads.join(" to ");
        let of = match blocks.len() {
            0 | 1 => leads,
            more => format!("{}, {leads}", counted(more, "transfer")),
        };
        format!("{}; {}: {verdict}, {of}", listing_text(listing), listing_dates(listing))
    };
    found.iter().map(line).collect()
}

fn notes(view: &View<'_>, who: Address) -> Vec<String> {
    let input = view.known.input;
    let of = |crowd: &&fundtrail_model::Crowd| {
        (crowd.chain, crowd.address) == (view.chain(), who)
            && crowd.size.exceeds(input.hub_counterparties)
    };
    let hub = input.crowds.iter().find(of).map(|crowd| {
        let count = group(&crowd.size.count().to_string());
        match crowd.size {
            fundtrail_model::CrowdSize::Counterparties(_) => {
                format!("a hub: at least {count} counterparties of its own")
            }
            fundtrail_model::CrowdSize::Signed(_) => {
                format!("a hub: it signed at least {count} transactions")
            }
        }
    });
    hub.into_iter().collect()
}

/// What is no dealing with anybody, by why and by who is named: the most transfers first.
pub(super) fn unasked(view: &View<'_>) -> Vec<Unasked> {
    let mut found: BTreeMap<(Standing, Option<Address>), (Dealt<'_>, Tally)> = BTreeMap::new();
    let is_one = |of: &&Movement| matches!(of.standing, Standing::Dust | Standing::Unvouched);
    for of in view.statement.movements.iter().filter(is_one) {
        let (dealt, sums) = found.entry((of.standing, of.counterparty)).or_default();
        dealt.add(view, of);
        sums.add(view, &of.transfer);
    }
    let mut found: Vec<_> = found.into_iter().collect();
    found.sort_by_key(|(key, (dealt, _))| (key.0, Reverse(dealt.transfers()), key.1));
    let line =
        |((standing, who), (dealt, sums)): &((Standing, Option<Address>), (Dealt<'_>, Tally))| {
            let last = dealt.last?;
            Some(Unasked {
                address: who.map(checksum),
                name: who.and_then(|who| view.name(who, last.position.block)),
                why: standing.name(),
                transfers: dealt.transfers(),
                totals: sums.quantities(view),
                last: view.moment(last),
            })
        };
    found.iter().filter_map(line).collect()
}
