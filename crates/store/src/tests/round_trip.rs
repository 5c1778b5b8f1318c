//! What is written comes back, and each thing told of twice becomes what the documentation says.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{
    AccountFact, Address, Amount, Asset, AssetClass, Balance, BlockStamp, Category, Cause, ChainId,
    Confidence, Coverage, Crowd, CrowdSize, DateBound, FetchedWindow, Freeze, FreezeKind, H256,
    How, Label, Listing, Marks, NoPrice, Opinion, Oracle, Position, PriceReading, PriceWay, Proof,
    Quote, Seed, SeedId, Step, Timestamp, TokenClaim, Transfer, Window, parse_date,
};
use proptest::prelude::*;

use super::world::{CHAINS, address, full_window, window};
use crate::{Case, ChainCounts, Counts, Error, KnownTokenRow, PlannedWindow};

type Place = (Address, AssetClass, u64);

/// The content of one chain, kept in the most simple-minded way.
#[derive(Default)]
struct Model {
    transfers: BTreeSet<Transfer>,
    blocks: BTreeSet<BlockStamp>,
    balances: BTreeSet<Balance>,
    accounts: BTreeMap<Address, AccountFact>,
    claims: BTreeMap<Address, TokenClaim>,
    coverage: BTreeMap<Place, (Proof, usize, How)>,
    crowds: BTreeMap<(Address, u64, bool), Crowd>,
}

impl Model {
    fn add(&mut self, window: &FetchedWindow) {
        let is_event = |transfer: &&Transfer| transfer.cause != Cause::Unexplained;
        self.transfers.extend(window.transfers.iter().filter(is_event));
        self.blocks.extend(&window.blocks);
        self.balances.extend(&window.balances);
        for fact in &window.accounts {
            let kept = self.accounts.entry(fact.address).or_insert(*fact);
            if (kept.block, kept.kind) < (fact.block, fact.kind) {
                *kept = *fact;
            }
        }
        for claim in &window.claims {
            let contract = claim.asset.contract().unwrap();
            let kept = self.claims.entry(contract).or_insert_with(|| claim.clone());
            kept.symbol = kept.symbol.iter().chain(&claim.symbol).min().cloned();
            kept.decimals = kept.decimals.iter().chain(&claim.decimals).min().copied();
        }
        for crowd in &window.crowds {
            let is_signed = matches!(crowd.size, CrowdSize::Signed(_));
            let place = (crowd.address, crowd.window.first(), is_signed);
            let kept = self.crowds.entry(place).or_insert(*crowd);
            let rank = |crowd: &Crowd| (crowd.size, std::cmp::Reverse(crowd.window.last()));
            if rank(kept) < rank(crowd) {
                *kept = *crowd;
            }
        }
        let worst_first = [
            How::StateAlone,
            How::BlocksOnly,
            How::Logs,
            How::StateAndBlocks,
            How::IndexAndBlocks,
            How::BlocksAndFrames,
        ];
        for entry in &window.coverage {
            let rank = worst_first.iter().position(|how| *how == entry.how).unwrap();
            let grade = (entry.proof, rank, entry.how);
            for block in entry.window.first()..=entry.window.last() {
                let place = (entry.address, entry.class, block);
                let best = self.coverage.entry(place).or_insert(grade);
                *best = grade.max(*best);
            }
        }
    }
}

fn check_chain(case: &Case, chain: ChainId, model: &Model) {
    let mut transfers = case.transfers(chain).unwrap();
    assert!(transfers.is_sorted());
    transfers.retain(|transfer| transfer.cause != Cause::Unexplained);
    assert_eq!(transfers, model.transfers.iter().copied().collect::<Vec<_>>());
    assert_eq!(case.blocks(chain).unwrap(), model.blocks.iter().copied().collect::<Vec<_>>());
    assert_eq!(case.balances(chain).unwrap(), model.balances.iter().copied().collect::<Vec<_>>());
    assert_eq!(case.accounts(chain).unwrap(), model.accounts.values().copied().collect::<Vec<_>>());
    assert_eq!(case.claims(chain).unwrap(), model.claims.values().cloned().collect::<Vec<_>>());
    let crowds: BTreeSet<Crowd> = model.crowds.values().copied().collect();
    assert_eq!(case.crowds(chain).unwrap(), crowds.into_iter().collect::<Vec<_>>());
    check_coverage(&case.coverage(chain).unwrap(), model);
}

