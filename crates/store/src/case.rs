//! A case: one file over one or several chains.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use fundtrail_model::{
    AbsentTransaction, AccountFact, Address, Balance, BlockStamp, ChainId, Coverage, Crowd,
    FetchedTransaction, FetchedWindow, Freeze, H256, Marks, Opinion, PriceReading, Seed,
    TokenClaim, Transfer, WholeTransaction, Window,
};
use rusqlite::{Connection, TransactionBehavior};

use crate::error::{Error, Fault};
use crate::intern::{Ids, Interner};
use crate::{
    Counts, KnownTokenRow, PlannedTransaction, PlannedWindow, block, coverage, crowd, digest, fact,
    freeze, intern, mark, opinion, plan, price, seed, setting, token, transfer, whole, window,
};

mod open;

/// A case in one file.
///
/// Every method that writes does so in one write: after an error, a kill or a power failure it is
/// there entirely or not at all. Every method that reads sees one state of the file, whatever another
/// program writes meanwhile, and gives the same answer for the same content, in whichever order the
/// content was written.
#[derive(Debug)]
pub struct Case {
    pub(crate) conn: Connection,
    ids: Ids,
    path: PathBuf,
    is_writable_file: bool,
}

impl Case {
    /// Makes a new case.
    ///
    /// # Errors
    ///
    /// If there is a file already ([`Error::AlreadyExists`]; it is left as it is), or none can be made.
    pub fn create(path: &Path) -> Result<Self, Error> {
        let conn = open::create(path)?;
        Ok(Self { conn, ids: Ids::default(), path: path.to_owned(), is_writable_file: true })
    }

