//! Properties over small random worlds, in which nobody pays what he does not have.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use fundtrail_model::{
    AccountFact, AccountKind, Address, Amount, Asset, AssetClass, Balance, Cause, EndingKind, H256,
    Hop, HopKind, Origin, Position, Reservation, Rule, Seed, SeedId, Step, Trail, Transfer, Window,
};
use proptest::prelude::*;

use super::scenario::{CHAIN, Scenario, address, asset, name};

pub(super) const UNTIL: u64 = 30;
const ASSETS: [&str; 3] = ["native", "usdc", "dai"];
const WALLETS: [&str; 6] = ["w0", "w1", "w2", "w3", "w4", "w5"];
const CONTRACTS: [&str; 2] = ["k0", "k1"];

/// One transaction to try: parties, assets and percentages to choose from.
#[derive(Clone, Debug)]
pub(super) struct Attempt {
    block: u64,
    kind: u8,
    parties: [usize; 4],
    assets: [usize; 2],
    percents: [u128; 3],
    pays_fee: bool,
}

fn any_attempt() -> impl Strategy<Value = Attempt> {
    let percent = prop_oneof![Just(100_u128), Just(50), 0..=100_u128];
    (
        1..=UNTIL,
        0..14_u8,
        prop::array::uniform4(0..WALLETS.len()),
        prop::array::uniform2(0..ASSETS.len()),
        prop::array::uniform3(percent),
        any::<bool>(),
    )
        .prop_map(|(block, kind, parties, assets, percents, pays_fee)| Attempt {
            block,
            kind,
            parties,
            assets,
            percents,
            pays_fee,
        })
}

pub(crate) fn any_world() -> impl Strategy<Value = World> {
    let holdings = prop::collection::vec(0..60_u128, WALLETS.len() * ASSETS.len());
    let attempts = prop::collection::vec(any_attempt(), 5..50);
    // Credits that are named as seeds beside the thefts, wherever their money comes from.
    let named = prop::collection::vec((any::<prop::sample::Index>(), 1..=100_u128), 0..5);
    (holdings, attempts, 1..4_usize, named).prop_map(|(holdings, attempts, seed_count, named)| {
        let mut world = World::new(&holdings, attempts, seed_count);
        for (pick, percent) in named {
            world.name_seed(pick, percent);
        }
        world
    })
}

/// Worlds in which everybody only pays, in amounts of many units; their seeds are thefts.
pub(super) fn any_paying_world() -> impl Strategy<Value = World> {
    any_world_of(&[0, 1, 2, 3, 6, 13])
}

/// The same with swaps, but none in which a contract gives back what it was given: who paid whom is then seen
/// otherwise by who looked at the contract.
pub(super) fn any_world_without_round_trips() -> impl Strategy<Value = World> {
    any_world_of(&[0, 1, 2, 3, 5, 6, 7, 9, 13])
}

fn any_world_of(kinds: &'static [u8]) -> impl Strategy<Value = World> {
    let holdings = prop::collection::vec(0..60_000_000_u128, WALLETS.len() * ASSETS.len());
    let payments = any_attempt().prop_map(|attempt| {
        let kind = kinds[usize::from(attempt.kind) % kinds.len()];
        Attempt { kind, ..attempt }
    });
    let attempts = prop::collection::vec(payments, 5..60);
    (holdings, attempts).prop_map(|(holdings, attempts)| World::new(&holdings, attempts, 1))
}

/// Everything that happened, and what everybody had.
#[derive(Clone)]
pub(crate) struct World {
    pub(super) transfers: Vec<Transfer>,
    seeds: Vec<Seed>,
    /// Balances at the end of each block.
    balances: Vec<BTreeMap<(Address, Asset), u128>>,
}

