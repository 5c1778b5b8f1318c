//! Decides where value went.
//!
//! [`follow`] takes what is known of each chain and says, for every unit of every seed, where it is and
//! how it got there. It is pure: no I/O, no clock, no randomness, and it cannot fail on valid model
//! values. Where data is missing it says so with an [open end](fundtrail_model::OpenEnd) instead of
//! asking, so the caller fetches and calls again until no open end is worth it.
//!
//! # How value is followed
//!
//! * One sweep per chain, transaction by transaction in position order. Value can only leave an
//!   account after it came, so no separate check of time is needed, and relays inside one block work.
//! * Every transaction is [collapsed](collapse()) to its net effect before any rule looks at it, because
//!   what a person did is the net effect; the steps in between are how a router does it.
//! * A ledger per (account, asset) holds lots in the order of their arrival. The [`Rule`] is only the
//!   choice of the lots that a debit takes.
//! * Inside a transaction hops are in the order of their last transfers, except that a conversion comes
//!   before the payments of what it made: nodes do not say how frames and logs interleave.
//! * What a contract does is decided by its own transfers in that one block. A contract that gave its
//!   payer nothing back is an open end of one block until they are known: it may have passed the value
//!   on within the transaction.
//! * Whatever ends at such a contract, or is burnt, may have bought something for somebody else. Before it ends,
//!   its transaction is an [open transaction](fundtrail_model::OpenTransaction), to be read whole: then the
//!   transfers of everybody in it are known. What contracts that deal with each other took from one payer and
//!   gave to others is his conversion, delivered to these: a swap for another wallet, a vault's shares in
//!   another's name, one order of a batch. Of several payers the same amounts belong together, and the rest is
//!   divided by amount, with a reservation. Where payers gave different assets, or what was given comes from a
//!   contract that took nothing, nothing says who paid for it: the value stays where it was paid, and who got
//!   what is said. Nobody gets more than he was given, and nobody's lots pay for more than he gave.
//! * A seed is followed at its holder whatever the marks say of it, contract or not: whoever names the
//!   holder wants to know what came next.
//! * One credit carries at most its own amount. Where a seed's credit already carries lots of other
//!   seeds, because somebody named a theft and a later hop of it, these stay the other seeds', and that
//!   part of the seed ends as counted with them. Of seeds that claim the same credit the first owns it.
//! * A lot that arrives somewhere either ends there (a stop, a hub, a threshold…) or is followed. An
//!   address that stops is never looked through inside a transaction, whether it was looked at or not.
//! * Where a balance is known at the end of a stay and is less than the stolen lots there, the rest of
//!   them ends as unexplained: nobody is said to hold what he does not have.
//!
//! * A question can name addresses, or names of labels and listings, to go [through](Question::through): there
//!   neither labels nor crowds stop, and what a contract does not give back is followed like a wallet's. What
//!   leaves is taken for its own by the rule. Names hold on the days of their labels.
//! * An address that turned out to be crowded before its history was fetched is a hub from the block on in
//!   which that look began. What arrived there earlier is followed, as far as it was looked at; where the
//!   crowd begins what is lacking, it ends there. So it does for a seed's holder, with a reservation.
//!
//! # How value is followed back
//!
//! Asked [in](fundtrail_model::Direction::In), [`follow`] says where the seeds' credits came from. Each account's ledger is
//! kept forward, by the same rule and the same code, so that both directions pair the same credits with the same
//! debits; what is asked is which units of which credits paid. Only rules that [pair](Rule::pairs) credits with
//! debits whatever is stolen can say that; any other is read as first in, first out. A trail back begins at the
//! seeds, too: its hops go from receivers to payers, and its endings are origins.
//!
//! # What is trusted
//!
//! An account's debits decide where value goes, so they are used only where all its movements are
//! known: blocks that are covered for *both* asset classes, since a swap spans both. A transfer that is
//! stored only because its counterparty was looked at proves nothing about the rest of the account's
//! ledger and is never a debit of it. For the same reason only covered accounts are looked through
//! inside a transaction. In a transaction that was read whole everybody is looked through in that transaction,
//! and nowhere else. So the answer depends on what is covered and what was read whole, never on what happens
//! to be stored beside it, and a loop of fetching and following converges.
//!
//! Without its frames, a whole transaction shows every token transfer, but of native transfers only those of
//! accounts that are covered in its block and that no unexplained difference names. A contract whose native
//! transfers are not known concludes nothing: it is an open end of that block, and where that does not help
//! the value ends there with a reservation.
//!
//! Blocks of a long stay that were settled by state alone, and not read, count for the assets whose balances
//! were compared, and for no others: another asset that arrives there is missing from there on. A stored
//! transfer of a compared asset in such blocks contradicts them, and they do not count at all.
//!
//! A stay is followed in the run of covered blocks in which it began. When the run ends while stolen
//! lots are there, they end as not covered; when the account was empty of them by then, nothing is
//! missing, and a later arrival starts a new stay with a new opening balance.

