//! Where and why going back stops.

use fundtrail_model::{Address, Amount, Asset, Crowd, EndingKind, Origin, Reservation, Window};

use super::events::Transaction;
use super::stretches::{Stretch, sum};
use super::{Back, FIRST_BLOCK, rest};
use crate::book::Unread;
use crate::history::Account;
use crate::view::Reading;

/// What is decided of value that came from somewhere.
pub(super) enum Place {
    Follow,
    End(EndingKind),
    /// Whether a contract was given the value within the transaction is not known: nobody has looked at these in
    /// this block.
    LookOnce(Vec<Address>),
    /// The transaction was not read whole: who paid a contract for it is not known.
    ReadWhole(Unread),
}

impl Back<'_, '_, '_> {
    /// What is decided of value that this address paid. In this order: marks, the zero address, hub, contract
    /// without payment.
    pub(super) fn place(&mut self, payer: Address, transaction: &Transaction) -> Place {
        let (account, block) = (self.view.number(payer), transaction.position.block);
        let goes_through = self.eyes.goes_through(payer, account, block);
        let stop = self.eyes.stop(payer, account, block);
        // Where nobody has the key nobody can pay from, so the label is wrong or somebody else's.
        let stop = stop.filter(|kind| !goes_through && *kind != EndingKind::Burned);
        if let Some(kind) = stop {
            return Place::End(kind);
        }
        if payer.is_zero() {
            return Place::End(EndingKind::Created);
        }
        if goes_through || self.eyes.is_holder(account) {
            return Place::Follow;
        }
        if let Some(hub) = self.eyes.hub(payer, account, block) {
            return Place::End(hub);
        }
        if self.view.is_contract(account) {
            self.unpaid(payer, account, transaction)
        } else {
            Place::Follow
        }
    }

    /// What a contract gave may have been paid for by somebody else: the transaction has to be read whole before it
    /// ends there.
    fn unpaid(&mut self, payer: Address, account: Account, transaction: &Transaction) -> Place {
        let (view, block) = (self.view, transaction.position.block);
        let is_told = transaction.reading == Reading::Whole { has_frames: true };
        let is_open = |at: &Address| view.run_of(view.number(*at), block).is_none();
        if !is_told && is_open(&payer) {
            return Place::LookOnce(vec![payer]);
        }
        let mut unseen: Vec<Address> =
            transaction.lacking.values().flatten().copied().filter(is_open).collect();
        if !unseen.is_empty() {
            unseen.sort_unstable();
            unseen.dedup();
            return Place::LookOnce(unseen);
        }
        let (chain, index) = (view.chain, transaction.position.transaction);
        match transaction.reading {
            Reading::Unread if self.question.reads_whole => {
                if let Some(hash) = transaction.hash {
                    return Place::ReadWhole(Unread { chain, block, index, hash });
                }
            }
            Reading::Unread => {}
            Reading::Whole { has_frames } if has_frames || view.is_native_known(account, block) => {
            }
            Reading::Whole { .. } | Reading::Absent => {
                let is_read = transaction.reading != Reading::Absent;
                self.book.reserve(Reservation::UnseenFrames { chain, block, index, is_read });
            }
        }
        Place::End(EndingKind::ContractWithoutPayment)
    }

    /// Ends what is not followed further back at an address, and gives the rest.
    pub(super) fn stop(
        &mut self,
        place: &Place,
        (address, asset): (Address, Asset),
        looked_for: &[Stretch],
        transaction: &Transaction,
    ) -> Vec<Stretch> {
        let block = transaction.position.block;
        let mut followed = Vec::new();
        for of_seed in by_seed(looked_for) {
            let Some(first) = of_seed.first() else { continue };
            let amount = sum(of_seed.iter().map(|found| found.amount));
            let kind = match place {
                Place::End(kind) => Some(kind.clone()),
                _ if self.book.is_below_threshold(first.seed, asset, amount, block) => {
                    Some(EndingKind::BelowThreshold)
                }
                _ if self.is_too_far(&of_seed) => Some(EndingKind::HopLimit),
                _ => None,
            };
            if let Some(kind) = kind {
                self.end(&of_seed, asset, address, &kind);
                continue;
            }
            for found in of_seed {
                let rest = rest(&found, asset, Some(address));
                match place {
                    Place::LookOnce(who) => {
                        self.book.end_open_at(rest, who, Some(Window::block(block)));
                    }
                    Place::ReadWhole(unread) => self.book.end_unread(rest, *unread),
                    Place::Follow | Place::End(_) => followed.push(found),
                }
            }
        }
        followed
    }

    /// Whether as many hops as are allowed lead here.
    pub(super) fn is_too_far(&self, looked_for: &[Stretch]) -> bool {
        let depths = looked_for.iter().map(|found| self.book.depth(found.origin));
        depths.max().is_some_and(|depth| self.question.limits.max_hops <= depth)
    }

    pub(super) fn end(
        &mut self,
        looked_for: &[Stretch],
        asset: Asset,
        address: Address,
        kind: &EndingKind,
    ) {
        for found in looked_for {
            self.book.end(rest(found, asset, Some(address)), kind.clone());
        }
    }

    /// Ends what an account already had when the blocks that were looked at begin.
    pub(super) fn opening(
        &mut self,
        (address, account): (Address, Account),
        asset: Asset,
        run: Window,
        found: &Stretch,
    ) {
        match run.first().checked_sub(1).filter(|before| FIRST_BLOCK <= *before) {
            Some(before) => self.lack((address, account), asset, before, &[*found]),
            None => self.end(&[*found], asset, address, &EndingKind::Created),
        }
    }

    /// Ends what would have to be looked for up to this block, where the account was not looked at.
    pub(super) fn lack(
        &mut self,
        (address, account): (Address, Account),
        asset: Asset,
        block: u64,
        looked_for: &[Stretch],
    ) {
        if let Some(Crowd { chain, window: blocks, size, .. }) = self.view.crowd_at(address, block)
        {
            let (chain, blocks, size) = (*chain, *blocks, *size);
            if looked_for.iter().any(|found| matches!(found.origin, Origin::Seed(_))) {
                self.book.reserve(Reservation::CrowdedHolder { chain, address, blocks, size });
            }
            let kind = EndingKind::Hub { size, blocks: Some(blocks) };
            return self.end(looked_for, asset, address, &kind);
        }
        let missing = self.view.missing_to(account, block);
        for found in looked_for {
            self.book.end_open(rest(found, asset, Some(address)), missing);
        }
    }

    /// Ends units of a debit that no credit paid for: more left than had come in.
    pub(super) fn overdrawn(
        &mut self,
        (address, asset): (Address, Asset),
        transaction: &Transaction,
        found: &Stretch,
    ) {
        if found.amount.is_zero() {
            return;
        }
        let (position, excess) = (transaction.position, found.amount);
        self.book.reserve(Reservation::Overdrawn { address, asset, position, excess });
        self.end(&[*found], asset, address, &EndingKind::Unexplained);
    }
}

/// Stretches by seed, each seed's in their order.
fn by_seed(looked_for: &[Stretch]) -> Vec<Vec<Stretch>> {
    let mut sorted = looked_for.to_vec();
    sorted.sort_by_key(|found| (found.seed, found.first));
    sorted.chunk_by(|a, b| a.seed == b.seed).map(<[Stretch]>::to_vec).collect()
}

/// The share of a seed's units, rounded down.
pub(super) fn share(amount: Amount, part: Amount, whole: Amount) -> Amount {
    amount.share(part, whole).unwrap_or_default()
}
