//! Where value came from: one chain, read from its end.
//!
//! Each account's ledger is kept forward by the rule's own code, and only the question is turned around: which
//! credits paid for this part of that debit. What is looked for is a stretch of a credit's units, because what a
//! payer took first its receiver got first. Acts are handled from the last to the first, so when one is handled
//! all that is looked for of it is known.

mod conversions;
mod events;
mod origins;
mod pairing;
mod pool;
mod seeds;
mod stretches;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use fundtrail_model::{
    Address, Amount, Asset, Cause, EndingKind, Hop, HopKind, LotMade, LotTaken, Origin, Position,
    Rule, Seed, Window,
};

use crate::Question;
use crate::book::{Book, Rest};
use crate::collapse::{Party, Payment};
use crate::eyes::Eyes;
use crate::history::Account;
use crate::order::Act;
use crate::view::View;
use events::{ActId, Events, Transaction};
use pairing::{Pairing, Source};
use pool::Pool;
use stretches::{Stretch, disjoint, made, merged, taken};

/// Follows the seeds of one chain back and writes down what is found. A rule that does not say which credits a
/// debit was paid from is read as first in, first out.
pub(crate) fn trace<'q>(
    view: &View<'_>,
    question: &'q Question<'q>,
    seeds: &[&Seed],
    book: &mut Book<'q>,
) {
    let eyes = Eyes::new(view, question, seeds);
    let mut back = Back {
        view,
        question,
        book,
        eyes,
        events: Events::new(seeds),
        agenda: BTreeMap::new(),
        pairings: BTreeMap::new(),
        pools: BTreeMap::new(),
    };
    back.begin(seeds);
    while let Some((at, due)) = back.agenda.pop_last() {
        back.handle(at, due);
    }
    back.settle_pools();
}

/// An account's ledger of an asset over a run of blocks, by the first of these.
type LedgerId = (Account, Asset, u64);

/// What is looked for of an act.
#[derive(Default)]
struct Due {
    /// By output of the act.
    stretches: BTreeMap<usize, Vec<Stretch>>,
    /// Pools of which it is the next credit, with its place among the ledger's events.
    pools: BTreeSet<(LedgerId, usize)>,
}

struct Back<'s, 'v, 'q> {
    view: &'s View<'v>,
    question: &'q Question<'q>,
    book: &'s mut Book<'q>,
    eyes: Eyes<'s, 'q>,
    events: Events,
    agenda: BTreeMap<ActId, Due>,
    pairings: BTreeMap<LedgerId, Rc<Pairing>>,
    pools: BTreeMap<LedgerId, Pool>,
}

