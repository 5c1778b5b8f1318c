//! What transactions did, and what of it touched one account's ledger.

use std::collections::BTreeMap;
use std::rc::Rc;

use fundtrail_model::{
    Address, Amount, Asset, Cause, H256, Position, Seed, SeedId, Step, Transfer, Window,
};

use crate::collapse::{Delivery, Party, receiver};
use crate::eyes::Eyes;
use crate::history::{Account, Row, slot};
use crate::order::{Act, acts};
use crate::sweep::split;
use crate::view::{Reading, View};

/// The index of the first transfer of a transaction, and of an act in it. They are in the order of the chain.
pub(super) type ActId = (usize, usize);

/// A credit or a debit of one ledger.
#[derive(Clone, Copy, Debug)]
pub(super) struct Event {
    pub(super) act: ActId,
    /// Which output of the act it is; `None` for a debit.
    pub(super) output: Option<usize>,
    pub(super) amount: Amount,
}

/// A transaction's net effect, in order.
pub(super) struct Transaction {
    pub(super) position: Position,
    pub(super) hash: Option<H256>,
    pub(super) reading: Reading,
    pub(super) acts: Vec<Act>,
    /// As in [`Collapsed::lacking`](crate::Collapsed::lacking).
    pub(super) lacking: BTreeMap<Address, Vec<Address>>,
    /// What of seeds no stored transfer brought.
    pub(super) unstored: Vec<(SeedId, Amount)>,
    /// What of seeds (the first) is of a credit that is an earlier seed's (the second).
    pub(super) doubled: Vec<(SeedId, SeedId, Amount)>,
    rows: (usize, usize),
}

impl Transaction {
    /// Why the transfer at this position moved.
    pub(super) fn cause(&self, view: &View<'_>, position: Option<&Position>) -> Option<Cause> {
        let (first, end) = self.rows;
        let rows = view.rows.get(first..end)?;
        rows.iter().find(|row| Some(&row.position()) == position).map(|row| row.cause)
    }

    /// Who gets what of which act: act, output, receiver, asset, amount, in order.
    pub(super) fn outputs(
        &self,
    ) -> impl Iterator<Item = (usize, usize, Party, Asset, Amount)> + '_ {
        self.acts.iter().enumerate().flat_map(|(act_idx, act)| {
            outputs(act)
                .into_iter()
                .enumerate()
                .map(move |(output, (to, asset, amount))| (act_idx, output, to, asset, amount))
        })
    }
}

/// Transactions, each collapsed once.
pub(super) struct Events {
    /// By position.
    seeds: Vec<Seed>,
    transactions: BTreeMap<usize, Rc<Transaction>>,
}

impl Events {
    pub(super) fn new(seeds: &[&Seed]) -> Self {
        let mut seeds: Vec<Seed> = seeds.iter().map(|seed| (*seed).clone()).collect();
        seeds.sort_by_key(|seed| (seed.position, seed.id));
        Self { seeds, transactions: BTreeMap::new() }
    }

    /// The transaction whose first transfer has this index.
    pub(super) fn transaction(
        &mut self,
        view: &View<'_>,
        eyes: &Eyes<'_, '_>,
        start: usize,
    ) -> Rc<Transaction> {
        let found = self
            .transactions
            .entry(start)
            .or_insert_with(|| Rc::new(collapsed(view, eyes, &self.seeds, start)));
        Rc::clone(found)
    }

    /// What touched an account's ledger of an asset in a run of blocks, up to an act, in order.
    pub(super) fn of(
        &mut self,
        view: &View<'_>,
        eyes: &Eyes<'_, '_>,
        (address, account, asset): (Address, Account, Asset),
        run: Window,
        (last, last_act): ActId,
    ) -> Vec<Event> {
        let mut starts: Vec<usize> = Vec::new();
        for row_idx in view.history.movements_back(account) {
            let Some(row) = view.rows.get(row_idx) else { continue };
            if row.block() < run.first() {
                break;
            }
            let start = start_of(view.rows, row_idx);
            if start <= last && view.history.asset(row) == asset && starts.last() != Some(&start) {
                starts.push(start);
            }
        }
        starts.reverse();
        let mut events = Vec::new();
        for start in starts {
            let transaction = self.transaction(view, eyes, start);
            for (act_idx, act) in transaction.acts.iter().enumerate() {
                let act_id = (start, act_idx);
                if (last, last_act) < act_id {
                    break;
                }
                let debit = debit(act, address, asset);
                events.extend(debit.map(|amount| Event { act: act_id, output: None, amount }));
                for (output, (to, of, amount)) in outputs(act).into_iter().enumerate() {
                    if to.address() == Some(address) && of == asset {
                        events.push(Event { act: act_id, output: Some(output), amount });
                    }
                }
            }
        }
        events
    }
}

