//! What is known of one chain, arranged for the questions that a sweep asks.

mod settled;

use std::borrow::Cow;
use std::collections::BTreeMap;

use fundtrail_model::{
    AccountKind, Address, Amount, Asset, AssetClass, Balance, Cause, ChainId, Coverage, Crowd,
    Date, H256, Marks, Position, Seed, Timestamp, Transfer, Window,
};

use crate::ChainEvidence;
use crate::history::{Account, History, NOBODY, Row, index};
use settled::Settled;

/// One chain, up to the last block to look at. Accounts are the numbers of the history; addresses that only
/// seeds know are numbered after those.
pub(crate) struct View<'a> {
    pub(crate) chain: ChainId,
    pub(crate) until: u64,
    earliest: u64,
    pub(crate) history: &'a History,
    pub(crate) rows: &'a [Row],
    /// Sorted.
    strangers: Vec<Address>,
    covered: Runs,
    settled: Settled,
    /// Those that are hubs, by the blocks that show it.
    crowds: BTreeMap<Address, Vec<&'a Crowd>>,
    balances: Vec<Known>,
    are_contracts: Flags,
    are_marked: Flags,
    times: BTreeMap<u64, Timestamp>,
    /// Transactions that were read whole, or are not to be had, by block and index.
    readings: BTreeMap<(u64, u32), Reading>,
}

/// What an account held at the end of a block.
struct Known {
    at: (Account, Asset, u64),
    amount: Amount,
}

/// Whether a transaction was read whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// It was not asked for.
    Unread,
    /// It is not to be had.
    Absent,
    /// All that logs tell of is known, and with frames all.
    Whole { has_frames: bool },
}

impl<'a> View<'a> {
    pub(crate) fn new(
        evidence: &ChainEvidence<'a>,
        seeds: &[&Seed],
        marks: &BTreeMap<(ChainId, Address), Marks>,
        gate: u32,
    ) -> Self {
        let history = evidence.history;
        let end = history.rows().partition_point(|row| row.block() <= evidence.until);
        let mut strangers: Vec<Address> = seeds
            .iter()
            .map(|seed| seed.holder)
            .filter(|holder| history.account(*holder).is_none())
            .collect();
        strangers.sort_unstable();
        strangers.dedup();
        let mut crowds: BTreeMap<Address, Vec<&Crowd>> = BTreeMap::new();
        for crowd in evidence.crowds.iter().filter(|crowd| crowd.size.exceeds(gate)) {
            crowds.entry(crowd.address).or_default().push(crowd);
        }
        crowds.values_mut().for_each(|crowds| crowds.sort_unstable());
        let mut view = Self {
            chain: evidence.chain,
            until: evidence.until,
            earliest: evidence.earliest,
            history,
            rows: history.rows().get(..end).unwrap_or_default(),
            strangers,
            covered: Runs::default(),
            settled: Settled::default(),
            crowds,
            balances: Vec::new(),
            are_contracts: Flags::default(),
            are_marked: Flags::default(),
            times: evidence.blocks.iter().map(|block| (block.number, block.timestamp)).collect(),
            readings: readings(evidence),
        };
        view.balances = view.known(evidence.balances);
        view.covered = view.runs(evidence.coverage);
        view.settled = Settled::of(&view, evidence.coverage);
        let mut facts: Vec<_> = evidence.accounts.iter().collect();
        facts.sort_unstable_by_key(|fact| (fact.address, fact.block, fact.kind));
        let mut are_contracts = view.flags();
        for fact in facts {
            // Of several facts the latest counts.
            are_contracts.set(view.number(fact.address), fact.kind == AccountKind::Contract);
        }
        view.are_contracts = are_contracts;
        let mut are_marked = view.flags();
        let ours = (view.chain, Address::zero())..=(view.chain, Address::repeat_byte(0xff));
        for (_, address) in marks.range(ours).map(|(key, _)| key) {
            are_marked.set(view.number(*address), true);
        }
        view.are_marked = are_marked;
        view
    }

