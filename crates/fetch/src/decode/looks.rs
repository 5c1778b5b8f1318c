//! One account's state at the end of some blocks, and where to look next.
//!
//! A stretch of blocks lies between two looks. Where the two states differ, a look in its middle cuts it
//! in two; where they agree, nothing is taken to have happened. This goes on until every stretch that
//! differs is a single block. Each round asks for all middles at once, so that the number of rounds is
//! the logarithm of the window's length, whatever the number of changes. Where logs say that an account paid, it
//! is looked at before and after that block first: mostly that is the change. They only say where to look.
//!
//! # When this is exact
//!
//! The state is the nonce and the native balance.
//!
//! * *A wallet.* Only a transaction that it signed debits it, and each raises its nonce. Between two equal
//!   nonces there was none, so the balance only ever rose; between two equal balances it did not. Equal
//!   states therefore mean that nothing moved.
//! * *Code comes to an account in two ways.* A contract is created there: refused by the chain where the
//!   nonce is not zero or code is there already (EIP-684). Or the wallet delegates to code (EIP-7702):
//!   each authorisation, also the one that ends a delegation, raises the nonce. A delegation that is set
//!   and ended inside the window leaves no code at either end, but the blocks of both authorisations are
//!   found by the nonce, and the code at their ends is asked for where they hold a transaction that may
//!   delegate. If there is none, there was no delegation in any stretch of equal nonces.
//! * *A wallet that never sent.* Its nonce is zero, so a contract may have been created in its place,
//!   have paid everything out and destroyed itself, all in one transaction. Services sweep deposits like
//!   that. With a balance, a second payment of exactly the same amount would have to follow before the
//!   next look. Without one, any deposit that was swept fits: such a stretch proves nothing
//!   ([`Looks::may_hide_a_sweep`]). A transaction sent from the address rules it all out: no contract
//!   lives where a key is known.
//! * *A contract, or a delegated wallet*, may pay out what it receives. Equal states prove nothing.
//!
//! A balance that falls while the nonce stays, or a nonce that falls, shows that the account is no wallet
//! ([`Looks::moved_without_signing`]).

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Amount, Window};

/// So many signs in one stretch are looked at in the same round.
const FEW_SIGNS: usize = 4;

/// What an account's state says of its movements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct AccountState {
    /// How many transactions it sent, and authorisations it signed; of a contract, how many it created.
    pub(crate) nonce: u64,
    /// What it held of the native coin.
    pub(crate) balance: Amount,
}

impl AccountState {
    const fn is_blank(&self) -> bool {
        self.nonce == 0 && self.balance.is_zero()
    }
}

/// The looks at one account in one window.
#[derive(Clone, Debug)]
pub(crate) struct Looks {
    first: u64,
    before: AccountState,
    at_end_of: BTreeMap<u64, AccountState>,
}

/// The blocks between two looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) blocks: Window,
    pub(crate) before: AccountState,
    pub(crate) after: AccountState,
}

impl Stretch {
    fn is_changed(&self) -> bool {
        self.before != self.after
    }
}

impl Looks {
    /// The state before the window, and at its end.
    pub(crate) fn new(window: Window, before: AccountState, after: AccountState) -> Self {
        let at_end_of = BTreeMap::from([(window.last(), after)]);
        Self { first: window.first(), before, at_end_of }
    }

    /// Adds a look at the end of a block of the window.
    pub(crate) fn add(&mut self, block: u64, state: AccountState) {
        self.at_end_of.insert(block, state);
    }

    /// The stretches between the looks, in order; together they are the window.
    pub(crate) fn stretches(&self) -> impl Iterator<Item = Stretch> {
        let mut next = (Some(self.first), self.before);
        self.at_end_of.iter().filter_map(move |(last, after)| {
            let (first, before) = next;
            next = (last.checked_add(1), *after);
            let blocks = Window::new(first?, *last)?;
            Some(Stretch { blocks, before, after: *after })
        })
    }

    /// Where to look next, in every stretch that changed and is more than one block: around the blocks in which
    /// something else says that it did, if there are any, else in its middle. No more than 64 rounds beyond those
    /// for `signs` until there is none.
    pub(crate) fn next(&self, signs: &BTreeSet<u64>) -> impl Iterator<Item = u64> {
        self.changes().flat_map(|stretch| next_in(stretch.blocks, signs))
    }

    /// The stretches in which the state changed.
    pub(crate) fn changes(&self) -> impl Iterator<Item = Stretch> {
        self.stretches().filter(Stretch::is_changed)
    }

    /// The change in this block, if there was one.
    pub(crate) fn change_in(&self, block: u64) -> Option<Stretch> {
        let after = *self.at_end_of.get(&block)?;
        let before = match block.checked_sub(1).filter(|_| self.first < block) {
            Some(before) => *self.at_end_of.get(&before)?,
            None => self.before,
        };
        let stretch = Stretch { blocks: Window::block(block), before, after };
        stretch.is_changed().then_some(stretch)
    }

    /// Whether the account was paid from without its signature, as only code can.
    pub(crate) fn moved_without_signing(&self) -> bool {
        self.stretches().any(|Stretch { before, after, .. }| {
            after.nonce < before.nonce
                || (after.nonce == before.nonce && after.balance < before.balance)
        })
    }

    /// Whether there is a stretch without nonce and balance at both ends.
    pub(crate) fn may_hide_a_sweep(&self) -> bool {
        self.stretches().any(|stretch| stretch.before.is_blank() && stretch.after.is_blank())
    }

    /// The state before the window.
    pub(crate) const fn before(&self) -> AccountState {
        self.before
    }

    /// The state at the window's end.
    pub(crate) fn after(&self) -> AccountState {
        self.at_end_of.last_key_value().map_or(self.before, |(_, state)| *state)
    }
}

fn next_in(blocks: Window, signs: &BTreeSet<u64>) -> BTreeSet<u64> {
    let (first, last) = (blocks.first(), blocks.last());
    if first == last {
        return BTreeSet::new();
    }
    let signs: Vec<u64> = signs.range(first..=last).copied().collect();
    // Of many the middle one first: most of them may mean nothing.
    let of_use = match signs.len() {
        0 => return BTreeSet::from([first + (last - first - 1) / 2]),
        1..=FEW_SIGNS => signs.as_slice(),
        count => signs.get(count / 2..=count / 2).unwrap_or_default(),
    };
    let around = of_use.iter().flat_map(|sign| [sign.checked_sub(1), Some(*sign)]).flatten();
    around.filter(|block| (first..last).contains(block)).collect()
}

#[cfg(test)]
mod tests;