/// Who gets what of an act.
fn outputs(act: &Act) -> Vec<(Party, Asset, Amount)> {
    match act {
        Act::Pay(payment) => vec![(payment.to, payment.asset, payment.amount)],
        Act::Convert(conversion) => {
            let own = Party::Account(conversion.account);
            let to = |delivery: Option<&Delivery>| delivery.map_or(own, |delivery| delivery.to);
            let pieces = conversion.pieces().into_iter();
            pieces.map(|(delivery, asset, amount)| (to(delivery), asset, amount)).collect()
        }
        Act::Fee(_) => Vec::new(),
    }
}

/// What an act takes from an account of an asset.
fn debit(act: &Act, address: Address, asset: Asset) -> Option<Amount> {
    match act {
        Act::Pay(payment) => (payment.from == Party::Account(address) && payment.asset == asset)
            .then_some(payment.amount),
        Act::Convert(conversion) => {
            let paid = conversion.paid.iter().filter(|_| conversion.account == address);
            { paid }.find(|(paid, _)| *paid == asset).map(|(_, amount)| *amount)
        }
        Act::Fee(fee) => (fee.payer == address && fee.asset == asset).then_some(fee.amount),
    }
}

/// The index of the first row that is collapsed with this one.
fn start_of(rows: &[Row], row_idx: usize) -> usize {
    let mut start = row_idx;
    while let Some(before) = start.checked_sub(1)
        && let (Some(row), Some(first)) = (rows.get(before), rows.get(row_idx))
        && row.is_with(first)
    {
        start = before;
    }
    start
}

/// Of no transfer.
const NOWHERE: Position = Position { block: 0, transaction: 0, step: Step::Value };

fn collapsed(view: &View<'_>, eyes: &Eyes<'_, '_>, seeds: &[Seed], start: usize) -> Transaction {
    let rows = view.rows.get(start..).unwrap_or_default();
    let count = rows.iter().take_while(|row| rows.first().is_some_and(|f| f.is_with(row))).count();
    let group = rows.get(..count).unwrap_or_default();
    let position = group.first().map_or(NOWHERE, Row::position);
    let hash = group.first().and_then(|first| view.hash(first));
    // What has no hash cannot be asked for.
    let reading = hash.map_or(Reading::Absent, |_| view.reading(position));
    let transfers = view.transfers(group);
    let parts: Vec<(Transfer, Party)> =
        transfers.iter().map(|transfer| (*transfer, receiver(transfer))).collect();
    let mut net = eyes.collapse(&parts, position.block, reading);
    let lacking = std::mem::take(&mut net.lacking);
    let mut transaction = Transaction {
        position,
        hash,
        reading,
        acts: acts(net),
        lacking,
        unstored: Vec::new(),
        doubled: Vec::new(),
        rows: (start, start.saturating_add(count)),
    };
    // Where the holder's net effect shows less than the seed, the credit itself is looked at: he passed it on in the
    // same transaction.
    let here = slot(position);
    let first = seeds.partition_point(|seed| slot(seed.position) < here);
    let seeds = seeds.iter().skip(first).take_while(|seed| slot(seed.position) == here);
    let is_hidden = |seed: &&Seed| {
        let gained = transaction
            .outputs()
            .filter(|(_, _, to, asset, _)| {
                to.address() == Some(seed.holder) && *asset == seed.asset
            })
            .fold(Amount::ZERO, |sum, (.., amount)| sum.saturating_add(amount));
        gained < seed.amount
    };
    let hidden: Vec<&Seed> = seeds.filter(is_hidden).collect();
    if !hidden.is_empty() {
        let split = split(&transfers, &hidden);
        let mut net = eyes.collapse(&split.parts, position.block, reading);
        transaction.lacking = std::mem::take(&mut net.lacking);
        transaction.acts = acts(net);
        transaction.unstored = split.unstored;
        transaction.doubled = split.doubled;
    }
    transaction
}