fn check_coverage(rows: &[Coverage], model: &Model) {
    assert!(rows.is_sorted());
    let mut blocks = BTreeMap::new();
    for row in rows {
        for block in row.window.first()..=row.window.last() {
            let place = (row.address, row.class, block);
            assert_eq!(blocks.insert(place, (row.proof, row.how)), None, "{place:?} twice");
        }
    }
    let expected = model.coverage.iter().map(|(place, (proof, _, how))| (*place, (*proof, *how)));
    assert_eq!(blocks, expected.collect());
    for pair in rows.windows(2) {
        let is_alike = |a: &Coverage, b: &Coverage| {
            (a.address, a.class, a.how, a.proof) == (b.address, b.class, b.how, b.proof)
        };
        let could_be_one =
            is_alike(&pair[0], &pair[1]) && pair[0].window.join(pair[1].window).is_some();
        assert!(!could_be_one, "{pair:?}");
    }
}

proptest! {
    #[test]
    fn windows_come_back_as_the_model_says(windows in prop::collection::vec(window(), 0..8)) {
        let mut case = Case::in_memory().unwrap();
        let mut models: BTreeMap<ChainId, Model> = BTreeMap::new();
        for window in &windows {
            case.write_window(window).unwrap();
            models.entry(window.chain).or_default().add(window);
        }
        prop_assert_eq!(case.chains().unwrap(), models.keys().copied().collect::<Vec<_>>());
        for (chain, model) in &models {
            check_chain(&case, *chain, model);
        }
        let counts = case.counts().unwrap();
        for chain in models.keys() {
            let expected = ChainCounts {
                transfers: case.transfers(*chain).unwrap().len().try_into().unwrap(),
                addresses: case.addresses(*chain).unwrap().len().try_into().unwrap(),
                blocks: case.blocks(*chain).unwrap().len().try_into().unwrap(),
                coverage: case.coverage(*chain).unwrap().len().try_into().unwrap(),
                whole_transactions: 0,
            };
            prop_assert_eq!(counts.chains.get(chain), Some(&expected));
        }
        case.check().unwrap();
    }

    #[test]
    fn one_window_comes_back_whole(window in window()) {
        let mut case = Case::in_memory().unwrap();
        case.write_window(&window).unwrap();
        let given: BTreeSet<Address> = window
            .transfers
            .iter()
            .flat_map(|transfer| [transfer.from, transfer.to])
            .flatten()
            .chain(window.coverage.iter().map(|entry| entry.address))
            .chain(window.crowds.iter().map(|entry| entry.address))
            .collect();
        prop_assert_eq!(case.addresses(window.chain).unwrap(), given.into_iter().collect::<Vec<_>>());
        let digest = case.digest().unwrap();
        case.write_window(&window).unwrap();
        prop_assert_eq!(case.digest().unwrap(), digest);
        prop_assert_eq!(case.counts().unwrap().chains.len(), 1);
    }
}

#[test]
fn settings_are_texts_by_key() {
    let mut case = Case::in_memory().unwrap();
    assert_eq!(case.setting("rule").unwrap(), None);
    case.set_setting("rule", "fifo").unwrap();
    case.set_setting("rule", "dirty-first").unwrap();
    case.set_setting("a", "").unwrap();
    assert_eq!(case.setting("rule").unwrap().as_deref(), Some("dirty-first"));
    let all = BTreeMap::from([("a".into(), String::new()), ("rule".into(), "dirty-first".into())]);
    assert_eq!(case.settings().unwrap(), all);
}

fn seed(id: u16, chain: u64) -> Seed {
    Seed {
        id: SeedId(id),
        position: Position { block: 5, transaction: 6, step: Step::Log(7) },
        transaction: H256::repeat_byte(8),
        asset: fundtrail_model::Asset::Native(ChainId(chain)),
        amount: Amount::MAX,
        from: id.is_multiple_of(2).then(|| address(3)),
        holder: address(4),
    }
}

