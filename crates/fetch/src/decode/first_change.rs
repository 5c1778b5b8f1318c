//! Where what an account holds changed first, found by halving, to the block or to so many of them.
//!
//! Only what differs between two looks is asked for between them. While the nonce stays, a balance of the
//! native coin that is the same at both ends did not change (`decode::looks` has the argument). A balance of a
//! token that is the same at both ends is taken for one that did not change, which is no proof: an approved
//! spender may have taken some and the same amount may have come back.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Amount, Asset};

/// What an account held at the end of a block, and how many transactions it had sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) nonce: u64,
    /// Of each asset that is compared.
    pub(crate) balances: BTreeMap<Asset, Amount>,
}

/// A look that is to be taken: the end of this block, and what of it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Look {
    pub(crate) block: u64,
    pub(crate) nonce: bool,
    pub(crate) assets: BTreeSet<Asset>,
}

/// What a look showed of what it was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) nonce: Option<u64>,
    pub(crate) balances: BTreeMap<Asset, Amount>,
}

/// The search for the first change. Takes no more looks than the logarithm of the blocks between.
#[derive(Clone, Debug)]
pub(crate) struct FirstChange {
    /// At the end of this block everything is as it was.
    same: u64,
    /// At the end of this block something is not.
    changed: u64,
    before: Held,
    after: Held,
}

impl FirstChange {
    /// Between the ends of two blocks, the first before the second, at which it is not the same; `None` if
    /// it is.
    pub(crate) fn between(before: (u64, Held), after: (u64, Held)) -> Option<Self> {
        let ((same, before), (changed, after)) = (before, after);
        (same < changed && before != after).then_some(Self { same, changed, before, after })
    }

    /// The look at the end of a block between the two.
    pub(crate) fn look(&self, block: u64) -> Look {
        let nonce = self.before.nonce != self.after.nonce;
        let assets = self.before.balances.iter().filter(|(asset, amount)| {
            // Who signs may move everything, there and back.
            nonce || self.after.balances.get(*asset) != Some(*amount)
        });
        Look { block, nonce, assets: assets.map(|(asset, _)| *asset).collect() }
    }

    /// The last block at whose end everything is known to be as it was.
    pub(crate) const fn last_same(&self) -> u64 {
        self.same
    }

    /// The look that cuts what is left in two, at the end of a block before a multiple of `grain`; `None` if there is
    /// none. Of those it is the one before the multiple of the highest power of two, so that searches that begin at
    /// different blocks take the same looks, and halve all the same.
    pub(crate) fn next(&self, grain: u64) -> Option<Look> {
        let first = self.same.saturating_add(1).checked_div(grain)?;
        let last = self.changed.checked_div(grain)?;
        let highest = (first ^ last).checked_ilog2()?;
        let cell = (last >> highest) << highest;
        let end = cell.checked_mul(grain)?.checked_sub(1)?;
        (self.same < end && end < self.changed).then(|| self.look(end))
    }

    /// Adds what a look showed. Returns whether everything was as before.
    pub(crate) fn add(&mut self, block: u64, seen: &Seen) -> bool {
        let mut found = self.before.clone();
        found.nonce = seen.nonce.unwrap_or(found.nonce);
        for (asset, amount) in &seen.balances {
            found.balances.insert(*asset, *amount);
        }
        let is_same = found == self.before;
        if is_same {
            self.same = self.same.max(block);
        } else if block < self.changed {
            (self.changed, self.after) = (block, found);
        }
        is_same
    }
}

#[cfg(test)]
mod tests;
