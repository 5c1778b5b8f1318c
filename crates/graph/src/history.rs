//! All transfers of one chain, in the form in which following reads them.

mod addresses;
mod row;

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

use fundtrail_model::{Address, Amount, Asset, ChainId, H256, Position, Transfer};

use addresses::{Addresses, TOGETHER};
pub(crate) use row::Row;

/// An address's number in one history.
pub(crate) type Account = u32;

/// No address.
pub(crate) const NOBODY: Account = u32::MAX;

/// No row.
const NO_ROW: u32 = u32::MAX;

/// No transaction.
const NO_HASH: u32 = u32::MAX;

/// The transfers of one chain: read once, added to after each fetch, followed as often as wanted.
///
/// Addresses, assets and transaction hashes are numbers here and each of them is kept once, so a transfer
/// takes 64 bytes, and 32 more for each transaction. What is added may come in any order and more than
/// once: the same transfers make the same history. Adding *m* transfers to *n* takes O(*n* + *m* log *m*).
///
/// ```
/// use fundtrail_graph::History;
/// use fundtrail_model::ChainId;
///
/// let mut history = History::new(ChainId(1));
/// history.add(&[]);
/// assert!(history.is_empty());
/// ```
#[derive(Clone)]
pub struct History {
    chain: ChainId,
    /// In the order of transfers, each once.
    rows: Vec<Row>,
    addresses: Addresses,
    assets: Vec<Asset>,
    asset_numbers: BTreeMap<Asset, u32>,
    hashes: Vec<H256>,
    /// Amounts that do not fit into a row.
    large: Vec<Amount>,
    /// By account: its last row, and how many it has.
    last: Vec<(u32, u32)>,
}

impl History {
    /// Nothing yet.
    #[must_use]
    pub fn new(chain: ChainId) -> Self {
        Self {
            chain,
            rows: Vec::new(),
            addresses: Addresses::default(),
            assets: Vec::new(),
            asset_numbers: BTreeMap::new(),
            hashes: Vec::new(),
            large: Vec::new(),
            last: Vec::new(),
        }
    }

    /// Adds transfers of the chain, in any order; those of other chains and those that are known are left
    /// out.
    pub fn add(&mut self, transfers: &[Transfer]) {
        self.rows.reserve_exact(transfers.len());
        self.hashes.reserve_exact(transfers.len());
        let mut is_sorted = true;
        let chain = self.chain;
        for transfers in transfers.chunks(TOGETHER / 2) {
            let mut parties = [None; TOGETHER];
            for (parties, transfer) in parties.as_chunks_mut().0.iter_mut().zip(transfers) {
                *parties = [transfer.from.as_ref(), transfer.to.as_ref()];
            }
            let numbers = self.addresses.look_up(&parties);
            self.bring_near(&numbers);
            for (transfer, known) in transfers.iter().zip(numbers.as_chunks().0) {
                if transfer.asset.chain() == chain {
                    is_sorted &= self.push(transfer, *known, is_sorted);
                }
            }
        }
        if !is_sorted {
            let mut rows = std::mem::take(&mut self.rows);
            // What was there is one sorted run, which a stable sort only merges.
            rows.sort_by(|a, b| self.compare(a, b));
            rows.dedup_by(|a, b| self.compare(a, b).is_eq());
            self.last.clear();
            for (row_idx, row) in rows.iter_mut().enumerate() {
                self.link(row, row_idx);
            }
            self.rows = rows;
        }
    }

    /// How many transfers there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The chain.
    #[must_use]
    pub const fn chain(&self) -> ChainId {
        self.chain
    }

