//! A small notation for what is known of a chain.
//!
//! ```text
//! until 50                          last block (100)
//! hops 2 | hub 3 | ppm 1000 | spent | unasked | today 2026-01-01 | dust 5      limits and question
//! 10 seed V -> A 100 usdc           a transfer, and a seed of its amount
//! 10 seed V -> A 100 usdc of 60     a seed of a part of it
//! 10 theft A 100 usdc               a seed whose transfer is not stored
//! again 1 60                        one more seed, of 60, that is the credit of the first
//! 12 A -> B 40 usdc                 a transaction of one transfer
//! 12 A -> pool 5 usdc, pool -> A 3 native, fee A 1      one of several
//!    - -> A 5 lp | A -> - 5 lp | wrap weth -> A 5 weth | unwrap A -> weth 5 weth | A -> zero 5 lp
//! 20 lost A 5 native | found A 5 native | withdrawal A 5      after the block's transactions
//! cover A B 5..20 [native|tokens]   without any such line, everybody is covered from block 1
//! settled A 21..90 usdc 7          the state alone says that it held 7 usdc and none of the coin all the time
//! whole 11 [logs] | absent 11       the block's transactions were read whole, or as far as logs tell, or are not to
//!                                   be had; without any such line and without `cover` all were read whole
//! crowd H 5..20 4 [signed]          too many counterparties, or transactions, for its history to be fetched
//! balance A 4 usdc 7                without any such line for an account, it starts with nothing
//! unknown A                         no balances are known for A
//! contract pool | delegated W | unlisted fake
//! label M mixer [2020-01-01..2021-01-01] | listed X 2022-01-01..2023-01-01
//! through X | through label mixer M   goes on at X, or where a label or listing has that name
//! day 10 2022-01-01                 day of a block
//! ```

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{
    AbsentTransaction, AccountFact, AccountKind, Address, Amount, Asset, AssetClass, Balance,
    BlockStamp, Category, Cause, ChainId, Confidence, Coverage, Crowd, CrowdSize, Date, DateBound,
    Direction, H256, How, Label, Limits, Listing, Marks, Position, Proof, Rule, Seed, SeedId, Step,
    Through, Timestamp, Trail, Transfer, U256, WholeTransaction, Window, parse_date,
};

use crate::{ChainEvidence, History, Question, follow, follow_by_every_rule};

pub(crate) const CHAIN: ChainId = ChainId(1);

#[derive(Clone, Debug)]
pub(crate) struct Scenario {
    pub(crate) until: u64,
    pub(crate) earliest: u64,
    pub(crate) limits: Limits,
    pub(crate) direction: Direction,
    pub(crate) is_spent: bool,
    pub(crate) reads_whole: bool,
    pub(crate) today: Date,
    pub(crate) dust: u128,
    pub(crate) seeds: Vec<Seed>,
    pub(crate) transfers: Vec<Transfer>,
    pub(crate) coverage: Vec<Coverage>,
    pub(crate) crowds: Vec<Crowd>,
    pub(crate) balances: Vec<Balance>,
    pub(crate) accounts: Vec<AccountFact>,
    pub(crate) blocks: Vec<BlockStamp>,
    pub(crate) whole: Vec<WholeTransaction>,
    pub(crate) absent: Vec<AbsentTransaction>,
    pub(crate) marks: BTreeMap<(ChainId, Address), Marks>,
    pub(crate) unlisted: BTreeSet<Asset>,
    pub(crate) through: Through,
}

impl Default for Scenario {
    fn default() -> Self {
        Self {
            until: 100,
            earliest: 0,
            limits: Limits { max_hops: 50, hub_counterparties: 1000, min_share_ppm: 0 },
            direction: Direction::Out,
            is_spent: false,
            reads_whole: true,
            today: parse_date("2026-11-23").unwrap(),
            dust: 0,
            seeds: Vec::new(),
            transfers: Vec::new(),
            coverage: Vec::new(),
            crowds: Vec::new(),
            balances: Vec::new(),
            accounts: Vec::new(),
            blocks: Vec::new(),
            whole: Vec::new(),
            absent: Vec::new(),
            marks: BTreeMap::new(),
            unlisted: BTreeSet::new(),
            through: Through::default(),
        }
    }
}

