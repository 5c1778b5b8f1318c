//! What the steps of a story do on the chain, and what they mean for the books.

use ethers_core::abi::Token;
use fundtrail_model::{Address, Amount, Asset, U256};

use crate::leg::{Leg, MixerLink};
use crate::player::Effect;
use crate::scenario::{self, Deed};

/// Time between two deposits of one step.
const SECONDS_BETWEEN_DEPOSITS: u64 = 45;

/// Does one step in a block with this time (or several, from this time on).
pub(crate) fn perform(leg: &mut Leg<'_>, deed: &Deed, at: u64) {
    match deed {
        Deed::Pay { by, to, asset, amount, is_theft, fails } => {
            let (from, to) = (leg.who(by), leg.who(to));
            let (asset, amount) = (leg.world.asset(asset), leg.world.amount(asset, amount));
            let effect = if *is_theft {
                Effect::Steal { from, holder: to, asset, amount }
            } else {
                pay(from, to, asset, amount)
            };
            transfer(leg, from, to, amount, !fails, effect);
        }
        Deed::Upgrade { by, staking } => {
            let by = leg.who(by);
            let code = leg.player.deploy(by, "ChangedStakingPool", &[]);
            let target = ("Proxy", leg.world.contract(staking));
            call(leg, by, target, "upgradeTo", &[Token::Address(code)], vec![]);
        }
        Deed::PayOut { by, staking, to, asset, amount } => {
            let (by, holder, from) = (leg.who(by), leg.who(to), leg.world.contract(staking));
            let amount = leg.world.amount(asset, amount);
            let effect = Effect::Steal { from, holder, asset: leg.world.asset(asset), amount };
            let args = [Token::Address(holder), uint(amount)];
            call(leg, by, ("ChangedStakingPool", from), "payOut", &args, vec![effect]);
        }
        Deed::Approve { by, spender, asset } => {
            let by = leg.who(by);
            approve(leg, by, spender, leg.world.asset(asset));
        }
        Deed::RemoveLiquidity { by, pool, shares, is_unwrapped } => {
            let by = leg.who(by);
            remove_liquidity(leg, by, pool, shares, *is_unwrapped);
        }
        Deed::Swap { by, pool, give, amount, get, fails } => {
            let by = leg.who(by);
            let amount = leg.world.amount(give, amount);
            swap(leg, by, pool, (give, amount), get, !fails);
        }
        Deed::Wrap { by, amount } => {
            let by = leg.who(by);
            wrap(leg, by, scenario::amount(amount, 18));
        }
        Deed::Unwrap { by, amount } => {
            let account = leg.who(by);
            let amount = scenario::amount(amount, 18);
            let wrapper = leg.player.wrapper();
            let paid = (leg.player.token(wrapper), amount);
            let effect = Effect::Convert { account, paid, received: vec![leg.player.native()] };
            call(leg, account, ("Wrapper", wrapper), "withdraw", &[uint(amount)], vec![effect]);
        }
        Deed::Disperse { by, payments, refused } => {
            disperse(leg, by, payments, refused.as_deref());
        }
        Deed::Mix { by, mixer, times } => {
            let from = leg.who(by);
            for time_idx in 0..u64::from(*times) {
                let deposit = leg.deposit(from, mixer);
                leg.notes.entry((mixer.clone(), by.clone())).or_default().push_back(deposit);
                leg.player.mine_at(at + SECONDS_BETWEEN_DEPOSITS * time_idx);
            }
            return;
        }
        Deed::Unmix { mixer, deposited_by, to, fee } => unmix(leg, mixer, deposited_by, to, fee),
        Deed::Bridge { by, asset, amount, to_chain, recipient } => {
            let (by, bridge, recipient) = (leg.who(by), leg.who("bridge"), leg.who(recipient));
            let (asset, amount) = (leg.world.asset(asset), leg.world.amount(asset, amount));
            let to_chain = Token::Uint((*to_chain).into());
            let args = [contract(asset), uint(amount), to_chain, Token::Address(recipient)];
            let effects = vec![pay(by, bridge, asset, amount)];
            call(leg, by, ("Bridge", bridge), "lock", &args, effects);
        }
        Deed::Deposit { by, amount } => {
            let (by, vault) = (leg.who(by), leg.who("vault"));
            let amount = scenario::amount(amount, 18);
            let effects = vec![pay(by, vault, leg.player.native(), amount)];
            leg.player.call(by, ("Vault", vault), "deposit", &[], amount, effects);
        }
        Deed::Poison { by, victim, asset, imitates } => {
            let (by, victim, poisoner) = (leg.who(by), leg.who(victim), leg.who("poisoner"));
            let lookalikes = imitates
                .iter()
                .map(|name| Token::Address(leg.who(&format!("look-alike of {name}"))))
                .collect();
            let token = contract(leg.world.asset(asset));
            let args = [token, Token::Address(victim), Token::Array(lookalikes)];
            call(leg, by, ("Poisoner", poisoner), "poison", &args, vec![]);
        }
        Deed::Spoof { by, asset, from, to, amount } => {
            let (by, from, to) = (leg.who(by), leg.who(from), leg.who(to));
            let amount = leg.world.amount(asset, amount);
            let args = [Token::Address(from), Token::Address(to), uint(amount)];
            let target = ("Counterfeit", leg.world.contract(asset));
            call(leg, by, target, "spoof", &args, vec![]);
        }
    }
    leg.player.mine_at(at);
}

