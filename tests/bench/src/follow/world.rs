//! A case to follow: what the wallets of a theft and the busy wallets beside them did.

use std::collections::BTreeMap;

use fundtrail_graph::{ChainEvidence, History, Question};
use fundtrail_model::{
    AccountFact, AccountKind, Address, Amount, Asset, AssetClass, Balance, Category, Cause,
    ChainId, Confidence, Coverage, H256, How, Label, Limits, Marks, Position, Proof, Rule, Seed,
    SeedId, Step, Trail, Transfer, Window, parse_date,
};

pub(super) const ABOUT: &str = "The case: wallets of some 200 transfers each, all covered, with known \
    opening balances. Each pays a part of what it has to another; every fourth transaction has a fee, every \
    tenth of a thief's wallet is a swap of four transfers, every hundredth pays a labelled exchange. Of a \
    hundred wallets ten are thieves', who also get clean money from the others; in the dense case all are.";

const CHAIN: ChainId = ChainId(1);
const COIN: Asset = Asset::Native(CHAIN);
/// Transfers of an average wallet.
const BUSYNESS: u64 = 100;
/// Two assets of one theft.
const SEEDS: usize = 2;
const PER_BLOCK: u64 = 200;

/// Numbers that look random and are the same in every run (SplitMix64, public domain).
struct Numbers(u64);

impl Numbers {
    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    const fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

/// What is known, and what was stolen.
pub(super) struct World {
    pub(super) transfers: Vec<Transfer>,
    coverage: Vec<Coverage>,
    balances: Vec<Balance>,
    accounts: Vec<AccountFact>,
    seeds: Vec<Seed>,
    marks: BTreeMap<(ChainId, Address), Marks>,
    until: u64,
}

struct Writer {
    numbers: Numbers,
    /// What each wallet has of each token.
    has: Vec<[u64; 2]>,
    transfers: Vec<Transfer>,
    transaction: u64,
    step: u32,
}

impl Writer {
    fn push(&mut self, from: Address, to: Option<Address>, asset: Asset, amount: u64) -> Position {
        let transaction = u32::try_from(self.transaction % PER_BLOCK).expect("a small number");
        let (step, cause) = match (asset, to) {
            (_, None) => (Step::Fee, Cause::Fee),
            _ => (Step::Log(self.step), Cause::Token),
        };
        self.step += 1;
        let position = Position { block: 1 + self.transaction / PER_BLOCK, transaction, step };
        let mut hash = H256::from_low_u64_be(self.transaction);
        hash.0[0] = 1;
        self.transfers.push(Transfer {
            position,
            asset,
            from: Some(from),
            to,
            // Eighteen decimals, as most tokens have.
            amount: Amount::from(u128::from(amount) * 1_000_000_000_000),
            cause,
            transaction: Some(hash),
        });
        position
    }

    fn transact(&mut self, wallets: u64, thieves: u64) {
        self.step = 0;
        self.transaction += 1;
        let from = self.numbers.below(wallets);
        let is_thief = from < thieves;
        let token = usize::try_from(self.numbers.below(2)).expect("a small number");
        let share = 30 + self.numbers.below(71);
        let has = self.has[usize::try_from(from).expect("a small number")][token];
        let amount = has / 100 * share;
        self.take(from, token, amount);
        let dice = self.numbers.below(100);
        if is_thief && dice < 10 {
            // Through a router, in and out.
            let (pool, router) = (special(1), special(2));
            self.push(wallet(from), Some(router), asset(token), amount);
            self.push(router, Some(pool), asset(token), amount);
            self.push(pool, Some(router), asset(1 - token), amount);
            self.push(router, Some(wallet(from)), asset(1 - token), amount);
            self.give(from, 1 - token, amount);
        } else if is_thief && dice < 11 {
            self.push(wallet(from), Some(special(3)), asset(token), amount);
        } else {
            let to = if is_thief || dice < 2 {
                self.numbers.below(thieves)
            } else {
                thieves + self.numbers.below((wallets - thieves).max(1))
            };
            self.push(wallet(from), Some(wallet(to)), asset(token), amount);
            self.give(to, token, amount);
        }
        if self.transaction.is_multiple_of(4) {
            self.push(wallet(from), None, COIN, 1);
        }
    }

    fn take(&mut self, from: u64, token: usize, amount: u64) {
        self.has[usize::try_from(from).expect("a small number")][token] -= amount;
    }

