//! How it was found out, and what the words mean.

use fundtrail_model::{Direction, Rule};

use super::clean;
use super::names::Names;
use super::prices::Used;
use crate::input::{Input, ListLine, ThroughLine};
use crate::number::group;
use crate::schema::{Method, Setting, Term, Words};

/// Addresses that one statement names.
const MAX_THROUGH: usize = 8;

pub(super) fn method(input: &Input<'_>, names: &Names<'_>, used: &Used) -> Method {
    let limits = input.trail.limits;
    let rule = match input.trail.rule {
        Rule::Fifo => {
            "Rule fifo: an outgoing transfer takes the oldest lots of the account first, clean ones \
             and an opening balance included (Clayton's case, Devaynes v Noble, 1816)."
        }
        Rule::Lifo => {
            "Rule lifo: an outgoing transfer takes the newest lots of the account first, clean ones \
             included (US v. Henshaw, 388 F.3d 738, 10th Cir. 2004)."
        }
        Rule::Haircut => {
            "Rule haircut: an outgoing transfer takes the same share of every seed's part of the account \
             and of the clean part, pro rata, in whole units; what rounding gave or took is carried to \
             the next transfer."
        }
        Rule::Libr => {
            "Rule libr: an outgoing transfer takes clean lots before stolen ones, so that what is left \
             of the stolen value is the account's lowest intermediate balance since it came (Cunningham \
             v. Brown, 265 U.S. 1, 1924)."
        }
        Rule::Poison => {
            "Rule poison: once stolen value has reached an account, all that leaves it later in the same \
             asset is tainted, in full and for every seed. This is reachability, not a ledger: amounts \
             are upper bounds that overlap, and what clean value was paid beside them is not told apart."
        }
        Rule::DirtyFirst => {
            "Rule dirty-first: an outgoing transfer takes stolen lots before clean ones, the oldest \
             first among them."
        }
    };
    let follow_all = limits.min_share_ppm == 0;
    let threshold = if follow_all {
        "no amount was too small to follow".to_owned()
    } else {
        format!(
            "amounts below {} millionths of their seed in the same asset were not followed",
            group(&limits.min_share_ppm.to_string())
        )
    };
    let is_back = input.trail.direction == Direction::In;
    let mut statements = vec![
        rule.to_owned(),
        "Order is the chain's own: block, transaction, step. Amounts are whole base units; nothing \
         is rounded before it is shown, and what is shown rounded carries ≈."
            .to_owned(),
        "Each transaction is collapsed to its net effect on every account before the rule is \
         applied, so a swap is one conversion of the account that made it."
            .to_owned(),
        format!(
            "Limits: at most {} hops from a seed; an address with more than {} counterparties is a \
             hub; {threshold}.",
            limits.max_hops,
            group(&limits.hub_counterparties.to_string()),
        ),
        format!(
            "Following stops at labelled services, mixers and bridges, at addresses with a sanctions \
             listing in force at the transfer or today, at hubs, and in contracts that {}. A label is its source's \
             word; this report does not vouch for it.",
            if is_back { "nobody paid for what they gave" } else { "give nothing back" },
        ),
        format!(
            "US dollars, where shown, are the value at the block of the movement; they never decide where \
             value {}.",
            if is_back { "came from" } else { "went" },
        ),
    ];
    statements.extend(used.statements(input.price_sources, names));
    if is_back {
        statements.insert(
            1,
            "Traced back: each account's ledger is kept forward by this rule, so that the same credits pay the same \
             debits as when value is followed forward; what is asked is which units of which credits paid for what \
             was received."
                .to_owned(),
        );
    }
    let value = Words::of(input.trail.direction).value;
    statements.extend(input.through.iter().map(|line| through(names, value, line)));
    for (spec, seed) in input.seed_specs {
        statements.push(format!("Seed {seed} was asked for as: {}.", clean(spec)));
    }
    Method {
        statements,
        settings: input
            .settings
            .iter()
            .map(|(name, value)| Setting { name: clean(name), value: clean(value) })
            .collect(),
        lists: input
            .lists
            .iter()
            .map(|list| ListLine {
                name: clean(&list.name),
                kind: clean(&list.kind),
                rows: clean(&list.rows),
                as_of: clean(&list.as_of),
                sha256: clean(&list.sha256),
                origin: clean(&list.origin),
                source: clean(&list.source),
            })
            .collect(),
        endpoints: input.endpoints.iter().map(|host| clean(host)).collect(),
    }
}

/// Where following went on, and what that is worth.
fn through(names: &Names<'_>, value: &str, line: &ThroughLine) -> String {
    let what = clean(&line.what);
    let mut places: Vec<String> = line
        .reached
        .iter()
        .take(MAX_THROUGH)
        .map(|((chain, address), block)| {
            let at = &names.party(*chain, *address, *block).text;
            format!("{at} on {}", names.chain(*chain))
        })
        .collect();
    let more = line.reached.len().saturating_sub(places.len());
    if more > 0 {
        places.push(format!("{} more", group(&more.to_string())));
    }
    if places.is_empty() {
        return format!(
            "By setting, nothing would stop following at “{what}”; no {value} came there."
        );
    }
    format!(
        "BY SETTING, NOTHING STOPS FOLLOWING AT “{what}”: {}. No label, listing or crowd counts there. What left it \
         was taken for its own by the rule, so it may be other people's money.",
        places.join("; "),
    )
}