/// A failing world is read, so it prints as the cases are written.
impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let party = |party: Option<Address>| party.map_or_else(|| "-".into(), name);
        for Transfer { position, asset, from, to, amount, .. } in &self.transfers {
            let asset = asset.contract().map_or_else(|| "native".into(), name);
            writeln!(f, "{position} {} -> {} {amount} {asset}", party(*from), party(*to))?;
        }
        for Seed { id, position, asset, amount, holder, .. } in &self.seeds {
            let asset = asset.contract().map_or_else(|| "native".into(), name);
            writeln!(f, "{id} {position} {} {amount} {asset}", name(*holder))?;
        }
        Ok(())
    }
}

/// Writes transactions and keeps balances.
struct Writer {
    transfers: Vec<Transfer>,
    now: BTreeMap<(Address, Asset), u128>,
    block: u64,
    transaction: u32,
    steps: u32,
}

impl Writer {
    fn has(&self, who: Address, what: Asset, percent: u128) -> u128 {
        self.now.get(&(who, what)).copied().unwrap_or_default() * percent / 100
    }

    fn hash(&self) -> H256 {
        let mut hash = [0_u8; 32];
        hash[..8].copy_from_slice(&self.block.to_be_bytes());
        hash[8..12].copy_from_slice(&self.transaction.to_be_bytes());
        H256(hash)
    }

    fn pay(&mut self, from: Address, to: Option<Address>, what: Asset, units: u128) -> Position {
        *self.now.entry((from, what)).or_default() -= units;
        if let Some(to) = to {
            *self.now.entry((to, what)).or_default() += units;
        }
        self.steps += 1;
        let (step, cause) = match what {
            _ if to.is_none() => (Step::Fee, Cause::Fee),
            Asset::Native(_) => (Step::Frame(self.steps), Cause::Internal),
            Asset::Token(..) => (Step::Log(self.steps), Cause::Token),
        };
        let position = Position { block: self.block, transaction: self.transaction, step };
        self.transfers.push(Transfer {
            position,
            asset: what,
            from: Some(from),
            to,
            amount: Amount::from(units),
            cause,
            transaction: Some(self.hash()),
        });
        position
    }

    fn attempt(&mut self, attempt: &Attempt) {
        let [a, b, c, d] = attempt.parties.map(|party| address(WALLETS[party]));
        let [x, y] = attempt.assets.map(|name| asset(ASSETS[name]));
        let contract = address(CONTRACTS[attempt.parties[3] % CONTRACTS.len()]);
        let [p, q, r] = attempt.percents;
        let units = self.has(a, x, p);
        match attempt.kind {
            // A payment.
            0 | 1 => {
                self.pay(a, Some(b), x, units);
            }
            // Passed on, wholly or in part, by a wallet or a contract.
            2 => {
                self.pay(a, Some(b), x, units);
                self.pay(b, Some(c), x, units * q / 100);
            }
            3 => {
                self.pay(a, Some(contract), x, units);
                self.pay(contract, Some(c), x, units * q / 100);
                self.pay(contract, Some(d), x, (units - units * q / 100) * r / 100);
            }
            // A swap, with a refund or a payment beside it.
            4 => {
                let got = self.has(contract, y, q);
                self.pay(a, Some(contract), x, units);
                self.pay(contract, Some(a), x, units * r / 300);
                self.pay(contract, Some(a), y, got);
            }
            5 => {
                let got = self.has(contract, y, q);
                self.pay(a, Some(contract), x, units);
                self.pay(contract, Some(a), y, got);
                let passed_on = self.has(a, y, r);
                self.pay(a, Some(b), y, passed_on);
            }
            // Two payments at once.
            6 => {
                self.pay(a, Some(b), x, units);
                let rest = self.has(a, x, q);
                self.pay(a, Some(c), x, rest);
            }
            // A router behind which a pool stands, for another wallet.
            7 => {
                let [router, pool] = CONTRACTS.map(address);
                let got = self.has(pool, y, q);
                self.pay(a, Some(router), x, units);
                self.pay(router, Some(pool), x, units);
                self.pay(pool, Some(router), y, got);
                self.pay(router, Some(b), y, got);
            }
            // Two payers and two receivers through one contract.
            8 => {
                self.pay(a, Some(contract), x, units);
                let other = self.has(b, x, q);
                self.pay(b, Some(contract), x, other);
                self.pay(contract, Some(c), x, other);
                self.pay(contract, Some(d), x, units * r / 100);
            }
            // A swap for another wallet.
            9 => {
                let got = self.has(contract, y, q);
                self.pay(a, Some(contract), x, units);
                self.pay(contract, Some(b), y, got);
            }
            // A batch of two, for two others.
            10 => {
                let [settler, pool] = CONTRACTS.map(address);
                self.pay(a, Some(settler), x, units);
                let other = self.has(b, x, p);
                self.pay(b, Some(settler), x, other);
                self.pay(settler, Some(pool), x, units + other);
                let got = self.has(pool, y, q);
                self.pay(pool, Some(settler), y, got);
                self.pay(settler, Some(c), y, got * r / 100);
                self.pay(settler, Some(d), y, got - got * r / 100);
            }
            // Two swaps for each other, by way of one contract.
            11 => {
                self.pay(a, Some(contract), x, units);
                let other = self.has(b, y, q);
                self.pay(b, Some(contract), y, other);
                self.pay(contract, Some(c), y, other);
                self.pay(contract, Some(d), x, units);
            }
            // With borrowed coins beside one's own.
            12 => {
                let [lender, pool] = CONTRACTS.map(address);
                let lent = self.has(lender, x, q);
                self.pay(lender, Some(a), x, lent);
                let all = self.has(a, x, p).max(lent);
                self.pay(a, Some(pool), x, all);
                let got = self.has(pool, x, 100).min(all + r / 20);
                self.pay(pool, Some(a), x, got);
                let back = self.has(a, x, 100).min(lent);
                self.pay(a, Some(lender), x, back);
                let profit = self.has(pool, y, r);
                self.pay(pool, Some(b), y, profit);
            }
            // Into a contract.
            _ => {
                self.pay(a, Some(contract), x, units);
            }
        }
        if attempt.pays_fee {
            let fee = self.has(a, asset("native"), 2);
            self.pay(a, None, asset("native"), fee);
        }
    }
}

