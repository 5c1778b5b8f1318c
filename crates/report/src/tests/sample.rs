//! Sample trails: one like the demo, and generated ones of any size.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fundtrail_model::{
    AccountFact, AccountKind, Address, Amount, Asset, AssetClass, Category, ChainId, ChainInfo,
    Confidence, Coverage, CrowdSize, Date, DateBound, Ending, EndingKind, FlagRule, Freeze, H256,
    Hop, HopId, HopKind, How, Label, LedgerLine, Limits, Links, Listing, LotMade, LotTaken, Marks,
    NativeCoin, OpenEnd, Opinion, Origin, Path, PathStep, Paths, Patterns, Position, Proof,
    Reservation, Rule, Seed, SeedId, Step, Thresholds, Timestamp, TokenClaim, Trail, Window,
    parse_date,
};

use crate::{
    Difference, Fact, Input, Issuer, ListLine, PriceNote, Report, ThroughLine, TrustedToken, Usd,
    Valued, content, main_places,
};

pub(crate) const POLYGON: ChainId = ChainId(137);
pub(crate) const ETHEREUM: ChainId = ChainId(1);

/// What an [`Input`] borrows from.
pub(crate) struct Sample {
    pub(crate) title: String,
    pub(crate) invented: Option<String>,
    pub(crate) background: Vec<Fact>,
    pub(crate) trail: Trail,
    pub(crate) trails: Vec<Trail>,
    pub(crate) seed_specs: Vec<(String, SeedId)>,
    pub(crate) paths: Vec<Vec<HopId>>,
    pub(crate) chains: Vec<ChainInfo>,
    pub(crate) blocks: BTreeMap<(ChainId, u64), Timestamp>,
    pub(crate) marks: BTreeMap<(ChainId, Address), Marks>,
    pub(crate) claims: Vec<TokenClaim>,
    pub(crate) tokens: Vec<TrustedToken>,
    pub(crate) accounts: Vec<AccountFact>,
    pub(crate) opinions: Vec<Opinion>,
    pub(crate) freezes: Vec<Freeze>,
    pub(crate) issuers: Vec<Issuer>,
    pub(crate) coverage: Vec<Coverage>,
    pub(crate) differences: Vec<Difference>,
    pub(crate) patterns: Patterns,
    pub(crate) links: Links,
    pub(crate) thresholds: Thresholds,
    pub(crate) until: BTreeMap<ChainId, u64>,
    pub(crate) through: Vec<ThroughLine>,
    pub(crate) settings: Vec<(String, String)>,
    pub(crate) lists: Vec<ListLine>,
    pub(crate) endpoints: Vec<String>,
    pub(crate) unfinished: Option<String>,
    pub(crate) today: Date,
    pub(crate) flag: FlagRule,
    pub(crate) price_sources: Vec<&'static str>,
    /// Of MATIC.
    pub(crate) price: PriceNote,
}

impl Sample {
    pub(crate) fn report(&self) -> Report {
        // MATIC at 1.60 dollars; nothing else has a price.
        let usd = |asset: Asset, amount: Amount, _block: u64| {
            if self.price_sources.is_empty() {
                return Err("nobody was asked");
            }
            let cents = amount.share(Amount::from(160), Amount::from(10_u128.pow(18)));
            let cents = cents.filter(|_| asset == Asset::Native(POLYGON));
            let cents = cents.ok_or("no price source that was asked for has one")?;
            Ok(Valued {
                usd: Usd { cents: u128::try_from(cents.base_units()).unwrap() },
                price: Arc::new(self.price.clone()),
            })
        };
        let places = main_places(&self.trail, self.places().into_iter());
        content(&Input {
            title: &self.title,
            invented: self.invented.as_deref(),
            background: &self.background,
            trail: &self.trail,
            trails: &self.trails,
            seed_specs: &self.seed_specs,
            paths: &self.paths,
            places: &places,
            chains: &self.chains,
            blocks: &self.blocks,
            marks: &self.marks,
            claims: &self.claims,
            tokens: &self.tokens,
            accounts: &self.accounts,
            opinions: &self.opinions,
            freezes: &self.freezes,
            issuers: &self.issuers,
            coverage: &self.coverage,
            differences: &self.differences,
            patterns: &self.patterns,
            links: &self.links,
            thresholds: &self.thresholds,
            until: &self.until,
            through: &self.through,
            settings: &self.settings,
            lists: &self.lists,
            endpoints: &self.endpoints,
            unfinished: self.unfinished.as_deref(),
            today: self.today,
            flag: self.flag,
            software: "fundtrail 0.1.0",
            case_digest: Some("sha256:5f0c".to_owned()),
            price_sources: &self.price_sources,
            usd: &usd,
        })
    }
}

