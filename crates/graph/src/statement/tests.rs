//! Statements of `w`: cases as text, and properties over random worlds.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{
    Address, Amount, Asset, AssetAccount, How, Proof, Side, Standing, Statement, Window,
};
use proptest::prelude::*;

use super::{StatementQuestion, statement};
use crate::tests::scenario::{CHAIN, Scenario, address, asset, name, parse};
use crate::tests::{World, any_world, files};
use crate::{ChainEvidence, History};

fn of(scenario: &Scenario, who: Address, window: Window) -> Statement {
    let mut history = History::new(CHAIN);
    history.add(&scenario.transfers);
    let evidence = ChainEvidence {
        coverage: &scenario.coverage,
        balances: &scenario.balances,
        accounts: &scenario.accounts,
        blocks: &scenario.blocks,
        ..ChainEvidence::of(&history, scenario.until)
    };
    statement(
        &evidence,
        &StatementQuestion {
            address: who,
            window,
            marks: &scenario.marks,
            today: scenario.today,
            is_vouched: &|asset| !scenario.unlisted.contains(&asset),
            // A cent for each hundred `usdc`.
            usd_cents: &|of, amount, _| {
                (of == asset("usdc")).then(|| amount.base_units().as_u128() / 100)
            },
            dust_cents: u128::from(scenario.dust != 0) * scenario.dust,
        },
    )
}

fn named(asset: Asset) -> String {
    asset.contract().map_or_else(|| "native".into(), name)
}

fn list(amounts: &[(Asset, Amount)]) -> String {
    let of = |(asset, amount): &(Asset, Amount)| format!("{amount} {}", named(*asset));
    amounts.iter().map(of).collect::<Vec<_>>().join(" + ")
}

fn render(found: &Statement) -> String {
    let mut text = String::new();
    for movement in &found.movements {
        let of = &movement.transfer;
        let other = movement.counterparty.map_or_else(|| "-".into(), name);
        let standing = match movement.standing {
            Standing::Conversion(idx) => format!("conversion {idx}"),
            other => other.name().to_owned(),
        };
        let signed = if movement.is_signed { ", signed" } else { "" };
        let (side, what) = (movement.side.name(), named(of.asset));
        text +=
            &format!("{} {side} {} {what} {other}: {standing}{signed}\n", of.position, of.amount);
    }
    for (idx, of) in found.conversions.iter().enumerate() {
        let by: Vec<String> = of.contracts.iter().copied().map(name).collect();
        let doubt = if of.is_vouched { "" } else { ", for nothing vouched" };
        let (paid, got) = (list(&of.paid), list(&of.received));
        text += &format!("conversion {idx}: {paid} for {got} by {}{doubt}\n", by.join(" "));
    }
    for account in &found.accounts {
        text += &format!("{}\n", line(account));
    }
    for look in &found.looks {
        let gaps: Vec<String> = look.gaps.iter().map(ToString::to_string).collect();
        if !gaps.is_empty() {
            text += &format!("not looked at: {:?} {}\n", look.class, gaps.join(" "));
        }
    }
    text
}

fn line(of: &AssetAccount) -> String {
    let end = |balance: Option<fundtrail_model::StatedBalance>| {
        balance.map_or_else(
            || "?".to_owned(),
            |balance| format!("{}{}", if balance.is_derived { "~" } else { "" }, balance.amount),
        )
    };
    let mut text = format!(
        "{}{}: {} + {} = {} + {} + fees {}",
        named(of.asset),
        if of.is_vouched { "" } else { " (unvouched)" },
        end(of.opening),
        of.received,
        end(of.closing),
        of.sent,
        of.fees
    );
    if !of.unexplained_in.is_zero() || !of.unexplained_out.is_zero() {
        text += &format!(", unexplained {} in {} out", of.unexplained_in, of.unexplained_out);
    }
    for difference in &of.differences {
        let expected = difference.expected.map_or_else(|| "less".into(), |of| of.to_string());
        text += &format!(", {}: {expected} but {}", difference.window, difference.found);
    }
    if of.overflows {
        text += ", overflows";
    }
    let closes = match of.closes() {
        Some(true) if of.is_checked() => "closes",
        Some(true) => "closes, unchecked",
        Some(false) => "DOES NOT CLOSE",
        None => "not known",
    };
    format!("{text}: {closes}")
}

#[test]
fn cases() {
    files::check("statement/cases.txt", include_str!("cases.txt"), |facts| {
        let scenario = parse(facts);
        let found = of(&scenario, address("w"), Window::new(1, 100).unwrap());
        assert_eq!(of(&scenario.shuffled(), address("w"), found.window), found);
        render(&found)
    });
}

