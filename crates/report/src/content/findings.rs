//! Which flows touched an address with a sanctions listing: judged at the transfer and as of today.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{
    Address, Amount, Asset, ChainId, Date, Direction, EndingKind, H256, Hop, HopKind, Lead,
    Listing, ListingStatus, Origin, Position, Seed, Verdict,
};

use super::clean;
use super::names::Names;
use super::parties::{listing_dates, listing_text};
use super::sums::Sums;
use crate::input::Input;
use crate::schema::{Finding, FindingTransfer, Tag};

const RECEIVED: &str = "received";
const SENT: &str = "sent";

/// A movement of stolen value from or to an address.
struct Touch<'a> {
    id: Tag,
    chain: ChainId,
    address: Address,
    role: &'static str,
    position: Position,
    transaction: Option<H256>,
    stolen: Vec<(Asset, Amount)>,
    /// What the trail itself says, in case the marks do not.
    listing: Option<&'a Listing>,
}

/// What belongs into one finding.
type Key<'a> = (&'a Listing, ChainId, Address, &'static str, Verdict);

pub(super) fn findings(input: &Input<'_>, names: &Names<'_>) -> Vec<Finding> {
    let mut groups: BTreeMap<Key<'_>, Vec<Touch<'_>>> = BTreeMap::new();
    for touch in touches(input, names) {
        let mut listings: BTreeSet<&Listing> = names.directory().listings(touch.address).collect();
        listings.extend(touch.listing);
        for listing in listings {
            let day = names.day(touch.chain, touch.position.block);
            let verdict = Verdict::of(listing, day, input.today);
            let key = (listing, touch.chain, touch.address, touch.role, verdict);
            groups.entry(key).or_default().push(Touch {
                id: touch.id,
                stolen: touch.stolen.clone(),
                ..touch
            });
        }
    }
    let mut findings: Vec<Finding> =
        groups.iter().map(|(key, touches)| finding(input, names, key, touches)).collect();
    findings.sort_by_key(|finding| (!finding.is_flagged, !finding.is_in_force));
    findings
}

/// What the listings of the ends of a movement say of it, by whom each is.
pub(super) fn verdicts(
    input: &Input<'_>,
    names: &Names<'_>,
    (chain, position): (ChainId, Position),
    ends: &[(&str, Address)],
) -> Vec<String> {
    let day = names.day(chain, position.block);
    let of_end = |(end, address): &(&str, Address)| -> Vec<String> {
        let listings = names.directory().listings(*address);
        let text = |listing: &Listing| {
            format!(
                "{end} {}: {}, {}",
                listing_text(listing),
                Verdict::of(listing, day, input.today),
                lead_text(day.map(|day| Lead::of(listing, day))),
            )
        };
        listings.map(text).collect()
    };
    ends.iter().flat_map(of_end).collect()
}

/// Every movement that brought stolen value to a listed address or took it from one, each once.
fn touches<'a>(input: &Input<'a>, names: &Names<'_>) -> Vec<Touch<'a>> {
    let trail = input.trail;
    let by_trail: BTreeSet<Address> = trail
        .endings
        .iter()
        .filter(|ending| matches!(ending.kind, EndingKind::Sanctioned(_)))
        .filter_map(|ending| ending.address)
        .collect();
    let is_listed = |address: Address| {
        names.directory().listings(address).next().is_some() || by_trail.contains(&address)
    };
    let mut touches = Vec::new();
    // Traced back, the first hop is the seed itself.
    let is_told = |seed: &&Seed| {
        let mut hops = trail.hops.iter().flat_map(|hop| &hop.taken);
        trail.direction == Direction::In && hops.any(|lot| lot.origin == Origin::Seed(seed.id))
    };
    for seed in trail.seeds.iter().filter(|seed| !is_told(seed)) {
        let ends = seed.from.map(|from| (from, SENT)).into_iter().chain([(seed.holder, RECEIVED)]);
        let ends = ends.filter(|(address, _)| is_listed(*address));
        touches.extend(ends.map(|(address, role)| Touch {
            id: seed.id.into(),
            chain: seed.asset.chain(),
            address,
            role,
            position: seed.position,
            transaction: Some(seed.transaction),
            stolen: vec![(seed.asset, seed.amount)],
            listing: None,
        }));
    }
    for (hop_idx, hop) in trail.hops.iter().enumerate() {
        let ends = match &hop.kind {
            HopKind::Payment { from, to, .. } => [Some((*from, SENT)), to.map(|to| (to, RECEIVED))],
            HopKind::Conversion { account, .. } => [Some((*account, "converted")), None],
        };
        for (address, role) in ends.into_iter().flatten().filter(|(of, _)| is_listed(*of)) {
            touches.push(Touch {
                id: Tag::hop(hop_idx),
                chain: hop.chain,
                address,
                role,
                position: hop.position,
                transaction: hop.transaction,
                stolen: stolen_part(input, hop),
                listing: None,
            });
        }
    }
    add_endings(input, is_listed, &mut touches);
    touches
}

