//! A statement of account: what one address did, whether or not value was stolen.

mod balances;
mod standing;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use fundtrail_model::{
    AccountFact, AccountKind, Address, Amount, Asset, AssetClass, Coverage, Date, How, Look, Marks,
    Proof, Side, Statement, Timestamp, Transfer, Window,
};

use crate::ChainEvidence;

/// How blocks were looked at: the best comes last.
type Looked = (Proof, Reverse<How>);

/// Whose statement is asked for, and what is known of names and worth.
#[derive(Clone, Copy)]
pub struct StatementQuestion<'a> {
    /// Whose.
    pub address: Address,
    /// Over which blocks.
    pub window: Window,
    /// Labels and listings.
    pub marks: &'a BTreeMap<(fundtrail_model::ChainId, Address), Marks>,
    /// The day on which labels are judged where a block has no time.
    pub today: Date,
    /// Whether an asset is a coin or a token of a list.
    pub is_vouched: &'a dyn Fn(Asset) -> bool,
    /// What an amount was worth at a block, in whole cents of a US dollar; `None` where there is no price.
    pub usd_cents: &'a dyn Fn(Asset, Amount, u64) -> Option<u128>,
    /// What is worth less than so many cents is next to nothing.
    pub dust_cents: u128,
}

impl fmt::Debug for StatementQuestion<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StatementQuestion")
            .field("address", &self.address)
            .field("window", &self.window)
            .field("today", &self.today)
            .field("dust_cents", &self.dust_cents)
            .finish_non_exhaustive()
    }
}

/// One address on one chain, with what is known of the others.
struct Eye<'a> {
    question: &'a StatementQuestion<'a>,
    evidence: &'a ChainEvidence<'a>,
    /// Those with code of their own, by the latest fact.
    contracts: BTreeSet<Address>,
    times: BTreeMap<u64, Timestamp>,
}

impl Eye<'_> {
    const fn me(&self) -> Address {
        self.question.address
    }

    fn day(&self, block: u64) -> Date {
        let time = self.times.get(&block).copied();
        time.and_then(Timestamp::date).unwrap_or(self.question.today)
    }
}

/// Everything that an address did in a window, whoever it was with, and what that makes of its balances.
///
/// No movement is netted. A transaction in which the address gave contracts one asset and got another is a
/// [conversion](crate::collapse()), unless somebody lists one of them, or a label makes it a place where value stops or
/// that is known for fraud: what went there is a payment. What nobody vouches for, and next to nothing from
/// strangers, is told apart, because anybody can send it to anybody.
///
/// O(*n* log *n*) of *n* transfers. The answer does not depend on the order of coverage, balances, accounts or
/// blocks.
#[must_use]
pub fn statement(evidence: &ChainEvidence<'_>, question: &StatementQuestion<'_>) -> Statement {
    let (me, window) = (question.address, question.window);
    let is_ours =
        |of: &Transfer| window.contains(of.position.block) && [of.from, of.to].contains(&Some(me));
    let ours: Vec<Transfer> = evidence.history.transfers().filter(is_ours).collect();
    let eye = Eye {
        question,
        evidence,
        contracts: contracts(evidence.accounts),
        times: evidence.blocks.iter().map(|block| (block.number, block.timestamp)).collect(),
    };
    let (movements, conversions) = standing::movements(&eye, &ours);
    let looks = AssetClass::ALL.map(|class| look(evidence.coverage, me, class, window)).to_vec();
    let accounts = balances::accounts(&eye, &movements, &looks);
    Statement {
        chain: evidence.chain,
        address: me,
        window,
        movements,
        conversions,
        accounts,
        looks,
    }
}

fn contracts(facts: &[AccountFact]) -> BTreeSet<Address> {
    let mut latest: BTreeMap<Address, (u64, AccountKind)> = BTreeMap::new();
    for fact in facts {
        let known = (fact.block, fact.kind);
        let kept = latest.entry(fact.address).or_insert(known);
        *kept = known.max(*kept);
    }
    let is_code = |(_, (_, kind)): &(Address, (u64, AccountKind))| *kind == AccountKind::Contract;
    latest.into_iter().filter(is_code).map(|(address, _)| address).collect()
}

/// What of a window was looked at; each block counts once, by the best that is known of it: the best proof, and of equal
/// ones the first way of looking. O(*n* log *n*) of *n* pieces of coverage.
fn look(coverage: &[Coverage], me: Address, class: AssetClass, window: Window) -> Look {
    // Where a way of looking begins or, one block after its last, ends.
    let mut turns: BTreeMap<u64, Vec<(bool, Looked)>> = BTreeMap::new();
    turns.entry(window.first()).or_default();
    for of in coverage.iter().filter(|of| of.address == me && of.class == class) {
        let Some(part) = of.window.intersection(window) else { continue };
        let looked = (of.proof, Reverse(of.how));
        turns.entry(part.first()).or_default().push((true, looked));
        if let Some(end) = part.last().checked_add(1).filter(|end| *end <= window.last()) {
            turns.entry(end).or_default().push((false, looked));
        }
    }
    let mut look = Look { class, blocks: BTreeMap::new(), gaps: Vec::new() };
    let mut now: BTreeMap<Looked, usize> = BTreeMap::new();
    let mut turns = turns.into_iter().peekable();
    while let Some((first, changes)) = turns.next() {
        for (begins, looked) in changes {
            let count = now.entry(looked).or_default();
            *count = if begins { count.saturating_add(1) } else { count.saturating_sub(1) };
            if *count == 0 {
                now.remove(&looked);
            }
        }
        let last = turns.peek().map_or(Some(window.last()), |(next, _)| next.checked_sub(1));
        let Some(part) = last.and_then(|last| Window::new(first, last)) else { continue };
        match now.last_key_value() {
            Some(((proof, Reverse(how)), _)) => {
                let count = look.blocks.entry((*how, *proof)).or_default();
                *count = count.saturating_add(part.block_count());
            }
            None => look.gaps.push(part),
        }
    }
    look
}

/// Which way a transfer went, and who was on the other side.
fn sides(me: Address, of: &Transfer) -> (Side, Option<Address>) {
    if of.from == Some(me) { (Side::Out, of.to) } else { (Side::In, of.from) }
}

#[cfg(test)]
mod tests;