impl Scenario {
    pub(crate) fn follow(&self, rule: Rule) -> Trail {
        let trail = self.ask(rule, follow);
        assert_eq!(trail.check(), Ok(()), "{trail:#?}");
        trail
    }

    pub(super) fn follow_all(&self) -> Vec<Trail> {
        let trails = self.ask(Rule::Fifo, follow_by_every_rule);
        let alone: Vec<Trail> = Rule::ALL.map(|rule| self.follow(rule)).to_vec();
        assert_eq!(trails, alone);
        trails
    }

    fn ask<T>(&self, rule: Rule, follow: fn(&[ChainEvidence<'_>], &Question<'_>) -> T) -> T {
        let mut history = History::new(CHAIN);
        history.add(&self.transfers);
        let evidence = ChainEvidence {
            chain: CHAIN,
            until: self.until,
            earliest: self.earliest,
            history: &history,
            coverage: &self.coverage,
            crowds: &self.crowds,
            balances: &self.balances,
            accounts: &self.accounts,
            blocks: &self.blocks,
            whole: &self.whole,
            absent: &self.absent,
        };
        let question = Question {
            seeds: &self.seeds,
            direction: self.direction,
            rule,
            limits: self.limits,
            today: self.today,
            marks: &self.marks,
            through: &self.through,
            is_spent: self.is_spent,
            reads_whole: self.reads_whole,
            is_negligible: &|_, _, amount, _| amount < Amount::from(self.dust),
            is_listed_token: &|asset| !self.unlisted.contains(&asset),
        };
        follow(&[evidence], &question)
    }

    /// The same knowledge, told in another order.
    pub(crate) fn shuffled(&self) -> Self {
        let mut other = self.clone();
        other.coverage.reverse();
        other.crowds.reverse();
        other.balances.reverse();
        other.accounts.reverse();
        other.blocks.reverse();
        other.whole.reverse();
        other.absent.reverse();
        other.seeds.reverse();
        other.transfers.reverse();
        other
    }

    /// Reads the transactions of these transfers whole, or finds that they are not to be had.
    pub(super) fn read(&mut self, has_frames: Option<bool>, is_read: impl Fn(&Transfer) -> bool) {
        let of = |transfer: &Transfer| {
            let Position { block, transaction, .. } = transfer.position;
            Some((block, transaction, transfer.transaction?))
        };
        let found: BTreeSet<(u64, u32, H256)> =
            self.transfers.iter().filter(|t| is_read(t)).filter_map(of).collect();
        for (block, index, hash) in found {
            match has_frames {
                Some(has_frames) => {
                    let chain = CHAIN;
                    self.whole.push(WholeTransaction { chain, block, index, hash, has_frames });
                }
                None => {
                    self.absent.push(AbsentTransaction { chain: CHAIN, block, index, hash });
                }
            }
        }
    }

    pub(super) fn mark(&mut self, name: &str, category: &str) {
        label(self, name, category, &[]);
    }

    pub(crate) fn cover(&mut self, address: Address, window: Window, classes: &[AssetClass]) {
        self.coverage.extend(classes.iter().map(|class| Coverage {
            chain: CHAIN,
            address,
            class: *class,
            window,
            how: How::Logs,
            proof: Proof::Indicative,
        }));
    }
}

/// Names are their own addresses, so that a trail can be read.
pub(crate) fn address(name: &str) -> Address {
    if name == "zero" {
        return Address::zero();
    }
    let mut bytes = [0_u8; 20];
    bytes[..name.len()].copy_from_slice(name.as_bytes());
    Address::from(bytes)
}

pub(crate) fn name(address: Address) -> String {
    if address.is_zero() {
        return "zero".into();
    }
    String::from_utf8(address.0.iter().copied().take_while(|byte| *byte != 0).collect()).unwrap()
}

pub(crate) fn asset(name: &str) -> Asset {
    if name == "native" { Asset::Native(CHAIN) } else { Asset::Token(CHAIN, address(name)) }
}

fn amount(text: &str) -> Amount {
    if text == "max" {
        Amount::MAX
    } else {
        Amount::from_base_units(U256::from_dec_str(text).unwrap())
    }
}

fn range(text: &str) -> Window {
    let (first, last) = text.split_once("..").unwrap();
    Window::new(first.parse().unwrap(), last.parse().unwrap()).unwrap()
}

/// Counts transactions per block and steps per transaction.
#[derive(Default)]
struct Counters {
    transactions: BTreeMap<u64, u32>,
    logs: u32,
    withdrawals: u32,
}

pub(crate) fn parse(text: &str) -> Scenario {
    let mut scenario = Scenario::default();
    let mut counters = Counters::default();
    let mut unknown = BTreeSet::new();
    let mut readings: Vec<(u64, Option<bool>)> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["until", block] => scenario.until = block.parse().unwrap(),
            ["earliest", block] => scenario.earliest = block.parse().unwrap(),
            ["hops", n] => scenario.limits.max_hops = n.parse().unwrap(),
            ["hub", n] => scenario.limits.hub_counterparties = n.parse().unwrap(),
            ["ppm", n] => scenario.limits.min_share_ppm = n.parse().unwrap(),
            ["dust", n] => scenario.dust = n.parse().unwrap(),
            ["back"] => scenario.direction = Direction::In,
            ["spent"] => scenario.is_spent = true,
            ["unasked"] => scenario.reads_whole = false,
            ["today", day] => scenario.today = parse_date(day).unwrap(),
            ["day", block, day] => scenario.blocks.push(BlockStamp {
                number: block.parse().unwrap(),
                hash: H256::zero(),
                parent: H256::zero(),
                timestamp: Timestamp::start_of(parse_date(day).unwrap()).unwrap(),
            }),
            ["cover", names @ .., window, class @ ("native" | "tokens")] => {
                let class =
                    if *class == "native" { AssetClass::Native } else { AssetClass::Tokens };
                names
                    .iter()
                    .for_each(|name| scenario.cover(address(name), range(window), &[class]));
            }
            ["settled", name, window, assets @ ..] => {
                let (address, window) = (address(name), range(window));
                let mut held = BTreeMap::from([(asset("native"), Amount::ZERO)]);
                held.extend(assets.chunks(2).map(|pair| (asset(pair[0]), amount(pair[1]))));
                for (asset, amount) in &held {
                    let at = |block| Balance { address, asset: *asset, block, amount: *amount };
                    scenario.balances.extend([window.first() - 1, window.last()].map(at));
                }
                let tokens = held.keys().filter_map(Asset::contract).map(AssetClass::Token);
                let classes: Vec<_> = tokens.chain([AssetClass::Native]).collect();
                let before = scenario.coverage.len();
                scenario.cover(address, window, &classes);
                for found in scenario.coverage.iter_mut().skip(before) {
                    found.how = How::StateAlone;
                }
            }
            ["cover", names @ .., window] => names
                .iter()
                .for_each(|name| scenario.cover(address(name), range(window), &AssetClass::ALL)),
            ["whole", block, rest @ ..] => {
                readings.push((block.parse().unwrap(), Some(rest != ["logs"])));
            }
            ["absent", block] => readings.push((block.parse().unwrap(), None)),
            ["crowd", name, window, count, size @ ..] => scenario.crowds.push(Crowd {
                chain: CHAIN,
                address: address(name),
                window: range(window),
                size: match size {
                    ["signed"] => CrowdSize::Signed(count.parse().unwrap()),
                    _ => CrowdSize::Counterparties(count.parse().unwrap()),
                },
            }),
            ["balance", name, block, asset_name, units] => scenario.balances.push(Balance {
                address: address(name),
                asset: asset(asset_name),
                block: block.parse().unwrap(),
                amount: amount(units),
            }),
            ["again", seed, units] => {
                let id = SeedId(u16::try_from(scenario.seeds.len()).unwrap());
                let first = scenario.seeds[seed.parse::<usize>().unwrap() - 1].clone();
                scenario.seeds.push(Seed { id, amount: amount(units), ..first });
            }
            ["through", "label", words @ ..] => {
                scenario.through.names.insert(words.join(" ").to_lowercase());
            }
            ["through", name] => {
                scenario.through.addresses.insert((Some(CHAIN), address(name)));
            }
            ["unlisted", names @ ..] => {
                scenario.unlisted.extend(names.iter().map(|name| asset(name)));
            }
            ["unknown", name] => {
                unknown.insert(address(name));
            }
            [kind @ ("contract" | "delegated"), names @ ..] => {
                let kind = match *kind {
                    "contract" => AccountKind::Contract,
                    _ => AccountKind::DelegatedWallet { delegate: address("code") },
                };
                let fact = |name: &&str| AccountFact {
                    chain: CHAIN,
                    address: address(name),
                    kind,
                    block: 100,
                };
                scenario.accounts.extend(names.iter().map(fact));
            }
            ["label", name, category, window @ ..] => label(&mut scenario, name, category, window),
            ["listed", name, window] => listing(&mut scenario, name, window),
            [block, rest @ ..] => {
                transaction(
                    &mut scenario,
                    &mut counters,
                    block.parse().expect(line),
                    &rest.join(" "),
                );
            }
            [] => {}
        }
    }
    scenario.transfers.sort();
    if readings.is_empty() && scenario.coverage.is_empty() {
        let blocks: BTreeSet<u64> =
            scenario.transfers.iter().map(|transfer| transfer.position.block).collect();
        readings.extend(blocks.into_iter().map(|block| (block, Some(true))));
    }
    for (block, has_frames) in readings {
        scenario.read(has_frames, |transfer| transfer.position.block == block);
    }
    complete(&mut scenario, &unknown);
    scenario
}

