//! A pattern in the making.

use std::collections::BTreeSet;

use fundtrail_model::{
    Address, Amount, Asset, Measure, Pattern, PatternKind, PatternReservation, PatternRole, Unit,
    Window, Witness,
};

use crate::dealings::{Dealings, Move, sum};

/// The most addresses of one pattern about which reservations are listed.
const MOST_RESERVATIONS: usize = 10;

/// A pattern in the making.
pub(super) struct Draft {
    pub(super) kind: PatternKind,
    pub(super) asset: Asset,
    pub(super) amount: Amount,
    pub(super) witnesses: Vec<Witness>,
    parties: Vec<(PatternRole, Address)>,
    measures: Vec<Measure>,
    reservations: Vec<PatternReservation>,
}

impl Draft {
    pub(super) const fn new(kind: PatternKind, asset: Asset) -> Self {
        Self {
            kind,
            asset,
            amount: Amount::ZERO,
            witnesses: Vec::new(),
            parties: Vec::new(),
            measures: Vec::new(),
            reservations: Vec::new(),
        }
    }

    /// Adds addresses in a role, each once, in the order given.
    pub(super) fn with(
        mut self,
        role: PatternRole,
        addresses: impl IntoIterator<Item = Address>,
    ) -> Self {
        let mut known: BTreeSet<_> = self.parties.iter().copied().collect();
        for party in addresses.into_iter().map(|address| (role, address)) {
            if known.insert(party) {
                self.parties.push(party);
            }
        }
        self
    }

    /// Adds moves that prove it.
    pub(super) fn shown_by<'b>(mut self, moves: impl IntoIterator<Item = &'b Move>) -> Self {
        self.witnesses.extend(moves.into_iter().flat_map(|of| of.witnesses.iter().copied()));
        self
    }

    /// Says how much moved.
    pub(super) fn moving(mut self, amounts: impl IntoIterator<Item = Amount>) -> Self {
        self.amount = sum(amounts);
        self
    }

    /// Adds a number that decided.
    pub(super) fn measured(
        mut self,
        what: &'static str,
        found: u64,
        threshold: (&'static str, u64),
        unit: Unit,
    ) -> Self {
        self.measures.push(Measure { what, found, threshold: Some(threshold), unit });
        self
    }

    /// Adds a number that only tells how much there was.
    pub(super) fn told(mut self, what: &'static str, found: u64, unit: Unit) -> Self {
        self.measures.push(Measure { what, found, threshold: None, unit });
        self
    }

    /// Adds a count that decided.
    pub(super) fn counted(
        self,
        what: &'static str,
        found: usize,
        threshold: (&'static str, u64),
    ) -> Self {
        self.measured(what, count(found), threshold, Unit::Count)
    }

    /// Adds a reservation.
    pub(super) fn reserved(mut self, of: impl IntoIterator<Item = PatternReservation>) -> Self {
        self.reservations.extend(of);
        self
    }

    /// The pattern; `None` if nothing proves it.
    pub(super) fn finish(mut self, dealings: &Dealings<'_>) -> Option<Pattern> {
        self.witnesses.sort_unstable();
        self.witnesses.dedup();
        let first = self.witnesses.first()?.position.block;
        let last = self.witnesses.last()?.position.block;
        let window = Window::new(first, last)?;
        let asset = self.asset;
        let actors = self.parties.iter().filter(|(role, _)| *role == PatternRole::Actor);
        let partly = actors
            .map(|(_, who)| *who)
            .filter(|who| dealings.is_subject(*who))
            .filter(|who| !dealings.is_looked_at(*who, asset, window))
            .map(PatternReservation::PartlyLookedAt);
        self.reservations.extend(partly);
        self.reservations.truncate(MOST_RESERVATIONS);
        // A chain keeps the order of its links.
        self.parties.sort_by_key(|(role, _)| *role);
        let parties_left_out = self.parties.len().saturating_sub(Pattern::MOST_PARTIES);
        self.parties.truncate(Pattern::MOST_PARTIES);
        let witnesses_left_out = self.witnesses.len().saturating_sub(Pattern::MOST_WITNESSES);
        self.witnesses.truncate(Pattern::MOST_WITNESSES);
        Some(Pattern {
            kind: self.kind,
            chain: dealings.chain,
            parties: self.parties,
            parties_left_out,
            asset,
            amount: self.amount,
            window,
            witnesses: self.witnesses,
            witnesses_left_out,
            measures: self.measures,
            reservations: self.reservations,
        })
    }
}

/// A count that fits where thresholds do.
pub(super) fn count(of: usize) -> u64 {
    u64::try_from(of).unwrap_or(u64::MAX)
}
