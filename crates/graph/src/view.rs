//! What is known of one chain, arranged for the questions that a sweep asks.

use std::collections::BTreeMap;

use fundtrail_model::{
    AccountKind, Address, Amount, Asset, AssetClass, Balance, ChainId, Coverage, Date, Position,
    Timestamp, Transfer, Window,
};

use crate::ChainEvidence;

/// An address's number in one view.
type Account = u32;

/// No address.
const NOBODY: Account = u32::MAX;

/// One chain, up to the last block to look at.
pub(crate) struct View<'a> {
    pub(crate) chain: ChainId,
    pub(crate) until: u64,
    pub(crate) transfers: &'a [Transfer],
    /// Sorted: an account is an index.
    addresses: Vec<Address>,
    /// Payer and receiver of each transfer.
    parties: Vec<(Account, Account)>,
    /// (account, transfer), sorted: the transfers of an account are one run, in order.
    movements: Vec<(Account, u32)>,
    covered: BTreeMap<Address, Vec<Window>>,
    balances: Vec<&'a Balance>,
    kinds: BTreeMap<Address, AccountKind>,
    times: BTreeMap<u64, Timestamp>,
}

impl<'a> View<'a> {
    pub(crate) fn new(evidence: &ChainEvidence<'a>) -> Self {
        let end = evidence
            .transfers
            .partition_point(|transfer| transfer.position.block <= evidence.until);
        let transfers = evidence.transfers.get(..end).unwrap_or_default();

        let mut addresses: Vec<Address> =
            transfers.iter().flat_map(|transfer| [transfer.from, transfer.to]).flatten().collect();
        addresses.sort_unstable();
        addresses.dedup();
        let parties: Vec<_> = transfers
            .iter()
            .map(|transfer| (number(&addresses, transfer.from), number(&addresses, transfer.to)))
            .collect();
        let mut movements = Vec::with_capacity(parties.len().saturating_mul(2));
        for (transfer, (from, to)) in (0_u32..).zip(&parties) {
            if *from != NOBODY {
                movements.push((*from, transfer));
            }
            if *to != NOBODY && to != from {
                movements.push((*to, transfer));
            }
        }
        movements.sort_unstable();

        let mut balances: Vec<_> = evidence.balances.iter().collect();
        balances.sort_unstable();
        let mut facts: Vec<_> =
            evidence.accounts.iter().map(|f| (f.address, f.block, f.kind)).collect();
        facts.sort_unstable();
        Self {
            chain: evidence.chain,
            until: evidence.until,
            transfers,
            addresses,
            parties,
            movements,
            covered: covered(evidence.coverage),
            balances,
            kinds: facts.into_iter().map(|(address, _, kind)| (address, kind)).collect(),
            times: evidence.blocks.iter().map(|block| (block.number, block.timestamp)).collect(),
        }
    }

    /// One flag per account that transfers know, all false.
    pub(crate) fn flags(&self) -> Flags {
        Flags(vec![false; self.addresses.len()])
    }

    /// The run of blocks, covered for both classes of assets, that contains this one.
    pub(crate) fn run_of(&self, address: Address, block: u64) -> Option<Window> {
        let runs = self.covered.get(&address)?;
        let after = runs.partition_point(|run| run.first() <= block);
        runs.get(after.checked_sub(1)?).copied().filter(|run| run.contains(block))
    }

    /// The missing blocks from `first`, which is not covered, to the next covered one or the last block
    /// to look at; `None` if `first` is beyond that.
    pub(crate) fn missing_from(&self, address: Address, first: u64) -> Option<Window> {
        let runs = self.covered.get(&address).map(Vec::as_slice).unwrap_or_default();
        let next = runs.get(runs.partition_point(|run| run.first() <= first));
        let last = next.map_or(u64::MAX, |run| run.first().saturating_sub(1));
        Window::new(first, last.min(self.until))
    }

    /// What code at the address says it is, if known.
    pub(crate) fn kind(&self, address: Address) -> Option<AccountKind> {
        self.kinds.get(&address).copied()
    }

    /// The day of a block, if its time is known.
    pub(crate) fn day(&self, block: u64) -> Option<Date> {
        self.times.get(&block).and_then(|time| time.date())
    }

    /// How many different addresses this one is known to have paid or been paid by.
    pub(crate) fn counterparties(&self, address: Address) -> u32 {
        let account = number(&self.addresses, Some(address));
        let mut others: Vec<Account> = self
            .movements_of(account)
            .iter()
            .filter_map(|(_, transfer)| self.parties.get(index(*transfer)))
            .map(|(from, to)| if *from == account { *to } else { *from })
            .filter(|other| *other != NOBODY && *other != account)
            .collect();
        others.sort_unstable();
        others.dedup();
        u32::try_from(others.len()).unwrap_or(u32::MAX)
    }

