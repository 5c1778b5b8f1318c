//! Everything that stands before the story begins: contracts, liquidity, stakes, users.

use ethers_core::abi::Token;
use fundtrail_model::{Address, Amount, EndingClass, U256, parse_address};

use crate::anvil::AnvilOptions;
use crate::contracts::Contracts;
use crate::deeds::{self, pay};
use crate::genesis::{Genesis, short_string};
use crate::leg::Leg;
use crate::noise::Noise;
use crate::player::{Effect, Player, invented_address};
use crate::scenario::{Chain, Deed, PoolSpec, Scenario, StakingSpec, amount, seconds};
use crate::world::{MixerPlace, PoolPlace, World};

/// Native coin of everyone who only needs it for fees.
const SMALL_FUND: &str = "10";
/// Payments of the exchange that share a block.
const CUSTOMERS_PER_BLOCK: u32 = 60;
const INFRASTRUCTURE: &str = "infrastructure deployer";

/// Starts the node and plays the chain up to the block before the story's first.
pub(crate) fn begin<'a>(scenario: &Scenario, spec: &'a Chain, contracts: Contracts) -> Leg<'a> {
    let first_block = spec
        .first_step_block
        .checked_sub(spec.setup_blocks)
        .expect("the story begins after the first block");
    let wrapper = parse_address(&spec.wrapper.address).expect("the wrapper's address");
    let options = AnvilOptions {
        genesis_block: first_block,
        genesis: genesis(spec, &contracts, wrapper),
        ..AnvilOptions::new(spec.id, seconds(&spec.begins))
    };
    let gas_price = U256::from(spec.gas_price_gwei) * U256::exp10(9);
    let mut player = Player::start(&options, contracts, wrapper, gas_price);
    player.truth.set_contract(wrapper);
    let mut world = World::new(player.native());
    world.name_token(&spec.wrapper.symbol, player.token(wrapper), 18);
    for mixer in &spec.mixer {
        let address = parse_address(&mixer.address).expect("a mixer's address");
        world.name(&mixer.name, address);
        player.truth.set_contract(address);
        player.truth.set_stop(address, EndingClass::Mixer);
        let denomination = amount(&mixer.denomination, 18);
        let place = MixerPlace { address, denomination, strangers: mixer.crowd };
        world.mixers.insert(mixer.name.clone(), place);
    }
    let mut leg = Leg::new(spec, player, world, Noise::new(spec));
    leg.n_removals_left =
        spec.step.iter().filter(|step| matches!(step.deed, Deed::RemoveLiquidity { .. })).count();
    deploy(&mut leg);
    set_stops(&mut leg, scenario);
    for pool in &spec.pool {
        provide(&mut leg, pool);
        if let Some(staking) = &pool.staking {
            stake(&mut leg, pool, staking);
        }
    }
    equip_traders(&mut leg);
    gather_crowd(&mut leg);
    pay_customers(&mut leg);
    // The top-up takes the last two blocks.
    while leg.player.height() + 3 < spec.first_step_block {
        Noise::queue(&mut leg);
        tick(&mut leg);
    }
    top_up(&mut leg);
    tick(&mut leg);
    assert_eq!(leg.player.height() + 1, spec.first_step_block, "`setup_blocks` is too small");
    leg
}

/// Mines the queue at the next of the evenly spaced times before the story.
fn tick(leg: &mut Leg<'_>) {
    let end = seconds(&leg.spec.step.first().expect("a story").at);
    let n_blocks_left = leg.spec.first_step_block - leg.player.height();
    assert!(n_blocks_left > 0, "`setup_blocks` is too small");
    let gap = (end - leg.player.time()) / n_blocks_left;
    leg.mine_after(gap);
}

fn genesis(spec: &Chain, contracts: &Contracts, wrapper: Address) -> Genesis {
    let mut genesis = Genesis::default();
    genesis.set_producer(invented_address("block producer"));
    let storage = [
        (0, short_string(&spec.wrapper.title)),
        (1, short_string(&spec.wrapper.symbol)),
        (2, U256::from(18)),
    ];
    genesis.place(wrapper, contracts.runtime("Wrapper"), &storage);
    let mut fund = |name: &str, coins: &str| {
        genesis.fund(invented_address(name), amount(coins, 18));
    };
    fund(INFRASTRUCTURE, SMALL_FUND);
    for account in &spec.account {
        fund(&account.name, &account.fund);
    }
    for user in Noise::users(spec) {
        fund(&user, &spec.noise.user_fund);
    }
    for relayer in Noise::relayers() {
        fund(&relayer, SMALL_FUND);
    }
    for staking in spec.pool.iter().filter_map(|pool| pool.staking.as_ref()) {
        for staker in stakers(staking) {
            fund(&staker, SMALL_FUND);
        }
    }
    for mixer in &spec.mixer {
        let denomination = amount(&mixer.denomination, 18);
        let funded = denomination.saturating_add(amount(SMALL_FUND, 18));
        for stranger in strangers(&mixer.name, mixer.crowd) {
            genesis.fund(invented_address(&stranger), funded);
        }
        let address = parse_address(&mixer.address).expect("a mixer's address");
        let storage = [(0, denomination.base_units())];
        genesis.place(address, contracts.runtime("Mixer"), &storage);
    }
    genesis
}

