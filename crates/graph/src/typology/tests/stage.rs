//! Scenes in the notation of [`scenario`](crate::tests::scenario), and what is found in them as text.
//!
//! A block takes a minute. One `native` coin is a million base units, and one `usdc` or `dai` is a hundred, a dollar
//! each; no price is known of the coin. Beside the lines of the notation:
//!
//! ```text
//! set peel_hops 4         a threshold
//! claim fake USDC         what a token says of itself; no other token than these three counts
//! victim V                whom value was stolen from
//! lies 20 0               the second of Unix time at which block 20 says that it was made
//! trail 12                stolen value moved in block 12
//! wallet A B              these are known to be wallets
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use fundtrail_model::{
    AccountFact, AccountKind, Address, Amount, Asset, BlockStamp, ChainId, H256, Links, Pattern,
    PatternKind, PatternReservation, PatternRole, Patterns, Position, Thresholds, Timestamp,
    TokenClaim, Unit, Witness,
};

use crate::tests::scenario::{CHAIN, Scenario, address, asset, name, parse};
use crate::{Behaviour, ChainEvidence, History, Scene, Ticker};

/// 2022-01-01.
const START: u64 = 1_640_995_200;

#[derive(Clone, Debug)]
pub(crate) struct Stage {
    pub(crate) scenario: Scenario,
    pub(crate) thresholds: Thresholds,
    pub(crate) claims: Vec<TokenClaim>,
    pub(crate) victims: Vec<(ChainId, Address)>,
    pub(crate) trail: BTreeSet<(ChainId, Position)>,
}

impl Stage {
    pub(crate) fn parse(text: &str) -> Self {
        let mut thresholds = Thresholds::default();
        let mut claims = Vec::new();
        let mut victims = Vec::new();
        let mut lies = BTreeMap::new();
        let mut wallets = Vec::new();
        let mut trail_blocks: Vec<u64> = Vec::new();
        let mut rest = String::new();
        for line in text.lines() {
            match line.split_whitespace().collect::<Vec<_>>().as_slice() {
                ["set", name, value] => assert!(thresholds.set(name, value.parse().unwrap())),
                ["claim", token, symbol] => claims.push(TokenClaim {
                    asset: asset(token),
                    symbol: Some((*symbol).to_owned()),
                    decimals: Some(2),
                }),
                ["trail", block] => trail_blocks.push(block.parse().unwrap()),
                ["victim", who] => victims.push((CHAIN, address(who))),
                ["wallet", names @ ..] => wallets.extend(names.iter().map(|name| AccountFact {
                    chain: CHAIN,
                    address: address(name),
                    kind: AccountKind::Wallet,
                    block: 1,
                })),
                ["lies", block, time] => {
                    lies.insert(block.parse::<u64>().unwrap(), time.parse::<u64>().unwrap());
                }
                _ => writeln!(rest, "{line}").unwrap(),
            }
        }
        let scenario = parse(&rest);
        let positions = scenario.transfers.iter().map(|of| of.position);
        let trail = positions.filter(|at| trail_blocks.contains(&at.block));
        let trail = trail.map(|at| (CHAIN, at)).collect();
        let mut stage = Self { scenario, thresholds, claims, victims, trail };
        stage.scenario.accounts.extend(wallets);
        stage.date();
        for stamp in &mut stage.scenario.blocks {
            if let Some(lie) = lies.get(&stamp.number) {
                stamp.timestamp = Timestamp(*lie);
            }
        }
        stage
    }

    /// A scenario with nothing beside it.
    pub(crate) fn of(scenario: Scenario) -> Self {
        let mut stage = Self { scenario, ..Self::parse("until 1") };
        stage.date();
        stage
    }

    /// Gives every block with a transfer its time.
    pub(crate) fn date(&mut self) {
        let numbers: BTreeSet<u64> =
            self.scenario.transfers.iter().map(|transfer| transfer.position.block).collect();
        let stamp = |number| BlockStamp {
            number,
            hash: H256::zero(),
            parent: H256::zero(),
            timestamp: Timestamp(START + number * 60),
        };
        self.scenario.blocks = numbers.into_iter().map(stamp).collect();
    }

    /// What is found, whichever way round it is told.
    pub(crate) fn find(&self) -> (Patterns, Links) {
        let found = self.ask();
        let mut other = self.clone();
        other.scenario = other.scenario.shuffled();
        other.claims.reverse();
        other.victims.reverse();
        assert_eq!(found, other.ask(), "the order in which it is told changes the answer");
        self.check(&found);
        found
    }

    /// As it is told.
    pub(crate) fn ask(&self) -> (Patterns, Links) {
        let Self { scenario, .. } = self;
        let mut history = History::new(CHAIN);
        history.add(&scenario.transfers);
        let evidence = ChainEvidence {
            earliest: 0,
            chain: CHAIN,
            until: scenario.until,
            history: &history,
            coverage: &scenario.coverage,
            crowds: &scenario.crowds,
            balances: &scenario.balances,
            accounts: &scenario.accounts,
            blocks: &scenario.blocks,
            whole: &scenario.whole,
            absent: &scenario.absent,
        };
        let ticker = |name, symbol, decimals| Ticker { asset: asset(name), symbol, decimals };
        let tickers =
            [ticker("native", "ETH", 6), ticker("usdc", "USDC", 2), ticker("dai", "DAI", 2)];
        let stolen: Vec<Asset> = scenario.seeds.iter().map(|seed| seed.asset).collect();
        let scene = Scene {
            chains: &[evidence],
            marks: &scenario.marks,
            today: scenario.today,
            thresholds: self.thresholds,
            hub_counterparties: scenario.limits.hub_counterparties,
            tickers: &tickers,
            stolen: &stolen,
            victims: &self.victims,
            trail: &self.trail,
            claims: &self.claims,
            usd_cents: &|of, amount, _| {
                let is_dollar = of == asset("usdc") || of == asset("dai");
                is_dollar.then(|| u128::try_from(amount.base_units()).unwrap_or(u128::MAX))
            },
        };
        let behaviour = Behaviour::of(&scene);
        (behaviour.patterns(), behaviour.links())
    }