/// A payment, for the books.
pub(crate) const fn pay(from: Address, to: Address, asset: Asset, amount: Amount) -> Effect {
    Effect::Pay { from, to, asset, amount }
}

/// Clean value from a contract, for the books.
pub(crate) const fn fund(to: Address, asset: Asset, amount: Amount) -> Effect {
    Effect::Fund { to, asset, amount }
}

const fn uint(amount: Amount) -> Token {
    Token::Uint(amount.base_units())
}

const fn contract(asset: Asset) -> Token {
    Token::Address(asset.contract().expect("a token, not the native coin"))
}

fn call(
    leg: &mut Leg<'_>,
    by: Address,
    target: (&str, Address),
    function: &str,
    args: &[Token],
    effects: Vec<Effect>,
) {
    leg.player.call(by, target, function, args, Amount::ZERO, effects);
}

fn transfer(
    leg: &mut Leg<'_>,
    from: Address,
    to: Address,
    amount: Amount,
    succeeds: bool,
    effect: Effect,
) {
    let (Effect::Pay { asset, .. } | Effect::Steal { asset, .. }) = effect else {
        unreachable!("a transfer is a payment or a theft");
    };
    match asset.contract() {
        None => leg.player.send(from, Some(to), amount, vec![], succeeds, vec![effect]),
        Some(token) => {
            let args = [Token::Address(to), uint(amount)];
            let data = leg.player.contracts().call("Token", "transfer", &args);
            leg.player.send(from, Some(token), Amount::ZERO, data, succeeds, vec![effect])
        }
    };
}

/// Sends a payment of a token.
pub(crate) fn pay_token(
    leg: &mut Leg<'_>,
    from: Address,
    to: Address,
    asset: Asset,
    amount: Amount,
) {
    transfer(leg, from, to, amount, true, pay(from, to, asset, amount));
}

/// Allows a contract to move all of a token.
pub(crate) fn approve(leg: &mut Leg<'_>, owner: Address, spender: &str, asset: Asset) {
    let token = asset.contract().expect("a token, not the native coin");
    let args = [Token::Address(leg.world.contract(spender)), Token::Uint(U256::MAX)];
    call(leg, owner, ("Token", token), "approve", &args, vec![]);
}

/// Turns native coin into its token.
pub(crate) fn wrap(leg: &mut Leg<'_>, account: Address, amount: Amount) {
    let wrapper = leg.player.wrapper();
    let paid = (leg.player.native(), amount);
    let effect = Effect::Convert { account, paid, received: vec![leg.player.token(wrapper)] };
    leg.player.call(account, ("Wrapper", wrapper), "deposit", &[], amount, vec![effect]);
}

