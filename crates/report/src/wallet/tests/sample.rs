//! A wallet that dealt with everybody, for the other tests to change.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{
    AccountFact, AccountKind, Address, Amount, Asset, AssetAccount, AssetClass, Category, Cause,
    ChainId, ChainInfo, Confidence, DateBound, FlagRule, Freeze, H256, How, Label, Listing, Look,
    Marks, Movement, NativeCoin, Opinion, Patterns, Position, Proof, Side, Standing, Statement,
    Step, Timestamp, TokenClaim, Transfer, Window, parse_date,
};

use super::super::{Input, Report, Subject, content};
use crate::input::{Issuer, PriceNote, TrustedToken, Usd, Valued};

pub(super) const CHAIN: ChainId = ChainId(1);
pub(super) const COIN: Asset = Asset::Native(CHAIN);
pub(super) const ME: u8 = 1;

pub(super) fn who(n: u8) -> Address {
    Address::repeat_byte(n)
}

pub(super) fn token(n: u8) -> Asset {
    Asset::Token(CHAIN, who(n))
}

/// What a report is made of.
pub(super) struct Sample {
    pub(super) movements: Vec<Movement>,
    pub(super) marks: BTreeMap<(ChainId, Address), Marks>,
    pub(super) claims: Vec<TokenClaim>,
    pub(super) tokens: Vec<TrustedToken>,
    /// By block: the day.
    pub(super) days: BTreeMap<u64, &'static str>,
    pub(super) title: String,
    pub(super) flag: FlagRule,
    pub(super) cents: Option<u128>,
    pub(super) unfinished: Option<&'static str>,
    pub(super) is_named: bool,
    /// Blocks that were not looked at.
    pub(super) gap: Option<Window>,
    pub(super) opinions: Vec<Opinion>,
    pub(super) freezes: Vec<Freeze>,
    pub(super) issuers: Vec<Issuer>,
}

impl Default for Sample {
    fn default() -> Self {
        Self {
            movements: Vec::new(),
            marks: BTreeMap::new(),
            claims: Vec::new(),
            tokens: vec![TrustedToken {
                asset: token(0xdd),
                symbol: "DUSD".into(),
                decimals: 6,
                source: "test".into(),
            }],
            days: BTreeMap::new(),
            title: "A wallet".into(),
            flag: FlagRule::Ever,
            cents: None,
            unfinished: None,
            is_named: true,
            gap: None,
            opinions: Vec::new(),
            freezes: Vec::new(),
            issuers: Vec::new(),
        }
    }
}

impl Sample {
    /// Adds a transfer in a block of its own.
    pub(super) fn add(
        &mut self,
        block: u64,
        (side, other): (Side, Option<u8>),
        (asset, units): (Asset, u128),
        standing: Standing,
    ) {
        let step = u32::try_from(self.movements.len()).unwrap();
        let other = other.map(who);
        let (from, to) = match side {
            Side::In => (other, Some(who(ME))),
            Side::Out => (Some(who(ME)), other),
        };
        let cause = match standing {
            Standing::Fee => Cause::Fee,
            Standing::Unexplained => Cause::Unexplained,
            _ if asset == COIN => Cause::Native,
            _ => Cause::Token,
        };
        self.movements.push(Movement {
            transfer: Transfer {
                position: Position { block, transaction: 0, step: Step::Log(step) },
                asset,
                from,
                to,
                amount: Amount::from(units),
                cause,
                transaction: Some(H256::from_low_u64_be(block)),
            },
            side,
            counterparty: other,
            standing,
            is_signed: side == Side::Out,
        });
    }

    pub(super) fn label(&mut self, n: u8, name: &str, category: Category) -> &mut Label {
        let marks = self.marks.entry((CHAIN, who(n))).or_default();
        marks.labels.push(Label {
            chain: None,
            address: who(n),
            name: name.into(),
            category,
            valid_from: None,
            valid_until: None,
            confidence: Confidence::Certain,
            source: "test".into(),
            is_invented: true,
        });
        marks.labels.last_mut().unwrap()
    }

