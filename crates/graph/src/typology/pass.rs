//! What comes leaves at once.

use std::collections::{BTreeMap, VecDeque};

use fundtrail_model::{Address, Amount, Asset, PatternKind, PatternRole, Unit};

use super::draft::{Draft, count};
use crate::dealings::{Dealings, Move, ppm};

/// One stay of an asset at an account: from the first receipt until nearly all of it has left.
#[derive(Default)]
struct Stay {
    came: Vec<usize>,
    went: Vec<usize>,
    came_sum: Amount,
    went_sum: Amount,
    /// What is still there of each receipt, and since when.
    lots: VecDeque<(Amount, u64)>,
    /// What left, and how many seconds it had stayed.
    stayed: Vec<(Amount, u64)>,
}

impl Stay {
    fn receive(&mut self, idx: usize, of: &Move) {
        self.came.push(idx);
        self.came_sum = self.came_sum.saturating_add(of.amount);
        self.lots.push_back((of.amount, of.time));
    }

    /// First in, first out. What had been there before takes no part, but it counts as gone.
    fn pay(&mut self, idx: usize, of: &Move) {
        self.went.push(idx);
        self.went_sum = self.went_sum.saturating_add(of.amount);
        let mut left = of.amount;
        while let Some((lot, since)) = self.lots.front_mut() {
            let taken = left.min(*lot);
            self.stayed.push((taken, of.time.saturating_sub(*since)));
            left = left.saturating_sub(taken);
            *lot = lot.saturating_sub(taken);
            if !lot.is_zero() {
                break;
            }
            self.lots.pop_front();
            if left.is_zero() {
                break;
            }
        }
    }

    fn is_over(&self, pass_share_ppm: u64) -> bool {
        !self.came.is_empty() && pass_share_ppm <= ppm(self.went_sum, self.came_sum)
    }

    /// How long the value stayed on average, in seconds rounded down.
    fn dwell(&self) -> u64 {
        let weighted = self.stayed.iter().map(|(amount, seconds)| {
            u128::from(ppm(*amount, self.came_sum)).saturating_mul(u128::from(*seconds))
        });
        let sum = weighted.fold(0, u128::saturating_add);
        let weights = self.stayed.iter().map(|(amount, _)| u128::from(ppm(*amount, self.came_sum)));
        let weight = weights.fold(0, u128::saturating_add).max(1);
        u64::try_from(sum / weight).unwrap_or(u64::MAX)
    }
}

/// A stay that was short.
struct Relay {
    who: Address,
    asset: Asset,
    stay: Stay,
    dwell: u64,
}

/// Accounts that pass on what comes: relays one after the other are one pattern.
///
/// Source: the pass-through of open tools, dwell weighted by amounts. What is exchanged for another asset ends
/// the stay in the first.
pub(super) fn relays(dealings: &Dealings<'_>) -> Vec<Draft> {
    let mut found = Vec::new();
    for (who, asset, _) in dealings.payers() {
        found.extend(relays_of(dealings, who, asset));
    }
    let mut at: BTreeMap<usize, usize> = BTreeMap::new();
    for (n, relay) in found.iter().enumerate() {
        at.extend(relay.stay.came.iter().map(|idx| (*idx, n)));
    }
    let next = |relay: &Relay| {
        let paid = |idx: &usize| dealings.get(*idx).map(|of| of.amount).unwrap_or_default();
        // Of equals the first.
        let largest = relay.stay.went.iter().rev().max_by_key(|idx| paid(idx))?;
        at.get(largest).copied()
    };
    let mut followers = vec![0_usize; found.len()];
    for follower in found.iter().filter_map(next) {
        if let Some(n) = followers.get_mut(follower) {
            *n = n.saturating_add(1);
        }
    }
    let mut is_taken = vec![false; found.len()];
    let mut drafts = Vec::new();
    for (start, _) in followers.iter().enumerate().filter(|(_, n)| **n == 0) {
        let mut chain: Vec<&Relay> = Vec::new();
        let mut link = Some(start);
        // A relay is taken once, so chains that meet go on as the first of them.
        while let Some(n) = link
            && let (Some(relay), Some(taken)) = (found.get(n), is_taken.get_mut(n))
            && !*taken
        {
            *taken = true;
            chain.push(relay);
            link = next(relay);
        }
        drafts.extend(draft(dealings, &chain));
    }
    drafts
}

fn relays_of(dealings: &Dealings<'_>, who: Address, asset: Asset) -> Vec<Relay> {
    let thresholds = dealings.thresholds();
    let mut stays = vec![Stay::default()];
    for idx in dealings.dealt_by(who, asset) {
        let (Some(of), Some(stay)) = (dealings.get(idx), stays.last_mut()) else { continue };
        if of.to != who {
            // What leaves before anything came is nobody's to pass on.
            if !stay.came.is_empty() {
                stay.pay(idx, of);
            }
        } else if stay.is_over(thresholds.pass_share_ppm) {
            let mut stay = Stay::default();
            stay.receive(idx, of);
            stays.push(stay);
        } else {
            stay.receive(idx, of);
        }
    }
    let relays = stays
        .into_iter()
        .filter(|stay| stay.is_over(thresholds.pass_share_ppm) && stay.went_sum <= stay.came_sum);
    relays
        .map(|stay| Relay { who, asset, dwell: stay.dwell(), stay })
        .filter(|relay| relay.dwell <= thresholds.pass_seconds)
        .collect()
}

fn draft(dealings: &Dealings<'_>, chain: &[&Relay]) -> Option<Draft> {
    let thresholds = dealings.thresholds();
    let (first, last) = (chain.first()?, chain.last()?);
    let stays = chain.iter().map(|relay| &relay.stay);
    let share = stays.clone().map(|stay| ppm(stay.went_sum, stay.came_sum)).min()?;
    let dwell = chain.iter().map(|relay| relay.dwell).max()?;
    let indices: Vec<usize> =
        stays.flat_map(|stay| stay.came.iter().chain(&stay.went)).copied().collect();
    let payers = dealings.of(&first.stay.came).map(|of| of.from);
    let receivers = dealings.of(&last.stay.went).map(|of| of.to);
    let seconds = ("pass_seconds", thresholds.pass_seconds);
    let least = ("pass_share_ppm", thresholds.pass_share_ppm);
    Some(
        Draft::new(PatternKind::PassThrough, first.asset)
            .with(PatternRole::Actor, chain.iter().map(|relay| relay.who))
            .with(PatternRole::Payer, payers)
            .with(PatternRole::Receiver, receivers)
            .shown_by(dealings.of(&indices))
            .moving([first.stay.came_sum])
            .measured("longest stay, on average", dwell, seconds, Unit::Seconds)
            .measured("least share passed on", share, least, Unit::Ppm)
            .told("relays in a row", count(chain.len()), Unit::Count),
    )
}
