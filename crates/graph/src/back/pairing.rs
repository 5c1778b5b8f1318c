//! Which credits paid for which debits, by a rule that takes whole lots in an order.

use std::collections::BTreeMap;

use fundtrail_model::{Amount, HopId, Origin, Rule, SeedId};

use super::events::{ActId, Event};
use super::stretches::Stretch;
use crate::ledger::{Ledger, Lot};

/// Where units of a debit had come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// An output of an act.
    Credit(ActId, usize),
    /// There when the blocks that were looked at begin.
    Opening,
}

/// The pairing of one ledger.
#[derive(Debug)]
pub(super) struct Pairing {
    /// What each debit was paid from, in the order in which it was taken. What is missing to its amount was there
    /// by no credit.
    debits: BTreeMap<ActId, Vec<Piece>>,
}

/// Units of a credit in a row, that a debit took.
#[derive(Clone, Copy, Debug)]
struct Piece {
    source: Source,
    /// How many units of the credit come before it.
    first: Amount,
    amount: Amount,
    /// Whether they were taken from the last to the first.
    is_reversed: bool,
}

impl Pairing {
    /// Keeps the ledger forward, each credit as a lot of its own. O(events · log).
    pub(super) fn new(rule: Rule, opening: Amount, events: &[Event]) -> Self {
        let mut ledger = Ledger::new(rule);
        // By lot: its source, its amount, and how much of it was taken.
        let mut lots: Vec<(Source, Amount, Amount)> = Vec::new();
        let mut credit = |ledger: &mut Ledger, source: Source, amount: Amount| {
            // A lot's number stands where a trail has the hop that brought it.
            let number = HopId(u32::try_from(lots.len()).unwrap_or(u32::MAX));
            ledger.credit(&[Lot::stolen(SeedId(0), Origin::Hop(number), amount)]);
            lots.push((source, amount, Amount::ZERO));
        };
        credit(&mut ledger, Source::Opening, opening);
        let mut taken_by: Vec<(ActId, Vec<Lot>)> = Vec::new();
        for event in events {
            match event.output {
                Some(output) => {
                    credit(&mut ledger, Source::Credit(event.act, output), event.amount);
                }
                None => {
                    let mut taken = Vec::new();
                    ledger.debit(event.amount, &mut taken);
                    taken_by.push((event.act, taken));
                }
            }
        }
        let is_reversed = rule == Rule::Lifo;
        let mut debits = BTreeMap::new();
        for (act, taken) in taken_by {
            let pieces: &mut Vec<Piece> = debits.entry(act).or_default();
            for Lot { stolen, amount } in taken {
                let Some((_, Origin::Hop(HopId(number)))) = stolen else { continue };
                let lot = usize::try_from(number).ok().and_then(|number| lots.get_mut(number));
                let Some((source, whole, gone)) = lot else { continue };
                let before = *gone;
                *gone = gone.saturating_add(amount);
                let first = if is_reversed { whole.saturating_sub(*gone) } else { before };
                pieces.push(Piece { source: *source, first, amount, is_reversed });
            }
        }
        Self { debits }
    }

    /// The stretches of credits that paid for a stretch of a debit.
    pub(super) fn sources(&self, debit: ActId, stretch: &Stretch) -> Vec<(Source, Stretch)> {
        let mut sources = Vec::new();
        let mut start = Amount::ZERO;
        for piece in self.debits.get(&debit).into_iter().flatten() {
            let end = start.saturating_add(piece.amount);
            if let Some(part) = stretch.within(start, end) {
                let before = if piece.is_reversed {
                    end.saturating_sub(part.end())
                } else {
                    part.first.saturating_sub(start)
                };
                let first = piece.first.saturating_add(before);
                sources.push((piece.source, Stretch { first, ..part }));
            }
            start = end;
        }
        sources
    }
}