impl Sample {
    /// The path of each ending, as if it were the only one to its place.
    fn places(&self) -> Vec<Paths> {
        let of = |(ending_idx, (ending, hops)): (usize, (&Ending, &Vec<HopId>))| {
            let steps: Vec<PathStep> = hops
                .iter()
                .filter_map(|id| {
                    let hop = &self.trail.hops[usize::try_from(id.0).unwrap()];
                    let made = hop.made.iter().find(|lot| lot.seed == ending.seed)?;
                    Some(PathStep { hop: *id, asset: made.asset, amount: made.amount })
                })
                .collect();
            let path = Path { steps: steps.into(), amount: ending.amount };
            Paths {
                seed: ending.seed,
                asset: ending.asset,
                address: ending.address,
                class: ending.kind.class(),
                endings: vec![ending_idx],
                amount: ending.amount,
                largest: path.clone(),
                shortest: path.clone(),
                earliest: path,
            }
        };
        self.trail.endings.iter().zip(&self.paths).enumerate().map(of).collect()
    }
}

pub(crate) fn day(text: &str) -> Date {
    parse_date(text).unwrap()
}

pub(crate) fn address(number: u64) -> Address {
    let mut bytes = [0_u8; 20];
    let digest = fundtrail_model::U256::from(number)
        .overflowing_mul(
            fundtrail_model::U256::from_dec_str(
                "89427361098237460918273460918273645098172364509812736450981723645",
            )
            .unwrap(),
        )
        .0;
    let mut wide = [0_u8; 32];
    digest.to_big_endian(&mut wide);
    bytes.copy_from_slice(&wide[8..28]);
    Address::from(bytes)
}

fn hash(number: u64) -> H256 {
    let mut bytes = [0_u8; 32];
    bytes[..20].copy_from_slice(address(number.wrapping_add(7_000_000)).as_bytes());
    bytes[20..].copy_from_slice(&address(number.wrapping_add(9_000_000)).as_bytes()[..12]);
    H256::from(bytes)
}

pub(crate) fn label(name: &str, category: Category) -> Label {
    Label {
        chain: None,
        address: Address::zero(),
        name: name.to_owned(),
        category,
        valid_from: None,
        valid_until: None,
        confidence: Confidence::Claimed,
        source: "scenario of the demo".to_owned(),
        is_invented: true,
    }
}

pub(crate) fn listing(entity: &str, listed: &str, delisted: Option<&str>) -> Listing {
    Listing {
        address: Address::zero(),
        entity: entity.to_owned(),
        authority: "OFAC SDN".to_owned(),
        programme: Some("CYBER2".to_owned()),
        listed: DateBound::On(day(listed)),
        delisted: delisted.map(|delisted| DateBound::On(day(delisted))),
        source: "Federal Register".to_owned(),
        list: Some("OFAC SDN, as of 2026-06-25, sha-256 0123456789ab".to_owned()),
        is_invented: true,
    }
}

/// Builds a trail movement by movement, with the lots that each one takes, as a follower would.
pub(crate) struct Builder {
    seeds: Vec<Seed>,
    hops: Vec<Hop>,
    endings: Vec<Ending>,
    block: u64,
    next_hash: u64,
    paths: Vec<Vec<HopId>>,
}

impl Builder {
    pub(crate) fn new(first_block: u64) -> Self {
        Self {
            seeds: Vec::new(),
            hops: Vec::new(),
            endings: Vec::new(),
            block: first_block,
            next_hash: 1,
            paths: Vec::new(),
        }
    }