    /// One flag per account, all down.
    pub(crate) fn flags(&self) -> Flags {
        Flags(vec![false; self.account_count()])
    }

    pub(crate) const fn account_count(&self) -> usize {
        self.history.account_count().saturating_add(self.strangers.len())
    }

    /// The account of an address; [`NOBODY`] if neither a transfer nor a seed names it.
    pub(crate) fn number(&self, address: Address) -> Account {
        let stranger = || {
            let place = self.strangers.binary_search(&address).ok()?;
            u32::try_from(self.history.account_count().checked_add(place)?).ok()
        };
        self.history.account(address).or_else(stranger).unwrap_or(NOBODY)
    }

    /// The accounts of addresses. Of neighbours that are the same, one is looked for.
    fn numbers(&self, addresses: impl Iterator<Item = Address>) -> impl Iterator<Item = Account> {
        addresses.scan(None, |last, address| {
            let known = last.filter(|(of, _)| *of == address);
            let (_, account) =
                *last.insert(known.unwrap_or_else(|| (address, self.number(address))));
            Some(account)
        })
    }

    /// The transfer of a row.
    pub(crate) fn transfer(&self, row: &Row) -> Transfer {
        self.history.transfer(row)
    }

    /// The transaction of a row, if one caused it.
    pub(crate) fn hash(&self, row: &Row) -> Option<H256> {
        self.history.hash(row)
    }

    /// The transfers of a group of rows.
    pub(crate) fn transfers(&self, rows: &[Row]) -> Vec<Transfer> {
        rows.iter().map(|row| self.transfer(row)).collect()
    }

    /// The run of blocks, covered for all assets, that contains this one.
    pub(crate) fn run_of(&self, account: Account, block: u64) -> Option<Window> {
        containing(self.covered.of(account), block)
    }

    /// The run of blocks in which all movements of these assets are known, and that contains this one. Beside
    /// blocks that are covered for all assets it holds those in which the state says that these did not move.
    pub(crate) fn run_for(
        &self,
        account: Account,
        assets: impl IntoIterator<Item = Asset>,
        block: u64,
    ) -> Option<Window> {
        containing(&self.runs_for(account, assets), block)
    }