    /// What the address held of the asset before the transfer with index `before`, which lies in `run`:
    /// the latest known balance in the run, or at its door, rolled forward. The second value says
    /// whether it is known; if not, it is what the run itself brought.
    pub(crate) fn opening(
        &self,
        address: Address,
        asset: Asset,
        run: Window,
        before: usize,
        block: u64,
    ) -> (Amount, bool) {
        let end = self.balances.partition_point(|known| {
            (known.address, known.asset, known.block) < (address, asset, block)
        });
        let known = end
            .checked_sub(1)
            .and_then(|known| self.balances.get(known))
            .filter(|known| known.address == address && known.asset == asset)
            .filter(|known| run.first().saturating_sub(1) <= known.block);
        let (mut amount, first) = known.map_or((Amount::ZERO, run.first()), |known| {
            (known.amount, known.block.saturating_add(1))
        });
        let mut is_known = known.is_some();

        let movements = self.movements_of(number(&self.addresses, Some(address)));
        let start = movements.partition_point(|(_, transfer)| {
            self.transfers.get(index(*transfer)).is_some_and(|moved| moved.position.block < first)
        });
        for (_, transfer) in movements.iter().skip(start) {
            let transfer = index(*transfer);
            let Some(moved) = self.transfers.get(transfer).filter(|_| transfer < before) else {
                break;
            };
            if moved.asset != asset || moved.from == moved.to {
                continue;
            }
            if moved.to == Some(address) {
                amount = amount.saturating_add(moved.amount);
            } else if let Some(rest) = amount.checked_sub(moved.amount) {
                amount = rest;
            } else {
                // More went than was there: the balance and the transfers contradict each other.
                (amount, is_known) = (Amount::ZERO, false);
            }
        }
        (amount, is_known)
    }

    /// What the address held of the asset at the end of a block, if its balance was asked for.
    pub(crate) fn balance_at(&self, address: Address, asset: Asset, block: u64) -> Option<Amount> {
        let found = self.balances.binary_search_by_key(&(address, asset, block), |known| {
            (known.address, known.asset, known.block)
        });
        found.ok().and_then(|found| self.balances.get(found)).map(|known| known.amount)
    }

    fn movements_of(&self, account: Account) -> &[(Account, u32)] {
        let start = self.movements.partition_point(|(other, _)| *other < account);
        let rest = self.movements.get(start..).unwrap_or_default();
        let len = rest.partition_point(|(other, _)| *other == account);
        rest.get(..len).unwrap_or_default()
    }
}

/// A flag per account of a view, set and read without comparing addresses.
pub(crate) struct Flags(Vec<bool>);

impl Flags {
    /// Raises the flag of an address.
    pub(crate) fn raise(&mut self, view: &View<'_>, address: Address) {
        if let Some(flag) = self.0.get_mut(index(number(&view.addresses, Some(address)))) {
            *flag = true;
        }
    }

    /// Whether the flag of a party of any of these transfers, given by index, is raised.
    pub(crate) fn is_any_raised(&self, view: &View<'_>, transfers: std::ops::Range<usize>) -> bool {
        let is_raised = |account: Account| self.0.get(index(account)).copied().unwrap_or_default();
        let parties = view.parties.get(transfers).unwrap_or_default();
        parties.iter().any(|(from, to)| is_raised(*from) || is_raised(*to))
    }
}

/// What is collapsed together: a transaction, or one step of what happens after the last one.
pub(crate) fn slot(position: Position) -> (u64, u32, Option<fundtrail_model::Step>) {
    let is_after = position.transaction == Position::AFTER_TRANSACTIONS;
    (position.block, position.transaction, is_after.then_some(position.step))
}

fn number(addresses: &[Address], address: Option<Address>) -> Account {
    address
        .and_then(|address| addresses.binary_search(&address).ok())
        .and_then(|account| u32::try_from(account).ok())
        .unwrap_or(NOBODY)
}

fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// Per address the blocks that are covered for both classes, as sorted runs that do not touch.
fn covered(coverage: &[Coverage]) -> BTreeMap<Address, Vec<Window>> {
    let mut classes: BTreeMap<Address, [Vec<Window>; 2]> = BTreeMap::new();
    for covered in coverage {
        let [native, tokens] = classes.entry(covered.address).or_default();
        match covered.class {
            AssetClass::Native => native.push(covered.window),
            AssetClass::Tokens => tokens.push(covered.window),
        }
    }
    classes
        .into_iter()
        .map(|(address, [native, tokens])| (address, intersect(&join(native), &join(tokens))))
        .collect()
}

fn join(mut windows: Vec<Window>) -> Vec<Window> {
    windows.sort_unstable();
    let mut runs: Vec<Window> = Vec::new();
    for window in windows {
        match runs.last_mut().and_then(|last| last.join(window).map(|joined| (last, joined))) {
            Some((last, joined)) => *last = joined,
            None => runs.push(window),
        }
    }
    runs
}

fn intersect(a: &[Window], b: &[Window]) -> Vec<Window> {
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    let mut both = Vec::new();
    while let (Some(x), Some(y)) = (a.peek(), b.peek()) {
        both.extend(x.intersection(**y));
        if x.last() <= y.last() {
            a.next()
        } else {
            b.next()
        };
    }
    both
}

#[cfg(test)]
mod tests;
