//! The flows of a list in an order in which everybody can pay.
//!
//! Published lists are not closed: some relays pay more than they were paid, because a price changed or a row
//! is missing. A source pays what is missing in the same block, and that counts as a true flow.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use fundtrail_model::{Address, Amount};

use super::{Kind, Move, Sending, VICTIM, disguise, invented};
use crate::list::{Flow, FlowList};

/// The true part of a script.
#[derive(Debug, Default)]
pub(super) struct Truth {
    /// One for each source that pays: what it pays in all is what was stolen.
    pub(super) thefts: Vec<Sending>,
    /// By block of the list.
    pub(super) blocks: Vec<(u64, Vec<Sending>)>,
    /// How often a source paid what was missing, and how much in all.
    pub(super) shortfalls: (usize, Amount),
}

/// Stolen amounts that are held, sources apart: these have what they need.
struct Held<'a> {
    sources: &'a BTreeSet<Address>,
    amounts: BTreeMap<Address, Amount>,
}

impl Held<'_> {
    fn lacks(&self, flow: &Flow) -> Amount {
        if self.sources.contains(&flow.from) {
            return Amount::ZERO;
        }
        flow.amount.saturating_sub(self.amounts.get(&flow.from).copied().unwrap_or_default())
    }

    fn pay(&mut self, flow: &Flow) {
        let payer = self.amounts.entry(flow.from).or_default();
        *payer = payer.saturating_sub(flow.amount);
        let payee = self.amounts.entry(flow.to).or_default();
        *payee = payee.saturating_add(flow.amount);
    }
}

pub(super) fn lay(list: &FlowList, is_native: bool) -> Truth {
    let mut truth = Truth::default();
    let mut held = Held { sources: &list.sources, amounts: BTreeMap::new() };
    let mut paid: BTreeMap<Address, Amount> = BTreeMap::new();
    let payers = || list.flows.iter().map(|flow| flow.from);
    // In turn: one who pays everybody who lacks something would look like an exchange.
    let helpers: BTreeSet<Address> = payers().filter(|from| list.sources.contains(from)).collect();
    let mut helpers = helpers.iter().copied().cycle();
    for block in list.flows.chunk_by(|flow, next| flow.block == next.block) {
        let mut sendings = vec![];
        for (missing, flows) in in_order(block, &mut held) {
            for ((to, amount), helper) in missing.into_iter().zip(&mut helpers) {
                truth.shortfalls.0 += 1;
                truth.shortfalls.1 = truth.shortfalls.1.saturating_add(amount);
                add(&mut paid, helper, amount);
                sendings.push(Sending::from(flow_move(helper, to, amount)));
            }
            let sources = flows.iter().filter(|flow| list.sources.contains(&flow.from));
            sources.for_each(|flow| add(&mut paid, flow.from, flow.amount));
            let mut moves = flows.iter().map(|flow| flow_move(flow.from, flow.to, flow.amount));
            match is_native {
                // No transaction moves the native coin of two wallets.
                true => sendings.extend(moves.map(Sending::from)),
                false if flows.len() == 1 => sendings.extend(moves.next().map(Sending::from)),
                false => sendings.push(Sending { moves: moves.collect() }),
            }
        }
        truth.blocks.push((block.first().map_or(0, |flow| flow.block), sendings));
    }
    let victim = invented(VICTIM);
    let theft = |(source, amount): (Address, Amount)| {
        Sending::from(Move { from: victim, to: disguise(source), amount, kind: Kind::Theft })
    };
    truth.thefts = paid.into_iter().map(theft).collect();
    truth
}

fn flow_move(from: Address, to: Address, amount: Amount) -> Move {
    Move { from: disguise(from), to: disguise(to), amount, kind: Kind::Flow }
}

fn add(sums: &mut BTreeMap<Address, Amount>, address: Address, amount: Amount) {
    let sum = sums.entry(address).or_default();
    *sum = sum.saturating_add(amount);
}

/// What is missing before a transaction, by payer, and its flows.
type Unit = (Vec<(Address, Amount)>, Vec<Flow>);

/// The transactions of a block, those first whose payers have enough: the list says nothing of the order in a
/// block.
fn in_order(block: &[Flow], held: &mut Held<'_>) -> Vec<Unit> {
    let mut by_transaction: BTreeMap<_, usize> = BTreeMap::new();
    let mut waiting: VecDeque<Vec<Flow>> = VecDeque::new();
    for flow in block {
        let place = *by_transaction.entry(flow.transaction).or_insert(waiting.len());
        match waiting.get_mut(place) {
            Some(flows) => flows.push(*flow),
            None => waiting.push_back(vec![*flow]),
        }
    }
    let mut done = vec![];
    while !waiting.is_empty() {
        let needs_nothing = |flows: &Vec<Flow>| try_unit(flows, held).0.is_empty();
        let next = waiting.iter().position(needs_nothing).unwrap_or(0);
        if let Some(flows) = waiting.remove(next) {
            let unit = try_unit(&flows, held);
            for (payer, amount) in &unit.0 {
                add(&mut held.amounts, *payer, *amount);
            }
            unit.1.iter().for_each(|flow| held.pay(flow));
            done.push(unit);
        }
    }
    done
}

/// The flows of one transaction, in an order that lacks least at each step, and what is missing before it.
fn try_unit(flows: &[Flow], held: &Held<'_>) -> Unit {
    let of_parties = flows.iter().flat_map(|flow| [flow.from, flow.to]);
    let known = of_parties.filter_map(|party| Some((party, *held.amounts.get(&party)?)));
    let mut own = Held { sources: held.sources, amounts: known.collect() };
    let (mut missing, mut ordered) = (BTreeMap::new(), vec![]);
    let mut waiting = flows.to_vec();
    while !waiting.is_empty() {
        let next = waiting.iter().position(|flow| own.lacks(flow).is_zero()).unwrap_or(0);
        let flow = waiting.remove(next);
        let lacks = own.lacks(&flow);
        if !lacks.is_zero() {
            add(&mut missing, flow.from, lacks);
            add(&mut own.amounts, flow.from, lacks);
        }
        own.pay(&flow);
        ordered.push(flow);
    }
    (missing.into_iter().collect(), ordered)
}