#[test]
fn seeds_are_replaced_by_specification() {
    let mut case = Case::in_memory().unwrap();
    case.put_seeds("a", &[seed(2, 1), seed(0, 1)]).unwrap();
    case.put_seeds("b", &[seed(1, 5)]).unwrap();
    let with = |spec: &str, seed: Seed| (spec.to_owned(), seed);
    let all = [with("a", seed(0, 1)), with("b", seed(1, 5)), with("a", seed(2, 1))];
    assert_eq!(case.seeds().unwrap(), all);
    assert_eq!(case.chains().unwrap(), [ChainId(1), ChainId(5)]);
    assert_eq!(case.addresses(ChainId(5)).unwrap(), [address(4)]);
    assert_eq!(case.addresses(ChainId(1)).unwrap(), [address(4), address(3)]);

    let taken = case.put_seeds("b", &[seed(3, 5), seed(2, 5)]).unwrap_err();
    let path = ":memory:".into();
    assert_eq!(taken, Error::SeedTaken { path, id: SeedId(2), spec: "a".to_owned() });
    assert_eq!(case.seeds().unwrap(), all);

    case.put_seeds("a", &[seed(7, 1)]).unwrap();
    case.put_seeds("b", &[]).unwrap();
    assert_eq!(case.seeds().unwrap(), [with("a", seed(7, 1))]);
    assert_eq!(case.chains().unwrap(), [ChainId(1)]);
}

#[test]
fn the_plan_shrinks_as_windows_are_written() {
    let mut case = Case::in_memory().unwrap();
    let fetched = full_window();
    let planned = |first: u64, addresses: &[u8], chain| PlannedWindow {
        chain,
        addresses: addresses.iter().copied().map(address).collect(),
        window: Window::new(first, 12).unwrap(),
        balances_of: vec![fundtrail_model::Asset::Native(chain), fetched.claims[0].asset],
        settle_to: None,
    };
    let other = |first, addresses: &[u8]| planned(first, addresses, CHAINS[0]);
    let plan = [other(11, &[1]), other(10, &[1]), other(10, &[1, 2]), planned(10, &[1], CHAINS[1])];
    case.plan(&[other(1, &[4])], &[]).unwrap();
    case.plan(&plan, &[]).unwrap();
    assert_eq!(case.pending().unwrap(), plan);
    assert_eq!(case.counts().unwrap().pending, 4);

    case.write_window(&fetched).unwrap();
    assert_eq!(case.pending().unwrap(), [plan[0].clone(), plan[2].clone(), plan[3].clone()]);
    let both = FetchedWindow { addresses: vec![address(2), address(1)], ..fetched };
    case.write_window(&both).unwrap();
    assert_eq!(case.pending().unwrap(), [plan[0].clone(), plan[3].clone()]);
    case.plan(&[], &[]).unwrap();
    assert_eq!(case.pending().unwrap(), []);
}

fn marks() -> BTreeMap<(ChainId, Address), Marks> {
    let day = |text| parse_date(text).unwrap();
    let label = |name: &str, category, chain| Label {
        chain,
        address: address(9),
        name: name.to_owned(),
        category,
        valid_from: chain.map(|_| day("2020-02-29")),
        valid_until: chain.map(|_| day("2021-12-31")),
        confidence: Confidence::Probable,
        source: "a page".to_owned(),
        is_invented: chain.is_none(),
    };
    let listing = |listed, delisted, programme: Option<&str>| Listing {
        address: address(9),
        entity: "LAZARUS GROUP".to_owned(),
        authority: "OFAC SDN".to_owned(),
        programme: programme.map(str::to_owned),
        listed,
        delisted,
        source: "a list".to_owned(),
        list: programme.map(|_| "OFAC SDN, as of 2026-06-25".to_owned()),
        is_invented: false,
    };
    let labels = Category::ALL.map(|category| label("z", category, Some(CHAINS[1])));
    let first = Marks {
        labels: [label("b", Category::Mixer, None), label("a", Category::Dex, None)]
            .into_iter()
            .chain(labels)
            .collect(),
        listings: vec![
            listing(
                DateBound::On(day("2022-08-08")),
                Some(DateBound::NoLaterThan(day("2025-03-21"))),
                Some("DPRK3"),
            ),
            listing(DateBound::NoLaterThan(day("2020-01-01")), None, None),
            listing(
                DateBound::NoLaterThan(day("2020-01-01")),
                Some(DateBound::On(day("2020-01-02"))),
                None,
            ),
        ],
    };
    BTreeMap::from([
        ((CHAINS[0], address(9)), first),
        ((CHAINS[1], address(9)), Marks::default()),
        (
            (CHAINS[1], address(2)),
            Marks {
                labels: vec![],
                listings: vec![listing(DateBound::On(day("2024-01-01")), None, None)],
            },
        ),
    ])
}