impl World {
    fn new(holdings: &[u128], mut attempts: Vec<Attempt>, seed_count: usize) -> Self {
        attempts.sort_by_key(|attempt| attempt.block);
        let mut now = BTreeMap::new();
        let pairs =
            WALLETS.iter().flat_map(|wallet| ASSETS.map(|what| (address(wallet), asset(what))));
        for (pair, units) in pairs.zip(holdings) {
            now.insert(pair, *units);
        }
        for contract in CONTRACTS {
            now.extend(ASSETS.map(|what| ((address(contract), asset(what)), 100)));
        }
        let mut writer = Writer { transfers: Vec::new(), now, block: 0, transaction: 0, steps: 0 };
        let mut world = Self { transfers: Vec::new(), seeds: Vec::new(), balances: Vec::new() };
        let thefts: Vec<(u64, usize)> =
            (0..seed_count).map(|n| (2 + 5 * u64::try_from(n).unwrap(), n)).collect();
        for block in 0..=UNTIL {
            (writer.block, writer.transaction, writer.steps) = (block, 0, 0);
            for (_, n) in thefts.iter().filter(|(at, _)| *at == block) {
                let (what, holder) = (asset(ASSETS[*n % 2]), address(WALLETS[*n % 2]));
                writer.now.insert((address("victim"), what), 100);
                let position = writer.pay(address("victim"), Some(holder), what, 100);
                world.seeds.push(Seed {
                    id: SeedId(u16::try_from(*n).unwrap()),
                    position,
                    transaction: writer.hash(),
                    asset: what,
                    amount: Amount::from(100),
                    from: Some(address("victim")),
                    holder,
                });
                writer.transaction += 1;
            }
            for attempt in attempts.iter().filter(|attempt| attempt.block == block) {
                writer.attempt(attempt);
                writer.transaction += 1;
            }
            world.balances.push(writer.now.clone());
        }
        world.transfers = writer.transfers;
        world.transfers.sort();
        world
    }

