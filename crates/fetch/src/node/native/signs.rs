//! Blocks in which the coin of an account is likely to have moved, by the word of logs.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Address, Cause, Transfer, Window};

/// Where to look for changes of the coin first.
///
/// Who pays a token mostly signs for it, and who wraps the coin or is named by a log of EIP-7708 moves it. Neither
/// has to be so: what is found does not depend on it.
#[derive(Debug, Default)]
pub(in crate::node) struct Signs {
    moved: BTreeMap<Address, BTreeSet<u64>>,
    /// Of whom logs tell why the window begins where it does.
    arrived: BTreeSet<Address>,
}

impl Signs {
    /// What the logs of these accounts say.
    pub(in crate::node) fn of(
        accounts: &BTreeSet<Address>,
        window: Window,
        found: &[Transfer],
    ) -> Self {
        let mut signs = Self::default();
        for transfer in found.iter().filter(|found| !found.amount.is_zero()) {
            let block = transfer.position.block;
            let is_coin = transfer.asset.contract().is_none()
                || matches!(transfer.cause, Cause::Wrap | Cause::Unwrap);
            let own = |party: Option<Address>| party.filter(|party| accounts.contains(party));
            let received = own(transfer.to);
            for account in own(transfer.from).into_iter().chain(received.filter(|_| is_coin)) {
                signs.moved.entry(account).or_default().insert(block);
            }
            signs.arrived.extend(received.filter(|_| block == window.first()));
        }
        signs
    }

    /// Where logs say so of anybody.
    pub(in crate::node) fn blocks(&self) -> impl Iterator<Item = u64> {
        self.moved.values().flatten().copied()
    }

    /// Where to look at an account. A window begins where something is known to arrive: where logs do not tell
    /// what, it is the coin.
    pub(super) fn of_account(&self, account: Address, window: Window) -> BTreeSet<u64> {
        let own = self.moved.get(&account).into_iter().flatten().copied();
        let first = Some(window.first()).filter(|_| !self.arrived.contains(&account));
        own.chain(first).collect()
    }
}