#[test]
fn marks_come_back_in_their_order() {
    let mut case = Case::in_memory().unwrap();
    case.replace_marks(&marks()).unwrap();
    assert_eq!(case.marks().unwrap(), marks());
    let mut fewer = marks();
    fewer.pop_first();
    case.replace_marks(&fewer).unwrap();
    assert_eq!(case.marks().unwrap(), fewer);
}

#[test]
fn known_tokens_are_a_set() {
    let row = |number, symbol: &str, source: &str| KnownTokenRow {
        chain: CHAINS[0],
        contract: address(number),
        symbol: symbol.to_owned(),
        decimals: 18,
        source: source.to_owned(),
    };
    let mut case = Case::in_memory().unwrap();
    case.replace_known_tokens(&[row(8, "old", "x")]).unwrap();
    let tokens = [row(1, "A", "x"), row(2, "B", "x"), row(1, "A", "y"), row(1, "A", "x")];
    case.replace_known_tokens(&tokens).unwrap();
    let expected = [row(2, "B", "x"), row(1, "A", "x"), row(1, "A", "y")];
    assert_eq!(case.known_tokens().unwrap(), expected);
}

#[test]
fn opinions_are_replaced_count_for_the_digest_and_go_with_their_blocks() {
    let opinion = |chain, number, oracle, block, is_listed| Opinion {
        chain,
        address: address(number),
        oracle,
        contract: address(90),
        block,
        is_listed,
    };
    let mut case = Case::in_memory().unwrap();
    let empty = case.digest().unwrap();
    case.replace_opinions(&[opinion(CHAINS[0], 9, Oracle::Circle, 5, true)]).unwrap();
    let opinions = [
        opinion(CHAINS[0], 2, Oracle::Sanctions, 100, true),
        opinion(CHAINS[0], 1, Oracle::Tether, 101, false),
        opinion(CHAINS[1], 1, Oracle::Sanctions, 200, false),
    ];
    case.replace_opinions(&opinions).unwrap();
    assert_eq!(case.opinions().unwrap(), opinions);
    let told = case.digest().unwrap();
    assert_ne!(told, empty);
    let other = [opinion(CHAINS[0], 2, Oracle::Sanctions, 100, false), opinions[1], opinions[2]];
    case.replace_opinions(&other).unwrap();
    assert_ne!(case.digest().unwrap(), told);
    case.rewind(CHAINS[0], 100).unwrap();
    assert_eq!(case.opinions().unwrap(), [other[0], other[2]]);
    case.replace_opinions(&[]).unwrap();
    assert_eq!(case.digest().unwrap(), empty);
}

#[test]
fn prices_grow_count_for_the_digest_and_go_with_their_blocks() {
    let reading = |asset, block, outcome| PriceReading {
        asset,
        block,
        contract: address(90),
        way: PriceWay::Feed,
        outcome,
    };
    let quote = |usd: u128, scale| Ok(Quote { usd: Amount::from(usd), scale, at: Timestamp(7) });
    let coin = Asset::Native(CHAINS[0]);
    let token = Asset::Token(CHAINS[1], address(3));
    let mut case = Case::in_memory().unwrap();
    let empty = case.digest().unwrap();
    let mut first: Vec<PriceReading> = NoPrice::ALL
        .into_iter()
        .zip(100..)
        .map(|(reason, block)| reading(coin, block, Err(reason)))
        .collect();
    first.push(reading(coin, 200, quote(335_012_345_678, 8)));
    first.push(reading(token, 200, quote(1, 77)));
    case.write_prices(&first).unwrap();
    assert_eq!(case.prices().unwrap(), first);
    let told = case.digest().unwrap();
    assert_ne!(told, empty);
    // What is told again counts, and what is not told again stays.
    case.write_prices(&[reading(coin, 100, quote(5, 0))]).unwrap();
    assert_ne!(case.digest().unwrap(), told);
    first[0].outcome = quote(5, 0);
    assert_eq!(case.prices().unwrap(), first);
    case.rewind(CHAINS[0], 100).unwrap();
    assert_eq!(case.prices().unwrap(), [first[0], first[first.len() - 1]]);
}