    pub(crate) fn at(&mut self, block: u64) {
        self.block = block;
    }

    fn next(&mut self, step: Step) -> (Position, H256) {
        self.block += 3;
        self.next_hash += 1;
        let transaction = u32::try_from(self.next_hash % 150).unwrap();
        (Position { block: self.block, transaction, step }, hash(self.next_hash))
    }

    pub(crate) fn seed(&mut self, asset: Asset, amount: Amount, from: u64, holder: u64) -> Origin {
        let (position, transaction) = self.next(Step::Log(12));
        let id = SeedId(u16::try_from(self.seeds.len()).unwrap());
        let (from, holder) = (Some(address(from)), address(holder));
        self.seeds.push(Seed { id, position, transaction, asset, amount, from, holder });
        Origin::Seed(id)
    }

    pub(crate) fn pay(
        &mut self,
        from: u64,
        to: Option<u64>,
        asset: Asset,
        whole: Amount,
        lots: &[(Origin, u16, Amount)],
    ) -> Origin {
        let (position, transaction) = self.next(Step::Log(3));
        let kind = HopKind::Payment {
            from: address(from),
            to: to.map(address),
            asset,
            amount: whole,
            evidence: vec![position],
        };
        let made = lots.iter().map(|(_, seed, amount)| LotMade {
            seed: SeedId(*seed),
            asset,
            amount: *amount,
        });
        let made = made.collect();
        self.hop(asset.chain(), position, transaction, kind, asset, lots, made)
    }

