//! What contracts on the chain say of the addresses of the trail, and where that is not what the lists say.

use fundtrail_model::{
    Address, ChainId, Date, Freeze, FreezeKind, Listing, ListingStatus, Opinion, Oracle, checksum,
    hash_hex,
};

use super::names::Names;
use super::parties::{listing_dates, listing_text};
use crate::input::Input;
use crate::schema;

/// Those that say something, or differ from the lists: disagreements first.
pub(super) fn opinions(input: &Input<'_>, names: &Names<'_>) -> Vec<schema::Opinion> {
    let all = input.opinions.iter().map(|opinion| line(input, names, opinion));
    let mut told: Vec<schema::Opinion> = all
        .filter(|line| line.is_listed || line.is_disagreement || !line.freezes.is_empty())
        .collect();
    told.sort_by_key(|line| !line.is_disagreement);
    told
}

fn line(input: &Input<'_>, names: &Names<'_>, opinion: &Opinion) -> schema::Opinion {
    let Opinion { chain, address, oracle, contract, block, is_listed } = *opinion;
    let day = names.day(chain, block).unwrap_or(input.today);
    let listings: Vec<&Listing> = names.directory().listings(address).collect();
    let history: Vec<&Freeze> = freezes_of(input, chain, address)
        .filter(|freeze| freeze.contract == contract && freeze.block <= block)
        .collect();
    let since = history_text(&history, is_listed && oracle != Oracle::Sanctions);
    let (statement, is_disagreement) =
        told(opinion, day, (&names.block(chain, block), &since), &listings);
    schema::Opinion {
        party: names.party(chain, address, block),
        chain_name: names.chain(chain),
        oracle: oracle.name(),
        contract: checksum(contract),
        block,
        is_listed,
        is_disagreement,
        statement,
        freezes: history.into_iter().map(freeze_line).collect(),
    }
}

/// An opinion, since when that is so, beside what the lists say of the same address on that day, and whether they contradict each other.
pub(crate) fn told(
    opinion: &Opinion,
    day: Date,
    (block, since): (&str, &str),
    listings: &[&Listing],
) -> (String, bool) {
    let Opinion { oracle, contract, is_listed, .. } = *opinion;
    let of_status = |wanted: fn(ListingStatus) -> bool| {
        listings.iter().copied().find(|listing| wanted(listing.status_on(day)))
    };
    let sure = of_status(|status| status == ListingStatus::Listed);
    let perhaps = of_status(|status| {
        matches!(status, ListingStatus::PerhapsListed | ListingStatus::PerhapsDelisted)
    });
    let lists_say = match sure.or(perhaps) {
        Some(listing) => format!(
            "the lists used {} {}; {}",
            if sure.is_some() { "have it as" } else { "perhaps have it as" },
            listing_text(listing),
            listing_dates(listing)
        ),
        None => "no list used has a listing in force".to_owned(),
    };
    // An issuer freezes whom it likes: that it has not frozen a listed address contradicts nothing.
    let is_disagreement = match (is_listed, oracle) {
        (true, _) => sure.or(perhaps).is_none(),
        (false, Oracle::Sanctions) => sure.is_some(),
        (false, Oracle::Tether | Oracle::Circle) => false,
    };
    let says = match (oracle, is_listed) {
        (Oracle::Sanctions, true) => "the sanctions oracle on the chain says that it is sanctioned",
        (Oracle::Sanctions, false) => {
            "the sanctions oracle on the chain does not say that it is sanctioned"
        }
        (Oracle::Tether, true) => "the issuer of USDT has frozen it",
        (Oracle::Tether, false) => "the issuer of USDT has not frozen it",
        (Oracle::Circle, true) => "the issuer of USDC has frozen it",
        (Oracle::Circle, false) => "the issuer of USDC has not frozen it",
    };
    let but = if is_disagreement { "; BUT " } else { "; " };
    let statement = format!(
        "{says} at the end of {block} (contract {}){since}{but}{lists_say}",
        checksum(contract)
    );
    (statement, is_disagreement)
}

/// What issuers did to an address, in order.
fn freezes_of<'a>(
    input: &Input<'a>,
    chain: ChainId,
    address: Address,
) -> impl Iterator<Item = &'a Freeze> {
    input.freezes.iter().filter(move |freeze| freeze.chain == chain && freeze.address == address)
}

/// The freeze of a token at an address that is in force by the last that is known: there is one.
pub(super) fn frozen_since<'a>(
    input: &Input<'a>,
    (chain, contract): (ChainId, Address),
    address: Address,
) -> Option<&'a Freeze> {
    let of_token = freezes_of(input, chain, address).filter(|freeze| freeze.contract == contract);
    of_token
        .filter(|freeze| freeze.kind != FreezeKind::Destroyed)
        .last()
        .filter(|freeze| freeze.kind == FreezeKind::Frozen)
}

/// Since when, as part of a sentence.
pub(super) fn freeze_text(freeze: &Freeze) -> String {
    let what = match freeze.kind {
        FreezeKind::Frozen => "frozen".to_owned(),
        FreezeKind::Released => "released".to_owned(),
        FreezeKind::Destroyed => {
            let amount = crate::number::group(&freeze.amount.to_string());
            format!("{amount} base units destroyed")
        }
    };
    let (block, time) = (freeze.block, freeze.time);
    format!("{what} in block {block} ({time}), transaction {}", hash_hex(freeze.transaction))
}

fn history_text(history: &[&Freeze], is_frozen: bool) -> String {
    let told: Vec<String> = history.iter().map(|freeze| freeze_text(freeze)).collect();
    match (told.is_empty(), is_frozen) {
        (false, _) => format!(": {}", told.join(", ")),
        (true, true) => {
            "; since when is not known: no log of the freeze was found since the trail began"
                .to_owned()
        }
        (true, false) => String::new(),
    }
}

fn freeze_line(freeze: &Freeze) -> schema::Freeze {
    schema::Freeze {
        kind: freeze.kind.name(),
        block: freeze.block,
        time: freeze.time.to_string(),
        transaction: hash_hex(freeze.transaction),
        log: freeze.log,
        base_units: (freeze.kind == FreezeKind::Destroyed).then(|| freeze.amount.to_string()),
    }
}
