//! Everyone else's business: users, traders, an exchange's customers, strangers in mixers, failures.
//!
//! The numbers come from a small generator with a fixed start, so that two runs play the same.

use std::collections::BTreeMap;

use fundtrail_model::{Address, Amount};

use crate::deeds::{self, pay};
use crate::leg::Leg;
use crate::player::{Player, invented_address};
use crate::scenario::{self, Chain};

const N_RELAYERS: u32 = 3;
/// What a relayer keeps of a withdrawal: one part in so many.
const RELAYER_PART: u128 = 250;

/// The state of the generator, and what is still to be done.
#[derive(Clone, Debug)]
pub struct Noise {
    state: u64,
    n_users: u32,
    n_customers: u32,
    trade: Amount,
    /// Deposits of customers that the exchange has not collected yet.
    uncollected: Vec<(Address, Amount)>,
    /// Withdrawals by strangers so far, by mixer pool.
    n_withdrawn: BTreeMap<String, u32>,
}

impl Noise {
    /// A generator for a chain.
    #[must_use]
    pub fn new(spec: &Chain) -> Self {
        Self {
            state: spec.id,
            n_users: spec.noise.users,
            n_customers: spec.noise.customers,
            trade: scenario::amount(&spec.noise.trade, 18),
            uncollected: Vec::new(),
            n_withdrawn: BTreeMap::new(),
        }
    }

    /// Names of the ordinary users.
    pub fn users(spec: &Chain) -> impl Iterator<Item = String> + use<> {
        (1..=spec.noise.users).map(user)
    }

    /// Names of the mixers' relayers.
    pub fn relayers() -> impl Iterator<Item = String> {
        (1..=N_RELAYERS).map(|number| format!("relayer {number}"))
    }

    /// The users who trade.
    #[must_use]
    pub fn traders(spec: &Chain) -> Vec<Address> {
        (1..=spec.noise.traders).map(|number| invented_address(&user(number))).collect()
    }

    /// The exchange pays a customer.
    pub fn pay_customer(&mut self, player: &mut Player, hot_wallet: Address, number: u32) {
        let amount = self.portion(self.trade);
        player.pay(hot_wallet, invented_address(&format!("customer {number}")), amount);
    }

    /// Whether others share the next step's block: every other time.
    pub fn is_busy(&mut self) -> bool {
        self.below(2) == 0
    }

    /// Queues what strangers do in one block.
    pub fn queue(leg: &mut Leg<'_>) {
        collect(leg);
        for _ in 0..=leg.noise.below(3) {
            match leg.noise.below(12) {
                0..=2 => between_users(leg),
                3 | 4 => trade(leg),
                5 | 6 => deposit_at_exchange(leg),
                7 => {
                    let hot_wallet = leg.who(&leg.spec.noise.hot_wallet);
                    let number = 1 + leg.noise.below(leg.noise.n_customers);
                    leg.noise.pay_customer(&mut leg.player, hot_wallet, number);
                }
                8 => dust(leg),
                9 => fail(leg),
                10 => pay_with_token(leg),
                _ => withdraw_from_mixer(leg),
            }
        }
    }

    /// The next number of SplitMix64.
    const fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u32) -> u32 {
        u32::try_from(self.next() % u64::from(bound)).expect("less than a 32-bit bound")
    }

    fn user(&mut self) -> Address {
        let number = 1 + self.below(self.n_users);
        invented_address(&user(number))
    }

    /// Some thousandths of an amount, at least one.
    fn portion(&mut self, whole: Amount) -> Amount {
        let part = u128::from(1 + self.below(1_000));
        whole.share(part.into(), 1_000_u128.into()).expect("a part of an amount")
    }
}

fn user(number: u32) -> String {
    format!("user {number}")
}

fn between_users(leg: &mut Leg<'_>) {
    let (from, to) = (leg.noise.user(), leg.noise.user());
    let amount = leg.noise.portion(leg.noise.trade);
    leg.player.pay(from, to, amount);
}