fn transaction(scenario: &mut Scenario, counters: &mut Counters, block: u64, text: &str) {
    let index = counters.transactions.entry(block).or_default();
    let transaction = *index;
    *index += 1;
    let mut hash = [0_u8; 32];
    hash[..8].copy_from_slice(&block.to_be_bytes());
    hash[8..12].copy_from_slice(&transaction.to_be_bytes());
    let hash = H256(hash);
    let (mut values, mut logs) = (0_u32, 0_u32);
    for part in text.split(',') {
        let mut words: Vec<&str> = part.split_whitespace().collect();
        let is_seed = words[0] == "seed";
        let mut word = "";
        if ["seed", "wrap", "unwrap"].contains(&words[0]) {
            word = words.remove(0);
        }
        let party = |name: &str| (name != "-").then(|| address(name));
        let mut of = None;
        if let [.., "of", units] = words.as_slice() {
            of = Some(amount(units));
            words.truncate(words.len() - 2);
        }
        let (from, to, units, asset_name, cause) = match words.as_slice() {
            ["fee", name, units] => (party(name), None, *units, "native", Cause::Fee),
            ["theft", name, units, asset_name] => {
                (None, party(name), *units, *asset_name, Cause::Token)
            }
            ["lost", name, units, asset_name] => {
                (party(name), None, *units, *asset_name, Cause::Unexplained)
            }
            ["found", name, units, asset_name] => {
                (None, party(name), *units, *asset_name, Cause::Unexplained)
            }
            ["withdrawal", name, units] => (None, party(name), *units, "native", Cause::Withdrawal),
            [from, "->", to, units, asset_name] => {
                let cause = match (word, *from, *to, *asset_name) {
                    ("wrap", ..) => Cause::Wrap,
                    ("unwrap", ..) => Cause::Unwrap,
                    (_, "-", ..) => Cause::Mint,
                    (_, _, "-", _) => Cause::Burn,
                    (_, _, _, "native") => Cause::Native,
                    _ => Cause::Token,
                };
                (party(from), party(to), *units, *asset_name, cause)
            }
            other => panic!("not a transfer: {other:?}"),
        };
        let is_theft = words[0] == "theft";
        let step = match cause {
            Cause::Fee => Step::Fee,
            Cause::Unexplained => Step::Unexplained,
            Cause::Withdrawal => {
                counters.withdrawals += 1;
                Step::Withdrawal(counters.withdrawals)
            }
            _ if asset_name == "native" => {
                values += 1;
                if values == 1 { Step::Value } else { Step::Frame(values - 2) }
            }
            _ => {
                logs += 1;
                Step::Log(counters.logs + logs)
            }
        };
        let is_after = matches!(cause, Cause::Unexplained | Cause::Withdrawal);
        let transaction = if is_after { Position::AFTER_TRANSACTIONS } else { transaction };
        let position = Position { block, transaction, step };
        let asset = asset(asset_name);
        let amount = amount(units);
        let cause = if matches!(step, Step::Frame(_)) { Cause::Internal } else { cause };
        if !is_theft {
            let transaction = (!is_after).then_some(hash);
            scenario.transfers.push(Transfer {
                position,
                asset,
                from,
                to,
                amount,
                cause,
                transaction,
            });
        }
        if is_seed || is_theft {
            scenario.seeds.push(Seed {
                id: SeedId(u16::try_from(scenario.seeds.len()).unwrap()),
                position,
                transaction: hash,
                asset,
                amount: of.unwrap_or(amount),
                from,
                holder: to.unwrap(),
            });
        }
    }
    counters.logs += logs;
}