    fn runs_for(
        &self,
        account: Account,
        assets: impl IntoIterator<Item = Asset>,
    ) -> Cow<'_, [Window]> {
        let read = self.covered.of(account);
        self.settled.runs(account, assets, read).map_or(Cow::Borrowed(read), Cow::Owned)
    }

    /// The missing blocks from `first`, which is not covered for these assets, to the next covered one or the
    /// last block to look at; `None` if `first` is beyond that.
    pub(crate) fn missing_from(
        &self,
        account: Account,
        assets: impl IntoIterator<Item = Asset>,
        first: u64,
    ) -> Option<Window> {
        let runs = self.runs_for(account, assets);
        let next = runs.get(runs.partition_point(|run| run.first() <= first));
        let last = next.map_or(u64::MAX, |run| run.first().saturating_sub(1));
        Window::new(first, last.min(self.until))
    }

    /// The missing blocks up to `last`, which is not covered, from the covered one before or the first to look at;
    /// `None` if `last` is before that.
    /// Blocks that the state settled alone say nothing of what happened in them.
    pub(crate) fn missing_to(&self, account: Account, last: u64) -> Option<Window> {
        let runs = self.covered.of(account);
        let before = runs.partition_point(|run| run.last() < last).checked_sub(1);
        let before = before.and_then(|before| runs.get(before));
        let first = before.map_or(1, |run| run.last().saturating_add(1)).max(self.earliest);
        Window::new(first, last)
    }

    /// What shows that the address is a hub in this block: the first look, at or before it, at which it turned
    /// out to be too crowded.
    pub(crate) fn crowd_before(&self, address: Address, block: u64) -> Option<&'a Crowd> {
        let first = self.crowds.get(&address)?.first().copied()?;
        (first.window.first() <= block && first.window.first() <= self.until).then_some(first)
    }

    /// What shows that the address is too crowded for this block to be looked at.
    pub(crate) fn crowd_at(&self, address: Address, block: u64) -> Option<&'a Crowd> {
        let crowds = self.crowds.get(&address)?;
        crowds.iter().find(|crowd| crowd.window.contains(block)).copied()
    }

    /// Whether code at the address makes it a contract, as far as is known.
    pub(crate) fn is_contract(&self, account: Account) -> bool {
        self.are_contracts.is_raised(account)
    }

    /// Whether anybody marks the address.
    pub(crate) fn is_marked(&self, account: Account) -> bool {
        self.are_marked.is_raised(account)
    }

    /// Whether the transaction at this position was read whole. What no transaction caused cannot be.
    pub(crate) fn reading(&self, position: Position) -> Reading {
        if position.transaction == Position::AFTER_TRANSACTIONS {
            return Reading::Absent;
        }
        let at = (position.block, position.transaction);
        self.readings.get(&at).copied().unwrap_or(Reading::Unread)
    }

    /// Whether every native transfer of the account in this block is known, with its counterparty.
    pub(crate) fn is_native_known(&self, account: Account, block: u64) -> bool {
        let first = self.rows.partition_point(|row| row.block() < block);
        let here = self.rows.iter().skip(first).take_while(|row| row.block() == block);
        let is_riddle = |row: &Row| {
            row.cause == Cause::Unexplained && (row.from == account || row.to == account)
        };
        self.run_of(account, block).is_some() && !{ here }.any(is_riddle)
    }

    /// The day of a block, if its time is known.
    pub(crate) fn day(&self, block: u64) -> Option<Date> {
        self.times.get(&block).and_then(|time| time.date())
    }

    /// How many transfers the account has, later ones included: no fewer than counterparties.
    pub(crate) fn movement_count(&self, account: Account) -> u32 {
        self.history.movement_count(account)
    }

    /// How many different addresses this one is known to have paid or been paid by.
    pub(crate) fn counterparties(&self, account: Account) -> u32 {
        let mut others: Vec<Account> = self
            .history
            .movements_back(account)
            .filter_map(|row_idx| self.rows.get(row_idx))
            .map(|row| if row.from == account { row.to } else { row.from })
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
        account: Account,
        asset: Asset,
        run: Window,
        before: usize,
        block: u64,
    ) -> (Amount, bool) {
        let end = self.balances.partition_point(|known| known.at < (account, asset, block));
        let known = end
            .checked_sub(1)
            .and_then(|known| self.balances.get(known))
            .filter(|known| (known.at.0, known.at.1) == (account, asset))
            .filter(|known| run.first().saturating_sub(1) <= known.at.2);
        let (mut amount, first) = known.map_or((Amount::ZERO, run.first()), |known| {
            (known.amount, known.at.2.saturating_add(1))
        });
        let mut is_known = known.is_some();

        let rows = self.rows.get(before..).unwrap_or_default();
        let here =
            rows.iter().take_while(|row| rows.first().is_some_and(|first| first.is_with(row)));
        let mut moved: Vec<&Row> = Vec::new();
        let mut look_at = |row_idx: usize| {
            let row = self.rows.get(row_idx).filter(|row| first <= row.block());
            moved.extend(row);
            row.is_some()
        };
        // From the arrival itself back, where it is stored: the account may do much later.
        match { here }.find(|row| row.from == account || row.to == account) {
            Some(here) => self.history.movements_before(account, here).all(&mut look_at),
            None => {
                let movements = self.history.movements_back(account);
                movements.skip_while(|row_idx| before <= *row_idx).all(&mut look_at)
            }
        };
        moved.reverse();
        for moved in moved {
            if moved.from == moved.to || self.history.asset(moved) != asset {
                continue;
            }
            let units = self.history.amount(moved);
            if moved.to == account {
                amount = amount.saturating_add(units);
            } else if let Some(rest) = amount.checked_sub(units) {
                amount = rest;
            } else {
                // More went than was there: the balance and the transfers contradict each other.
                (amount, is_known) = (Amount::ZERO, false);
            }
        }
        (amount, is_known)
    }

    /// What the address held of the asset at the end of a block, if its balance was asked for.
    pub(crate) fn balance_at(&self, account: Account, asset: Asset, block: u64) -> Option<Amount> {
        let found = self.balances.binary_search_by_key(&(account, asset, block), |known| known.at);
        found.ok().and_then(|found| self.balances.get(found)).map(|known| known.amount)
    }

    /// By account, asset and block; of those that are asked about.
    fn known(&self, balances: &[Balance]) -> Vec<Known> {
        let accounts = self.numbers(balances.iter().map(|balance| balance.address));
        let known = |(balance, account): (&Balance, Account)| Known {
            at: (account, balance.asset, balance.block),
            amount: balance.amount,
        };
        let known = balances.iter().zip(accounts).map(known);
        let mut known: Vec<Known> = known.filter(|known| known.at.0 != NOBODY).collect();
        known.sort_unstable_by_key(|known| (known.at, known.amount));
        known
    }

    /// Per account the blocks that are covered for both classes, as sorted runs that do not touch.
    fn runs(&self, coverage: &[Coverage]) -> Runs {
        let accounts = self.numbers(coverage.iter().map(|covered| covered.address));
        let mut covered: Vec<_> = coverage
            .iter()
            .zip(accounts)
            .map(|(covered, account)| (account, covered.class, covered.window))
            .filter(|(account, ..)| *account != NOBODY)
            .collect();
        covered.sort_unstable();
        let mut runs = Runs { starts: vec![0; self.account_count()], runs: vec![Vec::new()] };
        for of_account in covered.chunk_by(|a, b| a.0 == b.0) {
            let windows = |class: AssetClass| {
                let of_class = of_account.iter().filter(|(_, of, _)| *of == class);
                join(of_class.map(|(.., window)| *window))
            };
            let both = intersect(&windows(AssetClass::Native), &windows(AssetClass::Tokens));
            if let Some((account, ..)) = of_account.first()
                && let Some(start) = runs.starts.get_mut(index(*account))
            {
                *start = u32::try_from(runs.runs.len()).unwrap_or_default();
                runs.runs.push(both);
            }
        }
        runs
    }
}

