//! Following: transfers in a second and bytes a transfer, against a plain sorted pass over the same, and
//! against a graph library that knows neither time nor amounts.

mod peer;
mod world;

use std::process::Command;
use std::time::Duration;

use fundtrail_model::{Amount, Rule};

use crate::measure::{in_turn, time};
use crate::table::{Row, Table, grouped};
use world::World;

const ROUNDS: u32 = 5;
/// Transfers a second, read and followed.
const LEAST_SPEED: u64 = 3_000_000;
/// Bytes a transfer: the history, what following needs, and the answer.
const MOST_BYTES: u64 = 150;
/// Milliseconds in which a case of a million transfers is followed again.
const MOST_AGAIN: u64 = 1_000;
const THIEVES: u64 = 10;

/// Set for a process that measures memory: count and rule.
const MEMORY: &str = "FUNDTRAIL_BENCH_FOLLOW";

pub(crate) fn hundred_thousand() -> Table {
    of(100_000)
}

pub(crate) fn million() -> Table {
    of(1_000_000)
}

pub(crate) fn ten_million() -> Table {
    of(10_000_000)
}

fn of(count: u64) -> Table {
    measure_memory_if_told();
    let mut table = Table::default();
    let world = World::new(count, THIEVES);
    for rule in Rule::ALL {
        measure(&mut table, &world, count, rule);
    }
    if count == 100_000 {
        peer::compare(&mut table, &world);
    }
    note(&mut table);
    table
}

/// A million transfers in which everybody has stolen lots.
pub(crate) fn thieves() -> Table {
    let mut table = Table::default();
    let dense = World::new(1_000_000, 100);
    for rule in Rule::ALL {
        let history = dense.history();
        let (ours, other) = in_turn(ROUNDS, || both(&dense, rule), || time(|| plain(&dense)).0);
        let hops = dense.follow(&history, rule).hops.len();
        let hops = grouped(u64::try_from(hops).expect("a count"));
        let what = format!("{rule}: 1,000,000 of thieves alone, {hops} hops");
        table.add(Row::times(&what, &ours, &other));
    }
    note(&mut table);
    table
}

fn note(table: &mut Table) {
    table.note(world::ABOUT);
    table.note(
        "The other is one pass over the same transfers, sorted by position, that adds up their amounts. \
         Bytes are the growth of the process's peak in memory over what the caller holds, the answer \
         included.",
    );
}

#[expect(
    clippy::disallowed_methods,
    reason = "memory is measured in this program's own child, which is told so and ends there"
)]
fn measure_memory_if_told() {
    if let Ok(order) = std::env::var(MEMORY) {
        println!("{}", memory(&order));
        std::process::exit(0);
    }
}

fn measure(table: &mut Table, world: &World, count: u64, rule: Rule) {
    let (ours, other) = in_turn(ROUNDS, || both(world, rule), || time(|| plain(world)).0);
    let history = world.history();
    let (again, _) = in_turn(ROUNDS, || follow(world, &history, rule), || Duration::ZERO);
    let shown = grouped(count);
    let speed = ours.per_second(count);
    let beside = format!("{ours}; plain pass {other}");
    let row = Row::count(&format!("{rule}: {shown} a second"), speed, "transfers").beside(beside);
    // Poison keeps no ledger; its answer is as large as what it reaches.
    table.add(if rule.conserves() { row.at_least(LEAST_SPEED) } else { row });
    if count == 1_000_000 {
        let millis = u64::try_from(again.median().as_millis()).expect("a time");
        let row = Row::count(&format!("{rule}: {shown} again"), millis, "ms").at_most(MOST_AGAIN);
        table.add(row.beside(again.to_string()));
    }
    let hops = grouped(u64::try_from(world.follow(&history, rule).hops.len()).expect("a count"));
    drop(history);
    let bytes = in_own_process(count, rule);
    let row = Row::count(&format!("{rule}: {shown}, bytes a transfer"), bytes, "bytes");
    let row = row.beside(format!("{hops} hops"));
    table.add(if rule.conserves() { row.at_most(MOST_BYTES) } else { row });
}

/// Reading into a history and following.
fn both(world: &World, rule: Rule) -> Duration {
    // What is made is given back afterwards.
    let (taken, (_history, trail)) = time(|| {
        let history = world.history();
        let trail = world.follow(&history, rule);
        (history, trail)
    });
    assert_eq!(trail.check(), Ok(()), "{rule}");
    assert!(!trail.hops.is_empty(), "{rule}");
    // The balances are those of the transfers.
    assert_eq!(trail.reservations, [], "{rule}");
    taken
}

fn follow(world: &World, history: &fundtrail_graph::History, rule: Rule) -> Duration {
    let (taken, trail) = time(|| world.follow(history, rule));
    assert!(!trail.hops.is_empty(), "{rule}");
    taken
}

/// The least that anything must do that respects time.
fn plain(world: &World) -> Amount {
    let mut order: Vec<_> = world.transfers.iter().collect();
    order.sort_unstable_by_key(|transfer| transfer.position);
    let add = |sum: Amount, amount: Amount| sum.saturating_add(amount);
    order.iter().map(|transfer| transfer.amount).fold(Amount::ZERO, add)
}

/// Memory that was once used hides what is used later, so each measurement has a process of its own.
fn in_own_process(count: u64, rule: Rule) -> u64 {
    let program = std::env::current_exe().expect("this program");
    let output = Command::new(program)
        .arg("follow-100k")
        .env(MEMORY, format!("{count} {rule} {THIEVES}"))
        .output()
        .expect("this program runs");
    let text = String::from_utf8_lossy(&output.stdout);
    let last = text.lines().last().unwrap_or_default();
    last.parse().unwrap_or_else(|_| panic!("no figure: {text}"))
}

fn memory(order: &str) -> u64 {
    let mut words = order.split(' ');
    let mut word = || words.next().expect("count, rule and percent");
    let (count, rule, thieves) = (word(), word(), word());
    let count = count.parse().expect("a count");
    let rule = Rule::from_name(rule).expect("a rule");
    let world = World::new(count, thieves.parse().expect("a percentage"));
    // The program's own pages are not the transfers'.
    let small = World::new(1_000, 10);
    assert!(!small.follow(&small.history(), rule).hops.is_empty());
    let before = kilobytes("VmRSS:");
    let trail = world.follow(&world.history(), rule);
    let peak = kilobytes("VmHWM:");
    assert_eq!(trail.check(), Ok(()));
    (peak.saturating_sub(before) * 1024).div_ceil(count)
}

fn kilobytes(field: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("a Linux machine");
    let line = status.lines().find(|line| line.starts_with(field)).expect("the field");
    line.split_whitespace().nth(1).and_then(|kb| kb.parse().ok()).expect("a number")
}
