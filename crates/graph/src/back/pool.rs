//! Pro rata, back: what is looked for of an account is one pool, of which every credit pays its share.

use std::collections::{BTreeMap, VecDeque};

use fundtrail_model::{Address, Amount, Asset, Origin, SeedId, Window};

use super::events::{ActId, Event};
use super::origins::share;
use super::stretches::{Stretch, sum};
use super::{Back, Due, LedgerId};

/// What is looked for of one ledger at some moment.
pub(super) struct Pool {
    address: Address,
    run: Window,
    /// The ledger's events, each with what was there before it.
    events: Vec<(Event, Amount)>,
    looked_for: BTreeMap<SeedId, Demand>,
}

/// What a seed looks for.
#[derive(Default)]
struct Demand {
    /// All of it.
    amount: Amount,
    /// By which hop how much, the oldest first: they differ only in the way that leads there.
    parts: VecDeque<(Origin, Amount)>,
}

impl Pool {
    /// Takes what a credit pays: its share of the balance after it, as stretches from its first unit on. Never
    /// more than it has, and never so little that what was there before would have to pay more than it had.
    fn pay(&mut self, credit: Amount, before: Amount) -> Vec<Stretch> {
        let amounts: Vec<Amount> = self.looked_for.values().map(|demand| demand.amount).collect();
        let (all, balance) = (sum(amounts.iter().copied()), before.saturating_add(credit));
        let part = share(all, credit, balance).max(all.saturating_sub(before)).min(credit);
        let parts = part.apportion(&amounts).unwrap_or_default();
        let mut first = Amount::ZERO;
        let mut paid = Vec::new();
        for ((seed, demand), part) in self.looked_for.iter_mut().zip(parts) {
            demand.amount = demand.amount.saturating_sub(part);
            let mut left = part;
            while !left.is_zero()
                && let Some((origin, amount)) = demand.parts.front_mut()
            {
                let taken = left.min(*amount);
                paid.push(Stretch { seed: *seed, origin: *origin, first, amount: taken });
                first = first.saturating_add(taken);
                left = left.saturating_sub(taken);
                *amount = amount.saturating_sub(taken);
                if amount.is_zero() {
                    demand.parts.pop_front();
                }
            }
        }
        self.looked_for.retain(|_, demand| !demand.amount.is_zero());
        paid
    }

    /// The last credit before an event.
    fn credit_before(&self, event_idx: usize) -> Option<(usize, ActId)> {
        let earlier = self.events.get(..event_idx)?;
        let (found, (event, _)) =
            earlier.iter().enumerate().rfind(|(_, (event, _))| event.output.is_some())?;
        Some((found, event.act))
    }
}

impl Back<'_, '_, '_> {
    /// Adds what is looked for of a debit to its ledger's pool.
    pub(super) fn pour(
        &mut self,
        id: LedgerId,
        (address, run): (Address, Window),
        at: ActId,
        looked_for: &[Stretch],
    ) {
        let (account, asset, _) = id;
        if !self.pools.contains_key(&id) {
            let events = self.events.of(self.view, &self.eyes, (address, account, asset), run, at);
            let opening = self.opening_balance(account, asset, run);
            let pool = Pool {
                address,
                run,
                events: with_balances(events, opening),
                looked_for: BTreeMap::new(),
            };
            self.pools.insert(id, pool);
        }
        let transaction = self.events.transaction(self.view, &self.eyes, at.0);
        let Some(pool) = self.pools.get_mut(&id) else { return };
        let first = pool.events.partition_point(|(event, _)| event.act < at);
        let here = pool.events.iter().enumerate().skip(first);
        let here = here.take_while(|(_, (event, _))| event.act == at);
        let found = { here }.find(|(_, (event, _))| event.output.is_none()).map(|(idx, _)| idx);
        let mut overdrawn = Vec::new();
        for stretch in looked_for {
            let Stretch { seed, origin, amount, .. } = *stretch;
            let debit = found.and_then(|found| pool.events.get(found));
            // Of a debit of more than there was, a share came from nowhere.
            let there = debit.map_or(Amount::ZERO, |(event, before)| {
                if *before < event.amount { share(amount, *before, event.amount) } else { amount }
            });
            if !there.is_zero() {
                let demand = pool.looked_for.entry(seed).or_default();
                demand.amount = demand.amount.saturating_add(there);
                demand.parts.push_back((origin, there));
            }
            overdrawn.push(Stretch { amount: amount.saturating_sub(there), ..*stretch });
        }
        let next = found.and_then(|found| pool.credit_before(found));
        if let Some((event_idx, act)) = next {
            self.agenda.entry(act).or_default().pools.insert((id, event_idx));
        }
        for found in overdrawn {
            self.overdrawn((address, asset), &transaction, &found);
        }
    }

    /// Has a credit pay its share of a pool, and goes on to the credit before it.
    pub(super) fn draw(&mut self, id: LedgerId, event_idx: usize, due: &mut Due) {
        let Some(pool) = self.pools.get_mut(&id) else { return };
        let Some((event, before)) = pool.events.get(event_idx).copied() else { return };
        let paid = pool.pay(event.amount, before);
        if let Some(output) = event.output {
            due.stretches.entry(output).or_default().extend(paid);
        }
        if !pool.looked_for.is_empty()
            && let Some((event_idx, act)) = pool.credit_before(event_idx)
        {
            // Another credit of the same act is paid at once.
            if act == event.act {
                self.draw(id, event_idx, due);
            } else {
                self.agenda.entry(act).or_default().pools.insert((id, event_idx));
            }
        }
    }

    /// What no credit paid was there before.
    pub(super) fn settle_pools(&mut self) {
        for (id, pool) in std::mem::take(&mut self.pools) {
            let (account, asset, _): (_, Asset, _) = id;
            for (seed, demand) in pool.looked_for {
                for (origin, amount) in demand.parts {
                    let found = Stretch { seed, origin, first: Amount::ZERO, amount };
                    self.opening((pool.address, account), asset, pool.run, &found);
                }
            }
        }
    }
}

fn with_balances(events: Vec<Event>, opening: Amount) -> Vec<(Event, Amount)> {
    let mut balance = opening;
    let mut known = Vec::with_capacity(events.len());
    for event in events {
        known.push((event, balance));
        balance = match event.output {
            Some(_) => balance.saturating_add(event.amount),
            None => balance.saturating_sub(event.amount),
        };
    }
    known
}