/// What a word means where value is traced back, if it is another thing.
const BACK: &[Term] = &[
    Term {
        word: "bridge",
        means: "an origin: out of a bridge, where the value came from another chain",
    },
    Term {
        word: "contract without payment",
        means: "an origin: out of a contract that nobody is known to have paid for it in the same transaction",
    },
    Term {
        word: "created",
        means: "an origin: minted, a reward, a withdrawal from the consensus layer, or there when the chain began",
    },
    Term { word: "hop", means: "one movement of value that is traced back" },
    Term {
        word: "hub",
        means: "an origin: an address with too many counterparties to be one person's",
    },
    Term {
        word: "ledger",
        means: "per seed and asset: seeded + converted in = converted out + origins",
    },
    Term {
        word: "mixer",
        means: "an origin: out of a mixer, whose payments out are not tied to payments in",
    },
    Term {
        word: "not covered",
        means: "an origin: the address was not looked at, or not in all blocks needed",
    },
    Term {
        word: "origin",
        means: "where value that is traced back came from, and why tracing back stopped",
    },
    Term {
        word: "sanctioned",
        means: "an origin: an address with a listing in force at the transfer or today",
    },
    Term { word: "seed", means: "a received amount from which tracing back starts" },
    Term {
        word: "service",
        means: "an origin: a custodial service, whose payments out are its own",
    },
    Term {
        word: "rule",
        means: "which lots an outgoing transfer takes when value of several credits shares an account",
    },
    Term { word: "budget", means: "an origin: not followed because this run had spent its budget" },
    Term {
        word: "unexplained",
        means: "an origin: there, and no transfer seen says where it came from",
    },
];

/// The words that a reader of a report meets.
pub(super) fn glossary(direction: Direction) -> Vec<Term> {
    if direction == Direction::Out {
        return GLOSSARY.to_vec();
    }
    // Of endings that only happen forward a reader meets none.
    let is_met = |term: &&Term| {
        let is_back = BACK.iter().any(|back| back.word == term.word);
        !is_back && !term.means.starts_with("an ending") && term.word != "ending"
    };
    let mut terms: Vec<Term> = GLOSSARY.iter().filter(is_met).chain(BACK).copied().collect();
    terms.sort_by_key(|term| term.word);
    terms
}

macro_rules! terms {
    ($($word:literal: $means:literal,)*) => {
        const GLOSSARY: &[Term] = &[$(Term { word: $word, means: $means }),*];
    };
}

terms! {
    "asset": "what moves: a chain's native coin or a token, known by its contract and never by its ticker",
    "base unit": "the smallest part of an asset, in which chains count; 1 ETH is 10^18 base units",
    "bridge": "an ending: in a bridge, from where the value goes on, on another chain",
    "budget": "an ending: not followed because this run had spent its budget",
    "burned": "an ending: sent to where nobody has the key",
    "claimed": "what a token's contract says of itself; anyone can write anything there",
    "clean": "of value that comes from no seed",
    "contract without return": "an ending: in a contract that gave nothing back in the same transaction",
    "conversion": "a hop in which one account gave assets and got others in one transaction",
    "coverage": "what was looked at, how, and how well that proves that nothing is missing",
    "ending": "where and why following stopped",
    "exact": "nothing else can have moved: a wallet's nonce and balance rule it out",
    "fee": "an ending: spent on gas",
    "held": "an ending: still at the address at the last block looked at",
    "hop": "one movement of stolen value",
    "hub": "an ending: at an address with too many counterparties to be one person's",
    "indicative": "not checked against balances, because a node did not give them",
    "invented": "made up for a reconstruction; it says nothing about any real person or service",
    "label": "a name for an address, with who says so; it is their word",
    "ledger": "per seed and asset: seeded + converted in = converted out + endings",
    "listing": "a label that is a sanction, with the days on which it began and ended",
    "lot": "an amount with one provenance: one seed, or clean",
    "mixer": "an ending: in a mixer, whose payments out are not tied to payments in",
    "not covered": "an ending: the address was not looked at, or not in all blocks needed",
    "open end": "where more looking is needed, with what waits there",
    "position": "place in a chain's order: block/transaction/step; logN is the log's index in its block",
    "reconciled": "what came in less what went out equals the change of balance",
    "rule": "which lots an outgoing transfer takes when stolen and clean value share an account",
    "sanctioned": "an ending: at an address with a listing in force at the transfer or today",
    "seed": "a stolen amount from which the trace starts",
    "service": "an ending: at a custodial service, whose payments out are its own",
    "unexplained": "an ending: gone from the balance, and no transfer seen says where",
    "unreconciled": "the balances do not agree with what was seen",
}