#[test]
fn freezes_are_replaced_count_for_the_digest_and_go_with_their_blocks() {
    let freeze = |chain, block, kind, amount: u128| Freeze {
        chain,
        address: address(5),
        oracle: Oracle::Tether,
        contract: address(90),
        block,
        log: 3,
        kind,
        transaction: H256::repeat_byte(8),
        time: Timestamp(1_650_000_000),
        amount: Amount::from(amount),
    };
    let mut case = Case::in_memory().unwrap();
    let empty = case.digest().unwrap();
    case.replace_freezes(&[freeze(CHAINS[0], 9, FreezeKind::Frozen, 0)]).unwrap();
    let freezes = [
        freeze(CHAINS[0], 100, FreezeKind::Frozen, 0),
        freeze(CHAINS[0], 101, FreezeKind::Destroyed, 77),
        freeze(CHAINS[1], 300, FreezeKind::Released, 0),
    ];
    case.replace_freezes(&freezes).unwrap();
    assert_eq!(case.freezes().unwrap(), freezes);
    assert_ne!(case.digest().unwrap(), empty);
    case.rewind(CHAINS[0], 100).unwrap();
    assert_eq!(case.freezes().unwrap(), [freezes[0], freezes[2]]);
    case.replace_freezes(&[]).unwrap();
    assert_eq!(case.digest().unwrap(), empty);
}

#[test]
fn an_empty_case_is_empty() {
    let case = Case::in_memory().unwrap();
    assert_eq!(case.counts().unwrap(), Counts::default());
    assert_eq!(case.chains().unwrap(), []);
    assert_eq!(case.transfers(CHAINS[0]).unwrap(), []);
    assert_eq!(case.addresses(CHAINS[0]).unwrap(), []);
    case.check().unwrap();
}

#[test]
fn everything_but_the_plan_and_the_run_is_in_the_digest() {
    let mut case = Case::in_memory().unwrap();
    let mut seen = BTreeSet::from([case.digest().unwrap()]);
    let mut is_new = |case: &Case| seen.insert(case.digest().unwrap());
    case.set_setting("rule", "fifo").unwrap();
    assert!(is_new(&case));
    case.put_seeds("a", &[seed(0, 1)]).unwrap();
    assert!(is_new(&case));
    case.replace_marks(&marks()).unwrap();
    assert!(is_new(&case));
    let token = KnownTokenRow {
        chain: CHAINS[0],
        contract: address(1),
        symbol: "A".to_owned(),
        decimals: 18,
        source: "x".to_owned(),
    };
    case.replace_known_tokens(&[token]).unwrap();
    assert!(is_new(&case));
    let whole = full_window();
    let empty = FetchedWindow {
        transfers: vec![],
        coverage: vec![],
        blocks: vec![],
        accounts: vec![],
        claims: vec![],
        balances: vec![],
        ..whole.clone()
    };
    let crowd = |count| Crowd {
        chain: whole.chain,
        address: address(1),
        window: whole.window,
        size: CrowdSize::Counterparties(count),
    };
    let parts = [
        FetchedWindow { transfers: whole.transfers, ..empty.clone() },
        FetchedWindow { coverage: whole.coverage, ..empty.clone() },
        FetchedWindow { blocks: whole.blocks, ..empty.clone() },
        FetchedWindow { accounts: whole.accounts, ..empty.clone() },
        FetchedWindow { claims: whole.claims, ..empty.clone() },
        FetchedWindow { balances: whole.balances, ..empty.clone() },
        FetchedWindow { crowds: vec![crowd(2)], ..empty.clone() },
        FetchedWindow { crowds: vec![crowd(3)], ..empty.clone() },
    ];
    for part in &parts {
        case.write_window(part).unwrap();
        assert!(is_new(&case), "{part:?}");
    }
    case.set_setting("run.requests", "12").unwrap();
    assert!(!is_new(&case));
    let window = empty.window;
    let (chain, addresses) = (empty.chain, empty.addresses);
    case.plan(
        &[PlannedWindow { chain, addresses, window, balances_of: vec![], settle_to: None }],
        &[],
    )
    .unwrap();
    assert!(!is_new(&case));
}