fn trade(leg: &mut Leg<'_>) {
    let trader = 1 + leg.noise.below(leg.spec.noise.traders);
    let trader = invented_address(&user(trader));
    let is_open = |has_exact_reserves: bool| !has_exact_reserves || leg.n_removals_left == 0;
    let wrapper = &leg.spec.wrapper.symbol;
    let pools: Vec<_> = leg
        .spec
        .pool
        .iter()
        .filter(|pool| is_open(pool.reserves.is_some()) && pool.tokens[0] == *wrapper)
        .collect();
    if pools.is_empty() {
        return;
    }
    let which = leg.noise.below(u32::try_from(pools.len()).expect("few pools"));
    let pool = pools[usize::try_from(which).expect("few pools")];
    let token = &pool.tokens[1];
    let asset = leg.world.asset(token);
    if leg.noise.below(2) == 0 {
        let amount = leg.noise.portion(leg.noise.trade);
        deeds::swap(leg, trader, &pool.name, ("native", amount), token, true);
    } else {
        // A tenth of what the trader has, so that two sales in one block never exceed it.
        let held = leg.player.truth.balance(trader, asset);
        let part = held.share(1_u128.into(), 10_u128.into()).expect("a part of an amount");
        let amount = leg.noise.portion(part);
        if !amount.is_zero() {
            deeds::swap(leg, trader, &pool.name, (token, amount), "native", true);
        }
    }
}

fn deposit_at_exchange(leg: &mut Leg<'_>) {
    let from = leg.noise.user();
    let number = 1 + leg.noise.below(leg.noise.n_customers);
    let deposit = invented_address(&format!("deposit address of customer {number}"));
    let amount = leg.noise.portion(leg.noise.trade);
    leg.player.pay(from, deposit, amount);
    leg.noise.uncollected.push((deposit, amount));
}

/// The exchange collects what its customers have deposited in earlier blocks.
fn collect(leg: &mut Leg<'_>) {
    let hot_wallet = leg.who(&leg.spec.noise.hot_wallet);
    let fee = leg.player.fee_of_payment();
    for (deposit, amount) in std::mem::take(&mut leg.noise.uncollected) {
        let rest = amount.saturating_sub(fee);
        if !rest.is_zero() {
            leg.player.pay(deposit, hot_wallet, rest);
        }
    }
}

fn dust(leg: &mut Leg<'_>) {
    let (from, to) = (leg.noise.user(), leg.noise.user());
    leg.player.pay(from, to, 1_u128.into());
}

fn fail(leg: &mut Leg<'_>) {
    let from = leg.noise.user();
    let refuser = leg.world.contract("refuser");
    let amount = leg.noise.portion(leg.noise.trade);
    let effect = pay(from, refuser, leg.player.native(), amount);
    leg.player.send(from, Some(refuser), amount, vec![], false, vec![effect]);
}

fn pay_with_token(leg: &mut Leg<'_>) {
    let trader = 1 + leg.noise.below(leg.spec.noise.traders);
    let trader = invented_address(&user(trader));
    let to = leg.noise.user();
    let Some(token) = leg.spec.token.iter().find(|token| token.per_trader.is_some()) else {
        return;
    };
    let asset = leg.world.asset(&token.name);
    let held = leg.player.truth.balance(trader, asset);
    let part = held.share(1_u128.into(), 20_u128.into()).expect("a part of an amount");
    let amount = leg.noise.portion(part);
    deeds::pay_token(leg, trader, to, asset, amount);
}

fn withdraw_from_mixer(leg: &mut Leg<'_>) {
    let which = leg.noise.below(u32::try_from(leg.spec.mixer.len()).expect("few mixers"));
    let mixer = &leg.spec.mixer[usize::try_from(which).expect("few mixers")].name;
    let place = leg.world.mixers[mixer];
    let n_withdrawn = leg.noise.n_withdrawn.entry(mixer.clone()).or_default();
    if *n_withdrawn >= place.strangers {
        return;
    }
    *n_withdrawn += 1;
    let to = invented_address(&format!("recipient {n_withdrawn} of {mixer}"));
    let relayer = 1 + leg.noise.below(N_RELAYERS);
    let relayer = invented_address(&format!("relayer {relayer}"));
    let fee = place.denomination.share(1_u128.into(), RELAYER_PART.into()).expect("a part");
    leg.withdraw(mixer, relayer, to, fee);
}