    /// Makes a credit, or a part of one, a seed; it may be one already, or carry the lots of another.
    fn name_seed(&mut self, pick: prop::sample::Index, percent: u128) {
        let is_credit = |transfer: &&Transfer| {
            transfer.to.is_some() && transfer.from != transfer.to && !transfer.amount.is_zero()
        };
        let credits: Vec<Transfer> = self.transfers.iter().filter(is_credit).copied().collect();
        let credit = pick.get(&credits);
        self.seeds.push(Seed {
            id: SeedId(u16::try_from(self.seeds.len()).unwrap()),
            position: credit.position,
            transaction: credit.transaction.unwrap(),
            asset: credit.asset,
            amount: Amount::from(credit.amount.base_units().as_u128() * percent / 100),
            from: credit.from,
            holder: credit.to.unwrap(),
        });
    }

    /// Leaves out the seeds whose holder paid, in the same transaction, somebody who paid him. Netting
    /// cannot tell which of the two paid the other; where it is wrong, the balance says so.
    pub(super) fn forget_round_trips(&mut self) {
        let transfers = &self.transfers;
        self.seeds.retain(|seed| {
            let others = |is_payer: bool| -> BTreeSet<Address> {
                transfers
                    .iter()
                    .filter(|transfer| transfer.transaction == Some(seed.transaction))
                    .filter_map(|transfer| transfer.from.zip(transfer.to))
                    .map(|(from, to)| if is_payer { (to, from) } else { (from, to) })
                    .filter(|(holder, other)| *holder == seed.holder && other != holder)
                    .map(|(_, other)| other)
                    .collect()
            };
            others(true).is_disjoint(&others(false))
        });
        for (id, seed) in (0..).zip(&mut self.seeds) {
            seed.id = SeedId(id);
        }
    }

    pub(crate) fn everybody() -> impl Iterator<Item = Address> {
        WALLETS.iter().chain(&CONTRACTS).map(|name| address(name))
    }

    fn balance(&self, who: Address, what: Asset, block: u64) -> u128 {
        let balances = &self.balances[usize::try_from(block).unwrap()];
        balances.get(&(who, what)).copied().unwrap_or_default()
    }

    /// Fetches a part of each open end, and every open transaction, until nothing is asked for any more. Begins with
    /// `windows` and ends with what was read; returns the trail, and how many rounds it took.
    pub(super) fn pursue(
        &self,
        follow: impl Fn(&Scenario) -> Trail,
        part: impl Fn(Window) -> Window,
        windows: &mut BTreeSet<(Address, Window)>,
        whole: &mut BTreeSet<H256>,
    ) -> (Trail, usize) {
        for round in 0_usize.. {
            let trail = follow(&self.shown_with(windows, whole));
            if !trail.is_lacking() {
                return (trail, round);
            }
            for open in &trail.open_transactions {
                assert!(whole.insert(open.hash), "asked twice for {open:?}");
            }
            for open in &trail.open_ends {
                let is_new = windows.insert((open.address, part(open.window)));
                assert!(is_new, "asked twice for {open:?}");
            }
        }
        unreachable!("the loop returns")
    }

    /// What looking at these windows of these addresses shows, and at transactions that were read whole.
    fn shown_with(
        &self,
        windows: &BTreeSet<(Address, Window)>,
        whole: &BTreeSet<H256>,
    ) -> Scenario {
        let is_whole = |of: &Transfer| whole.contains(&of.transaction.unwrap());
        let mut shown = self.shown(windows);
        shown.transfers.extend(self.transfers.iter().filter(|of| is_whole(of)));
        shown.transfers.sort();
        shown.transfers.dedup();
        shown.read(Some(true), is_whole);
        shown
    }