/// What a hop took, by lot; by a rule that does not conserve amounts, once for all seeds.
fn stolen_part(input: &Input<'_>, hop: &Hop) -> Vec<(Asset, Amount)> {
    let lots = hop.taken.iter().map(|lot| (lot.asset, lot.amount));
    if input.trail.rule.conserves() {
        return lots.collect();
    }
    let mut most: BTreeMap<Asset, Amount> = BTreeMap::new();
    for (asset, amount) in lots {
        let known = most.entry(asset).or_default();
        *known = amount.max(*known);
    }
    most.into_iter().collect()
}

/// An ending at a listed address is the far side of the movement that brought it. It is added only
/// where that movement is not there already.
fn add_endings<'a>(
    input: &Input<'a>,
    is_listed: impl Fn(Address) -> bool,
    touches: &mut Vec<Touch<'a>>,
) {
    let is_back = input.trail.direction == Direction::In;
    let mut known: BTreeMap<(Tag, Address), usize> = BTreeMap::new();
    for (idx, touch) in touches.iter().enumerate() {
        // What is traced back ends at who sent it.
        if is_back || touch.role != SENT {
            known.insert((touch.id, touch.address), idx);
        }
    }
    for (ending_idx, ending) in input.trail.endings.iter().enumerate() {
        let Some(address) = ending.address.filter(|address| is_listed(*address)) else { continue };
        let listing = match &ending.kind {
            EndingKind::Sanctioned(listing) => Some(&**listing),
            _ => None,
        };
        let touch =
            known.get(&(Tag::from(ending.origin), address)).and_then(|idx| touches.get_mut(*idx));
        match touch {
            Some(touch) => touch.listing = touch.listing.or(listing),
            None => touches.push(Touch {
                id: Tag::ending(ending_idx),
                chain: ending.asset.chain(),
                address,
                role: RECEIVED,
                position: ending.arrived,
                transaction: match ending.origin {
                    Origin::Hop(id) => usize::try_from(id.0)
                        .ok()
                        .and_then(|idx| input.trail.hops.get(idx))
                        .and_then(|hop| hop.transaction),
                    Origin::Seed(_) => None,
                },
                stolen: vec![(ending.asset, ending.amount)],
                listing,
            }),
        }
    }
}

fn finding(input: &Input<'_>, names: &Names<'_>, key: &Key<'_>, touches: &[Touch<'_>]) -> Finding {
    let (listing, chain, address, role, verdict) = *key;
    let (then, today) = (verdict.then, verdict.now);
    let mut sums = Sums::default();
    for (touch, (asset, amount)) in
        touches.iter().flat_map(|touch| touch.stolen.iter().map(move |lot| (touch, lot)))
    {
        sums.add(input, *asset, *amount, touch.position.block);
    }
    let days: BTreeSet<Date> =
        touches.iter().filter_map(|touch| names.day(touch.chain, touch.position.block)).collect();
    let block = touches.first().map_or(0, |touch| touch.position.block);
    let others = names.directory().listings(address).count();
    let (then_words, today_words) = (then_words(then), today_words(today));
    let (first_day, last_day) =
        (days.first().map(Date::to_string), days.last().map(Date::to_string));
    let mut statement = format!(
        "{}; {}; {today_words} ({})",
        when(then.is_some(), then_words, first_day.as_deref(), last_day.as_deref()),
        listing_dates(listing),
        input.today
    );
    if others > 1 {
        statement.push_str(&format!(
            ". This is one of {others} listings of the address: read them together"
        ));
    }
    Finding {
        party: names.party(chain, address, block),
        chain_name: names.chain(chain),
        listing: listing_text(listing),
        source: clean(&listing.source),
        list: listing.list.as_deref().map(clean),
        listed: listing.listed.to_string(),
        delisted: listing.delisted.map(|day| day.to_string()),
        listing_count: others,
        first_day,
        last_day,
        role,
        then: then.map_or("time not known", status_name),
        today: status_name(today),
        then_words,
        today_words,
        statement,
        verdict: verdict.name(),
        is_flagged: input.flag.flags(verdict),
        is_in_force: verdict.may_be_in_force(),
        is_invented: listing.is_invented,
        totals: sums.money(names),
        transfers: touches.iter().map(|touch| transfer(input, names, listing, touch)).collect(),
    }
}