impl Back<'_, '_, '_> {
    fn handle(&mut self, at: ActId, mut due: Due) {
        for (ledger, event_idx) in std::mem::take(&mut due.pools) {
            self.draw(ledger, event_idx, &mut due);
        }
        let transaction = self.events.transaction(self.view, &self.eyes, at.0);
        match transaction.acts.get(at.1) {
            Some(Act::Pay(payment)) => {
                let looked_for = due.stretches.remove(&0).unwrap_or_default();
                self.payment(at, &transaction, payment, looked_for);
            }
            Some(Act::Convert(conversion)) => {
                self.conversion(at, &transaction, conversion, due.stretches);
            }
            Some(Act::Fee(_)) | None => {}
        }
    }

    /// Goes back from the receiver of a payment to its payer.
    fn payment(
        &mut self,
        at: ActId,
        transaction: &Transaction,
        payment: &Payment,
        looked_for: Vec<Stretch>,
    ) {
        let looked_for = self.own(looked_for, payment.asset, payment.to.address());
        let payer = match payment.from {
            Party::Account(payer) => payer,
            Party::Source | Party::Burn | Party::Unknown | Party::Seed { .. } => {
                return self.nobody_paid(transaction, payment, &looked_for);
            }
        };
        if let Some((origin, looked_for)) = self.hop(transaction, payer, payment, &looked_for) {
            let place = self.place(payer, transaction);
            let followed = self.stop(&place, (payer, payment.asset), &looked_for, transaction);
            let followed = followed.into_iter().map(|found| Stretch { origin, ..found }).collect();
            self.debit(at, transaction, (payer, payment.asset), followed);
        }
    }

    /// Writes down a payment, and gives what is looked for at its payer.
    fn hop(
        &mut self,
        transaction: &Transaction,
        payer: Address,
        payment: &Payment,
        looked_for: &[Stretch],
    ) -> Option<(Origin, Vec<Stretch>)> {
        let position = payment.evidence.last().copied()?;
        looked_for.first()?;
        let asset = payment.asset;
        let kind = HopKind::Payment {
            from: payer,
            to: payment.to.address(),
            asset,
            amount: payment.amount,
            evidence: payment.evidence.clone(),
        };
        let (taken, made) = (taken(asset, looked_for), made(asset, looked_for));
        let origin = self.write(transaction, position, kind, taken, made);
        let found = looked_for.iter().map(|found| Stretch { origin, ..*found }).collect();
        Some((origin, found))
    }

    fn write(
        &mut self,
        transaction: &Transaction,
        position: Position,
        kind: HopKind,
        taken: Vec<LotTaken>,
        made: Vec<LotMade>,
    ) -> Origin {
        let depths = taken.iter().map(|lot| self.book.depth(lot.origin));
        let depth = depths.max().unwrap_or_default().saturating_add(1);
        let (chain, transaction) = (self.view.chain, transaction.hash);
        Origin::Hop(self.book.hop(Hop { chain, position, transaction, depth, kind, taken, made }))
    }

    /// Ends what came from no account: out of nothing, or nobody knows whence.
    fn nobody_paid(
        &mut self,
        transaction: &Transaction,
        payment: &Payment,
        looked_for: &[Stretch],
    ) {
        let cause = transaction.cause(self.view, payment.evidence.first());
        if cause == Some(Cause::Mint) {
            // The log itself names the zero address.
            if let Some((_, looked_for)) =
                self.hop(transaction, Address::zero(), payment, looked_for)
            {
                self.end(&looked_for, payment.asset, Address::zero(), &EndingKind::Created);
            }
            return;
        }
        let is_riddle = matches!(cause, None | Some(Cause::Unexplained));
        let kind = if is_riddle { EndingKind::Unexplained } else { EndingKind::Created };
        for found in looked_for {
            self.book.end(rest(found, payment.asset, payment.to.address()), kind.clone());
        }
    }

    /// Of what several seeds look for the first one's only; for the others it ends as counted with that.
    fn own(
        &mut self,
        looked_for: Vec<Stretch>,
        asset: Asset,
        address: Option<Address>,
    ) -> Vec<Stretch> {
        let (own, others) = disjoint(looked_for);
        for (found, owner) in others {
            self.book.end(rest(&found, asset, address), EndingKind::OtherSeed { seed: owner });
        }
        merged(own)
    }

    /// Looks for the credits that paid for these stretches of a debit.
    fn debit(
        &mut self,
        at: ActId,
        transaction: &Transaction,
        (address, asset): (Address, Asset),
        looked_for: Vec<Stretch>,
    ) {
        if looked_for.is_empty() {
            return;
        }
        let account = self.view.number(address);
        let block = transaction.position.block;
        let Some(run) = self.view.run_of(account, block) else {
            return self.lack((address, account), asset, block, &looked_for);
        };
        let id = (account, asset, run.first());
        if self.question.rule == Rule::Haircut {
            return self.pour(id, (address, run), at, &looked_for);
        }
        let pairing = self.pairing(id, (address, run), at);
        for found in looked_for {
            let mut left = found.amount;
            for (source, part) in pairing.sources(at, &found) {
                left = left.saturating_sub(part.amount);
                match source {
                    Source::Credit(credit, output) => {
                        let due = self.agenda.entry(credit).or_default();
                        due.stretches.entry(output).or_default().push(part);
                    }
                    Source::Opening => self.opening((address, account), asset, run, &part),
                }
            }
            self.overdrawn((address, asset), transaction, &Stretch { amount: left, ..found });
        }
    }

    fn pairing(&mut self, id: LedgerId, at: (Address, Window), last: ActId) -> Rc<Pairing> {
        if let Some(known) = self.pairings.get(&id) {
            return Rc::clone(known);
        }
        let (account, asset, _) = id;
        let (address, run) = at;
        // Acts are handled from the last to the first, so this is the last debit that is asked for.
        let events = self.events.of(self.view, &self.eyes, (address, account, asset), run, last);
        let opening = self.opening_balance(account, asset, run);
        let pairing = Rc::new(Pairing::new(self.question.rule, opening, &events));
        self.pairings.insert(id, Rc::clone(&pairing));
        pairing
    }

    /// What an account had before a run. What is not known may be any amount, but nothing was there before the
    /// chain.
    fn opening_balance(&mut self, account: Account, asset: Asset, run: Window) -> Amount {
        let before = self.view.rows.partition_point(|row| row.block() < run.first());
        let (amount, is_known) = self.view.opening(account, asset, run, before, run.first());
        if is_known {
            return amount;
        }
        if run.first() <= FIRST_BLOCK { Amount::ZERO } else { Amount::MAX }
    }
}

/// The block before it holds what the chain began with, and the state after that is its first one.
const FIRST_BLOCK: u64 = 1;

const fn rest(found: &Stretch, asset: Asset, address: Option<Address>) -> Rest {
    let Stretch { seed, origin, amount, .. } = *found;
    Rest { seed, origin, asset, amount, address }
}
