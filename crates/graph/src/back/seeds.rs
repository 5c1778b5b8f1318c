//! Where going back begins: at the credits that the seeds are.

use std::collections::BTreeMap;

use fundtrail_model::{Amount, EndingKind, Origin, Position, Rule, Seed, Window};

use super::Back;
use super::events::{ActId, Transaction};
use super::stretches::Stretch;
use crate::collapse::Party;
use crate::history::slot;
use crate::order::Act;

/// By act and output: the positions of seeds, and the units from and to which they claim.
type Claims = BTreeMap<(ActId, usize), Vec<(Position, Amount, Amount)>>;

impl Back<'_, '_, '_> {
    /// Looks for every seed at the credits that brought it.
    pub(super) fn begin(&mut self, seeds: &[&Seed]) {
        let mut claimed = Claims::new();
        for seed in seeds {
            let block = seed.position.block;
            let account = self.view.number(seed.holder);
            let stretch = Stretch {
                seed: seed.id,
                origin: Origin::Seed(seed.id),
                first: Amount::ZERO,
                amount: seed.amount,
            };
            if self.view.until < block {
                let is_looked_at = self.view.run_of(account, block).is_some();
                let missing = (!is_looked_at).then(|| Window::block(block));
                let rest = super::rest(&stretch, seed.asset, Some(seed.holder));
                self.book.end_open(rest, missing);
            } else if self.question.limits.max_hops == 0 {
                self.end(&[stretch], seed.asset, seed.holder, &EndingKind::HopLimit);
            } else if self.view.run_of(account, block).is_none() {
                self.lack_of_seed(seed, &stretch);
            } else {
                self.begin_at(seed, stretch, &mut claimed);
            }
        }
    }

    /// Of a seed's holder no more than its own block is needed.
    fn lack_of_seed(&mut self, seed: &Seed, stretch: &Stretch) {
        let (block, account) = (seed.position.block, self.view.number(seed.holder));
        if self.view.crowd_at(seed.holder, block).is_some() {
            return self.lack((seed.holder, account), seed.asset, block, &[*stretch]);
        }
        let rest = super::rest(stretch, seed.asset, Some(seed.holder));
        self.book.end_open(rest, Some(Window::block(block)));
    }

    fn begin_at(&mut self, seed: &Seed, stretch: Stretch, claimed: &mut Claims) {
        let view = self.view;
        let start = view.rows.partition_point(|row| slot(row.position()) < slot(seed.position));
        let is_here = |row: &crate::history::Row| slot(row.position()) == slot(seed.position);
        let mut left = seed.amount;
        if view.rows.get(start).is_some_and(is_here) {
            let transaction = self.events.transaction(view, &self.eyes, start);
            for (_, owner, amount) in transaction.doubled.iter().filter(|(of, ..)| *of == seed.id) {
                left = left.saturating_sub(*amount);
                let found = Stretch { amount: *amount, ..stretch };
                let kind = EndingKind::OtherSeed { seed: *owner };
                self.end(&[found], seed.asset, seed.holder, &kind);
            }
            for is_own in [true, false] {
                for (act, output, to, asset, amount) in transaction.outputs() {
                    let is_credit = to.address() == Some(seed.holder) && asset == seed.asset;
                    let is_anothers =
                        matches!(to, Party::Seed { seed: other, .. } if other != seed.id);
                    if !is_credit || is_anothers || is_own != shows(&transaction, act, seed) {
                        continue;
                    }
                    // Who names the same transfer claims the same units; others those after them.
                    let claims = claimed.entry(((start, act), output)).or_default();
                    let mine = claims.iter().find(|(position, ..)| *position == seed.position);
                    let after = claims.iter().map(|(.., end)| *end).max().unwrap_or_default();
                    let first = mine.map_or(after, |(_, first, _)| *first);
                    let part = amount.saturating_sub(first).min(left);
                    if part.is_zero() {
                        continue;
                    }
                    claims.push((seed.position, first, first.saturating_add(part)));
                    left = left.saturating_sub(part);
                    // A pool's demands have no place and come first.
                    let first = match self.question.rule {
                        Rule::Haircut => amount.saturating_sub(first).saturating_sub(part),
                        _ => first,
                    };
                    let due = self.agenda.entry((start, act)).or_default();
                    let found = Stretch { first, amount: part, ..stretch };
                    due.stretches.entry(output).or_default().push(found);
                }
            }
        }
        let found = Stretch { amount: left, ..stretch };
        self.end(&[found], seed.asset, seed.holder, &EndingKind::Unexplained);
    }
}

/// Whether the seed's own transfer is among what shows an act.
fn shows(transaction: &Transaction, act: usize, seed: &Seed) -> bool {
    let evidence = match transaction.acts.get(act) {
        Some(Act::Pay(payment)) => &payment.evidence,
        Some(Act::Convert(conversion)) => &conversion.evidence,
        Some(Act::Fee(_)) | None => return false,
    };
    evidence.contains(&seed.position)
}
