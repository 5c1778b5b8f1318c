//! Payments of whole thousands.

use std::collections::BTreeMap;

use fundtrail_model::{Amount, Asset, PatternKind, PatternRole, U256, Unit};

use super::draft::{Draft, count};
use crate::dealings::{Dealings, Move};

/// A million millionths.
const WHOLE: u64 = 1_000_000;

/// Accounts that pay whole thousands of coins or tokens far more often than others do in the same asset. With too few
/// payments of others to compare with, nothing is said.
///
/// Source: an open tool's multiples of 1,000, held against how common they are.
pub(super) fn rounds(dealings: &Dealings<'_>) -> Vec<Draft> {
    let thresholds = dealings.thresholds();
    let units: BTreeMap<Asset, U256> = dealings
        .scene
        .tickers
        .iter()
        .filter_map(|ticker| Some((ticker.asset, unit(ticker.decimals, thresholds.round_units)?)))
        .collect();
    let is_round =
        |of: &Move| units.get(&of.asset).is_some_and(|unit| is_multiple(of.amount, *unit));
    // By asset: all payments, and round ones.
    let mut all: BTreeMap<Asset, (u64, u64)> = BTreeMap::new();
    for of in dealings.all() {
        let (n, n_round) = all.entry(of.asset).or_default();
        *n = n.saturating_add(1);
        *n_round = n_round.saturating_add(u64::from(is_round(of)));
    }
    let mut drafts = Vec::new();
    for (who, asset, paid) in dealings.payers() {
        let moves: Vec<&Move> = dealings.of(paid).filter(|of| is_round(of)).collect();
        let (n_own, n_round) = (count(paid.len()), count(moves.len()));
        let (n_all, n_all_round) = all.get(&asset).copied().unwrap_or_default();
        let (n_others, n_others_round) =
            (n_all.saturating_sub(n_own), n_all_round.saturating_sub(n_round));
        let own = per_million(n_round, n_own);
        let base = per_million(n_others_round, n_others);
        let is_odd = thresholds.round_payments.max(1) <= n_round
            && thresholds.round_share_ppm <= own
            && thresholds.round_base_payments.max(1) <= n_others
            && base.saturating_mul(2) <= own;
        if !is_odd {
            continue;
        }
        let share = ("round_share_ppm", thresholds.round_share_ppm);
        let least = ("round_payments", thresholds.round_payments);
        let compared = ("round_base_payments", thresholds.round_base_payments);
        drafts.push(
            Draft::new(PatternKind::RoundAmounts, asset)
                .with(PatternRole::Actor, [who])
                .with(PatternRole::Receiver, moves.iter().map(|of| of.to))
                .shown_by(moves.iter().copied())
                .moving(moves.iter().map(|of| of.amount))
                .counted("round payments", moves.len(), least)
                .measured("of its payments of this asset", own, share, Unit::Ppm)
                .measured("payments of others compared with", n_others, compared, Unit::Count)
                .told("of those were round", base, Unit::Ppm),
        );
    }
    drafts
}

/// So many coins or tokens in base units.
fn unit(decimals: u8, coins: u64) -> Option<U256> {
    let one = U256::from(10).checked_pow(U256::from(decimals))?;
    one.checked_mul(U256::from(coins)).filter(|unit| !unit.is_zero())
}

fn is_multiple(amount: Amount, unit: U256) -> bool {
    amount.base_units().checked_rem(unit).is_some_and(|rest| rest.is_zero())
}

fn per_million(part: u64, whole: u64) -> u64 {
    let share = u128::from(part).saturating_mul(u128::from(WHOLE)).checked_div(u128::from(whole));
    share.and_then(|share| u64::try_from(share).ok()).unwrap_or(0)
}