fn readings(evidence: &ChainEvidence<'_>) -> BTreeMap<(u64, u32), Reading> {
    let absent = evidence.absent.iter().map(|absent| {
        let at = (absent.block, absent.index);
        (at, Reading::Absent)
    });
    let mut readings: BTreeMap<(u64, u32), Reading> = absent.collect();
    for whole in evidence.whole {
        let at = (whole.block, whole.index);
        let is_told = readings.get(&at) == Some(&Reading::Whole { has_frames: true });
        readings.insert(at, Reading::Whole { has_frames: whole.has_frames || is_told });
    }
    readings
}

fn containing(runs: &[Window], block: u64) -> Option<Window> {
    let after = runs.partition_point(|run| run.first() <= block);
    runs.get(after.checked_sub(1)?).copied().filter(|run| run.contains(block))
}

/// Covered runs by account; the first are nobody's, and empty.
#[derive(Default)]
struct Runs {
    starts: Vec<u32>,
    runs: Vec<Vec<Window>>,
}

impl Runs {
    fn of(&self, account: Account) -> &[Window] {
        let place = self.starts.get(index(account)).copied().unwrap_or_default();
        self.runs.get(index(place)).map(Vec::as_slice).unwrap_or_default()
    }
}

/// A flag per account of a view.
#[derive(Default)]
pub(crate) struct Flags(Vec<bool>);

impl Flags {
    pub(crate) fn set(&mut self, account: Account, is_raised: bool) {
        if let Some(flag) = self.0.get_mut(index(account)) {
            *flag = is_raised;
        }
    }

    pub(crate) fn is_raised(&self, account: Account) -> bool {
        self.0.get(index(account)).copied().unwrap_or_default()
    }
}

/// Windows in order, as runs that do not touch.
fn join(windows: impl Iterator<Item = Window>) -> Vec<Window> {
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