/// Sells at a pool.
pub(crate) fn swap(
    leg: &mut Leg<'_>,
    by: Address,
    pool: &str,
    (give, amount): (&str, Amount),
    get: &str,
    succeeds: bool,
) {
    let pool = leg.world.pool(pool);
    let is_of_pool = |name: &str| {
        let name = if name == "native" { &leg.spec.wrapper.symbol } else { name };
        pool.tokens.iter().any(|token| token == name)
    };
    assert!(is_of_pool(give) && is_of_pool(get), "{give} and {get} are not of one pool");
    let place = Token::Address(pool.address);
    let least = Token::Uint(if succeeds { U256::zero() } else { U256::MAX });
    let to = Token::Address(by);
    let (given, got) = (leg.world.asset(give), leg.world.asset(get));
    let (function, args, value) = match (given.contract(), got.contract()) {
        (None, _) => ("swapNative", vec![place, least, to], amount),
        (_, None) => {
            ("swapForNative", vec![place, contract(given), uint(amount), least, to], Amount::ZERO)
        }
        _ => ("swapTokens", vec![place, contract(given), uint(amount), least, to], Amount::ZERO),
    };
    let effect = Effect::Convert { account: by, paid: (given, amount), received: vec![got] };
    let data = leg.player.contracts().call("Router", function, &args);
    let router = leg.world.contract("router");
    leg.player.send(by, Some(router), value, data, succeeds, vec![effect]);
}

fn remove_liquidity(
    leg: &mut Leg<'_>,
    account: Address,
    pool: &str,
    shares: &str,
    is_unwrapped: bool,
) {
    let amount = leg.world.amount(pool, shares);
    let place = leg.world.pool(pool);
    let mut received = place.tokens.each_ref().map(|name| leg.world.asset(name)).to_vec();
    if is_unwrapped {
        received[0] = leg.player.native();
    }
    let args = [Token::Address(place.address), uint(amount), Token::Address(account)];
    let effect = Effect::Convert { account, paid: (leg.world.asset(pool), amount), received };
    let function = if is_unwrapped { "removeLiquidityNative" } else { "removeLiquidity" };
    let router = ("Router", leg.world.contract("router"));
    call(leg, account, router, function, &args, vec![effect]);
    leg.n_removals_left -= 1;
}

fn disperse(leg: &mut Leg<'_>, by: &str, payments: &[(String, String)], refused: Option<&str>) {
    let by = leg.who(by);
    let native = leg.player.native();
    let mut effects = Vec::new();
    let mut recipients = Vec::new();
    let mut amounts = Vec::new();
    let mut value = Amount::ZERO;
    let mut offer = |to: Address, amount: Amount| {
        value = value.saturating_add(amount);
        recipients.push(Token::Address(to));
        amounts.push(uint(amount));
    };
    if let Some(refused) = refused {
        offer(leg.who("refuser"), scenario::amount(refused, 18));
    }
    for (to, amount) in payments {
        let (to, amount) = (leg.who(to), scenario::amount(amount, 18));
        offer(to, amount);
        effects.push(pay(by, to, native, amount));
    }
    let args = [Token::Array(recipients), Token::Array(amounts)];
    let target = ("Disperse", leg.world.contract("disperse"));
    leg.player.call(by, target, "disperse", &args, value, effects);
}

fn unmix(leg: &mut Leg<'_>, mixer: &str, deposited_by: &str, to: &str, fee: &str) {
    let (depositor, recipient, relayer) =
        (leg.who(deposited_by), leg.who(to), leg.who("relayer 1"));
    let note = leg
        .notes
        .get_mut(&(mixer.to_owned(), deposited_by.to_owned()))
        .and_then(std::collections::VecDeque::pop_front);
    let deposit = note.unwrap_or_else(|| panic!("{deposited_by} has no note left in {mixer}"));
    let withdrawal = leg.withdraw(mixer, relayer, recipient, scenario::amount(fee, 18));
    let mixer = leg.world.contract(mixer);
    leg.links.push(MixerLink { mixer, deposit, depositor, withdrawal, recipient });
}
