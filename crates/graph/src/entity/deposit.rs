//! Deposit addresses of exchanges.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Address, Amount, Category, Confidence, Heuristic, Link, Window};

use super::coins;
use crate::dealings::{Dealings, Move, ppm};

/// A million millionths.
const WHOLE: u64 = 1_000_000;

/// Who pays whom, who forwards it to an exchange.
struct Forwarding<'b> {
    user: Address,
    deposit: Address,
    exchange: Address,
    came: &'b Move,
    went: &'b Move,
    score: u64,
}

/// Links of users with their deposit addresses.
///
/// Source: Victor (FC 2020), as ported by etherclust and Tutela: the latest payment before, of the same amount less a
/// fee, within some blocks; a deposit address is no user, and no exchange is either. Two more conditions keep
/// relays of stolen value out: the address pays nobody but exchanges, and it is strong only where others
/// forward to the same address too.
pub(super) fn deposits(dealings: &Dealings<'_>) -> Vec<Link> {
    let others = pays_others(dealings);
    let mut found: BTreeMap<(Address, Address, Address), Forwarding<'_>> = BTreeMap::new();
    for went in dealings.all() {
        // Of whom nobody looked at, it is not known what else he pays.
        let is_forwarder = dealings.is_subject(went.from)
            && !others.contains(&went.from)
            && is_collecting(dealings, went);
        let forwarding = is_forwarder.then(|| forwarded(dealings, went)).flatten();
        let Some(forwarding) = forwarding.filter(|of| is_whole(dealings, of)) else { continue };
        let key = (forwarding.deposit, forwarding.user, forwarding.exchange);
        if found.get(&key).is_none_or(|known| known.score < forwarding.score) {
            found.insert(key, forwarding);
        }
    }
    let users: BTreeSet<Address> = found.values().map(|of| of.user).collect();
    found.retain(|_, of| !users.contains(&of.deposit));
    let mut forwarders: BTreeMap<Address, BTreeSet<Address>> = BTreeMap::new();
    for of in found.values() {
        forwarders.entry(of.exchange).or_default().insert(of.deposit);
    }
    let is_shared = |exchange| forwarders.get(exchange).is_some_and(|of| 1 < of.len());
    found
        .values()
        .map(|of| {
            let (heuristic, confidence) = match is_shared(&of.exchange) {
                true => (Heuristic::DepositAddress, Confidence::Probable),
                false => (Heuristic::LoneForwarder, Confidence::Claimed),
            };
            Link {
                heuristic,
                chain: dealings.chain,
                from: of.user,
                to: of.deposit,
                through: Some(of.exchange),
                confidence,
                score_ppm: u32::try_from(of.score).ok(),
                witnesses: [of.came, of.went].map(|of| of.witnesses.clone()).concat(),
                is_partly_looked_at: false,
            }
        })
        .collect()
}

/// Whether all that the address did from one payment to the other was looked at.
fn is_whole(dealings: &Dealings<'_>, of: &Forwarding<'_>) -> bool {
    let window = Window::new(of.came.at.block, of.went.at.block);
    window.is_some_and(|window| dealings.is_looked_at(of.deposit, of.went.asset, window))
}

/// Addresses that pay anybody but exchanges.
fn pays_others(dealings: &Dealings<'_>) -> BTreeSet<Address> {
    let is_other = |of: &&Move| !is_exchange(dealings, of);
    dealings.all().iter().filter(is_other).map(|of| of.from).collect()
}

fn is_exchange(dealings: &Dealings<'_>, of: &Move) -> bool {
    let marks = dealings.scene.marks.get(&(dealings.chain, of.to));
    let label = marks.and_then(|marks| marks.label_on(dealings.day(of.at.block)));
    label.is_some_and(|label| label.category == Category::Exchange)
}

/// Whether a payment goes where an exchange collects: not to a deposit address, as far as its label and code say.
fn is_collecting(dealings: &Dealings<'_>, of: &Move) -> bool {
    let marks = dealings.scene.marks.get(&(dealings.chain, of.to));
    let label = marks.and_then(|marks| marks.label_on(dealings.day(of.at.block)));
    let is_deposit = label.is_some_and(|label| label.name.to_ascii_lowercase().contains("deposit"));
    is_exchange(dealings, of) && !is_deposit && !dealings.is_contract(of.to)
}

/// The payment that this one forwards: the latest before it that fits.
fn forwarded<'b>(dealings: &'b Dealings<'_>, went: &'b Move) -> Option<Forwarding<'b>> {
    let thresholds = dealings.thresholds();
    let slack = match went.asset.contract() {
        None => coins(dealings, thresholds.deposit_fee_ppm)?,
        Some(_) => Amount::ZERO,
    };
    let received = dealings.received_by(went.from, went.asset);
    let is_before = |idx: &usize| dealings.get(*idx).is_some_and(|of| of.at < went.at);
    let earlier = received.get(..received.partition_point(is_before))?;
    let gap = |came: &Move| went.at.block.saturating_sub(came.at.block);
    let fits = |came: &&Move| {
        let fee = came.amount.checked_sub(went.amount);
        fee.is_some_and(|fee| fee <= slack)
            && !dealings.is_service(came.from)
            && !dealings.is_contract(came.from)
    };
    let came = dealings
        .of(earlier)
        .rev()
        .take_while(|came| gap(came) <= thresholds.deposit_blocks)
        .find(fits)?;
    let fee = came.amount.saturating_sub(went.amount);
    let of_slack = if slack.is_zero() { 0 } else { ppm(fee, slack) };
    let of_blocks = u128::from(gap(came)).saturating_mul(u128::from(WHOLE))
        / u128::from(thresholds.deposit_blocks.max(1));
    let of_blocks = u64::try_from(of_blocks).unwrap_or(WHOLE);
    let score = WHOLE.saturating_sub(of_slack.saturating_add(of_blocks) / 2);
    let (user, deposit, exchange) = (came.from, went.from, went.to);
    Some(Forwarding { user, deposit, exchange, came, went, score })
}
