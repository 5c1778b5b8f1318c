//! Typologies planted among everyday payments are found; in everyday payments alone nothing is.
//!
//! The planted ones are those of `AMLSim` (IBM, 2020) and of the definitions: one generator for each.

use std::fmt::Write as _;

use fundtrail_model::PatternKind;

use super::stage::{Stage, render};
use crate::tests::scenario::name;

/// Numbers that look random and are the same every time (Knuth's linear congruential generator).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }

    /// An amount of dollars and odd cents, below every reporting threshold.
    fn amount(&mut self) -> u64 {
        1_000 + 2 * self.roll(90_000) + 1
    }
}

/// A year in blocks of a minute.
const YEAR: u64 = 525_600;
const UNTIL: u64 = 2 * YEAR;
/// When what is planted begins.
const PLANTED: u64 = YEAR;

/// Payments among twelve people, one every one to three days, for two years.
fn noise(dice: &mut Dice) -> Vec<(u64, String)> {
    let mut lines = Vec::new();
    let mut block = 100;
    while block + 10_000 < UNTIL {
        block += 1_440 + dice.roll(2_880);
        let (from, to) = (dice.roll(12), dice.roll(12));
        if from != to {
            lines.push((block, format!("n{from} -> n{to} {} usdc", dice.amount())));
        }
    }
    lines
}

/// What somebody does who launders in this way, and who.
fn planted(kind: PatternKind, dice: &mut Dice) -> (Vec<(u64, String)>, &'static [&'static str]) {
    let mut lines = Vec::new();
    let mut block = PLANTED + dice.roll(1_000);
    let mut add = |minutes: u64, line: String| {
        block += minutes;
        lines.push((block, line));
    };
    let n = 5 + dice.roll(4);
    let actors: &[&str] = match kind {
        PatternKind::PeelChain => {
            let mut rest = 10_000_000;
            add(0, format!("V -> a {rest} usdc"));
            for (link, next) in ["a", "b", "c", "d"].into_iter().zip(["b", "c", "d", "e"]) {
                let leg = rest / (8 + u128::from(dice.roll(10))) + 3;
                add(30 + dice.roll(300), format!("{link} -> shop{link} {leg} usdc"));
                rest -= leg;
                add(30 + dice.roll(300), format!("{link} -> {next} {rest} usdc"));
            }
            &["a", "b", "c", "d"]
        }
        PatternKind::ScatterGather => {
            let amounts: Vec<u64> = (0..n).map(|_| dice.amount()).collect();
            for (middle, amount) in amounts.iter().enumerate() {
                add(1 + dice.roll(600), format!("a -> m{middle} {amount} usdc"));
            }
            for (middle, amount) in amounts.iter().enumerate() {
                let kept = amount * dice.roll(10) / 100;
                add(1 + dice.roll(300), format!("m{middle} -> z {} usdc", amount - kept));
            }
            &["a"]
        }
        PatternKind::Cycle => {
            let mut amount = 500_001;
            for (from, to) in ["a", "b", "c", "d"].into_iter().zip(["b", "c", "d", "a"]) {
                add(30 + dice.roll(2_000), format!("{from} -> {to} {amount} usdc"));
                amount -= amount * u128::from(dice.roll(10)) / 100;
            }
            &["a", "b", "c", "d"]
        }
        PatternKind::Structuring => {
            for _ in 0..n {
                add(1 + dice.roll(170), format!("a -> b {} usdc", 990_001 + dice.roll(9_000)));
            }
            &["a"]
        }
        PatternKind::DormantThenActive => {
            add(0, "V -> a 777777 usdc".into());
            add(260_000 + dice.roll(50_000), "a -> b 600001 usdc".into());
            &["a"]
        }
        PatternKind::FanOut => {
            for receiver in 0..n {
                add(1 + dice.roll(150), format!("a -> r{receiver} {} usdc", dice.amount()));
            }
            &["a"]
        }
        PatternKind::FanIn => {
            for payer in 0..n {
                add(1 + dice.roll(150), format!("r{payer} -> a {} usdc", dice.amount()));
            }
            &["a"]
        }
        PatternKind::PassThrough => {
            add(0, "V -> a 777777 usdc".into());
            add(1 + dice.roll(9), "a -> b 777771 usdc".into());
            &["a"]
        }
        PatternKind::RoundAmounts => {
            for _ in 0..n {
                let thousands = 1 + dice.roll(8);
                add(9_000 + dice.roll(999), format!("a -> b {} usdc", thousands * 100_000));
            }
            &["a"]
        }
        PatternKind::AddressPoisoning => {
            add(0, format!("a -> xyb {} usdc", dice.amount()));
            add(1 + dice.roll(5_000), "a -> xyc 0 usdc".into());
            &["xyc"]
        }
        PatternKind::CounterfeitToken => {
            add(0, "V -> a 100000 fake".into());
            &[]
        }
    };
    (lines, actors)
}

fn stage(mut lines: Vec<(u64, String)>) -> Stage {
    lines.sort();
    let mut text = format!("until {UNTIL}\nclaim fake USDC\n");
    for (block, line) in lines {
        writeln!(text, "{block} {line}").unwrap();
    }
    Stage::parse(&text)
}

#[test]
fn everyday_payments_show_nothing() {
    for seed in 0..25 {
        let (found, links) = stage(noise(&mut Dice(seed))).find();
        assert!(found.found.is_empty() && !found.is_cut_short, "{seed}\n{}", render(&found));
        assert!(links.found.is_empty() && links.clusters.is_empty(), "{seed}");
    }
}

#[test]
fn what_is_planted_is_found_and_nothing_else() {
    for kind in PatternKind::ALL {
        for seed in 0..8 {
            let mut dice = Dice(seed);
            let mut lines = noise(&mut dice);
            let (planted, actors) = planted(kind, &mut dice);
            let others: Vec<String> = planted.iter().map(|(_, line)| line.clone()).collect();
            // Dust that others send makes no difference.
            let who = actors.first().copied().unwrap_or("a");
            lines.push((PLANTED + 5_000, format!("n1 -> {who} 1 usdc")));
            lines.extend(planted);
            let (found, _) = stage(lines).find();
            let shown = render(&found);
            let of_kind: Vec<_> = found.found.iter().filter(|of| of.kind == kind).collect();
            let [pattern] = of_kind.as_slice() else {
                panic!("{kind}, {seed}: {others:?}\n{shown}");
            };
            let names: Vec<String> = pattern.actors().map(name).collect();
            assert_eq!(names, actors, "{kind}, {seed}: {others:?}\n{shown}");
            // What else is found is about the same payments, told in another way.
            let start = PLANTED.saturating_sub(1);
            assert!(found.found.iter().all(|of| start <= of.window.first()), "{kind}\n{shown}");
            // A kind that the same payments show, too.
            let also = |other: PatternKind| match kind {
                PatternKind::ScatterGather => other == PatternKind::FanIn,
                PatternKind::PeelChain => other == PatternKind::FanOut,
                _ => false,
            };
            let strange: Vec<_> =
                found.found.iter().filter(|of| of.kind != kind && !also(of.kind)).collect();
            assert!(strange.is_empty(), "{kind}, {seed}: {others:?}\n{shown}");
        }
    }
}