    /// What looking at these windows of these addresses shows.
    pub(super) fn shown(&self, windows: &BTreeSet<(Address, Window)>) -> Scenario {
        let mut scenario =
            Scenario { until: UNTIL, seeds: self.seeds.clone(), ..Scenario::default() };
        let is_seen = |transfer: &&Transfer| {
            [transfer.from, transfer.to].into_iter().flatten().any(|party| {
                windows
                    .iter()
                    .any(|(who, window)| *who == party && window.contains(transfer.position.block))
            })
        };
        scenario.transfers = self.transfers.iter().filter(is_seen).copied().collect();
        for (who, window) in windows {
            scenario.cover(*who, *window, &AssetClass::ALL);
            for what in ASSETS.map(asset) {
                for block in [window.first() - 1, window.last()] {
                    let amount = Amount::from(self.balance(*who, what, block));
                    scenario.balances.push(Balance { address: *who, asset: what, block, amount });
                }
            }
        }
        scenario.accounts = CONTRACTS
            .map(|name| AccountFact {
                chain: CHAIN,
                address: address(name),
                kind: AccountKind::Contract,
                block: UNTIL,
            })
            .to_vec();
        scenario
    }

    /// What looking at everything shows.
    pub(crate) fn whole(&self) -> Scenario {
        self.until(UNTIL)
    }

    /// What looking at everything up to a block shows.
    fn until(&self, until: u64) -> Scenario {
        let window = Window::new(1, until).unwrap();
        let mut shown = self.shown(&Self::everybody().map(|who| (who, window)).collect());
        shown.read(Some(true), |_| true);
        Scenario { until, ..shown }
    }
}

fn any_rule() -> impl Strategy<Value = Rule> {
    prop::sample::select(Rule::ALL.to_vec())
}

