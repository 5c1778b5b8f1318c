//! Everybody else's business: what a tracer has to leave alone.
//!
//! Nobody who holds a stolen unit sends a decoy, with one exception on demand: a terminal that goes on paying
//! customers, as an exchange does. So a rule that spends stolen lots first never takes one for a decoy, and a tracer
//! that follows the stolen units, and stops at that terminal, has exactly the list.

use std::collections::BTreeMap;

use fundtrail_model::{Address, Amount};

use super::{Kind, Manner, Move, OPERATOR, Script, Sending, VICTIM, invented};
use crate::dice::Dice;
use crate::list::DECIMALS;

/// People who have nothing to do with it.
const STRANGERS: u64 = 60;
/// What each of them has, and the exchanges, and the victim: more dollars than all flows of a list can move.
const WEALTH: &str = "10000000000000000000000";
/// An exchange that has nothing to do with it either, but pays into the wallets of the list as to everybody else,
/// and so many customers besides.
const EXCHANGE: &str = "exchange";
const CUSTOMERS: u64 = 400;
const CENT: u128 = 10_u128.pow(16);
/// How far from their flow most decoys are, in blocks.
const NEAR: u64 = 8;

/// What somebody means to do.
#[derive(Clone, Copy, Debug)]
enum Intent {
    /// Somebody pays a part of what was his already, if he holds nothing that was stolen.
    Spend { from: Address },
    /// The exchange, the busy terminal or a stranger pays somebody.
    Give { from: Address, to: Address, amount: Amount },
}

/// Decoys of a block: before its flows, and after them.
type Plan = BTreeMap<(u64, bool), Vec<Intent>>;

struct Planner<'a> {
    script: &'a Script,
    dice: Dice,
    plan: Plan,
    /// When stolen value first came to whom.
    arrivals: BTreeMap<Address, u64>,
}

pub(super) fn add(script: &mut Script, manner: Manner) {
    let mut arrivals = BTreeMap::new();
    for (block, sending) in script.sendings() {
        for to in sending.moves.iter().map(|found| found.to) {
            arrivals.entry(to).or_insert(block);
        }
    }
    let (dice, plan) = (Dice::new(manner.seed), Plan::new());
    let mut planner = Planner { script, dice, plan, arrivals };
    planner.around_flows(manner.decoys);
    if 0 < manner.decoys {
        planner.at_the_exchange();
    }
    planner.at_the_hub(manner.customers, manner.pace);
    let (mut dice, plan) = (planner.dice, planner.plan);
    carry_out(script, plan, &mut dice);
}

impl Planner<'_> {
    fn stranger(&mut self) -> Address {
        let number = self.dice.below(STRANGERS);
        invented(&format!("stranger {number}"))
    }

    /// The exchange or a stranger.
    fn giver(&mut self) -> Address {
        let stranger = self.stranger();
        if self.dice.below(2) == 0 { self.exchange() } else { stranger }
    }

    /// The one that has nothing to do with it, or the busy terminal.
    fn exchange(&mut self) -> Address {
        let busy = self.script.hub.filter(|_| self.dice.below(2) == 0);
        busy.unwrap_or_else(|| invented(EXCHANGE))
    }

    fn put(&mut self, block: u64, intent: Intent) {
        let block = block.clamp(self.script.genesis + 2, self.script.last - 4);
        let is_after = self.dice.below(2) == 0;
        self.plan.entry((block, is_after)).or_default().push(intent);
    }

    /// A block near another, most of the time; else any block.
    const fn near(&mut self, block: u64) -> u64 {
        match self.dice.below(8) {
            0 => self.dice.between(self.script.genesis, self.script.last),
            _ => self.dice.between(block.saturating_sub(NEAR), block + NEAR),
        }
    }

    fn around_flows(&mut self, decoys: u64) {
        let script = self.script;
        let with_blocks = script.sendings().flat_map(|(block, sending)| {
            sending.moves.iter().filter(|found| found.kind == Kind::Flow).map(move |f| (block, *f))
        });
        for (block, flow) in with_blocks {
            let mut left = decoys;
            while left > 0 {
                left = left.saturating_sub(self.around(block, flow));
            }
        }
    }

    /// One or two decoys for a flow; returns how many.
    fn around(&mut self, block: u64, flow: Move) -> u64 {
        let who = if self.dice.below(2) == 0 { flow.from } else { flow.to };
        let at = self.near(block);
        match self.dice.below(10) {
            0 | 1 => {
                let dust = self.dice.part(CENT.into(), 100);
                let from = self.stranger();
                self.put(at, Intent::Give { from, to: who, amount: dust });
                1
            }
            2 | 3 => {
                let (from, amount) = (self.giver(), self.dice.part(flow.amount, 200));
                self.put(at, Intent::Give { from, to: who, amount });
                1
            }
            // What somebody had and spent before anything stolen came to him, or after it left.
            4 | 5 => {
                let arrival = self.arrivals.get(&who).copied().unwrap_or(block);
                let got = self.dice.between(self.script.genesis, arrival.saturating_sub(1));
                let spent = self.dice.between(got + 1, arrival);
                let (from, amount) = (self.giver(), self.dice.part(flow.amount, 200));
                self.put(got, Intent::Give { from, to: who, amount });
                self.put(spent, Intent::Spend { from: who });
                2
            }
            6 => {
                let at = self.dice.between(block, block + 2 * NEAR);
                self.put(at, Intent::Spend { from: flow.from });
                1
            }
            number => {
                let (mut from, mut to) = (self.stranger(), self.stranger());
                match number {
                    7 => from = self.exchange(),
                    8 => to = self.exchange(),
                    _ => {}
                }
                let amount = self.dice.part(flow.amount, 100);
                self.put(at, Intent::Give { from, to, amount });
                1
            }
        }
    }

    /// The exchange pays its customers all the time.
    fn at_the_exchange(&mut self) {
        for number in 0..CUSTOMERS {
            let to = invented(&format!("customer {number} of the exchange"));
            let block = self.dice.between(self.script.genesis, self.script.last);
            self.pay_customer(invented(EXCHANGE), to, block);
        }
    }

    /// The terminal pays its customers, from the block on in which something stolen came.
    fn at_the_hub(&mut self, customers: u64, pace: u64) {
        let Some(hub) = self.script.hub else { return };
        let Some(arrival) = self.arrivals.get(&hub).copied() else { return };
        for number in 0..customers {
            let to = invented(&format!("customer {number}"));
            self.pay_customer(hub, to, arrival + number / pace.max(1));
        }
    }

    fn pay_customer(&mut self, from: Address, to: Address, block: u64) {
        let amount = self.dice.part((1_000 * 100 * CENT).into(), 100);
        self.put(block, Intent::Give { from, to, amount });
    }
}