mod back;
mod book;
mod collapse;
mod convert;
mod dealings;
mod entity;
mod eyes;
mod history;
mod ledger;
mod order;
mod paths;
mod scene;
mod statement;
mod sweep;
mod typology;
mod view;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use fundtrail_model::{
    AbsentTransaction, AccountFact, Address, Amount, Asset, Balance, BlockStamp, ChainId, Coverage,
    Crowd, Date, Direction, Limits, Marks, Rule, Seed, Through, Trail, WholeTransaction,
};

pub use collapse::{Collapsed, Conversion, Delivery, Fee, Party, Payment, collapse};
pub use history::History;
pub use paths::Journeys;
pub use scene::{Behaviour, Scene, Ticker};
pub use statement::{StatementQuestion, statement};

/// What is known of one chain.
#[derive(Clone, Copy, Debug)]
pub struct ChainEvidence<'a> {
    /// The chain.
    pub chain: ChainId,
    /// The last block to look at; transfers after it are ignored.
    pub until: u64,
    /// The first block to look at where value is followed back: of what was there before nothing more is asked.
    pub earliest: u64,
    /// All transfers of this chain.
    pub history: &'a History,
    /// What has been looked at, in any order.
    pub coverage: &'a [Coverage],
    /// Addresses too crowded to be looked at, in any order. One is a hub if its size is more than the limit.
    pub crowds: &'a [Crowd],
    /// Balances, in any order.
    pub balances: &'a [Balance],
    /// What addresses are, in any order; of several facts on one address the latest counts.
    pub accounts: &'a [AccountFact],
    /// Times of blocks, in any order. A mark is judged on the day of the block, or on
    /// [`Question::today`] where the block's time is not known.
    pub blocks: &'a [BlockStamp],
    /// Transactions all of whose transfers were read, in any order.
    pub whole: &'a [WholeTransaction],
    /// Transactions that were asked for and are not to be had, in any order: not open, and as before.
    pub absent: &'a [AbsentTransaction],
}

impl<'a> ChainEvidence<'a> {
    /// The transfers, and nothing else known.
    #[must_use]
    pub const fn of(history: &'a History, until: u64) -> Self {
        Self {
            chain: history.chain(),
            until,
            earliest: 0,
            history,
            coverage: &[],
            crowds: &[],
            balances: &[],
            accounts: &[],
            blocks: &[],
            whole: &[],
            absent: &[],
        }
    }
}