    /// The transfers, in order, each once.
    pub fn transfers(&self) -> impl Iterator<Item = Transfer> {
        self.rows.iter().map(|row| self.transfer(row))
    }

    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }

    pub(crate) fn transfer(&self, row: &Row) -> Transfer {
        Transfer {
            position: row.position(),
            asset: self.asset(row),
            from: self.address(row.from),
            to: self.address(row.to),
            amount: self.amount(row),
            cause: row.cause,
            transaction: self.hash(row),
        }
    }

    pub(crate) fn address(&self, account: Account) -> Option<Address> {
        self.addresses.get(account)
    }

    pub(crate) fn asset(&self, row: &Row) -> Asset {
        self.assets.get(index(row.asset)).copied().unwrap_or(Asset::Native(self.chain))
    }

    pub(crate) fn amount(&self, row: &Row) -> Amount {
        match row.amount() {
            Ok(amount) => amount,
            Err(large) => self.large.get(large).copied().unwrap_or_default(),
        }
    }

    pub(crate) fn hash(&self, row: &Row) -> Option<H256> {
        self.hashes.get(index(row.hash)).copied()
    }

    /// How many addresses are known; their numbers are smaller than this.
    pub(crate) const fn account_count(&self) -> usize {
        self.addresses.len()
    }

    /// The number of an address, if it is a party of any transfer.
    pub(crate) fn account(&self, address: Address) -> Option<Account> {
        self.addresses.number(address)
    }

    /// How many transfers an account has.
    pub(crate) fn movement_count(&self, account: Account) -> u32 {
        self.last.get(index(account)).map_or(0, |(_, count)| *count)
    }

    /// The transfers of an account, as indices of rows, the last first.
    pub(crate) fn movements_back(&self, account: Account) -> impl Iterator<Item = usize> {
        self.back_from(account, self.last.get(index(account)).map(|(last, _)| *last))
    }

    /// Those before this one of its transfers.
    pub(crate) fn movements_before(
        &self,
        account: Account,
        row: &Row,
    ) -> impl Iterator<Item = usize> {
        self.back_from(account, Some(row.before(account)))
    }

    fn back_from(&self, account: Account, next: Option<u32>) -> impl Iterator<Item = usize> {
        let mut next = next;
        std::iter::from_fn(move || {
            let row_idx = index(next.filter(|row| *row != NO_ROW)?);
            let row = self.rows.get(row_idx)?;
            next = Some(row.before(account));
            Some(row_idx)
        })
    }

    /// Looks at what [`transfer`](Self::transfer) needs of these rows, and at how many transfers their parties have.
    pub(crate) fn look_at(&self, rows: &[&Row]) {
        let seen = rows.iter().map(|row| {
            let parties = [row.from, row.to];
            let counts = parties.map(|party| self.movement_count(party));
            let addresses =
                parties.map(|party| self.address(party).map_or(0, |address| address.0[0]));
            (self.hash(row).map_or(0, |hash| hash.0[0]), addresses, counts)
        });
        seen.for_each(|seen| {
            std::hint::black_box(seen);
        });
    }

    /// Looks at the last rows of accounts, as [`Addresses::look_up`] does at their numbers.
    fn bring_near(&self, accounts: &[Account]) {
        let counts = accounts.iter().map(|account| self.movement_count(*account));
        std::hint::black_box(counts.fold(0, u32::wrapping_add));
    }

    /// Adds one transfer and says whether it comes after the last one. It is hung behind those of its parties
    /// if all are in order.
    fn push(&mut self, transfer: &Transfer, known: [Account; 2], is_sorted: bool) -> bool {
        let mut row = self.row(transfer, known);
        let order = self.rows.last().map_or(Ordering::Less, |last| self.compare(last, &row));
        if order.is_eq() {
            return true;
        }
        if is_sorted && order.is_lt() {
            self.link(&mut row, self.rows.len());
        }
        self.rows.push(row);
        order.is_lt()
    }

    /// `known` are the numbers of payer and receiver, [`NOBODY`]'s where they have none yet.
    fn row(&mut self, transfer: &Transfer, known: [Account; 2]) -> Row {
        let mut number = |party: Option<Address>, known| match party {
            Some(address) if known == NOBODY => self.addresses.number_or_add(address),
            _ => known,
        };
        let [payer, receiver] = known;
        let (from, to) = (number(transfer.from, payer), number(transfer.to, receiver));
        let is_last = |asset: &Asset| *asset == transfer.asset;
        let asset = match self.rows.last() {
            Some(last) if self.assets.get(index(last.asset)).is_some_and(is_last) => last.asset,
            _ => {
                let next = count(self.assets.len());
                *self.asset_numbers.entry(transfer.asset).or_insert_with(|| {
                    self.assets.push(transfer.asset);
                    next
                })
            }
        };
        let hash = transfer.transaction.map_or(NO_HASH, |hash| {
            // The transfers of a transaction come one after the other.
            if self.hashes.last() != Some(&hash) {
                self.hashes.push(hash);
            }
            count(self.hashes.len()).saturating_sub(1)
        });
        let large = count(self.large.len());
        let row = Row::new(transfer, [from, to, asset, hash], large);
        if row.is_large() {
            self.large.push(transfer.amount);
        }
        row
    }

    /// The order of transfers, whatever their numbers.
    fn compare(&self, a: &Row, b: &Row) -> Ordering {
        a.position().cmp(&b.position()).then_with(|| self.transfer(a).cmp(&self.transfer(b)))
    }

    /// Hangs a row behind the rows of its parties.
    fn link(&mut self, row: &mut Row, row_idx: usize) {
        let this = count(row_idx);
        let last = &mut self.last;
        let mut hang = |account: Account| {
            if account == NOBODY {
                return NO_ROW;
            }
            if last.len() <= index(account) {
                last.resize(index(account).saturating_add(1), (NO_ROW, 0));
            }
            last.get_mut(index(account)).map_or(NO_ROW, |(last, count)| {
                *count = count.saturating_add(1);
                std::mem::replace(last, this)
            })
        };
        let of_payer = hang(row.from);
        let of_receiver = if row.to == row.from { NO_ROW } else { hang(row.to) };
        row.before = [of_payer, of_receiver];
    }
}

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("History")
            .field("chain", &self.chain)
            .field("transfers", &self.rows.len())
            .field("addresses", &self.addresses.len())
            .finish_non_exhaustive()
    }
}

/// What is collapsed together: a transaction, or one step of what happens after the last one.
pub(crate) fn slot(position: Position) -> (u64, u32, Option<fundtrail_model::Step>) {
    let is_after = position.transaction == Position::AFTER_TRANSACTIONS;
    (position.block, position.transaction, is_after.then_some(position.step))
}

pub(crate) fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// A count of things that memory could not hold four billion of.
fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