fn stakers(staking: &StakingSpec) -> Vec<String> {
    (1..=staking.stakers).map(|number| format!("staker {number} of {}", staking.name)).collect()
}

fn strangers(mixer: &str, count: u32) -> Vec<String> {
    (1..=count).map(|number| format!("stranger {number} in {mixer}")).collect()
}

fn deploy(leg: &mut Leg<'_>) {
    let deployer = invented_address(INFRASTRUCTURE);
    let wrapper = Token::Address(leg.player.wrapper());
    let refuser_next = Token::Address(invented_address("behind the refuser"));
    for (name, contract, args) in [
        ("router", "Router", vec![wrapper]),
        ("bridge", "Bridge", vec![]),
        ("disperse", "Disperse", vec![]),
        ("vault", "Vault", vec![]),
        ("refuser", "Refuser", vec![refuser_next]),
        ("poisoner", "Poisoner", vec![]),
    ] {
        let address = leg.player.deploy(deployer, contract, &args);
        leg.world.name(name, address);
        leg.who(name);
    }
    tick(leg);
    for token in &leg.spec.token {
        let deployer = leg.who(&token.deployer);
        let supply = amount(&token.supply, token.decimals);
        let contract = if token.is_counterfeit { "Counterfeit" } else { "Token" };
        let args = [
            Token::String(token.title.clone()),
            Token::String(token.symbol.clone()),
            Token::Uint(token.decimals.into()),
            Token::Uint(supply.base_units()),
            Token::Address(deployer),
        ];
        let address = leg.player.deploy(deployer, contract, &args);
        let asset = leg.player.token(address);
        leg.world.name_token(&token.name, asset, token.decimals);
        leg.player.truth.fund(deployer, asset, supply);
    }
    for pool in &leg.spec.pool {
        let provider = leg.who(&pool.provider);
        let [token0, token1] = pool.tokens.each_ref().map(|name| leg.world.contract(name));
        let args = [
            Token::Address(token0),
            Token::Address(token1),
            Token::String(format!("Shares of {} and {}", pool.tokens[0], pool.tokens[1])),
            Token::String(format!("{}-{}-LP", pool.tokens[0], pool.tokens[1])),
        ];
        let address = leg.player.deploy(provider, "Pool", &args);
        let asset = leg.player.token(address);
        leg.world.name_token(&pool.name, asset, 18);
        let place = PoolPlace { address, tokens: pool.tokens.clone() };
        leg.world.pools.insert(pool.name.clone(), place);
    }
    tick(leg);
}

fn set_stops(leg: &mut Leg<'_>, scenario: &Scenario) {
    for label in &leg.spec.label {
        let class = match label.category.as_str() {
            "exchange" | "payment" | "gambling" => EndingClass::Service,
            "mixer" => EndingClass::Mixer,
            "bridge" => EndingClass::Bridge,
            "burn" => EndingClass::Burned,
            _ => continue,
        };
        leg.set_stop(&label.of, class);
    }
    for listing in &scenario.listing {
        leg.set_stop(&listing.of, EndingClass::Sanctioned);
    }
}

/// Gives the provider what it needs of a pool's two tokens.
fn procure(leg: &mut Leg<'_>, pool: &PoolSpec, wanted: [Amount; 2]) {
    let provider = leg.who(&pool.provider);
    for (name, wanted) in pool.tokens.iter().zip(wanted) {
        let asset = leg.world.asset(name);
        if *name == leg.spec.wrapper.symbol {
            deeds::wrap(leg, provider, wanted);
        } else {
            let deployer = leg.spec.token.iter().find(|token| token.name == *name);
            let deployer = leg.who(&deployer.expect("a token of the case").deployer);
            if deployer != provider {
                deeds::pay_token(leg, deployer, provider, asset, wanted);
            }
        }
    }
}

fn amounts(leg: &Leg<'_>, pool: &PoolSpec, texts: &[String; 2]) -> [Amount; 2] {
    let [first, second] = &pool.tokens;
    [leg.world.amount(first, &texts[0]), leg.world.amount(second, &texts[1])]
}

