//! A case to follow: what the wallets of a theft and the busy wallets beside them did.

use std::collections::BTreeMap;

use fundtrail_graph::{ChainEvidence, History, Question};
use fundtrail_model::{
    AccountFact, AccountKind, Address, Amount, Asset, AssetClass, Balance, Category, Cause,
    ChainId, Confidence, Coverage, H256, How, Label, Limits, Marks, Position, Proof, Rule, Seed,
    SeedId, Step, Trail, Transfer, Window, parse_date,
};

pub(super) const ABOUT: &str = "The case: wallets of some 200 transfers each, all covered from the \
    block in which anything stolen came, with known opening balances. Each pays a part of what it has to \
    another; every fourth transaction has a fee, every tenth of a thief's wallet is a swap of four \
    transfers, every hundredth pays a labelled exchange. Of a hundred wallets ten are thieves', who also \
    get clean money from the others; where thieves are alone, all are.";

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

/// What a wallet has of each token.
#[derive(Clone, Copy)]
struct Wallet {
    has: [u64; 2],
    /// In which block that changed last, and what it had before that block.
    changed: (u64, [u64; 2]),
    /// The block in which anything stolen came first, and what it had before that block: what a trace looks
    /// at begins there.
    reached: Option<(u64, [u64; 2])>,
}

struct Writer {
    numbers: Numbers,
    wallets: Vec<Wallet>,
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
        let position = Position { block: self.block(), transaction, step };
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
        let payer = self.wallets[usize::try_from(from).expect("a small number")];
        let has = payer.has[token];
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
            if payer.reached.is_some() && to < thieves && amount > 0 {
                self.reach(to);
            }
        }
        if self.transaction.is_multiple_of(4) {
            self.push(wallet(from), None, COIN, 1);
        }
    }

    const fn block(&self) -> u64 {
        1 + self.transaction / PER_BLOCK
    }

    fn wallet(&mut self, n: u64) -> &mut Wallet {
        let block = self.block();
        let wallet = &mut self.wallets[usize::try_from(n).expect("a small number")];
        if wallet.changed.0 != block {
            wallet.changed = (block, wallet.has);
        }
        wallet
    }

    fn take(&mut self, from: u64, token: usize, amount: u64) {
        self.wallet(from).has[token] -= amount;
    }

    fn give(&mut self, to: u64, token: usize, amount: u64) {
        self.wallet(to).has[token] += amount;
    }

    fn reach(&mut self, to: u64) {
        let wallet = self.wallet(to);
        let changed = wallet.changed;
        wallet.reached.get_or_insert(changed);
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
            wallets: vec![
                Wallet { has: [opening; 2], changed: (0, [opening; 2]), reached: None };
                length
            ],
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
            writer.reach(0);
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
        // Those that were not reached were looked at from the beginning.
        let looks: Vec<(u64, u64, [u64; 2])> = (0..)
            .zip(&writer.wallets)
            .map(|(n, wallet)| match wallet.reached {
                Some((block, had)) => (n, block, had),
                None => (n, 1, [opening; 2]),
            })
            .collect();
        let contracts = [1, 2].map(|n| (special(n), 1));
        let coverage = looks
            .iter()
            .map(|(n, block, _)| (wallet(*n), *block))
            .chain(contracts)
            .flat_map(|(address, block)| AssetClass::ALL.map(|class| (address, block, class)))
            .map(|(address, block, class)| Coverage {
                chain: CHAIN,
                address,
                class,
                window: Window::new(block, until).expect("a window"),
                how: How::Logs,
                proof: Proof::Reconciled,
            })
            .collect();
        let balances = looks
            .iter()
            .flat_map(|(n, block, had)| [0, 1].map(|token| (*n, block - 1, token, had[token])))
            .map(|(n, block, token, had)| Balance {
                address: wallet(n),
                asset: asset(token),
                block,
                amount: Amount::from(u128::from(had) * 1_000_000_000_000),
            })
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
            direction: fundtrail_model::Direction::Out,
            rule,
            limits: Limits { max_hops: 1_000_000, hub_counterparties: 1_000, min_share_ppm: 0 },
            today: parse_date("2026-11-23").expect("a day"),
            marks: &self.marks,
            reads_whole: false,
            is_spent: false,
            through: &fundtrail_model::Through::default(),
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