fn add(sums: &mut BTreeMap<Asset, i128>, asset: Asset, amount: Amount, sign: i128) {
    let units = i128::try_from(amount.base_units().as_u128()).unwrap();
    *sums.entry(asset).or_default() += sign * units;
}

proptest! {
    #[test]
    fn every_account_closes_and_every_movement_counts_once(
        world in any_world(),
        first in 1..=30_u64,
        length in 0..30_u64,
        unlisted in any::<bool>(),
    ) {
        let mut scenario = world.whole();
        if unlisted {
            scenario.unlisted.insert(asset("dai"));
        }
        let window = Window::new(first, (first + length).min(30)).unwrap();
        for who in World::everybody() {
            let found = of(&scenario, who, window);
            let mut sums: BTreeMap<Asset, [u128; 3]> = BTreeMap::new();
            for movement in &found.movements {
                let transfer = movement.transfer;
                prop_assert!(window.contains(transfer.position.block));
                prop_assert!([transfer.from, transfer.to].contains(&Some(who)));
                if transfer.from == transfer.to {
                    prop_assert_eq!(movement.standing, Standing::Nothing);
                    continue;
                }
                let units = transfer.amount.base_units().as_u128();
                let kind = match (movement.standing, movement.side) {
                    (Standing::Fee, _) => 2,
                    (_, Side::In) => 0,
                    (_, Side::Out) => 1,
                };
                sums.entry(transfer.asset).or_default()[kind] += units;
            }
            for account in &found.accounts {
                let [received, sent, fees] = sums.remove(&account.asset).unwrap_or_default();
                prop_assert_eq!(account.received, Amount::from(received));
                prop_assert_eq!(account.sent, Amount::from(sent));
                prop_assert_eq!(account.fees, Amount::from(fees));
                prop_assert!(account.differences.is_empty(), "{}", line(account));
                prop_assert!(account.closes() != Some(false), "{}", line(account));
            }
            prop_assert!(sums.is_empty());
            // A conversion is its legs, net.
            for (idx, conversion) in found.conversions.iter().enumerate() {
                let mut nets: BTreeMap<Asset, i128> = BTreeMap::new();
                let legs = found.movements.iter().filter(|m| m.standing == Standing::Conversion(idx));
                for leg in legs {
                    let sign = if leg.side == Side::In { 1 } else { -1 };
                    add(&mut nets, leg.transfer.asset, leg.transfer.amount, sign);
                }
                for (asset, amount) in &conversion.received {
                    add(&mut nets, *asset, *amount, -1);
                }
                for (asset, amount) in &conversion.paid {
                    add(&mut nets, *asset, *amount, 1);
                }
                prop_assert!(nets.values().all(|net| *net == 0), "{nets:?}");
            }
            prop_assert_eq!(of(&scenario.shuffled(), who, window), found);
        }
    }

    #[test]
    fn what_was_looked_at_and_what_was_not_is_the_window(
        parts in prop::collection::vec((1..40_u64, 0..20_u64, 0..4_usize, any::<bool>()), 0..6),
        first in 1..40_u64,
        length in 0..40_u64,
    ) {
        let window = Window::new(first, first + length).unwrap();
        let mut scenario = Scenario::default();
        // By block: the best that is known of it.
        let mut best: BTreeMap<u64, (Proof, Reverse<How>)> = BTreeMap::new();
        for (from, more, proof, is_log) in parts {
            let part = Window::new(from, from + more).unwrap();
            scenario.cover(address("w"), part, &[fundtrail_model::AssetClass::Native]);
            let cover = scenario.coverage.last_mut().unwrap();
            cover.proof = Proof::ALL[proof];
            cover.how = if is_log { How::Logs } else { How::StateAlone };
            let looked = (cover.proof, Reverse(cover.how));
            for block in from..=from + more {
                let kept = best.entry(block).or_insert(looked);
                *kept = looked.max(*kept);
            }
        }
        best.retain(|block, _| window.contains(*block));
        let found = of(&scenario, address("w"), window);
        let [native, tokens] = &found.looks[..] else { panic!("two classes") };
        let mut counts = BTreeMap::new();
        for (proof, Reverse(how)) in best.values() {
            *counts.entry((*how, *proof)).or_insert(0_u64) += 1;
        }
        prop_assert_eq!(&native.blocks, &counts);
        let missing: BTreeSet<u64> =
            native.gaps.iter().flat_map(|gap| gap.first()..=gap.last()).collect();
        let expected: BTreeSet<u64> =
            (window.first()..=window.last()).filter(|block| !best.contains_key(block)).collect();
        prop_assert_eq!(&missing, &expected);
        prop_assert_eq!(&tokens.gaps, &vec![window]);
    }
}