fn transfer(
    input: &Input<'_>,
    names: &Names<'_>,
    listing: &Listing,
    touch: &Touch<'_>,
) -> FindingTransfer {
    let block = touch.position.block;
    let mut sums = Sums::default();
    for (asset, amount) in &touch.stolen {
        sums.add(input, *asset, *amount, block);
    }
    let day = names.day(touch.chain, block);
    let lead = day.map(|day| Lead::of(listing, day));
    FindingTransfer {
        id: touch.id,
        place: names.place(touch.chain, touch.position, touch.transaction),
        stolen: sums.money(names),
        lead_days: lead.map(|lead| lead.days),
        lead: lead_text(lead),
    }
}

/// Of several listings on one day the one that weighs most: what is in force first, then what may be.
pub(super) fn weightiest(
    statuses: impl IntoIterator<Item = ListingStatus>,
) -> Option<ListingStatus> {
    statuses.into_iter().min_by_key(|status| match status {
        ListingStatus::Listed => 0_u8,
        ListingStatus::PerhapsDelisted => 1,
        ListingStatus::PerhapsListed => 2,
        ListingStatus::Delisted => 3,
        ListingStatus::NotYetListed => 4,
    })
}

pub(crate) const fn status_name(status: ListingStatus) -> &'static str {
    match status {
        ListingStatus::NotYetListed => "not yet listed",
        ListingStatus::PerhapsListed => "perhaps listed",
        ListingStatus::Listed => "listed",
        ListingStatus::PerhapsDelisted => "perhaps delisted",
        ListingStatus::Delisted => "delisted",
    }
}

pub(crate) const fn then_words(then: Option<ListingStatus>) -> &'static str {
    match then {
        None => "the time of the transfer is not known",
        Some(ListingStatus::NotYetListed) => "not sanctioned",
        Some(ListingStatus::PerhapsListed) => "perhaps already sanctioned",
        Some(ListingStatus::Listed) => "sanctioned",
        Some(ListingStatus::PerhapsDelisted) => "sanctioned, unless already delisted,",
        Some(ListingStatus::Delisted) => "no longer sanctioned",
    }
}

/// The status at the transfers, with their days.
pub(crate) fn when(is_known: bool, words: &str, first: Option<&str>, last: Option<&str>) -> String {
    match (is_known, first, last) {
        (true, Some(first), Some(last)) if first != last => {
            format!("{words} at the time of the transfers ({first} to {last})")
        }
        (true, Some(day), _) => format!("{words} at the time of the transfer ({day})"),
        _ => words.to_owned(),
    }
}

pub(crate) const fn today_words(status: ListingStatus) -> &'static str {
    match status {
        ListingStatus::NotYetListed | ListingStatus::Delisted => "not listed today",
        ListingStatus::PerhapsListed => "perhaps listed today",
        ListingStatus::Listed => "listed today",
        ListingStatus::PerhapsDelisted => "listed today, unless already delisted",
    }
}

pub(crate) fn lead_text(lead: Option<Lead>) -> String {
    let Some(Lead { days, is_bound }) = lead else {
        return "time of the transfer not known".to_owned();
    };
    let count = match days.unsigned_abs() {
        1 => "1 day".to_owned(),
        days => format!("{} days", crate::number::group(&days.to_string())),
    };
    match (days, is_bound) {
        (0, _) => "on the day of the listing".to_owned(),
        (1.., false) => format!("{count} before the listing"),
        (1.., true) => format!("at most {count} before the listing"),
        (_, false) => format!("{count} after the listing"),
        (_, true) => format!("at least {count} after the listing"),
    }
}

#[cfg(test)]
mod tests {
    use super::lead_text;
    use fundtrail_model::Lead;

    #[test]
    fn lead_times_say_what_is_a_bound() {
        let check = |days: i64, is_bound: bool, text: &str| {
            assert_eq!(lead_text(Some(Lead { days, is_bound })), text);
        };
        check(131, false, "131 days before the listing");
        check(131, true, "at most 131 days before the listing");
        check(0, false, "on the day of the listing");
        check(-1, false, "1 day after the listing");
        check(-1_460, true, "at least 1,460 days after the listing");
        assert_eq!(lead_text(None), "time of the transfer not known");
    }
}
