//! Cases of any number of addresses, written as a trace would have: one theft of two assets, split level by level
//! among wallets that all were looked at.

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;

use fundtrail_model::{
    AccountFact, AccountKind, Address, Amount, Asset, AssetClass, Balance, BlockStamp, Category,
    Cause, ChainId, Confidence, Coverage, DateBound, FetchedWindow, H256, How, Label, Listing,
    Marks, Position, Proof, Seed, SeedId, Step, Timestamp, TokenClaim, Transfer, Window,
    parse_date,
};
use fundtrail_store::{Case, KnownTokenRow};
use fundtrail_testkit::player::invented_address;

const CHAIN: ChainId = ChainId(1);
const FIRST: u64 = 15_000_000;
const START: u64 = 1_655_000_000;
/// Whole coins and tokens that were stolen.
const STOLEN: u128 = 1_000_000;
/// A thousandth of a coin, and of a token of six decimals.
const MILLI: [u128; 2] = [10_u128.pow(15), 1_000];

fn token() -> Address {
    invented_address("large case: token")
}

fn asset(number: usize) -> Asset {
    if number == 0 { Asset::Native(CHAIN) } else { Asset::Token(CHAIN, token()) }
}

fn wallet(number: u64) -> Address {
    invented_address(&format!("large case: {number}"))
}

fn hash(number: u64) -> H256 {
    let mut bytes = [0x5a_u8; 32];
    bytes[..20].copy_from_slice(invented_address(&format!("large case: hash {number}")).as_bytes());
    bytes[24..].copy_from_slice(&number.to_be_bytes());
    H256::from(bytes)
}

/// What has happened so far.
#[derive(Default)]
struct Chain {
    transfers: Vec<Transfer>,
    has: BTreeMap<(Address, Asset), u128>,
}

impl Chain {
    /// A payment in a block of its own.
    fn pay(&mut self, from: Address, to: Address, asset: Asset, amount: u128) -> Position {
        let place = u64::try_from(self.transfers.len()).unwrap();
        let is_coin = asset.contract().is_none();
        let step = if is_coin { Step::Value } else { Step::Log(3) };
        let position = Position { block: FIRST + 10 + place * 7, transaction: 4, step };
        self.transfers.push(Transfer {
            position,
            asset,
            from: Some(from),
            to: Some(to),
            amount: Amount::from(amount),
            cause: if is_coin { Cause::Native } else { Cause::Token },
            transaction: Some(hash(place)),
        });
        *self.has.entry((to, asset)).or_default() += amount;
        if let Some(has) = self.has.get_mut(&(from, asset)) {
            *has -= amount;
        }
        position
    }
}

/// Who gets a part of what a holder has: most wallets pass all of it on to one or split it in two, some among many.
const FANS: [u64; 12] = [2, 1, 3, 1, 1, 2, 7, 1, 2, 1, 24, 1];

/// Writes a case in which stolen value was at so many addresses.
pub(crate) fn write(path: &Path, addresses: u64) {
    let mut chain = Chain::default();
    let (victim, thief) = (wallet(0), wallet(1));
    let mut holders = VecDeque::new();
    let mut seeds = Vec::new();
    for (number, milli) in MILLI.into_iter().enumerate() {
        let amount = STOLEN * 1_000 * milli;
        let position = chain.pay(victim, thief, asset(number), amount);
        let transaction = chain.transfers.last().unwrap().transaction.unwrap();
        seeds.push(Seed {
            id: SeedId(u16::try_from(number).unwrap()),
            position,
            transaction,
            asset: asset(number),
            amount: Amount::from(amount),
            from: Some(victim),
            holder: thief,
        });
        holders.push_back((thief, number, amount));
    }
    let mut next = 2;
    while next < addresses {
        let (holder, number, has) = holders.pop_front().unwrap();
        let fan = FANS[usize::try_from(next % 12).unwrap()].min(addresses - next);
        // One holder in six keeps something.
        let mut left = if next.is_multiple_of(6) { has / 10 * 9 } else { has };
        for part in 0..fan {
            // Falling parts in whole thousandths; the last one gets the rest.
            let milli = MILLI[number];
            let amount = if part + 1 == fan { left } else { left * 2 / 5 / milli.max(1) * milli };
            if amount == 0 {
                continue;
            }
            left -= amount;
            let to = wallet(next);
            chain.pay(holder, to, asset(number), amount);
            holders.push_back((to, number, amount));
            next += 1;
        }
    }
    let kept: Vec<Address> = holders.iter().map(|(holder, ..)| *holder).collect();
    save(path, chain, seeds, &kept);
}