/// What of an amount was stolen, and what was not.
#[derive(Clone, Copy, Debug, Default)]
struct Purse {
    stolen: Amount,
    clean: Amount,
}

/// Turns intents into transactions, in order, with the books open.
fn carry_out(script: &mut Script, mut plan: Plan, dice: &mut Dice) {
    let mut purses: BTreeMap<Address, Purse> = BTreeMap::new();
    let rich = (0..STRANGERS).map(|number| invented(&format!("stranger {number}")));
    let rich = rich.chain([invented(EXCHANGE), invented(VICTIM)]).chain(script.hub);
    let rich: Vec<Address> = rich.collect();
    let wealth = Amount::from_decimal(WEALTH, DECIMALS).unwrap_or(Amount::ZERO);
    let mint =
        |to: &Address| Move { from: Address::zero(), to: *to, amount: wealth, kind: Kind::Mint };
    let mints = Sending { moves: rich.iter().map(mint).collect() };
    for address in &rich {
        purses.entry(*address).or_default().clean = wealth;
    }
    let mut flows = std::mem::take(&mut script.blocks);
    let mut numbers: Vec<u64> = plan.keys().map(|(block, _)| *block).collect();
    numbers.extend(flows.keys());
    numbers.sort_unstable();
    numbers.dedup();
    script.blocks.insert(script.genesis + 1, vec![mints]);
    for block in numbers {
        let mut sendings = vec![];
        for is_after in [false, true] {
            for intent in plan.remove(&(block, is_after)).unwrap_or_default() {
                let found = carry_out_one(intent, script.hub, &mut purses, dice);
                if !found.amount.is_zero() {
                    sendings.push(Sending::from(found));
                }
            }
            if !is_after {
                let own = flows.remove(&block).unwrap_or_default();
                own.iter().flat_map(|sending| &sending.moves).for_each(|m| pay(m, &mut purses));
                sendings.extend(own);
            }
        }
        script.blocks.entry(block).or_default().extend(sendings);
    }
}

fn carry_out_one(
    intent: Intent,
    hub: Option<Address>,
    purses: &mut BTreeMap<Address, Purse>,
    dice: &mut Dice,
) -> Move {
    let (from, to, amount) = match intent {
        Intent::Give { from, to, amount } => (from, to, amount),
        Intent::Spend { from } => {
            let to = invented(&format!("stranger {}", dice.below(STRANGERS)));
            let purse = purses.get(&from).copied().unwrap_or_default();
            let may_spend = !from.is_zero() && Some(from) != hub && purse.stolen.is_zero();
            if may_spend && !purse.clean.is_zero() {
                (from, to, dice.part(purse.clean, 100))
            } else {
                let other = invented(&format!("stranger {}", dice.below(STRANGERS)));
                (other, to, CENT.into())
            }
        }
    };
    let to = if from == to { OPERATOR } else { to };
    let found = Move { from, to, amount, kind: Kind::Decoy };
    pay(&found, purses);
    found
}

fn pay(found: &Move, purses: &mut BTreeMap<Address, Purse>) {
    let amount = found.amount;
    let (mut stolen, mut clean) = (Amount::ZERO, amount);
    match found.kind {
        Kind::Flow => (stolen, clean) = (amount, Amount::ZERO),
        Kind::Theft => {
            purses.entry(found.to).or_default().stolen = amount;
            return;
        }
        Kind::Mint | Kind::Decoy => {}
    }
    let payer = purses.entry(found.from).or_default();
    payer.stolen = payer.stolen.saturating_sub(stolen);
    payer.clean = payer.clean.saturating_sub(clean);
    let payee = purses.entry(found.to).or_default();
    payee.stolen = payee.stolen.saturating_add(stolen);
    payee.clean = payee.clean.saturating_add(clean);
}