    /// What holds of every answer.
    fn check(&self, (patterns, links): &(Patterns, Links)) {
        let known: BTreeMap<Position, Option<H256>> =
            self.scenario.transfers.iter().map(|of| (of.position, of.transaction)).collect();
        let is_proof = |of: &Witness| known.get(&of.position) == Some(&of.transaction);
        for pattern in &patterns.found {
            let Pattern { witnesses, window, parties, .. } = pattern;
            assert!(!witnesses.is_empty() && witnesses.iter().all(is_proof), "{pattern:?}");
            assert!(witnesses.is_sorted_by(|a, b| a < b), "{pattern:?}");
            assert!(witnesses.iter().all(|of| window.contains(of.position.block)), "{pattern:?}");
            assert!(!parties.is_empty() && parties.len() <= Pattern::MOST_PARTIES);
            assert!(witnesses.len() <= Pattern::MOST_WITNESSES);
            let parties: BTreeSet<(PatternRole, Address)> = parties.iter().copied().collect();
            assert_eq!(parties.len(), pattern.parties.len(), "{pattern:?}");
        }
        assert!(patterns.found.is_sorted_by_key(|pattern| pattern.kind));
        for link in &links.found {
            assert!(link.witnesses.iter().all(is_proof), "{link:?}");
            assert_ne!(link.from, link.to);
        }
    }
}

/// What was found, a line each.
pub(crate) fn render(patterns: &Patterns) -> String {
    let mut text = String::new();
    for pattern in &patterns.found {
        writeln!(text, "{}", line(pattern)).unwrap();
    }
    for (kind, n) in &patterns.left_out {
        writeln!(text, "and {n} {kind}").unwrap();
    }
    if patterns.is_cut_short {
        text.push_str("cut short\n");
    }
    text
}

fn line(pattern: &Pattern) -> String {
    let Pattern { kind, amount, asset, window, .. } = pattern;
    let asset = asset.contract().map_or_else(|| "native".into(), name);
    let n_witnesses = pattern.witnesses.len() + pattern.witnesses_left_out;
    let mut text = format!("{kind} {amount} {asset} in {window} x{n_witnesses}");
    let mut last = None;
    for (role, who) in &pattern.parties {
        let next = if last == Some(*role) { String::new() } else { format!(" | {}", role.name()) };
        write!(text, "{next} {}", name(*who)).unwrap();
        last = Some(*role);
    }
    if 0 < pattern.parties_left_out {
        write!(text, " +{}", pattern.parties_left_out).unwrap();
    }
    for measure in &pattern.measures {
        let unit = match measure.unit {
            Unit::Count => "",
            Unit::Seconds => "s",
            Unit::Ppm => "ppm",
        };
        write!(text, "; {} {}{unit}", measure.what, measure.found).unwrap();
        if let Some((_, threshold)) = measure.threshold {
            write!(text, " ({threshold})").unwrap();
        }
    }
    for reservation in &pattern.reservations {
        match reservation {
            PatternReservation::PartlyLookedAt(who) => write!(text, "; partly {}", name(*who)),
            PatternReservation::PastUnknown(who) => write!(text, "; past of {}", name(*who)),
        }
        .unwrap();
    }
    text
}

/// The links, a line each, and whom they join.
pub(crate) fn render_links(links: &Links) -> String {
    let mut text = String::new();
    for link in &links.found {
        let n = link.witnesses.len();
        write!(text, "{} {} {}", link.heuristic, name(link.from), name(link.to)).unwrap();
        if let Some(through) = link.through {
            write!(text, " by {}", name(through)).unwrap();
        }
        write!(text, " {} x{n}", link.confidence.name()).unwrap();
        if let Some(score) = link.score_ppm {
            write!(text, " {score}ppm").unwrap();
        }
        text.push_str(if link.is_partly_looked_at { " partly\n" } else { "\n" });
    }
    for (heuristic, n) in &links.left_out {
        writeln!(text, "and {n} {heuristic}").unwrap();
    }
    for cluster in &links.clusters {
        let names: Vec<String> = cluster.addresses.iter().map(|who| name(*who)).collect();
        let end = if cluster.is_too_large { ", too many" } else { "" };
        writeln!(text, "one owner: {}{end}", names.join(" ")).unwrap();
    }
    text
}

/// Whose behaviour of a kind was found.
pub(crate) fn actors(patterns: &Patterns, kind: PatternKind) -> Vec<String> {
    let of_kind = patterns.found.iter().filter(|pattern| pattern.kind == kind);
    of_kind.flat_map(|pattern| pattern.actors().map(name).collect::<Vec<_>>()).collect()
}

/// An amount of base units.
pub(crate) fn units(n: u128) -> Amount {
    Amount::from(n)
}
