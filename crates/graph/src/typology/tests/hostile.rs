//! What somebody would send to blind the search.

use fundtrail_model::{AssetClass, H256, PatternKind, Position, Step, Transfer, Window};

use super::stage::{Stage, actors, units};
use crate::tests::scenario::{address, asset};

/// A transaction of one transfer of `usdc`.
fn payment(block: u64, from: &str, to: &str, amount: u128) -> Transfer {
    let mut hash = [1_u8; 32];
    hash[..8].copy_from_slice(&block.to_be_bytes());
    Transfer {
        position: Position { block, transaction: 0, step: Step::Log(0) },
        asset: asset("usdc"),
        from: Some(address(from)),
        to: Some(address(to)),
        amount: units(amount),
        cause: fundtrail_model::Cause::Token,
        transaction: Some(H256(hash)),
    }
}

/// A stage with these transfers, on which everybody in them is covered.
fn stage(transfers: Vec<Transfer>, until: u64) -> Stage {
    let mut stage = Stage::parse(&format!("until {until}"));
    let window = Window::new(1, until).unwrap();
    let mut parties: Vec<_> = transfers.iter().flat_map(|of| [of.from, of.to]).flatten().collect();
    parties.sort_unstable();
    parties.dedup();
    for who in parties {
        stage.scenario.cover(who, window, &AssetClass::ALL);
    }
    stage.scenario.transfers = transfers;
    stage.date();
    stage
}

#[test]
fn thousands_of_baits_neither_hide_a_fan_nor_take_long() {
    let mut transfers = vec![payment(1, "V", "tg", 100_000), payment(2, "tg", "abcd", 5_000)];
    let n_baits = 20_000_u64;
    for bait in 0..n_baits {
        transfers.push(payment(10 + bait, "tg", &format!("ab{bait}"), 0));
    }
    let later = 10 + n_baits;
    for n in 0..6 {
        transfers.push(payment(later + n, "tg", &format!("r{n}"), 9_000));
    }
    let (found, _) = stage(transfers, later + 100).ask();
    assert_eq!(actors(&found, PatternKind::FanOut), ["tg"]);
    let told = actors(&found, PatternKind::AddressPoisoning).len();
    let untold = found.left_out.iter().find(|(kind, _)| *kind == PatternKind::AddressPoisoning);
    assert_eq!(told + untold.unwrap().1, usize::try_from(n_baits).unwrap());
    assert!(told < 100, "a reader reads no more");
}

#[test]
fn a_thicket_does_not_hide_a_cycle_elsewhere() {
    let mut transfers = Vec::new();
    let mut block = 1;
    let width = 12;
    let mut add = |from: &str, to: &str, amount| {
        transfers.push(payment(block, from, to, amount));
        block += 1;
    };
    for layer in 0..6 {
        for (from, to) in (0..width).flat_map(|a| (0..width).map(move |b| (a, b))) {
            add(&format!("{layer}x{from}"), &format!("{}x{to}", layer + 1), 1_000);
        }
    }
    // Closes the thicket, but with too little to be a cycle.
    for (from, to) in (0..width).flat_map(|a| (0..width).map(move |b| (a, b))) {
        add(&format!("6x{from}"), &format!("0x{to}"), 500);
    }
    add("a", "b", 1_000);
    add("b", "c", 950);
    add("c", "a", 900);
    let (found, _) = stage(transfers, 10_000).ask();
    assert!(found.is_cut_short, "the search through the thicket is cut off, and that is said");
    assert_eq!(actors(&found, PatternKind::Cycle), ["a", "b", "c"]);
}

/// A search that calls itself for each address would run out of its stack.
#[test]
fn a_ring_of_very_many_is_searched_without_a_deep_stack() {
    let n = 100_000_u64;
    let ring = (0..n).map(|at| (format!("{at}n"), format!("{}n", (at + 1) % n)));
    let transfers =
        ring.zip(1..).map(|((from, to), at)| payment(at, &from, &to, 1_000_001 + u128::from(at)));
    let (found, _) = stage(transfers.collect(), n + 1).ask();
    assert!(actors(&found, PatternKind::Cycle).is_empty(), "a ring of more than six is no cycle");
}
