//! Pro rata: of everybody's part the same share.

use std::collections::VecDeque;

use fundtrail_model::{Amount, Origin, SeedId, U256};

use super::{Lot, append};

/// Binary places of a unit in which rounding is carried on.
const PLACES: usize = 64;

/// From this balance on, which no honest asset has, rounding is not carried on.
const LARGE_BITS: usize = 160;

/// One part for each seed, by its number, and the clean one, last.
///
/// A part is in whole units. What it lacks of, or has beyond, its exact share is carried to the next
/// debit, so the exact share and the part stay within a few units however many debits follow: with one
/// seed within one half and what 2^-64 of a unit per debit adds up to; with *n* parts by 1 + ln *n* or so,
/// as in every division in which the largest arrears are paid first.
///
/// Within a seed's part the oldest lots are taken first: they differ only in the way they came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Haircut {
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
struct Part {
    /// `None` for clean.
    seed: Option<SeedId>,
    held: Amount,
    /// What it has beyond its exact share, in 2^-64 units: positive where it should have given more.
    arrears: i128,
    /// Of a seed, oldest first; they sum to `held`.
    lots: VecDeque<Lot>,
}

impl Haircut {
    pub(super) fn credit(&mut self, lot: Lot) {
        let seed = lot.stolen.map(|(seed, _)| seed);
        let part_idx = match self.parts.binary_search_by_key(&key(seed), |part| key(part.seed)) {
            Ok(found) => found,
            Err(place) => {
                let part = Part { seed, held: Amount::ZERO, arrears: 0, lots: VecDeque::new() };
                // Most accounts have a clean part and one or two seeds'.
                self.parts.reserve_exact(1);
                self.parts.insert(place, part);
                place
            }
        };
        let Some(part) = self.parts.get_mut(part_idx) else { return };
        part.held = part.held.saturating_add(lot.amount);
        if seed.is_some() {
            match part.lots.back_mut() {
                Some(last) if last.stolen == lot.stolen => {
                    last.amount = last.amount.saturating_add(lot.amount);
                }
                _ => super::push_back(&mut part.lots, lot),
            }
        }
    }

    pub(super) fn has_stolen(&self) -> bool {
        self.parts.iter().any(|part| part.seed.is_some())
    }

    pub(super) fn stolen(&self) -> impl Iterator<Item = (SeedId, Origin, Amount)> {
        self.parts
            .iter()
            .flat_map(|part| &part.lots)
            .filter_map(|lot| lot.stolen.map(|(seed, origin)| (seed, origin, lot.amount)))
    }

    pub(super) fn look_at_parts(&self) -> u64 {
        let held = self.parts.iter().map(|part| part.held.base_units().low_u64());
        held.fold(0, u64::wrapping_add)
    }

    pub(super) fn look(&self) -> u64 {
        let lots = self.parts.iter().flat_map(|part| [part.lots.front(), part.lots.back()]);
        lots.flatten().map(|lot| lot.amount.base_units().low_u64()).fold(0, u64::wrapping_add)
    }

    pub(super) fn debit(&mut self, amount: Amount, taken: &mut Vec<Lot>) {
        let total = self.parts.iter().fold(Amount::ZERO, |sum, part| sum.saturating_add(part.held));
        if amount < total {
            match self.parts.as_mut_slice() {
                [only] => only.take(amount, taken),
                parts => divide(parts, amount, total, taken),
            }
        } else {
            for part in &mut self.parts {
                part.take(part.held, taken);
            }
        }
        self.parts.retain(|part| !part.held.is_zero());
        if let [only] = self.parts.as_mut_slice() {
            only.arrears = 0;
        }
    }
}

/// Clean comes last.
const fn key(seed: Option<SeedId>) -> (bool, Option<SeedId>) {
    (seed.is_none(), seed)
}

/// Takes less than all: of every part what it owes, in whole units, the rest from the largest remainders,
/// of equals from the first.
fn divide(parts: &mut [Part], amount: Amount, total: Amount, taken: &mut Vec<Lot>) {
    let is_large = LARGE_BITS < total.base_units().bits();
    let mut few = [Give::NOTHING; FEW];
    let mut many = Vec::new();
    let gives = few.get_mut(..parts.len()).unwrap_or_else(|| {
        many.resize(parts.len(), Give::NOTHING);
        &mut many
    });
    let mut rest = amount;
    for (part, give) in parts.iter_mut().zip(gives.iter_mut()) {
        if is_large {
            part.arrears = 0;
        }
        *give = part.owes(amount, total, is_large);
        rest = rest.saturating_sub(give.units);
    }
    settle(parts, gives, amount, rest);
    // Rounding of the carried fractions themselves must not add up to a bias: they sum to nothing.
    let mut sum = 0_i128;
    for (part, give) in parts.iter_mut().zip(gives) {
        part.take(give.units, taken);
        part.arrears = give.remainder;
        sum = sum.saturating_add(give.remainder);
    }
    if let Some(last) = parts.last_mut() {
        last.arrears = last.arrears.saturating_sub(sum);
    }
}

