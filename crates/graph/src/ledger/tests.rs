//! Published vectors, and properties over random ledgers.

mod document;
mod goldens;
mod properties;

use fundtrail_model::{Amount, Origin, Rule, SeedId};

use super::{Ledger, Lot};

/// What happens to one account; the stolen ones with the seed.
#[derive(Clone, Copy, Debug)]
enum Event {
    Clean(u128),
    Stolen(u16, u128),
    Out(u128),
}

fn units(amount: Amount) -> u128 {
    amount.base_units().as_u128()
}

/// Applies an event and gives the stolen part of it, per seed, where it is a debit.
fn apply(ledger: &mut Ledger, event: Event) -> Vec<(SeedId, u128)> {
    let mut taken = Vec::new();
    match event {
        Event::Clean(units) => ledger.credit(&[Lot::clean(Amount::from(units))]),
        Event::Stolen(seed, units) => {
            let seed = SeedId(seed);
            ledger.credit(&[Lot::stolen(seed, Origin::Seed(seed), Amount::from(units))]);
        }
        Event::Out(units) => ledger.debit(Amount::from(units), &mut taken),
    }
    taken.iter().filter_map(|lot| lot.stolen.map(|(seed, _)| (seed, units(lot.amount)))).collect()
}

/// Applies events and gives the stolen part of each payment.
fn taken(ledger: &mut Ledger, events: &[Event]) -> Vec<u128> {
    events
        .iter()
        .map(|event| (event, apply(ledger, *event)))
        .filter(|(event, _)| matches!(event, Event::Out(_)))
        .map(|(_, parts)| sum(&parts))
        .collect()
}

fn sum(parts: &[(SeedId, u128)]) -> u128 {
    parts.iter().map(|(_, units)| units).sum()
}

fn left(ledger: &Ledger) -> u128 {
    ledger.stolen().iter().map(|(_, _, amount)| units(*amount)).sum()
}

/// The lowest-intermediate-balance claim as a court's accountant keeps it: without lots, from the balance
/// alone.
///
/// Source: reference/methods.md §1.2, after `libr.py` of Vinaygond/libr-state-machine-demo (MIT).
#[derive(Default)]
struct Ratchet {
    balance: i128,
    claim: i128,
}

impl Ratchet {
    /// The traced part of a debit.
    fn apply(&mut self, event: Event) -> u128 {
        let before = self.claim;
        match event {
            Event::Clean(units) => self.balance += i128::try_from(units).unwrap(),
            Event::Stolen(_, units) => {
                let units = i128::try_from(units).unwrap();
                self.balance += units;
                self.claim = (self.claim + units).min(self.balance.max(0));
                return 0;
            }
            Event::Out(units) => self.balance -= i128::try_from(units).unwrap(),
        }
        self.claim = self.claim.min(self.balance.max(0));
        u128::try_from(before - self.claim).unwrap()
    }
}

const RULES: [Rule; 5] = [Rule::Fifo, Rule::Lifo, Rule::Haircut, Rule::DirtyFirst, Rule::Libr];