fn provide(leg: &mut Leg<'_>, pool: &PoolSpec) {
    let provider = leg.who(&pool.provider);
    let deposit = amounts(leg, pool, &pool.deposit);
    procure(leg, pool, deposit);
    tick(leg);
    for name in &pool.tokens {
        deeds::approve(leg, provider, "router", leg.world.asset(name));
    }
    let place = leg.world.pool(&pool.name).address;
    let args = [
        Token::Address(place),
        Token::Uint(deposit[0].base_units()),
        Token::Uint(deposit[1].base_units()),
        Token::Address(provider),
    ];
    let [asset0, asset1] = pool.tokens.each_ref().map(|name| leg.world.asset(name));
    let effects = vec![
        pay(provider, place, asset0, deposit[0]),
        Effect::Convert {
            account: provider,
            paid: (asset1, deposit[1]),
            received: vec![leg.player.token(place)],
        },
    ];
    let router = ("Router", leg.world.contract("router"));
    leg.player.call(provider, router, "addLiquidity", &args, Amount::ZERO, effects);
    tick(leg);
}

fn stake(leg: &mut Leg<'_>, pool: &PoolSpec, staking: &StakingSpec) {
    let deployer = leg.who(&staking.deployer);
    let provider = leg.who(&pool.provider);
    let share = leg.world.asset(&pool.name);
    let code = leg.player.deploy(deployer, "StakingPool", &[]);
    let proxy = leg.player.deploy(deployer, "Proxy", &[Token::Address(code)]);
    leg.world.name(&staking.name, proxy);
    leg.who(&staking.name);
    let token = Token::Address(share.contract().expect("shares are a token"));
    let target = ("StakingPool", proxy);
    leg.player.call(deployer, target, "initialize", &[token], Amount::ZERO, Vec::new());
    let stakers = stakers(staking);
    let weights: Vec<Amount> = (2_u128..).take(stakers.len()).map(Amount::from).collect();
    let parts = leg.world.amount(&pool.name, &staking.shares).apportion(&weights).expect("weights");
    for (staker, part) in stakers.iter().zip(&parts) {
        deeds::pay_token(leg, provider, invented_address(staker), share, *part);
    }
    tick(leg);
    for (staker, part) in stakers.iter().zip(&parts) {
        let staker = invented_address(staker);
        deeds::approve(leg, staker, &staking.name, share);
        let args = [Token::Uint(part.base_units())];
        let effects = vec![pay(staker, proxy, share, *part)];
        leg.player.call(staker, target, "stake", &args, Amount::ZERO, effects);
    }
    tick(leg);
}

fn equip_traders(leg: &mut Leg<'_>) {
    let traders: Vec<Address> = Noise::traders(leg.spec);
    for token in &leg.spec.token {
        let Some(per_trader) = &token.per_trader else { continue };
        let deployer = leg.who(&token.deployer);
        let asset = leg.world.asset(&token.name);
        let per_trader = amount(per_trader, token.decimals);
        for trader in &traders {
            deeds::pay_token(leg, deployer, *trader, asset, per_trader);
            deeds::approve(leg, *trader, "router", asset);
        }
        tick(leg);
    }
}

fn gather_crowd(leg: &mut Leg<'_>) {
    for mixer in &leg.spec.mixer {
        for stranger in strangers(&mixer.name, mixer.crowd) {
            leg.deposit(invented_address(&stranger), &mixer.name);
        }
        tick(leg);
    }
}

fn pay_customers(leg: &mut Leg<'_>) {
    let hot_wallet = leg.who(&leg.spec.noise.hot_wallet);
    for number in 1..=leg.spec.noise.customers {
        leg.noise.pay_customer(&mut leg.player, hot_wallet, number);
        if number % CUSTOMERS_PER_BLOCK == 0 {
            tick(leg);
        }
    }
    tick(leg);
}

/// Brings every pool's reserves to what the scenario says: in life the difference is years of fees.
fn top_up(leg: &mut Leg<'_>) {
    let mut transfers = Vec::new();
    for pool in &leg.spec.pool {
        let Some(reserves) = &pool.reserves else { continue };
        let place = leg.world.pool(&pool.name).address;
        let wanted = amounts(leg, pool, reserves);
        let mut missing = [Amount::ZERO; 2];
        for (side, function) in ["reserve0", "reserve1"].into_iter().enumerate() {
            let held = Amount::from_base_units(leg.player.ask(("Pool", place), function, &[]));
            missing[side] = wanted[side].checked_sub(held).unwrap_or_else(|| {
                panic!("{} holds more of its token {side} than its `reserves` say", pool.name)
            });
        }
        procure(leg, pool, missing);
        transfers.push((pool, place, missing));
    }
    tick(leg);
    for (pool, place, missing) in transfers {
        let provider = leg.who(&pool.provider);
        for (name, missing) in pool.tokens.iter().zip(missing) {
            deeds::pay_token(leg, provider, place, leg.world.asset(name), missing);
        }
        leg.player.call(provider, ("Pool", place), "sync", &[], Amount::ZERO, Vec::new());
    }
}