    /// Opens a case for reading and writing, and upgrades a file of an older version.
    ///
    /// # Errors
    ///
    /// If there is no such file, it is not a case, a newer program wrote it, it cannot be written to,
    /// or another program is using it.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let conn = open::read_write(path, open::PATIENCE)?;
        Ok(Self { conn, ids: Ids::default(), path: path.to_owned(), is_writable_file: true })
    }

    /// Opens a case for reading. Nothing is written, so it also works in a folder where nothing can be.
    ///
    /// # Errors
    ///
    /// As [`Case::open`]; a file of an older version is [`Error::OlderSchema`]. A method that writes
    /// gives [`Error::ReadOnly`].
    pub fn open_read_only(path: &Path) -> Result<Self, Error> {
        let conn = open::read_only(path)?;
        Ok(Self { conn, ids: Ids::default(), path: path.to_owned(), is_writable_file: false })
    }

    /// Makes a new case that is gone when it is dropped.
    ///
    /// # Errors
    ///
    /// If there is not enough memory.
    pub fn in_memory() -> Result<Self, Error> {
        let path = PathBuf::from(":memory:");
        let conn = open::in_memory().map_err(|fault| fault.at(&path))?;
        Ok(Self { conn, ids: Ids::default(), path, is_writable_file: false })
    }

    /// Where the case is; `:memory:` for one in memory.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Sets a setting. Those whose key starts with `run.` tell of one run, and are not part of the
    /// [digest](Case::digest).
    ///
    /// # Errors
    ///
    /// If the file cannot be written to.
    pub fn set_setting(&mut self, key: &str, value: &str) -> Result<(), Error> {
        self.write(|conn| setting::set(conn, key, value))
    }

    /// Replaces all settings whose key starts with `prefix` by `settings`, whose keys come without it, in
    /// one write.
    ///
    /// # Errors
    ///
    /// If the file cannot be written to.
    pub fn replace_settings(
        &mut self,
        prefix: &str,
        settings: &BTreeMap<String, String>,
    ) -> Result<(), Error> {
        self.write(|conn| setting::replace(conn, prefix, settings))
    }

    /// A setting, or `None` if it was never set.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn setting(&self, key: &str) -> Result<Option<String>, Error> {
        self.read(|conn| setting::get(conn, key))
    }

    /// Every setting.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn settings(&self) -> Result<BTreeMap<String, String>, Error> {
        self.read(setting::all)
    }

    /// Replaces the seeds of `spec`, which is what the user typed, normalised. Ids are the caller's, and
    /// unique in the case.
    ///
    /// # Errors
    ///
    /// If an id is in use ([`Error::SeedTaken`]), or the file cannot be written to.
    pub fn put_seeds(&mut self, spec: &str, seeds: &[Seed]) -> Result<(), Error> {
        self.write_with_ids(|ids| seed::put(ids, spec, seeds))
    }

    /// Every seed with its specification, by id.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn seeds(&self) -> Result<Vec<(String, Seed)>, Error> {
        self.read(seed::all)
    }

    /// Replaces the plan: what is to be fetched, first the windows, then the transactions, in this order.
    ///
    /// # Errors
    ///
    /// If the file cannot be written to.
    pub fn plan(
        &mut self,
        windows: &[PlannedWindow],
        transactions: &[PlannedTransaction],
    ) -> Result<(), Error> {
        self.write_with_ids(|ids| {
            whole::replace_plan(ids.conn(), transactions)?;
            plan::replace(ids, windows)
        })
    }

    /// What windows of the plan have not been written yet, in the order planned.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn pending(&self) -> Result<Vec<PlannedWindow>, Error> {
        self.read(plan::pending)
    }

    /// What transactions of the plan have not been written yet, in the order planned.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn pending_transactions(&self) -> Result<Vec<PlannedTransaction>, Error> {
        self.read(whole::pending)
    }

    /// Adds what was fetched, and takes its blocks off the planned window with the same chain, addresses
    /// (in any order) and first block. Writing a window twice changes nothing.
    ///
    /// What one thing is told of twice becomes, whatever comes first:
    ///
    /// * a transfer (one per position, asset, payer, payee and cause), the transaction at a place of a
    ///   block, a balance, a block: must be the same both times;
    /// * coverage: block by block the better proof, and among equal proofs the better way of looking
    ///   (frames, then logs, then blocks only); blocks alike that touch become one entry;
    /// * a crowd that begins with the same block: the larger one;
    /// * an account: what it was at the highest block;
    /// * a claim: field by field what is known rather than what is not, then the lesser;
    /// * an unexplained transfer: worked out anew, see [`Case::transfers`].
    ///
    /// # Errors
    ///
    /// If a block has another hash than before ([`Error::Fork`]), something that cannot change has
    /// ([`Error::Conflict`]), the window contradicts itself ([`Error::Inconsistent`]), a number is too
    /// large ([`Error::OutOfRange`]) or the file cannot be written to. Nothing is written then.
    pub fn write_window(&mut self, window: &FetchedWindow) -> Result<(), Error> {
        self.write_with_ids(|ids| window::write(ids, window, None))
    }

    /// [`Case::write_window`], for one of which the state at both ends said that nothing happened, planned
    /// with a `settle_to` at or after its end. Where something happened soon after it, `then` is what is
    /// planned in its place.
    ///
    /// # Errors
    ///
    /// Those of [`Case::write_window`].
    pub fn write_settled(
        &mut self,
        window: &FetchedWindow,
        then: Option<Window>,
    ) -> Result<(), Error> {
        self.write_with_ids(|ids| window::write(ids, window, then))
    }

    /// Adds a transaction that was read whole, and takes it off the plan. Writing it twice changes nothing.
    /// What is told twice is resolved as by [`Case::write_window`]; of two readings of one transaction the
    /// one that knew its frames is kept. It is no coverage of its parties.
    ///
    /// # Errors
    ///
    /// Those of [`Case::write_window`].
    pub fn write_transaction(&mut self, fetched: &FetchedTransaction) -> Result<(), Error> {
        self.write_with_ids(|ids| whole::write(ids, fetched))
    }

    /// Adds that a transaction is not to be had, and takes it off the plan. `stamp` is its block. Where the
    /// transaction was read before, or is read later, that is what is kept.
    ///
    /// # Errors
    ///
    /// Those of [`Case::write_window`].
    pub fn write_absent(
        &mut self,
        absent: &AbsentTransaction,
        stamp: &BlockStamp,
    ) -> Result<(), Error> {
        self.write(|conn| whole::write_absent(conn, absent, stamp))
    }

    /// The transactions on a chain that were read whole, in order.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn whole_transactions(&self, chain: ChainId) -> Result<Vec<WholeTransaction>, Error> {
        self.read(|conn| whole::all(conn, chain))
    }

    /// The transactions on a chain that were asked for and are not to be had, in order.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn absent_transactions(&self, chain: ChainId) -> Result<Vec<AbsentTransaction>, Error> {
        self.read(|conn| whole::absent(conn, chain))
    }

    /// Forgets which transactions are not to be had: another time, or other endpoints, may have them.
    ///
    /// # Errors
    ///
    /// If the file cannot be written to.
    pub fn forget_absent(&mut self) -> Result<(), Error> {
        self.write(whole::forget_absent)
    }

    /// Every chain of which a window, a transaction or a seed is in the case.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn chains(&self) -> Result<Vec<ChainId>, Error> {
        self.read(window::chains)
    }

    /// Every transfer on a chain, in order.
    ///
    /// An unexplained transfer is no event of the chain but what is left when two balances and the
    /// transfers between them do not add up. So where both balances are stored it is worked out here,
    /// from everything that is known by now: between each two neighbouring known balances inside a
    /// window that had a difference. A transfer found later makes it smaller instead of being counted
    /// twice, and two windows that overlap do not both report the same difference. Where a balance is
    /// not stored, the difference is given as it was written, until better coverage of all its blocks.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn transfers(&self, chain: ChainId) -> Result<Vec<Transfer>, Error> {
        self.read(|conn| transfer::all(conn, chain))
    }

    /// Brings what [`Case::transfers`] gave up to date, where since then only windows of these blocks were
    /// written: faster than reading it all again.
    ///
    /// # Errors
    ///
    /// If the file cannot be read; `transfers` is of no use then.
    pub fn refresh_transfers(
        &self,
        chain: ChainId,
        transfers: &mut Vec<Transfer>,
        written: &[Window],
    ) -> Result<(), Error> {
        self.read(|conn| transfer::refresh(conn, chain, transfers, written))
    }

    /// What has been looked at on a chain: sorted; entries of one address and class do not overlap, and
    /// those that touch differ in how or how well.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn coverage(&self, chain: ChainId) -> Result<Vec<Coverage>, Error> {
        self.read(|conn| coverage::all(conn, chain))
    }

    /// The addresses on a chain that are too crowded to be looked at, sorted.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn crowds(&self, chain: ChainId) -> Result<Vec<Crowd>, Error> {
        self.read(|conn| crowd::all(conn, chain))
    }

    /// Every balance known on a chain, sorted.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn balances(&self, chain: ChainId) -> Result<Vec<Balance>, Error> {
        self.read(|conn| fact::balances(conn, chain))
    }

    /// What the addresses on a chain are, sorted; one entry per address.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn accounts(&self, chain: ChainId) -> Result<Vec<AccountFact>, Error> {
        self.read(|conn| fact::accounts(conn, chain))
    }

    /// What the tokens on a chain say of themselves, sorted by contract; one entry per token.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn claims(&self, chain: ChainId) -> Result<Vec<TokenClaim>, Error> {
        self.read(|conn| fact::claims(conn, chain))
    }

    /// The blocks known on a chain, by number.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn blocks(&self, chain: ChainId) -> Result<Vec<BlockStamp>, Error> {
        self.read(|conn| block::all(conn, chain))
    }

    /// Every address in the transfers, coverage, crowds and seeds of a chain, sorted.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn addresses(&self, chain: ChainId) -> Result<Vec<Address>, Error> {
        self.read(|conn| window::addresses(conn, chain))
    }

    /// Replaces the labels and listings that were used, so that a report can be made again from the
    /// case alone.
    ///
    /// # Errors
    ///
    /// If the file cannot be written to.
    pub fn replace_marks(
        &mut self,
        marks: &BTreeMap<(ChainId, Address), Marks>,
    ) -> Result<(), Error> {
        self.write_with_ids(|ids| mark::replace(ids, marks))
    }

    /// The labels and listings that were used.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn marks(&self) -> Result<BTreeMap<(ChainId, Address), Marks>, Error> {
        self.read(mark::all)
    }

    /// Replaces the entries of token lists that were used.
    ///
    /// # Errors
    ///
    /// If the file cannot be written to.
    pub fn replace_known_tokens(&mut self, tokens: &[KnownTokenRow]) -> Result<(), Error> {
        self.write_with_ids(|ids| token::replace(ids, tokens))
    }

    /// The entries of token lists that were used, sorted, each once.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn known_tokens(&self) -> Result<Vec<KnownTokenRow>, Error> {
        self.read(token::all)
    }

    /// Replaces what contracts on the chain said of addresses.
    ///
    /// # Errors
    ///
    /// If the file cannot be written to.
    pub fn replace_opinions(&mut self, opinions: &[Opinion]) -> Result<(), Error> {
        self.write_with_ids(|ids| opinion::replace(ids, opinions))
    }

    /// What contracts on the chain said of addresses, sorted.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn opinions(&self) -> Result<Vec<Opinion>, Error> {
        self.read(opinion::all)
    }

    /// Replaces what issuers of tokens did to addresses.
    ///
    /// # Errors
    ///
    /// If the file cannot be written to.
    pub fn replace_freezes(&mut self, freezes: &[Freeze]) -> Result<(), Error> {
        self.write_with_ids(|ids| freeze::replace(ids, freezes))
    }

    /// What issuers of tokens did to addresses, sorted.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn freezes(&self) -> Result<Vec<Freeze>, Error> {
        self.read(freeze::all)
    }

    /// Adds what was read of prices, in one write. What is told again of an asset, a block and a contract
    /// counts instead of what was told before.
    ///
    /// # Errors
    ///
    /// If the file cannot be written to.
    pub fn write_prices(&mut self, readings: &[PriceReading]) -> Result<(), Error> {
        self.write_with_ids(|ids| price::write(ids, readings))
    }

    /// What was read of prices, sorted.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn prices(&self) -> Result<Vec<PriceReading>, Error> {
        self.read(price::all)
    }

    /// How much the case holds.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn counts(&self) -> Result<Counts, Error> {
        self.read(Counts::read)
    }

    /// A fingerprint of the content: equal for two cases that hold the same, whatever the order of
    /// their writes and the bytes of their files. The plan and the settings whose key starts with
    /// `run.` are left out.
    ///
    /// It is a chain of keccak256 over the records that the readers of this type give: the state starts
    /// as `keccak256("fundtrail case 1")`, and each record makes it `keccak256(state ‖ record)`. A
    /// record is a byte for its kind and its fields. Numbers have 8 bytes, amounts 32, both big-endian;
    /// addresses have 20 bytes and hashes 32; a text is its number of bytes and its UTF-8; a field that
    /// may be absent is one byte 0, or one byte 1 and the field; a kind of something is its name as a
    /// text. Records come in this order: `s` settings (key, value) by key; `S` seeds by id (id, spec,
    /// position, transaction, asset, amount, from, holder); then, chain by chain, `C` the chain, `b`
    /// blocks (number, hash, parent, timestamp), `t` transfers (position, asset, from, to, amount,
    /// cause, transaction), `c` coverage (address, class, contract of a class of one token, first, last, how,
    /// proof), `x` transactions read whole and then those not to be had (block, index, hash, `frames`, `logs` or
    /// `absent`), `w` crowds (address, first, last, kind, count), `B` balances (address, asset, block,
    /// amount), `a` accounts (address, kind, delegate, block), `k` claims (asset, symbol, decimals); then `m` marks (chain, address), each followed by its `l` labels
    /// and `L` listings with their fields in the order of the model, but the list last and only where there is
    /// one; then `T` known tokens (chain, contract, symbol, decimals, source), `o` opinions (chain, address,
    /// oracle, contract, block, yes or no), `f` freezes (chain, address, oracle, contract, block, log, kind,
    /// transaction, time, amount) and `p` prices (asset, block, contract, way; then the price, its decimal
    /// places and its time, or why there is none). A position is block, transaction, step code; an asset is
    /// chain and contract, which a native coin does not have; a day is a text like `2022-03-29`, and a
    /// bound of a day is 1 if it is that day and 0 if it is no later, and the day; yes is 1 and no is 0.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn digest(&self) -> Result<H256, Error> {
        self.read(digest::of)
    }

    /// Reads the whole file and checks that its structure, its indexes and its references hold.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] with the first thing that does not hold, or if the file cannot be read.
    pub fn check(&self) -> Result<(), Error> {
        self.read(|conn| {
            let found: String =
                conn.pragma_query_value(None, "integrity_check", |row| row.get(0))?;
            if found != "ok" {
                return Err(Fault::Damaged(found));
            }
            if let Some(address) = intern::find_double(conn)? {
                return Err(Fault::Damaged(format!("the address {address} is there twice")));
            }
            for chain in window::chains(conn)? {
                let _ = transfer::all(conn, chain)?;
            }
            let dangling = "SELECT \"table\" FROM pragma_foreign_key_check";
            match crate::sql::first(conn, dangling, [], |row| Ok(row.get::<_, String>(0)?))? {
                Some(table) => Err(Fault::Damaged(format!("a row of `{table}` refers to nothing"))),
                None => Ok(()),
            }
        })
    }

    fn read<T>(&self, read: impl FnOnce(&Connection) -> Result<T, Fault>) -> Result<T, Error> {
        let run = || {
            let state = self.conn.unchecked_transaction()?;
            let value = read(&state)?;
            state.commit()?;
            Ok(value)
        };
        run().map_err(|fault: Fault| fault.at(&self.path))
    }

    pub(crate) fn write(
        &mut self,
        write: impl FnOnce(&Connection) -> Result<(), Fault>,
    ) -> Result<(), Error> {
        let run = |conn: &mut Connection| {
            // Immediate: a read that turns into a write could fail half-way for another writer.
            let state = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
            write(&state)?;
            Ok(state.commit()?)
        };
        run(&mut self.conn).map_err(|fault: Fault| fault.at(&self.path))
    }

    #[cfg(test)]
    pub(crate) fn forget_ids(&mut self) {
        self.ids = Ids::default();
    }

    /// A write that may give ids to addresses and assets.
    fn write_with_ids(
        &mut self,
        write: impl FnOnce(&mut Interner<'_>) -> Result<(), Fault>,
    ) -> Result<(), Error> {
        // Taken out, so that whatever ends the write early leaves none that the file does not have.
        let mut ids = std::mem::take(&mut self.ids);
        self.write(|conn| write(&mut Interner::new(conn, &mut ids)?))?;
        self.ids = ids;
        Ok(())
    }
}

impl Drop for Case {
    fn drop(&mut self) {
        if self.is_writable_file {
            open::end_writing(&self.conn);
        }
    }
}