fn label(scenario: &mut Scenario, name: &str, category: &str, window: &[&str]) {
    let (from, until) = window.first().map_or(("", ""), |window| window.split_once("..").unwrap());
    let marks = scenario.marks.entry((CHAIN, address(name))).or_default();
    marks.labels.push(Label {
        chain: None,
        address: address(name),
        name: format!("{category} {name}"),
        category: Category::from_name(category).unwrap(),
        valid_from: parse_date(from),
        valid_until: parse_date(until),
        confidence: Confidence::Certain,
        source: "case".into(),
        is_invented: true,
    });
}

fn listing(scenario: &mut Scenario, name: &str, window: &str) {
    let (from, until) = window.split_once("..").unwrap();
    let marks = scenario.marks.entry((CHAIN, address(name))).or_default();
    marks.listings.push(Listing {
        address: address(name),
        entity: format!("listed {from}"),
        authority: "OFAC SDN".into(),
        programme: None,
        listed: DateBound::On(parse_date(from).unwrap()),
        delisted: parse_date(until).map(DateBound::On),
        source: "case".into(),
        list: None,
        is_invented: true,
    });
}

/// Coverage and balances that the text leaves to the default.
fn complete(scenario: &mut Scenario, unknown: &BTreeSet<Address>) {
    let parties: BTreeSet<Address> = scenario
        .transfers
        .iter()
        .flat_map(|transfer| [transfer.from, transfer.to])
        .flatten()
        .chain(scenario.seeds.iter().map(|seed| seed.holder))
        .filter(|address| !address.is_zero())
        .collect();
    if scenario.coverage.is_empty() {
        let window = Window::new(1, scenario.until).unwrap();
        parties.iter().for_each(|address| scenario.cover(*address, window, &AssetClass::ALL));
    }
    let assets: BTreeSet<Asset> =
        scenario.transfers.iter().map(|transfer| transfer.asset).collect();
    let told: BTreeSet<Address> = scenario.balances.iter().map(|balance| balance.address).collect();
    let starts: BTreeSet<(Address, u64)> = scenario
        .coverage
        .iter()
        .map(|covered| (covered.address, covered.window.first() - 1))
        .filter(|(address, _)| !told.contains(address) && !unknown.contains(address))
        .collect();
    for (address, block) in starts {
        scenario.balances.extend(assets.iter().map(|asset| Balance {
            address,
            asset: *asset,
            block,
            amount: Amount::ZERO,
        }));
    }
}