/// Makes what is given add up to the amount, one unit at a time where it is owed most, or least.
fn settle(parts: &[Part], gives: &mut [Give], amount: Amount, mut rest: Amount) {
    let one = Amount::from(1);
    let sum = gives.iter().fold(Amount::ZERO, |sum, give| sum.saturating_add(give.units));
    let mut beyond = sum.saturating_sub(amount);
    for _ in parts {
        if !rest.is_zero() {
            let most = gives
                .iter_mut()
                .zip(parts)
                .filter(|(give, part)| give.units < part.held)
                .map(|(give, _)| give)
                .reduce(|most, other| if most.remainder < other.remainder { other } else { most });
            let Some(give) = most else { break };
            give.add(one, -UNIT);
            rest = rest.saturating_sub(one);
        } else if !beyond.is_zero() {
            let least =
                gives.iter_mut().filter(|give| !give.units.is_zero()).reduce(|least, other| {
                    if other.remainder < least.remainder { other } else { least }
                });
            let Some(give) = least else { break };
            give.units = give.units.saturating_sub(one);
            give.remainder = give.remainder.saturating_add(UNIT);
            beyond = beyond.saturating_sub(one);
        } else {
            return;
        }
    }
    // Only where sums do not fit into 256 bits is anything left.
    for (give, part) in gives.iter_mut().zip(parts) {
        let more = rest.min(part.held.saturating_sub(give.units));
        give.add(more, 0);
        rest = rest.saturating_sub(more);
    }
}

/// One unit, as it is carried.
const UNIT: i128 = 1 << PLACES;

/// So many parts are divided without asking for memory: most accounts have a clean part and one or two seeds'.
const FEW: usize = 4;

/// What a part gives, and what it then still owes, in 2^-64 units.
#[derive(Clone, Copy)]
struct Give {
    units: Amount,
    remainder: i128,
}

impl Give {
    const NOTHING: Self = Self { units: Amount::ZERO, remainder: 0 };

    fn add(&mut self, units: Amount, remainder: i128) {
        self.units = self.units.saturating_add(units);
        self.remainder = self.remainder.saturating_add(remainder);
    }
}

impl Part {
    /// What it owes of a debit: its exact share of the amount, and its arrears.
    fn owes(&self, amount: Amount, total: Amount, is_large: bool) -> Give {
        if is_large {
            let units = self.held.share(amount, total).unwrap_or_default().min(self.held);
            return Give { units, remainder: 0 };
        }
        let held = self.held.base_units() << PLACES;
        let exact = if self.arrears < 0 {
            held.saturating_add(U256::from(self.arrears.unsigned_abs()))
        } else {
            held.saturating_sub(U256::from(self.arrears.unsigned_abs()))
        };
        // What stays of its exact share; what it has beyond that is owed.
        let stays = Amount::from_base_units(exact)
            .share(total.saturating_sub(amount), total)
            .unwrap_or_default()
            .base_units();
        if held < stays {
            let lacks = i128::try_from((stays - held).low_u128()).unwrap_or(i128::MAX);
            return Give { units: Amount::ZERO, remainder: lacks.saturating_neg() };
        }
        let owed = held - stays;
        let fraction = i128::from((owed & U256::from(u64::MAX)).low_u64());
        Give { units: Amount::from_base_units(owed >> PLACES), remainder: fraction }
    }

    fn take(&mut self, amount: Amount, taken: &mut Vec<Lot>) {
        self.held = self.held.saturating_sub(amount);
        if self.seed.is_none() {
            if !amount.is_zero() {
                append(taken, Lot::clean(amount));
            }
            return;
        }
        let mut left = amount;
        while !left.is_zero()
            && let Some(lot) = self.lots.front_mut()
        {
            let part = Lot { amount: lot.amount.min(left), ..*lot };
            left = left.saturating_sub(part.amount);
            lot.amount = lot.amount.saturating_sub(part.amount);
            if lot.amount.is_zero() {
                self.lots.pop_front();
            }
            append(taken, part);
        }
    }
}