/// Hops come after what they take, in the order of the chain.
fn assert_in_order(trail: &Trail) {
    let transaction = |position: Position| (position.block, position.transaction);
    assert!(trail.hops.is_sorted_by_key(|hop| transaction(hop.position)));
    for (hop_idx, hop) in trail.hops.iter().enumerate() {
        assert!(!hop.taken.is_empty());
        for taken in &hop.taken {
            let origin = match taken.origin {
                Origin::Seed(seed) => trail.seeds[usize::from(seed.0)].position,
                Origin::Hop(id) => {
                    let origin_idx = usize::try_from(id.0).unwrap();
                    assert!(origin_idx < hop_idx);
                    assert!(trail.hops[origin_idx].depth < hop.depth);
                    trail.hops[origin_idx].position
                }
            };
            assert!(transaction(origin) <= transaction(hop.position));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn nobody_ever_holds_more_stolen_value_than_he_has(
        mut world in any_world(),
        rule in any_rule(),
        until in 1..=UNTIL,
    ) {
        world.forget_round_trips();
        let trail = world.until(until).follow(rule);
        // Where amounts overlap, every seed for itself.
        let mut held: BTreeMap<(Address, Asset, Option<SeedId>), Amount> = BTreeMap::new();
        for ending in &trail.endings {
            if let (EndingKind::Held { .. }, Some(who)) = (&ending.kind, ending.address) {
                let seed = (!rule.conserves()).then_some(ending.seed);
                let sum = held.entry((who, ending.asset, seed)).or_default();
                *sum = sum.checked_add(ending.amount).unwrap();
            }
        }
        for ((who, what, _), amount) in held {
            prop_assert!(amount <= Amount::from(world.balance(who, what, until)));
        }
        prop_assert!(trail.open_ends.iter().all(|open| until < open.window.first()));
        // Above all, no balance had to be taken for less than the lots.
        let is_expected = |reservation: &Reservation| {
            matches!(
                reservation,
                Reservation::ApproximateConversion { .. }
                    | Reservation::OtherReceivers { .. }
                    | Reservation::Delivered { .. }
            )
        };
        prop_assert!(trail.reservations.iter().all(is_expected), "{:?}", trail.reservations);
        assert_in_order(&trail);
    }

    /// In one transaction nobody is given more stolen value than he got of the asset, and nobody's lots pay for
    /// more than he gave, whoever else took part.
    #[test]
    fn no_transaction_gives_more_than_it_moved(world in any_world(), rule in any_rule()) {
        let trail = world.whole().follow(rule);
        let mut moved: BTreeMap<(H256, Address, bool, Asset), Amount> = BTreeMap::new();
        for transfer in &world.transfers {
            for (party, is_payer) in [(transfer.from, true), (transfer.to, false)] {
                let Some(party) = party else { continue };
                let key = (transfer.transaction.unwrap(), party, is_payer, transfer.asset);
                let sum = moved.entry(key).or_default();
                *sum = sum.saturating_add(transfer.amount);
            }
        }
        let mut told: BTreeMap<(H256, Address, bool, Asset, Option<SeedId>), Amount> = BTreeMap::new();
        for hop in &trail.hops {
            let hash = hop.transaction.unwrap();
            // What a conversion made and was delivered to another never was with its payer.
            let is_own = |origin: Origin| match origin {
                Origin::Hop(id) => {
                    trail.hops[usize::try_from(id.0).unwrap()].transaction == Some(hash)
                }
                Origin::Seed(_) => false,
            };
            let (payer, receiver) = match hop.kind {
                HopKind::Payment { from, to, .. } => (from, to),
                HopKind::Conversion { account, .. } => (account, None),
            };
            for lot in &hop.taken {
                let seed = (!rule.conserves()).then_some(lot.seed);
                let payer = Some(payer).filter(|_| !is_own(lot.origin));
                for (party, is_payer) in [(payer, true), (receiver, false)] {
                    let Some(party) = party else { continue };
                    let sum = told.entry((hash, party, is_payer, lot.asset, seed)).or_default();
                    *sum = sum.saturating_add(lot.amount);
                }
            }
        }
        for ((hash, party, is_payer, what, _), stolen) in told {
            let moved = moved.get(&(hash, party, is_payer, what)).copied().unwrap_or_default();
            prop_assert!(stolen <= moved, "{} {is_payer} {stolen} > {moved}", name(party));
        }
    }

    #[test]
    fn the_order_of_what_is_told_does_not_matter(world in any_world(), rule in any_rule()) {
        let whole = world.whole();
        prop_assert_eq!(whole.follow(rule), whole.follow(rule));
        prop_assert_eq!(whole.follow(rule), whole.shuffled().follow(rule));
    }

    #[test]
    fn whether_a_stop_was_looked_at_does_not_matter(
        world in any_world(),
        rule in any_rule(),
        category in prop::sample::select(vec!["exchange", "mixer", "bridge"]),
    ) {
        let stop = address("w5");
        let mut known = world.whole();
        known.seeds.retain(|seed| seed.holder != stop);
        for (id, seed) in (0..).zip(&mut known.seeds) {
            seed.id = SeedId(id);
        }
        known.mark("w5", category);
        let mut unknown = known.clone();
        unknown.coverage.retain(|covered| covered.address != stop);
        prop_assert_eq!(known.follow(rule), unknown.follow(rule));
        let trail = known.follow(rule);
        let payer = |hop: &Hop| match hop.kind {
            HopKind::Payment { from, .. } => from,
            HopKind::Conversion { account, .. } => account,
        };
        prop_assert!(trail.hops.iter().all(|hop| payer(hop) != stop));
    }

    #[test]
    fn strangers_do_not_matter(world in any_world(), other in any_world(), rule in any_rule()) {
        let known = world.whole();
        let mut more = known.clone();
        let rename = |party: Address| {
            let mut bytes = party.0;
            bytes[10] = b'z';
            Address::from(bytes)
        };
        let strangers = other.whole();
        for mut transfer in strangers.transfers {
            transfer.from = transfer.from.map(rename);
            transfer.to = transfer.to.map(rename);
            transfer.position.transaction += 1000;
            more.transfers.push(transfer);
        }
        more.transfers.sort();
        for covered in strangers.coverage {
            more.cover(rename(covered.address), covered.window, &[covered.class]);
        }
        prop_assert_eq!(known.follow(rule), more.follow(rule));
    }
}