    pub(crate) fn convert(
        &mut self,
        account: u64,
        asset: Asset,
        lots: &[(Origin, u16, Amount)],
        made: &[(u16, Asset, Amount)],
    ) -> Origin {
        let (position, transaction) = self.next(Step::Log(8));
        let paid = lots.iter().fold(Amount::ZERO, |sum, lot| sum.checked_add(lot.2).unwrap());
        let mut received: BTreeMap<Asset, Amount> = BTreeMap::new();
        for (_, asset, amount) in made {
            let sum = received.entry(*asset).or_default();
            *sum = sum.checked_add(*amount).unwrap();
        }
        let kind = HopKind::Conversion {
            account: address(account),
            paid: vec![(asset, paid)],
            received: received.into_iter().collect(),
            is_approximate: false,
            evidence: vec![position],
        };
        let made = made
            .iter()
            .map(|(seed, asset, amount)| LotMade {
                seed: SeedId(*seed),
                asset: *asset,
                amount: *amount,
            })
            .collect();
        self.hop(asset.chain(), position, transaction, kind, asset, lots, made)
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of a hop")]
    fn hop(
        &mut self,
        chain: ChainId,
        position: Position,
        transaction: H256,
        kind: HopKind,
        asset: Asset,
        lots: &[(Origin, u16, Amount)],
        made: Vec<LotMade>,
    ) -> Origin {
        let id = HopId(u32::try_from(self.hops.len()).unwrap());
        let depth = lots
            .iter()
            .map(|(origin, ..)| match origin {
                Origin::Seed(_) => 1,
                Origin::Hop(id) => self.hops[usize::try_from(id.0).unwrap()].depth + 1,
            })
            .max()
            .unwrap_or(1);
        let taken = lots
            .iter()
            .map(|(origin, seed, amount)| LotTaken {
                seed: SeedId(*seed),
                asset,
                amount: *amount,
                origin: *origin,
            })
            .collect();
        let transaction = Some(transaction);
        self.hops.push(Hop { chain, position, transaction, depth, kind, taken, made });
        Origin::Hop(id)
    }

    pub(crate) fn end(
        &mut self,
        (origin, seed): (Origin, u16),
        at: Option<u64>,
        asset: Asset,
        amount: Amount,
        kind: EndingKind,
    ) {
        let (arrived, path) = match origin {
            Origin::Seed(id) => (self.seeds[usize::from(id.0)].position, Vec::new()),
            Origin::Hop(id) => (self.hops[usize::try_from(id.0).unwrap()].position, self.path(id)),
        };
        self.paths.push(path);
        self.endings.push(Ending {
            seed: SeedId(seed),
            asset,
            amount,
            address: at.map(address),
            origin,
            arrived,
            kind,
        });
    }

    fn path(&self, last: HopId) -> Vec<HopId> {
        let mut path = vec![last];
        let mut next = last;
        while let Origin::Hop(before) = self.hops[usize::try_from(next.0).unwrap()].taken[0].origin
        {
            path.push(before);
            next = before;
        }
        path.reverse();
        path
    }

    pub(crate) fn trail(
        self,
        open_ends: Vec<OpenEnd>,
        reservations: Vec<Reservation>,
    ) -> (Trail, Vec<Vec<HopId>>) {
        let mut ledger: BTreeMap<(SeedId, Asset), LedgerLine> = BTreeMap::new();
        let zero = Amount::ZERO;
        fn line(
            ledger: &mut BTreeMap<(SeedId, Asset), LedgerLine>,
            seed: SeedId,
            asset: Asset,
        ) -> &mut LedgerLine {
            ledger.entry((seed, asset)).or_insert_with(|| LedgerLine {
                seed,
                asset,
                seeded: Amount::ZERO,
                converted_in: Amount::ZERO,
                converted_out: Amount::ZERO,
                endings: BTreeMap::new(),
            })
        }
        let grow = |sum: &mut Amount, amount: Amount| *sum = sum.checked_add(amount).unwrap();
        for seed in &self.seeds {
            grow(&mut line(&mut ledger, seed.id, seed.asset).seeded, seed.amount);
        }
        for hop in self.hops.iter().filter(|hop| matches!(hop.kind, HopKind::Conversion { .. })) {
            for lot in &hop.taken {
                grow(&mut line(&mut ledger, lot.seed, lot.asset).converted_out, lot.amount);
            }
            for lot in &hop.made {
                grow(&mut line(&mut ledger, lot.seed, lot.asset).converted_in, lot.amount);
            }
        }
        for ending in &self.endings {
            let line = line(&mut ledger, ending.seed, ending.asset);
            grow(line.endings.entry(ending.kind.class()).or_insert(zero), ending.amount);
        }
        let trail = Trail {
            direction: fundtrail_model::Direction::Out,
            rule: Rule::DirtyFirst,
            limits: Limits { max_hops: 25, hub_counterparties: 1000, min_share_ppm: 100 },
            seeds: self.seeds,
            hops: self.hops,
            endings: self.endings,
            open_ends,
            open_transactions: vec![],
            ledger: ledger.into_values().collect(),
            reservations,
        };
        (trail, self.paths)
    }
}

pub(crate) fn tokens_of(whole: &str) -> Amount {
    Amount::from_decimal(whole, 18).unwrap()
}

pub(crate) fn chain(id: ChainId, name: &str, symbol: &str, explorer: &str) -> ChainInfo {
    ChainInfo {
        id,
        name: name.to_owned(),
        slug: name.to_lowercase(),
        native: NativeCoin { symbol: symbol.to_owned(), decimals: 18 },
        wrapped_native: Vec::new(),
        multicall3: None,
        block_time_ms: 2000,
        explorer: Some(explorer.to_owned()),
    }
}

/// Every block of the trail, at `seconds` per block from `start`.
pub(crate) fn stamp(sample: &mut Sample, chain: ChainId, start: (u64, u64), seconds: u64) {
    let trail = &sample.trail;
    let positions = trail
        .seeds
        .iter()
        .map(|seed| (seed.asset.chain(), seed.position.block))
        .chain(trail.hops.iter().map(|hop| (hop.chain, hop.position.block)))
        .chain(sample.until.iter().map(|(chain, block)| (*chain, *block)));
    let blocks: BTreeSet<u64> = positions.filter(|(id, _)| *id == chain).map(|(_, b)| b).collect();
    for block in blocks {
        let time = start.1 + block.saturating_sub(start.0) * seconds;
        sample.blocks.insert((chain, block), Timestamp(time));
    }
}

pub(crate) fn sample(trail: Trail, paths: Vec<Vec<HopId>>) -> Sample {
    Sample {
        title: "Sample".to_owned(),
        invented: None,
        background: Vec::new(),
        trail,
        trails: Vec::new(),
        seed_specs: Vec::new(),
        paths,
        chains: vec![
            chain(ETHEREUM, "Ethereum", "ETH", "https://etherscan.io"),
            chain(POLYGON, "Polygon", "MATIC", "https://polygonscan.com"),
        ],
        blocks: BTreeMap::new(),
        marks: BTreeMap::new(),
        claims: Vec::new(),
        tokens: Vec::new(),
        accounts: Vec::new(),
        opinions: Vec::new(),
        freezes: Vec::new(),
        issuers: Vec::new(),
        coverage: Vec::new(),
        differences: Vec::new(),
        patterns: Patterns::default(),
        links: Links::default(),
        thresholds: Thresholds::default(),
        until: BTreeMap::new(),
        through: Vec::new(),
        settings: Vec::new(),
        lists: Vec::new(),
        endpoints: Vec::new(),
        unfinished: None,
        today: day("2026-11-23"),
        flag: FlagRule::default(),
        price_sources: vec!["a file of the test"],
        price: PriceNote {
            usd_per_unit: "1.6".to_owned(),
            kind: "feed",
            source: "Chainlink feed MATIC / USD 0xAB594600376Ec9fD91F8e885dADF0CE036862dE0"
                .to_owned(),
            time: "2022-03-29 11:19:03 UTC".to_owned(),
            age_seconds: Some(1_247),
        },
    }
}

/// One seed, two payments, one conversion: five addresses.
pub(crate) fn small() -> Sample {
    let matic = Asset::Native(POLYGON);
    let usdc = Asset::Token(POLYGON, address(900));
    let mut build = Builder::new(26_498_036);
    let seed = build.seed(matic, tokens_of("1000"), 1, 2);
    let part = build.pay(2, Some(3), matic, tokens_of("700"), &[(seed, 0, tokens_of("600"))]);
    let sold = build.convert(
        3,
        matic,
        &[(part, 0, tokens_of("600"))],
        &[(0, usdc, Amount::from(960_123_456))],
    );
    let paid = build.pay(
        3,
        Some(4),
        usdc,
        Amount::from(960_123_456),
        &[(sold, 0, Amount::from(960_123_456))],
    );
    let fee = build.pay(2, None, matic, tokens_of("0.0105"), &[(seed, 0, tokens_of("0.0105"))]);
    let service = label("Exchange A", Category::Exchange);
    build.end(
        (seed, 0),
        Some(2),
        matic,
        tokens_of("399.9895"),
        EndingKind::Held { as_of: 26_600_000 },
    );
    build.end((fee, 0), None, matic, tokens_of("0.0105"), EndingKind::Fee);
    build.end(
        (paid, 0),
        Some(4),
        usdc,
        Amount::from(960_123_456),
        EndingKind::Service(Box::new(service.clone())),
    );
    let (trail, paths) = build.trail(Vec::new(), Vec::new());
    let mut sample = sample(trail, paths);
    sample.title = "Small trail".to_owned();
    sample.until.insert(POLYGON, 26_600_000);
    sample
        .marks
        .insert((POLYGON, address(4)), Marks { labels: vec![service], listings: Vec::new() });
    sample.tokens.push(TrustedToken {
        asset: usdc,
        symbol: "USDC".into(),
        decimals: 6,
        source: "issuer's page".into(),
    });
    for (number, kind) in
        [(1, AccountKind::Contract), (2, AccountKind::Wallet), (3, AccountKind::Wallet)]
    {
        sample.accounts.push(AccountFact {
            chain: POLYGON,
            address: address(number),
            kind,
            block: 26_600_000,
        });
    }
    stamp(&mut sample, POLYGON, (26_498_039, 1_648_552_790), 2);
    sample
}

/// Like the demo: two chains; a drain of pool shares taken apart, sold, split, and sent to mixer pools, an
/// exchange, a bridge and a listed address, with a rest that is held.
pub(crate) fn demo() -> Sample {
    let lp = Asset::Token(POLYGON, address(901));
    let elixir = Asset::Token(POLYGON, address(902));
    let start = Asset::Token(POLYGON, address(903));
    let nameless = Asset::Token(POLYGON, address(904));
    let matic = Asset::Native(POLYGON);
    let ether = Asset::Native(ETHEREUM);
    let t = tokens_of;
    let service = label("Exchange A", Category::Exchange);
    let bridge = label("Bridge B", Category::Bridge);
    let mixer = label("Mixer pool, 100,000 MATIC", Category::Mixer);
    let mixer_10 = label("Mixer pool, 10 ETH", Category::Mixer);
    let once_listed = listing("MIXER M", "2022-08-08", Some("2025-03-21"));
    let still_listed = listing("GROUP L", "2021-09-13", None);

    let mut build = Builder::new(14_200_000);
    // Ethereum first: chains follow each other in the order of their ids.
    let drained = build.seed(ether, t("60"), 50, 51);
    let mixed: Vec<Origin> =
        (0..5).map(|_| build.pay(51, Some(52), ether, t("10"), &[(drained, 0, t("10"))])).collect();
    let listed_hop = build.pay(51, Some(53), ether, t("9.5"), &[(drained, 0, t("9.5"))]);
    let fees = build.pay(51, None, ether, t("0.021"), &[(drained, 0, t("0.021"))]);
    for origin in mixed {
        build.end(
            (origin, 0),
            Some(52),
            ether,
            t("10"),
            EndingKind::Mixer(Box::new(mixer_10.clone())),
        );
    }
    build.end(
        (listed_hop, 0),
        Some(53),
        ether,
        t("9.5"),
        EndingKind::Sanctioned(Box::new(still_listed.clone())),
    );
    build.end((fees, 0), None, ether, t("0.021"), EndingKind::Fee);
    build.end((drained, 0), Some(51), ether, t("0.479"), EndingKind::Held { as_of: 14_900_000 });

    build.at(26_498_036);
    let pool_1 = build.seed(lp, t("406618"), 1, 10);
    let pool_2 = build.seed(nameless, Amount::from(129_463_000_000), 2, 10);
    let apart = build.convert(
        10,
        lp,
        &[(pool_1, 1, t("406618"))],
        &[(1, matic, t("43089")), (1, elixir, t("4074960"))],
    );
    let apart_2 = build.convert(
        10,
        nameless,
        &[(pool_2, 2, Amount::from(129_463_000_000))],
        &[(2, matic, t("185962")), (2, start, t("110846"))],
    );
    let sold = build.convert(
        10,
        elixir,
        &[(apart, 1, t("174960"))],
        &[(1, matic, t("21345.678901234567"))],
    );
    let sold_2 = build.convert(10, start, &[(apart_2, 2, t("60000"))], &[(2, matic, t("40321.5"))]);
    let bridged = build.pay(10, Some(20), start, t("50846"), &[(apart_2, 2, t("50846"))]);
    let mixed_1 = build.pay(
        10,
        Some(11),
        matic,
        t("140000"),
        &[(apart, 1, t("40000")), (apart_2, 2, t("100000"))],
    );
    let mixed_2 = build.pay(
        10,
        Some(12),
        matic,
        t("120000"),
        &[
            (apart, 1, t("3089")),
            (sold, 1, t("20000")),
            (apart_2, 2, t("85962")),
            (sold_2, 2, t("10949")),
        ],
    );
    let into_mixer = build.pay(11, Some(30), matic, t("100000"), &[(mixed_1, 2, t("100000"))]);
    let deposit_1 = build.pay(11, Some(40), matic, t("39999.98"), &[(mixed_1, 1, t("39999.98"))]);
    let deposit_2 = build.pay(12, Some(41), matic, t("23089"), &[(mixed_2, 1, t("23089"))]);
    let into_mixer_2 = build.pay(12, Some(30), matic, t("96900"), &[(mixed_2, 2, t("96900"))]);
    let onward = build.pay(10, Some(13), matic, t("29372.5"), &[(sold_2, 2, t("29372.5"))]);
    let rest = build.pay(10, Some(14), matic, t("1000"), &[(sold, 1, t("1000"))]);
    let fee = build.pay(11, None, matic, t("0.02"), &[(mixed_1, 1, t("0.02"))]);

    build.end((apart, 1), Some(10), elixir, t("3900000"), EndingKind::Held { as_of: 27_000_000 });
    build.end(
        (sold, 1),
        Some(10),
        matic,
        t("345.678901234567"),
        EndingKind::Held { as_of: 27_000_000 },
    );
    build.end(
        (bridged, 2),
        Some(20),
        start,
        t("50846"),
        EndingKind::Bridge(Box::new(bridge.clone())),
    );
    build.end(
        (into_mixer, 2),
        Some(30),
        matic,
        t("100000"),
        EndingKind::Mixer(Box::new(mixer.clone())),
    );
    build.end(
        (into_mixer_2, 2),
        Some(30),
        matic,
        t("96900"),
        EndingKind::Mixer(Box::new(mixer.clone())),
    );
    build.end((mixed_2, 2), Some(12), matic, t("11"), EndingKind::BelowThreshold);
    build.end(
        (deposit_1, 1),
        Some(40),
        matic,
        t("39999.98"),
        EndingKind::Service(Box::new(service.clone())),
    );
    build.end(
        (deposit_2, 1),
        Some(41),
        matic,
        t("23089"),
        EndingKind::Service(Box::new(service.clone())),
    );
    build.end((onward, 2), Some(13), matic, t("29372.5"), EndingKind::NotCovered);
    build.end((rest, 1), Some(14), matic, t("1000"), EndingKind::ContractWithoutReturn);
    build.end((fee, 1), None, matic, t("0.02"), EndingKind::Fee);

    let open = OpenEnd {
        chain: POLYGON,
        address: address(13),
        window: Window::new(26_498_090, 27_000_000).unwrap(),
        at_stake: vec![LotMade { seed: SeedId(2), asset: matic, amount: t("29372.5") }],
        depth: 3,
        residual: 0,
    };
    let reservation =
        Reservation::OpeningUnknown { address: address(12), asset: matic, block: 26_498_038 };
    let (trail, paths) = build.trail(vec![open], vec![reservation]);
    let mut sample = sample(trail, paths);
    sample.title = "Two thefts of February and March 2022".to_owned();
    sample.invented = Some("amounts, dates and kinds of service follow public facts; every wallet and every service name is invented.".to_owned());
    sample.background.push(Fact {
        text: "Two staking pools on Polygon were changed so that they paid out to the thief on 2022-03-29.".into(),
        source: "press release of 2025-06-30".into(),
    });
    sample.seed_specs.push(("ethereum:0xabc…:60ETH".into(), SeedId(0)));
    sample.seed_specs.push(("polygon:0xdef…:log12".into(), SeedId(1)));
    sample.until.insert(ETHEREUM, 14_900_000);
    sample.until.insert(POLYGON, 27_000_000);
    let mut mark = |chain, number, labels: Vec<Label>, listings: Vec<Listing>| {
        sample.marks.insert((chain, address(number)), Marks { labels, listings });
    };
    mark(ETHEREUM, 52, vec![mixer_10], vec![once_listed]);
    mark(ETHEREUM, 53, Vec::new(), vec![still_listed]);
    mark(POLYGON, 30, vec![mixer], Vec::new());
    mark(POLYGON, 40, vec![service.clone()], Vec::new());
    mark(POLYGON, 41, vec![service], Vec::new());
    mark(POLYGON, 20, vec![bridge], Vec::new());
    mark(POLYGON, 902, vec![label("ELIXIR", Category::FreezableToken)], Vec::new());
    let claim =
        |asset, symbol: &str, decimals| TokenClaim { asset, symbol: Some(symbol.into()), decimals };
    sample.claims = vec![
        claim(lp, "UNI-V2", Some(18)),
        claim(elixir, "ELIXIR", Some(18)),
        TokenClaim { asset: nameless, symbol: None, decimals: None },
    ];
    sample.tokens.push(TrustedToken {
        asset: start,
        symbol: "START".into(),
        decimals: 18,
        source: "the victim's announcement".into(),
    });
    for number in [1, 2, 20, 30, 14] {
        sample.accounts.push(AccountFact {
            chain: POLYGON,
            address: address(number),
            kind: AccountKind::Contract,
            block: 27_000_000,
        });
    }
    for number in [10, 11, 12, 13] {
        sample.accounts.push(AccountFact {
            chain: POLYGON,
            address: address(number),
            kind: AccountKind::Wallet,
            block: 27_000_000,
        });
        for (class, how, proof) in [
            (
                AssetClass::Native,
                How::BlocksOnly,
                if number == 12 { Proof::Indicative } else { Proof::Reconciled },
            ),
            (AssetClass::Tokens, How::Logs, Proof::Reconciled),
        ] {
            let window = Window::new(26_498_039, 27_000_000).unwrap();
            sample.coverage.push(Coverage {
                chain: POLYGON,
                address: address(number),
                class,
                window,
                how,
                proof,
            });
        }
    }
    sample.accounts.push(AccountFact {
        chain: ETHEREUM,
        address: address(51),
        kind: AccountKind::Wallet,
        block: 14_900_000,
    });
    sample.settings = vec![
        ("rule".into(), "dirty-first".into()),
        ("price source".into(), "fixed prices of the scenario".into()),
    ];
    sample.lists.push(ListLine {
        name: "ofac-sdn-evm".into(),
        kind: "listings".into(),
        rows: "129".into(),
        as_of: "2026-11-20".into(),
        sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".into(),
        origin: "built in".into(),
        source: "US Treasury, OFAC".into(),
    });
    sample.endpoints = vec!["https://polygon.example".into(), "https://eth.example".into()];
    stamp(&mut sample, POLYGON, (26_498_039, 1_648_552_790), 2);
    stamp(&mut sample, ETHEREUM, (14_200_000, 1_644_800_000), 13);
    sample
}

/// A generated trail: every holder splits what it has among `fan` others, level by level, until `count`
/// payments are made; what is left ends in one of several ways.
pub(crate) fn generated(count: usize, fan: u128) -> Sample {
    let matic = Asset::Native(POLYGON);
    let mut build = Builder::new(30_000_000);
    let whole = tokens_of("1000000");
    let seed = build.seed(matic, whole, 1, 2);
    let mut holders = std::collections::VecDeque::from([(2_u64, seed, whole)]);
    let mut next = 3_u64;
    let mut made = 0;
    let mut marks = BTreeMap::new();
    while made < count {
        let (holder, origin, amount) = holders.pop_front().unwrap();
        let weights: Vec<Amount> =
            (0..fan).map(|part| Amount::from(1 + u128::from(next) * 7 % 11 + part * 3)).collect();
        for part in amount.apportion(&weights).unwrap() {
            if made >= count {
                holders.push_back((holder, origin, part));
                continue;
            }
            let paid = build.pay(holder, Some(next), matic, part, &[(origin, 0, part)]);
            holders.push_back((next, paid, part));
            next += 1;
            made += 1;
        }
    }
    for (number, (holder, origin, amount)) in holders.into_iter().enumerate() {
        let kind = match number % 5 {
            0 => {
                let label = label("Exchange A", Category::Exchange);
                marks.insert(
                    (POLYGON, address(holder)),
                    Marks { labels: vec![label.clone()], listings: Vec::new() },
                );
                EndingKind::Service(Box::new(label))
            }
            1 => EndingKind::NotCovered,
            2 => EndingKind::BelowThreshold,
            3 => EndingKind::Hub { size: CrowdSize::Counterparties(12_345), blocks: None },
            _ => EndingKind::Held { as_of: 30_100_000 },
        };
        build.end((origin, 0), Some(holder), matic, amount, kind);
    }
    let (trail, paths) = build.trail(Vec::new(), Vec::new());
    let mut sample = sample(trail, paths);
    sample.title = format!("Generated trail of {count} payments");
    sample.marks = marks;
    sample.until.insert(POLYGON, 30_100_000);
    stamp(&mut sample, POLYGON, (30_000_000, 1_655_000_000), 2);
    sample
}
