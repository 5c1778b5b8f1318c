//! What contracts on the chain say of the addresses of the trail, and where that is not what the lists say.

use fundtrail_model::{
    Address, ChainId, Date, Freeze, FreezeKind, Listing, ListingStatus, Opinion, Oracle, Window,
    checksum, hash_hex,
};

use super::names::Names;
use super::parties::{listing_dates, listing_text};
use crate::input::{Input, Issuer};
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
    let (history, since) = since(opinion, input.freezes, input.issuers);
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

/// What led to an opinion of an issuer, and since when it is so, as part of a sentence.
pub(crate) fn since<'a>(
    opinion: &Opinion,
    freezes: &'a [Freeze],
    issuers: &[Issuer],
) -> (Vec<&'a Freeze>, String) {
    let Opinion { chain, address, oracle, contract, block, is_listed } = *opinion;
    let is_of = |freeze: &&Freeze| {
        (freeze.chain, freeze.address, freeze.contract) == (chain, address, contract)
            && freeze.block <= block
    };
    let history: Vec<&Freeze> = freezes.iter().filter(is_of).collect();
    let issuer = issuers.iter().find(|of| (of.chain, of.contract) == (chain, contract));
    let searched = issuer.and_then(|issuer| issuer.searched);
    let since = match oracle {
        Oracle::Sanctions => String::new(),
        Oracle::Tether | Oracle::Circle => history_text(&history, is_listed, searched),
    };
    (history, since)
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

/// The last that the contract of a token logged of whether an address is frozen.
pub(super) fn last_freeze<'a>(
    input: &Input<'a>,
    (chain, contract): (ChainId, Address),
    address: Address,
) -> Option<&'a Freeze> {
    last_state(freezes_of(input, chain, address).filter(|freeze| freeze.contract == contract))
}

/// The last of freezes and releases.
fn last_state<'a>(freezes: impl Iterator<Item = &'a Freeze>) -> Option<&'a Freeze> {
    let states = freezes.filter(|freeze| freeze.kind != FreezeKind::Destroyed);
    states.max_by_key(|freeze| (freeze.block, freeze.log))
}

/// The issuer of a token, if it is one that can be asked.
pub(super) fn issuer<'a>(
    input: &Input<'a>,
    chain: ChainId,
    contract: Address,
) -> Option<&'a Issuer> {
    input.issuers.iter().find(|issuer| (issuer.chain, issuer.contract) == (chain, contract))
}

/// Which logs of freezes were read, of the issuers that were asked: a sentence each.
pub(super) fn searches(input: &Input<'_>, names: &Names<'_>) -> Vec<String> {
    let is_asked = |issuer: &&Issuer| {
        let place = (issuer.chain, issuer.contract);
        input.opinions.iter().any(|of| (of.chain, of.contract) == place)
    };
    let of = |issuer: &Issuer| search(issuer, &names.chain(issuer.chain));
    input.issuers.iter().filter(is_asked).filter_map(of).collect()
}

/// Which logs of an issuer were read, as a sentence.
pub(crate) fn search(issuer: &Issuer, chain: &str) -> Option<String> {
    let who = match issuer.oracle {
        Oracle::Sanctions => return None,
        Oracle::Tether => "USDT",
        Oracle::Circle => "USDC",
    };
    Some(match issuer.searched {
        Some(window) => format!(
            "Logs of what the issuer of {who} on {chain} froze and released were read for blocks {window}, as the \
             node gave them; whether it has frozen an address at the end is its contract's own word."
        ),
        None => format!(
            "Logs of what the issuer of {who} on {chain} froze and released were not read; whether it has frozen an \
             address at the end is its contract's own word."
        ),
    })
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

/// What logs tell of how a state came about, and what they lack where they do not tell of it.
fn history_text(history: &[&Freeze], is_frozen: bool, searched: Option<Window>) -> String {
    let told: Vec<String> = history.iter().map(|freeze| freeze_text(freeze)).collect();
    let told = if told.is_empty() { String::new() } else { format!(": {}", told.join(", ")) };
    let was_frozen =
        last_state(history.iter().copied()).is_some_and(|freeze| freeze.kind == FreezeKind::Frozen);
    let lacks = match (was_frozen, is_frozen) {
        (false, false) | (true, true) => return told,
        (false, true) => "freeze",
        (true, false) => "release",
    };
    let blocks = match searched {
        Some(window) => format!("no log of the {lacks} was found in blocks {window}"),
        None => "no logs of its issuer were read".to_owned(),
    };
    format!("{told}; since when is not known: {blocks}")
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