    fn give(&mut self, to: u64, token: usize, amount: u64) {
        if let Some(has) = self.has.get_mut(usize::try_from(to).expect("a small number")) {
            has[token] += amount;
        }
    }
}

impl World {
    /// About so many transfers; `thieves_percent` of the wallets are thieves'.
    pub(super) fn new(count: u64, thieves_percent: u64) -> Self {
        let wallets = (count / BUSYNESS).max(100);
        let thieves = (wallets * thieves_percent / 100).max(1);
        let opening = 1_000_000_000;
        let length = usize::try_from(wallets).expect("a small number");
        let mut writer = Writer {
            numbers: Numbers(7),
            has: vec![[opening; 2]; length],
            transfers: Vec::with_capacity(usize::try_from(count).expect("a small number") + 8),
            transaction: 0,
            step: 0,
        };
        let mut seeds = Vec::new();
        for token in 0..SEEDS {
            writer.transaction += 1;
            writer.step = 0;
            let stolen = u64::MAX / 1_000_000;
            let position = writer.push(special(9), Some(wallet(0)), asset(token), stolen);
            writer.give(0, token, stolen);
            let transfer = writer.transfers.last().expect("the seed's transfer");
            seeds.push(Seed {
                id: SeedId(u16::try_from(token).expect("a small number")),
                position,
                transaction: transfer.transaction.expect("its transaction"),
                asset: transfer.asset,
                amount: transfer.amount,
                from: transfer.from,
                holder: wallet(0),
            });
        }
        while u64::try_from(writer.transfers.len()).expect("a count") < count {
            writer.transact(wallets, thieves);
        }
        let until = 1 + writer.transaction / PER_BLOCK;
        let everybody = || (0..wallets).map(wallet).chain([special(1), special(2)]);
        let window = Window::new(1, until).expect("a window");
        let coverage = everybody()
            .flat_map(|address| AssetClass::ALL.map(|class| (address, class)))
            .map(|(address, class)| Coverage {
                chain: CHAIN,
                address,
                class,
                window,
                how: How::Logs,
                proof: Proof::Reconciled,
            })
            .collect();
        let amount = Amount::from(u128::from(opening) * 1_000_000_000_000);
        let balances = (0..wallets)
            .flat_map(|n| [0, 1].map(|token| (wallet(n), asset(token))))
            .map(|(address, asset)| Balance { address, asset, block: 0, amount })
            .collect();
        let fact = |address| AccountFact {
            chain: CHAIN,
            address,
            kind: AccountKind::Contract,
            block: until,
        };
        Self {
            transfers: writer.transfers,
            coverage,
            balances,
            accounts: [1, 2].map(|n| fact(special(n))).to_vec(),
            seeds,
            marks: BTreeMap::from([((CHAIN, special(3)), exchange())]),
            until,
        }
    }

    pub(super) fn history(&self) -> History {
        let mut history = History::new(CHAIN);
        history.add(&self.transfers);
        history
    }

    pub(super) fn follow(&self, history: &History, rule: Rule) -> Trail {
        let evidence = ChainEvidence {
            coverage: &self.coverage,
            balances: &self.balances,
            accounts: &self.accounts,
            ..ChainEvidence::of(history, self.until)
        };
        let question = Question {
            seeds: &self.seeds,
            rule,
            limits: Limits { max_hops: 1_000_000, hub_counterparties: 1_000, min_share_ppm: 0 },
            today: parse_date("2026-11-23").expect("a day"),
            marks: &self.marks,
            is_spent: false,
            is_negligible: &|_, _, _, _| false,
            is_listed_token: &|_| true,
        };
        fundtrail_graph::follow(&[evidence], &question)
    }

    /// Who pays whom, for a tool that knows no time; the first is a seed's holder.
    pub(super) fn edges(&self) -> String {
        let line = |transfer: &Transfer| {
            let (from, to) = (transfer.from?, transfer.to?);
            Some(format!("{from:#x} {to:#x}\n"))
        };
        self.transfers.iter().filter_map(line).collect()
    }

    pub(super) fn holder(&self) -> String {
        format!("{:#x}", self.seeds[0].holder)
    }
}

/// Addresses are hashes, so they share no beginning.
fn wallet(n: u64) -> Address {
    let mut numbers = Numbers(n);
    let mut bytes = [0_u8; 20];
    for chunk in bytes.chunks_mut(8) {
        let random = numbers.next().to_be_bytes();
        chunk.copy_from_slice(&random[..chunk.len()]);
    }
    Address::from(bytes)
}

fn special(n: u64) -> Address {
    wallet(u64::MAX - n)
}

fn asset(token: usize) -> Asset {
    Asset::Token(CHAIN, special(100 + u64::try_from(token).expect("a small number")))
}

fn exchange() -> Marks {
    let label = Label {
        chain: None,
        address: special(3),
        name: "an exchange".into(),
        category: Category::Exchange,
        valid_from: None,
        valid_until: None,
        confidence: Confidence::Certain,
        source: "bench".into(),
        is_invented: true,
    };
    Marks { labels: vec![label], ..Marks::default() }
}