    pub(super) fn list(&mut self, n: u8, listed: &str, delisted: Option<&str>) {
        let on = |day: &str| DateBound::On(parse_date(day).unwrap());
        self.marks.entry((CHAIN, who(n))).or_default().listings.push(Listing {
            address: who(n),
            entity: "MIXER M".into(),
            authority: "OFAC SDN".into(),
            programme: None,
            listed: on(listed),
            delisted: delisted.map(on),
            source: "test".into(),
            list: None,
            is_invented: true,
        });
    }

    pub(super) fn report(&self) -> Report {
        let mut by_asset: BTreeMap<Asset, Vec<&Movement>> = BTreeMap::new();
        for of in &self.movements {
            by_asset.entry(of.transfer.asset).or_default().push(of);
        }
        let account = |(asset, moved): (Asset, Vec<&Movement>)| {
            let sum = |is_one: fn(&Movement) -> bool| {
                let of = moved.iter().filter(|of| is_one(of)).map(|of| of.transfer.amount);
                of.fold(Amount::ZERO, Amount::saturating_add)
            };
            AssetAccount {
                asset,
                is_vouched: asset == COIN || asset == token(0xdd),
                movements: moved.len(),
                received: sum(|of| of.side == Side::In && of.standing != Standing::Unexplained),
                sent: sum(|of| {
                    of.side == Side::Out
                        && !matches!(of.standing, Standing::Fee | Standing::Unexplained)
                }),
                fees: sum(|of| of.standing == Standing::Fee),
                unexplained_in: sum(|of| {
                    of.side == Side::In && of.standing == Standing::Unexplained
                }),
                unexplained_out: Amount::ZERO,
                opening: None,
                closing: None,
                balances: 0,
                last_told: None,
                is_seen: self.gap.is_none(),
                differences: Vec::new(),
                overflows: false,
            }
        };
        let statement = Statement {
            chain: CHAIN,
            address: who(ME),
            window: Window::new(1, 100).unwrap(),
            movements: self.movements.clone(),
            conversions: Vec::new(),
            accounts: by_asset.into_iter().map(account).collect(),
            looks: AssetClass::ALL
                .map(|class| Look {
                    class,
                    blocks: [((How::Logs, Proof::Reconciled), 100)].into(),
                    gaps: self.gap.into_iter().collect(),
                })
                .to_vec(),
        };
        let blocks: BTreeMap<(ChainId, u64), Timestamp> = self
            .days
            .iter()
            .map(|(block, day)| {
                let day = parse_date(day).unwrap();
                ((CHAIN, *block), Timestamp::start_of(day).unwrap())
            })
            .collect();
        let fact = |(n, kind)| AccountFact { chain: CHAIN, address: who(n), kind, block: 100 };
        let accounts = [(ME, AccountKind::Wallet), (0x33, AccountKind::Contract)].map(fact);
        content(&Input {
            title: &self.title,
            invented: Some("All of this is made up."),
            subjects: &[Subject {
                statement: &statement,
                patterns: &Patterns::default(),
                is_person: true,
                is_named: self.is_named,
                issuers: &self.issuers,
            }],
            chains: &[ChainInfo {
                id: CHAIN,
                name: "Ethereum".into(),
                slug: "ethereum".into(),
                native: NativeCoin { symbol: "ETH".into(), decimals: 18 },
                wrapped_native: vec![],
                multicall3: None,
                block_time_ms: 12_000,
                explorer: Some("https://example.org".into()),
            }],
            blocks: &blocks,
            marks: &self.marks,
            claims: &self.claims,
            tokens: &self.tokens,
            accounts: &accounts,
            opinions: &self.opinions,
            freezes: &self.freezes,
            has_oracles: &BTreeSet::from([CHAIN]),
            crowds: &[],
            hub_counterparties: 1_000,
            settings: &[],
            lists: &[],
            endpoints: &[],
            unfinished: self.unfinished,
            today: parse_date("2026-11-23").unwrap(),
            flag: self.flag,
            software: "fundtrail test",
            case_digest: None,
            price_sources: &["a file of the test"],
            usd: &|asset, _, _| {
                let cents = (asset == COIN).then_some(self.cents).flatten();
                let price = PriceNote {
                    usd_per_unit: "1".into(),
                    kind: "csv",
                    source: "the test's file\u{202e}".into(),
                    time: "2022-09-01".into(),
                    age_seconds: None,
                };
                let valued = |cents| Valued { usd: Usd { cents }, price: price.into() };
                cents.map(valued).ok_or("there is no price")
            },
        })
    }
}