/// What the last holders are: every fourth one is a service that has a name.
fn marks(kept: &[Address]) -> BTreeMap<(ChainId, Address), Marks> {
    let label = |address: Address, name: &str, category: Category| Label {
        chain: Some(CHAIN),
        address,
        name: name.to_owned(),
        category,
        valid_from: None,
        valid_until: None,
        confidence: Confidence::Claimed,
        source: "invented for a test".to_owned(),
        is_invented: true,
    };
    let listing = |address: Address| Listing {
        address,
        entity: "Nobody, for a test".to_owned(),
        authority: "Test list".to_owned(),
        programme: Some("TEST".to_owned()),
        listed: DateBound::On(parse_date("2022-08-08").unwrap()),
        delisted: None,
        source: "invented for a test".to_owned(),
        list: None,
        is_invented: true,
    };
    let mut marks = BTreeMap::new();
    for (place, address) in kept.iter().copied().enumerate() {
        let named = match place % 20 {
            0 | 4 => Some(("Example Exchange 1 deposit", Category::Exchange)),
            8 => Some(("Example Mixer", Category::Mixer)),
            12 => Some(("Example Bridge", Category::Bridge)),
            _ => None,
        };
        let labels = named.map(|(name, category)| label(address, name, category));
        let listings = (place % 200 == 9).then(|| listing(address));
        if labels.is_some() || listings.is_some() {
            let (labels, listings) = (labels.into_iter().collect(), listings.into_iter().collect());
            marks.insert((CHAIN, address), Marks { labels, listings });
        }
    }
    marks
}

fn save(path: &Path, chain: Chain, seeds: Vec<Seed>, kept: &[Address]) {
    let last = chain.transfers.last().unwrap().position.block + 50;
    let window = Window::new(FIRST, last).unwrap();
    let mut addresses: Vec<Address> = chain.has.keys().map(|(address, _)| *address).collect();
    addresses.dedup();
    let stamp = |number: u64| BlockStamp {
        number,
        hash: hash(number),
        parent: hash(number - 1),
        timestamp: Timestamp(START + (number - FIRST) * 12),
    };
    let coverage = addresses.iter().flat_map(|address| {
        [(AssetClass::Native, Proof::Exact), (AssetClass::Tokens, Proof::Reconciled)].map(
            |(class, proof)| Coverage {
                chain: CHAIN,
                address: *address,
                class,
                window,
                how: if class == AssetClass::Native { How::StateAndBlocks } else { How::Logs },
                proof,
            },
        )
    });
    let balances = chain.has.iter().flat_map(|((address, asset), has)| {
        [(FIRST - 1, 0), (last, *has)].map(|(block, amount)| Balance {
            address: *address,
            asset: *asset,
            block,
            amount: Amount::from(amount),
        })
    });
    let mut blocks: Vec<u64> = chain.transfers.iter().map(|found| found.position.block).collect();
    blocks.extend([FIRST, last]);
    blocks.sort_unstable();
    let mut case = Case::create(path).unwrap();
    case.write_window(&FetchedWindow {
        chain: CHAIN,
        window,
        coverage: coverage.collect(),
        balances: balances.collect(),
        blocks: blocks.into_iter().map(stamp).collect(),
        accounts: addresses
            .iter()
            .map(|address| AccountFact {
                chain: CHAIN,
                address: *address,
                kind: AccountKind::Wallet,
                block: last,
            })
            .collect(),
        claims: vec![TokenClaim {
            asset: asset(1),
            symbol: Some("DUSD".into()),
            decimals: Some(6),
        }],
        addresses,
        transfers: chain.transfers,
        crowds: Vec::new(),
    })
    .unwrap();
    case.put_seeds("ethereum:0x…", &seeds).unwrap();
    case.replace_marks(&marks(kept)).unwrap();
    case.replace_known_tokens(&[KnownTokenRow {
        chain: CHAIN,
        contract: token(),
        symbol: "DUSD".to_owned(),
        decimals: 6,
        source: "invented for a test".to_owned(),
    }])
    .unwrap();
    for (name, value) in [
        ("as_of", "2026-11-23"),
        ("until.1", &last.to_string()),
        ("title", "A large case"),
        ("banner", "Everything in this case is invented for a test."),
        ("max_hops", "10000"),
    ] {
        case.set_setting(name, value).unwrap();
    }
}