/// What is asked.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// What was stolen; each seed has its own number.
    pub seeds: &'a [Seed],
    /// Which way to follow.
    pub direction: Direction,
    /// Which lots outgoing transfers take.
    pub rule: Rule,
    /// How far to follow.
    pub limits: Limits,
    /// The day on which the question is asked: listings are judged then as well as at the transfer.
    pub today: Date,
    /// Labels and listings.
    pub marks: &'a BTreeMap<(ChainId, Address), Marks>,
    /// Where to follow on although something stops there: labels, listings, crowds, contracts without return.
    pub through: &'a Through,
    /// Whether no more will be fetched: what is not covered ends as budget instead of not covered.
    pub is_spent: bool,
    /// Whether transactions can be read whole, so that asking for them is of use. Otherwise those that were not
    /// read end as if nobody had got anything for what contracts took.
    pub reads_whole: bool,
    /// A threshold beside [`Limits::min_share_ppm`], for example by price: whether so much of an asset,
    /// arriving in this block, is too little of that seed to follow. `false` follows.
    pub is_negligible: &'a dyn Fn(&Seed, Asset, Amount, u64) -> bool,
    /// Whether an asset is a native or wrapped coin or a token of a list, so that it is known to be of
    /// worth. A conversion into others is followed, but with a reservation.
    pub is_listed_token: &'a dyn Fn(Asset) -> bool,
}

impl fmt::Debug for Question<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Question")
            .field("seeds", &self.seeds)
            .field("direction", &self.direction)
            .field("rule", &self.rule)
            .field("limits", &self.limits)
            .field("today", &self.today)
            .field("marks", &self.marks)
            .field("through", &self.through)
            .field("is_spent", &self.is_spent)
            .field("reads_whole", &self.reads_whole)
            .finish_non_exhaustive()
    }
}

/// Follows the seeds through everything that is known, forward or back.
///
/// Every unit of every seed is at exactly one ending of the answer, but by [`Rule::Poison`], whose amounts
/// are upper bounds; [`Trail::check`] holds. The
/// answer does not depend on the order of coverage, balances, accounts, blocks or chains. A seed on a
/// chain without evidence ends as not covered where it arrived.
#[must_use]
pub fn follow(evidence: &[ChainEvidence<'_>], question: &Question<'_>) -> Trail {
    let mut seeds: Vec<&Seed> = question.seeds.iter().collect();
    seeds.sort_by_key(|seed| (seed.asset.chain(), seed.position, seed.id));
    let mut book = book::Book::new(question);
    for group in seeds.chunk_by(|a, b| a.asset.chain() == b.asset.chain()) {
        let Some(last) = group.last() else { continue };
        let chain = last.asset.chain();
        let history = History::new(chain);
        let nothing = ChainEvidence::of(&history, last.position.block);
        let known = evidence.iter().find(|known| known.chain == chain).unwrap_or(&nothing);
        let gate = question.limits.hub_counterparties;
        let crowds = crowds_that_stop(known, question);
        let known = &ChainEvidence { crowds: &crowds, ..*known };
        let view = view::View::new(known, group, question.marks, gate);
        match question.direction {
            Direction::Out => sweep::sweep(&view, question, group, &mut book),
            Direction::In => back::trace(&view, question, group, &mut book),
        }
    }
    book.close()
}

/// The crowds but those that the question goes through.
fn crowds_that_stop(evidence: &ChainEvidence<'_>, question: &Question<'_>) -> Vec<Crowd> {
    let stops = |crowd: &&Crowd| {
        let marks = question.marks.get(&(crowd.chain, crowd.address));
        !question.through.may_open(crowd.chain, crowd.address, marks)
    };
    evidence.crowds.iter().filter(stops).copied().collect()
}

/// Follows by every rule, in the order of [`Rule::ALL`], whichever rule is asked for. What is known is looked at
/// by each rule for itself: where one lacks nothing, another may have open ends.
/// [`Band`](fundtrail_model::Band) compares the answers.
#[must_use]
pub fn follow_by_every_rule(evidence: &[ChainEvidence<'_>], question: &Question<'_>) -> Vec<Trail> {
    Rule::ALL.iter().map(|rule| follow(evidence, &Question { rule: *rule, ..*question })).collect()
}
